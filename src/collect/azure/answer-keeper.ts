import type { LogsQueryClientOptions } from '@azure/monitor-query';
import { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { dig } from '../../normalise/dig.ts';
import { MINUTE } from '../../time.ts';

type Policy = NonNullable<LogsQueryClientOptions['additionalPolicies']>[number]['policy'];

/** Takes the bodies of a client's answers. */
export interface Keeper {
  /** Stands last in the client's line, and hands on an empty answer in place of the real one. */
  readonly policy: Policy;
  /** The body of a response that the client gave; empty when it had none. */
  take(response: unknown): string;
}

/** No answer that has begun pauses for longer. */
const MOST_SILENT = 2 * MINUTE;

/** Unpacked in pieces of this many bytes: the usual ones are so small that handing them on takes longer. */
const PIECE = 1 << 20;

/** An answer that ended before its end. */
class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer';
  readonly code = 'ECONNRESET';
}

/**
 * A keeper for one client. The client's own reading costs ten times as much and rounds times and numbers, and what it
 * reads from never ends when a packed answer is cut off or called off.
 */
export function createKeeper(): Keeper {
  const texts = new WeakMap<object, string>();
  return {
    policy: {
      name: 'keywardAnswerKeeper',
      async sendRequest(request, next) {
        // Sent, but not shown to the pipeline, so that it leaves the unpacking to us.
        request.headers.delete('Accept-Encoding');
        request.requestOverrides = {
          headers: { ...request.headers.toJSON({ preserveCase: true }), 'Accept-Encoding': 'gzip' },
        };
        request.streamResponseStatusCodes = new Set([Number.POSITIVE_INFINITY]);
        const { readableStreamBody, ...response } = await next(request);
        const text =
          readableStreamBody === undefined
            ? ''
            : await textOf(readableStreamBody, response.headers.get('content-encoding'));
        if (response.status === 200) texts.set(request, text);
        return { ...response, bodyAsText: response.status === 200 ? '{"tables":[]}' : text };
      },
    },
    take(response) {
      const request = dig(response, 'request');
      return typeof request === 'object' && request !== null ? (texts.get(request) ?? '') : '';
    },
  };
}

async function textOf(body: NodeJS.ReadableStream, encoding: string | undefined): Promise<string> {
  if (body instanceof IncomingMessage) body.setTimeout(MOST_SILENT, () => body.destroy(new BrokenAnswer()));
  const plain = encoding === 'gzip' ? pipeline(body, createGunzip({ chunkSize: PIECE }), () => undefined) : body;
  plain.setEncoding('utf8');
  let text = '';
  try {
    for await (const piece of plain) text += String(piece);
  } catch (error) {
    throw error instanceof RangeError ? error : new BrokenAnswer('the answer was cut off');
  }
  return text;
}
