import { dig, digText, isObject, parseJson } from '../../normalise/dig.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import { MINUTE, SECOND } from '../../time.ts';
import { countText } from '../../wording.ts';
import type { Task } from '../collector.ts';
import { createLimiter } from '../service/limiter.ts';
import { readAzureFault } from './fault.ts';
import { type Answer, openSend, type Send } from '../service/send.ts';
import { type AzureAccess, tokenFor } from './sign-in.ts';

/** Reads JSON from one service of Azure. */
export interface Rest {
  /** The answer at a path of the service; throws what `explainAzure` explains. */
  get(path: string): Promise<JsonObject>;
  /** The lists of all pages from a path on, one by one. */
  pages(path: string): AsyncGenerator<readonly unknown[], void, void>;
}

/** A service, and how it may be asked. */
export interface Service {
  /** Where it answers; tokens are made out to it. */
  readonly base: string;
  /** What the next page is called in an answer. */
  readonly next: 'nextLink' | '@odata.nextLink';
  /** The least time between two requests, in milliseconds. */
  readonly gap: number;
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number;
}

/** An answer that is not what was asked for; it holds nothing of the request. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly statusCode: number;
  readonly code: string;
  readonly host: string;
  /** What answered is not the service. */
  readonly isStrange: boolean;
  /** How long the service wants to be left alone, in milliseconds. */
  readonly restFor: number;

  constructor(
    message: string,
    about: Partial<Pick<AnswerError, 'statusCode' | 'code' | 'host' | 'isStrange' | 'restFor'>>,
  ) {
    super(message);
    this.statusCode = about.statusCode ?? 0;
    this.code = about.code ?? '';
    this.host = about.host ?? '';
    this.isStrange = about.isStrange ?? false;
    this.restFor = about.restFor ?? 0;
  }
}

/** A list of more pages than this is not believed. */
const MOST_PAGES = 20_000;

const PATIENCE = 5 * MINUTE;
const PAUSES = [SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 20 * SECOND, 30 * SECOND];

/** Opens a service: never asked faster than allowed, and with patience for what passes. */
export function openRest(access: AzureAccess, service: Service, task: Task): Rest {
  const { clock, signal } = task;
  const limiter = createLimiter(clock, service.gap);
  let opened: Promise<Send> | undefined;
  const once = async (url: URL): Promise<JsonObject> => {
    const send = await (opened ??= openSend());
    const token = await tokenFor(access.credential, service.base, signal);
    await limiter.turn(signal);
    signal.throwIfAborted();
    const answer = await send({ url, headers: { authorization: `Bearer ${token}` }, timeout: service.timeout, signal });
    // What stands in between may say back what it was sent.
    return read({ ...answer, body: answer.body.replaceAll(token, '[redacted]') }, url.host, clock.now());
  };
  const ask = async (url: URL): Promise<JsonObject> => {
    const since = clock.now();
    for (let pauses = 0; ; pauses++) {
      try {
        return await once(url);
      } catch (error) {
        signal.throwIfAborted();
        const rest = Math.max(
          error instanceof AnswerError ? error.restFor : 0,
          PAUSES[Math.min(pauses, PAUSES.length - 1)]!,
        );
        if (!isPassing(error) || clock.now() - since + rest > PATIENCE) throw error;
        await clock.sleep(rest, signal);
      }
    }
  };
  return {
    get: path => ask(new URL(path, service.base)),
    pages: path => pagesFrom(new URL(path, service.base), service.next, ask),
  };
}

/** Follows the links from page to page, but never to another place: that would be given the token. */
async function* pagesFrom(
  first: URL,
  next: Service['next'],
  ask: (url: URL) => Promise<JsonObject>,
): AsyncGenerator<readonly unknown[], void, void> {
  const seen = new Set<string>();
  for (let url: URL | null = first; url !== null;) {
    seen.add(url.href);
    const page: JsonObject = await ask(url);
    const { value } = page;
    if (!Array.isArray(value)) throw new AnswerError('an answer without a list', { host: url.host, isStrange: true });
    yield value;
    url = linkIn(page, next, url);
    if (url !== null && seen.size >= MOST_PAGES)
      throw new AnswerError(`the list has more than ${countText(MOST_PAGES, 'page')}`, {});
    if (url !== null && seen.has(url.href))
      throw new AnswerError(
        `the list leads back to a page that was read (after ${countText(seen.size, 'page')}): try again later`,
        {},
      );
  }
}

/** Where the next page is; null when there is none. */
function linkIn(page: JsonObject, next: Service['next'], from: URL): URL | null {
  const link = page[next];
  if (link === undefined || link === null || link === '') return null;
  const url = typeof link === 'string' && URL.canParse(link, from.href) ? new URL(link, from.href) : null;
  if (url?.origin === from.origin && url.username === '' && url.password === '') return url;
  const place = url === null ? 'nowhere' : `another place (${url.host})`;
  throw new AnswerError(
    `the next page is said to be at ${place}, which is not asked: a proxy may stand in between`,
    {},
  );
}

/** The object that an answer holds. */
function read({ status, body, header }: Answer, host: string, now: number): JsonObject {
  const value = parseJson(body);
  if (status >= 200 && status < 300) {
    if (isObject(value)) return value;
    throw new AnswerError('an answer that is not JSON', { statusCode: status, host, isStrange: true });
  }
  const said = dig(value, 'error');
  const code = digText(said, 'code') || digText(value, 'code');
  const message = digText(said, 'message') || digText(value, 'message');
  const isRedirect = status >= 300 && status < 400;
  const restFor = restIn(header('retry-after'), now);
  throw new AnswerError(message, { statusCode: status, code, host, isStrange: isRedirect, restFor });
}

/** How long to wait, as a number of seconds or as a date. */
function restIn(text: string, now: number): number {
  const wait = /^\d{1,6}$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

const PASSING = /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** Whether the same request may be answered later. */
function isPassing(error: unknown): boolean {
  const { status, node, names } = readAzureFault(error);
  if (status > 0) return [408, 429, 500, 502, 503, 504].includes(status);
  return names[0] === 'TimeoutError' || PASSING.test(node);
}
