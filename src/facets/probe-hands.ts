import { defineFacet } from './facet.ts';
import { keepTally } from './keep.ts';
import { probeOf } from './probes.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';

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

const NEVER = Number.POSITIVE_INFINITY;
const ALL = '';

const SHAPE: TallyShape = { bound: 256, folds: ['min', 'max', 'sum', 'min', 'max', 'max'], coarser: [() => ALL] };

/** Of a role that many hands share, which of them looked at models, was refused and got answers. */
export const probeHands = defineFacet({
  id: 'probe-hands',
  version: 1,
  columns: ['credential', 'principal', 'session', 'deed', 'action', 'outcome', 'model'],
  ...keepTally(SHAPE),
  add(state, event) {
    const { credential, principal, session, deed, outcome, count, at, last } = event;
    if (session === '' || count === 0) return;
    const probe = probeOf(event);
    const isAnswer = deed === 'infer' && outcome === 'ok';
    if (probe === undefined && !isAnswer) return;
    const isLook = probe?.startsWith('look ') === true;
    const looked = isLook ? [at, last] : [NEVER, -NEVER];
    const refused = probe !== undefined && !isLook ? [count, at, last] : [0, NEVER, -NEVER];
    const hand = principal === credential ? session : principal;
    addToTally(SHAPE, state, hand, [...looked, ...refused, isAnswer ? last : -NEVER], '');
  },
});

/** One by one; null when they were too many to keep apart, or none is known. */
export function handsOf(tally: Tally): ProbeHand[] | null {
  if (tally.level > 0 || tally.rows.size === 0) return null;
  return tallyRows(tally).map(([, { values }]) => {
    const [lookFirst, lookLast, refused, refusedFirst, refusedLast, okLast] = values as Six;
    return { lookFirst, lookLast, refused, refusedFirst, refusedLast, okLast };
  });
}

type Six = [number, number, number, number, number, number];
