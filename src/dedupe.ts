import { hash } from 'node:crypto';
import { type Digest, mixNumber, mixText, newDigest } from './hash.ts';
import type { AuditEvent } from './model/event.ts';

const WORDS = 6;

/** Events of a page: a power of two. */
const PAGE_ROWS = 1024;
const SHIFT = Math.log2(PAGE_ROWS);
const MASK = PAGE_ROWS - 1;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Remembers every event that was counted, 24 bytes each and an index: 128 bits of id beside 64 bits of body. A GUID is its own 128
 * bits, so it is never taken for another; any other id is known by 128 bits of its SHA-256. The same id with another
 * body is counted once per body and reported as a conflict, so that no order of reading decides which body is believed.
 */
export class Seen {
  duplicates = 0;
  conflicts = 0;
  #size = 0;
  /** Six words an event, in order of arrival; in pages, so that growing copies nothing. */
  readonly #pages: Int32Array[] = [];
  /** Where an id's row is, plus one; zero where there is none. */
  #index = new Int32Array(1024);

  /** True when the event had not been seen; events without an id are always new. */
  add(event: AuditEvent): boolean {
    if (event.example === '') return true;
    const words = wordsOf(event);
    const index = this.#index;
    const mask = index.length - 1;
    let conflict = false;
    let slot = spread(words[0], words[1], words[2], words[3]) & mask;
    for (; index[slot] !== 0; slot = (slot + 1) & mask) {
      const found = this.#compare(index[slot]! - 1, words);
      if (found === 'same') {
        this.duplicates++;
        return false;
      }
      conflict ||= found === 'other body';
    }
    if (conflict) this.conflicts++;
    this.#append(words, slot);
    return true;
  }

  #compare(row: number, words: Words): 'same' | 'other body' | 'other id' {
    const page = this.#pages[row >> SHIFT]!;
    const at = (row & MASK) * WORDS;
    for (let i = 0; i < 4; i++) if (page[at + i] !== words[i]) return 'other id';
    return page[at + 4] === words[4] && page[at + 5] === words[5] ? 'same' : 'other body';
  }

  #append(words: Words, slot: number): void {
    const row = this.#size++;
    if ((row & MASK) === 0) this.#pages.push(new Int32Array(PAGE_ROWS * WORDS));
    this.#pages[row >> SHIFT]!.set(words, (row & MASK) * WORDS);
    this.#index[slot] = row + 1;
    if (this.#size * 4 > this.#index.length * 3) this.#reindex();
  }

  #reindex(): void {
    const index = new Int32Array(this.#index.length * 2);
    const mask = index.length - 1;
    for (let row = 0; row < this.#size; row++) {
      const page = this.#pages[row >> SHIFT]!;
      const at = (row & MASK) * WORDS;
      let slot = spread(page[at]!, page[at + 1]!, page[at + 2]!, page[at + 3]!) & mask;
      while (index[slot] !== 0) slot = (slot + 1) & mask;
      index[slot] = row + 1;
    }
    this.#index = index;
  }
}

/** The id and the body as six words. */
function wordsOf(event: AuditEvent): Words {
  const { high, low } = bodyOf(event);
  const id = event.example;
  const hex = GUID.test(id) ? id.replaceAll('-', '') : hash('sha256', id);
  const word = (at: number): number => Number.parseInt(hex.slice(at, at + 8), 16) | 0;
  return [word(0), word(8), word(16), word(24), high, low];
}

type Words = [number, number, number, number, number, number];

/** Ids that differ anywhere land apart, so that no log can crowd a table. */
function spread(a: number, b: number, c: number, d: number): number {
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
