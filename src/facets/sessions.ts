import { hashText } from '../hash.ts';
import { HOUR } from '../time.ts';
import { defineFacet } from './facet.ts';
import { countryIn, hourIn, isEgress, isGrave, isKnocking, PLACE_KEYS, type PlaceHour, placeKey } from './places.ts';
import { type Fold, Table } from './table.ts';

/** A country's share of one hour of a session. */
export interface SessionHour extends Omit<PlaceHour, 'inferred'> {
  readonly session: string;
}

/**
 * Where each session of a credential was used. Past `KEPT` sessions only those with the smallest hashes are kept: a
 * session is in or out by its name and the set of names alone, so any split merges to the same, and each kept is whole.
 */
export interface Sessions {
  /** Sessions by name; each has a number that stands above its place keys in the table. */
  numbers: Map<string, number>;
  table: Table;
  /** Some sessions were left out. */
  sampled: boolean;
  /** No session with a greater hash can be kept: a short cut, not part of what is remembered. */
  cutoff: number;
}

const KEPT = 2048;

/** Sorting out is put off until twice as many are held, so that its cost is shared by many. */
const HELD = 2 * KEPT;

const FOLDS: readonly Fold[] = ['sum', 'min', 'max', 'sum'];

const WIDTH = FOLDS.length;

const newTable = (): Table => new Table(FOLDS, key => hourIn(key % PLACE_KEYS) * HOUR);

const noSessions = (): Sessions => ({
  numbers: new Map(),
  table: newTable(),
  sampled: false,
  cutoff: Number.POSITIVE_INFINITY,
});

/** Session by session and hour by hour, the countries a credential that lends sessions was used from. */
export const sessions = defineFacet({
  id: 'sessions',
  version: 2,
  columns: ['hour', 'address', 'deed', 'outcome', 'session'],
  empty: noSessions,
  add(state, { session, hour, deed, outcome, count, at, last }, place) {
    if (session === '' || place.country === '' || count === 0 || isKnocking(deed, outcome)) return;
    const key = placeKey(hour, place.country, place.egress);
    fold(state, session, key, [count, at, last, isGrave(deed) ? count : 0]);
  },
  merge(into, from) {
    into.sampled ||= from.sampled;
    const names = namesByNumber(from);
    for (const [key, values] of from.table.rows()) fold(into, names[numberIn(key)]!, key % PLACE_KEYS, values);
  },
  encode(state) {
    const rows = rowsBySession(state).map(([session, rows]) => [session, rows.flat()]);
    return [isSampled(state), rows];
  },
  decode(json) {
    const [sampled, rows] = json as [boolean, [string, number[]][]];
    const state = { ...noSessions(), sampled };
    for (const [session, flat] of rows) {
      for (let i = 0; i < flat.length; i += WIDTH + 1) fold(state, session, flat[i]!, flat.slice(i + 1, i + 1 + WIDTH));
    }
    return state;
  },
});

/** Whether there were more sessions than are kept. */
export const isSampled = ({ sampled, numbers }: Sessions): boolean => sampled || numbers.size > KEPT;

/** The kept sessions in order of name, each with its hours in order of time, then country. */
export function* sessionHours(state: Sessions): Generator<SessionHour> {
  for (const [session, rows] of rowsBySession(state)) {
    for (const [key, count, first, last, grave] of rows) {
      yield { session, hour: hourIn(key), country: countryIn(key), egress: isEgress(key), count, first, last, grave };
    }
  }
}

type Row = readonly [placeKey: number, count: number, first: number, last: number, grave: number];

function fold(state: Sessions, session: string, key: number, values: readonly number[]): void {
  if (!state.numbers.has(session)) {
    if (state.cutoff < Number.POSITIVE_INFINITY && hashText(session) > state.cutoff) return;
    if (state.numbers.size === HELD) thin(state);
    state.numbers.set(session, state.numbers.size);
  }
  state.table.fold(state.numbers.get(session)! * PLACE_KEYS + key, values);
}

/** Lets go of all sessions but the kept. */
function thin(state: Sessions): void {
  const names = namesByNumber(state);
  const { table } = state;
  const kept = keptOf(state);
  state.cutoff = hashText(kept.at(-1)!);
  state.numbers = new Map(kept.map((session, number) => [session, number]));
  state.table = newTable();
  state.sampled = true;
  for (const [key, values] of table.rows()) {
    const number = state.numbers.get(names[numberIn(key)]!);
    if (number !== undefined) state.table.fold(number * PLACE_KEYS + (key % PLACE_KEYS), values);
  }
}

function rowsBySession(state: Sessions): [session: string, rows: Row[]][] {
  const names = namesByNumber(state);
  const kept = new Map<string, Row[]>(keptOf(state).map(session => [session, []]));
  for (const [key, values] of state.table.rows()) {
    const [count, first, last, grave] = values as [number, number, number, number];
    kept.get(names[numberIn(key)]!)?.push([key % PLACE_KEYS, count, first, last, grave]);
  }
  return [...kept].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The sessions with the smallest hashes, ties by name. */
function keptOf({ numbers }: Sessions): string[] {
  if (numbers.size <= KEPT) return [...numbers.keys()];
  const hashed = Array.from(numbers.keys(), session => [hashText(session), session] as const);
  hashed.sort(([hashA, a], [hashB, b]) => hashA - hashB || (a < b ? -1 : 1));
  return hashed.slice(0, KEPT).map(([, session]) => session);
}

const namesByNumber = ({ numbers }: Sessions): string[] => [...numbers.keys()];

const numberIn = (key: number): number => Math.floor(key / PLACE_KEYS);
