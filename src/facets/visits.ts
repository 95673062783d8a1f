import type { Credential, CredentialKind } from '../model/credential.ts';
import { dayOf } from '../time.ts';
import { type Footprint, type Footprints, footprintRows } from './footprints.ts';
import type { Stretch } from './stretch.ts';

/** One credential on one network, as far as it was ever there. */
export interface Visit extends Stretch {
  readonly credential: Credential;
  readonly network: string;
  readonly country: string;
  readonly operator: string;
  /** Some of it came through a declared shared exit. */
  readonly egress: boolean;
  readonly count: number;
  readonly agents: readonly string[];
}

/** Credentials that many hosts or people use at once, each from a place of its own. */
const LENT: ReadonlySet<CredentialKind> = new Set([
  'role',
  'managed-identity',
  'federated-credential',
  'external-account',
  'service-account',
]);

/** Whether a credential is lent to whoever needs it and so is in no one place. */
export const isLent = (kind: CredentialKind): boolean => LENT.has(kind);

/** Days looked back on to tell whether someone roams. */
const LOOKBACK_DAYS = 90;

/** Where a credential was, network by network. */
export function visitsOf(credential: Credential, state: Footprints): Visit[] {
  const byNetwork = new Map<string, Visit>();
  for (const row of footprintRows(state)) {
    if (row.network === '') continue;
    const held = byNetwork.get(row.network);
    const visit = asVisit(credential, row);
    byNetwork.set(row.network, held === undefined ? visit : joined(held, visit));
  }
  return [...byNetwork.values()];
}

function asVisit(credential: Credential, { days, network, country, operator, egress, agent }: Footprint): Visit {
  return {
    credential,
    network,
    country,
    operator,
    egress,
    agents: agent === '' ? [] : [agent],
    count: days.reduce((sum, { count }) => sum + count, 0),
    first: Math.min(...days.map(({ first }) => first)),
    last: Math.max(...days.map(({ last }) => last)),
  };
}

function joined(a: Visit, b: Visit): Visit {
  return {
    ...a,
    country: a.country || b.country,
    operator: a.operator || b.operator,
    egress: a.egress || b.egress,
    agents: [...new Set([...a.agents, ...b.agents])],
    count: a.count + b.count,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
  };
}

/** Who a credential belongs to, or itself where nobody is named; a member and a service account are themselves. */
export const principalOf = ({ owner, id, kind }: Credential): string =>
  kind === 'member' || kind === 'service-account' ? id : owner || id;

/** On how many days a credential was used before an instant, and how many networks it was on for one of them only. */
export function roamingBefore(
  rows: readonly Footprint[],
  at: number,
): { readonly days: number; readonly once: number } {
  const days = new Set<number>();
  const byNetwork = new Map<string, Set<number>>();
  for (const row of rows) {
    for (const { day, first } of row.days) {
      if (first >= at || day < dayOf(at) - LOOKBACK_DAYS) continue;
      days.add(day);
      const there = byNetwork.get(row.network) ?? new Set();
      byNetwork.set(row.network, there.add(day));
    }
  }
  return { days: days.size, once: [...byNetwork.values()].filter(({ size }) => size === 1).length };
}
