import { DAY, dayOfHour } from '../time.ts';
import { defineFacet } from './facet.ts';
import { isKnocking } from './places.ts';
import {
  addToSlots,
  decodeSlots,
  encodeSlots,
  mergeSlots,
  newSlots,
  type Slots,
  type SlotShape,
  slotCount,
  slotRows,
} from './slots.ts';

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

/** The days of each operator. */
export interface OperatorDays extends Slots {
  /** It was also used from public addresses whose operator is not known. */
  isAlsoUnnamed: boolean;
}

const SHAPE: SlotShape = {
  bound: 1024,
  folds: ['sum', 'min', 'max'],
  coarser: [(day, named) => [Math.floor(day / 30), named], (_, named) => [0, named], () => [0, '']],
  unit: DAY,
};

/** Day by day, who ran the networks a static credential was used from; sessions have a facet of their own. */
export const operatorDays = defineFacet({
  id: 'operator-days',
  version: 2,
  columns: ['hour', 'address', 'deed', 'outcome', 'session'],
  empty: (): OperatorDays => ({ ...newSlots(), isAlsoUnnamed: false }),
  add(state, { hour, session, deed, outcome, count, at, last, example }, { country, operator, site, why }) {
    if (session !== '' || count === 0 || isKnocking(deed, outcome)) return;
    if (operator === '' && why !== 'located' && why !== 'unknown') return;
    const named = [operator, country, site === '' ? '' : 'declared'].join(SEPARATOR);
    if (operator === '') state.isAlsoUnnamed = true;
    else addToSlots(SHAPE, state, [dayOfHour(hour), named], [count, at, last], example);
  },
  merge(into, from) {
    into.isAlsoUnnamed ||= from.isAlsoUnnamed;
    mergeSlots(SHAPE, into, from);
  },
  encode: state => [state.isAlsoUnnamed, encodeSlots(state)],
  decode(json) {
    const [isAlsoUnnamed, slots] = json as [boolean, unknown];
    return { ...decodeSlots(SHAPE, slots), isAlsoUnnamed };
  },
});

/** The days in order; none once they were too many to keep apart. */
export function operatorRows(slots: Slots): OperatorDay[] {
  if (areTooMany(slots)) return [];
  return slotRows(slots).map(([day, named, { values, example }]) => {
    const [operator, country, declared] = named.split(SEPARATOR) as [string, string, string];
    const [count, first, last] = values as [number, number, number];
    return { day, operator, country, declared: declared !== '', count, first, last, example };
  });
}

/** Whether days are no longer kept apart. */
export const areTooMany = ({ level }: Slots): boolean => level > 0;

/** Whether nobody is known to run any of the networks that the credential was used from. */
export const areUnnamed = (state: OperatorDays): boolean => state.isAlsoUnnamed && slotCount(state) === 0;
