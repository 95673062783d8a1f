import { dig, parseJson } from '../../../normalise/dig.ts';

/** How far the reading of a Region has come. */
export interface Cursor {
  /** The stretch that is read, both ends in epoch milliseconds. */
  readonly from: number;
  readonly until: number;
  /** The query that is being read, as it is written; those before it are done. */
  readonly query: string;
  /** Down to here all of it was seen. */
  readonly at: number;
  /** How much of the shard's size was still to be told. */
  readonly left: number;
  /** How many records could not be read so far. */
  readonly lost: number;
}

const NUMBERS = ['from', 'until', 'at', 'left', 'lost'] as const;

/** A cursor as text; page tokens are not in it, since they do not live long. */
export const writeCursor = (cursor: Cursor): string => JSON.stringify(cursor);

/** The cursor that a text is, or null when it is none. */
export function readCursor(text: string): Cursor | null {
  const value = parseJson(text);
  const query = dig(value, 'query');
  const isWhole = NUMBERS.every(name => Number.isFinite(dig(value, name)));
  return typeof query === 'string' && isWhole ? (value as Cursor) : null;
}
