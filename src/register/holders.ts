import { groupBy } from '../group.ts';
import { isStatic, principalText } from '../kinds.ts';
import type { Credential } from '../model/credential.ts';

/** Who holds a key. */
export interface Holder {
  /** The same for all keys of one holder; empty when nobody knows. */
  readonly id: string;
  readonly text: string;
  /** Somebody on the way to the holder was disabled or removed. */
  readonly isGone: boolean;
}

/** A key is a member's, a member is a person; anything longer goes round in a circle. */
const MOST_STEPS = 3;

/** Follows who owns a key, and who owns that, to whom holds it in the end. */
export function holderOf(credential: Credential, known: (id: string) => Credential | undefined): Holder {
  const { id, kind, owner } = credential;
  // An identity without an owner is its own.
  let at = owner || (isStatic(kind) || kind === 'unknown' ? '' : id);
  let name = '';
  let isGone = false;
  for (let step = 0; step < MOST_STEPS; step++) {
    const principal = known(at);
    if (principal === undefined || isStatic(principal.kind)) break;
    isGone ||= principal.active === false && principal.id !== id;
    name = principal.name ?? name;
    if (principal.owner === '' || principal.owner === at) break;
    at = principal.owner;
  }
  if (at === '') return { id: '', text: '', isGone };
  const address = addressIn(at);
  return { id: address || at, text: address || name || principalText(at), isGone };
}

/** The e-mail address that a principal is named by, as every provider would write it; empty when there is none. */
export function addressIn(principal: string): string {
  const last = principal.slice(principal.lastIndexOf('/') + 1).trim();
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(last) ? last.toLowerCase() : '';
}

const ACCOUNT = /^(arn:[\w-]+:iam::)\d+(?=:user\/)/;

/** Gives a holder whom a list names without the account the id of the only one of that name that there is. */
export function withAccounts(holders: readonly Holder[]): (holder: Holder) => Holder {
  const whole = new Set(holders.flatMap(({ id }) => (ACCOUNT.test(id) ? [id] : [])));
  const byName = groupBy(whole, id => id.replace(ACCOUNT, '$1'));
  return holder => {
    const [id, ...others] = byName.get(holder.id) ?? [];
    return id === undefined || others.length > 0 ? holder : { ...holder, id };
  };
}
