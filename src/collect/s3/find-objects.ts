import { UserError } from '../../errors.ts';
import { SECOND } from '../../time.ts';
import { compareText, countText } from '../../wording.ts';
import { readFault } from '../aws/fault.ts';
import { explain } from '../aws/trouble.ts';
import type { Task } from '../collector.ts';
import type { Bucket } from './bucket.ts';
import { daysOf } from './days.ts';
import { type Location, uriOf } from './location.ts';
import { nothingFound } from './nothing-found.ts';
import type { ListedObject } from './pages.ts';
import { createSieve } from './sieve.ts';
import { walk } from './walk.ts';

/** What a location holds. */
interface Found {
  /** In the order of their keys. */
  readonly objects: readonly ListedObject[];
  /** True when the location is one object. */
  readonly isNamed: boolean;
  /** Folders that could not be listed to their end, and why. */
  readonly unlisted: ReadonlyMap<string, string>;
  /** Whether they were chosen by their day. */
  readonly isDated: boolean;
  readonly remarks: readonly string[];
}

const TELL_EVERY = 10 * SECOND;

/** Lists what is to be read at a location. Throws a `UserError` when that is nothing. */
export async function findObjects(bucket: Bucket, { path }: Location, task: Task): Promise<Found> {
  const object = await objectAt(bucket, path, task.signal);
  if (object !== null) return { objects: [object], isNamed: true, unlisted: new Map(), isDated: false, remarks: [] };
  const folder = folderOf(path);
  const days = daysOf(task.window);
  const sieve = createSieve(folder, days);
  const unlisted = new Map<string, string>();
  await walk(bucket, folder, {
    days,
    sieve,
    signal: task.signal,
    onPage: createTeller(bucket, task),
    onFailure: (failed, error) => {
      if (task.signal.aborted) return;
      const { what } = explain(error, 's3:ListBucket');
      if (failed === folder) throw new UserError(`cannot list '${uriOf(bucket.name, folder)}': ${what}`);
      unlisted.set(failed, what);
    },
  });
  const objects = [...sieve.taken()].sort((a, b) => compareText(a.key, b.key));
  if (objects.length + unlisted.size === 0 && !task.signal.aborted) {
    throw await nothingFound(bucket, folder, { days, sieve, signal: task.signal });
  }
  return { objects, isNamed: false, unlisted, isDated: sieve.isDated(), remarks: sieve.remarks() };
}

/** A path as a folder: with its slash, unless it is the whole bucket. */
export const folderOf = (path: string): string => (path === '' || path.endsWith('/') ? path : `${path}/`);

/** The object that a path is the key of; null when there is none, or when nobody may know: then its listing says so. */
export async function objectAt(
  { name, client }: Bucket,
  key: string,
  signal: AbortSignal,
): Promise<ListedObject | null> {
  if (key === folderOf(key)) return null;
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
  try {
    const answer = await client.send(new HeadObjectCommand({ Bucket: name, Key: key }), { abortSignal: signal });
    return { key, size: answer.ContentLength ?? 0, etag: answer.ETag };
  } catch (error) {
    if (signal.aborted || isRefused(error)) return null;
    throw new UserError(`cannot reach '${uriOf(name, key)}': ${explain(error, 's3:GetObject').what}`);
  }
}

const isRefused = (error: unknown): boolean => {
  const { status } = readFault(error);
  return status >= 300 && status < 500;
};

/** Says now and then how far a long listing has come. */
function createTeller({ name }: Bucket, { clock, tell }: Task): (page: { objects: readonly ListedObject[] }) => void {
  let toldAt = clock.now();
  let count = 0;
  return ({ objects }) => {
    count += objects.length;
    if (clock.now() - toldAt < TELL_EVERY) return;
    toldAt = clock.now();
    tell(`listing the bucket '${name}': ${countText(count, 'object')} so far`);
  };
}
