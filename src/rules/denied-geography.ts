import { UNSUPPORTED_COUNTRIES } from '../data/unsupported-countries.ts';
import { groupBy } from '../group.ts';
import { type Network, networkEvidence, networkRows, networks } from '../facets/networks.ts';
import { type PlaceHour, placeHours, places } from '../facets/places.ts';
import { episodesOf } from '../facets/stretch.ts';
import type { Provider } from '../model/credential.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOfHour } from '../time.ts';
import { countText, dayText, isoText } from '../wording.ts';
import { defineRule, type Example, type Verdict } from './rule.ts';

const COUNTRY = /^[A-Z]{2}$/;

const BY_VENDOR = UNSUPPORTED_COUNTRIES.byVendor;

const VENDORS: Readonly<Record<keyof typeof BY_VENDOR, string>> = { anthropic: 'Anthropic', openai: 'OpenAI' };

const isVendor = (provider: Provider): provider is keyof typeof BY_VENDOR => Object.hasOwn(BY_VENDOR, provider);

const options = {
  allow: {
    default: [],
    item: COUNTRY,
    describe: 'Countries that keys may be used from; when any is named, all others are denied.',
  },
  deny: { default: [], item: COUNTRY, describe: 'Countries that no key may be used from, even if allowed.' },
  vendorList: {
    default: true,
    describe: 'Whether model calls from countries where vendors do not offer their models are denied.',
  },
  vendorCountries: {
    default: UNSUPPORTED_COUNTRIES.codes,
    item: COUNTRY,
    describe: `Those countries, unless allowed, for every key. The lists that come with keyward are of ${UNSUPPORTED_COUNTRIES.asOf}, and a key of Anthropic or OpenAI is held to that of its vendor; check your vendor's own.`,
  },
} as const;

const messages = {
  denied: '{calls} from {country}, which is on the deny-list; the last on {day}.',
  notAllowed: '{calls} from {country}, which is not on the allow-list ({allowed}); the last on {day}.',
  unsupported:
    '{calls} from {country}, where model vendors do not offer their models (list of {asOf}); the last on {day}.',
  unsupportedBy:
    '{calls} from {country}, which is not on the list of countries that {vendor} supports (list of {asOf}); the last on {day}.',
  listed: '{calls} from {country}, where by your list of vendorCountries no models are offered; the last on {day}.',
} as const;

type Said = Verdict<typeof messages>;
type Lists = OptionValues<typeof options>;

export const deniedGeography = defineRule({
  id: 'denied-geography',
  family: 'place',
  title: 'Use from a denied country',
  severity: 'high',
  kind: 'fact',
  description:
    'A credential is used from a country that you deny or do not allow, or models are called from a country where their vendors do not offer them: a key of Anthropic or of OpenAI by the list of its vendor, every other by what both lists have in common. ' +
    'Attempts count whatever their outcome, but for sign-ins that failed, which anyone can make; sessions count for the role that lent them. Private addresses and services have no country.',
  remediation:
    'Find out who made the calls. Disable the credential if it was not its holder; otherwise move the workload, or allow the country if that is right.',
  references: [
    'https://www.anthropic.com/supported-countries',
    ...Object.values(BY_VENDOR).map(({ source }) => source),
  ],
  falsePositives: [
    'A network registered in one country and used in another; declare it under networks.',
    'A vendor that began to offer its models there; allow the country, or replace vendorCountries.',
  ],
  needs: ['places'],
  facets: { places, networks },
  options,
  messages,
  commands: disableCommands,
  examples,

  *judge({ credential, facets }, { options }) {
    const byCountry = groupBy(placeHours(facets.places), ({ country }) => country);
    const used = networkRows(facets.networks);
    for (const [country, hours] of byCountry) {
      const { id, provider } = credential;
      const visit = { id, provider, country, hours, used: used.filter(row => row.country === country) };
      yield* judgeCountry(visit, options);
    }
  },
});

/** The use of a credential from one country. */
interface Visit {
  readonly id: string;
  readonly provider: Provider;
  readonly country: string;
  readonly hours: readonly PlaceHour[];
  readonly used: readonly Network[];
}

function* judgeCountry(visit: Visit, lists: Lists): Generator<Said> {
  const { country, hours } = visit;
  const isAllowed = lists.allow.includes(country);
  if (lists.deny.includes(country)) {
    const about = aboutOf(visit, 'count');
    yield { ...about, message: 'denied', data: about.data };
  } else if (lists.allow.length > 0 && !isAllowed) {
    const about = aboutOf(visit, 'count');
    const allowed = [...lists.allow].sort();
    const evidence = { ...about.evidence, allowed };
    yield { ...about, message: 'notAllowed', data: { ...about.data, allowed: allowed.join(', ') }, evidence };
  } else if (lists.vendorList && !isAllowed && deniedBy(visit, lists).includes(country)) {
    const inferring = hours.filter(({ inferred }) => inferred > 0);
    if (inferring.length === 0) return;
    const about = aboutOf({ ...visit, hours: inferring }, 'inferred');
    const asOf = isOurs(lists.vendorCountries) ? UNSUPPORTED_COUNTRIES.asOf : null;
    if (asOf === null) yield { ...about, message: 'listed', data: about.data };
    else yield sayUnsupported(about, visit, asOf);
  }
}

/** The countries that a credential is held to: its vendor's own, unless a list of the user's replaces them all. */
function deniedBy({ provider }: Visit, { vendorCountries }: Lists): readonly string[] {
  const own = isVendor(provider) ? BY_VENDOR[provider].codes : vendorCountries;
  return isOurs(vendorCountries) ? own : vendorCountries;
}

function sayUnsupported(about: ReturnType<typeof aboutOf>, { provider, country }: Visit, asOf: string): Said {
  const isCommon = new Set<string>(UNSUPPORTED_COUNTRIES.codes).has(country);
  const evidence = { ...about.evidence, listOf: asOf };
  if (isCommon || !isVendor(provider))
    return { ...about, message: 'unsupported', data: { ...about.data, asOf }, evidence };
  const vendor = VENDORS[provider];
  const { source } = BY_VENDOR[provider];
  return {
    ...about,
    message: 'unsupportedBy',
    data: { ...about.data, asOf, vendor },
    evidence: { ...evidence, vendor, source },
  };
}

/** Whether it is the list that comes with keyward, the only one whose age is known. */
const isOurs = (codes: readonly string[]): boolean => {
  const ours: ReadonlySet<string> = new Set(UNSUPPORTED_COUNTRIES.codes);
  return new Set(codes).size === ours.size && codes.every(code => ours.has(code));
};

function aboutOf({ id, country, hours, used }: Visit, what: 'count' | 'inferred') {
  let [calls, throughExits] = [0, 0];
  let [from, until] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const hour of hours) {
    calls += hour[what];
    throughExits += hour.egress ? hour[what] : 0;
    from = Math.min(from, hour.first);
    until = Math.max(until, hour.last);
  }
  const days = new Set(hours.map(({ hour }) => dayOfHour(hour))).size;
  return {
    data: { calls: countText(calls, what === 'count' ? 'call' : 'model call'), country, day: dayText(until) },
    subject: [id, country],
    episodes: episodesOf(hours),
    evidence: {
      country,
      calls,
      throughExits,
      days,
      first: isoText(from),
      last: isoText(until),
      networks: networkEvidence(used, { first: from, last: until }),
    },
  };
}

function examples(): Example<typeof messages>[] {
  const use = { at: -3 * DAY, until: -DAY, every: DAY, count: 20 };
  const infer = { ...use, deed: 'infer', action: 'InvokeModel' } as const;
  return [
    {
      title: 'model calls from where vendors offer none',
      events: [
        { ...infer, country: 'KP' },
        { ...infer, country: 'DE' },
      ],
      expect: ['unsupported:high'],
    },
    { title: 'other calls from there', events: [{ ...use, country: 'KP' }], expect: [] },
    {
      title: 'model calls from there without the list',
      events: [{ ...infer, country: 'KP' }],
      options: { vendorList: false },
      expect: [],
    },
    {
      title: 'model calls from a listed country that is allowed',
      events: [{ ...infer, country: 'HK' }],
      options: { allow: ['DE', 'HK'] },
      expect: [],
    },
    {
      title: 'model calls with a key of Anthropic from a country that its list leaves out',
      credential: { id: 'apikey_01Example', provider: 'anthropic', kind: 'api-key', account: 'org' },
      events: [
        { ...infer, country: 'MM' },
        { ...infer, country: 'KP' },
      ],
      expect: ['unsupported:high', 'unsupportedBy:high'],
    },
    {
      title: 'the same country with a key of OpenAI, which supports it, and with one of a proxy',
      credential: { id: 'key_example', provider: 'openai', kind: 'api-key', account: 'openai' },
      known: [{ id: 'a0'.repeat(32), provider: 'proxy', kind: 'virtual-key' }],
      events: [
        { ...infer, country: 'MM' },
        { ...infer, country: 'MM', credential: 'a0'.repeat(32) },
      ],
      expect: [],
    },
    {
      title: 'a list of your own',
      events: [{ ...infer, country: 'BR' }],
      options: { vendorCountries: ['BR'] },
      expect: ['listed:high'],
    },
    {
      title: 'any call from outside the allow-list',
      events: [{ ...use, country: 'US' }],
      options: { allow: ['DE', 'FR'] },
      expect: ['notAllowed:high'],
    },
    {
      title: 'calls from within the allow-list',
      events: [{ ...use, country: 'DE' }],
      options: { allow: ['DE', 'FR'] },
      expect: [],
    },
    {
      title: 'a session of a role in a denied country',
      credential: { kind: 'role' },
      events: [{ ...use, country: 'US', session: 'ASIAIOSFODNN7EXAMPLE' }],
      options: { deny: ['US'] },
      expect: ['denied:high'],
    },
    {
      title: 'a country both allowed and denied',
      events: [{ ...use, country: 'US' }],
      options: { allow: ['US'], deny: ['US'] },
      expect: ['denied:high'],
    },
    {
      title: 'a password tried in vain from outside the allow-list',
      events: [{ ...use, country: 'US', deed: 'sign-in', outcome: 'failed' }],
      options: { allow: ['DE'] },
      expect: [],
    },
    { title: 'an address without a place', events: [use], options: { allow: ['DE'] }, expect: [] },
  ];
}
