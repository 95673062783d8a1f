import { expect, test } from 'vitest';
import { longSessions, sessionLives } from '../src/facets/session-lives.ts';
import { longTtl } from '../src/rules/long-ttl.ts';
import { judgeExample } from '../src/example.ts';
import { DAY, HOUR, hourOf } from '../src/time.ts';
import { eventOf } from './event.ts';

const START = Date.UTC(2026, 0, 1);
const place = undefined as never;

const issue = (given: {
  readonly at: number;
  readonly ttl: number;
  readonly action?: string;
  readonly example?: string;
}) => eventOf({ deed: 'issue', action: 'sts:GetSessionToken', ...given });

test('keeps the longest life of each day and nothing of common ones', () => {
  const state = sessionLives.empty();
  for (const [hour, ttl] of [
    [0, 3_600],
    [1, 7_200],
    [5, 90_000],
    [30, 43_200],
    [60, 900],
  ] as const)
    sessionLives.add(state, issue({ at: START + hour * HOUR, ttl, example: `e${hour}` }), place);
  sessionLives.add(state, eventOf({ deed: 'create', at: START, ttl: 90_000 }), place);
  const action = 'sts:GetSessionToken';
  const first = hourOf(START);
  expect(longSessions(state)).toEqual([
    { action, longest: 90_000, firstHour: first + 1, lastHour: first + 5, example: 'e1' },
    { action, longest: 43_200, firstHour: first + 30, lastHour: first + 30, example: 'e30' },
  ]);
});

test.each([
  ['many days become months', 60, 2, 3],
  ['very many days are told by action alone', 3_000, 2, 2],
  ['too many actions are told as one', 3_000, 200, 1],
])('%s, and the longest is never lost', (_, days, actions, rows) => {
  const state = sessionLives.empty();
  for (let day = 0; day < days; day++) {
    const ttl = day === 7 ? 100_000 : 50_000;
    sessionLives.add(state, issue({ at: START + day * DAY, ttl, action: `sts:Action${day % actions}` }), place);
  }
  const kept = longSessions(state);
  const last = Math.max(...kept.map(({ lastHour }) => lastHour));
  expect([kept.length <= 64, Math.max(...kept.map(({ longest }) => longest)), last]).toEqual([
    true,
    100_000,
    hourOf(START) + (days - 1) * 24,
  ]);
  if (days > 64) expect(kept).toHaveLength(rows);
});

test('says how long to a tenth of an hour, never less than it was, and of which calls when there were too many', () => {
  const story = (actions: number) =>
    judgeExample(longTtl, {
      title: '',
      expect: [],
      events: Array.from({ length: actions }, (_, i) => {
        return { deed: 'issue', action: `sts:Action${i}`, at: -3 * DAY, ttl: 43_201 } as const;
      }),
    }).findings.map(({ message }) => message);
  expect(story(1)).toEqual(['sts:Action0 gave out sessions of up to 12.1 hours, last on 17 Nov; the limit is 12.']);
  expect(story(65)).toEqual(['several calls gave out sessions of up to 12.1 hours, last on 17 Nov; the limit is 12.']);
});
