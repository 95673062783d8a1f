import { textOf } from './html/markup.ts';
import { pagePieces } from './html/page.ts';
import { defineReporter } from './reporter.ts';

/** The report as one page for a browser. */
export const html = defineReporter({
  id: 'html',
  title: 'HTML',
  description:
    'One page for a browser, to send and to keep: timeline, charts, search and filters, and what could not be seen. It loads nothing from anywhere: `keyward audit ./logs --out html=report.html`.',
  file: 'report.html',
  *render(report) {
    for (const piece of pagePieces(report)) yield textOf(piece);
  },
});
