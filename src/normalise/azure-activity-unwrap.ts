import type { JsonObject } from '../scan/wanted.ts';
import { keepGroup } from './azure-group.ts';
import { dig, digText, isObject, parseJson, textOf } from './dig.ts';

/** An operation of Azure Resource Manager: a provider, then a path. */
const OPERATION = /^[a-z][\w-]*(?:\.[\w-]+)+\/[^ ]/i;

/** What the Activity Log calls its records; those of other logs of Azure, which look the same, are called otherwise. */
const CATEGORIES: ReadonlySet<string> = new Set([
  '',
  'administrative',
  'write',
  'delete',
  'action',
  'policy',
  'servicehealth',
  'resourcehealth',
  'alert',
  'autoscale',
  'recommendation',
  'security',
]);

/** A record of the Activity Log from any of the shapes it travels in, as one: flat, with its parts as they came. */
export function unwrapAzureActivity(record: JsonObject): JsonObject | null {
  if (Object.hasOwn(record, 'OperationNameValue')) return known(keepGroup(record, fromTable(record)));
  if (Object.hasOwn(record, 'operationName')) return known(fromExport(record));
  if (Object.hasOwn(record, 'operation_name')) return known(fromSdk(record));
  return isObject(dig(record, 'evt')) ? known(fromArchive(record)) : null;
}

/** The parts of a record that are objects, or JSON text of such. */
export function partOf(record: JsonObject, name: string): unknown {
  const value = dig(record, name);
  if (typeof value !== 'string') return value;
  return value.startsWith('{') ? parseJson(value) : undefined;
}

function known(record: JsonObject): JsonObject | null {
  const isKnown =
    CATEGORIES.has(digText(record, 'category').toLowerCase()) && OPERATION.test(digText(record, 'operation'));
  return isKnown ? record : null;
}

/** The columns of AzureActivity in Log Analytics, as CSV or JSON. */
function fromTable(row: JsonObject): JsonObject {
  const column = (...names: readonly string[]): string =>
    names.map(name => digText(row, name)).find(text => text !== '') ?? '';
  const part = (...names: readonly string[]): unknown =>
    names.map(name => dig(row, name)).find(value => value !== undefined && value !== null && value !== '');
  return {
    shape: 'table',
    time: column('TimeGenerated', 'TimeGenerated [UTC]'),
    operation: column('OperationNameValue'),
    status: column('ActivityStatusValue', 'ActivityStatus'),
    subStatus: column('ActivitySubstatusValue', 'ActivitySubstatus'),
    category: column('CategoryValue'),
    caller: column('Caller'),
    address: column('CallerIpAddress') || digText(parsed(dig(row, 'HTTPRequest')), 'clientIpAddress'),
    correlation: column('CorrelationId'),
    eventId: column('EventDataId'),
    resource: column('ResourceId', '_ResourceId'),
    subscription: column('SubscriptionId', '_SubscriptionId'),
    claims: part('Claims_d', 'Claims'),
    authorization: part('Authorization_d', 'Authorization'),
    properties: part('Properties_d', 'Properties'),
  };
}

/** Records as they are exported to storage and event hubs, and as the REST API and the CLI list them. */
function fromExport(record: JsonObject): JsonObject {
  const identity = parsed(dig(record, 'identity'));
  const isListed = Object.hasOwn(record, 'eventTimestamp');
  return {
    shape: isListed ? 'list' : 'export',
    time: dig(record, 'eventTimestamp') ?? dig(record, 'time'),
    operation: wordOf(dig(record, 'operationName')),
    status: wordOf(dig(record, 'resultType')) || wordOf(dig(record, 'status')),
    subStatus: wordOf(dig(record, 'resultSignature')) || wordOf(dig(record, 'subStatus')),
    phase: wordOf(dig(record, 'eventName')),
    category: wordOf(dig(record, 'category')),
    caller: dig(record, 'caller'),
    address: dig(record, 'callerIpAddress') ?? dig(record, 'httpRequest', 'clientIpAddress'),
    correlation: dig(record, 'correlationId'),
    eventId: dig(record, 'eventDataId'),
    resource: digText(record, 'resourceId') || digText(record, 'resourceUri'),
    subscription: dig(record, 'subscriptionId'),
    tenant: dig(record, 'tenantId'),
    claims: dig(identity, 'claims') ?? dig(record, 'claims'),
    authorization: dig(identity, 'authorization') ?? dig(record, 'authorization'),
    properties: dig(record, 'properties'),
  };
}

/** What the SDK for Python makes of the REST API's answers. */
function fromSdk(record: JsonObject): JsonObject {
  return {
    shape: 'list',
    time: dig(record, 'event_timestamp'),
    operation: wordOf(dig(record, 'operation_name')),
    status: wordOf(dig(record, 'status')),
    subStatus: wordOf(dig(record, 'sub_status')),
    phase: wordOf(dig(record, 'event_name')),
    category: wordOf(dig(record, 'category')),
    caller: dig(record, 'caller'),
    address: dig(record, 'http_request', 'client_ip_address'),
    correlation: dig(record, 'correlation_id'),
    eventId: dig(record, 'event_data_id'),
    resource: dig(record, 'resource_id'),
    subscription: dig(record, 'subscription_id'),
    tenant: dig(record, 'tenant_id'),
    claims: dig(record, 'claims'),
    authorization: dig(record, 'authorization'),
    properties: dig(record, 'properties'),
  };
}

/** What Datadog keeps of an exported record. */
function fromArchive(record: JsonObject): JsonObject {
  const { operation, status, category } = {
    operation: dig(record, 'evt', 'name'),
    status: dig(record, 'evt', 'outcome'),
    category: dig(record, 'evt', 'category'),
  };
  return { ...fromExport(record), operation, status, category };
}

/** A word, alone or with its translation beside it. */
const wordOf = (value: unknown): string => (isObject(value) ? digText(value, 'value') : textOf(value));

const parsed = (value: unknown): unknown =>
  typeof value === 'string' && value.startsWith('{') ? parseJson(value) : value;
