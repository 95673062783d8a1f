import { describe, expect, test } from 'vitest';
import { corroborate } from '../src/corroborate.ts';
import { judgeExample } from '../src/example.ts';
import { type ConfiguredRule, judge } from '../src/judge.ts';
import { type Ledger, note, openLedger, record } from '../src/ledger.ts';
import type { Credential } from '../src/model/credential.ts';
import type { AuditEvent, Place } from '../src/model/event.ts';
import type { Finding } from '../src/model/finding.ts';
import { planFor } from '../src/plan.ts';
import { accountFarm } from '../src/rules/account-farm.ts';
import { coordinatedKeys } from '../src/rules/coordinated-keys.ts';
import { crowdedNetwork } from '../src/rules/crowded-network.ts';
import { defineRule, type Example, type Rule } from '../src/rules/rule.ts';
import { sharedKey } from '../src/rules/shared-key.ts';
import { steadyDrain } from '../src/rules/steady-drain.ts';
import { DAY, HOUR, hourOf } from '../src/time.ts';

const NOW = Date.UTC(2026, 10, 20);

const CAMPAIGN = [accountFarm, coordinatedKeys, crowdedNetwork, sharedKey, steadyDrain];

const configured = (rules: readonly Rule[]): ConfiguredRule[] =>
  rules.map(rule => ({
    rule,
    options: Object.fromEntries(Object.entries(rule.options).map(([name, option]) => [name, option.default])),
  }));

/** The judgement of one of the stories that a rule itself tells. */
function told(rule: Rule, title: string) {
  const example = rule.examples().find(story => story.title === title);
  if (example === undefined) throw new Error(`no story '${title}'`);
  return judgeExample(rule, example);
}

/** The one finding of such a story. */
function finding(rule: Rule, title: string): Finding {
  const { findings } = told(rule, title);
  expect(findings).toHaveLength(1);
  return findings[0]!;
}

const keys = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `AKIAIOSFODNN7KEY${String(i).padStart(4, '0')}`);

describe('what a campaign rule says in full', () => {
  test('shared-key', () => {
    const { message, subject, members, evidence } = finding(
      sharedKey,
      'three programs on three networks in one hour, day after day',
    );
    const users = [
      { agent: 'boto3', network: '192.0.2.0/24', country: '' },
      { agent: 'litellm', network: '198.51.100.0/24', country: '' },
      { agent: 'openai-sdk', network: '203.0.113.0/24', country: '' },
    ];
    expect({ message, subject, members, evidence }).toEqual({
      message:
        'Used from 3 networks in the same hours, each with programs of its own, on 8 days: boto3 on 192.0.2.0/24, litellm on 198.51.100.0/24 and openai-sdk on 203.0.113.0/24.',
      subject: 'AKIAIOSFODNN7EXAMPLE',
      members: [],
      evidence: {
        users,
        networks: 3,
        agents: ['boto3', 'litellm', 'openai-sdk'],
        days: Array.from({ length: 8 }, (_, i) => `2026-11-${11 + i}`),
        first: '2026-11-11T10:00:00.000Z',
        last: '2026-11-18T10:30:00.000Z',
        examples: [
          { network: '192.0.2.1', country: '', example: 'e000000' },
          { network: '198.51.100.7', country: '', example: 'e000008' },
          { network: '203.0.113.9', country: '', example: 'e000016' },
        ],
      },
    });
  });

  test('crowded-network', () => {
    const { message, subject, credential, members, episodes, evidence } = finding(
      crowdedNetwork,
      'the same from a country that nobody works in',
    );
    expect({ message, subject, credential, members, episodes }).toEqual({
      message:
        '7 principals first came from 203.0.113.0/24 (SG) within 6 hours from 18 Nov on, with 7 keys; in 28 days of logs before, nobody had used it, nor anything else in SG.',
      subject: '203.0.113.0/24',
      credential: null,
      members: keys(7),
      episodes: [{ from: NOW - 2 * DAY, until: NOW - 2 * DAY + 6 * HOUR }],
    });
    expect(evidence).toEqual({
      network: '203.0.113.0/24',
      country: 'SG',
      operator: '',
      members: 7,
      principals: 7,
      keys: 7,
      accounts: 1,
      agents: ['aws-sdk'],
      calls: 280,
      first: '2026-11-18T00:00:00.000Z',
      last: '2026-11-18T06:00:00.000Z',
      coveredDays: 28,
      examples: keys(5).map((credential, i) => ({
        credential,
        address: '203.0.113.9',
        example: `e${String(600 + i).padStart(6, '0')}`,
      })),
    });
  });

  test('coordinated-keys', () => {
    const { message, subject, members, severity, evidence } = finding(
      coordinatedKeys,
      'eight keys that never called a model, in step from many networks',
    );
    expect({ message, subject, members, severity }).toEqual({
      message:
        '8 keys called anthropic.claude-sonnet-4-5 with litellm in step, about 97 calls a day each on 5 days from 15 Nov on; 8 of them had called no model before.',
      subject: 'litellm anthropic.claude-sonnet-4-5',
      members: keys(8),
      severity: 'high',
    });
    expect(evidence).toMatchObject({
      members: 8,
      networks: [0, 1, 2, 3, 4].map(i => `198.51.${i}.0/24`),
      networksInAll: 8,
      variation: 0.06,
      newToModels: 8,
      first: '2026-11-15T00:00:00.000Z',
      last: '2026-11-19T00:00:00.000Z',
      daily: [15, 16, 17, 18, 19].map(day => ({ day: `2026-11-${day}`, calls: 776 })),
    });
    expect(evidence.examples).toHaveLength(5);
  });

  test('coordinated-keys, of one network', () => {
    const title = 'six keys in step from one network, with the program and the model that they are used with anyway';
    const { message, subject } = finding(coordinatedKeys, title);
    expect({ message, subject }).toEqual({
      message:
        '6 keys called anthropic.claude-sonnet-4-5 with boto3 from 203.0.113.0/24 in step, about 98 calls a day each on 5 days from 15 Nov on, and what they did before goes on.',
      subject: 'boto3 anthropic.claude-sonnet-4-5 203.0.113.0/24',
    });
  });

  test('coordinated-keys, together a burst', () => {
    const { message } = finding(coordinatedKeys, 'keys of little use that together do ten times what they ever did');
    expect(message).toMatch(/; together \d[\d,]* calls in one (?:hour|day), \d+ times their record \(\d+\)\.$/);
  });

  test('steady-drain', () => {
    const { message, subject, evidence } = finding(
      steadyDrain,
      'a key of office hours that works day and night for three days',
    );
    expect({ message, subject }).toEqual({
      message:
        'About 40 model calls in every hour, day and night, for 72 hours from 17 Nov 00:00 on; before, this key worked about 5 hours a day on 24 active days of 28.',
      subject: 'AKIAIOSFODNN7EXAMPLE',
    });
    expect(evidence).toMatchObject({
      calls: 2880,
      activeHours: 72,
      perHour: 40,
      variation: 0,
      historyActiveDays: 24,
      historyDaysRoundTheClock: 0,
    });
  });

  test('account-farm', () => {
    const { message, subject, credential, members, evidence } = finding(
      accountFarm,
      'twelve keys for twelve users in one hour',
    );
    const made = Array.from({ length: 12 }, (_, i) => `AKIAIOSFODNN7NEW${String(i).padStart(4, '0')}`);
    expect({ message, subject, credential: credential?.id, members }).toEqual({
      message: 'user/ci made 12 access keys within 1 hour from 18 Nov on; in 58 days of logs before, none.',
      subject: 'arn:aws:iam::123456789012:user/ci',
      credential: 'AKIAIOSFODNN7EXAMPLE',
      members: made,
    });
    expect(evidence).toMatchObject({ made: 12, record: 0, holders: 12, networks: ['192.0.2.0/24'] });
  });

  test('account-farm, of a network', () => {
    const { message, credential } = finding(accountFarm, 'four principals on one network that make three keys each');
    expect({ message, credential }).toEqual({
      message:
        '4 principals made 12 access keys within 1 hour from 18 Nov on, all from 192.0.2.0/24; in 58 days of logs before, none.',
      credential: null,
    });
  });
});

describe('an exemption is stated, with how many it concerns', () => {
  test.each<[Rule, string, string, number]>([
    [
      crowdedNetwork,
      'an office that changes its provider',
      'taken for a move: a share of at least 0.8 of those who used one network left it within 24 hours of coming to a new one',
      60,
    ],
    [crowdedNetwork, 'a declared exit', 'first seen together on a network that is declared as an exit', 7],
    [
      accountFarm,
      'a quarterly rotation by a program: sixty keys, of which each replaces another within the week',
      'makers of many keys at once that replaced others, which ended within 7 days: a rotation',
      1,
    ],
    [
      steadyDrain,
      'a launch: a service that works round the clock from its first day on',
      'flat use round the clock from nearly the first call on, and so no history to compare it with: fewer than 12 active hours or 5 active days, and first seen less than 14 days before',
      1,
    ],
  ])('$id: %s', (rule, title, reason, count) => {
    const { abstained } = told(rule, title);
    expect(abstained.map(row => [row.reason, row.count])).toEqual([[reason, count]]);
  });
});

describe('corroboration of groups', () => {
  const signal = (rule: string, family: Finding['family'], id: string | null, members: string[] = []): Finding => ({
    fingerprint: `${rule} ${id}`,
    rule,
    family,
    kind: 'signal',
    severity: 'medium',
    status: 'new',
    subject: '',
    members,
    episodes: [{ from: NOW, until: NOW }],
    title: '',
    message: '',
    credential:
      id === null ? null : { id, provider: 'aws', kind: 'access-key', owner: '', account: '', createdAt: null },
    firstSeen: NOW,
    lastSeen: NOW,
    evidence: {},
    examples: [],
    corroboratedBy: [],
    remediation: { summary: '', commands: [] },
    references: [],
  });
  const raisedBy = (...findings: Finding[]) =>
    corroborate(findings).map(({ rule, severity, corroboratedBy }) => [rule, severity, ...corroboratedBy].join(' '));
  const crowd = signal('crowded-network', 'campaign', null, ['a', 'b', 'c']);

  test('a group raises the signals of its members; one member does not raise the group', () => {
    const outsider = signal('token-burst', 'volume', 'z');
    expect(raisedBy(crowd, signal('token-burst', 'volume', 'a'), outsider)).toEqual([
      'crowded-network medium',
      'token-burst high crowded-network',
      'token-burst medium',
    ]);
  });

  test('two members raise the group', () => {
    expect(raisedBy(crowd, signal('token-burst', 'volume', 'a'), signal('unusual-geography', 'place', 'b'))).toEqual([
      'crowded-network high token-burst unusual-geography',
      'token-burst high crowded-network',
      'unusual-geography high crowded-network',
    ]);
  });

  test.each([
    ['coordinated-keys', 'token-burst', 'volume'],
    ['coordinated-keys', 'off-schedule', 'volume'],
    ['steady-drain', 'token-burst', 'volume'],
    ['account-farm', 'issuance-burst', 'volume'],
  ] as const)('%s and %s speak of the same', (rule, other, family) => {
    const group = signal(rule, 'campaign', 'a', ['b', 'c']);
    const others = ['a', 'b', 'c'].map(id => signal(other, family, id));
    expect(raisedBy(group, ...others)).toEqual([`${rule} medium`, ...others.map(() => `${other} medium`)]);
  });

  test('what agrees otherwise raises a drain', () => {
    expect(raisedBy(signal('steady-drain', 'campaign', 'a'), signal('model-probe', 'platform', 'a'))).toEqual([
      'steady-drain high model-probe',
      'model-probe high steady-drain',
    ]);
  });
});

test('a survey must name the members of a group', () => {
  const meta = {
    id: 'group',
    family: 'campaign',
    kind: 'signal',
    severity: 'low',
    title: '',
    description: '',
    remediation: '',
    references: [],
    falsePositives: [],
    needs: ['calls'],
    facets: {},
    options: {},
    messages: { said: '{n} keys' },
    examples: () => [],
  } as const;
  const said = {
    message: 'said',
    data: { n: 2 },
    subject: ['g'],
    episodes: [{ from: 0, until: 0 }],
    evidence: {},
  } as const;
  // @ts-expect-error members are missing
  defineRule({ ...meta, survey: () => [said] });
  const rule = defineRule({ ...meta, survey: () => [{ ...said, members: ['b', 'a'] }] });
  const { findings } = judge(openLedger(planFor([rule])), configured([rule]), { since: null, now: NOW });
  expect(findings.map(({ message, members, credential }) => ({ message, members, credential }))).toEqual([
    { message: '2 keys', members: ['b', 'a'], credential: null },
  ]);
});

test.each(CAMPAIGN)('$id says the same in whatever order the events come', rule => {
  for (const example of rule.examples()) {
    const reversed: Example<Readonly<Record<string, string>>> = { ...example, events: [...example.events].reverse() };
    const ofStory = (story: typeof reversed) =>
      judgeExample(rule, story).findings.map(({ fingerprint, severity, message, members }) => {
        return { fingerprint, severity, message, members };
      });
    expect(ofStory(reversed)).toEqual(ofStory(example));
  }
});

describe('100,000 keys', () => {
  const KEYS = 100_000;
  const STOLEN = 500;
  const LIMIT_MS = 20_000;

  test('are surveyed in twenty seconds, and the campaign among them is found', { timeout: 300_000 }, () => {
    const ledger = crowdOfKeys();
    const started = performance.now();
    const { findings, credentials } = judge(ledger, configured(CAMPAIGN), { since: null, now: NOW });
    const took = performance.now() - started;
    console.log(`${credentials} keys surveyed in ${(took / 1000).toFixed(1)} s`);
    expect(credentials).toBe(KEYS);
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([['coordinated-keys', 'high']]);
    const members = new Set(findings[0]!.members);
    expect(Array.from({ length: STOLEN }, (_, i) => keyId(i)).filter(id => !members.has(id))).toEqual([]);
    // Thousands of others are as new, and work with the same: some are in step by chance.
    expect(members.size).toBeLessThan(STOLEN + KEYS / 100);
    expect(took).toBeLessThan(LIMIT_MS);
  });

  const keyId = (i: number): string => `AKIA${String(i).padStart(12, '0')}EXAM`;

  /** All with one program and one model, one in ten of them new, in 400 offices, each of which has its weeks, its hours and its own load. */
  function crowdOfKeys(): Ledger {
    const ledger = openLedger(planFor(CAMPAIGN));
    for (let i = 0; i < KEYS; i++) {
      const id = keyId(i);
      note(ledger, holderOf(id, i));
      const isStolen = i < STOLEN;
      const start = isStolen ? 4 : i % 10 === 0 ? 4 + (Math.floor(i / 10) % 40) : 46 + (i % 12);
      for (let day = 0; day < (isStolen ? 4 : 5); day++) {
        const count = isStolen ? 95 + (i % 10) : 1 + Math.floor(drawn(i * 8 + day) ** 2 * 400 * (1 + (i % 11)));
        const at = NOW - (start - day) * DAY + ((i * 37) % 24) * HOUR;
        const office = isStolen ? `198.18.${i % 250}.${i % 200}` : `10.${Math.floor(i / 250)}.7.1`;
        record(ledger, callBy(id, at, count, office), PLACE);
      }
    }
    for (const { at } of [{ at: NOW - 60 * DAY }, { at: NOW }]) {
      ledger.slices.set(String(at), { source: 's', key: String(at), from: at, until: at, complete: true, note: '' });
    }
    return ledger;
  }

  /** Between 0 and 1, always the same for the same number. */
  function drawn(number: number): number {
    const mixed = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d);
    return ((Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39) ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  const PLACE: Place = { country: 'DE', site: '', egress: false, operator: '', why: 'located' };

  const holderOf = (id: string, i: number): Credential => ({
    id,
    provider: 'aws',
    kind: 'access-key',
    owner: `arn:aws:iam::123456789012:user/u${i}`,
    account: '123456789012',
    observedAt: 0,
  });

  function callBy(credential: string, at: number, count: number, address: string): AuditEvent {
    return {
      ...{ at, last: at, count, tokensIn: 0, tokensOut: 0, microUsd: 0, ttl: 0, example: `e-${credential}-${at}` },
      ...{ hour: hourOf(at), credential, session: '', principal: '', account: '123456789012', deed: 'infer' },
      ...{ action: 'bedrock:InvokeModel', outcome: 'ok', address, agent: 'boto3', region: 'eu-central-1' },
      ...{ inferenceRegion: '', model: 'anthropic.claude-sonnet-4-5', mfa: '', target: '' },
    };
  }
});
