import type { Batch, Completion, Damage } from '../../model/batch.ts';
import { cloudtrail } from '../../normalise/cloudtrail.ts';
import { dig } from '../../normalise/dig.ts';
import type { Sink } from '../../normalise/format.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import { createSorter } from '../../scan/sorter.ts';
import { countText, isoText } from '../../wording.ts';
import type { Task } from '../collector.ts';
import { createIntake } from '../intake/intake.ts';
import type { Trouble } from '../service/trouble.ts';
import type { Access } from './access.ts';
import type { Estimate } from './lookup/estimate.ts';
import type { KeyUse } from './inventory.ts';
import { type Ask, openLookup } from './lookup/client.ts';
import { type Cursor, readCursor, writeCursor } from './lookup/cursor.ts';
import { pagesOf, STUCK, type Stretch } from './lookup/pages.ts';
import { keyQueries, type Query, queryText, type Scope, standingQueries } from './lookup/plan.ts';
import { NO_KEYS } from './lookup/views.ts';

/** One Region of an account, to be pulled with LookupEvents. */
export interface Pull {
  readonly access: Access;
  readonly region: string;
  /** What it is called to the user. */
  readonly name: string;
  readonly scope: Scope;
  /** What is wanted, both ends in whole seconds; the same for every page of the run. */
  readonly stretch: Stretch;
  /** The account's access keys, or null when they could not be listed. */
  keys(): Promise<readonly KeyUse[] | null>;
  /** Is told why when not one page of the Region could be had. */
  refuse(why: string): void;
  readonly estimate: Estimate;
  readonly task: Task;
}

/** Reads the events of a Region query by query, a batch for each page, and goes on behind `after` if that is given. */
export async function* readRegion(pull: Pull, after?: string): AsyncGenerator<Batch, Completion, void> {
  pull.estimate.begin(pull.name);
  try {
    return yield* readQueries(pull, startOf(pull.stretch, after), after !== undefined);
  } finally {
    pull.estimate.end(pull.name);
  }
}

/** Where a reading begins: at its start, or behind the cursor of one that was to read as much. */
function startOf({ from, until }: Stretch, after: string | undefined): Cursor {
  const cursor = after === undefined ? null : readCursor(after);
  if (cursor === null || cursor.from > from || cursor.until !== until)
    return { from, until, query: '', at: until, left: until - from, lost: 0 };
  return { ...cursor, from, at: Math.max(from, cursor.at) };
}

/** What is kept while a Region is read. */
interface Run {
  readonly pull: Pull;
  readonly start: Cursor;
  readonly ask: Ask;
  readonly taker: Taker;
  readonly faults: Damage[];
  /** Whether any page of the Region was had, now or before an interruption. */
  isSeen: boolean;
  /** How much of the shard's size is still to be told. */
  left: number;
  /** Where the first query failed: an interrupted run goes on there, not behind it. */
  held: string | undefined;
}

async function* readQueries(pull: Pull, start: Cursor, isSeen: boolean): AsyncGenerator<Batch, Completion, void> {
  const { access, region, scope, keys, task } = pull;
  const ask = openLookup(access, region, task);
  const run: Run = { pull, start, ask, taker: createTaker(), faults: [], isSeen, left: start.left, held: undefined };
  for await (const { query, waiting } of queriesOf(pull, start.query)) {
    const trouble = yield* readQuery(run, query, waiting);
    // Page tokens that fail for one query may not for the next; anything else would fail them all.
    if (task.signal.aborted || (trouble !== null && trouble !== STUCK)) return conclude(run);
  }
  if (scope === 'usual' && (await keys()) === null) run.faults.push({ where: '', what: NO_KEYS, count: 1 });
  return conclude(run);
}

/** The pages of one query as batches; null once all was seen. */
async function* readQuery(run: Run, query: Query, waiting: number): AsyncGenerator<Batch, Trouble | null, void> {
  const { pull, start, ask, taker } = run;
  const text = queryText(query);
  const part = { from: start.from, until: text === start.query ? start.at : start.until };
  const total = part.until - part.from;
  const budget = run.left / (waiting + 1);
  const pages = pagesOf(query, part, ask);
  let { until: at } = part;
  for (let count = 1; ; count++) {
    const step = await pages.next();
    if (step.done === true) {
      if (step.value !== null && !pull.task.signal.aborted) fail(run, text, { at, waiting }, step.value);
      return step.value;
    }
    const size = total > 0 ? (budget * (at - step.value.at)) / total : 0;
    ({ at } = step.value);
    run.left -= size;
    run.isSeen = true;
    const taken = taker.take(step.value.items);
    yield { ...taken, size, cursor: run.held ?? cursorAt(run, text, at) };
    pull.estimate.page(pull.name, { pages: count, covered: total > 0 ? (part.until - at) / total : 1, waiting });
  }
}

/** Writes down what a query that failed did not reach, and the queries that fail with it. */
function fail(run: Run, where: string, { at, waiting }: { at: number; waiting: number }, trouble: Trouble): void {
  const others = trouble === STUCK ? 0 : waiting;
  const rest = others === 0 ? '' : `, and ${countText(others, 'further query', 'further queries')}`;
  run.held ??= cursorAt(run, where, at);
  if (!run.isSeen) run.pull.refuse(trouble.what);
  run.faults.push(
    run.isSeen
      ? { where, what: `${trouble.what}; not read: ${stretchText(run.start.from, at)}${rest}`, count: 1 }
      : { where: '', what: `${trouble.what}; nothing was read`, count: 1 },
  );
}

/** '2026-08-22 20:12 to 2026-11-20 20:12 UTC'. */
function stretchText(from: number, until: number): string {
  const [start, end] = [from, until].map(at => isoText(at).slice(0, 16).replace('T', ' '));
  return `${start} to ${end} UTC`;
}

const cursorAt = ({ start: { from, until, lost }, left, taker }: Run, query: string, at: number): string =>
  writeCursor({ from, until, query, at, left, lost: lost + taker.lost() });

function conclude({ pull, start, taker, faults }: Run): Completion {
  const interrupted = { where: '', what: 'interrupted', count: 1 };
  const before = { where: '', what: 'records that could not be read, before the interruption', count: start.lost };
  const damage = [
    ...faults,
    ...(pull.task.signal.aborted ? [interrupted] : []),
    ...taker.damage(),
    ...(start.lost > 0 ? [before] : []),
  ];
  return { complete: damage.length === 0, kind: cloudtrail.id, views: null, damage, skipped: false };
}

interface Turn {
  readonly query: Query;
  /** How many come after it; what depends on the keys counts as one until they are known. */
  readonly waiting: number;
}

/** The queries of a Region in their order, from that one on which is written as `after`. */
async function* queriesOf({ access, region, scope, stretch, keys }: Pull, after: string): AsyncGenerator<Turn> {
  const isAtKeys = after.startsWith('AccessKeyId=');
  const standing = isAtKeys ? [] : standingQueries(scope, region === access.globalRegion);
  const later = scope === 'usual' ? 1 : 0;
  yield* turnsOf(standing, after, later);
  if (scope === 'usual') yield* turnsOf(keyQueries((await keys()) ?? [], stretch.from), isAtKeys ? after : '', 0);
}

function* turnsOf(queries: readonly Query[], after: string, later: number): Generator<Turn> {
  const first = Math.max(
    0,
    queries.findIndex(query => queryText(query) === after),
  );
  for (const [i, query] of queries.entries()) if (i >= first) yield { query, waiting: queries.length - i - 1 + later };
}

/** Makes events of what pages hold. */
interface Taker {
  take(items: readonly unknown[]): Omit<Batch, 'size'>;
  damage(): readonly Damage[];
  /** How many records could not be read. */
  lost(): number;
}

/** As many records that cannot be read are known again when another query finds them. */
const MOST_KNOWN = 10_000;

function createTaker(): Taker {
  const intake = createIntake();
  const sorter = createSorter([cloudtrail], []);
  const unreadable = new Set<unknown>();
  let lost = 0;
  const malformed = (what: string): void => {
    lost++;
    intake.sink.malformed(what);
  };
  const sink: Sink = { ...intake.sink, malformed };
  const takeOne = (item: unknown): void => {
    const id = dig(item, 'EventId');
    if (id !== undefined && unreadable.has(id)) return;
    const before = lost;
    sorter.add(recordOf(item));
    for (const { wanted, fields, whole } of sorter.take().rows) intake.readerOf(wanted).read(fields, whole, sink);
    if (lost > before && unreadable.size < MOST_KNOWN) unreadable.add(id);
  };
  return {
    take(items) {
      items.forEach(takeOne);
      return intake.take();
    },
    damage: intake.damage,
    lost: () => lost,
  };
}

/** What LookupEvents wraps a record in, as it stands in files. */
function recordOf(item: unknown): JsonObject {
  const text = dig(item, 'CloudTrailEvent');
  const time = dig(item, 'EventTime');
  const isDated = time instanceof Date && !Number.isNaN(time.getTime());
  return { CloudTrailEvent: text, ...(isDated && { EventTime: isoText(time.getTime()) }) };
}
