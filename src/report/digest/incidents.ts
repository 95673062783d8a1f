import type { Finding, Severity } from '../../model/finding.ts';
import { areNear, incidentsOf } from '../../episodes.ts';
import { groupBy } from '../../group.ts';
import { compareSeverity, SEVERITIES } from '../../severity.ts';
import { compareText } from '../../wording.ts';
import { isCampaign, kindredOf } from './campaigns.ts';

/** Findings that belong together: about one credential, or about many that did the same, less than a day apart. */
export interface Incident {
  readonly severity: Severity;
  /** Worst first; at least one. */
  readonly findings: readonly Finding[];
}

/** Findings of one rule and severity, too many to be told one by one. */
export interface Fold {
  readonly rule: string;
  readonly severity: Severity;
  readonly findings: readonly Finding[];
}

/** Every finding of a report, in exactly one place. */
export interface Arrangement {
  readonly incidents: readonly Incident[];
  readonly folds: readonly Fold[];
  /** Low and info, a line for each rule. */
  readonly asides: readonly Fold[];
}

/** So many of one rule and severity are told one by one; more are folded. */
const MOST_ALONE = 3;

const ASIDE: ReadonlySet<Severity> = new Set(['low', 'info']);

/** Sorts findings into incidents, folds and asides; none is lost and none is shown twice. */
export function arrange(findings: readonly Finding[]): Arrangement {
  const incidents: Incident[] = [];
  const alone: Finding[] = [];
  for (const company of companiesOf(findings)) {
    const incident = { severity: worstOf(company), findings: [...company].sort(byWeight) };
    if (company.length === 1 || ASIDE.has(incident.severity)) alone.push(...company);
    else incidents.push(incident);
  }
  const asides: Fold[] = [];
  const loners: Finding[] = [];
  const folds: Fold[] = [];
  for (const fold of alikeIn(alone)) {
    if (ASIDE.has(fold.severity)) asides.push(fold);
    else if (fold.findings.length > MOST_ALONE) folds.push(fold);
    else loners.push(...fold.findings);
  }
  for (const company of standingCompanies(loners)) {
    incidents.push({ severity: worstOf(company), findings: [...company].sort(byWeight) });
  }
  return { incidents: incidents.sort(byPriority), folds, asides };
}

/** Where to start reading: the first finding that is shown. */
export function firstOf({ incidents, folds, asides }: Arrangement): Finding | undefined {
  const all = [...incidents, ...folds, ...asides];
  const worst = SEVERITIES.find(severity => all.some(shown => shown.severity === severity));
  return all.find(({ severity }) => severity === worst)?.findings[0];
}

/** A state that lasts (an old key, an undeclared holder), as opposed to something that happened. */
export function isStanding({ family, kind, severity }: Finding): boolean {
  return kind === 'fact' && (family === 'lifetime' || family === 'register') && severity !== 'critical';
}

function companiesOf(findings: readonly Finding[]): Finding[][] {
  const byCredential = groupBy(findings, ({ credential }) => credential?.id);
  const companies = [...byCredential].flatMap(([id, held]) =>
    id === undefined ? held.map(finding => [finding]) : companiesOfOne(held),
  );
  return withKindred(companies);
}

/** Campaigns of mostly the same members are one story, told with what else their maker did. */
function withKindred(companies: readonly Finding[][]): Finding[][] {
  const companyOf = new Map(companies.flatMap(company => company.map(finding => [finding, company] as const)));
  for (const [a, b] of kindredOf(companies.flat().filter(isCampaign))) join(companyOf, a, b);
  return [...new Set(companyOf.values())];
}

/** What happened makes incidents; what lasts joins one that it lies near, but never links two. */
function companiesOfOne(findings: readonly Finding[]): Finding[][] {
  const companies = linked(findings.filter(finding => !isStanding(finding)));
  companies.sort((a, b) => byWeight(worstIn(a), worstIn(b)));
  const events = companies.map(company => company.flatMap(({ episodes }) => episodes));
  for (const finding of findings.filter(isStanding)) {
    const near = events.findIndex(episodes => areNear(episodes, finding.episodes));
    if (near === -1) companies.push([finding]);
    else companies[near]!.push(finding);
  }
  return companies;
}

/** What lasts about one credential is told in one place. */
const standingCompanies = (loners: readonly Finding[]): Finding[][] => [
  ...groupBy(loners, finding => (isStanding(finding) ? (finding.credential?.id ?? finding) : finding)).values(),
];

/** Joins findings whose episodes lie near each other, directly or through others. */
function linked(findings: readonly Finding[]): Finding[][] {
  const companyOf = new Map<Finding, Finding[]>(findings.map(finding => [finding, [finding]]));
  const episodes = findings.flatMap(finding => finding.episodes.map(episode => ({ finding, ...episode })));
  for (const incident of incidentsOf(episodes)) {
    for (const { finding } of incident) join(companyOf, incident[0]!.finding, finding);
  }
  return [...new Set(companyOf.values())];
}

function join(companyOf: Map<Finding, Finding[]>, a: Finding, b: Finding): void {
  const [into, from] = [companyOf.get(a)!, companyOf.get(b)!];
  if (into === from) return;
  into.push(...from);
  for (const finding of from) companyOf.set(finding, into);
}

function alikeIn(findings: readonly Finding[]): Fold[] {
  const alike = groupBy(findings, ({ severity, rule }) => JSON.stringify([severity, rule]));
  const folds = [...alike.values()].map(held => ({
    rule: held[0]!.rule,
    severity: held[0]!.severity,
    findings: held.sort(byWeight),
  }));
  return folds.sort((a, b) => byWeight(a.findings[0]!, b.findings[0]!));
}

const worstIn = (findings: readonly Finding[]): Finding => [...findings].sort(byWeight)[0]!;

const worstOf = (findings: readonly Finding[]): Severity => worstIn(findings).severity;

/** Worst first, then what happened before what lasts, in the order it happened. */
function byWeight(a: Finding, b: Finding): number {
  return (
    compareSeverity(a.severity, b.severity) ||
    Number(isStanding(a)) - Number(isStanding(b)) ||
    a.firstSeen - b.firstSeen ||
    compareText(a.rule, b.rule) ||
    compareText(a.subject, b.subject) ||
    compareText(a.fingerprint, b.fingerprint)
  );
}

/** Worst first, then what is new, what many rules agree on, and what is latest. */
function byPriority(a: Incident, b: Incident): number {
  return (
    compareSeverity(a.severity, b.severity) ||
    Number(isKnown(a)) - Number(isKnown(b)) ||
    b.findings.length - a.findings.length ||
    lastSeenIn(b) - lastSeenIn(a) ||
    byWeight(a.findings[0]!, b.findings[0]!)
  );
}

const isKnown = ({ findings }: Incident): boolean => findings.every(({ status }) => status === 'known');

const lastSeenIn = ({ findings }: Incident): number => Math.max(...findings.map(({ lastSeen }) => lastSeen));
