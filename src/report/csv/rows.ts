import type { Coverage } from '../../model/coverage.ts';
import type { Finding } from '../../model/finding.ts';
import type { Report, SourceReport } from '../../model/report.ts';
import { isoOf } from '../dates.ts';
import { leadersIn } from '../digest/leaders.ts';
import { doubtsAbout, emptyVerdict, otherCounts, severityCounts } from '../digest/verdict.ts';
import type { Row } from './columns.ts';

/** Every finding, then what was left out or not seen, each source, and last the run as a whole. */
export function* rowsOf(report: Report): Generator<Row> {
  const leaderOf = leadersIn(report.findings);
  for (const finding of report.findings) yield findingRow(finding, leaderOf(finding));
  for (const { fingerprint, rule, owner, reason, expires } of report.suppressed) {
    yield { record: 'suppressed', fingerprint, rule, message: `until ${expires} by ${owner}: ${reason}` };
  }
  for (const { fingerprint, rule, subject, lastSeen } of report.resolved) {
    yield { record: 'resolved', fingerprint, rule, subject, last_seen: isoOf(lastSeen) };
  }
  for (const line of report.coverage) if (line.state !== 'evaluated') yield gapRow(line);
  for (const source of report.sources) yield sourceRow(source);
  yield runRow(report);
}

function findingRow(finding: Finding, leader: Finding): Row {
  const { rule, severity, status, subject, message, title, family, kind, fingerprint, remediation } = finding;
  return {
    record: 'finding',
    ...{ severity, status, rule, subject, message, title, family, kind, fingerprint },
    first_seen: isoOf(finding.firstSeen),
    last_seen: isoOf(finding.lastSeen),
    ...credentialCells(finding),
    advice: remediation.summary,
    commands: listed(remediation.commands),
    members: listed(finding.members),
    episodes: listed(finding.episodes.map(({ from, until }) => `${isoOf(from)}/${isoOf(until)}`)),
    corroborated_by: listed(finding.corroboratedBy),
    events: listed(finding.examples.map(({ event, file }) => (file === null ? event : `${event} in ${file}`))),
    evidence: JSON.stringify(finding.evidence),
    references: listed(finding.references),
    incident: leader.fingerprint,
  };
}

function credentialCells({ credential }: Finding): Partial<Row> {
  if (credential === null) return {};
  const { id, provider, kind, owner, account, createdAt } = credential;
  const created = createdAt === null ? '' : isoOf(createdAt);
  return { provider, account, credential: id, credential_kind: kind, owner, created };
}

const gapRow = ({ rule, source, state, reason }: Coverage): Row => ({
  record: 'not seen',
  status: state,
  rule,
  subject: source,
  message: reason,
});

const sourceRow = ({ id, kind, complete, note, remarks, from, until }: SourceReport): Row => ({
  record: 'source',
  status: completeness(complete),
  subject: id,
  kind,
  message: listed([...(note ?? '').split('\n'), ...remarks].filter(line => line !== '')),
  first_seen: from === null ? '' : isoOf(from),
  last_seen: until === null ? '' : isoOf(until),
});

function runRow(report: Report): Row {
  const { run, span, findings } = report;
  const { text, details } = emptyVerdict(report);
  const counts = severityCounts(report).map(count => count.text);
  const told = findings.length === 0 ? [text, ...details] : [...counts, ...doubtsAbout(report)];
  return {
    record: 'run',
    status: completeness(run.complete),
    message: listed([...told, ...otherCounts(report), ...run.remarks]),
    first_seen: span === null ? '' : isoOf(span.from),
    last_seen: span === null ? '' : isoOf(span.until),
  };
}

const completeness = (isComplete: boolean): string => (isComplete ? 'complete' : 'incomplete');

const listed = (items: readonly string[]): string => items.join('; ');
