import { type Digest, mixNumber, mixText, newDigest } from './hash.ts';
import type { AuditEvent } from './model/event.ts';

const WORDS = 6;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Remembers every event that was counted, exactly. A GUID is kept as its 128 bits beside 64 bits of its body, 24 bytes
 * in all; any other id as text. The same id with another body is counted once per body and reported as a conflict, so
 * that no order of reading decides which body is believed.
 */
export class Seen {
  duplicates = 0;
  conflicts = 0;
  #table = new Int32Array(1024 * WORDS);
  #capacity = 1024;
  #size = 0;
  #names = new Map<string, Set<string>>();

  /** True when the event had not been seen; events without an id are always new. */
  add(event: AuditEvent): boolean {
    if (event.example === '') return true;
    const body = bodyOf(event);
    const fresh = GUID.test(event.example) ? this.#addGuid(event.example, body) : this.#addName(event.example, body);
    if (!fresh) this.duplicates++;
    return fresh;
  }

  #addGuid(guid: string, body: Digest): boolean {
    const words: Words = [
      Number.parseInt(guid.slice(0, 8), 16) | 0,
      Number.parseInt(guid.slice(9, 13) + guid.slice(14, 18), 16) | 0,
      Number.parseInt(guid.slice(19, 23) + guid.slice(24, 28), 16) | 0,
      Number.parseInt(guid.slice(28), 16) | 0,
      body.high,
      // Zero marks a free slot, so a body never ends in it.
      body.low === 0 ? 1 : body.low,
    ];
    if ((this.#size + 1) * 4 > this.#capacity * 3) this.#grow();
    return this.#insert(words, true);
  }

  #insert(words: Words, counting: boolean): boolean {
    const table = this.#table;
    let slot = spread(words) & (this.#capacity - 1);
    let conflict = false;
    for (;;) {
      const at = slot * WORDS;
      if (table[at + 5] === 0) break;
      if (
        table[at] === words[0] &&
        table[at + 1] === words[1] &&
        table[at + 2] === words[2] &&
        table[at + 3] === words[3]
      ) {
        if (table[at + 4] === words[4] && table[at + 5] === words[5]) return false;
        conflict = true;
      }
      slot = (slot + 1) & (this.#capacity - 1);
    }
    table.set(words, slot * WORDS);
    this.#size++;
    if (conflict && counting) this.conflicts++;
    return true;
  }

  #grow(): void {
    const old = this.#table;
    this.#capacity *= 2;
    this.#table = new Int32Array(this.#capacity * WORDS);
    this.#size = 0;
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at + 5] !== 0) this.#insert(old.subarray(at, at + WORDS) as unknown as Words, false);
    }
  }

  #addName(name: string, body: Digest): boolean {
    const text = `${body.high},${body.low}`;
    const bodies = this.#names.get(name);
    if (bodies === undefined) {
      this.#names.set(name, new Set([text]));
      return true;
    }
    if (bodies.has(text)) return false;
    bodies.add(text);
    this.conflicts++;
    return true;
  }
}

type Words = [number, number, number, number, number, number];

/** Ids that differ anywhere land apart, so that no log can crowd the table. */
function spread(words: Words): number {
  let x = Math.imul(words[0] ^ (words[1] >>> 7), 0x9e3779b1) ^ Math.imul(words[2] ^ (words[2] >>> 15), 0x85ebca6b);
  x ^= Math.imul(words[3] ^ (words[3] >>> 16), 0x7feb352d);
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
