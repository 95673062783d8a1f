import { dig, digList, digText, isObject, parseJson } from '../../normalise/dig.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import { tame } from '../service/tame.ts';

/** What a query was answered with; nothing in its cells is trusted. */
export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly unknown[];
  /** Why the answer may not hold all; empty when it does. */
  readonly cut: string;
}

/** An answer without rows. */
export const NOTHING: Answer = { columns: [], rows: [], cut: '' };

/** The answer that the text of a response holds, or null when it is none. */
export function readAnswer(text: string): Answer | null {
  if (text.trim() === '') return NOTHING;
  const body = parseJson(text);
  const tables = dig(body, 'tables');
  const error = dig(body, 'error');
  const cut = isObject(error) ? cutText(error) : '';
  if (!Array.isArray(tables)) return cut === '' ? null : { ...NOTHING, cut };
  const table: unknown = tables.find(one => dig(one, 'name') === 'PrimaryResult') ?? tables[0];
  return {
    columns: digList(table, 'columns').map(column => digText(column, 'name')),
    rows: digList(table, 'rows'),
    cut,
  };
}

/** A row by the names of its columns, without the cells that hold nothing; null for what is no row. */
export function rowOf(columns: readonly string[], row: unknown): JsonObject | null {
  if (!Array.isArray(row)) return null;
  const cells: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (let i = 0; i < columns.length; i++) {
    const value: unknown = row[i];
    if (value !== null && value !== undefined) cells[columns[i]!] = value;
  }
  return cells;
}

/** As much of the service's own words as tells why: what went wrong is at the innermost. */
function cutText(error: JsonObject): string {
  const causes = [error, ...digList(error, 'details')].flatMap(chainOf);
  const codes = [...new Set(causes.map(cause => tame(digText(cause, 'code'))).filter(code => code !== ''))];
  const message = tame(causes.map(cause => digText(cause, 'message')).findLast(text => text !== '') ?? '');
  const name = codes.length === 0 ? 'PartialError' : codes.slice(0, 3).join(', ');
  return `the answer was cut short (${name})${message === '' ? '' : `: ${message}`}`;
}

const MOST_CAUSES = 5;

function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at = error; isObject(at) && chain.length < MOST_CAUSES; at = dig(at, 'innererror')) chain.push(at);
  return chain;
}
