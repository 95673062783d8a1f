import type { Deed, Outcome } from '../model/event.ts';
import { HOUR } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepTable } from './keep.ts';
import type { Fold, Table } from './table.ts';

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
  /** Model calls among them. */
  readonly inferred: number;
}

const FOLDS: readonly Fold[] = ['sum', 'min', 'max', 'sum', 'sum'];

const GRAVE: ReadonlySet<Deed> = new Set(['create', 'reveal', 'grant', 'trust', 'silence']);

/** Deeds that turn a stranger into an intruder. */
export const isGrave = (deed: Deed): boolean => GRAVE.has(deed);

/** A sign-in that did not succeed: anyone may try any name, so it says nothing of who holds the credential. */
export const isKnocking = (deed: Deed, outcome: Outcome): boolean => deed === 'sign-in' && outcome !== 'ok';

/** Hour by hour, the countries a credential was used from. Addresses without a place are not in it. */
export const places = defineFacet({
  id: 'places',
  version: 2,
  columns: ['hour', 'address', 'deed', 'outcome'],
  ...keepTable(FOLDS, key => hourIn(key) * HOUR),
  add(state, { hour, deed, outcome, count, at, last }, place) {
    if (place.country === '' || count === 0 || isKnocking(deed, outcome)) return;
    const grave = isGrave(deed) ? count : 0;
    const inferred = deed === 'infer' ? count : 0;
    state.fold(placeKey(hour, place.country, place.egress), [count, at, last, grave, inferred]);
  },
});

/** The rows of a places table, by hour, then country. */
export function* placeHours(table: Table): Generator<PlaceHour> {
  for (const [key, values] of table.rows()) {
    const [count, first, last, grave, inferred] = values as [number, number, number, number, number];
    const [hour, country, egress] = [hourIn(key), countryIn(key), isEgress(key)];
    yield { hour, country, egress, count, first, last, grave, inferred };
  }
}

const LETTER_A = 65;

/** Below this lie all place keys of years before 10,000, so that a smaller number can stand above them. */
export const PLACE_KEYS = 2 ** 38;

/** Hour, country and egress in one integer, in that order of weight. */
export function placeKey(hour: number, country: string, egress: boolean): number {
  const code = (country.charCodeAt(0) - LETTER_A) * 32 + (country.charCodeAt(1) - LETTER_A);
  return (hour * 1024 + code) * 2 + (egress ? 1 : 0);
}

/** What a place key was made of. */
export const hourIn = (key: number): number => Math.floor(key / 2048);
export const countryIn = (key: number): string => COUNTRIES[(key % 2048) >> 1]!;
export const isEgress = (key: number): boolean => key % 2 === 1;

const COUNTRIES = Array.from({ length: 1024 }, (_, code) =>
  String.fromCharCode((code >> 5) + LETTER_A, (code & 31) + LETTER_A),
);
