import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asCredential, newRecord, observe } from '../src/credentials.ts';
import type { Credential } from '../src/model/credential.ts';
import { DAY, HOUR, SECOND } from '../src/time.ts';
import { readRecords } from './read-records.ts';
import { readText } from './read-text.ts';

const AT = Date.UTC(2026, 10, 2, 14);
const at = (offset = 0): number => (AT + offset) / SECOND;
const OPENAI = { provider: 'openai', account: 'openai' } as const;

const USER = { id: 'user-1', name: 'Ops', email: 'Ops@example.com', role: 'owner', created_at: at(-90 * DAY) };
const KEY = {
  object: 'organization.project.api_key',
  redacted_value: 'sk-proj-abc...def',
  name: 'CI',
  created_at: at(-30 * DAY),
  last_used_at: at(-DAY),
  id: 'key_1',
  owner_project_access: 'active',
  owner: { type: 'user', user: USER },
};
const OWNER: Credential = {
  id: 'user-1',
  ...OPENAI,
  kind: 'member',
  owner: 'ops@example.com',
  name: 'Ops',
  observedAt: 1,
  active: true,
  createdAt: AT - 90 * DAY,
};
const FACT: Credential = {
  id: 'key_1',
  ...OPENAI,
  kind: 'api-key',
  owner: 'user-1',
  name: 'CI',
  hint: 'sk-proj-abc...def',
  observedAt: 1,
  active: true,
  createdAt: AT - 30 * DAY,
  lastUsedAt: AT - DAY,
  isUseKnown: true,
};

const without = <T extends object, K extends keyof T>(value: T, ...names: readonly K[]): Omit<T, K> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name as K))) as Omit<T, K>;

describe('lists of keys, members and service accounts', () => {
  const ADMIN = {
    object: 'organization.admin_api_key',
    id: 'key_a',
    name: 'Root',
    redacted_value: 'sk-admin...def',
    created_at: at(-DAY),
    expires_at: at(DAY),
    owner: { type: 'service_account', object: 'organization.service_account', id: 'sa_1', name: 'Auditor' },
  };
  const SERVICE = { id: 'svc_1', ...OPENAI, kind: 'service-account', owner: '', observedAt: 1 };

  test.each<[string, object, readonly object[]]>([
    ['a key of a project, and who holds it', KEY, [OWNER, FACT]],
    [
      'a key whose holder lost the access: any list that has them outranks that',
      { ...KEY, owner_project_access: 'inactive' },
      [{ ...OWNER, observedAt: 0, active: false }, FACT],
    ],
    [
      'a key of an unknown standing that was never used',
      { ...KEY, owner_project_access: 'sleeping', last_used_at: null },
      [without(OWNER, 'active'), without(FACT, 'lastUsedAt')],
    ],
    [
      'a key of a service account, with an end',
      {
        ...KEY,
        expires_at: at(DAY),
        owner: { type: 'service_account', service_account: { id: 'svc_1', name: 'Bot', created_at: at(-DAY) } },
      },
      [
        { ...SERVICE, name: 'Bot', active: true, createdAt: AT - DAY },
        { ...FACT, owner: 'svc_1', expiresAt: AT + DAY },
      ],
    ],
    [
      'a key without any owner',
      without(KEY, 'owner', 'last_used_at'),
      [{ ...without(FACT, 'lastUsedAt', 'isUseKnown'), owner: '' }],
    ],
    [
      'an admin key that says nothing of its use',
      ADMIN,
      [
        { ...SERVICE, id: 'sa_1', name: 'Auditor' },
        {
          id: 'key_a',
          ...OPENAI,
          kind: 'admin-key',
          owner: 'sa_1',
          name: 'Root',
          hint: 'sk-admin...def',
          observedAt: 1,
          active: true,
          createdAt: AT - DAY,
          expiresAt: AT + DAY,
        },
      ],
    ],
    [
      'a service account as it is made: the value of its key is not read',
      {
        object: 'organization.project.service_account',
        id: 'svc_1',
        name: 'Bot',
        api_key: { object: 'organization.project.service_account.api_key', value: 'sk-not-read', id: 'key_2' },
      },
      [
        { ...SERVICE, name: 'Bot', active: true },
        { id: 'key_2', ...OPENAI, kind: 'api-key', owner: 'svc_1', observedAt: 1, active: true },
      ],
    ],
    ['a member', { object: 'organization.user', ...without(USER, 'created_at'), added_at: at(-90 * DAY) }, [OWNER]],
    [
      'a member of a project, with details in an object of their own',
      { object: 'organization.project.user', id: 'user-1', user: USER, added_at: at(-90 * DAY) },
      [OWNER],
    ],
    [
      'a member that is a service account',
      { object: 'organization.user', id: 'svc_1', is_service_account: true },
      [{ ...SERVICE, active: true }],
    ],
    ['an invitation', { object: 'organization.invite', id: 'invite-1', email: 'a@example.com' }, []],
    ['a project', { object: 'organization.project', id: 'proj_1', status: 'active' }, []],
  ])('%s', (_, record, credentials) => {
    const reading = readRecords([record as Record<string, unknown>]);
    expect(reading.credentials).toEqual(credentials);
    expect(reading).toMatchObject({ events: [], malformed: [], unknown: 0, ignored: credentials.length === 0 ? 1 : 0 });
  });

  test('an orphaned key leaves its holder shut, unless a list has them', () => {
    const orphan = { ...KEY, owner_project_access: 'inactive' };
    const member = { object: 'organization.user', ...USER };
    const standing = (...records: readonly object[]): boolean | undefined => {
      const record = newRecord('user-1');
      for (const seen of readRecords(records as Record<string, unknown>[]).credentials)
        if (seen.id === 'user-1') observe(record, seen);
      return asCredential(record).active;
    };
    expect([standing(orphan), standing(orphan, member), standing(member, orphan)]).toEqual([false, true, true]);
  });

  test('what is broken is said, and what is secret is not kept', () => {
    const reading = readRecords([
      { ...KEY, id: '' },
      { ...KEY, created_at: 'yesterday', name: `sk-proj-${'x'.repeat(40)}` },
      { object: 'organization.user' },
      { object: 'organization.project.service_account', id: 7 },
    ]);
    expect(reading.malformed).toEqual([
      'a key of OpenAI without an id',
      'a key of OpenAI with an unreadable created_at',
      'a member of OpenAI without an id',
    ]);
    expect(reading.credentials.find(({ id }) => id === 'key_1')?.name).toBe('[redacted]');
  });

  test('a saved page says what it leaves out, and that it is one of several', async () => {
    const read = (data: readonly unknown[], more = {}) => readText(JSON.stringify({ object: 'list', data, ...more }));
    const keys = await read([KEY], { has_more: true, last_id: 'key_1' });
    expect(keys.completion.damage.map(({ what }) => what)).toEqual(['one page of several: save the list whole']);
    expect(keys.completion.views?.inventory).toEqual({
      blind: false,
      gaps: [
        'a saved list of keys of OpenAI shows those of one project, and of no others',
        'no list of admin keys of OpenAI, which GET /v1/organization/admin_api_keys gives',
      ],
    });
    const users = await read([{ object: 'organization.user', ...USER }], { has_more: false });
    expect(users.completion).toMatchObject({ complete: true, kind: 'openai-listing' });
    expect(users.completion.views?.inventory.blind).toBe(true);
    const others = await read([{ object: 'model', id: 'gpt-5', created: at() }]);
    expect(others.completion).toMatchObject({ skipped: true, kind: 'OpenAI object without keys' });
  });
});

describe('usage', () => {
  const ROW = {
    object: 'organization.usage.completions.result',
    input_tokens: 1000,
    input_cached_tokens: 400,
    output_tokens: 500,
    num_model_requests: 5,
    project_id: 'proj_1',
    user_id: 'user-1',
    api_key_id: 'key_1',
    model: 'gpt-5-2026-01-01',
    batch: null,
  };
  const bucket = (row: object, hours = 1) => ({
    object: 'bucket',
    start_time: at(),
    end_time: at(hours * HOUR),
    results: [row],
  });
  const EVENT = {
    at: AT,
    last: AT + HOUR - 1,
    count: 5,
    tokensIn: 1000,
    tokensOut: 500,
    microUsd: 0,
    ttl: 0,
    example: `usage/completions/${at()}/proj_1/user-1/key_1/gpt-5-2026-01-01`,
    hour: AT / HOUR,
    credential: 'key_1',
    session: '',
    principal: 'user-1',
    account: 'openai',
    deed: 'infer',
    action: 'openai:completions',
    outcome: 'ok',
    address: '',
    agent: '',
    region: '',
    inferenceRegion: '',
    model: 'gpt-5-2026-01-01',
    mfa: '',
    target: '',
  };
  const USED = {
    id: 'key_1',
    ...OPENAI,
    kind: 'api-key',
    owner: 'user-1',
    scope: 'proj_1',
    observedAt: 0,
    lastUsedAt: AT + HOUR,
  };

  test.each<[string, object, readonly object[], readonly object[], number]>([
    ['an hour of one key', bucket(ROW), [EVENT], [USED], 0],
    [
      'embeddings have no output',
      bucket({ ...without(ROW, 'output_tokens'), object: 'organization.usage.embeddings.result' }),
      [
        {
          ...EVENT,
          tokensOut: 0,
          action: 'openai:embeddings',
          example: EVENT.example.replace('completions', 'embeddings'),
        },
      ],
      [USED],
      0,
    ],
    [
      'the playground: a person and no key',
      bucket({ ...ROW, api_key_id: null }),
      [{ ...EVENT, credential: 'user-1', example: EVENT.example.replace('/key_1', '/') }],
      [{ id: 'user-1', ...OPENAI, kind: 'member', owner: '', observedAt: -1 }],
      0,
    ],
    [
      'rows that were not grouped are nobody’s',
      bucket({ ...ROW, project_id: null, user_id: null, api_key_id: null, model: null }),
      [
        {
          ...EVENT,
          credential: 'unidentified:openai',
          principal: 'unidentified:openai',
          model: '',
          example: `usage/completions/${at()}`,
        },
      ],
      [{ id: 'unidentified:openai', ...OPENAI, kind: 'unknown', owner: '', observedAt: 0 }],
      0,
    ],
    ['a day tells only that the key was used, on it', bucket(ROW, 24), [], [{ ...USED, lastUsedAt: AT }], 1],
    ['a row that counts nothing', bucket({ object: ROW.object, api_key_id: 'key_1', input_tokens: 0 }), [], [], 1],
    [
      'searches are counted beside the calls that made them',
      bucket({ ...ROW, object: 'organization.usage.web_searches.result' }),
      [],
      [USED],
      1,
    ],
    [
      'costs are sums of a day, and count on it',
      bucket(
        {
          ...without(ROW, 'num_model_requests', 'input_tokens', 'output_tokens'),
          object: 'organization.costs.result',
          amount: { value: 0.06, currency: 'usd' },
        },
        24,
      ),
      [
        {
          ...EVENT,
          count: 0,
          tokensIn: 0,
          tokensOut: 0,
          microUsd: 60_000,
          last: AT + 24 * HOUR - 1,
          action: 'openai:costs',
          example: expect.stringMatching(/^usage\/costs\//),
        },
      ],
      [{ ...USED, lastUsedAt: AT }],
      0,
    ],
    [
      'a report not met before counts requests too',
      bucket({ ...ROW, object: 'organization.usage.videos.result', input_tokens: 'many' }),
      [
        {
          ...EVENT,
          tokensIn: 0,
          action: 'openai:videos',
          example: EVENT.example.replace('completions', 'videos'),
        },
      ],
      [USED],
      0,
    ],
  ])('%s', (_, record, events, credentials, ignored) => {
    const reading = readRecords([record as Record<string, unknown>]);
    expect(reading).toMatchObject({ events, credentials, ignored, malformed: [], unknown: 0 });
    expect([reading.events.length, reading.credentials.length]).toEqual([events.length, credentials.length]);
  });

  test('what is broken is said', () => {
    const reading = readRecords([
      { ...bucket(ROW), end_time: at(-HOUR) },
      { ...bucket(ROW), results: 'none' },
      bucket({ object: 'organization.usage' }),
      { ...bucket(ROW), results: [null] },
    ]);
    expect(reading.malformed).toEqual([
      'a usage bucket without readable times',
      'a usage bucket whose results are not a list',
      'a row of a usage report that does not say of what',
      'a row of a usage report that does not say of what',
    ]);
  });

  test('what can be seen', () => {
    const views = (...records: readonly object[]) =>
      readRecords(records as Record<string, unknown>[]).views.get('openai-usage')!;
    expect(views(bucket(ROW))).toEqual({
      calls: {
        blind: false,
        gaps: ['OpenAI counts requests by the hour at best and does not tell which were refused'],
      },
      tokens: { blind: false, gaps: ['images and audio come without token counts'] },
      places: {
        blind: true,
        gaps: [
          'no network evidence: OpenAI does not tell where a key is used from; the log of a proxy in front of it does',
        ],
      },
      deeds: { blind: true, gaps: ["OpenAI's usage report shows no deeds: the audit log has those"] },
      'sign-ins': { blind: true, gaps: ["OpenAI's usage report shows no sign-ins: the audit log has those"] },
      inventory: { blind: true, gaps: ["OpenAI's usage report shows no keys but those that were used"] },
    });
    const wide = views(bucket({ ...ROW, api_key_id: null }, 24)).calls.gaps;
    expect(wide).toHaveLength(3);
    expect(wide[1]).toContain('save the report with bucket_width=1h');
    expect(wide[2]).toContain('group the report by api_key_id');
    expect(views(bucket({ ...ROW, object: 'organization.costs.result' })).calls.blind).toBe(true);
  });
});

describe('the audit log', () => {
  const SESSION = {
    type: 'session',
    session: { user: { id: 'user-1', email: 'ops@example.com' }, ip_address: '192.0.2.7', user_agent: 'curl/8.7.1' },
  };
  const record = (type: string, detail: unknown = {}, over: object = {}): Record<string, unknown> => ({
    id: 'audit_log-1',
    type,
    effective_at: at(),
    actor: SESSION,
    [type]: detail,
    ...over,
  });
  const MEMBER = { id: 'user-1', ...OPENAI, kind: 'member', owner: 'ops@example.com', observedAt: 0 };
  const seen = (id: string, kind: string, more: object = {}) => ({
    id,
    ...OPENAI,
    kind,
    owner: '',
    observedAt: AT,
    ...more,
  });

  test('a key is made', () => {
    const { events, credentials } = readRecords([
      record(
        'api_key.created',
        { id: 'key_9', data: { scopes: ['api.model.request'] } },
        { project: { id: 'proj_1' } },
      ),
    ]);
    expect(events).toEqual([
      {
        at: AT,
        last: AT,
        count: 1,
        tokensIn: 0,
        tokensOut: 0,
        microUsd: 0,
        ttl: 0,
        example: 'audit_log-1',
        hour: AT / HOUR,
        credential: 'user-1',
        session: '',
        principal: 'user-1',
        account: 'openai',
        deed: 'create',
        action: 'openai:api_key.created',
        outcome: 'ok',
        address: '192.0.2.7',
        agent: 'curl',
        region: '',
        inferenceRegion: '',
        model: '',
        mfa: '',
        target: 'key_9',
      },
    ]);
    expect(credentials).toEqual([
      MEMBER,
      seen('key_9', 'api-key', { scope: 'proj_1', active: true, createdAt: AT }),
      { id: 'key_9', ...OPENAI, kind: 'api-key', owner: 'user-1', observedAt: -1 },
    ]);
  });

  test.each<[string, unknown, string, string, readonly object[]]>([
    ['api_key.updated', { id: 'key_9', changes_requested: { scopes: ['all'] } }, 'grant', 'key_9', []],
    ['api_key.updated', { id: 'key_9', changes_requested: { name: 'x' } }, 'use', '', []],
    ['api_key.deleted', { id: 'key_9' }, 'delete', 'key_9', [seen('key_9', 'api-key', { active: false })]],
    [
      'tenant.admin_api_key.deleted',
      { id: 'key_a' },
      'delete',
      'key_a',
      [seen('key_a', 'admin-key', { active: false })],
    ],
    [
      'service_account.created',
      { id: 'svc_1', data: { role: 'member' } },
      'open',
      'svc_1',
      [seen('svc_1', 'service-account', { active: true, createdAt: AT })],
    ],
    [
      'service_account.deleted',
      { id: 'svc_1' },
      'delete',
      'svc_1',
      [seen('svc_1', 'service-account', { active: false })],
    ],
    ['user.added', { id: 'user-2' }, 'grant', 'user-2', [seen('user-2', 'member', { active: true })]],
    ['user.deleted', { id: 'user-2' }, 'delete', 'user-2', [seen('user-2', 'member', { active: false })]],
    ['user.updated', { id: 'user-2', changes_requested: { role: 'owner' } }, 'grant', 'user-2', []],
    ['invite.sent', { id: 'invite-1', data: { email: 'New@example.com' } }, 'grant', 'new@example.com', []],
    ['role.assignment.created', { id: 'ra', principal_id: 'user-2' }, 'grant', 'user-2', []],
    ['role.assignment.deleted', { id: 'ra', principal_id: 'user-2' }, 'use', '', []],
    ['workload_identity_provider.created', { id: 'wip_1' }, 'trust', 'wip_1', []],
    [
      'workload_identity_provider.created',
      { id: 'wip_1', data: { issuer: 'https://issuer.example' } },
      'trust',
      'wip_1 trusts https://issuer.example',
      [],
    ],
    ['tenant.sso_connection.updated', null, 'trust', '', []],
    ['ip_allowlist.deleted', { id: 'ip_1' }, 'silence', 'ip_1', []],
    ['ip_allowlist.updated', { id: 'ip_1', allowed_ips: ['0.0.0.0/0'] }, 'silence', 'ip_1', []],
    ['ip_allowlist.updated', { id: 'ip_1', allowed_ips: ['192.0.2.0/24'] }, 'use', '', []],
    [
      'organization.updated',
      { id: 'org-1', changes_requested: { api_call_logging: 'disabled' } },
      'silence',
      'org-1',
      [],
    ],
    ['organization.updated', { id: 'org-1', changes_requested: { title: 'x' } }, 'use', '', []],
    ['rate_limit.deleted', { id: 'rl_1' }, 'silence', 'rl_1', []],
    ['rate_limit.updated', { id: 'rl_1', changes_requested: { max_requests_per_1_minute: 9 } }, 'use', '', []],
    ['login.succeeded', undefined, 'sign-in', '', []],
    ['something.never.seen', { id: 'x' }, 'use', '', []],
  ])('%s %j is %s', (type, detail, deed, target, credentials) => {
    const dotted = readRecords([record(type, detail)]);
    expect(dotted.events).toMatchObject([{ deed, target, action: `openai:${type}`, outcome: 'ok' }]);
    expect(dotted.credentials).toEqual([MEMBER, ...credentials]);
    const underscored = readRecords([
      { ...record(type), [type]: undefined, [type.replaceAll('.', '_')]: detail, object: 'organization.audit_log' },
    ]);
    expect(underscored.events).toEqual(dotted.events);
  });

  test.each<[string, unknown, object | null, readonly object[]]>([
    [
      'a key of a person',
      { type: 'api_key', api_key: { id: 'key_a', type: 'user', user: { id: 'user-1', email: 'ops@example.com' } } },
      { credential: 'key_a', principal: 'user-1', address: '' },
      [MEMBER, { id: 'key_a', ...OPENAI, kind: 'admin-key', owner: 'user-1', observedAt: -1 }],
    ],
    [
      'a key of a service account',
      { type: 'api_key', api_key: { id: 'key_a', type: 'service_account', service_account: { id: 'svc_1' } } },
      { credential: 'key_a', principal: 'svc_1' },
      [
        { ...MEMBER, id: 'svc_1', kind: 'service-account', owner: '' },
        { id: 'key_a', ...OPENAI, kind: 'admin-key', owner: 'svc_1', observedAt: -1 },
      ],
    ],
    [
      'a key without an id is its holder',
      { type: 'api_key', api_key: { type: 'user', user: { id: 'user-1', email: 'ops@example.com' } } },
      { credential: 'user-1', principal: 'user-1' },
      [MEMBER],
    ],
    [
      'an e-mail address alone',
      { type: 'session', session: { user: { email: 'Ops@example.com' } } },
      { credential: 'ops@example.com' },
      [{ ...MEMBER, id: 'ops@example.com' }],
    ],
    ['nobody', null, null, []],
  ])('done by %s', (_, actor, event, credentials) => {
    const reading = readRecords([record('project.updated', {}, { actor })]);
    expect(reading.events).toMatchObject(event === null ? [] : [event]);
    expect(reading.credentials).toEqual(credentials);
    expect(reading.ignored).toBe(event === null ? 1 : 0);
  });

  test('a deed of nobody is kept all the same', () => {
    const reading = readRecords([record('ip_allowlist.deleted', { id: 'ip_1' }, { actor: null })]);
    expect(reading.events).toMatchObject([{ credential: 'unidentified:openai', deed: 'silence', target: 'ip_1' }]);
  });

  test('a failed sign-in is a knock, and broken records are said', () => {
    const reading = readRecords([
      record('login.failed', { error_code: 'invalid_credentials' }),
      record('', {}),
      record('user.added', {}, { effective_at: 'noon' }),
    ]);
    expect(reading.events).toMatchObject([{ deed: 'sign-in', outcome: 'failed' }]);
    expect(reading.malformed).toEqual(['the record has no type', 'the record has no readable time']);
  });
});

describe('whatever comes', () => {
  const leaves = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(null, [], {}, '__proto__', -1, 1e300, 'sk-proj-abcdefghijklmnop', '\u0000\u001b[31m'),
  );
  const shapes = fc.constantFrom<Record<string, unknown>>(
    KEY,
    { object: 'organization.admin_api_key', id: 'key_a', owner: USER },
    { object: 'organization.project.service_account', id: 'svc_1', api_key: KEY },
    { object: 'organization.user', id: 'user-1', user: USER },
    { object: 'bucket', start_time: at(), end_time: at(HOUR), results: [{ object: 'organization.usage.x.result' }] },
    { id: 'audit_log-1', type: 'api_key.created', effective_at: at(), actor: {}, 'api_key.created': {} },
  );
  const names = fc.constantFrom(
    'object',
    'id',
    'owner',
    'user',
    'api_key',
    'results',
    'actor',
    'api_key.created',
    'start_time',
    'effective_at',
    'type',
    'name',
  );

  test('nothing throws, and no secret is kept', () => {
    fc.assert(
      fc.property(shapes, names, leaves, (shape, name, value) => {
        const { events, credentials } = readRecords([{ ...shape, [name]: value }]);
        expect(JSON.stringify([events, credentials])).not.toContain('abcdefghijklmnop');
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.array(leaves), names, (rows, name) => {
        readRecords([
          {
            object: 'bucket',
            start_time: at(),
            end_time: at(HOUR),
            results: rows.map(row => ({ object: 'organization.usage.completions.result', [name]: row })),
          },
        ]);
        readRecords([{ ...KEY, owner: { [name]: rows[0], user: rows[1] } }]);
        readRecords([
          {
            id: 'audit_log-1',
            type: 'user.added',
            effective_at: at(),
            actor: { session: rows[0], api_key: rows[1] },
            'user.added': rows[2],
          },
        ]);
      }),
    );
  });
});
