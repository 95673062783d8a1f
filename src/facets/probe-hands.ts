import { hashText } from '../hash.ts';
import { defineFacet } from './facet.ts';
import { probeOf } from './probes.ts';
import { decodeTable, encodeTable, type Fold, Table } from './table.ts';

/** When one session, or one person with all of theirs, looked at models, was refused and got answers. */
export interface ProbeHand {
  /** Infinite, and less than infinite backwards, where it never looked; likewise the others. */
  readonly lookFirst: number;
  readonly lookLast: number;
  readonly refused: number;
  readonly refusedFirst: number;
  readonly refusedLast: number;
  readonly okLast: number;
}

/** Hands by the 53-bit hashes of their names, which nobody asks for; too many are not kept at all. */
export interface ProbeHands {
  table: Table;
  areTooMany: boolean;
}

const NEVER = Number.POSITIVE_INFINITY;
const MOST = 256;
const FOLDS: readonly Fold[] = ['min', 'max', 'sum', 'min', 'max', 'max'];

const newTable = (): Table => new Table(FOLDS, atEpoch);
const atEpoch = (): number => 0;

/** Of a role that many hands share, which of them looked at models, was refused and got answers. */
export const probeHands = defineFacet({
  id: 'probe-hands',
  version: 3,
  columns: ['credential', 'principal', 'session', 'deed', 'action', 'outcome', 'model'],
  empty: (): ProbeHands => ({ table: newTable(), areTooMany: false }),
  add(state, event) {
    const { credential, principal, session, deed, outcome, count, at, last } = event;
    if (session === '' || count === 0 || state.areTooMany) return;
    const probe = probeOf(event);
    const isAnswer = deed === 'infer' && outcome === 'ok';
    if (probe === undefined && !isAnswer) return;
    const isLook = probe?.startsWith('look ') === true;
    const looked = isLook ? [at, last] : [NEVER, -NEVER];
    const refused = probe !== undefined && !isLook ? [count, at, last] : [0, NEVER, -NEVER];
    const hand = principal === credential ? session : principal;
    state.table.fold(hashText(hand), [...looked, ...refused, isAnswer ? last : -NEVER]);
    giveUp(state, state.table.size > MOST);
  },
  merge(into, from) {
    into.table.merge(from.table);
    giveUp(into, into.areTooMany || from.areTooMany || into.table.size > MOST);
  },
  encode: ({ table, areTooMany }) => [areTooMany, encodeTable(table)],
  decode(json) {
    const [areTooMany, rows] = json as [boolean, unknown];
    return { table: decodeTable(FOLDS, atEpoch, rows), areTooMany };
  },
});

/** One by one; null when they were too many to keep apart, or none is known. */
export function handsOf({ table, areTooMany }: ProbeHands): ProbeHand[] | null {
  if (areTooMany || table.size === 0) return null;
  return Array.from(table.rows(), ([, values]) => {
    const [lookFirst, lookLast, refused, refusedFirst, refusedLast, okLast] = values as Six;
    return { lookFirst, lookLast, refused, refusedFirst, refusedLast, okLast };
  });
}

type Six = readonly [number, number, number, number, number, number];

function giveUp(state: ProbeHands, areTooMany: boolean): void {
  if (areTooMany) Object.assign(state, { table: newTable(), areTooMany });
}
