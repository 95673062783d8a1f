import type { Deed } from '../model/event.ts';
import { defineFacet } from './facet.ts';
import { decodeTable, encodeTable, type Fold, Table } from './table.ts';

/** A country's share of one hour of a credential's life. */
export interface PlaceHour {
  readonly hour: number;
  /** ISO 3166 two-letter code. */
  readonly country: string;
  /** Came through a declared shared exit. */
  readonly egress: boolean;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** Deeds among them that mint, reveal, grant, trust or silence. */
  readonly grave: number;
}

const FOLDS: readonly Fold[] = ['sum', 'min', 'max', 'sum'];

const GRAVE: ReadonlySet<Deed> = new Set(['create', 'reveal', 'grant', 'trust', 'silence']);

/** Deeds that turn a stranger into an intruder. */
export const isGrave = (deed: Deed): boolean => GRAVE.has(deed);

/** Hour by hour, the countries a credential was used from. Addresses without a place are not in it. */
export const places = defineFacet({
  id: 'places',
  version: 1,
  columns: ['hour', 'address', 'deed'],
  empty: () => new Table(FOLDS),
  add(state, event, place) {
    if (place.country === '' || event.count === 0) return;
    const grave = isGrave(event.deed) ? event.count : 0;
    state.fold(placeKey(event.hour, place.country, place.egress), [event.count, event.at, event.last, grave]);
  },
  merge: (into, from) => into.merge(from),
  encode: encodeTable,
  decode: json => decodeTable(FOLDS, json),
});

/** The rows of a places table, by hour, then country. */
export function* placeHours(table: Table): Generator<PlaceHour> {
  for (const [key, [count, first, last, grave]] of table.rows()) {
    const code = Math.floor(key / 2) % 0x10000;
    yield {
      hour: Math.floor(key / 0x20000),
      country: String.fromCharCode(code >> 8, code & 0xff),
      egress: key % 2 === 1,
      count: count!,
      first: first!,
      last: last!,
      grave: grave!,
    };
  }
}

/** Hour, country and egress in one integer below 2^53. */
function placeKey(hour: number, country: string, egress: boolean): number {
  const code = (country.charCodeAt(0) << 8) | country.charCodeAt(1);
  return (hour * 0x10000 + code) * 2 + (egress ? 1 : 0);
}
