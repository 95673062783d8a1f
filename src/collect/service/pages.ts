import type { JsonObject } from '../../scan/wanted.ts';
import { countText } from '../../wording.ts';
import { AnswerError } from './answer-error.ts';

/** A list of more pages than this is not believed. */
export const MOST_PAGES = 20_000;

/** That a list has more pages than are believed. */
export const endlessList = (): AnswerError =>
  new AnswerError(`the list has more than ${countText(MOST_PAGES, 'page')}`);

/** That a list has more pages, and that it is not said where. */
export const lostList = (): AnswerError =>
  new AnswerError('the list has more pages and does not say where: try again later');

/** A list that is given page by page, each of which says where the next is. */
export interface PagedList<Place> {
  ask(place: Place): Promise<JsonObject>;
  /** What the rows of a page stand under. */
  readonly rows: string;
  /** Where the page after this one is; null when there is none. */
  next(page: JsonObject, place: Place): Place | null;
  /** The host of a place, for what is said of it. */
  host(place: Place): string;
  /** Tells a place from others. */
  name(place: Place): string;
}

/** Follows a list from page to page, and throws where it leads back or has no end. */
export async function* followPages<Place>(
  first: Place,
  list: PagedList<Place>,
): AsyncGenerator<readonly unknown[], void, void> {
  const seen = new Set<string>();
  for (let place: Place | null = first; place !== null;) {
    seen.add(list.name(place));
    const page: JsonObject = await list.ask(place);
    yield listIn(page[list.rows], list.host(place));
    place = list.next(page, place);
    if (place === null) return;
    if (seen.size >= MOST_PAGES) throw endlessList();
    if (seen.has(list.name(place)))
      throw new AnswerError(
        `the list leads back to a page that was read (after ${countText(seen.size, 'page')}): try again later`,
      );
  }
}

/** A list that stands in an answer; throws when it is none. */
export function listIn(value: unknown, host: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new AnswerError('an answer without a list', { host, isStrange: true });
}
