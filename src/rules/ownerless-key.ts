import { lifetime } from '../facets/lifetime.ts';
import { isStatic, kindText, principalText } from '../kinds.ts';
import type { Credential, CredentialKind, Provider } from '../model/credential.ts';
import { disableCommands } from '../remedies.ts';
import { hasEnded, isDated, knownUntil } from '../standing.ts';
import { DAY } from '../time.ts';
import { isoText } from '../wording.ts';
import { defineRule, type Example, type RuleContext, type Subject as SubjectWith } from './rule.ts';

const facets = { lifetime };

type Subject = SubjectWith<typeof facets>;
type Context = RuleContext<typeof facets, Record<never, never>, undefined>;

const messages = {
  gone: 'Still active, while {who}, who holds this {kind}, was disabled or removed{asOf}.',
  unknown: 'Still active, while {who}, who holds this {kind}, is not in the whole list of members of {provider}{asOf}.',
  nobody:
    'An active {kind} of {provider}, whose list names nobody who made or holds it; nothing else seen here tells whose it is.',
} as const;

export const ownerlessKey = defineRule({
  id: 'ownerless-key',
  family: 'register',
  title: 'Key without an owner',
  severity: 'medium',
  kind: 'fact',
  description:
    'A static key, be it one of an administrator, still works although whoever holds it was disabled, has left, or is unknown to the provider: nobody would notice its misuse. ' +
    'A holder is gone whom the provider calls inactive, or whom its newest whole list of members or accounts lacks; at OpenAI also one who lost the access to the project of the key. ' +
    'A key whose list names nobody counts only where nothing else tells whose it is: neither the register that you declared nor, of a key that a proxy lends, its team.',
  remediation:
    'Find out what uses the key and give that a key of its own, held by a service account or by somebody who is there; then disable this one.',
  references: [
    'https://platform.openai.com/docs/api-reference/project-api-keys',
    'https://platform.claude.com/docs/en/api/admin/api_keys/list',
  ],
  falsePositives: [
    'A holder who goes by two ids, of which one was removed.',
    'A key that was ended together with its holder, where only an older list or log of it was read.',
  ],
  needs: ['inventory'],
  facets,
  options: {},
  messages,
  commands: disableCommands,
  examples,
  *judge(subject, context) {
    const { credential } = subject;
    const loss = isStatic(credential.kind) ? lossOf(subject, context) : null;
    if (loss === null) return;
    const { id, kind, owner, provider, account, name = '' } = credential;
    const { first, last, count } = subject.facets.lifetime;
    const { message, who, holder, since } = loss;
    const said = { who, kind: kindText(kind), provider, asOf: isTold(since) ? `, as of ${dateText(since)}` : '' };
    const known = knownUntil(credential, context);
    yield {
      message,
      data: said,
      subject: [id],
      episodes: [{ from: isTold(since) ? since : known, until: Math.max(since, known) }],
      evidence: {
        who,
        kind,
        provider,
        owner,
        account,
        name,
        holderActive: holder?.active ?? null,
        asOf: isTold(since) ? isoText(since) : null,
        keyActive: credential.active ?? null,
        firstSeen: count === 0 ? null : isoText(first),
        lastSeen: count === 0 ? null : isoText(last),
      },
    };
  },
});

/** How it is known that nobody holds a key any more. */
interface Loss {
  readonly message: keyof typeof messages;
  readonly who: string;
  readonly holder: Credential | undefined;
  /** When that was seen to be so. */
  readonly since: number;
}

function lossOf(subject: Subject, context: Context): Loss | null {
  const { credential } = subject;
  if (hasEnded(credential, knownUntil(credential, context))) return null;
  const { owner } = credential;
  if (owner === '') return isNobodys(credential, context) ? lossAt(credential.observedAt, 'nobody', '') : null;
  const holder = context.subjectOf(owner)?.credential;
  if (holder !== undefined && isStatic(holder.kind)) return null;
  if (holder?.active === false)
    return outlives(subject, holder.observedAt) ? lossAt(holder.observedAt, 'gone', nameOf(holder), holder) : null;
  if (holder !== undefined) return null;
  const listedAt = missedAt(credential, context);
  return listedAt !== null && outlives(subject, listedAt) ? lossAt(listedAt, 'unknown', principalText(owner)) : null;
}

const lossAt = (since: number, message: Loss['message'], who: string, holder?: Credential): Loss => ({
  message,
  who,
  holder,
  since,
});

/** Vendors and proxies that name the maker or the holder of a key; the clouds always name the owner. */
const NAMING: ReadonlySet<Provider> = new Set(['anthropic', 'openai', 'proxy']);

/** Whether a key stands in a list without a holder, and nothing else tells of one. */
function isNobodys({ id, provider, active, scope = '' }: Credential, { declared }: Context): boolean {
  if (active !== true || !NAMING.has(provider)) return false;
  const isOfTeam = provider === 'proxy' && scope !== '';
  return !isOfTeam && (declared?.holderOf(id) ?? null) === null;
}

/** What may hold keys, by who gives them out. */
const HOLDERS: Partial<Record<Provider, readonly CredentialKind[]>> = {
  anthropic: ['member', 'service-account'],
  openai: ['member', 'service-account'],
  proxy: ['member'],
  google: ['service-account'],
};

/** When everybody who can hold the key was listed without its owner; null where some were never listed, or before the key was made. */
function missedAt({ provider, account, createdAt = 0 }: Credential, context: Context): number | null {
  const listed = (HOLDERS[provider] ?? []).map(kind => context.listedAt(account, kind));
  const known = listed.filter(at => at !== null);
  const earliest = Math.min(...known);
  return known.length === 0 || known.length < listed.length || createdAt > earliest ? null : earliest;
}

/** Whether a key was seen to be active, or was used, when its holder was gone; what has no date is so still. */
function outlives({ credential, facets }: Subject, goneAt: number): boolean {
  const { active, observedAt, lastUsedAt = Number.NEGATIVE_INFINITY } = credential;
  const isListed = active === true && (!isDated(credential) || observedAt >= goneAt);
  return isListed || (goneAt >= DAY && Math.max(facets.lifetime.last, lastUsedAt) >= goneAt);
}

const nameOf = ({ id, owner, name = '' }: Credential): string =>
  (owner.includes('@') ? owner : '') || name || principalText(id);

/** What a list without a date says is of 1970. */
const isTold = (at: number): boolean => at >= DAY;

const dateText = (at: number): string => isoText(at).slice(0, 10);

function examples(): Example<typeof messages>[] {
  const key = {
    id: 'apikey_01A',
    provider: 'anthropic',
    kind: 'api-key',
    owner: 'user_01A',
    account: 'org_01A',
    active: true,
    observedAt: -1,
    createdAt: -90 * DAY,
  } as const;
  const member = {
    id: 'user_01A',
    provider: 'anthropic',
    kind: 'member',
    owner: 'left@example.com',
    account: 'org_01A',
    active: false,
    observedAt: -5 * DAY,
  } as const;
  return [
    {
      title: 'a key of a member who was removed',
      credential: key,
      known: [member],
      events: [],
      expect: ['gone:medium'],
    },
    {
      title: 'an admin key whose maker lost their access',
      credential: { ...key, id: 'key_01A', provider: 'openai', kind: 'admin-key', account: 'openai' },
      known: [{ ...member, provider: 'openai', account: 'openai', observedAt: 0 }],
      events: [],
      expect: ['gone:medium'],
    },
    {
      title: 'a key of a service account that was disabled, still in use',
      credential: {
        id: '0123456789abcdef0123456789abcdef01234567',
        provider: 'google',
        kind: 'service-account-key',
        owner: 'eval@p.example.com',
        account: 'p',
      },
      known: [{ ...member, id: 'eval@p.example.com', provider: 'google', kind: 'service-account', account: 'p' }],
      events: [{ at: -DAY }],
      expect: ['gone:medium'],
    },
    {
      title: 'a key that was last seen before its holder went',
      credential: { ...key, observedAt: -9 * DAY },
      known: [member],
      events: [{ at: -20 * DAY }],
      expect: [],
    },
    {
      title: 'a key that was disabled with its holder',
      credential: { ...key, active: false },
      known: [member],
      events: [],
      expect: [],
    },
    {
      title: 'a key of a member who is there',
      credential: key,
      known: [{ ...member, active: true }],
      events: [],
      expect: [],
    },
    {
      title: 'a key of a member of whom nothing more is known',
      credential: key,
      events: [],
      expect: [],
    },
    {
      title: 'a key of a user whom the proxy’s whole list of users lacks',
      credential: {
        ...key,
        id: 'sha256:5f2a',
        provider: 'proxy',
        kind: 'virtual-key',
        account: 'litellm',
        owner: 'eval',
      },
      censuses: [{ account: 'litellm', kind: 'member', observedAt: -2 }],
      events: [],
      expect: ['unknown:medium'],
    },
    {
      title: 'a key that was made after the users were listed',
      credential: {
        ...key,
        id: 'sha256:5f2a',
        provider: 'proxy',
        kind: 'virtual-key',
        account: 'litellm',
        owner: 'eval',
        createdAt: -DAY,
      },
      censuses: [{ account: 'litellm', kind: 'member', observedAt: -2 * DAY }],
      events: [],
      expect: [],
    },
    {
      title: 'a key whose list names nobody',
      credential: { ...key, owner: '' },
      events: [],
      expect: ['nobody:medium'],
    },
    {
      title: 'a key whose list names nobody, and that the register does',
      credential: { ...key, owner: '' },
      events: [],
      register: [{ holder: 'batch job', keys: ['apikey_01A'] }],
      expect: [],
    },
    {
      title: 'a key of a team',
      credential: { ...key, id: 'sha256:5f2a', provider: 'proxy', kind: 'virtual-key', owner: '', scope: 'research' },
      events: [],
      expect: [],
    },
  ];
}
