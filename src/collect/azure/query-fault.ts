import { dig } from '../../normalise/dig.ts';
import { SECOND } from '../../time.ts';

/** Why a query has no answer, as far as it decides what to do next. */
export interface Fault {
  /**
   * `empty`: it was answered without a body; `too much`: less must be asked for; `crowded`: too many ask; `passing`: the
   * same may be answered later; `refused`: it will not be.
   */
  readonly kind: 'empty' | 'too much' | 'crowded' | 'passing' | 'refused';
  /** What to say of what was too much; empty where the error itself is to be explained. */
  readonly what: string;
  /** How long the service asks to wait, in milliseconds; undefined when it does not say. */
  retryAfter(now: number): number | undefined;
}

/** Reads what failed in a query of the client; the error may be anything. */
export function readQueryFault(error: unknown): Fault {
  const status = statusOf(error);
  const name = textAt(error, 'name');
  const retryAfter = (now: number): number | undefined => waitIn(error, now);
  const fault = (kind: Fault['kind'], what = ''): Fault => ({ kind, what, retryAfter });
  if (status === 204) return fault('empty');
  if (status === 504) return fault('too much', 'the service did not finish the query in its time (HTTP 504)');
  if (status === 413 || TOO_LARGE.test(textAt(error, 'code')) || TOO_LONG.test(messageOf(error)))
    return fault('too much', 'the answer is larger than the service gives or a program can hold');
  if (name === 'AbortError') return fault('too much', 'no answer came in ten minutes');
  if (status === 429) return fault('crowded');
  const isUnanswered = status === 0 && UNANSWERED.has(name);
  return fault(isUnanswered || status === 408 || status >= 500 ? 'passing' : 'refused');
}

const UNANSWERED: ReadonlySet<string> = new Set(['RestError', 'NotAnAnswer', 'BrokenAnswer']);
const TOO_LARGE = /TooLarge|SizeLimit|ResultLimit|ERR_STRING_TOO_LONG/i;
const TOO_LONG = /Cannot create a string longer than|Invalid string length/;

function statusOf(error: unknown): number {
  const status = propertyOf(error, 'statusCode');
  return typeof status === 'number' && Number.isInteger(status) ? status : 0;
}

/** Errors and headers are objects with prototypes, of which `dig` takes own fields only. */
function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function textAt(error: unknown, name: string): string {
  const value = propertyOf(error, name);
  return typeof value === 'string' ? value : '';
}

const messageOf = (error: unknown): string => textAt(error, 'message').slice(0, 500);

function waitIn(error: unknown, now: number): number | undefined {
  const headers = dig(propertyOf(error, 'response'), 'headers');
  const get = propertyOf(headers, 'get');
  if (typeof get !== 'function') return undefined;
  const header = (name: string): string => {
    const value: unknown = Reflect.apply(get, headers, [name]);
    return typeof value === 'string' ? value.trim() : '';
  };
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms'])
    if (/^\d{1,12}$/.test(header(name))) return Number(header(name));
  const after = header('retry-after');
  if (/^\d{1,9}$/.test(after)) return Number(after) * SECOND;
  const at = Date.parse(after);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
