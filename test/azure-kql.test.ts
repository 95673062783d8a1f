import { describe, expect, test } from 'vitest';
import { type ColumnType, schemas, type TableName } from '../src/collect/azure/schema.ts';
import { logTables } from '../src/collect/azure/tables.ts';
import { analyse, type Database } from './kusto.ts';
import { callOf, find, plain } from './kusto-group.ts';

const DAY = { from: Date.UTC(2026, 9, 1), until: Date.UTC(2026, 9, 2) };
const MANNERS = ['rows', 'groups'] as const;

const workspace: Database = schemas;
const tables = Object.keys(schemas) as TableName[];
const columnsOf = (table: TableName): Readonly<Record<string, ColumnType>> => schemas[table];

const queries = logTables.flatMap(log => MANNERS.map(manner => ({ name: `${log.name}, ${manner}`, log, manner })));

/** The tables that a query names. */
const namedIn = (query: string): TableName[] => tables.filter(table => new RegExp(`\\b${table}\\b`).test(query));

test('every table is asked for', () => {
  expect(new Set(queries.flatMap(({ log }) => namedIn(log.query(DAY, 'rows'))))).toEqual(new Set(tables));
  expect(new Set(logTables.map(({ name }) => name)).size).toBe(logTables.length);
});

describe.each(queries)('$name', ({ log, manner }) => {
  test('binds to the tables of a workspace that has them all', () => {
    const { errors, warnings, columns } = analyse(log.query(DAY, manner), workspace);
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
    expect(columns).toContain('TimeGenerated:datetime');
  });

  test('gives plain values: what is dynamic would come as text of its own, and a guid in a case of its own', () => {
    const { columns } = analyse(log.query(DAY, manner), workspace);
    expect(columns.filter(column => !/:(?:string|long|datetime)$/.test(column))).toEqual([]);
  });

  test('asks for one half-open stretch and, of that, for a part', () => {
    const stretch =
      'TimeGenerated >= datetime(2026-10-01T00:00:00.000Z) and TimeGenerated < datetime(2026-10-02T00:00:00.000Z)';
    expect(log.query(DAY, manner)).toContain(stretch);
    const part = log.query(DAY, manner, { index: 3, of: 4 });
    expect(part).toContain('| where hash(KeywardKey, 4) == 3');
    expect(analyse(part, workspace).errors).toEqual([]);
    expect(() => log.query(DAY, manner, { index: 0.5, of: 4 })).toThrow(RangeError);
  });

  // Binding proves nothing of a name in column_ifexists, so those are held against the schema here.
  test('reads columns of the table that it names, each with a default of the type that the column has', () => {
    const strange = liftedIn(log.query(DAY, manner)).filter(
      ({ table, column, type }) => TYPES[columnsOf(table)[column]!] !== type,
    );
    expect(strange).toEqual([]);
  });

  // Of a table that is not there the binder only warns, and then takes it to have every column. That the query names none
  // outside of column_ifexists is tried with rows that have a time alone, here by binding and in azure-grain.test.ts.
  test.each(namedIn(log.query(DAY, manner)))('does not fail where there is no %s', table => {
    const { [table]: _gone, ...rest } = workspace;
    const { errors, warnings } = analyse(log.query(DAY, manner), rest);
    expect(errors).toEqual([]);
    expect(warnings.join()).toContain(`fuzzy name '${table}'`);
  });

  test.each(namedIn(log.query(DAY, manner)))('does not fail where %s has nothing but times', table => {
    const bare = { ...workspace, [table]: { TimeGenerated: 'datetime' } };
    expect(analyse(log.query(DAY, manner), bare).errors).toEqual([]);
  });
});

test.each(logTables)('$name does not fail for want of any one column', log => {
  const query = log.query(DAY, 'groups');
  for (const table of namedIn(query)) {
    for (const gone of Object.keys(columnsOf(table)).filter(column => column !== 'TimeGenerated')) {
      const { [gone]: _gone, ...rest } = columnsOf(table);
      expect(analyse(query, { ...workspace, [table]: rest }).errors).toEqual([]);
    }
  }
});

test.each(tables)('all columns of %s are used by a query', table => {
  const used = logTables.flatMap(log => liftedIn(log.query(DAY, 'rows')));
  const names = used.filter(one => one.table === table).map(({ column }) => column);
  expect(new Set(['TimeGenerated', ...names])).toEqual(new Set(Object.keys(columnsOf(table))));
});

test('a column that is not in a table, and a table that is not wrapped, are errors', () => {
  expect(analyse('AzureActivity | where Calller == ""', workspace).errors).toHaveLength(1);
  expect(analyse('union AzureActivities | take 1', workspace).errors).toHaveLength(1);
});

test('no query asks for what was said, or for a secret', () => {
  const all = queries.map(({ log, manner }) => log.query(DAY, manner)).join('\n');
  expect(all).not.toMatch(
    /RequestMessages|ResponseMessages|ResponseBody|RequestHeaders|\bhint\b|secretText|responseBody/,
  );
});

/** The default that stands in for a column of a type. */
const TYPES: Readonly<Record<ColumnType, string>> = {
  string: '""',
  guid: '""',
  bool: '""',
  datetime: 'datetime(null)',
  long: 'long(null)',
  int: 'long(null)',
  real: 'long(null)',
  dynamic: 'dynamic(null)',
};

/** Every column_ifexists of a query, with the table whose rows it is asked of: one union, one list of columns. */
function liftedIn(query: string): { table: TableName; column: string; type: string }[] {
  const unions = query.split('union isfuzzy=true').slice(1);
  return unions.flatMap(part => {
    const [table] = namedIn(part.split('\n', 1)[0]!);
    const lifting = `T | project ${part.split('| project TimeGenerated=bin(TimeGenerated, 1ms), ')[1]!.split('\n', 1)[0]!}`;
    const calls = find(analyse(lifting.replace(/\) on key$/, ''), {}).root, 'SimpleNamedExpression').flatMap(deepCalls);
    return calls.map(([column, type]) => ({ table: table!, column, type }));
  });
}

function deepCalls(node: Parameters<typeof find>[0]): [string, string][] {
  const outer = find(node, 'FunctionCallExpression').map(callOf);
  return outer.flatMap(({ called, args }) => {
    if (called === 'column_ifexists')
      return [[JSON.parse(plain(args[0]!)) as string, plain(args[1]!)] as [string, string]];
    return args.flatMap(deepCalls);
  });
}
