import { type CredentialRecord, encodeRecord, mergeRecords, newRecord, observe } from './credentials.ts';
import type { Slice } from './model/coverage.ts';
import { censusKey } from './inventory.ts';
import type { Census, Credential } from './model/credential.ts';
import type { AuditEvent, Place } from './model/event.ts';
import type { Plan } from './plan.ts';
import { dayOfHour } from './time.ts';

/** Everything remembered of what was read: one profile per credential, one state per facet of the plan. */
export interface Ledger {
  readonly plan: Plan;
  readonly credentials: Map<string, CredentialRecord>;
  /** When the credentials of an account and kind were last listed whole. */
  readonly censuses: Map<string, number>;
  readonly profiles: Map<string, unknown[]>;
  readonly slices: Map<string, Slice>;
  /** UTC days on which anything at all was seen: one stray date covers one day, not all between. */
  readonly days: Set<number>;
}

export const openLedger = (plan: Plan): Ledger => ({
  plan,
  credentials: new Map(),
  censuses: new Map(),
  profiles: new Map(),
  slices: new Map(),
  days: new Set(),
});

/** Folds one event into its credential's profile. */
export function record(ledger: Ledger, event: AuditEvent, place: Place): void {
  const { facets } = ledger.plan;
  const profile = profileFor(ledger, event.credential);
  ledger.days.add(dayOfHour(event.hour));
  for (let i = 0; i < facets.length; i++) facets[i]!.add(profile[i], event, place);
}

/** Folds what was seen of a credential into what is known of it. */
export function note(ledger: Ledger, credential: Credential): void {
  let known = ledger.credentials.get(credential.id);
  if (known === undefined) {
    known = newRecord(credential.id);
    ledger.credentials.set(credential.id, known);
  }
  observe(known, credential);
}

/** Notes that all credentials of an account and kind were listed. */
export function noteCensus({ censuses }: Ledger, census: Census): void {
  raiseCensus(censuses, censusKey(census), census.observedAt);
}

/** Adds a stretch that was read. Sums cannot be taken back, so a stretch counted already is refused. */
export function addSlice(ledger: Ledger, slice: Slice): void {
  const id = `${slice.source}\n${slice.key}`;
  if (ledger.slices.has(id)) throw new Error(`the slice '${slice.key}' of '${slice.source}' was read twice`);
  ledger.slices.set(id, slice);
}

/** Folds one ledger of the same plan into another. */
export function merge(into: Ledger, from: Ledger): void {
  for (const slice of from.slices.values()) addSlice(into, slice);
  for (const day of from.days) into.days.add(day);
  for (const [id, known] of from.credentials) {
    const held = into.credentials.get(id);
    if (held === undefined) into.credentials.set(id, { ...known });
    else mergeRecords(held, known);
  }
  for (const [key, observedAt] of from.censuses) raiseCensus(into.censuses, key, observedAt);
  const { facets } = into.plan;
  for (const [id, states] of from.profiles) {
    const profile = profileFor(into, id);
    for (let i = 0; i < facets.length; i++) facets[i]!.merge(profile[i], states[i]);
  }
}

interface EncodedLedger {
  readonly facets: readonly (readonly [id: string, version: number])[];
  readonly credentials: readonly (readonly [id: string, record: CredentialRecord])[];
  readonly censuses: readonly (readonly [key: string, observedAt: number])[];
  readonly profiles: readonly (readonly [id: string, states: readonly unknown[]])[];
  readonly slices: readonly Slice[];
  readonly days: readonly number[];
}

/** The one JSON form of a ledger: equal ledgers give equal bytes. */
export function encode(ledger: Ledger): EncodedLedger {
  const { facets } = ledger.plan;
  return {
    facets: facets.map(({ id, version }) => [id, version]),
    credentials: byKey(ledger.credentials).map(([id, known]) => [id, encodeRecord(known)]),
    censuses: byKey(ledger.censuses),
    profiles: byKey(ledger.profiles).map(([id, states]) => [id, facets.map((facet, i) => facet.encode(states[i]))]),
    slices: byKey(ledger.slices).map(([, slice]) => slice),
    days: [...ledger.days].sort((a, b) => a - b),
  };
}

export function decode(plan: Plan, json: unknown): Ledger {
  const stored = json as EncodedLedger;
  const wanted = JSON.stringify(plan.facets.map(({ id, version }) => [id, version]));
  if (JSON.stringify(stored.facets) !== wanted) throw new Error('the ledger was folded for other rules');
  const ledger = openLedger(plan);
  for (const [id, known] of stored.credentials) ledger.credentials.set(id, known);
  for (const [key, observedAt] of stored.censuses) ledger.censuses.set(key, observedAt);
  for (const [id, states] of stored.profiles) {
    ledger.profiles.set(
      id,
      plan.facets.map((facet, i) => facet.decode(states[i])),
    );
  }
  for (const slice of stored.slices) addSlice(ledger, slice);
  for (const day of stored.days) ledger.days.add(day);
  return ledger;
}

function raiseCensus(censuses: Map<string, number>, key: string, observedAt: number): void {
  censuses.set(key, Math.max(censuses.get(key) ?? observedAt, observedAt));
}

function profileFor(ledger: Ledger, id: string): unknown[] {
  let profile = ledger.profiles.get(id);
  if (profile === undefined) {
    profile = ledger.plan.facets.map(facet => facet.empty());
    ledger.profiles.set(id, profile);
  }
  return profile;
}

function byKey<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
