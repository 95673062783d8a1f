import type { View } from '../model/coverage.ts';

/** What cannot be seen, and why. */
export const blind = (...gaps: readonly string[]): View => ({ blind: true, gaps });

/** What can be seen, but for what is missing; an empty text stands for nothing. */
export const open = (...gaps: readonly string[]): View => ({ blind: false, gaps: gaps.filter(gap => gap !== '') });
