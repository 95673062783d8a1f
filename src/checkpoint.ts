import type { Batch, Completion } from './model/batch.ts';

/** What an interrupted run had taken in of a shard. */
export interface Past {
  batches(): Iterable<Batch>;
  /** Where to read on; undefined for the start. */
  readonly cursor: string | undefined;
  /** How it ended, if it was read to its end. */
  readonly completion: Completion | null;
}

/** Remembers on disk what was taken in, so that an interrupted run can go on where it stopped. */
export interface Checkpoint {
  past(source: string, shard: string): Past;
  add(source: string, shard: string, batch: Batch): Promise<void>;
  finish(source: string, shard: string, completion: Completion): Promise<void>;
}
