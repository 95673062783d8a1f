import { isObject, parseJson } from '../../normalise/dig.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import { type AboutAnswer, AnswerError } from './answer-error.ts';
import { readRetryAfter } from './retry-after.ts';
import type { Answer } from './send.ts';

/** The object that the text of an answer holds; throws when it holds none. */
export function objectIn(text: string, about: AboutAnswer): JsonObject {
  const value = parseJson(text);
  if (isObject(value)) return value;
  throw new AnswerError(NOT_JSON, { ...about, isStrange: true });
}

/** How the answers of a service are read. */
export interface Reading<T> {
  /** The host that was asked. */
  readonly host: string;
  readonly now: number;
  /** Whether a value is what the service answers with. */
  is(value: unknown): value is T;
  /** What the service says in place of it. */
  explain(value: unknown): { readonly code: string; readonly message: string };
}

/** What an answer holds; throws what it says instead. */
export function valueIn<T>({ status, body, header }: Answer, { host, now, is, explain }: Reading<T>): T {
  const value = parseJson(body);
  if (status >= 200 && status < 300) {
    if (is(value)) return value;
    throw new AnswerError(NOT_JSON, { statusCode: status, host, isStrange: true });
  }
  const { code, message } = explain(value);
  const restFor = readRetryAfter(header('retry-after'), now);
  throw new AnswerError(message, { statusCode: status, code, host, isStrange: isRedirect(status), restFor });
}

const NOT_JSON = 'an answer that is not JSON';

/** Services lead nowhere else: whatever does stands before one. */
export const isRedirect = (status: number): boolean => status >= 300 && status < 400;
