import { hash } from 'node:crypto';
import { type Digest, mixNumber, mixText, newDigest } from './hash.ts';
import type { AuditEvent } from './model/event.ts';

/** Words of an event: its id, its body, its file. */
const WORDS = 7;
const ID_WORDS = 4;
const FILE = 6;

/** Words of an event that are kept from run to run: all but its file. */
const KEPT_WORDS = FILE;

/** The name of no file, behind all that are: where an event of an earlier run stood is not known any more. */
const FORGOTTEN = '\uffff';

/** Events of a page: a power of two. */
const PAGE_ROWS = 1024;
const SHIFT = Math.log2(PAGE_ROWS);
const MASK = PAGE_ROWS - 1;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Remembers every event that was counted, 28 bytes each and an index: 128 bits of id beside 64 bits of body, and the
 * number of the file. A GUID is its own 128 bits, so it is never taken for another; any other id is known by 128 bits of
 * its SHA-256. The same id with another body is counted once per body and reported as a conflict, so that no order of
 * reading decides which body is believed.
 */
export class Seen {
  duplicates = 0;
  conflicts = 0;
  #size = 0;
  /** The names of what was read; an event has the place of its own in this list. */
  readonly #files: string[] = [];
  /** Seven words an event, in order of arrival; in pages, so that growing copies nothing. */
  readonly #pages: Int32Array[] = [];
  /** Where an id's row is, plus one; zero where there is none. */
  #index = new Int32Array(1024);

  /** Gives a number to what is read next, under which its events are added. */
  openFile(name: string): number {
    return this.#files.push(name) - 1;
  }

  /** How many events with an id were counted; each has the number it came at. */
  get size(): number {
    return this.#size;
  }

  /** What tells some of these events from all others, so that another run can be told of them. */
  wordsOf(numbers: readonly number[]): Int32Array {
    const words = new Int32Array(numbers.length * KEPT_WORDS);
    for (const [i, row] of numbers.entries()) {
      const at = (row & MASK) * WORDS;
      words.set(this.#pageOf(row).subarray(at, at + KEPT_WORDS), i * KEPT_WORDS);
    }
    return words;
  }

  /** Takes in events that an earlier run counted. */
  recall(words: Int32Array): void {
    const file = this.openFile(FORGOTTEN);
    for (let at = 0; at < words.length; at += KEPT_WORDS) {
      const mask = this.#index.length - 1;
      let slot = spread(words, at) & mask;
      while (this.#index[slot] !== 0) slot = (slot + 1) & mask;
      this.#append([...words.subarray(at, at + KEPT_WORDS), file], slot);
    }
  }

  /** True when the event had not been seen; events without an id are always new. */
  add(event: AuditEvent, file: number): boolean {
    if (event.example === '') return true;
    const words = wordsOf(event);
    const index = this.#index;
    const mask = index.length - 1;
    let conflict = false;
    let slot = spread(words) & mask;
    for (; index[slot] !== 0; slot = (slot + 1) & mask) {
      const found = this.#compare(index[slot]! - 1, words);
      if (found === 'same') {
        this.duplicates++;
        this.#addFile(index[slot]! - 1, file);
        return false;
      }
      conflict ||= found === 'other body';
    }
    if (conflict) this.conflicts++;
    words.push(file);
    this.#append(words, slot);
    return true;
  }

  /** The first by name of all files that an event of this id stands in; null when there is none. */
  fileOf(id: string): string | null {
    const words = idWords(id);
    const index = this.#index;
    const mask = index.length - 1;
    let first: string | null = null;
    for (let slot = spread(words) & mask; index[slot] !== 0; slot = (slot + 1) & mask) {
      const row = index[slot]! - 1;
      if (!this.#isOfId(row, words)) continue;
      const name = this.#files[this.#pageOf(row)[(row & MASK) * WORDS + FILE]!]!;
      if (first === null || name < first) first = name;
    }
    return first === FORGOTTEN ? null : first;
  }

  /** Of several files with one event the first by name is kept, so that their order does not matter. */
  #addFile(row: number, file: number): void {
    const page = this.#pageOf(row);
    const at = (row & MASK) * WORDS + FILE;
    if (this.#files[file]! < this.#files[page[at]!]!) page[at] = file;
  }

  #compare(row: number, words: readonly number[]): 'same' | 'other body' | 'other id' {
    if (!this.#isOfId(row, words)) return 'other id';
    const page = this.#pageOf(row);
    const at = (row & MASK) * WORDS;
    return page[at + 4] === words[4] && page[at + 5] === words[5] ? 'same' : 'other body';
  }

  #isOfId(row: number, words: readonly number[]): boolean {
    const page = this.#pageOf(row);
    const at = (row & MASK) * WORDS;
    for (let i = 0; i < ID_WORDS; i++) if (page[at + i] !== words[i]) return false;
    return true;
  }

  #pageOf(row: number): Int32Array {
    return this.#pages[row >> SHIFT]!;
  }

  #append(words: readonly number[], slot: number): void {
    const row = this.#size++;
    if ((row & MASK) === 0) this.#pages.push(new Int32Array(PAGE_ROWS * WORDS));
    this.#pageOf(row).set(words, (row & MASK) * WORDS);
    this.#index[slot] = row + 1;
    if (this.#size * 4 > this.#index.length * 3) this.#reindex();
  }

  #reindex(): void {
    const index = new Int32Array(this.#index.length * 2);
    const mask = index.length - 1;
    for (let row = 0; row < this.#size; row++) {
      const page = this.#pageOf(row);
      const at = (row & MASK) * WORDS;
      let slot = spread(page, at) & mask;
      while (index[slot] !== 0) slot = (slot + 1) & mask;
      index[slot] = row + 1;
    }
    this.#index = index;
  }
}

/** The id and the body. */
function wordsOf(event: AuditEvent): number[] {
  const { high, low } = bodyOf(event);
  const words = idWords(event.example);
  words.push(high, low);
  return words;
}

function idWords(id: string): number[] {
  const hex = GUID.test(id) ? id.replaceAll('-', '') : hash('sha256', id);
  const word = (at: number): number => Number.parseInt(hex.slice(at, at + 8), 16) | 0;
  return [word(0), word(8), word(16), word(24)];
}

/** Ids that differ anywhere land apart, so that no log can crowd a table. */
function spread(words: ArrayLike<number>, at = 0): number {
  const [a, b, c, d] = [words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!];
  let x = Math.imul(a ^ (b >>> 7), 0x9e3779b1) ^ Math.imul(c ^ (c >>> 15), 0x85ebca6b);
  x ^= Math.imul(d ^ (d >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

/** Tells apart events that share an id: everything that could change a judgement. */
function bodyOf(event: AuditEvent): Digest {
  const digest = newDigest();
  mixNumber(digest, event.at);
  mixNumber(digest, event.tokensIn);
  mixNumber(digest, event.tokensOut);
  mixNumber(digest, event.microUsd);
  mixNumber(digest, event.count);
  mixNumber(digest, event.ttl);
  mixText(digest, event.credential);
  mixText(digest, event.session);
  mixText(digest, event.principal);
  mixText(digest, event.account);
  mixText(digest, event.action);
  mixText(digest, event.deed);
  mixText(digest, event.outcome);
  mixText(digest, event.address);
  mixText(digest, event.agent);
  mixText(digest, event.region);
  mixText(digest, event.inferenceRegion);
  mixText(digest, event.model);
  mixText(digest, event.mfa);
  mixText(digest, event.target);
  return digest;
}
