import type { Credential } from '../model/credential.ts';
import { dayOf } from '../time.ts';
import { activityDays } from './activity.ts';
import type { Table } from './table.ts';

/** A credential with the days it was used on. */
interface Acting {
  readonly credential: Credential;
  readonly facets: { readonly activity: Table };
}

/** On how many UTC days, from one instant up to another, an account was seen at work. */
export type AccountDays = (account: string, from: number, until: number) => number;

/**
 * Tells what the logs cover of each account: other accounts' logs say nothing about it. A caller from an account of its
 * own stands in the log of the account it called, so it does not count.
 */
export function accountDays(everyone: Iterable<Acting>): AccountDays {
  const seen = new Map<string, Set<number>>();
  for (const { credential, facets } of everyone) {
    if (credential.kind === 'external-account') continue;
    const days = seen.get(credential.account) ?? new Set();
    for (const { day } of activityDays(facets.activity)) days.add(day);
    seen.set(credential.account, days);
  }
  return (account, from, until) => {
    let count = 0;
    for (const day of seen.get(account) ?? []) if (day >= dayOf(from) && day < dayOf(until)) count++;
    return count;
  };
}
