import type { Batch, Completion } from '../model/batch.ts';
import type { Column } from '../model/event.ts';

/** A part of a source that can be read alone. */
export interface Shard {
  /** Names the part to the user: a path, a Region and day. */
  readonly key: string;
  /** Bytes to read, where known, for progress. */
  readonly bytes: number;
  /** True when the user named this very part: then it ought to be a log, whatever it is called. */
  readonly isNamed?: boolean;
}

/** A kind of source: where audit events come from. */
export interface Collector {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** The forms a source may be written in, as shown to the user. */
  readonly forms: readonly string[];
  /** What the account that reads must be allowed to do. */
  readonly needs: readonly string[];
  /** Whether this collector reads the source so written. */
  accepts(source: string): boolean;
  /** The parts of a source. Throws a `UserError` when there is nothing to open. */
  shards(source: string, signal: AbortSignal): AsyncIterable<Shard>;
  /**
   * Batches, never single events. A collector that cannot group by `grain` ignores it and yields plain events. The
   * return value makes it impossible to finish without saying whether all was seen; damage is returned, not thrown.
   */
  read(shard: Shard, grain: readonly Column[], signal: AbortSignal): AsyncGenerator<Batch, Completion, void>;
}

export const defineCollector = (collector: Collector): Collector => collector;
