import { viewsOf } from '../../coverage.ts';
import type { Views } from '../../model/coverage.ts';

/** Nothing is seen. */
export const blindViews = (why: string): Views => viewsOf(() => ({ blind: true, gaps: [why] }));
