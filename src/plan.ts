import type { Facet } from './facets/facet.ts';
import { lifetime } from './facets/lifetime.ts';
import { loggedTokens } from './facets/logged-tokens.ts';
import { totals } from './facets/totals.ts';
import type { Column } from './model/event.ts';
import type { Rule } from './rules/rule.ts';

/** What the enabled rules, and whoever else asks, need together: each facet once, in order of id, and the columns to group by. */
export interface Plan {
  readonly facets: readonly Facet<unknown>[];
  readonly grain: readonly Column[];
}

/** Every profile belongs to a credential, so whatever the rules, rows keep these apart. */
const ALWAYS: readonly Column[] = ['credential'];

/** Whatever the rules, the register beside their findings tells how much a key used models. */
const REGISTERED: readonly Facet<unknown>[] = [loggedTokens, totals];

/** Which names are of one key, and so whose it is by the declared register, is told by when they were used as well. */
const DECLARED: readonly Facet<unknown>[] = [lifetime];

export function planFor(rules: readonly Rule[], others: readonly Facet<unknown>[] = REGISTERED): Plan {
  const facets = new Map(others.map(facet => [facet.id, facet]));
  for (const { facets: own, needsDeclared } of rules) {
    const wanted = [...Object.values(own), ...(needsDeclared === undefined ? [] : DECLARED)];
    for (const facet of wanted) facets.set(facet.id, facet);
  }
  const ordered = [...facets.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const grain = new Set<Column>([...ALWAYS, ...ordered.flatMap(facet => facet.columns)]);
  return { facets: ordered, grain: [...grain].sort() };
}
