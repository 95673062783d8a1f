import type { Report } from '../../model/report.ts';
import { dayText } from '../dates.ts';
import { tameName } from '../digest/tame.ts';
import { plain } from '../plain.ts';
import type { Setting } from './groups.ts';
import { type Markup, markup, NONE } from './markup.ts';
import { moreText, section } from './words.ts';

const MOST = 500;

/** Findings of the report before that are gone. */
export function resolved({ resolved: all }: Report, { year }: Setting): Markup {
  if (all.length === 0) return NONE;
  const items = all
    .slice(0, MOST)
    .map(
      ({ rule, subject, lastSeen }) =>
        markup`<li><code>${tameName(rule)}</code> <bdi>${tameName(subject)}</bdi> <span class="faint">last seen ${dayText(lastSeen, year)}</span></li>`,
    );
  const body = markup`<ul class="plain">${items}</ul>${moreText(all.length - items.length, 'resolved findings')}`;
  return section('resolved', 'Resolved', body);
}

/** Findings that the configuration keeps quiet, by whom and until when. */
export function suppressed({ suppressed: all, summary }: Report): Markup {
  if (all.length === 0 && summary.suppressed === 0) return NONE;
  const items = all
    .slice(0, MOST)
    .map(
      ({ rule, owner, reason, expires, fingerprint }) =>
        markup`<li><code>${tameName(rule)}</code> ${plain(reason, 300)} <span class="faint">(<bdi>${tameName(owner)}</bdi>, until ${plain(expires, 40)}; <code>${plain(fingerprint, 100)}</code>)</span></li>`,
    );
  const body = markup`<ul class="plain">${items}</ul>${moreText(summary.suppressed - items.length, 'suppressed findings')}`;
  return section('suppressed', 'Suppressed', body);
}
