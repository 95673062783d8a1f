import { DAY, dayOfHour, HOUR } from '../time.ts';
import type { AuditEvent, Place } from '../model/event.ts';
import { defineFacet } from './facet.ts';
import { modelFamily } from './models.ts';
import { isKnocking } from './places.ts';
import { type Fold, Table } from './table.ts';
import { isByService, isTaken } from './volume.ts';

/** From where, with what and for which model a credential was used. A text is empty when it was not told or given up. */
export interface Footing {
  /** A prefix: the first 24 bits of IPv4, the first 48 of IPv6. Private addresses belong to no one network. */
  readonly network: string;
  readonly agent: string;
  /** The family of the model that was called; empty for everything else. */
  readonly model: string;
  readonly country: string;
  readonly operator: string;
  /** Came through a declared shared exit. */
  readonly egress: boolean;
}

/** What was done on one UTC day from one footing. */
export interface FootprintDay {
  readonly day: number;
  readonly count: number;
  /** Model calls among them that the platform took on. */
  readonly calls: number;
  /** The hours of the day in use, hour 0 in the lowest of 24 bits. */
  readonly hours: number;
  readonly first: number;
  readonly last: number;
}

/** One footing with its days in order. */
export interface Footprint extends Footing {
  readonly days: readonly FootprintDay[];
}

/**
 * Past `MOST_NAMES` footings all become coarser by the next step, never dropped. How coarse is a function of the set of
 * footings alone, so any split merges to the same.
 */
export interface Footprints {
  level: number;
  /** Footings by name; each has a number that stands above the day in the table. */
  numbers: Map<string, number>;
  table: Table;
}

const MOST_NAMES = 128;
const LONGEST_MODEL = 160;
const FOLDS: readonly Fold[] = ['sum', 'sum', 'or', 'min', 'max'];
const WIDTH = FOLDS.length;

/** Above all days before the year 10,000. */
const DAYS = 2 ** 22;

const SEPARATOR = '\x1f';
const [NETWORK, AGENT, MODEL, COUNTRY, OPERATOR] = [0, 1, 2, 3, 4] as const;

/** From the second step on networks are no longer kept apart. */
const WITHOUT_NETWORKS = 2;

const COARSER: readonly ((parts: string[]) => string[])[] = [
  parts => parts.with(NETWORK, widerNetwork(parts[NETWORK]!)),
  parts => parts.with(NETWORK, ''),
  parts => parts.with(OPERATOR, ''),
  parts => parts.with(MODEL, modelFamily(parts[MODEL]!)),
  parts => parts.with(COUNTRY, ''),
  parts => parts.with(MODEL, ''),
  parts => parts.with(AGENT, ''),
];

const noFootprints = (): Footprints => ({
  level: 0,
  numbers: new Map(),
  table: new Table(FOLDS, key => (key % DAYS) * DAY),
});

/** Day by day, from which network, with which agent and for which model a credential was used. */
export const footprints = defineFacet({
  id: 'footprints',
  version: 1,
  columns: ['hour', 'address', 'deed', 'outcome', 'agent', 'model'],
  empty: noFootprints,
  add(state, event, place) {
    const { hour, deed, outcome, count, at, last } = event;
    if (count === 0 || isByService(event.agent) || isKnocking(deed, outcome)) return;
    const calls = deed === 'infer' && isTaken(outcome) ? count : 0;
    const number = numberOf(state, coarsened(nameOf(event, place), 0, state.level));
    state.table.fold(number * DAYS + dayOfHour(hour), [count, calls, 2 ** (hour % 24), at, last]);
    shrink(state);
  },
  merge(into, from) {
    const level = Math.max(into.level, from.level);
    if (into.level < level) coarsenTo(into, level);
    for (const [name, rows] of rowsByName(from)) {
      const number = numberOf(into, coarsened(name, from.level, level));
      for (const [day, ...values] of rows) into.table.fold(number * DAYS + day!, values);
    }
    shrink(into);
  },
  encode(state) {
    return [state.level, rowsByName(state).map(([name, rows]) => [name, rows.flat()])];
  },
  decode(json) {
    const [level, names] = json as [number, [string, number[]][]];
    const state = { ...noFootprints(), level };
    for (const [name, flat] of names) {
      const number = numberOf(state, name);
      for (let i = 0; i < flat.length; i += WIDTH + 1) {
        state.table.fold(number * DAYS + flat[i]!, flat.slice(i + 1, i + 1 + WIDTH));
      }
    }
    return state;
  },
});

/** Every footing with its days, in order of network, agent, model. */
export function footprintRows(state: Footprints): Footprint[] {
  return rowsByName(state).map(([name, rows]) => ({ ...footingOf(name), days: rows.map(asDay) }));
}

/** The footings alone, in no order: quick to look through. */
export function footings({ numbers }: Footprints): Footing[] {
  return Array.from(numbers.keys(), footingOf);
}

/** There were so many footings that networks are no longer kept apart as they are elsewhere. */
export const areNetworksCoarse = ({ level }: Footprints): boolean => level > 0;

/** There were so many footings that networks were given up. */
export const areNetworksLost = ({ level }: Footprints): boolean => level >= WITHOUT_NETWORKS;

/** The instants at which the hours of a day begin that are set in its bits. */
export function hoursIn({ day, hours }: Pick<FootprintDay, 'day' | 'hours'>): number[] {
  const found: number[] = [];
  for (let hour = 0; hour < 24; hour++) if ((hours >> hour) & 1) found.push((day * 24 + hour) * HOUR);
  return found;
}

/** The prefix that stands for the network of an address. */
export function prefixOf(address: string): string {
  return address.includes(':')
    ? `${address.split(':').slice(0, 3).join(':')}::/48`
    : `${address.split('.').slice(0, 3).join('.')}.0/24`;
}

/** Nothing when an address belongs to no one network. */
function networkOf(address: string, { why }: Place): string {
  return address === '' || why === 'private' || why === 'invalid' || why === 'missing' ? '' : prefixOf(address);
}

type Named = Pick<AuditEvent, 'address' | 'agent' | 'deed' | 'model'>;

function nameOf({ address, agent, deed, model }: Named, place: Place): string {
  const named = deed === 'infer' ? model.slice(0, LONGEST_MODEL) : '';
  const egress = place.egress ? 'exit' : '';
  return [networkOf(address, place), agent, named, place.country, place.operator, egress].join(SEPARATOR);
}

function footingOf(name: string): Footing {
  const [network, agent, model, country, operator, egress] = name.split(SEPARATOR) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { network, agent, model: modelFamily(model), country, operator, egress: egress !== '' };
}

function asDay([day, count, calls, hours, first, last]: readonly number[]): FootprintDay {
  return { day: day!, count: count!, calls: calls!, hours: hours!, first: first!, last: last! };
}

function numberOf({ numbers }: Footprints, name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  numbers.set(name, numbers.size);
  return numbers.size - 1;
}

/** Names in order, each with its rows in order of day. */
function rowsByName({ numbers, table }: Footprints): [name: string, rows: number[][]][] {
  const named = Array.from(numbers.keys(), (name): [string, number[][]] => [name, []]);
  for (const [key, values] of table.rows()) named[Math.floor(key / DAYS)]![1].push([key % DAYS, ...values]);
  return named.sort(([a], [b]) => (a < b ? -1 : 1));
}

function shrink(state: Footprints): void {
  while (state.numbers.size > MOST_NAMES && state.level < COARSER.length) coarsenTo(state, state.level + 1);
}

function coarsenTo(state: Footprints, level: number): void {
  const coarse = { ...noFootprints(), level };
  for (const [name, rows] of rowsByName(state)) {
    const number = numberOf(coarse, coarsened(name, state.level, level));
    for (const [day, ...values] of rows) coarse.table.fold(number * DAYS + day!, values);
  }
  Object.assign(state, coarse);
}

function coarsened(name: string, from: number, until: number): string {
  if (from === until) return name;
  let parts = name.split(SEPARATOR);
  for (let level = from; level < until; level++) parts = COARSER[level]!(parts);
  return parts.join(SEPARATOR);
}

/** The first 16 bits of IPv4, the first 32 of IPv6. */
function widerNetwork(network: string): string {
  if (network === '') return '';
  return network.includes(':')
    ? `${network.split(':').slice(0, 2).join(':')}::/32`
    : `${network.split('.').slice(0, 2).join('.')}.0.0/16`;
}
