import type { Report, SourceReport } from '../../model/report.ts';
import { countText, listText, someText } from '../../wording.ts';
import { daysText } from '../dates.ts';
import { tameName } from '../digest/tame.ts';
import { type Markup, markup } from './markup.ts';
import { moreText, section } from './words.ts';

const MOST_SOURCES = 200;
const SHOWN_ACCOUNTS = 5;

/** What was read, source by source. */
export function sources({ sources: all }: Report): Markup {
  const shown = all.slice(0, MOST_SOURCES);
  const items = shown.map(
    source =>
      markup`<li>${stateOf(source)} <b><bdi>${tameName(source.id) || '(unnamed)'}</bdi></b><br>${textOf(source)}</li>`,
  );
  return section(
    'sources',
    'Sources',
    markup`<ul class="plain">${items}</ul>${moreText(all.length - shown.length, 'sources')}`,
  );
}

const stateOf = ({ complete }: SourceReport): Markup =>
  complete ? markup`<span class="tag">✓ complete</span>` : markup`<span class="tag hot">⚠ incomplete</span>`;

function textOf(source: SourceReport): string {
  const { kind, accounts, files, events, from, until } = source;
  const read = [countText(events, 'event'), ...(files > 0 ? [`in ${countText(files, 'file')}`] : [])].join(' ');
  const counted = COUNTED.flatMap(([field, one, many]) =>
    source[field] > 0 ? [`${countText(source[field], one, many)}`] : [],
  );
  return [
    ...(kind === '' ? [] : [tameName(kind)]),
    ...(accounts.length === 0 ? [] : [`accounts ${someText(accounts.map(tameName), SHOWN_ACCOUNTS)}`]),
    read,
    ...(from === null || until === null ? [] : [daysText(from, until, Number.NaN)]),
    ...(counted.length === 0 ? [] : [listText(counted)]),
  ].join(' · ');
}

const COUNTED = [
  ['ignored', 'not made with your credentials', 'not made with your credentials'],
  ['duplicates', 'read twice', 'read twice'],
  ['conflicts', 'in conflict', 'in conflict'],
  ['malformed', 'malformed', 'malformed'],
  ['skipped', 'file skipped', 'files skipped'],
] as const;
