import type { RegisterRow } from '../../model/register.ts';
import type { Report } from '../../model/report.ts';
import { countText } from '../../wording.ts';
import { isoOf } from '../dates.ts';
import { plain } from '../plain.ts';
import {
  ageText,
  costText,
  countOf,
  expiryText,
  kindText,
  lastUsedText,
  remarkTexts,
  tokensText,
} from '../register/words.ts';
import { type Markup, markup, NONE, textOf } from './markup.ts';
import { section } from './words.ts';

const LONGEST = 300;

const HEAD = ['Key', 'Kind', 'Holder', 'Age', 'Expires', 'Used', 'Places', 'Calls', 'Tokens in/out', 'Cost'];

/** Who holds what, key by key, in the columns that say anything, with a search that only the script can serve. */
export function register(report: Report): Markup {
  const { register: held, run } = report;
  if (held === undefined || held.total === 0) return NONE;
  const cells = held.rows.map(row => cellsOf(row, run.now));
  const columns = HEAD.flatMap((title, i) => (cells.some(row => textOf(row[i]!) !== '') ? [{ title, i }] : []));
  const head = columns.map(({ title, i }) => markup`<th scope="col" class="column-${i}">${title}</th>`);
  const rows = cells.map(row => markup`<tr>${columns.map(({ title, i }) => cellOf(title, i, row[i]!))}</tr>\n`);
  return section(
    'keys',
    'Keys',
    markup`<p class="faint">${countText(held.total, 'key')}, by holder; – is not known, or not visible in these sources.</p>
<p id="keys-search" hidden><label>Search <input type="search" name="keys" autocomplete="off" spellcheck="false" placeholder="key, holder, country, remark …"></label> <span id="keys-count" role="status"></span></p>
<div class="scroll" role="group" aria-label="keys" tabindex="0"><table class="register"><thead><tr>${head}</tr></thead><tbody>
${rows}</tbody></table></div>${restText(held.total - held.rows.length)}`,
  );
}

/** Where there is no room for columns, each cell says what it is. */
const cellOf = (title: string, column: number, cell: Markup): Markup =>
  markup`<td class="column-${column}" data-label="${title}">${cell}</td>`;

const restText = (rest: number): Markup =>
  rest > 0
    ? markup`<p class="faint">… and ${countText(rest, 'more key')}: <code>keyward keys</code> lists them all.</p>`
    : NONE;

function cellsOf(row: RegisterRow, now: number): Markup[] {
  const { id, name, provider, holder, places, lastUsedAt } = row;
  const beneath = [...(name === '' ? [] : [name]), ...remarkTexts(row)];
  const from = (places ?? []).map(({ country, uses }) => `${country} ${countOf(uses)}`).join(', ');
  return [
    markup`<bdi>${plain(id, LONGEST)}</bdi>${beneath.map(text => markup`<br><span class="faint">${plain(text, LONGEST)}</span>`)}`,
    markup`${provider} ${kindText(row)}`,
    markup`<bdi>${plain(holder, LONGEST)}</bdi>`,
    markup`${ageText(row)}`,
    markup`${expiryText(row, now)}`,
    lastUsedAt === null
      ? markup`${lastUsedText(row, now)}`
      : markup`${lastUsedText(row, now)} <span class="faint">${isoOf(lastUsedAt).slice(0, 10)}</span>`,
    markup`${from}`,
    markup`${countOf(row.calls)}`,
    markup`${tokensText(row)}`,
    markup`${costText(row)}`,
  ];
}
