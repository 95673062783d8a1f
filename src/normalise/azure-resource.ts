import { memoised } from './memo.ts';
import { redact, redactPath, tidy } from './redact.ts';

const LONGEST = 512;

/** What has slashes by its nature: ids of resources, names of operations and addresses. */
const PATH = /^(?:\/*(?:subscriptions|tenants|providers)\/|[a-z]\w+\.[\w.-]+\/|https:)/i;

/** Words parted by slashes in the one spelling that is kept: fit to keep, lower-case, because Azure's own case varies. */
export const lowerPath: (text: string) => string = memoised(20_000, text => {
  const bare = text.trim();
  // Taken whole, a path may look like a secret of AWS in one spelling and not in another.
  const safe = PATH.test(bare) ? redactPath(bare) : redact(bare);
  return tidy(safe.toLowerCase(), LONGEST);
});

/** A resource id in lower case, with one slash in front and none behind; empty when there is none. */
export const resourceId: (text: string) => string = memoised(20_000, text => {
  const bare = lowerPath(text).replace(/^\/+|\/+$/g, '');
  return bare === '' ? '' : `/${bare}`;
});

/** The subscription that a resource id (in lower case) lies in; empty for what lies above subscriptions. */
export const subscriptionOf = (resource: string): string => /^\/subscriptions\/([^/]+)/.exec(resource)?.[1] ?? '';

/** The provider of a resource id (in lower case), as in 'microsoft.cognitiveservices'; of nested ones the last. */
export const providerOf = (resource: string): string => /.*\/providers\/([^/]+)/.exec(resource)?.[1] ?? '';
