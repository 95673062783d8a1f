import type { RegisterRow } from '../../model/register.ts';
import type { Report, SourceReport } from '../../model/report.ts';
import { isoOf } from '../dates.ts';
import { csvField } from '../plain.ts';
import { defineReporter } from '../reporter.ts';

type Cell = (row: RegisterRow, sources: readonly SourceReport[]) => string;

const whole = (count: number | null): string => (count === null ? '' : String(count));
const instant = (at: number | null): string => (at === null ? '' : isoOf(at));
const listed = (items: readonly string[] | null): string => (items ?? []).join('; ');

/** The columns, in order; a new one goes to the end, so that nobody's sheet moves. */
const COLUMNS: readonly (readonly [name: string, cell: Cell])[] = [
  ['id', row => row.id],
  ['name', row => row.name],
  ['hint', row => row.hint],
  ['provider', row => row.provider],
  ['kind', row => row.kind],
  ['holder', row => row.holder],
  ['owner', row => row.owner],
  ['account', row => row.account],
  ['scope', row => row.scope],
  ['created', row => instant(row.createdAt)],
  ['age_days', row => whole(row.ageDays)],
  ['expires', row => instant(row.expiresAt)],
  ['active', row => (row.active === null ? '' : row.active ? 'yes' : 'no')],
  ['first_used', row => instant(row.firstUsedAt)],
  ['last_used', row => instant(row.lastUsedAt)],
  ['uses', row => whole(row.uses)],
  ['calls', row => whole(row.calls)],
  ['tokens_in', row => whole(row.tokensIn)],
  ['tokens_out', row => whole(row.tokensOut)],
  ['cost_usd', row => (row.microUsd === null ? '' : String(row.microUsd / 1e6))],
  ['places', row => listed(row.places?.map(({ country, uses }) => `${country} ${uses}`) ?? null)],
  ['networks', row => whole(row.networks)],
  ['models', row => listed(row.models)],
  ['sources', (row, sources) => listed(row.sources.map(position => sources[position]!.id))],
  ['also_seen_as', row => listed(row.alsoSeenAs)],
  ['replaces', row => row.replaces ?? ''],
  ['replaced_by', row => row.replacedBy ?? ''],
  ['remarks', row => listed(row.remarks.map(({ text }) => text))],
];

/** The register as a table for spreadsheets. */
export const csv = defineReporter({
  id: 'csv',
  title: 'CSV',
  description: 'For a spreadsheet: a row for each key. RFC 4180 in UTF-8, and no cell is a formula.',
  file: 'keys.csv',
  render: renderCsv,
});

function* renderCsv({ register, sources }: Report): Generator<string> {
  yield `${COLUMNS.map(([name]) => name).join(',')}\r\n`;
  for (const row of register?.rows ?? [])
    yield `${COLUMNS.map(([, cell]) => csvField(cell(row, sources))).join(',')}\r\n`;
}
