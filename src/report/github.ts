import type { Finding, Severity } from '../model/finding.ts';
import type { Report } from '../model/report.ts';
import { countText, listText, someText } from '../wording.ts';
import { anchorOf } from './digest/anchor.ts';
import { gapTexts } from './digest/gaps.ts';
import { aboutText } from './digest/headline.ts';
import { missingLines, remarkTexts } from './digest/note-lines.ts';
import { tame } from './digest/tame.ts';
import { doubtsAbout, emptyVerdict, otherCounts, severityCounts } from './digest/verdict.ts';
import { commandProperty, commandText } from './plain.ts';
import { defineReporter } from './reporter.ts';

/** GitHub shows so many annotations of a kind for one step, and drops the others in silence. */
const MOST_OF_A_KIND = 10;
/** GitHub cuts off what is longer. */
const LONGEST_MESSAGE = 4000;
const LONGEST_TITLE = 200;
const SHOWN_NOTES = 10;
const SHOWN_GAPS = 10;
const SHOWN_RULES = 8;
const NAME_WIDTH = 60;

/** The findings as annotations of a GitHub Actions run. */
export const github = defineReporter({
  id: 'github',
  title: 'GitHub annotations',
  description:
    'Annotations of a GitHub Actions run, at most 10 of each kind: `keyward audit --format github` in a step; ' +
    'everyone who may see the run sees them.',
  file: 'annotations.txt',
  render: renderGithub,
});

type Kind = 'error' | 'warning' | 'notice';

const KINDS: Readonly<Record<Severity, Kind>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'notice',
  info: 'notice',
};

interface Annotation {
  readonly title: string;
  readonly text: string;
}

/** Every line is a command, so that no text of a log ever begins one. */
function* renderGithub(report: Report): Generator<string> {
  const { config } = report.run;
  const place = config === null ? '' : `file=${commandProperty(anchorOf(config))},line=1,`;
  const always: Readonly<Record<Kind, Annotation[]>> = {
    error: incompleteIn(report),
    warning: gapsIn(report, true),
    notice: [...gapsIn(report, false), ...remarksIn(report), summaryOf(report)],
  };
  for (const kind of ['error', 'warning', 'notice'] as const) {
    const findings = report.findings.filter(({ severity }) => KINDS[severity] === kind);
    const annotations = [...withinLimit(findings, MOST_OF_A_KIND - always[kind].length), ...always[kind]];
    for (const { title, text } of annotations) {
      const message = commandText(cut(text, LONGEST_MESSAGE));
      yield `::${kind} ${place}title=${commandProperty(cut(title, LONGEST_TITLE))}::${message}\n`;
    }
  }
}

/** The worst ones each, and the others in one. */
function withinLimit(findings: readonly Finding[], most: number): Annotation[] {
  if (findings.length <= most) return findings.map(ofFinding);
  return [...findings.slice(0, most - 1).map(ofFinding), restOf(findings.slice(most - 1))];
}

function ofFinding(finding: Finding): Annotation {
  const told = tame(finding);
  const { severity, rule, message, remediation } = told;
  return {
    title: `${severity}: ${rule}, ${aboutText(told)}`,
    text: [message, remediation.summary, ...remediation.commands].filter(line => line !== '').join('\n'),
  };
}

function restOf(findings: readonly Finding[]): Annotation {
  const rules = [...new Set(findings.map(finding => tame(finding).rule))];
  const severities = listText([...new Set(findings.map(({ severity }) => severity))]);
  return {
    title: countText(findings.length, `more ${severities} finding`),
    text: `${someText(rules, SHOWN_RULES)}. GitHub shows ${MOST_OF_A_KIND} annotations of a kind; the other formats list every finding.`,
  };
}

function incompleteIn(report: Report): Annotation[] {
  const lines = missingLines(report, SHOWN_NOTES);
  return lines.length === 0 ? [] : [{ title: 'incomplete: not everything was read', text: lines.join('\n') }];
}

function gapsIn({ coverage }: Report, areBlind: boolean): Annotation[] {
  const gaps = gapTexts(coverage, NAME_WIDTH).filter(({ isBlind }) => isBlind === areBlind);
  if (gaps.length === 0) return [];
  const lines = gaps.slice(0, SHOWN_GAPS).map(({ reasons, scope }) => `${reasons} (${scope})`);
  if (gaps.length > SHOWN_GAPS) lines.push(`… ${countText(gaps.length - SHOWN_GAPS, 'more gap')}`);
  return [{ title: areBlind ? 'blind: some rules saw nothing' : 'only part was seen', text: lines.join('\n') }];
}

function remarksIn(report: Report): Annotation[] {
  const remarks = remarkTexts(report);
  return remarks.length === 0 ? [] : [{ title: 'worth knowing', text: remarks.join('\n') }];
}

/** The last line: how much was found, and what that is worth. */
function summaryOf(report: Report): Annotation {
  const { findings } = report;
  const empty = emptyVerdict(report);
  const found =
    findings.length === 0
      ? [[empty.text, listText(empty.details)].filter(text => text !== '').join(' ')]
      : [
          severityCounts(report)
            .map(({ text }) => text)
            .join(', '),
          ...doubtsAbout(report),
        ];
  return { title: 'keyward', text: [...found, ...otherCounts(report)].join(' · ') };
}

/** The beginning, if it is too long, up to a whole character. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
