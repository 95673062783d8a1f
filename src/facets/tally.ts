import { type Fold, foldOne } from './table.ts';

/** One row of a tally: folded numbers and the smallest example id seen. */
export interface TallyRow {
  readonly values: number[];
  example: string;
}

/**
 * Rows under text keys, bounded without depending on order: past `bound` rows every key is made coarser by the next
 * step, never dropped. The level is a function of the set of keys alone, so any split merges to the same tally. Each
 * step must map keys that were equal before it to equal keys, and the last must have a bounded range.
 */
export interface TallyShape {
  readonly bound: number;
  readonly folds: readonly Fold[];
  readonly coarser: readonly ((key: string) => string)[];
}

export interface Tally {
  level: number;
  rows: Map<string, TallyRow>;
}

export const newTally = (): Tally => ({ level: 0, rows: new Map() });

export function addToTally(
  shape: TallyShape,
  tally: Tally,
  key: string,
  values: readonly number[],
  example: string,
): void {
  let coarse = key;
  for (let level = 0; level < tally.level; level++) coarse = shape.coarser[level]!(coarse);
  foldRow(shape, tally.rows, coarse, values, example);
  shrink(shape, tally);
}

export function mergeTally(shape: TallyShape, into: Tally, from: Tally): void {
  const level = Math.max(into.level, from.level);
  coarsenTo(shape, into, level);
  for (const [key, row] of from.rows) {
    let coarse = key;
    for (let step = from.level; step < level; step++) coarse = shape.coarser[step]!(coarse);
    foldRow(shape, into.rows, coarse, row.values, row.example);
  }
  shrink(shape, into);
}

/** Rows in ascending order of key. */
export function tallyRows(tally: Tally): [key: string, row: TallyRow][] {
  return [...tally.rows].sort(([a], [b]) => (a < b ? -1 : 1));
}

export function encodeTally(tally: Tally): [number, [string, string, ...(number | null)[]][]] {
  return [
    tally.level,
    tallyRows(tally).map(([key, row]) => [key, row.example, ...row.values.map(v => (Number.isFinite(v) ? v : null))]),
  ];
}

export function decodeTally(shape: TallyShape, json: unknown): Tally {
  const [level, rows] = json as [number, [string, string, ...(number | null)[]][]];
  const untouched = (i: number) => (shape.folds[i] === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
  return {
    level,
    rows: new Map(
      rows.map(([key, example, ...values]) => [key, { example, values: values.map((v, i) => v ?? untouched(i)) }]),
    ),
  };
}

function shrink(shape: TallyShape, tally: Tally): void {
  while (tally.rows.size > shape.bound && tally.level < shape.coarser.length) coarsenTo(shape, tally, tally.level + 1);
}

function coarsenTo(shape: TallyShape, tally: Tally, level: number): void {
  while (tally.level < level) {
    const step = shape.coarser[tally.level]!;
    const rows = new Map<string, TallyRow>();
    for (const [key, row] of tally.rows) foldRow(shape, rows, step(key), row.values, row.example);
    tally.rows = rows;
    tally.level++;
  }
}

function foldRow(
  shape: TallyShape,
  rows: Map<string, TallyRow>,
  key: string,
  values: readonly number[],
  example: string,
): void {
  const row = rows.get(key);
  if (row === undefined) {
    rows.set(key, { values: [...values], example });
    return;
  }
  for (let i = 0; i < shape.folds.length; i++) row.values[i] = foldOne(shape.folds[i]!, row.values[i]!, values[i]!);
  row.example = smallerExample(row.example, example);
}

/** The smaller of two event ids, an empty one counting as none. */
export function smallerExample(a: string, b: string): string {
  if (a === '') return b;
  return b !== '' && b < a ? b : a;
}
