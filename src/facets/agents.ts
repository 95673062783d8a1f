import { dayOfHour } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepTally } from './keep.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';

/** How often, and between which instants, one family of programs spoke for a credential on one UTC day. */
export interface AgentUse {
  /** Null when the days were too many to keep apart. */
  readonly day: number | null;
  readonly agent: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

const SHAPE: TallyShape = {
  bound: 1024,
  folds: ['sum', 'min', 'max'],
  coarser: [key => key.slice(key.indexOf(' ')), () => ' '],
};

/** Day by day, the families of programs that a credential was used by. */
export const agents = defineFacet({
  id: 'agents',
  version: 2,
  columns: ['hour', 'agent'],
  ...keepTally(SHAPE),
  add(state, event) {
    if (event.count === 0) return;
    addToTally(SHAPE, state, `${dayOfHour(event.hour)} ${event.agent}`, [event.count, event.at, event.last], '');
  },
});

/** Uses in order of day, then name. */
export function agentUses(tally: Tally): AgentUse[] {
  const uses = tallyRows(tally).map(([key, { values }]): AgentUse => {
    const cut = key.indexOf(' ');
    const [count, first, last] = values as [number, number, number];
    return { day: cut === 0 ? null : Number(key.slice(0, cut)), agent: key.slice(cut + 1), count, first, last };
  });
  return uses.sort((a, b) => (a.day ?? 0) - (b.day ?? 0));
}
