import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Reader, type Response } from 'mmdb-lib';
import { UserError } from '../errors.ts';
import type { Point } from '../model/event.ts';
import { asCountry } from './country.ts';

/** What a database says of an address: an empty country when it does not know. */
export interface Located {
  readonly country: string;
  /** Only city databases have it. */
  readonly point?: Point;
}

/** A geography database: where public addresses are. */
export interface GeoDatabase {
  find(address: string): Located;
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
    find: address => locatedBy(read(address)),
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

function locatedBy(entry: unknown): Located {
  const country = countryIn(entry);
  const point = country === '' ? undefined : pointIn(entry);
  return point === undefined ? { country } : { country, point };
}

/** Reads the shapes of MaxMind (`country.iso_code`), IPinfo (`country`) and ip-location-db (`country_code`). */
function countryIn(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null) return '';
  const { country_code, country } = entry as { country_code?: unknown; country?: unknown };
  if (country_code !== undefined) return asCountry(country_code);
  if (typeof country !== 'object' || country === null) return asCountry(country);
  return asCountry((country as { iso_code?: unknown }).iso_code);
}

/** A database that does not say how near the truth it is, is taken to be this far off; none is trusted to be nearer than a tenth of a degree. */
const USUAL_RADIUS_KM = 100;
const LEAST_RADIUS_KM = 10;
const GREATEST_RADIUS_KM = 1_000;

/** Reads the shapes of MaxMind (`location`), ip-location-db (`latitude`) and IPinfo (`lat`); nowhere is at zero and zero. */
function pointIn(entry: unknown): Point | undefined {
  const fields = entry as Readonly<Record<string, unknown>>;
  const location = typeof fields.location === 'object' && fields.location !== null ? fields.location : fields;
  const { latitude, longitude, lat, lng, accuracy_radius } = location as Readonly<Record<string, unknown>>;
  const [north, east] = [degrees(latitude ?? lat, 90), degrees(longitude ?? lng, 180)];
  if (north === undefined || east === undefined || (north === 0 && east === 0)) return undefined;
  const radius = typeof accuracy_radius === 'number' && accuracy_radius > 0 ? accuracy_radius : USUAL_RADIUS_KM;
  const radiusKm = Math.min(GREATEST_RADIUS_KM, Math.max(LEAST_RADIUS_KM, Math.ceil(radius)));
  return { latitude: north, longitude: east, radiusKm };
}

/** A number of degrees, or one as text, to a tenth. */
function degrees(value: unknown, limit: number): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,3}(?:\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !(Math.abs(number) <= limit)) return undefined;
  return Math.round(number * 10) / 10 + 0;
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
