import type { Finding, Severity } from '../src/model/finding.ts';
import fc from 'fast-check';
import { test } from 'vitest';
import type { Report } from '../src/model/report.ts';
import { DAY, HOUR } from '../src/time.ts';
import {
  anyText,
  cleanReport,
  findingOf,
  findingsReport,
  hostileReport,
  incompleteReport,
  keyOf,
  NOW,
  reportOf,
  weeklyReport,
} from './report-fixtures.ts';

export const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** A finding of each severity, all of one rule and each about a key of its own. */
const graded: readonly Finding[] = SEVERITIES.map((severity, i) =>
  findingOf({
    rule: 'long-lived-key',
    family: 'lifetime',
    severity,
    title: 'Old key',
    credential: keyOf(`AKIAGEXAMPLE0000000${i}`, `bot-${i}`, 100 * (5 - i)),
    episodes: [{ from: NOW - DAY, until: NOW }],
    message: `Created ${100 * (5 - i)} days ago; the limit is 90.`,
  }),
);

/** A report with one of everything, small enough to be read whole. */
export const smallReport: Report = reportOf(
  [
    findingOf({
      fingerprint: '3f9c2a7d01b45e68',
      rule: 'token-burst',
      severity: 'high',
      title: 'Burst of calls',
      status: 'recurred',
      credential: keyOf('AKIAIOSFODNN7EXAMPLE', 'ci', 212),
      episodes: [{ from: NOW - DAY, until: NOW - DAY + HOUR }],
      message: '412 calls in the 00:00 hour, from 198.51.100.7 and 203.0.113.0/24.',
      corroboratedBy: ['unusual-geography'],
      remediation: {
        summary: 'Ask alice@example.com; else disable the key.',
        commands: ['aws iam update-access-key --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive --user-name ci'],
      },
      references: ['https://docs.aws.amazon.com/bedrock/'],
    }),
    findingOf({
      fingerprint: 'c04e11d2a9b87f35',
      rule: 'crowded-network',
      family: 'campaign',
      status: 'known',
      title: 'Crowded network',
      subject: '198.51.100.0/24',
      members: ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE'],
      message: '2 principals were first seen on 198.51.100.0/24.',
      remediation: { summary: 'Declare the network.', commands: [] },
    }),
  ],
  {
    run: { ...cleanReport.run, complete: false, config: 'ops/keyward.yaml', remarks: ['1 file was skipped'] },
    sources: [{ ...cleanReport.sources[0]!, complete: false, note: 'logs/a.json.gz: ends in the middle' }],
    coverage: [
      { rule: 'token-burst', source: 'logs/', state: 'partial', reason: 'no token counts' },
      { rule: 'crowded-network', source: 'logs/', state: 'evaluated', reason: '' },
      { rule: 'long-lived-key', source: 'logs/', state: 'evaluated', reason: '' },
      { rule: 'dormant-key', source: 'logs/', state: 'partial', reason: 'no key inventory' },
      { rule: 'impossible-travel', source: 'logs/', state: 'blind', reason: 'no cities' },
    ],
    suppressed: [
      {
        fingerprint: '8d13f0aa5c72e946',
        rule: 'off-schedule',
        owner: 'bob@example.com',
        reason: 'migration',
        expires: '2026-12-31',
      },
    ],
    resolved: [{ fingerprint: '77aa', rule: 'token-burst', subject: 'AKIAOEXAMPLE00000001', lastSeen: NOW - 9 * DAY }],
  },
);

/** What every format is tried on. */
export const REPORTS: Readonly<Record<string, Report>> = {
  clean: cleanReport,
  graded: reportOf(graded),
  findings: findingsReport,
  incomplete: incompleteReport,
  hostile: hostileReport,
  weekly: weeklyReport,
  small: smallReport,
};

/** A report in which every text that a log could bring is this one. */
export function reportWith(text: string): Report {
  const findings = (['critical', 'medium', 'info'] as const).map((severity, i) =>
    findingOf({
      fingerprint: `000000000000000${i}`,
      rule: 'token-burst',
      severity,
      subject: `${text}${i}`,
      title: text,
      message: text,
      members: [text],
      credential: i === 1 ? null : { ...keyOf(text, text), owner: text, account: text },
      corroboratedBy: [text],
      remediation: { summary: text, commands: [text] },
      references: [text],
    }),
  );
  const [source] = cleanReport.sources;
  return reportOf(findings, {
    run: { ...cleanReport.run, complete: false, config: text, remarks: [text] },
    sources: [{ ...source!, id: text, complete: false, note: text, remarks: [text] }],
    coverage: [
      { rule: 'token-burst', source: text, state: 'blind', reason: text },
      { rule: 'dormant-key', source: text, state: 'partial', reason: text },
    ],
    suppressed: [{ fingerprint: 's', rule: 'token-burst', owner: text, reason: text, expires: text }],
  });
}

/** Texts that mean something to one format or another. */
export const TRICKS: readonly string[] = [
  '\n::error::forged',
  '::stop-commands::x',
  '##[error]forged',
  '%0A::warning::forged',
  ',line=2,title=forged::',
  ']]><failure/>',
  '"/><skipped/><x y="',
  '<!--',
  '&lt;&#0;',
  '\ufffe\uffff',
  '\u001b[31m\u0000\u202e',
  '[click](https://example.com/)',
  '{0} {1:x}',
  '../../../etc/passwd',
  'C:\\temp\\keyward.yaml',
  'https://example.com/x',
  '`$(id)`',
  '',
  ' ',
];

/** Declares the tests that these texts, and any others, stay text wherever a report has text. */
export function testTexts(texts: readonly string[], expectSound: (report: Report) => void): void {
  test.each(texts)('%j stays text', text => {
    expectSound(reportWith(text));
  });

  test('any report is sound', () => {
    fc.assert(
      fc.property(anyText, text => expectSound(reportWith(text))),
      { numRuns: 100 },
    );
  });
}
