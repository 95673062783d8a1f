import { displayWidth, shortName, truncateMiddle } from '../plain.ts';
import { tameName } from './tame.ts';

/** A path longer than this is called by its last part. */
const LONGEST_PATH = 30;

/** What to call each source in `room` columns: a long path by its last part, unless two would then be the same. */
export function sourceNames(ids: readonly string[], room: number): (id: string) => string {
  const areDistinct = new Set(ids.map(briefName)).size === new Set(ids).size;
  return id => truncateMiddle(areDistinct ? briefName(id) : tameName(id), room) || '(unnamed)';
}

function briefName(id: string): string {
  const name = shortName(id, Number.POSITIVE_INFINITY);
  const last = /.[\\/]([^\\/]+[\\/]?)$/.exec(name)?.[1];
  return tameName(last === undefined || displayWidth(name) <= LONGEST_PATH ? name : `…/${last}`);
}
