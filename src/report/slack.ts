import type { Report } from '../model/report.ts';
import { arrange, firstOf } from './digest/incidents.ts';
import { defineReporter } from './reporter.ts';
import { context, header } from './slack/block.ts';
import { fitting } from './slack/limits.ts';
import { findingBlocks } from './slack/findings.ts';
import { endingBlocks, fallbackText, openingBlocks, titleOf } from './slack/summary.ts';

/** The report as a message for a chat. */
export const slack = defineReporter({
  id: 'slack',
  title: 'Slack',
  description:
    'For an incoming webhook of Slack, or of what takes the same: `keyward audit ./logs --out slack=slack.json`, then ' +
    '`curl -sS -H "Content-Type: application/json" --data-binary @slack.json "$SLACK_WEBHOOK_URL"`. keyward itself sends ' +
    'nothing. The message tells the worst and what was not seen, and calls nobody.',
  file: 'slack.json',
  render: renderSlack,
});

/** In place of what has no room. */
const REST = context(['… more in the report']);

function* renderSlack(report: Report): Generator<string> {
  const arrangement = arrange(report.findings);
  const first = firstOf(arrangement);
  const title = titleOf(report, first);
  const opening = [header(title), ...openingBlocks(report)];
  const ending = endingBlocks(report, first);
  const found = findingBlocks(report, arrangement);
  const shown = fitting(found, [...opening, REST, ...ending]);
  const blocks = [...opening, ...shown, ...(shown.length < found.length ? [REST] : []), ...ending];
  const text = fallbackText(report, title, arrangement);
  yield `${JSON.stringify({ text, unfurl_links: false, unfurl_media: false, blocks }, null, 2)}\n`;
}
