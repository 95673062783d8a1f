const MOST_TOKENS = 1e9;

/** A number of tokens; 0 for what is none. */
export function readTokens(text: string): number {
  const count = Number(text);
  return count > 0 && count <= MOST_TOKENS ? Math.floor(count) : 0;
}

/** Millionths in a dollar. */
export const MICRO = 1e6;
const MOST_MICRO_USD = 1e12;

/** A cost in whole millionths of a dollar; 0 for what is none. */
export const readMicroUsd = (cost: number): number => (cost > 0 && cost <= MOST_MICRO_USD ? Math.round(cost) : 0);
