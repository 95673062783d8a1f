import type { JsonObject } from '../scan/wanted.ts';
import { fromAlarmRow, fromLogAnalytics } from './cloudtrail-csv.ts';
import { dig, digList, digText, isObject, parseJson } from './dig.ts';
import { isExposureNotice } from './not-audit-logs.ts';

/** Categories of our own, for what an envelope holds that is not a record. */
export const UNREADABLE = 'Unreadable';
export const AGGREGATED = 'Aggregated';

const TELLTALES = [
  'eventVersion',
  'eventTime',
  'eventSource',
  'eventName',
  'userIdentity',
  'awsRegion',
  'eventID',
  'eventType',
] as const;

/** So many of the telltale fields make a record. */
const ENOUGH = 3;

const LOOKUP_FIELDS = ['CloudTrailEvent', 'cloudTrailEvent', 'cloud_trail_event'] as const;

/** The CloudTrail record in any of the shapes it travels in, or null when it is something else. */
export function unwrapCloudTrail(record: JsonObject): JsonObject | null {
  if (isRecord(record)) return record;
  return (
    fromLookup(record) ??
    fromBus(record) ??
    fromMessage(record) ??
    fromAggregation(record) ??
    fromLogAnalytics(record) ??
    fromAlarmRow(record)
  );
}

/** Storage and queue notifications look alike; their sources begin with `aws:`. */
function isRecord(record: JsonObject): boolean {
  let found = 0;
  for (const name of TELLTALES) if (Object.hasOwn(record, name)) found++;
  return found >= ENOUGH && !digText(record, 'eventSource').startsWith('aws:');
}

/** An item of what LookupEvents answers: the record is JSON text inside. */
function fromLookup(item: JsonObject): JsonObject | null {
  const name = LOOKUP_FIELDS.find(field => Object.hasOwn(item, field));
  if (name === undefined) return null;
  const held = item[name];
  const record = typeof held === 'string' ? parseJson(held) : held;
  if (!isObject(record)) return { eventCategory: UNREADABLE };
  const time = dig(item, 'EventTime') ?? dig(item, 'eventTime') ?? dig(item, 'event_time');
  return Object.hasOwn(record, 'eventTime') || time === undefined ? record : { ...record, eventTime: time };
}

/** An event bus message: the record is its detail. */
function fromBus(message: JsonObject): JsonObject | null {
  const { detail } = message;
  if (isExposureNotice(message)) return exposureRecord(message);
  if (!digText(message, 'detail-type').endsWith(' via CloudTrail'))
    return isObject(detail) && isRecord(detail) ? detail : null;
  if (!isObject(detail)) return { eventCategory: UNREADABLE };
  return Object.hasOwn(detail, 'eventTime') ? detail : { ...detail, eventTime: dig(message, 'time') };
}

/** A log line that carries the record as its message. */
function fromMessage({ message }: JsonObject): JsonObject | null {
  if (typeof message !== 'string' || !message.startsWith('{"event')) return null;
  const record = parseJson(message);
  return isObject(record) && isRecord(record) ? record : null;
}

/** A summary of many data events; the calls in it are not told one by one. */
function fromAggregation(item: JsonObject): JsonObject | null {
  const isAggregation = dig(item, 'summary', 'primaryDimension') !== undefined && Object.hasOwn(item, 'timeWindow');
  return isAggregation ? { eventCategory: AGGREGATED } : null;
}

function exposureRecord(message: JsonObject): JsonObject {
  return {
    eventSource: 'health.amazonaws.com',
    eventName: dig(message, 'detail', 'eventTypeCode'),
    eventTime: dig(message, 'time'),
    eventID: dig(message, 'id'),
    awsRegion: dig(message, 'region'),
    recipientAccountId: dig(message, 'account'),
    userIdentity: { type: 'AWSService', invokedBy: 'health.amazonaws.com' },
    requestParameters: {
      affected: digList(message, 'detail', 'affectedEntities').map(entity => digText(entity, 'entityValue')),
    },
  };
}
