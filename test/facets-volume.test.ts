import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activity, activityDays } from '../src/facets/activity.ts';
import { browserDays, browsers } from '../src/facets/browsers.ts';
import type { Facet } from '../src/facets/facet.ts';
import { issuance, issuanceHours } from '../src/facets/issuance.ts';
import { loggedTokens } from '../src/facets/logged-tokens.ts';
import { modelDays, modelFamily, models } from '../src/facets/models.ts';
import { networkRows, networks } from '../src/facets/networks.ts';
import { placeHours, places } from '../src/facets/places.ts';
import { isHourly, probeRows, probes } from '../src/facets/probes.ts';
import { smallerExample } from '../src/facets/tally.ts';
import { spending, spendingDays } from '../src/facets/spending.ts';
import { hoursWithTokens, volume, volumeHours } from '../src/facets/volume.ts';
import type { AuditEvent, Column, Deed, Outcome, Place } from '../src/model/event.ts';
import { DAY, HOUR, hourOf } from '../src/time.ts';

const START = Date.UTC(2026, 10, 2);
const NOWHERE: Place = { country: '', site: '', egress: false, operator: '', why: 'missing' };

const CALL: AuditEvent = {
  at: START,
  last: START,
  count: 1,
  tokensIn: 0,
  tokensOut: 0,
  microUsd: 0,
  ttl: 0,
  example: '',
  hour: hourOf(START),
  credential: 'key',
  session: '',
  principal: 'arn:aws:iam::123456789012:user/ci',
  account: '123456789012',
  deed: 'infer',
  action: 'bedrock:InvokeModel',
  outcome: 'ok',
  address: '192.0.2.1',
  agent: 'boto3',
  region: 'eu-central-1',
  inferenceRegion: '',
  model: 'anthropic.claude-opus-4-5',
  mfa: '',
  target: '',
};

const call = (offset: number, given: Partial<AuditEvent> = {}): AuditEvent => {
  const at = START + offset;
  return { ...CALL, at, last: at, hour: hourOf(at), ...given };
};

function fold<S>(facet: Facet<S>, events: readonly AuditEvent[], state: S = facet.empty()): S {
  for (const event of events) facet.add(state, event, NOWHERE);
  return state;
}

const bytes = <S>(facet: Facet<S>, state: S): string => JSON.stringify(facet.encode(state));

/** Rows as a query engine groups them; of a group, only rows with calls give times and an example. */
function grouped(events: readonly AuditEvent[], columns: readonly Column[]): AuditEvent[] {
  const groups = new Map<string, AuditEvent[]>();
  for (const event of events) {
    const key = JSON.stringify(columns.map(column => event[column]));
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return [...groups.values()].map(group => {
    const timed = group.some(({ count }) => count > 0) ? group.filter(({ count }) => count > 0) : group;
    const sum = (measure: 'count' | 'tokensIn' | 'tokensOut') => group.reduce((total, row) => total + row[measure], 0);
    return {
      ...group[0]!,
      at: Math.min(...timed.map(({ at }) => at)),
      last: Math.max(...timed.map(({ last }) => last)),
      count: sum('count'),
      tokensIn: sum('tokensIn'),
      tokensOut: sum('tokensOut'),
      example: timed.map(({ example }) => example).reduce(smallerExample),
    };
  });
}

/** Few hours and names, many collisions: most rows of a case meet another. */
const crowded: fc.Arbitrary<AuditEvent[]> = fc.array(
  fc
    .record({
      offset: fc.nat(5 * HOUR),
      lasting: fc.nat(10_000),
      count: fc.nat(3),
      tokensIn: fc.nat(1000),
      tokensOut: fc.nat(1000),
      example: fc.constantFrom('', 'a', 'b', 'c'),
      deed: fc.constantFrom<Deed>('infer', 'infer', 'issue', 'create', 'reveal', 'use'),
      action: fc.constantFrom('bedrock:ListFoundationModels', 'secretsmanager:BatchGetSecretValue', 'sts:AssumeRole'),
      outcome: fc.constantFrom<Outcome>('ok', 'denied', 'invalid', 'throttled', 'failed'),
      agent: fc.constantFrom('boto3', 'browser', 'aws-service', '__proto__'),
      model: fc.constantFrom('', 'us.anthropic.claude-opus-4-5-20251101-v1:0', 'two words', '__proto__'),
    })
    .map(({ offset, lasting, ...given }) => call(offset, { ...given, last: START + offset + lasting })),
  { maxLength: 40 },
);

describe.each<[string, Facet<unknown>]>([
  ['volume', volume as Facet<unknown>],
  ['issuance', issuance as Facet<unknown>],
  ['probes', probes as Facet<unknown>],
  ['models', models as Facet<unknown>],
  ['browsers', browsers as Facet<unknown>],
  ['activity', activity as Facet<unknown>],
])('%s', (_, facet) => {
  test('split, order, grain and codec all give the same bytes', () => {
    fc.assert(
      fc.property(crowded, fc.array(fc.boolean(), { maxLength: 40 }), (events, sides) => {
        const whole = bytes(facet, fold(facet, events));
        const [left, right] = [true, false].map(side => events.filter((__, i) => (sides[i] ?? true) === side));
        const merged = fold(facet, right!.toReversed());
        facet.merge(merged, fold(facet, left!));
        expect(bytes(facet, merged)).toBe(whole);
        expect(bytes(facet, fold(facet, grouped(events, facet.columns)))).toBe(whole);
        const revived = facet.decode(JSON.parse(whole));
        expect(bytes(facet, revived)).toBe(whole);
        expect(bytes(facet, fold(facet, events, revived))).toBe(bytes(facet, fold(facet, [...events, ...events])));
      }),
      { numRuns: 150 },
    );
  });
});

describe('volume', () => {
  test('counts calls, refusals and tokens of an hour apart', () => {
    const state = fold(volume, [
      call(10, { count: 2, outcome: 'denied' }),
      call(20, { count: 3, outcome: 'throttled', last: START + 60 }),
      call(30, { count: 5, tokensIn: 100, tokensOut: 7, last: START + 40 }),
      call(50, { count: 1, outcome: 'failed' }),
      call(70, { count: 4, outcome: 'invalid' }),
      call(80, { count: 100, deed: 'use' }),
      call(90, { count: 100, agent: 'aws-service', tokensIn: 50 }),
    ]);
    expect([...volumeHours(state)]).toEqual([
      {
        hour: hourOf(START),
        calls: 6,
        refused: 6,
        tokensIn: 100,
        tokensOut: 7,
        first: START + 30,
        last: START + 50,
        okFirst: START + 30,
      },
    ]);
  });

  test('tokens alone count, and move no time', () => {
    const state = fold(volume, [call(0, { count: 0, tokensOut: 5 }), call(HOUR, { count: 0 })]);
    const untouched = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };
    const hour = { hour: hourOf(START), calls: 0, refused: 0, tokensIn: 0, tokensOut: 5, ...untouched };
    expect([...volumeHours(volume.decode(JSON.parse(bytes(volume, state))))]).toEqual([
      { ...hour, okFirst: Number.POSITIVE_INFINITY },
    ]);
  });
});

test('issuance keeps classes apart, weighs batch reads and counts only what succeeded', () => {
  const state = fold(issuance, [
    call(1, { deed: 'issue', count: 3 }),
    call(2, { deed: 'create' }),
    call(3, { deed: 'reveal', action: 'secretsmanager:GetSecretValue', count: 4 }),
    call(5, { deed: 'reveal', action: 'secretsmanager:BatchGetSecretValue', count: 2 }),
    call(6, { deed: 'reveal', action: 'secretsmanager:GetSecretValue', outcome: 'denied' }),
    call(7, { deed: 'grant' }),
    call(8, { deed: 'create', action: 'iam:UpdateLoginProfile' }),
    call(8, { deed: 'create', action: 'iam:CreateLoginProfile' }),
    call(8, { deed: 'create', action: 'iam:ResetServiceSpecificCredential' }),
    call(8, { deed: 'reveal', action: 'ssm:GetParameter', agent: 'aws-service' }),
    call(2 * HOUR, { deed: 'reveal', action: 'ssm:GetParameter' }),
    call(2 * HOUR, { deed: 'reveal', action: 'ssm:GetParameters' }),
    call(2 * HOUR, { deed: 'reveal', action: 'ssm:GetParametersByPath' }),
    call(HOUR, { deed: 'issue' }),
  ]);
  const hour = hourOf(START);
  const row = (issued: string, amount: number, batches: number, first: number, last: number) => {
    return { hour, issued, amount, batches, first: START + first, last: START + last };
  };
  expect([...issuanceHours(state)]).toEqual([
    row('sessions', 3, 0, 1, 1),
    row('keys', 1, 0, 2, 2),
    row('secrets', 24, 2, 3, 5),
    { ...row('sessions', 1, 0, HOUR, HOUR), hour: hour + 1 },
    { ...row('secrets', 7, 2, 2 * HOUR, 2 * HOUR), hour: hour + 2 },
  ]);
});

describe('probes', () => {
  test('tell looks of any outcome from refused calls, by hour', () => {
    const state = fold(probes, [
      call(5, { deed: 'use', action: 'bedrock:ListFoundationModels', outcome: 'denied', example: 'e2' }),
      call(9, { deed: 'use', action: 'bedrock:ListFoundationModels', example: 'e1' }),
      call(7, { deed: 'use', action: 'bedrock:ListGuardrails' }),
      call(6, { outcome: 'denied', model: 'm one', count: 2, example: 'e3' }),
      call(HOUR, { outcome: 'invalid', model: 'm one', example: 'e4' }),
      call(8, { outcome: 'throttled' }),
      call(8, { count: 0, outcome: 'denied' }),
    ]);
    expect(probeRows(state)).toEqual([
      {
        kind: 'look',
        name: 'bedrock:ListFoundationModels',
        count: 2,
        first: START + 5,
        last: START + 9,
        example: 'e1',
      },
      { kind: 'denied', name: 'm one', count: 2, first: START + 6, last: START + 6, example: 'e3' },
      { kind: 'invalid', name: 'm one', count: 1, first: START + HOUR, last: START + HOUR, example: 'e4' },
    ]);
  });

  test.each([
    ['names within their families', 1500, 40, 'example.model-', true],
    ['hours without names', 1500, 1500, '', true],
    ['days', 1500, 1500, null, false],
  ])('past the bound keep %s', (_, count, families, kept, hourly) => {
    const refusal = (i: number) => {
      const model = `example.model-${i % families}-v${i}:0`;
      return call(kept === null ? i * HOUR : (i % 20) * HOUR, { outcome: 'denied', model });
    };
    const events = Array.from({ length: count }, (__, i) => refusal(i));
    const state = fold(probes, events);
    const rows = probeRows(state);
    expect(rows.length).toBeLessThanOrEqual(1024);
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(count);
    expect(rows.every(({ name }) => name.startsWith(kept ?? '') && (kept === 'example.model-' || name === ''))).toBe(
      true,
    );
    expect(isHourly(state)).toBe(hourly);
    const merged = fold(probes, events.slice(0, 5));
    probes.merge(merged, fold(probes, events.slice(5)));
    expect(bytes(probes, merged)).toBe(bytes(probes, state));
  });
});

describe('models', () => {
  test('keep days apart, in order, with the first answered call of each', () => {
    const state = fold(models, [
      call(9 * DAY, { model: 'b', tokensIn: 7, example: 'e3' }),
      call(30, { outcome: 'failed', example: 'e0' }),
      call(50, { count: 2, example: 'e2' }),
      call(40, { example: 'e5', tokensOut: 9 }),
      call(10, { outcome: 'denied', model: 'refused' }),
      call(HOUR, { count: 0, tokensIn: 100, example: 'e1' }),
    ]);
    const day = Math.floor(START / DAY);
    expect(modelDays(state)).toEqual([
      { day, model: CALL.model, calls: 4, tokensIn: 100, tokensOut: 9, okFirst: START + 40, example: 'e2' },
      { day: day + 9, model: 'b', calls: 1, tokensIn: 7, tokensOut: 0, okFirst: START + 9 * DAY, example: 'e3' },
    ]);
  });

  test.each([
    [2000, 50, 50],
    [2000, 2000, 1],
  ])('past the bound name families, then nothing: %i models of %i families', (count, families, kept) => {
    const events = Array.from({ length: count }, (_, i) => call(i, { model: `example.m${i % families}-v${i}:0` }));
    const state = fold(models, events);
    expect(new Set(modelDays(state).map(({ model }) => model)).size).toBe(kept);
    expect(modelDays(state).reduce((sum, { calls }) => sum + calls, 0)).toBe(count);
    const merged = fold(models, events.slice(0, 5));
    models.merge(merged, fold(models, events.slice(5)));
    expect(bytes(models, merged)).toBe(bytes(models, state));
  });

  test('days beyond all reason are given up, not kept', () => {
    const events = Array.from({ length: 1100 }, (_, i) => call(i * DAY));
    expect(modelDays(fold(models, events))).toEqual([]);
  });

  test('cut names that no model has', () => {
    const long = 'x'.repeat(100_000);
    expect(modelDays(fold(models, [call(0, { model: long })]))[0]!.model).toBe(long.slice(0, 160));
  });
});

test.each([
  ['anthropic.claude-3-sonnet-20240229-v1:0', 'anthropic.claude-3-sonnet'],
  ['us.anthropic.claude-opus-4-5-20251101-v1:0', 'anthropic.claude-opus-4-5'],
  ['global.anthropic.claude-sonnet-4-5-20250929-v1:0', 'anthropic.claude-sonnet-4-5'],
  ['arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-opus-4-7', 'anthropic.claude-opus-4-7'],
  ['amazon.titan-text-express-v1:0:8k', 'amazon.titan-text-express'],
  ['gpt-4o-2024-08-06', 'gpt-4o'],
  ['claude-3-5-haiku-latest', 'claude-3-5-haiku'],
  ['claude-opus-4@20250514', 'claude-opus-4'],
  ['global', 'global'],
  ['', ''],
])('%s is of the family %s', (model, family) => {
  expect(modelFamily(model)).toBe(family);
});

test('browsers are kept day by day; tokens alone are not use, nor do programs count', () => {
  const day = START / DAY;
  const state = fold(browsers, [
    call(5, { agent: 'browser', count: 2, last: START + 9 }),
    call(1, { agent: 'browser' }),
    call(0, { agent: 'browser', count: 0, tokensIn: 5 }),
    call(3, { agent: '__proto__' }),
    call(DAY, { agent: 'browser' }),
  ]);
  expect([...browserDays(state)]).toEqual([
    { day, first: START + 1, last: START + 9 },
    { day: day + 1, first: START + DAY, last: START + DAY },
  ]);
});

test('a sign-in that failed has no place and no network; a refused call and a sign-in have', () => {
  const place: Place = { ...NOWHERE, country: 'SG', why: 'located' };
  const seen = [
    call(1, { deed: 'sign-in', outcome: 'failed' }),
    call(2, { deed: 'sign-in', outcome: 'denied' }),
    call(3, { deed: 'sign-in', count: 5 }),
    call(4, { outcome: 'denied' }),
  ];
  const [located, reached] = [places.empty(), networks.empty()];
  for (const event of seen) {
    places.add(located, event, place);
    networks.add(reached, event, place);
  }
  const used = { country: 'SG', count: 6, first: START + 3, last: START + 4 };
  expect([...placeHours(located)]).toMatchObject([used]);
  expect(networkRows(reached)).toMatchObject([used]);
});

test('activity knows the days of use', () => {
  const state = fold(activity, [
    call(DAY + 5),
    call(5, { count: 2 }),
    call(HOUR),
    call(2 * DAY, { count: 0, tokensIn: 1 }),
  ]);
  const day = START / DAY;
  expect([...activityDays(state)]).toEqual([
    { day, count: 3, first: START + 5, last: START + HOUR },
    { day: day + 1, count: 1, first: START + DAY + 5, last: START + DAY + 5 },
  ]);
});

describe('tokens that a log of calls and a log of tokens both tell', () => {
  const streamed = { ...CALL, count: 0, tokensIn: 900, tokensOut: 40 };
  const logged = { ...CALL, count: 0, agent: 'invocation-log', tokensIn: 2_000, tokensOut: 30 };
  const later = { ...logged, hour: CALL.hour + 3, tokensIn: 7 };
  const table = <S>(facet: Facet<S>): S => {
    const state = facet.empty();
    for (const event of [streamed, later, logged, CALL]) facet.add(state, event, NOWHERE);
    return state;
  };

  test('count once: the fuller count of each hour holds', () => {
    expect(
      hoursWithTokens(table(volume), table(loggedTokens)).map(({ hour, calls, tokensIn, tokensOut }) => [
        hour - CALL.hour,
        calls,
        tokensIn,
        tokensOut,
      ]),
    ).toEqual([
      [0, 1, 2_000, 40],
      [3, 0, 7, 30],
    ]);
  });

  test('and of each day', () => {
    const days = spendingDays(table(spending), table(loggedTokens));
    expect(days.map(({ calls, tokens }) => [calls, tokens])).toEqual([[1, 2_067]]);
  });
});
