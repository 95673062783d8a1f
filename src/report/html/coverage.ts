import type { Report } from '../../model/report.ts';
import { gapTexts } from '../digest/gaps.ts';
import { type Markup, markup } from './markup.ts';
import { moreText, section } from './words.ts';

const MOST_GAPS = 100;
const ROOM = 60;

/** What no rule, or not every rule, could see: blind is never clean. */
export function notSeen({ coverage }: Report): Markup {
  const gaps = gapTexts(coverage, ROOM);
  const shown = gaps
    .slice(0, MOST_GAPS)
    .map(
      ({ isBlind, reasons, scope }) =>
        markup`<li><span class="tag${isBlind ? ' hot' : ''}">${isBlind ? 'blind' : 'in part'}</span> ${reasons} <span class="faint">(${scope})</span></li>`,
    );
  const none = coverage.length === 0 ? 'Nothing says what could be seen.' : 'Every rule could see all that it needs.';
  return section(
    'not-seen',
    'Not seen',
    gaps.length === 0
      ? markup`<p>${none}</p>`
      : markup`<p class="faint">Where a rule is blind, that it found nothing means nothing.</p><ul class="plain">${shown}</ul>${moreText(gaps.length - shown.length, 'gaps')}`,
  );
}
