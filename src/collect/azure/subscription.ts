import { UserError } from '../../errors.ts';
import type { Batch, Completion, Damage } from '../../model/batch.ts';
import { azureActivity } from '../../normalise/azure-activity.ts';
import { isObject } from '../../normalise/dig.ts';
import { createSorter } from '../../scan/sorter.ts';
import { DAY } from '../../time.ts';
import { isoText } from '../../wording.ts';
import type { OpenSource, Shard, Task, Window } from '../collector.ts';
import { createIntake } from '../intake/intake.ts';
import {
  ACTIVITY_ROLE,
  activityPath,
  activityService,
  activityViews,
  countRecent,
  KEPT_DAYS,
  type Stretch,
  subscriptionIn,
} from './activity.ts';
import { checkAzure } from './check.ts';
import { openRest, type Rest } from './rest.ts';
import { identify, type SignIn, signInToAzure } from './sign-in.ts';
import { explainAzure } from './trouble.ts';

/** Days wait for their turns most of the time. */
const LANES = 4;

/** Opens the Activity Log of a subscription, day by day, as the platform keeps it. */
export function openSubscription(source: string, task: Task, signIn: SignIn = signInToAzure): OpenSource {
  const days = new Map<string, Stretch>();
  const stretch = stretchOf(task.window, task.clock.now());
  let rest: Rest | undefined;
  let self: readonly string[] = [];
  return {
    lanes: LANES,
    async *shards() {
      const subscription = subscriptionIn(source);
      checkStretch(stretch, task.clock.now());
      const access = await signIn(task);
      const { principal } = await identify(access, access.cloud.arm, task);
      for (const warning of access.warnings) task.tell(warning);
      self = principal === '' ? [] : [principal];
      rest = openRest(access, activityService(access), task);
      await tryOut(rest, subscription, task);
      if (task.signal.aborted) return;
      for (const day of daysOf(stretch)) {
        const key = `${subscription} ${isoText(day.from).slice(0, 10)}`;
        days.set(key, day);
        yield { key, size: day.until - day.from };
      }
    },
    read: (shard: Shard) => readDay(rest!, subscriptionIn(source), days.get(shard.key)!, task.signal),
    self: () => self,
    views: () => (days.size === 0 ? null : activityViews(task.window, stretch)),
    check: () => checkAzure(source, task, signIn),
  };
}

/** Throws a `UserError` with what to do when nothing may be read: else each day would say the same. */
async function tryOut(rest: Rest, subscription: string, { clock, signal }: Task): Promise<void> {
  try {
    await countRecent(rest, subscription, clock.now());
  } catch (error) {
    if (signal.aborted) return;
    const { what } = explainAzure(error, ACTIVITY_ROLE);
    throw new UserError(`cannot read the Activity Log of subscription ${subscription}: ${what}`);
  }
}

/** What of a window the platform still has. */
function stretchOf({ from, until }: Window, now: number): Stretch {
  const oldest = now - KEPT_DAYS * DAY;
  return { from: Math.max(from ?? oldest, oldest), until: Math.min(until, now) };
}

function checkStretch({ from, until }: Stretch, now: number): void {
  if (from < until) return;
  throw new UserError(
    `the Activity Log keeps ${KEPT_DAYS} days, from ${isoText(now - KEPT_DAYS * DAY)} on, and all that was asked for is older`,
    'Older events are in a Log Analytics workspace or a storage account, if the log was exported there.',
  );
}

/** The UTC days that a stretch touches, cut to it. */
function* daysOf({ from, until }: Stretch): Generator<Stretch> {
  for (let at = from; at < until;) {
    const end = Math.min(until, (Math.floor(at / DAY) + 1) * DAY);
    yield { from: at, until: end };
    at = end;
  }
}

/** Reads one day, a batch for each page. */
async function* readDay(
  rest: Rest,
  subscription: string,
  day: Stretch,
  signal: AbortSignal,
): AsyncGenerator<Batch, Completion, void> {
  const intake = createIntake();
  const sorter = createSorter([azureActivity], []);
  let strange = 0;
  let left = day.until - day.from;
  const faults: Damage[] = [];
  try {
    for await (const page of rest.pages(activityPath(subscription, day))) {
      for (const item of page) {
        if (isObject(item)) sorter.add(item);
        else strange++;
      }
      const { rows, unknown } = sorter.take();
      strange += unknown;
      for (const { wanted, fields, whole } of rows) intake.readerOf(wanted).read(fields, whole, intake.sink);
      // How many pages there are is not said, so each is taken for half of what is left.
      left /= 2;
      yield { ...intake.take(), size: left };
    }
    yield { ...intake.take(), size: left };
  } catch (error) {
    faults.push({
      where: '',
      what: signal.aborted ? 'interrupted' : explainAzure(error, ACTIVITY_ROLE).what,
      count: 1,
    });
  }
  const unknown = { where: '', what: 'records not recognised as audit events', count: strange };
  const damage = [...faults, ...intake.damage(), ...(strange > 0 ? [unknown] : [])];
  return { complete: damage.length === 0, kind: azureActivity.id, views: null, damage, skipped: false };
}
