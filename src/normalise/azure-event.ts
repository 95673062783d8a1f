import type { Outcome } from '../model/event.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { statusOf } from './azure-status.ts';
import { contentId } from './content-id.ts';
import { idOf } from './entra-identity.ts';
import { memoised } from './memo.ts';
import { outcomeOf } from './outcome.ts';
import { isMasked, tidy } from './redact.ts';

/** How a call ended, by the first of its codes that is a status of HTTP; without one, by the word for its result. */
export function logOutcome(codes: readonly string[], word: string): Outcome {
  const code = codes.map(Number).find(number => Number.isInteger(number) && number >= 100 && number <= 599);
  if (code !== undefined) return code < 400 ? 'ok' : outcomeOf(String(code));
  const status = statusOf(word, codes);
  return status === 'start' || status === 'news' ? 'ok' : status;
}

/** An operation as an action, under the name of its service. */
export const actionOf = (service: string, operation: string): string => `${service}:${operationName(operation)}`;

const operationName = memoised(5_000, name => tidy(name.trim(), 96).toLowerCase());

/** An id made of what every shape of the record has; callers may choose correlation ids, so other parts have to tell too. */
export function logId(correlation: string, parts: readonly (string | number)[], fields: JsonObject): string {
  const id = idOf(correlation);
  return id === '' || isMasked(id) ? contentId(fields) : [id, ...parts].join('/');
}
