import type { Outcome } from '../model/event.ts';

/** Who asked was refused: a wrong or spent password, secret or assertion, a shut account, a policy that says no. */
const DENIED: ReadonlySet<number> = new Set([
  50002, 50020, 50034, 50053, 50055, 50056, 50057, 50064, 50105, 50126, 50144, 53000, 53001, 53002, 53003, 53004, 53009,
  53011, 65004, 70001, 70002, 70021, 80012, 90072, 500121, 700023, 700024, 700027, 700030, 700211, 700212, 700213,
  700222, 7000112, 7000114, 7000215, 7000216, 7000218, 7000222,
]);

/** Could never work: no such application, resource or tenant, or a request that is not well-formed. */
const INVALID: ReadonlySet<number> = new Set([
  50001, 50011, 50049, 50059, 50128, 70003, 70011, 90002, 90014, 90019, 90023, 500011, 650052, 650053, 650057, 700016,
  700025, 700051, 900144, 900561, 7000229, 9002313, 9002325,
]);

/** Asked again and again in too short a time. */
const THROTTLED: ReadonlySet<number> = new Set([50196, 90055]);

/** Kinds of refusal by Conditional Access that share their first digits. */
const BY_POLICY = /^5300\d{2}$/;

/**
 * How a sign-in ended, from its AADSTS number; null when the text is no result at all. What merely interrupts a
 * sign-in, as the demand for a second factor or for a fresh token, has failed and is no refusal.
 */
export function signInOutcome(result: string): Outcome | null {
  const text = result.trim().replace(/^AADSTS/i, '');
  if (/^success(?:ful)?$/i.test(text)) return 'ok';
  if (/^(?:fail(?:ed|ure)?|interrupted)$/i.test(text)) return 'failed';
  if (!/^\d{1,9}$/.test(text)) return null;
  const code = Number(text);
  if (code === 0) return 'ok';
  if (DENIED.has(code) || BY_POLICY.test(text)) return 'denied';
  if (INVALID.has(code)) return 'invalid';
  return THROTTLED.has(code) ? 'throttled' : 'failed';
}
