import { UserError } from '../../errors.ts';

/** A place in S3, as a source names it. */
export interface Location {
  /** The name of a bucket or of an access point, or the ARN of an access point. */
  readonly bucket: string;
  /** What follows the bucket: a folder with or without its slash, or the key of one object. */
  readonly path: string;
  /** The Region, where the name of an access point tells it. */
  readonly region: string;
}

const BUCKET = /^s3:\/\/([A-Za-z0-9._-]{3,255})(?:\/(.*))?$/is;
const ACCESS_POINT = /^s3:\/\/(arn:[a-z-]+:s3:([a-z0-9-]+):\d{12}:accesspoint[/:][a-z0-9-]+)(?:\/(.*))?$/is;

/** Whether a source lies in S3. */
export const isInS3 = (source: string): boolean => /^s3:/i.test(source);

/** Reads `s3://bucket/prefix`. Throws a `UserError` when no bucket can be told. */
export function parseLocation(source: string): Location {
  const point = ACCESS_POINT.exec(source);
  if (point !== null) return { bucket: point[1]!, region: point[2]!, path: point[3] ?? '' };
  const [, bucket, path = ''] = BUCKET.exec(source) ?? [];
  if (bucket !== undefined) return { bucket, path, region: '' };
  throw new UserError(
    `'${source}' names no bucket`,
    'Write it as s3://bucket, s3://bucket/prefix or s3://bucket/path/object.json.gz.',
  );
}

/** An object or a folder, as a source would name it. */
export const uriOf = (bucket: string, key: string): string => `s3://${bucket}/${key}`;
