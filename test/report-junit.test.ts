import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../src/model/report.ts';
import { junit } from '../src/report/junit.ts';
import { xmlText } from '../src/report/plain.ts';
import { HIDDEN, REPORTS, reportWith, smallReport, TRICKS } from './report-cases.ts';
import { anyText, cleanReport, findingOf, hostileReport, reportOf } from './report-fixtures.ts';
import { type Element, parseXml } from './xml.ts';

const NAMES = Object.keys(REPORTS);

const render = (report: Report): string => [...junit.render(report, { width: 80, color: false })].join('');

interface Test {
  readonly suite: string;
  readonly name: string;
  /** The element that says what came of it; 'passed' without one. */
  readonly outcome: string;
  readonly message: string;
}

/** The tests of a report, once its XML is found to be what CI systems read. */
function testsOf(report: Report): Test[] {
  const rendered = render(report);
  expect(rendered.replaceAll('\n', '')).not.toMatch(HIDDEN);
  const root = parseXml(rendered);
  expect(root.name).toBe('testsuites');
  const tests = root.children.flatMap(suiteTests);
  expectCounts(root, tests);
  return tests;
}

/** As the schema of Jenkins has it: tests first, each with at most one outcome, and then what is beside them. */
function suiteTests(suite: Element): Test[] {
  expect(suite.name).toBe('testsuite');
  expect(Object.keys(suite.attributes)).toEqual([
    'name',
    'tests',
    'failures',
    'errors',
    'skipped',
    'time',
    'timestamp',
  ]);
  expect(suite.attributes.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  expect(suite.children.map(({ name }) => name).join(' ')).toMatch(/^(testcase ?)*(system-out)?$/);
  const tests = suite.children.filter(({ name }) => name === 'testcase').map(testOf);
  expectCounts(suite, tests);
  for (const test of tests) expect(`keyward.${suite.attributes.name}`).toBe(test.suite);
  return tests;
}

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  failure: ['type', 'message'],
  error: ['type', 'message'],
  skipped: ['message'],
};

function testOf({ attributes, children }: Element): Test {
  expect(Object.keys(attributes)).toEqual(['classname', 'name', 'time']);
  expect(children.length).toBeLessThanOrEqual(1);
  const [outcome] = children;
  if (outcome !== undefined) {
    expect(Object.keys(outcome.attributes)).toEqual(ATTRIBUTES[outcome.name]);
    expect(outcome.children).toEqual([]);
  }
  return {
    suite: attributes.classname!,
    name: attributes.name!,
    outcome: outcome?.name ?? 'passed',
    message: outcome?.attributes.message ?? '',
  };
}

function expectCounts({ attributes }: Element, tests: readonly Test[]): void {
  const count = (outcome: string) => String(tests.filter(test => test.outcome === outcome).length);
  expect(attributes).toMatchObject({
    tests: String(tests.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  });
}

describe('junit', () => {
  test.each(NAMES)('%s: every finding fails, and no more', name => {
    const report = REPORTS[name]!;
    const failures = testsOf(report).filter(({ outcome }) => outcome === 'failure');
    expect(failures).toHaveLength(report.findings.length);
  });

  test.each(NAMES)('%s: what is blind is skipped, and a rule that found something never passes', name => {
    const report = REPORTS[name]!;
    const tests = testsOf(report);
    const blind = report.coverage.filter(({ state }) => state === 'blind');
    const skipped = tests.filter(({ message }) => message.startsWith('blind: '));
    expect(skipped).toHaveLength(blind.length);
    expect(new Set(skipped.map(({ outcome }) => outcome))).toEqual(new Set(blind.length === 0 ? [] : ['skipped']));
    const loud = new Set([...report.findings, ...report.suppressed].map(({ rule }) => `keyward.${rule}`));
    expect(tests.filter(({ suite, outcome }) => outcome === 'passed' && loud.has(suite))).toEqual([]);
  });

  test.each(NAMES)('%s: what was not read is an error', name => {
    const { run, sources } = REPORTS[name]!;
    const errors = testsOf(REPORTS[name]!).filter(({ outcome }) => outcome === 'error');
    const unread = sources.filter(({ complete }) => !complete).length;
    expect(errors).toHaveLength(run.complete ? unread : unread + 1);
  });

  // Hostile names alike in all that is shown are told apart by fingerprints, which are short hashes in a real report.
  test.each(NAMES.filter(name => name !== 'hostile'))('%s: no test hides another', name => {
    const names = testsOf(REPORTS[name]!).map(({ suite, name }) => `${suite} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('a small report, whole', async () => {
    await expect(render(smallReport)).toMatchFileSnapshot('snapshots/report/junit-small.xml');
  });

  test('a small report, test by test', () => {
    expect(testsOf(smallReport).map(({ suite, name, outcome }) => `${suite} ${name}: ${outcome}`)).toEqual([
      'keyward.token-burst AKIAIOSFODNN7EXAMPLE: failure',
      'keyward.crowded-network 198.51.100.0/24: failure',
      'keyward.off-schedule suppressed 8d13f0aa5c72e946: skipped',
      'keyward.long-lived-key logs/: passed',
      'keyward.dormant-key logs/ (only part was seen): passed',
      'keyward.impossible-travel logs/: skipped',
      'keyward.run complete: error',
      'keyward.run source logs/: error',
    ]);
  });

  test.each<[title: string, report: Report, outcome: string]>([
    ['a full look', cleanReport, 'passed'],
    ['a run that ended early', { ...cleanReport, run: { ...cleanReport.run, complete: false } }, 'error'],
    ['no word on what could be seen', { ...cleanReport, coverage: [] }, 'skipped'],
    ['nothing to judge', { ...cleanReport, summary: { ...cleanReport.summary, events: 0, credentials: 0 } }, 'skipped'],
  ])('%s', (_, report, outcome) => {
    expect(testsOf(report).find(({ name }) => name === 'complete')!.outcome).toBe(outcome);
  });

  test('subjects that look alike stay apart', () => {
    const long = 'x'.repeat(3000);
    const alike = ['1', '2'].map(end => findingOf({ rule: 'a', subject: `${long}${end}`, fingerprint: `f${end}` }));
    const names = testsOf(reportOf([...alike, findingOf({ rule: 'a', subject: 'b' })])).map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual([`${'x'.repeat(199)}… [f1]`, `${'x'.repeat(199)}… [f2]`, 'b']);
  });

  test.each(TRICKS)('%j is obeyed by nobody', text => {
    expect(testsOf(reportWith(text)).map(({ outcome }) => outcome)).toEqual(OUTCOMES);
  });

  test('any report can be read', () => {
    fc.assert(
      fc.property(anyText, text => {
        expect(testsOf(reportWith(text)).map(({ outcome }) => outcome)).toEqual(OUTCOMES);
      }),
      { numRuns: 60 },
    );
  });

  test('a huge name or note stays bounded', () => {
    expect(render(hostileReport).length).toBeLessThan(100_000);
    expect(render(reportWith('x'.repeat(1e6))).length).toBeLessThan(100_000);
  });
});

/** Of a report with one text everywhere: its findings, what is suppressed, blind, partial, and the run. */
const OUTCOMES = ['failure', 'failure', 'failure', 'skipped', 'skipped', 'passed', 'error', 'error'];

test.each([
  ['a&b<c>"d\'', 'a&amp;b&lt;c&gt;&quot;d&#39;'],
  ['\ufffe\uffff', '\\u{fffe}\\u{ffff}'],
  ['\u0000\u001b\ud800', '\\x00\\x1b\\u{d800}'],
  ['漢字 😀', '漢字 😀'],
])('%j in XML is %s', (text, escaped) => {
  expect(xmlText(text)).toBe(escaped);
});
