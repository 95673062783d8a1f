import { createHash } from 'node:crypto';
import { corroborate } from './corroborate.ts';
import { asCredential } from './credentials.ts';
import { declaredIn } from './declared.ts';
import { mergeEpisodes } from './episodes.ts';
import { eventsIn } from './evidence.ts';
import { Everyone } from './everyone.ts';
import { groupBy } from './group.ts';
import type { Ledger } from './ledger.ts';
import type { Credential, CredentialKind } from './model/credential.ts';
import type { Declared, DeclaredHolder } from './model/declared.ts';
import type { Episode, EventExample, Evidence, Finding, HeldCredential } from './model/finding.ts';
import type { Abstention, AnyContext, AnySubject, AnyVerdict, Rule } from './rules/rule.ts';
import { compareSeverity } from './severity.ts';
import { compareText, withSeparators } from './wording.ts';

/** A rule with the option values in force. */
export interface ConfiguredRule {
  readonly rule: Rule;
  readonly options: Readonly<Record<string, number | boolean | readonly string[]>>;
}

/** The stretch that is judged; what lies before it is history to compare with. */
export interface JudgedWindow {
  readonly since: number | null;
  readonly now: number;
}

/** How many credentials a rule could not judge, and why. */
export interface Abstained {
  readonly rule: string;
  readonly reason: string;
  readonly count: number;
  readonly judged: number;
}

export interface Judgement {
  readonly findings: readonly Finding[];
  readonly abstained: readonly Abstained[];
  readonly credentials: number;
}

/** Judges a ledger: the same ledger gives the same findings in the same order, whatever road filled it. */
export function judge(
  ledger: Ledger,
  rules: readonly ConfiguredRule[],
  window: JudgedWindow,
  register: readonly DeclaredHolder[] = [],
): Judgement {
  const everyone = new Everyone(ledger);
  const declared = declaredIn(register, ledger, everyone);
  const findings: Finding[] = [];
  const abstained: Abstained[] = [];
  for (const configured of rules) {
    const { verdicts, reasons } = judgeRule(configured, everyone, declared, window.now);
    findings.push(...findingsOf(configured.rule, verdicts, everyone, window));
    for (const [reason, count] of reasons) {
      abstained.push({ rule: configured.rule.id, reason, count, judged: everyone.ids.length });
    }
  }
  // Each incident is raised by its own company, and only then told together with the others of its subject.
  const told = bySubject(corroborate(findings)).sort(byWeight);
  return { findings: told, abstained, credentials: everyone.ids.length };
}

function judgeRule({ rule, options }: ConfiguredRule, everyone: Everyone, declared: Declared | null, now: number) {
  const span = everyone.span();
  const basis = {
    now,
    horizon: Math.min(now, span?.until ?? now),
    origin: Math.min(now, span?.from ?? now),
    options,
    coveredDays: (from: number, until: number) => everyone.coveredDays(from, until),
    subjectOf: (id: string) => everyone.subject(rule, id),
    heldBy: (owner: string) => everyone.heldBy(owner),
    listedAt: (account: string, kind: CredentialKind) => everyone.listedAt(account, kind),
    declared,
  };
  const context: AnyContext = { ...basis, overview: rule.overview?.(everyone.subjects(rule), basis) };
  const verdicts: AboutVerdict[] = [];
  const reasons = new Map<string, number>();
  const hear = (subject: AnySubject | null, said: AnyVerdict | Abstention<string>) => {
    if ('abstain' in said) {
      const reason = fill(rule.abstentions?.[said.abstain] ?? said.abstain, options);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    } else verdicts.push([said.credential ?? subject?.credential.id ?? null, said]);
  };
  for (const subject of everyone.subjects(rule)) for (const said of rule.judge(subject, context)) hear(subject, said);
  for (const said of rule.survey?.(everyone.subjects(rule), context) ?? []) hear(null, said);
  return { verdicts, reasons };
}

/** A verdict and the id of the credential it is about; null for a group. */
type AboutVerdict = readonly [id: string | null, verdict: AnyVerdict];

/** One finding per verdict that lies in the judged stretch. */
function findingsOf(
  rule: Rule,
  verdicts: readonly AboutVerdict[],
  everyone: Everyone,
  window: JudgedWindow,
): Finding[] {
  return verdicts.flatMap(([id, verdict]) => {
    const episodes = verdict.episodes.filter(({ until }) => window.since === null || until >= window.since);
    if (episodes.length === 0) return [];
    const credential = id === null ? null : (everyone.credential(id) ?? asCredential({ id }));
    return [toFinding(rule, verdict, credential, episodes)];
  });
}

/** One finding per subject: the strongest sentence, all episodes. */
function bySubject(findings: readonly Finding[]): Finding[] {
  return [...groupBy(findings, ({ fingerprint }) => fingerprint).values()].map(alike => alike.reduce(union));
}

function toFinding(
  rule: Rule,
  verdict: AnyVerdict,
  credential: Credential | null,
  episodes: readonly Episode[],
): Finding {
  const ordered = mergeEpisodes(episodes);
  return {
    fingerprint: fingerprintOf(rule.id, verdict.subject),
    rule: rule.id,
    family: rule.family,
    kind: rule.kind,
    severity: verdict.severity ?? rule.severity,
    status: 'new',
    subject: verdict.subject.join(' '),
    members: verdict.members ?? [],
    episodes: ordered,
    title: rule.title,
    message: fill(rule.messages[verdict.message]!, verdict.data),
    credential: credential && asHeld(credential),
    firstSeen: ordered[0]!.from,
    lastSeen: ordered.at(-1)!.until,
    evidence: verdict.evidence,
    examples: examplesOf(verdict.evidence),
    corroboratedBy: [],
    remediation: { summary: rule.remediation, commands: (credential && rule.commands?.(credential)) ?? [] },
    references: rule.references,
  };
}

/** Where they stand is for the road to say that they came by. */
const examplesOf = (...evidence: readonly Evidence[]): EventExample[] =>
  eventsIn(...evidence).map(event => ({ event, file: null }));

/** Stable across time, counts and order: the rule and the names of what it is about. */
export function fingerprintOf(rule: string, subject: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([rule, ...subject]))
    .digest('hex')
    .slice(0, 16);
}

/** Fills `{name}` placeholders; numbers get thousands separators. */
export function fill(message: string, data: Readonly<Record<string, unknown>>): string {
  return message.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = data[name];
    return typeof value === 'number' ? withSeparators(value) : String(value);
  });
}

/** Of two findings about one subject the graver speaks, of equals that of the larger group, and then the later. */
function union(a: Finding, b: Finding): Finding {
  const order =
    compareSeverity(a.severity, b.severity) || b.members.length - a.members.length || b.lastSeen - a.lastSeen;
  const [strong, weak] = (order || byWeight(a, b)) <= 0 ? [a, b] : [b, a];
  const episodes = mergeEpisodes([...strong.episodes, ...weak.episodes]);
  return {
    ...strong,
    members: [...new Set([...strong.members, ...weak.members])].sort(),
    episodes,
    firstSeen: episodes[0]!.from,
    lastSeen: Math.max(strong.lastSeen, weak.lastSeen),
    examples: examplesOf(strong.evidence, weak.evidence),
  };
}

/** By severity, then rule, then subject; the message settles what is left. */
function byWeight(a: Finding, b: Finding): number {
  return (
    compareSeverity(a.severity, b.severity) ||
    compareText(a.rule, b.rule) ||
    compareText(a.subject, b.subject) ||
    compareText(a.message, b.message)
  );
}

function asHeld({ id, provider, kind, owner, account, createdAt }: Credential): HeldCredential {
  return { id, provider, kind, owner, account, createdAt: createdAt ?? null };
}
