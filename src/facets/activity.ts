import { DAY, dayOfHour } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepTable } from './keep.ts';
import type { Fold, Table } from './table.ts';

/** What a credential did on one UTC day. */
export interface ActiveDay {
  readonly day: number;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

const FOLDS: readonly Fold[] = ['sum', 'min', 'max'];

/** The UTC days on which a credential was used for anything. */
export const activity = defineFacet({
  id: 'activity',
  version: 1,
  columns: ['hour'],
  ...keepTable(FOLDS, day => day * DAY),
  add(state, event) {
    if (event.count > 0) state.fold(dayOfHour(event.hour), [event.count, event.at, event.last]);
  },
});

/** The UTC days of those alone. */
export const daysOfActivity = (table: Table): number[] => Array.from(activityDays(table), ({ day }) => day);

/** Active days, ascending. */
export function* activityDays(table: Table): Generator<ActiveDay> {
  for (const [day, values] of table.rows()) {
    const [count, first, last] = values as [number, number, number];
    yield { day, count, first, last };
  }
}
