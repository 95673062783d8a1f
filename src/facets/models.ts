import { dayOfHour } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepTally } from './keep.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';
import { isTaken } from './volume.ts';

/** What a credential used of one model on one UTC day; refused and throttled calls are not use. */
export interface ModelDay {
  readonly day: number;
  /** Its family, or empty, when there were too many models to keep apart. */
  readonly model: string;
  readonly calls: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Start of the first answered call; infinite when none was. */
  readonly okFirst: number;
  /** The smallest id of an answered call. */
  readonly example: string;
}

/** Longer names are cut: no real one comes near. */
const MAX_NAME = 160;

const SHAPE: TallyShape = {
  bound: 1024,
  folds: ['sum', 'sum', 'sum', 'min'],
  coarser: [key => rename(key, modelFamily), key => rename(key, () => ''), () => ''],
};

/** Day by day, the models that a credential used. */
export const models = defineFacet({
  id: 'models',
  version: 2,
  columns: ['hour', 'deed', 'model', 'outcome'],
  ...keepTally(SHAPE),
  add(state, event) {
    const { count, tokensIn, tokensOut } = event;
    if (event.deed !== 'infer' || !isTaken(event.outcome) || count + tokensIn + tokensOut === 0) return;
    const answered = count > 0 && event.outcome === 'ok';
    const key = `${dayOfHour(event.hour)} ${event.model.slice(0, MAX_NAME)}`;
    const okFirst = answered ? event.at : Number.POSITIVE_INFINITY;
    addToTally(SHAPE, state, key, [count, tokensIn, tokensOut, okFirst], answered ? event.example : '');
  },
});

/** Model days in order of day, then model; none once even the days were too many to keep apart. */
export function modelDays(tally: Tally): ModelDay[] {
  const days = tallyRows(tally).flatMap(([key, { values, example }]) => {
    if (key === '') return [];
    const cut = key.indexOf(' ');
    const [calls, tokensIn, tokensOut, okFirst] = values as [number, number, number, number];
    return [
      { day: Number(key.slice(0, cut)), model: key.slice(cut + 1), calls, tokensIn, tokensOut, okFirst, example },
    ];
  });
  return days.sort((a, b) => a.day - b.day);
}

const REGION_PREFIX = /^(?:us|us-gov|eu|apac|ap|au|jp|ca|sa|me|af|global)\.(?=[a-z0-9-]+\.)/;
const VERSION_SUFFIX = /(?:-v\d+)?(?::\d+)*(?::[a-z0-9]+)?$/;
const DATE_SUFFIX = /[-@](?:20\d{6}|20\d\d-\d\d-\d\d|latest)$/;

/** A model's name without resource path, Region, date and version: 'anthropic.claude-3-sonnet'. */
export function modelFamily(model: string): string {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  return name.replace(REGION_PREFIX, '').replace(VERSION_SUFFIX, '').replace(DATE_SUFFIX, '');
}

function rename(key: string, change: (model: string) => string): string {
  const cut = key.indexOf(' ') + 1;
  return key.slice(0, cut) + change(key.slice(cut));
}
