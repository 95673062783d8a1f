import type { AuditEvent } from '../model/event.ts';
import { hourOf } from '../time.ts';
import type { Identity } from './identity.ts';
import { readTokens } from './measures.ts';
import { readModel } from './model-name.ts';

type Actor = Pick<Identity, 'credential' | 'session' | 'principal' | 'account'>;
type Told = Pick<AuditEvent, 'at' | 'example' | 'deed' | 'action' | 'outcome' | 'address'> &
  Partial<Pick<AuditEvent, Untold>>;
type Untold =
  | 'last'
  | 'count'
  | 'tokensIn'
  | 'tokensOut'
  | 'microUsd'
  | 'ttl'
  | 'agent'
  | 'region'
  | 'inferenceRegion'
  | 'model'
  | 'mfa'
  | 'target';

/** An event as a log tells it of somebody; what is not told is empty, and it happened once. */
export function eventBy({ credential, session, principal, account }: Actor, told: Told): AuditEvent {
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
