import type { Report } from '../../model/report.ts';
import { countText, someText } from '../../wording.ts';
import { daysText, stretchText, yearOf } from '../dates.ts';
import { shortName } from '../plain.ts';
import { fill, indent, listRuns, type Page } from './layout.ts';
import { tameName } from './tame.ts';

const SHOWN_SOURCES = 3;

/** What was read, over which time, and how much it was. */
export function headerLines(page: Page, report: Report): string[] {
  const { tool, sources, span, summary } = report;
  const names = sources.map(({ id }) => shortName(tameName(id), 36));
  const amounts = [countText(summary.events, 'event'), countText(summary.credentials, 'credential')];
  return [
    ...fill(page, indent(page, ''), [
      { text: tameName(tool.name), paint: page.strong },
      { text: someText(names, SHOWN_SOURCES), paint: page.normal, gap: 2, isWhole: true },
      {
        text: span === null ? '' : daysText(span.from, span.until, Number.NaN),
        paint: page.normal,
        gap: 3,
        isWhole: true,
      },
      ...listRuns(amounts, page.normal, 3),
    ]),
    ...windowLines(page, report),
  ];
}

/** The judged window, when it is less than all that was read. */
function windowLines(page: Page, { run }: Report): string[] {
  const { since, until, now } = run;
  if (since === null && until === null) return [];
  const year = yearOf(now);
  const text =
    since === null
      ? `judged up to ${stretchText(until!, until!, year)}`
      : `judged ${stretchText(since, until ?? now, year)}`;
  return fill(page, indent(page, ''), [
    { text: `${text}; what came before is history to compare with`, paint: page.faint },
  ]);
}
