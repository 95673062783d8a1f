import type { Report } from '../../model/report.ts';
import { SEVERITIES } from '../../severity.ts';
import { countText, listText, withSeparators } from '../../wording.ts';
import { durationText } from '../dates.ts';
import { gapCounts } from './gaps.ts';

/** What a report without findings is worth: a sentence, and what casts doubt on it. */
export interface Verdict {
  readonly text: string;
  readonly details: readonly string[];
}

/** Without findings: what that is worth. Only a full look may say that there is nothing. */
export function emptyVerdict(report: Report): Verdict {
  const { run, sources, coverage, summary, findings } = report;
  const doubts = doubtsAbout(report);
  const none = Object.values(summary.findings).some(count => count > findings.length)
    ? 'No findings to show'
    : 'No findings';
  const scope = `${countText(summary.events, 'event')} of ${countText(summary.credentials, 'credential')}`;
  if (summary.events === 0 && summary.credentials === 0)
    return { text: `Nothing was judged: ${unjudgedText(sources, run.until)}`, details: [] };
  if (doubts.length === 0 && coverage.length > 0) return { text: `${none} in ${scope}`, details: [] };
  return { text: `${none} in what could be seen:`, details: [scope, ...doubts] };
}

/** What was not read, and how many rules did not see all. */
export function doubtsAbout({ run, sources, coverage }: Report): string[] {
  const { blind, partial } = gapCounts(coverage);
  const unread = sources.filter(({ complete }) => !complete).length;
  return [
    ...(unread > 0 ? [`${countText(unread, 'source')} not read to the end`] : []),
    ...(unread === 0 && !run.complete ? ['the run is incomplete'] : []),
    ...(blind > 0 ? [`${countText(blind, 'rule')} blind`] : []),
    ...(partial > 0 ? [`${countText(partial, 'rule')} ${partial === 1 ? 'sees' : 'see'} only part`] : []),
  ];
}

/** Why there was nothing to judge: nothing was read, or all of it was set aside. */
function unjudgedText(sources: Report['sources'], until: number | null): string {
  const ignored = sources.reduce((sum, source) => sum + source.ignored, 0);
  if (ignored === 0) return 'no events were read';
  const fate = ignored === 1 ? 'was read, not made' : 'were read, none of them made';
  const when = until === null ? '' : ' in the time that is judged';
  return `${countText(ignored, 'event')} ${fate} with a credential of yours${when}`;
}

/** How many findings of each severity there are, the gravest first. */
export const severityCounts = ({ summary }: Pick<Report, 'summary'>) =>
  SEVERITIES.filter(severity => summary.findings[severity] > 0).map(severity => ({
    severity,
    text: `${withSeparators(summary.findings[severity])} ${severity}`,
  }));

/** What else there is to count: findings that are not shown, the news since an earlier report, what is suppressed. */
export const otherCounts = (report: Report): string[] => [
  ...hiddenTexts(report),
  ...statusTexts(report),
  ...suppressedTexts(report),
];

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
