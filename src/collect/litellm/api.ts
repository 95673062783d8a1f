import { dig, digText, isObject, parseJson, textOf } from '../../normalise/dig.ts';
import { MINUTE, SECOND } from '../../time.ts';
import type { Task } from '../collector.ts';
import { createLimiter } from '../service/limiter.ts';
import { type Answer, openSend, type Send } from '../service/send.ts';
import { readThrown } from '../service/thrown.ts';
import { LitellmAnswerError } from './answer.ts';
import type { Place } from './place.ts';

/** What a request asks for, by the names of the API. */
export type Query = Readonly<Record<string, string | number>>;

/** Reads JSON from a proxy. */
export interface Api {
  /** The object or list at a path; throws what `explainLitellm` explains. */
  get(path: string, query?: Query): Promise<unknown>;
}

/** The proxy has its callers to serve, from the same database. */
const GAP = 50;
const TIMEOUT = 120 * SECOND;
const PATIENCE = 5 * MINUTE;
const PAUSES = [SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 20 * SECOND, 30 * SECOND];

/** Opens the API of a proxy: never asked too fast, and with patience for what passes. */
export function openApi(place: Place, task: Task): Api {
  const { clock, signal } = task;
  const limiter = createLimiter(clock, GAP);
  let opened: Promise<Send> | undefined;
  const once = async (url: URL): Promise<unknown> => {
    const send = await (opened ??= openSend());
    await limiter.turn(signal);
    signal.throwIfAborted();
    const headers = { authorization: `Bearer ${place.key}` };
    const answer = await send({ url, headers, timeout: TIMEOUT, signal });
    // What went wrong may be told with what was sent.
    return read({ ...answer, body: answer.body.replaceAll(place.key, '[redacted]') }, clock.now());
  };
  return {
    get(path, query = {}) {
      const url = new URL(path, place.base);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
      return patiently(() => once(url), task);
    },
  };
}

/** Asks again after what passes, as long as anyone waits. */
async function patiently(ask: () => Promise<unknown>, { clock, signal }: Task): Promise<unknown> {
  const since = clock.now();
  for (let pauses = 0; ; pauses++) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      const wanted = error instanceof LitellmAnswerError ? error.restFor : 0;
      const rest = Math.max(wanted, PAUSES[Math.min(pauses, PAUSES.length - 1)]!);
      if (!isPassing(error) || clock.now() - since + rest > PATIENCE) throw error;
      await clock.sleep(rest, signal);
    }
  }
}

/** The value that an answer holds. */
function read({ status, body, header }: Answer, now: number): unknown {
  const value = parseJson(body);
  if (status >= 200 && status < 300) {
    if (isObject(value) || Array.isArray(value)) return value;
    throw new LitellmAnswerError('an answer that is not JSON', { status, isStrange: true });
  }
  throw new LitellmAnswerError(messageIn(value), {
    status,
    type: digText(value, 'error', 'type'),
    isStrange: status >= 300 && status < 400,
    restFor: restIn(header('retry-after'), now),
  });
}

/** LiteLLM says what went wrong under several names. */
function messageIn(value: unknown): string {
  const detail = dig(value, 'detail');
  const texts = [
    digText(value, 'error', 'message'),
    textOf(dig(value, 'error')),
    textOf(detail),
    digText(detail, 'error'),
    digText(detail, 'message'),
    digText(value, 'message'),
  ];
  return texts.find(text => text !== '') ?? '';
}

/** How long to wait, as a number of seconds or as a date. */
function restIn(text: string, now: number): number {
  const wait = /^\d{1,6}$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

const PASSING = /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const LASTING = /database not connected|no db connected|prisma client is not|enterprise|premium/i;

/** Whether the same request may be answered later. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof LitellmAnswerError)) {
    const { code, layers } = readThrown(error);
    return layers[0]?.['name'] === 'TimeoutError' || PASSING.test(code);
  }
  // What a proxy without a database cannot do it also calls a failure of its own.
  return [408, 429, 500, 502, 503, 504].includes(error.status) && !LASTING.test(error.message);
}
