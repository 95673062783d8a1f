import { nearest, UserError } from '../../errors.ts';
import { countText, someText } from '../../wording.ts';
import type { Bucket } from './bucket.ts';
import { type Days, daysText } from './days.ts';
import { uriOf } from './location.ts';
import { listPages } from './pages.ts';
import type { Sieve } from './sieve.ts';

/** How the search went. */
interface Search {
  readonly days: Days;
  readonly sieve: Sieve;
  readonly signal: AbortSignal;
}

/** Why there is nothing to read below a folder, and what there is instead. */
export async function nothingFound(bucket: Bucket, folder: string, search: Search): Promise<UserError> {
  const uri = uriOf(bucket.name, folder);
  const remarks = search.sieve.remarks();
  const names = await namesIn(bucket, folder, search.signal);
  if (names.length === 0)
    return new UserError(`no objects under '${uri}'`, await hintFor(bucket, folder, search.signal));
  const outside = search.sieve.outside();
  const held = [
    `It holds ${someText(names.map(quoted), 5)}`,
    ...(outside === 0 ? [] : [`${countText(outside, 'object')} of other days`]),
  ];
  return new UserError(
    `no objects of the days ${daysText(search.days)} under '${uri}'${remarks.map(remark => ` (${remark})`).join('')}`,
    `${held.join(', ')}. Check the prefix and --since.`,
  );
}

/** What lies near a folder that is not there. */
async function hintFor(bucket: Bucket, folder: string, signal: AbortSignal): Promise<string> {
  if (folder === '') return 'The bucket is empty.';
  const stem = folder.slice(0, -1);
  const parent = stem.slice(0, stem.lastIndexOf('/') + 1);
  const begun = await namesIn(bucket, stem, signal);
  const others = begun.length > 0 ? begun : await namesIn(bucket, parent, signal);
  const near = nearest(folder, others);
  if (near !== undefined) return `Did you mean '${uriOf(bucket.name, near)}'?`;
  if (others.length === 0) return `There is nothing under '${uriOf(bucket.name, parent)}' either. Check the prefix.`;
  return `'${uriOf(bucket.name, parent)}' holds ${someText(others.map(quoted), 5)}.`;
}

const quoted = (name: string): string => `'${name}'`;

/** Keys and folders right below a prefix, as many as one page holds. */
async function namesIn(bucket: Bucket, prefix: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    for await (const { objects, folders } of listPages(bucket, { prefix, isFlat: false }, signal)) {
      return [...folders, ...objects.map(({ key }) => key)];
    }
  } catch {
    // It is only for a hint.
  }
  return [];
}
