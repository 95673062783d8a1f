import { type ByteReader, createByteReader } from './byte-reader.ts';
import { gunzip } from './gzip.ts';
import { errorCode, readChunks } from './read-chunks.ts';
import { unzstd } from './zstd.ts';

const MIB = 1024 * 1024;
const RATIO = 200;
const RATIO_FROM = 256 * MIB;

/** Where reading stopped short, and why. */
export interface Fault {
  readonly where: string;
  readonly what: string;
  /** True when what follows was not looked at, so that nothing can be said of it. */
  readonly isUnread: boolean;
}

/** The bytes of one file, decompressed as they are asked for. Reading never throws: what went wrong is in `fault`. */
export interface Bytes extends AsyncIterable<Uint8Array> {
  /** Bytes of the file taken in so far, as stored. */
  taken(): number;
  /** Null while all is well; known for good once the bytes have ended. */
  fault(): Fault | null;
}

/** When to stop reading: on the signal, or past so many bytes. */
export interface OpenOptions {
  readonly signal: AbortSignal;
  readonly maxInflatedBytes?: number;
}

/** Opens a file, or standard input when the path is null; compression is told by the first bytes, never by the name. */
export const openBytes = (path: string | null, options: OpenOptions): Bytes =>
  inflate(readChunks(path, options.signal), options);

/** Decompresses chunks from anywhere. */
export function inflate(source: AsyncIterable<Uint8Array, unknown, undefined>, options: OpenOptions): Bytes {
  const { signal, maxInflatedBytes = 64 * 1024 * MIB } = options;
  const reader = createByteReader(source[Symbol.asyncIterator]());
  let fault: Fault | null = null;
  const stop = (what: string, isUnread = false): void => {
    const where = isUnread && reader.at() === 0 ? '' : `byte ${reader.at()} of the file`;
    fault ??= { where, what, isUnread };
  };
  const run = async function* (): AsyncGenerator<Uint8Array, void, void> {
    let inflated = 0;
    let chunks: Decoder | undefined;
    try {
      const decoder = await decoderOf(reader);
      const { isCompressed } = decoder;
      chunks = decoder.chunks;
      for (let next = await chunks.next(); ; next = await chunks.next()) {
        if (signal.aborted) return stop('interrupted', true);
        if (next.done) return next.value === '' ? undefined : stop(next.value);
        inflated += next.value.length;
        const limit = isCompressed ? expansionLimit(inflated, reader.at(), maxInflatedBytes) : '';
        if (limit !== '') return stop(limit);
        yield next.value;
      }
    } catch (error) {
      stop(`cannot be read (${errorCode(error) || 'unknown error'})`, true);
    } finally {
      await chunks?.return('');
      await reader.close().catch(() => {});
    }
  };
  return { [Symbol.asyncIterator]: run, taken: reader.at, fault: () => fault };
}

function expansionLimit(inflated: number, taken: number, maxInflatedBytes: number): string {
  if (inflated > RATIO_FROM && inflated > RATIO * taken) return `expands more than ${RATIO} times: not read further`;
  if (inflated > maxInflatedBytes) return `expands to more than ${maxInflatedBytes} bytes: not read further`;
  return '';
}

type Decoder = AsyncGenerator<Uint8Array, string, void>;

async function decoderOf(reader: ByteReader): Promise<{ chunks: Decoder; isCompressed: boolean }> {
  const head = await reader.peek(4);
  if (head[0] === 0x1f && head[1] === 0x8b) return { chunks: gunzip(reader), isCompressed: true };
  if (isZstd(head)) return { chunks: unzstd(reader), isCompressed: true };
  return { chunks: plain(reader), isCompressed: false };
}

function isZstd(head: Uint8Array): boolean {
  const [a = 0, b, c, d] = head;
  const isFrame = a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd;
  return isFrame || ((a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18);
}

async function* plain(reader: ByteReader): Decoder {
  for (let rest = await reader.rest(); rest !== null; rest = await reader.rest()) {
    reader.skip(rest.length);
    yield rest;
  }
  return '';
}
