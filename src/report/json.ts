import type { Coverage } from '../model/coverage.ts';
import type { Finding, HeldCredential } from '../model/finding.ts';
import type { RegisterRow } from '../model/register.ts';
import type { Report, SourceReport } from '../model/report.ts';
import { isoOf } from './dates.ts';
import { defineReporter } from './reporter.ts';

/** The name of this form of the report; a field may be added under it, none may vanish. */
export const REPORT_SCHEMA = 'keyward.report/1';

/** The report as JSON, whole. */
export const json = defineReporter({
  id: 'json',
  title: 'JSON',
  description: 'Everything the report holds, for programs: `keyward.report/1`, described by a JSON Schema.',
  file: 'report.json',
  render: report => jsonPieces(fieldsOf(report)),
});

/** An object as JSON, field by field, and lists that are lazy item by item. */
export function* jsonPieces(fields: Readonly<Record<string, unknown>>): Generator<string> {
  let opening = '{\n';
  for (const [name, value] of Object.entries(fields)) {
    yield `${opening}  ${JSON.stringify(name)}: `;
    if (isLazy(value)) yield* arrayPieces(value);
    else yield nested(value, 1);
    opening = ',\n';
  }
  yield '\n}\n';
}

interface Lazy {
  readonly items: readonly unknown[];
  write(item: never): unknown;
}

/** A list whose items are made one at a time, when they are written. */
export const lazy = <T>(items: readonly T[], write: (item: T) => unknown): Lazy => ({ items, write });

const isLazy = (value: unknown): value is Lazy => typeof value === 'object' && value !== null && 'write' in value;

function fieldsOf(report: Report): Record<string, unknown> {
  const { span, summary } = report;
  return {
    schema: REPORT_SCHEMA,
    ...headFields(report),
    span: span === null ? null : { from: isoOf(span.from), until: isoOf(span.until) },
    sources: sourceList(report),
    coverage: lazy(report.coverage, coverageFields),
    summary: summaryFields(summary),
    resolved: lazy(report.resolved, ({ fingerprint, rule, subject, lastSeen }) => ({
      fingerprint,
      rule,
      subject,
      lastSeen: isoOf(lastSeen),
    })),
    suppressed: lazy(report.suppressed, ({ fingerprint, rule, owner, reason, expires }) => ({
      fingerprint,
      rule,
      owner,
      reason,
      expires,
    })),
    findings: lazy(report.findings, findingFields),
    ...(report.register && { register: keyList(report), registerTotal: report.register.total }),
  };
}

/** What every JSON of ours begins with: by what, and as of when. */
export function headFields({ tool, run }: Report) {
  return {
    tool: { name: tool.name, version: tool.version },
    run: {
      now: isoOf(run.now),
      geography: run.geography,
      since: isoOrNull(run.since),
      until: isoOrNull(run.until),
      complete: run.complete,
      config: run.config,
      remarks: run.remarks,
    },
  };
}

/** The sources as they were read. */
export const sourceList = ({ sources }: Report): Lazy => lazy(sources, sourceFields);

/** The rows of the register, with the names of the sources that told of them. */
export const keyList = ({ register, sources }: Report): Lazy =>
  lazy(register?.rows ?? [], row => keyFields(row, sources));

function keyFields(row: RegisterRow, sources: readonly SourceReport[]) {
  const { id, provider, kind, name, hint, holder, holderId, holderKeys, owner, account, scope } = row;
  return {
    ...{ id, provider, kind, name, hint, holder, holderId, holderKeys, owner, account, scope },
    createdAt: isoOrNull(row.createdAt),
    ageDays: row.ageDays,
    expiresAt: isoOrNull(row.expiresAt),
    active: row.active,
    firstUsedAt: isoOrNull(row.firstUsedAt),
    lastUsedAt: isoOrNull(row.lastUsedAt),
    uses: row.uses,
    calls: row.calls,
    tokensIn: row.tokensIn,
    tokensOut: row.tokensOut,
    costUsd: row.microUsd === null ? null : row.microUsd / 1e6,
    places: row.places?.map(({ country, uses }) => ({ country, uses })) ?? null,
    networks: row.networks,
    models: row.models,
    sources: row.sources.map(position => sources[position]!.id),
    alsoSeenAs: row.alsoSeenAs,
    replaces: row.replaces,
    replacedBy: row.replacedBy,
    remarks: row.remarks.map(({ code, text }) => ({ code, text })),
  };
}

function sourceFields(source: SourceReport) {
  return {
    id: source.id,
    accounts: source.accounts,
    kind: source.kind,
    from: isoOrNull(source.from),
    until: isoOrNull(source.until),
    complete: source.complete,
    note: source.note,
    remarks: source.remarks,
    files: source.files,
    skipped: source.skipped,
    events: source.events,
    ignored: source.ignored,
    duplicates: source.duplicates,
    conflicts: source.conflicts,
    malformed: source.malformed,
  };
}

const coverageFields = ({ rule, source, state, reason }: Coverage) => ({ rule, source, state, reason });

function summaryFields(summary: Report['summary']) {
  const { critical, high, medium, low, info } = summary.findings;
  return {
    events: summary.events,
    credentials: summary.credentials,
    findings: { critical, high, medium, low, info },
    new: summary.new,
    known: summary.known,
    resolved: summary.resolved,
    suppressed: summary.suppressed,
  };
}

/** A finding as the JSON report has it. */
export function findingFields(finding: Finding) {
  return {
    fingerprint: finding.fingerprint,
    rule: finding.rule,
    family: finding.family,
    kind: finding.kind,
    severity: finding.severity,
    status: finding.status,
    subject: finding.subject,
    members: finding.members,
    episodes: finding.episodes.map(({ from, until }) => ({ from: isoOf(from), until: isoOf(until) })),
    title: finding.title,
    message: finding.message,
    credential: finding.credential === null ? null : credentialFields(finding.credential),
    firstSeen: isoOf(finding.firstSeen),
    lastSeen: isoOf(finding.lastSeen),
    evidence: finding.evidence,
    examples: finding.examples.map(({ event, file }) => ({ event, file })),
    corroboratedBy: finding.corroboratedBy,
    remediation: { summary: finding.remediation.summary, commands: finding.remediation.commands },
    references: finding.references,
  };
}

function credentialFields({ id, provider, kind, owner, account, createdAt }: HeldCredential) {
  return { id, provider, kind, owner, account, createdAt: isoOrNull(createdAt) };
}

const isoOrNull = (at: number | null): string | null => (at === null ? null : isoOf(at));

function* arrayPieces({ items, write }: Lazy): Generator<string> {
  if (items.length === 0) {
    yield '[]';
    return;
  }
  let opening = '[\n';
  for (const item of items) {
    yield `${opening}    ${nested(write(item as never), 2)}`;
    opening = ',\n';
  }
  yield '\n  ]';
}

/** JSON of a value at a depth. Raw newlines occur between tokens only, so indenting them is safe. */
function nested(value: unknown, depth: number): string {
  return escapeHidden(JSON.stringify(value, null, 2)).replaceAll('\n', `\n${'  '.repeat(depth)}`);
}

const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Escapes what JSON allows in strings and a terminal would obey: C1 controls, bidi marks, zero-width characters. */
export function escapeHidden(text: string): string {
  return text.replace(HIDDEN, character => {
    const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
    return units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}
