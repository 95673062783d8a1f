import { DAY, dayOfHour } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepSlots } from './keep.ts';
import { isKnocking } from './places.ts';
import { addToSlots, type Slots, type SlotShape, slotCount, slotRows } from './slots.ts';

/** What a credential did on one UTC day from the networks of one operator. */
export interface OperatorDay {
  readonly day: number;
  readonly operator: string;
  readonly country: string;
  /** From networks that were declared, which are never surprising. */
  readonly declared: boolean;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly example: string;
}

const SEPARATOR = '\x1f';

/** All use from public addresses whose operator is not known. */
const UNNAMED = '';

const SHAPE: SlotShape = {
  bound: 1024,
  folds: ['sum', 'min', 'max'],
  coarser: [(day, named) => [Math.floor(day / 30), named], (_, named) => [0, named], () => [0, UNNAMED]],
  unit: DAY,
};

/** Day by day, who ran the networks a static credential was used from; sessions have a facet of their own. */
export const operatorDays = defineFacet({
  id: 'operator-days',
  version: 2,
  columns: ['hour', 'address', 'deed', 'outcome', 'session'],
  ...keepSlots(SHAPE),
  add(state, { hour, session, deed, outcome, count, at, last, example }, { country, operator, site, why }) {
    if (session !== '' || count === 0 || isKnocking(deed, outcome)) return;
    if (operator === '' && why !== 'located' && why !== 'unknown') return;
    const named = [operator, country, site === '' ? '' : 'declared'].join(SEPARATOR);
    if (operator === '') addToSlots(SHAPE, state, [0, UNNAMED], [count, at, last], '');
    else addToSlots(SHAPE, state, [dayOfHour(hour), named], [count, at, last], example);
  },
});

/** The days in order; none once they were too many to keep apart. */
export function operatorRows(slots: Slots): OperatorDay[] {
  if (areTooMany(slots)) return [];
  return slotRows(slots).flatMap(([day, named, { values, example }]) => {
    if (named === UNNAMED) return [];
    const [operator, country, declared] = named.split(SEPARATOR) as [string, string, string];
    const [count, first, last] = values as [number, number, number];
    return [{ day, operator, country, declared: declared !== '', count, first, last, example }];
  });
}

/** Whether days are no longer kept apart. */
export const areTooMany = ({ level }: Slots): boolean => level > 0;

/** Whether nobody is known to run any of the networks that the credential was used from. */
export const areUnnamed = (slots: Slots): boolean =>
  slots.level === 0 && slotCount(slots) === 1 && slotRows(slots)[0]![1] === UNNAMED;
