import type { Finding } from '../../model/finding.ts';
import { countText, someText, withSeparators } from '../../wording.ts';
import { type Hourly, hourlyOf, hourlyText, sparkline } from '../digest/hourly.ts';
import type { Fold, Incident } from '../digest/incidents.ts';
import { byMeasure, measureOf } from '../digest/measure.ts';
import type { Relations } from '../digest/relations.ts';
import { adviceOf, remedyOf } from '../digest/remedies.ts';
import { tame, tameName } from '../digest/tame.ts';
import {
  amountText,
  elsewhereText,
  factsOf,
  headingOf,
  holderOf,
  membersText,
  nameOf,
  namesOf,
  newsOf,
  relationTexts,
  STATUS_WORDS,
} from '../digest/telling.ts';
import {
  htmlText,
  longestRun,
  markdownCell,
  markdownCode,
  markdownText,
  quoteWords,
  truncateMiddle,
} from '../plain.ts';
import { type Block, fitting } from './packing.ts';

/** What a block must know of the report around it. */
export interface Setting {
  readonly now: number;
  /** Whether there is an earlier report to compare with. */
  readonly isCompared: boolean;
  relationsOf(findings: readonly Finding[]): Relations;
}

const SHOWN_FINDINGS = 15;
const SHOWN_COMMANDS = 12;
/** In bytes. */
const COMMAND_ROOM = 6_000;
const SHOWN_ROWS = 20;
const SHOWN_RULES = 3;
const MOST_BARS = 72;
const LONGEST_NAME = 120;

/** Where everything is that has no room here. */
export const REST = '`--format json` lists them all';

/** One incident: what happened to which credential, and what to do. */
export const incidentBlock = (setting: Setting, { severity, findings }: Incident): Block => ({
  count: findings.length,
  full: isOpen => {
    const told = findings.map(tame);
    const name = `<code>${htmlText(nameOf(told[0]!))}</code>`;
    const summary = `<b>${severity.toUpperCase()}</b> ${name}: ${summaryText(headingText(setting, told))}`;
    return details(summary, incidentParts(setting, told, setting.relationsOf(findings)), isOpen);
  },
  brief: () => {
    const told = findings.map(tame);
    const rules = someText([...new Set(told.map(({ rule }) => rule))], SHOWN_RULES);
    const what = `${headingText(setting, told)}${told.length === 1 ? '' : `: ${rules}`}`;
    return `- **${severity.toUpperCase()}** ${markdownCode(nameOf(told[0]!))}: ${markdownText(what)}\n`;
  },
});

function headingText({ now, isCompared }: Setting, findings: readonly Finding[]): string {
  const { title, remarks, when } = headingOf(findings, now, isCompared);
  return [title, ...remarks, when].join(', ');
}

/** Many findings alike: how many, between which extremes, the worst of them, and what to do. */
export const foldBlock = (setting: Setting, fold: Fold): Block => ({
  count: fold.findings.length,
  full: isOpen => {
    const measure = measureOf(fold.findings);
    const ordered = measure === undefined ? fold.findings : byMeasure(fold.findings, measure);
    const summary = `<b>${fold.severity.toUpperCase()}</b> ${summaryText(foldText(setting, fold))}`;
    return details(summary, foldParts(setting, ordered), isOpen);
  },
  brief: () => `- **${fold.severity.toUpperCase()}** ${markdownText(foldText(setting, fold))}\n`,
});

function foldText({ isCompared }: Setting, { rule, findings }: Fold): string {
  const measure = measureOf(findings);
  const news = isCompared ? newsOf(findings) : '';
  const extremes = measure === undefined ? '' : `, ${measure.text}`;
  return `${tameName(rule)}: ${amountText(findings)}${news}${extremes}`;
}

/** What opens at a click; blank lines part its Markdown from the HTML around it. */
export const details = (summary: string, parts: readonly string[], isOpen = false): string =>
  `<details${isOpen ? ' open' : ''}>\n<summary>${summary}</summary>\n\n${parts.join('\n\n')}\n\n</details>\n\n`;

/** Within the HTML of a summary Markdown would not be read. */
const summaryText = (text: string): string => quoteWords(text, word => `<code>${htmlText(word)}</code>`);

function incidentParts(setting: Setting, findings: readonly Finding[], relations: Relations): string[] {
  const told = findings.length === 1 ? singleText(setting, findings[0]!) : findingList(setting, findings);
  const { advice, commands } = remedyOf(findings);
  const around = [...relationTexts(relations), elsewhereText(findings, relations)].filter(text => text !== '');
  return [
    aboutText(setting, findings[0]!),
    told,
    ...around.map(text => markdownText(text)),
    ...adviceParts(advice),
    ...commandParts(commands),
    explainText(findings[0]!.rule),
  ];
}

function foldParts(setting: Setting, findings: readonly Finding[]): string[] {
  const shown = findings.slice(0, SHOWN_ROWS).map(tame);
  const rest = findings.length - shown.length;
  return [
    foldTable(setting, shown),
    ...(rest === 0 ? [] : [`… ${withSeparators(rest)} more: ${REST}`]),
    ...adviceParts(adviceOf(shown.slice(0, 1))),
    explainText(shown[0]!.rule),
  ];
}

function foldTable({ isCompared }: Setting, findings: readonly Finding[]): string {
  const names = namesOf(findings);
  const rows = findings.map(({ credential, status, message }, i) => [
    markdownCode(names[i]!).replaceAll('|', '\\|'),
    credential === null ? '' : markdownCell(holderOf(credential, 30)),
    `${isCompared && status !== 'known' ? `**${STATUS_WORDS[status]}**: ` : ''}${markdownCell(message)}`,
  ]);
  const lines = [['about', 'holder', 'what'], ['---', '---', '---'], ...rows];
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

function aboutText({ now }: Setting, { credential, subject }: Finding): string {
  if (credential === null) return `About ${markdownCode(truncateMiddle(subject, LONGEST_NAME))}`;
  const facts = [holderOf(credential), ...factsOf(credential, now)].filter(text => text !== '');
  return `${markdownCode(truncateMiddle(credential.id, LONGEST_NAME))}: ${facts.map(text => markdownText(text)).join(', ')}`;
}

const singleText = (setting: Setting, finding: Finding): string =>
  [markdownText(finding.message), ...evidenceTexts(setting, finding)].join('<br>\n');

function findingList(setting: Setting, findings: readonly Finding[]): string {
  const shown = findings.slice(0, SHOWN_FINDINGS);
  const rest = findings.length - shown.length;
  const items = shown.map(finding => {
    const { rule, severity, status, message } = finding;
    const marks: string[] = severity === findings[0]!.severity ? [] : [severity];
    if (setting.isCompared) marks.push(STATUS_WORDS[status]);
    const lead = `**${markdownText(rule)}**${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`;
    return `- ${[`${lead}: ${markdownText(message)}`, ...evidenceTexts(setting, finding)].join('<br>\n  ')}`;
  });
  if (rest > 0) items.push(`- … ${countText(rest, 'more finding')}: ${REST}`);
  return items.join('\n');
}

function evidenceTexts({ now }: Setting, finding: Finding): string[] {
  const hourly = hourlyOf(finding);
  const members = membersText(finding);
  return [
    ...(hourly === undefined ? [] : [sparkText(hourly, now)]),
    ...(members === '' ? [] : [markdownText(members)]),
  ];
}

function sparkText(hourly: Hourly, now: number): string {
  const hours = Math.ceil(hourly.values.length / MOST_BARS);
  return `${markdownCode(sparkline(hourly, hours))} ${hourlyText(hourly, hours, now)}`;
}

const adviceParts = (advice: readonly string[]): string[] => advice.map(text => `→ ${markdownText(text)}`);

/** A fence that nothing within it can close. */
function commandParts(commands: readonly string[]): string[] {
  const told = commands.filter(command => command !== '');
  if (told.length === 0) return [];
  const shown = fitting(told.slice(0, SHOWN_COMMANDS), COMMAND_ROOM);
  const rest = told.length - shown.length;
  const lines = rest > 0 ? [...shown, `# ${countText(rest, 'more command')}: --format json lists them all`] : shown;
  const fence = '~'.repeat(Math.max(3, longestRun(lines.join('\n'), '~') + 1));
  return [`${fence}sh\n${lines.join('\n')}\n${fence}`];
}

const explainText = (rule: string): string => `Why this matters: ${markdownCode(`keyward explain ${rule}`)}`;
