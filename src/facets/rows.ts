/** Rows of a page: a power of two. */
const PAGE_ROWS = 64;
const SHIFT = Math.log2(PAGE_ROWS);
const MASK = PAGE_ROWS - 1;

/** Most hold very few rows, so the first page grows step by step: from so many rows to so many. */
const FIRST_PAGE: ReadonlyMap<number, number> = new Map([
  [0, 2],
  [2, 4],
  [4, 8],
  [8, 16],
  [16, 32],
  [32, PAGE_ROWS],
]);

/** In a page of 32 bits the ends of the range stand for the infinities. */
const LEAST = -(2 ** 31);
const MOST = 2 ** 31 - 1;

type Page = Int32Array | Float64Array;

const NO_PAGES: readonly Page[] = [];
const NO_PAGE = new Int32Array();

/**
 * Rows of numbers in pages, so that growing copies nothing and leaves no garbage: what an audit remembers is mostly
 * this. A number takes 32 bits, until one in its page needs more.
 */
export class Rows {
  size = 0;
  readonly width: number;
  /** Copied when it grows: an array that is pushed to has room for 17, and most of these hold one page. */
  #pages = NO_PAGES;

  constructor(width: number) {
    this.width = width;
  }

  /** Adds a row of zeros and returns its number. */
  add(): number {
    const row = this.size++;
    const longer = FIRST_PAGE.get(row);
    if (longer !== undefined) this.#growFirst(longer);
    else if (row >= PAGE_ROWS && (row & MASK) === 0)
      this.#pages = [...this.#pages, new Int32Array(PAGE_ROWS * this.width)];
    return row;
  }

  get(row: number, column: number): number {
    const page = this.#pages[row >> SHIFT]!;
    const held = page[(row & MASK) * this.width + column]!;
    return page instanceof Int32Array ? widened(held) : held;
  }

  set(row: number, column: number, value: number): void {
    let page = this.#pages[row >> SHIFT]!;
    let held = value;
    if (page instanceof Int32Array) {
      held = narrowed(value);
      if (widened(held) !== value) [page, held] = [this.#widen(row >> SHIFT), value];
    }
    page[(row & MASK) * this.width + column] = held;
  }

  /** Values of a row from a column up to another, as an array of their own. */
  values(row: number, from: number, until: number): number[] {
    const values = new Array<number>(until - from);
    for (let column = from; column < until; column++) values[column - from] = this.get(row, column);
    return values;
  }

  #growFirst(rows: number): void {
    const page = this.#pages[0] ?? NO_PAGE;
    const length = rows * this.width;
    const longer = page instanceof Int32Array ? new Int32Array(length) : new Float64Array(length);
    longer.set(page);
    this.#pages = [longer];
  }

  #widen(index: number): Float64Array {
    const wide = Float64Array.from(this.#pages[index]!, widened);
    this.#pages = this.#pages.with(index, wide);
    return wide;
  }
}

function narrowed(value: number): number {
  if (value === Number.POSITIVE_INFINITY) return MOST;
  return value === Number.NEGATIVE_INFINITY ? LEAST : value | 0;
}

function widened(held: number): number {
  if (held === MOST) return Number.POSITIVE_INFINITY;
  return held === LEAST ? Number.NEGATIVE_INFINITY : held;
}
