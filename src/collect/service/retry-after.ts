import { SECOND } from '../../time.ts';
import { AnswerError } from './answer-error.ts';

/** How long the header Retry-After asks to wait, in milliseconds: a number of seconds or a date, and 0 for anything else. */
export function readRetryAfter(text: string, now: number): number {
  const wait = /^\d{1,6}(?:\.\d+)?$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

/** How long whoever was asked wants to be left alone, in milliseconds, as an answer says or the error of a client. */
export function restAskedFor(error: unknown, now: number): number {
  if (error instanceof AnswerError) return error.restFor;
  const headers = typeof error === 'object' && error !== null && 'headers' in error ? error.headers : null;
  return headers instanceof Headers ? readRetryAfter(headers.get('retry-after') ?? '', now) : 0;
}
