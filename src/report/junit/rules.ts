import { groupBy } from '../../group.ts';
import type { Coverage } from '../../model/coverage.ts';
import type { Finding } from '../../model/finding.ts';
import type { Report, SuppressedFinding } from '../../model/report.ts';
import { aboutText } from '../digest/headline.ts';
import { tame, tameName } from '../digest/tame.ts';
import { factsOf, isCompared, membersText, STATUS_WORDS, whenText } from '../digest/telling.ts';
import { plain } from '../plain.ts';
import type { Case, Suite } from './suite.ts';

/** A suite for each rule: those with findings first, worst first, and then the others as they were judged. */
export function ruleSuites(report: Report): Suite[] {
  const findings = groupBy(report.findings, ({ rule }) => rule);
  const suppressed = groupBy(report.suppressed, ({ rule }) => rule);
  const coverage = groupBy(report.coverage, ({ rule }) => rule);
  const rules = new Set([...findings.keys(), ...suppressed.keys(), ...coverage.keys()]);
  return [...rules].map(rule => {
    const found = [
      ...findingCases(findings.get(rule) ?? [], report),
      ...(suppressed.get(rule) ?? []).map(suppressedCase),
    ];
    const seen = coverage.get(rule) ?? [];
    const sources = seen.filter(({ state }) => found.length === 0 || state === 'blind').map(sourceCase);
    return { name: tameName(rule) || '(unnamed)', cases: [...found, ...sources], lines: partialLines(seen) };
  });
}

function findingCases(findings: readonly Finding[], report: Report): Case[] {
  const told = findings.map(tame);
  const names = told.map(({ subject }) => subject);
  const times = groupBy(names, name => name);
  return told.map((finding, i) => {
    const name = names[i]!;
    // Two subjects that look alike must stay two tests, or one would hide the other.
    const isAlone = times.get(name)!.length === 1;
    return findingCase(finding, isAlone ? name : `${name} [${tameName(finding.fingerprint)}]`, report);
  });
}

function findingCase(finding: Finding, name: string, report: Report): Case {
  const { severity, message, status, credential, remediation, corroboratedBy, references } = finding;
  const { now } = report.run;
  const lines = [
    `${whenText([finding], now)}${isCompared(report) ? `, ${STATUS_WORDS[status]}` : ''}`,
    credential === null ? '' : `${aboutText(finding)}: ${factsOf(credential, now).join(', ')}`,
    membersText(finding),
    corroboratedBy.length === 0 ? '' : `agreeing: ${corroboratedBy.join(', ')}`,
    remediation.summary,
    ...remediation.commands,
    ...references.map(link => plain(link)),
    `fingerprint: ${tameName(finding.fingerprint)}`,
  ].filter(line => line !== '');
  return { name, outcome: { tag: 'failure', type: severity, message, lines: [message, ...lines] } };
}

function suppressedCase({ fingerprint, owner, reason, expires }: SuppressedFinding): Case {
  const message = `suppressed by ${tameName(owner)} until ${tameName(expires)}: ${tameName(reason)}`;
  return { name: `suppressed ${tameName(fingerprint)}`, outcome: { tag: 'skipped', type: '', message, lines: [] } };
}

/** Nothing was found: what that is worth in one source. */
function sourceCase({ source, state, reason }: Coverage): Case {
  const name = tameName(source) || '(unnamed)';
  if (state === 'evaluated') return { name, outcome: null };
  if (state === 'partial') return { name: `${name} (only part was seen)`, outcome: null };
  return { name, outcome: { tag: 'skipped', type: '', message: `blind: ${reasonText(reason)}`, lines: [] } };
}

const partialLines = (coverage: readonly Coverage[]): string[] =>
  coverage
    .filter(({ state }) => state === 'partial')
    .map(({ source, reason }) => `only part was seen in ${tameName(source)}: ${reasonText(reason)}`);

const reasonText = (reason: string): string => plain(reason) || 'no reason was given';
