import { UserError } from '../../errors.ts';
import type { Sight, Views } from '../../model/coverage.ts';
import { azureActivity } from '../../normalise/azure-activity.ts';
import { isGuid } from '../../normalise/azure-identity.ts';
import { HOUR, SECOND } from '../../time.ts';
import { isoText } from '../../wording.ts';
import type { Window } from '../collector.ts';
import type { Rest, Service } from './rest.ts';
import type { AzureAccess } from './sign-in.ts';

/** How far the platform's own Activity Log looks back. */
export const KEPT_DAYS = 90;

/** What lets the Activity Log of a subscription be read. */
export const ACTIVITY_ROLE = 'Reader or Monitoring Reader on the subscription';

/** Fifty queries in thirty seconds are allowed; others want some of them too. */
const GAP = 650;

/** The service itself gives up after 75 seconds. */
const TIMEOUT = 100 * SECOND;

/** The fields that the format reads; of no others is asked. */
const FIELDS = [
  'authorization',
  'caller',
  'claims',
  'correlationId',
  'eventDataId',
  'eventName',
  'eventTimestamp',
  'httpRequest',
  'operationName',
  'properties',
  'resourceId',
  'status',
  'subStatus',
  'subscriptionId',
];

/** The service that has the Activity Log. */
export const activityService = ({ cloud }: AzureAccess): Service => ({
  base: cloud.arm,
  next: 'nextLink',
  gap: GAP,
  timeout: TIMEOUT,
});

/** A stretch of time in epoch milliseconds; its end does not belong to it. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** The id of the subscription that a source names. */
export function subscriptionIn(source: string): string {
  const [, id = ''] = /^azure:\/*subscriptions\/([^/]*)\/*$/i.exec(source.trim()) ?? [];
  if (isGuid(id.toLowerCase())) return id.toLowerCase();
  throw new UserError(
    `not the id of a subscription: '${id}'`,
    'Write it as in azure:/subscriptions/00000000-0000-0000-0000-000000000000; `az account list` shows the ids.',
  );
}

/** How many events the last hour has, as its first page shows: that asks for as little as can be. */
export async function countRecent(rest: Rest, subscription: string, now: number): Promise<number> {
  const pages = rest.pages(activityPath(subscription, { from: now - HOUR, until: now }, ['eventDataId']));
  const { value } = await pages.next();
  return value?.length ?? 0;
}

/** The path of the events of a stretch: both ends of the filter count, to the ten millionth of a second. */
export function activityPath(
  subscription: string,
  { from, until }: Stretch,
  fields: readonly string[] = FIELDS,
): string {
  const last = isoText(until - 1).replace('Z', '9999Z');
  const filter = `eventTimestamp ge '${isoText(from)}' and eventTimestamp le '${last}'`;
  const query = `api-version=2015-04-01&$filter=${encodeURIComponent(filter)}&$select=${fields.join(',')}`;
  return `/subscriptions/${subscription}/providers/Microsoft.Insights/eventtypes/management/values?${query}`;
}

const NO_RESOURCE_LOGS = 'resource logs are not in the Activity Log: it does not tell who reads secrets of a key vault';

/** What the Activity Log shows of a window. */
export function activityViews(window: Window, stretch?: Stretch): Views {
  // A reader that has read nothing says what the log can show, and nothing of how long a saved list is.
  const views = azureActivity.reader().views();
  const isCut = stretch !== undefined && window.from !== null && stretch.from > window.from;
  const past = isCut
    ? [`the Activity Log keeps ${KEPT_DAYS} days: nothing before ${isoText(stretch.from)} was read`]
    : [];
  const more: Partial<Record<Sight, readonly string[]>> = { places: past, deeds: [NO_RESOURCE_LOGS, ...past] };
  const widened = Object.entries(views).map(([sight, { blind, gaps }]) => [
    sight,
    { blind, gaps: [...gaps, ...(more[sight as Sight] ?? [])] },
  ]);
  return Object.fromEntries(widened) as Views;
}
