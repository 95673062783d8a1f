import type { AuditEvent } from '../src/model/event.ts';
import { hourOf } from '../src/time.ts';

/** An everyday event, but for what is given. */
export function eventOf(given: Partial<AuditEvent>): AuditEvent {
  const at = given.at ?? Date.UTC(2026, 10, 19);
  return {
    last: at,
    count: 1,
    tokensIn: 0,
    tokensOut: 0,
    microUsd: 0,
    ttl: 0,
    example: '',
    credential: 'AKIAIOSFODNN7EXAMPLE',
    session: '',
    principal: 'arn:aws:iam::123456789012:user/ci',
    account: '123456789012',
    deed: 'use',
    action: 's3:ListBuckets',
    outcome: 'ok',
    address: '192.0.2.1',
    agent: 'boto3',
    region: 'eu-central-1',
    inferenceRegion: '',
    model: '',
    mfa: '',
    target: '',
    ...given,
    at,
    hour: hourOf(at),
  };
}
