import type { Report } from '../../model/report.ts';
import { isoOf } from '../dates.ts';
import { doubtsAbout, emptyVerdict, severityCounts } from '../digest/verdict.ts';
import { commonFields, instantOf, severityFields } from './event.ts';

const COMPLETED = { activity_id: 2, activity_name: 'Completed', status_id: 1, status: 'Success' } as const;
const INCOMPLETE = { activity_id: 99, activity_name: 'Incomplete', status_id: 2, status: 'Failure' } as const;

/** The run as a Scan Activity: how much was read, whether it was all, and what was not seen. */
export function scanEvent(report: Report) {
  const { run, sources, coverage, span, summary, findings } = report;
  const outcome = run.complete ? COMPLETED : INCOMPLETE;
  return {
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: 6007,
    class_name: 'Scan Activity',
    ...outcome,
    type_uid: 600_700 + outcome.activity_id,
    type_name: `Scan Activity: ${outcome.activity_name}`,
    ...severityFields('info'),
    ...commonFields(report),
    ...(span === null ? {} : { start_time: instantOf(span.from), end_time: instantOf(span.until) }),
    status_detail: doubtsAbout(report).join(', ') || 'everything was read and seen',
    message: verdictText(report),
    scan: { name: 'keyward audit', type_id: 0, type: 'Unknown' },
    num_detections: findings.length,
    num_files: sources.reduce((sum, { files }) => sum + files, 0),
    num_skipped_items: sources.reduce((sum, { skipped }) => sum + skipped, 0),
    total: summary.events,
    unmapped: {
      complete: run.complete,
      remarks: run.remarks,
      sources: sources.map(({ id, complete, note, remarks }) => ({ id, complete, note, remarks })),
      not_seen: coverage.flatMap(({ rule, source, state, reason }) =>
        state === 'evaluated' ? [] : [{ rule, source, state, reason }],
      ),
      judged_since: run.since === null ? null : isoOf(run.since),
      judged_until: run.until === null ? null : isoOf(run.until),
    },
  };
}

function verdictText(report: Report): string {
  if (report.findings.length > 0)
    return severityCounts(report)
      .map(({ text }) => text)
      .join(', ');
  const { text, details } = emptyVerdict(report);
  return [text, details.join(', ')].join(' ').trim();
}
