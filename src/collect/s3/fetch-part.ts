import { addAbortSignal, Readable } from 'node:stream';
import { SECOND } from '../../time.ts';
import type { Clock } from '../collector.ts';
import type { Bucket } from './bucket.ts';
import type { ListedObject } from './pages.ts';
import { type Refusal, whyBroken, whyRefused } from './unread.ts';

/** A stretch of an object. */
export interface Span {
  readonly object: ListedObject;
  readonly from: number;
  readonly until: number;
}

/** The bytes of a stretch, and what kept the rest of them away; empty when all are there. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly failure: string;
}

/** Fetches a stretch of an object. Never throws. */
export type Fetch = (span: Span, signal: AbortSignal) => Promise<Part>;

const TRIES = 5;

/** Fetches from a bucket; what broke off is asked for again from there on. */
export function createFetch(bucket: Bucket, { sleep }: Clock): Fetch {
  // Once a service is down for one object, nobody waits as long for the next.
  let patience = TRIES;
  return async (span, signal) => {
    const bytes = Buffer.allocUnsafeSlow(span.until - span.from);
    const most = patience;
    let filled = 0;
    for (let tries = 1; ; tries++) {
      const { count, refusal } = await fill(
        bucket,
        { ...span, from: span.from + filled },
        bytes.subarray(filled),
        signal,
      );
      filled += count;
      if (refusal === null || signal.aborted) break;
      if (refusal.isPassing && tries < most) {
        await sleep(SECOND * 2 ** (tries - 1), signal);
        continue;
      }
      if (refusal.isPassing) patience = 1;
      const failure = tries === 1 ? refusal.what : `${refusal.what}, at the last of ${tries} tries`;
      return { bytes: bytes.subarray(0, filled), failure };
    }
    patience = TRIES;
    return { bytes: bytes.subarray(0, filled), failure: '' };
  };
}

interface Filled {
  readonly count: number;
  readonly refusal: Refusal | null;
}

async function fill(bucket: Bucket, span: Span, into: Uint8Array, signal: AbortSignal): Promise<Filled> {
  const answer = await ask(bucket, span, signal);
  return answer instanceof Readable ? pour(addAbortSignal(signal, answer), into) : { count: 0, refusal: answer };
}

/** The answer's body, or why there is none. The object must still be the one that was listed. */
async function ask(bucket: Bucket, { object, from, until }: Span, signal: AbortSignal): Promise<Readable | Refusal> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const isWhole = from === 0 && until === object.size;
  const command = new GetObjectCommand({
    Bucket: bucket.name,
    Key: object.key,
    IfMatch: object.etag,
    Range: isWhole ? undefined : `bytes=${from}-${until - 1}`,
  });
  try {
    const { Body, $metadata } = await bucket.client.send(command, { abortSignal: signal });
    if (!(Body instanceof Readable)) return refused('the answer has no body');
    if (isWhole || $metadata.httpStatusCode === 206) return Body;
    Body.destroy();
    return refused('the server sends no part of an object, only the whole');
  } catch (error) {
    return whyRefused(error);
  }
}

/** Pours an answer into a buffer; tells how much came, and how it broke off if it did. */
async function pour(body: Readable, into: Uint8Array): Promise<Filled> {
  let count = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      if (count + chunk.length > into.length) return { count, refusal: refused('more was sent than was asked for') };
      into.set(chunk, count);
      count += chunk.length;
    }
  } catch (error) {
    return { count, refusal: whyBroken(error) };
  }
  return {
    count,
    refusal: count === into.length ? null : { what: 'less was sent than was asked for', isPassing: true },
  };
}

const refused = (what: string): Refusal => ({ what, isPassing: false });
