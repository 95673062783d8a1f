import { kindOf, type SyntaxNode } from './kusto.ts';
import { FUNCTIONS, LIST_OPERATORS, memberOf, OPERATORS, spanOf, textOf, ticksOf, type Value } from './kusto-values.ts';

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, Value>>;

/** Rows with the columns that they all have. */
export interface Relation {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** The tables of a workspace; what is not among them is not there. */
export type Workspace = Readonly<Record<string, Relation>>;

/**
 * What a query gives, evaluated over its own syntax tree, so that it is the text of the query that is tried and no copy of
 * its meaning. It knows as much of Kusto as the queries use: any other operator, function or kind of expression fails.
 */
export function evaluate(root: SyntaxNode, workspace: Workspace): Relation {
  const statement = only(find(root, 'ExpressionStatement'));
  return relationOf(childrenOf(statement)[0]!, workspace);
}

function relationOf(node: SyntaxNode, workspace: Workspace): Relation {
  switch (kindOf(node)) {
    case 'PipeExpression': {
      const [source, , operator] = childrenOf(node);
      return apply(operator!, relationOf(source!, workspace), workspace);
    }
    case 'ParenthesizedExpression':
      return relationOf(childrenOf(node)[1]!, workspace);
    case 'UnionOperator':
      return unionOf(node, workspace);
    default:
      throw unknown(node);
  }
}

/** All there is of some tables: none of a table that is not there, if the union allows for that. */
function unionOf(node: SyntaxNode, workspace: Workspace): Relation {
  const isFuzzy = find(node, 'NamedParameter').some(one => plain(one) === 'isfuzzy=true');
  const [, , list] = childrenOf(node);
  const parts = elementsOf(list!).map(one => {
    if (kindOf(one) === 'ParenthesizedExpression') return emptyTable(childrenOf(one)[1]!);
    const found = workspace[plain(one)];
    if (found === undefined && !isFuzzy) throw new Error(`there is no table ${plain(one)}`);
    return found ?? { columns: [], rows: [] };
  });
  const columns = [...new Set(parts.flatMap(part => part.columns))];
  return { columns, rows: parts.flatMap(part => part.rows) };
}

function emptyTable(node: SyntaxNode): Relation {
  if (kindOf(node) !== 'DataTableExpression') throw unknown(node);
  const columns = find(node, 'NameAndTypeDeclaration').map(one => plain(childrenOf(one)[0]!));
  return { columns, rows: [] };
}

function apply(node: SyntaxNode, source: Relation, workspace: Workspace): Relation {
  switch (kindOf(node)) {
    case 'FilterOperator':
      return filtered(node, source);
    case 'ProjectOperator':
      return projected(node, source, []);
    case 'ExtendOperator':
      return projected(node, source, source.columns);
    case 'ProjectAwayOperator':
      return withoutColumns(source, elementsOf(childrenOf(node).at(-1)!).map(plain));
    case 'DistinctOperator':
      return distinct(source, elementsOf(childrenOf(node).at(-1)!).map(plain));
    case 'SummarizeOperator':
      return summarised(node, source);
    case 'JoinOperator':
      return joined(node, source, workspace);
    default:
      throw unknown(node);
  }
}

function filtered(node: SyntaxNode, source: Relation): Relation {
  const holds = compile(childrenOf(node).at(-1)!, source.columns);
  return { ...source, rows: source.rows.filter(row => holds(row) === true) };
}

/** All expressions of one operator see the columns as they were before it. */
function projected(node: SyntaxNode, source: Relation, kept: readonly string[]): Relation {
  const named = elementsOf(childrenOf(node).at(-1)!).map(namedOf);
  const made = named.map(({ name, node: one }) => ({ name, value: compile(one, source.columns) }));
  const columns = [...new Set([...kept, ...named.map(({ name }) => name)])];
  const rows = source.rows.map(row => ({
    ...Object.fromEntries(kept.map(name => [name, cell(row, name)])),
    ...Object.fromEntries(made.map(({ name, value }) => [name, value(row)])),
  }));
  return { columns, rows };
}

function withoutColumns({ columns, rows }: Relation, away: readonly string[]): Relation {
  const strange = away.filter(name => !columns.includes(name));
  if (strange.length > 0) throw new Error(`there is no column ${strange.join(', ')}`);
  const kept = columns.filter(name => !away.includes(name));
  return { columns: kept, rows: rows.map(row => Object.fromEntries(kept.map(name => [name, cell(row, name)]))) };
}

function distinct({ columns, rows }: Relation, names: readonly string[]): Relation {
  if (names.some(name => !columns.includes(name))) throw new Error(`there are not all of ${names.join(', ')}`);
  const groups = grouped(rows, row => names.map(name => cell(row, name)));
  return {
    columns: names,
    rows: groups.map(([first]) => Object.fromEntries(names.map(name => [name, cell(first!, name)]))),
  };
}

/** What the summarize operator of a query groups by and what it works out of each group. */
function summarised(node: SyntaxNode, { columns, rows }: Relation): Relation {
  const [clause] = find(node, 'SummarizeByClause');
  const by = elementsOf(childrenOf(clause!).at(-1)!).map(namedOf);
  const keys = by.map(({ name, node: one }) => ({ name, value: compile(one, columns) }));
  const aggregates = elementsOf(childrenOf(node)[2]!).map(namedOf);
  const folds = aggregates.map(one => aggregate(one, columns));
  const groups = grouped(rows, row => keys.map(({ value }) => value(row)));
  const made = aggregates.flatMap(({ name, node: one }) => namesMade(name, one));
  return {
    columns: [...by.map(({ name }) => name), ...made],
    rows: groups.map(group => ({
      ...Object.fromEntries(keys.map(({ name, value }) => [name, value(group[0]!)])),
      ...Object.assign({}, ...folds.map(fold => fold(group))),
    })),
  };
}

type Aggregate = (group: readonly Row[]) => Row;

function aggregate({ name, node }: Named, columns: readonly string[]): Aggregate {
  const { called, args } = callOf(node);
  const values = args.map(one => compile(one, columns));
  const names = args.map(plain);
  const least = (group: readonly Row[], first: (a: Value, b: Value) => boolean): Row =>
    group.reduce((a, b) => (first(values[0]!(b), values[0]!(a)) ? b : a));
  const shown = (row: Row): Row => Object.fromEntries(names.map(one => [one, cell(row, one)]));
  switch (called) {
    case 'count':
      return group => ({ [name]: group.length });
    case 'sum':
      return group => ({ [name]: group.reduce((sum, row) => sum + Number(values[0]!(row)), 0) });
    case 'min':
      return group => ({ [name]: values[0]!(least(group, isLess)) });
    case 'max':
      return group => ({ [name]: values[0]!(least(group, (a, b) => isLess(b, a))) });
    case 'take_any':
      // Any may be taken, so let it be one that a careless query would not count on.
      return group => shown(group.at(-1)!);
    case 'arg_min':
      return group => shown(least(group, isLess));
    default:
      throw new Error(`an aggregate that is not known: ${called}`);
  }
}

function namesMade(name: string, node: SyntaxNode): readonly string[] {
  const { called, args } = callOf(node);
  return called === 'take_any' || called === 'arg_min' ? args.map(plain) : [name];
}

function isLess(a: Value, b: Value): boolean {
  if (typeof a !== typeof b || a === null || b === null || typeof a === 'object') throw new Error('not to be ordered');
  return a < b;
}

function joined(node: SyntaxNode, left: Relation, workspace: Workspace): Relation {
  const [kind] = find(node, 'NamedParameter').map(plain);
  const nested = childrenOf(node).find(one => kindOf(one) === 'ParenthesizedExpression');
  const right = relationOf(nested!, workspace);
  const clause = childrenOf(node).find(one => kindOf(one) === 'JoinOnClause');
  const key = plain(only(elementsOf(childrenOf(clause!).at(-1)!)));
  const matches = (row: Row): Row[] => right.rows.filter(other => cell(other, key) === cell(row, key));
  if (kind === 'kind=leftanti') return { ...left, rows: left.rows.filter(row => matches(row).length === 0) };
  if (kind !== 'kind=leftouter') throw new Error(`a join that is not known: ${kind}`);
  const added = right.columns.filter(name => !left.columns.includes(name));
  const empty = Object.fromEntries(added.map(name => [name, /Name$/.test(name) ? '' : null]));
  const rows = left.rows.flatMap(row => {
    const found = matches(row);
    return found.length === 0 ? [{ ...row, ...empty }] : found.map(other => ({ ...other, ...row }));
  });
  return { columns: [...left.columns, ...added], rows };
}

function grouped(rows: readonly Row[], keysOf: (row: Row) => readonly Value[]): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(keysOf(row).map(value => [typeof value, textOf(value)]));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

interface Named {
  readonly name: string;
  readonly node: SyntaxNode;
}

function namedOf(node: SyntaxNode): Named {
  if (kindOf(node) !== 'SimpleNamedExpression') return { name: plain(node), node };
  const [name, , value] = childrenOf(node);
  return { name: plain(name!), node: value! };
}

/** An expression as a function of a row; what it names must be there whether there are rows or not. */
function compile(node: SyntaxNode, columns: readonly string[]): (row: Row) => Value {
  const kind = kindOf(node);
  const inner = (one: SyntaxNode) => compile(one, columns);
  const operator = OPERATORS[kind];
  if (operator !== undefined) {
    const [left, , right] = childrenOf(node);
    const [a, b] = [inner(left!), inner(right!)];
    return row => operator(a(row), b(row));
  }
  const listOperator = LIST_OPERATORS[kind];
  if (listOperator !== undefined) {
    const [left, , list] = childrenOf(node);
    const value = inner(left!);
    const items = elementsOf(childrenOf(list!)[1]!).map(one => literal(one, kindOf(one)));
    return row => listOperator(value(row), items);
  }
  switch (kind) {
    case 'NameReference': {
      const name = plain(node);
      if (!columns.includes(name)) throw new Error(`there is no column ${name}`);
      return row => cell(row, name);
    }
    case 'ParenthesizedExpression':
      return inner(childrenOf(node)[1]!);
    case 'FunctionCallExpression':
      return compileCall(node, columns);
    case 'PathExpression': {
      const [value, , name] = childrenOf(node);
      const [bag, member] = [inner(value!), plain(name!)];
      return row => memberOf(bag(row), member);
    }
    case 'ElementExpression': {
      const [value, bracketed] = childrenOf(node);
      const [bag, member] = [inner(value!), inner(childrenOf(bracketed!)[1]!)];
      return row => memberOf(bag(row), String(member(row)));
    }
    default: {
      const value = literal(node, kind);
      return () => value;
    }
  }
}

function literal(node: SyntaxNode, kind: string): Value {
  const text = plain(node);
  switch (kind) {
    case 'StringLiteralExpression':
      return text.startsWith('@') ? text.slice(2, -1).replaceAll('""', '"') : (JSON.parse(text) as string);
    case 'LongLiteralExpression':
      return text === 'long(null)' ? null : Number(text);
    case 'BooleanLiteralExpression':
      return text === 'true';
    case 'DateTimeLiteralExpression': {
      const inside = text.slice('datetime('.length, -1);
      return inside === 'null' ? null : ticksOf(inside);
    }
    case 'TimespanLiteralExpression':
      return spanOf(text);
    case 'DynamicExpression':
      if (text === 'dynamic(null)') return null;
      throw unknown(node);
    default:
      throw unknown(node);
  }
}

function compileCall(node: SyntaxNode, columns: readonly string[]): (row: Row) => Value {
  const { called, args } = callOf(node);
  if (called === 'column_ifexists') {
    const column = String(literal(args[0]!, kindOf(args[0]!)));
    return columns.includes(column) ? row => cell(row, column) : compile(args[1]!, columns);
  }
  const call = FUNCTIONS[called];
  if (call === undefined) throw new Error(`a function that is not known: ${called}`);
  const values = args.map(one => compile(one, columns));
  return row => call(values.map(value => value(row)));
}

/** A call in a query: what is called, and with what. */
export function callOf(node: SyntaxNode): { readonly called: string; readonly args: readonly SyntaxNode[] } {
  if (kindOf(node) !== 'FunctionCallExpression') throw unknown(node);
  const [name, list] = childrenOf(node);
  return { called: plain(name!), args: elementsOf(childrenOf(list!)[1]!) };
}

/** All nodes of a kind, in the order of the text; none that lie within another of the kind. */
export function find(node: SyntaxNode, kind: string): SyntaxNode[] {
  if (kindOf(node) === kind) return [node];
  return childrenOf(node).flatMap(child => find(child, kind));
}

/** The text of a node without the space before it. */
export const plain = (node: SyntaxNode): string => node.toString().trim();

const cell = (row: Row, name: string): Value => row[name] ?? null;

const childrenOf = (node: SyntaxNode): SyntaxNode[] =>
  Array.from({ length: node.ChildCount }, (_, i) => node.GetChild(i)).filter(child => child !== null);

const elementsOf = (list: SyntaxNode): SyntaxNode[] => childrenOf(list).map(element => childrenOf(element)[0]!);

function only<T>(items: readonly T[]): T {
  if (items.length !== 1) throw new Error(`${items.length} where there should be one`);
  return items[0]!;
}

const unknown = (node: SyntaxNode): Error =>
  new Error(`not known here: ${kindOf(node)} in ${plain(node).slice(0, 80)}`);
