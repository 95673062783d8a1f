import { isNear } from './episodes.ts';
import type { Finding } from './model/finding.ts';
import type { Coverage } from './model/coverage.ts';
import type { Report } from './model/report.ts';
import type { SavedReport } from './saved-report.ts';
import { DAY } from './time.ts';
import { compareText, countText } from './wording.ts';

/** What one report has and an earlier one had not, and the other way round. */
export interface Comparison {
  /** The findings of the later report, each with its status. */
  readonly findings: readonly Finding[];
  /** Of these, what is known but told otherwise than before, with how it was told. */
  readonly changed: readonly { readonly before: Finding; readonly after: Finding }[];
  readonly resolved: readonly Finding[];
  /** What the later report lacks because it could not look for it. */
  readonly unsought: readonly Finding[];
}

/** The later of two reports, as far as a comparison asks. */
interface Later {
  readonly complete: boolean;
  readonly coverage: readonly Pick<Coverage, 'rule' | 'state'>[];
  readonly findings: readonly Finding[];
  /** Fingerprints of what is not told though it was found. */
  readonly hidden: ReadonlySet<string>;
}

/** Holds the findings of a report against those of an earlier one. */
export function compare(earlier: SavedReport, later: Later): Comparison {
  const before = new Map(earlier.findings.map(finding => [finding.fingerprint, finding]));
  const statusOf = (finding: Finding): Finding => ({ ...finding, status: standing(finding, before, earlier) });
  const findings = later.findings.map(statusOf);
  const present = new Set([...findings.map(({ fingerprint }) => fingerprint), ...later.hidden]);
  const gone = earlier.findings.filter(({ fingerprint }) => !present.has(fingerprint)).sort(byRule);
  return {
    findings,
    changed: findings.flatMap(after => {
      const known = before.get(after.fingerprint);
      return known !== undefined && after.status === 'known' && isChanged(known, after)
        ? [{ before: known, after }]
        : [];
    }),
    resolved: gone.filter(({ rule }) => wasLookedFor(rule, later)),
    unsought: gone.filter(({ rule }) => !wasLookedFor(rule, later)),
  };
}

/** The report with the status of every finding, and what the earlier one had and this one has not. */
export function compareWith(report: Report, earlier: SavedReport): Report {
  const hidden = new Set(report.suppressed.map(({ fingerprint }) => fingerprint));
  const { coverage, run } = report;
  const { findings, resolved, unsought } = compare(earlier, {
    complete: run.complete,
    coverage,
    findings: report.findings,
    hidden,
  });
  const known = findings.filter(({ status }) => status === 'known').length;
  return {
    ...report,
    run: { ...run, remarks: [...run.remarks, ...unsoughtTexts(unsought)] },
    summary: { ...report.summary, new: findings.length - known, known, resolved: resolved.length },
    findings,
    resolved: resolved.map(({ fingerprint, rule, subject, lastSeen }) => ({ fingerprint, rule, subject, lastSeen })),
  };
}

/** So long it is known of a finding that it was there once. */
const REMEMBERED_DAYS = 120;

/**
 * A report as later ones are held against it: with the findings of before that nobody could look for, and with all that
 * was resolved and may come again; who holds what is told anew each time.
 */
export function rememberedReport(report: Report, earlier: SavedReport | null): Report {
  const told = new Set([...report.findings, ...report.suppressed].map(({ fingerprint }) => fingerprint));
  const isGone = ({ fingerprint }: { readonly fingerprint: string }): boolean => !told.has(fingerprint);
  const resolved = new Map([...(earlier?.resolved ?? []), ...report.resolved].map(each => [each.fingerprint, each]));
  const unsought = (earlier?.findings ?? []).filter(each => isGone(each) && !resolved.has(each.fingerprint));
  const oldest = report.run.now - REMEMBERED_DAYS * DAY;
  const { register: _, ...rest } = report;
  return {
    ...rest,
    findings: [...report.findings, ...unsought],
    resolved: [...resolved.values()].filter(each => isGone(each) && each.lastSeen >= oldest),
  };
}

/** What was gone and is back recurs; a signal too when it is seen in an episode that the earlier report could not know. */
function standing(
  finding: Finding,
  before: ReadonlyMap<string, Finding>,
  { now: earlierNow, resolved }: SavedReport,
): Finding['status'] {
  const known = before.get(finding.fingerprint);
  if (known === undefined)
    return resolved.some(({ fingerprint }) => fingerprint === finding.fingerprint) ? 'recurred' : 'new';
  if (finding.kind === 'fact') return 'known';
  const seen = { from: known.firstSeen, until: known.lastSeen };
  const isFresh = finding.episodes.some(
    episode => episode.from >= earlierNow || (episode.from > known.lastSeen && !isNear(seen, episode)),
  );
  return isFresh ? 'recurred' : 'known';
}

/** A fact is told anew every day, for keys grow older: only how grave it is counts. */
const isChanged = (before: Finding, after: Finding): boolean =>
  before.severity !== after.severity || (after.kind === 'signal' && before.message !== after.message);

/** What was not read, or could not be seen, is not gone. */
const wasLookedFor = (rule: string, { complete, coverage }: Later): boolean =>
  complete && coverage.some(line => line.rule === rule && line.state !== 'blind');

/** What to say of findings that could not be looked for. */
export const unsoughtTexts = (unsought: readonly Finding[]): string[] =>
  unsought.length === 0
    ? []
    : [
        `${countText(unsought.length, 'finding')} of the earlier report could not be looked for: not everything was read, or the rule is blind or off`,
      ];

const byRule = (a: Finding, b: Finding): number => compareText(a.rule, b.rule) || compareText(a.subject, b.subject);
