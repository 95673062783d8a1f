import type { Episode, Finding, Severity } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { SEVERITIES } from '../../severity.ts';
import { arrange } from '../digest/incidents.ts';
import { tame } from '../digest/tame.ts';
import { isCompared, stretchesOf as stretchesOfAll } from '../digest/telling.ts';
import { stretchText, yearOf } from '../dates.ts';
import { isUnnamed, shortName } from '../plain.ts';

/** A finding and the name of its place in the page. */
export interface Entry {
  readonly id: string;
  readonly finding: Finding;
}

/** Findings that are told together: an incident, or many of one rule. */
export interface Group {
  readonly id: string;
  readonly isIncident: boolean;
  readonly severity: Severity;
  /** Worst first; at least one. */
  readonly entries: readonly Entry[];
}

/** What parts of the page must know of the report as a whole. */
export interface Setting {
  readonly year: number;
  /** Whether there is an earlier report to compare with. */
  readonly isCompared: boolean;
}

/** What holds for the whole page. */
export const settingOf = (report: Report): Setting => ({
  year: yearOf(report.run.now),
  isCompared: isCompared(report),
});

/** Every finding in exactly one group, worst first; their text is made harmless. */
export function groupsOf(findings: readonly Finding[]): Group[] {
  const { incidents, folds, asides } = arrange(findings);
  const ordered = SEVERITIES.flatMap(severity => [
    ...incidents.filter(incident => incident.severity === severity).map(told => ({ ...told, isIncident: true })),
    ...folds.filter(fold => fold.severity === severity).map(told => ({ ...told, isIncident: false })),
  ]);
  const idOf = namer();
  return [...ordered, ...asides.map(told => ({ ...told, isIncident: false }))].map((told, i) => ({
    id: `g${i + 1}`,
    isIncident: told.isIncident,
    severity: told.severity,
    entries: told.findings.map(finding => ({ id: idOf(finding), finding: tame(finding) })),
  }));
}

/** A finding's place is called by its fingerprint, so that a link to it stays good; odd ones are numbered. */
function namer(): (finding: Finding) => string {
  const used = new Set<string>();
  return ({ fingerprint }) => {
    const name = /^[\w-]{1,100}$/.test(fingerprint) && !used.has(fingerprint) ? fingerprint : `no.${used.size + 1}`;
    used.add(name);
    return `f-${name}`;
  };
}

/** What a finding is about: the id of its credential, and whose it is where the id does not tell. */
export function nameOf({ credential, subject }: Finding): { readonly name: string; readonly owner: string } {
  if (credential === null) return { name: subject, owner: '' };
  const { id, owner } = credential;
  return { name: shortName(id, 120), owner: id === owner || isUnnamed(id) ? '' : shortName(owner, 80) };
}

/** When the worst of a group was so. */
export const stretchesOf = ({ entries }: Group): Episode[] => stretchesOfAll(entries.map(({ finding }) => finding));

/** The last time that the worst of a group was so. */
export function whenText(group: Group, { year }: Setting): string {
  const { from, until } = stretchesOf(group).at(-1)!;
  return stretchText(from, until, year);
}
