import type { Episode } from './model/finding.ts';
import { DAY } from './time.ts';

/** Quiet for longer than this, it is another story. */
const INCIDENT_GAP = DAY;

/** Whether two stretches lie within a day of each other. */
export const isNear = (a: Episode, b: Episode): boolean =>
  a.from - b.until <= INCIDENT_GAP && b.from - a.until <= INCIDENT_GAP;

/** Joins episodes that lie no more than a quiet day apart; in order of time. */
export function mergeEpisodes(episodes: readonly Episode[]): Episode[] {
  const merged: Episode[] = [];
  for (const { from, until } of [...episodes].sort((a, b) => a.from - b.from || a.until - b.until)) {
    const last = merged.at(-1);
    if (last !== undefined && isNear(last, { from, until })) {
      merged[merged.length - 1] = { from: last.from, until: Math.max(last.until, until) };
    } else merged.push({ from, until });
  }
  return merged;
}
