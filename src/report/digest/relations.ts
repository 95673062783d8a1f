import { areNear } from '../../episodes.ts';
import { groupBy } from '../../group.ts';
import type { Finding } from '../../model/finding.ts';
import { compareText } from '../../wording.ts';
import { isCampaign, listAt } from './campaigns.ts';
import { isStanding } from './incidents.ts';

/** What an incident has to do with what is told elsewhere in the report. */
export interface Relations {
  /** Campaigns of which its credential is one, each as it is told: what is of one hand together, worst first. */
  readonly campaigns: readonly (readonly Finding[])[];
  /** The worst of each incident of whoever did this, and of each that came of what was done here. */
  readonly makers: readonly Finding[];
  readonly works: readonly Finding[];
  /** How many findings of each rule its members have of their own. */
  readonly ofMembers: ReadonlyMap<string, number>;
}

/** Findings that are told together, worst first. */
type Company = readonly Finding[];

/** Tells of an incident what it has to do with the others of a report. */
export function relationsIn(
  findings: readonly Finding[],
  companies: readonly Company[],
): (company: Company) => Relations {
  const byCredential = new Map<string, Finding[]>();
  const byMember = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.credential !== null) listAt(byCredential, finding.credential.id).push(finding);
    if (isCampaign(finding)) for (const member of finding.members) listAt(byMember, member).push(finding);
  }
  const worksOf = new Map<string, Finding[]>();
  const companiesOf = new Map<string, Company[]>();
  for (const company of companies) {
    for (const id of idsIn(company)) listAt(companiesOf, id).push(company);
    for (const maker of makersIn(company)) listAt(worksOf, maker).push(company[0]!);
  }
  const companyOf = new Map(companies.flatMap(company => company.map(finding => [finding, company] as const)));
  const asTold = (campaigns: readonly Finding[]) => [
    ...groupBy(campaigns, campaign => companyOf.get(campaign) ?? campaign).values(),
  ];
  return company => {
    const ids = idsIn(company);
    const isElsewhere = (other: Finding) => !company.includes(other) && company.some(own => areClose(own, other));
    const elsewhere = (others: readonly Finding[]) => [...new Set(others)].filter(isElsewhere);
    return {
      campaigns: asTold(elsewhere(ids.flatMap(id => byMember.get(id) ?? []))),
      makers: elsewhere(
        makersIn(company)
          .flatMap(id => companiesOf.get(id) ?? [])
          .map(other => other[0]!),
      ),
      works: elsewhere(ids.flatMap(id => worksOf.get(id) ?? [])),
      ofMembers: countRules(elsewhere(membersIn(company).flatMap(id => byCredential.get(id) ?? []))),
    };
  };
}

/** What lasts is near to everything, and so says nothing; that a key was made is told of as if it lasted. */
const isLasting = (finding: Finding): boolean => isStanding(finding) && typeof finding.evidence.by !== 'string';

const areClose = (a: Finding, b: Finding): boolean => !isLasting(a) && !isLasting(b) && areNear(a.episodes, b.episodes);

const idsIn = (company: Company): string[] => [
  ...new Set(company.flatMap(({ credential }) => (credential === null ? [] : [credential.id]))),
];

const membersIn = (company: Company): string[] => [
  ...new Set(company.filter(isCampaign).flatMap(({ members }) => members)),
];

/** Who did what the findings tell of, where it was somebody else. */
function makersIn(company: Company): string[] {
  const own = new Set(idsIn(company));
  const makers = company.flatMap(({ evidence: { by } }) => (typeof by === 'string' && !own.has(by) ? [by] : []));
  return [...new Set(makers)];
}

function countRules(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return new Map([...counts].sort(([a, m], [b, n]) => n - m || compareText(a, b)));
}
