import { incidentsOf } from '../episodes.ts';
import { type Burst, burstsOf, HABIT_OPTIONS, hourSeries, plotAround } from '../facets/records.ts';
import { areRefusalsHourly, type Refusal, refusalRows, refusals } from '../facets/refusals.ts';
import { smallerExample } from '../facets/tally.ts';
import { groupBy } from '../group.ts';
import type { Credential } from '../model/credential.ts';
import type { Episode } from '../model/finding.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOfHour, HOUR, MINUTE } from '../time.ts';
import { credentialNoun, hourText, isoText, oneText, someText, timesText } from '../wording.ts';
import { defineRule } from './rule.ts';

const options = {
  perHour: { default: 10, min: 1, max: 1e9, describe: 'Fewer refused calls in an hour are never a burst.' },
  times: { default: 3, min: 1, max: 1000, describe: 'How many times its record an hour must reach.' },
  newNames: {
    default: 3,
    min: 2,
    max: 1000,
    describe: 'Models and operations refused within an hour, none of them on an earlier day, that make a burst.',
  },
  ...HABIT_OPTIONS,
} as const;

type Settings = OptionValues<typeof options>;

/** An hour of many refusals, or of refusals by much that had not refused before. */
interface Hit extends Episode {
  readonly hour: number;
  readonly burst: Burst | null;
  readonly names: readonly string[];
}

const CALL = { deed: 'infer', action: 'bedrock:InvokeModel', model: 'anthropic.claude-opus-4-5' } as const;
const AZURE_CALL = { deed: 'infer', action: 'cognitiveservices:chatcompletions_create', model: 'gpt-5' } as const;
const READ = { action: 'secretsmanager:GetSecretValue', deed: 'reveal', outcome: 'denied' } as const;

export const deniedBurst = defineRule({
  id: 'denied-burst',
  family: 'volume',
  title: 'Burst of refused calls',
  severity: 'medium',
  kind: 'signal',
  description:
    'A credential was turned down far more often than ever, or by much that had not turned it down before: whoever holds it does not know what it may do. ' +
    'An hour of refused calls is compared with the busiest such hour of the 28 days before, the last 24 hours left out; without 12 active hours on 5 days it is held to the floor alone. ' +
    'Three models or operations that refuse within an hour, none of which had refused on an earlier day, are a burst too. ' +
    'Refused are model calls that were denied or could never work, and other operations that were denied; throttled calls are not, nor are sign-ins, which anyone can try, and calls of nobody known. What happens alike on three other days is how the credential works.',
  remediation:
    'Ask the holder whether something changed: a new policy, a renamed model, a deployment. If not, look at what was tried and what succeeded around it, and disable the credential when that was not theirs.',
  references: [
    'https://attack.mitre.org/techniques/T1580/',
    'https://sysdig.com/blog/llmjacking-stolen-cloud-credentials-used-in-new-ai-attack/',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html',
  ],
  falsePositives: [
    'A deployment whose rights are not in place yet, or a model that was retired under its users.',
    'A person of few rights who looks around in a console: each page makes calls that are denied.',
    'A gateway whose users name the models, when they try new ones.',
    'A scanner of the own security team: its key is used for nothing else, and its second week is quiet.',
  ],
  lookbackDays: 29,
  needs: [],
  needsOneOf: ['calls', 'deeds'],
  helps: ['deeds'],
  facets: { refusals },
  options,
  messages: {
    record:
      "{amount} refused calls in the {hour} hour, {ratio} times this {noun}'s busiest such hour ({record}) before: {names}.",
    newcomer:
      '{amount} refused calls in the {hour} hour by {one} without a record of refusals; the limit for one is {limit}: {names}.',
    various: '{count} models or operations that had not refused this {noun} before did so in the {hour} hour: {names}.',
  },
  abstentions: {
    crowded: 'so many refused calls in so many hours that their times are no longer known',
  },
  examples: () => [
    {
      title: 'ten calls to a model that are denied within an hour',
      events: [{ ...CALL, at: -10 * HOUR, count: 10, outcome: 'denied' }],
      expect: ['newcomer:medium'],
    },
    {
      title: 'nine of them',
      events: [{ ...CALL, at: -10 * HOUR, count: 9, outcome: 'denied' }],
      expect: [],
    },
    {
      title: 'three times as many invalid calls as in the busiest hour before',
      events: [
        { ...CALL, at: -30 * DAY, until: -2 * DAY, every: 12 * HOUR, count: 8, outcome: 'invalid' },
        { ...CALL, at: -10 * HOUR, count: 24, outcome: 'invalid' },
      ],
      expect: ['record:medium'],
    },
    {
      title: 'not quite three times as many',
      events: [
        { ...CALL, at: -30 * DAY, until: -2 * DAY, every: 12 * HOUR, count: 8, outcome: 'invalid' },
        { ...CALL, at: -10 * HOUR, count: 23, outcome: 'invalid' },
      ],
      expect: [],
    },
    {
      title: 'three models that refuse within an hour',
      events: ['gpt-5', 'claude-opus-4-5', 'mistral-large'].map((model, i) => ({
        ...AZURE_CALL,
        at: -10 * HOUR + i * MINUTE,
        model,
        outcome: 'denied' as const,
      })),
      expect: ['various:medium'],
    },
    {
      title: 'three operations of Azure that are denied within an hour, after weeks of work',
      credential: { id: 'app/11111111-2222-3333-4444-555555555555', kind: 'service-principal', provider: 'azure' },
      events: [
        { at: -20 * DAY, until: -DAY },
        ...['listkeys', 'regeneratekey', 'deployments/write'].map((name, i) => ({
          action: `microsoft.cognitiveservices/accounts/${name}`,
          at: -10 * HOUR + i * MINUTE,
          outcome: 'denied' as const,
        })),
      ],
      expect: ['various:medium'],
    },
    {
      title: 'two models that refuse, and one that did so the week before',
      events: [
        { ...CALL, at: -7 * DAY, model: 'mistral.large', outcome: 'denied' },
        ...['openai.gpt-5', 'anthropic.claude-opus-4-5', 'mistral.large'].map(model => ({
          ...CALL,
          at: -10 * HOUR,
          model,
          outcome: 'denied' as const,
        })),
      ],
      expect: [],
    },
    {
      title: 'three models in three hours',
      events: ['openai.gpt-5', 'anthropic.claude-opus-4-5', 'mistral.large'].map((model, i) => ({
        ...CALL,
        at: (-10 + i) * HOUR,
        model,
        outcome: 'denied' as const,
      })),
      expect: [],
    },
    {
      title: 'a dozen secrets that may not be read',
      events: Array.from({ length: 12 }, (_, i) => ({ ...READ, at: -10 * HOUR + i * 1000, target: `secret-${i}` })),
      expect: ['newcomer:medium'],
    },
    {
      title: 'throttled and failed calls',
      events: [
        { ...CALL, at: -10 * HOUR, count: 500, outcome: 'throttled' },
        { ...CALL, at: -10 * HOUR, count: 500, outcome: 'failed' },
      ],
      expect: [],
    },
    {
      title: 'a job that is denied two hundred times every night, from the start of the logs',
      events: [{ ...READ, at: -10 * DAY, until: -HOUR, every: DAY, count: 200 }],
      expect: [],
    },
    {
      title: 'requests that other services find invalid',
      events: [{ action: 'ec2:RunInstances', at: -10 * HOUR, count: 50, outcome: 'invalid' }],
      expect: [],
    },
    {
      title: 'passwords and secrets tried in vain',
      credential: { id: 'user/22222222-3333-4444-5555-666666666666', kind: 'entra-user', provider: 'azure' },
      events: [
        { deed: 'sign-in', action: 'entra:sign-in', at: -10 * HOUR, count: 200, outcome: 'denied' },
        { deed: 'issue', action: 'entra:sign-in', at: -10 * HOUR, count: 200, outcome: 'denied' },
      ],
      expect: [],
    },
    {
      title: 'strangers at a public door',
      credential: { id: 'unidentified:123456789012', kind: 'unknown', owner: '' },
      events: [{ ...AZURE_CALL, at: -10 * HOUR, count: 200, outcome: 'denied' }],
      expect: [],
    },
    {
      title: 'what a service is denied on behalf of a role',
      credential: { id: 'arn:aws:iam::123456789012:role/build', kind: 'role' },
      events: [{ ...READ, at: -10 * HOUR, count: 50, agent: 'aws-service' }],
      expect: [],
    },
    { title: 'everyday use', events: [{ ...CALL, at: -9 * DAY, until: 0, count: 40 }], expect: [] },
  ],
  commands: disableCommands,
  *judge({ credential, facets }, { options }) {
    if (isNobody(credential)) return;
    const rows = refusalRows(facets.refusals);
    if (!areRefusalsHourly(facets.refusals)) yield { abstain: 'crowded' };
    else {
      const hits = [...hitsByCount(rows, options), ...hitsByName(rows, options)];
      for (const incident of incidentsOf(hits)) yield verdictOn(credential, incident, rows);
    }
  },
});

/** What could not be laid to anyone's door. */
const isNobody = ({ kind, owner }: Credential): boolean => kind === 'unknown' && owner === '';

const seriesOf = (rows: readonly Refusal[]) => {
  const hours = [...groupBy(rows, ({ hour }) => hour)];
  return hourSeries(
    hours,
    ([hour]) => hour,
    ([, own]) => own.reduce((sum, { count }) => sum + count, 0),
  );
};

/** Days are not judged: refusals are too few for that. */
function hitsByCount(rows: readonly Refusal[], settings: Settings): Hit[] {
  const { bursts } = burstsOf(seriesOf(rows), settings, {
    times: settings.times,
    hour: ({ record }) => Math.max(settings.perHour, settings.times * record),
    day: () => Number.POSITIVE_INFINITY,
  });
  return bursts
    .filter(({ isUsual }) => !isUsual)
    .map(burst =>
      hitOf(
        rows.filter(({ hour }) => hour === burst.slot),
        burst,
      ),
    );
}

/** So many other days make a way of working. */
const USUAL_DAYS = 3;

function hitsByName(rows: readonly Refusal[], { newNames, baselineDays }: Settings): Hit[] {
  const named = rows.filter(({ name }) => name !== '');
  const days = new Map(
    [...groupBy(named, ({ name }) => name)].map(([name, own]) => [name, own.map(({ hour }) => dayOfHour(hour))]),
  );
  const hours = [...groupBy(named, ({ hour }) => hour)].filter(([, own]) => own.length >= newNames);
  const various = new Set(hours.map(([hour]) => dayOfHour(hour)));
  return hours.flatMap(([hour, own]) => {
    const day = dayOfHour(hour);
    const isKnown = ({ name }: Refusal) => days.get(name)!.some(other => other < day && other >= day - baselineDays);
    const fresh = own.filter(refusal => !isKnown(refusal));
    return fresh.length < newNames || various.size > USUAL_DAYS ? [] : [hitOf(fresh, null)];
  });
}

function hitOf(rows: readonly Refusal[], burst: Burst | null): Hit {
  return {
    hour: rows[0]!.hour,
    burst,
    names: rows.map(({ name }) => name).filter(name => name !== ''),
    from: Math.min(...rows.map(({ first }) => first)),
    until: Math.max(...rows.map(({ last }) => last)),
  };
}

/** As many names as a sentence holds. */
const SHOWN = 4;

function verdictOn({ id, kind }: Credential, incident: readonly Hit[], rows: readonly Refusal[]) {
  const [strongest] = [...incident].sort(byStrength);
  const { hour, burst, names } = strongest!;
  const within = rows.filter(row => row.hour === hour);
  const series = seriesOf(rows);
  const { from, values } = plotAround(series, hour);
  const rest = {
    subject: [id],
    episodes: incident.map(hit => ({ from: hit.from, until: hit.until })),
    evidence: {
      at: isoText(hour * HOUR),
      first: isoText(Math.min(...incident.map(hit => hit.from))),
      last: isoText(Math.max(...incident.map(hit => hit.until))),
      refused: within.reduce((sum, { count }) => sum + count, 0),
      limit: burst?.limit ?? null,
      record: burst?.isMature === true ? burst.baseline.record : null,
      names: [...new Set(incident.flatMap(hit => hit.names))].sort(),
      hourly: { from: isoText(from * HOUR), values },
      example: within.reduce((least, { example }) => smallerExample(least, example), ''),
    },
  };
  const told = { hour: hourText(hour), names: names.length === 0 ? 'unnamed models' : someText(names, SHOWN) };
  const noun = credentialNoun(kind);
  if (burst === null) return { message: 'various' as const, data: { ...told, noun, count: names.length }, ...rest };
  const { amount, limit, baseline, isMature } = burst;
  if (!isMature) return { message: 'newcomer' as const, data: { ...told, amount, one: oneText(noun), limit }, ...rest };
  const ratio = timesText(amount / baseline.record);
  return { message: 'record' as const, data: { ...told, noun, amount, ratio, record: baseline.record }, ...rest };
}

/** Many refusals before various ones, the most first, and of equals the earliest. */
function byStrength(a: Hit, b: Hit): number {
  const amount = ({ burst }: Hit) => (burst === null ? 0 : burst.amount / burst.limit);
  return amount(b) - amount(a) || b.names.length - a.names.length || a.hour - b.hour;
}
