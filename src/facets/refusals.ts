import type { Deed, Outcome } from '../model/event.ts';
import { dayOfHour, HOUR } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepSlots } from './keep.ts';
import { modelFamily } from './models.ts';
import { addToSlots, type Slots, type SlotShape, slotRows } from './slots.ts';
import { isByService } from './volume.ts';

/** Calls within one hour that were turned down, to one model or of one other operation. */
export interface Refusal {
  readonly hour: number;
  /** The model or the operation; empty when unknown or too many to keep apart. */
  readonly name: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly example: string;
}

const MAX_NAME = 160;

const SHAPE: SlotShape = {
  bound: 1024,
  folds: ['sum', 'min', 'max'],
  coarser: [hour => [hour, ''], hour => [dayOfHour(hour) * 24, ''], () => [0, '']],
  unit: HOUR,
};

/** Above this level only days, not hours, are kept apart. */
const HOURLY_LEVELS = 1;

/** Hour by hour, the model calls of a credential that were denied or invalid, and the other operations it was denied. */
export const refusals = defineFacet({
  id: 'refusals',
  version: 2,
  columns: ['hour', 'deed', 'action', 'outcome', 'model', 'agent'],
  ...keepSlots(SHAPE),
  add(state, event) {
    const name = event.count === 0 || isByService(event.agent) ? undefined : nameOf(event);
    if (name === undefined) return;
    addToSlots(SHAPE, state, [event.hour, name], [event.count, event.at, event.last], event.example);
  },
});

/** Refusals in order of hour, then name. */
export function refusalRows(slots: Slots): Refusal[] {
  return slotRows(slots).map(([hour, name, { values, example }]) => {
    const [count, first, last] = values as [number, number, number];
    return { hour, name, count, first, last, example };
  });
}

/** Whether it is still known in which hour each refusal was. */
export const areRefusalsHourly = ({ level }: Slots): boolean => level <= HOURLY_LEVELS;

interface Attempt {
  readonly deed: Deed;
  readonly action: string;
  readonly outcome: Outcome;
  readonly model: string;
}

/** Anyone may try to sign in under any name, so that says nothing of who holds the credential. */
const isKnock = ({ deed, action }: Attempt): boolean =>
  deed === 'sign-in' || (deed === 'issue' && action.startsWith('entra:'));

function nameOf(attempt: Attempt): string | undefined {
  const { deed, action, outcome, model } = attempt;
  if (deed === 'infer')
    return outcome === 'denied' || outcome === 'invalid' ? modelFamily(model).slice(0, MAX_NAME) : undefined;
  return outcome === 'denied' && !isKnock(attempt) ? action.slice(0, MAX_NAME) : undefined;
}
