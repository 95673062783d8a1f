import { lifetime } from '../facets/lifetime.ts';
import { hasEnded, knownUntil } from '../standing.ts';
import { aliasOf, canExpire, kindText, NEVER_DAYS } from '../kinds.ts';
import type { Credential, CredentialKind } from '../model/credential.ts';
import { rotateCommands } from '../remedies.ts';
import { DAY } from '../time.ts';
import { isoText } from '../wording.ts';
import { defineRule } from './rule.ts';

/** Credentials of Entra always have an end, but its audit log does not tell it: a list of them does. */
const ENDING: ReadonlySet<CredentialKind> = new Set(['client-secret', 'client-certificate']);

const PHANTOM = 'arn:aws:iam::123456789012:user/BedrockAPIKey-x1y2';
const KEY = { id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', owner: PHANTOM, active: true } as const;
const SECRET = {
  id: '3f2a1c5e-0000-4000-8000-000000000001',
  provider: 'azure',
  kind: 'client-secret',
  owner: 'app/3f2a1c5e-0000-4000-8000-00000000000a',
  active: true,
} as const;

const VENDOR_KEY = {
  id: 'apikey_01Example',
  provider: 'anthropic',
  kind: 'api-key',
  account: 'org',
  owner: 'user_01Example',
  active: true,
  createdAt: -20 * DAY,
} as const;
const LISTED = { ...VENDOR_KEY, hint: 'sk-ant-api03-R2D...igAA' } as const;
const VIRTUAL = {
  ...VENDOR_KEY,
  id: 'a0'.repeat(32),
  provider: 'proxy',
  kind: 'virtual-key',
  account: 'litellm',
} as const;

export const neverExpires = defineRule({
  id: 'never-expires',
  family: 'lifetime',
  title: 'Key that never expires',
  severity: 'medium',
  kind: 'fact',
  description:
    'A key that could have been given a last day has none, or one so far away that it is none: whoever copies it can use it until someone thinks of ending it. ' +
    'This is about Bedrock and Claude Platform API keys, the secrets and certificates of Entra applications, the API keys of Anthropic, admin keys of Anthropic and OpenAI, and the virtual keys of a proxy, which can be given a life when they are made; access keys of IAM, project keys of OpenAI and keys of Google Cloud cannot and are left to long-lived-key. ' +
    'A key is judged where an inventory or its creation in the logs tells of it.',
  remediation:
    'Create a key with a life of its own, move its users over, see that they work, disable this one and delete it. Short-term keys, made from a session as they are needed, are better still; of a proxy, ask for a duration and let it rotate.',
  references: [
    'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
    'https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_api_keys_for_aws_services.html',
    'https://docs.litellm.ai/docs/proxy/virtual_keys',
  ],
  falsePositives: [
    'A key that is known from its creation in the logs alone, whose record does not say when it expires.',
    'A key that only an old log knows and that was deleted where no log reaches counts as alive.',
  ],
  needs: ['inventory'],
  facets: { lifetime },
  options: {
    neverDays: {
      default: NEVER_DAYS,
      min: 365,
      max: 36_600,
      describe: 'Days from its creation after which an expiry counts as never.',
    },
  },
  messages: {
    endless: 'This {kind} has no expiry date, {days} days after its creation.',
    remote: 'This {kind} expires {life} days after its creation, in {year}; above {limit} days that is never.',
  },
  abstentions: {
    unknown: 'expiry unknown: no inventory lists it and its creation is not in the logs',
    unread: 'expiry unknown: the audit log of Entra does not tell it, entra: does',
    unlisted: 'expiry unknown: only its making is in a log, and lists of keys alone tell when one ends',
  },
  examples: () => [
    {
      title: 'a Bedrock API key without an expiry date',
      credential: { ...KEY, createdAt: -20 * DAY },
      events: [],
      expect: ['endless:medium'],
    },
    {
      title: 'a client secret made for two hundred years',
      credential: { ...SECRET, createdAt: -20 * DAY, expiresAt: 73_000 * DAY },
      events: [],
      expect: ['remote:medium'],
    },
    {
      title: 'a client secret whose making is in the audit log, which does not tell its end',
      credential: { ...SECRET, createdAt: -20 * DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a Claude Platform API key that expires in a hundred years',
      credential: { ...KEY, kind: 'claude-platform-key', createdAt: -20 * DAY, expiresAt: 36_580 * DAY },
      events: [],
      expect: ['remote:medium'],
    },
    {
      title: 'a key that expires a day later than counts as an expiry',
      credential: { ...KEY, createdAt: -20 * DAY, expiresAt: 9_981 * DAY },
      events: [],
      expect: ['remote:medium'],
    },
    {
      title: 'a key that expires on the last day that counts as an expiry',
      credential: { ...KEY, createdAt: -20 * DAY, expiresAt: 9_980 * DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a key that was given five years, where three count as never',
      credential: { ...KEY, createdAt: -20 * DAY, expiresAt: 1_800 * DAY },
      events: [],
      options: { neverDays: 1_095 },
      expect: ['remote:medium'],
    },
    {
      title: 'a key that was given ninety days',
      credential: { ...KEY, createdAt: -20 * DAY, expiresAt: 70 * DAY },
      events: [{ at: -DAY }],
      expect: [],
    },
    {
      title: 'a key without an expiry date that was disabled',
      credential: { ...KEY, createdAt: -20 * DAY, active: false, observedAt: -DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a key of which no more is known than that it was used',
      credential: { id: KEY.id, kind: KEY.kind, owner: KEY.owner },
      events: [{ at: -DAY }],
      expect: [],
    },
    {
      title: 'use that is recorded under the user of a key that expires',
      credential: { ...KEY, id: `${PHANTOM}/bedrock` },
      known: [{ ...KEY, createdAt: -20 * DAY, expiresAt: 70 * DAY }],
      events: [{ at: -9 * DAY, until: 0 }],
      expect: [],
    },
    {
      title: 'an API key of Anthropic without an expiry date, by the list of the Admin API',
      credential: LISTED,
      events: [],
      expect: ['endless:medium'],
    },
    {
      title: 'an API key of Anthropic that was given ninety days',
      credential: { ...LISTED, expiresAt: 70 * DAY },
      events: [],
      expect: [],
    },
    {
      title: 'an API key of Anthropic whose making is in the activity feed, which does not tell its end',
      credential: VENDOR_KEY,
      events: [],
      expect: [],
    },
    {
      title: 'an admin key of OpenAI without an expiry date',
      credential: { ...LISTED, id: 'key_example', provider: 'openai', kind: 'admin-key', hint: 'sk-admin...xyz' },
      events: [],
      expect: ['endless:medium'],
    },
    {
      title: 'a project key of OpenAI, which cannot expire',
      credential: { ...LISTED, id: 'key_example', provider: 'openai', hint: 'sk-proj...xyz' },
      events: [],
      expect: [],
    },
    {
      title: 'keys of Google Cloud, which their maker cannot give an end',
      credential: { ...VENDOR_KEY, provider: 'google', kind: 'service-account-key' },
      known: [{ ...VENDOR_KEY, id: '0a1b', provider: 'google' }],
      events: [],
      expect: [],
    },
    {
      title: 'a virtual key of a proxy without a duration',
      credential: VIRTUAL,
      events: [],
      expect: ['endless:medium'],
    },
    {
      title: 'a virtual key that was made for thirty days',
      credential: { ...VIRTUAL, expiresAt: 10 * DAY },
      events: [],
      expect: [],
    },
    {
      title: 'an access key, which cannot expire',
      credential: { active: true, createdAt: -20 * DAY },
      events: [{ at: -DAY }],
      expect: [],
    },
  ],
  commands: rotateCommands,
  *judge({ credential, facets }, context) {
    const { id, kind, owner, createdAt, expiresAt } = credential;
    const until = knownUntil(credential, context);
    if (!canExpire(credential) || hasEnded(credential, until)) return;
    if (createdAt === undefined) {
      const isTold = context.heldBy(owner).some(key => key.kind === kind && key.createdAt !== undefined);
      // Where the key itself is known, its user's name stands for nothing but its use.
      if (id !== aliasOf(kind, owner) || !isTold) yield { abstain: 'unknown' };
      return;
    }
    if (expiresAt === undefined && ENDING.has(kind)) {
      yield { abstain: 'unread' };
      return;
    }
    if (expiresAt === undefined && !isEndTold(credential)) {
      yield { abstain: 'unlisted' };
      return;
    }
    const limit = context.options.neverDays;
    const life = expiresAt === undefined ? Number.POSITIVE_INFINITY : Math.floor((expiresAt - createdAt) / DAY);
    if (life <= limit) return;
    const from = Math.min(createdAt, until);
    const days = Math.floor((until - from) / DAY);
    const rest = {
      subject: [id],
      episodes: [{ from, until }],
      evidence: {
        ageDays: days,
        lifeDays: Number.isFinite(life) ? life : null,
        limit,
        createdAt: isoText(createdAt),
        expiresAt: expiresAt === undefined ? null : isoText(expiresAt),
        lastUsed: facets.lifetime.count === 0 ? null : isoText(facets.lifetime.last),
        owner,
      },
    };
    if (expiresAt === undefined) yield { message: 'endless', data: { kind: kindText(kind), days }, ...rest };
    else
      yield {
        message: 'remote',
        data: { kind: kindText(kind), life, year: isoText(expiresAt).slice(0, 4), limit },
        ...rest,
      };
  },
});

/** What tells of the making of a vendor's key does not tell its end; what lists keys shows a few characters of each. */
const isEndTold = ({ provider, name, hint }: Credential): boolean =>
  (provider !== 'anthropic' && provider !== 'openai') ||
  hint !== undefined ||
  (provider === 'anthropic' && name !== undefined);
