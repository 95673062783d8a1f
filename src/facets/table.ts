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

const NO_INDEX = new Int32Array(1);

/**
 * Rows of numbers under non-negative integer keys, packed flat so that an hour of a key's life costs tens of bytes, not
 * hundreds. Each column folds by sum, min or max, so tables merge in any order to the same rows.
 */
export class Table {
  readonly folds: readonly Fold[];
  /** In order of arrival: a key, then its values. */
  readonly #rows: Rows;
  /** Where the row of a key is, plus one; zero where there is none. */
  #index = NO_INDEX;

  constructor(folds: readonly Fold[]) {
    this.folds = folds;
    this.#rows = new Rows(folds.length + 1);
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Folds one row of values into the row under `key`. */
  fold(key: number, values: ArrayLike<number>): void {
    const rows = this.#rows;
    const row = this.#row(key);
    for (let i = 0; i < this.folds.length; i++) {
      rows.set(row, i + 1, foldOne(this.folds[i]!, rows.get(row, i + 1), values[i]!));
    }
  }

  merge(from: Table): void {
    for (let row = 0; row < from.size; row++) this.fold(from.#rows.get(row, 0), from.#rows.values(row, 1));
  }

  /** Rows in ascending order of key. */
  *rows(): Generator<readonly [key: number, values: readonly number[]]> {
    const rows = this.#rows;
    const order = new Uint32Array(rows.size).map((_, row) => row).sort((a, b) => rows.get(a, 0) - rows.get(b, 0));
    for (const row of order) yield [rows.get(row, 0), rows.values(row, 1)];
  }

  /** Number of the row under `key`, made if missing. */
  #row(key: number): number {
    const known = this.#index[this.#slot(key)]!;
    if (known > 0) return known - 1;
    const rows = this.#rows;
    const row = rows.add();
    rows.set(row, 0, key);
    for (let i = 0; i < this.folds.length; i++) rows.set(row, i + 1, IDENTITY[this.folds[i]!]);
    if (rows.size * 4 > this.#index.length * 3) this.#reindex();
    else this.#index[this.#slot(key)] = row + 1;
    return row;
  }

  #slot(key: number): number {
    const index = this.#index;
    const mask = index.length - 1;
    let slot = spread(key) & mask;
    while (index[slot] !== 0 && this.#rows.get(index[slot]! - 1, 0) !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #reindex(): void {
    this.#index = new Int32Array(Math.max(4, this.#index.length) * 2);
    for (let row = 0; row < this.size; row++) this.#index[this.#slot(this.#rows.get(row, 0))] = row + 1;
  }
}

export function foldOne(fold: Fold, a: number, b: number): number {
  if (fold === 'sum') return a + b;
  if (fold === 'or') return a | b;
  return fold === 'min' ? Math.min(a, b) : Math.max(a, b);
}

/** A table as JSON; an untouched min or max (infinite) is written as null. */
export function encodeTable(table: Table): (number | null)[][] {
  return Array.from(table.rows(), ([key, values]) => [key, ...values.map(v => (Number.isFinite(v) ? v : null))]);
}

export function decodeTable(folds: readonly Fold[], json: unknown): Table {
  const table = new Table(folds);
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
