import { EXAMPLE_WIDTH, Examples } from './examples.ts';
import { Rows } from './rows.ts';

/** How values of one key become one; `or` unites sets of up to 31 bits. */
export type Fold = 'sum' | 'min' | 'max' | 'or';

/** What each fold starts from. */
export const IDENTITY: Readonly<Record<Fold, number>> = {
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  or: 0,
};

/** So many rows are looked through one by one; more need an index. */
const UNINDEXED = 64;

/** The instant that the times of a row are kept from: close to it they take 32 bits each, not 64. */
export type StartOf = (key: number) => number;

/**
 * Rows of numbers under non-negative integer keys, packed flat so that an hour of a key's life costs tens of bytes, not
 * hundreds. Each column folds by sum, min, max or or, so tables merge in any order to the same rows. Minima and maxima
 * are instants.
 */
export class Table {
  readonly folds: readonly Fold[];
  readonly #startOf: StartOf;
  /** In order of arrival: a key, then its values. */
  readonly #rows: Rows;
  /** Where the row of a key is, plus one; zero where there is none. None for few rows. */
  #index: Uint16Array | Uint32Array | null = null;

  /** An example of each row, where they are kept. */
  readonly examples: Examples | null;

  constructor(folds: readonly Fold[], startOf: StartOf, hasExamples = false) {
    const width = folds.length + 1;
    this.folds = folds;
    this.#startOf = startOf;
    this.#rows = new Rows(hasExamples ? width + EXAMPLE_WIDTH : width);
    this.examples = hasExamples ? new Examples(this.#rows, width) : null;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Folds one row of values into the row under `key`; returns the number of that row. */
  fold(key: number, values: ArrayLike<number>): number {
    const rows = this.#rows;
    const start = this.#startOf(key);
    const known = this.#find(key);
    const row = known < 0 ? this.#add(key) : known;
    for (let i = 0; i < this.folds.length; i++) {
      const fold = this.folds[i]!;
      const value = isTime(fold) ? values[i]! - start : values[i]!;
      rows.set(row, i + 1, known < 0 ? value : foldOne(fold, rows.get(row, i + 1), value));
    }
    return row;
  }

  merge(from: Table): void {
    for (let row = 0; row < from.size; row++) this.fold(from.#rows.get(row, 0), from.#values(row));
  }

  /** Rows in ascending order of key, each with its number. */
  *rows(): Generator<readonly [key: number, values: readonly number[], row: number]> {
    const rows = this.#rows;
    const order = new Uint32Array(rows.size).map((_, row) => row).sort((a, b) => rows.get(a, 0) - rows.get(b, 0));
    for (const row of order) yield [rows.get(row, 0), this.#values(row), row];
  }

  #values(row: number): number[] {
    const start = this.#startOf(this.#rows.get(row, 0));
    return this.#rows
      .values(row, 1, this.folds.length + 1)
      .map((value, i) => (isTime(this.folds[i]!) ? value + start : value));
  }

  /** Number of the row under `key`; negative when there is none. */
  #find(key: number): number {
    if (this.#index !== null) return this.#index[this.#slot(this.#index, key)]! - 1;
    let row = this.size - 1;
    while (row >= 0 && this.#rows.get(row, 0) !== key) row--;
    return row;
  }

  #add(key: number): number {
    const row = this.#rows.add();
    this.#rows.set(row, 0, key);
    if (this.#index === null ? row >= UNINDEXED : (row + 1) * 4 > this.#index.length * 3) this.#reindex();
    else if (this.#index !== null) this.#index[this.#slot(this.#index, key)] = row + 1;
    return row;
  }

  #slot(index: Uint16Array | Uint32Array, key: number): number {
    const mask = index.length - 1;
    let slot = spread(key) & mask;
    while (index[slot] !== 0 && this.#rows.get(index[slot]! - 1, 0) !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #reindex(): void {
    const length = (this.#index?.length ?? UNINDEXED) * 2;
    const index = length <= 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
    for (let row = 0; row < this.size; row++) index[this.#slot(index, this.#rows.get(row, 0))] = row + 1;
    this.#index = index;
  }
}

const isTime = (fold: Fold): boolean => fold === 'min' || fold === 'max';

export function foldOne(fold: Fold, a: number, b: number): number {
  if (fold === 'sum') return a + b;
  if (fold === 'or') return a | b;
  return fold === 'min' ? Math.min(a, b) : Math.max(a, b);
}

/** A table as JSON; an untouched min or max (infinite) is written as null. */
export function encodeTable(table: Table): (number | null)[][] {
  return Array.from(table.rows(), ([key, values]) => [key, ...values.map(v => (Number.isFinite(v) ? v : null))]);
}

export function decodeTable(folds: readonly Fold[], startOf: StartOf, json: unknown): Table {
  const table = new Table(folds, startOf);
  for (const [key, ...values] of json as (number | null)[][]) {
    table.fold(
      key!,
      values.map((v, i) => v ?? IDENTITY[folds[i]!]),
    );
  }
  return table;
}

function spread(key: number): number {
  let x = Math.imul(key ^ Math.floor(key / 0x100000000), 0x9e3779b1);
  x ^= x >>> 15;
  return x ^ (x >>> 7);
}
