import { type ConfiguredRule, type Judgement, judge } from './judge.ts';
import { type Ledger, note, noteCensus, openLedger, record } from './ledger.ts';
import type { Credential } from './model/credential.ts';
import type { AuditEvent, Place } from './model/event.ts';
import { type Plan, planFor } from './plan.ts';
import type { Example, ExampleEvent, Rule } from './rules/rule.ts';
import { DAY, hourOf } from './time.ts';

/** The instant that examples are told from. */
const EXAMPLE_NOW = Date.UTC(2026, 10, 20);

export const EXAMPLE_CREDENTIAL: Credential = {
  id: 'AKIAIOSFODNN7EXAMPLE',
  provider: 'aws',
  kind: 'access-key',
  owner: 'arn:aws:iam::123456789012:user/ci',
  account: '123456789012',
  observedAt: 0,
};

/** Tells a rule its example and gives its judgement: the same road the pages, `explain` and the tests take. */
export function judgeExample(rule: Rule, example: Example<Readonly<Record<string, string>>>): Judgement {
  const defaults = Object.entries(rule.options).map(([name, option]) => [name, option.default] as const);
  const options = { ...Object.fromEntries(defaults), ...example.options } as ConfiguredRule['options'];
  return judge(
    ledgerOf(planFor([rule]), example),
    [{ rule, options }],
    { since: null, now: EXAMPLE_NOW },
    example.register,
  );
}

/** The ledger an example's events fold into. */
export function ledgerOf(plan: Plan, example: Example<Readonly<Record<string, string>>>): Ledger {
  const ledger = openLedger(plan);
  const credential = relative({ ...EXAMPLE_CREDENTIAL, ...example.credential });
  note(ledger, credential);
  for (const known of example.known ?? []) note(ledger, relative({ ...EXAMPLE_CREDENTIAL, ...known }));
  for (const census of example.censuses ?? [])
    noteCensus(ledger, { ...census, observedAt: EXAMPLE_NOW + census.observedAt });
  const until = EXAMPLE_NOW + (example.logsEnd ?? 0);
  let from = until - DAY;
  for (const [event, place] of storyEvents(example, credential.id)) {
    from = Math.min(from, event.at);
    record(ledger, event, place);
  }
  ledger.slices.set('example', { source: 'example', key: '', from, until, complete: true, note: '' });
  return ledger;
}

/** The events of an example, told out in full. */
function* storyEvents(
  example: Example<Readonly<Record<string, string>>>,
  credential: string,
): Generator<[AuditEvent, Place]> {
  let serial = 0;
  for (const told of example.events) {
    for (let at = told.at; at <= (told.until ?? told.at); at += told.every ?? DAY) {
      yield [toEvent(told, EXAMPLE_NOW + at, credential, `e${String(serial++).padStart(6, '0')}`), toPlace(told)];
    }
  }
}

function toEvent(told: ExampleEvent, at: number, credential: string, example: string): AuditEvent {
  const {
    until: _until,
    every: _every,
    country: _country,
    egress: _egress,
    point: _point,
    operator: _operator,
    ...given
  } = told;
  return {
    count: 1,
    tokensIn: 0,
    tokensOut: 0,
    microUsd: 0,
    ttl: 0,
    example,
    credential,
    session: '',
    principal: EXAMPLE_CREDENTIAL.owner,
    account: EXAMPLE_CREDENTIAL.account,
    deed: 'use',
    action: 'DescribeInstances',
    outcome: 'ok',
    address: '192.0.2.1',
    agent: 'aws-sdk',
    region: 'eu-central-1',
    inferenceRegion: '',
    model: '',
    mfa: '',
    target: '',
    ...given,
    at,
    last: at,
    hour: hourOf(at),
  };
}

function toPlace({ country = '', egress = false, point, operator = '' }: ExampleEvent): Place {
  const why = country === '' ? 'reserved' : 'declared';
  return { country, egress, site: egress ? 'exit' : '', operator, why, ...(point && { point }) };
}

function relative(credential: Credential): Credential {
  const { observedAt, createdAt, expiresAt, lastUsedAt } = credential;
  return {
    ...credential,
    observedAt: observedAt === 0 ? 0 : EXAMPLE_NOW + observedAt,
    ...(createdAt !== undefined && { createdAt: EXAMPLE_NOW + createdAt }),
    ...(expiresAt !== undefined && { expiresAt: EXAMPLE_NOW + expiresAt }),
    ...(lastUsedAt !== undefined && { lastUsedAt: EXAMPLE_NOW + lastUsedAt }),
  };
}
