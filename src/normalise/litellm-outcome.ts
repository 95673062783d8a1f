import type { Outcome } from '../model/event.ts';
import { digText } from './dig.ts';
import { outcomeOf } from './outcome.ts';

/** Why a call failed, as a record has it; all empty where it did not. */
export interface CallFault {
  /** The status of HTTP that the caller was given. */
  readonly code: string;
  /** The class of the error, as LiteLLM calls it. */
  readonly fault: string;
  /** The provider that failed it; empty where the proxy did. */
  readonly upstream: string;
}

const LOOKED_AT = 2_000;

const OVER_BUDGET = 'BudgetExceededError';
const NO_SUCH_KEY = 'KeyNotFoundError';

const BUDGET_TEXT = /budget has been exceeded|exceeded ?budget|crossed budget/i;
const NO_KEY_TEXT =
  /unable to find token in cache|invalid proxy server token|token_not_found_in_db|virtual key expected/i;
const CLASS_IN_TEXT = /\b([A-Z]\w{2,60}(?:Error|Exception))\b/;

/** Reads why a call failed; of the message only what sort of error it is about. */
export function faultIn(information: unknown, message = ''): CallFault {
  const text = (digText(information, 'error_message') || message).slice(0, LOOKED_AT);
  const name = digText(information, 'error_class') || (CLASS_IN_TEXT.exec(text)?.[1] ?? '');
  return {
    code: digText(information, 'error_code'),
    fault: BUDGET_TEXT.test(text) ? OVER_BUDGET : NO_KEY_TEXT.test(text) ? NO_SUCH_KEY : name.slice(0, LOOKED_AT),
    upstream: digText(information, 'llm_provider'),
  };
}

/** Whether the proxy knew no such key as the one that was offered. */
export const isStrangeKey = (fault: string): boolean => fault === NO_SUCH_KEY;

/** Classes of errors in the order they are tried. */
const CLASSES: readonly (readonly [pattern: RegExp, outcome: Outcome])[] = [
  [/budget/i, 'denied'],
  [/ratelimit|throttl|toomany/i, 'throttled'],
  [/permission|authenticat|unauthori|forbidden|accessdenied|keynotfound|notallowed/i, 'denied'],
  [/badrequest|notfound|invalid|unprocessable|unsupported|contextwindow|contentpolicy|validation/i, 'invalid'],
];

/**
 * How a call ended. That a provider does not take the key of the proxy is a failure of the proxy, and no refusal of its
 * caller.
 */
export function callOutcome(status: string, { code, fault, upstream }: CallFault): Outcome {
  const isFailed = /^fail/i.test(status) || (status === '' && code + fault !== '');
  if (!isFailed) return 'ok';
  if (upstream !== '' && (code === '401' || /authenticat/i.test(fault))) return 'failed';
  const known = CLASSES.find(([pattern]) => pattern.test(fault));
  if (known !== undefined) return known[1];
  return /^[45]\d\d$/.test(code) ? outcomeOf(code) : 'failed';
}
