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
import { type Markup, markup, NONE } from './markup.ts';
import { section } from './words.ts';

const LONGEST = 300;

const HEAD = ['Key', 'Kind', 'Holder', 'Age', 'Expires', 'Used', 'Places', 'Calls', 'Tokens in/out', 'Cost', 'Remarks'];

/** Who holds what, key by key, with a search that only the script can serve. */
export function register(report: Report): Markup {
  const { register: held, run } = report;
  if (held === undefined || held.total === 0) return NONE;
  const head = HEAD.map(title => markup`<th scope="col">${title}</th>`);
  const rows = held.rows.map(row => markup`<tr>${cellsOf(row, run.now).map(cell => markup`<td>${cell}</td>`)}</tr>\n`);
  return section(
    'keys',
    'Keys',
    markup`<p class="faint">${countText(held.total, 'key')}, by holder; – is not known, or not visible in these sources.</p>
<p id="keys-search" hidden><label>Search <input type="search" name="keys" autocomplete="off" spellcheck="false" placeholder="key, holder, country, remark …"></label> <span id="keys-count" role="status"></span></p>
<div class="scroll" role="group" aria-label="keys" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>
${rows}</tbody></table></div>${restText(held.total - held.rows.length)}`,
  );
}

const restText = (rest: number): Markup =>
  rest > 0
    ? markup`<p class="faint">… and ${countText(rest, 'more key')}: <code>keyward keys</code> lists them all.</p>`
    : NONE;

function cellsOf(row: RegisterRow, now: number): Markup[] {
  const { id, name, provider, holder, places, lastUsedAt } = row;
  const from = (places ?? []).map(({ country, uses }) => `${country} ${countOf(uses)}`).join(', ');
  return [
    markup`<bdi>${plain(id, LONGEST)}</bdi>${name === '' ? '' : markup`<br><span class="faint">${plain(name, LONGEST)}</span>`}`,
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
    markup`${remarkTexts(row).join('; ')}`,
  ];
}
