import { describe, expect, test } from 'vitest';
import { schemas, type TableName } from '../src/collect/azure/schema.ts';
import { createTaker } from '../src/collect/azure/table-rows.ts';
import { type LogTable, logTables } from '../src/collect/azure/tables.ts';
import { openGeo } from '../src/geo.ts';
import { encode, openLedger } from '../src/ledger.ts';
import type { Batch } from '../src/model/batch.ts';
import { planFor } from '../src/plan.ts';
import { bookOf } from '../src/book.ts';
import { Reading, SourceTally } from '../src/reading.ts';
import { rules } from '../src/rules/index.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import {
  activityRows,
  applicationRows,
  auditRows,
  diagnosticRows,
  gatewayRows,
  ownVaultRows,
  personRows,
  type TableRow,
} from './azure-rows.ts';
import { TEST_NETWORKS } from './judgement.ts';
import { analyse } from './kusto.ts';
import { evaluate, type Relation, type Workspace } from './kusto-group.ts';
import { textOf, ticksOf, type Value } from './kusto-values.ts';

// The grain law for what the queries say: rows that a query groups judge as the rows themselves, byte for byte.

const STRETCH = { from: Date.UTC(2026, 9, 1, 8), until: Date.UTC(2026, 9, 1, 11) };

/** One for every day; continuous integration tries more. */
const SEEDS = process.env.KEYWARD_LONG === undefined ? ['one'] : ['one', 'two', 'three', 'four'];

interface Case {
  readonly tables: readonly TableName[];
  /** Whether the table itself, exported as it is, is a shape that the formats know. */
  readonly isKnownWhole: boolean;
  make(seed: string): Readonly<Partial<Record<TableName, readonly TableRow[]>>>;
}

const one = (table: TableName, make: (seed: string, table: TableName) => TableRow[]): Case => ({
  tables: [table],
  isKnownWhole: true,
  make: seed => ({ [table]: make(seed, table) }),
});

const gateway: Case = {
  tables: ['ApiManagementGatewayLogs', 'ApiManagementGatewayLlmLog'],
  isKnownWhole: false,
  make(seed) {
    const { calls, models } = gatewayRows(seed);
    return { ApiManagementGatewayLogs: calls, ApiManagementGatewayLlmLog: models };
  },
};

const cases: readonly Case[] = [
  one('AzureActivity', activityRows),
  one('AuditLogs', auditRows),
  one('SigninLogs', personRows),
  one('AADNonInteractiveUserSignInLogs', personRows),
  one('AADServicePrincipalSignInLogs', applicationRows),
  one('AADManagedIdentitySignInLogs', applicationRows),
  one('AzureDiagnostics', diagnosticRows),
  one('AZKVAuditLogs', ownVaultRows),
  gateway,
];

const logsOf = ({ tables }: Case): readonly LogTable[] =>
  logTables.filter(({ name }) => tables.includes(name.split(' ', 1)[0] as TableName));

test('every log is tried', () => {
  expect(cases.flatMap(logsOf).map(({ name }) => name)).toEqual(logTables.map(({ name }) => name));
});

describe.each(cases.flatMap(tried => SEEDS.map(seed => ({ tried, seed, name: tried.tables.join(' and ') }))))(
  '$name, $seed',
  ({ tried, seed }) => {
    const tables = tried.make(seed);
    const workspace = workspaceOf(tables);
    const logs = logsOf(tried);

    test('summarised rows judge as the rows do', async () => {
      const rows = logs.map(log => ask(log, 'rows', workspace));
      const groups = logs.map(log => ask(log, 'groups', workspace));
      const judged = await ledgerOf(logs, rows);
      expect(await ledgerOf(logs, groups)).toBe(judged);
      expect(JSON.parse(judged).profiles.length).toBeGreaterThanOrEqual(3);
      expect(countOf(groups)).toBeLessThan(countOf(rows));
      expect(Math.max(...groups.flatMap(countsOf))).toBeGreaterThan(2);
    });

    test('in whatever slices and parts they are asked for', async () => {
      const whole = await ledgerOf(
        logs,
        logs.map(log => ask(log, 'rows', workspace)),
      );
      const hours = [8, 9, 10].map(hour => ({
        from: Date.UTC(2026, 9, 1, hour),
        until: Date.UTC(2026, 9, 1, hour + 1),
      }));
      const split = logs.map(log => together(hours.map(stretch => ask(log, 'groups', workspace, stretch))));
      expect(await ledgerOf(logs, split)).toBe(whole);
      const parts = logs.map(log =>
        together([0, 1, 2].map(index => ask(log, 'groups', workspace, STRETCH, { index, of: 3 }))),
      );
      expect(await ledgerOf(logs, parts)).toBe(whole);
    });

    if (!tried.isKnownWhole) return;
    test('rows of the query judge as the table itself', async () => {
      const all = Object.values(tables).map(rows => relationOf(rows, columnsIn(rows)));
      const asked = await ledgerOf(
        logs,
        logs.map(log => ask(log, 'rows', workspace)),
      );
      expect(asked).toBe(await ledgerOf([{ record: row => row }], all.map(wired)));
    });
  },
);

test('groups are far fewer than rows where rows are alike', () => {
  const row = { ...activityRows('alike').find(({ CategoryValue }) => CategoryValue === 'Administrative')! };
  const alike = Array.from({ length: 500 }, (_, i) => ({
    ...row,
    ActivityStatusValue: 'Succeeded',
    OperationNameValue:
      i % 2 === 0 ? 'Microsoft.Compute/virtualMachines/start/action' : 'MICROSOFT.COMPUTE/VIRTUALMACHINES/START/ACTION',
    CorrelationId: `00000000-0000-4000-8000-${String(i % 400).padStart(12, '0')}`,
    TimeGenerated: '2026-10-01T08:30:00.0000000Z',
  }));
  const found = ask(logTables[0]!, 'groups', workspaceOf({ AzureActivity: alike }));
  const count = found.columns.indexOf('KeywardCount');
  expect(found.rows.map(cells => cells[count])).toEqual([400]);
});

test.each(logTables)('$name gives nothing of a workspace that does not have it', log => {
  expect(ask(log, 'rows', {}).rows).toEqual([]);
  expect(ask(log, 'groups', {}).rows).toEqual([]);
});

test.each(cases)('rows with a time and nothing else are asked for without an error: $tables', tried => {
  const bare = tried.tables.map(table => [table, [{ TimeGenerated: '2026-10-01T08:30:00.0000000Z' }]] as const);
  for (const log of logsOf(tried))
    for (const manner of ['rows', 'groups'] as const)
      expect(() => ask(log, manner, workspaceOf(Object.fromEntries(bare)))).not.toThrow();
});

/** What comes over the wire. */
interface Wire {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

function ask(
  log: LogTable,
  manner: 'rows' | 'groups',
  workspace: Workspace,
  stretch = STRETCH,
  part?: { index: number; of: number },
): Wire {
  const { root, errors } = analyse(log.query(stretch, manner, part), schemas);
  expect(errors).toEqual([]);
  return wired(evaluate(root, workspace));
}

const wired = ({ columns, rows }: Relation): Wire => ({
  columns,
  rows: rows.map(row => columns.map(column => wire(row[column] ?? null))),
});

const wire = (value: Value): unknown => (typeof value === 'bigint' ? textOf(value) : value);

const together = (parts: readonly Wire[]): Wire => ({
  columns: parts[0]!.columns,
  rows: parts.flatMap(({ rows }) => rows),
});

const countsOf = ({ columns, rows }: Wire): number[] =>
  rows.map(cells => Number(cells[columns.indexOf('KeywardCount')]));

const countOf = (wires: readonly Wire[]): number => wires.reduce((sum, { rows }) => sum + rows.length, 0);

function workspaceOf(tables: Readonly<Partial<Record<TableName, readonly TableRow[]>>>): Workspace {
  const entries = Object.entries(tables) as [TableName, readonly TableRow[]][];
  return Object.fromEntries(entries.map(([table, rows]) => [table, relationOf(rows, columnsIn(rows), schemas[table])]));
}

const columnsIn = (rows: readonly TableRow[]): string[] => [...new Set(rows.flatMap(row => Object.keys(row)))];

/** Cells as Kusto has them: text is never null. */
function relationOf(
  rows: readonly TableRow[],
  columns: readonly string[],
  types: Readonly<Record<string, string>> = {},
): Relation {
  const cell = (row: TableRow, column: string): Value => {
    const value = (row[column] ?? null) as Value;
    const type = types[column];
    if (type === 'datetime') return typeof value === 'string' ? ticksOf(value) : null;
    return type === 'string' || type === 'guid' ? (value ?? '') : value;
  };
  return { columns, rows: rows.map(row => Object.fromEntries(columns.map(column => [column, cell(row, column)]))) };
}

/** The ledger of what some logs gave, without how it was split and without how often it came. */
async function ledgerOf(logs: readonly Pick<LogTable, 'record'>[], wires: readonly Wire[]): Promise<string> {
  const ledger = openLedger(planFor(rules));
  const filter = { until: null, now: Date.UTC(2026, 10, 1), self: new Set<string>(), ownActions: new Set<string>() };
  const reading = new Reading(bookOf(ledger), openGeo({ networks: TEST_NETWORKS }), filter, null);
  const shard = { key: 'all', size: 1 };
  const batches = logs.flatMap((log, i) => batchesOf(log.record, wires[i]!));
  await reading.read(new SourceTally('azure'), opened(batches), shard, () => undefined);
  const { slices: _slices, ...rest } = encode(ledger);
  return JSON.stringify(rest);
}

function batchesOf(record: (row: JsonObject) => JsonObject, { columns, rows }: Wire): Batch[] {
  const taker = createTaker(record);
  const taken = [...taker.take({ columns, rows: JSON.parse(JSON.stringify(rows)) as unknown[], cut: '' })];
  return taken.map(({ batch }) => ({ ...batch, size: 0 }));
}

function opened(batches: readonly Batch[]) {
  return {
    async *shards() {},
    async *read() {
      yield* batches;
      return { complete: true, kind: '', views: null, damage: [], skipped: false };
    },
  };
}
