import type { Evidence, Finding, Json } from '../../model/finding.ts';
import { compareText, withSeparators } from '../../wording.ts';
import { plain } from '../plain.ts';
import { type Markup, markup, NONE } from './markup.ts';

const MOST_ROWS = 12;

/** A country that a key was used from: on how many days before, and with how many calls now. */
interface PlaceRow {
  readonly country: string;
  readonly days: number;
  readonly calls: number;
  readonly isNew: boolean;
}

/** The countries of one key, usual and new, as bars; nothing when there is no more than one to compare. */
export function placesChart(findings: readonly Finding[]): Markup {
  const rows = placesOf(findings);
  if (rows.length < 2) return NONE;
  const most = { days: Math.max(...rows.map(({ days }) => days)), calls: Math.max(...rows.map(({ calls }) => calls)) };
  const shown = rows.slice(0, MOST_ROWS).map(row => rowOf(row, most));
  const isOwn = findings.some(({ evidence }) => recordsIn(evidence.usual).length > 0);
  const whose = isOwn ? 'of this credential' : 'of the organisation';
  const more = rows.length > MOST_ROWS ? `; ${rows.length - MOST_ROWS} more are not shown` : '';
  return markup`<figure class="chart"><table class="places"><caption>Countries, usual ${whose} and new${more}</caption><thead><tr><th scope="col">country</th><th scope="col">days with use before</th><th scope="col">calls in this time</th></tr></thead><tbody>${shown}</tbody></table></figure>`;
}

function rowOf({ country, days, calls, isNew }: PlaceRow, most: { days: number; calls: number }): Markup {
  const word = isNew
    ? markup` <span class="tag hot">new</span>`
    : days > 0
      ? markup` <span class="tag">usual</span>`
      : '';
  const name = isNew ? 'hot' : 'usual';
  return markup`<tr><th scope="row"><bdi>${country}</bdi>${word}</th><td>${bar(days, most.days, name, isNew ? 'none' : 'not known')}</td><td>${bar(calls, most.calls, name, 'not told')}</td></tr>`;
}

/** A bar and its number; a place without one has a word instead. */
function bar(amount: number, most: number, name: string, otherwise: string): Markup {
  if (amount <= 0) return markup`<span class="faint">${otherwise}</span>`;
  const width = Math.max(1, Math.round((amount / most) * 1000) / 10);
  return markup`<span class="bar"><svg aria-hidden="true" width="100%" height="10"><rect class="${name}" width="${width}%" height="10"/></svg><span class="amount">${withSeparators(amount)}</span></span>`;
}

function placesOf(findings: readonly Finding[]): PlaceRow[] {
  const days = new Map<string, number>();
  const calls = new Map<string, number>();
  for (const { evidence } of findings) {
    for (const [country, amount] of daysIn(evidence)) raise(days, country, amount);
    for (const [country, amount] of callsIn(evidence)) raise(calls, country, amount);
  }
  return [...new Set([...days.keys(), ...calls.keys()])]
    .map(country => ({
      country,
      days: days.get(country) ?? 0,
      calls: calls.get(country) ?? 0,
      isNew: days.size > 0 && !days.has(country),
    }))
    .sort(
      (a, b) =>
        Number(b.isNew) - Number(a.isNew) || b.calls - a.calls || b.days - a.days || compareText(a.country, b.country),
    );
}

/** Findings tell of the same calls, so that the greatest number is the whole. */
function raise(amounts: Map<string, number>, country: string, amount: number): void {
  amounts.set(country, Math.max(amounts.get(country) ?? 0, amount));
}

/** The days on which the key was used from each country, or its organisation where the key is too young. */
function daysIn({ usual, organisation }: Evidence): Map<string, number> {
  const days = new Map<string, number>();
  const rows = recordsIn(usual);
  for (const row of rows.length > 0 ? rows : recordsIn(organisation)) add(days, row.country, row.days);
  return days;
}

function callsIn({ networks, country, calls }: Evidence): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of recordsIn(networks)) add(sums, row.country, row.calls);
  if (sums.size === 0) add(sums, country, calls);
  return sums;
}

function add(sums: Map<string, number>, name: Json | undefined, amount: Json | undefined): void {
  if (typeof name !== 'string' || name === '' || typeof amount !== 'number' || !Number.isFinite(amount)) return;
  const country = plain(name, 40);
  if (amount > 0) sums.set(country, (sums.get(country) ?? 0) + amount);
}

const recordsIn = (value: Json | undefined): { readonly [key: string]: Json }[] =>
  isList(value) ? value.filter(isRecord) : [];

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

const isRecord = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
