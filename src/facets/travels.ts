import type { Point } from '../model/event.ts';
import { dayOfHour } from '../time.ts';
import { defineFacet } from './facet.ts';
import { isKnocking } from './places.ts';
import { smallerExample } from './tally.ts';

/** Sign-ins from about one point within one hour. */
export interface SignInHour {
  readonly hour: number;
  readonly country: string;
  readonly point: Point;
  /** Came through a declared shared exit. */
  readonly egress: boolean;
  readonly first: number;
  readonly last: number;
  readonly example: string;
}

type Row = readonly [key: number, first: number, last: number, example: string];

/**
 * Where someone signed in, day by day. Of more than `KEPT` hours and points on one day only the earliest hours are kept,
 * by their keys alone, so that any split merges to the same, and each kept is whole.
 */
export interface Travels {
  /** Rows of each UTC day in order of key. */
  readonly days: Map<number, Row[]>;
  /** Sign-ins from a country that the database gave no point in. */
  unplaced: number;
  /** Some rows were left out. */
  cut: boolean;
}

const KEPT = 64;

/** What a person does by themselves; what their programs renew for them comes from wherever those run. */
const isByProgram = (action: string): boolean => action.includes('non-interactive');

/** Day by day and hour by hour, the points that a person signed in from. */
export const travels = defineFacet({
  id: 'travels',
  version: 2,
  columns: ['hour', 'address', 'deed', 'action', 'outcome'],
  empty: (): Travels => ({ days: new Map(), unplaced: 0, cut: false }),
  add(state, { hour, deed, action, outcome, count, at, last, example }, { country, point, egress }) {
    if (deed !== 'sign-in' || isKnocking(deed, outcome) || isByProgram(action) || count === 0 || country === '') return;
    if (point === undefined) state.unplaced += count;
    else fold(state, dayOfHour(hour), [keyOf(hour, country, point, egress), at, last, example]);
  },
  merge(into, from) {
    into.unplaced += from.unplaced;
    into.cut ||= from.cut;
    for (const [day, rows] of from.days) for (const row of rows) fold(into, day, row);
  },
  encode: ({ days, unplaced, cut }) => [unplaced, cut, [...days].sort(([a], [b]) => a - b)],
  decode(json) {
    const [unplaced, cut, days] = json as [number, boolean, [number, Row[]][]];
    return { days: new Map(days), unplaced, cut };
  },
});

/** The hours in order of time. */
export function signInHours({ days }: Travels): SignInHour[] {
  const hours = [...days].flatMap(([day, rows]) => rows.map(row => signInHour(day, row)));
  return hours.sort((a, b) => a.first - b.first || a.last - b.last);
}

function fold(state: Travels, day: number, row: Row): void {
  const [key, first, last, example] = row;
  const rows = state.days.get(day) ?? [];
  if (rows.length === 0) state.days.set(day, rows);
  const found = rows.findIndex(([other]) => other >= key);
  const place = found < 0 ? rows.length : found;
  const held = rows[place];
  if (held?.[0] === key) {
    rows[place] = [key, Math.min(held[1], first), Math.max(held[2], last), smallerExample(held[3], example)];
  } else rows.splice(place, 0, row);
  if (rows.length > KEPT) {
    rows.pop();
    state.cut = true;
  }
}

const LETTER_A = 65;
const COUNTRIES = 1024;
const LATITUDES = 1801;
const LONGITUDES = 3601;
const RADII = 1024;

/** All but the day, in one integer, the hour first. */
function keyOf(hour: number, country: string, { latitude, longitude, radiusKm }: Point, egress: boolean): number {
  const code = (country.charCodeAt(0) - LETTER_A) * 32 + (country.charCodeAt(1) - LETTER_A);
  const north = Math.round((latitude + 90) * 10);
  const east = Math.round((longitude + 180) * 10);
  const place = ((hour % 24) * COUNTRIES + code) * LATITUDES + north;
  return ((place * LONGITUDES + east) * RADII + Math.min(RADII - 1, radiusKm)) * 2 + (egress ? 1 : 0);
}

function signInHour(day: number, [key, first, last, example]: Row): SignInHour {
  let rest = key;
  const take = (size: number): number => {
    const part = rest % size;
    rest = Math.floor(rest / size);
    return part;
  };
  const egress = take(2) === 1;
  const radiusKm = take(RADII);
  const [longitude, latitude] = [(take(LONGITUDES) - 1800) / 10, (take(LATITUDES) - 900) / 10];
  const code = take(COUNTRIES);
  const country = String.fromCharCode((code >> 5) + LETTER_A, (code & 31) + LETTER_A);
  return { hour: day * 24 + rest, country, point: { latitude, longitude, radiusKm }, egress, first, last, example };
}
