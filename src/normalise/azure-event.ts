import { hashText } from '../hash.ts';
import type { AuditEvent, Outcome } from '../model/event.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { hourOf } from '../time.ts';
import { statusOf } from './azure-status.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Identity } from './cloudtrail-identity.ts';
import { idOf } from './entra-identity.ts';
import { memoised } from './memo.ts';
import { readModel } from './model-name.ts';
import { outcomeOf } from './outcome.ts';
import { isMasked, tidy } from './redact.ts';

type Told = Pick<AuditEvent, 'at' | 'example' | 'deed' | 'action' | 'outcome' | 'address'> &
  Partial<Pick<AuditEvent, Untold>>;
type Untold = 'count' | 'tokensIn' | 'tokensOut' | 'ttl' | 'agent' | 'region' | 'model' | 'mfa' | 'target';

/** An event as a log of Azure or Entra ID tells it; what is not told is empty, and it happened once. */
export function eventBy({ credential, session, principal, account }: Identity, told: Told): AuditEvent {
  return {
    last: told.at,
    count: 1,
    tokensIn: 0,
    tokensOut: 0,
    microUsd: 0,
    ttl: 0,
    hour: hourOf(told.at),
    credential,
    session,
    principal,
    account,
    agent: '',
    region: '',
    inferenceRegion: '',
    model: '',
    mfa: '',
    target: '',
    ...told,
  };
}

/** What an event of a model call tells beside others: which model, and the tokens as the log has them. */
export const modelCall = (model: string, tokens: { readonly tokensIn: string; readonly tokensOut: string }) => ({
  deed: 'infer' as const,
  model: readModel(model),
  tokensIn: readTokens(tokens.tokensIn),
  tokensOut: readTokens(tokens.tokensOut),
});

/** What an event of any other call tells in its place. */
export const OTHER_CALL = { deed: 'use' } as const;

const MOST_TOKENS = 1e9;

/** A number of tokens; 0 for what is none. */
export function readTokens(text: string): number {
  const count = Number(text);
  return count > 0 && count <= MOST_TOKENS ? Math.floor(count) : 0;
}

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

/** A region the same however it is written: 'East US' and 'eastus'. */
export const regionOf: (text: string) => string = memoised(1_000, text =>
  tidy(text.replace(/\s/g, ''), 32).toLowerCase(),
);

/** An id made of what every shape of the record has; callers may choose correlation ids, so other parts have to tell too. */
export function logId(correlation: string, parts: readonly (string | number)[], fields: JsonObject): string {
  const id = idOf(correlation);
  return id === '' || isMasked(id) ? `content:${short(canonicalJson(fields))}` : [id, ...parts].join('/');
}

/** A name in short, to tell apart what is told with one correlation id. */
export const short = (text: string): string => hashText(text).toString(36);
