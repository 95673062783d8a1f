import { gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding, Severity } from '../src/model/finding.ts';
import type { Report } from '../src/model/report.ts';
import { discreet } from '../src/report/sarif/discreet.ts';
import { sarif } from '../src/report/sarif.ts';
import { HIDDEN, REPORTS, reportWith, smallReport, TRICKS } from './report-cases.ts';
import { anyText, cleanReport, findingOf, keyOf, reportOf } from './report-fixtures.ts';

const NAMES = Object.keys(REPORTS);

const render = (report: Report): string => [...sarif.render(report, { width: 80, color: false })].join('');
const runOf = (report: Report) => (JSON.parse(render(report)) as Log).runs[0];

interface Log {
  readonly runs: readonly [Run];
}

interface Run {
  readonly tool: { readonly driver: { readonly rules: readonly Rule[] } };
  readonly invocations: readonly [
    {
      readonly executionSuccessful: boolean;
      readonly toolExecutionNotifications: readonly {
        readonly descriptor: { readonly id: string };
        readonly level: string;
        readonly message: { readonly text: string };
      }[];
    },
  ];
  readonly results: readonly Result[];
}

interface Rule {
  readonly id: string;
  readonly help: { readonly text: string; readonly markdown: string };
  readonly properties: { readonly 'security-severity'?: string };
}

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly [
    { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: object } },
  ];
  readonly partialFingerprints: { readonly primaryLocationLineHash: string };
  readonly baselineState?: string;
  readonly suppressions: readonly object[];
}

const object = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter(name => !optional.includes(name)),
  additionalProperties: false,
});
const list = (items: object) => ({ type: 'array', items });
const filled = { type: 'string', minLength: 1 };
const described = object({ text: { ...filled, maxLength: 1024 } });
const message = object({ text: filled });
const one = { const: 1 };

/** The part of SARIF 2.1.0 that is written, with all that GitHub asks for: no text that it needs may be empty. */
const schema = object({
  $schema: { const: 'https://json.schemastore.org/sarif-2.1.0.json' },
  version: { const: '2.1.0' },
  runs: {
    ...list(
      object({
        tool: object({
          driver: object({
            name: filled,
            version: filled,
            rules: list(
              object({
                id: filled,
                shortDescription: described,
                fullDescription: described,
                help: object({ text: filled, markdown: filled }),
                properties: object(
                  {
                    'security-severity': { enum: ['9.5', '8.0', '5.5', '2.0', '0.1'] },
                    precision: { enum: ['very-high', 'medium'] },
                    tags: { ...list(filled), minItems: 3, maxItems: 10, uniqueItems: true },
                  },
                  ['security-severity', 'precision', 'tags'],
                ),
              }),
            ),
          }),
        }),
        invocations: {
          ...list(
            object({
              executionSuccessful: { type: 'boolean' },
              toolExecutionNotifications: list(
                object({
                  descriptor: object({ id: { enum: ['incomplete', 'blind', 'partial', 'remark', 'count'] } }),
                  level: { enum: ['error', 'warning', 'note'] },
                  message,
                }),
              ),
            }),
          ),
          minItems: 1,
          maxItems: 1,
        },
        columnKind: { const: 'utf16CodeUnits' },
        properties: { type: 'object' },
        results: {
          ...list(
            object(
              {
                ruleId: filled,
                ruleIndex: { type: 'integer', minimum: 0 },
                level: { enum: ['error', 'warning', 'note'] },
                message,
                locations: {
                  ...list(
                    object({
                      physicalLocation: object({
                        artifactLocation: object({
                          uri: { type: 'string', pattern: '^(?!\\.\\.?/)[^/:?#\\\\\\s][^:?#\\\\\\s]*$' },
                        }),
                        region: object({ startLine: one, startColumn: one, endLine: one, endColumn: { const: 2 } }),
                      }),
                    }),
                  ),
                  minItems: 1,
                  maxItems: 1,
                },
                fingerprints: object({ 'keyward/v1': filled }),
                partialFingerprints: object({ primaryLocationLineHash: { type: 'string', pattern: '.:1$' } }),
                baselineState: { enum: ['new', 'updated', 'unchanged'] },
                suppressions: list(
                  object({ kind: { const: 'external' }, status: { const: 'accepted' }, justification: filled }),
                ),
                properties: { type: 'object' },
              },
              ['baselineState', 'properties'],
            ),
          ),
          maxItems: 25_000,
        },
      }),
    ),
    minItems: 1,
    maxItems: 1,
  },
});

const ajv = new Ajv({ allErrors: true });
const isValid = ajv.compile(schema);

function expectValid(report: Report): void {
  const rendered = render(report);
  expect(rendered.replaceAll('\n', '')).not.toMatch(HIDDEN);
  expect(isValid(JSON.parse(rendered)), ajv.errorsText(isValid.errors)).toBe(true);
  const { tool, results } = runOf(report);
  for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]!.id).toBe(ruleId);
  expect(results).toHaveLength(report.findings.length + report.suppressed.length);
}

describe('sarif', () => {
  test.each(NAMES)('%s is valid', name => expectValid(REPORTS[name]!));

  test('a small report, whole', async () => {
    await expect(render(smallReport)).toMatchFileSnapshot('snapshots/report/sarif-small.sarif');
  });

  test.each(TRICKS)('%j is valid and obeyed by nobody', text => {
    expectValid(reportWith(text));
    const texts = runOf(reportWith(text)).results.map(({ message }) => message.text);
    for (const told of texts) expect(told).not.toMatch(/\]\(|\{\d+\}/);
  });

  test('any report is valid', () => {
    fc.assert(
      fc.property(anyText, text => expectValid(reportWith(text))),
      { numRuns: 60 },
    );
  });

  test('a rule is as grave as its gravest finding, a result as its own', () => {
    const { tool, results } = runOf(REPORTS.graded!);
    expect(tool.driver.rules.map(({ id, properties }) => [id, properties['security-severity']])).toEqual([
      ['long-lived-key', '9.5'],
    ]);
    expect(results.map(({ level }) => level)).toEqual(['error', 'error', 'warning', 'note', 'note']);
  });

  test.each<[severity: Severity, score: string]>([
    ['critical', '9.5'],
    ['high', '8.0'],
    ['medium', '5.5'],
    ['low', '2.0'],
    ['info', '0.1'],
  ])('a rule with a %s finding scores %s', (severity, score) => {
    const [rule] = runOf(reportOf([findingOf({ rule: 'a', severity })])).tool.driver.rules;
    expect(rule!.properties['security-severity']).toBe(score);
  });

  test.each<[status: Finding['status'], state: string]>([
    ['new', 'new'],
    ['recurred', 'updated'],
    ['known', 'unchanged'],
  ])('a %s finding is %s', (status, state) => {
    expect(runOf(reportOf([findingOf({ rule: 'a', status })])).results[0]!.baselineState).toBe(state);
  });

  test('only what is suppressed bears a suppression, and comes last', () => {
    const { results } = runOf(smallReport);
    expect(results.map(({ ruleId, suppressions }) => [ruleId, suppressions])).toEqual([
      ['token-burst', []],
      ['crowded-network', []],
      [
        'off-schedule',
        [{ kind: 'external', status: 'accepted', justification: 'migration (b…@example.com, until 2026-12-31)' }],
      ],
    ]);
  });

  test('nothing of what is resolved is a result, for GitHub would open it again', () => {
    const { resolved } = REPORTS.weekly!;
    expect(resolved.length).toBeGreaterThan(0);
    for (const { subject } of resolved) expect(render(REPORTS.weekly!)).not.toContain(subject);
  });

  test('alerts are told apart by their fingerprint, which holds no time and no number', () => {
    const hashes = runOf(REPORTS.findings!).results.map(({ partialFingerprints }) => partialFingerprints);
    expect(new Set(hashes.map(({ primaryLocationLineHash: hash }) => hash)).size).toBe(hashes.length);
    expect(runOf(smallReport).results.map(result => result.partialFingerprints.primaryLocationLineHash)).toEqual([
      '3f9c2a7d01b45e68:1',
      'c04e11d2a9b87f35:1',
      '8d13f0aa5c72e946:1',
    ]);
  });

  test.each([
    [null, 'keyward.yaml'],
    ['', 'keyward.yaml'],
    ['keyward.yaml', 'keyward.yaml'],
    ['./ops/keyward.json', 'ops/keyward.json'],
    ['../../keyward.yaml', 'keyward.yaml'],
    ['..\\conf\\key ward#1.yaml', 'conf/key%20ward%231.yaml'],
    ['C:/conf/keyward.yaml', 'conf/keyward.yaml'],
    ['/etc/keyward.yaml', 'etc/keyward.yaml'],
    ['https://example.com/k.yaml', 'https%3A/example.com/k.yaml'],
    ['..', 'keyward.yaml'],
  ])('with the configuration %j results lie in %s', (config, uri) => {
    const report = reportOf([findingOf({ rule: 'a' })], { run: { ...cleanReport.run, config } });
    expect(runOf(report).results[0]!.locations[0].physicalLocation.artifactLocation.uri).toBe(uri);
  });

  test.each(NAMES)('%s says whether it is complete, and every gap', name => {
    const report = REPORTS[name]!;
    const [{ executionSuccessful, toolExecutionNotifications: told }] = runOf(report).invocations;
    expect(executionSuccessful).toBe(report.run.complete);
    expect(told.some(({ descriptor }) => descriptor.id === 'incomplete')).toBe(!report.run.complete);
    for (const state of ['blind', 'partial']) {
      const gaps = report.coverage.filter(gap => gap.state === state);
      expect(told.filter(({ descriptor }) => descriptor.id === state)).toHaveLength(gaps.length);
    }
  });

  test('a clean report has no results, which closes what was open', () => {
    const { results, invocations } = runOf(cleanReport);
    expect(results).toEqual([]);
    expect(invocations).toEqual([{ executionSuccessful: true, toolExecutionNotifications: [] }]);
  });

  test('more than GitHub takes are cut off behind the worst, are counted, and fit', () => {
    const findings = Array.from({ length: 26_000 }, (_, i) =>
      findingOf({
        rule: 'long-lived-key',
        severity: i < 10 ? 'critical' : 'low',
        credential: keyOf(`AKIAKEXAMPLE${String(i).padStart(8, '0')}`, `bot-${i}`, i % 900),
        message: `Created ${i % 900} days ago; the limit is 90.`,
        remediation: {
          summary: 'Create a second key, move its users over, disable this one, then delete it.',
          commands: [`aws iam update-access-key --user-name bot-${i} --status Inactive`],
        },
      }),
    );
    const report = reportOf(findings, { suppressed: smallReport.suppressed });
    const { results, invocations } = runOf(report);
    expect(results).toHaveLength(25_000);
    expect(results.slice(0, 10).every(({ level }) => level === 'error')).toBe(true);
    expect(invocations[0].toolExecutionNotifications.map(({ message }) => message.text)).toContain(
      '1,001 results are left out: GitHub takes no more than 25,000 in a run.',
    );
    expect(gzipSync(render(report)).length).toBeLessThan(10 * 1024 * 1024);
  });
});

test.each([
  ['user/alice@example.com read it', 'user/a…@example.com read it'],
  ['by alice.b+x@mail.example.com.', 'by a…@mail.example.com.'],
  ['(bob@example.com)', '(b…@example.com)'],
  ['from 198.51.100.7, 203.0.113.250', 'from 198.51.100.x, 203.0.113.x'],
  ['198.51.100.7.', '198.51.100.x.'],
  ['from 203.0.113.0/24', 'from 203.0.113.0/24'],
  ['from 2001:db8:1:2:3:4:5:6', 'from 2001:db8:1:x'],
  ['from 2001:db8::7', 'from 2001:db8::x'],
  ['2001:db8::/32', '2001:db8::/32'],
  ['arn:aws:iam::123456789012:user/ci', 'arn:aws:iam::123456789012:user/ci'],
  ['arn:aws:bedrock:eu-central-1:123456789012:x', 'arn:aws:bedrock:eu-central-1:123456789012:x'],
  ['19 Nov 02:14:00 – 03:58:01', '19 Nov 02:14:00 – 03:58:01'],
  ['anthropic.claude-opus-4-7 @ 3', 'anthropic.claude-opus-4-7 @ 3'],
])('%s is told as %s', (text, told) => {
  expect(discreet(text)).toBe(told);
});

test('commands that a name was taken out of are not told', () => {
  const commandsOf = (command: string) =>
    (
      runOf(reportOf([findingOf({ rule: 'a', remediation: { summary: '', commands: [command] } })]))
        .results[0] as unknown as { properties: { commands: readonly string[] } }
    ).properties.commands;
  expect(commandsOf('aws iam x --user-name ci')).toEqual(['aws iam x --user-name ci']);
  expect(commandsOf('aws iam x --user-name alice@example.com')).toEqual([]);
});
