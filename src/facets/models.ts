import { DAY, dayOfHour } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepSlots } from './keep.ts';
import { isOfTokenLog } from './logged-tokens.ts';
import { addToSlots, type Slots, type SlotShape, slotRows } from './slots.ts';
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

const SHAPE: SlotShape = {
  bound: 1024,
  folds: ['sum', 'sum', 'sum', 'min'],
  coarser: [(day, name) => [day, modelFamily(name)], day => [day, ''], () => [0, '']],
  unit: DAY,
};

/** Day by day, the models that a credential used. */
export const models = defineFacet({
  id: 'models',
  version: 4,
  columns: ['hour', 'deed', 'model', 'outcome', 'agent'],
  ...keepSlots(SHAPE),
  add(state, event) {
    const { count, tokensIn, tokensOut } = event;
    if (event.deed !== 'infer' || !isTaken(event.outcome) || count + tokensIn + tokensOut === 0) return;
    const answered = count > 0 && event.outcome === 'ok';
    // A token log tells which models were used; its tokens are held apart.
    const tokens = isOfTokenLog(event.agent) ? [0, 0] : [tokensIn, tokensOut];
    const values = [count, ...tokens, answered ? event.at : Number.POSITIVE_INFINITY];
    const key = [dayOfHour(event.hour), event.model.slice(0, MAX_NAME)] as const;
    addToSlots(SHAPE, state, key, values, answered ? event.example : '');
  },
});

/** Model days in order of day, then model; none once even the days were too many to keep apart. */
export function modelDays(slots: Slots): ModelDay[] {
  if (slots.level === SHAPE.coarser.length) return [];
  return slotRows(slots).map(([day, model, { values, example }]) => {
    const [calls, tokensIn, tokensOut, okFirst] = values as [number, number, number, number];
    return { day, model, calls, tokensIn, tokensOut, okFirst, example };
  });
}

const REGION_PREFIX = /^(?:us|us-gov|eu|apac|ap|au|jp|ca|sa|me|af|global)\.(?=[a-z0-9-]+\.)/;
const VERSION_SUFFIX = /(?:-v\d+)?(?::\d+)*(?::[a-z0-9]+)?$/;
const DATE_SUFFIX = /[-@](?:20\d{6}|20\d\d-\d\d-\d\d|latest)$/;

/** A model's name without resource path, Region, date and version: 'anthropic.claude-3-sonnet'. */
export function modelFamily(model: string): string {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  return name.replace(REGION_PREFIX, '').replace(VERSION_SUFFIX, '').replace(DATE_SUFFIX, '');
}
