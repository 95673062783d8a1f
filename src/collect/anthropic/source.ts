import type { Reach } from '../../model/coverage.ts';
import { DAY } from '../../time.ts';
import type { OpenSource, Shard, Task } from '../collector.ts';
import { checkAnthropic } from './check.ts';
import { meetOrganisation, type Organisation, readableOf } from './organisation.ts';
import { type Part, readPart } from './part.ts';
import { planParts } from './plan.ts';
import { feedStretch, USAGE_DAYS, usageStretch } from './stretches.ts';
import { openAccess } from './survey.ts';
import { anthropicViews, type Readable } from './views.ts';

/** Requests wait for their turns most of the time. */
const LANES = 4;

/** Opens what Anthropic tells of an organisation. */
export function openOrganisation(task: Task): OpenSource {
  const parts = new Map<string, Part>();
  let met: { readonly organisation: Organisation; readonly readable: Readable } | undefined;
  return {
    lanes: LANES,
    async *shards() {
      const organisation = await meet(task);
      if (organisation === null) return;
      met = { organisation, readable: readableOf(organisation) };
      for (const part of planParts({ ...met, task })) {
        const { key, size, within } = part;
        parts.set(key, part);
        yield { key, size, ...(within !== undefined && { within }) };
      }
    },
    read: (shard: Shard) => readPart(parts.get(shard.key)!, task),
    accounts: () => (met === undefined ? [] : [met.organisation.account]),
    reach: () => (met === undefined ? null : reachOf(met.organisation, task)),
    views: () => (met === undefined ? null : anthropicViews(met.readable)),
    check: () => checkAnthropic(task),
  };
}

/** Null where it was interrupted, which is told elsewhere. */
async function meet(task: Task): Promise<Organisation | null> {
  const access = openAccess(task);
  try {
    const organisation = await meetOrganisation(access, task);
    return task.signal.aborted ? null : organisation;
  } catch (error) {
    if (task.signal.aborted) return null;
    throw error;
  }
}

const LIMITED = `Anthropic tells usage of the last ${USAGE_DAYS} days, and of none before 1 Jan 2026`;

/** As far back as usage is told, or the activity feed where usage is not. */
function reachOf({ usage }: Organisation, { window, clock }: Task): Reach {
  const now = clock.now();
  if (usage === null || !('report' in usage)) return { from: feedStretch(window, now).from, why: '' };
  const { from } = usageStretch(window, now);
  return { from, why: window.from === null || from > window.from + DAY ? LIMITED : '' };
}
