import type { Facet } from './facets/facet.ts';
import type { Column } from './model/event.ts';
import type { Rule } from './rules/rule.ts';

/** What the enabled rules need together: each facet once, in order of id, and the columns to group by. */
export interface Plan {
  readonly facets: readonly Facet<unknown>[];
  readonly grain: readonly Column[];
}

/** Every profile belongs to a credential, so whatever the rules, rows keep these apart. */
const ALWAYS: readonly Column[] = ['credential'];

export function planFor(rules: readonly Rule[]): Plan {
  const facets = new Map<string, Facet<unknown>>();
  for (const rule of rules) for (const facet of Object.values(rule.facets)) facets.set(facet.id, facet);
  const ordered = [...facets.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const grain = new Set<Column>([...ALWAYS, ...ordered.flatMap(facet => facet.columns)]);
  return { facets: ordered, grain: [...grain].sort() };
}
