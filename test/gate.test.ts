import { expect, test } from 'vitest';
import { countGated, exitStatus, FAIL_ON, type FailOn, type GateScope, isAtLeast } from '../src/gate.ts';
import type { CoverageState } from '../src/model/coverage.ts';
import type { Finding, Severity } from '../src/model/finding.ts';
import type { Report } from '../src/model/report.ts';
import { SEVERITIES } from '../src/severity.ts';

interface Case {
  readonly severities?: readonly Severity[];
  readonly status?: Finding['status'];
  readonly gate?: GateScope;
  readonly complete?: boolean;
  readonly states?: readonly CoverageState[];
  readonly failOn?: FailOn;
  readonly failOnBlind?: boolean;
  readonly interrupted?: boolean;
  readonly isWritten?: boolean;
}

function reportOf({ severities = [], status = 'new', complete = true, states = [] }: Case): Report {
  return {
    run: { now: 0, since: null, until: null, complete },
    coverage: states.map((state, i) => ({ rule: `rule-${i}`, source: 'logs', state, reason: '' })),
    findings: severities.map(severity => ({ severity, status })),
  } as unknown as Report;
}

test.each<[string, Case, number]>([
  ['clean', {}, 0],
  ['below the gate', { severities: ['medium', 'low'] }, 0],
  ['at the gate', { severities: ['high'] }, 1],
  ['above the gate', { severities: ['low', 'critical'] }, 1],
  ['at a lower gate', { severities: ['low'], failOn: 'low' }, 1],
  ['info never gates', { severities: ['info'], failOn: 'low' }, 0],
  ['known', { severities: ['critical'], status: 'known' }, 0],
  ['known, where all gate', { severities: ['critical'], status: 'known', gate: 'all' }, 1],
  ['come again', { severities: ['critical'], status: 'recurred' }, 1],
  ['no gate', { severities: ['critical'], failOn: 'none' }, 0],
  ['incomplete', { complete: false }, 3],
  ['incomplete and below the gate', { complete: false, severities: ['medium'] }, 3],
  ['incomplete without a gate', { complete: false, severities: ['critical'], failOn: 'none' }, 3],
  ['the gate wins over incomplete', { complete: false, severities: ['high'] }, 1],
  ['blind, and nobody minds', { states: ['evaluated', 'blind'] }, 0],
  ['blind, and somebody minds', { states: ['evaluated', 'blind'], failOnBlind: true }, 3],
  ['partial is not blind', { states: ['evaluated', 'partial'], failOnBlind: true }, 0],
  ['the gate wins over blind', { states: ['blind'], failOnBlind: true, severities: ['critical'] }, 1],
  ['a report that could not be written', { isWritten: false }, 3],
  ['the gate wins over that', { isWritten: false, severities: ['high'] }, 1],
  ['interrupted wins over all', { interrupted: true, complete: false, severities: ['critical'] }, 130],
  ['interrupted when all was read', { interrupted: true }, 130],
])('%s', (_, given, expected) => {
  const { failOn = 'high', gate = 'new', failOnBlind = false, interrupted = false, isWritten = true } = given;
  expect(exitStatus(reportOf(given), { failOn, gate, failOnBlind, interrupted, isWritten })).toBe(expected);
});

test('how many findings reach each gate', () => {
  const report = reportOf({ severities: [...SEVERITIES, 'high'] });
  expect(FAIL_ON.map(failOn => [failOn, countGated(report, { failOn, gate: 'new' })])).toEqual([
    ['none', 0],
    ['low', 5],
    ['medium', 4],
    ['high', 3],
    ['critical', 1],
  ]);
});

test('severities stand in order', () => {
  expect(SEVERITIES.map(severity => SEVERITIES.filter(least => isAtLeast(severity, least)))).toEqual([
    ['critical', 'high', 'medium', 'low', 'info'],
    ['high', 'medium', 'low', 'info'],
    ['medium', 'low', 'info'],
    ['low', 'info'],
    ['info'],
  ]);
});
