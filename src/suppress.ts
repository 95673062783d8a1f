import type { Episode, Finding } from './model/finding.ts';
import type { Report, SuppressedFinding } from './model/report.ts';
import { DAY } from './time.ts';

/** A finding that somebody answers for: told of by its fingerprint, or by its rule and subject. */
export interface Suppression {
  readonly fingerprint?: string;
  readonly rule?: string;
  readonly subject?: string;
  /** Who answers for it. */
  readonly owner: string;
  readonly reason: string;
  /** The last day on which it holds, in UTC. */
  readonly expires: string;
  /** Of a signal, what is seen later than this day is told all the same. */
  readonly until?: string;
}

/** The report without what is suppressed, which is listed apart; what expired or matches nothing is remarked on. */
export function suppress(report: Report, suppressions: readonly Suppression[]): Report {
  const inForce = suppressions.filter(suppression => !isExpired(suppression, report.run.now));
  const findings: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of report.findings) {
    const match = inForce.find(suppression => covers(suppression, finding));
    if (match === undefined) findings.push(finding);
    else suppressed.push(suppressedBy(match, finding));
  }
  return {
    ...report,
    run: { ...report.run, remarks: [...report.run.remarks, ...remarksOn(report, suppressions)] },
    summary: { ...countsOf(report, findings), suppressed: suppressed.length },
    findings,
    suppressed,
  };
}

const suppressedBy = ({ owner, reason, expires }: Suppression, { fingerprint, rule }: Finding): SuppressedFinding => ({
  fingerprint,
  rule,
  owner,
  reason,
  expires,
});

function countsOf({ summary }: Report, findings: readonly Finding[]): Report['summary'] {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  return { ...summary, findings: counts, new: findings.length };
}

/** What needs a hand: it no longer holds though it would match, or there is nothing that it matches. */
function remarksOn(report: Report, suppressions: readonly Suppression[]): string[] {
  return suppressions.flatMap(suppression => {
    const isMet = report.findings.some(finding => isAbout(suppression, finding));
    if (isMet && isExpired(suppression, report.run.now))
      return [
        `the suppression of ${nameOf(suppression)} by ${suppression.owner} ended on ${suppression.expires}: it is told again`,
      ];
    if (isMet || !report.run.complete) return [];
    return [`the suppression of ${nameOf(suppression)} by ${suppression.owner} matches nothing: remove it`];
  });
}

const nameOf = ({ fingerprint, rule, subject }: Suppression): string => fingerprint ?? `${rule!} of ${subject!}`;

const isAbout = ({ fingerprint, rule, subject }: Suppression, finding: Finding): boolean =>
  fingerprint === undefined
    ? rule === finding.rule && subject === finding.subject
    : fingerprint === finding.fingerprint;

/** A fact is so or not; a signal that comes again after what was answered for is told. */
const covers = (suppression: Suppression, finding: Finding): boolean =>
  isAbout(suppression, finding) &&
  (finding.kind === 'fact' || finding.episodes.every(episode => isAnsweredFor(suppression, episode)));

const isAnsweredFor = ({ until, expires }: Suppression, episode: Episode): boolean =>
  episode.until < endOf(until ?? expires);

const isExpired = ({ expires }: Suppression, now: number): boolean => now >= endOf(expires);

/** The end of a UTC day. */
const endOf = (day: string): number => Date.parse(day) + DAY;
