import { lifetime } from '../facets/lifetime.ts';
import { hasEnded, knownUntil } from '../standing.ts';
import { aliasOf, isStatic, isUnnamed } from '../kinds.ts';
import type { Credential } from '../model/credential.ts';
import { rotateCommands } from '../remedies.ts';
import { DAY } from '../time.ts';
import { isoText } from '../wording.ts';
import { defineRule } from './rule.ts';

const SERVICE_KEY_USER = 'arn:aws:iam::123456789012:user/BedrockAPIKey-x1y2';
const VENDOR_KEY = {
  provider: 'anthropic',
  account: 'org',
  kind: 'api-key',
  owner: 'user_01Example',
  active: true,
} as const;
const ALIAS = { id: `${SERVICE_KEY_USER}/bedrock`, kind: 'bedrock-key', owner: SERVICE_KEY_USER } as const;

export const longLivedKey = defineRule({
  id: 'long-lived-key',
  family: 'lifetime',
  title: 'Long-lived key',
  severity: 'medium',
  severities: 'High once the key is older than `highAgeDays`.',
  kind: 'fact',
  description:
    'A static key has been valid for longer than your rotation period. The longer a key lives, the more copies of it there are and the less anyone knows who holds them. ' +
    'The age counts from the creation that an inventory or the log tells of; without one it is the time between the first and the last use in the logs, which is the least it can be. ' +
    'The use of a Bedrock or Claude Platform key is often recorded under its user alone; it has no age of its own where the making of such a key of that user is known. Nor has a key in the logs that may be one of its user’s keys of which a report tells without their ids. A key of a vendor or of a proxy has its age from the list that they give. ' +
    'A key of the root user is left to root-credential. A holder for whom the register declares `maxAgeDays` has that limit instead.',
  remediation:
    'Create a second key, move its users over, see that nothing uses the old one, disable it, and delete it after a few quiet days. Where you can, use a role or another identity that needs no key.',
  references: [
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_api_keys_for_aws_services.html',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
    'https://platform.claude.com/docs/en/manage-claude/workload-identity-federation',
    'https://docs.cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys',
  ],
  falsePositives: [
    'A key that only an inventory or an old log knows and that was deleted where no log reaches counts as alive.',
    'A key that cannot be rotated for a while: suppress the finding, with an owner and a date.',
  ],
  needs: ['inventory'],
  facets: { lifetime },
  options: {
    maxAgeDays: { default: 90, min: 1, max: 3650, describe: 'Oldest a key may grow, in days.' },
    highAgeDays: { default: 365, min: 1, max: 3650, describe: 'Age past which the finding is high, in days.' },
  },
  messages: {
    agedAtLeast: 'In use for at least {days} days; the limit is {limit}. Its creation lies before the logs begin.',
    aged: 'Created {days} days ago; the limit is {limit}.',
    agedThen: 'Was {days} days old when the logs end; the limit is {limit}.',
    agedListed: 'Was {days} days old when last known to be active, on {day}; the limit is {limit}.',
  },
  abstentions: { ageless: 'age unknown: its creation is not in the logs' },
  examples: () => [
    {
      title: 'a key older than the limit',
      credential: { createdAt: -91 * DAY, active: true },
      events: [],
      expect: ['aged:medium'],
    },
    {
      title: 'a key older than a year, still in use',
      credential: { createdAt: -400 * DAY },
      events: [{ at: -30 * DAY, until: 0 }],
      expect: ['aged:high'],
    },
    {
      title: 'a key in use for months, created where no log reaches',
      events: [{ at: -120 * DAY, until: 0, every: 10 * DAY }],
      expect: ['agedAtLeast:medium'],
    },
    {
      title: 'a Bedrock API key in use for more than a year',
      credential: { id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key' },
      events: [{ at: -380 * DAY, until: 0, every: 20 * DAY }],
      expect: ['agedAtLeast:high'],
    },
    {
      title: 'Bedrock API keys changed every fifty days, their use recorded under the user alone',
      credential: ALIAS,
      known: [
        {
          id: 'ACCA111111111EXAMPLE',
          kind: 'bedrock-key',
          owner: SERVICE_KEY_USER,
          createdAt: -149 * DAY,
          active: false,
        },
        { id: 'ACCA222222222EXAMPLE', kind: 'bedrock-key', owner: SERVICE_KEY_USER, createdAt: -50 * DAY },
      ],
      events: [{ at: -149 * DAY, until: 0 }],
      expect: [],
    },
    {
      title: 'Bedrock API keys of a user, none of whose making is in the logs',
      credential: ALIAS,
      events: [{ at: -149 * DAY, until: 0 }],
      expect: ['agedAtLeast:medium'],
    },
    {
      title: 'a key in logs that end half a year ago',
      credential: { createdAt: -400 * DAY },
      events: [{ at: -200 * DAY }],
      logsEnd: -200 * DAY,
      expect: ['agedThen:medium'],
    },
    {
      title: 'a key in an inventory made three months ago, after the logs end',
      credential: { createdAt: -400 * DAY, active: true, observedAt: -90 * DAY },
      events: [{ at: -200 * DAY }],
      logsEnd: -200 * DAY,
      expect: ['agedListed:medium'],
    },
    {
      title: 'a key in an inventory of today, long after the logs end',
      credential: { createdAt: -400 * DAY, active: true, observedAt: -1 },
      events: [{ at: -200 * DAY }],
      logsEnd: -200 * DAY,
      expect: ['aged:high'],
    },
    {
      title: 'a key that a report tells of without its id',
      credential: { id: 'arn:aws:iam::123456789012:user/ci/access-key-1', createdAt: -120 * DAY, active: true },
      known: [{ id: 'AKIA111111111EXAMPLE' }, { id: 'AKIA222222222EXAMPLE' }],
      events: [
        { at: -110 * DAY, until: 0, credential: 'AKIA111111111EXAMPLE' },
        { at: -110 * DAY, until: 0, credential: 'AKIA222222222EXAMPLE' },
      ],
      expect: ['aged:medium'],
    },
    {
      title: 'an API key of Anthropic, by the list of the Admin API',
      credential: { ...VENDOR_KEY, id: 'apikey_01Example', createdAt: -120 * DAY },
      events: [],
      expect: ['aged:medium'],
    },
    {
      title: 'a key of a service account of Google Cloud, as old as its project',
      credential: { ...VENDOR_KEY, provider: 'google', kind: 'service-account-key', createdAt: -700 * DAY },
      events: [],
      expect: ['aged:high'],
    },
    {
      title: 'a virtual key that its proxy replaced a month ago',
      credential: { ...VENDOR_KEY, provider: 'proxy', kind: 'virtual-key', createdAt: -30 * DAY },
      events: [{ at: -29 * DAY, until: 0 }],
      expect: [],
    },
    {
      title: 'a member of an organisation, however long',
      credential: {
        ...VENDOR_KEY,
        id: 'user_01Example',
        kind: 'member',
        owner: 'a@example.com',
        createdAt: -700 * DAY,
      },
      events: [],
      expect: [],
    },
    {
      title: 'a limit of one month',
      credential: { createdAt: -45 * DAY },
      events: [{ at: -DAY }],
      options: { maxAgeDays: 30 },
      expect: ['aged:medium'],
    },
    {
      title: 'a key older than the register allows its holder',
      credential: { createdAt: -45 * DAY },
      events: [{ at: -DAY }],
      register: [{ holder: 'ci', principals: ['*:user/ci'], maxAgeDays: 30 }],
      expect: ['aged:medium'],
    },
    {
      title: 'a key as old as the register allows its holder, and no other',
      credential: { createdAt: -400 * DAY },
      events: [{ at: -DAY }],
      register: [{ holder: 'ci', principals: ['*:user/ci'], maxAgeDays: 500 }],
      expect: [],
    },
    {
      title: 'a key exactly as old as the limit',
      credential: { createdAt: -90 * DAY },
      events: [{ at: -DAY }],
      expect: [],
    },
    {
      title: 'a fresh key',
      credential: { createdAt: -DAY },
      events: [{ at: -DAY / 2 }],
      expect: [],
    },
    {
      title: 'an old key that was disabled',
      credential: { createdAt: -400 * DAY, observedAt: -2 * DAY, active: false },
      events: [{ at: -100 * DAY }],
      expect: [],
    },
    {
      title: 'an old key that has expired',
      credential: { createdAt: -400 * DAY, expiresAt: -310 * DAY },
      events: [{ at: -350 * DAY }],
      expect: [],
    },
    {
      title: 'a key whose age nothing tells',
      events: [{ at: -20 * DAY, until: 0 }],
      expect: [],
    },
    {
      title: 'a role, however old',
      credential: { id: 'arn:aws:iam::123456789012:role/deploy', kind: 'role', createdAt: -900 * DAY },
      events: [{ at: -200 * DAY, until: 0, every: 10 * DAY }],
      expect: [],
    },
    {
      title: 'a key of the root user, which has a rule of its own',
      credential: { kind: 'root-key', owner: 'arn:aws:iam::123456789012:root', createdAt: -900 * DAY },
      events: [{ at: -DAY }],
      expect: [],
    },
  ],
  commands: rotateCommands,
  *judge({ credential, facets }, context) {
    const { id, kind, createdAt, owner } = credential;
    const { now, options } = context;
    if (!isStatic(kind) || kind === 'root-key' || isAgedElsewhere(credential, context.heldBy(owner))) return;
    const known = knownUntil(credential, context);
    if (hasEnded(credential, known)) return;
    const { first, last, count } = facets.lifetime;
    const [born, until] = createdAt === undefined ? [first, last] : [createdAt, known];
    const days = count === 0 && createdAt === undefined ? 0 : Math.floor((until - born) / DAY);
    const limit = context.declared?.holderOf(id)?.maxAgeDays ?? options.maxAgeDays;
    if (days <= limit) {
      if (createdAt === undefined) yield { abstain: 'ageless' };
      return;
    }
    yield {
      ...sayAge(credential, days, limit, { now, known }),
      severity: days > Math.max(limit, options.highAgeDays) ? 'high' : 'medium',
      subject: [id],
      episodes: [{ from: born + limit * DAY, until: known }],
      evidence: {
        ageDays: days,
        limit,
        createdAt: createdAt === undefined ? null : isoText(createdAt),
        firstSeen: count === 0 ? null : isoText(first),
        lastUsed: lastUseOf(credential, count === 0 ? undefined : last),
        knownUntil: isoText(known),
        owner,
      },
    };
  },
});

/** Past what is known nothing says that it still exists. */
function sayAge(
  { createdAt, observedAt }: Credential,
  days: number,
  limit: number,
  { now, known }: { readonly now: number; readonly known: number },
) {
  const data = { days, limit };
  if (createdAt === undefined) return { message: 'agedAtLeast' as const, data };
  if (now - known <= DAY) return { message: 'aged' as const, data };
  if (known !== observedAt) return { message: 'agedThen' as const, data };
  return { message: 'agedListed' as const, data: { ...data, day: isoText(known).slice(0, 10) } };
}

/** Whether another credential stands for the age of this: its use is of a key that is known better. */
function isAgedElsewhere({ id, kind, owner, createdAt }: Credential, held: readonly Credential[]): boolean {
  const aged = held.filter(key => key.kind === kind && key.id !== id && key.createdAt !== undefined);
  if (id === aliasOf(kind, owner)) return aged.length > 0;
  return createdAt === undefined && aged.some(key => isUnnamed(key.id));
}

function lastUseOf({ lastUsedAt }: Credential, seenAt: number | undefined): string | null {
  const uses = [lastUsedAt, seenAt].filter(at => at !== undefined);
  return uses.length === 0 ? null : isoText(Math.max(...uses));
}
