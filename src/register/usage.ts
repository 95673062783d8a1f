import { lifetime } from '../facets/lifetime.ts';
import type { Facet } from '../facets/facet.ts';
import { loggedHours, loggedTokens } from '../facets/logged-tokens.ts';
import { models } from '../facets/models.ts';
import { networkRows, networks } from '../facets/networks.ts';
import type { Table } from '../facets/table.ts';
import { type Totals, totals } from '../facets/totals.ts';
import type { Ledger } from '../ledger.ts';

/** What the register asks of the logs. */
export const registerFacets: readonly Facet<unknown>[] = [lifetime, loggedTokens, models, networks, totals];

/** How much a credential was at work; null where nobody asked for it. */
export interface Work {
  /** Infinite where it was never seen at work. */
  readonly first: number;
  readonly last: number;
  readonly uses: number | null;
  readonly calls: number | null;
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly microUsd: number | null;
}

/** All that the logs tell of a credential's use. */
export interface Usage extends Work {
  /** How often it was used from each country. */
  readonly places: ReadonlyMap<string, number> | null;
  readonly networks: ReadonlySet<string> | null;
  readonly models: ReadonlySet<string> | null;
}

/** Looks up what a ledger holds of the use of credentials. */
export interface UsageBook {
  work(id: string): Work;
  /** Dearer than the work alone. */
  usage(id: string): Usage;
}

/** Opens what a ledger holds of the use of credentials. */
export function usageIn({ plan, profiles }: Ledger): UsageBook {
  const readerOf = <S>(facet: Facet<S>): ((id: string) => S | null) => {
    const index = plan.facets.findIndex(({ id }) => id === facet.id);
    return id => (index < 0 ? null : ((profiles.get(id)?.[index] as S | undefined) ?? facet.empty()));
  };
  const [livedBy, askedBy, loggedBy] = [readerOf(lifetime), readerOf(totals), readerOf(loggedTokens)];
  const [wentBy, tookBy] = [readerOf(networks), readerOf(models)];
  const work = (id: string): Work => {
    const [lived, asked] = [livedBy(id), askedBy(id)];
    const { calls, tokensIn, tokensOut, microUsd } = asked === null ? NOT_ASKED : withLogged(asked, loggedBy(id));
    const { first, last } = lived ?? lifetime.empty();
    return { first, last, uses: lived?.count ?? null, calls, tokensIn, tokensOut, microUsd };
  };
  return {
    work,
    usage(id) {
      const [went, took] = [wentBy(id), tookBy(id)];
      return {
        ...work(id),
        ...(went === null ? { places: null, networks: null } : whereabouts(networkRows(went))),
        models: took === null ? null : new Set([...(took.kept?.numbers.keys() ?? [])].filter(name => name !== '')),
      };
    },
  };
}

/** Where the log of calls and a log of tokens both tell of tokens, the fuller count holds. */
function withLogged(asked: Totals, logged: Table | null): Totals {
  let [tokensIn, tokensOut] = [0, 0];
  for (const hour of logged === null ? [] : loggedHours(logged)) {
    tokensIn += hour.tokensIn;
    tokensOut += hour.tokensOut;
  }
  return { ...asked, tokensIn: Math.max(asked.tokensIn, tokensIn), tokensOut: Math.max(asked.tokensOut, tokensOut) };
}

const NOT_ASKED = { calls: null, tokensIn: null, tokensOut: null, microUsd: null };

/** However coarse the networks had to be made, their countries were kept. */
function whereabouts(rows: ReturnType<typeof networkRows>): Pick<Usage, 'places' | 'networks'> {
  const places = new Map<string, number>();
  for (const { country, count } of rows) if (country !== '') places.set(country, (places.get(country) ?? 0) + count);
  return { places, networks: new Set(rows.map(({ network }) => network)) };
}

/** Whether models were used. */
export const usesModels = ({ calls, tokensIn, tokensOut }: Work): boolean =>
  (calls ?? 0) + (tokensIn ?? 0) + (tokensOut ?? 0) > 0;

/** Whether anything of it was used. */
export const isInUse = (work: Work): boolean => Number.isFinite(work.last) || usesModels(work);

/** Two parts of one key's use, of which nothing is in both. */
export const together = (a: Usage, b: Usage): Usage => united(a, b, (x, y) => x + y);

/** One key's use as two sources saw it, which may both have seen the same calls: the fuller count of each kind holds. */
export const overlaid = (a: Usage, b: Usage): Usage => united(a, b, Math.max);

function united(a: Usage, b: Usage, join: (x: number, y: number) => number): Usage {
  const count = (x: number | null, y: number | null): number | null =>
    x === null || y === null ? (x ?? y) : join(x, y);
  return {
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
    uses: count(a.uses, b.uses),
    calls: count(a.calls, b.calls),
    tokensIn: count(a.tokensIn, b.tokensIn),
    tokensOut: count(a.tokensOut, b.tokensOut),
    microUsd: count(a.microUsd, b.microUsd),
    places: a.places && b.places && joinedCounts(a.places, b.places, join),
    networks: a.networks && b.networks && new Set([...a.networks, ...b.networks]),
    models: a.models && b.models && new Set([...a.models, ...b.models]),
  };
}

function joinedCounts(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
  join: (x: number, y: number) => number,
): Map<string, number> {
  const names = new Set([...a.keys(), ...b.keys()]);
  return new Map([...names].map(name => [name, join(a.get(name) ?? 0, b.get(name) ?? 0)]));
}
