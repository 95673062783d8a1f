import type Anthropic from '@anthropic-ai/sdk';
import { dig, digText, isObject, parseJson } from '../../normalise/dig.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import { MINUTE, SECOND } from '../../time.ts';
import { countText } from '../../wording.ts';
import type { Task } from '../collector.ts';
import { createLimiter } from '../service/limiter.ts';
import { readThrown } from '../service/thrown.ts';
import { AnswerError } from './answer-error.ts';
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

/** A list of more pages than this is not believed. */
const MOST_PAGES = 20_000;

/** No rate is published; others share it. */
const GAP = 100;

const PATIENCE = 5 * MINUTE;
const PAUSES = [SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 20 * SECOND, 30 * SECOND];

type Get = (ask: AskPage, query: PageQuery) => Promise<JsonObject>;

/** Opens the API for one secret: never asked too fast, and with patience for what passes. */
export function openRest(secret: Secret, task: Task): Rest {
  const get = patient(asker(secret, task), task);
  return {
    get: (ask, limit = 1) => get(ask, { limit }),
    pages: (ask, limit) => pagesOf(query => get(ask, query), limit),
  };
}

function asker(secret: Secret, task: Task): Get {
  const { clock, signal } = task;
  const limiter = createLimiter(clock, GAP);
  const { host } = baseIn(task);
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
    const value = parseJson(await response.text());
    if (isObject(value)) return value;
    throw new AnswerError('an answer that is not JSON', { status: response.status, host, isStrange: true });
  };
}

/** Asks again what may be answered later, until it is no use. */
function patient(get: Get, { clock, signal }: Task): Get {
  return async (ask, query) => {
    const since = clock.now();
    for (let pauses = 0; ; pauses++) {
      try {
        return await get(ask, query);
      } catch (error) {
        signal.throwIfAborted();
        const pause = PAUSES[Math.min(pauses, PAUSES.length - 1)]!;
        const rest = Math.max(error instanceof AnswerError ? error.restFor : 0, pause);
        if (!isPassing(error) || clock.now() - since + rest > PATIENCE) throw error;
        await clock.sleep(rest, signal);
      }
    }
  };
}

/** Follows a list from page to page, in whichever of its three ways Anthropic says where the next is. */
async function* pagesOf(
  get: (query: PageQuery) => Promise<JsonObject>,
  limit: number,
): AsyncGenerator<readonly unknown[], void, void> {
  const seen = new Set<string>();
  let query: PageQuery | null = { limit };
  while (query !== null) {
    seen.add(JSON.stringify(query));
    const page: JsonObject = await get(query);
    const { data } = page;
    if (!Array.isArray(data)) throw new AnswerError('an answer without a list', { isStrange: true });
    yield data;
    query = nextOf(page, limit);
    if (query !== null && seen.size >= MOST_PAGES)
      throw new AnswerError(`the list has more than ${countText(MOST_PAGES, 'page')}`);
    if (query !== null && seen.has(JSON.stringify(query)))
      throw new AnswerError(
        `the list leads back to a page that was read (after ${countText(seen.size, 'page')}): try again later`,
      );
  }
}

function nextOf(page: JsonObject, limit: number): PageQuery | null {
  const hasMore = page['has_more'];
  const next = digText(page, 'next_page');
  if (hasMore === false) return null;
  if (next !== '') return { limit, page: next };
  if (hasMore !== true) return null;
  const last = digText(page, 'last_id');
  if (last !== '') return { limit, after_id: last };
  throw new AnswerError('the list has more pages and does not say where: try again later');
}

/** What Anthropic, or something before it, said instead of an answer; null for what never got that far. */
function refusalOf(error: unknown, { text }: Secret, host: string, now: number): AnswerError | null {
  const status = dig(error, 'status');
  if (typeof status !== 'number') return null;
  const body = dig(error, 'error');
  const said = dig(body, 'error');
  const type = digText(said, 'type');
  const message = digText(said, 'message') || digText(body, 'message');
  return new AnswerError(
    // What stands in between may say back what it was sent.
    message.replaceAll(text, '[redacted]'),
    { status, type, host, isStrange: status >= 300 && status < 400, restFor: restIn(error, now) },
  );
}

/** How long to wait, as a number of seconds or as a date. */
function restIn(error: unknown, now: number): number {
  const headers = dig(error, 'headers');
  const text = headers instanceof Headers ? (headers.get('retry-after') ?? '') : '';
  const wait = /^\d{1,6}(?:\.\d+)?$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

const PASSING = /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** Whether the same request may be answered later; 529 is Anthropic being overloaded. */
function isPassing(error: unknown): boolean {
  if (error instanceof AnswerError) return [408, 409, 429, 500, 502, 503, 504, 529].includes(error.status);
  const { code, layers } = readThrown(error);
  return layers[0]?.['name'] === 'APIConnectionTimeoutError' || PASSING.test(code);
}
