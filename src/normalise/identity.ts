import type { CredentialKind } from '../model/credential.ts';

/** Who acted, and with what. */
export interface Identity {
  readonly credential: string;
  readonly kind: CredentialKind;
  /** The principal that holds the credential. */
  readonly owner: string;
  readonly account: string;
  readonly session: string;
  /** The owner; of what is lent to people, such as a role of Identity Center, the person or their session. */
  readonly principal: string;
}

/** Who acts with a credential that has no sessions; one that nobody is known to hold answers for itself. */
export const identityOf = (held: Omit<Identity, 'session' | 'principal'>): Identity => ({
  ...held,
  session: '',
  principal: held.owner || held.credential,
});

/** Somebody of whom nothing is known but the place, be it a resource, a subscription or a whole account. */
export const strangerAt = (place: string, account = place): Identity =>
  identityOf({ credential: `unidentified:${place}`, kind: 'unknown', owner: '', account });
