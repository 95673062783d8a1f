import { incidentsOf } from '../episodes.ts';
import { deedRows, deeds } from '../facets/deeds.ts';
import { type IssuanceHour, type Issued, issuance, issuanceHours } from '../facets/issuance.ts';
import { networkEvidence, networkRows, networks } from '../facets/networks.ts';
import { type Amount, type Burst, type BurstLimits, burstsOf, HABIT_OPTIONS, hourSeries } from '../facets/records.ts';
import {
  BURST_MESSAGES,
  burstEvidence,
  episodeOf,
  type History,
  rowsWithin,
  type Surge,
  sayIncident,
  strongestFirst,
} from '../facets/surges.ts';
import type { Stretch } from '../facets/stretch.ts';
import type { Tally } from '../facets/tally.ts';
import type { Credential } from '../model/credential.ts';
import type { Deed } from '../model/event.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, HOUR } from '../time.ts';
import { countText } from '../wording.ts';
import { defineRule, type ExampleEvent } from './rule.ts';

const CLASSES: readonly Issued[] = ['keys', 'secrets', 'sessions', 'tokens'];
const CLASS_NAMES: Readonly<Record<Issued, string>> = {
  keys: 'keys created',
  secrets: 'secrets read',
  sessions: 'sessions issued',
  tokens: 'tokens issued',
};

const options = {
  times: { default: 3, min: 1, max: 1000, describe: 'How many times its record an hour or a day must reach.' },
  sessionsPerHour: { default: 20, min: 1, max: 1e9, describe: 'Fewer sessions in an hour are never a burst.' },
  sessionsPerDay: { default: 100, min: 1, max: 1e9, describe: 'Fewer sessions on a day are never a burst.' },
  newSessionsPerHour: {
    default: 200,
    min: 1,
    max: 1e9,
    describe: 'Fewer sessions in an hour without a baseline pass.',
  },
  tokensPerHour: { default: 60, min: 1, max: 1e9, describe: 'Fewer tokens of an app in an hour are never a burst.' },
  tokensPerDay: { default: 600, min: 1, max: 1e9, describe: 'Fewer tokens of an app on a day are never a burst.' },
  newTokensPerHour: {
    default: 600,
    min: 1,
    max: 1e9,
    describe: 'Fewer tokens in an hour of an app without a baseline pass.',
  },
  keysPerHour: { default: 10, min: 1, max: 1e9, describe: 'Fewer keys in an hour are never a burst.' },
  keysPerDay: { default: 30, min: 1, max: 1e9, describe: 'Fewer keys on a day are never a burst.' },
  secretsPerHour: { default: 10, min: 1, max: 1e9, describe: 'Fewer secrets read in an hour are never a burst.' },
  secretsPerDay: { default: 50, min: 1, max: 1e9, describe: 'Fewer secrets read on a day are never a burst.' },
  ...HABIT_OPTIONS,
  highTimes: { default: 10, min: 1, max: 10_000, describe: 'Times the record from which a great hour is high.' },
  highPerHour: { default: 200, min: 1, max: 1e9, describe: 'How many make an hour a great one.' },
} as const;

type Settings = OptionValues<typeof options>;

/** The least amounts that are a burst of one class. */
interface Floors {
  readonly hour: number;
  readonly day: number;
  /** For an hour without a baseline. */
  readonly newcomer: number;
}

export const issuanceBurst = defineRule({
  id: 'issuance-burst',
  family: 'volume',
  title: 'Burst of credentials issued or read',
  severity: 'medium',
  severities:
    'High for any burst of static keys, and when an hour is at least 10 times the record (without one, the floor) and holds 200 or more.',
  kind: 'signal',
  description:
    'A credential was used to obtain sessions or tokens, to create keys or to read secrets far beyond its own record. An hour or a day is compared with the busiest one of the 28 days before, the last 24 hours left out. Sessions, tokens, keys and secrets are compared apart: an application of Entra ID asks for a token every hour, and every copy of it does, as do programs that act as a service account of Google Cloud or that a vendor lets in by the word of another issuer, so tokens have a floor of their own. To list the keys of an Azure resource is to read a secret; to make them anew is neither that nor a new key. A batch read of secrets or parameters, whose log does not say how many it returned, counts as ten secrets or three parameters. Where those days hold too little, all that is known before them counts. Without 12 active hours on 5 days there is no baseline: keys and secrets are then held to the floor itself, since nobody needs ten by accident; sessions and tokens, which a new role or app may need by the dozen, to a higher one. An hour without a baseline is no burst when on three other days, before or after, an hour reached a third of it: that is how the credential works. Only what succeeded counts, and neither passwords, nor keys that their proxy rotates, nor what a service reads on behalf of someone.',
  remediation:
    'Ask the holder whether this was theirs. If not, disable the credential, revoke the sessions it obtained, disable the keys it created and change every secret it read.',
  references: [
    'https://attack.mitre.org/techniques/T1555/006/',
    'https://attack.mitre.org/techniques/T1098/001/',
    'https://stratus-red-team.cloud/attack-techniques/AWS/aws.credential-access.secretsmanager-retrieve-secrets/',
  ],
  falsePositives: [
    'A deployment or a migration that reads or creates many secrets at once. It becomes part of the baseline a day later.',
    'A service that reads more than ten secrets when it starts, until it did so on four days.',
    'A portal, an inventory or a deployment that lists the keys of every resource it meets, until it did so on four days.',
    'An earlier burst stays in the baseline for 28 days: a later one below three times its size is not reported.',
  ],
  lookbackDays: 29,
  needs: ['deeds'],
  facets: { issuance, deeds, networks },
  options,
  messages: {
    ...BURST_MESSAGES,
    newcomer: '{amount} {what} in the {hour} hour by {one} without a baseline; the limit for one is {limit}.',
  },
  abstentions: {
    immature:
      'no baseline yet: issued or read something in fewer than {minActiveHours} hours or on fewer than {minActiveDays} days of {baselineDays}, so held to absolute limits alone',
  },
  examples: () => [
    {
      title: 'twenty secrets read within seconds by a key that had read none',
      events: [{ ...READ, at: -10 * HOUR, until: -10 * HOUR + 19_000, every: 1_000 }],
      expect: ['newcomer:medium'],
    },
    {
      title: 'five batch reads',
      events: [{ ...READ, action: 'secretsmanager:BatchGetSecretValue', at: -10 * HOUR, count: 5 }],
      expect: ['newcomer:medium'],
    },
    {
      title: 'ten keys created within an hour',
      events: [{ deed: 'create', action: 'iam:CreateAccessKey', at: -10 * HOUR, count: 10 }],
      expect: ['newcomer:high'],
    },
    {
      title: 'a role that assumes another forty times as often as ever',
      credential: { id: 'arn:aws:iam::123456789012:role/build', kind: 'role' },
      events: [...habit(6), { ...ASSUME, at: -22 * HOUR, count: 240 }],
      expect: ['hour:high'],
    },
    {
      title: 'five times as many sessions as ever',
      events: [...habit(6), { ...ASSUME, at: -22 * HOUR, count: 30 }],
      expect: ['hour:medium'],
    },
    {
      title: 'a day of many hours, each just below the limit of an hour',
      events: [...habit(6), { ...ASSUME, at: -DAY, until: -HOUR, every: HOUR, count: 15 }],
      expect: ['day:medium'],
    },
    {
      title: 'the keys of fifteen Azure resources listed within minutes by a person who had listed none',
      credential: { id: 'user/alice', kind: 'entra-user', provider: 'azure' },
      events: [{ ...LIST_KEYS, at: -10 * HOUR, until: -10 * HOUR + 14 * 30_000, every: 30_000 }],
      expect: ['newcomer:medium'],
    },
    {
      title: 'three hundred of them',
      credential: { id: 'user/alice', kind: 'entra-user', provider: 'azure' },
      events: [{ ...LIST_KEYS, at: -10 * HOUR, count: 300 }],
      expect: ['newcomer:high'],
    },
    {
      title: 'an application that signs in ten times as often as ever',
      credential: { id: '33333333-4444-5555-6666-777777777777', kind: 'client-secret', provider: 'azure' },
      events: [
        { ...SIGN_IN, at: -30 * DAY, until: -2 * DAY, every: HOUR, count: 25 },
        { ...SIGN_IN, at: -22 * HOUR, count: 260 },
      ],
      expect: ['hour:high'],
    },
    {
      title: 'an application of which three more copies are started',
      credential: { id: '33333333-4444-5555-6666-777777777777', kind: 'client-secret', provider: 'azure' },
      events: [
        { ...SIGN_IN, at: -30 * DAY, until: -2 * DAY, every: HOUR, count: 2 },
        { ...SIGN_IN, at: -22 * HOUR, until: -HOUR, every: HOUR, count: 8 },
      ],
      expect: [],
    },
    {
      title: 'a new application of many copies',
      credential: { id: 'app/11111111-2222-3333-4444-555555555555', kind: 'service-principal', provider: 'azure' },
      events: [{ ...SIGN_IN, at: -DAY, until: -HOUR, every: HOUR, count: 400 }],
      expect: [],
    },
    {
      title: 'a person who obtains tokens of service accounts of Google Cloud by the hundred, after a handful a day',
      credential: { id: 'a@example.com', kind: 'member', provider: 'google' },
      events: [
        { ...SIGN_IN, action: TOKEN, at: -30 * DAY, until: -2 * DAY, every: 2 * HOUR, count: 3 },
        { ...SIGN_IN, action: TOKEN, at: -22 * HOUR, count: 300 },
      ],
      expect: ['hour:high'],
    },
    {
      title: 'a program that asks for a token of a service account for each of its copies',
      credential: { id: 'ci@example.iam.gserviceaccount.com', kind: 'service-account', provider: 'google' },
      events: [{ ...SIGN_IN, action: TOKEN, at: -DAY, until: -HOUR, every: HOUR, count: 400 }],
      expect: [],
    },
    {
      title: 'keys that a proxy rotates in one night',
      credential: { id: 'litellm_proxy_master_key', kind: 'admin-key', provider: 'proxy' },
      events: [{ deed: 'create', action: 'litellm:key-rotated', at: -10 * HOUR, count: 40 }],
      expect: [],
    },
    {
      title: 'a dozen keys made by a member of an organisation of a vendor',
      credential: { id: 'user-Example', kind: 'member', provider: 'openai' },
      events: [{ deed: 'create', action: 'openai:api_key.created', at: -10 * HOUR, count: 12 }],
      expect: ['newcomer:high'],
    },
    {
      title: 'ten secrets added to applications within an hour',
      credential: { id: 'user/alice', kind: 'entra-user', provider: 'azure' },
      events: [{ deed: 'create', action: 'entra:add service principal credentials', at: -10 * HOUR, count: 10 }],
      expect: ['newcomer:high'],
    },
    {
      title: 'a schedule that makes the keys of a dozen resources anew',
      credential: { id: 'app/11111111-2222-3333-4444-555555555555', kind: 'service-principal', provider: 'azure' },
      events: [
        {
          deed: 'create',
          action: 'microsoft.cognitiveservices/accounts/regeneratekey/action',
          at: -10 * HOUR,
          count: 12,
        },
      ],
      expect: [],
    },
    {
      title: 'a role assumed three times',
      events: [{ ...ASSUME, at: -10 * HOUR, count: 3 }],
      expect: [],
    },
    {
      title: 'a new role that hands out sessions by the dozen',
      events: [{ ...ASSUME, at: -3 * DAY, until: -HOUR, every: HOUR, count: 60 }],
      expect: [],
    },
    {
      title: 'a nightly job that reads its nine secrets, as every night',
      events: [{ ...READ, at: -30 * DAY, until: -HOUR, every: DAY, count: 9 }],
      expect: [],
    },
    {
      title: 'logs that begin with an application that reads fifteen secrets every hour',
      events: [{ ...READ, at: -20 * DAY, until: -HOUR, every: HOUR, count: 15 }],
      expect: [],
    },
    {
      title: 'a nightly job that makes twelve keys, from the first night of the logs on',
      events: [{ deed: 'create', action: 'iam:CreateAccessKey', at: -9 * DAY, until: -HOUR, every: DAY, count: 12 }],
      expect: [],
    },
    {
      title: 'fifteen secrets an hour, all on one day',
      events: [{ ...READ, at: -20 * HOUR, until: -HOUR, every: HOUR, count: 15 }],
      expect: ['newcomer:medium'],
    },
    {
      title: 'four times as many secrets as on other days, on the first one',
      events: [
        { ...READ, at: -3 * DAY, count: 61 },
        { ...READ, at: -10 * DAY, until: -HOUR, every: DAY, count: 15 },
      ],
      options: { minActiveDays: 30 },
      expect: ['newcomer:medium'],
    },
    {
      title: 'four pages of all parameters under a path',
      events: [{ ...READ, action: 'ssm:GetParametersByPath', at: -10 * HOUR, count: 4 }],
      expect: ['newcomer:medium'],
    },
    {
      title: 'the parameters that a program reads when it starts',
      events: [{ ...READ, action: 'ssm:GetParametersByPath', at: -10 * HOUR, count: 3 }],
      expect: [],
    },
    {
      title: 'a batch of parameters by name, from a service that acts for a role',
      events: [{ ...READ, action: 'ssm:GetParameters', at: -10 * HOUR, count: 9, agent: 'aws-service' }],
      expect: [],
    },
    {
      title: 'a dozen passwords set anew',
      events: [{ deed: 'create', action: 'iam:UpdateLoginProfile', at: -10 * HOUR, count: 12 }],
      expect: [],
    },
    {
      title: 'many reads that were denied',
      events: [{ ...READ, at: -10 * HOUR, count: 50, outcome: 'denied' }],
      expect: [],
    },
  ],
  commands: disableCommands,
  *judge({ credential, facets }, { options, origin }) {
    const rows = [...issuanceHours(facets.issuance)];
    const judged = CLASSES.map(issued => judgeClass(issued, rows, options));
    if (rows.length > 0 && !judged.some(({ isMature }) => isMature)) yield { abstain: 'immature' };
    for (const incident of incidentsOf(judged.flatMap(({ surges }) => surges))) {
      const ranked = strongestFirst(incident);
      const { evidence, ...said } = verdictOf(credential, ranked, rows, { baselineDays: options.baselineDays, origin });
      const { from, until, measure } = ranked[0]!;
      const stretch = { first: from, last: until };
      const used = networkEvidence(networkRows(facets.networks), stretch);
      yield {
        ...said,
        evidence: { ...evidence, networks: used, examples: examplesIn(stretch, facets.deeds, measure) },
      };
    }
  },
});

/** The classes whose deeds are kept one by one. */
const DEED_OF: Partial<Record<Issued, Deed>> = { keys: 'create', secrets: 'reveal' };

/** As many events as a finding shows. */
const SHOWN = 5;

function examplesIn({ first, last }: Stretch, tally: Tally, issued: Issued): string[] {
  const deed = DEED_OF[issued];
  const rows = deed === undefined ? [] : deedRows(tally, deed);
  const within = rows.filter(row => row.first >= first && row.last <= last);
  return within.slice(0, SHOWN).map(({ example }) => example);
}

const READ = { deed: 'reveal', action: 'secretsmanager:GetSecretValue', target: 'prod/vendor-key' } as const;
const LIST_KEYS = { deed: 'reveal', action: 'microsoft.cognitiveservices/accounts/listkeys/action' } as const;
const TOKEN = 'iamcredentials:GenerateAccessToken';
const SIGN_IN = { deed: 'issue', action: 'entra:sign-in', ttl: 3600 } as const;
const ASSUME = { deed: 'issue', action: 'sts:AssumeRole', ttl: 3600 } as const;

/** A month of sessions every two hours, up to two days ago. */
function habit(count: number): ExampleEvent[] {
  return [{ ...ASSUME, at: -30 * DAY, until: -2 * DAY, every: 2 * HOUR, count }];
}

function judgeClass(issued: Issued, rows: readonly IssuanceHour[], settings: Settings) {
  const own = rows.filter(row => row.issued === issued);
  const floors = floorsOf(issued, settings);
  const { bursts, isMature } = burstsOf(seriesOf(own), settings, limitsOf(floors, settings.times));
  const unusual = bursts.filter(({ isUsual }) => !isUsual);
  const surges = unusual.map((burst): Surge<Issued> => {
    const severity = issued === 'keys' || isGreat(burst, floors.newcomer, settings) ? 'high' : 'medium';
    return { ...burst, ...episodeOf(burst, own), measure: issued, severity };
  });
  return { isMature, surges };
}

const seriesOf = (rows: readonly IssuanceHour[]): Amount[] =>
  hourSeries(
    rows,
    ({ hour }) => hour,
    ({ amount }) => amount,
  );

function floorsOf(issued: Issued, options: Settings): Floors {
  if (issued === 'sessions') {
    const { sessionsPerHour, sessionsPerDay, newSessionsPerHour } = options;
    return { hour: sessionsPerHour, day: sessionsPerDay, newcomer: newSessionsPerHour };
  }
  if (issued === 'tokens') {
    const { tokensPerHour, tokensPerDay, newTokensPerHour } = options;
    return { hour: tokensPerHour, day: tokensPerDay, newcomer: newTokensPerHour };
  }
  const { keysPerHour, keysPerDay, secretsPerHour, secretsPerDay } = options;
  const [hour, day] = issued === 'keys' ? [keysPerHour, keysPerDay] : [secretsPerHour, secretsPerDay];
  return { hour, day, newcomer: hour };
}

/** What little history there is counts without maturity too, so that a nightly habit is reported once, not until it matures. */
function limitsOf(floors: Floors, times: number): BurstLimits {
  return {
    times,
    hour: ({ record }, mature) => Math.max(mature ? floors.hour : floors.newcomer, times * record),
    day: ({ record }) => Math.max(floors.day, times * record),
  };
}

/** Without a baseline the floor stands for the record: nobody reads secrets by the hundred by accident. */
function isGreat({ span, amount, baseline, isMature }: Burst, floor: number, settings: Settings): boolean {
  const record = isMature ? baseline.record : Math.max(floor, baseline.record);
  return span === 'hour' && amount >= settings.highPerHour && amount >= settings.highTimes * record;
}

function verdictOf(
  credential: Credential,
  ranked: readonly Surge<Issued>[],
  rows: readonly IssuanceHour[],
  history: History,
) {
  const { measure } = ranked[0]!;
  const own = rows.filter(({ issued }) => issued === measure);
  const batches = rowsWithin(ranked[0]!, own).reduce((sum, row) => sum + row.batches, 0);
  const what =
    CLASS_NAMES[measure] + (batches > 0 ? ` (counting ${countText(batches, 'batch read')} as several each)` : '');
  const evidence = { ...burstEvidence(ranked, seriesOf(own), history), batches };
  return { ...sayIncident(credential, ranked, what, history), evidence };
}
