import { afterEach, describe, expect, test } from 'vitest';
import type { OpenSource, Task } from '../src/collect/collector.ts';
import { openai } from '../src/collect/openai.ts';
import { openaiNeeds } from '../src/collect/openai/needs.ts';
import { UserError } from '../src/errors.ts';
import type { Damage } from '../src/model/batch.ts';
import type { Credential } from '../src/model/credential.ts';
import { betterViews } from '../src/coverage.ts';
import { DAY, HOUR, SECOND } from '../src/time.ts';
import { checksOf, readShard } from './opened.ts';
import { list, type OpenaiAnswer, type OpenaiCall, type OpenaiServer, refusal, serveOpenai } from './servers/openai.ts';
import { fakeClock, taskOf } from './task.ts';

/** A Friday at noon. */
const NOW = Date.UTC(2026, 10, 20, 12);
const ADMIN_KEY = 'sk-admin-0123456789abcdefghij';

type Serve = (call: OpenaiCall) => OpenaiAnswer | undefined;

let server: OpenaiServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function open(serve: Serve = () => undefined, over: Partial<Task> = {}): Promise<OpenSource> {
  server = await serveOpenai(serve);
  const env = { OPENAI_ADMIN_KEY: ADMIN_KEY, OPENAI_BASE_URL: `${server.url}/`, ...over.env };
  return openai.open('openai:', taskOf(NOW, { window: { from: NOW - 2 * DAY, until: NOW }, ...over, env }));
}

async function keysOf(opened: OpenSource): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of opened.shards()) keys.push(key);
  return keys;
}

/** All that one part gives; the parts are listed first. */
async function readPart(opened: OpenSource, key: string) {
  for await (const shard of opened.shards()) {
    if (shard.key !== key) continue;
    const { batches, completion } = await readShard(opened, shard);
    return {
      events: batches.flatMap(({ events }) => events),
      credentials: batches.flatMap(({ credentials }) => credentials),
      censuses: batches.flatMap(({ censuses }) => censuses ?? []),
      size: batches.reduce((sum, { size }) => sum + size, 0),
      completion,
    };
  }
  throw new Error(`there is no part ${key}`);
}

const AUDIT = 'audit log 2026-11-18';
const COMPLETIONS = 'usage of completions 2026-11-18';
const PARTS = [
  'admin keys',
  'members',
  'projects',
  AUDIT,
  COMPLETIONS,
  ...['embeddings', 'moderations', 'images', 'audio_speeches', 'audio_transcriptions'].map(
    name => `usage of ${name} 2026-11-18`,
  ),
  'costs 2026-11-18',
];

const seconds = (at: number): number => at / SECOND;
const projectKey = (id: string, over: object = {}): object => ({
  object: 'organization.project.api_key',
  id,
  name: id,
  created_at: seconds(NOW - 9 * DAY),
  last_used_at: null,
  owner_project_access: 'active',
  owner: { type: 'user', user: { id: 'user-1', email: 'ops@example.com' } },
  ...over,
});
const project = (id: string, status = 'active'): object => ({ object: 'organization.project', id, status });
const idsOf = (credentials: readonly Credential[]): string[] =>
  credentials.map(({ kind, id, scope = '', active }) => `${kind} ${id} ${scope} ${active}`);
const damageText = (damage: readonly Damage[]): string[] =>
  damage.map(({ where, what }) => (where === '' ? what : `${where}: ${what}`));

describe('the key', () => {
  const HINT = 'Set OPENAI_ADMIN_KEY to an admin key (sk-admin-…): an owner of the organisation makes one at';

  test.each([
    ['', 'there is no admin key of OpenAI: OPENAI_ADMIN_KEY is not set'],
    [
      'sk-proj-abcdefghijklmnop',
      'what OPENAI_ADMIN_KEY holds is the key of a project, which can call models and cannot list keys',
    ],
    [
      'sk-svcacct-abcdefghijklm',
      'what OPENAI_ADMIN_KEY holds is the key of a service account, which can call models and cannot list keys',
    ],
    ['sk-abcdefghijklmnopqrst', 'what OPENAI_ADMIN_KEY holds is a key that can call models and cannot list keys'],
    ['sk-ant-admin01-abcdefgh', 'what OPENAI_ADMIN_KEY holds is a key of Anthropic'],
    ['hunter2', 'what OPENAI_ADMIN_KEY holds is no key of OpenAI'],
  ])("'%s' is refused before anything is asked", async (key, message) => {
    const opened = await open(undefined, { env: { OPENAI_ADMIN_KEY: key, OPENAI_API_KEY: ADMIN_KEY } });
    const error = await keysOf(opened).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toBe(message);
    expect((error as UserError).hint).toContain(HINT);
    expect(server!.calls).toEqual([]);
  });

  test('it goes out as a bearer, and to TLS or the loopback alone', async () => {
    await keysOf(await open());
    expect(server!.calls).toMatchObject([{ path: 'admin_api_keys', authorization: `Bearer ${ADMIN_KEY}` }]);
    await server!.close();
    const plain = await open(undefined, { env: { OPENAI_BASE_URL: 'http://api.example.com/v1' } });
    // The address of the server stands before what a test gives.
    await expect(keysOf(plain)).rejects.toThrow(
      'cannot read the organisation at OpenAI: a key goes out over https only, and not to http://api.example.com',
    );
    const nowhere = await open(undefined, { env: { OPENAI_BASE_URL: 'here' } });
    await expect(keysOf(nowhere)).rejects.toThrow('OPENAI_BASE_URL is not the address of a service');
  });

  test('nothing may follow the name of the source', () => {
    expect(() => openai.open('openai:org', taskOf(NOW))).toThrow("nothing may follow 'openai:', as in 'openai:org'");
    expect([openai.accepts('openai:'), openai.accepts('openai.json')]).toEqual([true, false]);
  });
});

describe('parts', () => {
  test('one for each list, and one for each week of a report', async () => {
    expect(await keysOf(await open())).toEqual(PARTS);
    const opened = await open(undefined, { window: { from: Date.UTC(2026, 10, 15, 23, 30), until: NOW } });
    const shards = [];
    for await (const shard of opened.shards()) shards.push(shard);
    expect(shards.slice(3, 5)).toEqual([
      { key: 'audit log 2026-11-15', size: HOUR / 2, within: 'audit log' },
      { key: 'audit log 2026-11-16', size: 4.5 * DAY, within: 'audit log' },
    ]);
    expect(opened.reach!()).toEqual({ from: Date.UTC(2026, 10, 15, 23, 30), why: '' });
  });

  test('without a first day, ninety are read', async () => {
    const opened = await open(undefined, { window: { from: null, until: NOW } });
    expect((await keysOf(opened)).filter(key => key.startsWith('audit log'))).toHaveLength(14);
    expect(opened.reach!()).toEqual({ from: NOW - 90 * DAY, why: 'say with --since how far back to read' });
  });

  test.each<[string, Serve, string]>([
    [
      'a key that is no longer good',
      () => refusal(401, `Incorrect API key provided: ${ADMIN_KEY}.`, 'invalid_api_key'),
      'OpenAI does not take the key in OPENAI_ADMIN_KEY (HTTP 401): it was revoked, has expired or is no admin key; an owner of the organisation makes one at https://platform.openai.com/settings/organization/admin-keys',
    ],
    [
      'a sign-in page',
      () => ({ text: '<html>Sign in</html>' }),
      'what answered at HOST is not OpenAI: a proxy or a sign-in page may stand in between',
    ],
    [
      'JSON that is cut',
      () => ({ text: '{"object":"list","data":[{"id":', type: 'application/json' }),
      'what answered at HOST is not OpenAI: a proxy or a sign-in page may stand in between',
    ],
    [
      'a proxy that refuses',
      () => ({ text: 'blocked', status: 403 }),
      'something before OpenAI refuses the request: a proxy may have to let its hosts through',
    ],
    [
      'a service that fails for long',
      () => ({ text: 'no', status: 503 }),
      'OpenAI failed with HTTP 503: try again later',
    ],
    [
      'a country',
      () => refusal(403, 'Country not supported', 'unsupported_country_region_territory'),
      'OpenAI does not answer requests from this country (HTTP 403)',
    ],
  ])('%s ends it at once', async (_, serve, what) => {
    const opened = await open(serve);
    const host = new URL(server!.url).host;
    await expect(keysOf(opened)).rejects.toThrow(
      new UserError(`cannot read the organisation at OpenAI: ${what.replace('HOST', host)}`),
    );
  });

  test('a key that may not list admin keys may read the rest', async () => {
    const opened = await open(({ path }) =>
      path === 'admin_api_keys' ? refusal(403, 'Missing scopes: api.management.read') : undefined,
    );
    expect(await keysOf(opened)).toEqual(PARTS);
    const { completion } = await readPart(opened, 'admin keys');
    expect(completion).toMatchObject({ complete: false, views: null });
    expect(damageText(completion.damage)).toEqual([
      'the admin keys: the admin key may not read the admin keys, for which it lacks api.management.read (HTTP 403): give it permission to, or use an admin key that may read all',
    ]);
  });
});

describe('lists', () => {
  const ORGANISATION: Serve = ({ path, query }) => {
    if (path === 'projects') return list([project('proj_1'), project('proj_2', 'archived')]);
    if (path === 'projects/proj_1/api_keys')
      return query['after'] === undefined
        ? list([projectKey('key_1')], { has_more: true, last_id: 'key_1' })
        : list([projectKey('key_2', { owner_project_access: 'inactive', new_field: { deep: [1] } })]);
    if (path === 'projects/proj_1/service_accounts')
      return list([{ object: 'organization.project.service_account', id: 'svc_1', name: 'Bot' }]);
    if (path === 'projects/proj_1/users')
      return list([{ object: 'organization.project.user', id: 'user-1', email: 'ops@example.com' }]);
    if (path === 'projects/proj_2/api_keys') return list([projectKey('key_3', { owner_project_access: 'other' })]);
    return undefined;
  };

  test('projects: all keys are asked for, orphaned ones too, page by page', async () => {
    const { credentials, censuses, completion } = await readPart(await open(ORGANISATION), 'projects');
    expect(idsOf(credentials)).toEqual([
      'member user-1  true',
      'api-key key_1 proj_1 true',
      'member user-1  false',
      'api-key key_2 proj_1 true',
      'service-account svc_1 proj_1 true',
      'member user-1  true',
      'member user-1  undefined',
      'api-key key_3 proj_2 false',
    ]);
    const listed = { account: 'openai', observedAt: NOW - 1 };
    expect(censuses).toEqual([
      { ...listed, kind: 'api-key' },
      { ...listed, kind: 'service-account' },
    ]);
    expect(completion).toMatchObject({
      complete: true,
      kind: 'openai-listing',
      damage: [],
      remarks: ['held by someone without access to its project: 1 key (key_2 of proj_1)'],
    });
    const asked = server!.calls.filter(({ path }) => path.endsWith('/api_keys'));
    expect(asked.map(({ path, query }) => [path, query])).toEqual([
      ['projects/proj_1/api_keys', { limit: '100', owner_project_access: 'any' }],
      ['projects/proj_1/api_keys', { limit: '100', owner_project_access: 'any', after: 'key_1' }],
      ['projects/proj_2/api_keys', { limit: '100', owner_project_access: 'any' }],
    ]);
    expect(server!.calls.find(({ path }) => path === 'projects')!.query).toEqual({
      limit: '100',
      include_archived: 'true',
    });
  });

  test('members and admin keys, each counted whole', async () => {
    const serve: Serve = ({ path }) => {
      if (path === 'users') return list([{ object: 'organization.user', id: 'user-1', email: 'ops@example.com' }]);
      return path === 'admin_api_keys' ? list([{ object: 'organization.admin_api_key', id: 'key_a' }]) : undefined;
    };
    const opened = await open(serve);
    const users = await readPart(opened, 'members');
    const keys = await readPart(opened, 'admin keys');
    expect([...idsOf(users.credentials), ...idsOf(keys.credentials)]).toEqual([
      'member user-1  true',
      'admin-key key_a  true',
    ]);
    expect([...users.censuses, ...keys.censuses].map(({ kind }) => kind)).toEqual(['member', 'admin-key']);
    expect(users.completion.views!.inventory.blind).toBe(true);
  });

  test('a list that was not read to its end counts nothing whole, and leaves the others', async () => {
    const opened = await open(call =>
      call.path === 'projects/proj_1/service_accounts' ? refusal(404, 'Unknown') : ORGANISATION(call),
    );
    const { credentials, censuses, completion } = await readPart(opened, 'projects');
    expect(idsOf(credentials)).toHaveLength(7);
    expect(censuses).toEqual([]);
    expect(damageText(completion.damage)).toEqual([
      'the service accounts of project proj_1: OpenAI has no such list for this organisation (HTTP 404): the service accounts of project proj_1',
    ]);
  });

  test('projects whose keys cannot be listed show no keys', async () => {
    const opened = await open(call => (call.path.endsWith('/api_keys') ? refusal(403, 'no') : ORGANISATION(call)));
    const { completion } = await readPart(opened, 'projects');
    expect([completion.complete, completion.views]).toEqual([false, null]);
  });

  test('an archived project need not be listed', async () => {
    const opened = await open(call =>
      call.path.startsWith('projects/proj_2/') ? refusal(404, 'Archived') : ORGANISATION(call),
    );
    const { completion, censuses } = await readPart(opened, 'projects');
    expect([completion.complete, censuses.length]).toEqual([true, 2]);
  });

  test.each<[string, Serve, string]>([
    [
      'pages in a circle',
      () => list([projectKey('key_1')], { has_more: true, last_id: 'key_1' }),
      'the list leads back to a page that was read (after 2 pages): try again later',
    ],
    [
      'more pages, and nobody knows where',
      () => list([], { has_more: true }),
      'the list has more pages and does not say where: try again later',
    ],
    [
      'a list that is none',
      () => ({ json: { object: 'list', data: 'none' } }),
      'what answered at HOST is not OpenAI: a proxy or a sign-in page may stand in between',
    ],
    [
      'answers that break off',
      () => ({ cut: true }),
      'the connection to the service failed (ECONNRESET): check the network, and HTTPS_PROXY behind a proxy',
    ],
    ['a bad request', () => refusal(400, 'Unknown parameter'), '400 Unknown parameter'],
    [
      'rows of another kind',
      () => list([{ object: 'model', id: 'gpt-5' }, 7]),
      'an object of OpenAI that is none of a list of keys',
    ],
  ])('%s is damage', async (_, serve, what) => {
    const opened = await open(call => (call.path === 'projects/proj_1/api_keys' ? serve(call) : ORGANISATION(call)));
    const host = new URL(server!.url).host;
    const { completion, censuses } = await readPart(opened, 'projects');
    expect(completion.complete).toBe(false);
    expect(damageText(completion.damage)[0]).toBe(`the keys of project proj_1: ${what.replace('HOST', host)}`);
    expect(censuses).toEqual([]);
  });

  test('too many requests: it waits as long as is asked, and ends when that is too long', async () => {
    const clock = fakeClock(NOW);
    const limited: Serve = call => {
      if (call.path !== 'users') return undefined;
      if (call.times === 0) return refusal(429, 'slow down', 'rate_limit_exceeded', { 'retry-after': '7' });
      return call.times === 1 ? refusal(429, 'slow down') : list([]);
    };
    const patient = await readPart(await open(limited, { clock }), 'members');
    expect([patient.completion.complete, clock.now() - NOW]).toEqual([true, 9 * SECOND]);
    await server!.close();
    const never: Serve = ({ path }) =>
      path === 'users' ? refusal(429, 'slow down', null, { 'retry-after': '86400' }) : undefined;
    const ended = await readPart(await open(never), 'members');
    expect(damageText(ended.completion.damage)).toEqual([
      'the members: OpenAI refuses requests as too many: other tools share the allowance, so run this again when they are done',
    ]);
    expect(server!.calls.filter(({ path }) => path === 'users')).toHaveLength(1);
  });

  test('when nobody answers any more, the rest is not asked for', async () => {
    const opened = await open(call =>
      call.path.startsWith('projects/') ? { text: 'no', status: 500 } : ORGANISATION(call),
    );
    const { completion } = await readPart(opened, 'projects');
    expect(damageText(completion.damage)).toEqual([
      'the keys of project proj_1: OpenAI failed with HTTP 500: try again later',
    ]);
  });

  test('an interrupted run says so', async () => {
    const end = new AbortController();
    const opened = await open(
      call => {
        if (call.path === 'projects/proj_1/api_keys') end.abort();
        return ORGANISATION(call);
      },
      { signal: end.signal },
    );
    const { completion } = await readPart(opened, 'projects');
    expect(damageText(completion.damage)).toEqual(['interrupted before the lists were read to their end']);
  });

  test('a past day: what is younger is left out, and nothing counts as gone', async () => {
    const until = NOW - 20 * DAY;
    const opened = await open(ORGANISATION, { window: { from: until - DAY, until } });
    const { credentials, censuses, completion } = await readPart(opened, 'projects');
    expect(credentials.filter(({ kind }) => kind === 'api-key')).toEqual([]);
    expect([censuses, completion.remarks!.length]).toEqual([[], 2]);
  });
});

describe('reports', () => {
  const START = NOW - HOUR / 2;
  const ROW = {
    object: 'organization.usage.completions.result',
    input_tokens: 10,
    output_tokens: 2,
    num_model_requests: 3,
    api_key_id: 'key_1',
    user_id: 'user-1',
    project_id: 'proj_1',
    model: 'gpt-5',
  };
  const bucket = (from: number, ...results: readonly object[]): object => ({
    object: 'bucket',
    start_time: seconds(from),
    end_time: seconds(from + HOUR),
    results,
  });

  test('usage: by the hour, grouped, over pages, and the hour that is not over is cut', async () => {
    const opened = await open(
      ({ path, query }) => {
        if (path !== 'usage/completions') return undefined;
        const isFirst = query['page'] === undefined;
        const more = { object: 'page', has_more: isFirst, next_page: isFirst ? 'page_2' : null };
        return list([bucket(isFirst ? START - 2 * HOUR : NOW - HOUR / 2, ROW)], more);
      },
      { window: { from: START - 2 * HOUR + 1, until: NOW } },
    );
    const key = 'usage of completions 2026-11-20';
    const { events, credentials, size, completion } = await readPart(opened, key);
    expect(
      events.map(({ at, last, count, tokensIn, credential }) => ({ at, last, count, tokensIn, credential })),
    ).toEqual([
      { at: START - 2 * HOUR, last: START - HOUR - 1, count: 3, tokensIn: 10, credential: 'key_1' },
      { at: START, last: NOW - 1, count: 3, tokensIn: 10, credential: 'key_1' },
    ]);
    expect(credentials.map(({ lastUsedAt }) => lastUsedAt)).toEqual([START - HOUR, NOW]);
    expect([size, completion.complete, completion.kind]).toEqual([2.5 * HOUR - 1, true, 'openai-usage']);
    const asked = {
      start_time: String(seconds(NOW - 3 * HOUR)),
      end_time: String(seconds(NOW)),
      bucket_width: '1h',
      'group_by[]': 'project_id,user_id,api_key_id,model',
      limit: '168',
    };
    expect(server!.calls.slice(1).map(({ query }) => query)).toEqual([asked, { ...asked, page: 'page_2' }]);
  });

  const RECORD = {
    id: 'audit_log-1',
    type: 'api_key.created',
    effective_at: seconds(NOW - HOUR),
    actor: { type: 'session', session: { user: { id: 'user-1', email: 'ops@example.com' }, ip_address: '192.0.2.7' } },
    'api_key.created': { id: 'key_9' },
  };

  test('the audit log of a stretch', async () => {
    const opened = await open(({ path }) =>
      path === 'audit_logs' ? list([RECORD, { ...RECORD, id: 'audit_log-2', type: 'new.type' }]) : undefined,
    );
    const { events, completion } = await readPart(opened, AUDIT);
    expect(events.map(({ deed, target, address }) => [deed, target, address])).toEqual([
      ['create', 'key_9', '192.0.2.7'],
      ['use', '', '192.0.2.7'],
    ]);
    expect(completion).toMatchObject({ complete: true, kind: 'openai-audit' });
    expect(server!.calls.at(-1)!.query).toEqual({
      limit: '100',
      'effective_at[gte]': String(seconds(NOW - 2 * DAY)),
      'effective_at[lt]': String(seconds(NOW)),
    });
  });

  test.each<[string, OpenaiAnswer, string]>([
    [
      'an audit log that is off',
      refusal(404, 'Not found'),
      'OpenAI has no audit log of this organisation (HTTP 404): an owner switches it on in the data controls of its settings',
    ],
    ['rows of another kind', list([{ object: 'model' }, 'text']), 'rows that are not of the audit log'],
    ['a record without a time', list([{ ...RECORD, effective_at: null }]), 'the record has no readable time'],
    [
      'a machine that is not on the allow-list',
      refusal(401, 'no', 'ip_not_authorized'),
      "the organisation's allow-list of addresses does not let this machine in: add its address, or run this from one that is on it",
    ],
  ])('%s is damage to that part alone', async (_, answer, what) => {
    const opened = await open(({ path }) => (path === 'audit_logs' ? answer : undefined));
    const { completion } = await readPart(opened, AUDIT);
    expect([completion.complete, damageText(completion.damage)]).toEqual([false, [what]]);
    expect((await readPart(opened, COMPLETIONS)).completion.complete).toBe(true);
  });

  test('what all parts show together', async () => {
    const opened = await open();
    let views = null;
    for (const key of PARTS) views = betterViews(views, (await readPart(opened, key)).completion.views);
    const before =
      'the audit log of OpenAI has nothing from before it was switched on, in the data controls of the organisation';
    expect(views).toEqual({
      calls: {
        blind: false,
        gaps: ['OpenAI counts requests by the hour at best and does not tell which were refused'],
      },
      tokens: { blind: false, gaps: ['images and audio come without token counts'] },
      places: {
        blind: false,
        gaps: [
          'the audit log of OpenAI tells where people acted from in the console, and not where a key is used from; the log of a proxy does',
          before,
        ],
      },
      deeds: { blind: false, gaps: [before] },
      'sign-ins': { blind: false, gaps: [before] },
      inventory: { blind: false, gaps: [] },
    });
  });
});

describe('the doctor', () => {
  test('tries every list, with as little as can be', async () => {
    const opened = await open(({ path }) => (path === 'projects' ? list([project('proj_1')]) : undefined));
    const { told, views } = await checksOf(opened);
    expect(told.map(({ what, state }) => `${state} ${what}`)).toEqual([
      'ok credentials',
      ...openaiNeeds.map(({ permission }) => `ok ${permission}`),
    ]);
    expect(views!.inventory).toEqual({ blind: false, gaps: [] });
    expect(server!.calls.map(({ query }) => query['limit'])).toEqual(openaiNeeds.map(() => '1'));
  });

  test('says what is refused, and what there is nothing to try on', async () => {
    const { told, views } = await checksOf(await open(() => refusal(403, 'no')));
    expect(told.slice(1).map(({ state }) => state)).toEqual([
      'refused',
      'refused',
      'refused',
      'unknown',
      'unknown',
      'unknown',
      'refused',
      'refused',
      'refused',
    ]);
    expect(views!.calls).toEqual({ blind: true, gaps: [told[1]!.detail] });
    expect(JSON.stringify(told)).not.toContain(ADMIN_KEY);
  });

  test('without a key there is nothing to try', async () => {
    const { told, views } = await checksOf(await open(undefined, { env: { OPENAI_ADMIN_KEY: 'sk-proj-x' } }));
    expect(told).toMatchObject([{ what: 'credentials', state: 'failed' }]);
    expect(views).toBe(null);
  });
});
