import { withSeparators } from '../../numbers.ts';

/** '1 key', '1,204 keys'. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${withSeparators(count)} ${count === 1 ? one : many}`;
}

/** 'a, b and 12 more'; nothing is left out without being counted. */
export function someOf(items: readonly string[], shown: number): string {
  // Naming one more takes no more room than counting it.
  if (items.length <= shown + 1) return listOf(items);
  return `${items.slice(0, shown).join(', ')} and ${withSeparators(items.length - shown)} more`;
}

/** 'a, b and c'. */
export function listOf(items: readonly string[]): string {
  return items.length <= 1 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
