import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { UserError } from '../../errors.ts';
import type { Access } from '../aws/access.ts';
import { readFault } from '../aws/fault.ts';
import { namedRegion } from '../aws/regions.ts';
import { signIn } from '../aws/session.ts';
import { explain } from '../aws/trouble.ts';
import type { Task } from '../collector.ts';
import type { Location } from './location.ts';

/** A bucket that can be asked. */
export interface Bucket {
  readonly name: string;
  /** Where it lies, as far as it tells. */
  readonly region: string;
  /** Who asks. */
  readonly access: Access;
  readonly client: S3Client;
}

/** Signs in, and finds out where a bucket lies. Throws a `UserError` when there is no such bucket. */
export async function openBucket({ bucket: name, region: told }: Location, task: Task): Promise<Bucket> {
  const access = await signInOnce(name, task);
  const guess = told || namedRegion(task) || access.globalRegion;
  const client = await clientFor(access, guess, task);
  const region = told || (await locate(client, name, task.signal)) || guess;
  return { name, region, access, client: region === guess ? client : await clientFor(access, region, task) };
}

/** A bucket lies in one account, whosever logs it holds: no role is assumed for each of those. */
async function signInOnce(name: string, task: Task): Promise<Access> {
  const { accounts, roleName: _, ...aws } = task.aws;
  const [access] = (await signIn({ ...task, aws })).accounts;
  if (access === undefined) throw new UserError(`nobody is signed in to read the bucket '${name}'`);
  if (accounts !== undefined)
    task.tell(`the bucket '${name}' is read as ${access.principal}, not by the accounts' roles`);
  return access;
}

async function clientFor(access: Access, region: string, { env }: Task): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const config: S3ClientConfig = {
    ...access.client(region),
    // Adaptive retries slow a client down to one request in two seconds, and all that goes on side by side with it.
    retryMode: 'standard',
    followRegionRedirects: true,
    useArnRegion: true,
    // What stands in for S3 elsewhere rarely has a host for each bucket.
    forcePathStyle: Boolean(env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL),
    // Gzip has checksums of its own.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestChecksumCalculation: 'WHEN_REQUIRED',
  };
  return new S3Client(config);
}

/** The Region of a bucket; empty when it does not tell. Whoever may not look is told all the same. */
async function locate(client: S3Client, bucket: string, signal: AbortSignal): Promise<string> {
  const { HeadBucketCommand } = await import('@aws-sdk/client-s3');
  try {
    const { BucketRegion } = await client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: signal });
    return BucketRegion ?? '';
  } catch (error) {
    if (signal.aborted) throw error;
    const { status } = readFault(error);
    if (status === 404) {
      throw new UserError(
        `there is no bucket '${bucket}'`,
        'Check its name, and --profile for the partition it is in.',
      );
    }
    if (status >= 300 && status < 500) return regionIn(error);
    throw new UserError(`cannot reach the bucket '${bucket}': ${explain(error, 's3:ListBucket').what}`);
  }
}

/** The Region that a refusal came with, empty when it did not. */
function regionIn(error: unknown): string {
  if (!(error instanceof Error) || !('$response' in error)) return '';
  const { headers } = error.$response as { readonly headers?: Readonly<Record<string, string>> };
  return headers?.['x-amz-bucket-region'] ?? '';
}
