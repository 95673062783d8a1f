import { dig, digText } from '../../normalise/dig.ts';
import { isoText } from '../../wording.ts';
import { type Answer, rowOf } from './answer.ts';
import type { Ask } from './query-client.ts';
import type { Stretch } from './slices.ts';

/** What is known of a log before it is read. */
export interface Table {
  /** The name of the log, which is that of its table where it is alone in it. */
  readonly name: string;
  /** `unknown`: it could not be told, and is read all the same; `refused`: it may not be read. */
  readonly state: 'filled' | 'empty' | 'missing' | 'refused' | 'unknown';
  readonly rows: number;
  /** Its first row in the stretch; null when it has none, or that is not known. */
  readonly firstAt: number | null;
  /** Why it is refused or unknown; else empty. */
  readonly why: string;
}

/** The tables of a workspace, or why nothing at all can be asked of it. */
export type Survey =
  { readonly tables: readonly Table[]; readonly isSilent: boolean } | { readonly tables: null; readonly what: string };

/** The role that lets a principal read all tables of a workspace. */
export const READER = 'Log Analytics Reader on the workspace';

/** The table that a log is in, where several are in one: 'AzureDiagnostics (Key Vault)'. */
export const tableOf = (log: string): string => log.split(' ', 1)[0]!;

/** The permission for the table of a log. */
export const readTableOf = (log: string): string =>
  `Microsoft.OperationalInsights/workspaces/query/${tableOf(log)}/read`;

/** What lets a principal read the table of a log. */
export const roleFor = (log: string): string => `${READER}, or ${readTableOf(log)}`;

/** Asks how many rows each table has in a stretch; a table that is not there is told from one that is empty. */
export async function surveyTables(names: readonly string[], stretch: Stretch, ask: Ask): Promise<Survey> {
  const reply = await ask({ query: surveyQuery(names, stretch), stretch, role: READER });
  if (reply.kind === 'answer') {
    const { answer } = reply;
    const isSilent = answer.columns.length === 0 && answer.cut === '';
    if (isSilent) return { tables: names.map(name => ({ ...unknown(name, ''), state: 'empty' })), isSilent };
    return { tables: tablesIn(names, answer), isSilent };
  }
  if (reply.kind === 'worn') return { tables: null, what: reply.what };
  return surveyEach(names, stretch, ask, reply.what);
}

/** One row for each table that is there, also for an empty one. */
export function surveyQuery(names: readonly string[], { from, until }: Stretch): string {
  const within = `TimeGenerated >= datetime(${isoText(from)}) and TimeGenerated < datetime(${isoText(until)})`;
  const none = '(datatable(KeywardTable:string, KeywardRows:long, KeywardFirst:string)[])';
  const counts = [...new Set(names.map(tableOf))].map(
    name =>
      `(${name} | where ${within} | summarize KeywardRows = count(), KeywardFirst = tostring(min(TimeGenerated)) | extend KeywardTable = "${name}")`,
  );
  return `union isfuzzy=true\n${[none, ...counts].join(',\n')}`;
}

/** One table that may not be read fails a query over all: each is asked for alone. */
async function surveyEach(names: readonly string[], stretch: Stretch, ask: Ask, why: string): Promise<Survey> {
  const tables: Table[] = [];
  for (const name of names) {
    const reply = await ask({ query: surveyQuery([name], stretch), stretch, role: roleFor(name) });
    if (reply.kind === 'answer') tables.push(...tablesIn([name], reply.answer));
    else if (reply.kind === 'too much') tables.push(unknown(name, reply.what));
    else if (reply.kind === 'worn') return { tables: null, what: reply.what };
    else tables.push({ ...unknown(name, reply.what), state: 'refused' });
  }
  if (tables.every(({ state }) => state === 'refused')) return { tables: null, what: why };
  return { tables, isSilent: false };
}

function tablesIn(names: readonly string[], { columns, rows, cut }: Answer): Table[] {
  const found = new Map(rows.map(row => rowOf(columns, row)).map(row => [digText(row, 'KeywardTable'), row] as const));
  return names.map(name => {
    const row = found.get(tableOf(name));
    if (row === undefined) return cut === '' ? { ...unknown(name, ''), state: 'missing' } : unknown(name, cut);
    const count = Number(dig(row, 'KeywardRows'));
    if (!Number.isSafeInteger(count) || count < 0) return unknown(name, 'its rows could not be counted');
    const firstAt = Date.parse(digText(row, 'KeywardFirst'));
    const isDated = count > 0 && firstAt > 0;
    return { name, state: count > 0 ? 'filled' : 'empty', rows: count, firstAt: isDated ? firstAt : null, why: '' };
  });
}

const unknown = (name: string, why: string): Table => ({ name, state: 'unknown', rows: 0, firstAt: null, why });
