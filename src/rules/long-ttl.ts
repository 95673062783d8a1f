import { type LongSessions, longSessions, sessionLives } from '../facets/session-lives.ts';
import { smallerExample } from '../facets/tally.ts';
import { hasEnded, knownUntil } from '../standing.ts';
import { groupBy } from '../group.ts';
import { canExpire, kindText, NEVER_DAYS } from '../kinds.ts';
import type { Credential } from '../model/credential.ts';
import { rotateCommands } from '../remedies.ts';
import { DAY, HOUR, SECOND } from '../time.ts';
import { dayText, isoText } from '../wording.ts';
import { defineRule } from './rule.ts';

const KEY = { id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', active: true } as const;
const SECRET = {
  id: '3f2a1c5e-0000-4000-8000-000000000001',
  provider: 'azure',
  kind: 'client-secret',
  owner: 'app/3f2a1c5e-0000-4000-8000-00000000000a',
  active: true,
} as const;
const VIRTUAL = {
  id: 'a0'.repeat(32),
  provider: 'proxy',
  kind: 'virtual-key',
  account: 'litellm',
  active: true,
} as const;
const ISSUE = { deed: 'issue', action: 'sts:GetSessionToken' } as const;

/** Seconds in so many hours, as sessions are given. */
const hours = (count: number): number => (count * HOUR) / SECOND;

export const longTtl = defineRule({
  id: 'long-ttl',
  family: 'lifetime',
  title: 'Issued for too long',
  severity: 'medium',
  kind: 'fact',
  description:
    'A temporary credential was given a longer life than your policy allows: a session of STS, a token of a service account of Google Cloud, a Bedrock or Claude Platform API key, an API key of Anthropic, an admin key, a virtual key of a proxy, or a client secret of an Entra application. A long life is what makes a copied credential worth having. ' +
    'Sessions are told by who issued them and by which call, and only the logs show them; a key is told by itself, from its creation and its expiry. ' +
    'A key that never expires is left to never-expires.',
  remediation:
    'Sessions: ask for less (DurationSeconds), and take a role in place of GetSessionToken and GetFederationToken, whose sessions can live for 36 hours. Keys: create one with a shorter life, move its users over, disable this one and delete it; the condition key iam:ServiceSpecificCredentialAgeDays in a policy holds everyone to a limit, and so does `upperbound_key_generate_params` of LiteLLM.',
  references: [
    'https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
  ],
  falsePositives: [
    'A job that needs its session for longer than the limit: raise the limit or suppress the finding.',
    'A key whose secret was made anew, with a new expiry: its life counts from its first creation.',
  ],
  needs: ['inventory'],
  helps: ['deeds'],
  facets: { sessionLives },
  options: {
    maxSessionHours: { default: 12, min: 1, max: 720, describe: 'Longest life of a session, in hours.' },
    maxKeyDays: {
      default: 90,
      min: 1,
      max: 36_600,
      describe: 'Longest life of an API key from its creation, in days.',
    },
    maxSecretDays: {
      default: 180,
      min: 1,
      max: 36_600,
      describe: 'Longest life that a client secret may be given, in days.',
    },
    neverDays: {
      default: NEVER_DAYS,
      min: 365,
      max: 36_600,
      describe: 'Days above which the life of a key is left to never-expires.',
    },
  },
  messages: {
    session: '{action} gave out sessions of up to {longest} hours, last on {day}; the limit is {limit}.',
    key: 'This {kind} was made for {days} days; the limit is {limit}.',
  },
  examples: () => [
    {
      title: 'a client secret made for two years',
      credential: { ...SECRET, createdAt: -20 * DAY, expiresAt: 710 * DAY },
      events: [],
      expect: ['key:medium'],
    },
    {
      title: 'a client secret made for half a year',
      credential: { ...SECRET, createdAt: -20 * DAY, expiresAt: 160 * DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a session of 36 hours',
      events: [{ ...ISSUE, at: -2 * DAY, ttl: hours(36) }],
      expect: ['session:medium'],
    },
    {
      title: 'a session of one second more than the limit',
      events: [{ ...ISSUE, at: -2 * DAY, ttl: hours(12) + 1 }],
      expect: ['session:medium'],
    },
    {
      title: 'sessions exactly as long as the limit',
      events: [{ ...ISSUE, at: -9 * DAY, until: 0, ttl: hours(12) }],
      expect: [],
    },
    {
      title: 'long sessions by two calls',
      events: [
        { ...ISSUE, at: -9 * DAY, until: 0, ttl: hours(24) },
        { ...ISSUE, at: -2 * DAY, action: 'sts:GetFederationToken', ttl: hours(36) },
      ],
      expect: ['session:medium', 'session:medium'],
    },
    {
      title: 'a role that is assumed for eight hours, where four are allowed',
      events: [{ ...ISSUE, action: 'sts:AssumeRole', at: -2 * DAY, ttl: hours(8) }],
      options: { maxSessionHours: 4 },
      expect: ['session:medium'],
    },
    {
      title: 'a Bedrock API key made for a year',
      credential: { ...KEY, createdAt: -20 * DAY, expiresAt: 345 * DAY },
      events: [],
      expect: ['key:medium'],
    },
    {
      title: 'a Claude Platform API key made for a day more than the limit',
      credential: { ...KEY, kind: 'claude-platform-key', createdAt: -20 * DAY, expiresAt: 71 * DAY },
      events: [],
      expect: ['key:medium'],
    },
    {
      title: 'a key made for exactly as long as the limit',
      credential: { ...KEY, createdAt: -20 * DAY, expiresAt: 70 * DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a key that never expires, which has a rule of its own',
      credential: { ...KEY, createdAt: -20 * DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a key that expires in a hundred years, which is never',
      credential: { ...KEY, createdAt: -20 * DAY, expiresAt: 36_580 * DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a key made for a year that has expired',
      credential: { ...KEY, createdAt: -400 * DAY, expiresAt: -35 * DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a key made for a year that was deleted',
      credential: { ...KEY, createdAt: -20 * DAY, expiresAt: 345 * DAY, active: false, observedAt: -DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a virtual key of a proxy made for a year',
      credential: { ...VIRTUAL, createdAt: -20 * DAY, expiresAt: 345 * DAY },
      events: [],
      expect: ['key:medium'],
    },
    {
      title: 'an API key of Anthropic made for two months',
      credential: { ...VIRTUAL, provider: 'anthropic', kind: 'api-key', createdAt: -20 * DAY, expiresAt: 40 * DAY },
      events: [],
      expect: [],
    },
    {
      title: 'a key of a service account that its organisation lets live for a year, which its maker cannot choose',
      credential: {
        ...VIRTUAL,
        provider: 'google',
        kind: 'service-account-key',
        createdAt: -DAY,
        expiresAt: 364 * DAY,
      },
      events: [],
      expect: [],
    },
    {
      title: 'tokens of a service account of Google Cloud for one hour',
      credential: { id: 'ci@example.iam.gserviceaccount.com', provider: 'google', kind: 'service-account' },
      events: [{ ...ISSUE, action: 'iamcredentials:GenerateAccessToken', at: -9 * DAY, until: 0, ttl: hours(1) }],
      expect: [],
    },
    {
      title: 'a key of which no more is known than that it was used',
      credential: { id: KEY.id, kind: KEY.kind },
      events: [{ at: -DAY }],
      expect: [],
    },
  ],
  commands: credential => (isMadeForDays(credential) ? rotateCommands(credential) : []),
  *judge({ credential, facets }, context) {
    const { maxSessionHours, maxKeyDays, maxSecretDays, neverDays } = context.options;
    const tooLong = longSessions(facets.sessionLives).filter(({ longest }) => longest > hours(maxSessionHours));
    for (const sessions of groupBy(tooLong, ({ action }) => action).values()) {
      yield sayOfSessions(credential, sessions, maxSessionHours, context.horizon);
    }
    const until = knownUntil(credential, context);
    const days = lifeOf(credential);
    const isSecret = credential.kind === 'client-secret';
    const limit = isSecret ? maxSecretDays : maxKeyDays;
    if (!isMadeForDays(credential)) return;
    if (hasEnded(credential, until) || days <= limit || days > neverDays) return;
    yield sayOfKey(credential, { days, limit, until });
  },
});

/** Whether it is given a life in days when it is made; certificates bear theirs in them. */
const isMadeForDays = (credential: Credential): boolean =>
  canExpire(credential) && credential.kind !== 'client-certificate';

/** Days from its creation to its expiry; 0 when either is not known. */
const lifeOf = ({ createdAt, expiresAt }: Credential): number =>
  createdAt === undefined || expiresAt === undefined ? 0 : Math.floor((expiresAt - createdAt) / DAY);

function sayOfSessions({ id, owner }: Credential, sessions: readonly LongSessions[], limit: number, horizon: number) {
  const action = sessions[0]!.action || 'several calls';
  const seconds = sessions.reduce((most, { longest }) => Math.max(most, longest), 0);
  const ends = sessions.map(({ lastHour }) => Math.min(horizon, (lastHour + 1) * HOUR - 1));
  const last = Math.max(...ends);
  // Rounded up, so that a little more than the limit never reads as the limit itself.
  const longest = Math.ceil((seconds * SECOND * 10) / HOUR) / 10;
  return {
    message: 'session' as const,
    data: { action, longest, day: dayText(last), limit },
    subject: [id, action],
    episodes: sessions.map(({ firstHour }, i) => ({ from: firstHour * HOUR, until: ends[i]! })),
    evidence: {
      action,
      longestSeconds: seconds,
      longestHours: longest,
      limit,
      first: isoText(sessions[0]!.firstHour * HOUR),
      last: isoText(last),
      example: sessions.reduce((least, { example }) => smallerExample(least, example), ''),
      owner,
    },
  };
}

function sayOfKey(
  { id, kind, owner, createdAt, expiresAt }: Credential,
  { days, limit, until }: { readonly days: number; readonly limit: number; readonly until: number },
) {
  return {
    message: 'key' as const,
    data: { kind: kindText(kind), days, limit },
    subject: [id],
    episodes: [{ from: Math.min(createdAt!, until), until }],
    evidence: { days, limit, createdAt: isoText(createdAt!), expiresAt: isoText(expiresAt!), owner },
  };
}
