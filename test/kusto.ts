import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';

/** A node of a query's syntax tree, or a token of it. */
export interface SyntaxNode {
  readonly Kind: number;
  readonly ChildCount: number;
  readonly Start: number;
  GetChild(index: number): SyntaxNode | null;
  toString(): string;
}

/** What the language service has to say of a query. */
export interface Analysis {
  readonly root: SyntaxNode;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** The columns of the result as `name:type`. */
  readonly columns: readonly string[];
}

/** Tables by name, each with its columns and their types. */
export type Database = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface List<T> {
  readonly Count: number;
  getItem(index: number): T;
}

interface Service {
  readonly KustoCode: {
    ParseAndAnalyze(
      text: string,
      globals: unknown,
    ): {
      readonly Syntax: SyntaxNode;
      readonly ResultType: {
        readonly Columns?: List<{ readonly Name: string; readonly Type: { readonly Name: string } }>;
      } | null;
      GetDiagnostics(): List<{ readonly Severity: string; readonly Message: string; readonly Start: number }>;
    };
  };
  readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } };
  readonly Symbols: {
    readonly TableSymbol: { From(schema: string): { WithName(name: string): unknown } };
    readonly DatabaseSymbol: { readonly ctor: new (name: string, members: readonly unknown[]) => unknown };
  };
  readonly Syntax: { readonly SyntaxKind: Readonly<Record<string, unknown>> };
}

/** The language service of Kusto, which knows its grammar and its functions and needs no cluster. */
const service = load();

const kinds = new Map(
  Object.entries(service.Syntax.SyntaxKind).flatMap(([name, value]) =>
    typeof value === 'number' ? [[value, name] as const] : [],
  ),
);

/** The kind of a node by its name in the grammar. */
export const kindOf = (node: SyntaxNode): string => kinds.get(node.Kind) ?? `kind ${node.Kind}`;

/** Parses a query and binds it to the tables of a database. */
export function analyse(query: string, database: Database): Analysis {
  const code = service.KustoCode.ParseAndAnalyze(query, stateOf(database));
  const found = itemsOf(code.GetDiagnostics());
  const told = (severity: string) =>
    found
      .filter(({ Severity }) => Severity === severity)
      .map(({ Message, Start }) => `${Message} at: ${query.slice(Start, Start + 40)}`);
  const columns = code.ResultType?.Columns;
  return {
    root: code.Syntax,
    errors: told('Error'),
    warnings: told('Warning'),
    columns: columns === undefined ? [] : itemsOf(columns).map(({ Name, Type }) => `${Name}:${Type.Name}`),
  };
}

function stateOf(database: Database): unknown {
  const { TableSymbol, DatabaseSymbol } = service.Symbols;
  const tables = Object.entries(database).map(([name, columns]) => {
    const schema = Object.entries(columns).map(([column, type]) => `${column}:${type}`);
    return TableSymbol.From(`(${schema.join(', ')})`).WithName(name);
  });
  return service.GlobalState.Default.WithDatabase(new DatabaseSymbol.ctor('workspace', tables));
}

const itemsOf = <T>(list: List<T>): T[] => Array.from({ length: list.Count }, (_, i) => list.getItem(i));

/** Its scripts are meant for a page: they leave what they define among the globals. */
function load(): Service {
  const { resolve } = createRequire(import.meta.url);
  for (const file of ['bridge.min.js', 'Kusto.Language.Bridge.min.js']) {
    const path = resolve(`@kusto/language-service-next/${file}`);
    runInThisContext(readFileSync(path, 'utf8'), { filename: path });
  }
  return (globalThis as unknown as { readonly Kusto: { readonly Language: Service } }).Kusto.Language;
}
