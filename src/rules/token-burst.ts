import { loggedTokens } from '../facets/logged-tokens.ts';
import { incidentsOf } from '../episodes.ts';
import { greatestOther, type Known } from '../facets/greatest.ts';
import { type ModelDay, modelDays, models } from '../facets/models.ts';
import { type Amount, type Burst, type BurstLimits, burstsOf, HABIT_OPTIONS, hourSeries } from '../facets/records.ts';
import {
  BURST_MESSAGES,
  burstEvidence,
  episodeOf,
  rowsWithin,
  type Surge,
  sayIncident,
  strongestFirst,
} from '../facets/surges.ts';
import { hoursWithTokens, type VolumeHour, volume } from '../facets/volume.ts';
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

/**
 * By hour and credential: the busiest hour before of any other credential no longer new by then, and the busiest of
 * those hours that lay in such a one's first days. New ones are left out, so that two cannot excuse each other.
 */
interface Others {
  ever(hour: number, id: string): number;
  early(hour: number, id: string): number;
}

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
    'High when an hour is at least 10 times the record and holds 500 calls or 2,000,000 tokens; without a baseline, when it is at least 3 times the busiest hour that any other credential, itself older than a week, had before.',
  kind: 'signal',
  description:
    'A credential called models, or used input or output tokens, far beyond its own record. An hour or a day is compared with the busiest one of the 28 days before, the last 24 hours left out so that a ramp does not teach its own baseline. The record must be passed three times over, and an absolute floor with it, so that small numbers stay quiet. Where those days hold too little, all that is known of the credential before them counts: one that was silent for a month and comes back is not new. A credential without 12 active hours on 5 days has no baseline: it is held to absolute limits, to its own record as far as it goes, and to what other credentials had done in their first week, where the logs saw that week begin and end before; and it is listed as having no baseline yet. Reports of vendors that count tokens and no calls are judged by their tokens alone. What it does on three other days as well is its way of working and no burst, unless it is great enough to be high. Neither refused nor throttled calls count here, nor what a service calls on behalf of someone.',
  remediation:
    'Ask the holder whether this was theirs. If not, disable the credential, then read what it did in the burst: models, Regions, addresses. Set a budget or quota for what is left.',
  references: [
    'https://sysdig.com/blog/llmjacking-stolen-cloud-credentials-used-in-new-ai-attack/',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html',
    'https://platform.claude.com/docs/en/manage-claude/usage-cost-api',
    'https://atlas.mitre.org/techniques/AML.T0034',
  ],
  falsePositives: [
    'A launch, a backfill or a load test. It becomes part of the baseline a day later and is quiet from then on.',
    'An earlier burst stays in the baseline for 28 days: a later one below three times its size is not reported.',
    'A brand-new key of a product that starts at full size: there is no history to compare it with.',
  ],
  lookbackDays: 29,
  needs: [],
  needsOneOf: ['calls', 'tokens'],
  facets: { volume, models, loggedTokens },
  options,
  messages: {
    ...BURST_MESSAGES,
    newcomer: '{amount} {what} in the {hour} hour from {one} without a baseline; the limit for one is {limit}.',
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
      title: 'an hour of a usage report that counts tokens and no calls',
      credential: { id: 'apikey_01Example', provider: 'anthropic', kind: 'api-key', owner: '', account: 'org' },
      events: [
        { ...CALL, at: -30 * DAY, until: -2 * DAY, every: 2 * HOUR, count: 0, tokensIn: 40_000, tokensOut: 9_000 },
        { ...CALL, at: -22 * HOUR, count: 0, tokensIn: 5_000_000, tokensOut: 20_000 },
      ],
      expect: ['hour:high'],
    },
    {
      title: 'a key that comes back after six weeks of silence, far beyond what it ever did',
      events: [
        { ...CALL, at: -70 * DAY, until: -50 * DAY, every: 2 * HOUR, count: 20 },
        { ...CALL, at: -22 * HOUR, count: 600 },
      ],
      expect: ['hour:high'],
    },
    {
      title: 'the same, as busy as it used to be',
      events: [
        { ...CALL, at: -70 * DAY, until: -50 * DAY, every: 2 * HOUR, count: 500 },
        { ...CALL, at: -22 * HOUR, count: 600 },
      ],
      expect: [],
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
      title: 'two new keys at full size, of which neither excuses the other',
      known: [{ id: 'AKIAI44QH8DHBEXAMPLE' }],
      events: [
        { ...CALL, at: -10 * HOUR, count: 12_000 },
        { ...CALL, credential: 'AKIAI44QH8DHBEXAMPLE', at: -10 * HOUR, count: 12_000 },
      ],
      expect: ['newcomer:medium', 'newcomer:medium'],
    },
    {
      title: 'a batch of 2,500 calls, week after week',
      known: [{ id: 'AKIAI44QH8DHBEXAMPLE' }],
      events: [
        { ...CALL, at: -84 * DAY, until: -HOUR, every: 7 * DAY, count: 2500 },
        { ...CALL, credential: 'AKIAI44QH8DHBEXAMPLE', at: -90 * DAY, until: -HOUR, every: DAY },
      ],
      expect: [],
    },
    {
      title: 'logs that begin with a key that makes thousands of calls every day',
      events: [{ ...CALL, at: -20 * DAY, until: -HOUR, every: 4 * HOUR, count: 5000 }],
      expect: [],
    },
    {
      title: 'throttled calls without end',
      events: [{ ...CALL, at: -10 * HOUR, count: 50_000, outcome: 'throttled' }],
      expect: [],
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
  overview(everyone, { origin, options, coveredDays }) {
    const ever = lists();
    const early = lists();
    const newHours = options.firstDays * 24;
    // A key in use when the logs begin was not new then. They must speak of the days just before, too: one stray record
    // of long ago must not turn the first week of the logs into the first week of everyone.
    const isSeenToBegin = (start: number) =>
      start >= origin + DAY && coveredDays(start - options.firstDays * DAY, start) > 0;
    for (const { credential, facets } of everyone) {
      const hours = hoursWithTokens(facets.volume, facets.loggedTokens);
      for (const measure of MEASURES) {
        const series = seriesOf(hours, measure);
        if (series.length === 0) continue;
        const settledAt = series[0]!.slot + newHours;
        ever[measure].push(...recordsOf(credential.id, series, settledAt));
        if (!isSeenToBegin(series[0]!.slot * HOUR)) continue;
        const first = series.filter(({ slot }) => slot < settledAt);
        early[measure].push({ from: settledAt, id: credential.id, amount: busiest(first) });
      }
    }
    const others = (measure: Measure): Others => ({
      ever: greatestOther(ever[measure]),
      early: greatestOther(early[measure]),
    });
    return { calls: others('calls'), tokensIn: others('tokensIn'), tokensOut: others('tokensOut') };
  },
  *judge({ credential, facets }, { options, overview, origin }) {
    const hours = hoursWithTokens(facets.volume, facets.loggedTokens);
    const judged = MEASURES.map(measure => judgeMeasure(measure, credential.id, hours, overview[measure], options));
    if (judged.some(({ isUsed }) => isUsed) && !judged.some(({ isMature }) => isMature)) yield { abstain: 'immature' };
    const incidents = incidentsOf(judged.flatMap(({ surges }) => surges));
    if (incidents.length === 0) return;
    const used = modelDays(facets.models);
    for (const incident of incidents) {
      const ranked = strongestFirst(incident);
      const what = MEASURE_NAMES[ranked[0]!.measure];
      const history = { baselineDays: options.baselineDays, origin };
      yield {
        ...sayIncident(credential, ranked, what, history),
        evidence: {
          ...burstEvidence(ranked, seriesOf(hours, ranked[0]!.measure), history),
          ...useOf(ranked[0]!, hours, used),
        },
      };
    }
  },
});

const CALL = { deed: 'infer', action: 'bedrock:InvokeModel', model: 'anthropic.claude-sonnet-4-5' } as const;

/** A month of calls every two hours, up to two days ago. */
function month(count: number): ExampleEvent[] {
  return [{ ...CALL, at: -30 * DAY, until: -2 * DAY, every: 2 * HOUR, count }];
}

function judgeMeasure(measure: Measure, id: string, hours: readonly VolumeHour[], others: Others, settings: Settings) {
  const series = seriesOf(hours, measure);
  const floors = floorsOf(measure, settings);
  const early = (hour: number) => others.early(hour, id);
  const { bursts, isMature } = burstsOf(series, settings, limitsOf(floors, settings.times, early));
  const surges: Surge<Measure>[] = [];
  for (const burst of bursts) {
    const isHigh = isGreat(burst, floors, others.ever(burst.slot, id), settings);
    if (burst.isUsual && !isHigh) continue;
    surges.push({ ...burst, ...episodeOf(burst, hours), measure, severity: isHigh ? 'high' : 'medium' });
  }
  return { isUsed: series.length > 0, isMature, surges };
}

const seriesOf = (hours: readonly VolumeHour[], measure: Measure): Amount[] =>
  hourSeries(
    hours,
    row => row.hour,
    row => row[measure],
  );

const busiest = (series: readonly Amount[]): number => series.reduce((most, { amount }) => Math.max(most, amount), 0);

const lists = (): Record<Measure, Known[]> => ({ calls: [], tokensIn: [], tokensOut: [] });

/** Every hour that set a record, from the hour after it on, but none before the credential was no longer new. */
function* recordsOf(id: string, series: readonly Amount[], settledAt: number): Generator<Known> {
  let record = 0;
  for (const { slot, amount } of series) {
    if (amount <= record) continue;
    record = amount;
    yield { from: Math.max(slot + 1, settledAt), id, amount };
  }
}

function floorsOf(measure: Measure, options: Settings): Floors {
  if (measure === 'calls') {
    const { callsPerHour, callsPerDay, newCallsPerHour, highCallsPerHour } = options;
    return { hour: callsPerHour, day: callsPerDay, newcomer: newCallsPerHour, great: highCallsPerHour };
  }
  const { tokensPerHour, tokensPerDay, newTokensPerHour, highTokensPerHour } = options;
  return { hour: tokensPerHour, day: tokensPerDay, newcomer: newTokensPerHour, great: highTokensPerHour };
}

function limitsOf(floors: Floors, times: number, othersEarly: (hour: number) => number): BurstLimits {
  return {
    times,
    hour: ({ record }, mature, slot) =>
      Math.max(mature ? floors.hour : Math.max(floors.newcomer, times * othersEarly(slot)), times * record),
    day: ({ record }) => Math.max(floors.day, times * record),
  };
}

/** Without a baseline the limit holds its own record three times over already. */
function isGreat(burst: Burst, floors: Floors, othersEver: number, { times, highTimes }: Settings): boolean {
  const { span, amount, baseline, isMature } = burst;
  if (!isMature) return othersEver > 0 && amount >= times * othersEver;
  return span === 'hour' && amount >= floors.great && amount >= highTimes * baseline.record;
}

/** What was used in the hour or day of a surge, and which models on that day. */
function useOf(surge: Surge<Measure>, hours: readonly VolumeHour[], used: readonly ModelDay[]) {
  const within = rowsWithin(surge, hours);
  const day = surge.span === 'hour' ? dayOfHour(surge.slot) : surge.slot;
  return {
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
