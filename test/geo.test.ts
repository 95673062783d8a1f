import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../src/errors.ts';
import { type DeclaredNetwork, openGeo } from '../src/geo.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyward-geo-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BUNDLED = createRequire(import.meta.url).resolve(
  '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb',
);

describe('addresses, by the bundled database', () => {
  const geo = openGeo({ networks: [] });

  test.each([
    ['8.8.8.8', 'located', 'US'],
    ['2001:4860:4860::8888', 'located', 'US'],
    ['2001:4860:4860:0:0:0:0:8888', 'located', 'US'],
    ['2001:4860:4860::8888%eth0', 'located', 'US'],
    ['::ffff:8.8.8.8', 'located', 'US'],
    ['::ffff:808:808', 'located', 'US'],
    ['64:ff9b::808:808', 'located', 'US'],
    ['2002:808:808::1', 'located', 'US'],
    ['2001:0:4136:e378:8000:63bf:f7f7:f7f7', 'located', 'US'],
    ['192.168.1.1', 'private', ''],
    ['10.0.0.1', 'private', ''],
    ['172.31.255.255', 'private', ''],
    ['100.64.0.1', 'private', ''],
    ['127.0.0.1', 'private', ''],
    ['169.254.169.254', 'private', ''],
    ['::1', 'private', ''],
    ['fe80::1', 'private', ''],
    ['fe80::1%eth0', 'private', ''],
    ['fd00:ec2::254', 'private', ''],
    ['::ffff:10.0.0.1', 'private', ''],
    ['2002:a00:1::1', 'private', ''],
    ['192.0.2.1', 'reserved', ''],
    ['198.51.100.7', 'reserved', ''],
    ['203.0.113.9', 'reserved', ''],
    ['198.18.0.1', 'reserved', ''],
    ['192.88.99.1', 'reserved', ''],
    ['224.0.0.1', 'reserved', ''],
    ['255.255.255.255', 'reserved', ''],
    ['0.0.0.0', 'reserved', ''],
    ['240.0.0.1', 'reserved', ''],
    ['2001:db8::1', 'reserved', ''],
    ['3fff::1', 'reserved', ''],
    ['4000::1', 'reserved', ''],
    ['100::1', 'reserved', ''],
    ['::808:808', 'reserved', ''],
    ['64:ff9b:1::808:808', 'reserved', ''],
    ['ff02::1', 'reserved', ''],
    ['::', 'reserved', ''],
    ['', 'missing', ''],
    ['AWS Internal', 'invalid', ''],
    ['lambda.amazonaws.com', 'invalid', ''],
    ['035.249.253.232', 'invalid', ''],
    ['8.8.8', 'invalid', ''],
    ['134744072', 'invalid', ''],
    ['0x8.8.8.8', 'invalid', ''],
    ['8.8.8.8 ', 'invalid', ''],
    ['8.8.8.8:443', 'invalid', ''],
    ['2001:db8::1::2', 'invalid', ''],
    ['__proto__', 'invalid', ''],
  ])('%s is %s %s', (address, why, country) => {
    expect(geo.locate(address)).toEqual({ country, site: '', egress: false, operator: '', why });
    expect(geo.locate(address)).toEqual(openGeo({ networks: [] }).locate(address));
  });

  test('names its build', () => {
    expect(geo.build).toMatch(/^country ipvAll, built 20\d\d-\d\d-\d\d$/);
  });

  test('whatever an address is, a place comes of it', () => {
    const addresses = fc.oneof(fc.string(), fc.ipV4(), fc.ipV4Extended(), fc.ipV6());
    fc.assert(
      fc.property(addresses, address => {
        const { country, why } = geo.locate(address);
        expect(country).toMatch(why === 'located' ? /^[A-Z]{2}$/ : /^$/);
      }),
    );
  });
});

describe('declared networks', () => {
  const office: DeclaredNetwork = { cidr: '203.0.113.0/24', name: 'office', country: 'DE', kind: 'office' };
  const geo = openGeo({
    networks: [
      office,
      { cidr: '203.0.113.128/25', name: 'vpn', country: 'FR', kind: 'vpn' },
      { cidr: '203.0.113.200', name: 'runner', country: 'nl', kind: 'ci' },
      { cidr: '8.8.0.0/16', name: 'own block', country: 'SG', kind: 'office' },
      { cidr: '8.8.8.0/24', name: 'unplaced', country: '', kind: 'egress' },
      { cidr: '10.0.0.0/8', name: 'inside', country: 'DE', kind: 'office' },
      { cidr: '172.16.0.0/12', name: 'unplaced inside', country: '', kind: 'office' },
      { cidr: '2001:db8:1::/48', name: 'six', country: 'PL', kind: 'egress' },
      { cidr: '2001:db8::/32', name: 'wide six', country: 'IT', kind: 'office' },
      { cidr: '::ffff:198.51.100.0/120', name: 'mapped', country: 'ES', kind: 'ci' },
      { cidr: '::/0', name: 'any six', country: 'PT', kind: 'office' },
    ],
  });

  test.each([
    ['203.0.113.7', 'DE', 'office', false],
    ['203.0.113.130', 'FR', 'vpn', true],
    ['203.0.113.200', 'NL', 'runner', false],
    ['::ffff:203.0.113.7', 'DE', 'office', false],
    ['64:ff9b::cb00:7107', 'PT', 'any six', false],
    ['8.8.4.4', 'SG', 'own block', false],
    ['10.1.2.3', 'DE', 'inside', false],
    ['2001:db8:1::9', 'PL', 'six', true],
    ['2001:db8:2::9', 'IT', 'wide six', false],
    ['198.51.100.7', 'ES', 'mapped', false],
    ['2001:4860:4860::8888', 'PT', 'any six', false],
  ])('%s is in %s, %s', (address, country, site, egress) => {
    expect(geo.locate(address)).toEqual({ country, site, egress, operator: '', why: 'declared' });
  });

  test.each([
    ['8.8.8.8', { country: 'US', site: 'unplaced', egress: true, operator: '', why: 'located' }],
    ['172.16.0.1', { country: '', site: 'unplaced inside', egress: false, operator: '', why: 'private' }],
    ['192.0.2.1', { country: '', site: '', egress: false, operator: '', why: 'reserved' }],
  ])('%s, which no declaration places', (address, place) => {
    expect(geo.locate(address)).toEqual(place);
  });

  test('an address carried in IPv6 is found by its IPv4 network', () => {
    const { locate } = openGeo({ networks: [office] });
    expect(locate('2002:cb00:7107::1')).toEqual({
      country: 'DE',
      site: 'office',
      egress: false,
      operator: '',
      why: 'declared',
    });
  });

  test('the order of declaration does not matter', () => {
    const one: DeclaredNetwork = { ...office, cidr: '203.0.113.7/32', country: 'US' };
    const [a, b] = [openGeo({ networks: [office, one] }), openGeo({ networks: [one, office] })];
    for (const address of ['203.0.113.7', '203.0.113.8']) expect(a.locate(address)).toEqual(b.locate(address));
  });

  test.each([
    [[{ ...office, cidr: '203.0.113.0/33' }], "'203.0.113.0/33' is not a network"],
    [[{ ...office, cidr: '203.0.113/24' }], "'203.0.113/24' is not a network"],
    [[{ ...office, cidr: '::ffff:203.0.113.0/24' }], "'::ffff:203.0.113.0/24' is not a network"],
    [[{ ...office, cidr: '203.0.113.0/24/1' }], "'203.0.113.0/24/1' is not a network"],
    [[{ ...office, cidr: '203.0.113.0/' }], "'203.0.113.0/' is not a network"],
    [[{ ...office, cidr: 'office' }], "'office' is not a network"],
    [[{ ...office, country: 'Germany' }], "the network '203.0.113.0/24' has no country 'Germany'"],
    [[{ ...office, country: 'EU' }], "the network '203.0.113.0/24' has no country 'EU'"],
    [[office, { ...office, cidr: '203.0.113.9/24' }], "the network '203.0.113.9/24' is declared twice"],
  ])('%j is refused', (networks, message) => {
    expect(problem(() => openGeo({ networks }))).toBe(message);
  });
});

describe('other databases', () => {
  test.each([
    [{ country_code: 'DE' }, 'DE'],
    [{ country_code: 'de', country: 'Germany' }, 'DE'],
    [{ country: 'SG', region: 'Singapore' }, 'SG'],
    [{ country: { iso_code: 'FR', names: { en: 'France' } }, registered_country: { iso_code: 'US' } }, 'FR'],
    [{ registered_country: { iso_code: 'US' } }, ''],
    [{ country_code: 'ZZ' }, ''],
    [{ country_code: 'EU' }, ''],
    [{ country_code: 'AP' }, ''],
    [{ country_code: '' }, ''],
    [{ country_code: 'DEU' }, ''],
    [{ country_code: 'D1' }, ''],
    [{ country: 'Germany' }, ''],
    [{ country: { iso_code: 49 } }, ''],
    [{}, ''],
  ])('%j means %s', (entry, country) => {
    const geo = openGeo({ geoDb: database(entry, 'Test-City'), networks: [] });
    const why = country === '' ? 'unknown' : 'located';
    expect(geo.locate('8.8.8.8')).toEqual({ country, site: '', egress: false, operator: '', why });
    expect(geo.locate('200.8.8.8')).toEqual({ country: '', site: '', egress: false, operator: '', why: 'unknown' });
    expect(geo.build).toBe('Test-City, built 2026-06-01');
  });

  test('a file is read from its path', () => {
    const path = join(folder, 'good.mmdb');
    writeFileSync(path, database({ country_code: 'DE' }, 'country'));
    const geo = openGeo({ geoDb: path, networks: [] });
    expect([geo.locate('8.8.8.8').country, geo.build]).toEqual(['DE', 'country, built 2026-06-01']);
  });

  const good = readFileSync(BUNDLED);
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('not a database')],
    ['a cut start', good.subarray(0, 100_000)],
    ['a cut end', good.subarray(0, good.length - 200)],
    ['a lost start', good.subarray(good.length - 1000)],
  ])('%s is told as damaged, at once', (name, bytes) => {
    const path = join(folder, `${name}.mmdb`);
    writeFileSync(path, bytes);
    expect(problem(() => openGeo({ geoDb: path, networks: [] }))).toBe(
      `the geography database '${path}' is damaged or not a MaxMind DB file`,
    );
  });

  test('damage inside is told when it is met', () => {
    const bytes = database({ country_code: 'DE' }, 'country');
    bytes.fill(0xff, 22, 24);
    const geo = openGeo({ geoDb: bytes, networks: [] });
    expect(problem(() => geo.locate('8.8.8.8'))).toBe(
      'the geography database given is damaged or not a MaxMind DB file',
    );
    expect(geo.locate('10.0.0.1').why).toBe('private');
  });

  test('a missing file and a folder are told apart', () => {
    const missing = join(folder, 'missing.mmdb');
    expect([missing, folder].map(geoDb => problem(() => openGeo({ geoDb, networks: [] })))).toEqual([
      `the geography database '${missing}' does not exist`,
      `the geography database '${folder}' cannot be read`,
    ]);
  });
});

test('a text of any length is read as no address', () => {
  expect(openGeo({ networks: [] }).locate('8'.repeat(100_000)).why).toBe('invalid');
});

describe('databases of cities', () => {
  const open = (entry: Value, networks: readonly DeclaredNetwork[] = []) =>
    openGeo({ geoDb: database(entry, 'Test-City'), networks });
  const located = (latitude: number, longitude: number, accuracy_radius: number) => ({
    country: { iso_code: 'DE' },
    location: { latitude, longitude, accuracy_radius },
  });

  test.each<[Value, unknown]>([
    [located(52.5244, 13.4105, 20), { latitude: 52.5, longitude: 13.4, radiusKm: 20 }],
    [located(-33.8688, 151.2093, 5), { latitude: -33.9, longitude: 151.2, radiusKm: 10 }],
    [located(0.04, -0.04, 9_999), undefined],
    [located(0.3, -0.04, 9_999), { latitude: 0.3, longitude: 0, radiusKm: 1_000 }],
    [located(90.1, 13.4, 20), undefined],
    [located(52.5, -180.5, 20), undefined],
    [{ country: { iso_code: 'DE' }, location: { accuracy_radius: 200 } }, undefined],
    [{ country: { iso_code: 'DE' }, location: 'Berlin' }, undefined],
    [
      { country_code: 'DE', latitude: 52.52, longitude: 13.41 },
      { latitude: 52.5, longitude: 13.4, radiusKm: 100 },
    ],
    [
      { country: 'DE', lat: '52.52437', lng: '13.41053' },
      { latitude: 52.5, longitude: 13.4, radiusKm: 100 },
    ],
    [{ country: 'DE', lat: 'north', lng: '13.4' }, undefined],
    [{ country_code: 'DE' }, undefined],
  ])('%j is at %j', (entry, point) => {
    const place = open(entry).locate('8.8.8.8');
    expect([place.country, place.point]).toEqual(['DE', point]);
  });

  test('what has no country has no point', () => {
    expect(open({ location: { latitude: 52.5, longitude: 13.4 } }).locate('8.8.8.8').point).toBeUndefined();
    expect(open(located(52.5, 13.4, 20)).locate('10.0.0.1').point).toBeUndefined();
  });

  test('a declared country is believed, and where in it is then not known', () => {
    const declared: DeclaredNetwork = { cidr: '8.8.8.0/24', name: 'lab', country: 'SG', kind: 'office' };
    const unplaced: DeclaredNetwork = { cidr: '9.9.9.0/24', name: 'exit', country: '', kind: 'egress' };
    const geo = open(located(52.5, 13.4, 20), [declared, unplaced]);
    expect(geo.locate('8.8.8.8')).toEqual({ country: 'SG', site: 'lab', egress: false, operator: '', why: 'declared' });
    expect(geo.locate('9.9.9.9')).toMatchObject({ country: 'DE', egress: true, point: { latitude: 52.5 } });
  });
});

describe('databases of autonomous systems', () => {
  const NINES: DeclaredNetwork = { cidr: '9.9.9.0/24', name: 'office', country: 'DE', kind: 'office' };

  test.each([
    [{ autonomous_system_number: 64496, autonomous_system_organization: 'Example Net' }, 'AS64496 Example Net'],
    [{ asn: 'AS64496', as_name: 'Example Net', country_code: 'DE' }, 'AS64496 Example Net'],
    [{ asn: 'AS64496', name: 'Example\u001b[31m\n Net' }, 'AS64496 Example [31m Net'],
    [{ autonomous_system_number: 64496 }, 'AS64496'],
    [{ country_code: 'DE' }, ''],
  ])('%j names %s', (entry, operator) => {
    const geo = openGeo({ asnDb: database(entry, 'Test-ASN'), networks: [NINES] });
    expect(geo.locate('8.8.8.8')).toMatchObject({ country: 'US', operator });
    expect(geo.locate('9.9.9.9')).toMatchObject({ country: 'DE', site: 'office', operator });
    expect(geo.locate('10.0.0.1')).toMatchObject({ country: '', operator: '' });
  });

  test('a missing file is told by its option', () => {
    const missing = join(folder, 'missing.mmdb');
    expect(problem(() => openGeo({ asnDb: missing, networks: [] }))).toBe(
      `the ASN database '${missing}' does not exist`,
    );
  });
});

/** The message of the `UserError` thrown; it must come with a hint. */
function problem(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.hint).not.toBe('');
    return error.message;
  }
  return 'nothing was thrown';
}

type Value = string | number | { readonly [key: string]: Value };

/** A MaxMind DB of one node: addresses below 128.0.0.0 have the entry, the others none. */
function database(entry: Value, type: string): Buffer {
  const uint24 = (value: number) => [value >> 16, (value >> 8) & 255, value & 255];
  const metadata = {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: Date.UTC(2026, 5, 1) / 1000,
    database_type: type,
    ip_version: 4,
    node_count: 1,
    record_size: 24,
  };
  return Buffer.concat([
    Buffer.from([...uint24(1 + 16), ...uint24(1)]),
    Buffer.alloc(16),
    encoded(entry),
    Buffer.from('abcdef4d61784d696e642e636f6d', 'hex'),
    encoded(metadata),
  ]);
}

function encoded(value: Value): Buffer {
  if (typeof value === 'string') {
    const size = value.length < 29 ? [(2 << 5) | value.length] : [(2 << 5) | 29, value.length - 29];
    return Buffer.concat([Buffer.from(size), Buffer.from(value)]);
  }
  if (typeof value === 'number' && (value < 0 || !Number.isInteger(value))) {
    const bytes = Buffer.alloc(9, (3 << 5) | 8);
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([Buffer.from([(6 << 5) | 4]), bytes]);
  }
  const entries = Object.entries(value);
  const pairs = entries.flatMap(([key, item]) => [encoded(key), encoded(item)]);
  return Buffer.concat([Buffer.from([(7 << 5) | entries.length]), ...pairs]);
}
