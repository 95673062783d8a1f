import type { Finding } from '../../model/finding.ts';
import { arrange } from './incidents.ts';

/** Tells of each finding the worst one of its incident, which may be itself. */
export function leadersIn(findings: readonly Finding[]): (finding: Finding) => Finding {
  const leaders = new Map<Finding, Finding>();
  for (const incident of arrange(findings).incidents) {
    for (const finding of incident.findings) leaders.set(finding, incident.findings[0]!);
  }
  return finding => leaders.get(finding) ?? finding;
}
