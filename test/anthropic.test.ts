import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { anthropic } from '../src/collect/anthropic.ts';
import type { OpenSource, Task } from '../src/collect/collector.ts';
import { UserError } from '../src/errors.ts';
import type { Batch, Completion } from '../src/model/batch.ts';
import { DAY, HOUR } from '../src/time.ts';
import { checksOf, readShard } from './opened.ts';
import {
  ADMIN_KEY,
  type AnthropicCall,
  type AnthropicServer,
  COMPLIANCE_KEY,
  type Fault,
  type Held,
  ORGANISATION,
  refusal,
  serveAnthropic,
  TOKEN,
} from './servers/anthropic.ts';
import { fakeClock, taskOf } from './task.ts';

const NOW = Date.UTC(2026, 10, 20, 12, 30);
const FROM = Date.UTC(2026, 10, 18);
const iso = (at: number): string => new Date(at).toISOString();

const KEY = {
  id: 'apikey_01',
  type: 'api_key',
  name: 'ci',
  partial_key_hint: 'sk-ant-api03-R2D...igAA',
  status: 'active',
  created_at: '2026-09-30T00:00:00Z',
  expires_at: null,
  created_by: { id: 'user_01', type: 'user' },
  principal: null,
  scope: { type: 'workspace', workspace_id: 'wrkspc_01' },
};
const { scope: _, principal: __, expires_at: ___, ...FLAT } = KEY;
const USER = {
  id: 'user_01',
  type: 'user',
  email: 'a@example.com',
  name: 'A',
  role: 'admin',
  added_at: '2026-01-01T00:00:00Z',
};
const ACCOUNT = {
  id: 'svac_01',
  type: 'service_account',
  name: 'deploy',
  organization_role: 'developer',
  created_at: '2026-02-01T00:00:00Z',
  archived_at: null,
};
const RULE = {
  id: 'fdrl_01',
  type: 'federation_rule',
  name: 'github',
  issuer_id: 'fdis_01',
  target: { type: 'service_account', service_account_id: 'svac_01' },
  created_at: '2026-02-01T00:00:00Z',
  archived_at: null,
};
const costOf = (at: number, amount: string) => ({
  starting_at: iso(at),
  ending_at: iso(at + HOUR),
  group: { api_key_id: 'apikey_01', workspace_id: null, actor: null },
  cost: { amount, list_amount: amount, currency: 'USD', requests: null },
});
const row = (at: number, over: object = {}) => ({
  starting_at: iso(at),
  ending_at: iso(at + HOUR),
  group: {
    api_key_id: 'apikey_01',
    model: 'claude-opus-5-5',
    workspace_id: 'wrkspc_01',
    inference_geo: 'us',
    actor: null,
  },
  usage: {
    requests: 3,
    uncached_input_tokens: 10,
    cache_read_input_tokens: 1,
    cache_creation: { ephemeral_1h_input_tokens: 2, ephemeral_5m_input_tokens: 0 },
    output_tokens: 5,
    total_tokens: 18,
    server_tool_use: {},
  },
  ...over,
});
const bucket = (at: number) => {
  const { group, usage } = row(at);
  const { requests: _requests, ...counts } = usage;
  return { starting_at: iso(at), ending_at: iso(at + HOUR), results: [{ ...group, ...counts }] };
};
const activity = (at: number, id: string, over: object = {}) => ({
  id: `activity_${id}`,
  created_at: iso(at),
  organization_id: 'org_01',
  organization_uuid: ORGANISATION,
  type: 'platform_file_uploaded',
  actor: { type: 'api_actor', api_key_id: 'apikey_01', ip_address: '203.0.113.50', user_agent: 'python-requests/2' },
  ...over,
});

const HELD: Held = {
  keys: [KEY, { ...FLAT, id: 'apikey_02', workspace_id: null, status: 'archived' }],
  users: [USER],
  serviceAccounts: [ACCOUNT],
  rules: [RULE],
  analytics: [row(FROM), row(FROM + HOUR), row(FROM + DAY)],
  costs: [costOf(FROM, '1250.5'), costOf(FROM + DAY, '7')],
  activities: [
    activity(FROM + DAY + HOUR, 'b'),
    activity(FROM + HOUR, 'a', { organization_id: null, organization_uuid: null }),
  ],
};

let server: AnthropicServer | undefined;
const before = { ...process.env };

/** Nothing of Anthropic or of a proxy in the environment: it comes with the task. */
beforeEach(() => {
  for (const name of Object.keys(process.env))
    if (/^(?:ANTHROPIC_|(?:https?|all|no)_proxy$)/i.test(name)) delete process.env[name];
});
afterEach(async () => {
  Object.assign(process.env, before);
  await server?.close();
});

type Fail = (call: AnthropicCall, nth: number) => Fault | null;

const failing =
  (path: string, fault: Fault): Fail =>
  call =>
    call.path === path ? fault : null;

async function open(
  held: Held = HELD,
  fail?: Fail,
  env: Task['env'] = { ANTHROPIC_ADMIN_KEY: ADMIN_KEY },
  over: Partial<Task> = {},
) {
  server = await serveAnthropic(held, fail);
  const task = taskOf(NOW, {
    window: { from: FROM, until: NOW },
    clock: fakeClock(NOW),
    env: { ...env, ANTHROPIC_BASE_URL: server.url },
    ...over,
  });
  return anthropic.open('anthropic:', task);
}

interface Told {
  readonly completion: Completion;
  readonly batch: Omit<Batch, 'size'>;
}

async function readAll(opened: OpenSource): Promise<ReadonlyMap<string, Told>> {
  const told = new Map<string, Told>();
  for await (const shard of opened.shards()) {
    const { batches, completion } = await readShard(opened, shard);
    expect(batches.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(shard.size);
    const batch = {
      events: batches.flatMap(({ events }) => events),
      credentials: batches.flatMap(({ credentials }) => credentials),
      censuses: batches.flatMap(({ censuses = [] }) => censuses),
      ignored: batches.reduce((sum, { ignored }) => sum + ignored, 0),
    };
    told.set(shard.key.replace(`${ORGANISATION} `, ''), { completion, batch });
  }
  return told;
}

const whole = (kind: string) => ({ complete: true, kind, views: null, damage: [], remarks: [], skipped: false });
const damageOf = (told: ReadonlyMap<string, Told>) =>
  Object.fromEntries(
    [...told]
      .filter(([, { completion }]) => !completion.complete)
      .map(([key, { completion }]) => [key, completion.damage.map(({ what }) => what)]),
  );
const remarksOf = (told: ReadonlyMap<string, Told>) =>
  [...told.values()].flatMap(({ completion }) => completion.remarks ?? []);

describe('an organisation', () => {
  test('is read list by list, usage by the week and activity by the day', async () => {
    const opened = await open();
    const told = await readAll(opened);
    expect([...told].map(([key, { completion, batch }]) => [key, completion, batch.events.length])).toEqual([
      ['API keys', whole('anthropic-listing'), 0],
      ['members', whole('anthropic-listing'), 0],
      ['usage 2026-11-18', whole('anthropic-analytics'), 2],
      ['costs 2026-11-18', whole('anthropic-analytics'), 1],
      ['usage 2026-11-19', whole('anthropic-analytics'), 1],
      ['costs 2026-11-19', whole('anthropic-analytics'), 1],
      ['activity 2026-11-18', whole('anthropic-activity'), 1],
      ['activity 2026-11-19', whole('anthropic-activity'), 1],
      ['activity 2026-11-20', whole('anthropic-activity'), 0],
    ]);
    const listed = { provider: 'anthropic', account: ORGANISATION, observedAt: NOW - 1 };
    expect(told.get('costs 2026-11-18')!.batch.events).toMatchObject([
      { credential: 'apikey_01', count: 0, tokensIn: 0, microUsd: 12_505_000, action: 'anthropic:cost', at: FROM },
    ]);
    const keys = told.get('API keys')!.batch;
    expect(keys.censuses).toEqual([{ account: ORGANISATION, kind: 'api-key', observedAt: NOW - 1 }]);
    expect(keys.credentials.filter(({ kind }) => kind === 'api-key')).toEqual([
      {
        ...listed,
        id: 'apikey_01',
        kind: 'api-key',
        owner: 'user_01',
        active: true,
        name: 'ci',
        scope: 'wrkspc_01',
        hint: KEY.partial_key_hint,
        createdAt: Date.UTC(2026, 8, 30),
      },
      {
        ...listed,
        id: 'apikey_02',
        kind: 'api-key',
        owner: 'user_01',
        active: false,
        name: 'ci',
        hint: KEY.partial_key_hint,
        createdAt: Date.UTC(2026, 8, 30),
      },
    ]);
    expect(told.get('members')!.batch.credentials).toMatchObject([
      { ...listed, id: 'user_01', owner: 'a@example.com' },
    ]);
    expect(told.get('usage 2026-11-18')!.batch.events).toMatchObject([
      {
        at: FROM,
        last: FROM + HOUR - 1,
        count: 3,
        tokensIn: 13,
        tokensOut: 5,
        credential: 'apikey_01',
        account: ORGANISATION,
      },
      { at: FROM + HOUR },
    ]);
    expect(told.get('activity 2026-11-18')!.batch.events).toMatchObject([
      { example: 'activity_a', account: ORGANISATION, address: '203.0.113.50', agent: 'python-http', deed: 'use' },
    ]);
    expect(opened.accounts!()).toEqual([ORGANISATION]);
    expect(opened.reach!()).toEqual({ from: FROM, why: '' });
    expect(opened.self).toBeUndefined();
  });

  test('only what is needed is asked for, by the hour, and the key goes where it belongs', async () => {
    await readAll(await open());
    const { calls } = server!;
    const [usage] = calls.filter(
      ({ path, query }) => path === 'organizations/analytics/usage' && query['limit'] !== '1',
    );
    expect({ query: usage!.query, groups: usage!.groups, beta: usage!.headers['anthropic-beta'] }).toEqual({
      query: {
        starting_at: iso(FROM),
        ending_at: iso(FROM + DAY),
        time_bucket_width: '1h',
        order_by: 'time',
        order: 'asc',
        limit: '1000',
      },
      groups: ['api_key_id', 'model', 'workspace_id', 'inference_geo', 'actor'],
      beta: 'analytics-usage-cost-2026-08-24',
    });
    const feed = calls.filter(({ path, query }) => path === 'compliance/activities' && 'created_at.gte' in query);
    expect(feed.map(({ query }) => query)).toEqual(
      [
        [FROM, FROM + DAY],
        [FROM + DAY, FROM + 2 * DAY],
        [FROM + 2 * DAY, NOW],
      ].map(([from, until]) => ({ limit: '1000', 'created_at.gte': iso(from!), 'created_at.lt': iso(until!) })),
    );
    expect(calls.every(({ secret }) => secret === ADMIN_KEY)).toBe(true);
    expect(new Set(calls.map(({ headers }) => headers['user-agent']))).toEqual(new Set(['keyward/0.0.0']));
    expect(feed[0]!.headers).toMatchObject({ 'x-api-key': ADMIN_KEY, 'anthropic-version': '2023-06-01' });
    expect(feed[0]!.headers['authorization']).toBeUndefined();
  });

  test('all three ways to page lead to the end', async () => {
    const users = Array.from({ length: 5 }, (_each, i) => ({ ...USER, id: `user_0${i}` }));
    const held: Held = {
      ...HELD,
      users,
      serviceAccounts: [ACCOUNT, { ...ACCOUNT, id: 'svac_02' }, { ...ACCOUNT, id: 'svac_03' }],
      analytics: Array.from({ length: 7 }, (_each, i) => row(FROM + i * HOUR)),
      activities: Array.from({ length: 5 }, (_each, i) => activity(FROM + HOUR - i, `x${i}`)),
      pageSize: 2,
    };
    const told = await readAll(
      await open(held, undefined, { ANTHROPIC_ADMIN_KEY: ADMIN_KEY, ANTHROPIC_AUTH_TOKEN: TOKEN }),
    );
    expect(damageOf(told)).toEqual({});
    expect(told.get('members')!.batch.credentials.map(({ id }) => id)).toEqual(users.map(({ id }) => id));
    expect(told.get('service accounts')!.batch.credentials.map(({ id }) => id)).toEqual([
      'svac_01',
      'svac_02',
      'svac_03',
    ]);
    expect(told.get('service accounts')!.batch.censuses).toMatchObject([{ kind: 'service-account' }]);
    expect(told.get('federation rules')!.batch.credentials).toMatchObject([{ id: 'fdrl_01' }, { id: 'svac_01' }]);
    expect(told.get('usage 2026-11-18')!.batch.events).toHaveLength(7);
    expect(told.get('activity 2026-11-18')!.batch.events).toHaveLength(5);
    const identities = server!.calls.filter(({ path }) => /service_accounts|federation/.test(path));
    expect(new Set(identities.map(({ secret }) => secret))).toEqual(new Set([TOKEN]));
    expect(identities[0]!.headers['anthropic-beta']).toContain('oauth-2025-04-20');
    expect(identities[0]!.query).toEqual({ limit: '100', include_archived: 'true' });
  });

  test('what ended or was made after the time that is judged is not taken for gone, or for there', async () => {
    const until = NOW - 3 * DAY;
    const held = { ...HELD, keys: [KEY, { ...KEY, id: 'apikey_late', created_at: iso(NOW - DAY) }] };
    const told = await readAll(await open(held, undefined, undefined, { window: { from: until - DAY, until } }));
    const { batch, completion } = told.get('API keys')!;
    expect(batch.censuses).toEqual([]);
    expect(batch.credentials.filter(({ kind }) => kind === 'api-key').map(({ id }) => id)).toEqual(['apikey_01']);
    expect(completion.remarks).toEqual([
      'API keys are listed as they are now: what ended after 17 Nov may not be among them',
    ]);
  });

  test('usage is told of a year and of 2026, and that is said', async () => {
    const opened = await open({ ...HELD, analytics: [] }, undefined, undefined, {
      window: { from: Date.UTC(2025, 11, 1), until: Date.UTC(2026, 0, 3) },
    });
    const told = await readAll(opened);
    expect([...told.keys()].filter(key => key.startsWith('usage'))).toEqual(['usage 2026-01-01']);
    expect(opened.reach!()).toEqual({
      from: Date.UTC(2026, 0, 1),
      why: 'Anthropic tells usage of the last 365 days, and of none before 1 Jan 2026',
    });
  });
});

const NO_NETWORKS =
  'no network evidence: Anthropic does not tell where a key calls models from; the log of a proxy does';
const NO_ADMIN_KEYS = 'Anthropic lists neither admin keys nor Compliance Access Keys';
const NO_TOKEN =
  'service accounts and federation rules are not listed: that takes an OAuth token with the scope org:admin, in ANTHROPIC_AUTH_TOKEN';
const seen = (...gaps: readonly string[]) => ({ blind: false, gaps });
const blind = (...gaps: readonly string[]) => ({ blind: true, gaps });

describe('what can be seen', () => {
  test('of all there is', async () => {
    const opened = await open(HELD, undefined, { ANTHROPIC_AUTH_TOKEN: TOKEN });
    expect(damageOf(await readAll(opened))).toEqual({});
    expect(opened.views!(null)).toEqual({
      calls: seen(),
      tokens: seen(),
      places: seen(NO_NETWORKS),
      deeds: seen(),
      'sign-ins': seen(),
      inventory: seen(NO_ADMIN_KEYS),
    });
  });

  test('with the older report, without a feed and without a token', async () => {
    const { analytics: _analytics, activities: _activities, ...held } = HELD;
    const opened = await open({ ...held, report: [bucket(FROM)], settings: 'disabled' });
    const told = await readAll(opened);
    const noFeed = 'there is none of this for the organisation (HTTP 404): Not found';
    expect(damageOf(told)).toEqual({});
    expect(remarksOf(told)).toEqual([
      `usage is read from usage_report/messages, which counts tokens and no calls, because analytics/usage is not to be had: ${noFeed}`,
      `${ORGANISATION} activity: ${noFeed}`,
    ]);
    expect(told.get('usage 2026-11-18')!.batch.events).toMatchObject([{ count: 0, tokensIn: 13, tokensOut: 5 }]);
    expect(opened.views!(null)).toEqual({
      calls: blind('this usage report counts tokens and no calls; analytics/usage of the Admin API counts both'),
      tokens: seen(),
      places: blind(NO_NETWORKS, noFeed),
      deeds: blind(noFeed),
      'sign-ins': blind(noFeed),
      inventory: seen(NO_ADMIN_KEYS, NO_TOKEN),
    });
  });

  test('of a feed that was switched off, and of usage by nobody', async () => {
    const held: Held = {
      ...HELD,
      settings: 'disabled',
      analytics: [row(FROM), row(FROM, { group: { model: 'claude-opus-5-5' } })],
    };
    const opened = await open(held);
    await readAll(opened);
    const off = 'the Compliance API of this organisation is switched off, so what is done is not recorded';
    const unnamed = 'some usage is of no key, person or service account that the report names';
    const { calls, deeds, places } = opened.views!(null)!;
    expect({ calls, deeds, places }).toEqual({
      calls: seen(unnamed),
      deeds: seen(off),
      places: seen(NO_NETWORKS, off),
    });
  });

  test('with a Compliance Access Key alone', async () => {
    const opened = await open(HELD, undefined, { ANTHROPIC_COMPLIANCE_KEY: COMPLIANCE_KEY });
    const told = await readAll(opened);
    expect([...told.keys()]).toEqual([
      'anthropic activity 2026-11-18',
      'anthropic activity 2026-11-19',
      'anthropic activity 2026-11-20',
    ]);
    expect(damageOf(told)).toEqual({});
    const none = blind('there is no admin key: set ANTHROPIC_ADMIN_KEY');
    expect(opened.views!(null)).toEqual({
      calls: none,
      tokens: none,
      places: seen(NO_NETWORKS),
      deeds: seen(),
      'sign-ins': seen(),
      inventory: none,
    });
  });
});

const ADMIN_NEED = 'an admin key, or an OAuth token with the scope org:admin';
const USAGE = 'organizations/analytics/usage';

describe('a failure costs what it is of, and no more', () => {
  /** By what fails: the parts that are damaged, and how. */
  const cases: readonly [string, Fail, Readonly<Record<string, readonly string[]>>][] = [
    [
      'a list that is refused',
      failing('organizations/users', refusal(403, 'permission_error', 'not an admin')),
      { members: [`the key may not read this (HTTP 403): not an admin; this takes ${ADMIN_NEED}`] },
    ],
    [
      'a list that is not taken',
      failing('organizations/users', refusal(401, 'authentication_error', `bad key ${ADMIN_KEY}`)),
      { members: [`Anthropic does not take the key (HTTP 401): bad key [redacted]; this takes ${ADMIN_NEED}`] },
    ],
    [
      'a list that is not there',
      failing('organizations/api_keys', refusal(404, 'not_found_error', 'Not found')),
      { 'API keys': ['there is none of this for the organisation (HTTP 404): Not found'] },
    ],
    [
      'too many requests for too long',
      failing('organizations/api_keys', refusal(429, 'rate_limit_error', 'slow down', { 'retry-after': '100000' })),
      {
        'API keys': [
          'Anthropic refuses requests as too many: other tools share the allowance, so run this again when they are done',
        ],
      },
    ],
    [
      'a service that is broken',
      failing('organizations/api_keys', refusal(529, 'overloaded_error', 'Overloaded')),
      { 'API keys': ['Anthropic failed with HTTP 529: try again later'] },
    ],
    [
      'an answer that is cut off',
      failing('organizations/api_keys', { cut: true }),
      {
        'API keys': [
          expect.stringMatching(
            /^the connection to .* failed .*: check the network, and HTTPS_PROXY behind a proxy$/,
          ) as unknown as string,
        ],
      },
    ],
    [
      'JSON that is cut',
      failing('organizations/api_keys', { status: 200, text: '{"data":[{"id":"apikey' }),
      {
        'API keys': [
          expect.stringMatching(
            /^what answered at 127\.0\.0\.1:\d+ is not Anthropic \(an answer that is not JSON\)/,
          ) as unknown as string,
        ],
      },
    ],
    [
      'a page of a proxy',
      failing('organizations/api_keys', { status: 403, text: '<html>blocked</html>' }),
      { 'API keys': ['something before Anthropic refuses the request: a proxy may have to let its hosts through'] },
    ],
    [
      'a list that is none',
      failing('organizations/api_keys', { status: 200, json: { data: {} } }),
      { 'API keys': [expect.stringContaining('is not Anthropic (an answer without a list)') as unknown as string] },
    ],
    [
      'a list without an end',
      failing('organizations/users', { status: 200, json: { data: [USER], has_more: true, last_id: 'user_01' } }),
      { members: ['the list leads back to a page that was read (after 2 pages): try again later'] },
    ],
    [
      'a list that goes on nowhere',
      failing('organizations/users', { status: 200, json: { data: [USER], has_more: true, last_id: null } }),
      { members: ['the list has more pages and does not say where: try again later'] },
    ],
    [
      'records of another sort',
      failing('organizations/users', { status: 200, json: { data: [USER, 7, { type: 'robot' }], has_more: false } }),
      { members: ['records not recognised as what was asked for'] },
    ],
    [
      'a feed that the key may not read',
      failing('compliance/activities', refusal(403, 'permission_error', 'scope')),
      {
        activity: [
          'the key may not read this (HTTP 403): scope; this takes the scope read:compliance_activities, which an admin key of the Console may have too',
        ],
      },
    ],
    [
      'no usage at all',
      call => (/usage/.test(call.path) ? refusal(403, 'permission_error', 'no') : null),
      { usage: [`the key may not read this (HTTP 403): no; this takes ${ADMIN_NEED}`] },
    ],
    [
      'one week of usage',
      call =>
        call.path === USAGE && call.query['starting_at'] === iso(FROM)
          ? refusal(400, 'invalid_request_error', 'range')
          : null,
      { 'usage 2026-11-18': ['Anthropic refuses the request (HTTP 400): range'] },
    ],
  ];
  test.each(cases)('%s', async (_name, fail, expected) => {
    const told = await readAll(await open(HELD, fail));
    expect(damageOf(told)).toEqual(expected);
    const others = [...told].filter(([, { completion }]) => completion.complete);
    expect(others.length).toBeGreaterThanOrEqual(4);
    expect(JSON.stringify([...told.values()])).not.toContain(ADMIN_KEY.slice(15, 40));
  });

  test('what was read before a failure stays, and is no census', async () => {
    const held = { ...HELD, users: [USER, { ...USER, id: 'user_02' }, { ...USER, id: 'user_03' }], pageSize: 2 };
    const fail: Fail = ({ path, query }) =>
      path === 'organizations/users' && 'after_id' in query ? refusal(403, 'permission_error') : null;
    const opened = await open(held, fail);
    const { batch, completion } = (await readAll(opened)).get('members')!;
    expect(batch.credentials.map(({ id }) => id)).toEqual(['user_01', 'user_02']);
    expect(batch.censuses).toEqual([]);
    expect(completion.complete).toBe(false);
    expect(opened.views!(null)!.inventory).toEqual(seen(NO_ADMIN_KEYS, NO_TOKEN));
  });

  test('a list of keys that cannot be read blinds the inventory', async () => {
    const opened = await open(HELD, failing('organizations/api_keys', refusal(403, 'permission_error', 'no')));
    await readAll(opened);
    expect(opened.views!(null)!.inventory).toEqual(
      blind(`the key may not read this (HTTP 403): no; this takes ${ADMIN_NEED}`),
    );
  });

  test('service accounts that an organisation does not have are no damage', async () => {
    const { serviceAccounts: _accounts, rules: _rules, ...held } = HELD;
    const opened = await open(held, undefined, { ANTHROPIC_AUTH_TOKEN: TOKEN });
    const told = await readAll(opened);
    expect(damageOf(told)).toEqual({});
    expect(remarksOf(told)).toEqual(
      ['service accounts', 'federation rules'].map(
        title => `${ORGANISATION} ${title}: there is none of this for the organisation (HTTP 404): Not found`,
      ),
    );
    expect(told.get('service accounts')!.batch.censuses).toEqual([]);
  });

  test('a way to tell usage apart that is not given is done without', async () => {
    const fail: Fail = ({ path, groups }) =>
      path === USAGE && groups.includes('inference_geo')
        ? refusal(400, 'invalid_request_error', 'inference_geo')
        : null;
    const told = await readAll(await open(HELD, fail));
    expect(damageOf(told)).toEqual({});
    expect(remarksOf(told)).toEqual([
      'usage is not told apart by inference_geo: Anthropic refuses the request (HTTP 400): inference_geo',
    ]);
    expect(server!.calls.findLast(({ path }) => path === USAGE)!.groups).toEqual([
      'api_key_id',
      'model',
      'workspace_id',
      'actor',
    ]);
  });

  const passing: readonly [string, Fault, number][] = [
    ['too many requests', refusal(429, 'rate_limit_error'), 1000],
    ['too many requests, with a wish', refusal(429, 'rate_limit_error', 'x', { 'retry-after': '17' }), 17_000],
    ['an overload', refusal(529, 'overloaded_error'), 1000],
    ['a cut connection', { cut: true }, 1000],
    ['a page of a broken gateway', { status: 502, text: '<html>' }, 1000],
  ];
  test.each(passing)('%s passes', async (_name, fault, rest) => {
    const clock = fakeClock(NOW);
    const slept: number[] = [];
    const sleep = (milliseconds: number) => {
      slept.push(milliseconds);
      return clock.sleep(milliseconds);
    };
    const fail: Fail = ({ path }, nth) => (path === 'organizations/users' && nth === 0 ? fault : null);
    const told = await readAll(await open(HELD, fail, undefined, { clock: { now: clock.now, sleep } }));
    expect(damageOf(told)).toEqual({});
    expect(slept.filter(milliseconds => milliseconds > 100)).toEqual([rest]);
  });

  test('an unknown state, a new field and an unknown type are no damage', async () => {
    const held: Held = {
      ...HELD,
      keys: [{ ...KEY, status: 'paused', colour: { is: 'new' } }],
      activities: [
        activity(FROM + HOUR, 'n', {
          type: 'nobody_heard_of_this',
          actor: { type: 'robot_actor', user_id: 'user_01' },
        }),
      ],
    };
    const told = await readAll(await open(held));
    expect(damageOf(told)).toEqual({});
    expect(told.get('API keys')!.batch.credentials[0]!.active).toBeUndefined();
    expect(told.get('activity 2026-11-18')!.batch.events).toMatchObject([{ deed: 'use', credential: 'user_01' }]);
  });

  test('nothing keeps listening to the signal behind a request', async () => {
    const { signal } = new AbortController();
    await readAll(await open(HELD, undefined, undefined, { signal }));
    expect(server!.calls.length).toBeGreaterThan(8);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('an interruption is said', async () => {
    const controller = new AbortController();
    const fail: Fail = ({ path }) => {
      if (path === 'organizations/users') controller.abort();
      return null;
    };
    const opened = await open(HELD, fail, undefined, { signal: controller.signal });
    const told = await readAll(opened);
    expect(damageOf(told)['members']).toEqual(['interrupted']);
  });

  test('an interruption before anything is read is no error of its own', async () => {
    const signal = AbortSignal.abort();
    expect(await readAll(await open(HELD, undefined, undefined, { signal }))).toEqual(new Map());
  });
});

describe('a source that cannot be opened', () => {
  const shardsOf = async (opened: OpenSource) => {
    for await (const shard of opened.shards()) return shard;
    return undefined;
  };
  const MAKE = /^Make an admin key \(sk-ant-admin01-…\) in the Claude Console under Settings > Admin keys/;
  const cases: readonly [string, Task['env'], string, RegExp][] = [
    ['no key', {}, 'no key to read the organisation at Anthropic with', MAKE],
    [
      'a key for calling models in its own place',
      { ANTHROPIC_API_KEY: 'sk-ant-api03-x' },
      'no key to read the organisation at Anthropic with; ANTHROPIC_API_KEY is for calling models and is not used',
      MAKE,
    ],
    [
      'a key for calling models',
      { ANTHROPIC_ADMIN_KEY: 'sk-ant-api03-secret' },
      'ANTHROPIC_ADMIN_KEY holds a key for calling models (sk-ant-api03-…), which may not read the organisation',
      MAKE,
    ],
    [
      'a key for calling models in place of a compliance key',
      { ANTHROPIC_ADMIN_KEY: ADMIN_KEY, ANTHROPIC_COMPLIANCE_KEY: 'sk-ant-api03-secret' },
      'ANTHROPIC_COMPLIANCE_KEY holds a key for calling models (sk-ant-api03-…), which may not read the organisation',
      /Compliance Access Key/,
    ],
    [
      'a compliance key',
      { ANTHROPIC_ADMIN_KEY: COMPLIANCE_KEY },
      'ANTHROPIC_ADMIN_KEY holds a Compliance Access Key',
      /^Put it into ANTHROPIC_COMPLIANCE_KEY/,
    ],
    [
      'a token',
      { ANTHROPIC_ADMIN_KEY: TOKEN },
      'ANTHROPIC_ADMIN_KEY holds an OAuth token',
      /^Put it into ANTHROPIC_AUTH_TOKEN/,
    ],
    [
      'an admin key for a token',
      { ANTHROPIC_AUTH_TOKEN: ADMIN_KEY },
      'ANTHROPIC_AUTH_TOKEN holds an admin key',
      /^Put it into ANTHROPIC_ADMIN_KEY/,
    ],
    [
      'a broken line',
      { ANTHROPIC_ADMIN_KEY: 'sk-ant-admin01-a\nb' },
      'ANTHROPIC_ADMIN_KEY holds characters that no key has',
      /^Copy it again/,
    ],
    [
      'a key that is not taken',
      { ANTHROPIC_ADMIN_KEY: 'sk-ant-admin01-revoked' },
      `cannot read the organisation at Anthropic: Anthropic does not take the key (HTTP 401): invalid key; this takes ${ADMIN_NEED}`,
      /^$/,
    ],
    [
      'a compliance key that is not taken',
      { ANTHROPIC_COMPLIANCE_KEY: 'sk-ant-api01-revoked' },
      'cannot read the organisation at Anthropic: Anthropic does not take the key (HTTP 401): invalid key; this takes the scope read:compliance_activities, which an admin key of the Console may have too',
      /^$/,
    ],
  ];
  test.each(cases)('%s', async (_name, env, message, hint) => {
    const opened = await open(HELD, undefined, env);
    const error: unknown = await shardsOf(opened).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toBe(message);
    expect((error as UserError).hint).toMatch(hint);
    expect(message).not.toContain('secret');
  });

  test('a key goes to no place without TLS', async () => {
    const task = taskOf(NOW, { env: { ANTHROPIC_ADMIN_KEY: ADMIN_KEY, ANTHROPIC_BASE_URL: 'http://192.0.2.1' } });
    await expect(shardsOf(anthropic.open('anthropic:', task))).rejects.toThrow(
      'ANTHROPIC_BASE_URL is no address that a key may be sent to',
    );
  });

  test('nothing answers', async () => {
    const { url, close } = await serveAnthropic(HELD);
    await close();
    const task = taskOf(NOW, { env: { ANTHROPIC_ADMIN_KEY: ADMIN_KEY, ANTHROPIC_BASE_URL: url } });
    await expect(shardsOf(anthropic.open('anthropic:', task))).rejects.toThrow(
      /^cannot read the organisation at Anthropic: the connection to 127\.0\.0\.1:\d+ failed \(ECONNREFUSED\)/,
    );
  });

  test('a name behind it', () => {
    expect(() => anthropic.open('anthropic:prod', taskOf(NOW))).toThrow("nothing may follow 'anthropic:'");
    expect([
      anthropic.accepts('anthropic:'),
      anthropic.accepts('Anthropic:x'),
      anthropic.accepts('./anthropic'),
    ]).toEqual([true, true, false]);
  });
});

describe('the doctor', () => {
  const IDENTITY_NEED = 'an OAuth token with the scope org:admin';
  const FEED_NEED = 'the scope read:compliance_activities, which an admin key of the Console may have too';

  test('tries all that reading takes', async () => {
    const { told, views } = await checksOf(
      await open(HELD, undefined, { ANTHROPIC_ADMIN_KEY: ADMIN_KEY, ANTHROPIC_AUTH_TOKEN: TOKEN }),
    );
    const ok = (what: string, detail: string) => ({ what, state: 'ok', detail });
    expect(told).toEqual([
      ok('credentials', `organisation ${ORGANISATION}`),
      ok(ADMIN_NEED, 'API keys'),
      ok(ADMIN_NEED, 'members'),
      ok(IDENTITY_NEED, 'service accounts'),
      ok(IDENTITY_NEED, 'federation rules'),
      ok(ADMIN_NEED, 'usage, from analytics/usage'),
      ok(FEED_NEED, 'the activity feed'),
    ]);
    expect(views!.inventory).toEqual(seen(NO_ADMIN_KEYS));
    expect(server!.calls.every(({ query }) => Number(query['limit'] ?? '1') === 1)).toBe(true);
  });

  test('says what is refused, and what there is nothing to try with', async () => {
    const fail: Fail = ({ path }) =>
      path === 'organizations/api_keys' || path === 'compliance/activities'
        ? refusal(403, 'permission_error', 'no')
        : null;
    const { told, views } = await checksOf(await open(HELD, fail));
    const no = 'the key may not read this (HTTP 403): no; this takes';
    expect(told.filter(({ state }) => state !== 'ok')).toEqual([
      { what: IDENTITY_NEED, state: 'unknown', detail: 'ANTHROPIC_AUTH_TOKEN is not set' },
      { what: ADMIN_NEED, state: 'refused', detail: `API keys: ${no} ${ADMIN_NEED}` },
      { what: FEED_NEED, state: 'refused', detail: `${no} ${FEED_NEED}` },
    ]);
    expect([views!.inventory.blind, views!.deeds.blind, views!.calls.blind]).toEqual([true, true, false]);
  });

  test('says that there is no key', async () => {
    const { told, views } = await checksOf(await open(HELD, undefined, {}));
    expect(told).toMatchObject([{ what: 'credentials', state: 'failed' }]);
    expect(views).toBeNull();
  });
});
