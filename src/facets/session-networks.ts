import { hashText } from '../hash.ts';
import { compareText } from '../wording.ts';
import { EXAMPLE_WIDTH, Examples } from './examples.ts';
import { defineFacet } from './facet.ts';
import { isKnocking } from './places.ts';
import { Rows } from './rows.ts';

/** A network that a session was used from. */
export interface SessionNetwork {
  readonly session: string;
  /** Known for sessions of instances alone; else empty. */
  readonly address: string;
  /** Who runs it; empty without an ASN database. */
  readonly operator: string;
  readonly country: string;
  /** Declared, as a place or as an exit shared by many. */
  readonly declared: boolean;
  readonly egress: boolean;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly example: string;
}

/** What was done from one network: its key, then its numbers. */
type Row = readonly [key: string, count: number, first: number, last: number, example: string];

/**
 * Past `KEPT` sessions those with the smallest hashes are kept, and of each the `NETWORKS` with the smallest: what is in
 * or out hangs on the set of names alone, so any split merges to the same, and each row kept is whole.
 */
export interface SessionNetworks {
  /** The latest row of each session. */
  sessions: Map<string, number>;
  /** Row by row its key, its numbers, an example, and where the row before it of the same session is. */
  readonly keys: string[];
  readonly numbers: Rows;
  readonly examples: Examples;
  sampled: boolean;
  /** No session with a greater hash can be kept: a short cut, not part of what is remembered. */
  cutoff: number;
}

const KEPT = 2048;
const HELD = 2 * KEPT;
const NETWORKS = 16;
const SEPARATOR = '\x1f';

/** No row comes before. */
const NONE = -1;

const INSTANCE = / \((i-[0-9a-f]{8,32})\)$/i;

/** The instance whose session this is, by the name its cloud gave it; empty when it is of none. */
export const instanceOf = (session: string): string => INSTANCE.exec(session)?.[1] ?? '';

const PLACELESS: ReadonlySet<string> = new Set(['private', 'invalid', 'missing']);

/** The columns of a row. */
const [BEFORE, COUNT, FIRST, LAST] = [0, 1, 2, 3] as const;
const WIDTH = 4;

function noSessions(): SessionNetworks {
  const numbers = new Rows(WIDTH + EXAMPLE_WIDTH);
  const examples = new Examples(numbers, WIDTH);
  return { sessions: new Map(), keys: [], numbers, examples, sampled: false, cutoff: Number.POSITIVE_INFINITY };
}

/** Session by session, who ran the networks it was used from; of an instance's sessions also their addresses. */
export const sessionNetworks = defineFacet({
  id: 'session-networks',
  version: 2,
  columns: ['address', 'deed', 'outcome', 'session'],
  empty: noSessions,
  add(state, { session, address, deed, outcome, count, at, last, example }, place) {
    if (session === '' || count === 0 || isKnocking(deed, outcome) || PLACELESS.has(place.why)) return;
    const isInstance = instanceOf(session) !== '';
    if (!isInstance && place.operator === '') return;
    const flag = place.egress ? 'egress' : place.site === '' ? '' : 'declared';
    const key = [isInstance ? address : '', place.operator, place.country, flag].join(SEPARATOR);
    fold(state, session, [key, count, at, last, example]);
  },
  merge(into, from) {
    into.sampled ||= from.sampled;
    for (const session of from.sessions.keys()) for (const row of rowsOf(from, session)) fold(into, session, row);
  },
  encode(state) {
    const rows = keptOf(state).map(session => [session, inOrder(rowsOf(state, session))] as const);
    return [areSampled(state), rows.sort(([a], [b]) => compareText(a, b))];
  },
  decode(json) {
    const [sampled, sessions] = json as [boolean, [string, Row[]][]];
    const state = { ...noSessions(), sampled };
    for (const [session, rows] of sessions) for (const row of rows) fold(state, session, row);
    return state;
  },
});

/** Whether there were more sessions than are kept. */
export const areSampled = ({ sampled, sessions }: SessionNetworks): boolean => sampled || sessions.size > KEPT;

/** The kept sessions in order of name, each with its networks in order of their first use. */
export function* sessionNetworkRows(state: SessionNetworks): Generator<SessionNetwork> {
  for (const session of keptOf(state).sort(compareText)) {
    const rows = inOrder(rowsOf(state, session)).map(([key, count, first, last, example]) => {
      const [address, operator, country, flag] = key.split(SEPARATOR) as [string, string, string, string];
      const declared = flag !== '';
      return { session, address, operator, country, declared, egress: flag === 'egress', count, first, last, example };
    });
    yield* rows.sort((a, b) => a.first - b.first);
  }
}

function fold(state: SessionNetworks, session: string, row: Row): void {
  const latest = state.sessions.get(session);
  if (latest === undefined) {
    if (state.cutoff < Number.POSITIVE_INFINITY && hashText(session) > state.cutoff) return;
    if (state.sessions.size === HELD) thin(state);
    state.sessions.set(session, addRow(state, NONE, row));
    return;
  }
  const held = numbersOf(state, latest);
  const found = held.find(number => state.keys[number] === row[0]);
  if (found !== undefined) join(state, found, row);
  else if (held.length < NETWORKS) state.sessions.set(session, addRow(state, latest, row));
  else replaceGreatest(state, held, row);
}

function addRow(state: SessionNetworks, before: number, row: Row): number {
  const number = state.numbers.add();
  state.numbers.set(number, BEFORE, before);
  put(state, number, row);
  return number;
}

function put({ keys, numbers, examples }: SessionNetworks, at: number, [key, count, first, last, example]: Row): void {
  keys[at] = key;
  numbers.set(at, COUNT, count);
  numbers.set(at, FIRST, first);
  numbers.set(at, LAST, last);
  examples.set(at, example);
}

function join({ numbers, examples }: SessionNetworks, at: number, [, count, first, last, example]: Row): void {
  numbers.set(at, COUNT, numbers.get(at, COUNT) + count);
  numbers.set(at, FIRST, Math.min(numbers.get(at, FIRST), first));
  numbers.set(at, LAST, Math.max(numbers.get(at, LAST), last));
  examples.fold(at, example);
}

/** The network with the greatest hash gives way, unless that is the new one. */
function replaceGreatest(state: SessionNetworks, held: readonly number[], row: Row): void {
  const greatest = held.reduce((a, b) => (byHash(state.keys[a]!, state.keys[b]!) > 0 ? a : b));
  if (byHash(row[0], state.keys[greatest]!) < 0) put(state, greatest, row);
}

/** The rows of a session, the latest first. */
function numbersOf({ numbers }: SessionNetworks, latest: number): number[] {
  const found: number[] = [];
  for (let at = latest; at !== NONE; at = numbers.get(at, BEFORE)) found.push(at);
  return found;
}

function rowsOf(state: SessionNetworks, session: string): Row[] {
  const { keys, numbers, examples } = state;
  return numbersOf(state, state.sessions.get(session)!).map(at => {
    const [count, first, last] = numbers.values(at, COUNT, WIDTH) as [number, number, number];
    return [keys[at]!, count, first, last, examples.get(at)];
  });
}

/** Lets go of all sessions but the kept. */
function thin(state: SessionNetworks): void {
  const kept = keptOf(state);
  const thinned = noSessions();
  for (const session of kept) for (const row of rowsOf(state, session)) fold(thinned, session, row);
  Object.assign(state, thinned, { sampled: true, cutoff: hashText(kept.at(-1)!) });
}

/** The sessions with the smallest hashes, in that order when some are left out. */
function keptOf({ sessions }: SessionNetworks): string[] {
  if (sessions.size <= KEPT) return [...sessions.keys()];
  const hashed = Array.from(sessions.keys(), session => [hashText(session), session] as const);
  hashed.sort(([hashA, a], [hashB, b]) => hashA - hashB || compareText(a, b));
  return hashed.slice(0, KEPT).map(([, session]) => session);
}

const byHash = (a: string, b: string): number => hashText(a) - hashText(b) || compareText(a, b);

const inOrder = (rows: readonly Row[]): Row[] => [...rows].sort(([a], [b]) => compareText(a, b));
