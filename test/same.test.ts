import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { glob } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgementOf } from './judgement.ts';

// Product promise 3: the same events give the same judgement, byte for byte, whatever road they came by.

const demo = fileURLToPath(new URL('../docs/demo/logs', import.meta.url));

let folder = '';
let records: readonly unknown[] = [];
let expected = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-same-'));
  const files = await glob('**/*.gz', { cwd: demo, absolute: true });
  records = files.sort().flatMap(file => JSON.parse(gunzipSync(readFileSync(file)).toString()).Records);
  expected = await judgementOf([demo]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A step through the records that visits each once, in an order unlike the first. */
const shuffled = (): unknown[] => records.map((_, i) => records[(i * 7919) % records.length]!);

/** A judgement without the reasons of its coverage, which are told source by source. */
function withoutReasons(judgement: string): unknown {
  const { coverage, ...rest } = JSON.parse(judgement) as { coverage: { rule: string; state: string }[] };
  return { ...rest, coverage: coverage.map(({ rule, state }) => ({ rule, state })) };
}

const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const envelope = (some: readonly unknown[]): string => JSON.stringify({ Records: some });
const lines = (some: readonly unknown[]): string => some.map(record => JSON.stringify(record)).join('\n');

describe('the demo logs judged as', () => {
  test('one file', async () => {
    expect(await judgementOf([write('one.json', envelope(records))])).toBe(expected);
  });

  test('one compressed file of two members', async () => {
    const text = Buffer.from(envelope(records));
    const half = Math.floor(text.length / 2);
    const members = Buffer.concat([gzipSync(text.subarray(0, half)), gzipSync(text.subarray(half))]);
    expect(await judgementOf([write('members.json.gz', members)])).toBe(expected);
  });

  test('many files', async () => {
    const size = Math.ceil(records.length / 40);
    mkdirSync(join(folder, 'parts'));
    const paths = Array.from({ length: 40 }, (_, i) =>
      write(join('parts', `${i}.json`), envelope(records.slice(i * size, (i + 1) * size))),
    );
    expect(await judgementOf([join(folder, 'parts')])).toBe(expected);
    const apart = await judgementOf(paths);
    expect(await judgementOf(paths.reverse())).toBe(apart);
    expect(withoutReasons(apart)).toEqual(withoutReasons(expected));
  });

  test('JSON Lines, shuffled', async () => {
    expect(records.length % 7919).not.toBe(0);
    expect(await judgementOf([write('shuffled.jsonl', lines(shuffled()))])).toBe(expected);
  });

  test('delivered twice', async () => {
    const twice = [write('first.json', envelope(records)), write('second.jsonl', lines(shuffled()))];
    expect(withoutReasons(await judgementOf(twice))).toEqual(withoutReasons(expected));
  });

  test('a bare array of EventBridge messages', async () => {
    const messages = records.map(detail => ({ 'detail-type': 'AWS API Call via CloudTrail', detail }));
    expect(await judgementOf([write('messages.json', JSON.stringify(messages))])).toBe(expected);
  });

  test('LookupEvents output', async () => {
    const events = records.map(record => ({ EventId: 'x', CloudTrailEvent: JSON.stringify(record) }));
    expect(await judgementOf([write('lookup.json', JSON.stringify({ Events: events }))])).toBe(expected);
  });
});

test('one record more is another judgement', async () => {
  const usual = records.find(record => JSON.stringify(record).includes('"accessKeyId":"AKIA'));
  const more = { ...(usual as object), eventID: '00000000-0000-4000-8000-000000000000' };
  expect(await judgementOf([demo, write('more.json', envelope([more]))])).not.toBe(expected);
});
