import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Slice, slicesOf, smaller, type Stretch, weeksOf, wholeMinutes } from '../src/collect/azure/slices.ts';
import { DAY, HOUR, MINUTE } from '../src/time.ts';

const NOW = Date.UTC(2026, 10, 20, 10, 7);

const stretches = fc
  .tuple(fc.integer({ min: 0, max: 100 * 1440 }), fc.integer({ min: 1, max: 100 * 1440 }))
  .map(([back, length]): Stretch => ({ from: NOW - (back + length) * MINUTE, until: NOW - back * MINUTE }));

/** Whether pieces, in their order, are the whole and nothing twice. */
function expectTiling(pieces: readonly Stretch[], { from, until }: Stretch): void {
  expect(pieces[0]!.from).toBe(from);
  expect(pieces.at(-1)!.until).toBe(until);
  for (const [i, piece] of pieces.entries()) {
    expect(piece.until).toBeGreaterThan(piece.from);
    expect(piece.from % MINUTE).toBe(0);
    if (i > 0) expect(piece.from).toBe(pieces[i - 1]!.until);
  }
}

describe('slices share their stretch', () => {
  test('by weeks, the same for every window', () => {
    fc.assert(
      fc.property(stretches, stretches, (a, b) => {
        const [weeks, others] = [weeksOf(a), weeksOf(b)];
        expectTiling(weeks, a);
        const inner = weeks.slice(1).map(({ from }) => from);
        const ends = new Set(others.flatMap(({ from, until }) => [from, until]));
        for (const at of inner) if (at > b.from && at < b.until) expect(ends).toContain(at);
      }),
    );
  });

  test('by any length, and on whole hours', () => {
    fc.assert(
      fc.property(stretches, fc.double({ min: 1, max: 30 * DAY, noNaN: true }), (stretch, length) => {
        const slices = slicesOf(stretch, length);
        expectTiling(slices, stretch);
        expect(slices.slice(1).filter(({ from }) => from % HOUR !== 0)).toEqual([]);
        expect(Math.max(...slices.map(({ from, until }) => until - from))).toBeLessThanOrEqual(Math.max(HOUR, length));
      }),
    );
  });

  test('halved and halved again, down to parts of a minute', () => {
    fc.assert(
      fc.property(stretches, fc.infiniteStream(fc.boolean()), (stretch, choices) => {
        let slices: Slice[] = [stretch];
        // Follows one way down, and keeps what lies beside it.
        for (let slice: Slice | undefined = stretch, steps = 0; slice !== undefined && steps < 40; steps++) {
          const halves = smaller(slice);
          slices = slices.flatMap(one => (one === slice && halves.length > 0 ? [...halves] : [one]));
          slice = halves[choices.next().value === true ? 1 : 0];
        }
        const whole = slices.filter(({ part }) => part === undefined);
        const parts = slices.filter(({ part }) => part !== undefined);
        const minute = parts[0];
        expect(minute).toBeDefined();
        expectTiling(
          [...whole, { from: minute!.from, until: minute!.until }].toSorted((a, b) => a.from - b.from),
          stretch,
        );
        for (const { from, until } of parts) expect([from, until]).toEqual([minute!.from, minute!.from + MINUTE]);
        for (let hash = 0; hash < 64; hash++)
          expect(parts.filter(({ part }) => hash % part!.of === part!.index)).toHaveLength(1);
      }),
    );
  });
});

test.each<readonly [string, Slice, readonly Slice[]]>([
  [
    'a week',
    { from: 0, until: 7 * DAY },
    [
      { from: 0, until: 84 * HOUR },
      { from: 84 * HOUR, until: 7 * DAY },
    ],
  ],
  [
    'three hours',
    { from: 0, until: 3 * HOUR },
    [
      { from: 0, until: HOUR },
      { from: HOUR, until: 3 * HOUR },
    ],
  ],
  [
    'an hour',
    { from: HOUR, until: 2 * HOUR },
    [
      { from: HOUR, until: 90 * MINUTE },
      { from: 90 * MINUTE, until: 2 * HOUR },
    ],
  ],
  [
    'three minutes',
    { from: 0, until: 3 * MINUTE },
    [
      { from: 0, until: MINUTE },
      { from: MINUTE, until: 3 * MINUTE },
    ],
  ],
  [
    'a minute',
    { from: 0, until: MINUTE },
    [
      { from: 0, until: MINUTE, part: { index: 0, of: 2 } },
      { from: 0, until: MINUTE, part: { index: 1, of: 2 } },
    ],
  ],
  ['a sixteenth of a minute', { from: 0, until: MINUTE, part: { index: 3, of: 16 } }, []],
])('%s is made smaller', (_, slice, halves) => expect(smaller(slice)).toEqual(halves));

test('instants within a minute are held by whole minutes', () =>
  expect(wholeMinutes({ from: MINUTE + 1, until: 2 * MINUTE + 1 })).toEqual({ from: MINUTE, until: 3 * MINUTE }));
