import { DAY, HOUR } from '../../time.ts';
import type { Window } from '../collector.ts';
import type { Stretch } from '../service/stretches.ts';

/** How far back usage is told. */
export const USAGE_DAYS = 365;

/** The first day of which usage is told. */
const USAGE_BEGAN = Date.UTC(2026, 0, 1);

const FEED_DAYS = 6 * 365;

/** What of a window usage is told of, in whole hours: the one that goes on is not over. */
export function usageStretch({ from, until }: Window, now: number): Stretch {
  const oldest = Math.max(Math.ceil((now - USAGE_DAYS * DAY) / HOUR) * HOUR, USAGE_BEGAN);
  return {
    from: Math.max(Math.floor((from ?? oldest) / HOUR) * HOUR, oldest),
    until: Math.floor(Math.min(until, now) / HOUR) * HOUR,
  };
}

/** What of a window the activity feed is asked for. */
export function feedStretch({ from, until }: Window, now: number): Stretch {
  return { from: Math.max(from ?? now - USAGE_DAYS * DAY, now - FEED_DAYS * DAY), until: Math.min(until, now) };
}
