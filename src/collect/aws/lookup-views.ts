import type { Sight, View, Views } from '../../model/coverage.ts';
import { isoText } from '../../wording.ts';

/** What was pulled of an account, as far as it bears on what can be seen. */
export interface Pulled {
  readonly allEvents: boolean;
  /** False when the access keys could not be listed. */
  readonly areKeysKnown: boolean;
  /** The first instant that LookupEvents still has, where more was asked for. */
  readonly earliest: number | null;
  /** True when it has nothing of what was asked for. */
  readonly isEmpty: boolean;
}

const SIGHTS: readonly Sight[] = ['calls', 'tokens', 'places', 'deeds', 'sign-ins', 'inventory'];

const SOME_CALLS =
  'of roles, console users and deleted keys only model calls, sign-ins and changes to keys, trust and trails are ' +
  'pulled (--all-events pulls all that they did)';
const SOME_DEEDS =
  'of AssumeRole and of reading secrets and parameters only what access keys did is pulled (--all-events pulls all)';
const NO_KEYS = 'the access keys could not be listed, so what they did beside model calls was not pulled';
const TOO_OLD = 'LookupEvents keeps 90 days, and all that was asked for is older';

/** What an account shows: what its trails say of it, less what was not pulled. */
export function lookupViews(views: Views, { allEvents, areKeysKnown, earliest, isEmpty }: Pulled): Views {
  const keys = areKeysKnown || allEvents ? [] : [NO_KEYS];
  const past = earliest === null ? [] : [`LookupEvents keeps 90 days: nothing before ${isoText(earliest)} was read`];
  const gaps: Readonly<Record<Sight, readonly string[]>> = {
    calls: past,
    tokens: past,
    places: [...past, ...(allEvents ? [] : [SOME_CALLS]), ...keys],
    deeds: [...past, ...(allEvents ? [] : [SOME_DEEDS]), ...keys],
    'sign-ins': past,
    inventory: [],
  };
  return viewsOf(sight => {
    if (isEmpty && sight !== 'inventory') return { blind: true, gaps: [TOO_OLD] };
    const { blind, gaps: known } = views[sight];
    return { blind, gaps: [...known, ...(blind ? [] : gaps[sight])] };
  });
}

/** Nothing is seen. */
export const blindViews = (why: string): Views => viewsOf(() => ({ blind: true, gaps: [why] }));

/** What several accounts show: blind only where all are, and what is missing of some says of which. */
export function unitedViews(accounts: readonly { readonly account: string; readonly views: Views }[]): Views {
  return viewsOf(sight => {
    const views = accounts.map(({ views }) => views[sight]);
    const all = [...new Set(views.flatMap(({ gaps }) => gaps))];
    const gaps = all.flatMap(gap => {
      const having = accounts.filter(({ views }) => views[sight].gaps.includes(gap));
      return having.length === accounts.length ? [gap] : having.map(({ account }) => `${account}: ${gap}`);
    });
    return { blind: views.every(({ blind }) => blind), gaps };
  });
}

const viewsOf = (view: (sight: Sight) => View): Views =>
  Object.fromEntries(SIGHTS.map(sight => [sight, view(sight)])) as unknown as Views;
