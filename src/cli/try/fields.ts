import { isObject } from '../../normalise/dig.ts';
import { opened, quoted } from '../../normalise/field-path.ts';
import { tidy } from '../../normalise/redact.ts';
import type { JsonObject } from '../../scan/wanted.ts';

/** A field by its path, as a map would name it, and how many of the records have it. */
export interface Field {
  readonly path: string;
  readonly records: number;
}

const DEEPEST = 6;
const MOST = 200;
const LONGEST_NAME = 80;

/** The fields of some records, in the order they come; of a list, those of its first item. Never what is in them. */
export function fieldsOf(records: readonly JsonObject[]): readonly Field[] {
  const counts = new Map<string, number>();
  for (const record of records)
    for (const path of new Set(pathsIn(record, '', 1))) {
      if (counts.has(path) || counts.size < MOST) counts.set(path, (counts.get(path) ?? 0) + 1);
    }
  return Array.from(counts, ([path, found]) => ({ path, records: found }));
}

function pathsIn(holder: JsonObject, prefix: string, depth: number): string[] {
  const entries = Array.isArray(holder) ? [['0', holder[0]] as const] : Object.entries(holder);
  return entries.slice(0, MOST).flatMap(([name, value]) => {
    const path = `${prefix}${quoted(tidy(name, LONGEST_NAME))}`;
    const inner = depth < DEEPEST ? opened(value) : null;
    const isEmpty = inner === null || (Array.isArray(inner) ? !isObject(inner[0]) : Object.keys(inner).length === 0);
    return isEmpty ? [path] : pathsIn(inner, `${path}.`, depth + 1);
  });
}
