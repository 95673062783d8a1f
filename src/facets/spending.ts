import { DAY, dayOfHour } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepSlots } from './keep.ts';
import { addToSlots, type Slots, type SlotShape, slotRows } from './slots.ts';
import { loggedHours } from './logged-tokens.ts';
import type { Table } from './table.ts';
import { isTaken, isToldElsewhere } from './volume.ts';

/** What a credential asked of models on one UTC day, and what that cost. */
export interface SpendingDay {
  readonly day: number;
  /** Calls that the platform took on: answered or failed. */
  readonly calls: number;
  /** In and out together. */
  readonly tokens: number;
  readonly microUsd: number;
  /** Of calls that were counted; of tokens alone, the ends of the day. */
  readonly first: number;
  readonly last: number;
  /** The smallest id of a call; empty where tokens alone are told. */
  readonly example: string;
}

/** There are only so many days. */
const SHAPE: SlotShape = {
  bound: Number.POSITIVE_INFINITY,
  folds: ['sum', 'sum', 'sum', 'min', 'max'],
  coarser: [],
  unit: DAY,
};

/** Day by day and exactly, how much a credential used models, and for how much. */
export const spending = defineFacet({
  id: 'spending',
  version: 2,
  columns: ['hour', 'deed', 'outcome', 'agent'],
  ...keepSlots(SHAPE),
  add(state, event) {
    const { count, microUsd } = event;
    const tokens = event.tokensIn + event.tokensOut;
    if (event.deed !== 'infer' || isToldElsewhere(event.agent) || !isTaken(event.outcome)) return;
    if (count + tokens + microUsd === 0) return;
    const times = count > 0 ? [event.at, event.last] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    addToSlots(
      SHAPE,
      state,
      [dayOfHour(event.hour), ''],
      [count, tokens, microUsd, ...times],
      count > 0 ? event.example : '',
    );
  },
});

/** The days in order, with the tokens of a token log: where both tell of tokens, the fuller count holds. */
export function spendingDays(slots: Slots, logged: Table): SpendingDay[] {
  const days = new Map(toldDays(slots).map(day => [day.day, day]));
  for (const [day, tokens] of loggedDays(logged)) {
    const ends = { first: day * DAY, last: (day + 1) * DAY - 1 };
    const known = days.get(day) ?? { day, calls: 0, tokens: 0, microUsd: 0, ...ends, example: '' };
    days.set(day, { ...known, tokens: Math.max(known.tokens, tokens) });
  }
  return [...days.values()].sort((a, b) => a.day - b.day);
}

function loggedDays(logged: Table): ReadonlyMap<number, number> {
  const days = new Map<number, number>();
  for (const { hour, tokensIn, tokensOut } of loggedHours(logged))
    days.set(dayOfHour(hour), (days.get(dayOfHour(hour)) ?? 0) + tokensIn + tokensOut);
  return days;
}

function toldDays(slots: Slots): SpendingDay[] {
  return slotRows(slots).map(([day, , { values, example }]) => {
    const [calls, tokens, microUsd, first, last] = values as [number, number, number, number, number];
    const times = calls > 0 ? { first, last } : { first: day * DAY, last: (day + 1) * DAY - 1 };
    return { day, calls, tokens, microUsd, ...times, example };
  });
}
