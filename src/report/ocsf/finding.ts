import { isIP } from 'node:net';
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { isoOf } from '../dates.ts';
import { commonFields, detectionFields, instantOf, severityFields } from './event.ts';
import { resourceOf, userOf } from './user.ts';

const MOST_ADDRESSES = 20;

/** A finding as OCSF tells it; those of one incident have its worst finding for their correlation. */
export function findingEvent(finding: Finding, leader: Finding, report: Report) {
  const { severity, status, message, firstSeen, lastSeen, references } = finding;
  const correlation = leader === finding ? finding.fingerprint : leader.fingerprint;
  return {
    ...detectionFields(status === 'new' ? 'create' : 'update', 'New'),
    ...severityFields(severity),
    ...commonFields(report, correlation),
    start_time: instantOf(firstSeen),
    end_time: instantOf(lastSeen),
    is_alert: status !== 'known',
    message,
    finding_info: infoOf(finding),
    evidences: [evidenceOf(finding), ...addressesIn(finding).map(ip => ({ src_endpoint: { ip } }))],
    resources: resourcesOf(finding),
    remediation: { desc: remedyText(finding), ...(references.length === 0 ? {} : { references }) },
    unmapped: unmappedOf(finding),
  };
}

function infoOf(finding: Finding) {
  const { fingerprint, rule, title, kind, family, message, firstSeen, lastSeen, corroboratedBy, examples } = finding;
  const type = kind === 'fact' ? { type_id: 1, type: 'Rule' } : { type_id: 2, type: 'Behavioral' };
  return {
    uid: fingerprint,
    title,
    desc: message,
    types: [family],
    analytic: { uid: rule, name: title, ...type },
    first_seen_time: instantOf(firstSeen),
    last_seen_time: instantOf(lastSeen),
    ...(corroboratedBy.length === 0
      ? {}
      : { related_analytics: corroboratedBy.map(uid => ({ uid, name: uid, type_id: 1, type: 'Rule' })) }),
    ...(examples.length === 0 ? {} : { related_events: examples.map(({ event }) => ({ uid: event })) }),
  };
}

/** The numbers of the rule, beside who did it. */
const evidenceOf = ({ credential, evidence }: Finding) => ({
  ...(credential === null ? {} : { actor: { user: userOf(credential) } }),
  data: evidence,
});

/** The addresses that a rule gives as evidence; names of services stand among them, too. */
function addressesIn({ evidence: { addresses } }: Finding): string[] {
  if (!Array.isArray(addresses)) return [];
  const named: readonly unknown[] = addresses;
  return named.filter(isAddress).slice(0, MOST_ADDRESSES);
}

const isAddress = (value: unknown): value is string => typeof value === 'string' && isIP(value) !== 0;

function resourcesOf({ credential, members, subject }: Finding) {
  const others = members.filter(member => member !== '' && member !== credential?.id);
  const own = credential === null ? [{ uid: subject }] : [resourceOf(credential)];
  return [...own, ...others.map(uid => ({ uid }))];
}

const remedyText = ({ remediation: { summary, commands } }: Finding): string => [summary, ...commands].join('\n');

function unmappedOf({ rule, kind, family, status, subject, members, episodes, examples, remediation }: Finding) {
  return {
    ...{ rule, kind, family, status, subject, members },
    episodes: episodes.map(({ from, until }) => ({ from: isoOf(from), until: isoOf(until) })),
    files: [...new Set(examples.flatMap(({ file }) => file ?? []))],
    commands: remediation.commands,
  };
}
