import type { Report } from '../model/report.ts';
import { COLUMNS, type Row } from './csv/columns.ts';
import { rowsOf } from './csv/rows.ts';
import { csvField } from './plain.ts';
import { defineReporter } from './reporter.ts';

/** The report as a table for spreadsheets. */
export const csv = defineReporter({
  id: 'csv',
  title: 'CSV',
  description:
    'For a spreadsheet: a row for each finding, worst first, then rows for what is suppressed, resolved or not seen, for each ' +
    'source and for the run, told apart by the first column: `keyward audit ./logs --out csv=report.csv`. RFC 4180 in UTF-8, and ' +
    `no cell is a formula. The columns, to which others may be added at the end: ${COLUMNS.map(name => `\`${name}\``).join(', ')}.`,
  file: 'findings.csv',
  render: renderCsv,
});

function* renderCsv(report: Report): Generator<string> {
  yield `${COLUMNS.join(',')}\r\n`;
  for (const row of rowsOf(report)) yield lineOf(row);
}

const lineOf = (row: Row): string => `${COLUMNS.map(name => csvField(row[name] ?? '')).join(',')}\r\n`;
