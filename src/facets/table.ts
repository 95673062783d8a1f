export type Fold = 'sum' | 'min' | 'max';

const IDENTITY: Readonly<Record<Fold, number>> = {
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
};
const EMPTY = -1;

/**
 * Rows of numbers under non-negative integer keys, packed flat so that an hour of a key's life costs tens of bytes, not
 * hundreds. Each column folds by sum, min or max, so tables merge in any order to the same rows.
 */
export class Table {
  readonly folds: readonly Fold[];
  /** Row values, `folds.length` apiece; index with what `row` returns. Reread after every `row` call: it may move. */
  values: Float64Array;
  size = 0;
  #keys: Float64Array;
  #mask: number;

  constructor(folds: readonly Fold[], capacity = 4) {
    this.folds = folds;
    this.#keys = new Float64Array(capacity).fill(EMPTY);
    this.values = new Float64Array(capacity * folds.length);
    this.#mask = capacity - 1;
  }

  /** Index in `values` of the row under `key`, made if missing. */
  row(key: number): number {
    const width = this.folds.length;
    let slot = this.#slot(key);
    if (this.#keys[slot] === key) return slot * width;
    if ((this.size + 1) * 4 > (this.#mask + 1) * 3) {
      this.#grow();
      slot = this.#slot(key);
    }
    this.#keys[slot] = key;
    this.size++;
    for (let i = 0; i < width; i++) this.values[slot * width + i] = IDENTITY[this.folds[i]!];
    return slot * width;
  }

  /** Folds one row of values into the row under `key`. */
  fold(key: number, values: ArrayLike<number>): void {
    const start = this.row(key);
    for (let i = 0; i < this.folds.length; i++) {
      this.values[start + i] = foldOne(this.folds[i]!, this.values[start + i]!, values[i]!);
    }
  }

  merge(from: Table): void {
    const width = from.folds.length;
    for (let slot = 0; slot <= from.#mask; slot++) {
      const key = from.#keys[slot]!;
      if (key !== EMPTY) this.fold(key, from.values.subarray(slot * width, (slot + 1) * width));
    }
  }

  /** Rows in ascending order of key. */
  *rows(): Generator<readonly [key: number, values: readonly number[]]> {
    const width = this.folds.length;
    const slots: number[] = [];
    for (let slot = 0; slot <= this.#mask; slot++) if (this.#keys[slot] !== EMPTY) slots.push(slot);
    slots.sort((a, b) => this.#keys[a]! - this.#keys[b]!);
    for (const slot of slots) {
      yield [this.#keys[slot]!, Array.from(this.values.subarray(slot * width, (slot + 1) * width))];
    }
  }

  #slot(key: number): number {
    let slot = spread(key) & this.#mask;
    while (this.#keys[slot] !== EMPTY && this.#keys[slot] !== key) slot = (slot + 1) & this.#mask;
    return slot;
  }

  #grow(): void {
    const old = new Table(this.folds, 0);
    old.#keys = this.#keys;
    old.values = this.values;
    old.#mask = this.#mask;
    const capacity = (this.#mask + 1) * 2;
    this.#keys = new Float64Array(capacity).fill(EMPTY);
    this.values = new Float64Array(capacity * this.folds.length);
    this.#mask = capacity - 1;
    this.size = 0;
    this.merge(old);
  }
}

export function foldOne(fold: Fold, a: number, b: number): number {
  if (fold === 'sum') return a + b;
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
