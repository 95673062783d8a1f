import { UserError } from '../../errors.ts';
import type { Batch, Completion } from '../../model/batch.ts';
import type { Format } from '../../normalise/format.ts';
import { litellmAudit } from '../../normalise/litellm-audit.ts';
import { LITELLM } from '../../normalise/litellm-identity.ts';
import { litellmSpend } from '../../normalise/litellm-spend.ts';
import { DAY } from '../../time.ts';
import { isoText } from '../../wording.ts';
import type { OpenSource, Shard, Task, Window } from '../collector.ts';
import { type Lot, readRecords } from '../service/records.ts';
import { lengthOf, partsOf, type Stretch } from '../service/stretches.ts';
import { type Api, openApi } from './api.ts';
import { changesOf, whyNoAudit } from './audit.ts';
import { checkLitellm } from './check.ts';
import { readListings } from './lists.ts';
import { type Place, placeOf } from './place.ts';
import { callsOf, probeSpend, type SpendApi } from './spend.ts';
import { explainLitellm } from './trouble.ts';
import { type Lacks, seenViews } from './views.ts';

/** The proxy has its callers to serve. */
const LANES = 2;

/** How far back is read where nobody said it. */
const USUAL_DAYS = 90;

type Reading = AsyncGenerator<Batch, Completion, void>;

/** What is learnt of a proxy while it is read. */
interface State {
  readonly lacks: Record<keyof Lacks, string>;
  readonly doubts: Record<keyof Lacks, string>;
}

const NO_CALLS =
  'the spend log has no calls of this time: disable_spend_logs may be set, or older calls may have been deleted';
const NO_CHANGES = 'the audit log has no changes of this time: store_audit_logs may not be set';

const newState = (): State => ({
  lacks: { spend: '', keys: '', audit: '' },
  doubts: { spend: NO_CALLS, keys: '', audit: NO_CHANGES },
});

/** Opens a proxy: its keys and people, its audit log, and its calls day by day. */
export function openProxy(source: string, task: Task): OpenSource {
  const stretch = stretchOf(task.window, task.clock.now());
  const readings = new Map<string, () => Reading>();
  const state = newState();
  return {
    lanes: LANES,
    // Calls that end while a list is read move its pages.
    isOverlapping: true,
    async *shards() {
      const place = placeOf(source, task);
      const api = openApi(place, task);
      const how = await tryOut(api, place, task);
      if (task.signal.aborted) return;
      const shard = (name: string, size: number, read: () => Reading): Shard => {
        const key = `${place.host} ${name}`;
        readings.set(key, read);
        return { key, size, within: place.host };
      };
      yield shard('keys', 0, () => readListings(api, place, task, state));
      yield shard('audit log', lengthOf(stretch), () => readAudit(api, place, stretch, state, task.signal));
      if (typeof how !== 'string') {
        state.lacks.spend = how.what;
        yield shard('spend logs', 0, () => unread(how.what));
      } else
        for (const day of partsOf(stretch, DAY)) {
          const name = isoText(day.from).slice(0, 10);
          yield shard(name, lengthOf(day), () => readDay(api, place, day, how, state, task.signal));
        }
    },
    read: (shard: Shard) => readings.get(shard.key)!(),
    accounts: () => [LITELLM],
    reach: () => ({ from: stretch.from, why: '' }),
    views: calls => (readings.size === 0 ? null : seenViews(state.lacks, { calls, doubts: state.doubts })),
    check: () => checkLitellm(source, task),
  };
}

/** What of a window there can be. */
function stretchOf({ from, until }: Window, now: number): Stretch {
  const end = Math.min(until, now);
  return { from: from ?? end - USUAL_DAYS * DAY, until: end };
}

/**
 * How the calls are listed, or why they cannot be. Throws a `UserError` with what to do when the proxy cannot be reached or
 * lets nobody in: else each part would say the same.
 */
async function tryOut(api: Api, place: Place, { clock, signal }: Task): Promise<SpendApi | { readonly what: string }> {
  try {
    return await probeSpend(api, clock.now());
  } catch (error) {
    const { kind, what } = explainLitellm(error, place);
    if (signal.aborted || kind === 'denied' || kind === 'missing' || kind === 'other') return { what };
    throw new UserError(`cannot read the LiteLLM proxy at ${place.host}: ${what}`);
  }
}

// eslint-disable-next-line require-yield
async function* unread(what: string): Reading {
  await Promise.resolve();
  const damage = [{ where: '', what, count: 1 }];
  return { complete: false, kind: litellmSpend.id, views: null, damage, skipped: false };
}

async function* readDay(
  api: Api,
  place: Place,
  day: Stretch,
  how: SpendApi,
  { doubts }: State,
  signal: AbortSignal,
): Reading {
  const explain = (error: unknown): string => (signal.aborted ? 'interrupted' : explainLitellm(error, place).what);
  const completion = yield* readRows(litellmSpend, callsOf(api, day, how), explain);
  if (!completion.complete) doubts.spend = '';
  return completion;
}

const readRows = (format: Format, lots: AsyncIterable<Lot>, explain: (error: unknown) => string): Reading =>
  readRecords({ format, lots, strange: `rows not recognised as ${format.title}`, explain });

/** That a proxy has no audit log is nothing that was lost: it is what cannot be seen. */
async function* readAudit(
  api: Api,
  place: Place,
  stretch: Stretch,
  { lacks, doubts }: State,
  signal: AbortSignal,
): Reading {
  let lack = '';
  const explain = (error: unknown): string => {
    if (signal.aborted) return 'interrupted';
    lack = whyNoAudit(error);
    return lack || explainLitellm(error, place).what;
  };
  const completion = yield* readRows(litellmAudit, changesOf(api, stretch), explain);
  if (completion.views !== null || !completion.complete) doubts.audit = '';
  lacks.audit = lack;
  // What it shows is told beside what the calls do.
  const quiet = { ...completion, views: null };
  return lack === '' ? quiet : { ...quiet, complete: true, damage: [], remarks: [lack] };
}
