import type { Report } from '../model/report.ts';
import { withSeparators } from '../wording.ts';
import { isoOf } from './dates.ts';
import { otherCounts } from './digest/verdict.ts';
import { jsonList, jsonText } from './digest/json-list.ts';
import { defineReporter } from './reporter.ts';
import { notificationOf, notificationsOf } from './sarif/notifications.ts';
import { resultOf, suppressedResultOf } from './sarif/results.ts';
import { rulesOf } from './sarif/rules.ts';

/** GitHub refuses a run with more results, and shows the first 5,000 of them. */
const MOST_RESULTS = 25_000;

/** The findings as SARIF, for GitHub code scanning above all. */
export const sarif = defineReporter({
  id: 'sarif',
  title: 'SARIF',
  description:
    'SARIF 2.1.0 for the Security tab of GitHub and other viewers: `keyward audit --out sarif=keyward.sarif`, then `github/codeql-action/upload-sarif`. ' +
    'Upload it when the run was complete: alerts that are not in it are closed. E-mail names and single addresses are shortened.',
  file: 'keyward.sarif',
  render: renderSarif,
});

function* renderSarif(report: Report): Generator<string> {
  const rules = rulesOf(report);
  const { tool } = report;
  const driver = { name: tool.name, version: tool.version, rules };
  yield '{\n  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",\n  "version": "2.1.0",\n  "runs": [\n    {\n';
  yield `      "tool": ${jsonText({ driver }, 3)},\n`;
  yield `      "invocations": ${jsonText([invocationOf(report)], 3)},\n`;
  yield '      "columnKind": "utf16CodeUnits",\n';
  yield `      "properties": ${jsonText(propertiesOf(report), 3)},\n      "results": `;
  yield* jsonList(
    resultsOf(
      report,
      rules.map(({ id }) => id),
    ),
    3,
  );
  yield '\n    }\n  ]\n}\n';
}

/** Worst first; what is suppressed comes last, so that it is the first to be left out. */
function* resultsOf(report: Report, ruleIds: readonly string[]): Generator<unknown> {
  const { findings, suppressed, run } = report;
  const place = { config: run.config, indexOf: indexIn(ruleIds) };
  for (const finding of findings.slice(0, MOST_RESULTS)) yield resultOf(finding, place);
  const room = Math.max(0, MOST_RESULTS - findings.length);
  for (const finding of suppressed.slice(0, room)) yield suppressedResultOf(finding, place);
}

function indexIn(ids: readonly string[]): (id: string) => number {
  const indexes = new Map(ids.map((id, i) => [id, i]));
  return id => indexes.get(id)!;
}

function invocationOf(report: Report) {
  const { run, findings, suppressed } = report;
  const cut = findings.length + suppressed.length - MOST_RESULTS;
  const told = withSeparators(MOST_RESULTS);
  const omitted = [
    ...(cut > 0 ? [`${withSeparators(cut)} results are left out: GitHub takes no more than ${told} in a run.`] : []),
    ...otherCounts(report),
  ];
  return {
    executionSuccessful: run.complete,
    toolExecutionNotifications: [
      ...notificationsOf(report),
      ...omitted.map(text => notificationOf('count', 'note', text)),
    ],
  };
}

function propertiesOf({ run, summary }: Report) {
  return {
    now: isoOf(run.now),
    since: run.since === null ? null : isoOf(run.since),
    until: run.until === null ? null : isoOf(run.until),
    complete: run.complete,
    events: summary.events,
    credentials: summary.credentials,
    resolved: summary.resolved,
  };
}
