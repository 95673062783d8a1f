import { mergeEpisodes } from '../../episodes.ts';
import type { Episode, Finding, HeldCredential } from '../../model/finding.ts';
import { DAY, HOUR } from '../../time.ts';
import { countText, credentialNoun, listText, someText, withSeparators } from '../../wording.ts';
import { dayText, momentText, stretchText, yearOf } from '../dates.ts';
import { isUnnamed, shortId, shortIds, shortName, truncateMiddle } from '../plain.ts';
import { type Incident, isStanding } from './incidents.ts';
import { fill, fillBeside, indent, listRuns, type Page, type Run } from './layout.ts';
import { remedyLines } from './remedies.ts';
import { type Hourly, highest, hourlyOf, sparkline } from './spark.ts';
import { tame } from './tame.ts';

/** What a block must know of the report around it. */
export interface Setting {
  readonly page: Page;
  readonly now: number;
  /** Whether there is an earlier report to compare with. */
  readonly isCompared: boolean;
  /** Advice that the reader has had; a block adds its own. */
  readonly told: Set<string>;
}

/** How a finding stands to the report before. */
export const STATUS_WORDS: Readonly<Record<Finding['status'], string>> = {
  new: 'new',
  recurred: 'back again',
  known: 'known',
};

const SHOWN_MEMBERS = 4;
const LONGEST_ACCOUNT = 40;
/** Of a credential younger than this the hour is told, too. */
const FRESH = 2 * DAY;
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
    ...elsewhereLines(setting, findings),
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

/** What a finding is about, in short. */
export function nameOf({ credential, subject }: Finding): string {
  return credential === null ? shortName(subject) : shortId(credential.id);
}

/** Whether something unusual was still seen in the last hours before the judged moment: logs arrive late. */
const isGoingOn = ({ kind, lastSeen }: Finding, now: number): boolean => kind === 'signal' && now - lastSeen < 3 * HOUR;

function headingLines(setting: Setting, { severity }: Incident, findings: readonly Finding[]): string[] {
  const { page, now, isCompared } = setting;
  const isOne = findings.length === 1;
  const stretches = stretchesOf(findings);
  const remarks = isOne ? [] : [countText(findings.length, 'finding')];
  if (isOne && isCompared) remarks.push(STATUS_WORDS[findings[0]!.status]);
  if (stretches.length > 1) {
    remarks.push(`${countText(stretches.length, 'time')} since ${dayText(stretches[0]!.from, yearOf(now))}`);
  }
  if (findings.some(finding => isGoingOn(finding, now))) remarks.push('ongoing');
  const title = isOne ? findings[0]!.rule : companyText(findings);
  return fillBeside(
    page,
    { text: `${severity.toUpperCase()}  `, paint: page.severity[severity] },
    [{ text: remarks.length === 0 ? title : `${title},`, paint: page.strong }, ...listRuns(remarks, page.normal)],
    { text: whenText(findings, now), paint: page.faint },
  );
}

/** What happened is an incident; what only lasts is a state of its credential. */
function companyText(findings: readonly Finding[]): string {
  const { credential } = findings[0]!;
  return credential !== null && findings.every(isStanding) ? `one ${credentialNoun(credential.kind)}` : 'one incident';
}

/** The last time that the worst of it was so. */
function whenText(findings: readonly Finding[], now: number): string {
  const { from, until } = stretchesOf(findings).at(-1)!;
  return stretchText(from, until, yearOf(now));
}

/** When the worst of it was so, parted by quiet days. Lesser findings, and what lasts, would blur it. */
function stretchesOf(findings: readonly Finding[]): Episode[] {
  const worst = findings.filter(({ severity }) => severity === findings[0]!.severity);
  const happened = worst.filter(finding => !isStanding(finding));
  const told = happened.length > 0 ? happened : worst;
  const seen = told.map(({ firstSeen, lastSeen }) => ({ from: firstSeen, until: lastSeen }));
  const episodes = told.flatMap(finding => finding.episodes);
  return mergeEpisodes(episodes.length > 0 ? episodes : seen);
}

function aboutLines({ page, now }: Setting, { credential, subject }: Finding): string[] {
  const runs = credential === null ? [{ text: subject, paint: page.strong }] : credentialRuns(page, credential, now);
  return fill(page, indent(page, '  '), runs);
}

function credentialRuns(page: Page, credential: HeldCredential, now: number): Run[] {
  const { id, owner, account, createdAt } = credential;
  const isNamedByOwner = id === owner || isUnnamed(id);
  const name = id.startsWith('arn:') ? shortName(id, page.width - 4) : truncateMiddle(id, page.width - 4);
  const facts = [KIND_WORDS[credential.kind] ?? credential.kind.replaceAll('-', ' ')];
  if (isUnnamed(id)) facts.push('id not known');
  if (createdAt !== null)
    facts.push(
      `created ${now - createdAt < FRESH ? momentText(createdAt, yearOf(now)) : dayText(createdAt, yearOf(now))}`,
    );
  if (account !== '') facts.push(`account ${truncateMiddle(account, LONGEST_ACCOUNT)}`);
  return [
    { text: name, paint: page.strong },
    { text: isNamedByOwner ? '' : shortName(owner), paint: page.normal, gap: 2 },
    ...listRuns(facts, page.faint, 3),
  ];
}

/** Kinds whose name is a proper noun; the others read well as they are. */
const KIND_WORDS: Readonly<Record<string, string>> = {
  'bedrock-key': 'Bedrock key',
  'claude-platform-key': 'Claude Platform key',
  'identity-center-user': 'Identity Center user',
  unknown: 'credential',
};

function findingLines({ page, now }: Setting, finding: Finding): string[] {
  return [
    ...fill(page, indent(page, '  '), [{ text: finding.message, paint: page.normal }]),
    ...evidenceLines(page, '  ', finding, now),
  ];
}

function memberLines({ page, now, isCompared }: Setting, findings: readonly Finding[]): string[] {
  return findings.flatMap(finding => {
    const { rule, severity, status } = finding;
    const marks: string[] = severity === findings[0]!.severity ? [] : [severity];
    if (isCompared) marks.push(STATUS_WORDS[status]);
    return [
      ...fillBeside(
        page,
        { text: '  ● ', paint: page.severity[severity] },
        [{ text: finding.message, paint: page.normal }],
        { text: [...marks, rule].join(' · '), paint: page.faint },
      ),
      ...evidenceLines(page, TEXT_INDENT, finding, now),
    ];
  });
}

function evidenceLines(page: Page, margin: string, finding: Finding, now: number): string[] {
  const hourly = hourlyOf(finding);
  return [...(hourly === undefined ? [] : sparkLines(page, margin, hourly, now)), ...groupLines(page, margin, finding)];
}

function sparkLines(page: Page, margin: string, hourly: Hourly, now: number): string[] {
  const { from, values } = hourly;
  const start = values.length < 48 ? momentText(from, yearOf(now)) : dayText(from, yearOf(now));
  const peak = withSeparators(highest(values));
  const caption = (hours: number) => `since ${start}, peak ${peak}/h${hours === 1 ? '' : `, ${hours} h a bar`}`;
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
function groupLines(page: Page, margin: string, { members, credential, message }: Finding): string[] {
  const named = new Set(message.split(' ').map(word => word.replace(/^[('"]+|[)'".,:;]+$/g, '')));
  const isTold = (member: string) => member === credential?.id || named.has(member) || named.has(shortName(member));
  if (members.every(isTold)) return [];
  const text = `${countText(members.length, 'member')}: ${someText(shortIds(members), SHOWN_MEMBERS)}`;
  return fill(page, indent(page, margin), [{ text, paint: page.faint }]);
}

/** Rules that agree but have no line in this block: suppressed, say, or below what is shown. */
function elsewhereLines({ page }: Setting, findings: readonly Finding[]): string[] {
  const told = new Set(findings.map(({ rule }) => rule));
  const others = new Set(findings.flatMap(({ corroboratedBy }) => corroboratedBy).filter(rule => !told.has(rule)));
  if (others.size === 0) return [];
  return fill(page, indent(page, '  '), [
    { text: `also: ${listText([...others].sort())} (not shown)`, paint: page.faint },
  ]);
}
