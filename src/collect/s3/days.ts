import { DAY } from '../../time.ts';
import { isoText } from '../../wording.ts';
import type { Window } from '../collector.ts';

/** Days of delivery, first and last, as folders are named: '2026/11/20'. */
export interface Days {
  /** Null for as far back as there is anything. */
  readonly first: string | null;
  readonly last: string;
}

/** The days on which events of a window are delivered: never before they happen, and up to a day after. */
export const daysOf = ({ from, until }: Window): Days => ({
  first: from === null ? null : folderOf(from),
  last: folderOf(until + DAY),
});

const folderOf = (at: number): string => isoText(at).slice(0, 10).replaceAll('-', '/');

/** Whether a day, or the year or month so far as it is told, has any of the days. */
export const overlaps = ({ first, last }: Days, day: string): boolean =>
  (first === null || day >= first.slice(0, day.length)) && day <= last.slice(0, day.length);

/** '2026-11-01 to 2026-11-21'. */
export const daysText = ({ first, last }: Days): string =>
  `${first === null ? 'the beginning' : first.replaceAll('/', '-')} to ${last.replaceAll('/', '-')}`;
