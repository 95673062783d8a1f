import { lifetime } from '../facets/lifetime.ts';
import { addSlice, type Ledger, merge, openLedger } from '../ledger.ts';
import type { Plan } from '../plan.ts';
import type { FreshPage, PageHead } from './fresh-pages.ts';
import { seal, unseal } from './sealed.ts';

/** Some UTC days of a source as they are kept. */
export interface KnownPage extends PageHead {
  /** The ledger of their events, sealed. */
  sealed(): Uint8Array;
  /** The same, opened. */
  ledger(): Ledger;
  /** What tells their events from all others; empty once they are too old for any to come again. */
  ids(): Int32Array;
}

export const pageKey = ({ source, day }: Pick<PageHead, 'source' | 'day'>): string => `${source}\n${day}`;

/** The last of its days. */
export const lastDayOf = ({ day, days }: PageHead): number => day + days - 1;

/** What tells some events of this run from all others. */
type WordsOf = (numbers: readonly number[]) => Int32Array;

/** The pages of before and of now, each once: where both have one they are joined, or the fuller takes the place of the other. */
export function joinPages(
  plan: Plan,
  known: readonly KnownPage[],
  fresh: Iterable<FreshPage>,
  { isReplaced, wordsOf }: { isReplaced(page: PageHead): boolean; wordsOf: WordsOf },
): KnownPage[] {
  const pages = new Map(known.map(page => [pageKey(page), page]));
  for (const page of fresh) {
    const before = pages.get(pageKey(page));
    if (before === undefined) pages.set(pageKey(page), joined(plan, null, page, wordsOf));
    else if (!isReplaced(page)) pages.set(pageKey(page), joined(plan, before, page, wordsOf));
    else if (!isFuller(before, page)) pages.set(pageKey(page), joined(plan, null, page, wordsOf));
  }
  return [...pages.values()].sort((a, b) => a.day - b.day || (a.source < b.source ? -1 : 1));
}

const isFuller = (a: PageHead, b: PageHead): boolean =>
  a.calls > b.calls || (a.calls === b.calls && a.events > b.events);

function joined(plan: Plan, before: KnownPage | null, fresh: FreshPage, wordsOf: WordsOf): KnownPage {
  const { source, day, days } = fresh;
  const sealed = together(plan, [...(before === null ? [] : [before.sealed()]), ...fresh.sealed]);
  const words = wordsOf(fresh.numbers);
  const earlier = before?.ids() ?? new Int32Array();
  const ids = new Int32Array(earlier.length + words.length);
  ids.set(earlier);
  ids.set(words, earlier.length);
  return {
    ...{ source, day, days },
    events: fresh.events + (before?.events ?? 0),
    calls: fresh.calls + (before?.calls ?? 0),
    from: Math.min(fresh.from, before?.from ?? fresh.from),
    until: Math.max(fresh.until, before?.until ?? fresh.until),
    sealed: () => sealed,
    ledger: () => unseal(plan, sealed),
    ids: () => ids,
  };
}

/** Several sealed ledgers as one. */
function together(plan: Plan, parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const ledger = openLedger(plan);
  for (const part of parts) merge(ledger, unseal(plan, part));
  return seal(ledger);
}

/** Folds a page into a ledger of several, with the stretch that it covers. */
export function addPage(into: Ledger, page: KnownPage): void {
  const { source, day, from, until } = page;
  merge(into, page.ledger());
  addSlice(into, { source, key: String(day), from, until, complete: true, note: '' });
}

/** What is kept for ever of pages that are dropped: when each credential was first and last at work. */
export function lifetimesOf(plan: Plan, pages: readonly KnownPage[]): Ledger {
  const kept = openLedger(plan);
  const index = plan.facets.findIndex(({ id }) => id === lifetime.id);
  for (const page of pages) {
    const profiles = Array.from(page.ledger().profiles, ([id, states]) => {
      const blank = plan.facets.map((facet, i) => (i === index ? states[i] : facet.empty()));
      return [id, blank] as const;
    });
    merge(kept, { ...openLedger(plan), profiles: new Map(profiles) });
  }
  return kept;
}
