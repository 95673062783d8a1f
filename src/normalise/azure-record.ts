import type { JsonObject, Paths } from '../scan/wanted.ts';
import { resourceId } from './azure-resource.ts';
import { isObject, parseJson, textOf } from './dig.ts';
import { memoised } from './memo.ts';

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
