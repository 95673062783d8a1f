import type { StateOf } from '../facets/facet.ts';
import { networkEvidence, networkRows, networks } from '../facets/networks.ts';
import {
  activeDays,
  arrivals,
  type Baseline,
  baselineBefore,
  type CountryDay,
  countryDays,
  type DaysByName,
  daysOf,
  habitEvidence,
  newcomerDays,
  usualText,
} from '../facets/place-history.ts';
import { type PlaceHour, placeHours, places } from '../facets/places.ts';
import { episodesOf } from '../facets/stretch.ts';
import { isStatic } from '../kinds.ts';
import type { Credential } from '../model/credential.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOfHour } from '../time.ts';
import { countText, dayText, isoText } from '../wording.ts';
import { defineRule, type Example, type Verdict } from './rule.ts';

/** A country's first use of a key, until it has become usual. */
interface Newcomer {
  readonly country: string;
  readonly arrival: number;
  readonly uses: readonly CountryDay[];
  readonly calls: number;
  readonly grave: number;
}

/** Everyone together: the days of each country, and the day each credential was first seen anywhere. */
interface Organisation {
  readonly days: DaysByName;
  readonly firstDays: readonly number[];
}

const options = {
  minActiveDays: {
    default: 9,
    min: 1,
    max: 90,
    describe: 'Active days before a key has a habit, and until a new country is usual.',
  },
  lookbackDays: { default: 90, min: 7, max: 365, describe: 'Days a country must have been absent to be new.' },
  noveltyLimit: { default: 0.05, min: 0, max: 1, describe: 'Above this chance of a new country, a key roams.' },
  highActiveDays: { default: 30, min: 1, max: 365, describe: 'Days from one country only, for a finding to be high.' },
  highCalls: { default: 100, min: 1, max: 1_000_000, describe: 'Calls by the newcomer, for a finding to be high.' },
  minCoveredDays: {
    default: 14,
    min: 1,
    max: 365,
    describe: 'Days that the logs cover, of those looked back on, before the organisation has a habit.',
  },
  minCredentials: {
    default: 5,
    min: 1,
    max: 10_000,
    describe: 'Credentials with a place before the organisation has a habit.',
  },
} as const;

const messages = {
  newCountry: 'New country {country}: {calls} from {day} on; in {activeDays} before, only {usual}.',
  newCountryGrave:
    'New country {country}: {calls} from {day} on, {grave} of them minting, revealing, granting, trusting or silencing; in {activeDays} before, only {usual}.',
  newToOrganisation:
    '{country} is new to all keys: {calls} from {day} on; in {coveredDays} of logs before, {credentials} were used from {usual} only.',
} as const;

type Said = Verdict<typeof messages>;
type Limits = OptionValues<typeof options>;

export const unusualGeography = defineRule({
  id: 'unusual-geography',
  family: 'place',
  title: 'Key used from a new country',
  severity: 'medium',
  severities:
    'High when the key was used from one country only on 30 days or more and the newcomer makes 100 calls or more, or mints, reveals, grants, trusts or silences anything.',
  kind: 'signal',
  description:
    'A static key is used from a country that it was not used from in the 90 days before, though it had a settled habit. ' +
    'Keys without a habit of their own, and people, since they travel, are compared with the whole organisation instead. ' +
    'Attempts count whatever their outcome, but for sign-ins that failed, which anyone can make. Sessions of roles are left to two-places-at-once.',
  remediation:
    'Ask the holder whether they, a new runner or a new office made these calls. If not, disable the key, review what it did and create a new one.',
  references: [
    'https://attack.mitre.org/techniques/T1078/004/',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html',
  ],
  falsePositives: [
    'A holder who travels, or a workload that moved to another Region or provider.',
    'A network registered in one country and used in another; declare it under networks.',
    'A VPN or proxy exit; declare it as vpn or egress.',
  ],
  lookbackDays: 90,
  needs: ['places'],
  facets: { places, networks },
  options,
  messages,
  abstentions: {
    immature:
      'no habit of their own ({minActiveDays} active days, few new countries) nor of the organisation ({minCoveredDays} days of logs, {minCredentials} credentials) to compare with',
  },
  commands: disableCommands,
  examples,
  overview: everyone => organisationOf(Array.from(everyone, ({ facets }) => placeHours(facets.places))),

  *judge({ credential, facets }, { options, overview, coveredDays }) {
    if (!isStatic(credential.kind) && !isPersonal(credential)) return;
    const hours = [...placeHours(facets.places)];
    if (hours.length === 0) return;
    const days = daysOf(countryDays(hours));
    const active = activeDays(days);
    const own = (day: number) => baselineBefore(day, options.lookbackDays, days, active);
    const covered = (day: number) => coveredDays((day - options.lookbackDays) * DAY, day * DAY);
    const others = (day: number) => customOf(overview, day, covered(day), options);

    for (const newcomer of newcomersIn(hours, days, options)) {
      const about = aboutOf(credential, newcomer, facets.networks);
      const baseline = own(newcomer.arrival);
      if (hasHabit(credential, baseline, options)) yield newToKey(about, newcomer, baseline, options);
      else yield* newToAll(about, newcomer, others(newcomer.arrival));
    }
    const latest = active.at(-1)!;
    if (!hasHabit(credential, own(latest), options) && others(latest) === null) yield { abstain: 'immature' };
  },
});

type About = Pick<Said, 'subject' | 'episodes' | 'evidence'>;

/** The organisation's ways before a day, as far as they are known. */
interface Custom {
  readonly known: ReadonlyMap<string, number>;
  readonly coveredDays: number;
  readonly credentials: number;
}

/** What a person signs in with: people travel, and it travels with them. */
const isPersonal = ({ kind }: Pick<Credential, 'kind'>): boolean =>
  kind === 'password' || kind === 'entra-user' || kind === 'member';

/** Whether a key has settled ways; what belongs to a person never has. */
function hasHabit({ kind }: Credential, { activeDays, novelty }: Baseline, limits: Limits): boolean {
  return !isPersonal({ kind }) && activeDays >= limits.minActiveDays && novelty <= limits.noveltyLimit;
}

/** Countries that are new to the key, used directly and not through a declared shared exit. */
function newcomersIn(hours: readonly PlaceHour[], days: DaysByName, limits: Limits): Newcomer[] {
  const direct = countryDays(hours.filter(({ egress }) => !egress));
  const stay = { lookbackDays: limits.lookbackDays, limit: limits.minActiveDays };
  return [...direct].flatMap(([country, uses]) =>
    arrivals(days.get(country)!, limits.lookbackDays).flatMap(arrival => {
      const stayed = new Set(newcomerDays(days.get(country)!, arrival, stay));
      const own = uses.filter(({ day }) => stayed.has(day));
      if (own[0]?.day !== arrival) return [];
      return [{ country, arrival, uses: own, calls: sum(own, 'count'), grave: sum(own, 'grave') }];
    }),
  );
}

const sum = (uses: readonly CountryDay[], what: 'count' | 'grave'): number =>
  uses.reduce((total, use) => total + use[what], 0);

function newToKey(about: About, newcomer: Newcomer, { activeDays, novelty, known }: Baseline, limits: Limits): Said {
  const { country, uses, calls, grave } = newcomer;
  const isSettled = known.size === 1 && activeDays >= limits.highActiveDays;
  const said = {
    ...about,
    severity: isSettled && (calls >= limits.highCalls || grave > 0) ? ('high' as const) : ('medium' as const),
    evidence: { ...about.evidence, activeDays, novelty: Number(novelty.toFixed(4)), usual: habitEvidence(known) },
  };
  const data = {
    country,
    calls: countText(calls, 'call'),
    day: dayText(uses[0]!.first),
    activeDays: countText(activeDays, 'active day'),
    usual: usualText(known),
  };
  if (grave > 0) return { ...said, message: 'newCountryGrave', data: { ...data, grave } };
  return { ...said, message: 'newCountry', data };
}

function* newToAll(about: About, { country, uses, calls }: Newcomer, custom: Custom | null): Generator<Said> {
  if (custom === null || custom.known.has(country)) return;
  yield {
    ...about,
    message: 'newToOrganisation',
    data: {
      country,
      calls: countText(calls, 'call'),
      day: dayText(uses[0]!.first),
      coveredDays: countText(custom.coveredDays, 'day'),
      credentials: countText(custom.credentials, 'credential'),
      usual: usualText(custom.known),
    },
    evidence: {
      ...about.evidence,
      coveredDays: custom.coveredDays,
      credentials: custom.credentials,
      organisation: habitEvidence(custom.known),
    },
  };
}

function aboutOf({ id }: Credential, newcomer: Newcomer, tally: StateOf<typeof networks>): About {
  const { country, uses, calls, grave } = newcomer;
  const [from, until] = [uses[0]!.first, Math.max(...uses.map(({ last }) => last))];
  const there = networkRows(tally).filter(row => row.country === country);
  return {
    subject: [id, country],
    episodes: episodesOf(uses),
    evidence: {
      country,
      calls,
      grave,
      first: isoText(from),
      last: isoText(until),
      networks: networkEvidence(there, { first: from, last: until }),
    },
  };
}

function organisationOf(everyone: Iterable<Iterable<PlaceHour>>): Organisation {
  const days = new Map<string, Set<number>>();
  const firstDays: number[] = [];
  for (const hours of everyone) {
    let first = Number.POSITIVE_INFINITY;
    for (const { hour, country } of hours) {
      const day = dayOfHour(hour);
      first = Math.min(first, day);
      const seen = days.get(country);
      if (seen === undefined) days.set(country, new Set([day]));
      else seen.add(day);
    }
    if (first < Number.POSITIVE_INFINITY) firstDays.push(first);
  }
  return { days: new Map([...days].map(([country, seen]) => [country, [...seen]])), firstDays };
}

/** Null when there is too little of the organisation to compare with. */
function customOf({ days, firstDays }: Organisation, day: number, coveredDays: number, limits: Limits): Custom | null {
  const credentials = firstDays.filter(first => first < day).length;
  const { known } = baselineBefore(day, limits.lookbackDays, days, []);
  if (coveredDays < limits.minCoveredDays || credentials < limits.minCredentials || known.size === 0) return null;
  return { known, coveredDays, credentials };
}

function examples(): Example<typeof messages>[] {
  const daily = (country: string, from: number, until = -2) => ({
    at: from * DAY,
    until: until * DAY,
    every: DAY,
    country,
    count: 40,
  });
  const thief = { at: -DAY, country: 'SG', count: 12 };
  const others = (keys: number) =>
    Array.from({ length: keys }, (_, i) => ({ ...daily('DE', -20), credential: `AKIAIOSFODNN7OTHER${i}` }));
  return [
    {
      title: 'a new country after two weeks at home',
      events: [daily('DE', -15), thief],
      expect: ['newCountry:medium'],
    },
    {
      title: 'refused attempts from a new country',
      events: [daily('DE', -15), { ...thief, outcome: 'denied' }],
      expect: ['newCountry:medium'],
    },
    {
      title: 'many calls from a new country, after two months in one',
      events: [daily('DE', -60), { ...thief, count: 412 }],
      expect: ['newCountry:high'],
    },
    {
      title: 'many calls from a third country',
      events: [daily('DE', -60), daily('US', -60), { ...thief, count: 412 }],
      expect: ['newCountry:medium'],
    },
    {
      title: 'a key is created from a new country, after two months in one',
      events: [daily('DE', -60), { ...thief, deed: 'create', count: 1 }],
      expect: ['newCountryGrave:high'],
    },
    {
      title: 'a key is created from a new country, after two weeks at home',
      events: [daily('DE', -15), { ...thief, deed: 'create', count: 1 }],
      expect: ['newCountryGrave:medium'],
    },
    {
      title: 'a country that was absent for longer than the look-back',
      events: [daily('DE', -120), { ...thief, at: -119 * DAY }, thief],
      expect: ['newCountry:medium'],
    },
    {
      title: 'a country the key was in a month before',
      events: [daily('DE', -40), daily('SG', -40, -32), { ...thief, count: 412 }],
      expect: [],
    },
    {
      title: 'a new country through a declared exit',
      events: [daily('DE', -60), { ...thief, count: 412, egress: true }],
      expect: [],
    },
    {
      title: 'a key that is in a new country every day',
      events: ['DE', 'FR', 'US', 'PL', 'NL', 'IT', 'ES', 'PT', 'JP', 'SG'].map((country, i) =>
        daily(country, i - 12, i - 12),
      ),
      expect: [],
    },
    {
      title: 'a key that travels, some days to each country: the first is news',
      events: [
        daily('DE', -45),
        daily('FR', -36, -34),
        daily('IT', -26, -23),
        daily('ES', -16, -14),
        { ...thief, country: 'PT' },
      ],
      expect: ['newCountry:medium'],
    },
    { title: 'a key with less than nine active days', events: [daily('DE', -9), thief], expect: [] },
    {
      title: 'a young key from a country that no one has used',
      events: [...others(5), thief],
      expect: ['newToOrganisation:medium'],
    },
    {
      title: 'a young key from another country when the logs cover two days and one of long ago',
      events: [...others(5).map(event => ({ ...event, at: -3 * DAY })), { at: -60 * DAY }, thief],
      expect: [],
    },
    {
      title: 'a country where someone tried a password in vain, new to all keys all the same',
      events: [...others(5), { ...thief, at: -9 * DAY, deed: 'sign-in', outcome: 'failed' }, thief],
      expect: ['newToOrganisation:medium'],
    },
    {
      title: 'a password tried in vain from a country that no one has used',
      credential: { kind: 'password' },
      events: [...others(5), { ...thief, deed: 'sign-in', outcome: 'failed' }],
      expect: [],
    },
    { title: 'a young key where too few are known to compare with', events: [...others(4), thief], expect: [] },
    {
      title: 'a young key from a country that others use',
      events: [...others(5), { ...thief, country: 'DE' }],
      expect: [],
    },
    {
      title: 'a person who travels to another office',
      credential: { kind: 'password' },
      events: [...others(5).map(event => ({ ...event, country: 'SG' })), daily('DE', -60), thief],
      expect: [],
    },
    {
      title: 'a role, whose sessions have places and it has none',
      credential: { kind: 'role' },
      events: [daily('DE', -60), { ...thief, count: 412, session: 'ASIAIOSFODNN7EXAMPLE' }],
      expect: [],
    },
  ];
}
