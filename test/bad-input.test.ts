import { createWriteStream, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openFiles } from '../src/collect/files.ts';
import { rawRecord } from './raw-record.ts';

const root = mkdtempSync(join(tmpdir(), 'keyward-bad-'));
const signal = new AbortController().signal;
const MIB = 1024 * 1024;

afterAll(() => rmSync(root, { recursive: true }));

const idOf = (n: number): string => rawRecord(n).eventID;
const text = (...records: readonly unknown[]): string => JSON.stringify({ Records: records });

async function readPath(path: string) {
  const batches = openFiles('', signal).read({ key: path, size: 0 }, []);
  const ids: string[] = [];
  let step = await batches.next();
  for (; !step.done; step = await batches.next()) ids.push(...step.value.events.map(({ example }) => example));
  const { complete, skipped, damage } = step.value;
  return { ids, complete, skipped, damage: damage.map(({ where, what }) => `${where}: ${what}`) };
}

let count = 0;
function read(content: string | Uint8Array, name = 'x.json') {
  const path = join(root, `${count++}-${name}`);
  writeFileSync(path, content);
  return readPath(path);
}

const UNKNOWN = ': not recognised as an audit log';
const gz = gzipSync(text(rawRecord(1), rawRecord(2)), { level: 0 });
const quoted = (value: string): string => JSON.stringify({ ...rawRecord(1), userAgent: '@' }).replace('@', value);

describe('files that are not what they should be', () => {
  const cases: readonly [string, string | Uint8Array, readonly number[], readonly string[]][] = [
    ['not JSON', 'hello there', [], [UNKNOWN, 'byte 0: text that is not JSON']],
    ['nothing', '', [], [': the file is empty']],
    ['gzip of nothing', gzipSync(''), [], [': the file holds no record']],
    [
      'an image',
      Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      [],
      [UNKNOWN, 'byte 0: text that is not JSON', 'byte 6: text that is not JSON', 'byte 8: text that is not JSON'],
    ],
    ['gzip of garbage', gzipSync('\x01\x02 garbage'), [], [UNKNOWN, 'byte 0: text that is not JSON']],
    [
      'garbage that begins like gzip',
      Buffer.from('1f8b0102030405060708090a', 'hex'),
      [],
      ['byte 10 of the file: not gzip data', UNKNOWN],
    ],
    [
      'a truncated gzip',
      gz.subarray(0, gz.length - 20),
      [1],
      ['the JSON ends inside a record', `byte ${gz.length - 20} of the file: the gzip data is cut short`],
    ],
    ['JSON cut in a record', text(rawRecord(1), rawRecord(2)).slice(0, -20), [1], ['the JSON ends inside a record']],
    [
      'invalid UTF-8',
      Buffer.from(quoted('\xff'), 'latin1'),
      [1],
      ['byte 0: invalid UTF-8, read with replacement characters'],
    ],
    [
      'a NUL byte in a record',
      text(rawRecord(1), rawRecord(2)).replace('Boto3', '\0'),
      [2],
      ['byte 12: not valid JSON'],
    ],
    ['NUL bytes only', '\0'.repeat(5000), [], [UNKNOWN, 'byte 0: text that is not JSON']],
    ['100,000 brackets', '['.repeat(100_000), [], [UNKNOWN, 'byte 2: nested deeper than 200 levels']],
    ['100,000 braces', '{"a":'.repeat(100_000), [], [UNKNOWN, 'byte 0: nested deeper than 200 levels']],
    [
      'a deep record among good ones',
      text(rawRecord(1), '@', rawRecord(2)).replace('"@"', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
      [1, 2],
      ['nested deeper'],
    ],
    [
      'a text of 20 MB',
      text(rawRecord(1), { ...rawRecord(9), userAgent: 'x'.repeat(20e6) }, rawRecord(2)),
      [1, 2],
      ['larger than 8 MiB'],
    ],
    ['a text of 20 MB before the records', JSON.stringify({ x: 'x'.repeat(20e6), Records: [rawRecord(1)] }), [1], []],
    ['gzip members one after another', Buffer.concat([gz, gz]), [1, 2, 1, 2], []],
  ];

  test.each(cases)('%s', async (_title, content, numbers, damage) => {
    const result = await read(content);
    expect(result.ids).toEqual(numbers.map(idOf));
    expect(result.complete).toBe(damage.length === 0);
    expect(result.skipped).toBe(false);
    const expected = damage.map(what => expect.stringContaining(what));
    expect(result.damage).toEqual(expected);
  });

  test('a missing path, an empty folder', async () => {
    mkdirSync(join(root, 'empty'));
    const list = async (source: string): Promise<void> => {
      for await (const shard of openFiles(source, signal).shards()) expect(shard).toBeNull();
    };
    await expect(list(join(root, 'missing'))).rejects.toThrow(/^no such file or folder: /);
    await expect(list(join(root, 'empty'))).rejects.toThrow(/^no files in /);
  });

  test('unreadable files among good ones cost only themselves', async () => {
    const folder = join(root, 'mixed');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.json'), text(rawRecord(1)));
    symlinkSync(join(root, 'nowhere'), join(folder, 'b.json'));
    symlinkSync('c.json', join(folder, 'c.json'));
    writeFileSync(join(folder, 'd.json'), text(rawRecord(2)));
    const results: unknown[] = [];
    for await (const { key } of openFiles(folder, signal).shards()) results.push(await readPath(key));
    const good = { complete: true, skipped: false, damage: [] };
    const bad = (code: string) => ({
      ids: [],
      complete: false,
      skipped: false,
      damage: [`: cannot be read (${code})`],
    });
    expect(results).toEqual([{ ids: [idOf(1)], ...good }, bad('ENOENT'), bad('ELOOP'), { ids: [idOf(2)], ...good }]);
  });
});

describe('wrong types in any field', () => {
  const leaves = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(null, [], {}, '__proto__', -1, Number.MAX_VALUE, '\u0000\u001b[31m'),
  );
  const names = Object.keys(rawRecord(1));

  test('never throw, and leave the records around alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), leaves, async (name, value) => {
        const { ids } = await read(text(rawRecord(1), { ...rawRecord(2), [name]: value }, rawRecord(3)));
        expect(ids).toContain(idOf(1));
        expect(ids).toContain(idOf(3));
      }),
      { numRuns: 200 },
    );
  });
});

describe('cut at every byte', () => {
  const records = [1, 2].map(n => ({
    eventVersion: '1.11',
    eventTime: rawRecord(n).eventTime,
    eventName: 'x',
    eventSource: 'x.amazonaws.com',
    eventID: idOf(n),
  }));
  const whole: readonly [string, Buffer][] = [
    ['plain', Buffer.from(text(...records))],
    ['gzip', gzipSync(text(...records))],
  ];

  test.each(whole)('%s', async (_title, bytes) => {
    const all = (await read(bytes)).ids;
    for (let length = 1; length < bytes.length; length++) {
      const { ids, complete, damage } = await read(bytes.subarray(0, length), 'cut.json');
      expect(ids).toEqual(all.slice(0, ids.length));
      expect(complete, `cut at ${length}`).toBe(false);
      expect(damage.length).toBeGreaterThan(0);
    }
  });
});

describe('bombs', () => {
  const bombs: readonly [string, string, string][] = [
    ['spaces', '{"Records":[', ' '],
    ['NUL bytes', '{"Records":[', '\0'],
    ['one endless text', '{"Records":[{"a":"', 'x'],
    ['endless brackets', '', '['],
  ];

  test.each(bombs)(
    '2 GiB of %s',
    async (_title, head, filler) => {
      const path = join(root, `bomb-${count++}.json.gz`);
      const block = Buffer.alloc(8 * MIB, filler);
      const blocks = async function* () {
        yield Buffer.from(head);
        for (let i = 0; i < 256; i++) yield block;
      };
      await pipeline(Readable.from(blocks()), createGzip({ level: 1 }), createWriteStream(path));
      const before = process.memoryUsage().rss;
      let peak = before;
      const watch = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage().rss);
      }, 5);
      const { complete, damage } = await readPath(path);
      clearInterval(watch);
      expect(complete).toBe(false);
      expect(damage.join('\n')).toMatch(
        /expands more than 200 times: not read further|no record so far: not read further/,
      );
      expect(peak - before).toBeLessThan(160 * MIB);
    },
    20_000,
  );
});
