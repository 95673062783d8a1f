import { areNear } from './episodes.ts';
import type { Finding } from './model/finding.ts';
import { raised } from './severity.ts';

/** What speaks of the same events and so is never independent: two rules, or a rule and a family. */
const DEPENDENT: ReadonlySet<string> = new Set([
  'account-farm issuance-burst',
  'coordinated-keys volume',
  'denied-burst model-probe',
  'issuance-burst key-minted',
  'issuance-burst key-revealed',
  'new-model volume',
  'steady-drain volume',
]);

/** So many members of a group must have signals of their own to raise it: one may have them by chance. */
const FEWEST_MEMBERS = 2;

/** Signals of independent families about one credential, or its group, within a day raise each other one level, once. */
export function corroborate(findings: readonly Finding[]): Finding[] {
  const signals = findings.filter(({ kind }) => kind === 'signal');
  const own = byId(signals, ({ credential }) => (credential === null ? [] : [credential.id]));
  const all = byId(signals, aboutOf);
  return findings.map(finding => {
    if (finding.kind === 'fact') return finding;
    const rules = [...ownCompany(finding, all), ...memberCompany(finding, own)];
    if (rules.length === 0) return finding;
    return { ...finding, severity: raised(finding.severity), corroboratedBy: [...new Set(rules)].sort() };
  });
}

/** What agrees about the credential of a finding. */
function ownCompany(finding: Finding, signals: ReadonlyMap<string, readonly Finding[]>): string[] {
  const { credential } = finding;
  return credential === null ? [] : agreeing(finding, signals.get(credential.id) ?? []);
}

/** What agrees about the members of a group, where it does about several of them. */
function memberCompany(finding: Finding, signals: ReadonlyMap<string, readonly Finding[]>): string[] {
  const others = finding.members.filter(id => id !== finding.credential?.id);
  const company = others.map(id => agreeing(finding, signals.get(id) ?? [])).filter(rules => rules.length > 0);
  return company.length < FEWEST_MEMBERS ? [] : company.flat();
}

/** Names of the rules among others that are independent of a finding and near it. */
const agreeing = (finding: Finding, others: readonly Finding[]): string[] =>
  others
    .filter(other => areIndependent(finding, other) && areNear(finding.episodes, other.episodes))
    .map(({ rule }) => rule);

/** Every credential that a finding is about. */
const aboutOf = ({ credential, members }: Finding): ReadonlySet<string> =>
  new Set(credential === null ? members : [credential.id, ...members]);

function byId(findings: readonly Finding[], idsOf: (finding: Finding) => Iterable<string>): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    for (const id of idsOf(finding)) {
      const held = found.get(id);
      if (held === undefined) found.set(id, [finding]);
      else held.push(finding);
    }
  }
  return found;
}

const areIndependent = (a: Finding, b: Finding): boolean =>
  a.family !== b.family &&
  ![
    [a.rule, b.rule],
    [a.rule, b.family],
    [b.rule, a.family],
  ].some(pair => DEPENDENT.has(pair.sort().join(' ')));
