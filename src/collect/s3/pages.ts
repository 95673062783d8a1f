import type { _Object, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';

/** An object, as a listing tells it. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  /** Undefined where the server gives none. */
  readonly etag: string | undefined;
}

/** One page of a listing. */
export interface Page {
  readonly objects: readonly ListedObject[];
  /** Folders right below the prefix; none in a flat listing. */
  readonly folders: readonly string[];
}

/** What is listed. */
export interface Asked {
  readonly prefix: string;
  /** Everything below, instead of what lies right there and the names of the folders. */
  readonly isFlat: boolean;
  /** Begins behind this key. */
  readonly after?: string;
  readonly most?: number;
}

/** Lists page by page, in the order of the keys. Throws what the SDK throws. */
export async function* listPages(bucket: Bucket, asked: Asked, signal: AbortSignal): AsyncGenerator<Page, void, void> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const request = {
    Bucket: bucket.name,
    Prefix: asked.prefix,
    Delimiter: asked.isFlat ? undefined : '/',
    StartAfter: asked.after,
    MaxKeys: asked.most,
    // A key may hold what XML may not.
    EncodingType: 'url' as const,
  };
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({ ...request, ContinuationToken: token });
    const answer: ListObjectsV2CommandOutput = await bucket.client.send(command, { abortSignal: signal });
    yield pageOf(answer);
    if (answer.IsTruncated !== true) return;
    const next = answer.NextContinuationToken;
    if (next === undefined || next === token)
      throw new Error('the listing does not go on, though more is said to come');
    token = next;
  } while (!signal.aborted);
}

function pageOf({ Contents = [], CommonPrefixes = [], EncodingType }: ListObjectsV2CommandOutput): Page {
  const decode = EncodingType === 'url' ? decoded : (text: string) => text;
  return {
    objects: Contents.flatMap(object => listingOf(object, decode)),
    folders: CommonPrefixes.flatMap(({ Prefix }) => (Prefix === undefined ? [] : [decode(Prefix)])),
  };
}

/** Nothing for an empty object that only stands for a folder. */
function listingOf({ Key, Size = 0, ETag }: _Object, decode: (text: string) => string): ListedObject[] {
  const key = decode(Key ?? '');
  return key === '' || (Size === 0 && key.endsWith('/')) ? [] : [{ key, size: Size, etag: ETag }];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
