import { bookOf } from './book.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { AwsSettings, AzureSettings, Clock, Collector, Shard, Task, Window } from './collect/collector.ts';
import { UserError } from './errors.ts';
import type { Facet } from './facets/facet.ts';
import { gather, type Listed } from './gather.ts';
import type { Geo } from './geo.ts';
import type { ConfiguredRule } from './judge.ts';
import { type Ledger, openLedger } from './ledger.ts';
import type { ReadingOptions } from './normalise/formats.ts';
import { realmOf } from './normalise/realm.ts';
import { planFor } from './plan.ts';
import { type Filter, type Progress, Reading, SourceTally } from './reading.ts';
import { sighted } from './sightings.ts';
import type { ReadSource, State } from './state/state.ts';
import { DAY } from './time.ts';

/** All that reading depends on; nothing else enters it. */
export interface ReadRequest {
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
  /** Keeps what was read, so that an interrupted run can go on. */
  readonly checkpoint?: Checkpoint;
  /** What earlier runs read, and what later ones will know. */
  readonly state?: State;
  /** What to remember beside what the rules ask for. */
  readonly facets?: readonly Facet<unknown>[];
}

/** What collectors may use of the world outside. */
export interface World {
  readonly aws: AwsSettings;
  readonly azure: AzureSettings;
  readonly reading?: ReadingOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

export interface ReadHooks {
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
  /** Something to know while reading goes on. */
  tell(text: string): void;
}

/** What reading gave: one ledger of all that is known, how each source was read, and where its events stand. */
export interface ReadAll {
  readonly ledger: Ledger;
  readonly tallies: readonly SourceTally[];
  /** The file that an event stands in, or the part of a distant source; null when it is not known. */
  fileOf(event: string): string | null;
  /** The sources that told of a credential. */
  sourcesOf(id: string): readonly string[];
}

/** Reads the sources into a ledger, each event once; with a state, what earlier runs read is in it too. */
export async function readSources(request: ReadRequest, hooks: ReadHooks): Promise<ReadAll> {
  const { geo, state, checkpoint = null } = request;
  const opened = await openSources(request, hooks);
  state?.begin(opened.map(readOf));
  const ledger = openLedger(
    state?.plan ??
      planFor(
        request.rules.map(({ rule }) => rule),
        request.facets,
      ),
  );
  const names = opened.map(({ source }) => source.id);
  const { book, sourcesOf } = sighted(bookOf(ledger), names, names.length === 1);
  const reading = new Reading(state?.book ?? book, geo, filterOf(request, opened), checkpoint, state?.seen);
  await gather(opened, reading, hooks);
  refuseNothing(opened, hooks.signal);
  const all = state?.join() ?? { ledger, tallies: opened.map(({ source }) => source), sourcesOf };
  return { ...all, fileOf: event => reading.fileOf(event) };
}

/** A source whose shards are known, also those that need not be read. */
interface Opened extends Listed {
  readonly all: readonly Shard[];
  readonly window: Window;
}

const readOf = ({ source, all, window, opened }: Opened): ReadSource => ({
  tally: source,
  shards: all,
  window,
  isLocal: opened.isLocal === true,
});

/** Lists every source's shards. A source that cannot be opened is incomplete; all of them together are an error. */
async function openSources(request: ReadRequest, hooks: ReadHooks): Promise<Opened[]> {
  const sources: Opened[] = [];
  const errors: UserError[] = [];
  for (const id of new Set(request.sources)) {
    const collector = collectorFor(request.collectors, id);
    const task = taskOf(request, hooks, id);
    const opened = collector.open(id, task);
    const source = new SourceTally(id, opened.isMixed ? realmOf : undefined);
    const shards: Shard[] = [];
    try {
      for await (const shard of opened.shards()) shards.push(shard);
      if (hooks.signal.aborted) source.fail('interrupted');
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      errors.push(error);
      source.fail(error.message);
    }
    const unread = shards.filter(shard => !isKnown(source, shard, request.state));
    sources.push({ source, collector, opened, shards: unread, all: shards, window: task.window });
  }
  if (errors.length === sources.length && (request.state?.last ?? null) === null) throw joined(errors);
  return sources;
}

/** Whether a part was read before and is as it was; how that ended is told again. */
function isKnown(source: SourceTally, shard: Shard, state: State | undefined): boolean {
  const end = state?.endOf(source.id, shard) ?? null;
  if (end !== null) source.finish(shard, end);
  return end !== null;
}

/** What the collectors are asked for: what is judged, and before it the history that the rules look back on. */
function taskOf(request: ReadRequest, { signal, tell }: ReadHooks, source: string): Task {
  const wanted = request.checkpoint?.window ?? windowOf(request);
  return {
    signal,
    window: request.state?.windowOf(source, wanted) ?? wanted,
    ...request.world,
    version: request.version,
    tell,
  };
}

/** Sources that are asked for a stretch are asked for this much when nobody says since when: a bucket may hold years. */
const UNSAID_DAYS = 90;

/** What is judged, and before it as much history as the rules ask for. */
export function windowOf({ since, until, now, lookbackDays, rules }: ReadRequest): Window {
  const longest = Math.max(0, ...rules.map(({ rule }) => rule.lookbackDays ?? 0));
  const end = Math.min(now, until ?? now);
  const from = since === null ? end - UNSAID_DAYS * DAY : since - (lookbackDays ?? longest) * DAY;
  return { from, until: end };
}

/** Files of other kinds alone are not something to call clean. */
function refuseNothing(opened: readonly Listed[], { aborted }: AbortSignal): void {
  if (aborted || opened.length === 0 || opened.some(({ source }) => source.files > 0 || !source.complete)) return;
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
function filterOf({ until, now, self, collectors }: ReadRequest, sources: readonly Listed[]): Filter {
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
