import type { Report } from '../../model/report.ts';
import { DAY } from '../../time.ts';
import { countText, someText } from '../../wording.ts';
import { daysText, dayText, momentText, stretchText, yearOf } from '../dates.ts';
import { fill, indent, listRuns, type Page } from './layout.ts';
import { sourceNames } from './sources.ts';
import { tameName } from './tame.ts';

const SHOWN_SOURCES = 3;
const SHOWN_ACCOUNTS = 1;

/** What was read, over which time, and how much it was. */
export function headerLines(page: Page, report: Report): string[] {
  const { tool, sources, span, summary } = report;
  const ids = sources.map(({ id }) => id);
  const nameOf = sourceNames(ids, Math.floor(page.width / 2));
  const names = sources.map(({ id, accounts }) =>
    [nameOf(id), someText(accounts.map(tameName), SHOWN_ACCOUNTS)].join(' ').trim(),
  );
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
  const year = yearOf(now);
  const line = (text: string) => fill(page, indent(page, ''), [{ text, paint: page.faint }]);
  if (since !== null)
    return line(`judged ${stretchText(since, until ?? now, year)}; what came before is history to compare with`);
  return until === null ? [] : line(`judged up to ${limitText(until, year)}`);
}

/** A day that begins, or the minute. */
const limitText = (at: number, year: number): string =>
  at % DAY === 0 ? dayText(at, year) : `${momentText(at, year)} UTC`;
