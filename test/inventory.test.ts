import { describe, expect, test } from 'vitest';
import { coverageOf } from '../src/coverage.ts';
import { newRecord, observe } from '../src/credentials.ts';
import { censusKey, settleInventory } from '../src/inventory.ts';
import { judge } from '../src/judge.ts';
import { unnamedKey } from '../src/kinds.ts';
import { type Ledger, merge, note, noteCensus, openLedger, record } from '../src/ledger.ts';
import type { Sight, View, Views } from '../src/model/coverage.ts';
import type { Credential } from '../src/model/credential.ts';
import { planFor } from '../src/plan.ts';
import { rules } from '../src/rules/index.ts';
import { DAY, HOUR, SECOND } from '../src/time.ts';
import { eventOf } from './event.ts';
import { defaultRules } from './judgement.ts';

const NOW = Date.UTC(2026, 10, 20);
const USER = 'arn:aws:iam::123456789012:user/ci';
const KEY = 'AKIAIOSFODNN7EXAMPLE';
const OTHER = 'AKIAI44QH8DHBEXAMPLE';
const BASE = { provider: 'aws', kind: 'access-key', owner: USER, account: '123456789012' } as const;

type Told = Partial<Credential> & { readonly id: string };

/** Times of what is told count from now. */
function sighting({ observedAt = 0, createdAt, lastUsedAt, expiresAt, ...told }: Told): Credential {
  return {
    ...BASE,
    ...told,
    observedAt: NOW + observedAt,
    ...(createdAt !== undefined && { createdAt: NOW + createdAt }),
    ...(lastUsedAt !== undefined && { lastUsedAt: NOW + lastUsedAt }),
    ...(expiresAt !== undefined && { expiresAt: NOW + expiresAt }),
  };
}

const ROW_1 = unnamedKey(USER, 1);
const ROW_2 = unnamedKey(USER, 2);
/** Of a list that bears no date, counted from now as all times here. */
const UNDATED = 1 - NOW;
const row = (id: string, told: Partial<Credential> = {}): Told => ({ id, active: true, isUseKnown: true, ...told });

describe('what is known once inventories are held against it', () => {
  interface Case {
    readonly title: string;
    readonly told: readonly Told[];
    /** When the access keys of the account were listed whole. */
    readonly census?: number;
    readonly seen?: Readonly<Record<string, number>>;
    /** Ids with whether they are active. */
    readonly settled: Readonly<Record<string, boolean | undefined>>;
  }

  const CASES: readonly Case[] = [
    {
      title: 'a row is the key of that user made in the same second',
      told: [{ id: KEY, createdAt: -9 * DAY }, { id: OTHER, createdAt: -3 * DAY }, row(ROW_1, { createdAt: -9 * DAY })],
      settled: { [KEY]: true, [OTHER]: undefined },
    },
    {
      title: 'two rows are two keys',
      told: [
        { id: KEY, createdAt: -9 * DAY },
        { id: OTHER, createdAt: -3 * DAY },
        row(ROW_1, { createdAt: -3 * DAY + SECOND }),
        row(ROW_2, { createdAt: -9 * DAY, active: false }),
      ],
      settled: { [KEY]: false, [OTHER]: true },
    },
    {
      title: 'two keys made in one second: which row is which is not guessed',
      told: [
        { id: KEY, createdAt: -9 * DAY },
        { id: OTHER, createdAt: -9 * DAY },
        row(ROW_1, { createdAt: -9 * DAY }),
        row(ROW_2, { createdAt: -9 * DAY, active: false }),
      ],
      settled: { [KEY]: undefined, [OTHER]: undefined, [ROW_1]: true, [ROW_2]: false },
    },
    {
      title: 'the only row of a user is the only key that the logs know',
      told: [{ id: KEY }, row(ROW_1, { createdAt: -9 * DAY })],
      seen: { [KEY]: -2 * DAY },
      settled: { [KEY]: true },
    },
    {
      title: 'but not one that was at work before the key of the row was made',
      told: [{ id: KEY }, row(ROW_1, { createdAt: -9 * DAY })],
      seen: { [KEY]: -12 * DAY },
      settled: { [KEY]: undefined, [ROW_1]: true },
    },
    {
      title: 'nor one that was deleted before',
      told: [{ id: KEY, active: false, observedAt: -12 * DAY }, row(ROW_1, { createdAt: -9 * DAY })],
      settled: { [KEY]: false, [ROW_1]: true },
    },
    {
      title: 'nor one of another age',
      told: [{ id: KEY, createdAt: -8 * DAY }, row(ROW_1, { createdAt: -9 * DAY })],
      settled: { [KEY]: undefined, [ROW_1]: true },
    },
    {
      title: 'one row and two keys of unknown age: it may be either',
      told: [{ id: KEY }, { id: OTHER }, row(ROW_1, { createdAt: -9 * DAY })],
      settled: { [KEY]: undefined, [OTHER]: undefined, [ROW_1]: true },
    },
    {
      title: 'a saved list of keys that does not say which account it is of names them all the same',
      told: [
        { id: KEY, owner: 'arn:aws:iam:::user/ci', account: '', createdAt: -9 * DAY, observedAt: UNDATED - 1 },
        row(ROW_1, { createdAt: -9 * DAY, observedAt: UNDATED }),
      ],
      settled: { [KEY]: true },
    },
    {
      title: 'rows of another user are of other keys',
      told: [{ id: KEY, createdAt: -9 * DAY, owner: `${USER}-2` }, row(ROW_1, { createdAt: -9 * DAY })],
      settled: { [KEY]: undefined, [ROW_1]: true },
    },
    {
      title: 'what the newest whole listing lacks is gone',
      told: [
        { id: KEY, active: true, observedAt: -30 * DAY },
        { id: OTHER, active: true, observedAt: -DAY },
      ],
      census: -DAY,
      settled: { [KEY]: false, [OTHER]: true },
    },
    {
      title: 'but not what was made or used since',
      told: [
        { id: KEY, active: true, observedAt: -30 * DAY },
        { id: OTHER, createdAt: -HOUR },
      ],
      census: -DAY,
      seen: { [KEY]: -HOUR },
      settled: { [KEY]: true, [OTHER]: undefined },
    },
    {
      title: 'nor what is of another kind or account, or stands for the use of keys',
      told: [
        { id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', active: true, observedAt: -30 * DAY },
        { id: KEY, account: '210987654321', active: true, observedAt: -30 * DAY },
        { id: `${USER}/bedrock`, kind: 'bedrock-key' },
      ],
      census: -DAY,
      settled: { ACCAIOSFODNN7EXAMPLE: true, [KEY]: true, [`${USER}/bedrock`]: undefined },
    },
  ];

  test.each(CASES)('$title', ({ told, census, seen = {}, settled }) => {
    const censuses = new Map(census === undefined ? [] : [[censusKey(BASE), NOW + census]]);
    const lastSeen = (id: string): number => (seen[id] === undefined ? Number.NEGATIVE_INFINITY : NOW + seen[id]);
    const settle = (order: readonly Told[]) => {
      const known = settleInventory(order.map(recordOf), censuses, lastSeen);
      return Object.fromEntries(known.map(({ id, active }) => [id, active]));
    };
    expect(settle(told)).toEqual(settled);
    expect(settle([...told].reverse())).toEqual(settled);
  });

  function recordOf(told: Told) {
    const held = newRecord(told.id);
    observe(held, sighting(told));
    return held;
  }

  test('a row brings its dates to the key, and takes none of its own along', () => {
    const told = [{ id: KEY }, row(ROW_1, { createdAt: -9 * DAY, lastUsedAt: -DAY })];
    expect(settleInventory(told.map(recordOf), new Map(), () => NOW)).toEqual([
      { ...sighting(row(KEY, { createdAt: -9 * DAY, lastUsedAt: -DAY })) },
    ]);
  });

  test('a key that took the place of another in a later report is another', () => {
    const ledger = ledgerOf([
      row(unnamedKey(USER, 1, NOW - 300 * DAY), { createdAt: -300 * DAY, observedAt: -40 * DAY }),
      row(unnamedKey(USER, 1, NOW - 30 * DAY), { createdAt: -30 * DAY, observedAt: -DAY, lastUsedAt: -DAY }),
    ]);
    noteCensus(ledger, { ...BASE, observedAt: NOW - DAY });
    expect(said(ledger)).toEqual([]);
  });
});

describe('an inventory alone, without any logs', () => {
  const listed = [
    row(ROW_1, { createdAt: -400 * DAY, lastUsedAt: -60 * DAY, observedAt: -HOUR }),
    row(ROW_2, { createdAt: -50 * DAY, observedAt: -HOUR }),
    { id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', active: true, createdAt: -80 * DAY, observedAt: -HOUR },
    {
      id: 'ACCA222222222EXAMPLE',
      kind: 'claude-platform-key',
      active: true,
      createdAt: -80 * DAY,
      expiresAt: 120 * DAY,
      observedAt: -HOUR,
    },
  ] as const satisfies readonly Told[];

  test('says all it can of what it lists', () => {
    expect(said(ledgerOf(listed))).toEqual([
      `long-lived-key high ${ROW_1}: Created 399 days ago; the limit is 90.`,
      `dormant-key medium ${ROW_1}: Not used for 59 days; the limit is 45.`,
      `dormant-key medium ${ROW_2}: Never used in the 49 days after its creation; the limit is 45.`,
      'long-ttl medium ACCA222222222EXAMPLE: This Claude Platform API key was made for 200 days; the limit is 90.',
      'never-expires medium ACCAIOSFODNN7EXAMPLE: This Bedrock API key has no expiry date, 79 days after its creation.',
      `keys-overlap low ${USER} access-key: user/ci has 2 active access keys, and had more than one for 49 days; a rotation takes 7 at most.`,
    ]);
  });

  test('made a month ago, it speaks of then', () => {
    const old = listed.map(told => ({ ...told, observedAt: -30 * DAY }));
    expect(said(ledgerOf(old))).toEqual([
      `long-lived-key high ${ROW_1}: Was 370 days old when last known to be active, on 2026-10-21; the limit is 90.`,
      'long-ttl medium ACCA222222222EXAMPLE: This Claude Platform API key was made for 200 days; the limit is 90.',
      'never-expires medium ACCAIOSFODNN7EXAMPLE: This Bedrock API key has no expiry date, 50 days after its creation.',
      `keys-overlap low ${USER} access-key: user/ci has 2 active access keys, and had more than one for 20 days up to 2026-10-21; a rotation takes 7 at most.`,
    ]);
  });

  test('without a date, it speaks of now, and of use up to the newest date in it', () => {
    const undated = listed.map(told => ({ ...told, observedAt: UNDATED }));
    expect(
      said(
        ledgerOf([
          ...undated,
          row(unnamedKey(`${USER}-2`, 1), { owner: `${USER}-2`, createdAt: -5 * DAY, observedAt: UNDATED }),
        ]),
      ),
    ).toEqual([
      `long-lived-key high ${ROW_1}: Created 400 days ago; the limit is 90.`,
      `dormant-key medium ${ROW_1}: Not used for 55 days up to 2026-11-15; the limit is 45.`,
      `dormant-key medium ${ROW_2}: Never used in the 45 days after its creation up to 2026-11-15; the limit is 45.`,
      'long-ttl medium ACCA222222222EXAMPLE: This Claude Platform API key was made for 200 days; the limit is 90.',
      'never-expires medium ACCAIOSFODNN7EXAMPLE: This Bedrock API key has no expiry date, 80 days after its creation.',
      `keys-overlap low ${USER} access-key: user/ci has 2 active access keys, and had more than one for 50 days; a rotation takes 7 at most.`,
    ]);
  });

  test('leaves no rule about how long keys live blind', () => {
    const blind: View = { blind: true, gaps: ['an inventory tells of keys alone'] };
    const sights: readonly Sight[] = ['calls', 'tokens', 'places', 'deeds', 'sign-ins'];
    const views = { ...Object.fromEntries(sights.map(sight => [sight, blind])), inventory: { blind: false, gaps: [] } };
    const source = { id: 'report.csv', views: views as unknown as Views, missing: '', until: Number.NEGATIVE_INFINITY };
    const lifetime = rules.filter(({ family }) => family === 'lifetime');
    const states = coverageOf(lifetime, [source], [], null).map(({ rule, state }) => [rule, state]);
    expect(Object.fromEntries(states)).toEqual({
      'dormant-key': 'partial',
      'dormant-key-revived': 'blind',
      'key-exposed': 'blind',
      'key-minted': 'blind',
      'keys-overlap': 'evaluated',
      'long-lived-key': 'evaluated',
      'long-ttl': 'partial',
      'never-expires': 'evaluated',
      'root-credential': 'partial',
      'trust-opened': 'blind',
    });
  });
});

describe('an inventory beside logs', () => {
  const listed = row(KEY, { createdAt: -400 * DAY, lastUsedAt: -60 * DAY, observedAt: -HOUR });

  test('of before: the inventory has the last word', () => {
    const ledger = ledgerOf([listed]);
    use(ledger, KEY, -200, -150);
    expect(said(ledger)).toEqual([
      `long-lived-key high ${KEY}: Created 399 days ago; the limit is 90.`,
      `dormant-key medium ${KEY}: Not used for 59 days; the limit is 45.`,
    ]);
  });

  test('of since: the logs have', () => {
    const ledger = ledgerOf([{ ...listed, observedAt: -30 * DAY, lastUsedAt: -90 * DAY }]);
    use(ledger, KEY, -20, 0);
    expect(said(ledger)).toEqual([`long-lived-key high ${KEY}: Created 400 days ago; the limit is 90.`]);
  });

  test('a key that a newer listing lacks is quiet, whichever part is read first', () => {
    const parts = (): Ledger[] => {
      const [older, newer] = [ledgerOf([{ ...listed, observedAt: -30 * DAY }]), ledgerOf([])];
      noteCensus(older, { ...BASE, observedAt: NOW - 30 * DAY });
      noteCensus(newer, { ...BASE, observedAt: NOW - DAY });
      return [older, newer];
    };
    const [first, second] = [parts(), parts().reverse()];
    for (const [into, from] of [first, second]) merge(into!, from!);
    expect([said(first[0]!), said(second[0]!)]).toEqual([[], []]);
    expect(said(parts()[0]!)).toHaveLength(1);
  });
});

function ledgerOf(told: readonly Told[]): Ledger {
  const ledger = openLedger(planFor(rules));
  for (const one of told) note(ledger, sighting(one));
  return ledger;
}

/** Use on every day from one to another, counted from now, and the logs that tell of it. */
function use(ledger: Ledger, credential: string, from: number, until: number): void {
  for (let day = from; day <= until; day++) {
    const place = { country: '', site: '', egress: false, operator: '', why: 'reserved' } as const;
    record(ledger, eventOf({ credential, at: NOW + day * DAY, example: `e${day}` }), place);
  }
  const span = { from: NOW + from * DAY, until: NOW + until * DAY };
  ledger.slices.set('logs', { source: 'logs', key: '', ...span, complete: true, note: '' });
}

const said = (ledger: Ledger): string[] =>
  judge(ledger, defaultRules, { since: null, now: NOW }).findings.map(
    ({ rule, severity, subject, message }) => `${rule} ${severity} ${subject}: ${message}`,
  );
