import { formatDistanceStrict } from 'date-fns/formatDistanceStrict';
import { withSeparators } from '../wording.ts';
import { DAY, HOUR, MINUTE, MONTHS, SECOND } from '../time.ts';

const FIRST = Date.parse('0000-01-01T00:00:00Z');
const LAST = Date.UTC(9999, 11, 31);

/** Past this a stretch is told in days, not minutes. */
const LONG = 7 * DAY;

/** The instant, or the nearest one that has a four-digit year. */
const bounded = (at: number): number => Math.min(Math.max(at, FIRST), LAST) || 0;

/** ISO 8601 with milliseconds. */
export const isoOf = (at: number): string => new Date(bounded(at)).toISOString();

/** The UTC year of an instant. */
export const yearOf = (at: number): number => new Date(bounded(at)).getUTCFullYear();

/** '19 Nov'; with the year unless it is `year`. */
export function dayText(at: number, year: number): string {
  const date = new Date(bounded(at));
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]!}`;
  return yearOf(at) === year ? day : `${day} ${date.getUTCFullYear()}`;
}

const clockText = (at: number): string => isoOf(at).slice(11, 16);

/** '19 Nov 02:14'; with the year unless it is `year`. */
export const momentText = (at: number, year: number): string => `${dayText(at, year)} ${clockText(at)}`;

/** '1 Sep – 20 Nov'; years are said when they differ or are not `year`. */
export function daysText(from: number, until: number, year: number): string {
  const oneYear = yearOf(from) === yearOf(until);
  const last = dayText(until, oneYear ? year : Number.NaN);
  if (Math.floor(from / DAY) === Math.floor(until / DAY)) return last;
  return `${dayText(from, oneYear ? yearOf(from) : Number.NaN)} – ${last}`;
}

/** '19 Nov 02:14 – 03:58 UTC', or in days when it is long. */
export function stretchText(from: number, until: number, year: number): string {
  if (until - from >= LONG) return daysText(from, until, year);
  const shown = yearOf(from) === yearOf(until) ? year : Number.NaN;
  const start = momentText(from, shown);
  const end = Math.floor(from / DAY) === Math.floor(until / DAY) ? clockText(until) : momentText(until, shown);
  return momentText(until, shown) === start ? `${start} UTC` : `${start} – ${end} UTC`;
}

const UNITS = [
  ['day', DAY, 2 * DAY],
  ['hour', HOUR, HOUR],
  ['minute', MINUTE, MINUTE],
  ['second', SECOND, 0],
] as const;

/** '212 days', '3 hours': whole units, rounded down. */
export function durationText(length: number): string {
  const span = Math.min(Math.abs(length), LAST) || 0;
  const [unit, size] = UNITS.find(([, , least]) => span >= least)!;
  // Whole units from the epoch leave nothing for a time zone's clock changes to round away.
  const text = formatDistanceStrict(Math.floor(span / size) * size, 0, { unit });
  return text.replace(/\d+/, digits => withSeparators(Number(digits)));
}
