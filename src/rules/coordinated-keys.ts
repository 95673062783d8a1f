import { type Footprint, footprintRows, footprints } from '../facets/footprints.ts';
import { type Lockstep, lockstepsIn, type Stream } from '../facets/lockstep.ts';
import { modelDays, models } from '../facets/models.ts';
import { type Amount, type Burst, burstsOf, HABIT_OPTIONS, hourSeries, plotAround } from '../facets/records.ts';
import { isLent } from '../facets/visits.ts';
import { volume, volumeHours } from '../facets/volume.ts';
import { groupBy } from '../group.ts';
import type { OptionValues } from '../model/option.ts';
import { DAY, dayOfHour, HOUR, hourOf } from '../time.ts';
import { compareText, countText, dayText, isoText, timesText } from '../wording.ts';
import { defineRule, type Example, type ExampleEvent, type RuleContext } from './rule.ts';

/** As many networks and events as a finding shows. */
const SHOWN = 5;

/** What of their former use must go on for the new to be added to it and not put in its place. */
const GOES_ON = 0.5;

/** What begins as suddenly as this is looked at by itself first, so that two groups of one week are told apart. */
const SUDDEN_DAYS = 2;

/** What of a burst must be theirs in step. */
const SHARE_OF_BURST = 0.5;

const facets = { footprints, models, volume };

const options = {
  minMembers: { default: 5, min: 2, max: 10_000, describe: 'Keys that make a group.' },
  minFew: { default: 20, min: 2, max: 10_000, describe: 'Keys that make a group when each makes few calls.' },
  fewPerDay: { default: 50, min: 1, max: 1e9, describe: 'Calls a day below which those of a key are few.' },
  variation: {
    default: 0.3,
    min: 0,
    max: 10,
    describe:
      'Standard deviation between the calls of its members on a day, as a part of their mean, up to which a group is in step.',
  },
  minDays: { default: 3, min: 1, max: 90, describe: 'Days on which they must be in step.' },
  withinDays: { default: 7, min: 1, max: 90, describe: 'Days within which they must all have begun.' },
  freshShare: { default: 0.8, min: 0.1, max: 1, describe: 'Share of members new to models that makes a new group.' },
  lookbackDays: { default: 90, min: 7, max: 365, describe: 'Days looked back on for what is new.' },
  minCoveredDays: {
    default: 14,
    min: 1,
    max: 365,
    describe: 'Days of those that the logs must cover before anything can be new.',
  },
  callsPerHour: { default: 30, min: 1, max: 1e9, describe: 'Fewer calls of a group in an hour are never a burst.' },
  callsPerDay: { default: 100, min: 1, max: 1e9, describe: 'Fewer calls of a group on a day are never a burst.' },
  newCallsPerHour: {
    default: 2000,
    min: 1,
    max: 1e9,
    describe: 'Fewer calls in an hour of a group without a baseline pass.',
  },
  times: { default: 3, min: 1, max: 1000, describe: 'How many times its record a group must reach for a burst.' },
  highTimes: { default: 10, min: 1, max: 10_000, describe: 'Times its record from which that is high.' },
  ...HABIT_OPTIONS,
} as const;

type Settings = OptionValues<typeof options>;
type Context = RuleContext<typeof facets, typeof options, undefined>;

/** What a key did from one network with one program and one model, from the day it began to. */
interface Strand {
  readonly id: string;
  readonly agent: string;
  readonly model: string;
  readonly network: string;
  readonly country: string;
  readonly began: number;
  readonly days: ReadonlyMap<number, number>;
}

/** Keys in step, and what they have in common. The network is empty when they have none. */
interface Group extends Lockstep {
  readonly agent: string;
  readonly model: string;
  readonly network: string;
  readonly strands: readonly Strand[];
}

/** Why keys in step are worth a word. */
interface Reason {
  /** Members that had called no model before. */
  readonly fresh: number;
  readonly isNew: boolean;
  /** It came on top of what they did before. */
  readonly isAdded: boolean;
  readonly burst: Burst | null;
}

export const coordinatedKeys = defineRule({
  id: 'coordinated-keys',
  family: 'campaign',
  title: 'Many keys in step',
  severity: 'medium',
  severities:
    'High when four of five members called no model before that week, or the group as a whole reaches ten times its record.',
  kind: 'signal',
  description:
    'Five keys or more (twenty, when each makes fewer than 50 calls a day) begin within a week to call one model with one kind of program, and make nearly as many calls as each other on three days or more: one hand shares its load among them, so that each stays below every limit. ' +
    'Keys that share the network as well are told apart first. It is reported when their use is new or on top of what they did before, or when all they do together is a burst as it would be of one key; a change of model, program or network that only takes the place of former use is not. ' +
    'Roles are not counted, since many hosts work with one at once. The logs must cover 14 days before.',
  remediation:
    'Find out who runs this. If nobody does, disable all the keys that are named here at once, one alone would warn whoever holds them, and find out where they leaked from together: a repository, a laptop, a pipeline.',
  references: [
    'https://www.anthropic.com/news/detecting-and-preventing-distillation-attacks',
    'https://sysdig.com/blog/llmjacking-stolen-cloud-credentials-used-in-new-ai-attack/',
    'https://attack.mitre.org/techniques/T1496/',
  ],
  falsePositives: [
    'A fleet that is launched with a key for each of its parts and an even load; a role would do for all of them.',
    'A load test that takes its keys in turn.',
  ],
  lookbackDays: 90,
  needs: ['calls'],
  helps: ['places'],
  facets,
  options,
  messages: {
    fresh:
      '{keys} called {model} with {agent}{where} in step, about {calls} calls a day each on {days} from {start} on; {fresh} of them had called no model before.',
    burst:
      '{keys} called {model} with {agent}{where} in step, about {calls} calls a day each on {days} from {start} on; together {amount} calls in one {span}, {ratio} times their record ({record}).',
    added:
      '{keys} called {model} with {agent}{where} in step, about {calls} calls a day each on {days} from {start} on, and what they did before goes on.',
  },
  examples,

  *survey(everyone, context) {
    const strands: Strand[] = [];
    const isSettled = settledDays(context);
    for (const { credential, facets } of everyone) {
      if (isLent(credential.kind) || facets.volume.size === 0) continue;
      for (const row of footprintRows(facets.footprints)) {
        const strand = strandOf(credential.id, row);
        if (strand !== null && isSettled(strand.began)) strands.push(strand);
      }
    }
    for (const alike of groupBy(strands, ({ agent, model }) => `${agent}\n${model}`).values()) {
      for (const group of groupsIn(alike, context.options)) {
        const reason = reasonFor(group, context);
        if (reason !== null) yield sayGroup(group, reason, context);
      }
    }
  },
});

/** Tells of a day whether the logs cover enough before it for something to be new. */
function settledDays({ options, coveredDays }: Context): (day: number) => boolean {
  const known = new Map<number, boolean>();
  return day => {
    const answer =
      known.get(day) ?? coveredDays((day - options.lookbackDays) * DAY, day * DAY) >= options.minCoveredDays;
    known.set(day, answer);
    return answer;
  };
}

function strandOf(id: string, { days, agent, model, network, country }: Footprint): Strand | null {
  const calling = days.filter(({ calls }) => calls > 0);
  if (calling.length === 0) return null;
  const byDay = new Map(calling.map(({ day, calls }) => [day, calls]));
  return { id, agent, model, network, country, began: calling[0]!.day, days: byDay };
}

/** Of strands of one program and model, the groups in step: first those of one network, then what is left. */
function groupsIn(strands: readonly Strand[], settings: Settings): Group[] {
  if (countKeys(strands) < settings.minMembers) return [];
  const groups: Group[] = [];
  const told = new Set<string>();
  const search = (among: readonly Strand[], network: string) => {
    for (const together of startsOf(among, settings)) {
      const left = together.filter(({ id }) => !told.has(id));
      for (const lockstep of lockstepsIn(streamsOf(left), settings)) {
        const ids = new Set(lockstep.members.map(({ id }) => id));
        for (const id of ids) told.add(id);
        const { agent, model } = strands[0]!;
        groups.push({ ...lockstep, agent, model, network, strands: left.filter(({ id }) => ids.has(id)) });
      }
    }
  };
  for (const [network, there] of byNetwork(strands)) search(there, network);
  search(strands, '');
  return groups;
}

const countKeys = (strands: readonly Strand[]): number => new Set(strands.map(({ id }) => id)).size;

/** The networks in order of name. */
const byNetwork = (strands: readonly Strand[]): [network: string, strands: Strand[]][] =>
  [...groupBy(strands, ({ network }) => network)]
    .filter(([network]) => network !== '')
    .sort(([a], [b]) => compareText(a, b));

/** What began together: first all that did so suddenly, then within a week. */
function* startsOf(strands: readonly Strand[], { withinDays, minMembers }: Settings): Generator<Strand[]> {
  const ordered = [...strands].sort((a, b) => a.began - b.began);
  for (const length of [SUDDEN_DAYS, withinDays]) {
    let end = 0;
    for (const [start, { began }] of ordered.entries()) {
      if (start > 0 && ordered[start - 1]!.began === began) continue;
      while (end < ordered.length && ordered[end]!.began < began + length) end++;
      const together = ordered.slice(start, end);
      if (countKeys(together) >= minMembers) yield together;
    }
  }
}

/** One stream a key. */
function streamsOf(strands: readonly Strand[]): Stream[] {
  return [...groupBy(strands, ({ id }) => id)].map(([id, own]) => {
    const days = new Map<number, number>();
    for (const strand of own) {
      for (const [day, calls] of strand.days) days.set(day, (days.get(day) ?? 0) + calls);
    }
    return { id, days };
  });
}

/** Null when there is nothing new about it. */
function reasonFor(group: Group, context: Context): Reason | null {
  const { options } = context;
  const start = Math.min(...group.strands.map(({ began }) => began));
  const hours = hoursOf(group, context);
  const fresh = [...hours.values()].filter(series => series[0]!.day >= start).length;
  const isNew = fresh >= options.freshShare * group.members.length;
  const together = summed([...hours.values()]);
  const burst = burstOf(group, together, options);
  const isAdded = isOnTop(group, together, start, context);
  return isNew || isAdded || burst !== null ? { fresh, isNew, isAdded, burst } : null;
}

/** All model calls of each member, hour by hour. */
function hoursOf({ members }: Group, { subjectOf }: Context): Map<string, readonly Amount[]> {
  const seriesOf = (id: string) =>
    hourSeries(
      [...volumeHours(subjectOf(id)!.facets.volume)],
      ({ hour }) => hour,
      ({ calls }) => calls,
    );
  return new Map(members.map(({ id }) => [id, seriesOf(id)]));
}

/** Several hourly series as one. */
function summed(all: readonly (readonly Amount[])[]): Amount[] {
  const totals = new Map<number, number>();
  for (const series of all) {
    for (const { slot, amount } of series) totals.set(slot, (totals.get(slot) ?? 0) + amount);
  }
  return hourSeries(
    [...totals].sort(([a], [b]) => a - b),
    ([slot]) => slot,
    ([, amount]) => amount,
  );
}

/** The greatest burst of all that the members do, as it would be of one key, on a day on which most of it is in step. */
function burstOf(group: Group, together: readonly Amount[], settings: Settings): Burst | null {
  const { times, callsPerHour, callsPerDay, newCallsPerHour } = settings;
  const { bursts } = burstsOf(together, settings, {
    times,
    hour: ({ record }, isMature) => Math.max(isMature ? callsPerHour : newCallsPerHour, times * record),
    day: ({ record }) => Math.max(callsPerDay, times * record),
  });
  const all = amountsByDay(together);
  const own = stepsByDay(group);
  const theirs = bursts.filter(({ span, slot, isUsual, baseline }) => {
    const day = span === 'hour' ? dayOfHour(slot) : slot;
    return !isUsual && baseline.record > 0 && (own.get(day) ?? 0) >= SHARE_OF_BURST * all.get(day)!;
  });
  return theirs.reduce<Burst | null>(
    (most, burst) => (most === null || ratioOf(burst) > ratioOf(most) ? burst : most),
    null,
  );
}

const ratioOf = ({ amount, baseline }: Burst): number => amount / baseline.record;

function amountsByDay(series: readonly Amount[]): Map<number, number> {
  const days = new Map<number, number>();
  for (const { day, amount } of series) days.set(day, (days.get(day) ?? 0) + amount);
  return days;
}

function stepsByDay({ members }: Group): Map<number, number> {
  const days = new Map<number, number>();
  for (const member of members) {
    for (const [day, calls] of member.days) days.set(day, (days.get(day) ?? 0) + calls);
  }
  return days;
}

/** Whether what they did before goes on beside what they do in step, or was little to begin with. */
function isOnTop(group: Group, together: readonly Amount[], start: number, { options, coveredDays }: Context): boolean {
  const all = amountsByDay(together);
  const own = stepsByDay(group);
  const [first, last] = [group.days[0]!, group.days.at(-1)!];
  const days = last - first + 1;
  const earliest = start - options.baselineDays;
  const covered = coveredDays(earliest * DAY, start * DAY);
  let [before, beside, inStep] = [0, 0, 0];
  for (const [day, amount] of all) {
    if (day >= earliest && day < start) before += amount / covered;
    if (day < first || day > last) continue;
    beside += (amount - (own.get(day) ?? 0)) / days;
    inStep += (own.get(day) ?? 0) / days;
  }
  const isMuch = [...own.values()].some(calls => calls >= options.callsPerDay);
  return isMuch && (beside >= GOES_ON * before || before < GOES_ON * inStep);
}

function sayGroup(group: Group, reason: Reason, context: Context) {
  const { members, agent, model, network, days } = group;
  const data = {
    keys: countText(members.length, 'key'),
    model: model === '' ? 'models' : model,
    agent: agentText(agent),
    where: network === '' ? '' : ` from ${network}`,
    calls: Math.round(group.mean),
    days: countText(days.length, 'day'),
    start: dayText(days[0]! * DAY),
  };
  const said = {
    subject: [agentText(agent), model, network].filter(name => name !== ''),
    members: members.map(({ id }) => id).sort(compareText),
    episodes: [episodeOf(group, context)],
    evidence: evidenceOf(group, reason, context),
  };
  const { burst, isNew, fresh } = reason;
  const isGreat = burst !== null && burst.isMature && ratioOf(burst) >= context.options.highTimes;
  const severity = isNew || isGreat ? ('high' as const) : ('medium' as const);
  if (isNew) return { ...said, severity, message: 'fresh', data: { ...data, fresh } } as const;
  if (burst === null) return { ...said, severity, message: 'added', data } as const;
  const record = { amount: burst.amount, span: burst.span, ratio: timesText(ratioOf(burst)) };
  const counted = { ...data, ...record, record: burst.baseline.record };
  return { ...said, severity, message: 'burst', data: counted } as const;
}

const agentText = (agent: string): string => (agent === '' || agent === 'unknown' ? 'an unknown program' : agent);

/** From the first to the last instant of the days in step. */
function episodeOf(
  { members, days }: Group,
  { subjectOf }: Context,
): { readonly from: number; readonly until: number } {
  const within = new Set(days);
  let [from, until] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { id } of members) {
    for (const { hour, first, last } of volumeHours(subjectOf(id)!.facets.volume)) {
      if (!within.has(dayOfHour(hour)) || first > last) continue;
      from = Math.min(from, first);
      until = Math.max(until, last);
    }
  }
  return { from, until };
}

function evidenceOf(group: Group, { fresh, isAdded, burst }: Reason, context: Context) {
  const { members, agent, model, strands, days } = group;
  const networks = [...new Set(strands.map(({ network }) => network))].filter(name => name !== '').sort(compareText);
  const { from, until } = episodeOf(group, context);
  const isShown = (day: number) => days.includes(day);
  const plot = plotAround(
    summed([...hoursOf(group, context).values()]),
    burst?.span === 'hour' ? burst.slot : hourOf(from),
  );
  return {
    members: members.length,
    agent,
    model,
    networks: networks.slice(0, SHOWN),
    networksInAll: networks.length,
    countries: [...new Set(strands.map(({ country }) => country))].filter(name => name !== '').sort(compareText),
    callsPerDay: Math.round(group.mean * 10) / 10,
    variation: Math.round(group.variation * 100) / 100,
    days: days.length,
    first: isoText(from),
    last: isoText(until),
    newToModels: fresh,
    isAdded,
    record: burst?.baseline.record ?? null,
    ratio: burst === null ? null : Math.floor(ratioOf(burst) * 10) / 10,
    amount: burst?.amount ?? null,
    hourly: { from: isoText(plot.from * HOUR), values: plot.values },
    daily: [...stepsByDay(group)].filter(([day]) => isShown(day)).map(([day, calls]) => dayAmount(day, calls)),
    examples: [...members].slice(0, SHOWN).map(({ id }) => {
      const used = modelDays(context.subjectOf(id)!.facets.models).find(({ day }) => isShown(day));
      return { credential: id, example: used?.example ?? '' };
    }),
  };
}

const dayAmount = (day: number, calls: number) => ({ day: isoText(day * DAY).slice(0, 10), calls });

function examples(): Example<{ fresh: string; burst: string; added: string }>[] {
  const call = { deed: 'infer', action: 'bedrock:InvokeModel', model: 'anthropic.claude-sonnet-4-5' } as const;
  const key = (i: number) => `AKIAIOSFODNN7KEY${String(i).padStart(4, '0')}`;
  const holders = (count: number, kind: 'access-key' | 'role' = 'access-key') =>
    Array.from({ length: count }, (_, i) => ({ id: key(i), owner: `arn:aws:iam::123456789012:user/u${i}`, kind }));
  /** What keeps the logs going before. */
  const life: ExampleEvent = { ...call, at: -40 * DAY, until: 0, every: DAY, count: 30 };
  const each = (count: number, of: (i: number) => Partial<ExampleEvent>): ExampleEvent[] =>
    Array.from({ length: count }, (_, i) => ({ ...call, at: -5 * DAY, credential: key(i), every: DAY, ...of(i) }));
  /** Some 100 calls a day, no two alike, with one program from everywhere. */
  const campaign = (count: number, more: Partial<ExampleEvent> = {}) =>
    each(count, i => ({
      agent: 'litellm',
      address: `198.51.${i}.7`,
      until: -HOUR,
      count: 90 + ((i * 7) % 20),
      ...more,
    }));
  const work = (count: number, more: Partial<ExampleEvent> = {}) =>
    each(count, i => ({ at: -35 * DAY, until: -HOUR, count: 60 + i * 40, agent: 'boto3', ...more }));
  return [
    {
      title: 'eight keys that never called a model, in step from many networks',
      known: holders(8),
      events: [life, ...campaign(8)],
      expect: ['fresh:high'],
    },
    {
      title: 'eight keys at work that are used by another program beside',
      known: holders(8),
      events: [life, ...work(8), ...campaign(8)],
      expect: ['added:medium'],
    },
    {
      title: 'six keys in step from one network, with the program and the model that they are used with anyway',
      known: holders(6),
      events: [life, ...work(6), ...campaign(6, { agent: 'boto3', address: '203.0.113.9' })],
      expect: ['added:medium'],
    },
    {
      title: 'keys of little use that together do ten times what they ever did',
      known: holders(8),
      events: [
        life,
        ...each(8, i => ({ at: -35 * DAY, until: -6 * DAY, count: 5 + i })),
        ...campaign(8, { count: 120 }),
      ],
      expect: ['burst:high'],
    },
    {
      title: 'twenty keys of few calls each',
      known: holders(20),
      events: [life, ...campaign(20, { count: 30 })],
      expect: ['fresh:high'],
    },
    {
      title: 'nineteen keys of few calls each',
      known: holders(19),
      events: [life, ...campaign(19, { count: 30 })],
      expect: [],
    },
    { title: 'four keys', known: holders(4), events: [life, ...campaign(4)], expect: [] },
    {
      title: 'two days',
      known: holders(8),
      events: [life, ...campaign(8, { at: -2 * DAY })],
      expect: [],
    },
    {
      title: 'new keys whose loads are unlike',
      known: holders(8),
      events: [life, ...campaign(8).map((event, i) => ({ ...event, count: 60 * 2 ** i }))],
      expect: [],
    },
    {
      title: 'a fleet that changes to another model',
      known: holders(8),
      events: [
        life,
        ...work(8, { until: -6 * DAY, count: 100 }),
        ...campaign(8, { agent: 'boto3', model: 'anthropic.claude-opus-4-1', address: '192.0.2.1' }),
      ],
      expect: [],
    },
    {
      title: 'an office of sixty keys that changes its provider',
      known: holders(60),
      events: [
        life,
        ...work(60, { until: -6 * DAY, count: 100 }),
        ...campaign(60, { agent: 'boto3', address: '203.0.113.9' }),
      ],
      expect: [],
    },
    {
      title: 'an office behind one NAT, at work as ever',
      known: holders(60),
      events: [life, ...work(60, { count: 80 })],
      expect: [],
    },
    {
      title: 'a fleet of functions, each with a role of its own',
      known: holders(30, 'role'),
      events: [life, ...campaign(30)],
      expect: [],
    },
    {
      title: 'runners in a cloud, on other networks every day, with what they always do',
      known: holders(12),
      events: [
        life,
        ...Array.from({ length: 35 }, (_, day) =>
          campaign(12, { at: (day - 35) * DAY, until: (day - 35) * DAY, address: `198.51.${day}.9` }),
        ).flat(),
      ],
      expect: [],
    },
    {
      title: 'a launch: one key at 5,000 calls an hour',
      known: holders(1),
      events: [life, ...each(1, () => ({ until: -HOUR, every: HOUR, count: 5000 }))],
      expect: [],
    },
    {
      title: 'logs that begin with a fleet in step',
      known: holders(30),
      events: campaign(30, { at: -20 * DAY }),
      expect: [],
    },
  ];
}
