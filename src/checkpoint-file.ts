import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { UserError } from './errors.ts';

/** A small head, and a body that is kept compressed. */
export interface Frame {
  readonly head: unknown;
  readonly at: number;
  readonly length: number;
}

/** A file of frames, each written whole or, where a run was killed while it wrote the last one, cut off. */
export interface FrameFile {
  /** The whole frames that were found. */
  readonly frames: readonly Frame[];
  bodyOf(frame: Frame): unknown;
  /** Cuts off what follows the last whole frame, so that others can be added. */
  trim(): void;
  append(head: object, body: unknown): void;
  close(): void;
}

/** How the file begins; the number is raised when its form or meaning changes. */
const MAGIC = 'keyward checkpoint 1\n';

/** Opens a file of frames, or makes one. A file of another kind is never written to. */
export function openFrames(path: string): FrameFile {
  const fd = openFile(path);
  const { size } = fstatSync(fd);
  if (!MAGIC.startsWith(readAt(fd, 0, Math.min(size, MAGIC.length)).toString('latin1'))) {
    closeSync(fd);
    throw new UserError(`'${path}' is not a checkpoint of this version of keyward`, 'Name another file.');
  }
  const frames = [...framesOf(fd, size)];
  const last = frames.at(-1);
  let end = last === undefined ? MAGIC.length : last.at + last.length;
  return {
    frames,
    bodyOf: frame => bodyAt(fd, frame),
    trim() {
      writeSync(fd, MAGIC, 0, 'latin1');
      ftruncateSync(fd, end);
    },
    append(head, body) {
      if (fstatSync(fd).size !== end) throw new Error('another run writes to it');
      const frame = packed(head, body);
      if (writeSync(fd, frame, 0, frame.length, end) < frame.length) throw new Error('the disk is full');
      end += frame.length;
    },
    close: () => closeSync(fd),
  };
}

/** Readable by its owner alone: it says who did what. */
function openFile(path: string): number {
  try {
    try {
      return openSync(path, 'r+');
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      return openSync(path, 'wx+', 0o600);
    }
  } catch (error) {
    throw new UserError(
      `the checkpoint '${path}' cannot be opened (${codeOf(error)})`,
      'Name another file with --checkpoint.',
    );
  }
}

/** The code of an error of the file system or, failing that, what it says. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}

function* framesOf(fd: number, size: number): Generator<Frame> {
  let at = MAGIC.length;
  for (let frame = frameAt(fd, at, size); frame !== null; frame = frameAt(fd, at, size)) {
    yield frame;
    at += frame.length;
  }
}

/** The lengths of head and body come before them. */
const PREFIX = 8;

/** The frame that begins there; null when it is not whole. */
function frameAt(fd: number, at: number, size: number): Frame | null {
  if (at + PREFIX > size) return null;
  const { head, body } = lengthsAt(fd, at);
  const frame = { at, length: PREFIX + head + body };
  if (at + frame.length > size) return null;
  try {
    // A disk that lost its power may hold the length of what was never written.
    bodyAt(fd, frame);
    return { head: JSON.parse(readAt(fd, at + PREFIX, head).toString('utf8')), ...frame };
  } catch {
    return null;
  }
}

function bodyAt(fd: number, { at, length }: Pick<Frame, 'at' | 'length'>): unknown {
  const { head, body } = lengthsAt(fd, at);
  return JSON.parse(gunzipSync(readAt(fd, at + length - body, length - PREFIX - head)).toString('utf8'));
}

function packed(head: object, body: unknown): Buffer {
  const [first, second] = [Buffer.from(JSON.stringify(head)), gzipSync(JSON.stringify(body), { level: 1 })];
  const lengths = Buffer.alloc(PREFIX);
  lengths.writeUInt32BE(first.length, 0);
  lengths.writeUInt32BE(second.length, 4);
  return Buffer.concat([lengths, first, second]);
}

function lengthsAt(fd: number, at: number): { readonly head: number; readonly body: number } {
  const lengths = readAt(fd, at, PREFIX);
  return { head: lengths.readUInt32BE(0), body: lengths.readUInt32BE(4) };
}

function readAt(fd: number, at: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  readSync(fd, buffer, 0, length, at);
  return buffer;
}
