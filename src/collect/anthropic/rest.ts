import type Anthropic from '@anthropic-ai/sdk';
import { dig, digText } from '../../normalise/dig.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import type { Task } from '../collector.ts';
import { AnswerError } from '../service/answer-error.ts';
import { isRedirect, objectIn } from '../service/json.ts';
import { createLimiter } from '../service/limiter.ts';
import { followPages, lostList } from '../service/pages.ts';
import { isPassing } from '../service/passing.ts';
import { patiently } from '../service/patience.ts';
import { restAskedFor } from '../service/retry-after.ts';
import { readThrown } from '../service/thrown.ts';
import { baseIn, openClient } from './client.ts';
import type { Secret } from './keys.ts';

/** Which page of a list; the first, where none is named. */
export interface PageQuery {
  readonly limit: number;
  readonly after_id?: string;
  readonly page?: string;
}

/** Options that every request is sent with. */
export interface Sent {
  readonly signal: AbortSignal;
}

/** Asks for one page through the client of the SDK. */
export type AskPage = (client: Anthropic, query: PageQuery, sent: Sent) => { asResponse(): Promise<Response> };

/** Reads JSON from Anthropic. */
export interface Rest {
  /** One answer; throws what `explainAnthropic` explains. */
  get(ask: AskPage, limit?: number): Promise<JsonObject>;
  /** The lists of all pages, one by one. */
  pages(ask: AskPage, limit: number): AsyncGenerator<readonly unknown[], void, void>;
}

/** No rate is published; others share it. */
const GAP = 100;

type Get = (ask: AskPage, query: PageQuery) => Promise<JsonObject>;

/** Opens the API for one secret: never asked too fast, and with patience for what passes. */
export function openRest(secret: Secret, task: Task): Rest {
  const { host } = baseIn(task);
  const once = asker(secret, host, task);
  const get: Get = (ask, query) => patiently(task, () => once(ask, query), mayPass);
  return {
    get: (ask, limit = 1) => get(ask, { limit }),
    pages: (ask, limit) =>
      followPages<PageQuery>(
        { limit },
        { ask: query => get(ask, query), rows: 'data', next: nextOf, host: () => host, name: JSON.stringify },
      ),
  };
}

function asker(secret: Secret, host: string, task: Task): Get {
  const { clock, signal } = task;
  const limiter = createLimiter(clock, GAP);
  let opened: Promise<Anthropic> | undefined;
  const send = async (ask: AskPage, query: PageQuery): Promise<Response> => {
    const client = await (opened ??= openClient(secret, task));
    await limiter.turn(signal);
    signal.throwIfAborted();
    try {
      // The client listens to a signal for as long as it likes, and this one ends with the request.
      return await ask(client, query, { signal: AbortSignal.any([signal]) }).asResponse();
    } catch (error) {
      throw refusalOf(error, secret, host, clock.now()) ?? error;
    }
  };
  return async (ask, query) => {
    const response = await send(ask, query);
    return objectIn(await response.text(), { statusCode: response.status, host });
  };
}

/** Where the next page is, in whichever of its three ways Anthropic says it. */
function nextOf(page: JsonObject, { limit }: PageQuery): PageQuery | null {
  const hasMore = page['has_more'];
  const next = digText(page, 'next_page');
  if (hasMore === false) return null;
  if (next !== '') return { limit, page: next };
  if (hasMore !== true) return null;
  const last = digText(page, 'last_id');
  if (last !== '') return { limit, after_id: last };
  throw lostList();
}

/** What Anthropic, or something before it, said instead of an answer; null for what never got that far. */
function refusalOf(error: unknown, { text }: Secret, host: string, now: number): AnswerError | null {
  const status = dig(error, 'status');
  if (typeof status !== 'number') return null;
  const body = dig(error, 'error');
  const said = dig(body, 'error');
  const message = digText(said, 'message') || digText(body, 'message');
  return new AnswerError(
    // What stands in between may say back what it was sent.
    message.replaceAll(text, '[redacted]'),
    {
      statusCode: status,
      code: digText(said, 'type'),
      host,
      isStrange: isRedirect(status),
      restFor: restAskedFor(error, now),
    },
  );
}

/** Anthropic says by 409 that something is locked, and by 529 that it has too much to do. */
const ALSO_PASSING = [409, 529];

/** Whether the same request may be answered later. */
function mayPass(error: unknown): boolean {
  const status = error instanceof AnswerError ? error.statusCode : 0;
  const { code, isLate } = readThrown(error);
  return isPassing({ status, code, isLate }, ALSO_PASSING);
}
