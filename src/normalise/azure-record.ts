import { hashText } from '../hash.ts';
import type { AuditEvent, Outcome } from '../model/event.ts';
import type { JsonObject, Paths } from '../scan/wanted.ts';
import { hourOf } from '../time.ts';
import { resourceId, subscriptionOf } from './azure-resource.ts';
import { statusOf } from './azure-status.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Identity } from './cloudtrail-identity.ts';
import { isObject, parseJson, textOf } from './dig.ts';
import { idOf } from './entra-identity.ts';
import { memoised } from './memo.ts';
import { outcomeOf } from './outcome.ts';
import { isMasked, tidy } from './redact.ts';

/** Which records a resource log is made of. Categories are in lower case. */
export interface LogKind {
  /** Whose resources write it, as in 'microsoft.keyvault'. */
  readonly provider: string;
  readonly categories: ReadonlySet<string>;
  /** Tables of its own in Log Analytics, by name or by a column that only they have, and what category they stand for. */
  readonly tables: readonly { readonly name: string; readonly column: string; readonly category: string }[];
}

/** A record of a resource log in whatever shape it came: exported, or as a row of Log Analytics. */
export interface LogRecord {
  readonly category: string;
  /** In lower case. */
  readonly resource: string;
  /** A field by its name in exports; undefined when it is nowhere, '' when it is there and says nothing. */
  value(name: string): unknown;
}

/** The fields that every resource log has, as `gatherLog` names them. */
export const LOG_PATHS = {
  category: ['category'],
  resource: ['resource'],
  time: ['time'],
  operation: ['operationName'],
  address: ['callerIpAddress'],
  correlation: ['correlationId'],
  result: ['resultType'],
  signature: ['resultSignature'],
  region: ['location'],
} as const satisfies Paths;

const SHARED: readonly string[] = Object.values(LOG_PATHS).flat();

/** Columns whose names differ from the field's by more than a capital letter or a mark of their type. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  time: ['TimeGenerated', 'TimeGenerated [UTC]'],
  callerIpAddress: ['CallerIPAddress', 'CallerIPAddress_s'],
  location: ['Region'],
};

/** AzureDiagnostics marks columns by their type: text, GUID, number, switch. */
const MARKS = ['_s', '_g', '_d', '_b'] as const;

const MOST_TOKENS = 1e9;

const fieldNames = memoised(500, name => [name, name[0]!.toUpperCase() + name.slice(1)]);
const columnNames = memoised(500, name => [
  ...fieldNames(name),
  ...(COLUMNS[name] ?? []),
  ...MARKS.map(mark => name + mark),
]);

/** The record as one of this log, or null when it is of another. */
export function openLog(record: JsonObject, { provider, categories, tables }: LogKind): LogRecord | null {
  const named = (textOf(record.category) || textOf(record.Category)).toLowerCase();
  const table = tables.find(({ name, column }) => record.Type === name || Object.hasOwn(record, column));
  const category = categories.has(named) ? named : table?.category;
  if (category === undefined) return null;
  const resource = resourceId(textOf(find([record], ['resourceId', 'ResourceId', '_ResourceId'])));
  if (!resource.includes(`/providers/${provider}/`)) return null;
  // What does not fit among the columns of AzureDiagnostics any more stands in one of its own.
  const properties = partOf(record.properties ?? record.properties_s);
  const sources = [properties, record, partOf(record.AdditionalFields)].filter(isObject);
  const spellingsOf = Object.hasOwn(record, 'time') ? fieldNames : columnNames;
  return { category, resource, value: name => find(sources, spellingsOf(name)) };
}

/** The shared fields and some more, as text under their names in exports; nothing else of the record is kept. */
export function gatherLog(log: LogRecord, names: readonly string[]): JsonObject {
  const fields: Record<string, string> = {};
  for (const name of SHARED) fields[name] = textOf(log.value(name));
  for (const name of names) fields[name] = textOf(log.value(name));
  return { ...fields, category: log.category, resource: log.resource };
}

/** An object, or JSON text of one. */
const partOf = (value: unknown): unknown => (typeof value === 'string' ? parseJson(value) : value);

/** Empty text under one spelling says no more than a column that the row does not use. */
function find(sources: readonly JsonObject[], names: readonly string[]): unknown {
  let found: unknown;
  for (const source of sources) {
    for (const name of names) {
      const value = Object.hasOwn(source, name) ? source[name] : undefined;
      if (value === undefined || value === null) continue;
      if (value !== '') return value;
      found = value;
    }
  }
  return found;
}

/** How a call ended, by the first of its codes that is a status of HTTP; without one, by the word for its result. */
export function logOutcome(codes: readonly string[], word: string): Outcome {
  const code = codes.map(Number).find(number => Number.isInteger(number) && number >= 100 && number <= 599);
  if (code !== undefined) return code < 400 ? 'ok' : outcomeOf(String(code));
  const status = statusOf(word, codes);
  return status === 'start' || status === 'news' ? 'ok' : status;
}

/** Somebody of whom nothing is known but the resource that they called. */
export function strangerAt(resource: string): Identity {
  const id = `unidentified:${resource}`;
  return { credential: id, kind: 'unknown', owner: '', account: subscriptionOf(resource), session: '', principal: id };
}

/** A key that belongs to nobody but the resource it opens. */
export function keyOf(id: string, kind: 'resource-key' | 'gateway-subscription', owner: string): Identity {
  return { credential: id, kind, owner, account: subscriptionOf(owner), session: '', principal: owner };
}

/** An operation as an action, under the name of its service. */
export const actionOf = (service: string, operation: string): string => `${service}:${operationName(operation)}`;

const operationName = memoised(5_000, name => tidy(name.trim(), 96).toLowerCase());

/** A region the same however it is written: 'East US' and 'eastus'. */
export const regionOf: (text: string) => string = memoised(1_000, text =>
  tidy(text.replace(/\s/g, ''), 32).toLowerCase(),
);

/** A number of tokens; 0 for what is none. */
export function readTokens(text: string): number {
  const count = Number(text);
  return count > 0 && count <= MOST_TOKENS ? Math.floor(count) : 0;
}

/** An id made of what every shape of the record has; callers may choose correlation ids, so other parts have to tell too. */
export function logId(correlation: string, parts: readonly (string | number)[], fields: JsonObject): string {
  const id = idOf(correlation);
  return id === '' || isMasked(id) ? `content:${short(canonicalJson(fields))}` : [id, ...parts].join('/');
}

/** A name in short, to tell apart what is told with one correlation id. */
export const short = (text: string): string => hashText(text).toString(36);

type Told = Pick<AuditEvent, 'at' | 'example' | 'deed' | 'action' | 'outcome' | 'address'> &
  Partial<Pick<AuditEvent, 'count' | 'tokensIn' | 'tokensOut' | 'agent' | 'region' | 'model' | 'target'>>;

/** An event of a resource log; what is not told is empty, and it happened once. */
export function logEvent({ credential, session, principal, account }: Identity, told: Told): AuditEvent {
  return {
    last: told.at,
    count: 1,
    tokensIn: 0,
    tokensOut: 0,
    microUsd: 0,
    ttl: 0,
    hour: hourOf(told.at),
    credential,
    session,
    principal,
    account,
    agent: '',
    region: '',
    inferenceRegion: '',
    model: '',
    mfa: '',
    target: '',
    ...told,
  };
}
