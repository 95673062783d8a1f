import { activeDays, arrivals, newcomerDays } from '../facets/place-history.ts';
import { timeBetween } from '../facets/stretch.ts';
import { type SignInHour, signInHours, travels } from '../facets/travels.ts';
import { groupBy } from '../group.ts';
import type { Credential, CredentialKind } from '../model/credential.ts';
import type { Point } from '../model/event.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOfHour, HOUR, MINUTE } from '../time.ts';
import { countText, isoText, timeText } from '../wording.ts';
import { defineRule, type Example } from './rule.ts';

const options = {
  minKm: { default: 500, min: 1, max: 20_000, describe: 'Kilometres between two sign-ins below which none is judged.' },
  maxKmPerHour: { default: 1000, min: 1, max: 100_000, describe: 'Kilometres an hour that a person can travel.' },
  lookbackDays: { default: 90, min: 7, max: 365, describe: 'Days two countries must not have met for it to be new.' },
  minActiveDays: {
    default: 9,
    min: 1,
    max: 90,
    describe: 'Days on which two countries meet until that is usual for a person.',
  },
} as const;

const messages = {
  tooFast:
    'Signed in from {from} and, {gap} later, from {to}, at least {distance} km away: {speed} km/h, {time} UTC; the limit is {limit}.',
  atOnce: 'Signed in from {from} and from {to}, at least {distance} km apart, at the same time, {time} UTC.',
} as const;

/** Credentials that are one person; behind a role or a federation there may be many. */
const PEOPLE: ReadonlySet<CredentialKind> = new Set([
  'entra-user',
  'password',
  'identity-center-user',
  'root-session',
  'member',
]);

/** Two sign-ins that one person cannot both have made. */
interface Leap {
  readonly from: SignInHour;
  readonly to: SignInHour;
  /** At the least, whatever the accuracy of the database. */
  readonly km: number;
  readonly gap: number;
  /** Countries, by name. */
  readonly pair: string;
  readonly day: number;
}

export const impossibleTravel = defineRule({
  id: 'impossible-travel',
  family: 'place',
  title: 'Impossible travel',
  severity: 'medium',
  kind: 'signal',
  description:
    'One person signed in from two places that are too far apart for the time between: more than 1,000 km/h over 500 km or more, after the accuracy of both places is taken off the distance. ' +
    'Only sign-ins that a person makes and that succeed are judged, by a city database; with the bundled database of countries this rule is blind. ' +
    'Declared exits are left out, and so is a pair of countries that met in the 90 days before, or that meets on nine days from the start: a person who is often behind a VPN. Sign-ins through roles and federation are left out too, since many people may share them.',
  remediation:
    'Ask the person whether both sign-ins were theirs and whether one was through a VPN or a private relay. If not, shut the account, end its sessions, change the password and look at what was registered since: devices, methods of sign-in, consents, keys.',
  references: [
    'https://learn.microsoft.com/en-us/entra/id-protection/concept-identity-protection-risks',
    'https://attack.mitre.org/techniques/T1078/004/',
  ],
  falsePositives: [
    'A VPN, a private relay or a mobile network with a far exit: declare its network as vpn or egress.',
    'An address that the city database puts in the wrong place.',
  ],
  lookbackDays: 90,
  needs: ['sign-ins', 'places'],
  needsGeo: 'cities',
  facets: { travels },
  options,
  messages,
  abstentions: {
    pointless: 'the geography database has no cities: give one that has with --geo-db',
    crowded: 'more than 64 hours and places on one day, of which only the earliest were judged',
    habit:
      'in the same two countries at impossible speed from the start, for {minActiveDays} days or more: taken for a VPN',
  },
  commands: disableCommands,
  examples,
  *judge({ credential, facets }, { options }) {
    if (!PEOPLE.has(credential.kind)) return;
    const { unplaced, cut } = facets.travels;
    const hours = signInHours(facets.travels);
    if (unplaced > 0) yield { abstain: 'pointless' };
    if (cut) yield { abstain: 'crowded' };
    const active = activeDays(new Map([['', hours.map(({ hour }) => dayOfHour(hour))]]));
    for (const [pair, leaps] of groupBy(leapsIn(hours, options), ({ pair }) => pair)) {
      const fresh = freshLeaps(leaps, active, options);
      if (fresh.length > 0) yield verdictOn(credential, pair, fresh, options);
      else yield { abstain: 'habit' };
    }
  },
});

type Limits = OptionValues<typeof options>;

/** Half way around the globe: nothing is farther away. */
const FARTHEST_KM = 20_038;

function leapsIn(hours: readonly SignInHour[], limits: Limits): Leap[] {
  const direct = hours.filter(({ egress }) => !egress);
  const reach = (FARTHEST_KM / limits.maxKmPerHour) * HOUR;
  return direct.flatMap((from, i) => {
    const leaps: Leap[] = [];
    for (let j = i + 1; j < direct.length && direct[j]!.first - from.last <= reach; j++) {
      const leap = leapOf(from, direct[j]!);
      if (isImpossible(leap, limits)) leaps.push(leap);
    }
    return leaps;
  });
}

function leapOf(from: SignInHour, to: SignInHour): Leap {
  const km = Math.floor(distanceKm(from.point, to.point) - from.point.radiusKm - to.point.radiusKm);
  const pair = [from.country, to.country].sort().join('+');
  return { from, to, km, gap: timeBetween(from, to), pair, day: dayOfHour(to.hour) };
}

const isImpossible = ({ km, gap }: Leap, { minKm, maxKmPerHour }: Limits): boolean =>
  km >= minKm && km * HOUR > maxKmPerHour * gap;

const EARTH_RADIUS_KM = 6_371;

/** Along the surface, by the haversine formula. */
function distanceKm(a: Point, b: Point): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const half = (x: number, y: number): number => Math.sin(radians(x - y) / 2) ** 2;
  const across = Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * half(a.longitude, b.longitude);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(half(a.latitude, b.latitude) + across)));
}

/** The leaps of the days on which a pair of countries was not yet usual; none for a pair that was so from the start. */
function freshLeaps(leaps: readonly Leap[], active: readonly number[], limits: Limits): Leap[] {
  const { lookbackDays, minActiveDays } = limits;
  const days = [...new Set(leaps.map(({ day }) => day))].sort((a, b) => a - b);
  const fresh = new Set<number>();
  for (const arrival of arrivals(days, lookbackDays)) {
    const stay = newcomerDays(days, arrival, { lookbackDays, limit: minActiveDays });
    const before = active.filter(day => day < arrival && day >= arrival - lookbackDays).length;
    const isHabit = before < minActiveDays && stay.length === minActiveDays;
    if (!isHabit) for (const day of stay) fresh.add(day);
  }
  return leaps.filter(({ day }) => fresh.has(day));
}

/** As many leaps as a finding shows. */
const SHOWN = 5;

function verdictOn({ id }: Credential, pair: string, leaps: readonly Leap[], { maxKmPerHour }: Limits) {
  const worst = leaps.reduce((a, b) => (excess(b) > excess(a) ? b : a));
  const { from, to, km, gap } = worst;
  const said = { from: placeText(from), to: placeText(to), distance: km, time: timeText(to.first) };
  const rest = {
    subject: [id, pair],
    episodes: leaps.map(leap => ({ from: leap.from.last, until: Math.max(leap.from.last, leap.to.first) })),
    evidence: {
      first: isoText(Math.min(...leaps.map(leap => leap.from.first))),
      last: isoText(Math.max(...leaps.map(leap => leap.to.last))),
      maxKmPerHour,
      leaps: [worst, ...leaps.filter(leap => leap !== worst)].slice(0, SHOWN).map(leapEvidence),
      leapsInAll: leaps.length,
    },
  };
  if (gap < MINUTE) return { message: 'atOnce' as const, data: said, ...rest };
  const speed = Math.floor((km * HOUR) / gap);
  return { message: 'tooFast' as const, data: { ...said, gap: gapText(gap), speed, limit: maxKmPerHour }, ...rest };
}

/** How far a leap is beyond what can be; less than a minute counts as one. */
const excess = ({ km, gap }: Leap): number => km / Math.max(gap, MINUTE);

const leapEvidence = ({ from, to, km, gap }: Leap) => ({
  from: { ...sideEvidence(from), at: isoText(from.last) },
  to: { ...sideEvidence(to), at: isoText(to.first) },
  km,
  kmPerHour: gap < MINUTE ? null : Math.floor((km * HOUR) / gap),
});

const sideEvidence = ({ country, point: { latitude, longitude, radiusKm }, example }: SignInHour) => ({
  country,
  latitude,
  longitude,
  radiusKm,
  example,
});

/** Roughly where; a tenth of a degree is some ten kilometres. */
const placeText = ({ country, point: { latitude, longitude } }: SignInHour): string =>
  `${country} (${Math.abs(latitude)}° ${latitude < 0 ? 'S' : 'N'}, ${Math.abs(longitude)}° ${longitude < 0 ? 'W' : 'E'})`;

function gapText(gap: number): string {
  return gap < 3 * HOUR ? countText(Math.floor(gap / MINUTE), 'minute') : countText(Math.floor(gap / HOUR), 'hour');
}

function examples(): Example<typeof messages>[] {
  const person = { id: 'user/22222222-3333-4444-5555-666666666666', kind: 'entra-user', provider: 'azure' } as const;
  const signIn = { deed: 'sign-in', action: 'entra:sign-in' } as const;
  const berlin = { ...signIn, country: 'DE', point: { latitude: 52.5, longitude: 13.4, radiusKm: 20 } } as const;
  const paris = { ...signIn, country: 'FR', point: { latitude: 48.9, longitude: 2.4, radiusKm: 20 } } as const;
  const singapore = { ...signIn, country: 'SG', point: { latitude: 1.3, longitude: 103.8, radiusKm: 10 } } as const;
  const both = [
    { ...berlin, at: -DAY },
    { ...singapore, at: -DAY + 2 * HOUR },
  ];
  const everyDay = { at: -40 * DAY, until: -2 * DAY } as const;
  return [
    {
      title: 'signs in from Berlin and two hours later from Singapore',
      credential: person,
      events: both,
      expect: ['tooFast:medium'],
    },
    {
      title: 'the same, after weeks in Berlin alone',
      credential: person,
      events: [{ ...berlin, ...everyDay }, ...both],
      expect: ['tooFast:medium'],
    },
    {
      title: 'signs in from two places in turn, within one hour',
      credential: person,
      events: [
        { ...berlin, at: -DAY, until: -DAY + 40 * MINUTE, every: 20 * MINUTE },
        { ...singapore, at: -DAY + 10 * MINUTE, until: -DAY + 30 * MINUTE, every: 20 * MINUTE },
      ],
      expect: ['atOnce:medium'],
    },
    {
      title: 'a password of an IAM user, from two places',
      credential: { kind: 'password' },
      events: both.map(event => ({ ...event, action: 'signin:ConsoleLogin' })),
      expect: ['tooFast:medium'],
    },
    {
      title: 'Paris forty-nine minutes after Berlin',
      credential: person,
      events: [
        { ...berlin, at: -DAY },
        { ...paris, at: -DAY + 49 * MINUTE },
      ],
      expect: ['tooFast:medium'],
    },
    {
      title: 'Paris fifty-one minutes after Berlin',
      credential: person,
      events: [
        { ...berlin, at: -DAY },
        { ...paris, at: -DAY + 51 * MINUTE },
      ],
      expect: [],
    },
    {
      title: 'a place that may be anywhere within 400 km',
      credential: person,
      events: [
        { ...berlin, at: -DAY },
        { ...paris, at: -DAY + MINUTE, point: { ...paris.point, radiusKm: 400 } },
      ],
      expect: [],
    },
    {
      title: 'a flight to Singapore',
      credential: person,
      events: [
        { ...berlin, at: -DAY },
        { ...singapore, at: -DAY + 11 * HOUR },
      ],
      expect: [],
    },
    {
      title: 'through a declared exit',
      credential: person,
      events: [both[0]!, { ...both[1]!, egress: true }],
      expect: [],
    },
    {
      title: 'a password that someone tried in vain',
      credential: person,
      events: [both[0]!, { ...both[1]!, outcome: 'denied' }],
      expect: [],
    },
    {
      title: 'a token that a program renewed from elsewhere',
      credential: person,
      events: [both[0]!, { ...both[1]!, action: 'entra:non-interactive sign-in' }],
      expect: [],
    },
    {
      title: 'a role that people of two offices sign in to',
      credential: { kind: 'role' },
      events: both,
      expect: [],
    },
    {
      title: 'a person who is behind a VPN for half of every day, from the start',
      credential: person,
      events: [
        { ...berlin, ...everyDay },
        { ...singapore, at: -40 * DAY + HOUR, until: -2 * DAY },
      ],
      expect: [],
    },
    {
      title: 'a database that knows countries alone',
      credential: person,
      events: ['DE', 'SG'].map((country, i) => ({ ...signIn, country, at: -DAY + i * HOUR })),
      expect: [],
    },
  ];
}
