import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import type { ByteReader } from './byte-reader.ts';
import { createEngine, type Engine } from './engine.ts';

const CUT = 'the zstd data is cut short';
const BAD = 'the zstd data is damaged';
const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const LARGEST_BLOCK = 128 * 1024;

type Creator = () => Transform & { readonly bytesWritten: number };

/** The decompressor this Node has, if any. */
export function zstdOfNode(): Creator | undefined {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  return typeof create === 'function' ? (create as Creator) : undefined;
}

/**
 * Decompresses every frame of a zstd stream and returns what is wrong with it, or nothing. The frames are walked here
 * because Node takes a frame that is cut short for a whole one and stops after the first.
 */
export async function* unzstd(
  reader: ByteReader,
  create: Creator | undefined = zstdOfNode(),
): AsyncGenerator<Uint8Array, string, void> {
  if (create === undefined) return 'needs Node 22.15 or newer to read zstd';
  while ((await reader.rest()) !== null) {
    const magic = await reader.take(4);
    if (magic === null) return CUT;
    const number = new DataView(magic.buffer).getUint32(0, true);
    let fault = 'other data follows the zstd data';
    if ((number & 0xfffffff0) === SKIPPABLE) fault = await skipFrame(reader);
    else if (number === FRAME) fault = yield* readFrame(reader, magic, create);
    if (fault !== '') return fault;
  }
  return '';
}

async function skipFrame(reader: ByteReader): Promise<string> {
  const size = await reader.take(4);
  if (size === null) return CUT;
  let left = new DataView(size.buffer).getUint32(0, true);
  while (left > 0) {
    const rest = await reader.rest();
    if (rest === null) return CUT;
    const count = Math.min(left, rest.length);
    reader.skip(count);
    left -= count;
  }
  return '';
}

async function* readFrame(
  reader: ByteReader,
  magic: Uint8Array,
  create: Creator,
): AsyncGenerator<Uint8Array, string, void> {
  const engine = createEngine(create());
  try {
    const header = await takeHeader(reader);
    if (header === null) return CUT;
    let piece: Uint8Array = Buffer.concat([magic, header]);
    for (let isLast = false; !isLast;) {
      const block = await takeBlock(reader);
      if (typeof block === 'string') return block;
      isLast = block.isLast;
      piece = Buffer.concat([piece, block.bytes]);
      const checksum = isLast && hasChecksum(header) ? await reader.take(4) : new Uint8Array(0);
      const fault = yield* decompress(engine, checksum === null ? piece : Buffer.concat([piece, checksum]));
      if (fault !== '' || checksum === null) return fault || CUT;
      piece = new Uint8Array(0);
    }
    return '';
  } finally {
    engine.close();
  }
}

async function* decompress(engine: Engine, piece: Uint8Array): AsyncGenerator<Uint8Array, string, void> {
  const step = await engine.step(piece);
  yield* step.chunks;
  return step.failed || step.used < piece.length ? BAD : '';
}

const hasChecksum = (header: Uint8Array): boolean => (header[0]! & 4) !== 0;

async function takeHeader(reader: ByteReader): Promise<Uint8Array | null> {
  const first = await reader.take(1);
  if (first === null) return null;
  const flags = first[0]!;
  const isSingle = (flags & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][flags & 3]!;
  const size = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6]!;
  const rest = await reader.take((isSingle ? 0 : 1) + dictionary + size);
  return rest === null ? null : Buffer.concat([first, rest]);
}

async function takeBlock(reader: ByteReader): Promise<{ bytes: Uint8Array; isLast: boolean } | string> {
  const head = await reader.take(3);
  if (head === null) return CUT;
  const word = head[0]! + head[1]! * 0x100 + head[2]! * 0x10000;
  const kind = (word >> 1) & 3;
  const size = word >> 3;
  if (kind === 3 || size > LARGEST_BLOCK) return BAD;
  const content = await reader.take(kind === 1 ? 1 : size);
  return content === null ? CUT : { bytes: Buffer.concat([head, content]), isLast: (word & 1) === 1 };
}
