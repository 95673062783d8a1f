import { eachOf } from '../../pool.ts';
import type { Bucket } from './bucket.ts';
import { type Days, overlaps } from './days.ts';
import { nameOf, placeOf } from './layout.ts';
import { type Asked, listPages, type Page } from './pages.ts';
import type { Sieve } from './sieve.ts';

/** As many listings as are under way at once. */
const LANES = 8;

/** So many folders that are not part of a trail are looked into one by one; where there are more, all is listed flat. */
const FOLDERS_AT_ONCE = 100;
const FOLDERS_IN_ALL = 300;

/** Who is told while a bucket is walked through. */
interface Walker {
  readonly days: Days;
  readonly sieve: Sieve;
  readonly signal: AbortSignal;
  onPage(page: Page): void;
  /** A folder could not be listed to its end; what it held until then counts. */
  onFailure(folder: string, error: unknown): void;
}

/** Lists what lies below a folder into the sieve: of a trail no more than the days asked for, of the rest all. */
export async function walk(bucket: Bucket, folder: string, walker: Walker): Promise<void> {
  let strange = 0;
  for (let level: readonly string[] = [folder]; level.length > 0 && !walker.signal.aborted;) {
    const isSmall = strange <= FOLDERS_IN_ALL;
    const found: string[] = [];
    await eachOf(level, LANES, async next => {
      if (walker.signal.aborted) return;
      try {
        found.push(...(await visit(bucket, next, isSmall, walker)));
      } catch (error) {
        walker.onFailure(next, error);
      }
    });
    level = found;
    strange += found.filter(next => placeOf(next) === 'outside').length;
  }
}

/** Lists one folder and returns the folders in it that are still to be looked into. */
async function visit(bucket: Bucket, folder: string, isSmall: boolean, walker: Walker): Promise<readonly string[]> {
  const place = placeOf(folder);
  if (place === 'days') return take(bucket, folder, walker);
  if (place === 'other' || (place === 'outside' && !isSmall)) return takeAll(bucket, folder, walker);
  const folders: string[] = [];
  for await (const page of listPages(bucket, { prefix: folder, isFlat: false }, walker.signal)) {
    addPage(page, walker);
    folders.push(...page.folders);
    if (place === 'outside' && folders.length > FOLDERS_AT_ONCE) return takeAll(bucket, folder, walker);
  }
  if (place === 'services') return folders.filter(walker.sieve.admits);
  if (place === 'years') return folders.filter(year => placeOf(year) !== 'days' || overlaps(walker.days, nameOf(year)));
  return folders;
}

async function takeAll(bucket: Bucket, folder: string, walker: Walker): Promise<readonly string[]> {
  const asked = { prefix: folder, isFlat: true };
  for await (const page of listPages(bucket, asked, walker.signal)) addPage(page, walker);
  return [];
}

/** Days are listed in their order: from the first that is asked for to the page where the last ends. */
async function take(bucket: Bucket, folder: string, walker: Walker): Promise<readonly string[]> {
  const region = folder.replace(/(?:\/\d+)+\/$/, '/');
  const { first, last } = walker.days;
  const asked: Asked = { prefix: folder, isFlat: true };
  const after = first === null ? '' : `${region}${first}/`;
  const end = `${region}${last}`;
  for await (const page of listPages(bucket, after > folder ? { ...asked, after } : asked, walker.signal)) {
    addPage(page, walker);
    if ((page.objects.at(-1)?.key.slice(0, end.length) ?? '') > end) break;
  }
  return [];
}

function addPage(page: Page, { sieve, onPage }: Walker): void {
  for (const object of page.objects) sieve.add(object);
  onPage(page);
}
