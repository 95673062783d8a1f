import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { dayText, yearOf } from '../dates.ts';
import { tame, tameName } from '../digest/tame.ts';
import { nameOf } from '../digest/telling.ts';
import { emptyVerdict, otherCounts, severityCounts } from '../digest/verdict.ts';
import { shortName } from '../plain.ts';
import { fill, indent, listRuns, type Page, type Run, restLines } from './layout.ts';

const SHOWN_RESOLVED = 5;

/** Findings of the report before that are gone. */
export function resolvedLines(page: Page, { resolved, run }: Report): string[] {
  if (resolved.length === 0) return [];
  const shown = resolved.length <= SHOWN_RESOLVED + 1 ? resolved : resolved.slice(0, SHOWN_RESOLVED);
  const lines = shown.flatMap(({ rule, subject, lastSeen }) =>
    fill(page, indent(page, '  '), [
      { text: shortName(tameName(subject)), paint: page.normal },
      { text: tameName(rule), paint: page.normal, gap: 2 },
      { text: `last seen ${dayText(lastSeen, yearOf(run.now))}`, paint: page.faint, gap: 2 },
    ]),
  );
  return [page.strong('Resolved'), ...lines, ...restLines(page, resolved.length - shown.length)];
}

/** The last lines: how much was found, what was left out, and where to start. */
export function endingLines(page: Page, report: Report, first: Finding | undefined): string[] {
  const runs = first === undefined ? emptyRuns(page, report) : severityRuns(page, report);
  const others = otherCounts(report);
  if (first !== undefined && !report.run.complete) others.push('incomplete');
  return [
    ...fill(page, indent(page, ''), [
      ...runs,
      ...others.map(text => ({ text: `· ${text}`, paint: page.normal, isWhole: true })),
    ]),
    ...(first === undefined ? [] : startLines(page, first)),
  ];
}

function startLines(page: Page, finding: Finding): string[] {
  const first = tame(finding);
  return fill(page, indent(page, ''), [
    { text: `start with ${nameOf(first)}:`, paint: page.normal },
    { text: `keyward explain ${first.rule}`, paint: page.strong, isWhole: true },
  ]);
}

function severityRuns(page: Page, report: Report): Run[] {
  const counts = severityCounts(report);
  return counts.map(({ severity, text }, i) => ({
    text: i < counts.length - 1 ? `${text},` : text,
    paint: page.severity[severity],
    isWhole: true,
  }));
}

function emptyRuns(page: Page, report: Report): Run[] {
  const { text, details } = emptyVerdict(report);
  return [{ text, paint: page.strong, isWhole: true }, ...listRuns(details, page.strong)];
}
