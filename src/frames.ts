import { readSync } from 'node:fs';

/** A small head in JSON and a body of bytes, one after the other in a file. */
export interface Frame {
  readonly head: unknown;
  readonly at: number;
  readonly length: number;
}

/** The lengths of head and body come before them. */
const PREFIX = 8;

/** The bytes of a frame. */
export function packFrame(head: object, body: Uint8Array): Buffer {
  const first = Buffer.from(JSON.stringify(head));
  const lengths = Buffer.alloc(PREFIX);
  lengths.writeUInt32BE(first.length, 0);
  lengths.writeUInt32BE(body.length, 4);
  return Buffer.concat([lengths, first, body]);
}

/** The frame that begins there; null when it is not whole. */
export function frameAt(fd: number, at: number, size: number): Frame | null {
  if (at + PREFIX > size) return null;
  const { head, body } = lengthsAt(fd, at);
  const length = PREFIX + head + body;
  if (at + length > size) return null;
  try {
    return { head: JSON.parse(readAt(fd, at + PREFIX, head).toString('utf8')), at, length };
  } catch {
    return null;
  }
}

/** The body of a frame. */
export function bodyOf(fd: number, { at, length }: Frame): Buffer {
  const { head, body } = lengthsAt(fd, at);
  return readAt(fd, at + PREFIX + head, Math.min(body, length));
}

/** Bytes of a file, as many as there are. */
export function readAt(fd: number, at: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(fd, buffer, 0, length, at));
}

function lengthsAt(fd: number, at: number): { readonly head: number; readonly body: number } {
  const lengths = readAt(fd, at, PREFIX);
  return { head: lengths.readUInt32BE(0), body: lengths.readUInt32BE(4) };
}
