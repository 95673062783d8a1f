/** @import { Random } from '../make/random.mjs' */

/**
 * Public prefixes that the bundled database puts into these countries: of access networks, where people are.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const ACCESS = {
  US: ['24.0', '24.16', '67.160', '73.0', '98.192', '68.32', '71.56', '50.128', '107.128', '96.224'],
  DE: ['31.16', '84.128', '87.128', '93.192', '79.192', '95.88'],
  IN: ['27.4', '49.32', '59.88', '106.192', '117.192', '122.160'],
  JP: ['27.80', '60.32', '126.0', '118.0', '153.128', '219.96'],
  GB: ['2.96', '31.48', '81.128', '86.0'],
  FR: ['2.3', '90.0', '82.64'],
  NL: ['31.20', '77.160', '84.24'],
  ES: ['2.136', '31.4', '62.14'],
  IT: ['2.32', '62.18', '5.84'],
  CA: ['23.16', '24.36', '45.2'],
  AU: ['1.40', '27.32', '43.220'],
  TH: ['1.20', '27.55', '58.8'],
  CH: ['62.2', '80.218', '81.62'],
  SE: ['2.64', '77.53', '62.20'],
  NO: ['2.148', '77.16', '80.202'],
  SG: ['27.104', '42.60', '8.128'],
};

/** Prefixes of clouds. @type {Readonly<Record<string, readonly string[]>>} */
export const CLOUD = {
  US: ['3.3', '12.0', '52.0', '20.1'],
  DE: ['3.120', '18.196', '52.28', '34.159', '3.64'],
  IE: ['34.240', '52.16', '54.72', '3.248'],
  NL: ['4.175', '20.101', '52.166'],
  GB: ['3.8', '18.130'],
  SG: ['54.169', '52.74', '13.76'],
  JP: ['13.112', '18.176', '3.112'],
  IN: ['13.126', '3.6'],
  BE: ['34.76', '35.195'],
};

/** Where attackers come from besides: countries that nobody in the organisation is ever in. @type {Readonly<Record<string, readonly string[]>>} */
export const ABROAD = {
  VN: ['14.160', '27.2', '42.112'],
  RO: ['5.12', '31.5', '46.97'],
  UA: ['5.58', '31.144', '37.52'],
  TR: ['5.24', '31.140', '46.1'],
  ID: ['36.64', '39.192', '114.0'],
  RU: ['5.3', '31.8', '37.20'],
  BR: ['51.59', '139.82', '143.54'],
  NG: ['41.58', '102.88', '105.112'],
  PK: ['39.32', '59.103', '110.37'],
  EG: ['41.32', '45.96', '102.8'],
  KZ: ['2.72', '5.76', '37.150'],
  BG: ['46.10', '77.85', '79.100'],
  CN: ['14.16', '27.8', '42.4'],
  HK: ['14.136', '42.2', '58.152'],
  AR: ['24.232', '181.0', '186.12'],
  MX: ['78.12', '189.128', '187.128'],
  ZA: ['41.0', '105.0', '102.32'],
  KR: ['1.11', '14.4', '27.1'],
  PL: ['5.173', '31.0', '37.30'],
  CZ: ['31.30', '46.13', '78.44'],
  MA: ['41.137', '45.216', '102.48'],
  PH: ['1.37', '27.49', '58.69'],
};

/** Networks that the organisation declares in its config: its first office, its own runners and its VPN. */
export const NETWORKS = [
  { cidr: '192.0.2.0/24', name: 'hq', country: 'DE', kind: 'office' },
  { cidr: '198.51.100.0/24', name: 'runners', country: 'DE', kind: 'ci' },
  { cidr: '203.0.113.0/24', name: 'vpn', country: 'DE', kind: 'vpn' },
];

/** Dual-stack providers by country: the IPv6 prefix beside `ACCESS`. @type {Readonly<Record<string, string>>} */
export const ACCESS_V6 = { US: '2601:646', DE: '2003:e6', JP: '2400:4050', IN: '2405:201' };

/** An address within one of the prefixes of a country. @param {Random} random @param {Readonly<Record<string, readonly string[]>>} table @param {string} country */
export function addressIn(random, table, country) {
  const prefixes = table[country];
  if (prefixes === undefined) throw new Error(`no prefix in ${country}`);
  return `${random.pick(prefixes)}.${random.below(256)}.${random.between(1, 254)}`;
}

/** @param {Random} random @param {string} country */
export function v6AddressIn(random, country) {
  const part = () => random.below(65_536).toString(16);
  return `${ACCESS_V6[country]}:${part()}:${part()}::${random.between(1, 9999).toString(16)}`;
}

/** Another address of the same /24. @param {Random} random @param {string} address */
export const neighbourOf = (random, address) =>
  `${address.slice(0, address.lastIndexOf('.'))}.${random.between(1, 254)}`;

/** Where someone is that holds a key and should not: half of the time a country that the organisation knows. @param {Random} random @param {readonly string[]} known Of the key. */
export function strangerAddress(random, known) {
  const isHosted = random.chance(400);
  const table = isHosted ? { ...CLOUD, ...ACCESS } : ABROAD;
  const countries = Object.keys(table).filter(country => !known.includes(country));
  const country = random.pick(countries);
  return { country, address: addressIn(random, table, country) };
}
