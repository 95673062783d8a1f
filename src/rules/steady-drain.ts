import { type ModelDay, modelDays, models } from '../facets/models.ts';
import { hourSeries, plotAround } from '../facets/records.ts';
import { type VolumeHour, volume, volumeHours } from '../facets/volume.ts';
import { groupBy } from '../group.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOfHour, HOUR } from '../time.ts';
import { countText, credentialNoun, hourText, isoText } from '../wording.ts';
import { defineRule, type Example, type ExampleEvent } from './rule.ts';

/** As many models as a finding shows. */
const SHOWN_MODELS = 5;

/** A stretch may miss this many hours and still be one. */
const GAP_HOURS = 2;

const options = {
  minDays: { default: 2, min: 1, max: 28, describe: 'Times 24 hours that use must stay flat.' },
  activeHours: { default: 22, min: 1, max: 24, describe: 'Hours in use of each 24 to be at work round the clock.' },
  variation: {
    default: 0.25,
    min: 0,
    max: 10,
    describe: 'Standard deviation of the calls in an hour, as a part of their mean, up to which use is flat.',
  },
  callsPerHour: { default: 30, min: 1, max: 1e9, describe: 'Fewer calls in an hour are never a drain.' },
  lookbackDays: { default: 28, min: 1, max: 365, describe: 'Days of history that it is compared with.' },
  minActiveHours: { default: 12, min: 1, max: 1000, describe: 'Active hours in them that make a habit.' },
  minActiveDays: { default: 5, min: 1, max: 365, describe: 'Active days in them that make a habit.' },
  idleDays: {
    default: 14,
    min: 1,
    max: 365,
    describe: 'Days since its first call after which a credential with less than that is one that is seldom used.',
  },
  habitDays: { default: 3, min: 1, max: 365, describe: 'Days round the clock that make that its habit.' },
  habitTimes: {
    default: 1.5,
    min: 1,
    max: 1000,
    describe: 'How many times as much as on the busiest of those days makes a drain all the same.',
  },
} as const;

type Settings = OptionValues<typeof options>;

/** Flat use round the clock: consecutive hours. */
interface Drain {
  readonly rows: readonly VolumeHour[];
  /** Calls in an active hour. */
  readonly mean: number;
}

/** How a credential worked before. */
interface Habit {
  readonly activeHours: number;
  readonly activeDays: number;
  /** Mean calls an hour of each day on which it worked round the clock. */
  readonly roundTheClock: readonly number[];
}

export const steadyDrain = defineRule({
  id: 'steady-drain',
  family: 'campaign',
  title: 'Flat use round the clock',
  severity: 'medium',
  kind: 'signal',
  description:
    'A credential calls models evenly, day and night, for 48 hours or more, though it did not work so before: a program drains it below every limit for bursts. ' +
    'Of every 24 hours at least 22 are in use, the number of calls hardly varies from hour to hour, and there are 30 or more in each. ' +
    'A credential that worked round the clock on three days or more of the 28 before is only reported at one and a half times the busiest of them. Refused calls do not count.',
  remediation:
    'Ask the holder what runs day and night with it. If nothing should, disable the credential and read which models were called and from where. Give what should run round the clock a credential of its own, with a quota.',
  references: [
    'https://sysdig.com/blog/llmjacking-stolen-cloud-credentials-used-in-new-ai-attack/',
    'https://atlas.mitre.org/techniques/AML.T0034',
  ],
  falsePositives: [
    'A back-fill, an evaluation or a crawl that someone left running over a weekend.',
    'A key that was tried out for weeks and then given to a service that works round the clock.',
  ],
  lookbackDays: 28,
  needs: ['calls'],
  facets: { volume, models },
  options,
  messages: {
    drained:
      'About {rate} model calls in every hour, day and night, for {hours} hours from {start} on; before, this {noun} worked about {usual} a day on {days}.',
    raised:
      'About {rate} model calls in every hour, day and night, for {hours} hours from {start} on; this {noun} worked round the clock before, at no more than {record} an hour.',
  },
  abstentions: {
    immature:
      'flat use round the clock from nearly the first call on, and so no history to compare it with: fewer than {minActiveHours} active hours or {minActiveDays} active days, and first seen less than {idleDays} days before',
  },
  commands: disableCommands,
  examples,
  *judge({ credential, facets }, { options }) {
    if (facets.volume.size < options.minDays * options.activeHours) return;
    const rows = [...volumeHours(facets.volume)].filter(({ calls }) => calls > 0);
    const drained = new Set<VolumeHour>();
    for (const drain of drainsIn(rows, options)) {
      const history = rows.filter(row => isBefore(row, drain, options) && !drained.has(row));
      const habit = habitOf(history, options);
      if (!isKnown(habit, rows[0]!, drain, options)) yield { abstain: 'immature' };
      else if (!isUsual(habit, drain, options)) {
        for (const row of drain.rows) drained.add(row);
        yield {
          ...sayDrain(drain, habit, credentialNoun(credential.kind), options),
          subject: [credential.id],
          episodes: [{ from: drain.rows[0]!.first, until: lastOf(drain.rows) }],
          evidence: { lookbackDays: options.lookbackDays, ...evidenceOf(drain, habit, rows, modelDays(facets.models)) },
        };
      }
    }
  },
});

/** The stretches of flat use, in order of time. */
function drainsIn(rows: readonly VolumeHour[], settings: Settings): Drain[] {
  const drains: VolumeHour[][] = [];
  let marked = 0;
  for (const [start, end] of flatWindows(rows, settings)) {
    if (end <= marked) continue;
    const open = drains.at(-1);
    const from = Math.max(start, marked);
    const isNext = open !== undefined && rows[from]!.hour - open.at(-1)!.hour <= GAP_HOURS + 1;
    if (isNext) open.push(...rows.slice(from, end));
    else drains.push(rows.slice(from, end));
    marked = end;
  }
  return drains.map(hours => ({ rows: hours, mean: meanOf(hours) }));
}

/** Windows as [start, end) in the rows: busy round the clock, and about as busy in every hour. */
function* flatWindows(rows: readonly VolumeHour[], settings: Settings): Generator<readonly [number, number]> {
  const { minDays, activeHours, variation, callsPerHour } = settings;
  const edges = Array.from({ length: minDays + 1 }, () => 0);
  const sums = [0];
  const squares = [0];
  for (const { calls } of rows) {
    sums.push(sums.at(-1)! + calls);
    squares.push(squares.at(-1)! + calls * calls);
  }
  for (const [start, { hour }] of rows.entries()) {
    edges[0] = start;
    for (let day = 1; day <= minDays; day++) {
      while (edges[day]! < rows.length && rows[edges[day]!]!.hour < hour + day * 24) edges[day]!++;
    }
    const end = edges[minDays]!;
    if (edges.some((edge, day) => day > 0 && edge - edges[day - 1]! < activeHours)) continue;
    const mean = (sums[end]! - sums[start]!) / (end - start);
    const variance = (squares[end]! - squares[start]!) / (end - start) - mean * mean;
    if (mean >= callsPerHour && variance <= (variation * mean) ** 2) yield [start, end];
  }
}

const isBefore = ({ hour }: VolumeHour, { rows }: Drain, { lookbackDays }: Settings): boolean =>
  hour < rows[0]!.hour && hour >= rows[0]!.hour - lookbackDays * 24;

function habitOf(history: readonly VolumeHour[], { activeHours }: Settings): Habit {
  const days = [...groupBy(history, ({ hour }) => dayOfHour(hour)).values()];
  const roundTheClock = days.filter(hours => hours.length >= activeHours).map(meanOf);
  return { activeHours: history.length, activeDays: days.length, roundTheClock };
}

/** Whether there is enough before to compare with: a habit, or long idleness. */
function isKnown({ activeHours, activeDays }: Habit, first: VolumeHour, { rows }: Drain, settings: Settings): boolean {
  const isHabit = activeHours >= settings.minActiveHours && activeDays >= settings.minActiveDays;
  return isHabit || rows[0]!.first - first.first >= settings.idleDays * DAY;
}

const isRoundTheClock = ({ roundTheClock }: Habit, { habitDays }: Settings): boolean =>
  roundTheClock.length >= habitDays;

function isUsual(habit: Habit, { mean }: Drain, settings: Settings): boolean {
  return isRoundTheClock(habit, settings) && mean < settings.habitTimes * Math.max(...habit.roundTheClock);
}

function sayDrain({ rows, mean }: Drain, habit: Habit, noun: string, settings: Settings) {
  const start = hourText(rows[0]!.hour);
  const data = { rate: Math.round(mean), hours: rows.at(-1)!.hour - rows[0]!.hour + 1, start, noun };
  if (isRoundTheClock(habit, settings)) {
    return { message: 'raised', data: { ...data, record: Math.round(Math.max(...habit.roundTheClock)) } } as const;
  }
  const usual = countText(Math.round(habit.activeHours / Math.max(1, habit.activeDays)), 'hour');
  const days = `${countText(habit.activeDays, 'active day')} of ${settings.lookbackDays}`;
  return { message: 'drained', data: { ...data, usual, days } } as const;
}

function evidenceOf(drain: Drain, habit: Habit, all: readonly VolumeHour[], used: readonly ModelDay[]) {
  const { rows, mean } = drain;
  const days = new Set(rows.map(({ hour }) => dayOfHour(hour)));
  const plot = plotAround(
    hourSeries(
      all,
      ({ hour }) => hour,
      ({ calls }) => calls,
    ),
    rows[0]!.hour,
  );
  const squares = rows.reduce((sum, { calls }) => sum + (calls - mean) ** 2, 0);
  return {
    calls: total(rows),
    activeHours: rows.length,
    perHour: Math.round(mean * 10) / 10,
    variation: Math.round((Math.sqrt(squares / rows.length) / mean) * 100) / 100,
    first: isoText(rows[0]!.first),
    last: isoText(lastOf(rows)),
    historyActiveDays: habit.activeDays,
    historyActiveHours: habit.activeHours,
    historyHoursPerDay: Math.round(habit.activeHours / Math.max(1, habit.activeDays)),
    historyDaysRoundTheClock: habit.roundTheClock.length,
    record: habit.roundTheClock.length === 0 ? null : Math.round(Math.max(...habit.roundTheClock)),
    hourly: { from: isoText(plot.from * HOUR), values: plot.values },
    models: used
      .filter(({ day }) => days.has(day))
      .sort((a, b) => b.calls - a.calls)
      .slice(0, SHOWN_MODELS)
      .map(({ day, model, calls, example }) => ({ day: isoText(day * DAY), model, calls, example })),
  };
}

const total = (rows: readonly VolumeHour[]): number => rows.reduce((sum, { calls }) => sum + calls, 0);

const meanOf = (rows: readonly VolumeHour[]): number => total(rows) / rows.length;

const lastOf = (rows: readonly VolumeHour[]): number => rows.reduce((last, row) => Math.max(last, row.last), 0);

function examples(): Example<{ drained: string; raised: string }>[] {
  const call = { deed: 'infer', action: 'bedrock:InvokeModel', model: 'anthropic.claude-sonnet-4-5' } as const;
  const office = (hours: readonly number[], count = 20): ExampleEvent[] =>
    hours.map(hour => ({ ...call, at: -30 * DAY + hour * HOUR, until: -6 * DAY, every: DAY, count }));
  const flat = (count: number, from = -3 * DAY): ExampleEvent => {
    return { ...call, at: from, until: -HOUR, every: HOUR, count };
  };
  const service = (count: (hour: number) => number): ExampleEvent[] =>
    Array.from({ length: 24 }, (_, hour) => ({
      ...call,
      at: -20 * DAY + hour * HOUR,
      until: -4 * DAY + 23 * HOUR,
      every: DAY,
      count: count(hour),
    }));
  return [
    {
      title: 'a key of office hours that works day and night for three days',
      events: [...office([8, 9, 10, 14, 15]), flat(40)],
      expect: ['drained:medium'],
    },
    {
      title: 'a key that was seldom used before',
      events: [{ ...call, at: -25 * DAY }, flat(40)],
      expect: ['drained:medium'],
    },
    {
      title: 'a service round the clock that suddenly does twice as much, and evenly',
      events: [...service(hour => (hour < 12 ? 20 : 60)), flat(110)],
      expect: ['raised:medium'],
    },
    {
      title: 'a service that goes on round the clock as it did before',
      events: [...service(() => 45), flat(40)],
      expect: [],
    },
    {
      title: 'a service that is busy by day and quiet, but never still, at the weekend',
      events: [...service(hour => (hour < 12 ? 30 : 90)), flat(35)],
      expect: [],
    },
    {
      title: 'a launch: a service that works round the clock from its first day on',
      events: [flat(200, -6 * DAY)],
      expect: [],
    },
    {
      title: 'a day and a half of flat use',
      events: [...office([8, 9, 10, 14, 15]), flat(40, -1.5 * DAY)],
      expect: [],
    },
    {
      title: 'flat use of less than 30 calls an hour',
      events: [...office([8, 9, 10, 14, 15]), flat(29)],
      expect: [],
    },
    {
      title: 'use round the clock that rises and falls with the day',
      events: [...office([8, 9, 10, 14, 15]), flat(40), { ...flat(60), every: 3 * HOUR }],
      expect: [],
    },
    {
      title: 'a program whose every call is refused',
      events: [...office([8, 9, 10, 14, 15]), { ...flat(40), outcome: 'denied' }],
      expect: [],
    },
  ];
}
