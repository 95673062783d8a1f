import { DAY, dayOfHour } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepTable } from './keep.ts';
import type { Fold, Table } from './table.ts';

/** Between which instants of one UTC day a browser spoke for a credential. */
export interface BrowserDay {
  readonly day: number;
  readonly first: number;
  readonly last: number;
}

const FOLDS: readonly Fold[] = ['min', 'max'];

/** Day by day, when a person's browser and no program spoke for a credential. */
export const browsers = defineFacet({
  id: 'browsers',
  version: 1,
  columns: ['hour', 'agent'],
  ...keepTable(FOLDS, day => day * DAY),
  add(state, event) {
    if (event.agent === 'browser' && event.count > 0) state.fold(dayOfHour(event.hour), [event.at, event.last]);
  },
});

/** The days in order. */
export function* browserDays(table: Table): Generator<BrowserDay> {
  for (const [day, values] of table.rows()) {
    const [first, last] = values as [number, number];
    yield { day, first, last };
  }
}
