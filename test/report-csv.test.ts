import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../src/model/report.ts';
import { csv } from '../src/report/csv.ts';
import { csvField } from '../src/report/plain.ts';
import { HIDDEN, REPORTS, reportWith, smallReport, TRICKS } from './report-cases.ts';
import { anyText, cleanReport, findingsReport, incompleteReport } from './report-fixtures.ts';

const NAMES = Object.keys(REPORTS);

const render = (report: Report): string => [...csv.render(report, { width: 80, color: false })].join('');

const COLUMNS =
  'record,severity,status,rule,subject,message,first_seen,last_seen,provider,account,credential,credential_kind,owner,created,' +
  'advice,commands,title,family,kind,members,episodes,corroborated_by,events,evidence,references,fingerprint,incident';

/** The rows as a strict reader finds them: the same number of fields in each, and every quote where it belongs. */
const rowsOf = (text: string): Record<string, string>[] =>
  parse(text, { columns: true, record_delimiter: '\r\n', relax_column_count: false, relax_quotes: false });

/** What a spreadsheet would compute, however the file is cut into cells: by commas, semicolons or tabs. */
const FORMULA = /^["\s]*[=+\-@＝＋－＠]/;

function expectSound(report: Report): void {
  const text = render(report);
  expect(text.startsWith(`${COLUMNS}\r\n`)).toBe(true);
  expect(text.replaceAll('\r\n', '')).not.toMatch(HIDDEN);
  const rows = rowsOf(text);
  expect(rows.filter(({ record }) => record === 'finding')).toHaveLength(report.findings.length);
  const cells = rows.flatMap(row => Object.values(row));
  expect(cells.filter(cell => FORMULA.test(cell) || cell.length > 32_767)).toEqual([]);
  expect(text.split(/[;\t\n]/).filter(cell => FORMULA.test(cell))).toEqual([]);
  expect(rows.at(-1)).toMatchObject({ record: 'run', status: report.run.complete ? 'complete' : 'incomplete' });
}

describe('csv', () => {
  test.each(NAMES)('%s', name => {
    expectSound(REPORTS[name]!);
  });

  test('a small report, whole', async () => {
    await expect(render(smallReport)).toMatchFileSnapshot('snapshots/report/csv-small.csv');
  });

  test.each([...TRICKS, '=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', 'a;=1', '";=1', '＝1', 'a,b', '"', '";"'])(
    '%j stays text',
    text => {
      expectSound(reportWith(text));
    },
  );

  test('any report is sound', () => {
    fc.assert(
      fc.property(anyText, text => expectSound(reportWith(text))),
      { numRuns: 100 },
    );
  });

  test('findings keep their order, and those of one incident their leader', () => {
    const rows = rowsOf(render(findingsReport)).filter(({ record }) => record === 'finding');
    expect(rows.map(({ fingerprint }) => fingerprint)).toEqual(findingsReport.findings.map(f => f.fingerprint));
    const stolen = rows.filter(({ credential }) => credential === 'AKIAQ3EXAMPLEKEY7Q2M');
    expect(stolen).toHaveLength(4);
    expect(new Set(stolen.map(({ incident }) => incident))).toEqual(
      new Set(['two-places-at-once AKIAQ3EXAMPLEKEY7Q2M']),
    );
  });

  test('what was not seen is told, and never as evaluated', () => {
    const told = (report: Report) =>
      rowsOf(render(report)).flatMap(({ record, status, rule, subject }) =>
        record === 'finding' ? [] : [[record, status, rule, subject]],
      );
    expect(told(cleanReport)).toEqual([
      ['source', 'complete', '', 'logs/'],
      ['run', 'complete', '', ''],
    ]);
    const gaps = incompleteReport.coverage.map(({ state, rule, source }) => ['not seen', state, rule, source]);
    expect(told(incompleteReport)).toEqual([
      ...gaps,
      ['source', 'incomplete', '', 'logs/'],
      ['source', 'incomplete', '', 'litellm/spend-2026-11.jsonl'],
      ['run', 'incomplete', '', ''],
    ]);
    expect(rowsOf(render(incompleteReport)).at(-1)!.message).toContain('2 sources not read to the end');
  });

  test('its columns are documented', () => {
    expect([...csv.description.matchAll(/`(\w+)`/g)].map(([, name]) => name).join()).toBe(COLUMNS);
  });
});

test.each([
  ['plain', 'plain'],
  ['a "b"', '"a ""b"""'],
  ['=1', "'=1"],
  ['a; -b', `"a;' -b"`],
  ['a-b=c', 'a-b=c'],
  ['a\r\nb', 'a\\x0d\\x0ab'],
  [' a', '" a"'],
  ['', ''],
])('%j as a field', (text, field) => {
  expect(csvField(text)).toBe(field);
});
