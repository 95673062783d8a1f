import type { Json } from '../model/finding.ts';
import { dayOfHour } from '../time.ts';
import { listText } from '../wording.ts';
import type { PlaceHour } from './places.ts';

/** What was done from one country on one UTC day. */
export interface CountryDay {
  readonly day: number;
  count: number;
  first: number;
  last: number;
  grave: number;
}

/** Days by name (a country, a pair of countries), each list ascending. */
export type DaysByName = ReadonlyMap<string, readonly number[]>;

/** What a key normally does, as of a day. */
export interface Baseline {
  /** Days with any use in the look-back. */
  readonly activeDays: number;
  /** How likely the next day is to bring a new name, after Good and Turing: (names of one visit + 0.5) / (days + 1). */
  readonly novelty: number;
  /** Names seen in the look-back, with the days on which they were. */
  readonly known: ReadonlyMap<string, number>;
}

type HourOfUse = Pick<PlaceHour, 'hour' | 'country' | 'count' | 'first' | 'last' | 'grave'>;

/** Sums up hours, which come in order of time, into days by country. */
export function countryDays(hours: Iterable<HourOfUse>): Map<string, CountryDay[]> {
  const byCountry = new Map<string, CountryDay[]>();
  for (const { hour, country, count, first, last, grave } of hours) {
    const day = dayOfHour(hour);
    const days = byCountry.get(country) ?? [];
    if (days.length === 0) byCountry.set(country, days);
    const today = days.at(-1);
    if (today?.day !== day) days.push({ day, count, first, last, grave });
    else {
      today.count += count;
      today.first = Math.min(today.first, first);
      today.last = Math.max(today.last, last);
      today.grave += grave;
    }
  }
  return byCountry;
}

/** When each country was first seen. */
export function firstSeen(hours: Iterable<HourOfUse>): Map<string, number> {
  const firsts = new Map<string, number>();
  for (const { country, first } of hours) firsts.set(country, Math.min(firsts.get(country) ?? first, first));
  return firsts;
}

/** The days of each name, without what was done on them. */
export function daysOf(uses: ReadonlyMap<string, readonly { readonly day: number }[]>): Map<string, number[]> {
  return new Map([...uses].map(([name, days]) => [name, [...new Set(days.map(({ day }) => day))]]));
}

/** The days on which anything happened. */
export const activeDays = (days: DaysByName): number[] => [...new Set([...days.values()].flat())].sort((a, b) => a - b);

/** The days that had no other in the look-back before them. */
export function arrivals(days: readonly number[], lookbackDays: number): number[] {
  return days.filter((day, i) => i === 0 || day - days[i - 1]! > lookbackDays);
}

/** From an arrival on, the days on which a newcomer is not yet usual: its first `limit` ones, up to its next absence. */
export function newcomerDays(
  days: readonly number[],
  arrival: number,
  { lookbackDays, limit }: { readonly lookbackDays: number; readonly limit: number },
): number[] {
  const start = days.indexOf(arrival);
  let end = start + 1;
  while (end < days.length && end - start < limit && days[end]! - days[end - 1]! <= lookbackDays) end++;
  return days.slice(start, end);
}

/** What was usual before a day, over the look-back. */
export function baselineBefore(
  day: number,
  lookbackDays: number,
  names: DaysByName,
  active: readonly number[],
): Baseline {
  const within = (days: readonly number[]) => days.filter(d => d < day && d >= day - lookbackDays);
  const known = new Map<string, number>();
  const visits: number[] = [];
  for (const [name, days] of names) {
    const own = within(days);
    if (own.length > 0) known.set(name, own.length);
    if (own.length > 0 && Math.max(...own) - Math.min(...own) < VISIT_DAYS) visits.push(own.length);
  }
  const most = Math.max(0, ...known.values());
  // Where someone is at home is no visit, however short the logs; a single day is not at home anywhere.
  const isHome = most > 1 && visits.includes(most);
  const once = visits.length - (isHome ? 1 : 0);
  const { length } = within(active);
  return { activeDays: length, novelty: (once + 0.5) / (length + 1), known };
}

/** Days that lie all within a fortnight are one visit: who travels is in each country for some days, and then no more. */
const VISIT_DAYS = 14;

/** Names from the most to the least usual, the first five in full: 'DE', 'DE and US', 'DE, FR, US, PL, NL and 3 more'. */
export function usualText(known: ReadonlyMap<string, number>): string {
  const names = byHabit(known).map(([name]) => name);
  if (names.length > SHOWN) return `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
  return listText(names);
}

const SHOWN = 5;

/** Names with their days, as the evidence of a finding. */
export function habitEvidence(known: ReadonlyMap<string, number>): Json[] {
  return byHabit(known).map(([country, days]) => ({ country, days }));
}

/** Names with their days, from the most to the least usual. */
function byHabit(known: ReadonlyMap<string, number>): [name: string, days: number][] {
  return [...known].sort(([a, daysA], [b, daysB]) => daysB - daysA || (a < b ? -1 : 1));
}
