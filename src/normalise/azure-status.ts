import type { Outcome } from '../model/event.ts';
import { memoised } from './memo.ts';
import { outcomeOf } from './outcome.ts';

/**
 * What a record of Azure tells: the `start` of something, of which another record tells the end; `news` about the state
 * of something, which nobody did; or how a call ended.
 */
export type Status = 'start' | 'news' | Outcome;

const START = /^(?:start(?:ed)?|accept(?:ed)?|running|in ?progress|pending)$/i;
const NEWS = /^(?:active|inactive|resolved|updated|monitoring)$/i;
const OK = /^(?:ok|success|succeeded|completed|created)$/i;
const BAD = /^(?:fail|failed|failure|error|cancell?ed|rejected)$/i;
const REFUSED = /authori[sz]ationfailed|authenticationfailed|disallowedbypolicy/i;

/** The status of a record from its status word and, where that says too little, from the reasons given with it. */
export function statusOf(word: string, reasons: readonly string[]): Status {
  const status = statusOfWord(word.trim());
  if (status !== 'failed' && status !== 'unknown') return status;
  const told = reasons.map(outcomeOfReason).filter(outcome => outcome !== null);
  const precise = told.find(outcome => outcome !== 'failed' && outcome !== 'ok');
  if (precise !== undefined) return precise;
  return status === 'failed' || told.includes('failed') ? 'failed' : 'ok';
}

/** Whether the reason given with a status is that something new was made. */
export const isCreated = (reason: string): boolean => /^created$|^201$/i.test(lastWord(reason));

const statusOfWord = memoised<Status | 'unknown'>(500, word => {
  if (START.test(word)) return 'start';
  if (NEWS.test(word)) return 'news';
  if (OK.test(word)) return 'ok';
  return BAD.test(word) ? 'failed' : 'unknown';
});

/** A reason is a name or a number of HTTP, with or without the status before it: `Failed.Forbidden`, `403`. */
const outcomeOfReason = memoised<Outcome | null>(2_000, reason => {
  const word = lastWord(reason);
  if (word === '') return null;
  if (OK.test(word) || /^2\d\d$|^(?:accepted|nocontent)$/i.test(word)) return 'ok';
  return REFUSED.test(word) ? 'denied' : outcomeOf(word);
});

/** Some add the number: `Forbidden (HTTP Status Code: 403)`. */
function lastWord(reason: string): string {
  const [name = ''] = reason.split('(', 1);
  return name.slice(name.lastIndexOf('.') + 1).trim();
}
