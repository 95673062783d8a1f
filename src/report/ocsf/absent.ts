import type { Report, ResolvedFinding, SuppressedFinding } from '../../model/report.ts';
import { commonFields, detectionFields, instantOf, severityFields } from './event.ts';

/** A finding that somebody answered for. */
export const suppressedEvent = ({ fingerprint, rule, owner, reason, expires }: SuppressedFinding, report: Report) => ({
  ...detectionFields('update', 'Suppressed'),
  ...severityFields(),
  ...commonFields(report),
  is_alert: false,
  comment: reason,
  finding_info: { uid: fingerprint, title: rule, analytic: { uid: rule, name: rule, type_id: 1, type: 'Rule' } },
  unmapped: { owner, expires },
});

/** A finding of the report before that is gone. */
export const goneEvent = ({ fingerprint, rule, subject, lastSeen }: ResolvedFinding, report: Report) => ({
  ...detectionFields('close', 'Resolved'),
  ...severityFields(),
  ...commonFields(report),
  is_alert: false,
  finding_info: {
    uid: fingerprint,
    title: rule,
    analytic: { uid: rule, name: rule, type_id: 1, type: 'Rule' },
    last_seen_time: instantOf(lastSeen),
  },
  resources: [{ uid: subject }],
});
