import type { Report, SourceReport } from '../../model/report.ts';
import { plain } from '../plain.ts';
import { sourceNames } from './sources.ts';

const LONGEST_LINE = 400;
const UNFINISHED = 'The run ended before everything was read.';

/** A line of a source's note, harmless: where, and what is wrong there. */
export interface Note {
  /** Told where nothing else says it. */
  readonly source: string;
  readonly path: string;
  readonly text: string;
}

/** Some notes of every source, and how many others there are. */
export interface Notes {
  readonly shown: readonly Note[];
  readonly hidden: number;
}

/** What is missing of what was to be read, at most so many notes. */
export function missingNotes({ run, sources }: Pick<Report, 'run' | 'sources'>, most: number): Notes {
  const ids = sources.map(({ id }) => id);
  const nameOf = sourceNames(ids, Number.POSITIVE_INFINITY);
  const notes = sources.map(source => notesOf(source, nameOf(source.id), sources.length > 1));
  if (!run.complete && notes.every(lines => lines.length === 0))
    notes.push([{ source: '', path: '', text: UNFINISHED }]);
  return someOf(notes, most);
}

/** What is worth knowing of the run and of what was read, at most so many notes. */
export function remarkNotes({ run, sources }: Pick<Report, 'run' | 'sources'>, most: number): Notes {
  const nameOf = sourceNames(
    sources.map(({ id }) => id),
    Number.POSITIVE_INFINITY,
  );
  const remarks = sources.map(({ id, remarks }) =>
    remarks.map(remark => noteOf(remark, id, sources.length > 1 ? nameOf(id) : '')),
  );
  const ofRun = run.remarks.map(text => ({ source: '', path: '', text: plain(text, LONGEST_LINE) }));
  return someOf([ofRun, ...remarks], most);
}

/** Each source has its say, however long the note of another. */
function someOf(notes: readonly (readonly Note[])[], most: number): Notes {
  const told = notes.filter(lines => lines.length > 0);
  const fair = Math.max(1, Math.floor(most / told.length));
  const shown = told.flatMap(lines => lines.slice(0, fair)).slice(0, most);
  return { shown, hidden: countNotes(told.flat()) - countNotes(shown) };
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
