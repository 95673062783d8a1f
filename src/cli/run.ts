import { type AuditRequest, audit } from '../audit.ts';
import { countGated, exitStatus, type Gate, isAtLeast } from '../gate.ts';
import type { Report, SourceReport } from '../model/report.ts';
import { formatSpan } from '../progress.ts';
import { plain } from '../report/plain.ts';
import { countText } from '../wording.ts';
import { type Io, isColored, notice, print, widthOf } from './io.ts';
import { isWatched, Meter } from './meter.ts';
import { checkOutputs, writeOutput } from './outputs.ts';
import type { ReportFlags, Showing } from './settings.ts';

/** What one audit came to. */
export interface Outcome {
  readonly report: Report;
  readonly interrupted: boolean;
}

/** Audits and writes every output. The first interrupt ends the reading: what was read is still reported. */
export async function runAudit(
  request: AuditRequest,
  showing: Showing,
  flags: ReportFlags,
  io: Io,
  edit: (report: Report) => Report = report => report,
): Promise<Outcome> {
  await checkOutputs(showing.outputs);
  const abort = new AbortController();
  const stopListening = io.onInterrupt(() => abort.abort());
  try {
    const read = edit(await auditWatched(request, abort.signal, flags, io));
    const interrupted = abort.signal.aborted;
    const report = interrupted ? { ...read, run: { ...read.run, complete: false } } : read;
    await writeReports(report, showing, flags, io);
    return { report, interrupted };
  } finally {
    stopListening();
  }
}

/** Says on stderr why the exit status is what it is, when it is not 0. */
export function explainStatus({ report, interrupted }: Outcome, gate: Omit<Gate, 'interrupted'>, io: Io): void {
  if (interrupted) notice(io, 'interrupted: the report holds what was read until then');
  const gated = countGated(report, gate.failOn);
  if (gated > 0) notice(io, `${countText(gated, 'finding')} at or above ${gate.failOn} (--fail-on)`);
  if (!interrupted) for (const source of report.sources) if (!source.complete) notice(io, incompleteness(source));
  const blind = new Set(report.coverage.filter(({ state }) => state === 'blind').map(({ rule }) => rule));
  if (gate.failOnBlind && blind.size > 0) {
    notice(io, `${countText(blind.size, 'rule')} blind (--fail-on-blind): ${[...blind].sort().join(', ')}`);
  }
}

/** The exit status that an audit deserves. */
export const statusOf = ({ report, interrupted }: Outcome, gate: Omit<Gate, 'interrupted'>): number =>
  exitStatus(report, { ...gate, interrupted });

async function auditWatched(request: AuditRequest, signal: AbortSignal, flags: ReportFlags, io: Io): Promise<Report> {
  const startedAt = io.now();
  const meter = flags.progress && flags.quiet !== true && isWatched(io) ? new Meter(io) : null;
  const report = await audit(request, { signal, onProgress: progress => meter?.update(progress) }).finally(() =>
    meter?.erase(),
  );
  if (flags.verbose) notice(io, `${countText(report.summary.events, 'event')} in ${formatSpan(io.now() - startedAt)}`);
  return report;
}

/** Files first: a reader of stdout may take its time. */
async function writeReports(report: Report, showing: Showing, flags: ReportFlags, io: Io): Promise<void> {
  const shown = {
    ...report,
    findings: report.findings.filter(({ severity }) => isAtLeast(severity, showing.minSeverity)),
  };
  const width = widthOf(io);
  const failures: unknown[] = [];
  for (const output of showing.outputs) {
    try {
      await writeOutput(output, output.reporter.render(shown, { width, color: false }));
      if (flags.verbose) notice(io, `wrote ${output.name}`);
    } catch (error) {
      failures.push(error);
    }
  }
  await print(io.stdout, showing.reporter.render(shown, { width, color: isColored(io, flags.color) }));
  if (failures.length > 0) throw failures[0];
}

/** The first line of what is missing; the report has them all. */
function incompleteness({ id, note }: SourceReport): string {
  const [first = 'not read to its end', ...rest] = (note ?? '').split('\n').filter(line => line !== '');
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
  return `incomplete: ${plain(id)}: ${plain(first)}${more}`;
}
