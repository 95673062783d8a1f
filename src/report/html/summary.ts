import type { Report } from '../../model/report.ts';
import { SEVERITIES } from '../../severity.ts';
import { countText, listText, withSeparators } from '../../wording.ts';
import { daysText, durationText, isoOf, stretchText } from '../dates.ts';
import { gapCounts } from '../digest/gaps.ts';
import { missingNotes, type Note, type Notes, remarkNotes } from '../digest/notes.ts';
import { plain } from '../plain.ts';
import type { Setting } from './groups.ts';
import { type Markup, markup, NONE } from './markup.ts';
import { moreText, section, severityBadge } from './words.ts';

const MOST_NOTES = 60;

/** What was found, of what, and whether the look was complete. */
export function summary(report: Report, setting: Setting): Markup {
  const counts = SEVERITIES.map(
    severity =>
      markup`<li${report.summary.findings[severity] === 0 ? markup` class="zero"` : ''}><b>${withSeparators(report.summary.findings[severity])}</b> ${severityBadge(severity)}</li>`,
  );
  const rows = factsOf(report, setting).map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`);
  return section(
    'summary',
    'Summary',
    markup`${verdictOf(report)}<ul class="counts" aria-label="Findings by severity">${counts}</ul>
${completenessOf(report)}<dl class="facts">${rows}</dl>
${remarksOf(report)}`,
  );
}

/** Without findings: what that is worth. Only a full look may say that there is nothing. */
function verdictOf({ findings, summary: { events, credentials, ...counted }, run, coverage }: Report): Markup {
  const all = SEVERITIES.reduce((sum, severity) => sum + counted.findings[severity], 0);
  const hidden = all - findings.length;
  const scope = `${countText(events, 'event')} of ${countText(credentials, 'credential')}`;
  const { blind, partial } = gapCounts(coverage);
  const isFull = run.complete && coverage.length > 0 && blind + partial === 0;
  if (all > 0)
    return markup`<p class="lead">${countText(all, 'finding')} in ${scope}${hidden > 0 ? `; ${countText(hidden, 'finding')} not shown, being below the least severity asked for` : ''}.</p>
`;
  if (events === 0 && credentials === 0)
    return markup`<p class="lead">Nothing was judged: no events were read.</p>
`;
  return markup`<p class="lead">${isFull ? 'No findings' : 'No findings in what could be seen'}: ${scope}.</p>
`;
}

function completenessOf(report: Report): Markup {
  const missing = missingNotes(report, MOST_NOTES);
  if (report.run.complete && missing.shown.length === 0)
    return markup`<p class="state"><b>✓ Complete.</b> Every source was read to its end.</p>
`;
  return markup`<div class="state incomplete"><p><b>⚠ Incomplete.</b> Not everything was read; what is below holds for what was.</p>${notesOf(missing)}</div>
`;
}

function remarksOf(report: Report): Markup {
  const notes = remarkNotes(report, MOST_NOTES);
  return notes.shown.length === 0 ? NONE : markup`<h3>Worth knowing</h3>${notesOf(notes)}`;
}

const notesOf = ({ shown, hidden }: Notes): Markup =>
  markup`<ul class="notes">${shown.map(noteOf)}</ul>${moreText(hidden, 'notes')}`;

const noteOf = ({ source, path, text }: Note): Markup =>
  markup`<li>${source === '' ? '' : markup`<b>${source}</b>: `}${path === '' ? '' : markup`<bdi>${path}</bdi> `}${text}</li>`;

function factsOf({ run, span, summary: counts, coverage }: Report, { isCompared, year }: Setting) {
  const { blind, partial } = gapCounts(coverage);
  const facts: [name: string, value: string][] = [];
  if (span !== null) facts.push(['logs', daysText(span.from, span.until, Number.NaN)]);
  if (run.since !== null || run.until !== null) facts.push(['judged', judgedText(run, year)]);
  if (isCompared) {
    const { new: fresh, known, resolved } = counts;
    facts.push(['compared', listText([`${fresh} new`, `${known} known`, `${resolved} resolved`])]);
  }
  if (counts.suppressed > 0) facts.push(['suppressed', countText(counts.suppressed, 'finding')]);
  const unseen = [
    ...(blind > 0 ? [`${countText(blind, 'rule')} blind`] : []),
    ...(partial > 0 ? [`${countText(partial, 'rule')} saw only part`] : []),
  ];
  if (unseen.length > 0) facts.push(['not seen', listText(unseen)]);
  if (run.config !== null) facts.push(['configuration', plain(run.config, 300)]);
  return facts;
}

function judgedText({ since, until, now }: Report['run'], year: number): string {
  if (since === null) return `up to ${isoOf(until!).slice(0, 16).replace('T', ' ')} UTC`;
  const end = until ?? now;
  return `${stretchText(since, end, year)} (${durationText(end - since)}); what came before is history to compare with`;
}
