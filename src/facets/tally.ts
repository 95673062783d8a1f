import { EXAMPLE_WIDTH, Examples } from './examples.ts';
import { Rows } from './rows.ts';
import { type Fold, foldOne, IDENTITY } from './table.ts';

export { smallerExample } from './examples.ts';

/** One row of a tally: folded numbers and the smallest example id seen. */
export interface TallyRow {
  readonly values: readonly number[];
  readonly example: string;
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
  /** None before there is a row. */
  kept: Kept | null;
}

interface Kept {
  /** Where each key's row is. */
  readonly rows: Map<string, number>;
  /** Row by row the folded numbers, and behind them the example. */
  readonly numbers: Rows;
  readonly examples: Examples;
}

export const newTally = (): Tally => ({ level: 0, kept: null });

/** How many rows there are. */
export const tallySize = ({ kept }: Tally): number => kept?.rows.size ?? 0;

export function addToTally(
  shape: TallyShape,
  tally: Tally,
  key: string,
  values: readonly number[],
  example: string,
): void {
  let coarse = key;
  for (let level = 0; level < tally.level; level++) coarse = shape.coarser[level]!(coarse);
  foldRow(shape, tally, coarse, { values, example });
  shrink(shape, tally);
}

export function mergeTally(shape: TallyShape, into: Tally, from: Tally): void {
  const level = Math.max(into.level, from.level);
  coarsenTo(shape, into, level);
  for (const [key, row] of unsortedRows(from)) {
    let coarse = key;
    for (let step = from.level; step < level; step++) coarse = shape.coarser[step]!(coarse);
    foldRow(shape, into, coarse, row);
  }
  shrink(shape, into);
}

/** Rows in ascending order of key. */
export function tallyRows(tally: Tally): [key: string, row: TallyRow][] {
  return [...unsortedRows(tally)].sort(([a], [b]) => (a < b ? -1 : 1));
}

type EncodedRow = [key: string, example: string, ...values: (number | null)[]];

/** A tally as JSON; an untouched min or max (infinite) is written as null. */
export function encodeTally(tally: Tally): [level: number, rows: EncodedRow[]] {
  const written = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return [tally.level, tallyRows(tally).map(([key, { values, example }]) => [key, example, ...values.map(written)])];
}

export function decodeTally(shape: TallyShape, json: unknown): Tally {
  const [level, rows] = json as [number, EncodedRow[]];
  const tally = { ...newTally(), level };
  for (const [key, example, ...values] of rows) {
    foldRow(shape, tally, key, { values: values.map((value, i) => value ?? IDENTITY[shape.folds[i]!]), example });
  }
  return tally;
}

function newKept(width: number): Kept {
  const numbers = new Rows(width + EXAMPLE_WIDTH);
  return { rows: new Map(), numbers, examples: new Examples(numbers, width) };
}

function* unsortedRows({ kept }: Tally): Generator<[key: string, row: TallyRow]> {
  if (kept === null) return;
  const { rows, numbers, examples } = kept;
  const width = numbers.width - EXAMPLE_WIDTH;
  for (const [key, row] of rows) yield [key, { values: numbers.values(row, 0, width), example: examples.get(row) }];
}

function shrink(shape: TallyShape, tally: Tally): void {
  while (tallySize(tally) > shape.bound && tally.level < shape.coarser.length) coarsenTo(shape, tally, tally.level + 1);
}

function coarsenTo(shape: TallyShape, tally: Tally, level: number): void {
  while (tally.level < level) {
    const step = shape.coarser[tally.level]!;
    const coarse = newTally();
    for (const [key, row] of unsortedRows(tally)) foldRow(shape, coarse, step(key), row);
    Object.assign(tally, coarse, { level: tally.level + 1 });
  }
}

function foldRow({ folds }: TallyShape, tally: Tally, key: string, { values, example }: TallyRow): void {
  tally.kept ??= newKept(folds.length);
  const { rows, numbers, examples } = tally.kept;
  const known = rows.get(key);
  const row = known ?? numbers.add();
  for (let i = 0; i < folds.length; i++) {
    const value = known === undefined ? values[i]! : foldOne(folds[i]!, numbers.get(row, i), values[i]!);
    numbers.set(row, i, value);
  }
  examples.fold(row, example);
  if (known === undefined) rows.set(key, row);
}
