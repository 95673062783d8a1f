import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AzureAccess } from '../src/collect/azure/sign-in.ts';
import { openQueries } from '../src/collect/azure/query-client.ts';
import { schemas } from '../src/collect/azure/schema.ts';
import { surveyQuery } from '../src/collect/azure/survey.ts';
import { type LogTable, logTables } from '../src/collect/azure/tables.ts';
import { openWorkspace, type Wish } from '../src/collect/azure/workspace.ts';
import type { OpenSource, Shard, Task } from '../src/collect/collector.ts';
import { betterViews } from '../src/coverage.ts';
import { UserError } from '../src/errors.ts';
import type { Batch, Completion } from '../src/model/batch.ts';
import type { Views } from '../src/model/coverage.ts';
import { eachOf } from '../src/pool.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../src/time.ts';
import { checksOf } from './opened.ts';
import {
  bodyOf,
  errorBody,
  type LogsAnswer,
  type LogsCall,
  type LogsServer,
  type LogsTable,
  serveLogs,
} from './servers/log-analytics.ts';
import { analyse } from './kusto.ts';
import { taskOf } from './task.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const WORKSPACE = '00000000-0000-0000-0000-00000000aaaa';
const SUBSCRIPTION = '00000000-0000-0000-0000-00000000bbbb';
const APP = '00000000-0000-0000-0000-00000000cccc';
const WINDOW = { from: NOW - 16 * DAY, until: NOW };

const claims = { tid: 'x', oid: '00000000-0000-0000-0000-00000000dddd', appid: APP, appidacr: '1', idtyp: 'app' };
const TOKEN = `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.very-secret-signature`;

const keep: Record<string, string | undefined> = {};
const ENV = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NO_PROXY: 'localhost', HTTPS_PROXY: undefined, HTTP_PROXY: undefined };
beforeAll(() => {
  for (const [name, value] of Object.entries(ENV)) {
    keep[name] = process.env[name];
    setEnv(name, value);
  }
});
afterAll(() => Object.entries(keep).forEach(([name, value]) => setEnv(name, value)));

function setEnv(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}

const servers: LogsServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close()));
});

async function serve(answer: (call: LogsCall) => LogsAnswer): Promise<LogsServer> {
  const server = await serveLogs(answer);
  servers.push(server);
  return server;
}

/** One row as a table stores it. */
interface Stored {
  readonly at: number;
  readonly cells: JsonObject;
}

type Storage = ReadonlyMap<string, readonly Stored[]>;

/** A row of the Activity Log. */
const stored = (n: number, at: number, over: JsonObject = {}): Stored => ({
  at,
  cells: {
    TimeGenerated: `${new Date(at).toISOString().slice(0, -1)}4321Z`,
    OperationNameValue: 'MICROSOFT.COGNITIVESERVICES/ACCOUNTS/LISTKEYS/ACTION',
    ActivityStatusValue: 'Success',
    CategoryValue: 'Administrative',
    CallerIpAddress: '198.51.100.7',
    CorrelationId: `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`,
    _ResourceId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/ai/providers/microsoft.cognitiveservices/accounts/a`,
    SubscriptionId: SUBSCRIPTION,
    Claims: JSON.stringify({ appid: APP, appidacr: '1' }),
    ...over,
  },
});

/** When the busiest minute began. */
const RUSH = NOW - 5 * DAY + 7 * MINUTE;

/** One row every hour or so, and ninety in one minute. */
function history(): readonly Stored[] {
  const calm = Array.from({ length: 325 }, (_, n) => stored(n, NOW - 20 * MINUTE - n * 70 * MINUTE));
  const rush = Array.from({ length: 90 }, (_, n) => stored(1_000 + n, RUSH + n * 600));
  return [...calm, ...rush];
}

const inWindow = ({ at }: Stored): boolean => at >= WINDOW.from && at < WINDOW.until;

interface Asked {
  readonly name: string;
  readonly from: number;
  readonly until: number;
  readonly manner: string;
  readonly part?: { readonly index: number; readonly of: number };
}

/** A table whose queries say in JSON what is asked for. */
const tableOf = (name: string): LogTable => ({
  name,
  query: ({ from, until }, manner, part) =>
    `// ${JSON.stringify({ name, from, until, manner, ...(part && { part }) } satisfies Asked)}`,
  record: row => row,
});

const askedOf = (query: string): Asked | null =>
  query.startsWith('// ') ? (JSON.parse(query.slice(3)) as Asked) : null;

const COLUMNS = [...Object.keys(stored(0, 0).cells), 'Empty', 'Since'].map(name => ({ name, type: 'string' }));

const cellsOf = ({ cells }: Stored): unknown[] => COLUMNS.map(({ name }) => cells[name] ?? null);

const numberOf = ({ cells }: Stored): number => Number(String(cells['CorrelationId']).slice(-12));

/** The rows that a query asks for. */
function rowsFor(storage: Storage, { name, from, until, part }: Asked): readonly Stored[] {
  const isWanted = (row: Stored): boolean =>
    row.at >= from && row.at < until && (part === undefined || numberOf(row) % part.of === part.index);
  return (storage.get(name) ?? []).filter(isWanted);
}

const LEG = /\((\w+) \| where TimeGenerated >= datetime\(([^)]+)\) and TimeGenerated < datetime\(([^)]+)\)/g;
const SURVEY_COLUMNS = ['KeywardTable', 'KeywardRows', 'KeywardFirst'].map(name => ({ name, type: 'string' }));

/** What the service makes of the query for which tables there are. */
function survey(storage: Storage, query: string): LogsTable {
  const rows = Array.from(query.matchAll(LEG)).flatMap(([, name, from, until]) => {
    const all = storage.get(name!);
    if (all === undefined) return [];
    const found = all.filter(({ at }) => at >= Date.parse(from!) && at < Date.parse(until!)).map(({ at }) => at);
    const first = found.length === 0 ? null : new Date(Math.min(...found)).toISOString();
    return [[name, found.length, first]];
  });
  return { columns: SURVEY_COLUMNS, rows };
}

const ACTIVITY: Storage = new Map([['AzureActivity', history()]]);

type Mischief = (call: LogsCall & { readonly asked: Asked | null }, rows: number) => LogsAnswer | undefined;

/** A workspace that answers truthfully but for some mischief. */
const answering =
  (storage: Storage, mischief: Mischief = () => undefined) =>
  (call: LogsCall): LogsAnswer => {
    const asked = askedOf(call.query);
    const rows = asked === null ? [] : rowsFor(storage, asked);
    const trick = mischief({ ...call, asked }, rows.length);
    if (trick !== undefined) return trick;
    return asked === null ? survey(storage, call.query) : { columns: COLUMNS, rows: rows.map(cellsOf) };
  };

const accessTo = (url: string): AzureAccess => ({
  credential: { getToken: () => Promise.resolve({ token: TOKEN, expiresOnTimestamp: Date.now() + HOUR }) },
  cloud: { id: 'public', logs: url, audience: 'https://api.loganalytics.io', arm: url, graph: url, authority: url },
  describe: () => 'a test',
  warnings: [],
});

interface Pulled {
  readonly ids: readonly string[];
  readonly count: number;
  readonly completions: ReadonlyMap<string, Completion>;
  readonly damage: readonly string[];
  readonly remarks: readonly string[];
  readonly shards: readonly Shard[];
  readonly batches: ReadonlyMap<string, readonly Batch[]>;
  readonly views: Views;
  readonly opened: OpenSource;
}

interface How extends Wish {
  readonly task?: Partial<Task>;
  readonly names?: readonly string[];
}

function open(server: LogsServer, { task, names = ['AzureActivity'], ...wish }: How = {}): OpenSource {
  const signIn = () => Promise.resolve(accessTo(server.url));
  return openWorkspace(`azure:${WORKSPACE}`, taskOf(NOW, { window: WINDOW, ...task }), {
    tables: names.map(tableOf),
    signIn,
    ...wish,
  });
}

/** Reads all of a workspace, as an audit would. */
async function pullFrom(server: LogsServer, how: How = {}): Promise<Pulled> {
  const opened = open(server, how);
  const shards: Shard[] = [];
  for await (const shard of opened.shards()) shards.push(shard);
  const completions = new Map<string, Completion>();
  const batches = new Map<string, Batch[]>();
  await eachOf(shards, opened.lanes ?? 1, async shard => {
    const taken: Batch[] = [];
    batches.set(shard.key, taken);
    completions.set(shard.key, await drain(opened.read(shard, []), taken));
  });
  const ends = shards.map(({ key }) => completions.get(key)!);
  const events = [...batches.values()].flat().flatMap(batch => batch.events);
  return {
    ids: [...new Set(events.map(({ example }) => example))].sort(),
    count: events.reduce((sum, { count }) => sum + count, 0),
    completions,
    damage: ends.flatMap(({ damage }) => damage.map(({ what }) => what)),
    remarks: ends.flatMap(({ remarks = [] }) => remarks),
    shards,
    batches,
    views: viewsOf(opened, ends),
    opened,
  };
}

async function drain(reading: AsyncGenerator<Batch, Completion, void>, into: Batch[]): Promise<Completion> {
  for (;;) {
    const step = await reading.next();
    if (step.done === true) return step.value;
    into.push(step.value);
  }
}

function viewsOf(opened: OpenSource, ends: readonly Completion[]): Views {
  const seen = ends.map(({ views }) => views).reduce(betterViews, null);
  return (opened.views as (seen: Views | null) => Views)(seen);
}

const queriesTo = ({ calls }: LogsServer): Asked[] =>
  calls.map(({ query }) => askedOf(query)).filter(asked => asked !== null);

const EXPECTED = history().filter(inWindow).length;
let undisturbed: Promise<readonly string[]> | undefined;
const expectedIds = (): Promise<readonly string[]> =>
  (undisturbed ??= serve(answering(ACTIVITY)).then(async server => (await pullFrom(server)).ids));

describe('the undisturbed reading', () => {
  test('asks for each week once, as the protocol has it, and takes all events in', async () => {
    const server = await serve(answering(ACTIVITY));
    const { ids, count, damage, remarks, shards, opened, batches } = await pullFrom(server);
    expect(ids).toHaveLength(EXPECTED);
    expect({ count, damage, remarks }).toEqual({ count: EXPECTED, damage: [], remarks: [] });
    expect(shards).toEqual([
      { key: 'tables', size: 0 },
      { key: 'AzureActivity 2026-11-04', size: 12 * HOUR },
      { key: 'AzureActivity 2026-11-05', size: 7 * DAY },
      { key: 'AzureActivity 2026-11-12', size: 7 * DAY },
      { key: 'AzureActivity 2026-11-19', size: 36 * HOUR },
    ]);
    for (const { key, size } of shards)
      expect(Math.round(batches.get(key)!.reduce((sum, batch) => sum + batch.size, 0))).toBe(size);
    expect(opened.self!()).toEqual([`app/${APP}`]);
    expectCover(queriesTo(server));
    for (const { workspace, prefer, token, query, timespan } of server.calls) {
      expect({ workspace, prefer, token }).toEqual({
        workspace: WORKSPACE,
        prefer: 'wait=600',
        token: `Bearer ${TOKEN}`,
      });
      const asked = askedOf(query) ?? WINDOW;
      const [start, end] = timespan.split('/').map(text => Date.parse(text));
      expect(start).toBeLessThanOrEqual(asked.from);
      expect(end).toBeGreaterThanOrEqual(asked.until);
    }
  });

  test('never has more than four queries under way', async () => {
    const storage: Storage = new Map(['A', 'B', 'C', 'D', 'E', 'F'].map(name => [name, history()]));
    const server = await serve(answering(storage));
    await pullFrom(server, { names: [...storage.keys()] });
    expect(Math.max(...server.calls.map(({ underWay }) => underWay))).toBeLessThanOrEqual(4);
  });

  test('sends a query every fifth of a second at most', async () => {
    const server = await serve(answering(ACTIVITY));
    const task = taskOf(NOW, { window: WINDOW });
    const { ids } = await pullFrom(server, { task });
    expect(ids).toEqual(await expectedIds());
    expect(task.clock.now() - NOW).toBeGreaterThanOrEqual((server.calls.length - 1) * 200);
  });
});

/** Whether queries, but for those that were cut short, tile the window. */
function expectCover(asked: readonly Asked[]): void {
  const sorted = asked.toSorted((a, b) => a.from - b.from);
  expect(sorted[0]!.from).toBe(WINDOW.from);
  expect(sorted.at(-1)!.until).toBe(WINDOW.until);
  for (const [i, { from }] of sorted.entries()) if (i > 0) expect(from).toBe(sorted[i - 1]!.until);
}

const crowded = (headers: Readonly<Record<string, string>> = {}): LogsAnswer => ({
  status: 429,
  headers,
  body: errorBody('ThrottledError', 'Too many requests'),
});

describe('a fault that passes leaves nothing out', () => {
  const every =
    (nth: number, answer: LogsAnswer): Mischief =>
    ({ index }) =>
      index % nth === 1 ? answer : undefined;
  const html: LogsAnswer = { status: 502, body: '<html>Bad Gateway</html>' };
  const faults: Readonly<Record<string, { readonly mischief: Mischief; readonly waits: number }>> = {
    '429 with Retry-After': { mischief: every(3, crowded({ 'retry-after': '7' })), waits: 7 * SECOND },
    '429 with a date': {
      mischief: every(3, crowded({ 'retry-after': new Date(NOW + 9 * SECOND).toUTCString() })),
      waits: 5 * SECOND,
    },
    '429 with milliseconds': { mischief: every(3, crowded({ 'x-ms-retry-after-ms': '1500' })), waits: 1500 },
    '429 without Retry-After': { mischief: every(3, crowded()), waits: 30 * SECOND },
    'HTTP 500': { mischief: every(3, { status: 500, body: errorBody('InternalServerError', 'x') }), waits: 5 * SECOND },
    'HTTP 503 with Retry-After': {
      mischief: every(3, { status: 503, headers: { 'retry-after': '3' }, body: errorBody('Unavailable', 'x') }),
      waits: 3 * SECOND,
    },
    'HTTP 502 as a page': { mischief: every(3, html), waits: 5 * SECOND },
    'a page instead of an answer': { mischief: every(3, { body: '<html>Sign in</html>' }), waits: 5 * SECOND },
    'an answer that is JSON of something else': { mischief: every(3, { body: { value: [] } }), waits: 5 * SECOND },
    'half an answer': { mischief: every(3, { body: '{"tables":[{"name"' }), waits: 5 * SECOND },
    'a connection cut before the answer': { mischief: every(3, { cut: 'before' }), waits: 5 * SECOND },
    'a connection cut within the answer': {
      mischief: every(3, { cut: 'within', body: bodyOf({ columns: COLUMNS, rows: history().map(cellsOf) }) }),
      waits: 5 * SECOND,
    },
  };
  test.each(Object.keys(faults))('%s', async name => {
    const { mischief, waits } = faults[name]!;
    const server = await serve(answering(ACTIVITY, mischief));
    const task = taskOf(NOW, { window: WINDOW });
    const { ids, count, damage } = await pullFrom(server, { task });
    expect({ count, damage }).toEqual({ count: EXPECTED, damage: [] });
    expect(ids).toEqual(await expectedIds());
    expect(task.clock.now() - NOW).toBeGreaterThanOrEqual(waits);
    expect(server.calls.length).toBeGreaterThan(5);
  });
});

/** What the service sends when it stops within an answer. */
const partial = (storage: Storage, asked: Asked, most: number): LogsAnswer => ({
  body: bodyOf(
    { columns: COLUMNS, rows: rowsFor(storage, asked).slice(0, most).map(cellsOf) },
    {
      code: 'PartialError',
      message: 'There were some errors when processing your query.',
      details: [
        {
          code: 'EngineError',
          message: 'Something processing your query went wrong on the server.',
          innererror: { code: '-2133196797', message: 'The results of this query exceed the set limit of 40 records.' },
        },
      ],
    },
  ),
});

describe('what is too much is asked for in less', () => {
  const tooMuch: Readonly<Record<string, (asked: Asked, rows: number) => LogsAnswer | undefined>> = {
    'an answer cut short by its rows': (asked, rows) => (rows > 95 ? partial(ACTIVITY, asked, 95) : undefined),
    'down to the rush of a minute': (asked, rows) => (rows > 8 ? partial(ACTIVITY, asked, 8) : undefined),
    'a query that takes too long': ({ from, until }) =>
      until - from > 6 * HOUR ? { status: 504, body: errorBody('GatewayTimeout', 'Timed out') } : undefined,
    'a timeout of what stands in between': ({ from, until }) =>
      until - from > 6 * HOUR ? { status: 504, body: '<html>Gateway Timeout</html>' } : undefined,
    'an answer that is too large': (_, rows) =>
      rows > 95 ? { status: 413, body: errorBody('ResponsePayloadTooLarge', 'Too large') } : undefined,
  };
  test.each(Object.keys(tooMuch))('%s', async name => {
    const server = await serve(
      answering(ACTIVITY, ({ asked }, rows) => (asked === null ? undefined : tooMuch[name]!(asked, rows))),
    );
    const { ids, count, damage } = await pullFrom(server);
    expect({ count, damage }).toEqual({ count: EXPECTED, damage: [] });
    expect(ids).toEqual(await expectedIds());
    const whole = queriesTo(server).filter(
      asked => tooMuch[name]!(asked, rowsFor(ACTIVITY, asked).length) === undefined,
    );
    const minutes = whole.filter(({ part }) => part !== undefined);
    expectCover([...whole.filter(({ part }) => part === undefined), ...minutes.slice(0, 1)]);
    expect(minutes.length > 0).toBe(name === 'down to the rush of a minute');
  });

  test('also where it comes whole and is about as long as the service gives', async () => {
    const many = { columns: [{ name: 'x', type: 'string' }], rows: new Array(400_000).fill([null]) };
    let isFirst = true;
    const server = await serve(
      answering(ACTIVITY, ({ asked }) => {
        if (asked === null || !isFirst) return undefined;
        isFirst = false;
        return many;
      }),
    );
    const { ids, damage } = await pullFrom(server);
    expect(damage).toEqual([]);
    expect(ids).toEqual(await expectedIds());
  });

  test('no query that took too long is repeated', async () => {
    const server = await serve(
      answering(ACTIVITY, ({ asked }) =>
        asked !== null && asked.until - asked.from > HOUR ? { status: 504 } : undefined,
      ),
    );
    await pullFrom(server);
    const texts = server.calls.map(({ query }) => query);
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe('a fault that stays is told', () => {
  const inSecond = ({ from, until }: Asked): boolean => from < RUSH + MINUTE && until > RUSH;
  test('a minute that is never whole, with what was seen of it', async () => {
    const server = await serve(
      answering(ACTIVITY, ({ asked }) => (asked !== null && inSecond(asked) ? partial(ACTIVITY, asked, 1) : undefined)),
    );
    const { damage, count, completions } = await pullFrom(server);
    expect(damage).toEqual([
      'some rows are missing from 2026-11-15T12:07:00.000Z to 2026-11-15T12:08:00.000Z: the answer was cut short ' +
        '(PartialError, EngineError, -2133196797): The results of this query exceed the set limit of 40 records.',
    ]);
    expect(count).toBe(EXPECTED - 90 + 16);
    expect([...completions].filter(([, { complete }]) => !complete).map(([key]) => key)).toEqual([
      'AzureActivity 2026-11-12',
    ]);
  });

  test('a week that never comes to anything is given up after so many queries', async () => {
    const server = await serve(answering(ACTIVITY, ({ asked }) => (asked === null ? undefined : { status: 504 })));
    const { damage } = await pullFrom(server, { task: { window: { from: NOW - DAY, until: NOW } } });
    expect(damage).toEqual([
      'some rows are missing from 2026-11-19T12:00:00.000Z to 2026-11-19T12:02:00.000Z: the service did not finish the query in its time (HTTP 504)',
      expect.stringMatching(
        /^not read: 2026-11-19T12:0\d:00.000Z to 2026-11-20T12:00:00.000Z: 64 queries in a row came to nothing, the last because the service did not finish the query in its time \(HTTP 504\)$/,
      ),
    ]);
    expect(server.calls).toHaveLength(65);
  });

  const lasting: Readonly<
    Record<string, { readonly answer: LogsAnswer; readonly what: string; readonly calls: number }>
  > = {
    'no role': {
      answer: {
        status: 403,
        body: errorBody('InsufficientAccessError', 'The provided credentials have insufficient access'),
      },
      what: 'this principal may not read this: give it Log Analytics Reader on the workspace, or Microsoft.OperationalInsights/workspaces/query/AzureActivity/read; what was given just now may take some minutes to count',
      calls: 1,
    },
    'a token for another service': {
      answer: { status: 403, body: errorBody('InvalidAuthenticationTokenAudience', 'The audience is wrong') },
      what: 'the credentials are not for this service: if another cloud is meant, name it in the configuration (azure.cloud) or by AZURE_AUTHORITY_HOST',
      calls: 1,
    },
    'no token': {
      answer: { status: 401, body: errorBody('AuthenticationFailed', `Authentication failed ${TOKEN}`) },
      what: 'Azure does not take the token (HTTP 401): sign in again with `az login`, or get new credentials where these came from',
      calls: 1,
    },
    'throttled for good': {
      answer: crowded(),
      what: expect.stringMatching(
        /^the workspace refused every query for 1[0-5] minutes, as too many ask it: run this again later \(/,
      ) as string,
      calls: 9,
    },
    'a wait of a day': {
      answer: crowded({ 'retry-after': '86400' }),
      what: expect.stringMatching(
        /^the workspace refused every query, as too many ask it; it asks to wait for 1,440 minutes: run this again later \(/,
      ) as string,
      calls: 1,
    },
    'unavailable for good': {
      answer: { status: 503, body: errorBody('ServiceUnavailable', 'Down') },
      what: 'no answer for 4 minutes: Azure failed with HTTP 503: try again later',
      calls: 12,
    },
    'a sign-in page for good': {
      answer: { body: '<html>Sign in</html>' },
      what: expect.stringMatching(
        /^no answer for 4 minutes: what answered .*is not Azure: a proxy or a sign-in page may stand in between$/,
      ) as string,
      calls: 12,
    },
  };
  test.each(Object.keys(lasting))('%s', async name => {
    const { answer, what, calls } = lasting[name]!;
    const server = await serve(answering(ACTIVITY, ({ asked }) => (asked === null ? undefined : answer)));
    const { damage } = await pullFrom(server, { task: { window: { from: NOW - HOUR, until: NOW } } });
    expect(
      damage.map(text => text.replace('not read: 2026-11-20T11:00:00.000Z to 2026-11-20T12:00:00.000Z: ', '')),
    ).toEqual([what]);
    expect(server.calls).toHaveLength(calls + 1);
    expect(JSON.stringify(damage)).not.toContain('very-secret');
  });
});

test('what was waited for in vain is not waited for again, part by part', async () => {
  const server = await serve(answering(ACTIVITY, ({ asked }) => (asked === null ? undefined : { status: 503 })));
  const task = taskOf(NOW, { window: { from: NOW - 80 * DAY, until: NOW } });
  const { damage, shards } = await pullFrom(server, { task });
  expect(damage).toHaveLength(shards.length - 1);
  const atOnce = damage.filter(text => text.endsWith(': no answer: Azure failed with HTTP 503: try again later'));
  expect(atOnce.length).toBeGreaterThanOrEqual(8);
  expect(task.clock.now() - NOW).toBeLessThan(10 * MINUTE);
});

test('the logs of the product are asked for, each over all of the window', async () => {
  const tables = Object.keys(schemas);
  const server = await serve(({ index }) =>
    index === 0
      ? { columns: SURVEY_COLUMNS, rows: tables.map(name => [name, 1, new Date(WINDOW.from).toISOString()]) }
      : { columns: COLUMNS, rows: [] },
  );
  const signIn = () => Promise.resolve(accessTo(server.url));
  const opened = openWorkspace(`azure:${WORKSPACE}`, taskOf(NOW, { window: WINDOW }), { signIn });
  const sizes = new Map<string, number>();
  for await (const shard of opened.shards()) {
    const completion = await drain(opened.read(shard, []), []);
    expect(completion).toMatchObject({ complete: true, damage: [] });
    const log = shard.key.replace(/ \d{4}-\d\d-\d\d$/, '');
    sizes.set(log, (sizes.get(log) ?? 0) + shard.size);
  }
  expect(sizes).toEqual(new Map([['tables', 0], ...logTables.map(({ name }) => [name, 16 * DAY] as const)]));
});

describe('an answer', () => {
  test('has its cells as they were sent, and none that hold nothing', async () => {
    const columns = ['datetime', 'datetime', 'dynamic', 'dynamic', 'string', 'bool', 'real', 'long', 'string'];
    const server = await serve(
      answering(ACTIVITY, ({ asked }) =>
        asked === null
          ? undefined
          : {
              columns: columns.map((type, i) => ({ name: `${type}${i}`, type })),
              rows: [['2026-11-20T11:30:00.1234567Z', null, '{"a":[1]}', '123', '', true, 0.5, 7, null]],
            },
      ),
    );
    const rows: JsonObject[] = [];
    const record = (row: JsonObject): JsonObject => {
      rows.push(row);
      return row;
    };
    await pullFrom(server, {
      tables: [{ ...tableOf('AzureActivity'), record }],
      task: { window: { from: NOW - HOUR, until: NOW } },
    });
    expect(rows.map(row => ({ ...row }))).toEqual([
      {
        datetime0: '2026-11-20T11:30:00.1234567Z',
        dynamic2: '{"a":[1]}',
        dynamic3: '123',
        string4: '',
        bool5: true,
        real6: 0.5,
        long7: 7,
      },
    ]);
  });

  test('of many rows costs some times what its JSON costs to parse, and not tens', async () => {
    const rows = Array.from({ length: 40_000 }, (_, n) => cellsOf(stored(n, NOW - n * 100)));
    const text = JSON.stringify(bodyOf({ columns: COLUMNS, rows }));
    const server = await serve(() => ({ body: JSON.parse(text) as unknown }));
    const ask = openQueries(accessTo(server.url), WORKSPACE, taskOf(NOW));
    const ratios: number[] = [];
    for (let pair = 0; pair < 3; pair++) {
      const started = performance.now();
      const reply = await ask({ query: '', stretch: WINDOW, role: '' });
      const asked = performance.now();
      JSON.parse(text);
      ratios.push((asked - started) / (performance.now() - asked));
      expect(reply).toMatchObject({ kind: 'answer', answer: { rows: { length: 40_000 } } });
    }
    // The server, which makes and packs the text meanwhile, is in it.
    expect(Math.min(...ratios)).toBeLessThan(15);
  });
});

test('the query for what tables there are binds where all are there and where some are not', () => {
  const names = logTables.map(({ name }) => name);
  const query = surveyQuery(names, WINDOW);
  const { AuditLogs, AzureDiagnostics, ...rest } = schemas;
  expect([AuditLogs, AzureDiagnostics]).not.toContain(undefined);
  for (const database of [schemas, rest, {}]) {
    const { errors, columns } = analyse(query, database);
    expect({ errors, columns }).toEqual({
      errors: [],
      columns: ['KeywardTable:string', 'KeywardRows:long', 'KeywardFirst:string'],
    });
  }
  expect(query.match(/AzureDiagnostics \|/g)).toHaveLength(1);
});

describe('what tables there are', () => {
  const names = ['AzureActivity', 'SigninLogs', 'AuditLogs', 'AADServicePrincipalSignInLogs'];
  const storage: Storage = new Map([
    ['AzureActivity', history()],
    ['AuditLogs', []],
    ['AADServicePrincipalSignInLogs', [stored(1, NOW - DAY, { OperationNameValue: 'x' })]],
  ]);

  test('missing, empty and short ones are told apart', async () => {
    const server = await serve(answering(storage));
    const { remarks, shards, views, completions } = await pullFrom(server, { names });
    expect(remarks).toEqual([
      'the workspace has no table SigninLogs: sign-ins of people are not exported to it',
      'the table AuditLogs has no rows in this time: no changes of the secrets, roles and consents of apps, or they are exported to it no longer',
      'AADServicePrincipalSignInLogs has no rows before 2026-11-19T12:00:00.000Z: it may keep no older ones, or its export began then',
    ]);
    expect(completions.get('tables')!.complete).toBe(true);
    expect(new Set(shards.map(({ key }) => key.split(' ')[0]))).toEqual(
      new Set(['tables', 'AzureActivity', 'AADServicePrincipalSignInLogs']),
    );
    expect(views['sign-ins']).toEqual({
      blind: true,
      gaps: [
        'the Activity Log has no sign-ins: the sign-in logs of Entra ID have',
        'the workspace has no table SigninLogs: sign-ins of people are not exported to it',
      ],
    });
    expect(views.deeds.blind).toBe(false);
    expect(views.deeds.gaps).toContain(
      'the table AuditLogs has no rows in this time: no changes of the secrets, roles and consents of apps, or they are exported to it no longer',
    );
    expect(views.inventory.gaps).toContain(
      'a workspace holds no list of secrets and certificates: read `entra:` as well',
    );
  });

  test('one that may not be read is told by the permission, and the others are read', async () => {
    const refused = { status: 403, body: errorBody('InsufficientAccessError', 'No access') };
    const server = await serve(answering(storage, ({ query }) => (query.includes('AuditLogs') ? refused : undefined)));
    const { damage, ids, views } = await pullFrom(server, { names });
    expect(damage).toContain(
      'may not be read: this principal may not read this: give it Log Analytics Reader on the workspace, or Microsoft.OperationalInsights/workspaces/query/AuditLogs/read; what was given just now may take some minutes to count',
    );
    expect(ids.length).toBeGreaterThanOrEqual(EXPECTED);
    expect(views.deeds.gaps.join()).toContain('the table AuditLogs may not be read');
  });

  test.each<readonly [string, LogsAnswer]>([
    ['204', { status: 204 }],
    ['an empty 200', { body: '' }],
  ])('a workspace that answers nothing (%s) is told as such', async (_, answer) => {
    const server = await serve(() => answer);
    const { remarks, shards, views } = await pullFrom(server, { names });
    expect(remarks).toEqual([
      'the workspace answered nothing, as one does that holds no data: check its id, and that logs are exported to it',
    ]);
    expect(shards).toEqual([{ key: 'tables', size: 0 }]);
    expect(Object.values(views).map(({ blind }) => blind)).toEqual(new Array(6).fill(true));
    for (const { gaps } of Object.values(views)) expect(gaps).not.toEqual([]);
  });

  test('a stretch that answers nothing holds nothing', async () => {
    const server = await serve(answering(ACTIVITY, ({ asked }) => (asked === null ? undefined : { status: 204 })));
    const { damage, ids } = await pullFrom(server);
    expect({ damage, ids }).toEqual({ damage: [], ids: [] });
  });

  test('a table that could not be counted is read all the same, in groups', async () => {
    const server = await serve(
      answering(ACTIVITY, ({ asked }) =>
        asked === null
          ? { body: bodyOf({ columns: SURVEY_COLUMNS, rows: [] }, { code: 'PartialError', message: 'x' }) }
          : undefined,
      ),
    );
    const { ids, damage, remarks } = await pullFrom(server);
    expect({ damage, ids }).toEqual({ damage: [], ids: await expectedIds() });
    expect(remarks).toEqual([
      'it was not told beforehand how much there is in AzureActivity: the answer was cut short (PartialError): x',
      'of all rows, those alike in all that the rules look at were counted by the service',
    ]);
    expect(new Set(queriesTo(server).map(({ manner }) => manner))).toEqual(new Set(['groups']));
  });

  test.each<readonly [number, string, string]>([
    [300_000, 'rows', ''],
    [300_001, 'groups', 'of 300,001 rows, those alike in all that the rules look at were counted by the service'],
  ])('%i rows are read as %s', async (count, manner, remark) => {
    const first = new Date(WINDOW.from).toISOString();
    const server = await serve(
      answering(ACTIVITY, ({ asked }) =>
        asked === null ? { columns: SURVEY_COLUMNS, rows: [['AzureActivity', count, first]] } : undefined,
      ),
    );
    const { remarks } = await pullFrom(server);
    expect(remarks).toEqual(remark === '' ? [] : [remark]);
    expect(new Set(queriesTo(server).map(asked => asked.manner))).toEqual(new Set([manner]));
  });

  const hopeless: Readonly<Record<string, readonly [LogsAnswer, RegExp]>> = {
    'no role at all': [
      { status: 403, body: errorBody('InsufficientAccessError', 'No access') },
      /^cannot query the workspace 0{8}-.*aaaa: this principal may not read this: give it Log Analytics Reader on the workspace; /,
    ],
    'no such workspace': [
      {
        status: 400,
        body: errorBody('BadArgumentError', 'The request had some invalid properties', {
          code: 'FailedToResolveResource',
          message: 'Resource identity could not be resovled',
        }),
      },
      /there is no such workspace/,
    ],
    'a workspace that is never reached': [
      { cut: 'before' },
      /^cannot query the workspace .*: no answer for 4 minutes: the connection to .*failed/,
    ],
  };
  test.each(Object.keys(hopeless))('%s: there is nothing to open', async name => {
    const [answer, says] = hopeless[name]!;
    const server = await serve(() => answer);
    const error: unknown = await pullFrom(server, { names }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(says);
    expect((error as UserError).message).not.toContain('very-secret');
  });

  test('a check says of each table whether it can be read', async () => {
    const refused = { status: 403, body: errorBody('InsufficientAccessError', 'No access') };
    const server = await serve(answering(storage, ({ query }) => (query.includes('AuditLogs') ? refused : undefined)));
    const { told } = await checksOf(open(server, { names }));
    const table = (name: string): string => `Microsoft.OperationalInsights/workspaces/query/${name}/read`;
    expect(told.map(({ state, what }) => `${state} ${what}`)).toEqual([
      'ok credentials',
      `ok ${table('AzureActivity')}`,
      `unknown ${table('SigninLogs')}`,
      `refused ${table('AuditLogs')}`,
      `ok ${table('AADServicePrincipalSignInLogs')}`,
    ]);
  });
});

describe('hostile rows', () => {
  const { cells } = stored(1, NOW - HOUR);
  const columns = [...Object.keys(cells), '__proto__', 'constructor', 'Nested'].map(name => ({
    name,
    type: 'dynamic',
  }));
  const row = (over: JsonObject): unknown[] =>
    columns.map(({ name }) => (Object.hasOwn(over, name) ? over[name] : (cells[name] ?? null)));
  const read = async (rows: readonly unknown[], some: LogsTable['columns'] = columns): Promise<Pulled> => {
    const server = await serve(
      answering(ACTIVITY, ({ asked }) => (asked === null ? undefined : { columns: some, rows })),
    );
    return pullFrom(server, { task: { window: { from: NOW - 2 * HOUR, until: NOW } } });
  };

  test('are read as far as they can be, and the rest is counted', async () => {
    const huge = 'x'.repeat(200_000);
    const { count, damage } = await read([
      row({}),
      row({ TimeGenerated: null }),
      row({ TimeGenerated: '\u0000\u001b[31m' }),
      row({ OperationNameValue: 7 }),
      row({ Claims: { appid: [] }, CallerIpAddress: { a: 1 }, Nested: [[[]]] }),
      row({ Caller: huge, CorrelationId: huge, Claims: huge }),
      [...row({}), 'more', 'cells'],
      null,
      7,
      'text',
      { a: 1 },
      [],
    ]);
    expect(count).toBe(4);
    expect(damage.toSorted()).toEqual([
      '6 rows of a shape that is not known',
      'the record has no readable event time',
      'the record has no readable event time',
    ]);
  });

  test('without columns, or with columns of no names, are of no shape', async () => {
    const { damage } = await read([[1], [2]], [{ name: '', type: '' }]);
    expect(damage).toEqual(['2 rows of a shape that is not known']);
  });

  test('are not one object with another', () => expect(({} as JsonObject)['a']).toBeUndefined());
});

describe('an interrupted reading', () => {
  test('ends at once and says so, also while a query is under way', async () => {
    const abort = new AbortController();
    const server = await serve(
      answering(ACTIVITY, ({ index }) => {
        if (index !== 2) return undefined;
        setTimeout(() => abort.abort(), 50);
        return { isMute: true };
      }),
    );
    const { completions } = await pullFrom(server, { task: { signal: abort.signal } });
    const ends = [...completions.values()].filter(({ complete }) => !complete);
    expect(ends.length).toBeGreaterThan(0);
    for (const { damage } of ends) expect(damage).toEqual([{ where: '', what: 'interrupted', count: 1 }]);
  });

  test('ends at once in the middle of an answer that came to a halt', async () => {
    const abort = new AbortController();
    const server = await serve(
      answering(ACTIVITY, ({ index }) => {
        if (index !== 2) return undefined;
        setTimeout(() => abort.abort(), 100);
        return { cut: 'stalled', body: bodyOf({ columns: COLUMNS, rows: history().map(cellsOf) }) };
      }),
    );
    const { damage } = await pullFrom(server, { task: { signal: abort.signal } });
    expect(new Set(damage)).toEqual(new Set(['interrupted']));
  });

  test('before the tables are known has no parts', async () => {
    const abort = new AbortController();
    const server = await serve(() => {
      abort.abort();
      return { isMute: true };
    });
    const { shards } = await pullFrom(server, { task: { signal: abort.signal } });
    expect(shards).toEqual([]);
  });

  test('goes on behind any of its cursors and finds the same', async () => {
    const mischief: Mischief = ({ asked }, rows) =>
      asked !== null && rows > 8 ? partial(ACTIVITY, asked, 8) : undefined;
    const server = await serve(answering(ACTIVITY, mischief));
    const { batches, opened, shards } = await pullFrom(server);
    for (const shard of shards) {
      const whole = batches.get(shard.key)!;
      const all = whole.flatMap(({ events }) => events.map(({ example }) => example));
      const cursors = whole.flatMap(({ cursor }, i) => (cursor === undefined ? [] : [[cursor, i] as const]));
      for (const [cursor, i] of cursors.filter((_, n) => n % 5 === 0)) {
        const rest: Batch[] = [];
        await drain(opened.read(shard, [], cursor), rest);
        const both = [...whole.slice(0, i + 1), ...rest].flatMap(({ events }) => events.map(({ example }) => example));
        // Each once: what is grouped cannot be told apart when it comes twice.
        expect(both.toSorted()).toEqual(all.toSorted());
      }
    }
  });

  test.each(['', 'x', '{}', '{"from":1,"until":2,"at":3,"lost":0}', '{"from":-1,"until":"","at":null,"lost":[]}'])(
    'begins anew behind the strange cursor %j',
    async cursor => {
      const server = await serve(answering(ACTIVITY));
      const { opened, shards, batches } = await pullFrom(server);
      const shard = shards.at(-1)!;
      const rest: Batch[] = [];
      await drain(opened.read(shard, [], cursor), rest);
      expect(rest).toEqual(batches.get(shard.key));
    },
  );

  test('behind a gap has no cursor to go on from', async () => {
    const server = await serve(
      answering(ACTIVITY, ({ asked }) =>
        asked !== null && asked.from <= RUSH && asked.until > RUSH ? partial(ACTIVITY, asked, 1) : undefined,
      ),
    );
    const { batches } = await pullFrom(server);
    const cursors = batches.get('AzureActivity 2026-11-12')!.flatMap(({ cursor }) => cursor ?? []);
    for (const cursor of cursors) expect((JSON.parse(cursor) as { at: number }).at).toBeLessThanOrEqual(RUSH);
  });
});

describe('what a source may be written as', () => {
  const opening = async (source: string): Promise<unknown> => {
    for await (const shard of openWorkspace(source, taskOf(NOW)).shards()) return shard;
    return undefined;
  };
  test.each<readonly [string, string]>([
    ['azure:my-workspace', "'my-workspace' is neither a workspace nor a subscription"],
    ['azure:', "'' is neither a workspace nor a subscription"],
    [
      `azure:/subscriptions/${SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.OperationalInsights/workspaces/w`,
      'that is the resource id of a workspace',
    ],
  ])('%s', async (source, message) => {
    await expect(opening(source)).rejects.toMatchObject({ name: 'UserError', message });
  });
});
