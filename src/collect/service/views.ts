import type { Sight, View, Views } from '../../model/coverage.ts';

const SIGHTS: readonly Sight[] = ['calls', 'tokens', 'places', 'deeds', 'sign-ins', 'inventory'];

/** What there is to say of each sight. */
export const viewsOf = (view: (sight: Sight) => View): Views =>
  Object.fromEntries(SIGHTS.map(sight => [sight, view(sight)])) as unknown as Views;

/** Nothing is seen. */
export const blindViews = (why: string): Views => viewsOf(() => ({ blind: true, gaps: [why] }));
