import { type Address, parseAddress } from './geo/address.ts';
import {
  type GeoDatabase,
  type OperatorOf,
  openAsnDatabase,
  openBundledDatabase,
  openDatabase,
} from './geo/database.ts';
import { type DeclaredNetwork, declareNetworks, type FindNetwork } from './geo/networks.ts';
import type { GeoNeed } from './model/coverage.ts';
import type { Place } from './model/event.ts';

export type { DeclaredNetwork } from './geo/networks.ts';

/** Says where an address is. */
export interface Geo {
  locate(address: string): Place;
  /** The database in use and the day it was built. */
  readonly build: string;
  /** What nobody was given to tell. */
  readonly lacks: readonly GeoNeed[];
}

export interface GeoOptions {
  /** A MaxMind DB file, or its bytes, in place of the bundled one. */
  readonly geoDb?: string | Buffer | undefined;
  /** A MaxMind DB file of autonomous systems, or its bytes: it names who runs a network. */
  readonly asnDb?: string | Buffer | undefined;
  /** Believed before any database. */
  readonly networks: readonly DeclaredNetwork[];
}

/** As many addresses as are remembered at once. */
const MEMO = 16_384;

/** Longer text is never an address and not worth remembering. */
const LONGEST_REMEMBERED = 64;

/**
 * Opens geography. What the user gave is checked at once; the bundled database is read when the first address needs it.
 * The same address always has the same place.
 */
export function openGeo({ geoDb, asnDb, networks }: GeoOptions): Geo {
  const find = declareNetworks(networks);
  const operatorOf = asnDb === undefined ? () => '' : openAsnDatabase(asnDb);
  let opened = geoDb === undefined ? undefined : openDatabase(geoDb);
  const database = (): GeoDatabase => {
    opened ??= openBundledDatabase();
    return opened;
  };
  const memo = new Map<string, Place>();
  const places = new Map<string, Place>();
  return {
    locate(address) {
      const known = memo.get(address);
      if (known !== undefined) return known;
      const place = shared(places, placeOf(address, find, { database, operatorOf }));
      if (memo.size >= MEMO) memo.clear();
      if (address.length <= LONGEST_REMEMBERED) memo.set(address, place);
      return place;
    },
    lacks: [
      ...(geoDb === undefined ? ['cities' as const] : []),
      ...(asnDb === undefined ? ['operators' as const] : []),
    ],
    get build() {
      return database().build;
    },
  };
}

/** One object for all addresses of a place, so that remembering an address costs little. */
function shared(places: Map<string, Place>, place: Place): Place {
  const key = JSON.stringify(place);
  const known = places.get(key);
  if (known !== undefined) return known;
  if (places.size >= MEMO) places.clear();
  places.set(key, Object.freeze(place));
  return place;
}

/** Where addresses that nobody declared are looked up. */
interface Databases {
  readonly database: () => GeoDatabase;
  readonly operatorOf: OperatorOf;
}

function placeOf(text: string, find: FindNetwork, databases: Databases): Place {
  if (text === '') return nowhere('missing');
  const address = parseAddress(text);
  if (address === null) return nowhere('invalid');
  const network = find(address) ?? (address.carried === null ? undefined : find(address.carried));
  if (network === undefined) return placeByDatabase(address, databases);
  const declared = { site: network.name, egress: network.kind === 'vpn' || network.kind === 'egress' };
  const place = placeByDatabase(address, databases);
  if (network.country === '') return { ...place, ...declared };
  return { country: network.country, ...declared, operator: place.operator, why: 'declared' };
}

function placeByDatabase(address: Address, databases: Databases): Place {
  if (address.carried !== null) return placeByDatabase(address.carried, databases);
  if (address.range !== 'public') return nowhere(address.range);
  const { country, point } = databases.database().find(address.text);
  const operator = databases.operatorOf(address.text);
  if (country === '') return { ...nowhere('unknown'), operator };
  return { country, site: '', egress: false, operator, why: 'located', ...(point && { point: Object.freeze(point) }) };
}

const nowhere = (why: Place['why']): Place => ({ country: '', site: '', egress: false, operator: '', why });
