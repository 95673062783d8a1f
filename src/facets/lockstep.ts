import { compareText } from '../wording.ts';

/** What one credential did, day by day. */
export interface Stream {
  readonly id: string;
  readonly days: ReadonlyMap<number, number>;
}

/** Streams that rise and fall together. */
export interface Lockstep {
  readonly members: readonly Stream[];
  /** The days on which their totals were alike, ascending. */
  readonly days: readonly number[];
  /** The mean of a member's total on those days. */
  readonly mean: number;
  /** The mean over those days of the standard deviation between members, as a part of their mean. */
  readonly variation: number;
}

/** What makes streams alike. */
export interface StepLimits {
  readonly minMembers: number;
  /** So many must they be when each does less than `fewPerDay`. */
  readonly minFew: number;
  readonly fewPerDay: number;
  readonly variation: number;
  readonly minDays: number;
}

/** Loads further apart than this do not belong together. */
const BAND = 2;

/** Of a band, the share that must be at work to make a day a common one. */
const COMMON_SHARE = 0.8;

/** Further from the median of a day than this part of it, a stream is out of step on that day. */
const STRAY = 0.5;

/** Of its days at work, the share on which a stream must be in step. */
const NEAR_SHARE = 0.75;

/**
 * Finds streams in step, each in one group at most. They are ranked by load and compared with the median of those with
 * a like load, never each with each.
 */
export function lockstepsIn(streams: readonly Stream[], limits: StepLimits): Lockstep[] {
  const found: Lockstep[] = [];
  let ranked = streams
    .map(stream => ({ stream, load: loadOf(stream) }))
    .sort((a, b) => a.load - b.load || compareText(a.stream.id, b.stream.id));
  while (ranked.length >= limits.minMembers) {
    const [start, end] = fullestBand(ranked);
    if (end - start < limits.minMembers) break;
    const lockstep = lockstepOf(
      ranked.slice(start, end).map(({ stream }) => stream),
      limits,
    );
    if (lockstep !== null) found.push(lockstep);
    ranked = [...ranked.slice(0, start), ...ranked.slice(end)];
  }
  return found;
}

/** What a stream does on a day on which it does anything. */
function loadOf({ days }: Stream): number {
  let total = 0;
  for (const amount of days.values()) total += amount;
  return total / days.size;
}

/** The most streams of like load, the least loads of equals, as [start, end). */
function fullestBand(ranked: readonly { readonly load: number }[]): readonly [number, number] {
  let [start, best] = [0, [0, 0] as [number, number]];
  for (let end = 1; end <= ranked.length; end++) {
    while (ranked[end - 1]!.load > BAND * ranked[start]!.load) start++;
    if (end - start > best[1] - best[0]) best = [start, end];
  }
  return best;
}

function lockstepOf(band: readonly Stream[], limits: StepLimits): Lockstep | null {
  const common = commonDays(band);
  if (common.length < limits.minDays) return null;
  const medians = new Map(common.map(day => [day, median(totalsOn(band, day))]));
  const members = band.filter(stream => isInStep(stream, medians, limits));
  const even = common.filter(day => variationOn(members, day) <= limits.variation);
  if (even.length < limits.minDays || even.length * 2 < common.length || !areEnough(members, even, limits)) return null;
  return {
    members,
    days: even,
    mean: meanOf(even.map(day => meanOf(totalsOn(members, day)))),
    variation: meanOf(even.map(day => variationOn(members, day))),
  };
}

/** The days on which nearly all were at work, ascending. */
function commonDays(streams: readonly Stream[]): number[] {
  const counts = new Map<number, number>();
  for (const { days } of streams) for (const day of days.keys()) counts.set(day, (counts.get(day) ?? 0) + 1);
  const least = COMMON_SHARE * streams.length;
  return [...counts].flatMap(([day, count]) => (count >= least ? [day] : [])).sort((a, b) => a - b);
}

/** Near the median on most of the days it was at work, and on enough of them. */
function isInStep({ days }: Stream, medians: ReadonlyMap<number, number>, { minDays }: StepLimits): boolean {
  let [atWork, near] = [0, 0];
  for (const [day, middle] of medians) {
    const amount = days.get(day) ?? 0;
    if (amount > 0) atWork++;
    if (amount > 0 && Math.abs(amount - middle) <= STRAY * middle) near++;
  }
  return near >= minDays && near >= NEAR_SHARE * atWork;
}

/** Few calls of each need many members. */
function areEnough(members: readonly Stream[], days: readonly number[], limits: StepLimits): boolean {
  if (members.length >= limits.minFew) return true;
  const busy = members.filter(member => meanOf(days.map(day => member.days.get(day) ?? 0)) >= limits.fewPerDay);
  return busy.length >= limits.minMembers;
}

const totalsOn = (streams: readonly Stream[], day: number): number[] =>
  streams.map(({ days }) => days.get(day) ?? 0).filter(amount => amount > 0);

function variationOn(streams: readonly Stream[], day: number): number {
  const totals = totalsOn(streams, day);
  const mean = meanOf(totals);
  return Math.sqrt(meanOf(totals.map(total => (total - mean) ** 2))) / mean;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
