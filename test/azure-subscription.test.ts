import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenSource, Task } from '../src/collect/collector.ts';
import { openSubscription } from '../src/collect/azure/subscription.ts';
import type { Batch, Completion } from '../src/model/batch.ts';
import { UserError } from '../src/errors.ts';
import { DAY, HOUR } from '../src/time.ts';
import { checksOf, readShard } from './opened.ts';
import {
  accessTo,
  APP,
  MARKER,
  type RestAnswer,
  type RestCall,
  type RestServer,
  serveRest,
  SIGNED_IN,
  withoutAzure,
} from './servers/azure-rest.ts';
import { fakeClock, taskOf } from './task.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const SUBSCRIPTION = '00000000-1111-2222-3333-444444444444';
const SOURCE = `azure:/subscriptions/${SUBSCRIPTION}`;
const PATH = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values`;
const ROLE = 'give it Reader or Monitoring Reader on the subscription';
const RESOURCE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/ai/providers/Microsoft.CognitiveServices/accounts/claude`;

/** A record as the service lists it: someone reads the keys of an account. */
const record = (at: number, id: number, over: object = {}): object => ({
  eventTimestamp: new Date(at).toISOString().replace('Z', '1234Z'),
  eventDataId: `event-${id}`,
  correlationId: `correlation-${id}`,
  operationName: { value: 'Microsoft.CognitiveServices/accounts/listKeys/action', localizedValue: 'List keys' },
  status: { value: 'Succeeded' },
  subStatus: { value: 'OK' },
  eventName: { value: 'EndRequest' },
  caller: 'ana@example.com',
  resourceId: RESOURCE,
  subscriptionId: SUBSCRIPTION,
  claims: {
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn': 'ana@example.com',
    'http://schemas.microsoft.com/identity/claims/objectidentifier': APP,
  },
  httpRequest: { clientIpAddress: '198.51.100.7' },
  properties: { eventCategory: 'Administrative' },
  ...over,
});

let server: RestServer | undefined;

let restore = (): void => undefined;

beforeEach(() => {
  restore = withoutAzure();
});
afterEach(async () => {
  restore();
  await server?.close();
});

/** The first query only tries whether there is a way in. */
const isProbe = ({ query }: RestCall): boolean => query['$select'] === 'eventDataId';

/** The day that a query is about. */
const dayOf = ({ query }: RestCall): string => /ge '([\d-]{10})T/.exec(query['$filter'] ?? '')![1]!;

async function open(serve: (call: RestCall) => RestAnswer, over: Partial<Task> = {}, source = SOURCE) {
  server = await serveRest(serve);
  const task = taskOf(NOW, { window: { from: NOW - 2 * DAY, until: NOW }, ...over });
  const { url } = server;
  return openSubscription(source, task, each => Promise.resolve(accessTo(url, each)));
}

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

interface Told {
  readonly key: string;
  readonly size: number;
  readonly events: readonly string[];
  readonly completion: Completion;
}

async function readAll(opened: OpenSource): Promise<Told[]> {
  const told: Told[] = [];
  for await (const shard of opened.shards()) {
    const { batches, completion } = await readShard(opened, shard);
    const events = batches.flatMap(batch => batch.events.map(({ example }) => example.split('/')[0]!));
    expect(batches.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(shard.size);
    told.push({ key: shard.key, size: shard.size, events, completion });
  }
  return told;
}

const empty: RestAnswer = { json: { value: [] } };
const WHOLE = { complete: true, kind: 'azure-activity', views: null, damage: [], skipped: false };
const lacking = (what: string) => ({ ...WHOLE, complete: false, damage: [{ where: '', what, count: 1 }] });

test('a subscription is read day by day and page by page, and only what is needed is asked for', async () => {
  const opened = await open(call => {
    if (isProbe(call)) return { json: { value: [{ eventDataId: 'x' }] } };
    if (dayOf(call) !== '2026-11-19') return empty;
    const page = Number(call.query['$skipToken'] ?? '0');
    const { url } = server!;
    const link = `${url}${PATH}?api-version=2015-04-01&$filter=${encodeURIComponent(call.query['$filter']!)}&$skipToken=${page + 1}`;
    const value = [
      record(Date.UTC(2026, 10, 19, 12, page), 2 * page),
      record(Date.UTC(2026, 10, 19, 11, page), 2 * page + 1),
    ];
    return { json: { value, ...(page < 2 && { nextLink: link }) }, gzip: true };
  });
  expect(await readAll(opened)).toEqual([
    { key: `${SUBSCRIPTION} 2026-11-18`, size: DAY / 2, events: [], completion: WHOLE },
    {
      key: `${SUBSCRIPTION} 2026-11-19`,
      size: DAY,
      events: [0, 1, 2, 3, 4, 5].map(id => `correlation-${id}`),
      completion: WHOLE,
    },
    { key: `${SUBSCRIPTION} 2026-11-20`, size: DAY / 2, events: [], completion: WHOLE },
  ]);
  expect(server!.calls.map(({ path }) => path)).toEqual(Array.from({ length: 6 }, () => PATH));
  expect(server!.calls[2]!.query).toEqual({
    'api-version': '2015-04-01',
    $filter: "eventTimestamp ge '2026-11-19T00:00:00.000Z' and eventTimestamp le '2026-11-19T23:59:59.9999999Z'",
    $select:
      'authorization,caller,claims,correlationId,eventDataId,eventName,eventTimestamp,httpRequest,operationName,properties,resourceId,status,subStatus,subscriptionId',
  });
  expect(opened.self!()).toEqual([`app/${APP}`]);
});

test('an event is what the format makes of it', async () => {
  const opened = await open(call => (isProbe(call) ? empty : { json: { value: [record(NOW - HOUR, 1)] } }), {
    window: { from: NOW - 2 * HOUR, until: NOW },
  });
  const [shard] = await listOf(opened.shards());
  const { value } = await opened.read(shard!, []).next();
  expect((value as Batch).events).toMatchObject([
    {
      at: NOW - HOUR,
      deed: 'reveal',
      action: 'microsoft.cognitiveservices/accounts/listkeys/action',
      outcome: 'ok',
      account: SUBSCRIPTION,
      principal: 'user/ana@example.com',
      credential: `user/${APP}`,
      address: '198.51.100.7',
      target: RESOURCE.toLowerCase(),
    },
  ]);
});

test('exactly fifty records on a day are not taken for a list that was cut', async () => {
  const opened = await open(call =>
    isProbe(call) || dayOf(call) !== '2026-11-19'
      ? empty
      : { json: { value: Array.from({ length: 50 }, (_, i) => record(Date.UTC(2026, 10, 19, 1, i), i)) } },
  );
  await readAll(opened);
  expect(JSON.stringify(opened.views!(null))).not.toContain('exactly 50');
});

test('what can be seen is said, and what is too old to be had', async () => {
  const opened = await open(() => empty, { window: { from: NOW - 100 * DAY, until: NOW - 89 * DAY } });
  expect(opened.views!(null)).toBe(null);
  expect((await readAll(opened)).map(({ key, size }) => [key, size])).toEqual([
    [`${SUBSCRIPTION} 2026-08-22`, DAY / 2],
    [`${SUBSCRIPTION} 2026-08-23`, DAY / 2],
  ]);
  const past = 'the Activity Log keeps 90 days: nothing before 2026-08-22T12:00:00.000Z was read';
  const { places, deeds, calls } = opened.views!(null)!;
  expect(calls).toEqual({
    blind: true,
    gaps: ['the Activity Log has no model calls: resource logs of category RequestResponse have'],
  });
  expect(places.gaps).toEqual([
    'the Activity Log shows changes and key reads, and neither other reads nor model calls',
    past,
  ]);
  expect(deeds.gaps).toEqual([
    'keys of apps are made in Entra ID: its audit log tells of that',
    'resource logs are not in the Activity Log: it does not tell who reads secrets of a key vault',
    past,
  ]);
});

test('a window without a start is not called cut', async () => {
  const opened = await open(() => empty, { window: { from: null, until: NOW } });
  expect(await readAll(opened)).toHaveLength(91);
  expect(JSON.stringify(opened.views!(null))).not.toContain('90 days');
});

describe('what cannot be opened says why', () => {
  const subscriptionError =
    (status: number, code: string, message = '') =>
    (): RestAnswer => ({
      status,
      json: { error: { code, message } },
    });
  const cannot = `cannot read the Activity Log of subscription ${SUBSCRIPTION}: `;

  test.each<[string, (call: RestCall) => RestAnswer, string]>([
    [
      'no role',
      subscriptionError(
        403,
        'AuthorizationFailed',
        `The client '${APP}' with object id '${APP}' does not have authorization to perform action 'Microsoft.Insights/eventtypes/values/read' over scope '/subscriptions/${SUBSCRIPTION}'.`,
      ),
      `${cannot}${APP} lacks Microsoft.Insights/eventtypes/values/read: ${ROLE}; what was given just now may take some minutes to count`,
    ],
    [
      'an unknown subscription',
      subscriptionError(404, 'SubscriptionNotFound', 'The subscription could not be found.'),
      `${cannot}there is no such subscription in this tenant: \`az account list\` shows those there are`,
    ],
    [
      'a subscription of another tenant',
      subscriptionError(401, 'InvalidAuthenticationTokenTenant'),
      `${cannot}what is asked for belongs to another tenant: sign in to that one with \`az login --tenant\`, or by AZURE_TENANT_ID`,
    ],
    [
      'a sign-in page',
      () => ({ text: '<html>Sign in to the network</html>' }),
      `${cannot}what answered at HOST is not Azure: a proxy or a sign-in page may stand in between`,
    ],
    [
      'a redirect, which is not followed',
      () => ({ status: 302, text: '', headers: { location: 'https://example.com/' } }),
      `${cannot}what answered at HOST is not Azure: a proxy or a sign-in page may stand in between`,
    ],
    [
      'JSON without a list',
      () => ({ json: { hello: 1 } }),
      `${cannot}what answered at HOST is not Azure: a proxy or a sign-in page may stand in between`,
    ],
    [
      'a service that fails for five minutes',
      () => ({ status: 503, text: 'no' }),
      `${cannot}Azure failed with HTTP 503: try again later`,
    ],
    [
      'a service that is never free',
      () => ({ status: 429, json: { error: { code: 'ResourceRequestsThrottled' } } }),
      `${cannot}Azure refuses requests as too many: other tools share the allowance, so run this again when they are done`,
    ],
    [
      'a service that says back what it was sent',
      ({ authorization }) => ({
        status: 400,
        json: { error: { code: 'BadRequest', message: `no: ${authorization}` } },
      }),
      `${cannot}BadRequest: no: Bearer [redacted]`,
    ],
  ])('%s', async (_, serve, message) => {
    const opened = await open(serve);
    const error = await listOf(opened.shards()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    const { host } = new URL(server!.url);
    expect((error as UserError).message).toBe(message.replace('HOST', host));
    expect(opened.views!(null)).toBe(null);
  });

  test.each([
    ['azure:/subscriptions/', ''],
    ['azure:/subscriptions/prod', 'prod'],
    [`azure:/subscriptions/${SUBSCRIPTION}/resourceGroups/x`, ''],
  ])('%s', async (source, id) => {
    const opened = await open(() => empty, {}, source);
    await expect(listOf(opened.shards())).rejects.toMatchObject({
      message: `not the id of a subscription: '${id}'`,
      hint: 'Write it as in azure:/subscriptions/00000000-0000-0000-0000-000000000000; `az account list` shows the ids.',
    });
    expect(server!.calls).toEqual([]);
  });

  test('a window that is too old', async () => {
    const opened = await open(() => empty, { window: { from: NOW - 120 * DAY, until: NOW - 90 * DAY } });
    await expect(listOf(opened.shards())).rejects.toMatchObject({
      message: 'the Activity Log keeps 90 days, from 2026-08-22T12:00:00.000Z on, and all that was asked for is older',
    });
  });
});

test.each([SOURCE.toUpperCase().replace('AZURE', 'azure'), `${SOURCE}/`])('%s is that subscription', async source => {
  const opened = await open(() => empty, {}, source);
  expect((await readAll(opened)).map(({ key }) => key)).toContain(`${SUBSCRIPTION} 2026-11-19`);
});

describe('what goes wrong on one day leaves the others alone', () => {
  const onTheDay = (wrong: (call: RestCall, tries: number) => RestAnswer) => {
    let tries = 0;
    return (call: RestCall): RestAnswer => {
      if (isProbe(call)) return empty;
      if (dayOf(call) !== '2026-11-19') return { json: { value: [record(Date.parse(dayOf(call)) + HOUR * 13, 0)] } };
      return wrong(call, tries++);
    };
  };
  const good: RestAnswer = { json: { value: [record(Date.UTC(2026, 10, 19), 1)] } };
  const first = (link: unknown) => ({ json: { value: [record(Date.UTC(2026, 10, 19), 1)], nextLink: link } });

  test.each<[string, (call: RestCall, tries: number) => RestAnswer, readonly string[], object]>([
    [
      'too many requests',
      (_, tries) => (tries === 0 ? { status: 429, text: '', headers: { 'retry-after': '17' } } : good),
      ['correlation-1'],
      WHOLE,
    ],
    ['a passing failure', (_, tries) => (tries < 3 ? { status: 502, text: '<html>' } : good), ['correlation-1'], WHOLE],
    ['a cut connection', (_, tries) => (tries === 0 ? { cut: 'before' } : good), ['correlation-1'], WHOLE],
    ['an answer cut short', (_, tries) => (tries === 0 ? { cut: 'within' } : good), ['correlation-1'], WHOLE],
    [
      'a lasting failure',
      () => ({ status: 500, json: {} }),
      [],
      lacking('Azure failed with HTTP 500: try again later'),
    ],
    [
      'a role that was taken away',
      () => ({ status: 403, json: { error: { code: 'AuthorizationFailed', message: 'no' } } }),
      [],
      lacking(`this principal may not read this: ${ROLE}; what was given just now may take some minutes to count`),
    ],
    [
      'a page that leads elsewhere',
      () => first('https://management.azure.com.example.net/x?$skipToken=1'),
      ['correlation-1'],
      lacking(
        'the next page is said to be at another place (management.azure.com.example.net), which is not asked: a proxy may stand in between',
      ),
    ],
    [
      'a page at another port',
      () => first('http://127.0.0.1:1/x'),
      ['correlation-1'],
      lacking(
        'the next page is said to be at another place (127.0.0.1:1), which is not asked: a proxy may stand in between',
      ),
    ],
    [
      'a page behind a login',
      ({ host }) => first(`http://a:b@${host}/x`),
      ['correlation-1'],
      lacking('the next page is said to be at another place (HOST), which is not asked: a proxy may stand in between'),
    ],
    [
      'a page that is no place',
      () => first({ href: 1 }),
      ['correlation-1'],
      lacking('the next page is said to be at nowhere, which is not asked: a proxy may stand in between'),
    ],
    [
      'a page that leads back',
      ({ host, path, query }) =>
        first(`http://${host}${path}?again=1&$filter=${encodeURIComponent(query['$filter']!)}`),
      ['correlation-1', 'correlation-1'],
      lacking('the list leads back to a page that was read (after 2 pages): try again later'),
    ],
    [
      'records of another sort',
      () => ({ json: { value: [record(Date.UTC(2026, 10, 19), 1), { hello: 1 }, null, 7, 'x', []] } }),
      ['correlation-1'],
      { ...WHOLE, complete: false, damage: [{ where: '', what: 'records not recognised as audit events', count: 5 }] },
    ],
    [
      'a record without a time',
      () => ({ json: { value: [record(0, 1, { eventTimestamp: 'soon' })] } }),
      [],
      lacking('the record has no readable event time'),
    ],
  ])('%s', async (_, wrong, events, completion) => {
    const opened = await open(onTheDay(wrong));
    const told = await readAll(opened);
    const { host } = new URL(server!.url);
    expect(told.map(day => [day.events, day.completion])).toEqual(
      JSON.parse(
        JSON.stringify([
          [['correlation-0'], WHOLE],
          [events, completion],
          [['correlation-0'], WHOLE],
        ]).replace('HOST', host),
      ),
    );
    expect(JSON.stringify(told)).not.toContain(MARKER);
    for (const { authorization } of server!.calls) expect(authorization).toContain(MARKER);
  });

  test('nobody else is given the token', async () => {
    const other = await serveRest(() => good);
    try {
      const opened = await open(onTheDay(() => first(`${other.url}/values`)));
      const [, day] = await readAll(opened);
      expect(day!.completion.complete).toBe(false);
      expect(other.calls).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

test('requests come no faster than fifty in thirty seconds, and rest as long as they are told', async () => {
  const clock = fakeClock(NOW);
  const times: number[] = [];
  const opened = await open(
    call => {
      times.push(clock.now());
      return call.index === 3 ? { status: 429, text: '', headers: { 'retry-after': '42' } } : empty;
    },
    { clock, window: { from: NOW - 80 * DAY, until: NOW } },
  );
  await readAll(opened);
  const gaps = times.slice(1).map((at, i) => at - times[i]!);
  expect(times).toHaveLength(83);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30_000 / 50);
  expect(gaps[3]).toBeGreaterThanOrEqual(42_000);
});

test('a service that wants to be left alone for longer than anyone waits is left alone', async () => {
  const clock = fakeClock(NOW);
  const opened = await open(() => ({ status: 429, text: '', headers: { 'retry-after': '3600' } }), { clock });
  await expect(listOf(opened.shards())).rejects.toThrow('as too many');
  expect(server!.calls).toHaveLength(1);
  expect(clock.now() - NOW).toBeLessThan(1_000);
});

test('an interruption before the first day is no error of the source', async () => {
  const abort = new AbortController();
  const opened = await open(
    () => {
      setTimeout(() => abort.abort(), 20);
      return { hang: true };
    },
    { signal: abort.signal },
  );
  expect(await listOf(opened.shards())).toEqual([]);
});

test('an interruption ends a request that is under way, and what was not read is said', async () => {
  const abort = new AbortController();
  const opened = await open(
    call => {
      if (isProbe(call)) return empty;
      setTimeout(() => abort.abort(), 20);
      return { hang: true };
    },
    { signal: abort.signal },
  );
  expect((await readAll(opened)).map(({ completion }) => completion)).toEqual([
    lacking('interrupted'),
    lacking('interrupted'),
    lacking('interrupted'),
  ]);
  expect(server!.calls).toHaveLength(2);
});

describe('the doctor', () => {
  test('of a subscription that may be read', async () => {
    const { told, views } = await checksOf(await open(() => ({ json: { value: [{}, {}] } })));
    const found = {
      what: 'Microsoft.Insights/eventtypes/values/read',
      state: 'ok',
      detail: '2 events in the last hour',
    };
    expect(told).toEqual([SIGNED_IN, found]);
    expect(views!.deeds.blind).toBe(false);
  });

  test('of one that may not', async () => {
    const { told, views } = await checksOf(
      await open(() => ({
        status: 403,
        json: { error: { code: 'AuthorizationFailed', message: '' } },
      })),
    );
    const detail = `this principal may not read this: ${ROLE}; what was given just now may take some minutes to count`;
    expect(told).toEqual([SIGNED_IN, { what: 'Microsoft.Insights/eventtypes/values/read', state: 'refused', detail }]);
    expect(views!.deeds).toEqual({ blind: true, gaps: [detail] });
  });
});
