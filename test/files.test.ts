import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { files, openFiles } from '../src/collect/files.ts';
import { readBytes } from '../src/collect/intake/read-bytes.ts';
import { UserError } from '../src/errors.ts';
import type { Batch, Completion } from '../src/model/batch.ts';
import type { Sight, View, Views } from '../src/model/coverage.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { defineFormat, type Format } from '../src/normalise/format.ts';
import { inflate } from '../src/scan/inflate.ts';
import { rawRecord } from './raw-record.ts';

const root = mkdtempSync(join(tmpdir(), 'keyward-files-'));
const at = (path: string): string => join(root, path);
const signal = new AbortController().signal;
const posix = (path: string): string => path.replaceAll('\\', '/');

afterAll(() => rmSync(root, { recursive: true }));

function put(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), content);
  return at(path);
}

async function keysOf(source: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of openFiles(source, signal).shards()) keys.push(posix(key).replace(`${posix(root)}/`, ''));
  return keys;
}

async function errorOf(source: string): Promise<{ message: string; hint: string }> {
  const error: unknown = await keysOf(source).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`no UserError but ${String(error)}`);
  const plain = (text: string): string =>
    posix(text)
      .replaceAll(`${posix(root)}/`, '')
      .replaceAll(posix(root), '.');
  return { message: plain(error.message), hint: plain(error.hint) };
}

describe('what is a path', () => {
  test.each(['-', '/dev/stdin', 'logs', './a:b/c', '/var/log/x.json', 'C:\\logs', 'c:/logs/*.gz', 'logs/**/*.json'])(
    '%s',
    source => {
      expect(files.accepts(source)).toBe(true);
    },
  );

  test.each(['', 's3://bucket/x', 'aws:', 'aws:eu-west-1', 'litellm:https://host', 'azure:x'])('not %j', source => {
    expect(files.accepts(source)).toBe(false);
  });
});

describe('finding files', () => {
  beforeAll(() => {
    for (const path of [
      'tree/b/2.json',
      'tree/b/1.json',
      'tree/b.json',
      'tree/b-c.json',
      'tree/Z.json',
      'tree/a/x/y.gz',
    ]) {
      put(path, '{}');
    }
    for (const path of [
      'tree/.hidden.json',
      'tree/.git/config.json',
      'hidden/.only.json',
      'odd/[x].json',
      'odd/x.json',
    ]) {
      put(path, '{}');
    }
    mkdirSync(at('empty/inside'), { recursive: true });
    put('linked/file.json', '{}');
    symlinkSync(at('linked'), at('linked/loop'));
    symlinkSync(at('tree/b'), at('linked/other'));
    symlinkSync(at('gone'), at('linked/dangling.json'));
    symlinkSync('gone', at('dangling'));
  });

  const sorted = ['tree/Z.json', 'tree/a/x/y.gz', 'tree/b-c.json', 'tree/b.json', 'tree/b/1.json', 'tree/b/2.json'];
  const found: readonly [string, string, readonly string[]][] = [
    ['a file', 'tree/b.json', ['tree/b.json']],
    ['a folder, by code unit of the whole path, without dot-files', 'tree', sorted],
    ['a folder with a slash', 'tree/', sorted],
    ['a glob', 'tree/*.json', ['tree/Z.json', 'tree/b-c.json', 'tree/b.json']],
    ['a deep glob', 'tree/**/*.{json,gz}', sorted],
    ['a name that looks like a glob, when it exists', 'odd/[x].json', ['odd/[x].json']],
    [
      'links, each folder once',
      'linked',
      ['linked/dangling.json', 'linked/file.json', 'linked/other/1.json', 'linked/other/2.json'],
    ],
  ];
  test.each(found)('%s', async (_title, source, keys) => {
    expect(await keysOf(at(source))).toEqual(keys);
  });

  test('the order is that of the paths', () => expect([...sorted].sort()).toEqual(sorted));

  test('standard input', async () => expect(await keysOf('-')).toEqual(['-']));

  const hidden = 'Files and folders whose names begin with a dot are left out.';
  const wrong: readonly [string, string, string, string][] = [
    ['a missing path', 'tree/b.jsn', "no such file or folder: 'tree/b.jsn'", "Did you mean 'tree/b.json'?"],
    [
      'a missing path like no other',
      'tree/something-else',
      "no such file or folder: 'tree/something-else'",
      'Check the path.',
    ],
    [
      'a missing folder',
      'gone/x.json',
      "no such file or folder: 'gone/x.json'",
      "The folder 'gone' does not exist or cannot be listed.",
    ],
    [
      'a file taken for a folder',
      'tree/b.json/x',
      "no such file or folder: 'tree/b.json/x'",
      "The folder 'tree/b.json' does not exist or cannot be listed.",
    ],
    [
      'a link to nothing',
      'dangling',
      "no such file or folder: 'dangling'",
      "It is a link to 'gone', which does not exist.",
    ],
    ['an empty folder', 'empty', "no files in 'empty'", hidden],
    ['a folder of dot-files', 'hidden', "no files in 'hidden'", hidden],
    ['a glob that matches nothing', 'tree/*.log', "nothing matches 'tree/*.log'", 'Check the pattern, and quote it.'],
  ];
  test.each(wrong)('%s', async (_title, source, message, hint) => {
    expect(await errorOf(at(source))).toEqual({ message, hint });
  });

  const named: readonly [string, boolean][] = [
    ['tree/b.json', true],
    ['odd/[x].json', true],
    ['tree/', false],
    ['tree/b.js*', false],
  ];
  test.each(named)('whether %s names a file: %s', async (source, isNamed) => {
    for await (const shard of openFiles(at(source), signal).shards()) expect(shard.isNamed ?? false).toBe(isNamed);
  });

  test('sizes are known, for progress', async () => {
    const sizes: number[] = [];
    for await (const { size } of openFiles(at('tree'), signal).shards()) sizes.push(size);
    expect(sizes).toEqual([2, 2, 2, 2, 2, 2]);
  });
});

const SIGHTS: readonly Sight[] = ['calls', 'tokens', 'places', 'deeds', 'sign-ins', 'inventory'];
const viewsOf = (of: (sight: Sight) => View): Views =>
  Object.fromEntries(SIGHTS.map(sight => [sight, of(sight)])) as Record<Sight, View>;
const SEEN: View = { blind: false, gaps: [] };
const BLIND: View = { blind: true, gaps: ['not in it'] };

/** A format of records that have the key; it sees one thing. */
const fake = (id: string, key: string, sees: Sight, envelopes: readonly string[] = []): Format =>
  defineFormat({
    id,
    title: id,
    envelopes,
    paths: { it: [key] },
    unwrap: record => (Object.hasOwn(record, key) ? record : null),
    reader: () => ({
      read({ it }, _whole, sink) {
        if (it === 'ignore') sink.ignore();
        else if (it === 'bad') sink.malformed('no time');
        else sink.event({ example: it } as AuditEvent);
      },
      views: () => viewsOf(sight => (sight === sees ? SEEN : BLIND)),
    }),
  });

const known = {
  formats: [fake('left', 'left', 'calls', ['Events']), fake('right', 'right', 'deeds', ['Records', 'Events'])],
  others: [{ what: 'digest', recognises: (record: object) => Object.hasOwn(record, 'digest') }],
};

async function drain(batches: AsyncGenerator<Batch, Completion, void>) {
  const events: string[] = [];
  let ignored = 0;
  let bytes = 0;
  let step = await batches.next();
  for (; !step.done; step = await batches.next()) {
    events.push(...step.value.events.map(({ example }) => example));
    ignored += step.value.ignored;
    bytes += step.value.size;
  }
  return { events, ignored, bytes, end: step.value };
}

async function* from(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content as string);
}

const readText = (content: string | Uint8Array, isLog = true) =>
  drain(readBytes(inflate(from(content), { signal }), isLog, known));

const UNRECOGNISED = { where: '', what: 'not recognised as an audit log', count: 1 };
const NO_VIEWS = { kind: '', views: null, skipped: false };
const EMPTY: Completion = { ...NO_VIEWS, complete: true, damage: [] };
const hollow = (what: string): Completion => ({
  ...NO_VIEWS,
  complete: false,
  damage: [{ where: '', what, count: 1 }],
});
const LEFT = viewsOf(sight => (sight === 'calls' ? SEEN : BLIND));
const RIGHT = viewsOf(sight => (sight === 'deeds' ? SEEN : BLIND));
const BOTH = viewsOf(sight => (sight === 'calls' || sight === 'deeds' ? SEEN : BLIND));

describe('how the reading of a file ends', () => {
  const skipped = (kind: string): Completion => ({ complete: true, kind, views: null, damage: [], skipped: true });
  const lines = (...records: readonly object[]): string => records.map(record => JSON.stringify(record)).join('\n');
  const strange = { where: '', what: 'records not recognised as audit events', count: 2 };
  const junk = { where: 'byte 0', what: 'text that is not JSON', count: 1 };

  const cases: readonly [string, string, boolean, readonly string[], Completion][] = [
    [
      'one format',
      lines({ left: 1 }, { left: 2 }),
      true,
      ['1', '2'],
      { complete: true, kind: 'left', views: LEFT, damage: [], skipped: false },
    ],
    [
      'two formats show together what each shows',
      lines({ right: 1 }, { left: 2 }),
      true,
      ['1', '2'],
      { complete: true, kind: 'left + right', views: BOTH, damage: [], skipped: false },
    ],
    [
      'a name that is not a log, content that is',
      lines({ left: 1 }),
      false,
      ['1'],
      { complete: true, kind: 'left', views: LEFT, damage: [], skipped: false },
    ],
    [
      'some records not recognised',
      lines({ left: 1 }, { x: 1 }, { y: 1 }),
      true,
      ['1'],
      { complete: false, kind: 'left', views: LEFT, damage: [strange], skipped: false },
    ],
    [
      'some records not audit events',
      lines({ left: 1 }, { digest: 1 }),
      true,
      ['1'],
      { complete: true, kind: 'left', views: LEFT, damage: [], skipped: false },
    ],
    [
      'a record not understood',
      lines({ left: 1 }, { left: 'bad' }),
      true,
      ['1'],
      {
        complete: false,
        kind: 'left',
        views: LEFT,
        damage: [{ where: '', what: 'no time', count: 1 }],
        skipped: false,
      },
    ],
    ['something known that is no audit log', lines({ digest: 1 }), true, [], skipped('digest')],
    [
      'something known beside something unknown',
      lines({ digest: 1 }, { x: 1 }),
      true,
      [],
      { complete: false, kind: 'digest', views: null, damage: [UNRECOGNISED], skipped: false },
    ],
    ['nothing', '', true, [], hollow('the file is empty')],
    ['white space', ' \n', true, [], hollow('the file holds no record')],
    ['an empty array', '[]', true, [], EMPTY],
    ['a table of no rows', 'a,b,c\n', true, [], EMPTY],
    ['an empty envelope of nobody', '{"value":[]}', true, [], EMPTY],
    ['an empty envelope', '{"Records":[]}', true, [], { ...EMPTY, kind: 'right', views: RIGHT }],
    [
      'an empty envelope of two formats: the first has it',
      '{"Events":[]}',
      false,
      [],
      { ...EMPTY, kind: 'left', views: LEFT },
    ],
    ['an envelope of something else', '{"Records":[{"digest":1}]}', true, [], skipped('digest')],
    [
      'an envelope of something unknown',
      '{"Records":[{"x":1}]}',
      true,
      [],
      { ...NO_VIEWS, complete: false, damage: [UNRECOGNISED] },
    ],
    [
      'a log that is not recognised',
      lines({ x: 1 }, { y: 1 }),
      true,
      [],
      { complete: false, kind: '', views: null, damage: [{ ...UNRECOGNISED, count: 2 }], skipped: false },
    ],
    [
      'text in a log',
      'hello',
      true,
      [],
      { complete: false, kind: '', views: null, damage: [UNRECOGNISED, junk], skipped: false },
    ],
    ['another file that is not recognised', lines({ x: 1 }), false, [], skipped('not recognised as an audit log')],
    ['text in another file', 'hello', false, [], skipped('not recognised as an audit log')],
    ['another file with nothing in it', '', false, [], skipped('not recognised as an audit log')],
    [
      'another file, recognised and then cut',
      `${lines({ left: 1 })}\n{"le`,
      false,
      ['1'],
      {
        complete: false,
        kind: 'left',
        views: LEFT,
        damage: [{ where: 'line 2, byte 11', what: 'the JSON ends inside a record', count: 1 }],
        skipped: false,
      },
    ],
  ];

  test.each(cases)('%s', async (_title, content, isLog, events, end) => {
    expect(await readText(content, isLog)).toEqual({ events, ignored: 0, bytes: Buffer.byteLength(content), end });
  });

  test('what is left out is counted', async () => {
    expect(await readText(lines({ left: 'ignore' }, { left: 1 }))).toMatchObject({ events: ['1'], ignored: 1 });
  });

  test('gzip of nothing', async () => {
    expect((await readText(gzipSync(''))).end).toEqual(hollow('the file holds no record'));
  });

  test('gzip in gzip members, and the bytes are those of the file', async () => {
    const content = Buffer.concat([gzipSync(lines({ left: 1 })), gzipSync(`\n${lines({ left: 2 })}`)]);
    expect(await readText(content)).toMatchObject({
      events: ['1', '2'],
      bytes: content.length,
      end: { complete: true },
    });
  });
});

const event = rawRecord(1);

const readFile = (path: string, stop: AbortSignal = signal) =>
  drain(openFiles('', stop).read({ key: path, size: 0 }, []));

describe('the files collector', () => {
  test.each([
    ['plain', 'plain.json', JSON.stringify({ Records: [event] })],
    ['gzip under any name', 'gzip.json', gzipSync(JSON.stringify({ Records: [event] }))],
    ['no extension', 'audit', JSON.stringify(event)],
  ])('%s', async (_title, name, content) => {
    const { events, end } = await readFile(put(name, content));
    expect(events).toEqual([event.eventID]);
    expect(end).toMatchObject({ complete: true, kind: 'cloudtrail', damage: [], skipped: false });
  });

  const outright: readonly [string, string, boolean, Partial<Completion>][] = [
    ['an unknown file in a folder', 'hello', false, { complete: true, skipped: true }],
    ['the same, named', 'hello', true, { complete: false, skipped: false }],
    ['nothing, in a folder', '', false, { complete: true, skipped: true }],
    ['nothing, named', '', true, { complete: false, skipped: false }],
    ['a log cut short, named', '{"Records":[{', true, { complete: false, skipped: false }],
    ['something known, named', '{"awsAccountId":1,"digestStartTime":1}', true, { complete: true, skipped: true }],
  ];
  test.each(outright)('%s', async (_title, content, isNamed, end) => {
    const shard = { key: put('passwd', content), size: 0, isNamed };
    expect((await drain(openFiles('', signal).read(shard, []))).end).toMatchObject(end);
  });

  test.skipIf(process.platform === 'win32')('a pipe is read as long as somebody writes', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const reading = readFile(at('pipe'));
    spawn('sh', ['-c', 'sleep 0.3; { cat plain.json; sleep 0.3; } > pipe'], { cwd: root, stdio: 'inherit' });
    expect(await reading).toMatchObject({ events: [event.eventID], end: { complete: true } });
  });

  test('a folder is a shard that cannot be read', async () => {
    mkdirSync(at('folder.json'));
    const damage = [{ where: '', what: 'cannot be read (EISDIR)', count: 1 }];
    expect((await readFile(at('folder.json'))).end).toEqual({
      complete: false,
      kind: '',
      views: null,
      damage,
      skipped: false,
    });
  });

  test('an interrupted reading says so', async () => {
    const stop = new AbortController();
    const path = put('long.json', JSON.stringify({ Records: Array.from({ length: 5000 }, () => event) }));
    const batches = openFiles('', stop.signal).read({ key: path, size: 0 }, []);
    expect((await batches.next()).done).toBe(false);
    stop.abort();
    const { events, end } = await drain(batches);
    expect(events.length).toBeLessThan(3000);
    expect(end).toMatchObject({ complete: false, kind: 'cloudtrail' });
    expect(end.damage.map(({ what }) => what)).toEqual(['interrupted']);
  });

  test('a reading that is interrupted before it began', async () => {
    const damage = [{ where: '', what: 'interrupted', count: 1 }];
    const { end } = await readFile(put('any.json', '[]'), AbortSignal.abort());
    expect(end).toEqual({ complete: false, kind: '', views: null, damage, skipped: false });
  });

  const script = `
    const { openFiles } = await import(process.argv[1]);
    const stop = new AbortController();
    if (process.argv[2] === 'abort') setTimeout(() => stop.abort(), 100);
    const batches = openFiles('-', stop.signal).read({ key: '-', size: 0 }, []);
    let events = 0;
    let step = await batches.next();
    for (; !step.done; step = await batches.next()) events += step.value.events.length;
    process.stdout.write(JSON.stringify({ events, damage: step.value.damage }), () => process.exit());`;
  test.skipIf(process.platform === 'win32')('a pipe that nobody writes to can be interrupted', async () => {
    execFileSync('mkfifo', [at('idle')]);
    const stop = new AbortController();
    const reading = readFile(at('idle'), stop.signal);
    setTimeout(() => stop.abort(), 100);
    expect((await reading).end.damage).toEqual([{ where: '', what: 'interrupted', count: 1 }]);
  });

  const built = new URL('../dist/collect/files.js', import.meta.url).href;
  const node = ['--input-type=module', '-e', script, built];

  test('standard input that is a pipe', () => {
    const input = `${JSON.stringify(event)}\n`.repeat(3000);
    const output = execFileSync(process.execPath, node, { input, encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual({ events: 3000, damage: [] });
  });

  test('standard input that never ends can be interrupted', async () => {
    const child = spawn(process.execPath, [...node, 'abort'], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write(`${JSON.stringify(event)}\n`);
    let output = '';
    for await (const chunk of child.stdout) output += chunk;
    const { events, damage } = JSON.parse(output);
    expect(events).toBe(1);
    expect(damage).toMatchObject([{ what: 'interrupted' }]);
  });
});
