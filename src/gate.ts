import type { Severity } from './model/finding.ts';
import type { Report } from './model/report.ts';
import { SEVERITIES } from './severity.ts';

/** The least severity that fails a run; `none` lets every finding pass. */
export type FailOn = 'none' | 'low' | 'medium' | 'high' | 'critical';

export const FAIL_ON: readonly FailOn[] = ['none', 'low', 'medium', 'high', 'critical'];

/** Whether what an earlier report knows fails the run too. */
export type GateScope = 'new' | 'all';

export const GATES: readonly GateScope[] = ['new', 'all'];

export interface Gate {
  readonly failOn: FailOn;
  readonly gate: GateScope;
  /** A rule that could not see a source makes the run incomplete. */
  readonly failOnBlind: boolean;
  readonly interrupted: boolean;
  /** False when a report could not be written where it was to go. */
  readonly isWritten: boolean;
}

export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);

/** How many findings reach the gate; without an earlier report all are new. */
export function countGated({ findings }: Report, { failOn, gate }: Pick<Gate, 'failOn' | 'gate'>): number {
  if (failOn === 'none') return 0;
  return findings.filter(
    ({ severity, status }) => isAtLeast(severity, failOn) && (gate === 'all' || status !== 'known'),
  ).length;
}

/** The exit status that a report deserves: interrupted, then gated, then incomplete or unwritten, then clean. */
export function exitStatus(report: Report, gate: Gate): 0 | 1 | 3 | 130 {
  const { failOnBlind, interrupted, isWritten } = gate;
  if (interrupted) return 130;
  if (countGated(report, gate) > 0) return 1;
  if (!report.run.complete || !isWritten) return 3;
  return failOnBlind && report.coverage.some(({ state }) => state === 'blind') ? 3 : 0;
}
