import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { SEVERITIES } from '../../severity.ts';
import { countText } from '../../wording.ts';
import type { Arrangement, Fold, Incident } from '../digest/incidents.ts';
import { measureOf } from '../digest/measure.ts';
import { remedyOf } from '../digest/remedies.ts';
import { tame, tameName } from '../digest/tame.ts';
import { amountText, headingOf, isCompared, nameOf, newsOf } from '../digest/telling.ts';
import { slackText } from '../plain.ts';
import { type SlackBlock, section } from './block.ts';

/** What a message must know of the report around it. */
interface Setting {
  readonly now: number;
  readonly isCompared: boolean;
}

const SHOWN_INCIDENTS = 8;
const SHOWN_FINDINGS = 3;
/** A chat is no place for long sentences. */
const LONGEST_LINE = 400;

/** Worst first: the first incidents in a few lines each, and of each severity what there is more of, a line each. */
export function findingBlocks(report: Report, { incidents, folds, asides }: Arrangement): SlackBlock[] {
  const setting: Setting = { now: report.run.now, isCompared: isCompared(report) };
  const told = new Set(incidents.slice(0, SHOWN_INCIDENTS));
  return SEVERITIES.flatMap(severity => {
    const own = incidents.filter(incident => incident.severity === severity);
    const alike = [...folds, ...asides].filter(fold => fold.severity === severity);
    const lines = [
      ...moreLines(own.filter(incident => !told.has(incident))),
      ...alike.map(fold => foldLine(setting, fold)),
    ];
    const sections = own
      .filter(incident => told.has(incident))
      .map(incident => section(incidentLines(setting, incident)));
    return lines.length === 0 ? sections : [...sections, section(lines)];
  });
}

function incidentLines(setting: Setting, { severity, findings }: Incident): string[] {
  const told = findings.map(tame);
  const rest = told.length - SHOWN_FINDINGS;
  const { advice } = remedyOf(told);
  const single = told.length === 1;
  return [
    headingLine(setting, severity, told),
    ...told.slice(0, SHOWN_FINDINGS).map(({ rule, message }) => {
      const text = slackText(message, LONGEST_LINE);
      return single ? text : `• *${slackText(rule)}*: ${text}`;
    }),
    rest > 0 ? `• ${countText(rest, 'more finding')}` : '',
    ...advice.slice(0, 1).map(text => `→ ${slackText(text, LONGEST_LINE)}`),
  ];
}

function headingLine({ now, isCompared }: Setting, severity: string, findings: readonly Finding[]): string {
  const { title, remarks, when } = headingOf(findings, now, isCompared);
  const what = slackText([title, ...remarks, when].join(', '));
  return `*${severity.toUpperCase()}* ${slackText(nameOf(findings[0]!))}: ${what}`;
}

const moreLines = (incidents: readonly Incident[]): string[] =>
  incidents.length === 0
    ? []
    : [`*${incidents[0]!.severity.toUpperCase()}* ${countText(incidents.length, 'more incident')}`];

function foldLine({ isCompared }: Setting, { rule, severity, findings }: Fold): string {
  const measure = measureOf(findings);
  const news = isCompared ? newsOf(findings) : '';
  const what = `${tameName(rule)}: ${amountText(findings)}${news}${measure === undefined ? '' : `, ${measure.text}`}`;
  return `*${severity.toUpperCase()}* ${slackText(what)}`;
}
