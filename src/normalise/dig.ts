import type { JsonObject } from '../scan/wanted.ts';

/** Whether a value is an object with named fields. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether an object has all of these fields. */
export const hasFields = (record: JsonObject, ...names: readonly string[]): boolean =>
  names.every(name => Object.hasOwn(record, name));

/** The value under a chain of field names; undefined when any of them is missing. Inherited names are not fields. */
export function dig(value: unknown, ...names: readonly string[]): unknown {
  let found = value;
  for (const name of names) {
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

/** The text of a string, number or boolean; empty for anything else. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** The text under a chain of field names, or the empty string. */
export const digText = (value: unknown, ...names: readonly string[]): string => textOf(dig(value, ...names));

/** The list under a chain of field names, or an empty one. */
export function digList(value: unknown, ...names: readonly string[]): readonly unknown[] {
  const found = dig(value, ...names);
  return Array.isArray(found) ? found : [];
}

/** JSON text as a value; undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
