import { dig, isObject } from '../../normalise/dig.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import { countText } from '../../wording.ts';
import { LitellmAnswerError } from './answer.ts';
import type { Api, Query } from './api.ts';

/** A list that the API gives page by page. */
export interface PagedList {
  readonly path: string;
  /** What the rows stand under in an answer; a bare list is taken as well. */
  readonly rows: string;
  /** What the size of a page is called. */
  readonly size: 'size' | 'page_size';
  /** What the number of all rows is called. */
  readonly total: 'total' | 'total_count';
  readonly query?: Query;
}

/** One page, and of how many, as far as that is known. */
export interface Page {
  readonly rows: readonly unknown[];
  readonly number: number;
  readonly of: number;
}

/** As many rows as LiteLLM gives at once. */
const PAGE_SIZE = 100;

/** A list of more pages than this is not believed. */
const MOST_PAGES = 20_000;

/** The pages of a list, one by one. A page that comes twice, or a list that ends too soon, is thrown as what it is. */
export async function* pagesOf(api: Api, list: PagedList, size = PAGE_SIZE): AsyncGenerator<Page, void, void> {
  const seen = new Set<string>();
  let got = 0;
  let expected = 0;
  for (let number = 1; number <= MOST_PAGES; number++) {
    const answer = await api.get(list.path, { ...list.query, page: number, [list.size]: size });
    const rows = rowsIn(answer, list);
    const text = JSON.stringify(rows);
    if (rows.length > 0 && seen.has(text))
      throw new LitellmAnswerError(`page ${number} of the list repeats one that was read: try again later`, {});
    seen.add(text);
    got += rows.length;
    if (number === 1) expected = totalIn(answer, list);
    const of = numberIn(answer, 'total_pages');
    if (rows.length > 0) yield { rows, number, of };
    if (Array.isArray(answer)) return;
    if (!hasMore(answer, rows.length, number, size)) return checkCount(got, expected);
  }
  throw new LitellmAnswerError(`the list has more than ${countText(MOST_PAGES, 'page')}`, {});
}

function rowsIn(answer: unknown, { rows: name }: PagedList): readonly unknown[] {
  const rows = Array.isArray(answer) ? (answer as unknown[]) : dig(answer, name);
  if (Array.isArray(rows)) return rows;
  throw new LitellmAnswerError('an answer without a list', { isStrange: true });
}

/** The number of pages is not to be trusted where LiteLLM stops counting: there, a page that is not full is the last. */
function hasMore(answer: unknown, length: number, number: number, size: number): boolean {
  const pages = numberIn(answer, 'total_pages');
  if (length === 0) return false;
  return pages > 0 && dig(answer, 'total_is_capped') !== true ? number < pages : length >= size;
}

const numberIn = (answer: unknown, name: string): number => {
  const value = isObject(answer) ? (answer as JsonObject)[name] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
};

const totalIn = (answer: unknown, { total }: PagedList): number =>
  dig(answer, 'total_is_capped') === true ? 0 : numberIn(answer, total);

/** Rows that went while the list was read are missing too, and cannot be told from those that were lost. */
function checkCount(got: number, expected: number): void {
  if (got >= expected) return;
  throw new LitellmAnswerError(`the list ended after ${got} of ${countText(expected, 'row')}: try again`, {});
}
