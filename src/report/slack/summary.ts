import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { withSeparators } from '../../wording.ts';
import { gapTexts } from '../digest/gaps.ts';
import type { Arrangement } from '../digest/incidents.ts';
import { missingNotes } from '../digest/notes.ts';
import { scopeOf } from '../digest/scope.ts';
import { tame, tameName } from '../digest/tame.ts';
import { headingOf, nameOf } from '../digest/telling.ts';
import { doubtsAbout, emptyVerdict, otherCounts, severityCounts } from '../digest/verdict.ts';
import { slackPlain, slackText } from '../plain.ts';
import { context, joined, type SlackBlock, section } from './block.ts';

const WIDEST_SOURCE = 40;
const SHOWN_GAPS = 3;
const SHOWN_NOTES = 5;
const SHOWN_INCIDENTS = 5;
const LONGEST_LINE = 300;
const LONGEST_FALLBACK = 2_500;

/** How many findings of each severity, or what it is worth that there are none. */
export function titleOf(report: Report, first: Finding | undefined): string {
  const counts = severityCounts(report).map(({ text }) => text);
  const said = first === undefined ? emptyVerdict(report).text.replace(/:$/, '') : counts.join(', ');
  return `${tameName(report.tool.name)}: ${said}`;
}

/** What was read, and what casts doubt on the rest. */
export function openingBlocks(report: Report): SlackBlock[] {
  const { sources, days, amounts, window } = scopeOf(report, WIDEST_SOURCE);
  const scope = [slackText(sources), days, amounts.join(', ')].filter(text => text !== '').join(' · ');
  const doubts = doubtsText(report);
  return [context([scope, window, otherCounts(report).join(' · ')]), ...(doubts === '' ? [] : [section([doubts])])];
}

/** What was not seen, what is missing, and where to start. */
export function endingBlocks(report: Report, first: Finding | undefined): SlackBlock[] {
  const unseen = [...gapLines(report), ...noteLines(report)];
  return [
    ...(unseen.length === 0 ? [] : [section(unseen)]),
    ...(first === undefined ? [] : [context([startText(first)])]),
  ];
}

/** The same in short, for a notification and for chats that know no blocks. */
export function fallbackText(report: Report, title: string, { incidents }: Arrangement): string {
  const shown = incidents.slice(0, SHOWN_INCIDENTS).map(({ severity, findings }) => {
    const told = findings.map(tame);
    const { title, when } = headingOf(told, report.run.now, false);
    return `${severity.toUpperCase()} ${slackText(`${nameOf(told[0]!)}: ${title}, ${when}`)}`;
  });
  return joined([slackPlain(title), doubtsText(report), ...shown], LONGEST_FALLBACK);
}

function doubtsText(report: Report): string {
  const doubts = doubtsAbout(report).join(', ');
  if (!report.run.complete) return `*Incomplete*: ${doubts}`;
  return doubts === '' ? '' : `*Not all was seen*: ${doubts}`;
}

function gapLines({ coverage }: Report): string[] {
  if (coverage.length === 0) return ['*Not seen*: nothing says what could be seen'];
  const gaps = gapTexts(coverage, WIDEST_SOURCE);
  if (gaps.length === 0) return [];
  const rest = gaps.length - SHOWN_GAPS;
  return [
    '*Not seen*',
    ...gaps.slice(0, SHOWN_GAPS).map(({ isBlind, reasons, scope }) => {
      const text = `${slackText(reasons, LONGEST_LINE)} (${slackText(scope, LONGEST_LINE)})`;
      return `• ${isBlind ? '*blind*: ' : ''}${text}`;
    }),
    rest > 0 ? `• ${withSeparators(rest)} more in the report` : '',
  ];
}

function noteLines(report: Report): string[] {
  const { shown, hidden } = missingNotes(report, SHOWN_NOTES);
  if (shown.length === 0) return [];
  return [
    '*Incomplete*',
    ...shown.map(({ source, path, text }) => {
      const words = [source === '' ? '' : `${source}:`, path, text];
      return `• ${slackText(words.filter(word => word !== '').join(' '), LONGEST_LINE)}`;
    }),
    hidden > 0 ? `• ${withSeparators(hidden)} more` : '',
  ];
}

function startText(finding: Finding): string {
  const first = tame(finding);
  return `Start with ${slackText(nameOf(first))}: ${slackText(`\`keyward explain ${first.rule}\``)}`;
}
