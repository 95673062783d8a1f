import type { Report } from '../../model/report.ts';
import { withSeparators } from '../../wording.ts';
import { type GapText, gapTexts } from '../digest/gaps.ts';
import { fill, indent, type Page } from './layout.ts';

const SHOWN_GAPS = 8;

/** What no rule, or not every rule, could see; one line when there is nothing to say. */
export function coverageLines(page: Page, { coverage }: Pick<Report, 'coverage'>): string[] {
  if (coverage.length === 0)
    return fill(page, indent(page, ''), [{ text: 'Nothing says what could be seen.', paint: page.strong }]);
  const gaps = gapTexts(coverage, Math.floor(page.width / 2));
  if (gaps.length === 0) return ['Every rule could see all that it needs.'];
  const hidden = gaps.length - SHOWN_GAPS;
  const more = { text: `… ${withSeparators(hidden)} more in --format json`, paint: page.faint };
  return [
    page.strong('Not seen'),
    ...gaps.slice(0, SHOWN_GAPS).flatMap(gap => gapLines(page, gap)),
    ...(hidden > 0 ? fill(page, indent(page, '  '), [more]) : []),
  ];
}

/** As a bullet: the reasons, and behind them the rules that they hold back. */
const gapLines = (page: Page, { isBlind, reasons, scope }: GapText): string[] =>
  fill(page, indent(page, '  - '), [
    { text: isBlind ? 'blind:' : '', paint: page.strong },
    { text: reasons, paint: page.normal },
    { text: `(${scope})`, paint: page.faint },
  ]);
