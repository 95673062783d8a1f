import { open } from 'node:fs/promises';

const FIRST = 64 * 1024;
const LATER = 256 * 1024;

/** The bytes of a file, or of standard input when the path is null. Ends early, without an error, once aborted. */
export const readChunks = (path: string | null, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> =>
  path === null ? readStdin(signal) : readFile(path, signal);

async function* readFile(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  if (signal.aborted) return;
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

async function* readStdin(signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  // A plain read of descriptor 0 would hold up the end of the process until somebody writes.
  const { stdin } = await import('node:process');
  const chunks: AsyncIterator<Uint8Array> = stdin[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await untilAborted(chunks.next(), signal);
      if (next === null || next.done) return;
      yield next.value;
    }
  } finally {
    stdin.destroy();
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
