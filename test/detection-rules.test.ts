import { describe, expect, test } from 'vitest';
import { judgeExample } from '../src/example.ts';
import { classifier } from '../src/facets/network-class.ts';
import { areSampled, sessionNetworkRows, sessionNetworks } from '../src/facets/session-networks.ts';
import { NETWORK_OPTIONS } from '../src/data/network-classes.ts';
import type { Place } from '../src/model/event.ts';
import { modelAccessEnabled } from '../src/rules/model-access-enabled.ts';
import { newModel } from '../src/rules/new-model.ts';
import { offSchedule } from '../src/rules/off-schedule.ts';
import { phantomUser } from '../src/rules/phantom-user.ts';
import type { Example, Rule } from '../src/rules/rule.ts';
import { stolenSession } from '../src/rules/stolen-session.ts';
import { unusualNetwork } from '../src/rules/unusual-network.ts';
import { DAY, HOUR } from '../src/time.ts';
import { eventOf } from './event.ts';

// What the rules about one credential say in full, and what they hold back.

type Story = Omit<Example<Readonly<Record<string, string>>>, 'title' | 'expect'>;

const judged = (rule: Rule, story: Story) => judgeExample(rule, { title: '', expect: [], ...story });
const said = (rule: Rule, story: Story): string[] => judged(rule, story).findings.map(({ message }) => message);
const doubts = (rule: Rule, story: Story): string[] => judged(rule, story).abstained.map(({ reason }) => reason);

const ROLE = 'arn:aws:iam::123456789012:role/app';
const SESSION = 'ASIAIOSFODNN7EXAMPLE';
const INSTANCE = `${SESSION} (i-0123456789abcdef0)`;
const role = { id: ROLE, kind: 'role', owner: ROLE } as const;
const CALL = { deed: 'infer', action: 'bedrock:InvokeModel', model: 'anthropic.claude-sonnet-4-5' } as const;

describe('sentences', () => {
  test('stolen-session', () => {
    const home = { at: -DAY, country: 'DE', session: SESSION, count: 9 };
    expect(
      said(stolenSession, { credential: role, events: [home, { ...home, at: -DAY + HOUR, country: 'SG' }] }),
    ).toEqual(['One session was first used from DE and then from SG: 9 calls from 19 Nov 01:00 on.']);
    const inCloud = { ...home, operator: 'AS64496 Amazon Example' };
    const away = { ...home, at: -DAY + HOUR, operator: 'AS64497 Vodafone Example' };
    expect(said(stolenSession, { credential: role, events: [inCloud, away] })).toEqual([
      'One session was taken out of the cloud, from Amazon Example to Vodafone Example (a consumer network): 9 calls from 19 Nov 01:00 on.',
    ]);
    expect(said(stolenSession, { credential: role, events: [{ ...away, session: INSTANCE }] })).toEqual([
      'One session was used from outside the cloud: 9 calls from Vodafone Example (a consumer network) from 19 Nov 01:00 on.',
    ]);
    const thief = { id: 'AKIAI44QH8DHBEXAMPLE', owner: 'arn:aws:iam::123456789012:user/operator' };
    const desk = { at: -DAY, address: '203.0.113.9' };
    const events = [
      { ...desk, credential: thief.id },
      { ...desk, session: INSTANCE, count: 2 },
    ];
    expect(said(stolenSession, { credential: role, known: [thief], events })).toEqual([
      'The session of instance i-0123456789abcdef0 was used from 203.0.113.9, where user/operator worked the same day and no other instance does: 2 calls from 19 Nov 00:00 on.',
    ]);
  });

  test('unusual-network', () => {
    const daily = { at: -20 * DAY, until: -2 * DAY, country: 'DE', operator: 'AS64496 Amazon Example', count: 40 };
    const today = { at: -DAY, country: 'DE', operator: 'AS64498 Hetzner Example', count: 12 };
    expect(said(unusualNetwork, { events: [daily, today] })).toEqual([
      '12 calls from rented servers (Hetzner Example) on 19 Nov; 100 % of 760 calls in the 19 active days before came from elsewhere.',
    ]);
  });

  test('off-schedule', () => {
    const nightly = { ...CALL, at: -28 * DAY + 2 * HOUR, until: -2 * DAY + 3 * HOUR, count: 40 };
    const stray = { ...CALL, at: -DAY + 15 * HOUR, until: -DAY + 16 * HOUR, every: HOUR, count: 20 };
    expect(said(offSchedule, { events: [nightly, stray] })).toEqual([
      '40 model calls from 19 Nov 15:00 to 19 Nov 17:00 UTC; on 27 active days before, this key called models only at 02:00–03:00 UTC.',
    ]);
  });

  test('new-model', () => {
    const daily = { ...CALL, at: -20 * DAY, until: -2 * DAY };
    const opus = { ...CALL, at: -DAY, model: 'anthropic.claude-opus-4-5', region: 'us-west-2' };
    expect(said(newModel, { events: [daily, opus] })).toEqual([
      '1 call to anthropic.claude-opus-4-5 from 19 Nov on, a model this key had not used; in 19 active days before, only anthropic.claude-sonnet-4-5.',
      '1 call of models in us-west-2 from 19 Nov on, a Region this key had not used; in 19 active days before, only eu-central-1.',
    ]);
  });

  test('model-access-enabled', () => {
    const grant = { deed: 'grant', action: 'bedrock:PutFoundationModelEntitlement', target: CALL.model } as const;
    const events = [
      { at: -20 * DAY, until: -2 * DAY },
      { ...grant, at: -DAY },
      { ...CALL, at: -DAY + HOUR },
    ];
    expect(said(modelAccessEnabled, { credential: role, events })).toEqual([
      'role/app made anthropic.claude-sonnet-4-5 available on 19 Nov (PutFoundationModelEntitlement), the first of its kind in 19 days of logs, and called models from 19 Nov 01:00 on.',
    ]);
    const again = { ...grant, at: -10 * DAY };
    expect(said(modelAccessEnabled, { credential: role, events: [again, { ...grant, at: -DAY }] })).toEqual([
      'role/app made anthropic.claude-sonnet-4-5 available on 10 Nov (PutFoundationModelEntitlement).',
    ]);
  });

  test('phantom-user', () => {
    const owner = 'arn:aws:iam::123456789012:user/BedrockAPIKey-x1y2';
    const key = { id: 'AKIAI44QH8DHBEXAMPLE', owner, createdAt: -2 * DAY } as const;
    const events = [{ at: -DAY, action: 'iam:ListUsers', principal: owner, count: 2 }];
    expect(said(phantomUser, { credential: key, events })).toEqual([
      'user/BedrockAPIKey-x1y2 is there for one API key to call models, and has an access key (AKIAI44QH8DHBEXAMPLE) too, made on 18 Nov and last used on 19 Nov.',
      'user/BedrockAPIKey-x1y2 is there for one API key to call models, and called iam:ListUsers twice, last on 19 Nov.',
    ]);
    const grant = { at: -DAY, deed: 'grant', action: 'iam:PutUserPolicy', target: owner } as const;
    expect(said(phantomUser, { events: [grant] })).toEqual([
      'user/ci gave privileges to user/BedrockAPIKey-x1y2, which is there for one API key to call models, once, last on 19 Nov.',
    ]);
  });
});

describe('without an ASN database', () => {
  test('stolen-session says that networks are not told apart', () => {
    const events = [{ at: -DAY, country: 'DE', session: SESSION, count: 9 }];
    expect(doubts(stolenSession, { credential: role, events })).toEqual([
      'without an ASN database nothing tells a cloud from a home: give one with --asn-db',
    ]);
  });
});

test('a thief who keeps coming back is told for as long as it is new, and no longer', () => {
  const at = (day: number) => ({ at: day * DAY, country: 'DE', session: `${SESSION}${-day}`, count: 9 });
  const inCloud = (day: number) => ({ ...at(day), operator: 'AS64496 Amazon Example' });
  const away = (day: number) => ({ ...at(day), at: day * DAY + HOUR, operator: 'AS64497 Vodafone Example' });
  const days = (from: number, until: number) => Array.from({ length: until - from + 1 }, (_, i) => from + i);
  const events = [...days(-40, -1).map(inCloud), ...days(-20, -1).map(away)];
  const [finding] = judged(stolenSession, { credential: role, events }).findings;
  expect(finding).toMatchObject({ severity: 'high', evidence: { calls: 81, sessionsInAll: 9 } });
});

test.each([
  ['AS16509 Amazon.com, Inc.', 'cloud'],
  ['AS15169 Google LLC', 'cloud'],
  ['AS16591 Google Fiber Inc.', 'consumer'],
  ['AS24940 Hetzner Online GmbH', 'hosting'],
  ['AS9009 M247 Europe SRL', 'vpn'],
  ['AS3209 Vodafone GmbH', 'consumer'],
  ['AS64496 Lawson Example', 'other'],
  ['', 'other'],
])('%s is of class %s', (operator, name) => {
  const names = Object.fromEntries(Object.entries(NETWORK_OPTIONS).map(([option, spec]) => [option, spec.default]));
  expect(classifier(names as unknown as Parameters<typeof classifier>[0])(operator)).toBe(name);
});

test('sessions past the bound are a sample that does not hang on order', () => {
  const place: Place = { country: 'DE', site: '', egress: false, operator: 'AS64496 Example Net', why: 'located' };
  const events = Array.from({ length: 9_000 }, (_, i) =>
    eventOf({ session: `session-${i % 6_000}`, address: '192.0.2.1' }),
  );
  const bytes = (all: typeof events): string => {
    const state = sessionNetworks.empty();
    for (const event of all) sessionNetworks.add(state, event, place);
    return JSON.stringify(sessionNetworks.encode(state));
  };
  const state = sessionNetworks.decode(JSON.parse(bytes(events)));
  expect(bytes([...events].reverse())).toBe(bytes(events));
  expect(areSampled(state)).toBe(true);
  const rows = [...sessionNetworkRows(state)];
  expect(rows).toHaveLength(2048);
  expect(new Set(rows.map(({ count }) => count))).toEqual(new Set([1, 2]));
});
