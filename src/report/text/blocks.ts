import type { Finding, HeldCredential } from '../../model/finding.ts';
import { listText } from '../../wording.ts';
import { type Hourly, hourlyOf, hourlyText, sparkline } from '../digest/hourly.ts';
import type { Incident } from '../digest/incidents.ts';
import type { Relations } from '../digest/relations.ts';
import { tame } from '../digest/tame.ts';
import {
  elsewhereText,
  factsOf,
  headingOf,
  holderOf,
  membersText,
  nameOf,
  relationTexts,
  STATUS_WORDS,
  whenText,
} from '../digest/telling.ts';
import { shortName, truncateMiddle } from '../plain.ts';
import { fill, fillBeside, indent, listRuns, type Page, type Run } from './layout.ts';
import { remedyLines } from './remedies.ts';

/** What a block must know of the report around it. */
export interface Setting {
  readonly page: Page;
  readonly now: number;
  /** Whether there is an earlier report to compare with. */
  readonly isCompared: boolean;
  /** Advice that the reader has had; a block adds its own. */
  readonly told: Set<string>;
  relationsOf(findings: readonly Finding[]): Relations;
}

const FEWEST_BARS = 20;
const TEXT_INDENT = '    ';

/** One incident in full: what happened to which credential, and what to do. */
export function blockLines(setting: Setting, incident: Incident): string[] {
  const findings = incident.findings.map(tame);
  const told = findings.length === 1 ? findingLines(setting, findings[0]!) : memberLines(setting, findings);
  return [
    ...headingLines(setting, incident, findings),
    ...aboutLines(setting, findings[0]!),
    ...told,
    ...elsewhereLines(setting, findings, setting.relationsOf(incident.findings)),
    ...remedyLines(setting, findings),
  ];
}

/** One incident on one line, for when there are many. */
export function briefLines({ page, now }: Setting, incident: Incident): string[] {
  const findings = incident.findings.map(tame);
  const name = { text: nameOf(findings[0]!), paint: page.strong };
  const rules = { text: listText([...new Set(findings.map(({ rule }) => rule))]), paint: page.normal, gap: 2 };
  return fillBeside(page, indent(page, '  '), [name, rules], { text: whenText(findings, now), paint: page.faint });
}

function headingLines(setting: Setting, { severity }: Incident, findings: readonly Finding[]): string[] {
  const { page, now, isCompared } = setting;
  const { title, remarks, when } = headingOf(findings, now, isCompared);
  return fillBeside(
    page,
    { text: `${severity.toUpperCase()}  `, paint: page.severity[severity] },
    [{ text: remarks.length === 0 ? title : `${title},`, paint: page.strong }, ...listRuns(remarks, page.normal)],
    { text: when, paint: page.faint },
  );
}

function aboutLines({ page, now }: Setting, { credential, subject }: Finding): string[] {
  const runs = credential === null ? [{ text: subject, paint: page.strong }] : credentialRuns(page, credential, now);
  return fill(page, indent(page, '  '), runs);
}

function credentialRuns(page: Page, credential: HeldCredential, now: number): Run[] {
  const { id } = credential;
  const name = id.startsWith('arn:') ? shortName(id, page.width - 4) : truncateMiddle(id, page.width - 4);
  return [
    { text: name, paint: page.strong },
    { text: holderOf(credential), paint: page.normal, gap: 2 },
    ...listRuns(factsOf(credential, now), page.faint, 3),
  ];
}

function findingLines({ page, now }: Setting, finding: Finding): string[] {
  return [
    ...fill(page, indent(page, '  '), [{ text: finding.message, paint: page.normal }]),
    ...evidenceLines(page, '  ', finding, now),
  ];
}

function memberLines({ page, now, isCompared }: Setting, findings: readonly Finding[]): string[] {
  return findings.flatMap((finding, i) => {
    const { rule, severity, status } = finding;
    const isRepeated = findings.slice(0, i).some(({ members }) => members.join('\n') === finding.members.join('\n'));
    const marks: string[] = severity === findings[0]!.severity ? [] : [severity];
    if (isCompared) marks.push(STATUS_WORDS[status]);
    return [
      ...fillBeside(
        page,
        { text: '  ● ', paint: page.severity[severity] },
        [{ text: finding.message, paint: page.normal }],
        { text: [...marks, rule].join(' · '), paint: page.faint },
      ),
      ...evidenceLines(page, TEXT_INDENT, isRepeated ? { ...finding, members: [] } : finding, now),
    ];
  });
}

function evidenceLines(page: Page, margin: string, finding: Finding, now: number): string[] {
  const hourly = hourlyOf(finding);
  return [...(hourly === undefined ? [] : sparkLines(page, margin, hourly, now)), ...groupLines(page, margin, finding)];
}

function sparkLines(page: Page, margin: string, hourly: Hourly, now: number): string[] {
  const { values } = hourly;
  const caption = (hours: number) => hourlyText(hourly, hours, now);
  const room = page.width - margin.length;
  const isBeside = (hours: number) => Math.ceil(values.length / hours) + 2 + caption(hours).length <= room;
  let hours = 1;
  while (!isBeside(hours) && values.length / hours > FEWEST_BARS) hours++;
  // A caption that would squeeze the line too much goes below it.
  if (!isBeside(hours)) hours = Math.ceil(values.length / room);
  const words = { text: caption(hours), paint: page.faint, gap: 2, isWhole: true };
  return fill(page, indent(page, margin), [{ text: sparkline(hourly, hours), paint: page.normal }, words]);
}

/** Who belongs to it, unless the message says so already. */
const groupLines = (page: Page, margin: string, finding: Finding): string[] =>
  faintLines(page, margin, membersText(finding));

/** What else in the report belongs to it, and rules that agree but have no line at all. */
const elsewhereLines = ({ page }: Setting, findings: readonly Finding[], relations: Relations): string[] =>
  [...relationTexts(relations), elsewhereText(findings, relations)].flatMap(text => faintLines(page, '  ', text));

const faintLines = (page: Page, margin: string, text: string): string[] =>
  text === '' ? [] : fill(page, indent(page, margin), [{ text, paint: page.faint }]);
