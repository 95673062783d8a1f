import { hashText } from '../hash.ts';
import { compareText } from '../wording.ts';
import { defineFacet } from './facet.ts';
import { isKnocking } from './places.ts';
import { smallerExample } from './tally.ts';

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

type Row = readonly [count: number, first: number, last: number, example: string];
type Networks = Map<string, Row>;

/**
 * Past `KEPT` sessions those with the smallest hashes are kept, and of each the `NETWORKS` with the smallest: what is in
 * or out hangs on the set of names alone, so any split merges to the same, and each row kept is whole.
 */
export interface SessionNetworks {
  sessions: Map<string, Networks>;
  sampled: boolean;
  /** No session with a greater hash can be kept: a short cut, not part of what is remembered. */
  cutoff: number;
}

const KEPT = 2048;
const HELD = 2 * KEPT;
const NETWORKS = 16;
const SEPARATOR = '\x1f';

const INSTANCE = / \((i-[0-9a-f]{8,32})\)$/i;

/** The instance whose session this is, by the name its cloud gave it; empty when it is of none. */
export const instanceOf = (session: string): string => INSTANCE.exec(session)?.[1] ?? '';

const PLACELESS: ReadonlySet<string> = new Set(['private', 'invalid', 'missing']);

const noSessions = (): SessionNetworks => ({ sessions: new Map(), sampled: false, cutoff: Number.POSITIVE_INFINITY });

/** Session by session, who ran the networks it was used from; of an instance's sessions also their addresses. */
export const sessionNetworks = defineFacet({
  id: 'session-networks',
  version: 1,
  columns: ['address', 'deed', 'outcome', 'session'],
  empty: noSessions,
  add(state, { session, address, deed, outcome, count, at, last, example }, place) {
    if (session === '' || count === 0 || isKnocking(deed, outcome) || PLACELESS.has(place.why)) return;
    const isInstance = instanceOf(session) !== '';
    if (!isInstance && place.operator === '') return;
    const flag = place.egress ? 'egress' : place.site === '' ? '' : 'declared';
    const key = [isInstance ? address : '', place.operator, place.country, flag].join(SEPARATOR);
    fold(state, session, key, [count, at, last, example]);
  },
  merge(into, from) {
    into.sampled ||= from.sampled;
    for (const [session, networks] of from.sessions) for (const [key, row] of networks) fold(into, session, key, row);
  },
  encode(state) {
    const rows = keptOf(state).map(session => [session, inOrder(state.sessions.get(session)!)] as const);
    return [areSampled(state), rows.sort(([a], [b]) => compareText(a, b))];
  },
  decode(json) {
    const [sampled, rows] = json as [boolean, [string, [string, Row][]][]];
    return { ...noSessions(), sampled, sessions: new Map(rows.map(([session, own]) => [session, new Map(own)])) };
  },
});

/** Whether there were more sessions than are kept. */
export const areSampled = ({ sampled, sessions }: SessionNetworks): boolean => sampled || sessions.size > KEPT;

/** The kept sessions in order of name, each with its networks in order of their first use. */
export function* sessionNetworkRows(state: SessionNetworks): Generator<SessionNetwork> {
  for (const session of keptOf(state).sort(compareText)) {
    const rows = inOrder(state.sessions.get(session)!).map(([key, [count, first, last, example]]) => {
      const [address, operator, country, flag] = key.split(SEPARATOR) as [string, string, string, string];
      const declared = flag !== '';
      return { session, address, operator, country, declared, egress: flag === 'egress', count, first, last, example };
    });
    yield* rows.sort((a, b) => a.first - b.first);
  }
}

function fold(state: SessionNetworks, session: string, key: string, row: Row): void {
  let networks = state.sessions.get(session);
  if (networks === undefined) {
    if (state.cutoff < Number.POSITIVE_INFINITY && hashText(session) > state.cutoff) return;
    if (state.sessions.size === HELD) thin(state);
    networks = new Map();
    state.sessions.set(session, networks);
  }
  const held = networks.get(key);
  networks.set(key, held === undefined ? row : joined(held, row));
  if (networks.size > NETWORKS) networks.delete([...networks.keys()].sort(byHash).at(-1)!);
}

const joined = (a: Row, b: Row): Row => [
  a[0] + b[0],
  Math.min(a[1], b[1]),
  Math.max(a[2], b[2]),
  smallerExample(a[3], b[3]),
];

/** Lets go of all sessions but the kept. */
function thin(state: SessionNetworks): void {
  const kept = keptOf(state);
  state.cutoff = hashText(kept.at(-1)!);
  state.sessions = new Map(kept.map(session => [session, state.sessions.get(session)!]));
  state.sampled = true;
}

/** The sessions with the smallest hashes, in that order when some are left out. */
function keptOf({ sessions }: SessionNetworks): string[] {
  if (sessions.size <= KEPT) return [...sessions.keys()];
  const hashed = Array.from(sessions.keys(), session => [hashText(session), session] as const);
  hashed.sort(([hashA, a], [hashB, b]) => hashA - hashB || compareText(a, b));
  return hashed.slice(0, KEPT).map(([, session]) => session);
}

const byHash = (a: string, b: string): number => hashText(a) - hashText(b) || compareText(a, b);

const inOrder = (networks: Networks): [string, Row][] => [...networks].sort(([a], [b]) => compareText(a, b));
