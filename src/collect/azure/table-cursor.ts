import { dig, parseJson } from '../../normalise/dig.ts';

/** Up to where a table was read, of which stretch, and what was lost on the way. */
export interface Cursor {
  readonly from: number;
  readonly until: number;
  readonly at: number;
  readonly lost: number;
}

/** A cursor as text. */
export const writeCursor = ({ from, until, at, lost }: Cursor): string => JSON.stringify({ from, until, at, lost });

/** The cursor that a text was written of, or null when it is none. */
export function readCursor(text: string): Cursor | null {
  const value = parseJson(text);
  const numbers = ['from', 'until', 'at', 'lost'].map(name => dig(value, name));
  if (!numbers.every(number => typeof number === 'number' && Number.isSafeInteger(number) && number >= 0)) return null;
  const [from, until, at, lost] = numbers as [number, number, number, number];
  return from <= at && at <= until ? { from, until, at, lost } : null;
}
