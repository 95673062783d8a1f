import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { audit } from '../src/audit.ts';
import { configureRules } from '../src/cli/settings.ts';
import { collectors } from '../src/collect/index.ts';
import { parseConfig } from '../src/config.ts';
import { declaredIn } from '../src/declared.ts';
import { UserError } from '../src/errors.ts';
import { Everyone } from '../src/everyone.ts';
import { openGeo } from '../src/geo.ts';
import { globs } from '../src/glob.ts';
import { note, openLedger } from '../src/ledger.ts';
import type { Credential } from '../src/model/credential.ts';
import type { DeclaredHolder } from '../src/model/declared.ts';
import type { Report } from '../src/model/report.ts';
import { planFor } from '../src/plan.ts';
import { rules } from '../src/rules/index.ts';
import { DAY, HOUR, SECOND } from '../src/time.ts';
import { judgementIn, TEST_NETWORKS } from './judgement.ts';
import { rawRecord } from './raw-record.ts';
import { emptyWorld, quietHooks } from './task.ts';

const NOW = Date.UTC(2026, 10, 20);

const registerOf = (text: string): readonly DeclaredHolder[] => parseConfig(text, 'keyward.yaml', rules).register ?? [];

describe('the section of the config', () => {
  const refusal = (text: string): string => {
    try {
      return `accepted ${JSON.stringify(registerOf(text))}`;
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
  };

  test('takes all that can be declared', () => {
    const register: readonly DeclaredHolder[] = [
      {
        holder: 'platform team',
        keys: ['AKIAIOSFODNN7EXAMPLE', 'sk-...a1b2', 'ci-*'],
        principals: ['arn:aws:iam::123456789012:role/ci-*', 'ops@example.com'],
        countries: ['DE', 'NO'],
        asns: ['AS64496'],
        cidrs: ['203.0.113.0/24', '2001:db8::/32'],
        models: ['*claude-sonnet*'],
        providers: ['aws', 'proxy'],
        endpoints: ['bedrock/*/eu-*'],
        maxAgeDays: 30,
        budget: { calls: 10, tokens: 1000, usd: 0.5, per: 'week' },
        contract: 'order 4711',
      },
      { holder: 'batch job', keys: ['apikey_01A'] },
    ];
    expect(registerOf(JSON.stringify({ register }))).toEqual(register);
    expect(registerOf('register:\n')).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['nobody', 'register:\n  - {keys: [a]}', "keyward.yaml:2:5: register[0] lacks 'holder'"],
    ['nothing held', 'register:\n  - {holder: a}', "keyward.yaml:2:5: register[0] lacks 'keys' or 'principals'"],
    [
      'a list left empty',
      'register:\n  - {holder: a, keys: [k], cidrs: []}',
      "keyward.yaml:2:5: register[0] has an empty list of 'cidrs': fill it, or leave it out",
    ],
    [
      'a misspelt field',
      'register:\n  - {holder: a, keys: [k], contries: [DE]}',
      "keyward.yaml:2:28: unknown key 'contries' in register[0]; did you mean 'countries'?",
    ],
    [
      'a misspelt provider',
      'register:\n  - {holder: a, keys: [k], providers: [azur]}',
      "keyward.yaml:2:40: register[0].providers[0] must be one of aws, azure, google, anthropic, openai, proxy, not 'azur'; did you mean 'azure'?",
    ],
    [
      'a country that is none',
      'register:\n  - {holder: a, keys: [k], countries: [XX]}',
      "keyward.yaml:2:40: register[0].countries[0] must be a two-letter country code such as DE, not 'XX'",
    ],
    [
      'an ASN without its letters',
      'register:\n  - {holder: a, keys: [k], asns: [64496]}',
      "keyward.yaml:2:35: register[0].asns[0] must be the number of an autonomous system such as AS64496, not '64496'",
    ],
    [
      'a range that is none',
      'register:\n  - {holder: a, keys: [k], cidrs: [203.0.113.0/33]}',
      "keyward.yaml:2:36: register[0].cidrs[0] must be an address or a prefix, as in 203.0.113.0/24 or 2001:db8::/32, not '203.0.113.0/33'",
    ],
    [
      'a mapped range shorter than what it carries',
      "register:\n  - {holder: a, keys: [k], cidrs: ['::ffff:203.0.113.0/24']}",
      "keyward.yaml:2:36: register[0].cidrs[0] must be an address or a prefix, as in 203.0.113.0/24 or 2001:db8::/32, not '::ffff:203.0.113.0/24'",
    ],
    [
      'a budget of nothing',
      'register:\n  - {holder: a, keys: [k], budget: {per: day}}',
      "keyward.yaml:2:36: register[0].budget lacks 'calls', or 'tokens', or 'usd'",
    ],
    [
      'a budget for no time',
      'register:\n  - {holder: a, keys: [k], budget: {calls: 1}}',
      "keyward.yaml:2:36: register[0].budget lacks 'per'",
    ],
    [
      'a budget for a year',
      'register:\n  - {holder: a, keys: [k], budget: {calls: 1, per: year}}',
      "keyward.yaml:2:52: register[0].budget.per must be one of day, week, month, not 'year'",
    ],
    [
      'a holder twice',
      'register:\n  - {holder: a, keys: [k]}\n  - {holder: a, keys: [l]}',
      "keyward.yaml:3:5: register[1] is the second for 'a': make them one",
    ],
    [
      'a key of two',
      'register:\n  - {holder: a, keys: [k, l*]}\n  - {holder: b, keys: [l*, K]}',
      "keyward.yaml:3:5: register[1] names 'k', which is also of 'a'",
    ],
  ])('refuses %s', (_, text, expected) => {
    expect(refusal(text)).toBe(expected);
  });

  test.each([['sk-a1b2c3d4e5f6a7b8c9d0e1f2'], [`sk-ant-api03-${'a1'.repeat(20)}`]])('refuses the secret %s', secret => {
    const message = refusal(`register:\n  - {holder: a, keys: ['${secret}']}`);
    expect(message).toMatch(/^keyward\.yaml(?::2:| has)/);
    expect(message).not.toContain(secret);
  });
});

describe('patterns', () => {
  test.each<[string, string, boolean]>([
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*c', 'acd', false],
    ['A?C', 'abc', true],
    ['a?c', 'ac', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*ab', 'aab', true],
    ['*', '', true],
    ['a.c', 'abc', false],
    ['', 'a', false],
  ])('%s and %s', (pattern, text, expected) => {
    expect(globs([pattern])(text)).toBe(expected);
  });

  test('one with many stars takes no longer than another', () => {
    expect(globs(['*a'.repeat(100)])('a'.repeat(99) + 'b'.repeat(5000))).toBe(false);
  });
});

describe('whose a credential is', () => {
  const known: readonly (Partial<Credential> & Pick<Credential, 'id'>)[] = [
    { id: 'key-1', kind: 'api-key', owner: 'user-1', name: 'ci-main' },
    { id: 'user-1', kind: 'member', owner: 'Ops@example.com' },
    { id: 'key-2', kind: 'api-key', owner: 'user-2' },
    { id: 'key-3', kind: 'api-key', parent: 'key-2' },
    { id: 'loop-1', kind: 'api-key', parent: 'loop-2', owner: 'loop-2' },
    { id: 'loop-2', kind: 'api-key', parent: 'loop-1', owner: 'loop-1' },
    { id: 'app/0f/secret', kind: 'client-secret', owner: 'app/0f' },
    { id: 'listed', kind: 'api-key', provider: 'openai', hint: 'sk-a1b2...wxyz', owner: 'user-1' },
    { id: 'sk-a1b2...wxyz', kind: 'unknown', provider: 'proxy' },
  ];
  const holderOf = (holders: readonly DeclaredHolder[], id: string): string | null => {
    const ledger = openLedger(planFor(rules));
    for (const each of known)
      note(ledger, { provider: 'openai', kind: 'unknown', owner: '', account: 'o', observedAt: 0, ...each });
    return declaredIn(holders, ledger, new Everyone(ledger))!.holderOf(id)?.holder ?? null;
  };
  const of = (fields: Partial<DeclaredHolder>, holder = 'a'): DeclaredHolder => ({ holder, ...fields });

  test.each<[string, readonly DeclaredHolder[], string, string | null]>([
    ['by its id, in any case', [of({ keys: ['KEY-1'] })], 'key-1', 'a'],
    ['by its name', [of({ keys: ['ci-*'] })], 'key-1', 'a'],
    ['by who holds it', [of({ principals: ['user-1'] })], 'key-1', 'a'],
    ['by the address of who holds it', [of({ principals: ['*@EXAMPLE.com'] })], 'key-1', 'a'],
    ['by the id of an app', [of({ principals: ['0F'] })], 'app/0f/secret', 'a'],
    ['by what it was derived from', [of({ principals: ['user-2'] })], 'key-3', 'a'],
    ['by the key that it is another name for', [of({ keys: ['listed'] })], 'sk-a1b2...wxyz', 'a'],
    ['by who holds that key', [of({ principals: ['ops@example.com'] })], 'sk-a1b2...wxyz', 'a'],
    ['by nobody', [of({ keys: ['key'], principals: ['user'] })], 'key-1', null],
    ['by nobody, going round in a circle', [of({ keys: ['key'] })], 'loop-1', null],
    ['an unknown one by its id', [of({ keys: ['stranger'] })], 'stranger', 'a'],
    ['its own entry before a pattern', [of({ keys: ['*'] }), of({ keys: ['key-1'] }, 'b')], 'key-1', 'b'],
    ['the key before who holds it', [of({ principals: ['user-1'] }), of({ keys: ['k*'] }, 'b')], 'key-1', 'b'],
    ['the first of equals', [of({ keys: ['k*'] }), of({ keys: ['*1'] }, 'b')], 'key-1', 'a'],
  ])('%s', (_, holders, id, expected) => {
    expect(holderOf(holders, id)).toBe(expected);
  });
});

const REGISTER_RULES = rules.filter(({ needsDeclared }) => needsDeclared !== undefined).map(({ id }) => id);

describe('which rules judge', () => {
  const chosen = (register: readonly DeclaredHolder[], rule: readonly string[] = []): string[] =>
    configureRules(rules, {}, { rule }, register)
      .map(configured => configured.rule.id)
      .filter(id => REGISTER_RULES.includes(id));
  const holder = { holder: 'a', keys: ['k'] };

  test.each<[string, readonly DeclaredHolder[], readonly string[]]>([
    ['none without a register', [], []],
    ['holders alone', [holder], ['unlisted-holder']],
    ['places', [{ ...holder, asns: ['AS64496'] }], ['undeclared-origin', 'unlisted-holder']],
    ['paths of one of two', [holder, { ...holder, models: ['*'] }], ['unapproved-path', 'unlisted-holder']],
    ['a budget', [{ ...holder, budget: { calls: 1, per: 'day' } }], ['over-budget', 'unlisted-holder']],
  ])('%s', (_, register, expected) => {
    expect(chosen(register)).toEqual(expected);
  });

  test('one that is named without anything to judge by is an error that says what to declare', () => {
    expect(() => chosen([], ['unlisted-holder'])).toThrow(
      "the rule 'unlisted-holder' judges by the register, and no holder in it declares keys or principals",
    );
    expect(() => chosen([holder], ['over-budget'])).toThrow('no holder in it declares budget');
    expect(chosen([holder], ['unlisted-holder'])).toEqual(['unlisted-holder']);
  });
});

describe('an audit', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'keyward-register-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const HAIKU = 'anthropic.claude-3-haiku-20240307-v1:0';

  let serial = 0;
  const call = (user: string, accessKeyId: string, sourceIPAddress: string, modelId = HAIKU, hour = 9) => {
    const record = rawRecord(++serial);
    const arn = `arn:aws:iam::123456789012:user/${user}`;
    return {
      ...record,
      userIdentity: { ...record.userIdentity, arn, accessKeyId },
      eventTime: new Date(NOW - 2 * DAY + hour * HOUR).toISOString(),
      sourceIPAddress,
      requestParameters: { modelId },
    };
  };
  const CI = 'AKIAIOSFODNN7EXAMPLE';
  const CALLS = [
    ...[9, 10, 11].map(hour => call('ci', CI, '192.0.2.1', HAIKU, hour)),
    call('ci', CI, '203.0.113.9'),
    call('ci', CI, '203.0.113.10'),
    call('ci', CI, '192.0.2.1', 'amazon.titan-text-lite-v1'),
    call('stranger', 'AKIAI44QH8DHBEXAMPLE', '192.0.2.1'),
  ];
  const orphan = {
    object: 'organization.project.api_key',
    id: 'key_1',
    redacted_value: 'sk-proj-abc...def',
    name: 'CI',
    created_at: (NOW - 30 * DAY) / SECOND,
    last_used_at: (NOW - DAY) / SECOND,
    owner_project_access: 'inactive',
    owner: { type: 'user', user: { id: 'user-1', name: 'Ops', email: 'ops@example.com', role: 'owner' } },
  };
  const STRICT: readonly DeclaredHolder[] = [
    {
      holder: 'ci team',
      principals: ['arn:aws:iam::123456789012:user/ci'],
      countries: ['DE'],
      models: ['*claude-3-haiku*'],
      budget: { calls: 5, per: 'day' },
    },
  ];

  const auditWith = (files: Readonly<Record<string, readonly object[]>>, register: readonly DeclaredHolder[]) => {
    for (const [name, records] of Object.entries(files))
      writeFileSync(join(home, name), records.map(record => `${JSON.stringify(record)}\n`).join(''));
    return audit(
      {
        sources: Object.keys(files).map(name => join(home, name)),
        rules: configureRules(rules, {}, {}, register),
        declared: register,
        collectors,
        geo: openGeo({ networks: TEST_NETWORKS }),
        self: [],
        now: NOW,
        since: null,
        until: null,
        lookbackDays: null,
        world: emptyWorld(NOW),
        version: '0.0.0',
      },
      quietHooks,
    );
  };
  const toldIn = ({ findings }: Report): string[] =>
    findings
      .filter(({ family }) => family === 'register')
      .map(({ rule, subject, message }) => `${rule} of ${subject}: ${message}`);

  test('tells each thing that is beside the register once', async () => {
    const report = await auditWith({ 'trail.jsonl': CALLS, 'keys.jsonl': [orphan] }, STRICT);
    expect(toldIn(report)).toEqual([
      `undeclared-origin of ${CI} SG: 2 calls from 203.0.113.10 and 203.0.113.9 in SG, where the register does not place ci team (DE); the last on 18 Nov.`,
      'unlisted-holder of AKIAI44QH8DHBEXAMPLE: Used models (1 call), the last on 18 Nov, and the register names neither it nor its holder, user/stranger.',
      'over-budget of ci team calls: ci team used 6 calls on 2026-11-18, with 1 key; the register declares 5 calls a day.',
      'ownerless-key of key_1: Still active, while ops@example.com, who holds this API key, was disabled or removed.',
      `unapproved-path of ${CI} amazon.titan-text-lite: 1 call of amazon.titan-text-lite, a model that the register does not declare for ci team (*claude-3-haiku*); the last on 18 Nov.`,
    ]);
  });

  test('is quiet with a register that names everything', async () => {
    const everything: readonly DeclaredHolder[] = [
      {
        ...STRICT[0]!,
        countries: ['DE', 'SG'],
        models: ['*haiku*', 'amazon.titan-*'],
        providers: ['aws'],
        endpoints: ['bedrock/123456789012/us-east-1'],
        budget: { calls: 6, per: 'month' },
      },
      { holder: 'no stranger', keys: ['AKIAI44QH8DHBEXAMPLE'], cidrs: ['192.0.2.0/24'], endpoints: ['bedrock'] },
    ];
    const report = await auditWith({ 'trail.jsonl': CALLS }, everything);
    expect(toldIn(report)).toEqual([]);
    const silent = report.coverage.filter(({ rule }) => REGISTER_RULES.includes(rule)).map(({ rule }) => rule);
    expect(silent).toEqual(REGISTER_RULES);
  });

  test('without a register tells of keys without an owner alone, and leaves the other rules out of the coverage', async () => {
    const report = await auditWith({ 'trail.jsonl': CALLS, 'keys.jsonl': [orphan] }, []);
    expect(report.findings.filter(({ family }) => family === 'register').map(({ rule }) => rule)).toEqual([
      'ownerless-key',
    ]);
    expect(report.coverage.filter(({ rule }) => REGISTER_RULES.includes(rule))).toEqual([]);
  });

  test('says the same in whatever order and files its records come', async () => {
    const whole = judgementIn(await auditWith({ 'trail.jsonl': CALLS, 'keys.jsonl': [orphan] }, STRICT));
    const apart = await auditWith(
      {
        'a.jsonl': [orphan],
        'b.jsonl': CALLS.filter((_, i) => i % 2 === 0).reverse(),
        'c.jsonl': CALLS.filter((_, i) => i % 2 === 1),
      },
      STRICT,
    );
    const told = (text: string): unknown => (JSON.parse(text) as { findings: unknown }).findings;
    expect(told(judgementIn(apart))).toEqual(told(whole));
  });
});
