import type { Severity } from '../../model/finding.ts';
import { type Markup, markup } from './markup.ts';

/** A severity as a word in its colour. */
export const severityBadge = (severity: Severity): Markup => markup`<span class="badge ${severity}">${severity}</span>`;

/** A folded part of the page. */
export const fold = (name: string, summary: Markup, body: Markup): Markup =>
  markup`<details class="${name}"><summary>${summary}</summary>${body}</details>`;

/** A part of the page with its heading; its id is where the contents lead. */
export const section = (id: string, title: string, body: Markup): Markup =>
  markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${body}</section>
`;

/** A note that so many more are left out; nothing when none is. */
export const moreText = (rest: number, what: string): Markup =>
  markup`${rest > 0 ? markup`<p class="faint">… and ${rest} more ${what} in the JSON report.</p>` : ''}`;
