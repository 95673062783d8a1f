import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../collect/collector.ts';
import { UserError } from '../errors.ts';
import { redact } from '../normalise/redact.ts';
import { plain } from '../report/plain.ts';

/** A stream that may be a terminal. */
export type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Standard input; a terminal can be told not to show what is typed. */
export type Input = Readable & { setRawMode?(isRaw: boolean): unknown };

/** The world outside, as a command may use it. */
export interface Io {
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Whether standard input is a terminal, where somebody has to type. */
  readonly isTyped?: boolean;
  /** Opens standard input for a command that reads it by itself. */
  readonly stdin?: () => Input;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly version: string;
  /** Sets a variable for libraries that read the environment by themselves. */
  setVariable(name: string, value: string): void;
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back on the first interrupt, while the second ends the process at once; returns what stops listening. */
  onInterrupt(listener: () => void): () => void;
}

/** Columns that text may fill: `COLUMNS`, then the terminal's own, then 80. */
export function widthOf({ env, stdout }: Io): number {
  const told = /^\d{1,4}$/.test(env.COLUMNS ?? '') ? Number(env.COLUMNS) : 0;
  return Math.max(40, told || (stdout.isTTY ? stdout.columns : 0) || 80);
}

/** Whether text on stdout may be coloured: the option, then `FORCE_COLOR`, then `NO_COLOR`, then the terminal. */
export function isColored({ env, stdout }: Io, allowed: boolean): boolean {
  if (!allowed) return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return !['0', 'false'].includes(env.FORCE_COLOR);
  return !env.NO_COLOR && stdout.isTTY === true && env.TERM !== 'dumb';
}

/** Writes text as fast as it is taken. A reader that has gone away ends it quietly; any other failure is told. */
export async function print(stream: Stream, chunks: Iterable<string>): Promise<void> {
  for (const chunk of chunks) {
    if (!stream.writable) break;
    if (!stream.write(chunk)) await settled(stream);
  }
  const error = stream.writable ? await flushed(stream) : stream.errored;
  if (error && !isHangUp(error)) throw new UserError(`the report could not be written to stdout: ${error.message}`);
}

/** The real time, as collectors may know it. */
export const clockOf = ({ now }: Io): Clock => ({
  now,
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => undefined),
});

/** One line for the person at the terminal. */
export function notice({ stderr }: Io, text: string): void {
  if (stderr.writable) stderr.write(`keyward: ${plain(redact(text))}\n`);
}

async function settled(stream: Stream): Promise<void> {
  const stop = new AbortController();
  const endings = ['drain', 'error', 'close'].map(name => once(stream, name, { signal: stop.signal }));
  try {
    await Promise.race(endings);
  } catch {
    return;
  } finally {
    stop.abort();
    await Promise.allSettled(endings);
  }
}

const flushed = (stream: Stream): Promise<Error | null | undefined> =>
  new Promise(resolve => {
    stream.write('', resolve);
  });

const isHangUp = (error: Error): boolean =>
  'code' in error && ['EPIPE', 'ERR_STREAM_DESTROYED', 'ECONNRESET'].includes(String(error.code));
