import { incidentsOf } from '../episodes.ts';
import { type ModelDay, modelDays, models } from '../facets/models.ts';
import { plotAround } from '../facets/records.ts';
import { type VolumeHour, volume, volumeHours } from '../facets/volume.ts';
import type { Credential } from '../model/credential.ts';
import type { Episode } from '../model/finding.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOfHour, HOUR } from '../time.ts';
import { countText, credentialNoun, hourText, isoText } from '../wording.ts';
import { defineRule, type ExampleEvent } from './rule.ts';

const options = {
  baselineDays: { default: 28, min: 1, max: 365, describe: 'Days of history that the schedule is taken from.' },
  guardHours: { default: 24, min: 0, max: 168, describe: 'Hours just before that are left out of the history.' },
  minActiveDays: { default: 14, min: 1, max: 365, describe: 'Active days that make a schedule.' },
  maxHours: { default: 6, min: 1, max: 20, describe: 'More different hours of the day are no schedule.' },
  slackHours: {
    default: 1,
    min: 0,
    max: 6,
    describe: 'Hours before and after the usual ones that still belong to it.',
  },
  minCalls: { default: 30, min: 1, max: 1e9, describe: 'Calls outside the schedule that are told.' },
  mediumCalls: { default: 300, min: 1, max: 1e9, describe: 'More calls outside the schedule are medium.' },
} as const;

type Settings = OptionValues<typeof options>;

/** An hour outside the schedule, with the hours of the day that were usual before it. */
interface Stray extends Episode {
  readonly row: VolumeHour;
  readonly usual: readonly number[];
  readonly days: number;
}

export const offSchedule = defineRule({
  id: 'off-schedule',
  family: 'volume',
  title: 'Models called outside the usual hours',
  severity: 'low',
  severities: 'Medium above 300 calls.',
  kind: 'signal',
  description:
    'A credential that called models at the same few hours of the day, six at most, on 14 days or more of the 28 before, does so at others. An hour more on either side still belongs to the schedule, so that summer time does not break it. Nightly batches and people have such hours; services that answer at any time have none and are not judged.',
  remediation:
    'Ask the holder whether the job was moved or run again by hand. If not, see from where the calls came and what they asked for, and disable the credential.',
  references: [
    'https://attack.mitre.org/techniques/T1078/004/',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html',
  ],
  falsePositives: [
    'A batch that was late, moved or repeated.',
    'A person who works through a night before a deadline, or from another time zone.',
  ],
  lookbackDays: 29,
  needs: ['calls'],
  facets: { volume, models },
  options,
  messages: {
    stray: '{calls} from {from} to {until} UTC; on {days} before, this {noun} called models only at {usual} UTC.',
  },
  examples: () => [
    {
      title: 'a nightly batch that calls in the afternoon',
      events: [nightly(), { ...CALL, at: -DAY + 15 * HOUR, count: 30 }],
      expect: ['stray:low'],
    },
    {
      title: 'hundreds of calls in the afternoon',
      events: [nightly(), { ...CALL, at: -DAY + 15 * HOUR, until: -DAY + 16 * HOUR, every: HOUR, count: 151 }],
      expect: ['stray:medium'],
    },
    { title: 'fewer than thirty', events: [nightly(), { ...CALL, at: -DAY + 15 * HOUR, count: 29 }], expect: [] },
    {
      title: 'an hour early, as clocks change',
      events: [nightly(), { ...CALL, at: -DAY + HOUR, count: 500 }],
      expect: [],
    },
    {
      title: 'a service that is called at any time',
      events: [
        { ...CALL, at: -30 * DAY, until: -2 * DAY, every: 5 * HOUR },
        { ...CALL, at: -DAY + 15 * HOUR, count: 500 },
      ],
      expect: [],
    },
    {
      title: 'a batch of two weeks',
      events: [
        { ...nightly(), at: -14 * DAY + 2 * HOUR },
        { ...CALL, at: -DAY + 15 * HOUR, count: 500 },
      ],
      expect: [],
    },
    {
      title: 'refused calls at other hours',
      events: [nightly(), { ...CALL, at: -DAY + 15 * HOUR, count: 500, outcome: 'denied' }],
      expect: [],
    },
  ],
  commands: disableCommands,
  *judge({ credential, facets }, { options }) {
    const hours = [...volumeHours(facets.volume)].filter(({ calls }) => calls > 0);
    for (const incident of incidentsOf(straysIn(hours, options))) {
      const calls = incident.reduce((sum, { row }) => sum + row.calls, 0);
      if (calls < options.minCalls) continue;
      const { evidence, ...said } = verdictOn(credential, incident, calls, hours, options);
      yield { ...said, evidence: { ...evidence, models: modelsIn(incident, modelDays(facets.models)) } };
    }
  },
});

const CALL = { deed: 'infer', action: 'bedrock:InvokeModel', model: 'anthropic.claude-sonnet-4-5' } as const;

/** A batch at two and three in the night, for a month. */
const nightly = (): ExampleEvent => ({
  ...CALL,
  at: -28 * DAY + 2 * HOUR,
  until: -2 * DAY + 3 * HOUR,
  every: DAY,
  count: 40,
});

/** The hours outside the schedule that their own past gives; one pass over hours in order. */
function straysIn(hours: readonly VolumeHour[], settings: Settings): Stray[] {
  const { baselineDays, guardHours, minActiveDays, maxHours, slackHours } = settings;
  const byHour = new Array<number>(24).fill(0);
  const byDay = new Map<number, number>();
  const strays: Stray[] = [];
  let [start, end] = [0, 0];
  for (const row of hours) {
    for (; hours[end]!.hour < row.hour - guardHours; end++) count(hours[end]!.hour, 1);
    for (; start < end && hours[start]!.hour < row.hour - guardHours - baselineDays * 24; start++) {
      count(hours[start]!.hour, -1);
    }
    const usual = byHour.flatMap((many, hour) => (many > 0 ? [hour] : []));
    if (byDay.size < minActiveDays || usual.length > maxHours) continue;
    if (usual.some(hour => apart(hour, row.hour % 24) <= slackHours)) continue;
    strays.push({ row, usual, days: byDay.size, from: row.first, until: row.last });
  }
  return strays;

  function count(hour: number, by: 1 | -1): void {
    byHour[hour % 24]! += by;
    const day = dayOfHour(hour);
    const many = (byDay.get(day) ?? 0) + by;
    if (many === 0) byDay.delete(day);
    else byDay.set(day, many);
  }
}

/** Hours between two hours of the day, the shorter way round. */
const apart = (a: number, b: number): number => Math.min((a - b + 24) % 24, (b - a + 24) % 24);

function verdictOn(
  { id, kind }: Credential,
  incident: readonly Stray[],
  calls: number,
  hours: readonly VolumeHour[],
  { mediumCalls }: Settings,
) {
  const [{ row, usual, days }] = incident as [Stray];
  const last = incident.at(-1)!.row;
  const { from, values } = plotAround(
    hours.map(({ hour, calls: amount }) => ({ slot: hour, amount, day: dayOfHour(hour), hours: 1 })),
    row.hour,
  );
  return {
    message: 'stray' as const,
    severity: calls > mediumCalls ? ('medium' as const) : ('low' as const),
    data: {
      calls: countText(calls, 'model call'),
      from: hourText(row.hour),
      until: hourText(last.hour + 1),
      days: countText(days, 'active day'),
      noun: credentialNoun(kind),
      usual: scheduleText(usual),
    },
    subject: [id],
    episodes: incident.map(stray => ({ from: stray.from, until: stray.until })),
    evidence: {
      calls,
      first: isoText(row.first),
      last: isoText(Math.max(...incident.map(({ until }) => until))),
      usualHours: usual,
      activeDays: days,
      hourly: { from: isoText(from * HOUR), values },
    },
  };
}

/** As many models and days as a finding shows. */
const SHOWN = 5;

/** The models of the days it was used on; they are not known by the hour. */
function modelsIn(incident: readonly Stray[], used: readonly ModelDay[]) {
  const days = new Set(incident.map(({ row }) => dayOfHour(row.hour)));
  const own = used.filter(({ day }) => days.has(day)).sort((a, b) => b.calls - a.calls);
  return own
    .slice(0, SHOWN)
    .map(({ day, model, calls, example }) => ({ day: isoText(day * DAY), model, calls, example }));
}

/** Hours of the day as stretches, as in '02:00–04:00, 22:00–23:00'. */
function scheduleText(hours: readonly number[]): string {
  const stretches: [from: number, until: number][] = [];
  for (const hour of hours) {
    const open = stretches.at(-1);
    if (open?.[1] === hour) open[1] = hour + 1;
    else stretches.push([hour, hour + 1]);
  }
  const text = (hour: number): string => `${String(hour % 24).padStart(2, '0')}:00`;
  return stretches.map(([from, until]) => `${text(from)}–${text(until)}`).join(', ');
}
