import { type Network, networkEvidence, networkRows, networks } from '../facets/networks.ts';
import { episodesOf } from '../facets/stretch.ts';
import { groupBy } from '../group.ts';
import type { HolderTerms } from '../model/declared.ts';
import { disableCommands } from '../remedies.ts';
import { DAY } from '../time.ts';
import { countText, dayText, isoText, someText } from '../wording.ts';
import { defineRule, type Example } from './rule.ts';

/** As many networks or declared places as a sentence names. */
const SHOWN = 3;

const messages = {
  abroad:
    '{calls} from {networks} in {country}, where the register does not place {holder} ({places}); the last on {day}.',
  elsewhere: '{calls} from {networks}, where the register does not place {holder} ({places}); the last on {day}.',
} as const;

type Reason = 'placeless' | 'operatorless' | 'coarse';

export const undeclaredOrigin = defineRule({
  id: 'undeclared-origin',
  family: 'register',
  title: 'Use from an undeclared origin',
  severity: 'high',
  kind: 'fact',
  description:
    'A credential is used from outside the countries, the ASNs and the CIDRs that the register declares for its holder; to lie in any one of those is enough. ' +
    'Attempts count whatever their outcome, but for sign-ins that failed, which anyone can make; sessions count for the role that lent them. ' +
    'What you declared under `networks` lies where you say. Private addresses and those of unknown place have no country, and are not judged by it.',
  remediation:
    'Find out who made the calls. Disable the credential if it was not its holder; otherwise declare the place, or move the workload.',
  references: [],
  falsePositives: [
    'A network registered in one country and used in another: declare it under `networks`.',
    'A vendor’s service that calls on behalf of the holder from networks of its own.',
  ],
  needs: ['places'],
  needsDeclared: ['countries', 'asns', 'cidrs'],
  facets: { networks },
  options: {},
  messages,
  abstentions: {
    placeless: 'used from private addresses, or from some of unknown place: declare those under networks',
    operatorless: 'nobody knows who runs the networks it is used from: give an ASN database with --asn-db',
    coarse: 'used from so many addresses that only prefixes are kept, which no declared CIDR can be held against',
  },
  commands: disableCommands,
  examples,
  *judge({ credential: { id }, facets }, { declared }) {
    const holder = declared?.holderOf(id) ?? null;
    if (holder === null || placesOf(holder).length === 0) return;
    const isWhole = facets.networks.level === 0;
    const told = networkRows(facets.networks).map(row => ({ row, standing: standingOf(row, holder, isWhole) }));
    const doubts = new Set(told.map(({ standing }) => standing));
    for (const reason of ['placeless', 'operatorless', 'coarse'] as const)
      if (doubts.has(reason)) yield { abstain: reason };
    const outside = told.filter(({ standing }) => standing === 'outside').map(({ row }) => row);
    for (const [country, rows] of groupBy(outside, row => row.country)) {
      const { data, evidence } = saidOf(rows, holder);
      const episodes = episodesOf(rows);
      yield country === ''
        ? { message: 'elsewhere', data, subject: [id], episodes, evidence }
        : { message: 'abroad', data: { ...data, country }, subject: [id, country], episodes, evidence };
    }
  },
});

/** All places that a holder has, as they are written. */
const placesOf = ({ countries = [], asns = [], cidrs = [] }: HolderTerms): string[] => [
  ...countries,
  ...asns,
  ...cidrs,
];

/** Whether a network is one of the holder's, or why nobody can tell. */
function standingOf(row: Network, holder: HolderTerms, isWhole: boolean): 'inside' | 'outside' | Reason {
  const { countries, asns, cidrs } = holder;
  if (countries?.includes(row.country)) return 'inside';
  if (asns?.includes(/^AS\d+/.exec(row.operator)?.[0] ?? '')) return 'inside';
  const isHeld = cidrs === undefined ? false : isWhole ? holder.holdsAddress(row.network) : null;
  if (isHeld === true) return 'inside';
  if (isHeld === null) return isWhole ? 'placeless' : 'coarse';
  if (asns !== undefined && row.operator === '') return row.country === '' ? 'placeless' : 'operatorless';
  return countries !== undefined && row.country === '' ? 'placeless' : 'outside';
}

function saidOf(rows: readonly Network[], holder: HolderTerms) {
  const calls = rows.reduce((sum, { count }) => sum + count, 0);
  const first = Math.min(...rows.map(row => row.first));
  const last = Math.max(...rows.map(row => row.last));
  const busiest = [...rows].sort((a, b) => b.count - a.count).map(({ network }) => network);
  const places = placesOf(holder);
  return {
    data: {
      calls: countText(calls, 'call'),
      networks: busiest[0] === '' ? 'many networks' : someText(busiest, SHOWN),
      holder: holder.holder,
      places: someText(places, SHOWN),
      day: dayText(last),
    },
    evidence: {
      holder: holder.holder,
      contract: holder.contract ?? '',
      country: rows[0]!.country,
      calls,
      first: isoText(first),
      last: isoText(last),
      declared: places,
      networks: networkEvidence(rows, { first, last }),
    },
  };
}

function examples(): Example<typeof messages>[] {
  const use = { at: -3 * DAY, until: -DAY, every: DAY, count: 20 };
  const of = (places: object) => [{ holder: 'ci team', principals: ['*:user/ci'], ...places }];
  const german = of({ countries: ['DE'] });
  const ranges = of({ cidrs: ['198.51.100.0/24', '2001:db8::/32'] });
  const addresses = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ ...use, at: -DAY, address: `203.0.113.${i + 1}`, country: 'US' }));
  return [
    {
      title: 'a key used from a country that is not its holder’s',
      events: [
        { ...use, country: 'DE' },
        { ...use, country: 'SG', address: '203.0.113.9' },
      ],
      register: german,
      expect: ['abroad:high'],
    },
    { title: 'a key used at home', events: [{ ...use, country: 'DE' }], register: german, expect: [] },
    {
      title: 'a key used from addresses outside its holder’s ranges',
      events: [
        { ...use, address: '198.51.100.7' },
        { ...use, address: '203.0.113.9' },
      ],
      register: ranges,
      expect: ['elsewhere:high'],
    },
    {
      title: 'a session of a role, from outside',
      credential: { id: 'arn:aws:iam::123456789012:role/ci', kind: 'role' },
      events: [{ ...use, country: 'US', session: 'ASIAIOSFODNN7EXAMPLE' }],
      register: [{ holder: 'ci role', principals: ['*:role/ci'], countries: ['DE'] }],
      expect: ['abroad:high'],
    },
    {
      title: 'a range in a country that is not declared',
      events: [{ ...use, country: 'US', address: '198.51.100.7' }],
      register: of({ countries: ['DE'], cidrs: ['198.51.100.0/24'] }),
      expect: [],
    },
    {
      title: 'networks of an operator that is not declared',
      events: [{ ...use, country: 'US', operator: 'AS64497 Other Net' }],
      register: of({ asns: ['AS64496'] }),
      expect: ['abroad:high'],
    },
    {
      title: 'networks of a declared operator, wherever they are',
      events: [{ ...use, country: 'US', operator: 'AS64496 Example Net' }],
      register: of({ asns: ['AS64496'] }),
      expect: [],
    },
    {
      title: 'a declared operator, without an ASN database',
      events: [{ ...use, country: 'US' }],
      register: of({ asns: ['AS64496'] }),
      expect: [],
    },
    {
      title: 'private addresses',
      events: [{ ...use, address: '10.0.0.7' }],
      register: of({ countries: ['DE'], cidrs: ['198.51.100.0/24'] }),
      expect: [],
    },
    {
      title: 'a private range that is declared',
      events: [{ ...use, address: '10.0.0.7' }],
      register: of({ cidrs: ['10.0.0.0/8'] }),
      expect: [],
    },
    {
      title: 'so many addresses that only prefixes are kept',
      events: addresses(80),
      register: of({ cidrs: ['203.0.113.128/25'] }),
      expect: [],
    },
    {
      title: 'so many addresses in an undeclared country',
      events: addresses(80),
      register: german,
      expect: ['abroad:high'],
    },
    {
      title: 'a password tried in vain from abroad',
      events: [{ ...use, country: 'US', deed: 'sign-in', outcome: 'failed' }],
      register: german,
      expect: [],
    },
    {
      title: 'a holder without declared places',
      events: [{ ...use, country: 'US' }],
      register: of({}),
      expect: [],
    },
    {
      title: 'somebody else’s key',
      events: [{ ...use, country: 'US' }],
      register: [{ holder: 'others', keys: ['AKIAI44QH8DHBEXAMPLE'], countries: ['DE'] }],
      expect: [],
    },
  ];
}
