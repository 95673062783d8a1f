import type { Collector, Shard } from './collect/collector.ts';
import { coverageOf } from './coverage.ts';
import { UserError } from './errors.ts';
import type { Geo } from './geo.ts';
import { type ConfiguredRule, type Judgement, judge } from './judge.ts';
import { type Ledger, openLedger } from './ledger.ts';
import type { Severity } from './model/finding.ts';
import type { Report, SourceReport } from './model/report.ts';
import { planFor } from './plan.ts';
import { type Progress, Reading, SourceTally } from './reading.ts';
import { SEVERITIES } from './severity.ts';

/** All that an audit depends on; nothing else enters it. */
export interface AuditRequest {
  readonly sources: readonly string[];
  readonly rules: readonly ConfiguredRule[];
  readonly collectors: readonly Collector[];
  readonly geo: Geo;
  /** Principals that keyward itself runs as. */
  readonly self: readonly string[];
  readonly now: number;
  /** What is judged; events before `since` are history, events from `until` on are left out. */
  readonly since: number | null;
  readonly until: number | null;
  readonly version: string;
}

export interface AuditHooks {
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

interface OpenedSource {
  readonly source: SourceTally;
  readonly collector: Collector;
  readonly shards: readonly Shard[];
}

/** Reads the sources, folds them into a ledger, judges it and returns the report. */
export async function audit(request: AuditRequest, hooks: AuditHooks): Promise<Report> {
  const opened = await openSources(request, hooks.signal);
  const ledger = await readAll(opened, request, hooks);
  refuseNothing(opened, hooks.signal);
  const { since, until, now } = request;
  const judgement = judge(ledger, request.rules, { since, now: Math.min(now, until ?? now) });
  return reportOf(
    request,
    opened.map(({ source }) => source),
    judgement,
  );
}

/** Lists every source's shards. A source that cannot be opened is incomplete; all of them together are an error. */
async function openSources({ sources, collectors }: AuditRequest, signal: AbortSignal): Promise<OpenedSource[]> {
  const opened: OpenedSource[] = [];
  const errors: UserError[] = [];
  for (const id of new Set(sources)) {
    const collector = collectorFor(collectors, id);
    const source = new SourceTally(id);
    const shards: Shard[] = [];
    try {
      for await (const shard of collector.shards(id, signal)) shards.push(shard);
      if (signal.aborted) source.fail('interrupted');
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      errors.push(error);
      source.fail(error.message);
    }
    opened.push({ source, collector, shards });
  }
  if (errors.length === opened.length) throw joined(errors);
  return opened;
}

/** Files of other kinds alone are not something to call clean. */
function refuseNothing(opened: readonly OpenedSource[], { aborted }: AbortSignal): void {
  if (aborted || opened.some(({ source }) => source.files > 0 || !source.complete)) return;
  const names = opened
    .map(({ source: { id, leftOut } }) =>
      leftOut.size === 0 ? `'${id}'` : `'${id}' (${[...leftOut].sort().join(', ')})`,
    )
    .join(', ');
  throw new UserError(
    `there is no audit log in ${names}`,
    'Name the folder that holds the logs; `keyward sources` lists what can be read.',
  );
}

/** Folds all shards into a new ledger. What reading alone needs (the ids of all events) is let go with it. */
async function readAll(
  opened: readonly OpenedSource[],
  { rules, geo, until, now, self }: AuditRequest,
  hooks: AuditHooks,
): Promise<Ledger> {
  const ledger = openLedger(planFor(rules.map(({ rule }) => rule)));
  const reading = new Reading(ledger, geo, { until, now, self: new Set(self) });
  const all = opened.flatMap(({ shards }) => shards);
  const bytesTotal = all.reduce((sum, shard) => sum + shard.bytes, 0);
  const progress = { files: 0, filesTotal: all.length, bytes: 0, bytesTotal, events: 0 };
  for (const { source, collector, shards } of opened) {
    for (const [i, shard] of shards.entries()) {
      if (hooks.signal.aborted) {
        source.fail(`interrupted: ${shards.length - i} of ${shards.length} files were not read`);
        break;
      }
      await reading.read(source, collector, shard, hooks.signal, (bytes, events) => {
        progress.bytes += bytes;
        progress.events += events;
        hooks.onProgress(progress);
      });
      progress.files++;
      hooks.onProgress(progress);
    }
  }
  return ledger;
}

function collectorFor(collectors: readonly Collector[], source: string): Collector {
  const collector = collectors.find(({ accepts }) => accepts(source));
  if (collector !== undefined) return collector;
  throw new UserError(`unknown source '${source}'`, 'See `keyward sources`.');
}

function joined(errors: readonly UserError[]): UserError {
  const [first] = errors;
  if (first === undefined) return new UserError('no source was given', 'Name a file or a folder of logs.');
  return errors.length === 1 ? first : new UserError(errors.map(({ message }) => message).join('\n'), first.hint);
}

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
    },
    sources,
    coverage: coverageOf(
      request.rules.map(({ rule }) => rule),
      tallies,
      abstained,
      request.since,
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
