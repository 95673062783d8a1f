import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DeedRow, deedEvidence, deedRows, deeds, groupDeeds, sumDeeds } from '../src/facets/deeds.ts';
import { timeBetween } from '../src/facets/stretch.ts';
import type { AuditEvent, Deed, Outcome, Place } from '../src/model/event.ts';
import { DAY, HOUR, hourOf, MINUTE } from '../src/time.ts';
import { type Placed, placedEvents } from './arbitrary.ts';

const START = Date.UTC(2026, 9, 1);

describe('deedRows', () => {
  test('tells what was done, to what, when and from where', () => {
    const state = fold([
      placed({ at: START, target: 'AKIAIOSFODNN7EXAMPLE', example: 'b' }, 'DE'),
      placed({ at: START + MINUTE, target: 'AKIAIOSFODNN7EXAMPLE', example: 'a' }, 'DE'),
      placed({ at: START + HOUR, target: 'AKIAIOSFODNN7EXAMPLE', example: 'c', mfa: 'no' }),
      placed({ at: START, deed: 'use' }),
      placed({ at: START, deed: 'infer' }),
      placed({ at: START, deed: 'issue' }),
      placed({ at: START, outcome: 'denied', target: 'x' }),
      placed({ at: START, count: 0, target: 'y' }),
    ]);
    const row = { deed: 'create', action: 'iam:CreateAccessKey', outcome: 'ok', target: 'AKIAIOSFODNN7EXAMPLE' };
    expect(deedRows(state, 'create')).toEqual([
      {
        ...row,
        isCoarse: false,
        country: 'DE',
        address: '192.0.2.1',
        mfa: '',
        count: 2,
        first: START,
        last: START + MINUTE,
        example: 'a',
      },
      {
        ...row,
        isCoarse: false,
        country: '',
        address: '192.0.2.1',
        mfa: 'no',
        count: 1,
        first: START + HOUR,
        last: START + HOUR,
        example: 'c',
      },
    ]);
    expect(deedRows(state, 'create', 'denied').map(({ target }) => target)).toEqual(['x']);
    expect(deeds.encode(state)).toHaveProperty('1.length', 3);
  });

  test('a separator in a name does not make two of it', () => {
    const state = fold([placed({ at: START, target: 'a\x1fb', action: 'x\x1fy' })]);
    expect(deedRows(state, 'create')).toMatchObject([{ action: 'x\ufffdy', target: 'a\ufffdb', country: '' }]);
  });

  test('a target that reads like one given up is none', () => {
    const state = fold([placed({ at: START, target: '\x1e' }), placed({ at: START, target: '' })]);
    expect(deedRows(state, 'create').map(({ target, isCoarse }) => [target, isCoarse])).toEqual([
      ['', false],
      ['\ufffd', false],
    ]);
  });
});

describe('past the bound', () => {
  const mint = placed({ at: START + 5 * MINUTE, target: 'AKIAIOSFODNN7EXAMPLE' }, 'DE');

  const total = (rows: readonly DeedRow[]) => rows.reduce((sum, { count }) => sum + count, 0);

  /** One of each deed whose target an intruder would have washed out. */
  const lasting = (['create', 'trust', 'silence', 'expose'] as const).map(deed =>
    placed({ at: START + 5 * MINUTE, deed, action: `x:${deed}`, target: `the one of ${deed}` }, 'DE'),
  );

  test.each<[string, Partial<AuditEvent>]>([
    ['reads of many secrets', { deed: 'reveal', action: 'secretsmanager:GetSecretValue' }],
    ['many sign-ins', { deed: 'sign-in', action: 'signin:ConsoleLogin' }],
    ['many refused attempts', { outcome: 'denied' }],
    ['many grants', { deed: 'grant', action: 'iam:PutRolePolicy' }],
    ['many keys disabled', { deed: 'disable', action: 'iam:UpdateAccessKey' }],
    ['many keys deleted', { deed: 'delete', action: 'iam:DeleteAccessKey' }],
  ])('%s do not wash out the name of what was made, opened, silenced or exposed', (_, told) => {
    const countries = ['BR', 'DE', 'SG', 'US'];
    const noise = many(2_000, told, i => ({ at: START + i * HOUR })).map(([event], i) =>
      placed(event, countries[i % 4]),
    );
    const state = fold([...lasting, ...noise]);
    for (const [{ deed, target }] of lasting) {
      expect(deedRows(state, deed)).toMatchObject([
        { count: 1, target, isCoarse: false, country: 'DE', address: '192.0.2.1', first: START + 5 * MINUTE },
      ]);
    }
    expect(rowCount(state)).toBeLessThanOrEqual(512);
    const rest = deedRows(state, told.deed ?? 'create', told.outcome);
    expect([total(rest), rest.every(({ target, isCoarse }) => target === '' && isCoarse)]).toEqual([2_000, true]);
  });

  test('reads give up their targets before grants do, and grants before keys that were ended', () => {
    const reads = many(600, { deed: 'reveal' });
    const grant = placed({ deed: 'grant', at: START, target: 'bob' });
    const end = placed({ deed: 'disable', at: START, target: 'old key' });
    expect(deedRows(fold([...reads, grant, end]), 'grant')).toMatchObject([{ target: 'bob', isCoarse: false }]);
    expect(deedRows(fold([...reads, ...many(600, { deed: 'grant' }), end]), 'disable')).toMatchObject([
      { target: 'old key', isCoarse: false },
    ]);
  });

  test('many roles that trust others do not wash out the name of a key that was made', () => {
    const state = fold([mint, ...many(600, { deed: 'trust', action: 'iam:CreateRole' })]);
    expect(deedRows(state, 'create')).toMatchObject([{ target: 'AKIAIOSFODNN7EXAMPLE', isCoarse: false }]);
    expect(deedRows(state, 'trust')).toMatchObject([{ count: 600, target: '', isCoarse: true }]);
  });

  test('what was never named is not taken for what is no longer', () => {
    const state = fold([...many(3, { deed: 'grant' }, () => ({ target: '' })), ...many(600, { deed: 'grant' })]);
    expect(deedRows(state, 'grant').map(({ target, isCoarse, count }) => [target, isCoarse, count])).toEqual([
      ['', false, 3],
      ['', true, 600],
    ]);
  });

  test('first the addresses are given up', () => {
    const rows = deedRows(fold(many(600, {}, i => ({ at: START, target: `key-${i % 300}` }))), 'create');
    expect([rows.length, total(rows)]).toEqual([300, 600]);
    expect(new Set(rows.map(({ address }) => address))).toEqual(new Set(['']));
  });

  test('then the hours, the days, the countries, then the targets, then all times, and nothing is lost', () => {
    const hours = deedRows(fold(many(1_200, {}, i => ({ at: START + i * HOUR, target: 'key' }))), 'create');
    expect([hours.length, total(hours), hours[0]!.target]).toEqual([50, 1_200, 'key']);
    const days = deedRows(fold(many(1_200, {}, i => ({ at: START + i * DAY, target: `key-${i % 9}` }))), 'create');
    expect([total(days), new Set(days.map(({ target }) => target)).size]).toEqual([1_200, 9]);
    expect(days.every(({ first, last }) => last - first < 30 * DAY)).toBe(true);
    const targets = deedRows(fold(many(1_200, {}, i => ({ at: START + i * HOUR }))), 'create');
    expect([targets.length, total(targets), targets.every(({ isCoarse }) => isCoarse)]).toEqual([3, 1_200, true]);
    const times = deedRows(fold(many(1_200, {}, i => ({ at: START + i * 30 * DAY }))), 'create');
    expect(times).toHaveLength(1);
    expect(times[0]).toMatchObject({ count: 1_200, first: START, last: START + 1_199 * 30 * DAY, isCoarse: true });
  });

  test('a fine part merged into a coarse one, and the reverse, is the whole', () => {
    const parts = [
      [mint],
      many(100, { deed: 'reveal' }),
      many(700, { deed: 'reveal' }, i => ({ at: START + i * HOUR })),
      many(700, {}, i => ({ at: START + i * HOUR, target: `key-${i % 7}` })),
      many(700, {}, i => ({ at: START + i * DAY })),
      many(700, { deed: 'grant' }, i => ({ at: START + i * HOUR })),
      many(700, { deed: 'grant' }, () => ({ target: '' })),
      many(700, { deed: 'delete' }, i => ({ at: START + i * DAY, target: `key-${i % 30}` })),
      many(700, { deed: 'trust' }),
      many(700, { deed: 'silence' }, i => ({ at: START + i * 30 * DAY })),
    ];
    for (const coarse of parts) {
      for (const fine of parts) {
        const whole = JSON.stringify(deeds.encode(fold([...coarse, ...fine])));
        const merged = fold(coarse);
        deeds.merge(merged, fold(fine));
        expect(JSON.stringify(deeds.encode(merged))).toBe(whole);
      }
    }
  });

  test('any order, any split of many deeds is the whole', () => {
    const wide = fc
      .tuple(placedEvents(5_000), fc.nat(900), fc.nat(900), fc.nat(900))
      .map(([events, reads, mints, grants]): Placed[] => [
        ...events,
        ...many(reads, { deed: 'reveal' }, i => ({ at: START + i * HOUR })),
        ...many(mints, {}, i => ({ at: START + i * HOUR, target: `key-${i % 20}` })),
        ...many(grants, { deed: 'grant' }, i => ({ at: START + i * MINUTE, target: i % 5 === 0 ? '' : `role-${i}` })),
      ]);
    fc.assert(
      fc.property(wide, fc.integer({ min: 2, max: 7 }), (events, step) => {
        const sides = [0, 1].map(side => fold(events.filter((_, i) => (i % step === 0) === (side === 0)).reverse()));
        deeds.merge(sides[1]!, sides[0]!);
        expect(JSON.stringify(deeds.encode(sides[1]!))).toBe(JSON.stringify(deeds.encode(fold(events))));
        expect(rowCount(sides[1]!)).toBeLessThanOrEqual(512);
      }),
      { numRuns: 25 },
    );
  });
});

describe('sums', () => {
  const rows = deedRows(
    fold([
      placed({ at: START, target: 'a', example: 'y' }, 'SG'),
      placed({ at: START + HOUR, target: 'a', example: 'x', address: '' }),
      placed({ at: START + 2 * HOUR, target: 'b', example: '' }, 'DE'),
    ]),
    'create',
  );

  test('groups agree in action and target', () => {
    expect(groupDeeds(rows).map(group => group.map(({ target }) => target))).toEqual([['a', 'a'], ['b']]);
    expect(groupDeeds([])).toEqual([]);
  });

  test('a sum has every place, the whole time and a few events, the earliest first', () => {
    const sum = sumDeeds(rows);
    expect(sum).toEqual({
      count: 3,
      first: START,
      last: START + 2 * HOUR,
      countries: ['DE', 'SG'],
      addresses: ['192.0.2.1'],
      examples: ['y', 'x'],
    });
    expect(deedEvidence(sum)).toEqual({
      times: 3,
      first: '2026-10-01T00:00:00.000Z',
      last: '2026-10-01T02:00:00.000Z',
      countries: ['DE', 'SG'],
      addresses: ['192.0.2.1'],
      examples: ['y', 'x'],
    });
  });

  test.each([
    [0, 10, 20, 30, 10],
    [20, 30, 0, 10, 10],
    [0, 20, 10, 30, 0],
    [0, 30, 10, 20, 0],
  ])('between %i–%i and %i–%i lie %i', (a, b, c, d, between) => {
    expect(timeBetween({ first: a, last: b }, { first: c, last: d })).toBe(between);
  });
});

type State = ReturnType<typeof deeds.empty>;

function fold(events: readonly Placed[]): State {
  const state = deeds.empty();
  for (const [event, place] of events) deeds.add(state, event, place);
  return state;
}

const rowCount = (state: State): number => (deeds.encode(state) as [number, unknown[]])[1].length;

/** Deeds that share nothing but what is told of them: each its own target and address. */
function many(
  count: number,
  told: Partial<AuditEvent>,
  each: (i: number) => Partial<AuditEvent> = () => ({}),
): Placed[] {
  return Array.from({ length: count }, (_, i) => {
    const own = { at: START + i, target: `target-${i}`, address: `198.51.100.${i % 250}`, example: `e${i}` };
    return placed({ ...own, ...told, ...each(i) });
  });
}

function placed(told: Partial<AuditEvent>, country = ''): Placed {
  const at = told.at ?? START;
  const place: Place = {
    country,
    site: '',
    egress: false,
    operator: '',
    why: country === '' ? 'reserved' : 'declared',
  };
  const event: AuditEvent = {
    count: 1,
    tokensIn: 0,
    tokensOut: 0,
    microUsd: 0,
    ttl: 0,
    example: 'e',
    credential: 'AKIAI44QH8DHBEXAMPLE',
    session: '',
    principal: 'arn:aws:iam::123456789012:user/ci',
    account: '123456789012',
    deed: 'create' satisfies Deed,
    action: 'iam:CreateAccessKey',
    outcome: 'ok' satisfies Outcome,
    address: '192.0.2.1',
    agent: 'aws-cli',
    region: 'us-east-1',
    inferenceRegion: '',
    model: '',
    mfa: '',
    target: '',
    ...told,
    at,
    last: at,
    hour: hourOf(at),
  };
  return [event, place];
}
