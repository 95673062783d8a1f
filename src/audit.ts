import { coverageOf } from './coverage.ts';
import { type Judgement, judge } from './judge.ts';
import type { DeclaredHolder } from './model/declared.ts';
import type { Severity } from './model/finding.ts';
import type { Report, SourceReport } from './model/report.ts';
import { type ReadHooks, type ReadRequest, readSources } from './read.ts';
import type { SourceTally } from './reading.ts';
import { registerOf, type RegisterRequest } from './register.ts';
import { SEVERITIES } from './severity.ts';

/** All that an audit depends on; nothing else enters it. */
export interface AuditRequest extends ReadRequest {
  /** The configuration file, for the report. */
  readonly configFile?: string | null;
  /** Who may hold what, as the configuration declares it. */
  readonly declared?: readonly DeclaredHolder[];
  /** How much of the register the report is to hold. */
  readonly register?: Pick<RegisterRequest, 'isWhole' | 'most'>;
}

/** Reads the sources, judges what is known of them and returns the report. */
export async function audit(request: AuditRequest, hooks: ReadHooks): Promise<Report> {
  const { ledger, tallies, fileOf, sourcesOf } = await readSources(request, hooks);
  const { since, until } = request;
  const now = Math.min(request.now, until ?? request.now);
  const judgement = judge(ledger, request.rules, { since, now }, request.declared);
  // The judgement does not know in which files its examples stand, only the road does.
  const findings = judgement.findings.map(finding => ({
    ...finding,
    examples: finding.examples.map(({ event }) => ({ event, file: fileOf(event) })),
  }));
  const positions = new Map(tallies.map(({ id }, i) => [id, i]));
  const register = registerOf(ledger, {
    ...(request.register ?? REPORTED_KEYS),
    now,
    sourcesOf: id => sourcesOf(id).flatMap(name => positions.get(name) ?? []),
  });
  return { ...reportOf(request, tallies, { ...judgement, findings }), register };
}

/** The register beside the findings: keys and what uses models, and no more of them than a reader can take in. */
const REPORTED_KEYS = { isWhole: false, most: 5000 } as const;

function reportOf(request: AuditRequest, tallies: readonly SourceTally[], judgement: Judgement): Report {
  const sources = tallies.map(tally => tally.report());
  const { findings, abstained, credentials } = judgement;
  const counts = SEVERITIES.map(severity => [severity, findings.filter(f => f.severity === severity).length]);
  return {
    tool: { name: 'keyward', version: request.version },
    run: {
      now: request.now,
      geography: request.geo.build,
      since: request.since,
      until: request.until,
      complete: sources.every(({ complete }) => complete),
      config: request.configFile ?? null,
      remarks: request.state?.remarks ?? [],
    },
    sources,
    coverage: coverageOf(
      request.rules.map(({ rule }) => rule),
      tallies,
      abstained,
      request.since,
      request.geo.lacks,
    ),
    summary: {
      events: sources.reduce((sum, { events }) => sum + events, 0),
      credentials,
      findings: Object.fromEntries(counts) as Record<Severity, number>,
      new: findings.length,
      known: 0,
      resolved: 0,
      suppressed: 0,
    },
    resolved: [],
    suppressed: [],
    findings,
    span: spanOf(sources),
  };
}

function spanOf(sources: readonly SourceReport[]): Report['span'] {
  const from = Math.min(...sources.map(source => source.from ?? Number.POSITIVE_INFINITY));
  const until = Math.max(...sources.map(source => source.until ?? Number.NEGATIVE_INFINITY));
  return from <= until ? { from, until } : null;
}
