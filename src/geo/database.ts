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
}

const BUNDLED = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/** Opens the database that comes with the package. */
export function openBundledDatabase(): GeoDatabase {
  return openDatabase(createRequire(import.meta.url).resolve(BUNDLED));
}

/** Opens a MaxMind DB file or its bytes. A file that is missing or damaged is a `UserError`. */
export function openDatabase(source: string | Buffer): GeoDatabase {
  const { metadata, read } = openFile(source, GEO);
  return {
    countryOf: address => countryIn(read(address)),
    build: buildOf(metadata),
  };
}

/** Says who runs the network of a public address, as in 'AS64496 Example Net'; empty when it does not know. */
export type OperatorOf = (address: string) => string;

/** Opens an ASN database in MMDB format. A file that is missing or damaged is a `UserError`. */
export function openAsnDatabase(source: string | Buffer): OperatorOf {
  const { read } = openFile(source, ASN);
  return address => operatorIn(read(address));
}

/** What a kind of database is called, and the option that names it. */
interface Naming {
  readonly what: string;
  readonly option: string;
}

const GEO: Naming = { what: 'geography', option: '--geo-db' };
const ASN: Naming = { what: 'ASN', option: '--asn-db' };

function openFile(source: string | Buffer, naming: Naming) {
  const name = typeof source === 'string' ? `'${source}'` : 'given';
  const reader = readerOf(typeof source === 'string' ? readDatabase(source, naming) : source, name, naming);
  const read = (address: string): unknown => {
    try {
      return reader.get(address);
    } catch {
      throw damaged(name, naming);
    }
  };
  return { metadata: reader.metadata, read };
}

function readDatabase(path: string, { what, option }: Naming): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new UserError(
      `the ${what} database '${path}' ${why}`,
      `Give ${option} the path of a .mmdb file, or leave it out.`,
    );
  }
}

function readerOf(bytes: Buffer, name: string, naming: Naming): Reader<Response> {
  try {
    const reader = new Reader(bytes);
    const { databaseType, buildEpoch, searchTreeSize } = reader.metadata;
    const isWhole = typeof databaseType === 'string' && buildEpoch.getTime() >= 0 && searchTreeSize < bytes.length;
    if (isWhole) return reader;
  } catch {
    // The reason is a detail of the format; what to do about it is the same.
  }
  throw damaged(name, naming);
}

const damaged = (name: string, { what, option }: Naming): UserError =>
  new UserError(
    `the ${what} database ${name} is damaged or not a MaxMind DB file`,
    `Download it again, or leave ${option} out.`,
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

/** The longest operator name that is kept. */
const LONGEST_OPERATOR = 64;

/** Reads the shapes of MaxMind (`autonomous_system_…`) and IPinfo (`asn`, `as_name` or `name`). */
function operatorIn(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null) return '';
  const fields = entry as Readonly<Record<string, unknown>>;
  const number = fields.autonomous_system_number ?? fields.asn;
  const name = fields.autonomous_system_organization ?? fields.as_name ?? fields.name ?? '';
  if (typeof number !== 'number' && typeof number !== 'string') return '';
  const text = `AS${String(number).replace(/^AS/i, '')} ${typeof name === 'string' ? name : ''}`;
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_OPERATOR);
}
