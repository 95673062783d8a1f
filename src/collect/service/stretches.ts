/** A stretch of time in epoch milliseconds; its end does not belong to it. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** A stretch in parts that end at the multiples of a length since `origin`, so that two windows are cut at the same places. */
export function* partsOf({ from, until }: Stretch, length: number, origin = 0): Generator<Stretch> {
  for (let at = from; at < until;) {
    const end = Math.min(until, (Math.floor((at - origin) / length) + 1) * length + origin);
    yield { from: at, until: end };
    at = end;
  }
}

/** How long a stretch is, in milliseconds. */
export const lengthOf = ({ from, until }: Stretch): number => until - from;

/** Whether an instant lies in a stretch. */
export const isWithin = ({ from, until }: Stretch, at: number): boolean => at >= from && at < until;
