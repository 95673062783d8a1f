import type { Outcome } from '../model/event.ts';
import { HOUR } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepTable } from './keep.ts';
import { isOfTokenLog, loggedHours } from './logged-tokens.ts';
import type { Fold, Table } from './table.ts';

/** Model use within one UTC hour. A time that no call gave is infinite. */
export interface VolumeHour {
  readonly hour: number;
  /** Calls that the platform took on: answered or failed. */
  readonly calls: number;
  /** Calls turned down: denied or invalid. */
  readonly refused: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Between them lie the calls that were taken on. */
  readonly first: number;
  readonly last: number;
  /** Start of the first answered call. */
  readonly okFirst: number;
}

type Row = [number, number, number, number, number, number, number];

const FOLDS: readonly Fold[] = ['sum', 'sum', 'sum', 'sum', 'min', 'max', 'min'];

/** Turned down, as opposed to slowed down or broken. */
export const isRefused = (outcome: Outcome): boolean => outcome === 'denied' || outcome === 'invalid';

/** Taken on by the platform: neither turned down nor put off. */
export const isTaken = (outcome: Outcome): boolean => outcome === 'ok' || outcome === 'failed';

/** What a service calls for a principal says nothing of how much the principal asks of it. */
export const isByService = (agent: string): boolean => agent === 'aws-service';

/** What is not this credential's to answer for, or is held apart so that it does not count twice. */
export const isToldElsewhere = (agent: string): boolean => isByService(agent) || isOfTokenLog(agent);

/** Hour by hour, how much a credential used models. */
export const volume = defineFacet({
  id: 'volume',
  version: 3,
  columns: ['hour', 'deed', 'outcome', 'agent'],
  ...keepTable(FOLDS, hour => hour * HOUR),
  add(state, event) {
    const { count, tokensIn, tokensOut, outcome } = event;
    if (event.deed !== 'infer' || isToldElsewhere(event.agent) || count + tokensIn + tokensOut === 0) return;
    const taken = isTaken(outcome);
    const refused = isRefused(outcome);
    if (!taken && !refused) return;
    const timed = count > 0 && taken;
    state.fold(event.hour, [
      taken ? count : 0,
      refused ? count : 0,
      tokensIn,
      tokensOut,
      timed ? event.at : Number.POSITIVE_INFINITY,
      timed ? event.last : Number.NEGATIVE_INFINITY,
      timed && outcome === 'ok' ? event.at : Number.POSITIVE_INFINITY,
    ]);
  },
});

/** The hours of a volume table with the tokens of a token log, ascending: where both tell of tokens, the fuller count holds. */
export function hoursWithTokens(table: Table, logged: Table): VolumeHour[] {
  const hours = new Map(Array.from(volumeHours(table), hour => [hour.hour, hour]));
  for (const { hour, tokensIn, tokensOut } of loggedHours(logged)) {
    const known = hours.get(hour) ?? idleHour(hour);
    const tokens = { tokensIn: Math.max(known.tokensIn, tokensIn), tokensOut: Math.max(known.tokensOut, tokensOut) };
    hours.set(hour, { ...known, ...tokens });
  }
  return logged.size === 0 ? [...hours.values()] : [...hours.values()].sort((a, b) => a.hour - b.hour);
}

const idleHour = (hour: number): VolumeHour => ({
  ...{ hour, calls: 0, refused: 0, tokensIn: 0, tokensOut: 0 },
  ...{ first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY, okFirst: Number.POSITIVE_INFINITY },
});

/** The hours of a volume table, ascending. */
export function* volumeHours(table: Table): Generator<VolumeHour> {
  for (const [hour, values] of table.rows()) {
    const [calls, refused, tokensIn, tokensOut, first, last, okFirst] = values as Row;
    yield { hour, calls, refused, tokensIn, tokensOut, first, last, okFirst };
  }
}
