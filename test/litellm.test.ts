import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenSource, Task } from '../src/collect/collector.ts';
import { litellm } from '../src/collect/litellm.ts';
import { UserError } from '../src/errors.ts';
import type { Completion } from '../src/model/batch.ts';
import type { Census, Credential } from '../src/model/credential.ts';
import { DAY, HOUR } from '../src/time.ts';
import { checksOf, readShard } from './opened.ts';
import {
  LITELLM_KEY,
  type LitellmAnswer,
  litellmAnswer,
  type LitellmCall,
  type LitellmHoldings,
  type LitellmServer,
  refusal,
  serveLitellm,
} from './servers/litellm.ts';
import { withoutAzure } from './servers/azure-rest.ts';
import { fakeClock, taskOf } from './task.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const WINDOW = { from: NOW - 2 * DAY, until: NOW };
const hashOf = (n: number): string => createHash('sha256').update(`key ${n}`).digest('hex');
const iso = (at: number): string => new Date(at).toISOString();

const call = (at: number, id: string | number, over: object = {}) => ({
  request_id: `call-${id}`,
  call_type: 'acompletion',
  api_key: hashOf(1),
  spend: 0.001,
  prompt_tokens: 10,
  completion_tokens: 5,
  startTime: iso(at),
  model: 'gpt-4o',
  user: 'user-1',
  metadata: {},
  requester_ip_address: '203.0.113.9',
  status: 'success',
  ...over,
});

const key = (n: number, over: object = {}) => ({
  token: hashOf(n),
  key_name: 'sk-...abcd',
  key_alias: `key-${n}`,
  user_id: `user-${n}`,
  team_id: null,
  created_at: iso(NOW - 100 * DAY),
  expires: null,
  ...over,
});

const user = (n: number) => ({
  user_id: `user-${n}`,
  user_email: `u${n}@example.com`,
  user_role: 'internal_user',
  spend: 0,
});
const change = (at: number, n: number) => ({
  id: `change-${n}`,
  updated_at: iso(at),
  changed_by: 'user-1',
  changed_by_api_key: hashOf(9),
  action: 'created',
  table_name: 'LiteLLM_VerificationToken',
  object_id: hashOf(n),
  before_value: null,
  updated_values: '{}',
});

let server: LitellmServer | undefined;
let restore = (): void => undefined;

beforeEach(() => {
  restore = withoutAzure();
});
afterEach(async () => {
  restore();
  await server?.close();
});

type Serve = (call: LitellmCall) => LitellmAnswer;

const holding =
  (holdings: LitellmHoldings): Serve =>
  request =>
    litellmAnswer(holdings, request);

async function open(serve: Serve, over: Partial<Task> = {}, path = '') {
  server = await serveLitellm(serve);
  const task = taskOf(NOW, { window: WINDOW, env: { LITELLM_MASTER_KEY: LITELLM_KEY }, ...over });
  return litellm.open(`litellm:${server.url}${path}`, task);
}

interface Told {
  readonly key: string;
  readonly events: readonly string[];
  readonly credentials: readonly Credential[];
  readonly censuses: readonly Census[];
  readonly completion: Completion;
}

async function readAll(opened: OpenSource): Promise<Told[]> {
  const told: Told[] = [];
  for await (const shard of opened.shards()) {
    const { batches, completion } = await readShard(opened, shard);
    told.push({
      key: shard.key.slice(shard.key.indexOf(' ') + 1),
      events: batches.flatMap(({ events }) => events.map(({ example }) => example)),
      credentials: batches.flatMap(({ credentials }) => credentials),
      censuses: batches.flatMap(({ censuses = [] }) => censuses),
      completion,
    });
  }
  return told;
}

const damageOf = (told: readonly Told[]) =>
  told.flatMap(({ key: part, completion }) => completion.damage.map(({ where, what }) => [part, where, what]));

const FULL: LitellmHoldings = {
  keys: Array.from({ length: 201 }, (_, n) => key(n)),
  deleted: [{ ...key(500), deleted_at: iso(NOW - DAY) }],
  users: [user(1), user(2)],
  teams: [{ team_id: 't', team_alias: 'T', members_with_roles: [{ user_id: 'user-3', user_email: 'u3@example.com' }] }],
  calls: [
    ...Array.from({ length: 205 }, (_, n) => call(Date.UTC(2026, 10, 19, 12) - n * 1000, n)),
    call(Date.UTC(2026, 10, 19), 'midnight'),
    call(Date.UTC(2026, 10, 18, 13), 'early'),
  ],
  changes: [change(NOW - DAY, 7)],
};

describe('a proxy', () => {
  test('is read whole: keys, people, changes, and the calls of each day page by page', async () => {
    const opened = await open(holding(FULL));
    const told = await readAll(opened);
    expect(damageOf(told)).toEqual([]);
    expect(told.map(({ key: part, events, credentials }) => [part, events.length, credentials.length])).toEqual([
      ['keys', 0, 205],
      ['audit log', 1, 2],
      ['2026-11-18', 1, 1],
      ['2026-11-19', 206, 1],
      ['2026-11-20', 0, 0],
    ]);
    expect(new Set(told[3]!.events).size).toBe(206);
    expect(told.every(({ completion }) => completion.complete)).toBe(true);
    const listing = { account: 'litellm', observedAt: NOW - 1 };
    expect(told[0]!.censuses).toEqual([
      { ...listing, kind: 'virtual-key' },
      { ...listing, kind: 'member' },
    ]);
    const { credentials } = told[0]!;
    expect(credentials[0]).toEqual({
      id: hashOf(0),
      provider: 'proxy',
      kind: 'virtual-key',
      owner: 'user-0',
      account: 'litellm',
      observedAt: NOW - 1,
      name: 'key-0',
      hint: 'sk-...abcd',
      active: true,
      createdAt: NOW - 100 * DAY,
    });
    expect(credentials[201]).toMatchObject({ id: hashOf(500), active: false, observedAt: NOW - DAY });
    expect(credentials.slice(202).map(({ id, owner }) => [id, owner])).toEqual([
      ['user-1', 'u1@example.com'],
      ['user-2', 'u2@example.com'],
      ['user-3', 'u3@example.com'],
    ]);
    expect(server!.calls.every(({ authorization }) => authorization === `Bearer ${LITELLM_KEY}`)).toBe(true);
    expect(opened.accounts!()).toEqual(['litellm']);
    expect(opened.reach!()).toEqual({ from: NOW - 2 * DAY, why: '' });
  });

  test('shows what its parts showed', async () => {
    const opened = await open(holding(FULL));
    expect(opened.views!(null)).toBe(null);
    const told = await readAll(opened);
    const calls = told[3]!.completion.views;
    expect(opened.views!(calls)).toEqual({
      calls: calls!.calls,
      tokens: { blind: false, gaps: [] },
      places: { blind: false, gaps: [] },
      deeds: { blind: false, gaps: [] },
      'sign-ins': { blind: true, gaps: ['LiteLLM records no sign-ins'] },
      inventory: { blind: false, gaps: [] },
    });
  });

  test('that is empty may have been told to keep nothing', async () => {
    const opened = await open(holding({ users: [user(1)] }));
    expect(damageOf(await readAll(opened))).toEqual([]);
    const { calls, deeds, inventory } = opened.views!(null)!;
    expect(calls).toEqual({
      blind: false,
      gaps: [
        'the spend log has no calls of this time: disable_spend_logs may be set, or older calls may have been deleted',
      ],
    });
    expect(deeds.gaps).toEqual(['the audit log has no changes of this time: store_audit_logs may not be set']);
    expect(inventory).toEqual({ blind: false, gaps: [] });
  });

  test('under a path is asked there', async () => {
    const opened = await open(
      request => litellmAnswer(FULL, { ...request, path: request.path.replace('/llm/proxy', '') }),
      {},
      '/llm/proxy/',
    );
    expect(damageOf(await readAll(opened))).toEqual([]);
    expect(server!.calls.every(({ path }) => path.startsWith('/llm/proxy/'))).toBe(true);
  });

  test('without a licence has no audit log, and that is no damage', async () => {
    const opened = await open(holding({ ...FULL, changes: null }));
    const told = await readAll(opened);
    expect(damageOf(told)).toEqual([]);
    const why = 'no audit log is to be had (HTTP 404): it takes LiteLLM Enterprise, and a key of a proxy admin';
    expect(told[1]!.completion).toMatchObject({ complete: true, remarks: [why] });
    expect(opened.views!(null)!.deeds).toEqual({ blind: true, gaps: [why] });
  });

  test('of a version that lists a day at once is read by the day', async () => {
    const rows = FULL.calls!;
    const opened = await open(request => {
      if (request.path === '/spend/logs/v2') return { json: { detail: 'Not Found' }, status: 404 };
      if (request.path !== '/spend/logs') return litellmAnswer(FULL, request);
      const { start_date: from = '', end_date: until = '', summarize } = request.query;
      expect([summarize, from.length, until.length]).toEqual(['false', 10, 10]);
      return {
        json: rows.filter(({ startTime }) => startTime >= from && startTime <= `${until}T00:00:00.000Z`),
        gzip: true,
      };
    });
    const told = await readAll(opened);
    expect(damageOf(told)).toEqual([]);
    expect(told.slice(2).map(({ events }) => events.length)).toEqual([1, 206, 0]);
  });

  test('of a version that only gives sums says so', async () => {
    const opened = await open(request => {
      if (request.path === '/spend/logs/v2') return { json: {}, status: 404 };
      if (request.path !== '/spend/logs') return litellmAnswer(FULL, request);
      return { json: [{ startTime: '2026-11-19', spend: 1, users: {}, models: {} }] };
    });
    const [, , [, , what = ''] = []] = damageOf(await readAll(opened));
    expect(what).toMatch(/^this version of LiteLLM gives sums by day and no calls/);
  });

  test('of a version without deleted keys lists no key as deleted', async () => {
    const opened = await open(request => litellmAnswer({ ...FULL, deleted: FULL.keys! }, request));
    const [{ credentials } = { credentials: [] }] = await readAll(opened);
    expect(credentials.filter(({ active }) => active === false)).toEqual([]);
    expect(credentials.filter(({ kind }) => kind === 'virtual-key')).toHaveLength(201);
  });

  test('with teams under the older path', async () => {
    const opened = await open(request => {
      if (request.path === '/v2/team/list') return { json: {}, status: 404 };
      return request.path === '/team/list' ? { json: FULL.teams } : litellmAnswer(FULL, request);
    });
    const [{ credentials } = { credentials: [] as Credential[] }] = await readAll(opened);
    expect(credentials.at(-1)).toMatchObject({ id: 'user-3' });
  });

  test('whose count of pages ends at ten thousand rows is read on', async () => {
    const opened = await open(request => {
      if (request.path !== '/spend/logs/v2') return litellmAnswer(FULL, request);
      const answer = litellmAnswer(FULL, request) as { json: Record<string, unknown> };
      return { json: { ...answer.json, total: 100, total_pages: 1, total_is_capped: true } };
    });
    const told = await readAll(opened);
    expect(damageOf(told)).toEqual([]);
    expect(told[3]!.events).toHaveLength(206);
  });

  test('in a window that is long past lists keys without calling others deleted', async () => {
    const opened = await open(holding(FULL), { window: { from: NOW - 40 * DAY, until: NOW - 30 * DAY } });
    const [keys] = await readAll(opened);
    expect(keys!.censuses).toEqual([]);
    expect(keys!.completion.remarks).toEqual([
      `the keys of ${new URL(server!.url).host} are listed as they are now: what was deleted after 21 Oct is not among them`,
    ]);
  });
});

describe('what goes wrong in one part leaves the others alone', () => {
  const spoiling = (path: string, wrong: (request: LitellmCall, tries: number) => LitellmAnswer | null): Serve => {
    let tries = 0;
    return request => {
      const isProbe = request.query['page_size'] === '1';
      const answer = request.path === path && !isProbe ? wrong(request, tries++) : null;
      return answer ?? litellmAnswer(FULL, request);
    };
  };
  const NO_RIGHT =
    'the key in LITELLM_MASTER_KEY may not read this (HTTP 403): use the master key, or a key of a user with the role proxy_admin or proxy_admin_viewer';

  test.each<[string, Serve, readonly (readonly string[])[]]>([
    [
      'too many requests',
      spoiling('/key/list', (_, tries) =>
        tries === 0 ? { text: '', status: 429, headers: { 'retry-after': '7' } } : null,
      ),
      [],
    ],
    [
      'a passing failure',
      spoiling('/user/list', (_, tries) => (tries < 3 ? { text: 'bad gateway', status: 502 } : null)),
      [],
    ],
    ['a cut connection', spoiling('/audit', (_, tries) => (tries === 0 ? { cut: 'before' } : null)), []],
    ['an answer cut short', spoiling('/spend/logs/v2', (_, tries) => (tries === 0 ? { cut: 'within' } : null)), []],
    ['a refusal', spoiling('/user/list', () => refusal(403, 'not for you')), [['keys', 'users', NO_RIGHT]]],
    [
      'a lasting failure',
      spoiling('/user/list', () => ({ json: { detail: { error: 'no' } }, status: 500 })),
      [['keys', 'users', 'LiteLLM failed with HTTP 500: try again later']],
    ],
    [
      'a page that comes again',
      spoiling('/key/list', ({ query }) =>
        query['page'] === '2'
          ? litellmAnswer(FULL, {
              index: 0,
              path: '/key/list',
              query: { ...query, page: '1' },
              authorization: `Bearer ${LITELLM_KEY}`,
            })
          : null,
      ),
      [['keys', 'keys', 'page 2 of the list repeats one that was read: try again later']],
    ],
    [
      'a list that ends too soon',
      spoiling('/key/list', ({ query }) =>
        query['page'] === '2' && query['status'] === undefined
          ? { json: { keys: [], total_count: 201, total_pages: 3 } }
          : null,
      ),
      [['keys', 'keys', 'the list ended after 100 of 201 rows: try again']],
    ],
    [
      'a sign-in page',
      spoiling('/key/list', () => ({ text: '<html>Sign in</html>' })),
      [
        ['keys', 'keys', 'what answered at HOST is not LiteLLM: check the address, and what stands before the proxy'],
        [
          'keys',
          'deleted keys',
          'what answered at HOST is not LiteLLM: check the address, and what stands before the proxy',
        ],
      ],
    ],
    [
      'a redirect, which is not followed',
      spoiling('/user/list', () => ({ text: '', status: 302, headers: { location: 'https://example.com/' } })),
      [['keys', 'users', 'what answered at HOST is not LiteLLM: check the address, and what stands before the proxy']],
    ],
    [
      'rows of other things',
      spoiling('/user/list', () => ({ json: { users: [7, {}, user(1)], total: 3, total_pages: 1 } })),
      Array.from({ length: 2 }, () => ['keys', 'users', 'a row that is not of a key, a user or a team']),
    ],
    [
      'calls of other things',
      spoiling('/spend/logs/v2', ({ query }) =>
        query['start_date']!.startsWith('2026-11-20')
          ? { json: { data: [null, 'x', { a: 1 }], total: 3, total_pages: 1 } }
          : null,
      ),
      [['2026-11-20', '', 'rows not recognised as LiteLLM spend logs']],
    ],
    [
      'a list that is none',
      spoiling('/user/list', () => ({ json: { users: { a: 1 } } })),
      [['keys', 'users', 'what answered at HOST is not LiteLLM: check the address, and what stands before the proxy']],
    ],
    [
      'a proxy that says back what it was sent',
      spoiling('/user/list', ({ authorization }) => refusal(400, `no: ${authorization}`)),
      [['keys', 'users', 'HTTP 400: no: Bearer [redacted]']],
    ],
  ])('%s', async (_, serve, expected) => {
    const told = await readAll(await open(serve));
    const { host } = new URL(server!.url);
    expect(damageOf(told)).toEqual(expected.map(texts => texts.map(text => text.replace('HOST', host))));
    expect(told.find(({ key: part }) => part === '2026-11-19')!.events).toHaveLength(206);
    expect(JSON.stringify(told)).not.toContain(LITELLM_KEY);
  });

  test('who may not list users may have been given their own keys only', async () => {
    const opened = await open(spoiling('/user/list', () => refusal(403, '')));
    const [keys] = await readAll(opened);
    expect(keys!.censuses).toEqual([]);
    expect(opened.views!(null)!.inventory.gaps).toEqual([
      'the key that keyward was given may not list users, so the keys it lists may be only its own',
    ]);
  });

  test('who may not read the spend log still reads the keys', async () => {
    const opened = await open(request =>
      request.path === '/spend/logs/v2'
        ? refusal(401, "Only proxy admin can be used to view spend. Your role='internal_user'")
        : litellmAnswer(FULL, request),
    );
    const told = await readAll(opened);
    const why = NO_RIGHT.replace('403', '401');
    expect(told.map(({ key: part }) => part)).toEqual(['keys', 'audit log', 'spend logs']);
    expect(damageOf(told)).toEqual([['spend logs', '', why]]);
    expect(opened.views!(null)!.calls).toEqual({ blind: true, gaps: [why] });
  });

  test('a proxy without a database has nothing to read', async () => {
    const opened = await open(() => refusal(500, 'Database not connected'));
    const whats = new Set(damageOf(await readAll(opened)).map(([, , what]) => what));
    expect([...whats]).toEqual([
      'the proxy has no database, so it keeps neither keys nor spend logs: it must be given a DATABASE_URL',
    ]);
    expect(server!.calls.length).toBeLessThan(10);
  });
});

describe('what cannot be opened says why', () => {
  test.each<[string, Serve, string]>([
    [
      'a key that is not taken',
      () => refusal(401, 'Authentication Error, Invalid proxy server token passed'),
      'the proxy does not take the key in LITELLM_MASTER_KEY (HTTP 401): it may be wrong, expired or blocked',
    ],
    [
      'something else',
      () => ({ text: '<html>' }),
      'what answered at HOST is not LiteLLM: check the address, and what stands before the proxy',
    ],
    [
      'a proxy that is never free',
      () => ({ text: '', status: 429 }),
      'the proxy refuses requests as too many: run this again when it is less busy',
    ],
    ['a proxy that fails', () => ({ text: '', status: 503 }), 'LiteLLM failed with HTTP 503: try again later'],
  ])('%s', async (_, serve, what) => {
    const opened = await open(serve);
    const { host } = new URL(server!.url);
    const error = await readAll(opened).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toBe(
      `cannot read the LiteLLM proxy at ${host}: ${what.replace('HOST', host)}`,
    );
  });

  test('nobody at home', async () => {
    const opened = await open(() => ({ hang: true }));
    await server!.close();
    const error = await readAll(opened).catch((thrown: unknown) => thrown);
    expect((error as UserError).message).toMatch(/: the connection to .+ failed \(ECONNREFUSED\): check the network/);
  });

  test.each<[string, string, Record<string, string>, string]>([
    ['no key', 'litellm:https://proxy.example.com', {}, 'no key to the LiteLLM proxy: LITELLM_MASTER_KEY is not set'],
    [
      'a blank key',
      'litellm:https://proxy.example.com',
      { LITELLM_MASTER_KEY: ' ' },
      'no key to the LiteLLM proxy: LITELLM_MASTER_KEY is not set',
    ],
    [
      'a broken key',
      'litellm:https://proxy.example.com',
      { LITELLM_API_KEY: 'sk-a\nb' },
      'the value of LITELLM_API_KEY is no key: it has spaces, line breaks or letters that no header can bear',
    ],
    [
      'plain http',
      'litellm:http://proxy.example.com',
      { LITELLM_API_KEY: 'x' },
      'a key goes out over https only, and not to http://proxy.example.com',
    ],
    ['no address', 'litellm:', { LITELLM_API_KEY: 'x' }, "not the address of a LiteLLM proxy: ''"],
    [
      'a bare host',
      'litellm:proxy.example.com',
      { LITELLM_API_KEY: 'x' },
      "not the address of a LiteLLM proxy: 'proxy.example.com'",
    ],
    [
      'another protocol',
      'litellm:ftp://proxy.example.com',
      { LITELLM_API_KEY: 'x' },
      "not the address of a LiteLLM proxy: 'ftp://proxy.example.com'",
    ],
    [
      'a key in the address',
      'litellm:https://u:sk-secretsecretsecret@proxy.example.com',
      { LITELLM_API_KEY: 'x' },
      'the address of a LiteLLM proxy must hold no user name and no password',
    ],
    [
      'a query',
      'litellm:https://proxy.example.com/?key=x',
      { LITELLM_API_KEY: 'x' },
      'the address of a LiteLLM proxy must end with its path',
    ],
  ])('%s', async (_, source, env, message) => {
    const opened = litellm.open(source, taskOf(NOW, { env }));
    await expect(readAll(opened)).rejects.toMatchObject({ name: 'UserError', message });
    expect(opened.views!(null)).toBe(null);
  });

  test('LITELLM_API_KEY is a key as well', async () => {
    const opened = await open(holding(FULL), { env: { LITELLM_API_KEY: ` ${LITELLM_KEY}\n` } });
    expect(damageOf(await readAll(opened))).toEqual([]);
  });
});

test('requests keep their distance, and rest as long as they are told', async () => {
  const clock = fakeClock(NOW);
  const times: number[] = [];
  const opened = await open(
    request => {
      times.push(clock.now());
      return request.index === 3
        ? { text: '', status: 429, headers: { 'retry-after': '42' } }
        : litellmAnswer(FULL, request);
    },
    { clock },
  );
  await readAll(opened);
  const gaps = times.slice(1).map((at, i) => at - times[i]!);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(50);
  expect(gaps[3]).toBeGreaterThanOrEqual(42_000);
});

test('an interruption ends a request that is under way, and what was not read is said', async () => {
  const abort = new AbortController();
  const opened = await open(
    request => {
      if (request.query['page_size'] === '1') return litellmAnswer(FULL, request);
      setTimeout(() => abort.abort(), 20);
      return { hang: true };
    },
    { signal: abort.signal, window: { from: NOW - HOUR, until: NOW } },
  );
  expect(damageOf(await readAll(opened))).toEqual([
    ['keys', '', 'interrupted before the keys were read to their end'],
    ['audit log', '', 'interrupted'],
    ['2026-11-20', '', 'interrupted'],
  ]);
  expect(server!.calls).toHaveLength(2);
});

describe('the doctor', () => {
  const NAMES = [
    'credentials',
    'GET /key/list',
    'GET /key/list',
    'GET /user/list',
    'GET /v2/team/list',
    'GET /spend/logs/v2',
    'GET /audit',
  ];

  test('of a proxy that may be read', async () => {
    const { told, views } = await checksOf(await open(holding(FULL)));
    const { host } = new URL(server!.url);
    expect(told.map(({ what }) => what)).toEqual(NAMES);
    expect(told.map(({ state, detail }) => `${state}: ${detail}`)).toEqual([
      `ok: the key in LITELLM_MASTER_KEY, for ${host}`,
      'ok: keys: 201 rows',
      'ok: deleted keys: 1 row',
      'ok: users: 2 rows',
      'ok: teams: 1 row',
      'ok: calls: the spend log, page by page',
      'ok: the audit log can be read',
    ]);
    expect(
      Object.entries(views!)
        .filter(([, { blind }]) => blind)
        .map(([sight]) => sight),
    ).toEqual(['sign-ins']);
  });

  test('of one that may not, and has no audit log', async () => {
    const { told, views } = await checksOf(
      await open(request => (request.path === '/audit' ? { json: {}, status: 404 } : refusal(403, ''))),
    );
    expect(told.map(({ state }) => state)).toEqual(['ok', ...Array<string>(5).fill('refused'), 'unknown']);
    expect(Object.values(views!).every(({ blind }) => blind)).toBe(true);
    expect(JSON.stringify(told)).not.toContain(LITELLM_KEY);
  });

  test('of a source without a key', async () => {
    const { told, views } = await checksOf(litellm.open('litellm:https://proxy.example.com', taskOf(NOW)));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ what: 'credentials', state: 'failed' });
    expect(views).toBe(null);
  });
});

test.each([
  ['litellm:https://proxy.example.com', true],
  ['LiteLLM:https://proxy.example.com/base', true],
  ['https://proxy.example.com', false],
  ['litellm', false],
])('%s is one: %s', (source, isOne) => {
  expect(litellm.accepts(source)).toBe(isOne);
});
