import { crc32, createInflateRaw } from 'node:zlib';
import type { ByteReader } from './byte-reader.ts';
import { createEngine } from './engine.ts';

const SLICE = 16 * 1024;
const CHUNK = 64 * 1024;
const REPLAYED_INPUT = 1024 * 1024;
const REPLAYED_OUTPUT = 8 * 1024 * 1024;
const CUT = 'the gzip data is cut short';

/**
 * Inflates every member of a gzip stream, zero padding allowed, and returns what is wrong with it, or nothing. Node's
 * own gunzip drops the output before a fault and stops in silence at a zero byte between members; this does neither.
 */
export async function* gunzip(reader: ByteReader): AsyncGenerator<Uint8Array, string, void> {
  for (;;) {
    const header = await skipHeader(reader);
    if (header !== '') return header;
    const total = { crc: 0, size: 0 };
    const fault = yield* inflateMember(reader, total);
    if (fault !== '') return fault;
    const trailer = await reader.take(8);
    if (trailer === null) return CUT;
    const view = new DataView(trailer.buffer);
    if (view.getUint32(0, true) !== total.crc) return 'the gzip checksum does not match';
    if (view.getUint32(4, true) !== total.size % 2 ** 32) return 'the gzip length does not match';
    await skipZeros(reader);
    const next = await reader.rest();
    if (next === null) return '';
    if (next[0] !== 0x1f) return 'other data follows the gzip data';
  }
}

async function skipHeader(reader: ByteReader): Promise<string> {
  const fixed = await reader.take(10);
  if (fixed === null) return CUT;
  const flags = fixed[3]!;
  if (fixed[0] !== 0x1f || fixed[1] !== 0x8b || fixed[2] !== 8 || flags > 0x1f) return 'not gzip data';
  if (flags & 4) {
    const length = await reader.take(2);
    if (length === null || (await reader.take(length[0]! + length[1]! * 256)) === null) return CUT;
  }
  for (const flag of [8, 16]) if (flags & flag && !(await skipText(reader))) return CUT;
  return flags & 2 && (await reader.take(2)) === null ? CUT : '';
}

async function skipText(reader: ByteReader): Promise<boolean> {
  for (let rest = await reader.rest(); rest !== null; rest = await reader.rest()) {
    const end = rest.indexOf(0);
    reader.skip(end < 0 ? rest.length : end + 1);
    if (end >= 0) return true;
  }
  return false;
}

async function skipZeros(reader: ByteReader): Promise<void> {
  for (let rest = await reader.rest(); rest !== null; rest = await reader.rest()) {
    const end = rest.findIndex(byte => byte !== 0);
    reader.skip(end < 0 ? rest.length : end);
    if (end >= 0) return;
  }
}

async function* inflateMember(
  reader: ByteReader,
  total: { crc: number; size: number },
): AsyncGenerator<Uint8Array, string, void> {
  const feed = createFeed(reader);
  try {
    let pending = feed.next();
    for (;;) {
      const step = await pending;
      if (step === null) return CUT;
      const isLast = step.failed || step.ended;
      // The next slice inflates on another thread while this one is looked at.
      if (!isLast) pending = feed.next();
      for (const chunk of step.chunks) {
        total.crc = crc32(chunk, total.crc);
        total.size += chunk.length;
        yield chunk;
      }
      if (!isLast) continue;
      if (!step.failed) return '';
      const given = feed.given();
      if (given !== null && total.size <= REPLAYED_OUTPUT) yield* replay(given, total.size);
      return 'the gzip data is damaged';
    }
  } finally {
    feed.close();
  }
}

/** Inflates one slice of the reader after the other, and remembers them while they are few. */
function createFeed(reader: ByteReader) {
  const engine = createEngine(createInflateRaw({ chunkSize: CHUNK }));
  const given: Uint8Array[] = [];
  let input = 0;
  const inflateNext = async () => {
    const slice = (await reader.rest())?.subarray(0, SLICE);
    if (slice === undefined) return null;
    if (input < REPLAYED_INPUT) given.push(slice);
    input += slice.length;
    const step = await engine.step(slice);
    reader.skip(step.used);
    return { ...step, ended: step.used < slice.length };
  };
  const next = () => {
    const step = inflateNext();
    // It may fail while nobody waits for it yet.
    step.catch(() => {});
    return step;
  };
  return { next, given: () => (input <= REPLAYED_INPUT ? given : null), close: engine.close };
}

/** What a fault swallowed: the same input again, the last slice byte by byte, without the output already seen. */
async function* replay(given: readonly Uint8Array[], seen: number): AsyncGenerator<Uint8Array, void, void> {
  const engine = createEngine(createInflateRaw({ chunkSize: CHUNK }));
  let skip = seen;
  const last = given.at(-1) ?? new Uint8Array(0);
  const bytes = Array.from(last, (_, index) => last.subarray(index, index + 1));
  for (const piece of [...given.slice(0, -1), ...bytes]) {
    const { chunks, failed } = await engine.step(piece);
    const output = Buffer.concat(chunks);
    if (output.length > skip) yield output.subarray(skip);
    skip = Math.max(0, skip - output.length);
    if (failed) break;
  }
  engine.close();
}
