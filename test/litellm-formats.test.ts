import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '../src/model/event.ts';
import { formats } from '../src/normalise/formats.ts';
import { litellmAudit } from '../src/normalise/litellm-audit.ts';
import { litellmKeys } from '../src/normalise/litellm-keys.ts';
import { litellmPayload } from '../src/normalise/litellm-payload.ts';
import { litellmSpend } from '../src/normalise/litellm-spend.ts';
import { projector } from '../src/scan/project.ts';
import { readRecords } from './read-records.ts';
import { readText } from './read-text.ts';
import { simulate } from './simulate/simulate.mjs';

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

const HASH = hashOf('a');
const OTHER = hashOf('b');
const AT = Date.UTC(2026, 10, 1, 10, 0, 0, 120);

const spendRow = (over: object = {}): Record<string, unknown> => ({
  request_id: 'chatcmpl-1',
  call_type: 'acompletion',
  api_key: HASH,
  spend: 0.0125,
  total_tokens: 1452,
  prompt_tokens: 812,
  completion_tokens: 640,
  startTime: '2026-11-01T10:00:00.120Z',
  endTime: '2026-11-01T10:00:09.001Z',
  model: 'anthropic/claude-opus-5-5',
  custom_llm_provider: 'anthropic',
  user: 'user-1',
  team_id: 'team-1',
  metadata: { user_api_key_alias: 'ci', user_api_key_user_email: 'ci@example.com' },
  requester_ip_address: '203.0.113.9',
  request_tags: ['User-Agent: OpenAI', 'User-Agent: OpenAI/Python 1.2.3', 'team:x'],
  cache_hit: 'False',
  status: 'success',
  messages: [{ role: 'user', content: 'a prompt that nobody may keep' }],
  response: { content: 'an answer that nobody may keep' },
  ...over,
});

const payload = (over: object = {}, metadata: object = {}): Record<string, unknown> => ({
  id: 'chatcmpl-1',
  call_type: 'acompletion',
  response_cost: 0.0125,
  status: 'success',
  total_tokens: 1452,
  prompt_tokens: 812,
  completion_tokens: 640,
  startTime: AT / 1000,
  endTime: AT / 1000 + 8.8,
  model: 'claude-opus-5-5',
  custom_llm_provider: 'anthropic',
  requester_ip_address: '203.0.113.9',
  request_tags: ['User-Agent: OpenAI/Python 1.2.3'],
  messages: [{ role: 'user', content: 'a prompt that nobody may keep' }],
  metadata: {
    user_api_key_hash: HASH,
    user_api_key_alias: 'ci',
    user_api_key_team_id: 'team-1',
    user_api_key_user_id: 'user-1',
    user_api_key_user_email: 'ci@example.com',
    ...metadata,
  },
  ...over,
});

const EVENT: AuditEvent = {
  at: AT,
  last: AT,
  count: 1,
  tokensIn: 812,
  tokensOut: 640,
  microUsd: 12_500,
  ttl: 0,
  example: 'chatcmpl-1',
  hour: Math.floor(AT / 3_600_000),
  credential: HASH,
  session: '',
  principal: 'user-1',
  account: 'litellm',
  deed: 'infer',
  action: 'acompletion',
  outcome: 'ok',
  address: '203.0.113.9',
  agent: 'openai-sdk',
  region: '',
  inferenceRegion: '',
  model: 'claude-opus-5-5',
  mfa: '',
  target: '',
};

const KEY = {
  id: HASH,
  provider: 'proxy',
  kind: 'virtual-key',
  owner: 'user-1',
  account: 'litellm',
  observedAt: 0,
  name: 'ci',
  scope: 'team-1',
};
const PERSON = {
  id: 'user-1',
  provider: 'proxy',
  kind: 'member',
  owner: 'ci@example.com',
  account: 'litellm',
  observedAt: 0,
};

const eventOf = (record: Record<string, unknown>): AuditEvent => {
  const { events, malformed, unknown } = readRecords([record]);
  expect({ malformed, unknown, count: events.length }).toEqual({ malformed: [], unknown: 0, count: 1 });
  return events[0]!;
};

describe('a call', () => {
  test('is the same in a row of the spend log and in a payload, with whom it was by', () => {
    for (const record of [spendRow(), payload()]) {
      const { events, credentials } = readRecords([record]);
      expect(events).toEqual([EVENT]);
      expect(credentials).toEqual([PERSON, KEY]);
    }
  });

  test.each<[string, Record<string, unknown>, Partial<AuditEvent>]>([
    ['metadata as JSON text', spendRow({ metadata: '{"user_api_key_alias":"ci"}' }), {}],
    ['a time with a zone', spendRow({ startTime: '2026-11-01T11:00:00.120+01:00' }), {}],
    ['a time without a zone', spendRow({ startTime: '2026-11-01T10:00:00.120' }), {}],
    ['a time with a space', spendRow({ startTime: '2026-11-01 10:00:00.120000' }), {}],
    ['a time with the zone of a database', spendRow({ startTime: '2026-11-01 10:00:00.12+00' }), {}],
    [
      'an address in the metadata',
      spendRow({ requester_ip_address: null, metadata: { requester_ip_address: '203.0.113.9' } }),
      {},
    ],
    ['a list of addresses', spendRow({ requester_ip_address: '198.51.100.1, 203.0.113.9' }), {}],
    ['no address', spendRow({ requester_ip_address: '' }), { address: '' }],
    ['an agent in the metadata', spendRow({ metadata: { user_agent: 'claude-cli/2.0' } }), { agent: 'claude-code' }],
    ['tags as JSON text', spendRow({ request_tags: '["User-Agent: curl/8.0"]' }), { agent: 'curl' }],
    ['no tags', spendRow({ request_tags: null }), { agent: '' }],
    [
      'a hit in the cache',
      spendRow({ cache_hit: 'True', spend: 0, request_id: 'x_cache_hit1.5' }),
      { microUsd: 0, example: 'x_cache_hit1.5' },
    ],
    ['a model that was only asked for', spendRow({ model: 'claude-opus-5-5', custom_llm_provider: '' }), {}],
    [
      'an inference profile',
      spendRow({ model: 'bedrock/us.anthropic.claude-x', custom_llm_provider: 'bedrock' }),
      { model: 'anthropic.claude-x' },
    ],
    [
      'a batch that is fetched',
      spendRow({ call_type: 'aretrieve_batch' }),
      { deed: 'use', action: 'aretrieve_batch', model: '', tokensIn: 0, tokensOut: 0 },
    ],
    ['no id', spendRow({ request_id: '' }), { example: expect.stringMatching(/^content:/) as string }],
    ['a key in upper case', spendRow({ api_key: HASH.toUpperCase() }), {}],
    [
      'a key that was written out',
      spendRow({ api_key: 'sk-abcdefghijklmnop' }),
      { credential: hashOf('sk-abcdefghijklmnop') },
    ],
    [
      'a header that was written out',
      spendRow({ api_key: 'Bearer sk-abcdefghijklmnop' }),
      { credential: hashOf('sk-abcdefghijklmnop') },
    ],
    [
      'the master key',
      spendRow({ api_key: 'litellm_proxy_master_key', user: 'default_user_id' }),
      { credential: 'litellm_proxy_master_key', principal: 'default_user_id' },
    ],
    [
      'the master key, unnamed',
      spendRow({ api_key: '', user: 'default_user_id' }),
      { credential: 'litellm_proxy_master_key', principal: 'default_user_id' },
    ],
    ['a person with a token', spendRow({ api_key: `hashed-jwt-${OTHER}` }), { credential: 'user-1', session: OTHER }],
    ['a person at the dashboard', spendRow({ team_id: 'litellm-dashboard' }), { credential: 'user-1', session: HASH }],
    ['a key of another form', spendRow({ api_key: 'corp-session-secret' }), { credential: 'user-1' }],
    [
      'nobody',
      spendRow({ api_key: 'None', user: '', metadata: {} }),
      { credential: 'unidentified:litellm', principal: 'unidentified:litellm' },
    ],
    ['a payload as an envelope', { standard_logging_object: payload() }, {}],
    [
      'a payload with an address in its metadata',
      payload({ requester_ip_address: undefined }, { requester_ip_address: '203.0.113.9' }),
      {},
    ],
    ['a payload of an older version', payload({ status: undefined, custom_llm_provider: undefined }), {}],
    [
      'wild numbers',
      spendRow({ spend: 'NaN', prompt_tokens: -5, completion_tokens: 1e300 }),
      { microUsd: 0, tokensIn: 0, tokensOut: 0 },
    ],
  ])('%s', (_, record, expected) => {
    expect(eventOf(record)).toEqual({ ...EVENT, ...expected });
  });

  const failure = (error_information: object, over: object = {}) =>
    spendRow({ status: 'failure', metadata: { user_api_key_alias: 'ci', error_information }, ...over });

  test.each<[string, Record<string, unknown>, AuditEvent['outcome']]>([
    ['limited', failure({ error_class: 'RateLimitError', error_code: '429' }), 'throttled'],
    ['limited, by its code alone', failure({ error_code: 429 }), 'throttled'],
    ['over budget', failure({ error_class: 'BudgetExceededError', error_code: '429' }), 'denied'],
    [
      'over budget, by what is said',
      failure({ error_code: '400', error_message: 'Budget has been exceeded! Current cost: 2' }),
      'denied',
    ],
    [
      'a model that the key may not use',
      failure({ error_class: 'ProxyException', error_code: '403', error_message: 'key not allowed to access model' }),
      'denied',
    ],
    ['a key that expired', failure({ error_class: 'ProxyException', error_code: '401' }), 'denied'],
    [
      'a provider that refuses the proxy',
      failure({ error_class: 'AuthenticationError', error_code: '401', llm_provider: 'openai' }),
      'failed',
    ],
    [
      'a provider that refuses the model',
      failure({ error_class: 'PermissionDeniedError', error_code: '403', llm_provider: 'bedrock' }),
      'denied',
    ],
    [
      'no such model',
      failure({
        error_class: 'ProxyException',
        error_code: '400',
        error_message: 'Invalid model name passed in model=x',
      }),
      'invalid',
    ],
    ['no such model at the provider', failure({ error_class: 'NotFoundError', llm_provider: 'openai' }), 'invalid'],
    ['a timeout', failure({ error_class: 'Timeout', error_code: '408' }), 'failed'],
    ['nothing said', failure({}), 'failed'],
    [
      'a failure of a payload',
      payload({ status: 'failure', error_str: 'litellm.RateLimitError: slow down' }),
      'throttled',
    ],
    ['a success that speaks of errors', spendRow({ metadata: { error_information: { error_code: '500' } } }), 'ok'],
  ])('%s', (_, record, outcome) => {
    expect(eventOf(record).outcome).toBe(outcome);
  });

  test("with a key that the proxy does not know is nobody's, whichever it was", () => {
    const message = 'Authentication Error, Invalid proxy server token passed. Unable to find token in cache';
    const rows = [HASH, OTHER].map((api_key, i) => ({
      ...failure(
        { error_code: '401', error_message: message },
        { request_id: `r${i}`, call_type: '', model: '', user: '' },
      ),
      api_key,
    }));
    const { events, credentials } = readRecords(rows);
    expect(events.map(({ credential, outcome, deed, action }) => [credential, outcome, deed, action])).toEqual([
      ['unidentified:litellm', 'denied', 'use', 'call'],
      ['unidentified:litellm', 'denied', 'use', 'call'],
    ]);
    expect(credentials).toEqual([
      { id: 'unidentified:litellm', provider: 'proxy', kind: 'unknown', owner: '', account: 'litellm', observedAt: 0 },
    ]);
  });

  test('of a health check is left out, and a caller who says to be one is not', () => {
    const health = 'litellm-internal-health-check';
    const { events, ignored } = readRecords([
      spendRow({ api_key: health, team_id: health }),
      payload({}, { user_api_key_hash: health }),
      spendRow({ request_tags: [health], metadata: { user_api_key_alias: health } }),
    ]);
    expect([events.length, ignored]).toEqual([1, 2]);
  });

  test.each(['litellm-internal-health-check', 'litellm_proxy_master_key'])(
    "with %s offered as a key is nobody's",
    name => {
      const error_message = "LiteLLM Virtual Key expected. Received=x, expected to start with 'sk-'.";
      expect(eventOf(failure({ error_code: '401', error_message }, { api_key: name, user: '' }))).toMatchObject({
        credential: 'unidentified:litellm',
        outcome: 'denied',
      });
    },
  );

  test('leaves nothing behind of what was said, nor a key that was written out', () => {
    const secret = 'sk-verysecretverysecret';
    const reading = readRecords([
      spendRow({
        api_key: secret,
        metadata: { user_api_key_alias: secret, error_information: { error_message: secret } },
      }),
      spendRow({ request_id: secret, user: secret, api_key: 'corp-session-secret' }),
    ]);
    const text = JSON.stringify([reading.events, reading.credentials, reading.malformed]);
    expect(text).not.toMatch(/verysecret|nobody may keep|corp-session/);
  });

  test('without a time is malformed', () => {
    expect(readRecords([spendRow({ startTime: 'soon' }), payload({ startTime: [] })]).malformed).toEqual([
      'the record has no readable time',
      'the record has no readable time',
    ]);
  });
});

test('a table that was exported reads like the rows of the API', async () => {
  const names = [
    'request_id',
    'call_type',
    'api_key',
    'spend',
    'prompt_tokens',
    'completion_tokens',
    'startTime',
    'model',
    'custom_llm_provider',
    'user',
    'team_id',
    'metadata',
    'requester_ip_address',
    'request_tags',
    'status',
  ];
  const cell = (value: unknown): string => {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return `"${text.replaceAll('"', '""')}"`;
  };
  const row = { ...spendRow(), startTime: '2026-11-01 10:00:00.12' };
  const csv = `${names.join()}\n${names.map(name => cell(row[name as keyof typeof row])).join()}\n`;
  const { events, completion } = await readText(csv);
  expect(events).toEqual([EVENT]);
  expect(completion).toMatchObject({ complete: true, kind: 'litellm-spend' });
});

test('one page of the API reads as its rows', async () => {
  const page = { data: [spendRow()], total: 1, page: 1, page_size: 50, total_pages: 1 };
  const { events, completion } = await readText(JSON.stringify(page));
  expect(events).toEqual([EVENT]);
  expect(completion).toMatchObject({ complete: true, damage: [] });
});

describe('what calls show', () => {
  const viewsOf = (...records: Record<string, unknown>[]) => readRecords(records).views.get('litellm-spend')!;
  const VIRTUAL = 'calls are told by virtual key: which key of a provider the proxy used for them is not';

  test('all', () => {
    const where = 'spend logs of LiteLLM';
    expect(viewsOf(spendRow())).toEqual({
      calls: { blind: false, gaps: [VIRTUAL] },
      tokens: { blind: false, gaps: [] },
      places: { blind: false, gaps: [] },
      deeds: { blind: true, gaps: [`${where} tell of no changes of keys and rights: the audit log of LiteLLM does`] },
      'sign-ins': { blind: true, gaps: [`${where} show no sign-ins`] },
      inventory: {
        blind: false,
        gaps: ['no list of keys: `GET /key/list?return_full_object=true` of the proxy gives one'],
      },
    });
  });

  test('nothing', () => {
    const { calls, tokens, places } = viewsOf();
    expect([calls.blind, tokens.blind, places.blind]).toEqual([true, true, true]);
  });

  test('a load balancer in place of callers', () => {
    const [gap = ''] = viewsOf(spendRow({ requester_ip_address: '10.0.0.7' })).places.gaps;
    expect(gap).toMatch(/^every address is of a private network/);
    expect(viewsOf(spendRow({ requester_ip_address: '10.0.0.7' }), spendRow()).places.gaps).toEqual([]);
  });

  test('callers that were taken out', () => {
    const redacted = payload({ metadata: { requester_ip_address: '203.0.113.9' } });
    const views = readRecords([redacted]).views.get('litellm-payload')!;
    for (const sight of ['calls', 'tokens', 'places'] as const)
      expect(views[sight].gaps.at(-1)).toMatch(/^some calls name no key and no user \(redact_user_api_key_info/);
  });
});

const keyRow = (over: object = {}): Record<string, unknown> => ({
  token: HASH,
  key_name: 'sk-...Zx12',
  key_alias: 'ci',
  user_id: 'user-1',
  team_id: 'team-1',
  created_at: '2026-01-02T03:04:05.678000Z',
  expires: '2027-01-02T03:04:05Z',
  last_active: '2026-10-31T00:00:00Z',
  blocked: null,
  spend: 3.5,
  metadata: {},
  ...over,
});

const LISTED = {
  ...KEY,
  observedAt: 1,
  hint: 'sk-...Zx12',
  active: true,
  createdAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  expiresAt: Date.UTC(2027, 0, 2, 3, 4, 5),
  lastUsedAt: Date.UTC(2026, 9, 31),
  isUseKnown: true,
};

describe('a key', () => {
  const { lastUsedAt: _at, isUseKnown: _known, ...UNSEEN } = LISTED;

  test.each<[string, Record<string, unknown>, readonly object[]]>([
    ['as it is listed', keyRow(), [LISTED]],
    ['as /key/info tells of it', { key: HASH, info: { ...keyRow(), token: undefined } }, [LISTED]],
    [
      'as /key/info tells of one that was written out',
      { key: 'sk-a', info: { ...keyRow(), token: undefined } },
      [{ ...LISTED, id: hashOf('sk-a') }],
    ],
    ['blocked', keyRow({ blocked: true }), [{ ...LISTED, active: false }]],
    ['blocked, in a table', keyRow({ blocked: 't' }), [{ ...LISTED, active: false }]],
    [
      'deleted',
      keyRow({ deleted_at: '2026-11-01 00:00:00.000' }),
      [{ ...LISTED, active: false, observedAt: Date.UTC(2026, 10, 1) }],
    ],
    [
      'rotated',
      keyRow({ rotation_count: 2, last_rotation_at: '2026-06-01T00:00:00Z' }),
      [{ ...LISTED, createdAt: Date.UTC(2026, 5, 1) }],
    ],
    ['never used', keyRow({ last_active: null, spend: 0 }), [{ ...UNSEEN, isUseKnown: true }]],
    ['used before that was noted', keyRow({ last_active: null }), [UNSEEN]],
    [
      'perhaps used, its spend being set back',
      keyRow({ last_active: null, spend: 0, budget_duration: '30d' }),
      [UNSEEN],
    ],
    ['of a version that does not note its use', { ...keyRow(), last_active: undefined }, [UNSEEN]],
    ['for ever', keyRow({ expires: '2999-01-01T00:00:00Z' }), [{ ...LISTED, expiresAt: Date.UTC(2999, 0, 1) }]],
    ['without an end', keyRow({ expires: null }), [{ ...LISTED, expiresAt: undefined }]],
    [
      'of a service account',
      keyRow({ user_id: null, metadata: { service_account_id: 'batch' } }),
      [
        {
          id: 'batch',
          provider: 'proxy',
          kind: 'service-account',
          owner: '',
          account: 'litellm',
          observedAt: 1,
          name: 'batch',
        },
        { ...LISTED, owner: 'batch' },
      ],
    ],
    [
      'that was replaced',
      { id: 'x', token: HASH, active_token_id: OTHER, revoke_at: '2026-11-05T00:00:00Z' },
      [
        {
          id: HASH,
          provider: 'proxy',
          kind: 'virtual-key',
          owner: '',
          account: 'litellm',
          observedAt: 1,
          expiresAt: Date.UTC(2026, 10, 5),
        },
        {
          id: OTHER,
          provider: 'proxy',
          kind: 'virtual-key',
          owner: '',
          account: 'litellm',
          observedAt: 1,
          parent: HASH,
        },
      ],
    ],
  ])('%s', (_, record, expected) => {
    const { credentials, malformed, events } = readRecords([record]);
    expect([credentials, malformed, events]).toEqual([expected, [], []]);
  });

  test('shows its hint only as LiteLLM masks it', () => {
    const { credentials } = readRecords([keyRow({ key_name: 'sk-verysecretverysecret' })]);
    expect(credentials[0]).not.toHaveProperty('hint');
  });

  test('of the dashboard is a session, and left out', () => {
    const { credentials, ignored } = readRecords([keyRow({ team_id: 'litellm-dashboard' })]);
    expect([credentials, ignored]).toEqual([[], 1]);
  });

  test('that says nothing of use is malformed', () => {
    expect(readRecords([keyRow({ token: 7 }), keyRow({ created_at: 'once' })]).malformed).toEqual([
      'a key without the hash that names it',
      'a row with an unreadable created_at',
    ]);
  });

  test('in a saved answer', async () => {
    const page = { keys: [keyRow()], total_count: 1, current_page: 1, total_pages: 1 };
    const { credentials, completion, censuses } = await readText(JSON.stringify(page));
    expect(credentials).toEqual([LISTED]);
    expect(censuses).toEqual([]);
    expect(completion).toMatchObject({ complete: true, kind: 'litellm-keys' });
    expect(completion.views!.inventory).toEqual({
      blind: false,
      gaps: ['a saved list of LiteLLM holds the keys or the page that it was asked for, and no others'],
    });
  });
});

describe('people', () => {
  const user = (n: number) => ({
    user_id: `user-${n}`,
    user_email: `u${n}@example.com`,
    user_role: 'internal_user',
    user_alias: null,
    spend: 0,
    created_at: '2026-01-01T00:00:00Z',
  });
  const member = (n: number, over: object = {}) => ({
    ...PERSON,
    id: `user-${n}`,
    owner: `u${n}@example.com`,
    observedAt: 1,
    active: true,
    createdAt: Date.UTC(2026, 0, 1),
    ...over,
  });

  test('as users', () => {
    expect(readRecords([user(1)]).credentials).toEqual([member(1)]);
    expect(readRecords([{ users: [user(1), user(2)], total: 2, page: 1, total_pages: 1 }]).credentials).toEqual([
      member(1),
      member(2),
    ]);
  });

  test('as members of teams', () => {
    const team = {
      team_id: 't',
      team_alias: 'T',
      members_with_roles: [{ user_id: 'user-1', user_email: 'u1@example.com', role: 'admin' }, { user_id: null }],
    };
    const { active: _a, createdAt: _c, ...plain } = member(1, { observedAt: 0 });
    expect(readRecords([team]).credentials).toEqual([plain]);
    expect(readRecords([{ teams: [team], total: 1 }]).credentials).toEqual([plain]);
  });

  test('of one page of several', () => {
    const { credentials, malformed } = readRecords([{ users: [user(1)], total: 9, page: 1, total_pages: 9 }]);
    expect([credentials.length, malformed]).toEqual([1, ['one page of several: save the list whole']]);
  });
});

const change = (action: string, over: object = {}): Record<string, unknown> => ({
  id: 'change-1',
  updated_at: '2026-11-01T10:00:00.120Z',
  changed_by: 'user-1',
  changed_by_api_key: OTHER,
  action,
  table_name: 'LiteLLM_VerificationToken',
  object_id: HASH,
  before_value: null,
  updated_values: null,
  ...over,
});

describe('a change', () => {
  const at = { id: HASH, provider: 'proxy', kind: 'virtual-key', account: 'litellm', observedAt: AT };
  const seen = { ...at, owner: '' };
  const NEW = hashOf('new');
  const users = { table_name: 'LiteLLM_UserTable', object_id: 'user-2' };
  const person = { id: 'user-2', provider: 'proxy', kind: 'member', owner: '', account: 'litellm', observedAt: AT };

  test.each<
    [string, Record<string, unknown>, readonly [deed: string, action: string, target: string], readonly object[]]
  >([
    [
      'a key is made',
      change('created', {
        updated_values: JSON.stringify({
          key_alias: 'ci',
          user_id: 'user-1',
          key: 'sk-...',
          expires: '2027-01-01T00:00:00Z',
        }),
      }),
      ['create', 'litellm:key-created', HASH],
      [{ ...at, owner: 'user-1', name: 'ci', expiresAt: Date.UTC(2027, 0, 1), createdAt: AT, active: true }],
    ],
    [
      'a key is deleted',
      change('deleted', { before_value: { key_alias: 'ci', user_id: 'user-1' } }),
      ['delete', 'litellm:key-deleted', HASH],
      [{ ...at, owner: 'user-1', name: 'ci', active: false }],
    ],
    [
      'a key is blocked',
      change('blocked', { before_value: '{"blocked":null}' }),
      ['disable', 'litellm:key-blocked', HASH],
      [{ ...seen, active: false }],
    ],
    [
      'a block is lifted',
      change('blocked', { before_value: '{"blocked":true}' }),
      ['enable', 'litellm:key-blocked', HASH],
      [{ ...seen, active: true }],
    ],
    [
      'a key is blocked by an update',
      change('updated', { updated_values: { blocked: true } }),
      ['disable', 'litellm:key-updated', HASH],
      [{ ...seen, active: false }],
    ],
    [
      'a key gets models',
      change('updated', { before_value: { models: ['a'] }, updated_values: { models: ['a', 'b'] } }),
      ['grant', 'litellm:key-updated', HASH],
      [seen],
    ],
    [
      'a key gets a budget',
      change('updated', { before_value: { max_budget: 10 }, updated_values: { max_budget: 20 } }),
      ['grant', 'litellm:key-updated', HASH],
      [seen],
    ],
    [
      'a key gets a smaller budget',
      change('updated', { before_value: { max_budget: 10 }, updated_values: { max_budget: 5, models: undefined } }),
      ['use', 'litellm:key-updated', HASH],
      [seen],
    ],
    [
      'a key is rotated',
      change('rotated', {
        before_value: { key_alias: 'ci', user_id: 'user-1' },
        updated_values: { token_id: NEW, key_alias: 'ci' },
      }),
      ['create', 'litellm:key-rotated', NEW],
      [
        { ...at, id: NEW, owner: 'user-1', name: 'ci', createdAt: AT, active: true, parent: HASH },
        { ...at, owner: 'user-1', name: 'ci', active: false },
      ],
    ],
    ['a key is rotated, into which is not told', change('rotated'), ['create', 'litellm:key-rotated', ''], []],
    [
      'somebody is added',
      change('created', { ...users, updated_values: { user_email: 'u2@example.com' } }),
      ['grant', 'litellm:user-created', 'user-2'],
      [{ ...person, owner: 'u2@example.com', active: true }],
    ],
    [
      'somebody becomes an admin',
      change('updated', {
        ...users,
        before_value: { user_role: 'internal_user' },
        updated_values: { user_role: 'proxy_admin' },
      }),
      ['grant', 'litellm:user-updated', 'user-2'],
      [{ ...person, active: true }],
    ],
    [
      'somebody is taken out',
      change('deleted', users),
      ['delete', 'litellm:user-deleted', 'user-2'],
      [{ ...person, active: false }],
    ],
    [
      'a team gets models',
      change('updated', {
        table_name: 'LiteLLM_TeamTable',
        object_id: 'team-1',
        before_value: { models: [] },
        updated_values: { models: ['a'] },
      }),
      ['grant', 'litellm:team-updated', 'team-1'],
      [],
    ],
    [
      'a model is added',
      change('created', { table_name: 'LiteLLM_ProxyModelTable', object_id: 'model-1' }),
      ['use', 'litellm:model-created', ''],
      [],
    ],
    [
      'what nobody has heard of',
      change('pondered', { table_name: 'LiteLLM_Dreams' }),
      ['use', 'litellm:dreams-pondered', ''],
      [],
    ],
  ])('%s', (_, record, told, sightings) => {
    const { events, credentials, malformed } = readRecords([record]);
    expect(malformed).toEqual([]);
    expect(events.map(({ deed, action, target }) => [deed, action, target])).toEqual([told]);
    expect(events[0]).toMatchObject({
      at: AT,
      example: 'change-1',
      credential: OTHER,
      principal: 'user-1',
      outcome: 'ok',
    });
    expect(credentials.slice(1)).toEqual(sightings);
  });

  test.each([
    [
      'the master key',
      { changed_by: 'default_user_id', changed_by_api_key: 'litellm_proxy_master_key' },
      'litellm_proxy_master_key',
    ],
    ['the administrator', { changed_by: 'default_user_id', changed_by_api_key: '' }, 'litellm_proxy_master_key'],
    ['a person', { changed_by_api_key: '' }, 'user-1'],
    ['nobody', { changed_by: '', changed_by_api_key: '' }, 'unidentified:litellm'],
  ])('by %s', (_, over, credential) => {
    expect(eventOf(change('deleted', over)).credential).toBe(credential);
  });

  test('on a page of the API', () => {
    const page = { audit_logs: [change('deleted'), {}], total: 150, page: 1, page_size: 100, total_pages: 2 };
    const { events, malformed, views } = readRecords([page]);
    expect(events).toHaveLength(1);
    expect(malformed).toEqual([
      'a record of the audit log without a readable time',
      'one page of several: save the log whole',
    ]);
    const { deeds, calls, places } = views.get('litellm-audit')!;
    expect([deeds, calls.blind, places.blind]).toEqual([{ blind: false, gaps: [] }, true, true]);
  });
});

describe('hostile records', () => {
  const samples = [
    spendRow(),
    payload(),
    keyRow(),
    { key: HASH, info: keyRow() },
    change('rotated'),
    { users: [{ user_id: 'u', user_role: 'r', spend: 1 }] },
  ];
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(
      null,
      [],
      {},
      '__proto__',
      -1,
      Number.MAX_VALUE,
      '\u0000\u001b[31m',
      'x'.repeat(100_000),
      '{"a":',
      '[[[[',
    ),
  );

  test('never throw, in any format', () => {
    const spoiled = fc.constantFrom(...samples).chain(sample => {
      const names = fc.constantFrom(...Object.keys(sample));
      return fc.dictionary(names, values, { maxKeys: 4 }).map(over => ({ ...sample, ...over }));
    });
    fc.assert(
      fc.property(fc.oneof(spoiled, fc.dictionary(fc.string(), values)), record => {
        const { events, credentials } = readRecords([record]);
        const text = JSON.stringify([events, credentials]);
        expect(text).not.toMatch(/[\u0000-\u001f]|\\u00(?:0|1[0-9a-f])/);
        expect(text.length).toBeLessThan(20_000);
      }),
      { numRuns: 400 },
    );
  });

  test("are not taken for another vendor's, nor theirs for these", () => {
    const own = [litellmSpend, litellmPayload, litellmKeys, litellmAudit];
    for (const record of samples)
      expect(formats.filter(format => format.unwrap(record) !== null).map(({ id }) => id)).toHaveLength(1);
    const foreign = [
      { id: 'x', type: 'api_key', name: 'k', created_at: 1 },
      { user_id: 'x', email: 'x@example.com', role: 'user' },
      { action: 'created', object_id: 'x' },
      { key: 'x', info: {} },
      { eventName: 'x', eventTime: 'y', metadata: {} },
    ];
    for (const record of foreign) expect(own.filter(format => format.unwrap(record) !== null)).toEqual([]);
  });

  test('the fields of every format are texts', () => {
    const project = projector(litellmSpend.paths);
    expect(Object.values(project(litellmSpend.unwrap(spendRow())!)).every(value => typeof value === 'string')).toBe(
      true,
    );
  });
});

test('what the simulator writes is read whole', async () => {
  const { calendar, filesOf } = simulate({ seed: 7, keys: 60 });
  let read = 0;
  for (let day = 0; day < calendar.days; day++) {
    for (const { path, text } of filesOf(day)) {
      if (!path.startsWith('litellm/')) continue;
      const { events, completion } = await readText(text);
      expect(completion).toMatchObject({ complete: true, kind: 'litellm-spend', damage: [] });
      expect(events).toHaveLength(text.trim().split('\n').length);
      expect(events.every(({ deed, tokensIn, address }) => deed === 'infer' && tokensIn > 0 && address !== '')).toBe(
        true,
      );
      read += events.length;
    }
  }
  expect(read).toBeGreaterThan(500);
}, 60_000);
