import type { JsonObject } from '../scan/wanted.ts';
import { isObject, parseJson, textOf } from './dig.ts';

/** A way to a field: its names from the outside in, and at each of them what is left of the way as one name. */
export interface FieldPath {
  readonly names: readonly string[];
  readonly rest: readonly string[];
}

const STEP = /(?:"([^"]+)"|([^."]+))(?:\.(?=.)|$)/y;

/** Reads a dotted path, as in `key.id`; a name that has dots itself may stand in quotes. Null when it is none. */
export function parsePath(text: string): FieldPath | null {
  const names: string[] = [];
  STEP.lastIndex = 0;
  for (let at = 0; at < text.length; at = STEP.lastIndex) {
    const found = STEP.exec(text);
    if (found === null) return null;
    names.push(found[1] ?? found[2]!);
  }
  return names.length === 0 ? null : { names, rest: names.map((_, i) => names.slice(i).join('.')) };
}

/** A name as a step of a path. */
export const quoted = (name: string): string => (/^[^."]+$/.test(name) ? name : `"${name}"`);

/**
 * The value at a path; undefined when there is none. At every step what is left of the path is first tried as one name,
 * because many logs have flat names with dots in them; JSON text on the way is looked into.
 */
export function valueAt(value: unknown, { names, rest }: FieldPath, step = 0): unknown {
  if (step === names.length) return value;
  const holder = opened(value);
  if (holder === null) return undefined;
  const flat = rest[step]!;
  if (Object.hasOwn(holder, flat)) return holder[flat];
  const name = names[step]!;
  return Object.hasOwn(holder, name) ? valueAt(holder[name], { names, rest }, step + 1) : undefined;
}

/** Longer text is what was said, and not what a gateway notes beside it. */
const LONGEST_JSON = 64 * 1024;

/** What has named fields or numbered items, be it as JSON text; null for anything else. */
export function opened(value: unknown): JsonObject | null {
  if (Array.isArray(value)) return value as unknown as JsonObject;
  if (isObject(value)) return value;
  if (typeof value !== 'string' || value.length > LONGEST_JSON || !/^\s*\{/.test(value)) return null;
  const parsed = parseJson(value);
  return isObject(parsed) ? parsed : null;
}

/** Paths of which the first that is present counts; each may be a sum of several. */
export type Source = readonly (readonly FieldPath[])[];

const PLUS = /\s\+\s/;

/** Reads a path, or several with ` + ` between them; null when one of them is none. */
export function parseSum(text: string): readonly FieldPath[] | null {
  const paths = text.split(PLUS).map(part => (/^\+|\+$/.test(part) ? null : parsePath(part.trim())));
  return paths.every(path => path !== null) ? paths : null;
}

/** Text of the first path at which there is any; empty when there is none. */
export function textFrom(record: JsonObject, source: Source): string {
  for (const [path] of source) {
    const text = path === undefined ? '' : textOf(valueAt(record, path)).trim();
    if (text !== '') return text;
  }
  return '';
}

/** The texts to add up: those of the first sum of which there is anything. */
export function textsFrom(record: JsonObject, source: Source): readonly string[] {
  for (const sum of source) {
    const texts = sum.map(path => textOf(valueAt(record, path)).trim()).filter(text => text !== '');
    if (texts.length > 0) return texts;
  }
  return [];
}
