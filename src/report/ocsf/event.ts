import type { Severity } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { isoOf } from '../dates.ts';

const VERSION = '1.8.0';

/** What happened to a finding. */
export const ACTIVITIES = { create: 1, update: 2, close: 3 } as const;
const ACTIVITY_NAMES = { create: 'Create', update: 'Update', close: 'Close' } as const;

/** How far a finding has got. Nobody has told that one is looked at, so what is known is still new. */
const STATUSES = { New: 1, Suppressed: 3, Resolved: 4 } as const;

const SEVERITIES: Readonly<Record<Severity, readonly [id: number, caption: string]>> = {
  info: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
};

/** An instant as OCSF wants it: whole milliseconds since the epoch, in a year of four digits. */
export const instantOf = (at: number): number => Date.parse(isoOf(at));

/** The fields that every event has: when it was made, and by what. */
export const commonFields = ({ run, tool }: Report, correlation?: string) => ({
  time: instantOf(run.now),
  metadata: {
    version: VERSION,
    product: { name: tool.name, vendor_name: tool.name, version: tool.version },
    ...(correlation === undefined ? {} : { correlation_uid: correlation }),
  },
});

/** The fields that make an event a Detection Finding. */
export const detectionFields = (activity: keyof typeof ACTIVITIES, status: keyof typeof STATUSES) => ({
  category_uid: 2,
  category_name: 'Findings',
  class_uid: 2004,
  class_name: 'Detection Finding',
  activity_id: ACTIVITIES[activity],
  activity_name: ACTIVITY_NAMES[activity],
  type_uid: 200_400 + ACTIVITIES[activity],
  type_name: `Detection Finding: ${ACTIVITY_NAMES[activity]}`,
  status_id: STATUSES[status],
  status,
});

/** How grave it is; not told of what is no longer there. */
export function severityFields(severity?: Severity) {
  const [severity_id, caption] = severity === undefined ? [0, 'Unknown'] : SEVERITIES[severity];
  return { severity_id, severity: caption };
}
