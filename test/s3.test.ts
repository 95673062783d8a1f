import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Task, Window } from '../src/collect/collector.ts';
import { openFiles } from '../src/collect/files.ts';
import { s3 } from '../src/collect/s3.ts';
import { checkS3 } from '../src/collect/s3/check.ts';
import { parseLocation } from '../src/collect/s3/location.ts';
import { UserError } from '../src/errors.ts';
import type { Completion } from '../src/model/batch.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { rawRecord } from './raw-record.ts';
import { isolateAws, STATIC_KEY } from './servers/aws-env.ts';
import { type Asked, BUCKET, PRINCIPAL, refuse, type S3Server, send, startS3 } from './servers/s3.ts';
import { stillClock, taskOf } from './task.ts';

const home = isolateAws();
let server: S3Server;

beforeEach(async () => {
  server = await startS3();
  home.set({ ...STATIC_KEY, AWS_ENDPOINT_URL: server.url, AWS_REGION: 'eu-west-1' });
});

afterEach(() => server.close());

const ALL: Window = { from: null, until: Date.UTC(2026, 10, 20) };

interface Given {
  readonly window?: Window;
  readonly signal?: AbortSignal;
  readonly told?: string[];
  readonly aws?: Task['aws'];
}

/** A task in the environment of the test. */
const task = ({ told = [], ...given }: Given = {}): Task =>
  taskOf(ALL.until, {
    env: { ...process.env },
    clock: stillClock(ALL.until),
    tell: text => void told.push(text),
    ...given,
  });

/** What reading a source gave. */
interface Read {
  readonly keys: readonly string[];
  readonly events: readonly AuditEvent[];
  readonly endings: readonly Completion[];
  readonly bytes: number;
}

async function readAll(source: string, given: Given = {}): Promise<Read> {
  const opened = s3.open(source, task(given));
  const keys: string[] = [];
  for await (const { key } of opened.shards()) keys.push(key);
  const events: AuditEvent[] = [];
  const endings: Completion[] = [];
  let bytes = 0;
  for (const key of keys) {
    const batches = opened.read({ key, size: 0 }, []);
    let step = await batches.next();
    for (; !step.done; step = await batches.next()) {
      events.push(...step.value.events);
      bytes += step.value.size;
    }
    endings.push(step.value);
  }
  return { keys, events, endings, bytes };
}

/** The sentences of all damage, each with its shard's key and place. */
const sentences = ({ keys, endings }: Read): string[] =>
  endings.flatMap(({ damage }, i) =>
    damage.map(({ where, what }) => [keys[i], where, what].filter(Boolean).join(' | ')),
  );

async function errorOf(source: string, given: Given = {}): Promise<string> {
  const error: unknown = await readAll(source, given).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`no UserError but ${String(error)}`);
  return `${error.message} / ${error.hint}`;
}

/** Keys of the objects that were asked for; side by side, so their order on the wire is no matter. */
const got = (): string[] =>
  server.asked
    .filter(({ what }) => what === 'get')
    .map(({ key }) => key)
    .sort();
const listed = (): string[] =>
  server.asked
    .filter(({ what }) => what === 'list')
    .map(({ key, startAfter }) => (startAfter === '' ? key : `${key} > ${startAfter}`))
    .sort();

let serial = 0;

/** A log of so many events that no other log has. */
const log = (count = 1): Buffer =>
  gzipSync(JSON.stringify({ Records: Array.from({ length: count }, () => rawRecord(++serial)) }));

const put = (...keys: readonly string[]): void => keys.forEach(key => server.objects.set(key, log()));

const REGIONS = ['eu-west-1', 'us-east-1'];
const DAYS = ['2025/12/31', '2026/10/31', '2026/11/01', '2026/11/02', '2026/11/03', '2026/12/01'];

const keyOf = (account: string, region: string, day: string, head = 'AWSLogs/'): string =>
  `${head}${account}/CloudTrail/${region}/${day}/` +
  `${account}_CloudTrail_${region}_${day.replaceAll('/', '')}T0005Z_AbCdEfGhIjKlMnOp.json.gz`;

/** A trail of two Regions, with what lies beside it. */
function putTrail(account = '123456789012', head = 'AWSLogs/'): void {
  for (const region of REGIONS) for (const day of DAYS) put(keyOf(account, region, day, head));
  put(
    `${head}${account}/CloudTrail-Digest/eu-west-1/2026/11/01/digest.json.gz`,
    `${head}${account}/CloudTrail-Insight/eu-west-1/2026/11/01/insight.json.gz`,
    `${head}${account}/vpcflowlogs/eu-west-1/2026/11/01/flow.log.gz`,
  );
}

const WINDOW: Window = { from: Date.UTC(2026, 10, 1, 12), until: Date.UTC(2026, 10, 2, 6) };
const IN_WINDOW = ['2026/11/01', '2026/11/02', '2026/11/03'];

describe('what a source names', () => {
  test.each([
    ['s3://logs-1', { bucket: 'logs-1', path: '', region: '' }],
    ['s3://logs-1/', { bucket: 'logs-1', path: '', region: '' }],
    ['s3://logs-1/a/b', { bucket: 'logs-1', path: 'a/b', region: '' }],
    ['s3://logs-1/a/b/', { bucket: 'logs-1', path: 'a/b/', region: '' }],
    ['s3://point-abcdefgh-s3alias/a', { bucket: 'point-abcdefgh-s3alias', path: 'a', region: '' }],
    [
      's3://arn:aws:s3:eu-west-1:123456789012:accesspoint/logs/a/b',
      { bucket: 'arn:aws:s3:eu-west-1:123456789012:accesspoint/logs', path: 'a/b', region: 'eu-west-1' },
    ],
  ])('%s', (source, location) => {
    expect(s3.accepts(source)).toBe(true);
    expect(parseLocation(source)).toEqual(location);
  });

  test.each(['s3:', 's3://', 's3:///x', 's3:bucket', 's3://a b/c', 's3://arn:aws:s3::123456789012:accesspoint/x.mrap'])(
    'not %s',
    async source => {
      expect(await errorOf(source)).toContain('names no bucket / Write it as s3://bucket');
    },
  );
});

describe('the days asked for', () => {
  const both = (days: readonly string[]): string[] =>
    REGIONS.flatMap(region => days.map(day => keyOf('123456789012', region, day)));
  const trail = 'AWSLogs/123456789012/CloudTrail/';

  test.each<[string, Window, string[]]>([
    ['', WINDOW, both(IN_WINDOW)],
    ['', ALL, both(DAYS.slice(0, 5))],
    ['/AWSLogs', WINDOW, both(IN_WINDOW)],
    ['/AWSLogs/', WINDOW, both(IN_WINDOW)],
    ['/AWSLogs/123456789012', WINDOW, both(IN_WINDOW)],
    [`/${trail}`, WINDOW, both(IN_WINDOW)],
    [`/${trail}eu-west-1`, WINDOW, both(IN_WINDOW).slice(0, 3)],
    [`/${trail}eu-west-1/2026`, WINDOW, both(IN_WINDOW).slice(0, 3)],
    [`/${trail}eu-west-1/2026/11/`, WINDOW, both(IN_WINDOW).slice(0, 3)],
    [`/${trail}eu-west-1/2026/11/02`, WINDOW, both(['2026/11/02']).slice(0, 1)],
    [`/${trail}eu-west-1/2026/11/02`, ALL, both(['2026/11/02']).slice(0, 1)],
    ['', { from: null, until: Date.UTC(2026, 0, 1) }, both(['2025/12/31'])],
    ['', { from: Date.UTC(2025, 11, 31), until: Date.UTC(2026, 9, 30) }, both(['2025/12/31', '2026/10/31'])],
  ])('of s3://bucket%s', async (path, window, expected) => {
    putTrail();
    const read = await readAll(`s3://${BUCKET}${path}`, { window });
    expect(read.keys).toEqual(expected.map(key => `s3://${BUCKET}/${key}`));
    expect(got()).toEqual(expected);
    expect(read.events.length).toBe(expected.length);
  });

  test('are listed and no others', async () => {
    putTrail();
    await readAll(`s3://${BUCKET}`, { window: WINDOW });
    expect(listed()).toEqual([
      '',
      'AWSLogs/',
      'AWSLogs/123456789012/',
      trail,
      ...REGIONS.flatMap(region => [`${trail}${region}/`, `${trail}${region}/2026/ > ${trail}${region}/2026/11/01/`]),
    ]);
  });

  test('are told by the names of objects that were copied elsewhere', async () => {
    const name = (day: string): string => `copy/${keyOf('123456789012', 'eu-west-1', day).split('/').at(-1)}`;
    put(...DAYS.map(name), 'copy/events.json.gz', 'copy/deep/er/more.json.gz');
    const read = await readAll(`s3://${BUCKET}/copy`, { window: WINDOW });
    expect(got()).toEqual([...IN_WINDOW.map(name), 'copy/deep/er/more.json.gz', 'copy/events.json.gz']);
    expect(read.endings[0]!.remarks).toEqual([
      '2 of 5 objects do not tell by their names when they were delivered and are read whatever their day',
    ]);
    expect(read.endings[1]!.remarks).toBeUndefined();
  });

  test.each<[string, string, Window, object | null]>([
    ['to the first day asked for', '', WINDOW, { from: WINDOW.from, why: '' }],
    ['whatever there is when nobody asks since when', '', ALL, null],
    ['whatever there is where names tell no days', '/loose', WINDOW, null],
  ])('are read %s', async (_, path, window, expected) => {
    putTrail();
    put('loose/events.json.gz');
    const opened = s3.open(`s3://${BUCKET}${path}`, task({ window }));
    for await (const _shard of opened.shards());
    expect(opened.reach!()).toEqual(expected);
  });

  test('of none is an error that says what is there', async () => {
    putTrail();
    const window = { from: Date.UTC(2027, 0, 1), until: Date.UTC(2027, 0, 2) };
    expect(await errorOf(`s3://${BUCKET}/AWSLogs/`, { window })).toBe(
      `no objects of the days 2027-01-01 to 2027-01-03 under 's3://${BUCKET}/AWSLogs/' (left out beside the trail: ` +
        "CloudTrail-Digest, CloudTrail-Insight and vpcflowlogs) / It holds 'AWSLogs/123456789012/'. " +
        'Check the prefix and --since.',
    );
  });
});

describe('what is found', () => {
  test('the trail of an organisation, behind a prefix, beside other things', async () => {
    const head = 'trails/main/AWSLogs/o-abcdefghij/';
    for (const account of ['111122223333', '123456789012']) putTrail(account, head);
    putTrail('123456789012', 'trails/main/AWSLogs/');
    put('trails/readme.json', 'AWSLogs-old/x.json.gz', 'other/y.json.gz');
    const { endings, keys } = await readAll(`s3://${BUCKET}`, { window: WINDOW });
    const inDays = (account: string, of: string): string[] =>
      REGIONS.flatMap(region => IN_WINDOW.map(day => keyOf(account, region, day, of)));
    expect(got()).toEqual([
      'AWSLogs-old/x.json.gz',
      'other/y.json.gz',
      ...inDays('123456789012', 'trails/main/AWSLogs/'),
      ...inDays('111122223333', head),
      ...inDays('123456789012', head),
      'trails/readme.json',
    ]);
    expect(keys).toEqual([...keys].sort());
    expect(endings.flatMap(({ remarks = [] }) => remarks)).toEqual([
      'left out beside the trail: CloudTrail-Digest, CloudTrail-Insight and vpcflowlogs',
      '3 of 21 objects do not tell by their names when they were delivered and are read whatever their day',
    ]);
  });

  test('what lies beside a trail is read when it is named', async () => {
    putTrail();
    await readAll(`s3://${BUCKET}/AWSLogs/123456789012/CloudTrail-Insight/`);
    expect(got()).toEqual(['AWSLogs/123456789012/CloudTrail-Insight/eu-west-1/2026/11/01/insight.json.gz']);
  });

  test('many pages, and keys that XML cannot hold', async () => {
    server.pageSize = 2;
    const keys = Array.from({ length: 9 }, (_, i) => `logs/part ${i}+\u0001%/x.json.gz`);
    put(...keys);
    const { events } = await readAll(`s3://${BUCKET}/logs`);
    expect(got()).toEqual(keys);
    expect(events.length).toBe(9);
  });

  test('a bucket of many folders is listed flat', async () => {
    const keys = Array.from({ length: 101 }, (_, i) => `${1000 + i}/x.json.gz`);
    put(...keys);
    await readAll(`s3://${BUCKET}`);
    expect(got()).toEqual(keys);
    expect(listed()).toEqual(['', '']);
  });

  test('one object by its name, without leave to list', async () => {
    put('a/b.txt', 'a/b.txt.json');
    server.fault = ({ what }, _, response) => what === 'list' && refuse(response, 403, 'AccessDenied');
    const opened = s3.open(`s3://${BUCKET}/a/b.txt`, task());
    const shards = [];
    for await (const shard of opened.shards()) shards.push(shard);
    expect(shards).toEqual([
      {
        key: `s3://${BUCKET}/a/b.txt`,
        size: server.objects.get('a/b.txt')!.length,
        isNamed: true,
        stamp: expect.stringMatching(/^"\w+"$/),
      },
    ]);
    expect(opened.self?.()).toEqual([PRINCIPAL]);
  });

  test('what stands for a folder is no object, an empty log is damage', async () => {
    server.objects.set('a/', Buffer.alloc(0));
    server.objects.set('a/b/', Buffer.alloc(0));
    server.objects.set('a/x.json.gz', Buffer.alloc(0));
    expect(sentences(await readAll(`s3://${BUCKET}/a`))).toEqual([`s3://${BUCKET}/a/x.json.gz | the file is empty`]);
    expect(got()).toEqual([]);
  });
});

describe('nothing to read', () => {
  test.each([
    [
      's3://no-such-bucket',
      "there is no bucket 'no-such-bucket' / Check its name, and --profile for the partition it is in.",
    ],
    [`s3://${BUCKET}/AWSLog`, `no objects under 's3://${BUCKET}/AWSLog/' / Did you mean 's3://${BUCKET}/AWSLogs/'?`],
    [
      `s3://${BUCKET}/AWSLogs/210987654321`,
      `no objects under 's3://${BUCKET}/AWSLogs/210987654321/' / 's3://${BUCKET}/AWSLogs/' holds 'AWSLogs/123456789012/'.`,
    ],
    [
      `s3://${BUCKET}/x/y`,
      `no objects under 's3://${BUCKET}/x/y/' / There is nothing under 's3://${BUCKET}/x/' either. Check the prefix.`,
    ],
  ])('%s', async (source, message) => {
    putTrail();
    expect(await errorOf(source)).toBe(message);
  });

  test('an empty bucket', async () => {
    expect(await errorOf(`s3://${BUCKET}`)).toBe(`no objects under 's3://${BUCKET}/' / The bucket is empty.`);
  });

  test('a bucket that may not be listed names the permission', async () => {
    server.fault = ({ what }, _, response) => what !== 'identity' && refuse(response, 403, 'AccessDenied');
    expect(await errorOf(`s3://${BUCKET}/AWSLogs`)).toMatch(
      new RegExp(`^cannot list 's3://${BUCKET}/AWSLogs/': .*s3:ListBucket`),
    );
  });

  test('a bucket elsewhere is asked there', async () => {
    putTrail();
    home.set({ AWS_REGION: 'us-east-2' });
    server.fault = ({ what }, nth, response) =>
      what === 'bucket' && nth === 1 && refuse(response, 301, 'PermanentRedirect');
    expect((await readAll(`s3://${BUCKET}`, { window: WINDOW })).events.length).toBe(6);
  });
});

describe('faults end in all that there is, or in what is missing', () => {
  const SICK = keyOf('123456789012', 'eu-west-1', '2026/11/02');
  const at = `s3://${BUCKET}/${SICK}`;

  /** Sends so many bytes of an object and breaks the connection. */
  const cutAfter = (asked: Asked, count: number, response: { write: unknown } & Parameters<typeof send>[2]): true => {
    const body = server.objects.get(asked.key)!;
    const from = Number(/\d+/.exec(asked.range)?.[0] ?? 0);
    response.writeHead(asked.range === '' ? 200 : 206, { 'content-length': body.length - from });
    response.write(body.subarray(from, from + count), () => response.destroy());
    return true;
  };

  test.each<[string, S3Server['fault']]>([
    [
      'a 503 now and then',
      ({ what }, nth, response) => what === 'get' && nth === 1 && refuse(response, 503, 'SlowDown'),
    ],
    [
      'a 500 for a listing',
      ({ what }, nth, response) => what === 'list' && nth === 1 && refuse(response, 500, 'InternalError'),
    ],
    ['a connection reset', ({ what }, nth, response) => what !== 'identity' && nth === 1 && !!response.destroy()],
    [
      'every body cut once',
      (asked, nth, response) => asked.what === 'get' && nth === 1 && cutAfter(asked, 100, response),
    ],
    [
      'cut at every try but the last',
      (asked, nth, response) => asked.what === 'get' && nth < 5 && cutAfter(asked, 0, response),
    ],
  ])('%s', async (_, fault) => {
    putTrail();
    const undisturbed = await readAll(`s3://${BUCKET}`);
    await server.close();
    const { objects } = server;
    server = await startS3();
    home.set({ AWS_ENDPOINT_URL: server.url });
    for (const [key, body] of objects) server.objects.set(key, body);
    server.fault = fault;
    expect(await readAll(`s3://${BUCKET}`)).toEqual(undisturbed);
  });

  test('what was cut is asked for from there on, of the same object', async () => {
    putTrail();
    server.fault = (asked, nth, response) => asked.key === SICK && nth === 1 && cutAfter(asked, 100, response);
    expect(sentences(await readAll(at))).toEqual([]);
    const { length } = server.objects.get(SICK)!;
    const gets = server.asked.filter(({ what }) => what === 'get');
    expect(gets.map(({ range }) => range)).toEqual(['', `bytes=100-${length - 1}`]);
    expect(new Set(gets.map(({ ifMatch }) => ifMatch)).size).toBe(1);
    expect(gets[0]!.ifMatch).toMatch(/^"[0-9a-f]{32}"$/);
  });

  const KMS = 'User: x is not authorized to perform: kms:Decrypt on resource: y';
  const SSE_C =
    'The object was stored using a form of Server Side Encryption. The correct parameters must be provided.';

  test.each<[string, S3Server['fault'], RegExp]>([
    ['gone', (_a, _n, r) => refuse(r, 404, 'NoSuchKey'), /^\| was listed, and then gone$/],
    [
      'replaced',
      (_a, _n, r) => refuse(r, 412, 'PreconditionFailed'),
      /^\| was replaced after it had been listed; run again/,
    ],
    [
      'archived',
      (_a, _n, r) => refuse(r, 403, 'InvalidObjectState'),
      /^\| is archived: restore it \(s3:RestoreObject\)/,
    ],
    ['denied', (_a, _n, r) => refuse(r, 403, 'AccessDenied'), /^\| .*s3:GetObject/],
    ['denied by KMS', (_a, _n, r) => refuse(r, 403, 'AccessDenied', KMS), /^\| .*kms:Decrypt/],
    [
      'SSE-C',
      (_a, _n, r) => refuse(r, 400, 'InvalidRequest', SSE_C),
      /^\| is encrypted with a key that its writer keeps/,
    ],
    [
      'cut for ever',
      (a, _n, r) => cutAfter(a, 20, r),
      /^\| byte \d+ of the file \| the connection broke off \(\w+\), at the last of 5 tries$/,
    ],
    [
      'no ranges',
      (a, n, r) => (n === 1 ? cutAfter(a, 20, r) : (send({ ...a, range: '' }, server.objects.get(a.key)!, r), true)),
      /^\| byte \d+ of the file \| the server sends no part of an object/,
    ],
  ])('%s', async (_, fault, sentence) => {
    putTrail();
    server.fault = (asked, nth, response) => asked.what === 'get' && asked.key === SICK && fault(asked, nth, response);
    const read = await readAll(`s3://${BUCKET}`);
    expect(read.keys.length).toBe(10);
    expect(read.events.length).toBe(9);
    expect(read.endings.filter(({ complete }) => !complete).length).toBe(1);
    const [found, ...others] = sentences(read);
    expect(others).toEqual([]);
    expect(found!.startsWith(at)).toBe(true);
    expect(found!.slice(at.length + 1)).toMatch(sentence);
  });

  test('a truncated log', async () => {
    putTrail();
    const body = log(500);
    server.objects.set(SICK, body.subarray(0, body.length - 100));
    const read = await readAll(at);
    expect(read.events.length).toBeGreaterThan(0);
    expect(sentences(read)).toEqual([
      expect.stringMatching(/ \| byte \d+ \| the JSON ends inside a record$/),
      expect.stringMatching(/ \| byte \d+ of the file \| the gzip data is cut short$/),
    ]);
  });

  test('one account that may not be listed is a part of its own that says so', async () => {
    for (const account of ['111122223333', '123456789012', '210987654321']) putTrail(account);
    const denied = 'AWSLogs/123456789012/';
    server.fault = ({ what, key }, _, response) =>
      what === 'list' && key === denied && refuse(response, 403, 'AccessDenied');
    const read = await readAll(`s3://${BUCKET}`, { window: WINDOW });
    expect(read.events.length).toBe(12);
    expect(read.keys.indexOf(`s3://${BUCKET}/${denied}`)).toBe(6);
    expect(sentences(read)).toEqual([
      expect.stringMatching(new RegExp(`^s3://${BUCKET}/${denied} \\| cannot be listed to its end: .*s3:ListBucket`)),
    ]);
  });
});

describe('reading', () => {
  /** As large as two parts and a bit, because it is stored and not compressed. */
  const large = (): Buffer =>
    gzipSync(
      JSON.stringify({
        Records: Array.from({ length: 1300 }, () => ({ ...rawRecord(++serial), filler: 'x'.repeat(13_000) })),
      }),
      { level: 0 },
    );

  test('a large object comes in parts, and is what the file is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyward-s3-'));
    const body = large();
    expect(body.length).toBeGreaterThan(16 * 1024 * 1024);
    server.objects.set('big.json.gz', body);
    server.fault = ({ what, key, range }, nth, response) =>
      what === 'get' && key === 'big.json.gz' && nth === 2 && range !== '' && !!response.destroy();
    const path = join(folder, 'big.json.gz');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, body);
    const local: AuditEvent[] = [];
    for await (const { events } of openFiles(path, new AbortController().signal).read({ key: path, size: 0 }, [])) {
      local.push(...events);
    }
    rmSync(folder, { recursive: true });
    const read = await readAll(`s3://${BUCKET}/big.json.gz`);
    expect(read.events).toEqual(local);
    expect(read.bytes).toBe(body.length);
    const ranges = server.asked.filter(({ what }) => what === 'get').map(({ range }) => range);
    expect([...new Set(ranges)].sort()).toEqual(
      [0, 1, 2]
        .filter(i => i * 2 ** 23 < body.length)
        .map(i => `bytes=${i * 2 ** 23}-${Math.min(body.length, (i + 1) * 2 ** 23) - 1}`)
        .sort(),
    );
  });

  test('the next objects are fetched ahead, so many and no more', async () => {
    put(...Array.from({ length: 60 }, (_, i) => `logs/${100 + i}.json.gz`));
    server.delay = 10;
    expect((await readAll(`s3://${BUCKET}/logs`)).events.length).toBe(60);
    expect(server.most()).toBeGreaterThan(4);
    expect(server.most()).toBeLessThanOrEqual(17);
    expect(got().length).toBe(60);
  });

  test('objects read out of their order, or not to their end, are read all the same', async () => {
    put(...Array.from({ length: 40 }, (_, i) => `logs/${100 + i}.json.gz`));
    server.objects.set('logs/119.json.gz', log(3000));
    const opened = s3.open(`s3://${BUCKET}/logs`, task());
    const keys: string[] = [];
    for await (const { key } of opened.shards()) keys.push(key);
    const count = async (index: number): Promise<number> => {
      let events = 0;
      for await (const batch of opened.read({ key: keys[index]!, size: 0 }, [])) events += batch.events.length;
      return events;
    };
    expect([await count(30), await count(2), await count(3), await count(3)]).toEqual([1, 1, 1, 1]);
    for await (const batch of opened.read({ key: keys[19]!, size: 0 }, [])) if (batch.events.length > 0) break;
    expect([await count(20), await count(39)]).toEqual([1, 1]);
  });

  test('an interrupt ends it at once, and says so', async () => {
    put(...Array.from({ length: 40 }, (_, i) => `logs/${100 + i}.json.gz`));
    const controller = new AbortController();
    server.fault = ({ key }) => {
      if (key !== 'logs/105.json.gz') return false;
      controller.abort();
      return true;
    };
    const read = await readAll(`s3://${BUCKET}/logs`, { signal: controller.signal });
    expect(read.events.length).toBeLessThanOrEqual(16);
    expect(sentences(read).at(-1)).toBe(`s3://${BUCKET}/logs/139.json.gz | interrupted`);
  });

  test('an interrupt of the listing ends in what there is, without an error', async () => {
    put('logs/1.json.gz');
    const controller = new AbortController();
    server.fault = ({ what }) => {
      if (what === 'list') controller.abort();
      return what === 'list';
    };
    expect((await readAll(`s3://${BUCKET}/logs`, { signal: controller.signal })).keys).toEqual([]);
  });

  test('is done by one, whatever accounts are asked for', async () => {
    put('logs/1.json.gz');
    const told: string[] = [];
    const aws = { accounts: ['111122223333', '210987654321'], roleName: 'audit' };
    expect((await readAll(`s3://${BUCKET}/logs`, { aws, told })).events.length).toBe(1);
    expect(told).toEqual([`the bucket '${BUCKET}' is read as ${PRINCIPAL}, not by the accounts' roles`]);
  });
});

describe('checking', () => {
  const checks = async (source: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { what, state, detail } of checkS3(source, task())) found.push(`${what}: ${state}, ${detail}`);
    return found;
  };
  const known = ['signed in: ok, 123456789012 as user/auditor', `bucket: ok, '${BUCKET}' in eu-west-1`];

  test('one object is listed and one byte of it read', async () => {
    putTrail();
    const newest = keyOf('123456789012', 'us-east-1', '2026/12/01');
    expect(await checks(`s3://${BUCKET}`)).toEqual([
      ...known,
      `s3:ListBucket: ok, s3://${BUCKET}/${newest}`,
      `s3:GetObject: ok, s3://${BUCKET}/${newest}`,
    ]);
    expect(server.asked.filter(({ what }) => what === 'get').map(({ range }) => range)).toEqual(['bytes=0-0']);
  });

  test.each<[string, Asked['what'], RegExp[]]>([
    [
      'listing refused',
      'list',
      [/^s3:ListBucket: refused, .*s3:ListBucket/, /^s3:GetObject: unknown, no object is known/],
    ],
    ['reading refused', 'get', [/^s3:ListBucket: ok/, /^s3:GetObject: refused, .*s3:GetObject/]],
  ])('%s', async (_, refused, expected) => {
    putTrail();
    server.fault = ({ what }, _nth, response) => what === refused && refuse(response, 403, 'AccessDenied');
    const found = await checks(`s3://${BUCKET}`);
    expect(found.slice(0, 2)).toEqual(known);
    expect(found.slice(2)).toEqual(expected.map(sentence => expect.stringMatching(sentence) as string));
  });

  test('no such bucket', async () => {
    expect(await checks('s3://no-such-bucket')).toEqual([
      "s3://no-such-bucket: failed, there is no bucket 'no-such-bucket'. Check its name, and --profile for the partition it is in.",
    ]);
  });
});
