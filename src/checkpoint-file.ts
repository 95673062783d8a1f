import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { UserError } from './errors.ts';
import { bodyOf, type Frame, frameAt, packFrame, readAt } from './frames.ts';

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
    bodyOf: frame => jsonOf(fd, frame),
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
  for (let frame = wholeFrameAt(fd, at, size); frame !== null; frame = wholeFrameAt(fd, at, size)) {
    yield frame;
    at += frame.length;
  }
}

/** The frame that begins there, its body whole too; null when it is not. */
function wholeFrameAt(fd: number, at: number, size: number): Frame | null {
  const frame = frameAt(fd, at, size);
  if (frame === null) return null;
  try {
    // A disk that lost its power may hold the length of what was never written.
    jsonOf(fd, frame);
    return frame;
  } catch {
    return null;
  }
}

const jsonOf = (fd: number, frame: Frame): unknown => JSON.parse(gunzipSync(bodyOf(fd, frame)).toString('utf8'));

const packed = (head: object, body: unknown): Buffer => packFrame(head, gzipSync(JSON.stringify(body), { level: 1 }));
