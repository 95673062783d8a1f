import { type ModelDay, modelDays, models } from '../facets/models.ts';
import {
  type Amount,
  type Burst,
  type BurstLimits,
  burstsOf,
  HABIT_OPTIONS,
  hourSeries,
  incidentsOf,
} from '../facets/records.ts';
import {
  BURST_MESSAGES,
  burstEvidence,
  episodeOf,
  rowsWithin,
  type Surge,
  sayIncident,
  strongestFirst,
} from '../facets/surges.ts';
import { type VolumeHour, volume, volumeHours } from '../facets/volume.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOfHour, HOUR } from '../time.ts';
import { defineRule, type ExampleEvent } from './rule.ts';

type Measure = 'calls' | 'tokensIn' | 'tokensOut';

const MEASURES: readonly Measure[] = ['calls', 'tokensIn', 'tokensOut'];
const MEASURE_NAMES: Readonly<Record<Measure, string>> = {
  calls: 'model calls',
  tokensIn: 'input tokens',
  tokensOut: 'output tokens',
};

const options = {
  times: { default: 3, min: 1, max: 1000, describe: 'How many times its record an hour or a day must reach.' },
  callsPerHour: { default: 30, min: 1, max: 1e9, describe: 'Fewer calls in an hour are never a burst.' },
  callsPerDay: { default: 100, min: 1, max: 1e9, describe: 'Fewer calls on a day are never a burst.' },
  tokensPerHour: { default: 100_000, min: 1, max: 1e12, describe: 'Fewer tokens in an hour are never a burst.' },
  tokensPerDay: { default: 300_000, min: 1, max: 1e12, describe: 'Fewer tokens on a day are never a burst.' },
  ...HABIT_OPTIONS,
  highTimes: { default: 10, min: 1, max: 10_000, describe: 'Times the record from which a great hour is high.' },
  highCallsPerHour: { default: 500, min: 1, max: 1e9, describe: 'Calls that make an hour a great one.' },
  highTokensPerHour: { default: 2_000_000, min: 1, max: 1e12, describe: 'Tokens that make an hour a great one.' },
  newCallsPerHour: { default: 2000, min: 1, max: 1e9, describe: 'Fewer calls in an hour without a baseline pass.' },
  newTokensPerHour: {
    default: 8_000_000,
    min: 1,
    max: 1e12,
    describe: 'Fewer tokens in an hour without a baseline pass.',
  },
  firstDays: { default: 7, min: 1, max: 365, describe: 'Days from its first call in which a credential is new.' },
} as const;

type Settings = OptionValues<typeof options>;

/** The two greatest amounts seen, so that the greatest of all *other* credentials is known for each. */
interface TopTwo {
  readonly id: string;
  readonly first: number;
  readonly second: number;
}

/** By measure: the busiest hours of any credential, and of any in its first days. */
type Records = Readonly<Record<Measure, { readonly ever: TopTwo; readonly early: TopTwo }>>;

/** The least amounts that are a burst, or a great one, of one measure. */
interface Floors {
  readonly hour: number;
  readonly day: number;
  readonly newcomer: number;
  readonly great: number;
}

export const tokenBurst = defineRule({
  id: 'token-burst',
  family: 'volume',
  title: 'Burst of model use',
  severity: 'medium',
  severities:
    'High when an hour is at least 10 times the record and holds 500 calls or 2,000,000 tokens; without a baseline, when it is at least 3 times the busiest hour of any other credential.',
  kind: 'signal',
  description:
    'A credential called models, or used input or output tokens, far beyond its own record. An hour or a day is compared with the busiest one of the 28 days before, the last 24 hours left out so that a ramp does not teach its own baseline. The record must be passed three times over, and an absolute floor with it, so that small numbers stay quiet. A credential without 12 active hours on 5 days has no baseline: it is held to absolute limits and to what other credentials did in their first week, and is listed as having no baseline yet. Refused calls are not counted here.',
  remediation:
    'Ask the holder whether this was theirs. If not, disable the credential, then read what it did in the burst: models, Regions, addresses. Set a budget or quota for what is left.',
  references: [
    'https://sysdig.com/blog/llmjacking-stolen-cloud-credentials-used-in-new-ai-attack/',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html',
    'https://atlas.mitre.org/techniques/AML.T0034',
  ],
  falsePositives: [
    'A launch, a backfill or a load test. It becomes part of the baseline a day later and is quiet from then on.',
    'An earlier burst stays in the baseline for 28 days: a later one below three times its size is not reported.',
    'A brand-new key of a product that starts at full size: there is no history to compare it with.',
  ],
  needs: ['calls'],
  helps: ['tokens'],
  facets: { volume, models },
  options,
  messages: {
    ...BURST_MESSAGES,
    newcomer: '{amount} {what} in the {hour} hour from a {noun} without a baseline; the limit for one is {limit}.',
  },
  abstentions: {
    immature:
      'no baseline yet: fewer than {minActiveHours} active hours or {minActiveDays} active days in {baselineDays} days, so held to absolute limits alone',
  },
  examples: () => [
    {
      title: 'an hour nine times the record',
      events: [...month(45), { ...CALL, at: -22 * HOUR, count: 412 }],
      expect: ['hour:medium'],
    },
    {
      title: 'an hour of 600 calls, thirty times the record',
      events: [...month(20), { ...CALL, at: -22 * HOUR, count: 600 }],
      expect: ['hour:high'],
    },
    {
      title: 'few calls, but with far longer prompts',
      events: [
        { ...CALL, at: -30 * DAY, until: -2 * DAY, every: 2 * HOUR, count: 10, tokensIn: 20_000 },
        { ...CALL, at: -22 * HOUR, count: 12, tokensIn: 900_000 },
      ],
      expect: ['hour:medium'],
    },
    {
      title: 'a day of many hours, each just below the limit of an hour',
      events: [
        { ...CALL, at: -30 * DAY, until: -2 * DAY, every: 6 * HOUR, count: 20 },
        { ...CALL, at: -DAY, until: -HOUR, every: HOUR, count: 50 },
      ],
      expect: ['day:medium'],
    },
    {
      title: 'a new key far beyond what any other did in its first week',
      known: [{ id: 'AKIAI44QH8DHBEXAMPLE' }],
      events: [
        { ...CALL, credential: 'AKIAI44QH8DHBEXAMPLE', at: -20 * DAY, until: -2 * DAY, every: HOUR, count: 100 },
        { ...CALL, at: -10 * HOUR, count: 2500 },
      ],
      expect: ['newcomer:high'],
    },
    {
      title: 'a new key, the only one there is, at full size',
      events: [{ ...CALL, at: -10 * HOUR, count: 5000 }],
      expect: ['newcomer:medium'],
    },
    {
      title: 'a new key below the limit for new ones',
      events: [{ ...CALL, at: -10 * HOUR, count: 1900 }],
      expect: [],
    },
    {
      title: 'a busy hour like one it had two weeks before',
      events: [...month(20), { ...CALL, at: -14 * DAY, count: 200 }, { ...CALL, at: -22 * HOUR, count: 412 }],
      options: { times: 3, newCallsPerHour: 1e9, callsPerHour: 250 },
      expect: [],
    },
    {
      title: 'three times a small record, below the floor',
      events: [...month(2), { ...CALL, at: -22 * HOUR, count: 29 }],
      expect: [],
    },
    {
      title: 'many refused calls',
      events: [...month(20), { ...CALL, at: -22 * HOUR, count: 5000, outcome: 'denied' }],
      expect: [],
    },
  ],
  commands: disableCommands,
  overview(everyone, { options }) {
    const records = emptyRecords();
    for (const { credential, facets } of everyone) {
      const hours = [...volumeHours(facets.volume)];
      for (const measure of MEASURES) {
        const series = seriesOf(hours, measure);
        const early = (series[0]?.slot ?? 0) + options.firstDays * 24;
        const held = records[measure];
        held.ever = include(held.ever, credential.id, busiest(series));
        held.early = include(held.early, credential.id, busiest(series.filter(({ slot }) => slot < early)));
      }
    }
    return records as Records;
  },
  *judge({ credential, facets }, { options, overview }) {
    const hours = [...volumeHours(facets.volume)];
    const judged = MEASURES.map(measure => {
      const { ever, early } = overview[measure];
      const others = { ever: greatestOther(ever, credential.id), early: greatestOther(early, credential.id) };
      return judgeMeasure(measure, hours, others, options);
    });
    if (judged.some(({ isUsed }) => isUsed) && !judged.some(({ isMature }) => isMature)) yield { abstain: 'immature' };
    const incidents = incidentsOf(judged.flatMap(({ surges }) => surges));
    if (incidents.length === 0) return;
    const used = modelDays(facets.models);
    for (const incident of incidents) {
      const ranked = strongestFirst(incident);
      const what = MEASURE_NAMES[ranked[0]!.measure];
      yield {
        ...sayIncident(credential, ranked, what, options.baselineDays),
        evidence: evidenceOf(ranked, hours, used),
      };
    }
  },
});

const CALL = { deed: 'infer', action: 'bedrock:InvokeModel', model: 'anthropic.claude-sonnet-4-5' } as const;

/** A month of calls every two hours, up to two days ago. */
function month(count: number): ExampleEvent[] {
  return [{ ...CALL, at: -30 * DAY, until: -2 * DAY, every: 2 * HOUR, count }];
}

/** The busiest hours of all other credentials: ever, and in their first days. */
interface Others {
  readonly ever: number;
  readonly early: number;
}

function judgeMeasure(measure: Measure, hours: readonly VolumeHour[], others: Others, settings: Settings) {
  const series = seriesOf(hours, measure);
  const floors = floorsOf(measure, settings);
  const { bursts, isMature } = burstsOf(series, settings, limitsOf(floors, settings.times, others.early));
  const surges = bursts.map((burst): Surge<Measure> => {
    const severity = isGreat(burst, floors, others.ever, settings) ? 'high' : 'medium';
    return { ...burst, ...episodeOf(burst, hours), measure, severity };
  });
  return { isUsed: series.length > 0, isMature, surges };
}

const seriesOf = (hours: readonly VolumeHour[], measure: Measure): Amount[] =>
  hourSeries(
    hours,
    row => row.hour,
    row => row[measure],
  );

const busiest = (series: readonly Amount[]): number => series.reduce((most, { amount }) => Math.max(most, amount), 0);

const NOBODY: TopTwo = { id: '', first: 0, second: 0 };

function emptyRecords(): Record<Measure, { ever: TopTwo; early: TopTwo }> {
  const none = () => ({ ever: NOBODY, early: NOBODY });
  return { calls: none(), tokensIn: none(), tokensOut: none() };
}

function include(top: TopTwo, id: string, amount: number): TopTwo {
  if (amount > top.first) return { id, first: amount, second: top.first };
  return amount > top.second ? { ...top, second: amount } : top;
}

const greatestOther = (top: TopTwo, id: string): number => (top.id === id ? top.second : top.first);

function floorsOf(measure: Measure, options: Settings): Floors {
  if (measure === 'calls') {
    const { callsPerHour, callsPerDay, newCallsPerHour, highCallsPerHour } = options;
    return { hour: callsPerHour, day: callsPerDay, newcomer: newCallsPerHour, great: highCallsPerHour };
  }
  const { tokensPerHour, tokensPerDay, newTokensPerHour, highTokensPerHour } = options;
  return { hour: tokensPerHour, day: tokensPerDay, newcomer: newTokensPerHour, great: highTokensPerHour };
}

function limitsOf(floors: Floors, times: number, othersEarly: number): BurstLimits {
  const newcomer = Math.max(floors.newcomer, times * othersEarly);
  return {
    hour: ({ record }, mature) => (mature ? Math.max(floors.hour, times * record) : newcomer),
    day: ({ record }) => Math.max(floors.day, times * record),
  };
}

function isGreat(burst: Burst, floors: Floors, othersEver: number, { times, highTimes }: Settings): boolean {
  const { span, amount, baseline, isMature } = burst;
  if (!isMature) return othersEver > 0 && amount >= times * othersEver;
  return span === 'hour' && amount >= floors.great && amount >= highTimes * baseline.record;
}

function evidenceOf(ranked: readonly Surge<Measure>[], hours: readonly VolumeHour[], used: readonly ModelDay[]) {
  const surge = ranked[0]!;
  const within = rowsWithin(surge, hours);
  const day = surge.span === 'hour' ? dayOfHour(surge.slot) : surge.slot;
  return {
    ...burstEvidence(ranked, seriesOf(hours, surge.measure)),
    calls: total(within, 'calls'),
    tokensIn: total(within, 'tokensIn'),
    tokensOut: total(within, 'tokensOut'),
    models: used
      .filter(row => row.day === day)
      .map(({ model, calls, tokensIn, tokensOut, example }) => ({ model, calls, tokensIn, tokensOut, example })),
  };
}

const total = (rows: readonly VolumeHour[], measure: Measure): number =>
  rows.reduce((sum, row) => sum + row[measure], 0);
