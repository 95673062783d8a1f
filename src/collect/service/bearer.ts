import type { Task } from '../collector.ts';
import { createLimiter } from './limiter.ts';
import { type Answer, openSend, type Send } from './send.ts';

/** How a service may be asked, in milliseconds. */
export interface Pace {
  /** The least time between two requests. */
  readonly gap: number;
  /** How long an answer may take. */
  readonly timeout: number;
}

/** Asks for an address with a secret that lets it in. */
export type AskWith = (url: URL, secret: string) => Promise<Answer>;

/** A sender of requests that a bearer's secret lets in: never too fast, and what comes back is without the secret. */
export function openBearer({ clock, signal }: Pick<Task, 'clock' | 'signal'>, { gap, timeout }: Pace): AskWith {
  const limiter = createLimiter(clock, gap);
  let opened: Promise<Send> | undefined;
  return async (url, secret) => {
    const send = await (opened ??= openSend());
    await limiter.turn(signal);
    signal.throwIfAborted();
    const answer = await send({ url, headers: { authorization: `Bearer ${secret}` }, timeout, signal });
    // What stands in between may say back what it was sent.
    return { ...answer, body: answer.body.replaceAll(secret, '[redacted]') };
  };
}
