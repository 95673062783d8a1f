import type { JsonObject, Paths } from '../scan/wanted.ts';
import { isObject, parseJson, textOf } from './dig.ts';

/** A record of Entra ID as one object: its own fields, and those around it that an export adds. */
export interface Shape {
  readonly own: JsonObject;
  /** Null when nothing is around it. */
  readonly around: JsonObject | null;
  /** Whether fields have the names of columns in Log Analytics. */
  readonly isTable: boolean;
}

/** Columns of Log Analytics that differ from the name of the field by more than a capital letter. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  ipAddress: ['IPAddress'],
  // `TenantId` there is the workspace.
  tenantId: ['AADTenantId'],
  time: ['TimeGenerated', 'TimeGenerated [UTC]'],
};

/** In a sign-in, the field of this name is what was signed in to; the one around it is the tenant's. */
const OUTER = 'resourceId';

const ENTRA_RESOURCE = /^\/tenants\/[^/]*\/providers\/microsoft\.aadiam/i;

/** Whether a record has a field of its own. */
export const has = (record: JsonObject, name: string): boolean => Object.hasOwn(record, name);

/** A record that an export wraps: its fields stand under `properties`, as an object or as JSON text. */
export function openExport(record: JsonObject): Shape | null {
  const { properties } = record;
  if (isObject(properties)) return { own: properties, around: record, isTable: false };
  if (typeof properties !== 'string' || !isOfEntra(record)) return null;
  const own = parseJson(properties);
  return isObject(own) ? { own, around: record, isTable: false } : null;
}

/** Whether an export says that the record is of Entra ID. */
export const isOfEntra = (record: JsonObject): boolean =>
  ENTRA_RESOURCE.test(textOf(record.resourceId ?? record.resourceid));

/** The fields that paths begin at, each once. */
export const fieldsOf = (paths: Paths): readonly string[] => [
  ...new Set(Object.values(paths).flatMap(several => several.map(path => path.split('.', 1)[0]!))),
];

/** The fields of a record under one spelling; JSON text is given as what it holds. */
export function gather(shape: Shape, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map(name => [name, opened(valueOf(shape, name))]));
}

function valueOf({ own, around, isTable }: Shape, name: string): unknown {
  if (isTable) return firstIn(own, COLUMNS[name] ?? [name[0]!.toUpperCase() + name.slice(1)]);
  if (around === null) return firstIn(own, [name]);
  const inner = name === OUTER ? undefined : firstIn(own, [name]);
  return inner ?? firstIn(around, [name, name.toLowerCase()]);
}

/** Empty text says no more than a field that is missing. */
function firstIn(record: JsonObject, names: readonly string[]): unknown {
  for (const name of names) {
    const value = has(record, name) ? record[name] : undefined;
    if (value !== undefined && value !== null && value !== '') return value;
  }
  return undefined;
}

function opened(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[{[]/.test(value)) return value;
  return parseJson(value) ?? value;
}

/** The items of a list; something that stands where a list might is its only item. */
export function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? [value] : [];
}
