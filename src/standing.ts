import type { Credential } from './model/credential.ts';
import { DAY, SECOND } from './time.ts';

/** What an audit speaks of: `origin` and `horizon` are the ends of its logs, both `now` where there are none. */
interface Spoken {
  readonly now: number;
  readonly origin: number;
  readonly horizon: number;
}

/** Whether it is known when a credential was said to be active or not: what a list without a date says is of 1970. */
export const isDated = ({ observedAt }: Credential): boolean => observedAt >= DAY;

/**
 * Up to when the logs, or whoever last said that a credential is active, would have told of its end. Without any logs
 * nothing tells what became of it since that was said; what is said without a date is taken to be so still.
 */
export function knownUntil(credential: Credential, { now, origin, horizon }: Spoken): number {
  const { active, observedAt } = credential;
  if (active !== true || !isDated(credential)) return horizon;
  return Math.min(now, origin < now ? Math.max(horizon, observedAt) : observedAt);
}

/** Whether a credential was disabled or deleted, or had expired at that time. */
export const hasEnded = ({ active, expiresAt = Number.POSITIVE_INFINITY }: Credential, at: number): boolean =>
  active === false || expiresAt <= at;

/** Whether two sightings may be of one key, by when it was made: not every source tells fractions of a second. */
export const isSameAge = (
  { createdAt: a }: Pick<Credential, 'createdAt'>,
  { createdAt: b }: Pick<Credential, 'createdAt'>,
): boolean => a !== undefined && b !== undefined && Math.abs(a - b) < 2 * SECOND;
