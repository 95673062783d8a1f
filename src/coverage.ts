import type { Abstained } from './judge.ts';
import type { Coverage, CoverageState, Sight, View, Views } from './model/coverage.ts';
import { withSeparators } from './numbers.ts';
import type { Rule } from './rules/rule.ts';

/** What one source could show, once it was read. */
export interface SeenSource {
  readonly id: string;
  /** Null when nothing in it was recognised. */
  readonly views: Views | null;
  readonly complete: boolean;
}

const RANK: readonly CoverageState[] = ['evaluated', 'partial', 'blind'];

const NOTHING: View = { state: 'blind', reason: 'nothing in this source was recognised' };
const UNFINISHED: View = { state: 'partial', reason: 'the source was not read to its end' };

/** Says, rule by rule and source by source, what could be judged and what could not. */
export function coverageOf(
  rules: readonly Rule[],
  sources: readonly SeenSource[],
  abstained: readonly Abstained[],
): Coverage[] {
  const rows: Coverage[] = [];
  for (const rule of rules) {
    const doubts = abstained.filter(({ rule: id }) => id === rule.id).map(asView);
    for (const source of sources) rows.push({ rule: rule.id, source: source.id, ...viewOf(rule, source, doubts) });
  }
  return rows;
}

/** The worst of what the rule needs; every reason is kept, each once. */
function viewOf(rule: Rule, source: SeenSource, doubts: readonly View[]): View {
  const views = source.views === null ? [NOTHING] : rule.needs.map(sight => source.views![sight]);
  if (!source.complete) views.push(UNFINISHED);
  const blind = views.some(({ state }) => state === 'blind');
  const all = blind ? views.filter(({ state }) => state === 'blind') : [...views, ...doubts];
  const state = RANK[Math.max(...all.map(view => RANK.indexOf(view.state)))]!;
  const reasons = new Set(
    all.filter(view => view.reason !== '' && view.state !== 'evaluated').map(view => view.reason),
  );
  return { state, reason: [...reasons].join('; ') };
}

function asView({ reason, count, judged }: Abstained): View {
  return {
    state: 'partial',
    reason: `${withSeparators(count)} of ${withSeparators(judged)} credentials not judged: ${reason}`,
  };
}

const SIGHTS: readonly Sight[] = ['calls', 'tokens', 'places', 'deeds', 'sign-ins', 'inventory'];

/** What two readings show together: for each sight the better view. */
export function betterViews(a: Views | null, b: Views | null): Views | null {
  if (a === null || b === null) return a ?? b;
  const better = (sight: Sight): View => {
    const order = RANK.indexOf(a[sight].state) - RANK.indexOf(b[sight].state);
    return order < 0 || (order === 0 && a[sight].reason <= b[sight].reason) ? a[sight] : b[sight];
  };
  return Object.fromEntries(SIGHTS.map(sight => [sight, better(sight)])) as unknown as Views;
}
