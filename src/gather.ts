import type { Collector, OpenSource, Shard } from './collect/collector.ts';
import type { Completion } from './model/batch.ts';
import { eachOf } from './pool.ts';
import type { Progress, Reading, SourceTally } from './reading.ts';

/** A source whose shards are known. */
export interface Listed {
  readonly source: SourceTally;
  readonly collector: Collector;
  readonly opened: OpenSource;
  readonly shards: readonly Shard[];
}

interface Watcher {
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** Reads the sources, one after the other. */
export async function gather(sources: readonly Listed[], reading: Reading, watcher: Watcher): Promise<void> {
  const shards = sources.flatMap(source => source.shards);
  const units = new Set(sources.map(({ collector }) => collector.unit));
  const progress = {
    shards: 0,
    shardsTotal: shards.length,
    unit: units.size === 1 ? [...units][0]! : 'part',
    done: 0,
    total: shards.reduce((sum, { size }) => sum + size, 0),
    events: 0,
    doneBefore: 0,
    eventsBefore: 0,
  };
  for (const listed of sources) await gatherOne(listed, reading, progress, watcher);
}

/** Reads the shards of one source, side by side where it allows that; how each ended is told in the order of the shards. */
async function gatherOne(
  { source, collector, opened, shards }: Listed,
  reading: Reading,
  progress: { -readonly [K in keyof Progress]: Progress[K] },
  { signal, onProgress }: Watcher,
): Promise<void> {
  const ended = new Map<Shard, Completion>();
  const onBatch = (size: number, events: number, isRestored: boolean): void => {
    progress.done += size;
    progress.events += events;
    if (isRestored) {
      progress.doneBefore += size;
      progress.eventsBefore += events;
    }
    onProgress(progress);
  };
  await eachOf(shards, opened.lanes ?? 1, async shard => {
    if (signal.aborted) return;
    ended.set(shard, await reading.read(source, opened, shard, onBatch));
    progress.shards++;
    onProgress(progress);
  });
  for (const shard of shards) if (ended.has(shard)) source.finish(shard, ended.get(shard)!);
  source.accounts = opened.accounts?.() ?? [];
  source.reach = opened.reach?.() ?? null;
  const views = opened.views?.(source.views) ?? null;
  if (views !== null) source.realms = new Map([['', views]]);
  const unread = shards.length - ended.size;
  if (unread > 0) source.fail(`interrupted: ${unread} of ${shards.length} ${collector.unit}s were not read`);
}
