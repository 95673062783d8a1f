import { UNSUPPORTED_COUNTRIES } from '../data/unsupported-countries.ts';
import { groupBy } from '../group.ts';
import { type Network, networkEvidence, networkRows, networks } from '../facets/networks.ts';
import { type PlaceHour, placeHours, places } from '../facets/places.ts';
import { episodesOf } from '../facets/stretch.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOfHour } from '../time.ts';
import { countText, dayText, isoText } from '../wording.ts';
import { defineRule, type Example, type Verdict } from './rule.ts';

const COUNTRY = /^[A-Z]{2}$/;

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
    describe: `Those countries, unless allowed. The list that comes with keyward is of ${UNSUPPORTED_COUNTRIES.asOf}; check your vendor's own.`,
  },
} as const;

const messages = {
  denied: '{calls} from {country}, which is on the deny-list; the last on {day}.',
  notAllowed: '{calls} from {country}, which is not on the allow-list ({allowed}); the last on {day}.',
  unsupported:
    '{calls} from {country}, where model vendors do not offer their models (list of {asOf}); the last on {day}.',
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
    'A credential is used from a country that you deny or do not allow, or models are called from a country where their vendors do not offer them. ' +
    'Attempts count whatever their outcome, but for sign-ins that failed, which anyone can make; sessions count for the role that lent them. Private addresses and services have no country.',
  remediation:
    'Find out who made the calls. Disable the credential if it was not its holder; otherwise move the workload, or allow the country if that is right.',
  references: [...UNSUPPORTED_COUNTRIES.sources],
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
      const visit = { id: credential.id, country, hours, used: used.filter(row => row.country === country) };
      yield* judgeCountry(visit, options);
    }
  },
});

/** The use of a credential from one country. */
interface Visit {
  readonly id: string;
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
  } else if (lists.vendorList && !isAllowed && lists.vendorCountries.includes(country)) {
    const inferring = hours.filter(({ inferred }) => inferred > 0);
    if (inferring.length === 0) return;
    const about = aboutOf({ ...visit, hours: inferring }, 'inferred');
    const asOf = isOurs(lists.vendorCountries) ? UNSUPPORTED_COUNTRIES.asOf : null;
    if (asOf === null) yield { ...about, message: 'listed', data: about.data };
    else {
      const evidence = { ...about.evidence, listOf: asOf };
      yield { ...about, message: 'unsupported', data: { ...about.data, asOf }, evidence };
    }
  }
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
