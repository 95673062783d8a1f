import { lifetime } from '../facets/lifetime.ts';
import { hasEnded, isDated, knownUntil } from '../standing.ts';
import { groupBy } from '../group.ts';
import { aliasOf, holderName, holderText, isStatic, isUnnamed, kindText } from '../kinds.ts';
import type { Credential } from '../model/credential.ts';
import { disableCommands } from '../remedies.ts';
import { DAY } from '../time.ts';
import { compareText, isoText } from '../wording.ts';
import { defineRule, type RuleContext, type Subject as SubjectWith } from './rule.ts';

const facets = { lifetime };

const options = {
  rotationDays: { default: 7, min: 0, max: 365, describe: 'Days that two keys of one holder may be active at once.' },
} as const;

type Subject = SubjectWith<typeof facets>;
type Outline = Omit<RuleContext<typeof facets, typeof options, never>, 'overview'>;

/** From when to when a key is known to have worked. */
interface Life {
  readonly id: string;
  readonly from: number;
  readonly until: number;
}

const OTHER = 'AKIAI44QH8DHBEXAMPLE';
const THIRD = 'AKIA333333333EXAMPLE';
const USER = 'arn:aws:iam::123456789012:user/BedrockAPIKey-x1y2';
const LISTED = { active: true, observedAt: -1 } as const;
const VENDOR_KEY = {
  active: true,
  provider: 'openai',
  account: 'openai',
  kind: 'api-key',
  owner: 'user-Example',
  scope: 'proj_a',
  createdAt: -100 * DAY,
} as const;
const OLD = { ...LISTED, createdAt: -100 * DAY } as const;

export const keysOverlap = defineRule({
  id: 'keys-overlap',
  family: 'lifetime',
  title: 'Several keys at once',
  severity: 'low',
  kind: 'fact',
  description:
    'One holder has two active keys of one kind for longer than a rotation takes. Either a rotation was never ended, and the old key lies about, or one name stands for two users of it who cannot be told apart. ' +
    'A key counts as active where an inventory or its creation in the logs says so. Without that, two keys must both have been used in the last days of the logs. A person’s keys for two workspaces, projects or teams of a vendor or a proxy are for two uses, and are not held against each other. ' +
    'Keys of the root user are left to root-credential.',
  remediation:
    'Find out which key is still used, move its users over to the newer one, then disable the older one and delete it after a few quiet days. Where two programs share a user, give each its own.',
  references: [
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html',
  ],
  falsePositives: [
    'A vendor’s rotation that keeps the last two keys active at all times.',
    'A key that only an old log knows and that was deleted where no log reaches counts as active.',
  ],
  needs: ['inventory'],
  facets,
  options,
  messages: {
    overlap:
      '{who} has {count} active {kind}s, and had more than one for {days} days{asOf}; a rotation takes {limit} at most.',
  },
  examples: () => [
    {
      title: 'two access keys of one user, both listed',
      credential: OLD,
      known: [{ ...LISTED, id: OTHER, createdAt: -60 * DAY }],
      events: [],
      expect: ['overlap:low'],
    },
    {
      title: 'three access keys of one user, told once',
      credential: OLD,
      known: [
        { ...LISTED, id: OTHER, createdAt: -60 * DAY },
        { ...LISTED, id: THIRD, createdAt: -2 * DAY },
      ],
      events: [],
      expect: ['overlap:low'],
    },
    {
      title: 'two Bedrock API keys of one user',
      credential: { ...OLD, id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', owner: USER },
      known: [{ ...LISTED, id: 'ACCA222222222EXAMPLE', kind: 'bedrock-key', owner: USER, createdAt: -60 * DAY }],
      events: [],
      expect: ['overlap:low'],
    },
    {
      title: 'two keys that a report tells of without their ids',
      credential: { ...OLD, id: 'arn:aws:iam::123456789012:user/ci/access-key-1' },
      known: [{ ...LISTED, id: 'arn:aws:iam::123456789012:user/ci/access-key-2', createdAt: -60 * DAY }],
      events: [],
      expect: ['overlap:low'],
    },
    {
      title: 'a rotation a day longer than it may take',
      credential: OLD,
      known: [{ ...LISTED, id: OTHER, createdAt: -8 * DAY }],
      events: [],
      expect: ['overlap:low'],
    },
    {
      title: 'a rotation under way',
      credential: OLD,
      known: [{ ...LISTED, id: OTHER, createdAt: -7 * DAY }],
      events: [],
      expect: [],
    },
    {
      title: 'two keys that only the logs know, both used until now',
      known: [{ id: OTHER }],
      events: [
        { at: -60 * DAY, until: 0 },
        { credential: OTHER, at: -20 * DAY, until: -6 * DAY },
      ],
      expect: ['overlap:low'],
    },
    {
      title: 'two keys that only the logs know, one of them silent for more than a week',
      known: [{ id: OTHER }],
      events: [
        { at: -60 * DAY, until: 0 },
        { credential: OTHER, at: -60 * DAY, until: -8 * DAY },
      ],
      expect: [],
    },
    {
      title: 'a listed key and one that only the logs know',
      credential: OLD,
      known: [{ id: OTHER }],
      events: [{ credential: OTHER, at: -20 * DAY, until: 0 }],
      expect: ['overlap:low'],
    },
    {
      title: 'a key that a report tells of without its id, and one in the logs that may be the same',
      credential: { ...OLD, id: 'arn:aws:iam::123456789012:user/ci/access-key-1' },
      known: [{ id: OTHER }, { id: THIRD, active: false }],
      events: [{ credential: OTHER, at: -20 * DAY, until: 0 }],
      expect: [],
    },
    {
      title: 'two keys, of which one was disabled',
      credential: OLD,
      known: [{ id: OTHER, createdAt: -60 * DAY, active: false, observedAt: -DAY }],
      events: [],
      expect: [],
    },
    {
      title: 'two keys, of which one has expired',
      credential: { ...OLD, id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', owner: USER, expiresAt: -10 * DAY },
      known: [{ ...LISTED, id: 'ACCA222222222EXAMPLE', kind: 'bedrock-key', owner: USER, createdAt: -60 * DAY }],
      events: [],
      expect: [],
    },
    {
      title: 'one Bedrock API key, and its use recorded under its user',
      credential: { ...OLD, id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', owner: USER },
      known: [{ id: `${USER}/bedrock`, kind: 'bedrock-key', owner: USER }],
      events: [{ credential: `${USER}/bedrock`, at: -60 * DAY, until: 0 }],
      expect: [],
    },
    {
      title: 'keys of two users',
      credential: OLD,
      known: [{ ...LISTED, id: OTHER, owner: 'arn:aws:iam::123456789012:user/bob', createdAt: -60 * DAY }],
      events: [],
      expect: [],
    },
    {
      title: 'an access key and a Bedrock API key of one user',
      credential: OLD,
      known: [{ ...LISTED, id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', createdAt: -60 * DAY }],
      events: [],
      expect: [],
    },
    {
      title: 'two keys of one person for one project of a vendor',
      credential: { ...VENDOR_KEY, id: 'key_a' },
      known: [
        { ...VENDOR_KEY, id: 'key_b', createdAt: -60 * DAY },
        { ...VENDOR_KEY, id: 'user-Example', kind: 'member', owner: 'a@example.com' },
      ],
      events: [],
      expect: ['overlap:low'],
    },
    {
      title: 'a key of one person for each of two projects',
      credential: { ...VENDOR_KEY, id: 'key_a' },
      known: [{ ...VENDOR_KEY, id: 'key_b', scope: 'proj_b', createdAt: -60 * DAY }],
      events: [],
      expect: [],
    },
    {
      title: 'a rotation of a month, where that is allowed',
      credential: OLD,
      known: [{ ...LISTED, id: OTHER, createdAt: -30 * DAY }],
      events: [],
      options: { rotationDays: 30 },
      expect: [],
    },
  ],
  commands: disableCommands,
  /** The active keys of each holder and kind, under the first of them. */
  overview(everyone, context): ReadonlyMap<string, readonly Life[]> {
    const keys = [...everyone].filter(({ credential: { kind } }) => isStatic(kind) && kind !== 'root-key');
    const held = keys.filter(({ credential: { id, kind, owner } }) => owner !== '' && id !== aliasOf(kind, owner));
    const groups = [...groupBy(held, ({ credential }) => subjectOfKeys(credential).join('\n')).values()];
    const lives = groups.map(group => livesOf(group, context)).filter(({ length }) => length > 1);
    return new Map(lives.map(group => [idsOf(group)[0]!, group]));
  },
  *judge({ credential }, { now, overview, options, subjectOf }) {
    const { id, kind, owner } = credential;
    const lives = overview.get(id);
    if (lives === undefined) return;
    const since = lives.map(({ from }) => from).sort((a, b) => a - b)[1]!;
    const until = lives.map(life => life.until).sort((a, b) => b - a)[1]!;
    const days = Math.floor((until - since) / DAY);
    const limit = options.rotationDays;
    if (days <= limit) return;
    const told = { who: holderText(owner, subjectOf), count: lives.length, kind: kindText(kind) };
    yield {
      message: 'overlap',
      data: { ...told, days, asOf: now - until <= DAY ? '' : ` up to ${isoText(until).slice(0, 10)}`, limit },
      subject: subjectOfKeys(credential),
      credential: lives[0]!.id,
      members: idsOf(lives),
      episodes: [{ from: since + limit * DAY, until }],
      evidence: {
        overlapDays: days,
        limit,
        first: isoText(since),
        last: isoText(until),
        keys: lives.map(({ id, from }) => ({ id, since: isoText(from) })),
        owner,
        ...holderName(owner, subjectOf),
      },
    };
  },
});

/** Whose keys these are and of which kind; a vendor’s keys for two workspaces, projects or teams are for two uses. */
const subjectOfKeys = ({ owner, kind, scope = '' }: Credential): string[] =>
  scope === '' ? [owner, kind] : [owner, kind, scope];

const idsOf = (lives: readonly Life[]): string[] => lives.map(({ id }) => id).sort();

/** Those keys of one holder and kind that are known to be active, the oldest first. */
function livesOf(keys: readonly Subject[], context: Outline): Life[] {
  // One that only the logs know may be one that a report told of without its id.
  const isOneApart = keys.some(({ credential }) => isUnnamed(credential.id));
  const telling = keys.filter(({ credential }) => credential.active !== undefined || !isOneApart);
  const lives = telling.flatMap(key => lifeOf(key, context));
  return lives.sort((a, b) => a.from - b.from || compareText(a.id, b.id));
}

/** None when it is not known to be active. */
function lifeOf({ credential, facets }: Subject, context: Outline): Life[] {
  const { id, active, createdAt } = credential;
  const { first, last } = facets.lifetime;
  const until = knownUntil(credential, context);
  if (hasEnded(credential, until)) return [];
  const listedAt = isDated(credential) ? credential.observedAt : until;
  if (active === true) return [{ id, from: createdAt ?? Math.min(first, listedAt), until }];
  const isRecent = last >= context.horizon - context.options.rotationDays * DAY;
  return isRecent ? [{ id, from: createdAt ?? first, until: last }] : [];
}
