import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { incidentsOf } from '../src/episodes.ts';
import { judgeExample } from '../src/example.ts';
import { greatestOther } from '../src/facets/greatest.ts';
import { groupBy } from '../src/group.ts';
import { type Amount, type Baseline, baselinesOf, daySeries, hourSeries, usualHours } from '../src/facets/records.ts';
import { judge } from '../src/judge.ts';
import { openLedger, record } from '../src/ledger.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { planFor } from '../src/plan.ts';
import { issuanceBurst } from '../src/rules/issuance-burst.ts';
import { modelProbe } from '../src/rules/model-probe.ts';
import type { ExampleEvent, Rule } from '../src/rules/rule.ts';
import { tokenBurst } from '../src/rules/token-burst.ts';
import { DAY, dayOfHour, HOUR, hourOf, MINUTE } from '../src/time.ts';
import {
  countText,
  credentialNoun,
  dayText,
  hourText,
  oftenText,
  oneText,
  timesText,
  timeText,
} from '../src/wording.ts';
import { eventOf } from './event.ts';

const CALL = { deed: 'infer', action: 'bedrock:InvokeModel', model: 'anthropic.claude-opus-4-5' } as const;

/** What a rule says of a story: severity and message of each finding. */
function said(rule: Rule, events: readonly ExampleEvent[], options: Readonly<Record<string, unknown>> = {}): string[] {
  const { findings } = judgeExample(rule, { title: '', events, options, expect: [] });
  return findings.map(({ severity, message }) => `${severity}: ${message}`);
}

describe('baselines', () => {
  const series = fc
    .uniqueArray(fc.tuple(fc.nat(120), fc.integer({ min: 1, max: 6 })), { selector: ([slot]) => slot })
    .map(rows => rows.sort(([a], [b]) => a - b))
    .map(rows => hours(rows));

  test('one pass finds what looking at every pair finds', () => {
    fc.assert(
      fc.property(series, fc.nat(30), fc.nat(60), (points, guard, length) => {
        const stretch = { from: guard + length, until: guard };
        expect(baselinesOf(points, stretch)).toEqual(points.map(point => slowBaseline(points, point, stretch)));
        const days = daySeries(points);
        expect(baselinesOf(days, stretch)).toEqual(days.map(day => slowBaseline(days, day, stretch)));
      }),
      { numRuns: 300 },
    );
  });

  test('two hundred thousand hours take no time', () => {
    const long = Array.from({ length: 200_000 }, (_, slot): [number, number] => [slot, 1 + ((slot * 7919) % 1000)]);
    const started = performance.now();
    expect(baselinesOf(hours(long), { from: 100_000, until: 24 })).toHaveLength(200_000);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test('hours without an amount are not active', () => {
    expect(
      hours([
        [1, 0],
        [2, 5],
      ]),
    ).toEqual([{ slot: 2, amount: 5, day: 0, hours: 1 }]);
  });

  test('days add their hours', () => {
    expect(
      daySeries(
        hours([
          [1, 2],
          [23, 3],
          [24, 4],
          [80, 1],
        ]),
      ),
    ).toEqual([
      { slot: 0, amount: 5, day: 0, hours: 2 },
      { slot: 1, amount: 4, day: 1, hours: 1 },
      { slot: 3, amount: 1, day: 3, hours: 1 },
    ]);
  });

  function hours(rows: readonly [number, number][]): Amount[] {
    return hourSeries(
      rows,
      ([slot]) => slot,
      ([, amount]) => amount,
    );
  }

  function slowBaseline(
    points: readonly Amount[],
    { slot }: Amount,
    stretch: { from: number; until: number },
  ): Baseline {
    const before = points.filter(other => other.slot >= slot - stretch.from && other.slot < slot - stretch.until);
    const top = Math.max(0, ...before.map(({ amount }) => amount));
    return {
      record: top,
      recordSlot: before.find(({ amount }) => amount === top)?.slot ?? 0,
      hours: before.reduce((sum, other) => sum + other.hours, 0),
      days: new Set(before.map(({ day }) => day)).size,
      isOfAll: false,
    };
  }
});

test('the greatest of others at a time is what looking at all of them finds', () => {
  const known = fc.array(
    fc.record({ from: fc.nat(20), id: fc.constantFrom('a', 'b', 'c'), amount: fc.integer({ min: 1, max: 9 }) }),
  );
  fc.assert(
    fc.property(known, fc.nat(22), fc.constantFrom('a', 'b', 'z'), (all, time, id) => {
      const others = all.filter(one => one.from <= time && one.id !== id);
      expect(greatestOther(all)(time, id)).toBe(Math.max(0, ...others.map(({ amount }) => amount)));
    }),
    { numRuns: 1_000 },
  );
});

test('what is usual is what looking at every day finds', () => {
  const series = fc
    .uniqueArray(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 9 })), { selector: ([slot]) => slot })
    .map(rows => rows.map(([slot, amount]) => ({ slot, amount, day: dayOfHour(slot), hours: 1 })))
    .map(rows => rows.sort((a, b) => a.slot - b.slot));
  fc.assert(
    fc.property(series, hours => {
      const peaks = [...groupBy(hours, ({ day }) => day).values()].map(
        rows => rows.toSorted((a, b) => b.amount - a.amount || a.slot - b.slot)[0]!,
      );
      const isUsual = usualHours(hours, 3);
      for (const { slot, amount } of hours) {
        const alike = peaks.filter(peak => Math.abs(peak.slot - slot) >= 24 && peak.amount * 3 >= amount);
        expect(isUsual(slot, amount)).toBe(alike.length >= 3);
      }
    }),
    { numRuns: 300 },
  );
});

test('incidents part after a quiet day', () => {
  const stretch = (from: number, until: number) => ({ from, until });
  expect(
    incidentsOf([stretch(DAY + 5, DAY + 6), stretch(0, 5), stretch(1, 2), stretch(2 * DAY + 7, 2 * DAY + 8)]),
  ).toEqual([[stretch(0, 5), stretch(1, 2), stretch(DAY + 5, DAY + 6)], [stretch(2 * DAY + 7, 2 * DAY + 8)]]);
});

describe('token-burst', () => {
  // The judged hour begins 22 hours before now. Twenty calls every two hours make its habit.
  const PEAK = -22 * HOUR;
  const habit: ExampleEvent[] = [{ ...CALL, at: PEAK - 20 * DAY, until: PEAK - 3 * DAY, every: 2 * HOUR, count: 20 }];
  const only = { callsPerDay: 1e9 };
  const burst = (count: number): ExampleEvent => ({ ...CALL, at: PEAK, count });
  // The logs begin 20 days before, and the sentence says so.
  const hour = (count: string, ratio: string, record: number, days = 20) =>
    `${count} model calls in the 19 Nov 02:00 hour, ${ratio} times this key's busiest hour (${record}) in the previous ${days} days.`;

  test.each<[string, ExampleEvent[], string[]]>([
    ['exactly three times the record', [burst(60)], [`medium: ${hour('60', '3', 20)}`]],
    ['one call fewer', [burst(59)], []],
    ['a greater hour 29 days before', [{ ...CALL, at: PEAK - 29 * DAY, count: 21 }, burst(60)], []],
    [
      'a greater hour one hour earlier than that',
      [{ ...CALL, at: PEAK - 29 * DAY - HOUR, count: 21 }, burst(60)],
      [`medium: ${hour('60', '3', 20, 28)}`],
    ],
    ['a greater hour 25 hours before', [{ ...CALL, at: PEAK - 25 * HOUR, count: 21 }, burst(60)], []],
    [
      'a greater hour 24 hours before, in the guard',
      [{ ...CALL, at: PEAK - 24 * HOUR, count: 21 }, burst(60)],
      [`medium: ${hour('60', '3', 20)}`],
    ],
    ['ten times the record and 500 calls', [burst(500)], [`high: ${hour('500', '25', 20)}`]],
    ['ten times the record and 499 calls', [burst(499)], [`medium: ${hour('499', '24', 20)}`]],
    ['tokens alone in a call count', [{ ...CALL, at: PEAK, count: 0, tokensOut: 99_999 }], []],
  ])('%s', (_, events, expected) => {
    expect(said(tokenBurst, [...habit, ...events], only)).toEqual(expected);
  });

  test.each([
    [30, 1],
    [29, 0],
  ])('three times a record of nine is %i calls: %i findings', (count, findings) => {
    const small: ExampleEvent[] = [{ ...CALL, at: PEAK - 20 * DAY, until: PEAK - 3 * DAY, every: 2 * HOUR, count: 9 }];
    expect(said(tokenBurst, [...small, burst(count)])).toHaveLength(findings);
  });

  test.each([
    ['12 active hours on 6 days', 11 * 10 * HOUR, 1],
    ['11 active hours on 5 days', 10 * 10 * HOUR, 0],
  ])('a baseline of %s', (_, length, findings) => {
    const start = PEAK - 20 * DAY - 2 * HOUR;
    const sparse: ExampleEvent = { ...CALL, at: start, until: start + length, every: 10 * HOUR, count: 20 };
    expect(said(tokenBurst, [sparse, burst(100)], only)).toHaveLength(findings);
  });

  test.each([
    ['5 days', 5, 1],
    ['4 days', 4, 0],
  ])('a baseline of many hours on %s', (_, days, findings) => {
    const start = PEAK - 20 * DAY - 2 * HOUR;
    const daily = Array.from({ length: days }, (__, day): ExampleEvent => {
      return { ...CALL, at: start + day * DAY, until: start + day * DAY + 10 * HOUR, every: HOUR, count: 20 };
    });
    expect(said(tokenBurst, [...daily, burst(100)], only)).toHaveLength(findings);
  });

  test('a day is compared with days, the day before it left out', () => {
    const days = (at: number, until: number, count: number): ExampleEvent => {
      return { ...CALL, at, until, every: 8 * HOUR, count };
    };
    const before = days(-30 * DAY, -3 * DAY + 16 * HOUR, 15);
    const guarded = days(-2 * DAY, -2 * DAY + 16 * HOUR, 40);
    const judged: ExampleEvent = { ...CALL, at: -DAY, until: -13 * HOUR, every: HOUR, count: 12 };
    const sentence = (count: number, ratio: string, record: number) =>
      `medium: ${count} model calls on 19 Nov, ${ratio} times this key's busiest day (${record}) in the previous 28 days.`;
    expect(said(tokenBurst, [before, guarded, judged])).toEqual([sentence(144, '3.2', 45)]);
    expect(said(tokenBurst, [before, days(-3 * DAY, -3 * DAY + 16 * HOUR, 1), judged])).toEqual([
      sentence(144, '3', 48),
    ]);
    expect(said(tokenBurst, [before, days(-3 * DAY, -3 * DAY + 16 * HOUR, 2), judged])).toEqual([]);
  });

  test('tokens in and out are measured apart and reach high by themselves', () => {
    const told = habit.map(event => ({ ...event, tokensIn: 200_000, tokensOut: 1_000 }));
    const peak = { ...CALL, at: PEAK, count: 20, tokensIn: 400_000, tokensOut: 2_000_000 };
    expect(said(tokenBurst, [...told, peak])).toEqual([
      "high: 2,000,000 output tokens in the 19 Nov 02:00 hour, 2,000 times this key's busiest hour (1,000) in the previous 20 days.",
    ]);
  });

  test('without a baseline the first week of others sets the limit, never its own', () => {
    const other = (count: number): ExampleEvent => ({ ...CALL, credential: 'other', at: -9 * DAY, count });
    const late: ExampleEvent = { ...CALL, credential: 'other', at: -2 * DAY, count: 1500 };
    const before: ExampleEvent = { at: -11 * DAY, credential: 'third' };
    const limit = (count: string, most: string) =>
      `${count} model calls in the 19 Nov 02:00 hour from a key without a baseline; the limit for one is ${most}.`;
    const say = (...events: ExampleEvent[]) => said(tokenBurst, [before, ...events]);
    expect(say(burst(2_999), other(900))).toEqual([`high: ${limit('2,999', '2,700')}`]);
    expect(say(burst(2_699), other(900))).toEqual([]);
    expect(say(burst(4_499), other(900), late)).toEqual([`medium: ${limit('4,499', '2,700')}`]);
    expect(say(burst(4_500), other(900), late)).toEqual([`high: ${limit('4,500', '2,700')}`]);
    expect(say(burst(1_999))).toEqual([]);
  });

  test.each<[string, ExampleEvent[]]>([
    ['one in use when the logs begin', [{ ...CALL, credential: 'other', at: -9 * DAY, count: 900 }]],
    [
      'one in use when the logs begin, but for one record of long ago',
      [
        { ...CALL, credential: 'other', at: -9 * DAY, count: 900 },
        { at: -300 * DAY, credential: 'third' },
      ],
    ],
    [
      'one whose first week ends an hour too late',
      [
        { ...CALL, credential: 'other', at: PEAK - 7 * DAY + HOUR, count: 900 },
        { at: -9 * DAY, until: 0, credential: 'third' },
      ],
    ],
  ])('without a baseline nothing is learnt from %s', (_, others) => {
    expect(said(tokenBurst, [...others, burst(2_000)])).toMatchObject([
      expect.stringMatching(/^\w+: 2,000 .* the limit for one is 2,000\.$/),
    ]);
  });

  test('two new keys at once are both found, and high beside a third that is settled', () => {
    const fresh = ['AKIAFRESH1', 'AKIAFRESH2'].map((credential): ExampleEvent => ({ ...burst(12_000), credential }));
    const settled: ExampleEvent = { ...CALL, credential: 'old', at: -30 * DAY, until: 0, every: HOUR, count: 3_000 };
    const limit =
      '12,000 model calls in the 19 Nov 02:00 hour from a key without a baseline; the limit for one is 2,000.';
    expect(said(tokenBurst, fresh)).toEqual([`medium: ${limit}`, `medium: ${limit}`]);
    expect(said(tokenBurst, [...fresh, settled])).toEqual([`high: ${limit}`, `high: ${limit}`]);
  });

  test('without a baseline its own record counts, as far as there is one', () => {
    const own = (at: number, count: number): ExampleEvent => ({ ...CALL, at, count });
    expect(said(tokenBurst, [own(PEAK - 9 * DAY, 1_000), burst(2_999)])).toEqual([]);
    expect(said(tokenBurst, [own(PEAK - 9 * DAY, 1_000), burst(3_000)])).toEqual([
      'medium: 3,000 model calls in the 19 Nov 02:00 hour from a key without a baseline; the limit for one is 3,000.',
    ]);
  });

  test.each([
    ['three other days', 3, 1_000, []],
    ['two other days', 2, 1_000, ['medium']],
    ['three other days, a call below a third', 3, 999, ['medium']],
  ])('without a baseline a burst is no news after %s', (_, days, count, severities) => {
    const other: ExampleEvent = { ...CALL, at: PEAK - days * DAY, until: PEAK - DAY, every: DAY, count };
    const later: ExampleEvent = { ...CALL, at: PEAK, until: PEAK + 20 * HOUR, every: HOUR, count: 3_000 };
    const options = { minActiveDays: 30, newCallsPerHour: 3_000, times: 3 };
    const { findings } = judgeExample(tokenBurst, { title: '', events: [other, later], expect: [], options });
    expect(findings.map(({ severity }) => severity)).toEqual(severities);
  });

  test('and yet it is told when it is great enough to be high', () => {
    const daily: ExampleEvent = { ...CALL, at: -6 * DAY, until: -HOUR, every: DAY, count: 12_000 };
    const settled: ExampleEvent = { ...CALL, credential: 'old', at: -30 * DAY, until: 0, every: HOUR, count: 100 };
    expect(said(tokenBurst, [daily, settled])).toEqual([
      'high: 12,000 model calls in the 14 Nov 00:00 hour from a key without a baseline; the limit for one is 2,000.',
    ]);
  });

  test('one finding per credential, with the times of every burst and the numbers of the strongest', () => {
    const events = [
      ...habit,
      { ...CALL, at: PEAK - 10 * DAY + MINUTE, until: PEAK - 10 * DAY + 9 * MINUTE, every: 8 * MINUTE, count: 45 },
      { ...burst(1_200), tokensIn: 123_000, model: 'anthropic.claude-haiku-4-5' },
      { ...CALL, at: PEAK + HOUR, count: 330 },
    ];
    const { findings } = judgeExample(tokenBurst, { title: '', events, expect: [], options: only });
    const now = Date.UTC(2026, 10, 20);
    const earlier = { from: now + PEAK - 10 * DAY, until: now + PEAK - 10 * DAY + 9 * MINUTE };
    expect(findings).toHaveLength(1);
    expect(findings[0]!.episodes).toEqual([earlier, { from: now + PEAK, until: now + PEAK + HOUR }]);
    const values = new Array<number>(48).fill(0);
    values[24] = 1_200;
    values[25] = 330;
    expect(findings[0]!.evidence).toEqual({
      measure: 'calls',
      span: 'hour',
      at: '2026-11-19T02:00:00.000Z',
      amount: 1_200,
      limit: 330,
      record: 110,
      recordAt: '2026-11-09T02:00:00.000Z',
      ratio: 10.9,
      comparedDays: 20,
      first: '2026-11-19T02:00:00.000Z',
      last: '2026-11-19T03:00:00.000Z',
      hourly: { from: '2026-11-18T02:00:00.000Z', values },
      also: [],
      calls: 1_200,
      tokensIn: 123_000,
      tokensOut: 0,
      models: [
        { model: 'anthropic.claude-haiku-4-5', calls: 1_200, tokensIn: 123_000, tokensOut: 0, example: 'e000207' },
        { model: 'anthropic.claude-opus-4-5', calls: 330, tokensIn: 0, tokensOut: 0, example: 'e000208' },
      ],
    });
  });

  test('other measures that burst in the same incident are named beside the strongest', () => {
    const peak = { ...burst(100), tokensIn: 1_000_000, tokensOut: 500_000 };
    const told = habit.map(event => ({ ...event, tokensIn: 100, tokensOut: 100 }));
    const { findings } = judgeExample(tokenBurst, { title: '', events: [...told, peak], expect: [], options: only });
    const { measure, also } = findings[0]!.evidence as unknown as { measure: string; also: { measure: string }[] };
    expect([measure, ...also.map(other => other.measure)]).toEqual(['tokensIn', 'tokensOut', 'calls']);
  });

  test('tokens logged without calls give the whole hour as their time', () => {
    const told = (at: number, tokensIn: number): ExampleEvent => ({ ...CALL, at, count: 0, tokensIn });
    const events = Array.from({ length: 200 }, (_, i) => told(PEAK - 20 * DAY + i * 2 * HOUR, 10_000));
    const { findings } = judgeExample(tokenBurst, { title: '', events: [...events, told(PEAK, 150_000)], expect: [] });
    const from = Date.UTC(2026, 10, 19, 2);
    expect(findings.map(({ episodes }) => episodes)).toEqual([[{ from, until: from + HOUR - 1 }]]);
  });

  test('what the window leaves out does not speak for what it holds', () => {
    const ledger = openLedger(planFor([tokenBurst]));
    const now = Date.UTC(2026, 10, 20);
    const call = (at: number, count: number): AuditEvent => ({ ...plain(now + at), count });
    const all = [
      ...Array.from({ length: 700 }, (_, i) => call(-60 * DAY + i * 2 * HOUR, 20)),
      call(-40 * DAY, 5_000),
      call(-2 * HOUR, 70),
    ];
    for (const event of all)
      record(ledger, event, { country: '', site: '', egress: false, operator: '', why: 'missing' });
    const options = Object.fromEntries(
      Object.entries(tokenBurst.options).map(([name, value]) => [name, value.default]),
    );
    const judged = (since: number | null) =>
      judge(ledger, [{ rule: tokenBurst, options }], { since, now }).findings.map(({ severity, episodes }) => {
        return [severity, episodes.length];
      });
    expect(judged(now - 7 * DAY)).toEqual([['medium', 1]]);
    expect(judged(null)).toEqual([['high', 2]]);
  });
});

describe('issuance-burst', () => {
  const READ = { deed: 'reveal', action: 'secretsmanager:GetSecretValue' } as const;
  const BATCH = { deed: 'reveal', action: 'secretsmanager:BatchGetSecretValue' } as const;
  const ASSUME = { deed: 'issue', action: 'sts:AssumeRole' } as const;
  const at = -10 * HOUR;

  test.each<[string, ExampleEvent[], string[]]>([
    [
      'one batch read',
      [{ ...BATCH, at }],
      [
        'medium: 10 secrets read (counting 1 batch read as several each) in the 19 Nov 14:00 hour by a key without a baseline; the limit for one is 10.',
      ],
    ],
    ['nine reads', [{ ...READ, at, count: 9 }], []],
    [
      'ten keys and fifty secrets',
      [
        { ...READ, at, count: 50 },
        { at, deed: 'create', action: 'iam:CreateAccessKey', count: 10 },
      ],
      ['high: 10 keys created in the 19 Nov 14:00 hour by a key without a baseline; the limit for one is 10.'],
    ],
    [
      'two hundred sessions by a new role',
      [{ ...ASSUME, at, count: 200 }],
      ['medium: 200 sessions issued in the 19 Nov 14:00 hour by a key without a baseline; the limit for one is 200.'],
    ],
    ['199 sessions by a new role', [{ ...ASSUME, at, count: 199 }], []],
    [
      'a dozen on each of three nights',
      [{ ...READ, at: at - 2 * DAY, until: at, every: DAY, count: 12 }],
      ['medium: 12 secrets read in the 17 Nov 14:00 hour by a key without a baseline; the limit for one is 10.'],
    ],
    ['a dozen on each of four nights', [{ ...READ, at: at - 3 * DAY, until: at, every: DAY, count: 12 }], []],
    ['a nightly dozen', [{ ...READ, at: at - 40 * DAY, until: at, every: DAY, count: 12 }], []],
  ])('%s', (_, events, expected) => {
    expect(said(issuanceBurst, events)).toEqual(expected);
  });

  test('a dozen on three nights is quiet once it was seen', () => {
    const events = [{ ...READ, at: at - 2 * DAY, until: at, every: DAY, count: 12 }];
    const { findings } = judgeExample(issuanceBurst, { title: '', events, expect: [] });
    const first = Date.UTC(2026, 10, 17, 14);
    expect(findings[0]!.episodes).toEqual([{ from: first, until: first + DAY }]);
  });

  test('history of one class is no history of another', () => {
    const sessions = { ...ASSUME, at: at - 28 * DAY, until: at - 2 * DAY, every: HOUR, count: 50 };
    expect(said(issuanceBurst, [sessions, { ...READ, at, count: 11 }])).toEqual([
      'medium: 11 secrets read in the 19 Nov 14:00 hour by a key without a baseline; the limit for one is 10.',
    ]);
  });
});

describe('model-probe', () => {
  const LOOK = { action: 'bedrock:ListFoundationModels' } as const;
  const deny = (at: number, model: string, count = 1): ExampleEvent => {
    return { ...CALL, at, model, count, outcome: 'denied' };
  };
  const at = -3 * DAY;

  test.each<[string, ExampleEvent[], number]>([
    ['all steps within the same second', [{ ...LOOK, at }, deny(at, 'a'), deny(at, 'b'), { ...CALL, at }], 1],
    ['success just within the day', [{ ...LOOK, at }, deny(at, 'a', 3), { ...CALL, at: at + DAY - 1 }], 1],
    ['success a day later', [{ ...LOOK, at }, deny(at, 'a', 3), { ...CALL, at: at + DAY }], 0],
    [
      'success before the second model refused',
      [{ ...LOOK, at }, deny(at, 'a'), { ...CALL, at: at + 1 }, deny(at + 2, 'b')],
      0,
    ],
    [
      'a later look starts the chain',
      [{ ...LOOK, at: at - 2 * DAY }, { ...LOOK, at }, deny(at, 'a', 3), { ...CALL, at: at + 1 }],
      1,
    ],
    ['refused calls without a model, twice', [{ ...LOOK, at }, deny(at, '', 2), { ...CALL, at: at + 1 }], 0],
    ['nothing looked at', [deny(at, 'a', 9), { ...CALL, at: at + 1 }], 0],
  ])('%s', (_, events, findings) => {
    expect(said(modelProbe, events)).toHaveLength(findings);
  });

  test('every chain is an episode of one finding', () => {
    const chain = (start: number) => [{ ...LOOK, at: start }, deny(start + 1, 'a', 3), { ...CALL, at: start + 2 }];
    const events = [...chain(at), ...chain(at - 5 * DAY)];
    const { findings } = judgeExample(modelProbe, { title: '', events, expect: [] });
    expect(findings.map(({ episodes }) => episodes.map(({ from, until }) => until - from))).toEqual([[2, 2]]);
  });

  test.each<[string, ExampleEvent[], string[]]>([
    ['nine idle days', idle(9), ['first model use after 9 active days']],
    ['eight idle days', idle(8), []],
    ['a refused call a week before', [...idle(9), deny(at - 7 * DAY, 'a')], []],
    ['a browser a day before', [{ at: at - DAY, agent: 'browser' }], []],
    ['a browser in the midst', [{ at: at + 1, agent: 'browser' }], ['a browser spoke with a static key']],
    [
      'two countries',
      [
        { at: at - 2 * DAY, country: 'DE' },
        { at, country: 'SG' },
      ],
      ['first seen from SG'],
    ],
    ['its only country', [{ at, country: 'SG' }], []],
    [
      'a declared exit',
      [
        { at: at - 2 * DAY, country: 'DE' },
        { at, country: 'SG', egress: true },
      ],
      [],
    ],
    [
      'a country it was in before',
      [
        { at: at - 2 * DAY, country: 'SG' },
        { at, country: 'SG' },
      ],
      [],
    ],
  ])('reasons to be sure: %s', (_, more, reasons) => {
    const events = [...more, { ...LOOK, at }, deny(at + 1, 'a', 3), { ...CALL, at: at + 2 }];
    const { findings } = judgeExample(modelProbe, { title: '', events, expect: [] });
    expect(findings.map(({ severity, evidence }) => [severity, evidence.reasons])).toEqual([
      [reasons.length > 0 ? 'high' : 'medium', reasons],
    ]);
  });

  test('says so when refusals are too many to keep in order', () => {
    const events = Array.from({ length: 1200 }, (_, i) => deny(-1300 * HOUR + i * HOUR, 'a'));
    const { abstained } = judgeExample(modelProbe, { title: '', events, expect: [] });
    expect(abstained).toEqual([
      {
        rule: 'model-probe',
        reason: 'so many refused calls in so many hours that their order is no longer known',
        count: 1,
        judged: 1,
      },
    ]);
  });

  function idle(days: number): ExampleEvent[] {
    return [{ at: at - days * DAY, until: at - DAY, every: DAY }];
  }
});

test('wording', () => {
  const at = Date.UTC(2026, 10, 9, 2, 31, 59);
  expect([dayText(at), timeText(at), hourText(hourOf(at)), dayOfHour(hourOf(at))]).toEqual([
    '9 Nov',
    '9 Nov 02:31',
    '9 Nov 02:00',
    Date.UTC(2026, 10, 9) / DAY,
  ]);
  expect([1, 2.55, 2.99, 3, 4.99, 5.9, 9.155, 1234.5].map(timesText)).toEqual([
    '1',
    '2.5',
    '2.9',
    '3',
    '4.9',
    '5',
    '9',
    '1,234',
  ]);
  expect([countText(1, 'call'), countText(1204, 'call'), countText(2, 'entry', 'entries')]).toEqual([
    '1 call',
    '1,204 calls',
    '2 entries',
  ]);
  expect(['key', 'account', 'user'].map(oneText)).toEqual(['a key', 'an account', 'a user']);
  expect([1, 2, 3, 1204].map(oftenText)).toEqual(['once', 'twice', '3 times', '1,204 times']);
  expect([credentialNoun('access-key'), credentialNoun('role'), credentialNoun('unknown')]).toEqual([
    'key',
    'role',
    'key',
  ]);
});

const plain = (at: number): AuditEvent => eventOf({ ...CALL, at });
