import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatSpan, progressLine } from '../src/progress.ts';
import type { Progress } from '../src/reading.ts';

const NEW = { doneBefore: 0, eventsBefore: 0 };
const HALF: Progress = {
  ...NEW,
  shards: 200,
  shardsTotal: 400,
  unit: 'file',
  done: 500,
  total: 1000,
  events: 1_204_311,
};

test.each<[string, Progress, number, number, string]>([
  ['all of it', HALF, 3000, 80, '200 of 400 files · 50 % · 3 s left · 1,204,311 events · 400,000 events/s'],
  ['a narrow terminal', HALF, 3000, 40, '200 of 400 files · 50 % · 3 s left'],
  ['a very narrow one', HALF, 3000, 10, '200 of 400'],
  [
    'one file',
    { ...NEW, shards: 0, shardsTotal: 1, unit: 'file', done: 250, total: 1000, events: 0 },
    60_000,
    80,
    'reading · 25 % · 3 min left · 0 events · 0 events/s',
  ],
  [
    'an unknown length',
    { ...NEW, shards: 0, shardsTotal: 1, unit: 'file', done: 9999, total: 0, events: 57 },
    2000,
    80,
    'reading · 57 events · 29 events/s',
  ],
  [
    'too early to say how long',
    { ...NEW, shards: 0, shardsTotal: 2, unit: 'file', done: 1, total: 1000, events: 1 },
    1000,
    80,
    '0 of 2 files · 0 % · 1 event · 1 events/s',
  ],
  [
    'more bytes than were promised',
    { ...NEW, shards: 1, shardsTotal: 2, unit: 'file', done: 2000, total: 1000, events: 12_345_678 },
    1000,
    80,
    '1 of 2 files · 100 % · 12,345,678 events · 12,000,000 events/s',
  ],
  [
    'what an earlier run had read is no work of this one',
    { ...HALF, doneBefore: 490, events: 1_200, eventsBefore: 1_000 },
    10_000,
    80,
    '200 of 400 files · 50 % · 8 min left · 1,200 events · 20 events/s',
  ],
  [
    'all of it was read before',
    { ...HALF, done: 1000, doneBefore: 1000, events: 9, eventsBefore: 9 },
    2000,
    80,
    '200 of 400 files · 100 % · 9 events · 0 events/s',
  ],
  ['no time gone', HALF, 0, 80, '200 of 400 files · 50 % · 1,204,311 events'],
])('%s', (_, progress, elapsed, width, expected) => {
  expect(progressLine(progress, elapsed, width)).toBe(expected);
});

test.each([
  [0, '1 s'],
  [1499, '1 s'],
  [89_000, '89 s'],
  [90_000, '2 min'],
  [89 * 60_000, '89 min'],
  [90 * 60_000, '2 h'],
  [5000 * 3_600_000, '5,000 h'],
])('%d ms is %s', (span, expected) => {
  expect(formatSpan(span)).toBe(expected);
});

test('never wider than it may be, never nonsense', () => {
  const count = fc.nat({ max: 2 ** 40 });
  const progress = fc.record({
    shards: count,
    shardsTotal: count,
    unit: fc.constant('file'),
    done: count,
    total: count,
    events: count,
    doneBefore: count,
    eventsBefore: count,
  });
  fc.assert(
    fc.property(progress, count, fc.integer({ min: 1, max: 120 }), (at, elapsed, width) => {
      const line = progressLine(at, elapsed, width);
      expect(line.length).toBeLessThanOrEqual(width);
      expect(line).not.toMatch(/NaN|Infinity|undefined|e\+/);
    }),
  );
});
