const DEEPEST = 64;

/** JSON text with fields in order of name, so that equal values give equal text; what lies too deep is left out. */
export function canonicalJson(value: unknown, depth = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (depth >= DEEPEST) return '0';
  if (Array.isArray(value)) return `[${value.map(item => canonicalJson(item, depth + 1)).join()}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item, depth + 1)}`).join()}}`;
}
