import type { Shard } from '../collect/collector.ts';
import type { AuditEvent } from '../model/event.ts';
import { dayOfHour } from '../time.ts';
import type { Known } from './known.ts';
import { lastDayOf } from './known-pages.ts';

/** What an event is by its age alone. */
export type Age = 'fresh' | 'counted' | 'late';

/**
 * Tells of an event whether it can be told from those that were counted. Ids are kept for some weeks: what is older, and
 * of a credential that was seen on that day, may have been counted. In a file that has grown since, it was.
 */
export function createAges({ last, records, pages }: Known) {
  const seen = new Map<number, ReadonlySet<string>>();
  const seenOn = (day: number): ReadonlySet<string> => {
    const known = seen.get(day);
    if (known !== undefined) return known;
    const ids = pages
      .filter(page => page.day <= day && day <= lastDayOf(page))
      .flatMap(page => [...page.ledger().profiles.keys()]);
    const set = new Set(ids);
    seen.set(day, set);
    return set;
  };
  return (source: string, { key }: Shard, { hour, last: until, credential }: AuditEvent): Age => {
    const day = dayOfHour(hour);
    if (last === null || day >= last.idsFrom || !seenOn(day).has(credential)) return 'fresh';
    const readUntil = records.get(source)?.files.get(key)?.until ?? Number.NEGATIVE_INFINITY;
    return until <= readUntil ? 'counted' : 'late';
  };
}
