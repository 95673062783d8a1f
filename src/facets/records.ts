import type { OptionValues } from '../model/option.ts';
import { dayOfHour } from '../time.ts';

/** A positive amount in one slot: a UTC hour or a UTC day since the epoch. */
export interface Amount {
  readonly slot: number;
  readonly amount: number;
  readonly day: number;
  /** Hours with an amount within the slot. */
  readonly hours: number;
}

/** What a slot is compared with: the busiest slot of a stretch before it, and how full that stretch is. */
export interface Baseline {
  /** Zero when the stretch is empty. */
  readonly record: number;
  /** The earliest slot that held the record. */
  readonly recordSlot: number;
  readonly hours: number;
  readonly days: number;
  /** Taken from all that is known before, because the usual stretch holds too little. */
  readonly isOfAll: boolean;
}

/** How much history makes a baseline: options of every rule about bursts. */
export const HABIT_OPTIONS = {
  baselineDays: { default: 28, min: 1, max: 365, describe: 'Days of history that the record is taken from.' },
  guardHours: { default: 24, min: 0, max: 168, describe: 'Hours just before that are left out of the history.' },
  minActiveHours: { default: 12, min: 1, max: 1000, describe: 'Active hours that make a baseline.' },
  minActiveDays: { default: 5, min: 1, max: 365, describe: 'Active days that make a baseline.' },
} as const;

/** Those options, as they are set. */
export type Habit = OptionValues<typeof HABIT_OPTIONS>;

/** Slots from `slot - from` up to, not including, `slot - until`. */
export interface Lookback {
  readonly from: number;
  readonly until: number;
}

/** The least amounts that are a burst. */
export interface BurstLimits {
  /** How many times as much makes the difference. */
  readonly times: number;
  hour(baseline: Baseline, isMature: boolean, slot: number): number;
  /** For days with a mature baseline; other days are not judged. */
  day(baseline: Baseline): number;
}

/** A slot at or above its limit. */
export interface Burst {
  readonly span: 'hour' | 'day';
  readonly slot: number;
  readonly amount: number;
  readonly limit: number;
  readonly baseline: Baseline;
  readonly isMature: boolean;
  /** Of an hour without a mature baseline: like what it does on other days, before or after. */
  readonly isUsual: boolean;
}

/** Amounts per hour, ascending, from rows that are; hours without an amount are left out. */
export function hourSeries<R>(rows: readonly R[], slotOf: (row: R) => number, amountOf: (row: R) => number): Amount[] {
  const series: Amount[] = [];
  for (const row of rows) {
    const slot = slotOf(row);
    const amount = amountOf(row);
    if (amount > 0) series.push({ slot, amount, day: dayOfHour(slot), hours: 1 });
  }
  return series;
}

/** The same amounts per day. */
export function daySeries(hours: readonly Amount[]): Amount[] {
  const days: Amount[] = [];
  for (const { day, amount } of hours) {
    const last = days.at(-1);
    if (last?.slot === day) {
      days[days.length - 1] = { slot: day, day, amount: last.amount + amount, hours: last.hours + 1 };
    } else days.push({ slot: day, day, amount, hours: 1 });
  }
  return days;
}

/** The baseline of every slot of an ascending series, in one pass with a sliding maximum. */
export function baselinesOf(series: readonly Amount[], { from, until }: Lookback): Baseline[] {
  const peaks: number[] = [];
  let head = 0;
  let start = 0;
  let end = 0;
  let hours = 0;
  let days = 0;
  return series.map(({ slot }) => {
    for (; series[end]!.slot < slot - until; end++) {
      const { amount, day } = series[end]!;
      while (peaks.length > head && series[peaks.at(-1)!]!.amount < amount) peaks.pop();
      peaks.push(end);
      hours += series[end]!.hours;
      if (end === start || series[end - 1]!.day !== day) days++;
    }
    for (; start < end && series[start]!.slot < slot - from; start++) {
      if (peaks[head] === start) head++;
      hours -= series[start]!.hours;
      if (start + 1 === end || series[start + 1]!.day !== series[start]!.day) days--;
    }
    const peak = series[peaks[head] ?? -1];
    return { record: peak?.amount ?? 0, recordSlot: peak?.slot ?? 0, hours, days, isOfAll: !Number.isFinite(from) };
  });
}

/**
 * The baseline of every slot: its stretch, or all before it where the stretch holds too little and the credential is
 * older: one that was silent for a month and comes back is not new.
 */
function fullestBaselines(series: readonly Amount[], lookback: Lookback, habit: Habit): Baseline[] {
  const usual = baselinesOf(series, lookback);
  const isLacking = ({ slot }: Amount, i: number) =>
    !isMature(usual[i]!, habit) && series[0]!.slot < slot - lookback.from;
  if (!series.some(isLacking)) return usual;
  const all = baselinesOf(series, { from: Number.POSITIVE_INFINITY, until: lookback.until });
  return series.map((each, i) => (isLacking(each, i) && all[i]!.days >= USUAL_DAYS ? all[i]! : usual[i]!));
}

/** A guard before the hour, so that a ramp does not teach the baseline, and the baseline before that. */
function hourLookback({ baselineDays, guardHours }: Habit): Lookback {
  return { from: guardHours + baselineDays * 24, until: guardHours };
}

/** The same in whole days. */
function dayLookback({ baselineDays, guardHours }: Habit): Lookback {
  const guardDays = Math.ceil(guardHours / 24);
  return { from: guardDays + baselineDays, until: guardDays };
}

/** Whether a baseline is full enough to compare with. */
function isMature({ hours, days, isOfAll }: Baseline, { minActiveHours, minActiveDays }: Habit): boolean {
  return isOfAll || (hours >= minActiveHours && days >= minActiveDays);
}

/** So many other days make a way of working. */
const USUAL_DAYS = 3;

/** Peaks within a day of an hour lie on its own UTC day or on one next to it. */
const NEAR_DAYS = 3;

/**
 * Tells of an hour whether on three other days, each at least 24 hours away, the busiest hour came near it: what a
 * credential does day after day is no burst only because the logs begin with it.
 */
export function usualHours(hours: readonly Amount[], times: number): (slot: number, amount: number) => boolean {
  const peaks = new Map<number, Amount>();
  for (const hour of hours) if (hour.amount > (peaks.get(hour.day)?.amount ?? 0)) peaks.set(hour.day, hour);
  const ranked = [...peaks.values()].sort((a, b) => b.amount - a.amount || a.slot - b.slot);
  const most = ranked.slice(0, USUAL_DAYS + NEAR_DAYS);
  return (slot, amount) =>
    most.filter(peak => Math.abs(peak.slot - slot) >= 24 && peak.amount * times >= amount).length >= USUAL_DAYS;
}

/** The bursts of an hourly series, and whether its last hour had a mature baseline. */
export function burstsOf(
  hours: readonly Amount[],
  habit: Habit,
  limits: BurstLimits,
): { readonly bursts: readonly Burst[]; readonly isMature: boolean } {
  const bursts: Burst[] = [];
  const hourly = fullestBaselines(hours, hourLookback(habit), habit);
  const isUsual = usualHours(hours, limits.times);
  for (const [i, { slot, amount }] of hours.entries()) {
    const baseline = hourly[i]!;
    const mature = isMature(baseline, habit);
    const limit = limits.hour(baseline, mature, slot);
    if (amount < limit) continue;
    const usual = !mature && isUsual(slot, amount);
    bursts.push({ span: 'hour', slot, amount, limit, baseline, isMature: mature, isUsual: usual });
  }
  const days = daySeries(hours);
  const daily = fullestBaselines(days, dayLookback(habit), habit);
  for (const [i, { slot, amount }] of days.entries()) {
    const baseline = daily[i]!;
    if (!isMature(baseline, habit)) continue;
    const limit = limits.day(baseline);
    if (amount < limit) continue;
    bursts.push({ span: 'day', slot, amount, limit, baseline, isMature: true, isUsual: false });
  }
  const last = hourly.at(-1);
  return { bursts, isMature: last !== undefined && isMature(last, habit) };
}

/** Hourly amounts for a plot: the day before the hour and the day from it on. */
export function plotAround(
  hours: readonly Amount[],
  hour: number,
): { readonly from: number; readonly values: number[] } {
  const from = hour - 24;
  const values = new Array<number>(48).fill(0);
  for (const { slot, amount } of hours) if (slot >= from && slot < from + values.length) values[slot - from] = amount;
  return { from, values };
}
