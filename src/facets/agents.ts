import { defineFacet } from './facet.ts';
import { keepTally } from './keep.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';

/** How often, and between which instants, one family of programs spoke for a credential. */
export interface AgentUse {
  readonly agent: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

const SHAPE: TallyShape = { bound: 64, folds: ['sum', 'min', 'max'], coarser: [() => ''] };

/** The families of programs that a credential was used by. */
export const agents = defineFacet({
  id: 'agents',
  version: 1,
  columns: ['agent'],
  ...keepTally(SHAPE),
  add(state, event) {
    if (event.count === 0) return;
    addToTally(SHAPE, state, event.agent, [event.count, event.at, event.last], '');
  },
});

/** Agent families in order of name. */
export function agentUses(tally: Tally): AgentUse[] {
  return tallyRows(tally).map(([agent, { values }]) => {
    const [count, first, last] = values as [number, number, number];
    return { agent, count, first, last };
  });
}
