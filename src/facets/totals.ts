import { defineFacet } from './facet.ts';
import { isTaken, isToldElsewhere } from './volume.ts';

/** What a credential asked of models in all. */
export interface Totals {
  /** Calls that the platform took on: answered or failed. */
  calls: number;
  tokensIn: number;
  tokensOut: number;
  microUsd: number;
}

const nothing = (): Totals => ({ calls: 0, tokensIn: 0, tokensOut: 0, microUsd: 0 });

/** How much a credential used models, all times together. */
export const totals = defineFacet({
  id: 'totals',
  version: 2,
  columns: ['deed', 'outcome', 'agent'],
  empty: nothing,
  add(state, event) {
    if (event.deed !== 'infer' || isToldElsewhere(event.agent) || !isTaken(event.outcome)) return;
    state.calls += event.count;
    state.tokensIn += event.tokensIn;
    state.tokensOut += event.tokensOut;
    state.microUsd += event.microUsd;
  },
  merge(into, from) {
    into.calls += from.calls;
    into.tokensIn += from.tokensIn;
    into.tokensOut += from.tokensOut;
    into.microUsd += from.microUsd;
  },
  encode: ({ calls, tokensIn, tokensOut, microUsd }) =>
    calls + tokensIn + tokensOut + microUsd === 0 ? null : [calls, tokensIn, tokensOut, microUsd],
  decode(json) {
    if (json === null) return nothing();
    const [calls, tokensIn, tokensOut, microUsd] = json as [number, number, number, number];
    return { calls, tokensIn, tokensOut, microUsd };
  },
});
