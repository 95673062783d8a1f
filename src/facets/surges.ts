import type { Credential } from '../model/credential.ts';
import type { Episode, Json } from '../model/finding.ts';
import { DAY, dayOfHour, HOUR } from '../time.ts';
import { credentialNoun, dayText, hourText, isoText, oneText, timesText } from '../wording.ts';
import { type Amount, type Burst, plotAround } from './records.ts';
import type { Stretch } from './stretch.ts';

/** A burst of one measure, with its first and last instant and how grave it is. */
export interface Surge<M extends string> extends Burst, Episode {
  readonly measure: M;
  readonly severity: 'medium' | 'high';
}

interface TimedHour extends Stretch {
  readonly hour: number;
}

/** The rows of the hour or day of a burst. */
export function rowsWithin<R extends { readonly hour: number }>({ span, slot }: Burst, rows: readonly R[]): R[] {
  return rows.filter(({ hour }) => (span === 'hour' ? hour : dayOfHour(hour)) === slot);
}

/** First and last instant of the rows of a burst; all of its hour or day when they give no times. */
export function episodeOf(burst: Burst, rows: readonly TimedHour[]): Episode {
  const within = rowsWithin(burst, rows);
  const from = Math.min(...within.map(({ first }) => first));
  const until = Math.max(...within.map(({ last }) => last));
  const unit = unitOf(burst);
  return from <= until ? { from, until } : { from: burst.slot * unit, until: (burst.slot + 1) * unit - 1 };
}

/** High before medium, then by how far the limit was passed. */
export function strongestFirst<M extends string>(surges: readonly Surge<M>[]): Surge<M>[] {
  const isHigh = ({ severity }: Surge<M>) => (severity === 'high' ? 1 : 0);
  return [...surges].sort((a, b) => isHigh(b) - isHigh(a) || b.amount / b.limit - a.amount / a.limit);
}

/** How a rule tells of bursts that have a baseline; for one that has none it needs a sentence of its own, `newcomer`. */
export const BURST_MESSAGES = {
  hour: "{amount} {what} in the {hour} hour, {ratio} times this {noun}'s busiest hour ({record}) in the previous {days} days.",
  day: "{amount} {what} on {day}, {ratio} times this {noun}'s busiest day ({record}) in the previous {days} days.",
} as const;

/** What a rule says of an incident, but for its evidence: the strongest surge, and when each was. */
export function sayIncident<M extends string>(
  { id, kind }: Credential,
  ranked: readonly Surge<M>[],
  what: string,
  history: History,
) {
  const strongest = ranked[0]!;
  return {
    ...sayBurst(strongest, what, credentialNoun(kind), daysBefore(strongest, history)),
    severity: strongest.severity,
    subject: [id],
    episodes: ranked.map(({ from, until }) => ({ from, until })),
  };
}

/** How far back a burst is compared, and where the logs begin. */
export interface History {
  readonly baselineDays: number;
  readonly origin: number;
}

/** The days that the record was really taken from: logs may be younger than the look-back. */
function daysBefore(burst: Burst, { baselineDays, origin }: History): number {
  const known = Math.max(1, Math.ceil((burst.slot * unitOf(burst) - origin) / DAY));
  return burst.baseline.isOfAll ? known : Math.min(baselineDays, known);
}

function sayBurst(burst: Burst, what: string, noun: string, days: number) {
  const { span, slot, amount, limit, baseline, isMature } = burst;
  if (!isMature)
    return { message: 'newcomer', data: { amount, what, one: oneText(noun), limit, hour: hourText(slot) } } as const;
  const compared = { amount, what, noun, days, record: baseline.record, ratio: timesText(amount / baseline.record) };
  return span === 'hour'
    ? ({ message: 'hour', data: { ...compared, hour: hourText(slot) } } as const)
    : ({ message: 'day', data: { ...compared, day: dayText(slot * DAY) } } as const);
}

/** The numbers behind the strongest surge, a plot around its busiest hour, and the strongest surge of every other measure. */
export function burstEvidence<M extends string>(
  ranked: readonly Surge<M>[],
  hours: readonly Amount[],
  history: History,
) {
  const surge = ranked[0]!;
  const peak = hours
    .filter(({ slot, day }) => (surge.span === 'hour' ? slot : day) === surge.slot)
    .reduce((most, hour) => (hour.amount > most.amount ? hour : most));
  const { from, values } = plotAround(hours, peak.slot);
  const strongest = new Map<M, Surge<M>>();
  for (const other of ranked) if (!strongest.has(other.measure)) strongest.set(other.measure, other);
  return {
    ...numbersOf(surge),
    comparedDays: surge.isMature ? daysBefore(surge, history) : null,
    first: isoText(Math.min(...ranked.map(other => other.from))),
    last: isoText(Math.max(...ranked.map(other => other.until))),
    hourly: { from: isoText(from * HOUR), values },
    also: [...strongest.values()].slice(1).map(numbersOf),
  };
}

function numbersOf<M extends string>(surge: Surge<M>): { readonly [key: string]: Json } {
  const { measure, span, slot, amount, limit, baseline, isMature } = surge;
  const unit = unitOf(surge);
  return {
    measure,
    span,
    at: isoText(slot * unit),
    amount,
    limit,
    record: isMature ? baseline.record : null,
    recordAt: isMature ? isoText(baseline.recordSlot * unit) : null,
    ratio: isMature ? Math.floor((amount / baseline.record) * 10) / 10 : null,
  };
}

const unitOf = ({ span }: Burst): number => (span === 'hour' ? HOUR : DAY);
