import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../src/model/report.ts';
import { gitlab } from '../src/report/gitlab.ts';
import { HIDDEN, REPORTS, reportWith, smallReport, TRICKS } from './report-cases.ts';
import { anyText, cleanReport, incompleteReport } from './report-fixtures.ts';

const NAMES = Object.keys(REPORTS);

const render = (report: Report): string => [...gitlab.render(report, { width: 80, color: false })].join('');

interface Issue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string };
}

const filled = { type: 'string', minLength: 1 };

/** What GitLab reads: it drops whatever stands behind an issue that is not so. */
const schema = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      description: filled,
      check_name: { type: 'string', pattern: '^keyward/.' },
      fingerprint: filled,
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        properties: {
          path: { type: 'string', pattern: '^(?!\\.\\.?/)[^/]' },
          lines: { type: 'object', properties: { begin: { const: 1 } }, required: ['begin'] },
        },
        required: ['path', 'lines'],
      },
    },
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    additionalProperties: false,
  },
};

const ajv = new Ajv({ allErrors: true });
const isValid = ajv.compile(schema);

function issuesOf(report: Report): Issue[] {
  const rendered = render(report);
  expect(rendered.replaceAll('\n', '')).not.toMatch(HIDDEN);
  const issues = JSON.parse(rendered) as Issue[];
  expect(isValid(issues), ajv.errorsText(isValid.errors)).toBe(true);
  return issues;
}

const ORDER = ['blocker', 'critical', 'major', 'minor', 'info'];

describe('gitlab', () => {
  test.each(NAMES)('%s is valid, worst first, and nothing is taken for another', name => {
    const report = REPORTS[name]!;
    const issues = issuesOf(report);
    const found = issues.slice(0, report.findings.length).map(({ severity }) => ORDER.indexOf(severity));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    // Hostile names that differ only behind what is shown make one fingerprint; those of a real report are short hashes.
    if (name !== 'hostile') expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length);
  });

  test.each(NAMES)('%s tells what was not read and not seen', name => {
    const report = REPORTS[name]!;
    const checks = issuesOf(report).map(({ check_name: check }) => check);
    expect(checks.includes('keyward/incomplete')).toBe(!report.run.complete);
    for (const state of ['blind', 'partial'] as const) {
      const sources = new Set(report.coverage.filter(gap => gap.state === state).map(({ source }) => source));
      expect(checks.filter(check => check === `keyward/${state}`)).toHaveLength(sources.size);
    }
    expect(checks.filter(check => check === 'keyward/suppressed')).toHaveLength(report.suppressed.length);
  });

  test('a small report, whole', async () => {
    await expect(render(smallReport)).toMatchFileSnapshot('snapshots/report/gitlab-small.json');
  });

  test('each severity is one of its own', () => {
    expect(issuesOf(REPORTS.graded!).map(({ severity }) => severity)).toEqual(ORDER);
  });

  test('a clean report is an empty list', () => {
    expect(render(cleanReport)).toBe('[]\n');
  });

  test('a gap keeps its fingerprint while its numbers change', () => {
    const fingerprintsOf = (reason: string) =>
      issuesOf({
        ...incompleteReport,
        coverage: incompleteReport.coverage.map(gap => ({ ...gap, reason })),
      }).map(({ fingerprint }) => fingerprint);
    expect(fingerprintsOf('37 of 412 credentials not judged')).toEqual(fingerprintsOf('2 of 9 not judged'));
  });

  test('many reasons are counted', () => {
    const coverage = Array.from({ length: 8 }, (_, i) => ({
      rule: `rule-${i}`,
      source: 'logs/',
      state: 'blind' as const,
      reason: `reason ${i}`,
    }));
    expect(issuesOf({ ...cleanReport, coverage })[0]!.description).toBe(
      'Blind in logs/: rule-0: reason 0; rule-1: reason 1; rule-2: reason 2; rule-3: reason 3; rule-4: reason 4; 3 more gaps',
    );
  });

  test.each(TRICKS)('%j is valid', text => {
    expect(issuesOf(reportWith(text))).toHaveLength(7);
  });

  test('any report is valid', () => {
    fc.assert(
      fc.property(anyText, text => {
        expect(issuesOf(reportWith(text))).toHaveLength(7);
      }),
      { numRuns: 60 },
    );
  });
});
