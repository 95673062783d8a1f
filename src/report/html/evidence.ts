import type { Evidence, Json } from '../../model/finding.ts';
import { withSeparators } from '../../wording.ts';
import { plain } from '../plain.ts';
import { joined, type Markup, markup, NONE } from './markup.ts';

const LONGEST_VALUE = 300;
const LONGEST_KEY = 80;
const MOST_FIELDS = 60;
const MOST_ITEMS = 40;
const MOST_COLUMNS = 8;
/** Below this, what is nested further is shown as JSON. */
const DEEPEST = 3;

/** A finding's evidence, named and laid out; `hidden` fields are shown elsewhere. */
export const evidenceOf = (evidence: Evidence, hidden: readonly string[]): Markup =>
  fieldsOf(
    Object.entries(evidence).filter(([key]) => !hidden.includes(key)),
    0,
  );

function fieldsOf(fields: readonly (readonly [string, Json])[], depth: number): Markup {
  if (fields.length === 0) return NONE;
  const shown = fields.slice(0, MOST_FIELDS);
  const rows = shown.map(
    ([key, value]) => markup`<div><dt>${wordsOf(key)}</dt><dd>${valueOf(value, depth + 1)}</dd></div>`,
  );
  return markup`<dl class="fields">${rows}${rest(fields.length - shown.length)}</dl>`;
}

/** 'ageDays' as 'age days'. */
export const wordsOf = (key: string): string =>
  plain(/^[A-Za-z\d]+$/.test(key) ? key.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase() : key, LONGEST_KEY);

function valueOf(value: Json, depth: number): Markup {
  if (typeof value !== 'object' || value === null) return scalarOf(value);
  if (isList(value)) return listOf(value, depth);
  if (depth > DEEPEST) return compact(value);
  const fields = Object.entries(value);
  return fields.length === 0 ? markup`none` : fieldsOf(fields, depth);
}

function scalarOf(value: Exclude<Json, object> | null): Markup {
  if (value === null || value === '') return markup`<span class="faint">none</span>`;
  if (typeof value === 'boolean') return markup`${value ? 'yes' : 'no'}`;
  if (typeof value === 'number') return markup`${Number.isSafeInteger(value) ? withSeparators(value) : String(value)}`;
  return markup`<bdi>${plain(value, LONGEST_VALUE)}</bdi>`;
}

function listOf(values: readonly Json[], depth: number): Markup {
  if (values.length === 0) return markup`<span class="faint">none</span>`;
  if (values.every(isRecord) && depth <= DEEPEST) return tableOf(values, depth);
  const shown = values.slice(0, MOST_ITEMS).map(value => (isScalar(value) ? scalarOf(value) : compact(value)));
  const more = values.length - shown.length;
  return markup`${joined(shown, ', ')}${more > 0 ? ` and ${withSeparators(more)} more` : ''}`;
}

function tableOf(rows: readonly { readonly [key: string]: Json }[], depth: number): Markup {
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))].slice(0, MOST_COLUMNS);
  const shown = rows.slice(0, MOST_ITEMS);
  const head = columns.map(key => markup`<th scope="col">${wordsOf(key)}</th>`);
  const cell = (row: { readonly [key: string]: Json }, key: string) =>
    markup`<td>${valueOf(Object.hasOwn(row, key) ? row[key]! : null, depth + 1)}</td>`;
  const body = shown.map(row => markup`<tr>${columns.map(key => cell(row, key))}</tr>`);
  return markup`<div class="scroll" role="group" aria-label="table" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>${rest(rows.length - shown.length)}`;
}

const rest = (count: number): Markup =>
  markup`${count > 0 ? markup`<p class="faint">… and ${withSeparators(count)} more in the JSON report</p>` : ''}`;

const compact = (value: Json): Markup => markup`<code>${plain(JSON.stringify(value), LONGEST_VALUE)}</code>`;

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const isScalar = (value: Json): value is Exclude<Json, object> | null => typeof value !== 'object' || value === null;

const isRecord = (value: Json): value is { readonly [key: string]: Json } => !isScalar(value) && !isList(value);
