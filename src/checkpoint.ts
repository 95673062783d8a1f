import { closeSync, fstatSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Window } from './collect/collector.ts';
import { UserError } from './errors.ts';
import type { Batch, Completion } from './model/batch.ts';

/** Remembers on disk what was taken in, so that an interrupted run can go on where it stopped. */
export interface Checkpoint {
  /** The stretch that is read: a run that goes on asks for what the first one asked for. */
  readonly window: Window;
  /** Whether an earlier run left something to go on from. */
  readonly isResumed: boolean;
  past(source: string, shard: string): Past;
  add(source: string, shard: string, batch: Batch): void;
  finish(source: string, shard: string, completion: Completion): void;
  /** Writes what is left to write or, when all is done, takes the file away. */
  close(isDone: boolean): void;
}

/** What was taken in of a shard before, and then the rest of it, which is kept as it comes. */
export async function* continued(
  checkpoint: Checkpoint,
  source: string,
  shard: string,
  read: (after?: string) => AsyncGenerator<Batch, Completion, void>,
): AsyncGenerator<Batch, Completion, void> {
  const past = checkpoint.past(source, shard);
  yield* past.batches();
  if (past.completion !== null) return past.completion;
  const rest = read(past.cursor);
  let step = await rest.next();
  for (; !step.done; step = await rest.next()) {
    checkpoint.add(source, shard, step.value);
    yield step.value;
  }
  // What is incomplete is read again, from its last cursor on.
  if (step.value.complete) checkpoint.finish(source, shard, step.value);
  return step.value;
}

/** What an earlier run had taken in of a shard. */
export interface Past {
  batches(): Iterable<Batch>;
  /** Where to read on; undefined for the start. */
  readonly cursor: string | undefined;
  /** How the shard ended, if it was read to its end. */
  readonly completion: Completion | null;
}

/** How the file begins; the number is raised when its form or meaning changes. */
const MAGIC = 'keyward checkpoint 1\n';

/** Events kept back before they are written: compressed together they take a fifth of the room. */
const PENDING_EVENTS = 500;

/** What a frame is about; its body follows, compressed. */
interface Meta {
  readonly source: string;
  readonly shard: string;
  readonly cursor?: string;
  readonly isEnd?: true;
  /** So many of the shard's frames until here count; what followed them was read anew. */
  readonly keeps?: number;
}

interface Frame {
  readonly meta: Meta;
  readonly at: number;
  readonly length: number;
}

interface Header {
  /** What was asked for, so that another audit does not go on from here. */
  readonly asked: string;
  readonly window: Window;
}

/**
 * Opens the checkpoint at a path, new or left by a run that was asked for the same. The file is a row of frames, each
 * whole or, where a run was killed while it wrote the last one, cut off.
 */
export function openCheckpoint(path: string, asked: string, window: Window): Checkpoint {
  const fd = openFile(path);
  const shards = new Map<string, Frame[]>();
  const size = fstatSync(fd).size;
  let end = MAGIC.length;
  const header = readHeader(fd, size, path, asked);
  if (header !== null) {
    end = header.end;
    for (let frame = frameAt(fd, end, size); frame !== null; frame = frameAt(fd, end, size)) {
      addFrame(shards, frame);
      end = frame.at + frame.length;
    }
  }
  writeSync(fd, MAGIC, 0, 'latin1');
  ftruncateSync(fd, end);
  const append = (meta: object, body: unknown): void => {
    const [head, packed] = [Buffer.from(JSON.stringify(meta)), gzipSync(JSON.stringify(body), { level: 1 })];
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(head.length, 0);
    lengths.writeUInt32BE(packed.length, 4);
    const frame = Buffer.concat([lengths, head, packed]);
    writeSync(fd, frame, 0, frame.length, end);
    end += frame.length;
  };
  if (header === null) append({ asked, window } satisfies Header, null);
  return { window: header?.window ?? window, isResumed: shards.size > 0, ...journal(fd, path, shards, append) };
}

function journal(
  fd: number,
  path: string,
  shards: ReadonlyMap<string, Frame[]>,
  append: (meta: Meta, body: unknown) => void,
): Omit<Checkpoint, 'window' | 'isResumed'> {
  const pending = new Map<string, { readonly meta: Meta; batch: Batch }>();
  const flush = (key: string): void => {
    const held = pending.get(key);
    pending.delete(key);
    if (held !== undefined) append(held.meta, held.batch);
  };
  return {
    past(source, shard) {
      const frames = shards.get(keyOf({ source, shard })) ?? [];
      const kept = keptOf(frames);
      if (kept.length < frames.length) append({ source, shard, keeps: kept.length }, null);
      return pastOf(kept, frame => bodyOf(fd, path, frame));
    },
    add(source, shard, batch) {
      const key = keyOf({ source, shard });
      const held = pending.get(key);
      const { cursor } = batch;
      const meta = { source, shard, ...(cursor !== undefined && { cursor }) };
      pending.set(key, { meta, batch: held === undefined ? batch : together(held.batch, batch) });
      if (pending.get(key)!.batch.events.length >= PENDING_EVENTS) flush(key);
    },
    finish(source, shard, completion) {
      flush(keyOf({ source, shard }));
      append({ source, shard, isEnd: true }, completion);
    },
    close(isDone) {
      for (const key of [...pending.keys()]) flush(key);
      closeSync(fd);
      if (isDone) unlinkSync(path);
    },
  };
}

const keyOf = ({ source, shard }: Pick<Meta, 'source' | 'shard'>): string => `${source}\n${shard}`;

function addFrame(shards: Map<string, Frame[]>, frame: Frame): void {
  const key = keyOf(frame.meta);
  const held = shards.get(key) ?? [];
  const { keeps } = frame.meta;
  if (keeps === undefined) held.push(frame);
  else held.length = keeps;
  shards.set(key, held);
}

/** A shard that did not come to its end goes on behind its last cursor; without one it begins again. */
function keptOf(frames: readonly Frame[]): readonly Frame[] {
  if (frames.at(-1)?.meta.isEnd) return frames;
  return frames.slice(0, frames.findLastIndex(({ meta }) => meta.cursor !== undefined) + 1);
}

function pastOf(kept: readonly Frame[], read: (frame: Frame) => unknown): Past {
  const last = kept.at(-1);
  const isWhole = last?.meta.isEnd === true;
  return {
    *batches() {
      for (const frame of isWhole ? kept.slice(0, -1) : kept) yield read(frame) as Batch;
    },
    cursor: last?.meta.cursor,
    completion: isWhole ? (read(last) as Completion) : null,
  };
}

function together(a: Batch, b: Batch): Batch {
  return {
    ...b,
    events: [...a.events, ...b.events],
    credentials: [...a.credentials, ...b.credentials],
    censuses: [...(a.censuses ?? []), ...(b.censuses ?? [])],
    ignored: a.ignored + b.ignored,
    size: a.size + b.size,
  };
}

/** Readable by its owner alone: it says who did what. */
function openFile(path: string): number {
  try {
    try {
      return openSync(path, 'r+');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      return openSync(path, 'wx+', 0o600);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UserError(`the checkpoint '${path}' cannot be opened (${code})`, 'Name another file with --checkpoint.');
  }
}

/** Null for a new file, or one whose very first frame was cut off. A file of another kind is never written to. */
function readHeader(fd: number, size: number, path: string, asked: string): (Header & { end: number }) | null {
  const start = readAt(fd, 0, Math.min(size, MAGIC.length)).toString('latin1');
  if (!MAGIC.startsWith(start)) {
    throw new UserError(`'${path}' is not a checkpoint of this version of keyward`, 'Name another file.');
  }
  const frame = frameAt(fd, MAGIC.length, size);
  if (frame === null) return null;
  const header = frame.meta as unknown as Header;
  if (header.asked !== asked) {
    throw new UserError(
      `the checkpoint '${path}' belongs to an audit of other sources or options`,
      'Repeat the command that was interrupted, or delete the file to begin anew.',
    );
  }
  return { ...header, end: frame.at + frame.length };
}

/** The frame that begins there; null when the file ends before it does. */
function frameAt(fd: number, at: number, size: number): Frame | null {
  if (at + 8 > size) return null;
  const lengths = readAt(fd, at, 8);
  const [head, body] = [lengths.readUInt32BE(0), lengths.readUInt32BE(4)];
  if (at + 8 + head + body > size) return null;
  try {
    const meta = JSON.parse(readAt(fd, at + 8, head).toString('utf8')) as Meta;
    return typeof meta === 'object' && meta !== null ? { meta, at, length: 8 + head + body } : null;
  } catch {
    return null;
  }
}

function bodyOf(fd: number, path: string, { at, length }: Frame): unknown {
  const head = readAt(fd, at, 8).readUInt32BE(0);
  try {
    return JSON.parse(gunzipSync(readAt(fd, at + 8 + head, length - 8 - head)).toString('utf8'));
  } catch {
    throw new UserError(`the checkpoint '${path}' is damaged`, 'Delete it to begin anew.');
  }
}

function readAt(fd: number, at: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  readSync(fd, buffer, 0, length, at);
  return buffer;
}
