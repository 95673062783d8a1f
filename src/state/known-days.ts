import { type Ledger, merge, openLedger } from '../ledger.ts';
import { lifetime } from '../facets/lifetime.ts';
import type { Plan } from '../plan.ts';
import { type DayHead, type FreshDay, joinDay } from './day-book.ts';
import { seal, unseal } from './sealed.ts';

/** A day of a source as it is kept. */
export interface KnownDay extends DayHead {
  /** Its ledger, sealed. */
  ledger(): Uint8Array;
  /** What tells its events from all others; empty once they are too old for any to come again. */
  ids(): Int32Array;
}

export const dayKey = ({ source, day }: Pick<DayHead, 'source' | 'day'>): string => `${source}\n${day}`;

/** The days of before and of now, each once: where both have one they are joined, or the fuller takes the place of the other. */
export function joinDays(
  plan: Plan,
  known: readonly KnownDay[],
  fresh: readonly FreshDay[],
  { replaces, wordsOf }: { replaces(day: DayHead): boolean; wordsOf(numbers: readonly number[]): Int32Array },
): KnownDay[] {
  const days = new Map(known.map(day => [dayKey(day), day]));
  for (const day of fresh) {
    const before = days.get(dayKey(day));
    if (before !== undefined && replaces(day)) {
      if (isFuller(before, day)) continue;
      days.set(dayKey(day), joined(plan, null, day, wordsOf(day.numbers)));
    } else days.set(dayKey(day), joined(plan, before ?? null, day, wordsOf(day.numbers)));
  }
  return [...days.values()].sort((a, b) => a.day - b.day || (a.source < b.source ? -1 : 1));
}

const isFuller = (a: DayHead, b: DayHead): boolean => a.calls > b.calls || (a.calls === b.calls && a.events > b.events);

function joined(plan: Plan, before: KnownDay | null, fresh: FreshDay, words: Int32Array): KnownDay {
  const { source, day } = fresh;
  const head = {
    source,
    day,
    events: fresh.events + (before?.events ?? 0),
    calls: fresh.calls + (before?.calls ?? 0),
    from: Math.min(fresh.from, before?.from ?? fresh.from),
    until: Math.max(fresh.until, before?.until ?? fresh.until),
  };
  const ledger = seal(joinDay(plan, [...(before === null ? [] : [before.ledger()]), ...fresh.ledgers], head));
  const earlier = before?.ids() ?? new Int32Array();
  const ids = new Int32Array(earlier.length + words.length);
  ids.set(earlier);
  ids.set(words, earlier.length);
  return { ...head, ledger: () => ledger, ids: () => ids };
}

/** What is kept for ever of days that are dropped: when each credential was first and last at work. */
export function lifetimesOf(plan: Plan, days: readonly KnownDay[]): Ledger {
  const kept = openLedger(plan);
  const index = plan.facets.findIndex(({ id }) => id === lifetime.id);
  for (const day of days) {
    const ledger = unseal(plan, day.ledger());
    const profiles = Array.from(ledger.profiles, ([id, states]) => {
      const blank = plan.facets.map((facet, i) => (i === index ? states[i] : facet.empty()));
      return [id, blank] as const;
    });
    merge(kept, { ...openLedger(plan), profiles: new Map(profiles) });
  }
  return kept;
}
