import { newRecord } from './credentials.ts';
import { type Lifetime, lifetime } from './facets/lifetime.ts';
import { groupBy } from './group.ts';
import { censusKey, settleInventory } from './inventory.ts';
import type { Ledger } from './ledger.ts';
import type { Credential, CredentialKind } from './model/credential.ts';
import type { AnySubject, Rule } from './rules/rule.ts';
import { dayOf } from './time.ts';

/** Read-only access to the ledger's credentials and profiles, in order of id. */
export class Everyone {
  readonly ids: readonly string[];
  readonly #ledger: Ledger;
  readonly #credentials = new Map<string, Credential>();
  readonly #byOwner: ReadonlyMap<string, readonly Credential[]>;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    const ids = new Set([...ledger.credentials.keys(), ...ledger.profiles.keys()]);
    const records = Array.from(ids, id => ledger.credentials.get(id) ?? newRecord(id));
    const known = settleInventory(records, ledger.censuses, lastSeenIn(ledger));
    known.sort((a, b) => (a.id < b.id ? -1 : 1));
    this.ids = known.map(({ id }) => id);
    for (const credential of known) this.#credentials.set(credential.id, credential);
    this.#byOwner = groupBy(this.#credentials.values(), ({ owner }) => owner);
  }

  credential(id: string): Credential | undefined {
    return this.#credentials.get(id);
  }

  heldBy(owner: string): readonly Credential[] {
    return (owner === '' ? undefined : this.#byOwner.get(owner)) ?? [];
  }

  /** When all credentials of a kind in an account were last listed whole; null when they never were. */
  listedAt(account: string, kind: CredentialKind): number | null {
    return this.#ledger.censuses.get(censusKey({ account, kind })) ?? null;
  }

  /** The credential with the states of the facets that a rule declares. */
  subject(rule: Rule, id: string): AnySubject | undefined {
    const credential = this.#credentials.get(id);
    if (credential === undefined) return undefined;
    const profile = this.#ledger.profiles.get(id);
    const facets: Record<string, unknown> = {};
    for (const [name, facet] of Object.entries(rule.facets)) {
      const index = this.#ledger.plan.facets.findIndex(({ id }) => id === facet.id);
      facets[name] = profile === undefined ? facet.empty() : profile[index];
    }
    return { credential, facets };
  }

  *subjects(rule: Rule): Generator<AnySubject> {
    for (const id of this.ids) yield this.subject(rule, id)!;
  }

  coveredDays(from: number, until: number): number {
    let count = 0;
    for (const day of this.#ledger.days) if (day >= dayOf(from) && day < dayOf(until)) count++;
    return count;
  }

  /** First and last instant the logs speak of. */
  span(): { from: number; until: number } | null {
    let from = Number.POSITIVE_INFINITY;
    let until = Number.NEGATIVE_INFINITY;
    for (const slice of this.#ledger.slices.values()) {
      if (slice.from !== null) from = Math.min(from, slice.from);
      if (slice.until !== null) until = Math.max(until, slice.until);
    }
    return from <= until ? { from, until } : null;
  }
}

/** When the logs last saw a credential at work, where a rule of the plan wants to know. */
function lastSeenIn({ plan, profiles }: Ledger): (id: string) => number {
  const index = plan.facets.findIndex(({ id }) => id === lifetime.id);
  return id => (profiles.get(id)?.[index] as Lifetime | undefined)?.last ?? Number.NEGATIVE_INFINITY;
}
