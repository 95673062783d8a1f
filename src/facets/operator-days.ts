import { dayOfHour } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepTally } from './keep.ts';
import { isKnocking } from './places.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';

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

const changedDay = (change: (day: number) => number) => (key: string) => {
  if (key === UNNAMED) return key;
  const cut = key.indexOf(SEPARATOR);
  return change(Number(key.slice(0, cut))) + key.slice(cut);
};

const SHAPE: TallyShape = {
  bound: 1024,
  folds: ['sum', 'min', 'max'],
  coarser: [changedDay(day => Math.floor(day / 30)), changedDay(() => 0), () => UNNAMED],
};

/** Day by day, who ran the networks a static credential was used from; sessions have a facet of their own. */
export const operatorDays = defineFacet({
  id: 'operator-days',
  version: 1,
  columns: ['hour', 'address', 'deed', 'outcome', 'session'],
  ...keepTally(SHAPE),
  add(state, { hour, session, deed, outcome, count, at, last, example }, { country, operator, site, why }) {
    if (session !== '' || count === 0 || isKnocking(deed, outcome)) return;
    if (operator === '' && why !== 'located' && why !== 'unknown') return;
    const named = [dayOfHour(hour), operator, country, site === '' ? '' : 'declared'].join(SEPARATOR);
    addToTally(SHAPE, state, operator === '' ? UNNAMED : named, [count, at, last], operator === '' ? '' : example);
  },
});

/** The days in order; none once they were too many to keep apart. */
export function operatorRows(tally: Tally): OperatorDay[] {
  if (areTooMany(tally)) return [];
  const rows = tallyRows(tally).flatMap(([key, { values, example }]) => {
    if (key === UNNAMED) return [];
    const [day, operator, country, declared] = key.split(SEPARATOR) as [string, string, string, string];
    const [count, first, last] = values as [number, number, number];
    return [{ day: Number(day), operator, country, declared: declared !== '', count, first, last, example }];
  });
  return rows.sort((a, b) => a.day - b.day);
}

/** Whether days are no longer kept apart. */
export const areTooMany = ({ level }: Tally): boolean => level > 0;

/** Whether nobody is known to run any of the networks that the credential was used from. */
export const areUnnamed = ({ level, rows }: Tally): boolean => level === 0 && rows.size === 1 && rows.has(UNNAMED);
