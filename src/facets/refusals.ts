import type { Deed, Outcome } from '../model/event.ts';
import { dayOfHour } from '../time.ts';
import { compareText } from '../wording.ts';
import { defineFacet } from './facet.ts';
import { keepTally } from './keep.ts';
import { modelFamily } from './models.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';
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

const SHAPE: TallyShape = {
  bound: 1024,
  folds: ['sum', 'min', 'max'],
  coarser: [
    key => rekey(key, hour => hour),
    key => rekey(key, hour => dayOfHour(hour) * 24),
    key => rekey(key, () => 0),
  ],
};

/** Above this level only days, not hours, are kept apart. */
const HOURLY_LEVELS = 1;

/** Hour by hour, the model calls of a credential that were denied or invalid, and the other operations it was denied. */
export const refusals = defineFacet({
  id: 'refusals',
  version: 1,
  columns: ['hour', 'deed', 'action', 'outcome', 'model', 'agent'],
  ...keepTally(SHAPE),
  add(state, event) {
    const name = event.count === 0 || isByService(event.agent) ? undefined : nameOf(event);
    if (name === undefined) return;
    addToTally(SHAPE, state, `${event.hour} ${name}`, [event.count, event.at, event.last], event.example);
  },
});

/** Refusals in order of hour, then name. */
export function refusalRows(tally: Tally): Refusal[] {
  const rows = tallyRows(tally).map(([key, { values, example }]): Refusal => {
    const cut = key.indexOf(' ');
    const [count, first, last] = values as [number, number, number];
    return { hour: Number(key.slice(0, cut)), name: key.slice(cut + 1), count, first, last, example };
  });
  return rows.sort((a, b) => a.hour - b.hour || compareText(a.name, b.name));
}

/** Whether it is still known in which hour each refusal was. */
export const areRefusalsHourly = (tally: Tally): boolean => tally.level <= HOURLY_LEVELS;

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

const rekey = (key: string, toHour: (hour: number) => number): string =>
  `${toHour(Number(key.slice(0, key.indexOf(' '))))} `;
