import type { Report } from '../model/report.ts';
import { leadersIn } from './digest/leaders.ts';
import { escapeHidden } from './json.ts';
import { goneEvent, suppressedEvent } from './ocsf/absent.ts';
import { findingEvent } from './ocsf/finding.ts';
import { scanEvent } from './ocsf/scan.ts';
import { defineReporter } from './reporter.ts';

/** The report for a SIEM or a security lake. */
export const ocsf = defineReporter({
  id: 'ocsf',
  title: 'OCSF',
  description:
    'For a SIEM or a security lake: `keyward audit ./logs --out ocsf=findings.ndjson` writes OCSF 1.8.0, an object on each line. ' +
    'Every finding is a Detection Finding (`class_uid` 2004): created, updated, suppressed or closed. The last line is the run ' +
    'itself, a Scan Activity (6007), which says whether all was read and what was not seen.',
  file: 'findings.ndjson',
  render: renderOcsf,
});

function* renderOcsf(report: Report): Generator<string> {
  const leaderOf = leadersIn(report.findings);
  for (const finding of report.findings) yield lineOf(findingEvent(finding, leaderOf(finding), report));
  for (const suppressed of report.suppressed) yield lineOf(suppressedEvent(suppressed, report));
  for (const resolved of report.resolved) yield lineOf(goneEvent(resolved, report));
  yield lineOf(scanEvent(report));
}

const lineOf = (event: object): string => `${escapeHidden(JSON.stringify(event))}\n`;
