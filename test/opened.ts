import type { Check, OpenSource, Shard } from '../src/collect/collector.ts';
import type { Batch, Completion } from '../src/model/batch.ts';
import type { Views } from '../src/model/coverage.ts';

/** All that an open source gives of one shard. */
export async function readShard(
  opened: OpenSource,
  shard: Shard,
): Promise<{ batches: readonly Batch[]; completion: Completion }> {
  const [batches, completion] = await drain(opened.read(shard, []));
  return { batches, completion };
}

/** What the doctor is told of an open source, and what it says could be seen. */
export async function checksOf(opened: OpenSource): Promise<{ told: readonly Check[]; views: Views | null }> {
  const [told, views] = await drain(opened.check!());
  return { told, views };
}

async function drain<T, R>(items: AsyncGenerator<T, R, void>): Promise<[items: T[], end: R]> {
  const list: T[] = [];
  let step = await items.next();
  for (; !step.done; step = await items.next()) list.push(step.value);
  return [list, step.value];
}
