import { defineFacet } from './facet.ts';

/** When a credential was first and last seen, and how often it acted. */
export interface Lifetime {
  first: number;
  last: number;
  count: number;
}

const unseen = (): Lifetime => ({ first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY, count: 0 });

/** The first and the last use of a credential, and how often it was used. */
export const lifetime = defineFacet({
  id: 'lifetime',
  version: 1,
  columns: [],
  empty: unseen,
  add(state, event) {
    if (event.count === 0) return;
    state.first = Math.min(state.first, event.at);
    state.last = Math.max(state.last, event.last);
    state.count += event.count;
  },
  merge(into, from) {
    into.first = Math.min(into.first, from.first);
    into.last = Math.max(into.last, from.last);
    into.count += from.count;
  },
  encode: state => (state.count === 0 ? null : [state.first, state.last, state.count]),
  decode(json) {
    if (json === null) return unseen();
    const [first, last, count] = json as [number, number, number];
    return { first, last, count };
  },
});
