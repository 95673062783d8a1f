import { memoised } from './memo.ts';
import { redact, tidy } from './redact.ts';

/** A region the same however it is written: 'East US' and 'eastus'. */
export const regionOf: (text: string) => string = memoised(1_000, text =>
  tidy(redact(text).replace(/\s/g, ''), 32).toLowerCase(),
);
