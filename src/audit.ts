import { bookOf } from './book.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { AwsSettings, AzureSettings, Clock, Collector, Shard, Task, Window } from './collect/collector.ts';
import { coverageOf } from './coverage.ts';
import { UserError } from './errors.ts';
import { gather, type Listed } from './gather.ts';
import type { Geo } from './geo.ts';
import { type ConfiguredRule, type Judgement, judge } from './judge.ts';
import { openLedger } from './ledger.ts';
import type { Finding, Severity } from './model/finding.ts';
import type { Report, SourceReport } from './model/report.ts';
import { planFor } from './plan.ts';
import { type Filter, type Progress, Reading, SourceTally } from './reading.ts';
import { SEVERITIES } from './severity.ts';
import { DAY } from './time.ts';

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
  /** Days read before `since`, as history; what the rules ask for when null. */
  readonly lookbackDays: number | null;
  readonly world: World;
  readonly version: string;
  /** The configuration file, for the report. */
  readonly configFile?: string | null;
  /** Keeps what was read, so that an interrupted run can go on. */
  readonly checkpoint?: Checkpoint;
}

/** What collectors may use of the world outside. */
export interface World {
  readonly aws: AwsSettings;
  readonly azure: AzureSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

export interface AuditHooks {
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
  /** Something to know while reading goes on. */
  tell(text: string): void;
}

/** Reads the sources, folds them into a ledger, judges it and returns the report. */
export async function audit(request: AuditRequest, hooks: AuditHooks): Promise<Report> {
  const opened = await openSources(request, hooks);
  const ledger = openLedger(planFor(request.rules.map(({ rule }) => rule)));
  const reading = new Reading(bookOf(ledger), request.geo, filterOf(request, opened), request.checkpoint ?? null);
  await gather(opened, reading, hooks);
  refuseNothing(opened, hooks.signal);
  const { since, until, now } = request;
  const judgement = judge(ledger, request.rules, { since, now: Math.min(now, until ?? now) });
  const findings = judgement.findings.map(finding => withFiles(finding, reading));
  const tallies = opened.map(({ source }) => source);
  return reportOf(request, tallies, { ...judgement, findings });
}

/** A finding with the files of its examples: the judgement does not know them, only the road. */
const withFiles = (finding: Finding, reading: Reading): Finding => ({
  ...finding,
  examples: finding.examples.map(({ event }) => ({ event, file: reading.fileOf(event) })),
});

/** Lists every source's shards. A source that cannot be opened is incomplete; all of them together are an error. */
async function openSources(request: AuditRequest, hooks: AuditHooks): Promise<Listed[]> {
  const task = taskOf(request, hooks);
  const sources: Listed[] = [];
  const errors: UserError[] = [];
  for (const id of new Set(request.sources)) {
    const collector = collectorFor(request.collectors, id);
    const source = new SourceTally(id);
    const opened = collector.open(id, task);
    const shards: Shard[] = [];
    try {
      for await (const shard of opened.shards()) shards.push(shard);
      if (hooks.signal.aborted) source.fail('interrupted');
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      errors.push(error);
      source.fail(error.message);
    }
    sources.push({ source, collector, opened, shards });
  }
  if (errors.length === sources.length) throw joined(errors);
  return sources;
}

/** What the collectors are asked for: what is judged, and before it the history that the rules look back on. */
function taskOf(request: AuditRequest, { signal, tell }: AuditHooks): Task {
  return {
    signal,
    window: request.checkpoint?.window ?? windowOf(request),
    ...request.world,
    version: request.version,
    tell,
  };
}

/** Sources that are asked for a stretch are asked for this much when nobody says since when: a bucket may hold years. */
const UNSAID_DAYS = 90;

/** What is judged, and before it as much history as the rules ask for. */
export function windowOf({ since, until, now, lookbackDays, rules }: AuditRequest): Window {
  const longest = Math.max(0, ...rules.map(({ rule }) => rule.lookbackDays ?? 0));
  const end = Math.min(now, until ?? now);
  const from = since === null ? end - UNSAID_DAYS * DAY : since - (lookbackDays ?? longest) * DAY;
  return { from, until: end };
}

/** Files of other kinds alone are not something to call clean. */
function refuseNothing(opened: readonly Listed[], { aborted }: AbortSignal): void {
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

/** What keyward does itself when it reads an account is not what the account's keys are used for. */
function filterOf({ until, now, self, collectors }: AuditRequest, sources: readonly Listed[]): Filter {
  const signedInAs = sources.flatMap(({ opened }) => opened.self?.() ?? []);
  const ownActions = new Set(collectors.flatMap(({ ownActions = [] }) => ownActions));
  return { until, now, self: new Set([...self, ...signedInAs]), ownActions };
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
      config: request.configFile ?? null,
      remarks: [],
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
