import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asCredential, mergeRecords, newRecord, observe } from '../src/credentials.ts';
import { Seen } from '../src/dedupe.ts';
import { lifetime } from '../src/facets/lifetime.ts';
import { networks } from '../src/facets/networks.ts';
import { places } from '../src/facets/places.ts';
import { addSlice, decode, encode, merge, note, openLedger, record } from '../src/ledger.ts';
import type { Credential } from '../src/model/credential.ts';
import type { AuditEvent } from '../src/model/event.ts';
import type { Plan } from '../src/plan.ts';
import { type Placed, placedEvents } from './arbitrary.ts';
import { eventOf } from './event.ts';

const plan: Plan = { facets: [lifetime, networks, places], grain: ['address', 'credential', 'deed', 'hour'] };

const sighting: fc.Arbitrary<Credential> = fc.record(
  {
    id: fc.constantFrom('key-a', 'key-b'),
    provider: fc.constantFrom('aws', 'azure'),
    kind: fc.constantFrom('access-key', 'role', 'unknown'),
    owner: fc.constantFrom('', 'x', 'y'),
    account: fc.constantFrom('', '123456789012'),
    observedAt: fc.nat(3),
    active: fc.boolean(),
    createdAt: fc.nat(9),
    expiresAt: fc.nat(9),
    lastUsedAt: fc.nat(9),
    parent: fc.constantFrom('p', 'q'),
  },
  { requiredKeys: ['id', 'provider', 'kind', 'owner', 'account', 'observedAt'] },
);

describe('the ledger', () => {
  test('parts folded apart and merged in any order encode as the whole', () => {
    fc.assert(
      fc.property(placedEvents(9), fc.array(sighting), fc.nat(60), fc.nat(9), (events, seen, cut, split) => {
        const whole = ledgerOf(events, seen);
        const [left, right] = [
          ledgerOf(events.slice(0, cut), seen.slice(split)),
          ledgerOf(events.slice(cut), seen.slice(0, split)),
        ];
        merge(right, left);
        expect(text(right)).toBe(text(whole));
        expect(text(decode(plan, JSON.parse(text(whole))))).toBe(text(whole));
      }),
      { numRuns: 50 },
    );
  });

  test('refuses to count one slice twice', () => {
    const slice = { source: 'logs', key: 'a.json', from: 1, until: 2, complete: true, note: '' };
    const [left, right] = [openLedger(plan), openLedger(plan)];
    addSlice(left, slice);
    addSlice(right, slice);
    expect(() => merge(left, right)).toThrow("the slice 'a.json' of 'logs' was read twice");
  });

  test('refuses a ledger folded for other facets', () => {
    const stored = encode(openLedger({ ...plan, facets: [lifetime] }));
    expect(() => decode(plan, stored)).toThrow('the ledger was folded for other rules');
  });
});

describe('what is known of a credential', () => {
  test('does not depend on the order in which it was seen', () => {
    fc.assert(
      fc.property(fc.array(sighting), fc.nat(), (seen, seed) => {
        const shuffled = [...seen].sort((a, b) => order(a, seed) - order(b, seed));
        expect(known(shuffled)).toEqual(known(seen));
      }),
    );
  });

  test('a later silence about a field leaves what was said before', () => {
    const base = { id: 'k', provider: 'aws', kind: 'access-key', account: '1' } as const;
    const record = newRecord('k');
    observe(record, { ...base, owner: 'x', observedAt: 1, active: true, createdAt: 5 });
    observe(record, { ...base, owner: '', observedAt: 9, active: false });
    const other = newRecord('k');
    observe(other, { ...base, owner: 'y', observedAt: 3 });
    mergeRecords(record, other);
    expect(asCredential(record)).toEqual({ ...base, owner: 'y', observedAt: 9, active: false, createdAt: 5 });
  });
});

describe('de-duplication', () => {
  const event = (example: string, over: Partial<AuditEvent> = {}): AuditEvent => eventOf({ example, ...over });
  const guid = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

  test.each([
    ['a GUID', guid(1)],
    ['another kind of id', 'event-1'],
  ])('%s is counted once per body', (_, id) => {
    const seen = new Seen();
    const answers = [event(id), event(id), event(id, { address: '192.0.2.2' }), event(id)].map(e => seen.add(e, 0));
    expect({ answers, duplicates: seen.duplicates, conflicts: seen.conflicts }).toEqual({
      answers: [true, false, true, false],
      duplicates: 2,
      conflicts: 1,
    });
  });

  test('events without an id are never taken for each other', () => {
    const seen = new Seen();
    expect([seen.add(event(''), 0), seen.add(event(''), 0)]).toEqual([true, true]);
  });

  test.each([
    ['a GUID', guid(1)],
    ['another kind of id', 'event-1'],
  ])('%s is found in the first by name of its files, whatever their order and its bodies', (_, id) => {
    const stories: readonly (readonly [file: string, over: Partial<AuditEvent>])[] = [
      ['c', {}],
      ['b', {}],
      ['d', {}],
      ['a', { address: '192.0.2.2' }],
    ];
    for (const told of [stories, [...stories].reverse()]) {
      const seen = new Seen();
      for (const [file, over] of told) seen.add(event(id, over), seen.openFile(file));
      expect([id, guid(2), 'event-2', ''].map(other => seen.fileOf(other))).toEqual(['a', null, null, null]);
    }
  });

  test('is exact over a hundred thousand ids that differ in one place', () => {
    const seen = new Seen();
    const ids = Array.from({ length: 100_000 }, (_, i) => (i % 2 === 0 ? guid(i) : guid(i * 2 ** 24)));
    const unique = new Set(ids).size;
    const fresh = [...ids, ...ids].filter(id => seen.add(event(id), 0)).length;
    expect({ fresh, conflicts: seen.conflicts }).toEqual({ fresh: unique, conflicts: 0 });
  });
});

function ledgerOf(events: readonly Placed[], seen: readonly Credential[]) {
  const ledger = openLedger(plan);
  for (const [event, place] of events) record(ledger, event, place);
  for (const credential of seen) note(ledger, credential);
  return ledger;
}

const text = (ledger: ReturnType<typeof openLedger>): string => JSON.stringify(encode(ledger));

const order = (credential: Credential, seed: number): number =>
  Math.imul(seed + credential.observedAt * 7 + (credential.createdAt ?? 3) * 31, 0x9e3779b1) % 97;

function known(seen: readonly Credential[]): unknown {
  const ledger = openLedger(plan);
  for (const credential of seen) note(ledger, credential);
  return encode(ledger).credentials.map(([, held]) => asCredential(held));
}
