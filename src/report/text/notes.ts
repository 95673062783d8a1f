import type { Report, SourceReport } from '../../model/report.ts';
import { withSeparators } from '../../numbers.ts';
import { plain } from '../plain.ts';
import { fill, indent, type Page } from './layout.ts';
import { sourceNames } from './sources.ts';

const SHOWN_NOTES = 10;
const LONGEST_LINE = 400;

/** What is wrong with what was read. */
export function noteLines(page: Page, { run, sources }: Report): string[] {
  const nameOf = sourceNames(
    page,
    sources.map(({ id }) => id),
  );
  const notes = sources.map(source => notesOf(source, nameOf(source.id), sources.length > 1));
  const told = notes.filter(lines => lines.length > 0);
  if (!run.complete && told.length === 0) told.push([{ path: '', text: 'The run ended before everything was read.' }]);
  if (told.length === 0) return [];
  // Each source has its say, however long the note of another.
  const fair = Math.max(1, Math.floor(SHOWN_NOTES / told.length));
  const shown = told.flatMap(lines => lines.slice(0, fair)).slice(0, SHOWN_NOTES);
  const hidden = countNotes(told.flat()) - countNotes(shown);
  const more = { text: `… ${withSeparators(hidden)} more`, paint: page.faint };
  return [
    page.strong(run.complete ? 'Remarks' : 'Incomplete'),
    ...shown.flatMap(note => lineOf(page, note)),
    ...(hidden > 0 ? fill(page, indent(page, '  '), [more]) : []),
  ];
}

/** A line of a source's note: where, and what is wrong there. */
interface Note {
  readonly path: string;
  readonly text: string;
}

/** A path stays in one piece, as wide as it may be: it is there to be copied. */
function lineOf(page: Page, { path, text }: Note): string[] {
  return fill(page, indent(page, '  '), [
    { text: path, paint: page.normal, isWhole: true, isUncut: true },
    { text, paint: page.normal, isUncut: true, gap: path === '' ? 0 : 1 },
  ]);
}

/** A note has a line for each piece of damage. */
function notesOf({ id, complete, note }: SourceReport, name: string, areMany: boolean): Note[] {
  if (note === null) return complete ? [] : [{ path: `${name}:`, text: 'not read to its end' }];
  const lines = note.split('\n').filter(line => line.trim() !== '');
  return lines.map(line => noteOf(line, id, areMany ? `${name}: ` : ''));
}

/** A path within the source is told from there; a line that names no path is told which source it is about. */
function noteOf(line: string, id: string, prefix: string): Note {
  const root = bareOf(id);
  const bare = bareOf(line);
  if (root === '' || !bare.startsWith(root)) return { path: '', text: `${prefix}${plain(line, LONGEST_LINE)}` };
  const inside = /^[\\/]+(.+)$/.exec(bare.slice(root.length))?.[1];
  const told = plain(inside ?? line, LONGEST_LINE);
  const [path] = /^.+?[:,](?= )/.exec(told) ?? [''];
  return { path: `${inside === undefined ? '' : prefix}${path}`, text: told.slice(path.length).trim() };
}

/** A path without what says nothing: a leading `./` and slashes at its end. */
const bareOf = (path: string): string => path.replace(/^(?:\.[\\/]+)+/, '').replace(/[\\/]+$/, '');

/** How many notes these are, counting those that the last line of a long note only counts. */
function countNotes(notes: readonly Note[]): number {
  const counts = notes.map(({ text }) => /(?:^|: )… and ([\d,]+) more$/.exec(text)?.[1]?.replaceAll(',', '') ?? 1);
  return counts.reduce<number>((sum, count) => sum + Number(count), 0);
}
