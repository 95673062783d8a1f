import { mergeEpisodes } from '../../episodes.ts';
import type { Episode, Finding, HeldCredential } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { DAY, HOUR } from '../../time.ts';
import { countText, credentialNoun, listText, someText, withSeparators } from '../../wording.ts';
import { dayText, momentText, stretchText, yearOf } from '../dates.ts';
import { isUnnamed, shortId, shortIds, shortName, truncateMiddle } from '../plain.ts';
import { isStanding } from './incidents.ts';
import type { Relations } from './relations.ts';
import { tame, tameName } from './tame.ts';

const SHOWN_MEMBERS = 4;
const LONGEST_ACCOUNT = 40;
/** Of a credential younger than this the hour is told, too. */
const FRESH = 2 * DAY;

/** How a finding stands to the report before. */
export const STATUS_WORDS: Readonly<Record<Finding['status'], string>> = {
  new: 'new',
  recurred: 'back again',
  known: 'known',
};

/** Whether the findings were held against those of an earlier report. */
export function isCompared({ findings, resolved, summary }: Report): boolean {
  return summary.known > 0 || summary.resolved > 0 || resolved.length > 0 || findings.some(f => f.status !== 'new');
}

/** What a finding is about, in short. */
export function nameOf({ credential, subject }: Finding): string {
  return credential === null ? shortName(subject) : shortId(credential.id);
}

/** What an incident is called, what else its heading says, and when it was. */
export interface Heading {
  readonly title: string;
  readonly remarks: readonly string[];
  readonly when: string;
}

/** The heading of an incident, of which the worst finding comes first. */
export function headingOf(findings: readonly Finding[], now: number, isCompared: boolean): Heading {
  const isOne = findings.length === 1;
  const stretches = stretchesOf(findings);
  const remarks = isOne ? [] : [countText(findings.length, 'finding')];
  if (isOne && isCompared) remarks.push(STATUS_WORDS[findings[0]!.status]);
  if (stretches.length > 1) {
    remarks.push(`${countText(stretches.length, 'time')} since ${dayText(stretches[0]!.from, yearOf(now))}`);
  }
  if (findings.some(finding => isGoingOn(finding, now))) remarks.push('ongoing');
  return { title: isOne ? findings[0]!.rule : companyText(findings), remarks, when: whenText(findings, now) };
}

/** Whether something unusual was still seen in the last hours before the judged moment: logs arrive late. */
const isGoingOn = ({ kind, lastSeen }: Finding, now: number): boolean => kind === 'signal' && now - lastSeen < 3 * HOUR;

/** What happened is an incident; what only lasts is a state of its credential. */
function companyText(findings: readonly Finding[]): string {
  const { credential } = findings[0]!;
  return credential !== null && findings.every(isStanding) ? `one ${credentialNoun(credential.kind)}` : 'one incident';
}

/** The last time that the worst of it was so. */
export function whenText(findings: readonly Finding[], now: number): string {
  const { from, until } = stretchesOf(findings).at(-1)!;
  return stretchText(from, until, yearOf(now));
}

/** When the worst of it was so, parted by quiet days. Lesser findings, and what lasts, would blur it. */
export function stretchesOf(findings: readonly Finding[]): Episode[] {
  const worst = findings.filter(({ severity }) => severity === findings[0]!.severity);
  const happened = worst.filter(finding => !isStanding(finding));
  const told = happened.length > 0 ? happened : worst;
  const seen = told.map(({ firstSeen, lastSeen }) => ({ from: firstSeen, until: lastSeen }));
  const episodes = told.flatMap(finding => finding.episodes);
  return mergeEpisodes(episodes.length > 0 ? episodes : seen);
}

/** Kinds whose name is a proper noun; the others read well as they are. */
const KIND_WORDS: Readonly<Record<string, string>> = {
  'bedrock-key': 'Bedrock key',
  'claude-platform-key': 'Claude Platform key',
  'identity-center-user': 'Identity Center user',
  unknown: 'credential',
};

/** The holder of a credential in short; empty where the id names it already. */
export function holderOf({ id, owner }: HeldCredential, width?: number): string {
  return id === owner || isUnnamed(id) ? '' : shortName(owner, width);
}

/** What kind of credential it is, since when and where. */
export function factsOf({ id, kind, account, createdAt }: HeldCredential, now: number): string[] {
  const facts = [KIND_WORDS[kind] ?? kind.replaceAll('-', ' ')];
  if (isUnnamed(id)) facts.push('id not known');
  if (createdAt !== null)
    facts.push(
      `created ${now - createdAt < FRESH ? momentText(createdAt, yearOf(now)) : dayText(createdAt, yearOf(now))}`,
    );
  if (account !== '') facts.push(`account ${truncateMiddle(account, LONGEST_ACCOUNT)}`);
  return facts;
}

/** Who belongs to it; empty where the message says so already. */
export function membersText({ members, credential, message }: Finding): string {
  const named = new Set(message.split(' ').map(word => word.replace(/^[('"]+|[)'".,:;]+$/g, '')));
  const isTold = (member: string) => member === credential?.id || named.has(member) || named.has(shortName(member));
  if (members.every(isTold)) return '';
  return `${countText(members.length, 'member')}: ${someText(shortIds(members), SHOWN_MEMBERS)}`;
}

const SHOWN_RELATED = 3;

/** What an incident has to do with what is told elsewhere in the report, a line each. */
export function relationTexts({ campaigns, makers, works, ofMembers }: Relations): string[] {
  const related = (findings: readonly Finding[]): string =>
    someText(
      findings.map(tame).map(finding => `${nameOf(finding)} (${finding.severity})`),
      SHOWN_RELATED,
    );
  const own = [...ofMembers].map(([rule, count]) => `${tameName(rule)} (${withSeparators(count)})`);
  return [
    ...campaigns.slice(0, SHOWN_RELATED).map(campaign => campaignText(campaign.map(tame))),
    ...(makers.length === 0 ? [] : [`done by ${related(makers)}, told by itself`]),
    ...(works.length === 0 ? [] : [`see also what came of it: ${related(works)}`]),
    ...(own.length === 0 ? [] : [`told of its members: ${someText(own, MOST_RULES)}`]),
  ];
}

const MOST_RULES = 6;

function campaignText(campaign: readonly Finding[]): string {
  const rules = listText([...new Set(campaign.map(({ rule }) => rule))]);
  const most = Math.max(...campaign.map(({ members }) => members.length));
  return `one of ${countText(most, 'credential')} of ${rules}, ${shortName(campaign[0]!.subject)}`;
}

/** Rules that agree but are not told in the report: suppressed, say, or below what is shown. */
export function elsewhereText(findings: readonly Finding[], { campaigns, ofMembers }: Relations): string {
  const told = new Set([...findings, ...campaigns.flat()].map(({ rule }) => rule).concat(...ofMembers.keys()));
  const others = new Set(findings.flatMap(({ corroboratedBy }) => corroboratedBy).filter(rule => !told.has(rule)));
  return others.size === 0 ? '' : `also: ${listText([...others].sort())} (not shown)`;
}

/** The short names of what findings are about, told apart where they would look alike. */
export const namesOf = (findings: readonly Finding[]): string[] =>
  shortIds(findings.map(({ credential, subject }) => credential?.id ?? subject));

/** '38 credentials', or findings where some share one or have none. */
export function amountText(findings: readonly Finding[]): string {
  const holders = new Set(findings.map(({ credential }) => credential?.id));
  const areCredentials = holders.size === findings.length && !holders.has(undefined);
  return countText(findings.length, areCredentials ? 'credential' : 'finding');
}

/** ' (2 new, 1 back again)'; nothing when all is known. */
export function newsOf(findings: readonly Finding[]): string {
  const statuses = ['new', 'recurred'] as const;
  const counts = statuses.map(
    status => [findings.filter(f => f.status === status).length, STATUS_WORDS[status]] as const,
  );
  const told = counts.filter(([count]) => count > 0).map(([count, word]) => `${withSeparators(count)} ${word}`);
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}
