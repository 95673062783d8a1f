import type { Report } from '../../model/report.ts';
import { scopeOf } from '../digest/scope.ts';
import { tameName } from '../digest/tame.ts';
import { fill, indent, listRuns, type Page } from './layout.ts';

/** What was read, over which time, and how much it was. */
export function headerLines(page: Page, report: Report): string[] {
  const { sources, days, amounts, window } = scopeOf(report, Math.floor(page.width / 2));
  const names = { text: sources, paint: page.normal, gap: 2, isWhole: true };
  const lines = fill(page, indent(page, ''), [
    { text: tameName(report.tool.name), paint: page.strong },
    names,
    { text: days, paint: page.normal, gap: 3, isWhole: true },
    ...listRuns(amounts, page.normal, 3),
  ]);
  return window === '' ? lines : [...lines, ...fill(page, indent(page, ''), [{ text: window, paint: page.faint }])];
}
