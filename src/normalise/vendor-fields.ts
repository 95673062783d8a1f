import { textOf } from './dig.ts';
import { isMasked, tidy } from './redact.ts';

const LONGEST = 128;

/** An id as a vendor gives it; empty for none, and for a secret that stands where an id should. */
export function readId(value: unknown): string {
  const id = tidy(textOf(value).trim(), LONGEST);
  return isMasked(id) ? '' : id;
}

/** An e-mail address, the same however it is written. */
export const readEmail = (value: unknown): string => tidy(textOf(value).trim()).toLowerCase();
