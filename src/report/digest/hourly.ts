import type { Finding, Json } from '../../model/finding.ts';
import { withSeparators } from '../../wording.ts';
import { dayText, momentText, yearOf } from '../dates.ts';

/** Counts by the hour. */
export interface Hourly {
  readonly from: number;
  readonly values: readonly number[];
}

/** No hour holds more; a larger number is not a count. */
const MOST = Number.MAX_SAFE_INTEGER;

const BARS = '▁▂▃▄▅▆▇█';

/** The hourly counts that a finding gives as evidence, if it gives any. */
export function hourlyOf({ evidence }: Finding): Hourly | undefined {
  const { hourly } = evidence;
  if (!isRecord(hourly)) return undefined;
  const { from, values } = hourly;
  const at = typeof from === 'string' ? Date.parse(from) : from;
  if (typeof at !== 'number' || !Number.isFinite(at) || !Array.isArray(values) || values.length < 2) return undefined;
  const counts = values.map(value => (typeof value === 'number' && value > 0 && value <= MOST ? value : 0));
  return counts.some(count => count > 0) ? { from: at, values: counts } : undefined;
}

const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One bar for every `hours` hours, the highest of them. The lowest bar means none. */
export function sparkline({ values }: Hourly, hours: number): string {
  const peaks: number[] = [];
  for (let i = 0; i < values.length; i += hours) peaks.push(highest(values.slice(i, i + hours)));
  const peak = highest(peaks);
  return peaks.map(value => BARS[Math.ceil((value / peak) * (BARS.length - 1))]!).join('');
}

/** Since when, how many at most, and how many hours a bar of the sparkline stands for. */
export function hourlyText({ from, values }: Hourly, hours: number, now: number): string {
  const start = values.length < 48 ? momentText(from, yearOf(now)) : dayText(from, yearOf(now));
  return `since ${start}, peak ${withSeparators(highest(values))}/h${hours === 1 ? '' : `, ${hours} h a bar`}`;
}

/** The greatest of the counts, 0 when there are none. */
export const highest = (values: readonly number[]): number => values.reduce((high, value) => Math.max(high, value), 0);
