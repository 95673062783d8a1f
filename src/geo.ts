import { type Address, parseAddress } from './geo/address.ts';
import { type GeoDatabase, openBundledDatabase, openDatabase } from './geo/database.ts';
import { type DeclaredNetwork, declareNetworks, type FindNetwork } from './geo/networks.ts';
import type { Place } from './model/event.ts';

export type { DeclaredNetwork } from './geo/networks.ts';

/** Says where an address is. */
export interface Geo {
  locate(address: string): Place;
  /** The database in use and the day it was built. */
  readonly build: string;
  readonly kind: 'country' | 'city';
}

export interface GeoOptions {
  /** A MaxMind DB file, or its bytes, in place of the bundled one. */
  readonly geoDb?: string | Buffer | undefined;
  /** Believed before any database. */
  readonly networks: readonly DeclaredNetwork[];
}

/** As many addresses as are remembered at once. */
const MEMO = 65_536;

/** Longer text is never an address and not worth remembering. */
const LONGEST_REMEMBERED = 64;

/**
 * Opens geography. What the user gave is checked at once; the bundled database is read when the first address needs it.
 * The same address always has the same place.
 */
export function openGeo({ geoDb, networks }: GeoOptions): Geo {
  const find = declareNetworks(networks);
  let opened = geoDb === undefined ? undefined : openDatabase(geoDb);
  const database = (): GeoDatabase => {
    opened ??= openBundledDatabase();
    return opened;
  };
  const memo = new Map<string, Place>();
  return {
    locate(address) {
      const known = memo.get(address);
      if (known !== undefined) return known;
      const place = Object.freeze(placeOf(address, find, database));
      if (memo.size >= MEMO) memo.clear();
      if (address.length <= LONGEST_REMEMBERED) memo.set(address, place);
      return place;
    },
    get build() {
      return database().build;
    },
    get kind() {
      return database().kind;
    },
  };
}

function placeOf(text: string, find: FindNetwork, database: () => GeoDatabase): Place {
  if (text === '') return nowhere('missing');
  const address = parseAddress(text);
  if (address === null) return nowhere('invalid');
  const network = find(address) ?? (address.carried === null ? undefined : find(address.carried));
  if (network === undefined) return placeByDatabase(address, database);
  const declared = { site: network.name, egress: network.kind === 'vpn' || network.kind === 'egress' };
  if (network.country !== '') return { country: network.country, ...declared, why: 'declared' };
  return { ...placeByDatabase(address, database), ...declared };
}

function placeByDatabase(address: Address, database: () => GeoDatabase): Place {
  if (address.carried !== null) return placeByDatabase(address.carried, database);
  if (address.range !== 'public') return nowhere(address.range);
  const country = database().countryOf(address.text);
  return country === '' ? nowhere('unknown') : { country, site: '', egress: false, why: 'located' };
}

const nowhere = (why: Place['why']): Place => ({ country: '', site: '', egress: false, why });
