import { viewsOf } from '../../coverage.ts';
import type { View, Views } from '../../model/coverage.ts';

/** Why parts of a proxy cannot be read; empty for what can. */
export interface Lacks {
  readonly spend: string;
  readonly keys: string;
  readonly audit: string;
}

const NO_SIGN_INS = 'LiteLLM records no sign-ins';

/** What a proxy could show, as far as it lets its reader. */
export function proxyViews({ spend, keys, audit }: Lacks): Views {
  const unless = (why: string): View => ({ blind: why !== '', gaps: why === '' ? [] : [why] });
  return viewsOf(sight => {
    if (sight === 'sign-ins') return unless(NO_SIGN_INS);
    if (sight === 'deeds') return unless(audit);
    return unless(sight === 'inventory' ? keys : spend);
  });
}

/** What was found in a proxy, and what is doubtful of it; empty where nothing is. */
export interface Found {
  /** What its calls showed; null when there were none. */
  readonly calls: Views | null;
  readonly doubts: Lacks;
}

/** What a proxy showed, once it was read. */
export function seenViews(lacks: Lacks, { calls, doubts }: Found): Views {
  const possible = proxyViews(lacks);
  const sightsOfCalls: ReadonlySet<string> = new Set(['calls', 'tokens', 'places']);
  return viewsOf(sight => {
    const view = possible[sight];
    if (view.blind) return view;
    const isOfCalls = sightsOfCalls.has(sight);
    if (isOfCalls && calls !== null) return calls[sight];
    const doubt = isOfCalls ? doubts.spend : sight === 'deeds' ? doubts.audit : doubts.keys;
    return { blind: false, gaps: doubt === '' ? [] : [doubt] };
  });
}
