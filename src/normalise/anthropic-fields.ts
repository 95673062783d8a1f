import type { CredentialKind } from '../model/credential.ts';
import { textOf } from './dig.ts';
import { isMasked, tidy } from './redact.ts';

/** The account of what does not say which organisation it is of. */
export const SOME_ORGANISATION = 'anthropic';

const LONGEST_ID = 128;

/** An id as Anthropic gives it; empty for none, and for a secret that stands where an id should. */
export function readId(value: unknown): string {
  const id = tidy(textOf(value).trim(), LONGEST_ID);
  return isMasked(id) ? '' : id;
}

/** An e-mail address, the same however it is written. */
export const readEmail = (value: unknown): string => tidy(textOf(value).trim().toLowerCase());

/** What a holder of keys is, by its id: a person or a service account; null for anything else. */
export function holderKind(id: string): CredentialKind | null {
  if (id.startsWith('user_')) return 'member';
  return id.startsWith('svac_') ? 'service-account' : null;
}
