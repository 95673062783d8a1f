import type { Finding } from '../../model/finding.ts';
import { withSeparators } from '../../wording.ts';

/** A number that every finding gives as evidence, and the range it covers. */
export interface Measure {
  readonly key: string;
  readonly text: string;
}

/** What can be told as a range; a key such as `ageDays` ends in one. */
const UNIT = /^(|[a-z]+)(days|hours|calls|tokens|times|keys|sessions)$/i;

/** The first number with a unit in the evidence that tells the findings apart. */
export function measureOf(findings: readonly Finding[]): Measure | undefined {
  for (const key of Object.keys(findings[0]!.evidence)) {
    const [, about, unit] = UNIT.exec(key) ?? [];
    const values = findings.flatMap(finding => numberAt(finding, key) ?? []);
    if (unit === undefined || values.length < findings.length) continue;
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    const range = `${withSeparators(low)} to ${withSeparators(high)} ${unit.toLowerCase()}`;
    if (low < high) return { key, text: about === '' ? range : `${about} ${range}` };
  }
  return undefined;
}

function numberAt({ evidence }: Finding, key: string): number | undefined {
  const value = Object.hasOwn(evidence, key) ? evidence[key] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The findings by that number, the greatest first. */
export const byMeasure = (findings: readonly Finding[], { key }: Measure): Finding[] =>
  [...findings].sort((a, b) => numberAt(b, key)! - numberAt(a, key)!);
