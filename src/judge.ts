import { createHash } from 'node:crypto';
import { asCredential } from './credentials.ts';
import type { Ledger } from './ledger.ts';
import type { Credential } from './model/credential.ts';
import type { Episode, Family, Finding, HeldCredential, Severity } from './model/finding.ts';
import { withSeparators } from './numbers.ts';
import type { AnyContext, AnySubject, AnyVerdict, Rule } from './rules/rule.ts';
import { DAY, dayOf } from './time.ts';

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

export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** How near in time two signals must be to speak of one incident. */
const INCIDENT_GAP = DAY;

/** Families whose signals are never independent of each other. */
const DEPENDENT: ReadonlySet<string> = new Set(['denied-burst model-probe']);

/** Judges a ledger: the same ledger gives the same findings in the same order, whatever road filled it. */
export function judge(ledger: Ledger, rules: readonly ConfiguredRule[], window: JudgedWindow): Judgement {
  const everyone = new Everyone(ledger);
  const findings: Finding[] = [];
  const abstained: Abstained[] = [];
  for (const configured of rules) {
    const { verdicts, reasons } = judgeRule(configured, everyone, window.now);
    findings.push(...findingsOf(configured.rule, verdicts, everyone, window));
    for (const [reason, count] of reasons) {
      abstained.push({ rule: configured.rule.id, reason, count, judged: everyone.ids.length });
    }
  }
  return {
    findings: corroborate(findings).sort(byWeight),
    abstained,
    credentials: everyone.ids.length,
  };
}

/** Read-only access to the ledger's credentials and profiles, in order of id. */
class Everyone {
  readonly ids: readonly string[];
  readonly #ledger: Ledger;
  readonly #credentials = new Map<string, Credential>();
  readonly #byOwner = new Map<string, Credential[]>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.ids = [...new Set([...ledger.credentials.keys(), ...ledger.profiles.keys()])].sort();
    for (const id of this.ids) {
      const credential = asCredential(ledger.credentials.get(id) ?? { id });
      this.#credentials.set(id, credential);
      const held = this.#byOwner.get(credential.owner);
      if (held === undefined) this.#byOwner.set(credential.owner, [credential]);
      else held.push(credential);
    }
  }

  credential(id: string): Credential | undefined {
    return this.#credentials.get(id);
  }

  heldBy(owner: string): readonly Credential[] {
    return (owner === '' ? undefined : this.#byOwner.get(owner)) ?? [];
  }

  /** The credential with the states of the facets that a rule declares. */
  subject(rule: Rule, id: string): AnySubject | undefined {
    const credential = this.#credentials.get(id);
    if (credential === undefined) return undefined;
    const profile = this.#ledger.profiles.get(id);
    const facets: Record<string, unknown> = {};
    for (const [name, facet] of Object.entries(rule.facets)) {
      const index = this.#ledger.plan.facets.findIndex(({ id }) => id === facet.id);
      facets[name] = profile === undefined ? facet.empty() : profile[index];
    }
    return { credential, facets };
  }

  *subjects(rule: Rule): Generator<AnySubject> {
    for (const id of this.ids) yield this.subject(rule, id)!;
  }

  coveredDays(from: number, until: number): number {
    let count = 0;
    for (const day of this.#ledger.days) if (day >= dayOf(from) && day < dayOf(until)) count++;
    return count;
  }

  /** First and last instant the logs speak of. */
  span(): { from: number; until: number } | null {
    let from = Number.POSITIVE_INFINITY;
    let until = Number.NEGATIVE_INFINITY;
    for (const slice of this.#ledger.slices.values()) {
      if (slice.from !== null) from = Math.min(from, slice.from);
      if (slice.until !== null) until = Math.max(until, slice.until);
    }
    return from <= until ? { from, until } : null;
  }
}

function judgeRule({ rule, options }: ConfiguredRule, everyone: Everyone, now: number) {
  const span = everyone.span();
  const basis = {
    now,
    horizon: Math.min(now, span?.until ?? now),
    origin: Math.min(now, span?.from ?? now),
    options,
    coveredDays: (from: number, until: number) => everyone.coveredDays(from, until),
    subjectOf: (id: string) => everyone.subject(rule, id),
    heldBy: (owner: string) => everyone.heldBy(owner),
  };
  const context: AnyContext = { ...basis, overview: rule.overview?.(everyone.subjects(rule), basis) };
  const verdicts: [AnySubject, AnyVerdict][] = [];
  const reasons = new Map<string, number>();
  for (const subject of everyone.subjects(rule)) {
    for (const said of rule.judge(subject, context)) {
      if ('abstain' in said) {
        const reason = fill(rule.abstentions?.[said.abstain] ?? said.abstain, options);
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      } else verdicts.push([subject, said]);
    }
  }
  return { verdicts, reasons };
}

/** One finding per subject: the strongest sentence, all episodes. */
function findingsOf(
  rule: Rule,
  verdicts: readonly (readonly [AnySubject, AnyVerdict])[],
  everyone: Everyone,
  window: JudgedWindow,
): Finding[] {
  const findings = new Map<string, Finding>();
  for (const [subject, verdict] of verdicts) {
    const episodes = verdict.episodes.filter(({ until }) => window.since === null || until >= window.since);
    if (episodes.length === 0) continue;
    const id = verdict.credential ?? subject.credential.id;
    const about = everyone.credential(id) ?? asCredential({ id });
    const finding = toFinding(rule, verdict, about, episodes);
    const other = findings.get(finding.fingerprint);
    findings.set(finding.fingerprint, other === undefined ? finding : union(other, finding));
  }
  return [...findings.values()];
}

function toFinding(rule: Rule, verdict: AnyVerdict, credential: Credential, episodes: readonly Episode[]): Finding {
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
    credential: asHeld(credential),
    firstSeen: ordered[0]!.from,
    lastSeen: ordered.at(-1)!.until,
    evidence: verdict.evidence,
    corroboratedBy: [],
    remediation: { summary: rule.remediation, commands: rule.commands?.(credential) ?? [] },
    references: rule.references,
  };
}

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

/** Signals of independent families about one credential within a day raise each other one level, once. */
function corroborate(findings: readonly Finding[]): Finding[] {
  const byCredential = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.credential === null || finding.kind === 'fact') continue;
    const alike = byCredential.get(finding.credential.id);
    if (alike === undefined) byCredential.set(finding.credential.id, [finding]);
    else alike.push(finding);
  }
  return findings.map(finding => {
    const others = finding.credential === null ? [] : (byCredential.get(finding.credential.id) ?? []);
    if (!others.includes(finding)) return finding;
    const supporters = others.filter(other => areIndependent(finding, other) && areNear(finding, other));
    if (supporters.length === 0) return finding;
    const corroboratedBy = [...new Set(supporters.map(({ rule }) => rule))].sort();
    return { ...finding, severity: raised(finding.severity), corroboratedBy };
  });
}

function areIndependent(a: Finding, b: Finding): boolean {
  const families: readonly Family[] = [a.family, b.family];
  return families[0] !== families[1] && !DEPENDENT.has([a.rule, b.rule].sort().join(' '));
}

function areNear(a: Finding, b: Finding): boolean {
  return a.episodes.some(x =>
    b.episodes.some(y => x.from - y.until <= INCIDENT_GAP && y.from - x.until <= INCIDENT_GAP),
  );
}

const raised = (severity: Severity): Severity => SEVERITIES[Math.max(0, SEVERITIES.indexOf(severity) - 1)]!;

/** Of two findings about one subject the graver speaks, and of equals the later. */
function union(a: Finding, b: Finding): Finding {
  const order = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.lastSeen - a.lastSeen;
  const [strong, weak] = (order || byWeight(a, b)) <= 0 ? [a, b] : [b, a];
  const episodes = mergeEpisodes([...strong.episodes, ...weak.episodes]);
  return {
    ...strong,
    members: [...new Set([...strong.members, ...weak.members])].sort(),
    episodes,
    firstSeen: episodes[0]!.from,
    lastSeen: Math.max(strong.lastSeen, weak.lastSeen),
  };
}

/** Joins episodes that lie less than a quiet day apart. */
export function mergeEpisodes(episodes: readonly Episode[]): Episode[] {
  const merged: Episode[] = [];
  for (const { from, until } of [...episodes].sort((a, b) => a.from - b.from || a.until - b.until)) {
    const last = merged.at(-1);
    if (last !== undefined && from - last.until <= INCIDENT_GAP) {
      merged[merged.length - 1] = { from: last.from, until: Math.max(last.until, until) };
    } else merged.push({ from, until });
  }
  return merged;
}

/** By severity, then rule, then subject; the message settles what is left. */
function byWeight(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compare(a.rule, b.rule) ||
    compare(a.subject, b.subject) ||
    compare(a.message, b.message)
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function asHeld({ id, provider, kind, owner, account, createdAt }: Credential): HeldCredential {
  return { id, provider, kind, owner, account, createdAt: createdAt ?? null };
}
