import type { Evidence, Json } from './model/finding.ts';

/** As many events as a finding names. */
const SHOWN = 5;

/** The ids of a few events that evidence names, each once, in the order of the evidence. */
export function eventsIn(...evidence: readonly Evidence[]): string[] {
  const ids = new Set(evidence.flatMap(part => [...idsIn(part, false)]));
  ids.delete('');
  return [...ids].slice(0, SHOWN);
}

function* idsIn(value: Json, isNamed: boolean): Generator<string> {
  if (typeof value === 'string') {
    if (isNamed) yield value;
  } else if (isList(value)) {
    for (const item of value) yield* idsIn(item, isNamed);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) yield* idsIn(part, key === 'example' || key === 'examples');
  }
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
