/** Rows of a page: a power of two. */
const PAGE_ROWS = 32;
const SHIFT = Math.log2(PAGE_ROWS);
const MASK = PAGE_ROWS - 1;

/**
 * Rows of numbers in pages, so that growing copies nothing and leaves no garbage: what an audit remembers is mostly
 * this, and growing one array instead cost 60 MiB per million events.
 */
export class Rows {
  size = 0;
  readonly width: number;
  readonly #pages: Float64Array[] = [];

  constructor(width: number) {
    this.width = width;
  }

  /** Adds a row of zeros and returns its number. */
  add(): number {
    const row = this.size++;
    const [page, within] = [row >> SHIFT, row & MASK];
    if (page > 0 && within === 0) this.#pages.push(new Float64Array(PAGE_ROWS * this.width));
    // Most hold very few rows, so the first page grows step by step: 2, 8, 32.
    else if (page === 0 && (row === 0 || row === 2 || row === 8)) this.#growFirst(row === 0 ? 2 : row * 4);
    return row;
  }

  get(row: number, column: number): number {
    return this.#pages[row >> SHIFT]![(row & MASK) * this.width + column]!;
  }

  set(row: number, column: number, value: number): void {
    this.#pages[row >> SHIFT]![(row & MASK) * this.width + column] = value;
  }

  /** Values of a row from a column on, as an array of their own. */
  values(row: number, from = 0): number[] {
    const values = new Array<number>(this.width - from);
    for (let column = from; column < this.width; column++) values[column - from] = this.get(row, column);
    return values;
  }

  #growFirst(rows: number): void {
    const longer = new Float64Array(rows * this.width);
    if (this.#pages[0] !== undefined) longer.set(this.#pages[0]);
    this.#pages[0] = longer;
  }
}
