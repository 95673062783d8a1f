/** Codes that databases give to what has no one country. */
const NOWHERE: ReadonlySet<string> = new Set(['ZZ', 'XX', 'EU', 'AP']);

/** The two upper-case letters of a country, or empty for anything else. */
export function asCountry(value: unknown): string {
  if (typeof value !== 'string' || !/^[A-Za-z]{2}$/.test(value)) return '';
  const code = value.toUpperCase();
  return NOWHERE.has(code) ? '' : code;
}
