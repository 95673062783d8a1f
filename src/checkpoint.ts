import { rmSync } from 'node:fs';
import { codeOf, type FrameFile, openFrames } from './checkpoint-file.ts';
import type { Window } from './collect/collector.ts';
import { UserError } from './errors.ts';
import type { Frame } from './frames.ts';
import type { Batch, Completion } from './model/batch.ts';

/** What an audit is asked, as to time: a run that goes on answers what the first one was asked. */
interface Question {
  readonly now: number;
  /** What is judged. */
  readonly since: number | null;
  readonly until: number | null;
  /** What is read for it. */
  readonly window: Window;
}

/** Remembers on disk what was taken in, so that an interrupted run can go on where it stopped. */
export interface Checkpoint extends Question {
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
interface Past {
  batches(): Iterable<Batch>;
  /** Where to read on; undefined for the start. */
  readonly cursor: string | undefined;
  /** How the shard ended, if it was read to its end. */
  readonly completion: Completion | null;
}

/** Events kept back before they are written: compressed together they take a fifth of the room. */
const PENDING_EVENTS = 500;

/** As many batches are kept back at most: where there are no events, they still took their time. */
const PENDING_BATCHES = 20;

/** What a frame is about. */
interface Meta {
  readonly source: string;
  readonly shard: string;
  readonly cursor?: string;
  readonly isEnd?: true;
  /** So many of the shard's frames until here count; what followed them was read anew. */
  readonly keeps?: number;
}

interface ShardFrame extends Frame {
  readonly head: Meta;
}

/** What the first frame holds. */
interface Header extends Question {
  /** What was asked for, so that another audit does not go on from here. */
  readonly asked: string;
}

/**
 * Opens the checkpoint at a path, new or left by a run that was asked for the same. When it can no longer be written, it
 * says so once, and the reading goes on without it.
 */
export function openCheckpoint(
  path: string,
  asked: string,
  question: Question,
  tell: (text: string) => void,
): Checkpoint {
  const file = openFrames(path);
  const [first, ...frames] = file.frames;
  const header = (first?.head ?? { asked, ...question }) as Header;
  if (header.asked !== asked) {
    file.close();
    throw new UserError(
      `the checkpoint '${path}' belongs to an audit of other sources or options`,
      'Repeat the command that was interrupted, or delete the file to begin anew.',
    );
  }
  try {
    file.trim();
    if (first === undefined) file.append(header, null);
  } catch (error) {
    throw new UserError(`the checkpoint '${path}' cannot be written (${codeOf(error)})`, 'Name another file.');
  }
  const shards = framesByShard(frames as readonly ShardFrame[]);
  const { now, since, until, window } = header;
  return { now, since, until, window, isResumed: shards.size > 0, ...journal(file, path, shards, tell) };
}

function journal(
  file: FrameFile,
  path: string,
  shards: ReadonlyMap<string, readonly ShardFrame[]>,
  tell: (text: string) => void,
): Omit<Checkpoint, keyof Question | 'isResumed'> {
  const pending = new Map<string, Pending>();
  let isKept = true;
  const append = (meta: Meta, body: unknown): void => {
    if (!isKept) return;
    try {
      file.append(meta, body);
    } catch (error) {
      isKept = false;
      tell(`the checkpoint '${path}' is kept no longer, and reading goes on without it: ${codeOf(error)}`);
    }
  };
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
      return pastOf(kept, frame => file.bodyOf(frame));
    },
    add(source, shard, batch) {
      const key = keyOf({ source, shard });
      const held = together(pending.get(key), { source, shard }, batch);
      pending.set(key, held);
      if (held.batch.events.length >= PENDING_EVENTS || held.count >= PENDING_BATCHES) flush(key);
    },
    finish(source, shard, completion) {
      flush(keyOf({ source, shard }));
      append({ source, shard, isEnd: true }, completion);
    },
    close(isDone) {
      if (!isDone) for (const key of [...pending.keys()]) flush(key);
      // What another run writes to is not ours to take away.
      if (isDone && isKept) rmSync(path, { force: true });
      isKept = false;
      file.close();
    },
  };
}

const keyOf = ({ source, shard }: Pick<Meta, 'source' | 'shard'>): string => `${source}\n${shard}`;

function framesByShard(frames: readonly ShardFrame[]): ReadonlyMap<string, readonly ShardFrame[]> {
  const shards = new Map<string, ShardFrame[]>();
  for (const frame of frames) {
    const key = keyOf(frame.head);
    const held = shards.get(key) ?? [];
    const { keeps } = frame.head;
    if (keeps === undefined) held.push(frame);
    else held.length = keeps;
    shards.set(key, held);
  }
  return shards;
}

/** A shard that did not come to its end goes on behind its last cursor; without one it begins again. */
function keptOf(frames: readonly ShardFrame[]): readonly ShardFrame[] {
  if (frames.at(-1)?.head.isEnd) return frames;
  return frames.slice(0, frames.findLastIndex(({ head }) => head.cursor !== undefined) + 1);
}

function pastOf(kept: readonly ShardFrame[], read: (frame: Frame) => unknown): Past {
  const last = kept.at(-1);
  const isWhole = last?.head.isEnd === true;
  return {
    *batches() {
      for (const frame of isWhole ? kept.slice(0, -1) : kept) yield read(frame) as Batch;
    },
    cursor: last?.head.cursor,
    completion: isWhole ? (read(last) as Completion) : null,
  };
}

/** Batches of a shard that are not written yet, as one. */
interface Pending {
  readonly meta: Meta;
  readonly batch: Batch;
  readonly count: number;
}

function together(held: Pending | undefined, shard: Meta, batch: Batch): Pending {
  const { cursor } = batch;
  const meta = { ...shard, ...(cursor !== undefined && { cursor }) };
  return held === undefined
    ? { meta, batch, count: 1 }
    : { meta, batch: joined(held.batch, batch), count: held.count + 1 };
}

function joined(a: Batch, b: Batch): Batch {
  return {
    ...b,
    events: [...a.events, ...b.events],
    credentials: [...a.credentials, ...b.credentials],
    censuses: [...(a.censuses ?? []), ...(b.censuses ?? [])],
    ignored: a.ignored + b.ignored,
    size: a.size + b.size,
  };
}
