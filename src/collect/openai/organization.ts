import { UserError } from '../../errors.ts';
import type { Batch, Completion } from '../../model/batch.ts';
import { DAY, WEEK } from '../../time.ts';
import { isoText } from '../../wording.ts';
import type { OpenSource, Shard, Task, Window } from '../collector.ts';
import { lengthOf, partsOf, type Stretch } from '../service/stretches.ts';
import { checkOpenai } from './check.ts';
import { openReader, type Reader } from './client.ts';
import { readAdminKeys, readMembers, readProjects } from './inventory.ts';
import { adminKeys, USAGES, usageName } from './lists.ts';
import { readAuditLog, readCosts, readUsage } from './reports.ts';
import { explainOpenai } from './trouble.ts';

/** Requests wait for their answers most of the time. */
const LANES = 4;

/** How far back is read where the user names no day. */
const DEFAULT_DAYS = 90;

type Read = (reader: Reader) => AsyncGenerator<Batch, Completion, void>;

/** Opens the organisation that an admin key is of: its keys and members, its audit log and its usage, week by week. */
export function openOrganization(task: Task): OpenSource {
  const reads = new Map<string, Read>();
  const stretch = stretchOf(task.window);
  let reader: Reader | undefined;
  return {
    lanes: LANES,
    async *shards() {
      reader = await openReader(task);
      await tryOut(reader, task);
      if (task.signal.aborted) return;
      for (const { read, ...shard } of planParts(stretch, task)) {
        reads.set(shard.key, read);
        yield shard;
      }
    },
    read: (shard: Shard) => reads.get(shard.key)!(reader!),
    reach: () => ({
      from: stretch.from,
      why: task.window.from === null ? 'say with --since how far back to read' : '',
    }),
    check: () => checkOpenai(task),
  };
}

function stretchOf({ from, until }: Window): Stretch {
  return { from: Math.min(from ?? until - DEFAULT_DAYS * DAY, until), until };
}

/** Throws a `UserError` when the key is refused or nobody answers: else each part would say the same. */
async function tryOut(reader: Reader, { signal }: Task): Promise<void> {
  try {
    await reader.peek(adminKeys);
  } catch (error) {
    if (signal.aborted) return;
    const { kind, what } = explainOpenai(error, adminKeys.title);
    // What this list refuses others may give.
    if (kind !== 'denied' && kind !== 'missing') throw new UserError(`cannot read the organisation at OpenAI: ${what}`);
  }
}

function* planParts(stretch: Stretch, task: Task): Generator<Shard & { readonly read: Read }> {
  yield { key: 'admin keys', size: 0, read: reader => readAdminKeys(reader, task) };
  yield { key: 'members', size: 0, read: reader => readMembers(reader, task) };
  yield { key: 'projects', size: 0, read: reader => readProjects(reader, task) };
  for (const week of weeksOf(stretch))
    yield { ...part('audit log', week), read: reader => readAuditLog(reader, week, task) };
  for (const usage of USAGES)
    for (const week of weeksOf(stretch))
      yield {
        ...part(`usage of ${usageName(usage)}`, week),
        read: reader => readUsage(reader, usage, week, task),
      };
  for (const week of weeksOf(stretch)) yield { ...part('costs', week), read: reader => readCosts(reader, week, task) };
}

const part = (within: string, stretch: Stretch): Shard => ({
  key: `${within} ${isoText(stretch.from).slice(0, 10)}`,
  size: lengthOf(stretch),
  within,
});

/** The first day of 1970 was a Thursday. */
const MONDAY = 4 * DAY;

/** The UTC weeks that a stretch touches, cut to it. */
const weeksOf = (stretch: Stretch): Generator<Stretch> => partsOf(stretch, WEEK, MONDAY);
