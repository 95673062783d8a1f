import { describe, expect, test } from 'vitest';
import { compare, compareWith } from '../src/compare.ts';
import { UserError } from '../src/errors.ts';
import type { Coverage } from '../src/model/coverage.ts';
import type { Episode, Finding } from '../src/model/finding.ts';
import type { Report } from '../src/model/report.ts';
import { json } from '../src/report/json.ts';
import { parseReport, type SavedReport } from '../src/saved-report.ts';
import { type Suppression, suppress } from '../src/suppress.ts';
import { DAY, HOUR } from '../src/time.ts';
import { cleanReport, NOW, weeklyReport } from './report-fixtures.ts';

const BEFORE = NOW - 7 * DAY;
const COVERED: Coverage[] = [{ rule: 'token-burst', source: 'logs', state: 'evaluated', reason: '' }];

const finding = (over: Partial<Finding> = {}): Finding => ({
  fingerprint: 'a'.repeat(16),
  rule: 'token-burst',
  family: 'volume',
  kind: 'signal',
  severity: 'high',
  status: 'new',
  subject: 'AKIAIOSFODNN7EXAMPLE',
  members: [],
  episodes: [{ from: BEFORE - DAY, until: BEFORE - DAY + HOUR }],
  title: 'Burst',
  message: '412 calls.',
  credential: null,
  firstSeen: BEFORE - DAY,
  lastSeen: BEFORE - DAY + HOUR,
  evidence: {},
  examples: [],
  corroboratedBy: [],
  remediation: { summary: '', commands: [] },
  references: [],
  ...over,
});

const seen = (...episodes: readonly Episode[]): Partial<Finding> => ({
  episodes,
  firstSeen: episodes[0]!.from,
  lastSeen: episodes.at(-1)!.until,
});

const saved = (...findings: readonly Finding[]): SavedReport => ({
  now: BEFORE,
  complete: true,
  coverage: COVERED,
  findings,
  resolved: [],
  suppressed: new Set(),
});

const later = (...findings: readonly Finding[]) => ({
  complete: true,
  coverage: COVERED,
  findings,
  hidden: new Set<string>(),
});

const OLD = { from: BEFORE - DAY, until: BEFORE - DAY + HOUR };

describe('a finding', () => {
  test.each<[string, Partial<Finding> | null, Partial<Finding>, Finding['status']]>([
    ['that was not there is new', null, {}, 'new'],
    ['that was there is known', {}, {}, 'known'],
    ['whose episode goes on is known', {}, seen({ from: OLD.from, until: NOW }), 'known'],
    ['with another episode since is back', {}, seen(OLD, { from: BEFORE + DAY, until: BEFORE + 2 * DAY }), 'recurred'],
    [
      'with an episode that came to light late is back',
      seen({ from: BEFORE - 9 * DAY, until: BEFORE - 9 * DAY }),
      seen({ from: BEFORE - 9 * DAY, until: BEFORE - 9 * DAY }, OLD),
      'recurred',
    ],
    [
      'of the same day is no other',
      seen({ from: OLD.from - 2 * HOUR, until: OLD.from - HOUR }),
      seen({ from: OLD.from - 2 * HOUR, until: OLD.until }),
      'known',
    ],
    [
      'that is a fact is known as long as it is so',
      { kind: 'fact' },
      { kind: 'fact', ...seen({ from: NOW, until: NOW }) },
      'known',
    ],
  ])('%s', (_, before, after, status) => {
    const earlier = saved(...(before === null ? [] : [finding(before)]));
    expect(compare(earlier, later(finding(after))).findings.map(each => each.status)).toEqual([status]);
  });
});

describe('what is gone', () => {
  const names = ({ resolved, unsought }: ReturnType<typeof compare>) => [resolved.length, unsought.length];

  test.each<[string, Partial<ReturnType<typeof later>>, readonly [number, number]]>([
    ['is resolved where it was looked for', {}, [1, 0]],
    ['is not where the run is incomplete', { complete: false }, [0, 1]],
    ['is not where the rule is blind', { coverage: [{ ...COVERED[0]!, state: 'blind' }] }, [0, 1]],
    ['is not where the rule is off', { coverage: [] }, [0, 1]],
    ['is not where it is suppressed', { hidden: new Set(['a'.repeat(16)]) }, [0, 0]],
  ])('%s', (_, over, expected) => {
    expect(names(compare(saved(finding()), { ...later(), ...over }))).toEqual(expected);
  });
});

test.each<[string, Partial<Finding>, Partial<Finding>, number]>([
  ['a graver finding', { severity: 'medium' }, {}, 1],
  ['a signal that is told otherwise', { message: '300 calls.' }, {}, 1],
  ['a fact that only grows older', { kind: 'fact', message: '90 days' }, { kind: 'fact', message: '97 days' }, 0],
  ['nothing', {}, {}, 0],
])('what changed: %s', (_, before, after, count) => {
  expect(compare(saved(finding(before)), later(finding(after))).changed).toHaveLength(count);
});

test('a report that is held against an earlier one counts and remarks', () => {
  const base = { ...cleanReport, coverage: COVERED };
  const report: Report = { ...base, findings: [finding(), finding({ fingerprint: 'b'.repeat(16) })] };
  const gone = [finding({ fingerprint: 'c'.repeat(16) }), finding({ fingerprint: 'd'.repeat(16), rule: 'shared-key' })];
  const compared = compareWith(report, saved(finding(), ...gone));
  expect(compared.summary).toMatchObject({ new: 1, known: 1, resolved: 1 });
  expect(compared.resolved.map(({ fingerprint }) => fingerprint[0])).toEqual(['c']);
  expect(compared.run.remarks).toEqual([
    '1 finding of the earlier report could not be looked for: not everything was read, or the rule is blind or off',
  ]);
});

describe('a saved report', () => {
  const text = [...json.render(weeklyReport, { width: 80, color: false })].join('');
  type Fields = Record<string, unknown> & { findings: Record<string, unknown>[] };
  const spoiled = (spoil: (report: Fields) => void): string => {
    const report = JSON.parse(text) as Fields;
    spoil(report);
    return JSON.stringify(report);
  };

  test('says what the report said', () => {
    expect(parseReport(text, 'r.json').findings).toEqual(weeklyReport.findings);
  });

  test.each<[string, string, string]>([
    ['no JSON', '{', 'it is not JSON'],
    ['cut', text.slice(0, -20), 'it is not JSON'],
    ['a list', '[]', 'the file is not an object'],
    ['of another program', '{"version":"2.1.0","runs":[]}', 'its schema is not keyward.report/1'],
    [
      'of another version',
      spoiled(report => (report['schema'] = 'keyward.report/2')),
      'its schema is not keyward.report/1',
    ],
    ['without findings', spoiled(report => (report.findings = null as never)), 'findings is not a list'],
    [
      'a finding of no severity',
      spoiled(report => (report.findings[0]!['severity'] = 'grave')),
      'findings[0].severity is not one of critical, high, medium, low, info',
    ],
    ['a time that is none', spoiled(report => (report['run'] = { now: 'soon' })), 'run.now is not a time'],
  ])('%s is refused', (_, given, why) => {
    expect(() => parseReport(given, 'r.json')).toThrow(
      new UserError(`r.json is not a report of keyward: ${why}`, 'Give one that was written with --out json=FILE.'),
    );
  });
});

describe('a suppression', () => {
  const PAST = '2026-11-19';
  const held = (over: Partial<Suppression> = {}): Suppression => ({
    fingerprint: 'a'.repeat(16),
    owner: 'platform@example.com',
    reason: 'a load test',
    expires: '2027-01-31',
    ...over,
  });
  const byName = { fingerprint: undefined as never, rule: 'token-burst', subject: 'AKIAIOSFODNN7EXAMPLE' };
  const report = (...findings: readonly Finding[]): Report => ({ ...cleanReport, findings });
  const ended = `the suppression of ${'a'.repeat(16)} by platform@example.com ended on ${PAST}: it is told again`;
  const stale = `the suppression of ${'a'.repeat(16)} by platform@example.com matches nothing: remove it`;

  test.each<[string, Suppression, Finding, readonly string[], boolean]>([
    ['by fingerprint', held(), finding(), [], true],
    ['by rule and subject', held(byName), finding(), [], true],
    ['that expired', held({ expires: PAST }), finding(), [ended], false],
    ['on its last day', held({ expires: '2026-11-20' }), finding(), [], true],
    [
      'of a signal that came again later',
      held({ until: '2026-11-13' }),
      finding(seen(OLD, { from: NOW - DAY, until: NOW - DAY })),
      [],
      false,
    ],
    ['of a signal that did not', held({ until: '2026-11-13' }), finding(), [], true],
    [
      'of a fact, whenever it is so',
      held({ until: '2026-11-13' }),
      finding({ kind: 'fact', ...seen({ from: NOW, until: NOW }) }),
      [],
      true,
    ],
    ['of something else', held(), finding({ fingerprint: 'b'.repeat(16) }), [stale], false],
  ])('%s', (_, suppression, given, remarks, isSuppressed) => {
    const told = suppress(report(given), [suppression]);
    expect({ remarks: told.run.remarks, found: told.findings.length, left: told.suppressed.length }).toEqual({
      remarks,
      found: isSuppressed ? 0 : 1,
      left: isSuppressed ? 1 : 0,
    });
    expect(told.summary).toMatchObject({ suppressed: isSuppressed ? 1 : 0, new: isSuppressed ? 0 : 1 });
  });

  test('is not called stale where not everything was read', () => {
    const { run } = cleanReport;
    const told = suppress({ ...report(), run: { ...run, complete: false } }, [held()]);
    expect(told.run.remarks).toEqual([]);
  });
});
