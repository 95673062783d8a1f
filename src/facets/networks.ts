import type { Json } from '../model/finding.ts';
import { defineFacet } from './facet.ts';
import { keepTally } from './keep.ts';
import { isKnocking } from './places.ts';
import type { Stretch } from './stretch.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';

/** A network a credential was used from: an address, or a shortened one when there were too many. */
export interface Network {
  readonly network: string;
  /** Empty when the address has no place. */
  readonly country: string;
  /** Who runs it; empty without an ASN database. */
  readonly operator: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly example: string;
}

const SEPARATOR = '\x1f';

const SHAPE: TallyShape = {
  bound: 64,
  folds: ['sum', 'min', 'max'],
  coarser: [shorten(3, 4), shorten(2, 3), shorten(1, 2), shorten(0, 0)],
};

/** The addresses a credential was used from, shortened to prefixes when there are too many to keep. */
export const networks = defineFacet({
  id: 'networks',
  version: 2,
  columns: ['address', 'deed', 'outcome'],
  ...keepTally(SHAPE),
  add(state, event, place) {
    if (event.address === '' || event.count === 0 || isKnocking(event.deed, event.outcome)) return;
    const key = place.country + SEPARATOR + event.address + SEPARATOR + place.operator;
    addToTally(SHAPE, state, key, [event.count, event.at, event.last], event.example);
  },
});

/** Networks in order of country, then address. */
export function networkRows(tally: Tally): Network[] {
  return tallyRows(tally).map(([key, { values, example }]) => {
    const [country, network, operator] = key.split(SEPARATOR) as [string, string, string];
    const [count, first, last] = values as [number, number, number];
    return { network, country, operator, count, first, last, example };
  });
}

/** As many networks as a finding shows. */
const SHOWN = 5;

/** The networks in use in a stretch, the busiest first, as evidence; with an event where all of theirs lie in it. */
export function networkEvidence(rows: readonly Network[], { first, last }: Stretch): Json[] {
  const used = rows.filter(row => row.last >= first && row.first <= last).sort((a, b) => b.count - a.count);
  return used.slice(0, SHOWN).map(row => {
    const { network, country, operator, count, example } = row;
    return { network, country, operator, calls: count, example: row.first >= first ? example : '' };
  });
}

/**
 * Whether two countries with two families of address: one operator, seen from the one by IPv4 alone and
 * from the other by IPv6. Databases often part those. Never so without an ASN database.
 */
export function areDualStack(rows: readonly Network[], one: string, other: string): boolean {
  const [here, there] = [one, other].map(country => rows.filter(row => row.country === country));
  const operators = new Set([...here!, ...there!].map(({ operator }) => operator));
  if (operators.size !== 1 || operators.has('')) return false;
  const isV6 = ({ network }: Network) => network.includes(':');
  const isV4 = ({ network }: Network) => network.includes('.');
  return (here!.every(isV6) && there!.every(isV4)) || (here!.every(isV4) && there!.every(isV6));
}

/** Keeps the first parts of an address: octets of IPv4, 16-bit groups of IPv6 (written out in full by the reader). */
function shorten(octets: number, groups: number): (key: string) => string {
  return key => {
    const [country, address, operator] = key.split(SEPARATOR) as [string, string, string];
    const [separator, keep] = address.includes(':') ? [':', groups] : ['.', octets];
    const short = address.split(separator).slice(0, keep).join(separator);
    return [country, short, short === '' ? '' : operator].join(SEPARATOR);
  };
}
