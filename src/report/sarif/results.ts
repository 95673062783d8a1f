import type { Finding, Severity } from '../../model/finding.ts';
import type { SuppressedFinding } from '../../model/report.ts';
import { isoOf } from '../dates.ts';
import { anchorOf } from '../digest/anchor.ts';
import { headlineOf } from '../digest/headline.ts';
import { tame, tameName } from '../digest/tame.ts';
import { discreet } from './discreet.ts';
import { messageText } from './message.ts';
import { ruleName } from './rules.ts';

/** Where results stand: in which file, and under which rule. */
export interface Place {
  readonly config: string | null;
  indexOf(rule: string): number;
}

const LEVELS: Readonly<Record<Severity, string>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** What returned is not what it was in the report before. */
const BASELINE_STATES: Readonly<Record<Finding['status'], string>> = {
  new: 'new',
  recurred: 'updated',
  known: 'unchanged',
};

/** A finding as a result. */
export function resultOf(finding: Finding, place: Place) {
  const told = tame(finding);
  const { severity, status, subject, remediation, corroboratedBy } = told;
  // Half of the steps, or steps with a name that is not there, are worse than none.
  const commands = remediation.commands.every(command => discreet(command) === command) ? remediation.commands : [];
  const advice = remediation.summary === '' ? '' : `\n\n${remediation.summary}`;
  return {
    ...ofRule(told.rule, finding.fingerprint, place),
    level: LEVELS[severity],
    message: { text: messageText(`${headlineOf(told)}${advice}`) },
    baselineState: BASELINE_STATES[status],
    suppressions: [],
    properties: {
      severity,
      status,
      subject: discreet(subject),
      firstSeen: isoOf(finding.firstSeen),
      lastSeen: isoOf(finding.lastSeen),
      corroboratedBy,
      commands,
    },
  };
}

/** A finding that is suppressed as a result; how grave it was is not told. */
export function suppressedResultOf({ fingerprint, rule, owner, reason, expires }: SuppressedFinding, place: Place) {
  const justification = `${tameName(reason)} (${tameName(owner)}, until ${tameName(expires)})`;
  return {
    ...ofRule(ruleName(rule), fingerprint, place),
    level: 'note',
    message: { text: messageText(`Suppressed: ${justification}`) },
    suppressions: [{ kind: 'external', status: 'accepted', justification: messageText(justification) }],
  };
}

function ofRule(rule: string, fingerprint: string, { config, indexOf }: Place) {
  const identity = tameName(fingerprint);
  return {
    ruleId: rule,
    ruleIndex: indexOf(rule),
    locations: [locationOf(config)],
    fingerprints: { 'keyward/v1': identity },
    // GitHub tells alerts of one rule and line apart by this alone.
    partialFingerprints: { primaryLocationLineHash: `${identity}:1` },
  };
}

function locationOf(config: string | null) {
  const uri = anchorOf(config).split('/').map(encodeURIComponent).join('/');
  return {
    physicalLocation: {
      artifactLocation: { uri },
      region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 },
    },
  };
}
