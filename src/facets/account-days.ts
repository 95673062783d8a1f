import type { Credential } from '../model/credential.ts';
import { dayOf } from '../time.ts';

/** On how many UTC days, from one instant up to another, those whom one log tells of were seen at work. */
export type AccountDays = (log: string, from: number, until: number) => number;

/** How to tell which log speaks of a credential, and on which UTC days it was used. */
interface Reading<A> {
  logOf(credential: Credential): string;
  daysOf(one: A): Iterable<number>;
}

/**
 * Tells what the logs cover: those of other accounts say nothing about one. A caller from an account of its own stands
 * in the log of the account it called, so it does not count.
 */
export function accountDays<A extends { readonly credential: Credential }>(
  everyone: Iterable<A>,
  { logOf, daysOf }: Reading<A>,
): AccountDays {
  const seen = new Map<string, Set<number>>();
  for (const one of everyone) {
    if (one.credential.kind === 'external-account') continue;
    const log = logOf(one.credential);
    const days = seen.get(log) ?? new Set();
    for (const day of daysOf(one)) days.add(day);
    seen.set(log, days);
  }
  return (log, from, until) => {
    let count = 0;
    for (const day of seen.get(log) ?? []) if (day >= dayOf(from) && day < dayOf(until)) count++;
    return count;
  };
}
