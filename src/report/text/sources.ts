import { displayWidth, shortName, truncateMiddle } from '../plain.ts';
import type { Page } from './layout.ts';
import { tameName } from './tame.ts';

/** A path longer than this is called by its last part. */
const LONGEST_PATH = 30;

/** What to call each source: a long path by its last part, unless two would then be called the same. */
export function sourceNames(page: Page, ids: readonly string[]): (id: string) => string {
  const brief = ids.map(id => briefName(tameName(id)));
  const areDistinct = new Set(brief).size === new Set(ids).size;
  const nameOf = (id: string): string => (areDistinct ? briefName(tameName(id)) : tameName(id));
  return id => truncateMiddle(nameOf(id), Math.floor(page.width / 2)) || '(unnamed)';
}

function briefName(id: string): string {
  const name = shortName(id, Number.POSITIVE_INFINITY);
  if (displayWidth(name) <= LONGEST_PATH) return name;
  const last = /[\\/]([^\\/]+[\\/]?)$/.exec(name);
  return last === null || last.index === 0 ? name : `…/${last[1]!}`;
}
