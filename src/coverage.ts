import type { Abstained } from './judge.ts';
import type { Coverage, Sight, View, Views } from './model/coverage.ts';
import { withSeparators } from './wording.ts';
import type { Rule } from './rules/rule.ts';

/** What one source could show, once it was read. */
export interface SeenSource {
  readonly id: string;
  /** Null when nothing in it was recognised. */
  readonly views: Views | null;
  /** What could not be read of it; empty when all was. */
  readonly missing: string;
  /** Its last event; not a finite number when it held none. */
  readonly until: number;
}

/** Says, rule by rule and source by source, what could be judged and what could not. */
export function coverageOf(
  rules: readonly Rule[],
  sources: readonly SeenSource[],
  abstained: readonly Abstained[],
  since: number | null,
): Coverage[] {
  return rules.flatMap(rule => {
    const doubts = abstained.filter(({ rule: id }) => id === rule.id).map(doubtOf);
    return sources.map(source => ({ rule: rule.id, source: source.id, ...seen(rule, source, doubts, since) }));
  });
}

/** Blind to one thing it needs is blind; whatever else is missing makes it partial. */
function seen(
  { needs, helps = [] }: Rule,
  { views, missing, until }: SeenSource,
  doubts: readonly string[],
  since: number | null,
): Pick<Coverage, 'state' | 'reason'> {
  if (views === null) return { state: 'blind', reason: missing || 'nothing in this source was recognised' };
  // A list of keys holds no events, and none are wanted of it.
  const isListing = !Number.isFinite(until) && needs.every(sight => sight === 'inventory');
  if (since !== null && until < since && !isListing)
    return { state: 'blind', reason: `its last event lies before what is judged (${dayText(until)})` };
  const blind = needs.map(sight => views[sight]).filter(view => view.blind);
  if (blind.length > 0) return { state: 'blind', reason: joined(blind.flatMap(({ gaps }) => gaps)) };
  const gaps = [...needs, ...helps].flatMap(sight => views[sight].gaps);
  const reason = joined([...gaps, ...(missing === '' ? [] : [missing]), ...doubts]);
  return { state: reason === '' ? 'evaluated' : 'partial', reason };
}

const dayText = (at: number): string =>
  Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : 'it holds none';

const joined = (reasons: readonly string[]): string => [...new Set(reasons)].join('; ');

const doubtOf = ({ reason, count, judged }: Abstained): string =>
  `${withSeparators(count)} of ${withSeparators(judged)} credentials not judged: ${reason}`;

const SIGHTS: readonly Sight[] = ['calls', 'tokens', 'places', 'deeds', 'sign-ins', 'inventory'];

/** What two readings show together: a gap is left only where both have it. */
export function betterViews(a: Views | null, b: Views | null): Views | null {
  if (a === null || b === null) return a ?? b;
  const better = (x: View, y: View): View => {
    if (x.blind !== y.blind) return x.blind ? y : x;
    if (x.blind) return { blind: true, gaps: [...new Set([...x.gaps, ...y.gaps])].sort() };
    return { blind: false, gaps: x.gaps.filter(gap => y.gaps.includes(gap)) };
  };
  return Object.fromEntries(SIGHTS.map(sight => [sight, better(a[sight], b[sight])])) as unknown as Views;
}
