import { isNear } from './episodes.ts';
import { groupBy } from './group.ts';
import type { Finding } from './model/finding.ts';
import { raised } from './severity.ts';

/** Rules whose signals are never independent of each other, though their families differ. */
const DEPENDENT: ReadonlySet<string> = new Set(['denied-burst model-probe']);

/** Signals of independent families about one credential within a day raise each other one level, once. */
export function corroborate(findings: readonly Finding[]): Finding[] {
  const signals = groupBy(
    findings.filter(({ kind, credential }) => kind === 'signal' && credential !== null),
    ({ credential }) => credential!.id,
  );
  return findings.map(finding => {
    if (finding.kind === 'fact' || finding.credential === null) return finding;
    const others = signals.get(finding.credential.id) ?? [];
    const rules = others
      .filter(other => areIndependent(finding, other) && areNear(finding, other))
      .map(({ rule }) => rule);
    if (rules.length === 0) return finding;
    return { ...finding, severity: raised(finding.severity), corroboratedBy: [...new Set(rules)].sort() };
  });
}

const areIndependent = (a: Finding, b: Finding): boolean =>
  a.family !== b.family && !DEPENDENT.has([a.rule, b.rule].sort().join(' '));

const areNear = (a: Finding, b: Finding): boolean => a.episodes.some(x => b.episodes.some(y => isNear(x, y)));
