import { groupBy } from '../../../group.ts';
import type { Sight, Views } from '../../../model/coverage.ts';
import { someText } from '../../../wording.ts';
import { viewsOf } from '../../../coverage.ts';

/** What is missing where the access keys of an account could not be listed. */
export const NO_KEYS = 'the access keys could not be listed, so what they did beside model calls was not pulled';

/** What was pulled of an account, as far as it bears on what can be seen. */
interface Pulled {
  readonly allEvents: boolean;
  /** False when the access keys could not be listed. */
  readonly areKeysKnown: boolean;
  /** Why there is not one page of some Regions, by their names. */
  readonly refused?: ReadonlyMap<string, string>;
  /** True when those are all that were to be read. */
  readonly isRefused?: boolean;
  /** True when it has nothing of what was asked for. */
  readonly isEmpty: boolean;
}

const SOME_CALLS =
  'of roles, console users and deleted keys only model calls, sign-ins and changes to keys, trust and trails are ' +
  'pulled (--all-events pulls all that they did)';
const SOME_DEEDS =
  'AssumeRole and reads of secrets and parameters are pulled for access keys only (--all-events pulls all)';
const TOO_OLD = 'LookupEvents keeps 90 days, and all that was asked for is older';

/** As many Regions as a sentence names; the rest is counted. */
const SHOWN = 5;
/** Fewer accounts, before a sentence of some length. */
const SHOWN_ACCOUNTS = 2;

/** What an account shows: what its trails say of it, less what was not pulled. */
export function lookupViews(views: Views, pulled: Pulled): Views {
  const { allEvents, areKeysKnown, isEmpty, refused = new Map(), isRefused = false } = pulled;
  const keys = areKeysKnown || allEvents ? [] : [NO_KEYS];
  const missing = refusals(refused);
  const gaps: Readonly<Record<Sight, readonly string[]>> = {
    calls: missing,
    tokens: missing,
    places: [...missing, ...(allEvents ? [] : [SOME_CALLS]), ...keys],
    deeds: [...missing, ...(allEvents ? [] : [SOME_DEEDS]), ...keys],
    'sign-ins': missing,
    inventory: [],
  };
  return viewsOf(sight => {
    if (isEmpty && sight !== 'inventory') return { blind: true, gaps: [TOO_OLD] };
    if (isRefused && sight !== 'inventory') return { blind: true, gaps: missing };
    const { blind, gaps: known } = views[sight];
    return { blind, gaps: [...known, ...(blind ? [] : gaps[sight])] };
  });
}

/** The Regions of which nothing was read, a sentence for each reason. */
function refusals(refused: ReadonlyMap<string, string>): string[] {
  const byReason = groupBy([...refused.keys()].sort(), region => refused.get(region)!);
  return Array.from(byReason, ([why, regions]) => `nothing was read of ${someText(regions, SHOWN)}: ${why}`);
}

/** What several accounts show: blind only where all are, and what is missing of some says of which. */
export function unitedViews(accounts: readonly { readonly account: string; readonly views: Views }[]): Views {
  return viewsOf(sight => {
    const views = accounts.map(({ views }) => views[sight]);
    const all = [...new Set(views.flatMap(({ gaps }) => gaps))];
    const gaps = all.map(gap => {
      const having = accounts.filter(({ views }) => views[sight].gaps.includes(gap)).map(({ account }) => account);
      return having.length === accounts.length ? gap : `${someText(having, SHOWN_ACCOUNTS)}: ${gap}`;
    });
    return { blind: views.every(({ blind }) => blind), gaps };
  });
}
