import { hashText } from '../../hash.ts';
import { dig } from '../../normalise/dig.ts';
import { countText } from '../../wording.ts';
import { AnswerError } from '../service/answer-error.ts';
import { endlessList, listIn, MOST_PAGES } from '../service/pages.ts';
import type { Lot } from '../service/records.ts';
import { isWithin, lengthOf, type Stretch } from '../service/stretches.ts';
import type { Api, Query } from './api.ts';

/** A list that the API gives page by page. */
export interface NumberedList {
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

/** The pages of a list, one by one. A page that comes twice, or a list that ends too soon, is thrown as what it is. */
export async function* pagesOf(api: Api, list: NumberedList, size = PAGE_SIZE): AsyncGenerator<Page, void, void> {
  const seen = new Set<number>();
  let got = 0;
  let expected = 0;
  for (let number = 1; number <= MOST_PAGES; number++) {
    const answer = await api.get(list.path, { ...list.query, page: number, [list.size]: size });
    const rows = listIn(Array.isArray(answer) ? answer : dig(answer, list.rows), api.host);
    const hash = hashText(JSON.stringify(rows));
    if (rows.length > 0 && seen.has(hash))
      throw new AnswerError(`page ${number} of the list repeats one that was read: try again later`);
    seen.add(hash);
    got += rows.length;
    if (number === 1) expected = totalIn(answer, list);
    const of = numberIn(answer, 'total_pages');
    if (rows.length > 0) yield { rows, number, of };
    if (Array.isArray(answer)) return;
    if (!hasMore(answer, rows.length, number, size)) return checkCount(got, expected);
  }
  throw endlessList();
}

/** The number of pages is not to be trusted where LiteLLM stops counting: there, a page that is not full is the last. */
function hasMore(answer: unknown, length: number, number: number, size: number): boolean {
  const pages = numberIn(answer, 'total_pages');
  if (length === 0) return false;
  return pages > 0 && dig(answer, 'total_is_capped') !== true ? number < pages : length >= size;
}

const numberIn = (answer: unknown, name: string): number => {
  const value = dig(answer, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
};

const totalIn = (answer: unknown, { total }: NumberedList): number =>
  dig(answer, 'total_is_capped') === true ? 0 : numberIn(answer, total);

/** Rows that went while the list was read are missing too, and cannot be told from those that were lost. */
function checkCount(got: number, expected: number): void {
  if (got >= expected) return;
  throw new AnswerError(`the list ended after ${got} of ${countText(expected, 'row')}: try again`);
}

/** The rows of a stretch, page by page. A filter may give more than it was asked for; what has no readable time is kept, so that it is told. */
export async function* lotsWithin(
  api: Api,
  list: NumberedList,
  stretch: Stretch,
  timeOf: (row: unknown) => number | undefined,
): AsyncGenerator<Lot, void, void> {
  for await (const { rows, of } of pagesOf(api, list))
    yield { rows: rowsWithin(rows, stretch, timeOf), size: lengthOf(stretch) / Math.max(1, of) };
}

/** The rows of a stretch, and those whose time cannot be read. */
export const rowsWithin = (
  rows: readonly unknown[],
  stretch: Stretch,
  timeOf: (row: unknown) => number | undefined,
): readonly unknown[] =>
  rows.filter(row => {
    const at = timeOf(row);
    return at === undefined || isWithin(stretch, at);
  });
