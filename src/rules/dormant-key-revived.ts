import { type AccountDays, accountDays } from '../facets/account-days.ts';
import { type ActiveDay, activity, activityDays, daysOfActivity } from '../facets/activity.ts';
import { modelDays, models } from '../facets/models.ts';
import { networkEvidence, networkRows, networks } from '../facets/networks.ts';
import { aliasOf, isStatic, logOf } from '../kinds.ts';
import type { Credential } from '../model/credential.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, HOUR } from '../time.ts';
import { countText, dayText, isoText } from '../wording.ts';
import { defineRule, type RuleContext } from './rule.ts';

const facets = { activity, models, networks };

const options = {
  silentDays: { default: 45, min: 7, max: 365, describe: 'Days of silence that the logs must cover.' },
  timesLongest: {
    default: 2,
    min: 1,
    max: 100,
    describe: 'How many times as long as any silence before it the silence must be.',
  },
} as const;

type Context = RuleContext<typeof facets, typeof options, AccountDays>;

/** A silence of a key and the day it ended. */
interface Return {
  readonly back: ActiveDay;
  readonly lastBefore: number;
  readonly coveredDays: number;
  readonly longestBefore: number;
}

const OTHER = 'AKIAI44QH8DHBEXAMPLE';
const USER = 'arn:aws:iam::123456789012:user/BedrockAPIKey-x1y2';
const ALIAS = { id: `${USER}/bedrock`, kind: 'bedrock-key', owner: USER } as const;

const VIRTUAL = {
  id: 'a0'.repeat(32),
  provider: 'proxy',
  kind: 'virtual-key',
  owner: 'ci',
  account: 'litellm',
} as const;

/** Another key of the account at work every day, so that the logs cover those days. */
const COVERED = { credential: OTHER, at: -120 * DAY, until: 0 } as const;
const HABIT = { at: -120 * DAY, until: -60 * DAY } as const;

export const dormantKeyRevived = defineRule({
  id: 'dormant-key-revived',
  family: 'lifetime',
  title: 'Dormant key revived',
  severity: 'medium',
  kind: 'signal',
  description:
    'A static key that had fallen silent is used again. A forgotten key that someone found or bought wakes up like this. ' +
    'The silence must be one that the logs of its account, or the reports on its kind of key, cover for 45 days, and twice as long as any before it, so that a job that runs every month or every quarter is known for what it is; the time from the beginning of the logs, or from the creation of the key, to its first use counts as a silence too. ' +
    'Attempts of any outcome count as use. A Bedrock or Claude Platform key whose use is recorded under its user alone is not revived when a key of that user was made in the silence. Told is the day of the return.',
  remediation:
    'Ask the holder whether this was theirs. If not, disable the key and read what it did since its return: calls, addresses, models. If so, ask why a key is kept that is used so rarely.',
  references: [
    'https://attack.mitre.org/techniques/T1078/004/',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html',
    'https://sysdig.com/blog/llmjacking-stolen-cloud-credentials-used-in-new-ai-attack/',
  ],
  falsePositives: [
    'A job that runs once a quarter, the first time that the logs see it return.',
    'A holder who comes back from a long leave.',
    'A key that in the silence did only what the logs do not record, such as reading objects.',
  ],
  lookbackDays: 90,
  needs: ['calls'],
  helps: ['deeds'],
  facets,
  options,
  messages: {
    revived:
      'Used again on {day} after {silent} days of silence, {covered} of them covered by logs; its longest silence before was {longest}. {calls} that day.',
  },
  examples: () => [
    {
      title: 'a key used every day for two months, silent for two, and used again',
      known: [{ id: OTHER }],
      events: [COVERED, HABIT, { at: -DAY, count: 30 }],
      expect: ['revived:medium'],
    },
    {
      title: 'a silence that the logs cover for exactly as many days as it takes',
      known: [{ id: OTHER }],
      events: [COVERED, HABIT, { at: -14 * DAY }],
      expect: ['revived:medium'],
    },
    {
      title: 'a silence of a day less',
      known: [{ id: OTHER }],
      events: [COVERED, HABIT, { at: -15 * DAY }],
      expect: [],
    },
    {
      title: 'a silence half of which no log covers',
      known: [{ id: OTHER }],
      events: [HABIT, { ...COVERED, until: -40 * DAY }, { at: -DAY }],
      expect: [],
    },
    {
      title: 'a silence that only logs of another account cover',
      known: [{ id: OTHER, account: '210987654321' }],
      events: [COVERED, HABIT, { at: -DAY }],
      expect: [],
    },
    {
      title: 'a key silent for as long before, within the logs',
      known: [{ id: OTHER }],
      events: [
        { ...COVERED, at: -130 * DAY },
        { at: -130 * DAY },
        { at: -100 * DAY },
        { at: -60 * DAY, until: -50 * DAY },
        { at: -DAY },
      ],
      expect: [],
    },
    {
      title: 'a key silent for two months, in logs that began a month before it was first seen',
      known: [{ id: OTHER }],
      events: [COVERED, { at: -90 * DAY, until: -60 * DAY }, { at: -DAY }],
      expect: [],
    },
    {
      title: 'the same with a key that was made on the day it was first seen',
      credential: { createdAt: -90 * DAY },
      known: [{ id: OTHER }],
      events: [COVERED, { at: -90 * DAY, until: -60 * DAY }, { at: -DAY }],
      expect: ['revived:medium'],
    },
    {
      title: 'a key refused on its return',
      known: [{ id: OTHER }],
      events: [COVERED, HABIT, { at: -DAY, outcome: 'denied' }],
      expect: ['revived:medium'],
    },
    {
      title: 'a Bedrock API key, its use recorded under its user alone',
      credential: ALIAS,
      known: [{ id: OTHER }],
      events: [COVERED, HABIT, { at: -DAY, deed: 'infer' }],
      expect: ['revived:medium'],
    },
    {
      title: 'a user given a new Bedrock API key in the silence',
      credential: ALIAS,
      known: [{ id: OTHER }, { id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', owner: USER, createdAt: -2 * DAY }],
      events: [COVERED, HABIT, { at: -DAY, deed: 'infer' }],
      expect: [],
    },
    {
      title: 'a key used for the first time',
      known: [{ id: OTHER }],
      events: [COVERED, { at: -DAY }],
      expect: [],
    },
    {
      title: 'a role that is taken on again',
      credential: { id: 'arn:aws:iam::123456789012:role/deploy', kind: 'role' },
      known: [{ id: OTHER }],
      events: [COVERED, HABIT, { at: -DAY }],
      expect: [],
    },
    {
      title: 'a virtual key whose proxy tells of other keys all that time',
      credential: VIRTUAL,
      known: [{ ...VIRTUAL, id: 'b0'.repeat(32) }],
      events: [{ ...COVERED, credential: 'b0'.repeat(32) }, HABIT, { at: -DAY, count: 30 }],
      expect: ['revived:medium'],
    },
    {
      title: 'a key of a vendor, in a feed that tells of what people do and not of what keys do',
      credential: { ...VIRTUAL, provider: 'anthropic', kind: 'api-key' },
      known: [{ ...VIRTUAL, provider: 'anthropic', kind: 'member', id: 'user_01Example' }],
      events: [{ ...COVERED, credential: 'user_01Example' }, HABIT, { at: -DAY, count: 30 }],
      expect: [],
    },
    {
      title: 'a silence of a month, where three weeks are enough',
      known: [{ id: OTHER }],
      events: [COVERED, { ...HABIT, until: -30 * DAY }, { at: -DAY + HOUR }],
      options: { silentDays: 21 },
      expect: ['revived:medium'],
    },
  ],
  commands: disableCommands,
  overview: everyone => accountDays(everyone, { logOf, daysOf: ({ facets }) => daysOfActivity(facets.activity) }),
  *judge({ credential, facets }, context) {
    if (!isStatic(credential.kind)) return;
    const { id, owner } = credential;
    for (const { back, lastBefore, coveredDays, longestBefore } of returnsOf(credential, facets.activity, context)) {
      const silent = Math.floor((back.first - lastBefore) / DAY);
      const [day, calls] = [dayText(back.first), countText(back.count, 'call')];
      const longest = countText(longestBefore, 'day');
      yield {
        message: 'revived',
        data: { day, silent, covered: coveredDays, longest, calls },
        subject: [id],
        episodes: [{ from: back.first, until: back.last }],
        evidence: {
          silentDays: silent,
          coveredDays,
          longestEarlierGapDays: longestBefore,
          lastBefore: isoText(lastBefore),
          returnedAt: isoText(back.first),
          last: isoText(back.last),
          calls: back.count,
          networks: networkEvidence(networkRows(facets.networks), back),
          models: modelDays(facets.models)
            .filter(({ day }) => day === back.day)
            .map(({ model, calls: many, example }) => ({ model, calls: many, example })),
          owner,
        },
      };
    }
  },
});

type Days = Parameters<typeof activityDays>[0];

function* returnsOf(credential: Credential, table: Days, context: Context): Generator<Return> {
  const { silentDays, timesLongest } = context.options;
  let before: ActiveDay | undefined;
  let longestBefore = 0;
  for (const back of activityDays(table)) {
    if (before === undefined) longestBefore = unseenBefore(credential, back, context);
    else {
      const covered = coveredBetween(credential, before, back, context);
      const isLong = covered >= Math.max(silentDays, timesLongest * longestBefore);
      if (isLong && !isRenewed(credential, before, back, context)) {
        yield { back, lastBefore: before.last, coveredDays: covered, longestBefore };
      }
      longestBefore = Math.max(longestBefore, Math.floor((back.first - before.last) / DAY));
    }
    before = back;
  }
}

/** Whole days between two active ones that the logs of its account cover. */
const coveredBetween = (credential: Credential, { day }: ActiveDay, back: ActiveDay, { overview }: Context): number =>
  overview(logOf(credential), (day + 1) * DAY, back.day * DAY);

/** Days on which it existed and the logs, though they cover them, do not show it. */
function unseenBefore(credential: Credential, { day }: ActiveDay, { origin, overview }: Context): number {
  return overview(logOf(credential), Math.max(origin, credential.createdAt ?? origin), day * DAY);
}

/** Whether the use after the silence may be of a key that its user was given in it. */
function isRenewed({ id, kind, owner }: Credential, before: ActiveDay, back: ActiveDay, { heldBy }: Context): boolean {
  if (id !== aliasOf(kind, owner)) return false;
  return heldBy(owner).some(
    ({ kind: other, createdAt }) =>
      other === kind && createdAt !== undefined && createdAt > before.last && createdAt <= back.last,
  );
}
