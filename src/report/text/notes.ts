import type { Report } from '../../model/report.ts';
import { withSeparators } from '../../wording.ts';
import { missingNotes, type Note, type Notes, remarkNotes } from '../digest/notes.ts';
import { fill, indent, type Page } from './layout.ts';

const SHOWN_NOTES = 10;

/** What is missing of what was to be read. */
export const noteLines = (page: Page, report: Report): string[] =>
  sectionLines(page, 'Incomplete', missingNotes(report, SHOWN_NOTES));

/** What is worth knowing of what was read. */
export const remarkLines = (page: Page, report: Pick<Report, 'run' | 'sources'>): string[] =>
  sectionLines(page, 'Worth knowing', remarkNotes(report, SHOWN_NOTES));

function sectionLines(page: Page, title: string, { shown, hidden }: Notes): string[] {
  if (shown.length === 0) return [];
  const more = { text: `… ${withSeparators(hidden)} more`, paint: page.faint };
  return [
    page.strong(title),
    ...shown.flatMap(note => lineOf(page, note)),
    ...(hidden > 0 ? fill(page, indent(page, '  '), [more]) : []),
  ];
}

/** A path stays in one piece, as wide as it may be: it is there to be copied. */
function lineOf(page: Page, { source, path, text }: Note): string[] {
  return fill(page, indent(page, '  '), [
    { text: source === '' ? '' : `${source}:`, paint: page.normal, isWhole: true, isUncut: true },
    { text: path, paint: page.normal, isWhole: true, isUncut: true },
    { text, paint: page.normal, isUncut: true },
  ]);
}
