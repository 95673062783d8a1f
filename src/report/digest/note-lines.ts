import type { Report } from '../../model/report.ts';
import { countText } from '../../wording.ts';
import { plain } from '../plain.ts';
import { missingNotes } from './notes.ts';

/** What is missing of what was to be read, a line each: at most so many, and the others counted in one more. */
export function missingLines(report: Pick<Report, 'run' | 'sources'>, most: number): string[] {
  const { shown, hidden } = missingNotes(report, most);
  const lines = shown.map(({ source, path, text }) =>
    [source === '' ? '' : `${source}:`, path, text].filter(part => part !== '').join(' '),
  );
  return hidden > 0 ? [...lines, `${countText(hidden, 'more piece')} of damage`] : lines;
}

/** What is worth knowing of the run and of what was read, a line each. */
export const remarkTexts = ({ run, sources }: Pick<Report, 'run' | 'sources'>): string[] =>
  [...run.remarks, ...sources.flatMap(({ remarks }) => remarks)]
    .map(remark => plain(remark).trim())
    .filter(remark => remark !== '');
