import { UserError } from '../../errors.ts';
import { describeAccess } from '../aws/access.ts';
import { probe } from '../aws/check/probe.ts';
import type { Check, Task } from '../collector.ts';
import { isLogLike } from '../intake/read-bytes.ts';
import { unbegun, untried } from '../service/checks.ts';
import { type Bucket, openBucket } from './bucket.ts';
import { createFetch } from './fetch-part.ts';
import { folderOf, objectAt } from './find-objects.ts';
import { isLeftOut, nameOf } from './layout.ts';
import { parseLocation, uriOf } from './location.ts';
import { type ListedObject, listPages, type Page } from './pages.ts';

/** As many folders as lie in each other on the way to an object. */
const DEEPEST = 24;

/** Whether a location in S3 can be listed and read: as whom, where it lies, one object listed, one byte read. */
export async function* checkS3(source: string, task: Task): AsyncGenerator<Check, null, void> {
  try {
    const location = parseLocation(source);
    const bucket = await openBucket(location, task);
    yield { what: 'signed in', state: 'ok', detail: describeAccess(bucket.access) };
    yield { what: 'bucket', state: 'ok', detail: `'${bucket.name}' in ${bucket.region}` };
    yield* checkObjects(bucket, location.path, task);
  } catch (error) {
    if (task.signal.aborted) return null;
    if (!(error instanceof UserError)) throw error;
    yield unbegun(source, error);
  }
  // What the rules would see is for the logs to tell.
  return null;
}

async function* checkObjects(bucket: Bucket, path: string, task: Task): AsyncGenerator<Check, void, void> {
  const { signal } = task;
  const named = await objectAt(bucket, path, signal);
  if (named !== null) return yield await checkReading(bucket, named, task);
  const folder = folderOf(path);
  const { check, answer: object } = await probe('s3:ListBucket', () => newestObject(bucket, folder, signal));
  if (check.state !== 'ok') {
    yield check;
    yield untried('s3:GetObject', 'no object is known to try it on');
  } else if (object === null) {
    yield untried('s3:ListBucket', `nothing under '${uriOf(bucket.name, folder)}'`);
  } else {
    yield { ...check, detail: uriOf(bucket.name, object.key) };
    yield await checkReading(bucket, object, task);
  }
}

async function checkReading(bucket: Bucket, object: ListedObject, { clock, signal }: Task): Promise<Check> {
  const { failure } = await createFetch(bucket, clock)({ object, from: 0, until: Math.min(1, object.size) }, signal);
  const detail = uriOf(bucket.name, object.key);
  if (failure === '') return { what: 's3:GetObject', state: 'ok', detail };
  const state = /\b(?:s3:GetObject|kms:Decrypt)\b/.test(failure) ? 'refused' : 'failed';
  return { what: 's3:GetObject', state, detail: `${detail}: ${failure}` };
}

/** The object that a look into the last folder of each folder comes upon; null when there is none on that way. */
async function newestObject(bucket: Bucket, folder: string, signal: AbortSignal): Promise<ListedObject | null> {
  let next: string | undefined = folder;
  for (let depth = 0; next !== undefined && depth < DEEPEST; depth++) {
    const { objects, folders } = await firstPage(bucket, next, signal);
    const object = objects.findLast(({ key, size }) => size > 0 && isLogLike(key));
    if (object !== undefined) return object;
    next = folders.findLast(name => !isLeftOut(nameOf(name)));
  }
  return null;
}

async function firstPage(bucket: Bucket, prefix: string, signal: AbortSignal): Promise<Page> {
  for await (const page of listPages(bucket, { prefix, isFlat: false }, signal)) return page;
  return { objects: [], folders: [] };
}
