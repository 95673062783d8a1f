import { DAY, HOUR } from '../../time.ts';
import { dayText, isoOf } from '../dates.ts';
import { type Markup, markup } from './markup.ts';

/** A stretch of time that is drawn from the left edge to the right. */
export interface Axis {
  readonly from: number;
  readonly until: number;
  readonly year: number;
}

const STEPS = [1, 2, 3, 6, 12, 24, 48, 7 * 24, 14 * 24, 28 * 24, 91 * 24, 364 * 24].map(hours => hours * HOUR);
const MOST_TICKS = 5;
/** Labels nearer to an edge than this would be cut off. */
const MARGIN = 5;

/** Where an instant lies, in hundredths of the width; what is outside is at the edge. */
export function placeOf(at: number, { from, until }: Axis): number {
  const share = ((at - from) / (until - from)) * 100;
  return Math.round(Math.min(Math.max(share, 0), 100) * 100) / 100 || 0;
}

/** Marks at round times, each with a line of `height` and its label below. */
export function ticks(axis: Axis, height: number): Markup[] {
  const length = axis.until - axis.from;
  const step = STEPS.find(size => length / size <= MOST_TICKS) ?? Math.ceil(length / MOST_TICKS / DAY) * DAY;
  const found: Markup[] = [];
  for (let at = Math.ceil(axis.from / step) * step; at <= axis.until; at += step) {
    const x = placeOf(at, axis);
    if (x < MARGIN || x > 100 - MARGIN) continue;
    const label = at % DAY === 0 ? dayText(at, axis.year) : isoOf(at).slice(11, 16);
    found.push(
      markup`<line class="tick" x1="${x}%" x2="${x}%" y1="0" y2="${height}"/><text x="${x}%" y="${height + 14}" text-anchor="middle">${label}</text>`,
    );
  }
  return found;
}
