import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { countText, listText, withSeparators } from '../../wording.ts';
import { dayText, durationText, yearOf } from '../dates.ts';
import { shortName } from '../plain.ts';
import { nameOf } from './blocks.ts';
import { gapCounts } from './coverage.ts';
import { SEVERITIES } from '../../severity.ts';
import { fill, indent, listRuns, type Page, type Run, restLines } from './layout.ts';
import { tame, tameName } from './tame.ts';

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
  const others = [...hiddenTexts(report), ...statusTexts(report), ...suppressedTexts(report)];
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

function severityRuns(page: Page, { summary }: Report): Run[] {
  const found = SEVERITIES.filter(severity => summary.findings[severity] > 0);
  return found.map((severity, i) => ({
    text: `${withSeparators(summary.findings[severity])} ${severity}${i < found.length - 1 ? ',' : ''}`,
    paint: page.severity[severity],
    isWhole: true,
  }));
}

/** Without findings: what that is worth. Only a full look may say that there is nothing. */
function emptyRuns(page: Page, { run, sources, coverage, summary, findings }: Report): Run[] {
  const whole = (text: string): Run => ({ text, paint: page.strong, isWhole: true });
  const { blind, partial } = gapCounts(coverage);
  const unread = sources.filter(({ complete }) => !complete).length;
  const doubts = [
    ...(unread > 0 ? [`${countText(unread, 'source')} not read to the end`] : []),
    ...(unread === 0 && !run.complete ? ['the run is incomplete'] : []),
    ...(blind > 0 ? [`${countText(blind, 'rule')} blind`] : []),
    ...(partial > 0 ? [`${countText(partial, 'rule')} ${partial === 1 ? 'sees' : 'see'} only part`] : []),
  ];
  const none = Object.values(summary.findings).some(count => count > findings.length)
    ? 'No findings to show'
    : 'No findings';
  const scope = `${countText(summary.events, 'event')} of ${countText(summary.credentials, 'credential')}`;
  if (summary.events === 0 && summary.credentials === 0)
    return [{ text: `Nothing was judged: ${unjudgedText(sources, run.until)}`, paint: page.strong }];
  if (doubts.length === 0 && coverage.length > 0) return [whole(`${none} in ${scope}`)];
  return [whole(`${none} in what could be seen:`), ...listRuns([scope, ...doubts], page.strong)];
}

/** Why there was nothing to judge: nothing was read, or all of it was set aside. */
function unjudgedText(sources: Report['sources'], until: number | null): string {
  const ignored = sources.reduce((sum, source) => sum + source.ignored, 0);
  if (ignored === 0) return 'no events were read';
  const fate = ignored === 1 ? 'was read, not made' : 'were read, none of them made';
  const when = until === null ? '' : ' in the time that is judged';
  return `${countText(ignored, 'event')} ${fate} with a credential of yours${when}`;
}

/** Findings that were counted but are below what is shown. */
function hiddenTexts({ summary, findings }: Report): string[] {
  const hidden = SEVERITIES.flatMap(severity => {
    const count = summary.findings[severity] - findings.filter(finding => finding.severity === severity).length;
    return count > 0 ? [`${withSeparators(count)} ${severity}`] : [];
  });
  return hidden.length === 0 ? [] : [`not shown: ${listText(hidden)}`];
}

function statusTexts({ summary }: Report): string[] {
  if (summary.known === 0 && summary.resolved === 0) return [];
  return [
    `${withSeparators(summary.new)} new, ${withSeparators(summary.known)} known, ${withSeparators(summary.resolved)} resolved`,
  ];
}

function suppressedTexts({ summary, suppressed, run }: Report): string[] {
  if (summary.suppressed === 0) return [];
  const ends = suppressed.map(({ expires }) => Date.parse(expires)).filter(at => at > run.now);
  const next = ends.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const when = Number.isFinite(next) ? ` (the next expires in ${durationText(next - run.now)})` : '';
  return [`${withSeparators(summary.suppressed)} suppressed${when}`];
}
