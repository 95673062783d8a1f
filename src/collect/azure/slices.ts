import { DAY, HOUR, MINUTE } from '../../time.ts';

/** A stretch of time from its first instant up to, and without, its end; both on whole minutes. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** Rows whose id hashes to `index` of `of`. */
export interface Part {
  readonly index: number;
  readonly of: number;
}

/** What one query asks for: a stretch, or a part of its rows. */
export interface Slice extends Stretch {
  readonly part?: Part;
}

const WEEK_OF_SHARD = 7 * DAY;
const MOST_PARTS = 16;

/** The least stretch on whole minutes that holds another. */
export const wholeMinutes = ({ from, until }: Stretch): Stretch => ({
  from: Math.floor(from / MINUTE) * MINUTE,
  until: Math.ceil(until / MINUTE) * MINUTE,
});

/** A stretch cut where weeks since the epoch begin, so that two windows are cut at the same places. */
export const weeksOf = (stretch: Stretch): Stretch[] => cut(stretch, WEEK_OF_SHARD);

/** A stretch as slices of at most a length in whole hours. */
export const slicesOf = (stretch: Stretch, length: number): Slice[] =>
  cut(stretch, Math.max(HOUR, Math.floor(length / HOUR) * HOUR));

/** What a slice is asked for as when it is too much: two that share all of it; none when it cannot be any less. */
export function smaller({ from, until, part }: Slice): readonly Slice[] {
  if (until - from > MINUTE) {
    const unit = until - from >= 2 * HOUR ? HOUR : MINUTE;
    const middle = Math.floor((from + until) / 2 / unit) * unit;
    return [
      { from, until: middle },
      { from: middle, until },
    ];
  }
  const { index, of } = part ?? { index: 0, of: 1 };
  if (of >= MOST_PARTS) return [];
  return [index, index + of].map(half => ({ from, until, part: { index: half, of: 2 * of } }));
}

/** Cuts at the multiples of a length. */
function cut({ from, until }: Stretch, length: number): Stretch[] {
  const pieces: Stretch[] = [];
  for (let at = from; at < until;) {
    const end = Math.min(until, (Math.floor(at / length) + 1) * length);
    pieces.push({ from: at, until: end });
    at = end;
  }
  return pieces;
}
