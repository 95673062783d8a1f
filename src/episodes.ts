import type { Episode } from './model/finding.ts';
import { DAY } from './time.ts';

/** Quiet for longer than this, it is another story. */
const INCIDENT_GAP = DAY;

/** Whether two stretches lie within a day of each other. */
export const isNear = (a: Episode, b: Episode): boolean =>
  a.from - b.until <= INCIDENT_GAP && b.from - a.until <= INCIDENT_GAP;

/** Whether any of these stretches lies within a day of any of those. */
export const areNear = (a: readonly Episode[], b: readonly Episode[]): boolean =>
  a.some(x => b.some(y => isNear(x, y)));

/** Groups what lies no more than a quiet day apart, in order of time. */
export function incidentsOf<T extends Episode>(episodes: readonly T[]): T[][] {
  const incidents: T[][] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const episode of [...episodes].sort((a, b) => a.from - b.from || a.until - b.until)) {
    if (incidents.length > 0 && episode.from - until <= INCIDENT_GAP) incidents.at(-1)!.push(episode);
    else incidents.push([episode]);
    until = Math.max(until, episode.until);
  }
  return incidents;
}

/** One episode for each incident, from its first instant to its last. */
export const mergeEpisodes = (episodes: readonly Episode[]): Episode[] =>
  incidentsOf(episodes).map(incident => ({
    from: incident[0]!.from,
    until: incident.reduce((last, { until }) => Math.max(last, until), Number.NEGATIVE_INFINITY),
  }));
