import { type AccountDays, accountDays } from '../facets/account-days.ts';
import { activity, daysOfActivity } from '../facets/activity.ts';
import { lifetime } from '../facets/lifetime.ts';
import { volume, volumeHours } from '../facets/volume.ts';
import { hasEnded, isDated, knownUntil } from '../standing.ts';
import { aliasOf, hasOneLog, isStatic, logOf } from '../kinds.ts';
import type { Credential, CredentialKind } from '../model/credential.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOfHour, HOUR } from '../time.ts';
import { isoText } from '../wording.ts';
import { defineRule, type RuleContext, type Subject as SubjectWith } from './rule.ts';

const facets = { activity, lifetime, volume };

const options = {
  idleDays: { default: 45, min: 1, max: 3650, describe: 'Days without use after which a key is dormant.' },
} as const;

type Subject = SubjectWith<typeof facets>;
type Context = RuleContext<typeof facets, typeof options, Overview>;

/** What the logs can say at all about the use of a key. */
interface Overview {
  readonly covered: AccountDays;
  /** Accounts and kinds that were seen in use. */
  readonly inUse: ReadonlySet<string>;
  /** The newest date in what a list without one of its own tells of an account: the list is no older. */
  readonly newest: ReadonlyMap<string, number>;
}

/** A stretch in which a key was not used, and who says so. */
interface Idle {
  readonly days: number;
  readonly since: number;
  readonly until: number;
  /** Days of it that the logs cover; null when an inventory says it. */
  readonly coveredDays: number | null;
}

/** Kinds whose use stands in the log of their account without anyone asking for it. */
const ALWAYS_RECORDED: ReadonlySet<CredentialKind> = new Set(['access-key', 'bedrock-key']);

const OTHER = 'AKIAI44QH8DHBEXAMPLE';
const LISTED = { active: true, isUseKnown: true, observedAt: -1, createdAt: -200 * DAY } as const;
const MADE = { active: true, createdAt: -200 * DAY, observedAt: -200 * DAY } as const;
const USER = 'arn:aws:iam::123456789012:user/BedrockAPIKey-x1y2';
const SERVICE_KEY = { ...MADE, id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', owner: USER } as const;
const SECOND_KEY = { ...SERVICE_KEY, id: 'ACCA222222222EXAMPLE' } as const;
const VENDOR_KEY = {
  ...MADE,
  id: 'apikey_01Example',
  provider: 'anthropic',
  kind: 'api-key',
  account: 'org',
  owner: 'user_01Example',
} as const;
const VENDOR_OTHER = { ...VENDOR_KEY, id: 'apikey_01Other' } as const;
/** Rows of a usage report that counts no calls. */
const TOKENS = {
  deed: 'infer',
  action: 'anthropic:messages',
  count: 0,
  tokensOut: 900,
  credential: VENDOR_OTHER.id,
} as const;
const ALIAS = { id: `${USER}/bedrock`, kind: 'bedrock-key', owner: USER } as const;

/** Another key of the account at work every day, so that the logs cover those days. */
const covering = (days: number) => ({ credential: OTHER, at: -days * DAY, until: 0 });

export const dormantKey = defineRule({
  id: 'dormant-key',
  family: 'lifetime',
  title: 'Dormant key',
  severity: 'medium',
  kind: 'fact',
  description:
    'A static key works and nobody uses it. Nobody misses it when it is stolen either, and nobody notices when it is used again. ' +
    'An inventory that knows of all use says so outright; one without a date is taken to be as old as the newest date in it. Otherwise the logs must cover as many days of the key’s account (of a vendor, days on which its reports tell of the use of such keys) since its last use as the limit has, and the key must be known to be active: silence in short logs means nothing, nor does that of a key that may be long gone. ' +
    'The use of a Bedrock or Claude Platform key that is recorded under its user alone counts for each of the keys that the user has. ' +
    'A key of the root user is left to root-credential.',
  remediation:
    'Ask its holder whether it is still needed. Disable it, which can be undone, and delete it after a few quiet weeks.',
  references: [
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html',
    'https://docs.aws.amazon.com/config/latest/developerguide/iam-user-unused-credentials-check.html',
  ],
  falsePositives: [
    'A key for emergencies, or one whose job runs every quarter: suppress the finding, with an owner and a date.',
    'By logs alone: a key used only for what they do not record, such as reading objects or calling models through bedrock-mantle where a trail does not select those data events.',
  ],
  lookbackDays: 45,
  needs: ['inventory'],
  helps: ['calls'],
  facets,
  options,
  messages: {
    unused: 'Not used for {days} days{asOf}; the limit is {limit}.',
    neverUsed: 'Never used in the {days} days after its creation{asOf}; the limit is {limit}.',
    unseen: 'Not seen in use since {since}, in {covered} days of logs up to {until}; the limit is {limit}.',
  },
  abstentions: {
    ageless: 'no use known and no creation to count from',
    unlisted: 'not seen for {idleDays} days, and nothing tells whether it still exists',
    shared: 'which of the keys of its user was used is not recorded',
    unseen: 'neither an inventory with a date nor {idleDays} days of logs of its account tell whether it was used',
  },
  examples: () => [
    {
      title: 'a key whose last use the inventory dates',
      credential: { ...LISTED, lastUsedAt: -60 * DAY },
      events: [],
      expect: ['unused:medium'],
    },
    {
      title: 'a key that the inventory says was never used',
      credential: LISTED,
      events: [],
      expect: ['neverUsed:medium'],
    },
    {
      title: 'a key last used exactly as long ago as the limit',
      credential: { ...LISTED, lastUsedAt: -45 * DAY - 1 },
      events: [],
      expect: ['unused:medium'],
    },
    {
      title: 'a key last used a day less ago than the limit',
      credential: { ...LISTED, lastUsedAt: -44 * DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a limit of a month',
      credential: { ...LISTED, lastUsedAt: -40 * DAY },
      events: [],
      options: { idleDays: 30 },
      expect: ['unused:medium'],
    },
    {
      title: 'a key that was never used, made a week ago',
      credential: { ...LISTED, createdAt: -7 * DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a key unused by an inventory of last month, and used since by the logs',
      credential: { ...LISTED, observedAt: -30 * DAY, lastUsedAt: -90 * DAY },
      events: [{ at: -2 * DAY }],
      expect: [],
    },
    {
      title: 'a list without a date, in which another key was used not long ago',
      credential: { ...LISTED, observedAt: 0, lastUsedAt: -60 * DAY },
      known: [{ ...LISTED, id: OTHER, observedAt: 0, lastUsedAt: -2 * DAY }],
      events: [],
      expect: ['unused:medium'],
    },
    {
      title: 'a list without a date that may be as old as the last use in it',
      credential: { ...LISTED, observedAt: 0, lastUsedAt: -60 * DAY },
      known: [{ ...LISTED, id: OTHER, observedAt: 0, lastUsedAt: -61 * DAY }],
      events: [],
      expect: [],
    },
    {
      title: 'a key that the logs saw made, and not used in the 60 days since',
      credential: { ...MADE, createdAt: -60 * DAY, observedAt: -60 * DAY },
      known: [{ id: OTHER }],
      events: [covering(70)],
      expect: ['unseen:medium'],
    },
    {
      title: 'a key last used when the logs began to cover its account, as many days ago as the limit',
      credential: MADE,
      known: [{ id: OTHER }],
      events: [{ at: -45 * DAY }, covering(45)],
      expect: ['unseen:medium'],
    },
    {
      title: 'the same, a day less',
      credential: MADE,
      known: [{ id: OTHER }],
      events: [{ at: -44 * DAY }, covering(60)],
      expect: [],
    },
    {
      title: 'an old key, not seen in logs of three weeks',
      credential: MADE,
      known: [{ id: OTHER }],
      events: [covering(21)],
      expect: [],
    },
    {
      title: 'a key of an account that the logs say nothing of',
      credential: { ...MADE, account: '210987654321' },
      known: [{ id: OTHER }],
      events: [covering(90)],
      expect: [],
    },
    {
      title: 'a key that only the logs know, not seen for two months, and perhaps deleted',
      known: [{ id: OTHER }],
      events: [{ at: -60 * DAY }, covering(90)],
      expect: [],
    },
    {
      title: 'a Bedrock API key, and no use by its user in 60 days',
      credential: SERVICE_KEY,
      known: [{ id: OTHER }, ALIAS],
      events: [{ at: -60 * DAY, credential: ALIAS.id }, covering(90)],
      expect: ['unseen:medium'],
    },
    {
      title: 'a Bedrock API key whose use is recorded under its user',
      credential: SERVICE_KEY,
      known: [{ id: OTHER }, ALIAS],
      events: [{ at: -60 * DAY, until: 0, credential: ALIAS.id }, covering(90)],
      expect: [],
    },
    {
      title: 'two Bedrock API keys of one user, of which one is used',
      credential: SERVICE_KEY,
      known: [{ id: OTHER }, ALIAS, SECOND_KEY],
      events: [{ at: -60 * DAY, until: 0, credential: ALIAS.id }, covering(90)],
      expect: [],
    },
    {
      title: 'two Bedrock API keys of one user, of which neither is used',
      credential: SERVICE_KEY,
      known: [{ id: OTHER }, SECOND_KEY],
      events: [covering(90)],
      expect: ['unseen:medium', 'unseen:medium'],
    },
    {
      title: 'a Bedrock API key made after its user was last seen with an older one',
      credential: { ...SERVICE_KEY, createdAt: -50 * DAY, observedAt: -50 * DAY },
      known: [{ id: OTHER }, ALIAS],
      events: [{ at: -90 * DAY, until: -52 * DAY, credential: ALIAS.id }, covering(90)],
      expect: ['unseen:medium'],
    },
    {
      title: 'a Claude Platform API key, in logs that record no such use at all',
      credential: { ...SERVICE_KEY, kind: 'claude-platform-key' },
      known: [{ id: OTHER }],
      events: [covering(90)],
      expect: [],
    },
    {
      title: 'a Claude Platform API key, in logs that record the use of another',
      credential: { ...SERVICE_KEY, kind: 'claude-platform-key' },
      known: [{ id: OTHER, kind: 'claude-platform-key' }],
      events: [covering(90)],
      expect: ['unseen:medium'],
    },
    {
      title: 'a key of OpenAI that its list says was never used',
      credential: { ...LISTED, id: 'key_example', provider: 'openai', kind: 'api-key', account: 'openai' },
      events: [],
      expect: ['neverUsed:medium'],
    },
    {
      title: 'a key of Anthropic that is in no usage report, where another key is on every day',
      credential: VENDOR_KEY,
      known: [VENDOR_OTHER],
      events: [{ ...TOKENS, at: -60 * DAY, until: 0 }],
      expect: ['unseen:medium'],
    },
    {
      title: 'the same, used a month ago',
      credential: { ...VENDOR_KEY, lastUsedAt: -30 * DAY },
      known: [VENDOR_OTHER],
      events: [{ ...TOKENS, at: -60 * DAY, until: 0 }],
      expect: [],
    },
    {
      title: 'the same, in usage reports of three weeks beside an activity feed of three months',
      credential: VENDOR_KEY,
      known: [VENDOR_OTHER, { ...VENDOR_KEY, id: 'user_01Example', kind: 'member' }],
      events: [
        { ...TOKENS, at: -21 * DAY, until: 0 },
        { credential: 'user_01Example', at: -90 * DAY, until: 0 },
      ],
      expect: [],
    },
    {
      title: 'a virtual key that its proxy saw last used two months ago',
      credential: { ...LISTED, provider: 'proxy', kind: 'virtual-key', account: 'litellm', lastUsedAt: -60 * DAY },
      events: [],
      expect: ['unused:medium'],
    },
    {
      title: 'a key that was disabled',
      credential: { ...LISTED, active: false },
      events: [],
      expect: [],
    },
    {
      title: 'a key that has expired',
      credential: { ...LISTED, expiresAt: -DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a listed key of which neither creation nor use is known',
      credential: { active: true, isUseKnown: true, observedAt: -1 },
      events: [],
      expect: [],
    },
    {
      title: 'a key of the root user, which has a rule of its own',
      credential: { ...LISTED, kind: 'root-key', owner: 'arn:aws:iam::123456789012:root' },
      events: [],
      expect: [],
    },
    {
      title: 'a role that nobody takes on',
      credential: { ...LISTED, id: 'arn:aws:iam::123456789012:role/deploy', kind: 'role' },
      events: [],
      expect: [],
    },
  ],
  commands: disableCommands,
  overview(everyone): Overview {
    const subjects = [...everyone];
    const used = subjects.filter(isUsed);
    const undated = subjects.filter(({ credential }) => credential.isUseKnown === true && !isDated(credential));
    return {
      newest: newestDates(undated.map(({ credential }) => credential)),
      covered: accountDays(subjects, { logOf, daysOf: usedDays }),
      inUse: new Set(used.map(({ credential }) => useKey(credential))),
    };
  },
  *judge(subject, context) {
    const { credential } = subject;
    const { kind } = credential;
    if (!isStatic(kind) || kind === 'root-key' || isMereUse(credential, context)) return;
    if (hasEnded(credential, knownUntil(credential, context))) return;
    const said = idleOf(subject, context);
    if (said === null) return;
    if (typeof said === 'string') yield { abstain: said };
    else yield sayIdle(subject, said, context);
  },
});

type Doubt = 'ageless' | 'unlisted' | 'shared' | 'unseen';

/** How long it was idle; null when it was not for long, or why that cannot be told. */
function idleOf(subject: Subject, context: Context): Idle | Doubt | null {
  const { credential } = subject;
  const { horizon, options } = context;
  const limit = options.idleDays * DAY;
  const own = Math.max(lastUseOf(subject), credential.createdAt ?? Number.NEGATIVE_INFINITY);
  const since = Math.max(own, sharedUseOf(credential, context));
  const listedAt = inventoryAt(credential, context);
  if (!Number.isFinite(since)) return credential.active === true ? 'ageless' : null;
  if (listedAt - since >= limit) return idle(since, listedAt, null);
  if (horizon - since < limit) return horizon - own >= limit && hasSiblings(credential, context) ? 'shared' : null;
  if (credential.active !== true) return 'unlisted';
  const covered = coveredDays(credential, since, context);
  return covered < options.idleDays ? 'unseen' : idle(since, horizon, covered);
}

const idle = (since: number, until: number, coveredDays: number | null): Idle => ({
  days: Math.floor((until - since) / DAY),
  since,
  until,
  coveredDays,
});

/** When an inventory that knows of all use was made, or at the earliest; before all time when there is none. */
function inventoryAt(credential: Credential, { now, overview }: Context): number {
  if (credential.active !== true || credential.isUseKnown !== true) return Number.NEGATIVE_INFINITY;
  return Math.min(now, isDated(credential) ? credential.observedAt : overview.newest.get(credential.account)!);
}

function newestDates(credentials: readonly Credential[]): Map<string, number> {
  const newest = new Map<string, number>();
  for (const { account, createdAt = Number.NEGATIVE_INFINITY, lastUsedAt = createdAt } of credentials) {
    newest.set(account, Math.max(newest.get(account) ?? Number.NEGATIVE_INFINITY, createdAt, lastUsedAt));
  }
  return newest;
}

function lastUseOf(subject: Subject): number {
  const { credential, facets } = subject;
  const listed = credential.lastUsedAt ?? Number.NEGATIVE_INFINITY;
  const called = facets.lifetime.count === 0 ? listed : Math.max(listed, facets.lifetime.last);
  if (!isCountedByTokens(subject)) return called;
  return Math.max(called, ...Array.from(volumeHours(facets.volume), ({ hour }) => hour * HOUR));
}

/** The last use under the user's name that may have been of this key: not what was done before it was made. */
function sharedUseOf({ id, kind, owner, createdAt = Number.NEGATIVE_INFINITY }: Credential, context: Context): number {
  const alias = aliasOf(kind, owner);
  const used = alias === '' || alias === id ? undefined : context.subjectOf(alias)?.facets.lifetime;
  return used === undefined || used.count === 0 || used.last < createdAt ? Number.NEGATIVE_INFINITY : used.last;
}

const keysBeside = ({ id, kind, owner }: Credential, { heldBy }: Context): readonly Credential[] =>
  heldBy(owner).filter(key => key.kind === kind && key.id !== id && key.id !== aliasOf(kind, owner));

const hasSiblings = (credential: Credential, context: Context): boolean => keysBeside(credential, context).length > 0;

/** Whether it is the name that the use of keys comes under, and those keys are known themselves. */
const isMereUse = (credential: Credential, context: Context): boolean =>
  credential.id === aliasOf(credential.kind, credential.owner) && hasSiblings(credential, context);

/** Days after the last use that the logs cover; none when they do not record such use. */
function coveredDays(credential: Credential, since: number, { horizon, overview }: Context): number {
  const isRecorded = ALWAYS_RECORDED.has(credential.kind) || overview.inUse.has(useKey(credential));
  if (!isRecorded) return 0;
  return overview.covered(logOf(credential), since + DAY, horizon + DAY);
}

/** Some reports of vendors count tokens and no calls; the logs of the clouds have every call beside its tokens. */
const isCountedByTokens = ({ credential, facets }: Subject): boolean =>
  facets.volume.size > 0 && !hasOneLog(credential.provider);

const isUsed = (subject: Subject): boolean => subject.facets.lifetime.count > 0 || isCountedByTokens(subject);

function usedDays(subject: Subject): number[] {
  const days = daysOfActivity(subject.facets.activity);
  if (!isCountedByTokens(subject)) return days;
  return [...days, ...Array.from(volumeHours(subject.facets.volume), ({ hour }) => dayOfHour(hour))];
}

const useKey = ({ account, kind }: Credential): string => `${account}\n${kind}`;

function sayIdle(subject: Subject, { days, since, until, coveredDays }: Idle, { now, options }: Context) {
  const { id, owner, createdAt } = subject.credential;
  const limit = options.idleDays;
  const lastUse = since === createdAt ? null : isoText(since);
  const rest = {
    subject: [id],
    episodes: [{ from: since + limit * DAY, until }],
    evidence: {
      idleDays: days,
      limit,
      coveredDays,
      lastUsed: lastUse,
      createdAt: createdAt === undefined ? null : isoText(createdAt),
      knownUntil: isoText(until),
      owner,
    },
  };
  if (coveredDays === null) {
    return {
      message: lastUse === null ? ('neverUsed' as const) : ('unused' as const),
      data: { days, limit, asOf: now - until <= DAY ? '' : ` up to ${dateText(until)}` },
      ...rest,
    };
  }
  const from = lastUse === null ? `its creation on ${dateText(since)}` : dateText(since);
  return {
    message: 'unseen' as const,
    data: { since: from, covered: coveredDays, limit, until: dateText(until) },
    ...rest,
  };
}

/** The day with its year: what is dormant may be so for years. */
const dateText = (at: number): string => isoText(at).slice(0, 10);
