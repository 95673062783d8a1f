import type { Completion } from '../model/batch.ts';
import { formatsFor, notAuditLogs } from '../normalise/formats.ts';
import { compareText } from '../wording.ts';
import { ownActions, s3Needs } from './aws/needs.ts';
import { roomy } from './aws/signals.ts';
import { defineCollector, type OpenSource, type Shard, type Task } from './collector.ts';
import { isLogLike, readBytes } from './intake/read-bytes.ts';
import { type Bucket, openBucket } from './s3/bucket.ts';
import { checkS3 } from './s3/check.ts';
import { createFetch } from './s3/fetch-part.ts';
import { findObjects } from './s3/find-objects.ts';
import { isInS3, parseLocation, uriOf } from './s3/location.ts';
import { objectBytes } from './s3/object-bytes.ts';
import { createPrefetch, type Prefetch } from './s3/prefetch.ts';

export const s3 = defineCollector({
  id: 's3',
  title: 'S3',
  description:
    'Logs straight from a bucket, the same as from files. Of a CloudTrail trail, also of an organisation, only the ' +
    'days asked for are listed and read, 90 unless --since says otherwise.',
  forms: ['s3://bucket', 's3://bucket/prefix', 's3://bucket/path/object.json.gz'],
  needs: s3Needs,
  ownActions,
  unit: 'object',
  accepts: isInS3,
  open: openS3,
});

/** The objects that a location in S3 holds. */
function openS3(source: string, asked: Task): OpenSource {
  const task = { ...asked, signal: roomy(asked.signal) };
  const known = { formats: formatsFor(asked.reading), others: notAuditLogs };
  let listed: Listed | null = null;
  return {
    isMixed: true,
    async *shards() {
      try {
        listed = await list(source, task);
      } catch (error) {
        if (task.signal.aborted) return;
        throw error;
      }
      yield* listed.shards;
    },
    async *read(shard) {
      const { places, failures, prefetch, remarks, shards } = listed!;
      const place = places.get(shard.key);
      const bytes = place === undefined ? null : objectBytes(prefetch.parts(place), task.signal);
      const isLog = shard.isNamed === true || isLogLike(shard.key);
      const completion =
        bytes === null ? unlisted(failures.get(shard.key) ?? 'was not listed') : yield* readBytes(bytes, isLog, known);
      return shard.key === shards[0]?.key ? { ...completion, remarks } : completion;
    },
    self: () => (listed === null ? [] : [listed.bucket.access.principal]),
    reach: () => (listed?.isDated && asked.window.from !== null ? { from: asked.window.from, why: '' } : null),
    check: () => checkS3(source, task),
  };
}

interface Listed {
  readonly bucket: Bucket;
  readonly shards: readonly Shard[];
  /** The place of each object among those found, by its shard's key. */
  readonly places: ReadonlyMap<string, number>;
  /** Why folders could not be listed, by their shards' keys. */
  readonly failures: ReadonlyMap<string, string>;
  readonly prefetch: Prefetch;
  /** Whether the objects were chosen by their day. */
  readonly isDated: boolean;
  readonly remarks: readonly string[];
}

async function list(source: string, task: Task): Promise<Listed> {
  const location = parseLocation(source);
  const bucket = await openBucket(location, task);
  const { objects, isNamed, unlisted: folders, isDated, remarks } = await findObjects(bucket, location, task);
  const keyOf = (key: string): string => uriOf(bucket.name, key);
  const failures = new Map([...folders].map(([folder, what]) => [keyOf(folder), what]));
  const shards: Shard[] = [
    ...objects.map(({ key, size, etag }) => ({ key: keyOf(key), size, isNamed, ...(etag && { stamp: etag }) })),
    ...Array.from(failures.keys(), key => ({ key, size: 0 })),
  ];
  return {
    bucket,
    shards: shards.sort((a, b) => compareText(a.key, b.key)),
    places: new Map(objects.map(({ key }, place) => [keyOf(key), place])),
    failures,
    prefetch: createPrefetch(objects, createFetch(bucket, task.clock), task.signal),
    isDated,
    remarks,
  };
}

/** A folder is a shard where it could not be listed, so that its reading says so. */
const unlisted = (what: string): Completion => ({
  complete: false,
  kind: '',
  views: null,
  damage: [{ where: '', what: `cannot be listed to its end: ${what}`, count: 1 }],
  skipped: false,
});
