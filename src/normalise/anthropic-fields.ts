import type { CredentialKind } from '../model/credential.ts';

/** The account of what does not say which organisation it is of. */
export const SOME_ORGANISATION = 'anthropic';

/** What a holder of keys is, by its id: a person or a service account; null for anything else. */
export function holderKind(id: string): CredentialKind | null {
  if (id.startsWith('user_')) return 'member';
  return id.startsWith('svac_') ? 'service-account' : null;
}
