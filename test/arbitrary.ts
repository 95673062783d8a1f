import fc from 'fast-check';
import type { AuditEvent, Deed, Outcome, Place } from '../src/model/event.ts';
import { HOUR, hourOf } from '../src/time.ts';

/** An event and the place its address has. */
export type Placed = readonly [event: AuditEvent, place: Place];

const START = Date.UTC(2026, 8, 1);

const DEEDS: readonly Deed[] = [
  'use',
  'infer',
  'issue',
  'create',
  'disable',
  'delete',
  'expose',
  'reveal',
  'grant',
  'trust',
  'silence',
  'enable',
  'sign-in',
];
const OUTCOMES: readonly Outcome[] = ['ok', 'denied', 'invalid', 'throttled', 'failed'];
const ACTIONS = [
  'bedrock:InvokeModel',
  'bedrock:ListFoundationModels',
  'iam:CreateAccessKey',
  'sts:AssumeRole',
  'secretsmanager:BatchGetSecretValue',
];
const COUNTRIES = ['', 'DE', 'SG', 'US', 'BR'];

/** Where the address is: a function of the address alone, as in a run. */
export function placeOf(address: string): Place {
  const number = [...address].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const country = COUNTRIES[number % COUNTRIES.length]!;
  return {
    country,
    site: '',
    egress: number % 7 === 0,
    operator: number % 3 === 0 ? 'AS64496 Example Net' : '',
    why: country === '' ? 'unknown' : 'located',
    ...(country !== '' &&
      number % 2 === 0 && { point: { latitude: (number % 90) - 45, longitude: number % 180, radiusKm: 10 } }),
  };
}

const v4 = fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5), fc.nat(5)).map(parts => parts.join('.'));
const v6 = fc.array(fc.nat(4), { minLength: 8, maxLength: 8 }).map(parts => parts.join(':'));

/** Events of few credentials, hours and names, so that they meet; `spread` widens the range of names past every bound. */
export const placedEvents = (spread: number): fc.Arbitrary<Placed[]> =>
  fc.array(placedEvent(spread), { maxLength: 60 });

function placedEvent(spread: number): fc.Arbitrary<Placed> {
  return fc
    .record({
      offset: fc.nat(40 * 24 * 4),
      tokenOnly: fc.boolean(),
      count: fc.integer({ min: 1, max: 30 }),
      tokensIn: fc.nat(100_000),
      tokensOut: fc.nat(10_000),
      microUsd: fc.nat(1_000),
      ttl: fc.nat(43_200),
      example: fc.nat(99_999).map(n => `event-${n}`),
      credential: fc.constantFrom('key-a', 'key-b'),
      session: fc.oneof(
        fc.constant(''),
        fc.nat(spread).map(n => `session-${n}`),
      ),
      deed: fc.constantFrom(...DEEDS),
      action: fc.constantFrom(...ACTIONS),
      outcome: fc.constantFrom(...OUTCOMES),
      address: fc.oneof(fc.constant(''), v4, v6),
      agent: fc.constantFrom('boto3', 'aws-cli', 'browser'),
      model: fc.oneof(
        fc.constant(''),
        fc.nat(spread).map(n => `anthropic.claude-${n}`),
      ),
      mfa: fc.constantFrom('', 'yes', 'no') as fc.Arbitrary<AuditEvent['mfa']>,
      target: fc.oneof(
        fc.constant(''),
        fc.nat(spread).map(n => `target-${n}`),
      ),
    })
    .map(({ offset, tokenOnly, ...fields }) => {
      const at = START + offset * (HOUR / 4);
      const event: AuditEvent = {
        ...fields,
        count: tokenOnly && fields.deed === 'infer' ? 0 : fields.count,
        at,
        last: at + (fields.count > 1 ? 1_000 : 0),
        hour: hourOf(at),
        principal: `principal of ${fields.credential}`,
        account: '123456789012',
        region: 'eu-central-1',
        inferenceRegion: '',
      };
      return [event, placeOf(event.address)];
    });
}
