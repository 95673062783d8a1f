import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openLedger, note, noteCensus, record } from '../src/ledger.ts';
import type { Credential, CredentialKind, Provider } from '../src/model/credential.ts';
import type { AuditEvent, Place } from '../src/model/event.ts';
import type { RegisterRow } from '../src/model/register.ts';
import { planFor } from '../src/plan.ts';
import { registerOf } from '../src/register.ts';
import { isAlike, maskIn } from '../src/register/masks.ts';
import { registerFacets } from '../src/register/usage.ts';
import { DAY } from '../src/time.ts';
import { eventOf } from './event.ts';

const NOW = Date.UTC(2026, 10, 20);
const ago = (days: number): number => NOW - days * DAY;
const ORG = 'org-1';

/** What the sources told, in any order. */
type Told =
  | { readonly credential: Credential }
  | { readonly event: AuditEvent; readonly country: string }
  | { readonly account: string; readonly kind: CredentialKind; readonly listedAt: number };

const held = (id: string, given: Partial<Credential> = {}): Told => ({
  credential: {
    id,
    provider: 'anthropic',
    kind: 'api-key',
    owner: '',
    account: ORG,
    observedAt: ago(1),
    active: true,
    ...given,
  },
});

/** Somebody met in a log, of whom nobody said more. */
function met(id: string, given: Partial<Credential> = {}): Told {
  const provider: Provider = 'anthropic';
  return { credential: { id, provider, kind: 'api-key', owner: '', account: provider, observedAt: 0, ...given } };
}

const used = (credential: string, days: number, given: Partial<AuditEvent> = {}, country = ''): Told => ({
  event: eventOf({ credential, at: ago(days), deed: 'infer', agent: '', example: `${credential} ${days}`, ...given }),
  country,
});

const listed = (kind: CredentialKind = 'api-key', account = ORG): Told => ({ account, kind, listedAt: ago(1) });

const placed = (country: string): Place => ({ country, site: '', egress: false, operator: '', why: 'declared' });

function register(told: readonly Told[], isWhole = false): RegisterRow[] {
  const ledger = openLedger(planFor([], registerFacets));
  for (const each of told) {
    if ('credential' in each) note(ledger, each.credential);
    else if ('event' in each) record(ledger, each.event, placed(each.country));
    else noteCensus(ledger, { account: each.account, kind: each.kind, observedAt: each.listedAt });
  }
  return [...registerOf(ledger, { now: NOW, isWhole, most: 100, sourcesOf: () => [0] }).rows];
}

/** Each row as its id and what is remarked on it. */
const remarked = (told: readonly Told[]): string[] =>
  register(told).map(({ id, remarks }) => [id, ...remarks.map(({ text }) => text)].join(': '));

const KEY = held('apikey_1', { hint: 'sk-ant-api03-R2D...igAA', createdAt: ago(200) });
const OTHER = held('apikey_2', { hint: 'sk-ant-api03-XYZ...wQAA', createdAt: ago(100) });

describe('a row', () => {
  test('tells all that is known of a key', () => {
    const told = [
      held('user_1', { kind: 'member', owner: ' Dev@Example.com ', name: 'Dev' }),
      held('apikey_1', {
        owner: 'user_1',
        name: 'ci',
        scope: 'ws_1',
        hint: 'sk-ant-api03-R2D...igAA',
        createdAt: ago(200),
        expiresAt: NOW + 12 * DAY,
      }),
      used('apikey_1', 3, { count: 5, tokensIn: 100, tokensOut: 40, microUsd: 250_000, model: 'opus' }, 'US'),
      used('apikey_1', 2, { count: 7, tokensIn: 10, tokensOut: 4, model: 'haiku', address: '198.51.100.1' }, 'DE'),
      used('apikey_1', 1, { count: 2, deed: 'use', outcome: 'denied' }, 'US'),
    ];
    expect(register(told)).toEqual([
      {
        id: 'apikey_1',
        provider: 'anthropic',
        kind: 'api-key',
        name: 'ci',
        hint: 'sk-ant-api03-R2D...igAA',
        holder: 'dev@example.com',
        holderId: 'dev@example.com',
        holderKeys: 1,
        owner: 'user_1',
        account: ORG,
        scope: 'ws_1',
        createdAt: ago(200),
        ageDays: 200,
        expiresAt: NOW + 12 * DAY,
        active: true,
        firstUsedAt: ago(3),
        lastUsedAt: ago(1),
        uses: 14,
        calls: 12,
        tokensIn: 110,
        tokensOut: 44,
        microUsd: 250_000,
        places: [
          { country: 'DE', uses: 7 },
          { country: 'US', uses: 7 },
        ],
        networks: 2,
        models: ['haiku', 'opus'],
        sources: [0],
        alsoSeenAs: [],
        replaces: null,
        replacedBy: null,
        remarks: [],
      },
    ]);
  });

  test('is of static keys and of whoever uses models, unless all are asked for', () => {
    const told = [
      KEY,
      held('user_1', { kind: 'member' }),
      held('svac_1', { kind: 'service-account', name: 'ci-eval' }),
      held('role', { kind: 'role', provider: 'aws' }),
      held('session', { kind: 'user-session', provider: 'aws' }),
      used('svac_1', 1),
      used('role', 1, { deed: 'use' }),
      used('session', 1),
    ];
    expect(register(told).map(({ id }) => id)).toEqual(['svac_1', 'apikey_1']);
    expect(register(told, true).map(({ id }) => id)).toEqual(['svac_1', 'role', 'session', 'user_1', 'apikey_1']);
  });

  test.each<[string, Partial<Credential>, Partial<RegisterRow>]>([
    ['expired', { expiresAt: ago(1) }, { active: false }],
    ['disabled', { active: false }, { active: false }],
    ['in use', {}, { active: true }],
  ])('of a key that is %s', (_, given, expected) => {
    expect(register([held('apikey_1', given)])).toMatchObject([expected]);
  });

  test('tells no tokens and no cost where calls are seen without them', () => {
    const [row] = register([KEY, used('apikey_1', 1)]);
    expect(row).toMatchObject({ calls: 1, tokensIn: null, tokensOut: null, microUsd: null });
  });

  test('counts only those that are shown, and how many there are', () => {
    const ledger = openLedger(planFor([], registerFacets));
    for (const each of [KEY, OTHER]) if ('credential' in each) note(ledger, each.credential);
    const { rows, total } = registerOf(ledger, { now: NOW, isWhole: false, most: 1, sourcesOf: () => [] });
    expect([rows.length, total]).toEqual([1, 2]);
  });

  test('holds no counts that nobody asked for', () => {
    const ledger = openLedger(planFor([], []));
    if ('credential' in KEY) note(ledger, { ...KEY.credential, isUseKnown: true });
    const { rows } = registerOf(ledger, { now: NOW, isWhole: false, most: 9, sourcesOf: () => [] });
    expect(rows).toMatchObject([{ uses: null, calls: null, places: null, networks: null, models: null }]);
  });
});

describe('the holder', () => {
  const member = held('user_1', { kind: 'member', owner: 'ops@example.com', name: 'Ops' });

  test.each<[string, readonly Told[], string]>([
    ['is a member’s e-mail address', [member, held('k', { owner: 'user_1' })], 'ops@example.com'],
    [
      'is found over a service account',
      [member, held('svac_1', { kind: 'service-account', owner: 'user_1' }), held('k', { owner: 'svac_1' })],
      'ops@example.com',
    ],
    [
      'is a service account by its name',
      [held('svac_1', { kind: 'service-account', name: 'ci' }), held('k', { owner: 'svac_1' })],
      'ci',
    ],
    [
      'is a service account of Google',
      [held('k', { owner: 'App@p.iam.gserviceaccount.com' })],
      'app@p.iam.gserviceaccount.com',
    ],
    ['is a user of IAM in short', [held('k', { owner: 'arn:aws:iam::123456789012:user/team/ci' })], 'user/ci'],
    [
      'is whom a user of IAM is named for',
      [held('k', { owner: 'arn:aws:iam::123456789012:user/Ops@example.com' })],
      'ops@example.com',
    ],
    ['is a user of Entra ID', [held('k', { owner: 'user/ops@example.com' })], 'ops@example.com'],
    ['is not known', [held('k')], ''],
    [
      'is no one in a circle',
      ['a', 'b', 'c'].map((id, i) => held(id, { kind: 'member', owner: 'bca'[i]! })).concat(held('k', { owner: 'a' })),
      'a',
    ],
  ])('%s', (_, told, holder) => {
    expect(register(told).find(({ id }) => id === 'k')?.holder).toBe(holder);
  });

  test('has keys of many providers', () => {
    const told = [
      member,
      held('apikey_1', { owner: 'user_1' }),
      held('key_1', { provider: 'openai', owner: 'OPS@example.com' }),
      held('AKIA1', { provider: 'aws', kind: 'access-key', owner: 'arn:aws:iam::123456789012:user/ops@example.com' }),
      held('apikey_2', { owner: 'user_2' }),
    ];
    expect(register(told).map(({ id, holderKeys }) => [id, holderKeys])).toEqual([
      ['apikey_1', 3],
      ['AKIA1', 3],
      ['key_1', 3],
      ['apikey_2', 1],
    ]);
  });

  test('who is gone is remarked on', () => {
    const gone = held('user_1', { kind: 'member', owner: 'ops@example.com', active: false });
    expect(remarked([gone, held('k', { owner: 'user_1', isUseKnown: true, lastUsedAt: ago(2) })])).toEqual([
      'k: its holder was disabled or removed',
    ]);
  });
});

describe('masked keys', () => {
  test.each([
    ['sk-ant-api03-R2D...igAA', 'sk-ant-api03-R2D', 'igAA'],
    ['sk-...abcd', 'sk-', 'abcd'],
    ['...abcd', '', 'abcd'],
    ['sk-proj-****…wxyz', 'sk-proj-', 'wxyz'],
    ['litellm: sk-***abcd', 'sk-', 'abcd'],
  ])('%j shows its ends', (text, head, tail) => {
    expect(maskIn(text)).toEqual({ head, tail });
  });

  test.each([
    'apikey_1',
    'AKIAIOSFODNN7EXAMPLE',
    'sk-...',
    'sk-...ab',
    'a.b',
    'user/ci',
    '',
    '[redacted]',
    'app@example.com',
  ])('%j is none', text => {
    expect(maskIn(text)).toBeNull();
  });

  test.each([
    ['sk-ant-api03-R2D...igAA', 'sk-...igAA', true],
    ['sk-ant-api03-R2D...igAA', 'sk-...1igAA', true],
    ['sk-ant-api03-R2D...igAA', 'sk-...XgAA', false],
    ['sk-ant-api03-R2D...igAA', 'sk-proj-...igAA', false],
  ])('%s and %s', (a, b, expected) => {
    expect(isAlike(maskIn(a)!, maskIn(b)!)).toBe(expected);
    expect(isAlike(maskIn(b)!, maskIn(a)!)).toBe(expected);
  });
});

describe('joins', () => {
  const mask = (id: string, given: Partial<Credential> = {}): Told =>
    met(id, { provider: 'proxy', kind: 'virtual-key', account: 'gateway', ...given });

  test('a key of the same id is one, whoever tells of it', () => {
    const rows = register([KEY, met('apikey_1'), used('apikey_1', 1, {}, 'US')]);
    expect(rows).toMatchObject([{ id: 'apikey_1', calls: 1, account: ORG, remarks: [] }]);
  });

  test('a masked key that one hint fits is that key', () => {
    const masked = 'sk-ant-api03-R2D...igAA';
    const own = used('apikey_1', 5, { count: 9, tokensIn: 90, tokensOut: 9 });
    const rows = register([KEY, OTHER, own, mask(masked), used(masked, 2, { count: 4, tokensIn: 100 }, 'US')]);
    expect(rows).toMatchObject([
      {
        id: 'apikey_1',
        alsoSeenAs: [masked],
        // The vendor counts what the proxy passed on: the fuller count holds.
        calls: 9,
        tokensIn: 100,
        firstUsedAt: ago(5),
        lastUsedAt: ago(2),
        places: [{ country: 'US', uses: 4 }],
        remarks: [{ code: 'joined-by-hint', text: `also seen as ${masked}, joined by hint` }],
      },
      { id: 'apikey_2' },
    ]);
  });

  test('what two proxies saw of it adds up', () => {
    const rows = register([KEY, ...['sk-...igAA', '...igAA'].flatMap(id => [mask(id), used(id, 2, { count: 4 })])]);
    expect(rows).toMatchObject([{ id: 'apikey_1', calls: 8, alsoSeenAs: ['...igAA', 'sk-...igAA'] }]);
  });

  test('a masked key that several hints fit stays alone', () => {
    const twin = held('apikey_3', { hint: 'sk-ant-api03-ABC...igAA', createdAt: ago(50) });
    expect(remarked([KEY, twin, mask('sk-...igAA'), used('sk-...igAA', 2)])).toEqual([
      'apikey_1: use not visible in these sources',
      'apikey_3: use not visible in these sources',
      'sk-...igAA: fits the hint of 2 keys: apikey_1 and apikey_3',
    ]);
  });

  test('a key that was made after the last use is not meant', () => {
    const twin = held('apikey_3', { hint: 'sk-ant-api03-ABC...igAA', createdAt: ago(1) });
    const rows = register([KEY, twin, mask('sk-...igAA'), used('sk-...igAA', 2)]);
    expect(rows.map(({ id, alsoSeenAs }) => [id, alsoSeenAs])).toEqual([
      ['apikey_1', ['sk-...igAA']],
      ['apikey_3', []],
    ]);
  });

  test('a key of another vendor is not meant', () => {
    const rows = register([KEY, mask('sk-...igAA', { provider: 'openai', kind: 'api-key' }), used('sk-...igAA', 2)]);
    expect(rows.map(({ id }) => id)).toEqual(['apikey_1', 'sk-...igAA']);
  });

  const user = 'arn:aws:iam::123456789012:user/ci';
  const bedrock = (id: string, given: Partial<Credential> = {}): Told =>
    held(id, {
      provider: 'aws',
      kind: 'bedrock-key',
      owner: user,
      account: '123456789012',
      createdAt: ago(90),
      ...given,
    });
  const alias = [
    met(`${user}/bedrock`, { provider: 'aws', kind: 'bedrock-key', owner: user, account: '123456789012' }),
    used(`${user}/bedrock`, 2, { count: 3 }),
  ];

  test('the use under a user’s name is of the only key that the user has', () => {
    expect(register([bedrock('ACCA1'), ...alias])).toMatchObject([
      { id: 'ACCA1', calls: 3, lastUsedAt: ago(2), remarks: [{ code: 'joined-by-holder' }] },
    ]);
  });

  test('or of nobody’s in particular', () => {
    expect(remarked([bedrock('ACCA1'), bedrock('ACCA2'), ...alias])).toEqual([
      `ACCA1: use not visible: it is recorded for all keys of ${user}/bedrock`,
      `ACCA2: use not visible: it is recorded for all keys of ${user}/bedrock`,
      `${user}/bedrock: use of 2 keys, of which is not recorded: ACCA1 and ACCA2`,
    ]);
  });

  test('or of a key that is gone', () => {
    expect(register([bedrock('ACCA1', { createdAt: ago(1) }), ...alias]).map(({ id }) => id)).toEqual([
      'ACCA1',
      `${user}/bedrock`,
    ]);
  });
});

describe('lineage', () => {
  const old = (given: Partial<Credential> = {}): Told =>
    held('k1', { owner: 'u', name: 'ci', createdAt: ago(300), active: false, observedAt: ago(10), ...given });
  const young = (given: Partial<Credential> = {}): Told =>
    held('k2', { owner: 'u', name: 'ci', createdAt: ago(12), ...given });

  test.each<[string, readonly Told[], string | null]>([
    ['a key made before the other was disabled', [old(), young()], 'k1'],
    ['a key made after that', [old(), young({ createdAt: ago(4) })], 'k1'],
    ['a key made when the other expired', [old({ active: true, expiresAt: ago(10) }), young()], 'k1'],
    ['a key that says so itself', [old({ name: 'x' }), young({ parent: 'k1', createdAt: ago(200) })], 'k1'],
    ['a key made much later', [old(), young({ createdAt: ago(2) })], null],
    ['a key of another name', [old(), young({ name: 'dev' })], null],
    ['a key of another holder', [old(), young({ owner: 'v' })], null],
    ['a key of nobody', [old({ owner: '' }), young({ owner: '' })], null],
    ['a key beside one that lasts', [old({ active: true }), young()], null],
    ['an older key', [old(), young({ createdAt: ago(301) })], null],
    ['a key of which nobody knows the age', [old(), held('k2', { owner: 'u', name: 'ci' })], null],
  ])('%s', (_, told, replaced) => {
    const rows = register(told);
    expect(rows.find(({ id }) => id === 'k2')?.replaces).toBe(replaced);
    expect(rows.find(({ id }) => id === 'k1')?.replacedBy).toBe(replaced === null ? null : 'k2');
  });

  test('goes on from key to key', () => {
    const told = [
      old(),
      young({ active: false, observedAt: ago(3) }),
      held('k3', { owner: 'u', name: 'ci', createdAt: ago(3) }),
    ];
    expect(register(told).map(({ id, replaces, replacedBy }) => [id, replaces, replacedBy])).toEqual([
      ['k1', null, 'k2'],
      ['k2', 'k1', 'k3'],
      ['k3', 'k2', null],
    ]);
  });
});

describe('remarks', () => {
  const stranger = [met('apikey_9'), used('apikey_9', 2)];

  test.each<[string, readonly Told[], readonly string[]]>([
    [
      'in use, and not in the list',
      [listed(), KEY, ...stranger],
      ['apikey_9: unknown to anthropic: not in the whole list of 19 Nov 2026'],
    ],
    ['in use, and no list', [KEY, ...stranger], []],
    ['in use, and a list of another kind', [listed('admin-key'), held('a', { kind: 'admin-key' }), ...stranger], []],
    ['in use, and a list of another vendor', [listed(), held('k', { provider: 'openai' }), ...stranger], []],
    ['in use in another account', [listed(), KEY, met('apikey_9', { account: 'org-2' }), used('apikey_9', 2)], []],
    [
      'masked, and no hint fits',
      [listed(), KEY, met('sk-...zzzz'), used('sk-...zzzz', 1)],
      ['sk-...zzzz: unknown to anthropic: not in the whole list of 19 Nov 2026'],
    ],
    ['masked, and a key has no hint', [listed(), KEY, held('k'), met('sk-...zzzz'), used('sk-...zzzz', 1)], []],
    [
      'made since',
      [listed(), KEY, held('apikey_9', { createdAt: ago(0), observedAt: ago(0) }), used('apikey_9', 0)],
      [],
    ],
  ])('a key %s', (_, told, expected) => {
    expect(remarked(told).filter(text => text.includes('unknown to'))).toEqual(expected);
  });

  test.each<[string, readonly Told[], string]>([
    ['whose vendor knows of its use', [held('k', { isUseKnown: true })], 'k: never used, as its provider says'],
    ['whose vendor gives the last use', [held('k', { lastUsedAt: ago(3) })], 'k'],
    ['beside others that are in use', [held('k'), held('k2'), used('k2', 2)], 'k: not seen in use'],
    ['beside none', [held('k')], 'k: use not visible in these sources'],
    [
      'beside others of another vendor',
      [held('k'), held('k2', { provider: 'openai' }), used('k2', 2)],
      'k: use not visible in these sources',
    ],
    [
      'beside others of another account',
      [held('k', { provider: 'aws' }), held('k2', { provider: 'aws', account: 'x' }), used('k2', 2)],
      'k: use not visible in these sources',
    ],
    ['that has ended', [held('k', { active: false })], 'k'],
    ['that is in use', [held('k'), used('k', 2)], 'k'],
  ])('a key %s', (_, told, expected) => {
    expect(remarked(told)[0]).toBe(expected);
  });

  test('what cannot be seen is not counted', () => {
    expect(register([held('k')])).toMatchObject([{ calls: null, uses: null, places: null, lastUsedAt: null }]);
    expect(register([held('k', { isUseKnown: true })])).toMatchObject([{ calls: 0, uses: 0, places: [] }]);
  });
});

test('nothing depends on the order of what was told', () => {
  const user = 'arn:aws:iam::123456789012:user/ci';
  const told: readonly Told[] = [
    KEY,
    OTHER,
    listed(),
    held('user_1', { kind: 'member', owner: 'ops@example.com' }),
    held('apikey_3', { owner: 'user_1', name: 'ci', createdAt: ago(300), active: false, observedAt: ago(10) }),
    held('apikey_4', { owner: 'user_1', name: 'ci', createdAt: ago(9) }),
    held('apikey_5', { owner: 'user_1', name: 'ci', createdAt: ago(8) }),
    held('ACCA1', { provider: 'aws', kind: 'bedrock-key', owner: user }),
    met(`${user}/bedrock`, { provider: 'aws', kind: 'bedrock-key', owner: user }),
    met('sk-...igAA', { provider: 'proxy' }),
    met('sk-...gAA', { provider: 'proxy' }),
    ...['apikey_1', 'sk-...igAA', 'sk-...gAA', `${user}/bedrock`, 'apikey_9'].flatMap((id, i) => [
      used(id, i + 1, { count: i + 1, model: `m${i}` }, 'DE'),
      used(id, i + 5, { tokensIn: 7, address: '198.51.100.9' }, 'US'),
    ]),
  ];
  const expected = JSON.stringify(register(told, true));
  fc.assert(
    fc.property(fc.shuffledSubarray([...told], { minLength: told.length }), shuffled => {
      expect(JSON.stringify(register(shuffled, true))).toBe(expected);
    }),
    { numRuns: 100 },
  );
});
