import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Credential } from '../src/model/credential.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { anthropicActivity } from '../src/normalise/anthropic-activity.ts';
import { anthropicAnalytics } from '../src/normalise/anthropic-analytics.ts';
import { anthropicListing } from '../src/normalise/anthropic-listing.ts';
import { anthropicUsageReport } from '../src/normalise/anthropic-usage-report.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import { HOUR } from '../src/time.ts';
import { rawRecord } from './raw-record.ts';

const FORMATS = [anthropicActivity, anthropicAnalytics, anthropicUsageReport, anthropicListing];

/** What becomes of records, each taken by the first of these formats that knows it. */
function read(...records: readonly JsonObject[]) {
  const readers = new Map(FORMATS.map(format => [format, format.reader()]));
  const events: AuditEvent[] = [];
  const credentials: Credential[] = [];
  const faults: string[] = [];
  const kinds: string[] = [];
  let ignored = 0;
  for (const record of records) {
    const format = FORMATS.find(each => each.unwrap(record) !== null);
    kinds.push(format?.id ?? 'unknown');
    if (format === undefined) continue;
    readers.get(format)!.read({}, () => format.unwrap(record)!, {
      event: event => void events.push(event),
      credential: credential => void credentials.push(credential),
      census: () => undefined,
      ignore: () => void ignored++,
      malformed: what => void faults.push(what),
    });
  }
  const views = (id: string) => readers.get(FORMATS.find(each => each.id === id)!)!.views();
  return { events, credentials, faults, kinds, ignored, views };
}

const CREATED = Date.UTC(2026, 8, 30, 23, 58, 27, 427);

const KEY = {
  id: 'apikey_01Rj2N8SVvo6BePZj99NhmiT',
  type: 'api_key',
  name: 'Developer Key',
  partial_key_hint: 'sk-ant-api03-R2D...igAA',
  status: 'active',
  created_at: '2026-09-30T23:58:27.427722Z',
  created_by: { id: 'user_01Maker', type: 'user' },
};
const NEW = {
  ...KEY,
  expires_at: '2026-12-31T00:00:00Z',
  principal: { type: 'service_account_actor', service_account_id: 'svac_01Ci' },
  scope: { type: 'workspace', workspace_id: 'wrkspc_01Main' },
};
const OLD = { ...KEY, workspace_id: null };

const seen = { provider: 'anthropic', account: 'anthropic', observedAt: 1 } as const;
const told = {
  ...seen,
  id: KEY.id,
  kind: 'api-key',
  active: true,
  name: 'Developer Key',
  hint: 'sk-ant-api03-R2D...igAA',
  createdAt: CREATED,
} as const;

describe('lists of the Admin API', () => {
  const cases: readonly (readonly [string, JsonObject, readonly Credential[]])[] = [
    [
      'a key in the newer shape, which acts as a service account',
      NEW,
      [
        { ...told, owner: 'svac_01Ci', scope: 'wrkspc_01Main', expiresAt: Date.UTC(2026, 11, 31) },
        { ...seen, id: 'svac_01Ci', kind: 'service-account', owner: '' },
        { ...seen, id: 'user_01Maker', kind: 'member', owner: '' },
      ],
    ],
    [
      'a key in the older shape, held by whoever made it',
      OLD,
      [
        { ...told, owner: 'user_01Maker' },
        { ...seen, id: 'user_01Maker', kind: 'member', owner: '' },
      ],
    ],
    [
      'a key of nobody, for the whole organisation',
      { ...KEY, created_by: null, principal: null, scope: { type: 'organization' }, expires_at: null },
      [{ ...told, owner: '' }],
    ],
    ...(['inactive', 'archived', 'expired'] as const).map(
      status =>
        [
          `a key that is ${status}`,
          { ...KEY, status, created_by: null },
          [{ ...told, owner: '', active: false }],
        ] as const,
    ),
    [
      'a key in a state that is not known',
      { ...KEY, status: 'paused', created_by: null },
      [
        {
          ...seen,
          id: KEY.id,
          kind: 'api-key',
          owner: '',
          name: 'Developer Key',
          hint: told.hint,
          createdAt: CREATED,
        },
      ],
    ],
    [
      'a key that is shown whole is not shown on',
      {
        ...KEY,
        created_by: null,
        partial_key_hint: `sk-ant-api03-${'R2DxQ7'.repeat(16)}AA`,
        name: 'sk-ant-api03-R2DxQ7R2DxQ7',
      },
      [{ ...told, owner: '', hint: '[redacted]', name: '[redacted]' }],
    ],
    [
      'a member',
      {
        id: 'user_01A',
        type: 'user',
        email: 'Ops@Example.com',
        name: 'Ops',
        role: 'admin',
        added_at: '2026-01-02T03:04:05Z',
      },
      [
        {
          ...seen,
          id: 'user_01A',
          kind: 'member',
          owner: 'ops@example.com',
          active: true,
          name: 'Ops',
          createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
        },
      ],
    ],
    [
      'a service account that was archived',
      {
        id: 'svac_01Ci',
        type: 'service_account',
        name: 'ci',
        organization_role: 'developer',
        created_at: '2026-01-02T03:04:05Z',
        archived_at: '2026-02-02T03:04:05Z',
      },
      [
        {
          ...seen,
          id: 'svac_01Ci',
          kind: 'service-account',
          owner: '',
          active: false,
          name: 'ci',
          createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
        },
      ],
    ],
    [
      'a federation rule, which lets tokens of others stand for a service account',
      {
        id: 'fdrl_01',
        type: 'federation_rule',
        name: 'github',
        issuer_id: 'fdis_01',
        target: { type: 'service_account', service_account_id: 'svac_01Ci' },
        created_at: '2026-01-02T03:04:05Z',
        archived_at: null,
      },
      [
        {
          ...seen,
          id: 'fdrl_01',
          kind: 'federated-credential',
          owner: 'svac_01Ci',
          active: true,
          name: 'github',
          createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
        },
        { ...seen, id: 'svac_01Ci', kind: 'service-account', owner: '' },
      ],
    ],
  ];
  test.each(cases)('%s', (_, record, expected) => {
    const { credentials, faults, kinds } = read(record);
    expect({ credentials, faults, kinds }).toEqual({
      credentials: expected,
      faults: [],
      kinds: ['anthropic-listing'],
    });
  });

  test('what holds nothing about a credential is left out knowingly', () => {
    const { kinds, ignored, credentials } = read(
      { type: 'invite', id: 'invite_01', email: 'a@example.com', role: 'admin', status: 'pending', invited_at: 'x' },
      { type: 'organization', id: 'org', name: 'Example' },
      { type: 'workspace', id: 'wrkspc_01', name: 'w', display_color: '#fff', archived_at: null },
      { type: 'federation_issuer', id: 'fdis_01', issuer_url: 'https://token.actions.githubusercontent.com' },
      { type: 'rate_limit', id: 'x', group: { type: 'model_group' }, limits: [] },
      { type: 'spend_limit', id: 'x', scope: { type: 'organization' }, period: 'monthly' },
    );
    expect({ kinds: new Set(kinds), ignored, credentials }).toEqual({
      kinds: new Set(['anthropic-listing']),
      ignored: 6,
      credentials: [],
    });
  });

  test('what is wrong with a row is said, and it costs only itself', () => {
    const { faults, credentials } = read(
      { ...KEY, id: { nested: true } },
      { ...KEY, created_by: null, created_at: 'yesterday' },
      { ...KEY, created_by: null, expires_at: '9999-12-31T00:00:00Z' },
    );
    expect(faults).toEqual(['an API key without an id', 'api_key with an unreadable created_at']);
    expect(credentials).toEqual([
      { ...told, owner: '', createdAt: undefined },
      { ...told, owner: '' },
    ]);
  });

  test('the views say which lists are not there, and that a feed is switched off', () => {
    const { inventory, deeds } = read(KEY, { type: 'compliance_settings', state: { type: 'disabled' } }).views(
      'anthropic-listing',
    );
    expect(inventory).toEqual({
      blind: false,
      gaps: [
        'a saved answer of the Admin API lists what it was asked for, and no more',
        'Anthropic lists neither admin keys nor Compliance Access Keys',
        'no list of members, which GET /v1/organizations/users gives',
      ],
    });
    expect(deeds.gaps).toEqual([
      'a list of keys shows no deeds',
      'the Compliance API of this organisation is switched off, so what is done is not recorded',
    ]);
  });
});

const START = Date.UTC(2026, 10, 1);
const HOUR_ROW = { starting_at: '2026-11-01T00:00:00Z', ending_at: '2026-11-01T01:00:00Z' };
const COUNTS = {
  uncached_input_tokens: 100,
  cache_read_input_tokens: 20,
  cache_creation: { ephemeral_1h_input_tokens: 3, ephemeral_5m_input_tokens: 4, ephemeral_24h_input_tokens: 5 },
  output_tokens: 50,
  total_tokens: 182,
  server_tool_use: { web_search_requests: 1 },
};
const GROUP = {
  api_key_id: KEY.id,
  model: 'claude-opus-5-5',
  workspace_id: 'wrkspc_01Main',
  inference_geo: 'us',
  actor: { type: 'service_account_actor', service_account_id: 'svac_01Ci' },
  product: null,
};
const ROW = { ...HOUR_ROW, group: GROUP, usage: { ...COUNTS, requests: 7 } };

describe('usage', () => {
  test('an hour of a key is one event with a count', () => {
    const { events, credentials } = read(ROW);
    expect(events).toEqual([
      {
        at: START,
        last: START + HOUR - 1,
        count: 7,
        tokensIn: 132,
        tokensOut: 50,
        microUsd: 0,
        ttl: 0,
        example: expect.stringMatching(/^usage\/2026-11-01T00:00:00.000Z\/apikey_01Rj2N8SVvo6BePZj99NhmiT\/\w+$/),
        hour: START / HOUR,
        credential: KEY.id,
        session: '',
        principal: 'svac_01Ci',
        account: 'anthropic',
        deed: 'infer',
        action: 'anthropic:messages',
        outcome: 'ok',
        address: '',
        agent: '',
        region: '',
        inferenceRegion: 'us',
        model: 'claude-opus-5-5',
        mfa: '',
        target: '',
      },
    ]);
    const met = { provider: 'anthropic', account: 'anthropic', observedAt: 0 };
    expect(credentials).toEqual([
      { ...met, id: 'svac_01Ci', kind: 'service-account', owner: '' },
      { ...met, id: KEY.id, kind: 'api-key', owner: 'svac_01Ci', scope: 'wrkspc_01Main', lastUsedAt: START + HOUR },
    ]);
  });

  test('rows are told apart by all that they are grouped by, and known again', () => {
    const other = { ...ROW, group: { ...GROUP, model: 'claude-haiku-5' } };
    const person = {
      ...ROW,
      group: { ...GROUP, actor: { type: 'user_actor', user_id: 'user_01A', email_address: null } },
    };
    const examples = read(ROW, other, person, ROW).events.map(({ example }) => example);
    expect(new Set(examples).size).toBe(3);
    expect(examples[3]).toBe(examples[0]);
  });

  const holders: readonly [string, JsonObject, readonly [string, string, string]][] = [
    [
      'a person without a key',
      { type: 'user_actor', user_id: 'user_01A', email_address: 'A@example.com', name: 'A', deleted: false },
      ['user_01A', 'member', 'a@example.com'],
    ],
    [
      'a service account',
      { type: 'service_account_actor', service_account_id: 'svac_01' },
      ['svac_01', 'service-account', ''],
    ],
    [
      'a workload of AWS',
      {
        type: 'federated_actor',
        subject: 'arn:aws:iam::123456789012:role/app',
        provider: { type: 'aws', account_id: '123456789012' },
      },
      ['123456789012 arn:aws:iam::123456789012:role/app', 'federated-credential', ''],
    ],
    ['a key by its own name', { type: 'api_actor', api_key_id: 'apikey_02' }, ['apikey_02', 'api-key', '']],
    ['an actor of a new sort', { type: 'robot_actor', user_id: 'user_01R' }, ['user_01R', 'member', '']],
  ];
  test.each(holders)('usage of %s is theirs', (_, actor, [id, kind, owner]) => {
    const { events, credentials } = read({ ...ROW, group: { ...GROUP, api_key_id: null, actor } });
    expect(events.map(({ credential }) => credential)).toEqual([id]);
    expect(credentials[0]).toMatchObject({ id, kind, owner });
  });

  test('usage of nobody is left out and said', () => {
    const { events, ignored, views } = read(
      { ...ROW, group: { ...GROUP, api_key_id: null, actor: null } },
      { ...ROW, usage: { ...COUNTS, requests: null } },
    );
    expect(events.map(({ count, tokensIn }) => [count, tokensIn])).toEqual([[0, 132]]);
    expect(ignored).toBe(1);
    const unnamed = 'some usage is of no key, person or service account that the report names';
    const { calls, tokens, places } = views('anthropic-analytics');
    expect(calls).toEqual({ blind: false, gaps: [unnamed, 'some rows of usage count no calls'] });
    expect(tokens).toEqual({ blind: false, gaps: [unnamed] });
    expect(places).toEqual({
      blind: true,
      gaps: ['no network evidence: Anthropic does not tell where a key calls models from; the log of a proxy does'],
    });
  });

  test('a tool that ran without a model is no model call', () => {
    const usage = { requests: 2, uncached_input_tokens: 0, output_tokens: 0 };
    const { events } = read({ ...ROW, group: { ...GROUP, model: null }, usage });
    expect(events.map(({ deed, action, count }) => [deed, action, count])).toEqual([['use', 'anthropic:tools', 2]]);
  });

  const BUCKET = {
    ...HOUR_ROW,
    results: [
      { ...COUNTS, api_key_id: KEY.id, model: 'claude-opus-5-5', workspace_id: null, service_tier: null },
      { ...COUNTS, api_key_id: null, service_account_id: 'svac_01', model: 'claude-opus-5-5' },
      { ...COUNTS, api_key_id: null, account_id: 'user_01A', model: 'claude-opus-5-5', inference_geo: 'not_available' },
    ],
  };

  test('the older report tells tokens and no calls', () => {
    const { events, credentials, views } = read(BUCKET);
    expect(
      events.map(({ credential, count, tokensIn, tokensOut, inferenceRegion }) => [
        credential,
        count,
        tokensIn,
        tokensOut,
        inferenceRegion,
      ]),
    ).toEqual([
      [KEY.id, 0, 132, 50, ''],
      ['svac_01', 0, 132, 50, ''],
      ['user_01A', 0, 132, 50, ''],
    ]);
    expect(credentials.map(({ id, kind, lastUsedAt }) => [id, kind, lastUsedAt])).toEqual([
      [KEY.id, 'api-key', START + HOUR],
      ['svac_01', 'service-account', START + HOUR],
      ['user_01A', 'member', START + HOUR],
    ]);
    expect(views('anthropic-usage-report').calls).toEqual({
      blind: true,
      gaps: ['this usage report counts tokens and no calls; analytics/usage of the Admin API counts both'],
    });
    expect(views('anthropic-usage-report').tokens).toEqual({ blind: false, gaps: [] });
  });

  test('a bucket of a day says that a key was used, and no hour', () => {
    const { events, credentials, ignored, views } = read({ ...BUCKET, ending_at: '2026-11-02T00:00:00Z' });
    expect(events).toEqual([]);
    expect(ignored).toBe(3);
    expect(credentials[0]).toMatchObject({ id: KEY.id, lastUsedAt: START + 24 * HOUR });
    expect(views('anthropic-usage-report').tokens).toEqual({
      blind: true,
      gaps: ['usage was reported by the day, or longer, which tells no hour: ask for it with 1h'],
    });
  });

  test('what a key cost is told in dollars, in cents and their fractions, and shows no calls', () => {
    const { events, faults, views } = read(
      { ...HOUR_ROW, group: GROUP, cost: { amount: '12.5', list_amount: '13', currency: 'USD', requests: null } },
      { ...HOUR_ROW, group: GROUP, cost: { amount: '99', currency: 'EUR' } },
      { ...HOUR_ROW, group: GROUP, cost: { amount: 'much', currency: 'USD' } },
      { ...HOUR_ROW, starting_at: 'then', group: GROUP, cost: { amount: '1', currency: 'USD' } },
    );
    expect(events).toMatchObject([{ credential: KEY.id, count: 0, tokensIn: 0, tokensOut: 0, microUsd: 125_000 }]);
    expect(faults).toEqual(['a row of costs without a readable time']);
    expect(views('anthropic-analytics').tokens.blind).toBe(true);
  });

  test('costs of nobody in particular are left out knowingly', () => {
    const { ignored, faults, kinds } = read(
      { ...HOUR_ROW, results: [{ amount: '123.45', currency: 'USD', workspace_id: null }] },
      { ...HOUR_ROW, results: [] },
    );
    expect({ ignored, faults, kinds }).toEqual({
      ignored: 2,
      faults: [],
      kinds: ['anthropic-usage-report', 'anthropic-usage-report'],
    });
  });

  test('rows that cannot be read are said', () => {
    const { faults, events } = read(
      { ...ROW, starting_at: 17 },
      { ...ROW, ending_at: ROW.starting_at },
      { ...HOUR_ROW, results: [null, 'x'] },
      { ...ROW, usage: { requests: -1, uncached_input_tokens: 'many', output_tokens: 1 } },
    );
    const untimed = 'a row of usage without a readable time';
    expect(faults).toEqual([untimed, untimed, 'a row of usage that is no object', 'a row of usage that is no object']);
    expect(events.map(({ count, tokensIn, tokensOut }) => [count, tokensIn, tokensOut])).toEqual([[0, 0, 1]]);
  });
});

const USER = {
  type: 'user_actor',
  email_address: 'Admin@example.com',
  user_id: 'user_01A',
  ip_address: '198.51.100.42',
  user_agent: 'Mozilla/5.0',
};
const AT = Date.UTC(2026, 10, 19, 2, 31);
const activity = (type: string, over: JsonObject = {}): JsonObject => ({
  id: `activity_${type}`,
  created_at: '2026-11-19T02:31:00Z',
  organization_id: 'org_01',
  organization_uuid: null,
  type,
  actor: USER,
  ...over,
});
const status = (previous: string, current: string): JsonObject => ({
  updates: [{ type: 'status', previous_value: previous, current_value: current }],
});

describe('the activity feed', () => {
  test('an activity is what was done, by whom and from where', () => {
    const { events, credentials } = read(activity('platform_api_key_created', { api_key_id: 'apikey_new' }));
    expect(events).toEqual([
      {
        at: AT,
        last: AT,
        count: 1,
        tokensIn: 0,
        tokensOut: 0,
        microUsd: 0,
        ttl: 0,
        example: 'activity_platform_api_key_created',
        hour: Math.floor(AT / HOUR),
        credential: 'user_01A',
        session: '',
        principal: 'admin@example.com',
        account: 'org_01',
        deed: 'create',
        action: 'anthropic:platform_api_key_created',
        outcome: 'ok',
        address: '198.51.100.42',
        agent: 'browser',
        region: '',
        inferenceRegion: '',
        model: '',
        mfa: '',
        target: 'apikey_new',
      },
    ]);
    const key = { id: 'apikey_new', provider: 'anthropic', kind: 'api-key', account: 'org_01' };
    expect(credentials).toEqual([
      {
        id: 'user_01A',
        provider: 'anthropic',
        kind: 'member',
        owner: 'admin@example.com',
        account: 'org_01',
        observedAt: 0,
      },
      { ...key, owner: '', observedAt: AT, active: true, createdAt: AT },
      { ...key, owner: 'user_01A', observedAt: -1 },
    ]);
  });

  /** A deed, its target, and what is seen of that: its kind and whether it is active. */
  type Case = readonly [
    type: string,
    over: JsonObject,
    deed: string,
    target: string,
    seen: readonly [string, unknown] | null,
  ];
  const cases: readonly Case[] = [
    [
      'platform_api_key_updated',
      { api_key_id: 'apikey_1', ...status('active', 'inactive') },
      'disable',
      'apikey_1',
      ['api-key', false],
    ],
    [
      'platform_api_key_updated',
      { api_key_id: 'apikey_1', ...status('active', 'archived') },
      'disable',
      'apikey_1',
      ['api-key', false],
    ],
    [
      'platform_api_key_updated',
      { api_key_id: 'apikey_1', ...status('inactive', 'active') },
      'enable',
      'apikey_1',
      ['api-key', true],
    ],
    [
      'platform_api_key_updated',
      { api_key_id: 'apikey_1', updates: [{ type: 'name', current_value: 'active' }] },
      'use',
      '',
      null,
    ],
    ['platform_api_key_updated', { api_key_id: 'apikey_1', updates: 'none' }, 'use', '', null],
    ['admin_api_key_created', { admin_api_key_id: 'adm_1', scopes: [] }, 'create', 'adm_1', ['admin-key', true]],
    ['admin_api_key_deleted', { admin_api_key_id: 'adm_1' }, 'delete', 'adm_1', ['admin-key', false]],
    [
      'api_key_created',
      { api_key_id: 'apikey_c', scopes: ['read:compliance_activities'] },
      'create',
      'apikey_c',
      ['admin-key', true],
    ],
    ['scoped_api_key_deleted', { scoped_api_key_id: 'sk_1' }, 'delete', 'sk_1', ['admin-key', false]],
    ['service_key_created', { service_key_id: 'svk_1' }, 'create', 'svk_1', ['admin-key', true]],
    ['service_key_revoked', { service_key_id: 'svk_1' }, 'delete', 'svk_1', ['admin-key', false]],
    [
      'platform_service_account_created',
      { service_account_id: 'svac_1' },
      'create',
      'svac_1',
      ['service-account', true],
    ],
    [
      'platform_service_account_archived',
      { service_account_id: 'svac_1' },
      'disable',
      'svac_1',
      ['service-account', false],
    ],
    [
      'platform_service_account_updated',
      { service_account_id: 'svac_1', updates: [{ type: 'organization_role', current_value: 'admin' }] },
      'grant',
      'svac_1',
      ['service-account', undefined],
    ],
    ['platform_signing_key_created', { signing_key_id: 'sig_1' }, 'create', 'sig_1', null],
    ['tunnel_token_minted', { tunnel_token_id: 'tt_1' }, 'create', 'tt_1', null],
    ['tunnel_token_revealed', { tunnel_token_id: 'tt_1' }, 'reveal', 'tt_1', null],
    ['tunnel_token_revoked', { tunnel_token_id: 'tt_1' }, 'delete', 'tt_1', null],
    ['platform_federation_issuer_created', { federation_issuer_id: 'fdis_1' }, 'trust', 'fdis_1', null],
    [
      'platform_federation_rule_created',
      { federation_rule_id: 'fdrl_1' },
      'trust',
      'fdrl_1',
      ['federated-credential', true],
    ],
    ['platform_federation_rule_workspace_added', { federation_rule_id: 'fdrl_1' }, 'trust', 'fdrl_1', null],
    ['platform_federation_rule_workspace_removed', { federation_rule_id: 'fdrl_1' }, 'use', '', null],
    [
      'platform_federation_rule_archived',
      { federation_rule_id: 'fdrl_1' },
      'disable',
      'fdrl_1',
      ['federated-credential', false],
    ],
    [
      'platform_federation_rule_updated',
      { federation_rule_id: 'fdrl_1', updates: [{ type: 'match_subject_prefix' }] },
      'trust',
      'fdrl_1',
      ['federated-credential', undefined],
    ],
    [
      'platform_federation_rule_updated',
      { federation_rule_id: 'fdrl_1', updates: [{ type: 'name' }] },
      'use',
      '',
      null,
    ],
    ['org_sso_connection_activated', { connection_id: 'conn_1' }, 'trust', 'conn_1', null],
    ['org_sso_connection_deleted', { connection_id: 'conn_1' }, 'silence', 'conn_1', null],
    ['org_sso_toggled', { enabled: false }, 'silence', '', null],
    ['org_sso_toggled', { enabled: true }, 'use', '', null],
    [
      'org_compliance_api_settings_updated',
      { compliance_api_enabled: true, compliance_api_logging_enabled: false },
      'silence',
      '',
      null,
    ],
    ['org_compliance_api_settings_updated', { compliance_api_enabled: true }, 'use', '', null],
    ['platform_spend_limit_deleted', {}, 'silence', '', null],
    ['org_ip_restriction_deleted', {}, 'silence', '', null],
    ['rbac_role_assigned', { principal_id: 'user_02', role_id: 'r' }, 'grant', 'user_02', null],
    [
      'org_user_invite_sent',
      { invited_email: 'new@example.com', invited_role: 'admin' },
      'grant',
      'new@example.com',
      null,
    ],
    [
      'org_user_deleted',
      { deleted_user_id: 'user_02', deleted_user_email: 'b@example.com' },
      'delete',
      'user_02',
      ['member', false],
    ],
    ['org_user_left', {}, 'delete', 'user_01A', ['member', false]],
    ['sso_login_succeeded', { organization_id: null }, 'sign-in', '', null],
    ['platform_federated_authentication', { service_account_id: 'svac_1' }, 'issue', 'svac_1', null],
    ['something_nobody_heard_of', { secret: 'x' }, 'use', '', null],
    ['platform_api_key_created', { api_key_id: ['x'] }, 'create', '', null],
  ];
  test.each(cases)('%s %j is %s', (type, over, deed, target, sighting) => {
    const { events, credentials } = read(activity(type, over));
    expect(events.map(event => [event.deed, event.target])).toEqual([[deed, target]]);
    const found = credentials.filter(({ id, observedAt }) => id === target && observedAt === AT);
    expect(found.map(({ kind, active }) => [kind, active])).toEqual(sighting === null ? [] : [sighting]);
  });

  const actors: readonly [string, JsonObject, readonly [credential: string, kind: string, principal: string]][] = [
    [
      'a key',
      { type: 'api_actor', api_key_id: 'apikey_1', ip_address: '203.0.113.50' },
      ['apikey_1', 'api-key', 'apikey_1'],
    ],
    ['an admin key', { type: 'admin_api_key_actor', admin_api_key_id: 'adm_1' }, ['adm_1', 'admin-key', 'adm_1']],
    [
      'a service account',
      { type: 'service_account_actor', service_account_id: 'svac_1' },
      ['svac_1', 'service-account', 'svac_1'],
    ],
    [
      'a directory',
      { type: 'scim_directory_sync_actor', directory_id: 'd1', workos_event_id: 'e' },
      ['directory/d1', 'unknown', 'directory/d1'],
    ],
    [
      'someone who is not let in yet',
      { type: 'unauthenticated_user_actor', unauthenticated_email_address: 'X@example.com' },
      ['unidentified:x@example.com', 'unknown', 'unidentified:x@example.com'],
    ],
    [
      'a workload that another vouches for',
      { type: 'federated_identity_actor', issuer: 'https://token.actions.githubusercontent.com', subject: 'repo:o/r' },
      [
        'https://token.actions.githubusercontent.com repo:o/r',
        'federated-credential',
        'https://token.actions.githubusercontent.com repo:o/r',
      ],
    ],
    [
      'a person without an id',
      { type: 'user_actor', email_address: 'a@example.com' },
      ['a@example.com', 'member', 'a@example.com'],
    ],
  ];
  test.each(actors)('%s acts', (_, actor, [credential, kind, principal]) => {
    const { events, credentials } = read(activity('platform_file_uploaded', { actor }));
    expect(events.map(event => [event.credential, event.principal])).toEqual([[credential, principal]]);
    expect(credentials).toMatchObject([{ id: credential, kind, observedAt: 0 }]);
  });

  test('what asks the Compliance API is no key for models', () => {
    const actor = { type: 'api_actor', api_key_id: 'apikey_c', ip_address: '203.0.113.50', user_agent: 'curl/8' };
    const { events, credentials } = read(
      activity('compliance_api_accessed', { actor, status_code: 403, organization_id: null }),
    );
    expect(credentials).toMatchObject([{ id: 'apikey_c', kind: 'admin-key', account: 'anthropic' }]);
    expect(events).toMatchObject([{ deed: 'use', outcome: 'denied', agent: 'curl', address: '203.0.113.50' }]);
  });

  test('a failed sign-in is one', () => {
    const { events } = read(
      activity('sso_login_failed'),
      activity('claude_chat_access_failed'),
      activity('org_directory_resync_failed'),
    );
    expect(events.map(({ deed, outcome }) => [deed, outcome])).toEqual([
      ['sign-in', 'denied'],
      ['use', 'denied'],
      ['use', 'failed'],
    ]);
  });

  test('what Anthropic does for its own ends is left out, what it does to keys is not', () => {
    const actor = { type: 'anthropic_actor', email_address: null };
    const { events, ignored } = read(
      activity('org_taint_added', { actor }),
      activity('platform_api_key_updated', { actor, api_key_id: 'apikey_1', ...status('active', 'inactive') }),
    );
    expect(ignored).toBe(1);
    expect(events).toMatchObject([{ deed: 'disable', credential: 'anthropic', target: 'apikey_1' }]);
  });

  test('a secret where an id should be is nobody, and is not kept', () => {
    const actor = { type: 'api_actor', api_key_id: 'sk-ant-api01-EXAMPLEEXAMPLEEXAMPLE' };
    const all = read(
      activity('platform_file_uploaded', { actor }),
      activity('platform_api_key_created', { actor, api_key_id: 'sk-ant-api03-EXAMPLEEXAMPLE', id: null }),
    );
    expect(all.ignored).toBe(1);
    expect(all.events).toMatchObject([{ credential: 'unidentified:org_01', deed: 'create', target: '' }]);
    expect(all.events[0]!.example).toMatch(/^content:/);
    expect(JSON.stringify(all)).not.toContain('EXAMPLE');
  });

  test('one without a time is damage', () => {
    expect(read(activity('x', { created_at: {} })).faults).toEqual(['an activity without a readable time']);
  });

  test('what the feed shows', () => {
    const { calls, tokens, places, deeds, inventory } = read().views('anthropic-activity');
    expect([calls.blind, tokens.blind, places.blind, deeds.blind, inventory.blind]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(deeds.gaps).toEqual([]);
  });
});

describe('other records', () => {
  const others: readonly [string, JsonObject][] = [
    ['CloudTrail', rawRecord(1) as unknown as JsonObject],
    [
      'an audit log of OpenAI',
      {
        object: 'organization.audit_log',
        id: 'audit_log-x',
        type: 'api_key.created',
        effective_at: 1,
        actor: { type: 'session' },
      },
    ],
    [
      'a key of OpenAI',
      { object: 'organization.project.api_key', id: 'key_x', name: 'n', created_at: 1, owner: { type: 'user' } },
    ],
    ['a bucket of OpenAI', { object: 'bucket', start_time: 1, end_time: 2, results: [] }],
    ['a type that is inherited', { type: 'constructor', id: 'x' }],
    ['a user of someone else', { type: 'user', id: 'x', login: 'octo' }],
  ];
  test.each(others)('%s is left alone', (_, record) => {
    expect(read(record).kinds).toEqual(['unknown']);
  });
});

describe('whatever comes', () => {
  const shapes: readonly JsonObject[] = [NEW, ROW, activity('platform_api_key_updated', status('a', 'b'))];
  const junk = fc.anything({ withNullPrototype: true });

  test('no reader throws', () => {
    const spoilt = fc.tuple(
      fc.constantFrom(...shapes),
      fc.constantFrom(
        'id',
        'type',
        'actor',
        'created_at',
        'group',
        'usage',
        'updates',
        'scope',
        'created_by',
        'api_key_id',
        'name',
        'status',
        'ending_at',
      ),
      junk,
    );
    fc.assert(
      fc.property(spoilt, junk, ([shape, name, value], other) => {
        read({ ...shape, [name]: value });
        read({ results: [other], starting_at: value, ending_at: other });
        read({ ...shape, type: 'api_key', actor: { type: 'user_actor', user_id: value, email_address: other } });
      }),
      { numRuns: 300 },
    );
  });
});
