import type { Rows } from './rows.ts';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DIGITS = '0123456789abcdef';
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Where the words of a GUID without its dashes begin. */
const WORDS = [0, 8, 16, 24];

/** How many columns of a row an example takes. */
export const EXAMPLE_WIDTH = WORDS.length;

/**
 * The smallest event id of each row, kept in its columns from one on: a GUID, as nearly all are, takes 16 bytes there
 * instead of 64 as a text.
 */
export class Examples {
  readonly #rows: Rows;
  readonly #from: number;
  /** The ids that are no GUIDs; in the rows of those the first word is zero. */
  #texts: Map<number, string> | null = null;

  constructor(rows: Rows, from: number) {
    this.#rows = rows;
    this.#from = from;
  }

  /** Takes in an event id of a row; an empty one is none. */
  fold(row: number, id: string): void {
    if (id === '') return;
    const order = this.#compare(row, id);
    const isSmaller = order === 0 ? smallerExample(this.get(row), id) === id : order < 0;
    if (isSmaller) this.set(row, id);
  }

  /** The smallest id of a row; empty when there is none. */
  get(row: number): string {
    const [a, b, c, d] = this.#rows.values(row, this.#from, this.#from + EXAMPLE_WIDTH) as [
      number,
      number,
      number,
      number,
    ];
    if (a === 0) return this.#texts?.get(row) ?? '';
    return `${upper(a)}${lower(a)}-${upper(b)}-${lower(b)}-${upper(c)}-${lower(c)}${upper(d)}${lower(d)}`;
  }

  /** Puts an event id in place of what a row held. */
  set(row: number, id: string): void {
    const hex = GUID.test(id) ? id.replaceAll('-', '') : '';
    const words = WORDS.map(at => Number.parseInt(hex.slice(at, at + 8), 16) | 0);
    const isGuid = words[0] !== 0;
    words.forEach((word, i) => this.#rows.set(row, this.#from + i, isGuid ? word : 0));
    if (isGuid || id === '') this.#texts?.delete(row);
    else this.#texts = (this.#texts ?? new Map<number, string>()).set(row, id);
  }

  /** Compares an id with the first digits of a GUID that is held; they nearly always tell, and no text is made. */
  #compare(row: number, id: string): number {
    const word = this.#rows.get(row, this.#from);
    for (let i = 0; i < 8 && word !== 0; i++) {
      const digit = DIGITS.charCodeAt((word >>> (28 - 4 * i)) & 15);
      if (id.charCodeAt(i) !== digit) return id.charCodeAt(i) > digit ? 1 : -1;
    }
    return 0;
  }
}

/** The halves of a word as digits. */
const upper = (word: number): string => BYTES[word >>> 24]! + BYTES[(word >>> 16) & 255]!;
const lower = (word: number): string => BYTES[(word >>> 8) & 255]! + BYTES[word & 255]!;

/** The smaller of two event ids, an empty one counting as none. */
export function smallerExample(a: string, b: string): string {
  if (a === '') return b;
  return b !== '' && b < a ? b : a;
}
