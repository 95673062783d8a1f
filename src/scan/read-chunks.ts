import { closeSync, constants, openSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';

const FIRST = 64 * 1024;
const LATER = 256 * 1024;

/** Windows has no such flag, and no such files either. */
const NO_WAIT = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

type Chunks = AsyncGenerator<Uint8Array, void, void>;

/** The bytes of a file, or of standard input when the path is null. Ends early, without an error, once aborted. */
export const readChunks = (path: string | null, signal: AbortSignal): Chunks =>
  path === null ? readStdin(signal) : readPath(path, signal);

async function* readPath(path: string, signal: AbortSignal): Chunks {
  if (signal.aborted) return;
  const waiting = await openWaiting(path);
  yield* waiting === null ? readFile(path, signal) : readStream(waiting, signal);
}

async function* readFile(path: string, signal: AbortSignal): Chunks {
  const file = await open(path, 'r');
  try {
    for (let size = FIRST; !signal.aborted; size = LATER) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(size), 0, size, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/**
 * A pipe or a terminal as a stream; null for what never keeps its reader waiting. Opened or read like a file, it would
 * hold up a thread, and with it the end of the process, until somebody writes.
 */
async function openWaiting(path: string): Promise<Readable | null> {
  const found = await stat(path);
  if (!found.isFIFO() && !found.isCharacterDevice()) return null;
  const fd = openSync(path, NO_WAIT);
  if (found.isFIFO()) return new Socket({ fd, readable: true, writable: false });
  if (isatty(fd)) return new ReadStream(fd);
  closeSync(fd);
  return null;
}

async function* readStdin(signal: AbortSignal): Chunks {
  const { stdin } = await import('node:process');
  yield* readStream(stdin, signal);
}

async function* readStream(stream: Readable, signal: AbortSignal): Chunks {
  const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await untilAborted(chunks.next(), signal);
      if (next === null || next.done) return;
      yield next.value;
    }
  } finally {
    stream.destroy();
  }
}

/** The code of a system error (`ENOENT`), or an empty text. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** What a promise gives, or null as soon as the signal says stop. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  let stop = (): void => {};
  const stopped = new Promise<null>(resolve => {
    stop = () => resolve(null);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([stopped, work]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
