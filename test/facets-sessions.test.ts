import { describe, expect, test } from 'vitest';
import { isSampled, type Sessions, sessionHours, sessions } from '../src/facets/sessions.ts';
import { hashText } from '../src/hash.ts';
import type { AuditEvent, Place } from '../src/model/event.ts';
import { HOUR } from '../src/time.ts';

const KEPT = 2048;
const START = Math.floor(Date.UTC(2026, 10, 1) / HOUR);

type Given = Partial<Pick<AuditEvent, 'session' | 'deed' | 'outcome' | 'count' | 'hour'>> & {
  country?: string;
  egress?: boolean;
};

function add(state: Sessions, given: Given): void {
  const {
    session = 'a',
    deed = 'use',
    outcome = 'ok',
    count = 1,
    hour = START,
    country = 'DE',
    egress = false,
  } = given;
  const event = {
    session,
    deed,
    outcome,
    count,
    hour,
    at: hour * HOUR + 5,
    last: hour * HOUR + 9,
    address: '192.0.2.1',
  };
  const place: Place = { country, egress, site: '', operator: '', why: 'declared' };
  sessions.add(state, event as AuditEvent, place);
}

function fold(all: readonly Given[]): Sessions {
  const state = sessions.empty();
  for (const given of all) add(state, given);
  return state;
}

function merged(...parts: readonly Sessions[]): Sessions {
  const state = sessions.empty();
  for (const part of parts) sessions.merge(state, part);
  return state;
}

const bytes = (state: Sessions): string => JSON.stringify(sessions.encode(state));
const revived = (state: Sessions): Sessions => sessions.decode(JSON.parse(bytes(state)));

/** Two hours and two countries in each of the sessions `from` … `until - 1`. */
const many = (from: number, until: number): Given[] =>
  Array.from({ length: until - from }, (_, i) => `session-${from + i}`).flatMap(session => [
    { session },
    { session, hour: START + 1, country: 'SG', egress: true, deed: 'reveal', count: 3 },
  ]);

test('keeps each hour of a session by country and exit', () => {
  const state = fold([
    { session: 'b' },
    { session: 'a', count: 2 },
    { session: 'a', count: 3, deed: 'create' },
    { session: 'a', country: 'SG' },
    { session: 'a', country: 'SG', egress: true },
    { session: 'a', hour: START + 1 },
  ]);
  const [first, last] = [START * HOUR + 5, START * HOUR + 9];
  const row = { session: 'a', hour: START, country: 'DE', egress: false, count: 1, first, last, grave: 0 };
  expect([...sessionHours(state)]).toEqual([
    { ...row, count: 5, grave: 3 },
    { ...row, country: 'SG' },
    { ...row, country: 'SG', egress: true },
    { ...row, hour: START + 1, first: first + HOUR, last: last + HOUR },
    { ...row, session: 'b' },
  ]);
  expect([...sessionHours(revived(state))]).toEqual([...sessionHours(state)]);
});

test.each<[string, Given]>([
  ['no session', { session: '' }],
  ['no place', { country: '' }],
  ['tokens only', { count: 0 }],
  ['a sign-in that failed', { deed: 'sign-in', outcome: 'failed' }],
])('%s leaves it empty', (_, given) => {
  expect(bytes(fold([given]))).toBe(bytes(sessions.empty()));
});

test.each([
  ['a name like a prototype', '__proto__'],
  ['a long name', 'x'.repeat(10_000)],
])('%s is a session like any other', (_, session) => {
  expect([...sessionHours(revived(fold([{ session }])))].map(hour => hour.session)).toEqual([session]);
});

test.each([
  ['the first hour of 1970', 0],
  ['the last hour of 9999', Math.floor(Date.UTC(9999, 11, 31, 23) / HOUR)],
])('%s keeps its place beside the last of the sessions', (_, hour) => {
  const state = fold([...many(0, KEPT - 1), { session: 'z', hour, country: 'ZW', egress: true }]);
  expect([...sessionHours(state)].at(-1)).toMatchObject({ session: 'z', hour, country: 'ZW', egress: true, count: 1 });
});

describe('past the bound', () => {
  const whole = fold(many(0, 10_000));
  const kept = new Set([...sessionHours(whole)].map(({ session }) => session));

  test('the sessions with the smallest hashes stay, each whole', () => {
    const byHash = Array.from({ length: 10_000 }, (_, i) => `session-${i}`).sort((a, b) => hashText(a) - hashText(b));
    expect([...kept].sort()).toEqual(byHash.slice(0, KEPT).sort());
    expect([...sessionHours(whole)]).toHaveLength(2 * KEPT);
  });

  test.each([
    [KEPT, false],
    [KEPT + 1, true],
  ])('of %i sessions, sampled: %s', (count, sampled) => {
    const state = fold(many(0, count));
    expect([isSampled(state), isSampled(revived(state)), isSampled(merged(state))]).toEqual([
      sampled,
      sampled,
      sampled,
    ]);
  });

  test.each<[string, () => Sessions]>([
    ['the other way round', () => fold(many(0, 10_000).reverse())],
    ['full into empty', () => merged(whole)],
    ['stored into empty', () => merged(revived(whole))],
    ['empty into full', () => merged(whole, sessions.empty())],
    ['full into full', () => merged(fold(many(0, 5_000)), fold(many(5_000, 10_000)))],
    ['few into full', () => merged(fold(many(10, 10_000)), fold(many(0, 10)))],
    ['full into few', () => merged(fold(many(0, 10)), fold(many(10, 10_000)))],
    ['stored in between', () => merged(revived(fold(many(0, 6_000))), revived(fold(many(6_000, 10_000))))],
    [
      'halves that share every session',
      () => {
        const hour = (wanted: boolean) => many(0, 10_000).filter((_, i) => (i % 2 === 0) === wanted);
        return merged(fold(hour(true)), fold(hour(false)));
      },
    ],
    ['halves that meet on the bound', () => merged(fold(many(0, KEPT)), fold(many(KEPT, 10_000)))],
  ])('%s: the same bytes', (_, again) => {
    expect(bytes(again())).toBe(bytes(whole));
  });

  test('two parts that are not sampled make one that is', () => {
    const parts = [fold(many(0, 1_500)), fold(many(1_500, 3_000))];
    expect(parts.map(isSampled)).toEqual([false, false]);
    expect(isSampled(merged(...parts))).toBe(true);
    expect(bytes(merged(...parts))).toBe(bytes(fold(many(0, 3_000))));
  });

  test('a session let go of before it was stored does not come back', () => {
    const state = revived(whole);
    const gone = Array.from({ length: 10_000 }, (_, i) => `session-${i}`).filter(session => !kept.has(session));
    for (const session of gone.slice(0, 3_000)) add(state, { session, hour: START + 7 });
    expect(bytes(state)).toBe(bytes(whole));
  });
});
