import type { View, Views } from '../model/coverage.ts';
import type { Sink } from './format.ts';
import { blind } from './view.ts';

/**
 * When a saved list that bears no date is taken to be seen: after what logs announce of a caller in passing, which is
 * seen at 0, and before every dated deed.
 */
export const UNDATED = 1;

/** When something is taken to be seen that a list leaves open: anything else that says it outranks it. */
export const GUESSED = -1;

/** Where rows of a list go, be they of a file or of an answer. */
export type RowSink = Pick<Sink, 'credential' | 'ignore' | 'malformed'>;

/** Said alike by every list that leaves them out, so that it is still said when several are read together. */
export const NO_SERVICE_KEYS =
  'no list of Bedrock and Claude Platform API keys, which `aws iam list-service-specific-credentials --all-users` gives';

const unseen = (what: string): View => blind(`a list of keys shows no ${what}`);

/** What a list of keys shows: keys, but for what it leaves out, and nothing of their use. */
export const keyListViews = (leftOut: readonly string[]): Views => ({
  calls: unseen('calls'),
  tokens: unseen('token counts'),
  places: unseen('places'),
  deeds: unseen('deeds'),
  'sign-ins': unseen('sign-ins'),
  inventory: { blind: false, gaps: leftOut },
});

const BLANKS: ReadonlySet<string> = new Set(['', 'n/a', 'no_information', 'not_supported']);

/** Whether the text of a field stands for no value. */
export const isBlank = (text: string): boolean => BLANKS.has(text.trim().toLowerCase());
