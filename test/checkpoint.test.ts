import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { AuditRequest } from '../src/audit.ts';
import { withCheckpoint } from '../src/cli/checkpoint.ts';
import type { Io } from '../src/cli/io.ts';
import type { AuditFlags, Settings } from '../src/cli/settings.ts';
import { type Checkpoint, continued, openCheckpoint } from '../src/checkpoint.ts';
import type { Batch, Completion } from '../src/model/batch.ts';
import { eventOf } from './event.ts';

const root = mkdtempSync(join(tmpdir(), 'keyward-checkpoint-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
const fresh = (): string => join(root, `checkpoint-${count++}`);
const QUESTION = { now: 3, since: null, until: 2, window: { from: 1, until: 2 } };
const open = (path: string, asked = 'aws:', tell: (text: string) => void = unheard): Checkpoint =>
  openCheckpoint(path, asked, QUESTION, tell);
const unheard = (text: string): void => expect.fail(text);
const END: Completion = { complete: true, kind: 'told', views: null, damage: [], skipped: false };

const batchOf = (first: number, events: number, cursor?: string): Batch => ({
  events: Array.from({ length: events }, (_, i) => eventOf({ example: `event-${first + i}` })),
  credentials: [],
  ignored: 1,
  size: 1,
  ...(cursor !== undefined && { cursor }),
});

/** A shard of twenty pages; its cursor is the number of the page. */
async function* pages(after: string | undefined, hasCursor: boolean): AsyncGenerator<Batch, Completion, void> {
  for (let page = after === undefined ? 0 : Number(after) + 1; page < 20; page++) {
    await Promise.resolve();
    yield batchOf(page * 50, 50, hasCursor ? String(page) : undefined);
  }
  return END;
}

/** Reads on until so many batches were taken in; then the run is interrupted, or killed before it can write the rest. */
async function run(path: string, { stopAfter, isKilled = false, hasCursor = true }: Stop) {
  const checkpoint = open(path);
  const ids: string[] = [];
  const batches = continued(checkpoint, 'aws:', 'eu-west-1', after => pages(after, hasCursor));
  let step = await batches.next();
  for (let taken = 0; !step.done && taken < stopAfter; taken++) {
    ids.push(...step.value.events.map(({ example }) => example));
    step = await batches.next();
  }
  if (!isKilled) checkpoint.close(step.done === true);
  return { ids, isDone: step.done === true };
}

interface Stop {
  readonly stopAfter: number;
  readonly isKilled?: boolean;
  readonly hasCursor?: boolean;
}

const ALL = Array.from({ length: 1000 }, (_, i) => `event-${i}`);

test('an interrupted reading goes on where it stopped: nothing twice, nothing lost', async () => {
  const stop = fc.record({ stopAfter: fc.nat(25), isKilled: fc.boolean(), hasCursor: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(stop, { maxLength: 4 }), async stops => {
      const path = fresh();
      for (const each of stops) if ((await run(path, each)).isDone && !each.isKilled) return;
      expect(await run(path, { stopAfter: 99 })).toEqual({ ids: ALL, isDone: true });
      expect(existsSync(path)).toBe(false);
    }),
    { numRuns: 40 },
  );
});

test('a file cut off at any byte is read up to the last whole frame', async () => {
  const path = fresh();
  await run(path, { stopAfter: 15 });
  const whole = readFileSync(path);
  for (let size = 0; size <= whole.length; size += 97) {
    writeFileSync(path, whole);
    truncateSync(path, size);
    expect((await run(path, { stopAfter: 99 })).ids).toEqual(ALL);
  }
});

test('a shard that was read to its end is not read again', async () => {
  const path = fresh();
  const first = open(path);
  for await (const _ of continued(first, 's3://b', 'a', () => pages(undefined, false)));
  first.close(false);
  const again = open(path);
  expect(again.isResumed).toBe(true);
  const read = (): never => {
    throw new Error('read again');
  };
  const ids: string[] = [];
  for await (const batch of continued(again, 's3://b', 'a', read)) ids.push(...batch.events.map(e => e.example));
  expect(ids).toEqual(ALL);
  again.close(true);
});

test('it is readable by its owner alone', () => {
  const path = fresh();
  open(path).close(false);
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each([
  ['of another audit', (path: string) => open(path, 's3://').close(false), /belongs to an audit of other sources/],
  ['that is no checkpoint', (path: string) => writeFileSync(path, '{"findings":[]}'), /is not a checkpoint/],
  ['in a folder that does not exist', null, /cannot be opened \(ENOENT\)/],
] as const)('a file %s is refused and left as it is', (_, make, message) => {
  const path = make === null ? join(root, 'missing', 'file') : fresh();
  make?.(path);
  const before = make === null ? null : readFileSync(path);
  expect(() => open(path)).toThrow(message);
  if (before !== null) expect(readFileSync(path)).toEqual(before);
});

test('what follows a damaged frame is read anew', async () => {
  const path = fresh();
  await run(path, { stopAfter: 15 });
  const whole = readFileSync(path);
  for (let at = 200; at < whole.length - 20; at += 131) {
    writeFileSync(path, Buffer.concat([whole.subarray(0, at), Buffer.alloc(20), whole.subarray(at + 20)]));
    expect((await run(path, { stopAfter: 99 })).ids).toEqual(ALL);
  }
});

test('a run that goes on answers what the first was asked', () => {
  const path = fresh();
  const later = { now: 9, since: 4, until: null, window: { from: 5, until: 9 } };
  open(path).close(false);
  const again = openCheckpoint(path, 'aws:', later, unheard);
  expect(again).toMatchObject(QUESTION);
  again.close(true);
  expect(openCheckpoint(path, 'aws:', later, unheard)).toMatchObject(later);
});

test.each([
  ['', ', begun 2026-11-20 20:18 UTC'],
  ['2026-11-20T20:18Z', ''],
])('a run at --now %j says what it goes on from', async (given, begun) => {
  const path = fresh();
  const said: string[] = [];
  const request = {
    ...QUESTION,
    now: Date.UTC(2026, 10, 20, 20, 18),
    sources: ['aws:'],
    rules: [],
    world: { aws: {} },
  };
  const flags = given === '' ? {} : { now: given };
  const go = (isDone: boolean): Promise<{ isDone: boolean }> =>
    withCheckpoint(
      request as unknown as AuditRequest,
      { checkpoint: path, config: {} } as unknown as Settings,
      flags as unknown as AuditFlags,
      { stderr: { writable: true, write: (text: string) => void said.push(text) } } as unknown as Io,
      ({ checkpoint }) => {
        for (let page = 0; page < 20; page++) checkpoint!.add('aws:', 'a', batchOf(page * 50, 50, String(page)));
        return Promise.resolve({ isDone });
      },
    );
  await go(false);
  expect(said).toEqual([]);
  await go(true);
  expect(said).toEqual([`keyward: going on from ${path}${begun}\n`]);
});

test('batches without events are written too', async () => {
  const path = fresh();
  const checkpoint = open(path);
  for (let page = 0; page < 30; page++) checkpoint.add('aws:', 'a', batchOf(0, 0, String(page)));
  expect(open(path).past('aws:', 'a').cursor).toBe('19');
});

test('of two runs that share a file, the first goes on without it and leaves it to the other', async () => {
  const path = fresh();
  const told: string[] = [];
  const first = open(path, 'aws:', text => told.push(text));
  for (let page = 0; page < 20; page++) first.add('aws:', 'a', batchOf(page * 50, 50, String(page)));
  const second = open(path);
  second.add('aws:', 'a', batchOf(1000, 500, '20'));
  for (let page = 0; page < 20; page++) first.add('aws:', 'a', batchOf(page * 50, 50, String(page)));
  first.close(true);
  expect(told).toEqual([
    `the checkpoint '${path}' is kept no longer, and reading goes on without it: another run writes to it`,
  ]);
  expect(open(path).past('aws:', 'a').cursor).toBe('20');
  second.close(true);
  expect(existsSync(path)).toBe(false);
});

test.runIf(process.platform === 'linux')('a disk that is full is told', () => {
  expect(() => open('/dev/full')).toThrow("the checkpoint '/dev/full' cannot be written (ENOSPC)");
});
