import { read as readCallback } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const FIRST = 64 * 1024;
const LATER = 256 * 1024;
const STDIN = 0;
const readDescriptor = promisify(readCallback);

/** The bytes of a file, or of standard input when the path is null. Ends early, without an error, once aborted. */
export async function* readChunks(path: string | null, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  let file: FileHandle | undefined;
  try {
    file = path === null ? undefined : await open(path, 'r');
    for (let size = FIRST; !signal.aborted; size = LATER) {
      const chunk = await untilAborted(readSome(file?.fd ?? STDIN, size, signal), signal);
      if (chunk === null || chunk.length === 0) return;
      yield chunk;
    }
  } finally {
    await file?.close();
  }
}

async function readSome(descriptor: number, size: number, signal: AbortSignal): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(size);
  for (;;) {
    try {
      const { bytesRead } = await readDescriptor(descriptor, buffer, 0, size, null);
      return buffer.subarray(0, bytesRead);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EOF') return buffer.subarray(0, 0);
      // A terminal or pipe opened by others as non-blocking.
      if (code !== 'EAGAIN' || signal.aborted) throw error;
      await delay(10);
    }
  }
}

/** The code of a system error (`ENOENT`), or an empty text. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** What a promise gives, or null as soon as the signal says stop: a read of standard input cannot be called off. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) return null;
  let stop = (): void => {};
  const stopped = new Promise<null>(resolve => {
    stop = () => resolve(null);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
