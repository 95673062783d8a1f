import type { Report, SourceReport } from '../../model/report.ts';
import { withSeparators } from '../../wording.ts';
import { plain } from '../plain.ts';
import { fill, indent, type Page } from './layout.ts';
import { sourceNames } from './sources.ts';

const SHOWN_NOTES = 10;
const LONGEST_LINE = 400;
const UNFINISHED = 'The run ended before everything was read.';

/** What is missing of what was to be read. */
export function noteLines(page: Page, { run, sources }: Report): string[] {
  const ids = sources.map(({ id }) => id);
  const nameOf = sourceNames(ids, Number.POSITIVE_INFINITY);
  const notes = sources.map(source => notesOf(source, nameOf(source.id), sources.length > 1));
  if (!run.complete && notes.every(lines => lines.length === 0))
    notes.push([{ source: '', path: '', text: UNFINISHED }]);
  return sectionLines(page, 'Incomplete', notes);
}

/** What is worth knowing of what was read. */
export function remarkLines(page: Page, { sources }: Pick<Report, 'sources'>): string[] {
  const nameOf = sourceNames(
    sources.map(({ id }) => id),
    Number.POSITIVE_INFINITY,
  );
  const remarks = sources.map(({ id, remarks }) =>
    remarks.map(remark => noteOf(remark, id, sources.length > 1 ? nameOf(id) : '')),
  );
  return sectionLines(page, 'Worth knowing', remarks);
}

function sectionLines(page: Page, title: string, notes: readonly (readonly Note[])[]): string[] {
  const told = notes.filter(lines => lines.length > 0);
  if (told.length === 0) return [];
  // Each source has its say, however long the note of another.
  const fair = Math.max(1, Math.floor(SHOWN_NOTES / told.length));
  const shown = told.flatMap(lines => lines.slice(0, fair)).slice(0, SHOWN_NOTES);
  const hidden = countNotes(told.flat()) - countNotes(shown);
  const more = { text: `… ${withSeparators(hidden)} more`, paint: page.faint };
  return [
    page.strong(title),
    ...shown.flatMap(note => lineOf(page, note)),
    ...(hidden > 0 ? fill(page, indent(page, '  '), [more]) : []),
  ];
}

/** A line of a source's note: where, and what is wrong there. */
interface Note {
  /** Told where nothing else says it. */
  readonly source: string;
  readonly path: string;
  readonly text: string;
}

/** A path stays in one piece, as wide as it may be: it is there to be copied. */
function lineOf(page: Page, { source, path, text }: Note): string[] {
  return fill(page, indent(page, '  '), [
    { text: source === '' ? '' : `${source}:`, paint: page.normal, isWhole: true, isUncut: true },
    { text: path, paint: page.normal, isWhole: true, isUncut: true },
    { text, paint: page.normal, isUncut: true },
  ]);
}

/** A note has a line for each piece of damage. */
function notesOf({ id, complete, note }: SourceReport, name: string, areMany: boolean): Note[] {
  if (note === null) return complete ? [] : [{ source: name, path: '', text: 'not read to its end' }];
  const lines = note.split('\n').filter(line => line.trim() !== '');
  return lines.map(line => noteOf(line, id, areMany ? name : ''));
}

/** A path within the source is told from there; a line that names no path is told which source it is about. */
function noteOf(line: string, id: string, source: string): Note {
  const root = withoutDot(id).replace(/[\\/]+$/, '');
  const [inside, isAbout] = withinText(withoutDot(line), root);
  const told = plain(inside ?? line, LONGEST_LINE);
  const path = isAbout ? (/^.+?[:,](?= )/.exec(told)?.[0] ?? '') : '';
  const isNamed = isAbout && inside === undefined;
  return { source: isNamed ? '' : source, path, text: told.slice(path.length).trim() };
}

/** What a line says of a path below the root, and whether it is about the root or a path below it at all. */
function withinText(line: string, root: string): [inside: string | undefined, isAbout: boolean] {
  if (root === '' || !line.startsWith(root)) return [undefined, false];
  const rest = line.slice(root.length);
  const inside = /^[\\/]+(?=.)/.exec(rest)?.[0];
  return inside === undefined ? [undefined, /^[:,] /.test(rest)] : [rest.slice(inside.length), true];
}

const withoutDot = (path: string): string => path.replace(/^(?:\.[\\/]+)+/, '');

/** How many notes these are, counting those that the last line of a long note only counts. */
function countNotes(notes: readonly Note[]): number {
  const counts = notes.map(({ text }) => /^… and ([\d,]+) more$/.exec(text)?.[1]?.replaceAll(',', '') ?? 1);
  return counts.reduce<number>((sum, count) => sum + Number(count), 0);
}
