import type { Secret } from './secrets.ts';

const RUN = 12;

/** Looks through texts for runs of twelve characters of what is secret, in whatever case; says of which secret there are any. */
export function seeker(secrets: readonly Secret[]): (text: string) => string | null {
  const runs = new Map<string, string>();
  for (const { kind, core } of secrets) {
    const low = core.toLowerCase();
    for (let i = 0; i + RUN <= low.length; i++) runs.set(low.slice(i, i + RUN), kind);
  }
  const clean = new Set<string>();
  return text => {
    if (text.length < RUN || clean.has(text)) return null;
    const low = text.toLowerCase();
    for (let i = 0; i + RUN <= low.length; i++) {
      const kind = runs.get(low.slice(i, i + RUN));
      if (kind !== undefined) return kind;
    }
    clean.add(text);
    return null;
  };
}

/** Every text in a value, names of fields too. */
export function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) {
      yield name;
      yield* textsIn(item);
    }
}
