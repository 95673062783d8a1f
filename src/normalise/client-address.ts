import { readAddress } from './address.ts';

/** Callers can make it as long as they like; what counts is its end. */
const LONGEST = 4_096;

/**
 * The address of whoever called: the one that the log's own server was reached from or, with trusted proxies, the one in
 * `X-Forwarded-For` that the first of them was reached from. `hops` is how many of the last entries there were written by
 * proxies of one's own; whatever stands before them is a caller's word and counts for nothing.
 */
export function clientAddress(remote: string, forwarded: string, hops: number): string {
  if (!(hops >= 1)) return readAddress(remote);
  const entries = forwarded.slice(-LONGEST).split(',');
  const entry = forwarded === '' ? undefined : entries[entries.length - Math.floor(hops)];
  return readAddress(entry?.trim() ?? remote);
}
