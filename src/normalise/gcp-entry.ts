import type { JsonObject, Paths } from '../scan/wanted.ts';
import { isObject, parseJson, textOf } from './dig.ts';
import { memoised } from './memo.ts';
import { tidy } from './redact.ts';

const LONGEST_PROJECT = 64;

/** What is lifted out of every audit log entry, under names that are the same for all its spellings. */
export const ENTRY_PATHS = {
  time: ['time'],
  insertId: ['insertId'],
  log: ['log'],
  project: ['project'],
  first: ['first'],
  last: ['last'],
  service: ['service'],
  method: ['method'],
  resource: ['resource'],
  code: ['code'],
  location: ['location'],
  address: ['address'],
  agent: ['agent'],
  email: ['email'],
  subject: ['subject'],
  keyName: ['keyName'],
  delegate: ['delegate'],
  holder: ['holder'],
} as const satisfies Paths;

/**
 * A field by its name as the API spells it (`methodName`), as a table of logs does (`method_name`), or in lower case, as
 * some warehouses do.
 */
export function field(value: unknown, name: string): unknown {
  if (!isObject(value)) return undefined;
  const spelling = spellings(name).find(spelled => Object.hasOwn(value, spelled));
  return spelling === undefined ? undefined : value[spelling];
}

const spellings = memoised(500, (name): readonly string[] => [
  name,
  name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
  name.toLowerCase(),
]);

/** The value under a chain of such fields. */
export const dive = (value: unknown, ...names: readonly string[]): unknown => names.reduce(field, value);

/** The text under a chain of such fields, or the empty string. */
export const diveText = (value: unknown, ...names: readonly string[]): string => textOf(dive(value, ...names));

/** The list under a chain of such fields, or an empty one. */
export function diveList(value: unknown, ...names: readonly string[]): readonly unknown[] {
  const found = dive(value, ...names);
  return Array.isArray(found) ? found : [];
}

/** An entry of Cloud Audit Logs with its fields under one name each, however it was exported; null for any other record. */
export function unwrapAuditEntry(record: JsonObject): JsonObject | null {
  const payload = payloadOf(record);
  if (payload === null) return null;
  const caller = field(payload, 'requestMetadata');
  return {
    ...whoIn(field(payload, 'authenticationInfo')),
    ...whereIn(record),
    time: diveText(record, 'timestamp') || diveText(caller, 'requestAttributes', 'time'),
    service: diveText(payload, 'serviceName'),
    method: diveText(payload, 'methodName'),
    resource: diveText(payload, 'resourceName'),
    code: diveText(payload, 'status', 'code'),
    address: diveText(caller, 'callerIp') || diveText(caller, 'callerIP'),
    agent: diveText(caller, 'callerSuppliedUserAgent'),
    location: diveText(record, 'resource', 'labels', 'location') || firstLocation(payload),
    request: bodyIn(payload, 'request'),
    response: bodyIn(payload, 'response'),
    metadata: bodyIn(payload, 'metadata'),
    delta: deltaIn(payload),
    permissions: dive(payload, 'serviceData', 'permissionDelta'),
  };
}

const PAYLOADS = ['protoPayload', 'protopayload_auditlog'] as const;
const AUDIT = /(?:^|[./])AuditLog$/;
const MARKS = ['authenticationInfo', 'authorizationInfo', 'methodName', 'requestMetadata'] as const;

/** Entries of other logs have a payload of another type; some exports leave the type out. */
function payloadOf(record: JsonObject): JsonObject | null {
  const held = PAYLOADS.map(name => field(record, name)).find(value => value !== undefined && value !== null);
  const payload = typeof held === 'string' ? parseJson(held) : held;
  const type = diveText(payload, '@type') || diveText(payload, 'at_sign_type') || diveText(payload, 'type');
  if (!isObject(payload) || (type !== '' && !AUDIT.test(type))) return null;
  const own = field(payload, 'auditLog') ?? payload;
  if (!isObject(own)) return null;
  return type !== '' || MARKS.some(name => field(own, name) !== undefined) ? own : null;
}

function whoIn(caller: unknown): JsonObject {
  const first = diveList(caller, 'serviceAccountDelegationInfo')[0];
  return {
    email: diveText(caller, 'principalEmail'),
    subject: diveText(caller, 'principalSubject'),
    keyName: diveText(caller, 'serviceAccountKeyName'),
    delegate: diveText(first, 'firstPartyPrincipal', 'principalEmail') || diveText(first, 'principalSubject'),
  };
}

function whereIn(record: JsonObject): JsonObject {
  const labels = dive(record, 'resource', 'labels');
  const log = diveText(record, 'logName').replaceAll('%2F', '/').replaceAll('%2f', '/');
  return {
    log,
    project: tidy(diveText(labels, 'project_id'), LONGEST_PROJECT) || projectOf(log),
    holder: diveText(labels, 'email_id'),
    insertId: diveText(record, 'insertId'),
    first: diveText(record, 'operation', 'first'),
    last: diveText(record, 'operation', 'last'),
  };
}

/** The project in the name of a log or a resource; of an organisation or a folder, its whole name. */
export function projectOf(name: string): string {
  const [, kind, id] = /^(?:\/\/[^/]+\/)?(projects|organizations|folders)\/([^/]+)/.exec(name) ?? [];
  if (id === undefined || id === '-' || id === '_') return '';
  return tidy(kind === 'projects' ? id : `${kind}/${id}`, LONGEST_PROJECT);
}

const firstLocation = (payload: JsonObject): string =>
  textOf(diveList(payload, 'resourceLocation', 'currentLocations')[0]);

/** Tables hold what was asked and answered as JSON text. */
function bodyIn(payload: JsonObject, name: string): unknown {
  const body = field(payload, name) ?? field(payload, `${name}Json`);
  return typeof body === 'string' ? parseJson(body) : body;
}

const DELTAS = ['serviceData', 'servicedata_v1_iam', 'metadata'] as const;

/** What a change of a policy added and took away. */
const deltaIn = (payload: JsonObject): unknown =>
  DELTAS.map(name => dive(payload, name, 'policyDelta')).find(delta => delta !== undefined);
