import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { countText, withSeparators } from '../../wording.ts';
import { dayText, yearOf } from '../dates.ts';
import { gapTexts } from '../digest/gaps.ts';
import { missingNotes, type Note, type Notes, remarkNotes } from '../digest/notes.ts';
import { scopeOf } from '../digest/scope.ts';
import { tame, tameName } from '../digest/tame.ts';
import { nameOf } from '../digest/telling.ts';
import { doubtsAbout, emptyVerdict, otherCounts, severityCounts } from '../digest/verdict.ts';
import { markdownCode, markdownText, shortName } from '../plain.ts';
import { details, REST } from './blocks.ts';
import { fitting } from './packing.ts';

/** By this a bot finds the comment that it wrote before, to write it anew. */
export const MARKER = '<!-- keyward-report -->';

const WIDEST_SOURCE = 60;
const SHOWN_NOTES = 20;
const LONGEST_LINE = 2000;

/** How many bytes each section may take, whatever the report holds. */
const ROOM = { resolved: 4_000, gaps: 12_000, missing: 10_000, remarks: 4_000 } as const;

/** What was found, in what, what casts doubt on it, and where to start. */
export function headText(report: Report, first: Finding | undefined): string {
  const counts = severityCounts(report).map(({ text }) => text);
  const { text, details: doubts } = emptyVerdict(report);
  const title = first === undefined ? markdownText(text.replace(/:$/, '')) : counts.join(', ');
  const others = [...(first === undefined ? doubts : []), ...otherCounts(report)];
  return [
    `${MARKER}\n## ${markdownText(tameName(report.tool.name))}: ${title}`,
    scopeText(report),
    ...alertParts(report),
    ...(others.length === 0 ? [] : [others.join(' · ')]),
    ...(first === undefined ? [] : [startText(first)]),
    '',
  ].join('\n\n');
}

/** What is gone, what was not seen, what is missing and what else is worth knowing. */
export const tailText = (report: Report): string =>
  [
    resolvedText(report),
    gapSection(report),
    noteSection('Incomplete', missingNotes(report, SHOWN_NOTES), ROOM.missing),
    noteSection('Worth knowing', remarkNotes(report, SHOWN_NOTES), ROOM.remarks),
  ]
    .filter(text => text !== '')
    .join('\n');

function scopeText(report: Report): string {
  const { sources, days, amounts, window } = scopeOf(report, WIDEST_SOURCE);
  const told = [markdownText(sources), days, amounts.join(', ')].filter(text => text !== '').join(' · ');
  return window === '' ? told : `${told}<br>\n${window}`;
}

/** What GitHub shows in a frame of its own. */
function alertParts(report: Report): string[] {
  const doubts = doubtsAbout(report).join(', ');
  if (!report.run.complete) return [`> [!WARNING]\n> **Incomplete**: ${doubts}. What is missing stands below.`];
  return doubts === '' ? [] : [`> [!NOTE]\n> ${doubts}. What was not seen stands below.`];
}

function startText(finding: Finding): string {
  const first = tame(finding);
  return `Start with ${markdownCode(nameOf(first))}: ${markdownCode(`keyward explain ${first.rule}`)}`;
}

function resolvedText({ resolved, run }: Report): string {
  if (resolved.length === 0) return '';
  const lines = resolved.map(({ rule, subject, lastSeen }) => {
    const name = markdownCode(shortName(tameName(subject)) || '(unnamed)');
    return `- ${name} ${markdownText(tameName(rule))}, last seen ${dayText(lastSeen, yearOf(run.now))}\n`;
  });
  const list = listText(lines, ROOM.resolved, rest => `- … ${withSeparators(rest)} more: ${REST}\n`);
  return details(`${countText(resolved.length, 'finding')} resolved`, [list.trimEnd()]).trimEnd() + '\n';
}

function gapSection({ coverage }: Report): string {
  const gaps = gapTexts(coverage, WIDEST_SOURCE);
  if (coverage.length === 0) return '### Not seen\n\nNothing says what could be seen.\n';
  if (gaps.length === 0) return 'Every rule could see all that it needs.\n';
  const lines = gaps.map(({ isBlind, reasons, scope }) => {
    const text = markdownText(reasons, LONGEST_LINE);
    return `- ${isBlind ? '**blind**: ' : ''}${text} (${markdownText(scope, LONGEST_LINE)})\n`;
  });
  const list = listText(lines, ROOM.gaps, rest => `- … ${withSeparators(rest)} more in \`--format json\`\n`);
  return `### Not seen\n\n${list}`;
}

function noteSection(title: string, { shown, hidden }: Notes, room: number): string {
  if (shown.length === 0) return '';
  const list = listText(shown.map(noteLine), room, rest => `- … ${withSeparators(rest)} more\n`, hidden);
  return `### ${title}\n\n${list}`;
}

const noteLine = ({ source, path, text }: Note): string => {
  const words = [source === '' ? '' : `${markdownCode(source)}:`, markdownText(path), markdownText(text)];
  return `- ${words.filter(word => word !== '').join(' ')}\n`;
};

/** The lines that fit, and how many do not. */
function listText(lines: readonly string[], room: number, more: (rest: number) => string, hidden = 0): string {
  const shown = fitting(lines, room);
  const rest = lines.length - shown.length + hidden;
  return `${shown.join('')}${rest > 0 ? more(rest) : ''}`;
}
