import type { Episode } from '../model/finding.ts';

/** Anything with a first and a last instant. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** The time between two stretches, 0 when they touch. */
export function timeBetween(a: Stretch, b: Stretch): number {
  return Math.max(0, a.first - b.last, b.first - a.last);
}

/** Each stretch as an episode of a finding. */
export function episodesOf(stretches: readonly Stretch[]): Episode[] {
  return stretches.map(({ first, last }) => ({ from: first, until: last }));
}
