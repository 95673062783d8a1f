import type { Outcome } from '../model/event.ts';
import { defineFacet } from './facet.ts';
import { keepTable } from './keep.ts';
import type { Fold, Table } from './table.ts';

/** Model use within one UTC hour. A time that no call gave is infinite. */
export interface VolumeHour {
  readonly hour: number;
  /** Calls that the platform took on: answered, throttled or failed. */
  readonly calls: number;
  /** Calls turned down: denied or invalid. */
  readonly refused: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Between them lie the calls that were not refused. */
  readonly first: number;
  readonly last: number;
  /** Start of the first answered call. */
  readonly okFirst: number;
}

type Row = [number, number, number, number, number, number, number];

const FOLDS: readonly Fold[] = ['sum', 'sum', 'sum', 'sum', 'min', 'max', 'min'];

/** Turned down, as opposed to slowed down or broken. */
export const isRefused = (outcome: Outcome): boolean => outcome === 'denied' || outcome === 'invalid';

/** Hour by hour, how much a credential used models. */
export const volume = defineFacet({
  id: 'volume',
  version: 1,
  columns: ['hour', 'deed', 'outcome'],
  ...keepTable(FOLDS),
  add(state, event) {
    const { count, tokensIn, tokensOut, outcome } = event;
    if (event.deed !== 'infer' || count + tokensIn + tokensOut === 0) return;
    const refused = isRefused(outcome);
    const timed = count > 0 && !refused;
    state.fold(event.hour, [
      refused ? 0 : count,
      refused ? count : 0,
      tokensIn,
      tokensOut,
      timed ? event.at : Number.POSITIVE_INFINITY,
      timed ? event.last : Number.NEGATIVE_INFINITY,
      timed && outcome === 'ok' ? event.at : Number.POSITIVE_INFINITY,
    ]);
  },
});

/** The hours of a volume table, ascending. */
export function* volumeHours(table: Table): Generator<VolumeHour> {
  for (const [hour, values] of table.rows()) {
    const [calls, refused, tokensIn, tokensOut, first, last, okFirst] = values as Row;
    yield { hour, calls, refused, tokensIn, tokensOut, first, last, okFirst };
  }
}
