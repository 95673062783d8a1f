import type { Trouble } from '../../service/trouble.ts';
import type { Ask } from './client.ts';
import type { Query } from './plan.ts';

/** A stretch of time in epoch milliseconds, whole seconds; both ends belong to it. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** Some events of a query, the newest first. */
export interface Page {
  readonly items: readonly unknown[];
  /** Down to here all was seen; events of this very second may still be to come. */
  readonly at: number;
}

/** As often in a row may asking anew lead nowhere. */
const MOST_STUCK = 2;

/** As many pages may come without reaching an older second. */
const MOST_PAGES_A_SECOND = 1_000;

/** Where the pages of a query lead nowhere; other queries may fare better. */
export const STUCK: Trouble = {
  kind: 'other',
  what: 'LookupEvents gave the same page or refused its own page token again and again: run this again later',
};

/**
 * All pages of a query. Where a page token fails or leads back, it asks anew from the oldest second seen, so that nothing
 * is missed and some events come twice. Ends with null once all was seen, and otherwise with why not.
 */
export async function* pagesOf(query: Query, { from, until }: Stretch, ask: Ask): AsyncGenerator<Page, Trouble | null> {
  let end = until;
  for (let stuck = 0; stuck < MOST_STUCK;) {
    const { at, how } = yield* walk(query, { from, until: end }, ask);
    if (how !== 'astray') return how;
    stuck = at < end ? 0 : stuck + 1;
    end = at;
  }
  return STUCK;
}

interface Walked {
  readonly at: number;
  readonly how: Trouble | 'astray' | null;
}

/** Follows the page tokens of one request to their end or as far as they lead. */
async function* walk(query: Query, { from, until }: Stretch, ask: Ask): AsyncGenerator<Page, Walked> {
  let at = until;
  let token: string | undefined;
  let last = '';
  for (let still = 0; still < MOST_PAGES_A_SECOND;) {
    const answer = await ask({ query, from, until, token });
    if ('kind' in answer) return { at, how: answer.kind === 'token' ? 'astray' : answer };
    const { items } = answer;
    const oldest = oldestOf(items, from, until) ?? at;
    const name = nameOf(items);
    const isAstray = oldest > at || (name !== '' && name === last) || (token !== undefined && token === answer.token);
    const isEnd = answer.token === undefined && !isAstray;
    still = oldest < at ? 0 : still + 1;
    at = Math.min(at, oldest);
    yield { items, at: isEnd ? from : at };
    if (isEnd || isAstray) return { at, how: isEnd ? null : 'astray' };
    token = answer.token;
    last = name;
  }
  return { at, how: STUCK };
}

/** The oldest second of the items within a stretch; undefined when none of them says its time. */
function oldestOf(items: readonly unknown[], from: number, until: number): number | undefined {
  const times = items.map(timeOf).filter(time => time >= from && time <= until);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** When an item happened, to the second; not a number when it does not say. */
function timeOf(item: unknown): number {
  const time = field(item, 'EventTime');
  return time instanceof Date ? Math.floor(time.getTime() / 1000) * 1000 : Number.NaN;
}

/** What tells a page from the one before; empty when nothing does. */
const nameOf = (items: readonly unknown[]): string =>
  items
    .map(item => field(item, 'EventId'))
    .filter(id => typeof id === 'string')
    .join(' ');

const field = (item: unknown, name: string): unknown =>
  typeof item === 'object' && item !== null ? (item as Record<string, unknown>)[name] : undefined;
