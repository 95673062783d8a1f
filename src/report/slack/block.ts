import { plain } from '../plain.ts';

/** Text of a message; `verbatim` keeps Slack from making links and mentions of it. */
type Text =
  | { readonly type: 'plain_text'; readonly text: string; readonly emoji: false }
  | { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true };

/** A part of a message. */
export type SlackBlock =
  | { readonly type: 'header' | 'section'; readonly text: Text }
  | { readonly type: 'context'; readonly elements: readonly Text[] };

/** Slack takes 150 and 3,000; so much is more than anybody reads in a chat. */
const LONGEST_HEADER = 150;
const LONGEST_TEXT = 1_800;

/** The title of a message. */
export const header = (text: string): SlackBlock => ({
  type: 'header',
  text: { type: 'plain_text', text: plain(text, LONGEST_HEADER), emoji: false },
});

/** A paragraph of lines; those that do not fit are left out, and the text says so. */
export const section = (lines: readonly string[]): SlackBlock => ({ type: 'section', text: mrkdwn(lines) });

/** A paragraph in small print. */
export const context = (lines: readonly string[]): SlackBlock => ({ type: 'context', elements: [mrkdwn(lines)] });

const mrkdwn = (lines: readonly string[]): Text => ({
  type: 'mrkdwn',
  text: joined(lines, LONGEST_TEXT),
  verbatim: true,
});

/** The lines that fit so many characters together: a line is never cut, for half a quotation would stay open. */
export function joined(lines: readonly string[], most: number): string {
  const told = lines.filter(line => line !== '');
  let used = 0;
  const end = told.findIndex(line => (used += line.length + 1) > most - 2);
  return end === -1 ? told.join('\n') : [...told.slice(0, end), '…'].join('\n');
}
