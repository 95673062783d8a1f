/**
 * A running 64-bit hash of text, held as two 32-bit halves. Not cryptographic: it tells bodies of one event id apart
 * and picks evenly among names; nothing secret or forgeable depends on it.
 */
export interface Digest {
  high: number;
  low: number;
}

export const newDigest = (): Digest => ({ high: 0x243f6a88, low: 0x85a308d3 | 0 });

/** Mixes one string into the digest; the boundary between strings counts. */
export function mixText(digest: Digest, text: string): void {
  let { high, low } = digest;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x9e3779b1);
    low = Math.imul(low ^ code, 0x85ebca6b);
  }
  digest.high = scramble(high ^ text.length);
  digest.low = scramble(low + Math.imul(text.length, 0xc2b2ae35));
}

/** Mixes one number (an integer below 2^53) into the digest. */
export function mixNumber(digest: Digest, value: number): void {
  const upper = Math.floor(value / 0x100000000) | 0;
  digest.high = scramble(Math.imul(digest.high ^ value, 0x9e3779b1) ^ upper);
  digest.low = scramble(Math.imul(digest.low ^ upper, 0x85ebca6b) ^ value);
}

/** The digest of one string as a non-negative integer below 2^53. */
export function hashText(text: string): number {
  const digest = newDigest();
  mixText(digest, text);
  return (digest.high >>> 11) * 0x100000000 + (digest.low >>> 0);
}

function scramble(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
