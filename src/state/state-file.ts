import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../checkpoint-file.ts';
import { UserError } from '../errors.ts';
import { bodyOf, type Frame, frameAt, packFrame, readAt } from '../frames.ts';

/** A state as it stands on disk. */
export interface StateFile {
  readonly frames: readonly Frame[];
  bodyOf(frame: Frame): Buffer;
  close(): void;
}

/** A part of a state that is to be written. */
export interface Part {
  readonly head: object;
  body(): Uint8Array;
}

/** How the file begins; the number is raised when its form or meaning changes. */
const KIND = 'keyward state ';
const MAGIC = `${KIND}1\n`;

/** What ends the file: a digest of all before it, so that half of a state is never taken for one. */
const DIGEST = 'sha256';
const DIGEST_BYTES = 32;

const PIECE = 1024 * 1024;

/** Opens the state at a path; null when there is none. What is damaged, or of another version, is a `UserError`. */
export function openStateFile(path: string): StateFile | null {
  const fd = openToRead(path);
  if (fd === null) return null;
  try {
    const end = fstatSync(fd).size - DIGEST_BYTES;
    checkKind(readAt(fd, 0, MAGIC.length).toString('latin1'), path);
    if (end < MAGIC.length || !digestOf(fd, end).equals(readAt(fd, end, DIGEST_BYTES))) throw damaged(path);
    const frames: Frame[] = [];
    for (let at = MAGIC.length; at < end; at += frames.at(-1)!.length) {
      const frame = frameAt(fd, at, end);
      if (frame === null) throw damaged(path);
      frames.push(frame);
    }
    return { frames, bodyOf: frame => bodyOf(fd, frame), close: () => closeSync(fd) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Writes a state beside the one at that path and puts it in its place: whatever happens, one of them is there, whole. */
export function writeStateFile(path: string, parts: Iterable<Part>): void {
  const beside = `${path}.${randomUUID()}${UNFINISHED}`;
  const fd = openSync(beside, 'wx', 0o600);
  try {
    try {
      writeAll(fd, parts);
    } finally {
      closeSync(fd);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

const UNFINISHED = '.unfinished';

/** Takes away what runs that were killed left half written. Nobody else may be writing. */
export function removeUnfinished(path: string): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder))
    if (name.startsWith(`${basename(path)}.`) && name.endsWith(UNFINISHED)) rmSync(join(folder, name), { force: true });
}

function writeAll(fd: number, parts: Iterable<Part>): void {
  const digest = createHash(DIGEST);
  const put = (bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    digest.update(bytes);
  };
  put(Buffer.from(MAGIC, 'latin1'));
  for (const { head, body } of parts) put(packFrame(head, body()));
  put(digest.copy().digest());
  fsyncSync(fd);
}

/** The rename itself is to last; where a folder cannot be opened, as on Windows, the system sees to that. */
function syncFolder(folder: string): void {
  try {
    const fd = openSync(folder, 'r');
    fsyncSync(fd);
    closeSync(fd);
  } catch {
    return;
  }
}

function openToRead(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new UserError(`the state '${path}' cannot be read (${codeOf(error)})`, 'Check who may read it.');
  }
}

function checkKind(head: string, path: string): void {
  if (head === MAGIC) return;
  if (head.startsWith(KIND) && !MAGIC.startsWith(head))
    throw new UserError(
      `the state '${path}' was written by another version of keyward`,
      'Use that version, or begin anew in another folder.',
    );
  throw MAGIC.startsWith(head)
    ? damaged(path)
    : new UserError(`'${path}' is not a state of keyward`, 'Name another folder.');
}

const damaged = (path: string): UserError =>
  new UserError(`the state '${path}' is damaged`, 'Restore a copy of it, or begin anew in another folder.');

function digestOf(fd: number, end: number): Buffer {
  const digest = createHash(DIGEST);
  const piece = Buffer.alloc(PIECE);
  for (let at = 0; at < end;) {
    const length = readSync(fd, piece, 0, Math.min(PIECE, end - at), at);
    if (length === 0) break;
    digest.update(piece.subarray(0, length));
    at += length;
  }
  return digest.digest();
}
