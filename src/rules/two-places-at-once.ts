import { groupBy } from '../group.ts';
import {
  activeDays,
  arrivals,
  baselineBefore,
  countryDays,
  type DaysByName,
  daysOf,
  habitEvidence,
  newcomerDays,
} from '../facets/place-history.ts';
import { areDualStack, type Network, networkEvidence, networkRows, networks } from '../facets/networks.ts';
import { placeHours, places } from '../facets/places.ts';
import { isSampled, type SessionHour, sessionHours, sessions } from '../facets/sessions.ts';
import { isStatic } from '../kinds.ts';
import type { Credential } from '../model/credential.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOf, dayOfHour, HOUR, MINUTE } from '../time.ts';
import { compareText, countText, hourText, isoText } from '../wording.ts';
import { defineRule, type Example, type Verdict } from './rule.ts';

/** As many sessions and hours as a finding shows. */
const SHOWN = 5;

const options = {
  minCalls: { default: 2, min: 2, max: 10_000, describe: 'Calls from each of the two countries within the hour.' },
  minActiveDays: {
    default: 9,
    min: 1,
    max: 90,
    describe: 'Active days before a key has a habit, and until a pair of countries is usual.',
  },
  lookbackDays: {
    default: 90,
    min: 7,
    max: 365,
    describe: 'Days a pair of countries must have been absent to be new.',
  },
  noveltyLimit: {
    default: 0.05,
    min: 0,
    max: 1,
    describe: 'Above this chance of a new pair, a key is often in two places.',
  },
} as const;

const messages = {
  atOnce:
    '{used} in two places at once: {usual} and {newcomer} within the {hour} hour, {usualCalls} and {newcomerCalls} calls.',
  atOnceGrave:
    '{used} in two places at once: {usual} and {newcomer} within the {hour} hour, {usualCalls} and {newcomerCalls} calls; on the days they met, {grave} from {newcomer} minting, revealing, granting, trusting or silencing.',
} as const;

type Said = Verdict<typeof messages>;
type Limits = OptionValues<typeof options>;
type Hour = Omit<SessionHour, 'session'> & { readonly session?: string };

/** Two countries in one hour of one key or session. */
interface Meeting {
  readonly pair: string;
  readonly day: number;
  readonly sides: readonly [Hour, Hour];
}

/** What a credential did, and how it is judged: as itself, or by its sessions. */
interface History {
  readonly hours: readonly Hour[];
  readonly countries: DaysByName;
  readonly active: readonly number[];
  readonly known: readonly Network[];
}

export const twoPlacesAtOnce = defineRule({
  id: 'two-places-at-once',
  family: 'place',
  title: 'Used in two places at once',
  severity: 'medium',
  severities:
    'High when the key or role had nine active days before and was not given to new pairs of countries, and neither side is a declared exit; critical when the newcomer also mints, reveals, grants, trusts or silences anything.',
  kind: 'signal',
  description:
    'One static key, or one session of a role, is used from two countries within the same hour, so that the times of use overlap: two hands hold it. ' +
    'IPv4 and IPv6 of one operator are one place, where an ASN database tells. A pair of countries that met in the 90 days before is usual, and so is one that a young key keeps up for nine days.',
  remediation:
    'Find out which of the two places is not its holder. Disable the key, or revoke the sessions of the role, and review what was done from there.',
  references: [
    'https://attack.mitre.org/techniques/T1078/004/',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html',
  ],
  falsePositives: [
    'One key shared by workloads in several Regions: give each its own.',
    'A VPN that carries part of the traffic; declare its exit as vpn or egress.',
    'A network registered in one country and used in another; declare it under networks.',
  ],
  lookbackDays: 90,
  needs: ['places'],
  facets: { places, sessions, networks },
  options,
  messages,
  abstentions: {
    sampled: 'more than 2,048 sessions, of which only a fixed sample was judged',
    immature: 'in the same two places from the start, for {minActiveDays} days or more: taken for its habit',
  },
  commands: disableCommands,
  examples,

  *judge({ credential, facets }, { options }) {
    const own = [...placeHours(facets.places)];
    const hours: readonly Hour[] = isStatic(credential.kind) ? own : [...sessionHours(facets.sessions)];
    if (!isStatic(credential.kind) && isSampled(facets.sessions)) yield { abstain: 'sampled' };
    const known = networkRows(facets.networks);
    const meetings = meetingsIn(hours, options.minCalls).filter(
      ({ sides: [a, b] }) => !areDualStack(known, a.country, b.country),
    );
    if (meetings.length === 0) return;
    const countries = daysOf(countryDays(own));
    const history = { hours, countries, active: activeDays(countries), known };
    yield* judgeMeetings(credential, meetings, history, options);
  },
});

/** The pairs of countries that overlap, within an hour or across the mark between two; hours come by session, then time. */
function meetingsIn(hours: readonly Hour[], minCalls: number): Meeting[] {
  const within = meetingsWithin(hours, minCalls);
  if (new Set(hours.map(({ country }) => country)).size < 2) return within;
  const met = new Set(within.flatMap(meeting => keysOf(meeting, 0)));
  const across = [...groupBy(hours, ({ session }) => session).values()]
    .flatMap(own => meetingsAcross(own, minCalls))
    .filter(meeting => {
      const keys = keysOf(meeting, 1);
      const isNew = !keys.some(key => met.has(key));
      for (const key of keys) met.add(key);
      return isNew;
    });
  return [...within, ...across];
}

/** The hours that a meeting may lie in. */
const keysOf = ({ pair, sides: [{ hour, session = '' }] }: Meeting, more: 0 | 1): string[] =>
  [0, more].map(ahead => `${hour + ahead} ${pair} ${session}`);

/** Use goes on across the mark when it paused no longer than this. */
const PAUSE = 10 * MINUTE;

/** Meetings of which at least one side goes on from one hour into the next. */
function meetingsAcross(hours: readonly Hour[], minCalls: number): Meeting[] {
  const joined = [...groupBy(hours, ({ country, egress }) => `${country} ${egress}`).values()].flatMap(joinHours);
  const spans = [...hours, ...joined].filter(({ count }) => count >= minCalls);
  spans.sort((a, b) => a.first - b.first || a.last - b.last || compareText(a.country, b.country));
  const isJoined = new Set(joined);
  return spans.flatMap((a, i) => {
    const meetings: Meeting[] = [];
    for (let j = i + 1; j < spans.length && spans[j]!.first <= a.last; j++) {
      const b = spans[j]!;
      if (a.country === b.country || !(isJoined.has(a) || isJoined.has(b))) continue;
      const sides = a.country < b.country ? ([a, b] as const) : ([b, a] as const);
      const hour = Math.min(a.hour, b.hour);
      const [one, other] = sides.map(side => ({ ...side, hour })) as [Hour, Hour];
      meetings.push({ pair: `${one.country}+${other.country}`, day: dayOfHour(hour), sides: [one, other] });
    }
    return meetings;
  });
}

/** Each two neighbouring hours between which use hardly paused, as one. */
function joinHours(hours: readonly Hour[]): Hour[] {
  return hours.slice(1).flatMap((next, i) => {
    const hour = hours[i]!;
    if (next.hour !== hour.hour + 1 || next.first - hour.last > PAUSE) return [];
    return [{ ...hour, count: hour.count + next.count, last: next.last, grave: hour.grave + next.grave }];
  });
}

/** Meetings within one UTC hour. */
function meetingsWithin(hours: readonly Hour[], minCalls: number): Meeting[] {
  const meetings: Meeting[] = [];
  let start = 0;
  for (let i = 0; i < hours.length; i++) {
    const b = hours[i]!;
    if (hours[start]!.hour !== b.hour || hours[start]!.session !== b.session) start = i;
    if (b.count < minCalls) continue;
    for (let j = start; j < i; j++) {
      const a = hours[j]!;
      const overlap = Math.max(a.first, b.first) <= Math.min(a.last, b.last);
      if (a.country === b.country || a.count < minCalls || !overlap) continue;
      meetings.push({ pair: `${a.country}+${b.country}`, day: dayOfHour(b.hour), sides: [a, b] });
    }
  }
  return meetings;
}

function* judgeMeetings(
  { id }: Credential,
  meetings: readonly Meeting[],
  history: History,
  limits: Limits,
): Generator<Said | { abstain: 'immature' }> {
  const { lookbackDays, minActiveDays } = limits;
  const byPair = groupBy(meetings, ({ pair }) => pair);
  const pairs = new Map([...byPair].map(([pair, met]) => [pair, daysIn(met)]));
  let [isHabit, isJudged] = [false, false];
  for (const [pair, days] of pairs) {
    for (const arrival of arrivals(days, lookbackDays)) {
      const stay = newcomerDays(days, arrival, { lookbackDays, limit: minActiveDays });
      const { activeDays, novelty } = baselineBefore(arrival, lookbackDays, pairs, history.active);
      const isYoung = activeDays < minActiveDays;
      if (isYoung && stay.length === minActiveDays) isHabit = true;
      else {
        const met = byPair.get(pair)!.filter(({ day }) => stay.includes(day));
        const usual = baselineBefore(arrival, lookbackDays, history.countries, []).known;
        const isMature = !isYoung && novelty <= limits.noveltyLimit;
        isJudged = true;
        yield verdictOn([id, pair], { met, usual, activeDays, isMature, hours: history.hours, known: history.known });
      }
    }
  }
  if (isHabit && !isJudged) yield { abstain: 'immature' };
}

/** Meetings of one new pair, and what was usual before. */
interface Encounter {
  readonly met: readonly Meeting[];
  readonly usual: ReadonlyMap<string, number>;
  readonly activeDays: number;
  readonly isMature: boolean;
  readonly hours: readonly Hour[];
  readonly known: readonly Network[];
}

function verdictOn(subject: readonly string[], encounter: Encounter): Said {
  const { met, usual, isMature } = encounter;
  const direct = met.filter(({ sides }) => !sides.some(({ egress }) => egress));
  const [old, newcomer] = byCustom(busiest(direct.length > 0 ? direct : met), usual);
  const grave = graveOf(newcomer.country, encounter);
  const isSerious = isMature && direct.length > 0;
  const said = {
    subject,
    severity: !isSerious ? ('medium' as const) : grave > 0 ? ('critical' as const) : ('high' as const),
    episodes: met.map(({ sides: [a, b] }) => ({ from: Math.min(a.first, b.first), until: Math.max(a.last, b.last) })),
    evidence: evidenceOf(encounter, direct.length === 0, grave),
  };
  const data = {
    used: old.session === undefined ? 'Used' : 'One session used',
    usual: old.country,
    newcomer: newcomer.country,
    hour: hourText(old.hour),
    usualCalls: old.count,
    newcomerCalls: newcomer.count,
  };
  if (grave > 0) return { ...said, message: 'atOnceGrave', data: { ...data, grave: countText(grave, 'call') } };
  return { ...said, message: 'atOnce', data };
}

/** The meeting whose quieter side is loudest, the earliest of equals. */
function busiest(met: readonly Meeting[]): Meeting {
  const loudness = ({ sides: [a, b] }: Meeting) => Math.min(a.count, b.count);
  return met.reduce((best, meeting) => {
    const more = loudness(meeting) - loudness(best);
    return more > 0 || (more === 0 && meeting.sides[0].hour < best.sides[0].hour) ? meeting : best;
  });
}

/** The usual side first: the one seen on more days before, or else with more calls in the hour. */
function byCustom({ sides: [a, b] }: Meeting, usual: ReadonlyMap<string, number>): readonly [Hour, Hour] {
  const more = (usual.get(b.country) ?? 0) - (usual.get(a.country) ?? 0) || b.count - a.count;
  return more > 0 ? [b, a] : [a, b];
}

/** Deeds of the newcomer that mint, reveal, grant, trust or silence, on the days and in the sessions of the meetings. */
function graveOf(country: string, { met, hours }: Encounter): number {
  const where = new Set(met.map(({ day, sides: [{ session = '' }] }) => `${day} ${session}`));
  return hours
    .filter(hour => hour.country === country && where.has(`${dayOfHour(hour.hour)} ${hour.session ?? ''}`))
    .reduce((sum, { grave }) => sum + grave, 0);
}

function evidenceOf(
  { met, activeDays, usual, known }: Encounter,
  throughExit: boolean,
  grave: number,
): Said['evidence'] {
  const names = [...new Set(met.flatMap(({ sides: [{ session = [] }] }) => session))].sort();
  const inOrder = [...met].sort((x, y) => x.sides[0].hour - y.sides[0].hour);
  const side = ({ country, count, egress }: Hour) => ({ country, calls: count, throughExit: egress });
  const sides = met.flatMap(({ sides: both }) => both);
  const countries = new Set(sides.map(({ country }) => country));
  const first = Math.min(...sides.map(hour => hour.first));
  const last = Math.max(...sides.map(hour => hour.last));
  return {
    first: isoText(first),
    last: isoText(last),
    hours: inOrder
      .slice(0, SHOWN)
      .map(({ sides: [a, b] }) => ({ hour: isoText(a.hour * HOUR), sides: [side(a), side(b)] })),
    hoursInAll: new Set(met.map(({ sides: [{ hour }] }) => hour)).size,
    ...(names.length > 0 && { sessions: names.slice(0, SHOWN), sessionsInAll: names.length }),
    throughExit,
    grave,
    activeDays,
    usual: habitEvidence(usual),
    networks: networkEvidence(
      known.filter(({ country }) => countries.has(country)),
      { first: dayOf(first) * DAY, last },
    ),
  };
}

const daysIn = (met: readonly Meeting[]): number[] => [...new Set(met.map(({ day }) => day))].sort((a, b) => a - b);

function examples(): Example<typeof messages>[] {
  const daily = { at: -20 * DAY + 2 * HOUR, until: -DAY, every: DAY, country: 'DE', count: 40 };
  const session = 'ASIAIOSFODNN7EXAMPLE';
  const during = (country: string, count: number, at = -DAY + 2 * HOUR) => [
    { at: at + 10 * MINUTE, country, count },
    { at: at + 40 * MINUTE, country, count: 1 },
  ];
  const both = [...during('DE', 60), ...during('SG', 411)];
  const habit = ['DE', 'US'].flatMap(country =>
    during(country, 5, -30 * DAY).map(event => ({ ...event, until: -2 * DAY, every: DAY })),
  );
  return [
    { title: 'a settled key in two countries within the hour', events: [daily, ...both], expect: ['atOnce:high'] },
    {
      title: 'a settled key, and the newcomer creates a key',
      events: [daily, ...both, { at: -DAY + 2.5 * HOUR, country: 'SG', deed: 'create', action: 'iam:CreateAccessKey' }],
      expect: ['atOnceGrave:critical'],
    },
    { title: 'a key without a habit', events: both, expect: ['atOnce:medium'] },
    {
      title: 'a settled key in two countries on both sides of the mark between two hours',
      events: [
        daily,
        ...[-50, -10, 10, 50].map(seconds => ({ at: -DAY + 3 * HOUR + seconds * 1000, country: 'DE' })),
        ...[-30, 30].map(seconds => ({ at: -DAY + 3 * HOUR + seconds * 1000, country: 'SG' })),
      ],
      expect: ['atOnce:high'],
    },
    {
      title: 'two countries in two hours that do not overlap',
      events: [
        daily,
        ...[-50, -40].map(minutes => ({ at: -DAY + 3 * HOUR + minutes * MINUTE, country: 'DE' })),
        ...[-1, 1].map(minutes => ({ at: -DAY + 3 * HOUR + minutes * MINUTE, country: 'SG' })),
      ],
      expect: [],
    },
    {
      title: 'IPv4 and IPv6 of one operator that a database puts in two countries',
      events: [
        { ...daily, operator: 'AS64496 Example Net' },
        ...both.map(event => ({
          ...event,
          operator: 'AS64496 Example Net',
          ...(event.country === 'SG' && { address: '2001:db8:0:0:0:0:0:1' }),
        })),
      ],
      expect: [],
    },
    {
      title: 'one side through a declared exit, whatever it does',
      events: [
        daily,
        ...[...both, { at: -DAY + 2.5 * HOUR, country: 'SG', deed: 'reveal' as const }].map(event => {
          return { ...event, egress: event.country === 'SG' };
        }),
      ],
      expect: ['atOnceGrave:medium'],
    },
    { title: 'a key that has worked in both from its start', events: habit, expect: [] },
    {
      title: 'a third country beside a settled pair',
      events: [...habit, ...both],
      expect: ['atOnce:high'],
    },
    {
      title: 'a key that is in a new pair of countries every day',
      events: ['FR', 'US', 'PL', 'NL', 'IT', 'ES', 'PT', 'JP', 'BR', 'SG'].flatMap((country, i) => [
        ...during('DE', 5, (i - 12) * DAY),
        ...during(country, 5, (i - 12) * DAY),
      ]),
      expect: Array.from({ length: 10 }, () => 'atOnce:medium' as const),
    },
    {
      title: 'one country after the other',
      events: [
        daily,
        { at: -DAY + 4 * HOUR, country: 'DE', count: 9 },
        { at: -DAY + 4.5 * HOUR, country: 'SG', count: 9 },
      ],
      expect: [],
    },
    {
      title: 'a single call among many',
      events: [daily, ...during('DE', 60), { at: -DAY + 2.4 * HOUR, country: 'SG' }],
      expect: [],
    },
    {
      title: 'two sessions of a role, each in its own country',
      credential: { kind: 'role' },
      events: [
        ...during('DE', 60).map(event => ({ ...event, session })),
        ...during('SG', 60).map(event => ({ ...event, session: `${session}2` })),
      ],
      expect: [],
    },
    {
      title: 'one session of a settled role in two countries',
      credential: { kind: 'role' },
      events: [{ ...daily, session: `${session}2` }, ...both.map(event => ({ ...event, session }))],
      expect: ['atOnce:high'],
    },
  ];
}
