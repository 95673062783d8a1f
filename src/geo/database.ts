import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Reader, type Response } from 'mmdb-lib';
import { UserError } from '../errors.ts';
import { asCountry } from './country.ts';

/** A geography database: the country of a public address. */
export interface GeoDatabase {
  /** Empty when the database does not know. */
  countryOf(address: string): string;
  /** Its type and the day it was built, for the report. */
  readonly build: string;
  readonly kind: 'country' | 'city';
}

const BUNDLED = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/** Opens the database that comes with the package. */
export function openBundledDatabase(): GeoDatabase {
  return openDatabase(createRequire(import.meta.url).resolve(BUNDLED));
}

/** Opens a MaxMind DB file or its bytes. A file that is missing or damaged is a `UserError`. */
export function openDatabase(source: string | Buffer): GeoDatabase {
  const name = typeof source === 'string' ? `'${source}'` : 'given';
  const reader = readerOf(typeof source === 'string' ? readDatabase(source) : source, name);
  return {
    countryOf: address => {
      try {
        return countryIn(reader.get(address));
      } catch {
        throw damaged(name);
      }
    },
    build: buildOf(reader.metadata),
    kind: /city|location/i.test(reader.metadata.databaseType) ? 'city' : 'country',
  };
}

function readDatabase(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new UserError(
      `the geography database '${path}' ${why}`,
      'Give --geo-db the path of a .mmdb file, or leave it out.',
    );
  }
}

function readerOf(bytes: Buffer, name: string): Reader<Response> {
  try {
    const reader = new Reader(bytes);
    const { databaseType, buildEpoch, searchTreeSize } = reader.metadata;
    const isWhole = typeof databaseType === 'string' && buildEpoch.getTime() >= 0 && searchTreeSize < bytes.length;
    if (isWhole) return reader;
  } catch {
    // The reason is a detail of the format; what to do about it is the same.
  }
  throw damaged(name);
}

const damaged = (name: string): UserError =>
  new UserError(
    `the geography database ${name} is damaged or not a MaxMind DB file`,
    'Download it again, or leave --geo-db out.',
  );

const buildOf = ({ databaseType, buildEpoch }: Reader<Response>['metadata']): string =>
  `${databaseType}, built ${buildEpoch.toISOString().slice(0, 10)}`;

/** Reads the shapes of MaxMind (`country.iso_code`), IPinfo (`country`) and ip-location-db (`country_code`). */
function countryIn(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null) return '';
  const { country_code, country } = entry as { country_code?: unknown; country?: unknown };
  if (country_code !== undefined) return asCountry(country_code);
  if (typeof country !== 'object' || country === null) return asCountry(country);
  return asCountry((country as { iso_code?: unknown }).iso_code);
}
