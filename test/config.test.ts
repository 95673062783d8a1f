import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findConfig, loadConfig, parseConfig } from '../src/config.ts';
import { configSchema, configShape } from '../src/config-schema.ts';
import { UserError } from '../src/errors.ts';
import { defineRule } from '../src/rules/rule.ts';

const rule = defineRule({
  id: 'sample-rule',
  family: 'lifetime',
  title: 'Sample',
  severity: 'medium',
  kind: 'fact',
  description: 'A rule with one option of every type.',
  remediation: 'Nothing.',
  references: [],
  falsePositives: ['Always.'],
  needs: ['calls'],
  facets: {},
  options: {
    maxAgeDays: { describe: 'Days.', default: 90, min: 1, max: 3650 },
    strict: { describe: 'Strictly.', default: false },
    countries: { describe: 'Countries.', default: [], item: /^[A-Z]{2}$/ },
    accounts: { describe: 'Accounts.', default: [], item: /^\d{12}$/, wants: 'an account of twelve digits' },
    tags: { describe: 'Tags.', default: [], item: /^[a-z]+$/ },
  },
  messages: { said: 'Said.' },
  examples: () => [],
  judge: () => [],
});

const RULES = [rule];

const parse = (text: string): unknown => parseConfig(text, 'keyward.yaml', RULES);

function refusal(text: string): string {
  try {
    return `accepted ${JSON.stringify(parse(text))}`;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const WHOLE = `
$schema: ./config.schema.json
sources: [logs, 's3://bucket/prefix', '-']
since: 30d
until: 2026-06-01T12:00:00Z
minSeverity: low
failOn: none
failOnBlind: true
geoDb: geo.mmdb
self: ['arn:aws:iam::123456789012:role/keyward']
networks:
  - { cidr: 203.0.113.0/24, name: office, country: DE, kind: office }
  - { cidr: '2001:db8::/32', name: exit }
format: json
out: { json: report.json }
rules:
  sample-rule: { enabled: false, maxAgeDays: 30, strict: true, countries: [DE, NO] }
`;

const READ = {
  $schema: './config.schema.json',
  sources: ['logs', 's3://bucket/prefix', '-'],
  since: '30d',
  until: '2026-06-01T12:00:00Z',
  minSeverity: 'low',
  failOn: 'none',
  failOnBlind: true,
  geoDb: 'geo.mmdb',
  self: ['arn:aws:iam::123456789012:role/keyward'],
  networks: [
    { cidr: '203.0.113.0/24', name: 'office', country: 'DE', kind: 'office' },
    { cidr: '2001:db8::/32', name: 'exit' },
  ],
  format: 'json',
  out: { json: 'report.json' },
  rules: { 'sample-rule': { enabled: false, maxAgeDays: 30, strict: true, countries: ['DE', 'NO'] } },
};

describe('what is accepted', () => {
  test.each<[string, string, unknown]>([
    ['every key', WHOLE, READ],
    ['JSON', JSON.stringify(READ), READ],
    ['JSON indented with tabs', JSON.stringify(READ, null, '\t'), READ],
    ['nothing', '', {}],
    ['comments', '# nothing yet\n', {}],
    ['sections left empty', 'sources:\nnetworks: # none\nrules:\n  sample-rule:\n', { rules: {} }],
    ['an anchor used twice', 'self: &a [x]\nsources: *a\n', { self: ['x'], sources: ['x'] }],
    ['a byte order mark and Windows line ends', '\ufefffailOn: low\r\nself: [x]\r\n', { failOn: 'low', self: ['x'] }],
    [
      'a country that other YAML takes for false',
      'rules: {sample-rule: {countries: [NO]}}',
      { rules: { 'sample-rule': { countries: ['NO'] } } },
    ],
  ])('%s', (_, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });
});

describe('what is refused, and how', () => {
  test.each<[string, string, string | RegExp]>([
    [
      'a misspelt key',
      'failOn: low\nnetwroks: []',
      "keyward.yaml:2:1: unknown key 'netwroks'; did you mean 'networks'?",
    ],
    [
      'a key near to nothing',
      'networks:\n  - {cidr: 192.0.2.1, name: x, quux-quux: 1}',
      "keyward.yaml:2:32: unknown key 'quux-quux' in networks[0]; valid: cidr, name, country, kind",
    ],
    ['a key near to nothing among many', 'quux-quux: 1', "keyward.yaml:1:1: unknown key 'quux-quux'"],
    [
      'a misspelt choice',
      'failOn: hihg',
      "keyward.yaml:1:9: failOn must be one of none, low, medium, high, critical, not 'hihg'; did you mean 'high'?",
    ],
    [
      'a gate on info',
      'failOn: info',
      "keyward.yaml:1:9: failOn must be one of none, low, medium, high, critical, not 'info'",
    ],
    [
      'a misspelt format',
      'format: jsno',
      /^keyward\.yaml:1:9: format must be one of .*, not 'jsno'; did you mean 'json'\?$/,
    ],
    [
      'a misspelt format of a file',
      'out:\n  jsno: x',
      /^keyward\.yaml:2:3: unknown key 'jsno' in out; did you mean 'json'\?$/,
    ],
    ['text for a switch', 'failOnBlind: yes', "keyward.yaml:1:14: failOnBlind must be true or false, not 'yes'"],
    ['text for a list', 'sources: logs', 'keyward.yaml:1:10: sources must be a list, not text'],
    [
      'a list for text',
      'since: [1]',
      'keyward.yaml:1:8: since must be a time, as in 12h, 30d, 2w (hours, days, weeks), 2026-06-01 or 2026-06-01T12:00:00Z, not a list',
    ],
    [
      'a number for text',
      'self: [123456789012]',
      "keyward.yaml:1:8: self[0] must be text (put it in quotes), not '123456789012'",
    ],
    [
      'nothing for text',
      'sources: [~, ""]',
      'keyward.yaml has 2 errors\nkeyward.yaml:1:11: sources[0] must be text, not nothing\nkeyward.yaml:1:14: sources[1] must be text, not empty text',
    ],
    [
      'a time that is none',
      'until: 2026-02-30',
      "keyward.yaml:1:8: until must be a time, as in 12h, 30d, 2w (hours, days, weeks), 2026-06-01 or 2026-06-01T12:00:00Z, not '2026-02-30'",
    ],
    [
      'a prefix that is none',
      'networks: [{cidr: 203.0.113.0/33, name: x}]',
      "keyward.yaml:1:19: networks[0].cidr must be an address or a prefix, as in 203.0.113.0/24 or 2001:db8::/32, not '203.0.113.0/33'",
    ],
    [
      'a country that is none',
      'networks: [{cidr: 203.0.113.0/24, name: x, country: EU}]',
      "keyward.yaml:1:53: networks[0].country must be a two-letter country code such as DE, not 'EU'",
    ],
    ['a network without a name', 'networks:\n  - cidr: 203.0.113.0/24', "keyward.yaml:2:5: networks[0] lacks 'name'"],
    [
      'a network that is text',
      'networks: [203.0.113.0/24]',
      'keyward.yaml:1:12: networks[0] must be keys with values, not text',
    ],
    [
      'an unknown rule',
      'rules:\n  sampel-rule: {}',
      "keyward.yaml:2:3: unknown key 'sampel-rule' in rules; did you mean 'sample-rule'?",
    ],
    [
      'an unknown option',
      'rules: {sample-rule: {maxAge: 1}}',
      "keyward.yaml:1:23: unknown key 'maxAge' in rules.sample-rule; valid: enabled, maxAgeDays, strict, countries, accounts, tags",
    ],
    [
      'an option below its least',
      'rules: {sample-rule: {maxAgeDays: 0}}',
      "keyward.yaml:1:35: rules.sample-rule.maxAgeDays must be a number from 1 to 3,650, not '0'",
    ],
    [
      'an option that is not a number',
      'rules: {sample-rule: {maxAgeDays: .nan}}',
      "keyward.yaml:1:35: rules.sample-rule.maxAgeDays must be a number from 1 to 3,650, not '.nan'",
    ],
    [
      'an item that does not fit',
      'rules: {sample-rule: {countries: [DE, de]}}',
      "keyward.yaml:1:39: rules.sample-rule.countries[1] must be a two-letter country code such as DE, not 'de'",
    ],
    [
      'an item that is no country',
      'rules: {sample-rule: {countries: [EU]}}',
      "keyward.yaml:1:35: rules.sample-rule.countries[0] must be a two-letter country code such as DE, not 'EU'",
    ],
    [
      'an item in its own words',
      'rules: {sample-rule: {accounts: ["1"]}}',
      "keyward.yaml:1:34: rules.sample-rule.accounts[0] must be an account of twelve digits, not '1'",
    ],
    [
      'an item without words of its own',
      'rules: {sample-rule: {tags: [A]}}',
      "keyward.yaml:1:30: rules.sample-rule.tags[0] must be text that fits ^[a-z]+$, not 'A'",
    ],
    [
      'a switch for a rule',
      'rules: {sample-rule: false}',
      'keyward.yaml:1:22: rules.sample-rule must be keys with values, not a boolean',
    ],
    ['a list for the whole', '- 1', 'keyward.yaml:1:1: the config must be keys with values, not a list'],
    ['a key twice', 'failOn: low\nfailOn: high', 'keyward.yaml:2:1: this key stands here twice'],
    [
      'a second document',
      'failOn: low\n---\nfailOn: high',
      'keyward.yaml:2:1: a config is one document; a second one begins here',
    ],
    [
      'broken syntax',
      'sources: ["logs',
      'keyward.yaml has 2 errors\nkeyward.yaml:1:16: missing closing "quote\nkeyward.yaml:1:16: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['a tag', 'failOn: !!js/function low', 'keyward.yaml:1:9: tags such as !name are not supported'],
    ['a prototype key', '__proto__: {failOn: low}', "keyward.yaml:1:1: unknown key '__proto__'"],
    [
      'a prototype key for a rule',
      'rules: {constructor: {}}',
      "keyward.yaml:1:9: unknown key 'constructor' in rules; valid: sample-rule",
    ],
    ['a key that is a list', '? [a, b]\n: 1', "keyward.yaml:1:3: unknown key ''"],
    [
      'an alias of nothing',
      'self: *nobody',
      'keyward.yaml:1:1: Unresolved alias (the anchor must be set before the alias): nobody',
    ],
    ['control characters', '"\\e[31mred": 1', "keyward.yaml:1:1: unknown key '\\x1b[31mred'"],
  ])('%s', (_, text, expected) => {
    expect(refusal(text)).toMatch(typeof expected === 'string' ? new RegExp(`^${escaped(expected)}$`) : expected);
  });

  test('all at once, in the order of the file', () => {
    const text = 'failOn: hihg\nrules:\n  sample-rule:\n    strict: maybe\nnetwroks: []\nsources: {}\n';
    expect(refusal(text)).toBe(
      [
        'keyward.yaml has 4 errors',
        "keyward.yaml:1:9: failOn must be one of none, low, medium, high, critical, not 'hihg'; did you mean 'high'?",
        "keyward.yaml:4:13: rules.sample-rule.strict must be true or false, not 'maybe'",
        "keyward.yaml:5:1: unknown key 'netwroks'; did you mean 'networks'?",
        'keyward.yaml:6:10: sources must be a list, not keys with values',
      ].join('\n'),
    );
  });

  test('but no more than a screenful', () => {
    const lines = refusal(`sources: [${'{}, '.repeat(1000)}]`).split('\n');
    expect(lines).toHaveLength(22);
    expect([lines[0], lines.at(-1)]).toEqual(['keyward.yaml has 1,000 errors', '… and 980 more']);
  });

  test('a bomb of aliases, at once', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg'].map(pair => [...pair])) {
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${of}`).join(',')}]`);
    }
    expect(refusal(bomb.join('\n'))).toBe(
      'keyward.yaml:1:1: Excessive alias count indicates a resource exhaustion attack',
    );
  });

  test('nesting without end', () => {
    expect(refusal('['.repeat(20_000))).toContain('this is nested too deeply');
  });

  test('an alias of itself', () => {
    expect(refusal('sources: &a [*a]')).toBe('keyward.yaml:1:14: sources[0] must be text, not a list');
  });

  test.each([
    ['a vendor key', 'self: [sk-ant-api03-AAAAAAAAAAAA]', '1:8'],
    ['a project key in a key', 'sk-proj-AAAAAAAAAAAA: 1', '1:1'],
    ['a Bedrock key', 'geoDb: ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl', '1:8'],
    ['a private key', 'geoDb: |\n  -----BEGIN PRIVATE KEY-----\n  AAAA', '2:3'],
    ['in a comment', 'failOn: low\n# sk-ant-api03-AAAAAAAAAAAA', '2:3'],
    ['in broken syntax', 'self: ["sk-ant-api03-AAAAAAAAAAAA', '1:9'],
  ])('a secret, without repeating it: %s', (_, text, place) => {
    const message = refusal(text);
    expect(message).toContain(`keyward.yaml:${place}: this looks like a secret; no secret belongs here`);
    expect(message).not.toMatch(/AAAA|QmVk/);
  });
});

describe('any text', () => {
  test('is read or refused with a place, and pollutes nothing', () => {
    const words = fc.constantFrom(
      'sources',
      'rules',
      ':',
      '-',
      ' ',
      '\n',
      '[',
      ']',
      '{',
      '}',
      '&a',
      '*a',
      '!!x',
      '"',
      '#',
      '~',
      '__proto__',
      '|',
      '?',
      '\t',
      '1',
      '---',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), parts => {
        expect(refusal(parts.join(''))).toMatch(/^(accepted|keyward\.yaml(:\d+:\d+:| has \d+ errors))/);
        expect(Object.keys({}.constructor.prototype)).toEqual([]);
      }),
    );
  });
});

describe('the JSON Schema', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(configSchema(RULES) as object);

  test('accepts what is accepted', () => {
    expect(validate(READ), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ sources: null, rules: { 'sample-rule': null } })).toBe(true);
  });

  test.each<[string, unknown]>([
    ['an unknown key', { netwroks: [] }],
    ['an unknown choice', { failOn: 'hihg' }],
    ['an unknown rule', { rules: { nobody: {} } }],
    ['an unknown format', { out: { jsno: 'x' } }],
    ['a number out of range', { rules: { 'sample-rule': { maxAgeDays: 0 } } }],
    ['an item that does not fit', { rules: { 'sample-rule': { countries: ['de'] } } }],
    ['a time that is none', { since: 'yesterday' }],
    ['a network without a name', { networks: [{ cidr: '203.0.113.0/24' }] }],
    ['nothing in a list', { networks: [null] }],
  ])('refuses %s, as the validator does', (_, value) => {
    expect(validate(value)).toBe(false);
    expect(refusal(JSON.stringify(value))).not.toMatch(/^accepted/);
  });

  test('describes every key', () => {
    const undescribed = JSON.stringify(configShape(RULES)).match(/"describe":""/g);
    expect(undescribed).toBeNull();
  });
});

describe('the file', () => {
  let home = '';

  beforeAll(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'keyward-config-')));
    mkdirSync(join(home, 'up/down/deep'), { recursive: true });
    mkdirSync(join(home, 'twice'));
    writeFileSync(join(home, 'up/keyward.yml'), WHOLE);
    writeFileSync(join(home, 'twice/keyward.yaml'), '');
    writeFileSync(join(home, 'twice/keyward.json'), '{}');
    writeFileSync(join(home, 'huge.yaml'), '#'.repeat((1 << 20) + 1));
  });

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const load = (explicit: string | undefined, cwd: string) => {
    try {
      return loadConfig(explicit, join(home, cwd), RULES);
    } catch (error) {
      if (error instanceof UserError) return [error.message, error.hint];
      throw error;
    }
  };

  test('is the nearest above', () => {
    expect(findConfig(join(home, 'up/down/deep'))).toBe(join(home, 'up/keyward.yml'));
    expect(load(undefined, '.')).toEqual({ file: null, config: {} });
  });

  test('is read as it stands from its own folder', () => {
    expect(load(undefined, 'up')).toEqual({ file: join(home, 'up/keyward.yml'), config: READ });
  });

  test('has paths that start from its own folder', () => {
    const paths = {
      sources: ['../../logs', 's3://bucket/prefix', '-'],
      geoDb: '../../geo.mmdb',
      out: { json: '../../report.json' },
    };
    expect(load(undefined, 'up/down/deep')).toEqual({
      file: join(home, 'up/keyward.yml'),
      config: { ...READ, ...paths },
    });
    expect(load('up/keyward.yml', '.')).toMatchObject({ config: { sources: ['up/logs', 's3://bucket/prefix', '-'] } });
  });

  test.each([
    ['no such file', 'nowhere.yaml', '.', ['cannot read the config nowhere.yaml: there is no such file', '']],
    ['a folder', 'up', '.', ['cannot read the config up: it is a folder', '']],
    ['too large', 'huge.yaml', '.', ['huge.yaml is larger than a config can be (1 MiB)', '']],
  ])('is refused: %s', (_, explicit, cwd, expected) => {
    expect(load(explicit, cwd)).toEqual(expected);
  });

  test('is one, not two', () => {
    expect(load(undefined, 'twice')).toEqual([
      `${join(home, 'twice')} holds keyward.yaml and keyward.json`,
      'Keep one of them, or choose with --config FILE.',
    ]);
  });
});

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
