import { Chalk } from 'chalk';
import type { RegisterRow } from '../../model/register.ts';
import type { Report } from '../../model/report.ts';
import { displayWidth, headOf, plain } from '../plain.ts';
import { defineReporter, type Style } from '../reporter.ts';
import { fill, indent, openPage, type Page } from '../text/layout.ts';
import { type Column, columnsAt } from './columns.ts';
import { remarkTexts, scopeText, UNKNOWN } from './words.ts';

/** The register for a terminal, as wide as that is. */
export const table = defineReporter({
  id: 'table',
  title: 'Table',
  description: 'A line for each key, with as many columns as the terminal has room for.',
  file: 'keys.txt',
  render: renderTable,
});

const GAP = 2;
/** Wide enough for whatever may not be shortened. */
const WIDEST_CELL = 60;

/** A column with the room that it is given. */
interface Lane {
  readonly column: Column;
  width: number;
}

function* renderTable(report: Report, style: Style): Generator<string> {
  const page = openPage(style);
  const { bold, dim } = new Chalk({ level: style.color ? 1 : 0 });
  const rows = report.register?.rows ?? [];
  yield* linesOf(page, scopeText(report), bold);
  if (!report.run.complete) yield* linesOf(page, 'Incomplete: not every source was read to its end.', bold);
  if (rows.length === 0) return;
  const lanes = lanesFor(columnsAt(report.run.now), rows, page.width);
  const ids = idsOf(rows, lanes[0]!);
  yield `\n${bold(
    lineOf(
      lanes.map(({ column }) => column.title),
      lanes,
    ),
  )}\n`;
  let hasUnknown = false;
  for (const [i, row] of rows.entries()) {
    const [first = '', ...cells] = lanes.map(({ column, width }, at) => (at === 0 ? ids[i]! : column.cell(row, width)));
    hasUnknown ||= cells.includes(UNKNOWN);
    // An id too long for its column has a line of its own.
    if (displayWidth(first) > lanes[0]!.width) yield `${first}\n${lineOf(['', ...cells], lanes)}\n`;
    else yield `${lineOf([first, ...cells], lanes)}\n`;
    const remarks = remarkTexts(row).join('; ');
    if (remarks !== '') yield* linesOf(page, plain(remarks), dim, '  ');
  }
  if (hasUnknown) yield* ['\n', ...linesOf(page, `${UNKNOWN} not known, or not visible in these sources`, dim)];
}

const linesOf = (page: Page, text: string, paint: (text: string) => string, lead = ''): string[] =>
  fill(page, indent(page, lead), [{ text, paint }]).map(line => `${line}\n`);

function lineOf(cells: readonly string[], lanes: readonly Lane[]): string {
  const padded = lanes.map(({ column, width }, i) => {
    const text = headOf(cells[i]!, width);
    const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
    return column.isNumber === true ? space + text : text + space;
  });
  return padded.join(' '.repeat(GAP)).trimEnd();
}

/** The columns that have something to tell and room to tell it: those needed most first, then each as wide as can be. */
function lanesFor(columns: readonly Column[], rows: readonly RegisterRow[], width: number): Lane[] {
  const told = columns.flatMap(column => {
    const [least, most] = column.room ?? [WIDEST_CELL, WIDEST_CELL];
    const cells = rows.map(row => column.cell(row, most));
    if (column.isExtra === true && cells.every(cell => cell === '' || cell === UNKNOWN)) return [];
    const natural = Math.max(...[column.title, ...cells].map(displayWidth));
    return [{ column, natural, least: Math.max(column.title.length, Math.min(natural, least)) }];
  });
  let room = width + GAP;
  const chosen = new Set<Column>();
  for (const { column, least } of [...told].sort((a, b) => a.column.rank - b.column.rank)) {
    if (column.rank > 0 && least + GAP > room) break;
    room -= least + GAP;
    chosen.add(column);
  }
  return told
    .filter(({ column }) => chosen.has(column))
    .map(({ column, natural, least }) => {
      const more = Math.max(0, Math.min(natural - least, room));
      room -= more;
      return { column, width: least + more };
    });
}

/** Ids that fit their column; those that would look alike there stand in full. */
function idsOf(rows: readonly RegisterRow[], { column, width }: Lane): string[] {
  const shown = rows.map(row => column.cell(row, width));
  const holders = new Map<string, Set<string>>();
  for (const [i, text] of shown.entries()) holders.set(text, (holders.get(text) ?? new Set()).add(rows[i]!.id));
  return shown.map((text, i) => (holders.get(text)!.size === 1 ? text : plain(rows[i]!.id)));
}
