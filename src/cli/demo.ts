import { fileURLToPath } from 'node:url';
import { withSlashes } from '../collect/paths.ts';
import type { Report } from '../model/report.ts';
import { requestFrom } from './audit.ts';
import { type Io, notice } from './io.ts';
import { runAudit } from './run.ts';
import { type ReportFlags, settle } from './settings.ts';

/** The instant the bundled logs are judged from. */
const DEMO_NOW = '2026-11-20T00:00:00Z';

/** What the bundled logs are called in the report, wherever keyward is installed. */
const DEMO_SOURCE = 'demo logs';

const FOLDER = new URL('../../docs/demo/', import.meta.url);
const LOGS = fileURLToPath(new URL('logs', FOLDER));

/** As files are named in a report. */
const FILES = withSlashes(LOGS);
const CONFIG = fileURLToPath(new URL('keyward.yaml', FOLDER));

/** `keyward demo`: audits the bundled logs. It did its job whatever it found. */
export async function demoCommand(flags: ReportFlags, io: Io): Promise<number> {
  const settings = settle([LOGS], { ...flags, config: CONFIG, now: DEMO_NOW }, io);
  const { interrupted, isWritten } = await runAudit(requestFrom(settings, io), settings, flags, io, renamed);
  if (interrupted) return 130;
  if (!isWritten) return 3;
  if (io.stderr.isTTY && !flags.quiet) notice(io, 'now yours: keyward audit ./your-logs');
  return 0;
}

function renamed(report: Report): Report {
  const named = (source: string): string => (source === LOGS ? DEMO_SOURCE : source);
  return {
    ...report,
    run: { ...report.run, config: null },
    sources: report.sources.map(source => ({ ...source, id: named(source.id) })),
    coverage: report.coverage.map(line => ({ ...line, source: named(line.source) })),
    findings: report.findings.map(finding => ({
      ...finding,
      examples: finding.examples.map(({ event, file }) => ({ event, file: file?.replace(FILES, DEMO_SOURCE) ?? null })),
    })),
  };
}
