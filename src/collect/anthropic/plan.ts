import { anthropicActivity, createActivityReader } from '../../normalise/anthropic-activity.ts';
import { anthropicAnalytics, createAnalyticsReader } from '../../normalise/anthropic-analytics.ts';
import { anthropicListing, createListingReader } from '../../normalise/anthropic-listing.ts';
import { DAY, WEEK } from '../../time.ts';
import { dayText, isoText } from '../../wording.ts';
import type { Task } from '../collector.ts';
import { isLate } from '../service/listing.ts';
import { lengthOf, partsOf, type Stretch } from '../service/stretches.ts';
import { askFeed, FEED_LIMIT } from './feed.ts';
import { ADMIN_LISTS, type AdminList, IDENTITY_LISTS } from './lists.ts';
import { ADMIN_NEED, FEED_NEED } from './needs.ts';
import type { Organisation } from './organisation.ts';
import type { Part } from './part.ts';
import type { Rest } from './rest.ts';
import { feedStretch, usageStretch } from './stretches.ts';
import type { Failure, UsageChoice } from './survey.ts';
import { COSTS } from './usage.ts';
import type { Readable } from './views.ts';

const USAGE_PART = WEEK;
const FEED_PART = DAY;

/** What parts are made for. */
interface Planned {
  readonly organisation: Organisation;
  readonly readable: Readable;
  readonly task: Task;
}

/** The parts of an organisation: its lists, its usage week by week, its activity day by day; what they meet is noted. */
export function* planParts(planned: Planned): Generator<Part> {
  const { admin, identities } = planned.organisation.access;
  if (admin !== null) for (const list of ADMIN_LISTS) yield listPart(admin, list, planned);
  if (identities !== null) for (const list of IDENTITY_LISTS) yield listPart(identities, list, planned);
  if (admin !== null) yield* usageParts(admin, planned);
  yield* feedParts(planned);
}

function listPart(rest: Rest, list: AdminList, { organisation: { account }, readable, task }: Planned): Part {
  const { title, kind, wanted, limit, ask, note, isOptional } = list;
  const { until } = task.window;
  const observedAt = until - 1;
  const isPast = isLate(task);
  const late = `${title} are listed as they are now: what ended after ${dayText(observedAt)} may not be among them`;
  return {
    key: `${account} ${title}`,
    size: 0,
    format: anthropicListing,
    reader: () => createListingReader({ account, observedAt }),
    pages: () => rest.pages(ask, limit),
    wanted,
    isOptional,
    remarks: isPast ? [late] : [],
    census: isPast ? null : { account, kind, observedAt },
    unread: why => void (readable[note] = why),
  };
}

function* usageParts(rest: Rest, { organisation, readable, task }: Planned): Generator<Part> {
  const { account, usage } = organisation;
  const within = `${account} usage`;
  if (usage === null) return;
  if (!('report' in usage)) {
    yield failedPart(within, usage);
    return;
  }
  let remarks = usage.remark === '' ? [] : [usage.remark];
  for (const stretch of partsOf(usageStretch(task.window, task.clock.now()), USAGE_PART)) {
    yield { ...usagePart(rest, usage, stretch, account), remarks, within, seen: noteGaps(readable) };
    remarks = [];
    if (usage.report.name === 'analytics/usage') yield costPart(rest, stretch, account);
  }
}

function costPart(rest: Rest, stretch: Stretch, account: string): Part {
  return {
    key: keyOf(`${account} costs`, stretch),
    size: 0,
    format: anthropicAnalytics,
    reader: () => createAnalyticsReader(account),
    pages: () => rest.pages(COSTS.ask(stretch), COSTS.limit),
    wanted: ADMIN_NEED,
    isOptional: true,
    within: `${account} costs`,
    remarks: [],
    census: null,
  };
}

function usagePart(rest: Rest, { report, groups }: UsageChoice, stretch: Stretch, account: string): Part {
  return {
    key: keyOf(`${account} usage`, stretch),
    size: lengthOf(stretch),
    format: report.format,
    reader: () => report.reader(account),
    pages: () => rest.pages(report.ask(stretch, groups), report.limit),
    wanted: ADMIN_NEED,
    remarks: [],
    census: null,
  };
}

const noteGaps =
  ({ gaps }: Readable): NonNullable<Part['seen']> =>
  views => {
    for (const sight of ['calls', 'tokens'] as const) for (const gap of views[sight].gaps) gaps[sight].add(gap);
  };

function* feedParts({ organisation: { access, account, feed }, task }: Planned): Generator<Part> {
  const rest = access.feed;
  const within = `${account} activity`;
  if (rest === null) return;
  // Most organisations have no feed until it is switched on.
  if (feed !== null) {
    yield failedPart(within, feed, { wanted: FEED_NEED, isOptional: true });
    return;
  }
  for (const stretch of partsOf(feedStretch(task.window, task.clock.now()), FEED_PART))
    yield { ...feedPart(rest, stretch, account), within };
}

function feedPart(rest: Rest, stretch: Stretch, account: string): Part {
  return {
    key: keyOf(`${account} activity`, stretch),
    size: lengthOf(stretch),
    format: anthropicActivity,
    reader: () => createActivityReader(account),
    pages: () => rest.pages(askFeed(stretch), FEED_LIMIT),
    wanted: FEED_NEED,
    remarks: [],
    census: null,
  };
}

const keyOf = (within: string, { from }: Stretch): string => `${within} ${isoText(from).slice(0, 10)}`;

/** A part that is known to fail, so that it is said where parts say so. */
function failedPart(key: string, { error }: Failure, over: Partial<Part> = {}): Part {
  return {
    key,
    size: 0,
    format: anthropicActivity,
    reader: createActivityReader,
    pages: () => failing(error),
    wanted: ADMIN_NEED,
    remarks: [],
    census: null,
    ...over,
  };
}

/** Pages of which not even the first comes. */
const failing = (error: unknown): AsyncIterable<readonly unknown[]> => ({
  [Symbol.asyncIterator]: () => ({
    next: () => {
      throw error;
    },
  }),
});
