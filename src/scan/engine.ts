import type { Transform } from 'node:stream';

/** What one piece of compressed input gave. */
export interface Step {
  readonly chunks: readonly Uint8Array[];
  /** Bytes of the input taken; fewer than given when the compressed data ended within it. */
  readonly used: number;
  readonly failed: boolean;
}

/** A decompressor driven one piece at a time; it never throws. */
export interface Engine {
  step(input: Uint8Array): Promise<Step>;
  close(): void;
}

/** Drives one of Node's decompression streams; output made before a fault is kept. */
export function createEngine(stream: Transform & { readonly bytesWritten: number }): Engine {
  let chunks: Uint8Array[] = [];
  let failed = false;
  let wake = (): void => {};
  stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  stream.on('error', () => {
    failed = true;
    wake();
  });
  const step = async (input: Uint8Array): Promise<Step> => {
    const before = stream.bytesWritten;
    if (!failed && !stream.destroyed) {
      await new Promise<void>(resolve => {
        wake = resolve;
        stream.write(input, () => resolve());
      });
    }
    const made = chunks;
    chunks = [];
    return { chunks: made, used: stream.bytesWritten - before, failed };
  };
  return { step, close: () => void stream.destroy() };
}
