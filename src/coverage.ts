import type { Abstained } from './judge.ts';
import type { Coverage, GeoNeed, Reach, Sight, View, Views } from './model/coverage.ts';
import { withSeparators } from './wording.ts';
import type { Rule } from './rules/rule.ts';
import { DAY } from './time.ts';

/** What one source could show, once it was read. */
export interface SeenSource {
  readonly id: string;
  /** Null when nothing in it was recognised. */
  readonly views: Views | null;
  /** What could not be read of it; empty when all was. */
  readonly missing: string;
  /** Its last event; not a finite number when it held none. */
  readonly until: number;
  /** How far back it was read; whatever is there was read where that is not said. */
  readonly reach?: Reach | null;
}

/** Why a rule sees nothing without it, and what to do. */
const WITHOUT: Readonly<Record<GeoNeed, string>> = {
  cities: 'the bundled database of countries knows no cities: give one that does with --geo-db',
  operators: 'without an ASN database nobody knows who runs a network: give one with --asn-db',
};

/** Says, rule by rule and source by source, what could be judged and what could not; `lacks` is what geography did. */
export function coverageOf(
  rules: readonly Rule[],
  sources: readonly SeenSource[],
  abstained: readonly Abstained[],
  since: number | null,
  lacks: readonly GeoNeed[] = [],
): Coverage[] {
  return rules.flatMap(rule => {
    const { needsGeo } = rule;
    if (needsGeo !== undefined && lacks.includes(needsGeo)) {
      const blind = { rule: rule.id, state: 'blind', reason: WITHOUT[needsGeo] } as const;
      return sources.map(({ id }) => ({ ...blind, source: id }));
    }
    const doubts = abstained.filter(({ rule: id }) => id === rule.id).map(doubtOf);
    return sources.map(source => ({ rule: rule.id, source: source.id, ...seen(rule, source, doubts, since) }));
  });
}

/** Blind to one thing it needs is blind; whatever else is missing makes it partial. */
function seen(
  rule: Rule,
  { views, missing, until, reach = null }: SeenSource,
  doubts: readonly string[],
  since: number | null,
): Pick<Coverage, 'state' | 'reason'> {
  if (views === null) return { state: 'blind', reason: missing || 'nothing in this source was recognised' };
  const { needs, needsOneOf = [], helps = [] } = rule;
  const isLost = needsOneOf.length > 0 && needsOneOf.every(sight => views[sight].blind);
  const blind = [...needs, ...(isLost ? needsOneOf : [])].map(sight => views[sight]).filter(view => view.blind);
  if (blind.length > 0) return { state: 'blind', reason: joined(blind.flatMap(({ gaps }) => gaps)) };
  const old = since === null ? '' : pastText(rule, until, since);
  if (old !== '') return { state: 'blind', reason: old };
  const gaps = [...needs, ...needsOneOf, ...helps].flatMap(sight => views[sight].gaps);
  const unread = since === null || reach === null ? [] : unreadTexts(rule, reach, since);
  const reason = joined([...gaps, ...unread, ...(missing === '' ? [] : [missing]), ...doubts]);
  return { state: reason === '' ? 'evaluated' : 'partial', reason };
}

/** Why nothing in a source is of the time that is judged; empty when something is, or when events do not matter. */
function pastText(rule: Rule, until: number, since: number): string {
  if (until >= since) return '';
  if (Number.isFinite(until)) return `its last event lies before what is judged (${dayText(until)})`;
  return isOfEvents(rule) ? 'it holds no events' : '';
}

/** An audit that goes on may have begun a day ago: what its source dropped since then is no gap. */
const GRACE = DAY;

/** What was not read of the time that is judged, and of the history before it that the rule compares with. */
function unreadTexts(rule: Rule, { from, why }: Reach, since: number): string[] {
  const wanted = since - (rule.lookbackDays ?? 0) * DAY;
  if (from - wanted <= GRACE || !isOfEvents(rule)) return [];
  return [`nothing before ${dayText(from)} was read${why === '' ? '' : `: ${why}`}`];
}

/** Whether it judges events, and not a list of keys alone. */
const isOfEvents = ({ needs, needsOneOf = [] }: Rule): boolean =>
  [...needs, ...needsOneOf].some(sight => sight !== 'inventory');

const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10);

const joined = (reasons: readonly string[]): string => [...new Set(reasons)].join('; ');

const doubtOf = ({ reason, count, judged }: Abstained): string =>
  `${withSeparators(count)} of ${withSeparators(judged)} credentials not judged: ${reason}`;

const SIGHTS: readonly Sight[] = ['calls', 'tokens', 'places', 'deeds', 'sign-ins', 'inventory'];

/** What there is to say of each sight. */
export const viewsOf = (view: (sight: Sight) => View): Views =>
  Object.fromEntries(SIGHTS.map(sight => [sight, view(sight)])) as unknown as Views;

/** What two readings show together: a gap is left only where both have it. */
export function betterViews(a: Views | null, b: Views | null): Views | null {
  if (a === null || b === null) return a ?? b;
  const better = (x: View, y: View): View => {
    if (x.blind !== y.blind) return x.blind ? y : x;
    if (x.blind) return { blind: true, gaps: [...new Set([...x.gaps, ...y.gaps])].sort() };
    return { blind: false, gaps: x.gaps.filter(gap => y.gaps.includes(gap)) };
  };
  return viewsOf(sight => better(a[sight], b[sight]));
}

/** What each realm shows: a cloud, a vendor, a proxy. */
export type RealmViews = ReadonlyMap<string, Views>;

/** What several realms show side by side: each has keys of its own, so what one cannot show no other makes good. */
export function jointViews(realms: RealmViews): Views | null {
  if (realms.size <= 1) return [...realms.values()][0] ?? null;
  const ordered = [...realms].sort(([a], [b]) => (a < b ? -1 : 1));
  return viewsOf(sight => {
    const views = ordered.map(([realm, each]) => ({ realm, ...each[sight] }));
    const blind = views.every(view => view.blind);
    const gaps = views.flatMap(view => view.gaps.map(gap => (view.blind && !blind ? `${view.realm}: ${gap}` : gap)));
    return { blind, gaps: [...new Set(gaps)].sort() };
  });
}

/** What two readings of some realms show together. */
export function mergeRealms(
  a: RealmViews,
  b: RealmViews,
  merge: (a: Views | null, b: Views | null) => Views | null = betterViews,
): RealmViews {
  const merged = new Map(a);
  for (const [realm, views] of b) merged.set(realm, merge(a.get(realm) ?? null, views) ?? views);
  return merged;
}
