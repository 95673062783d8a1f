import type { Book, ShardEnd } from '../book.ts';
import type { Shard, Window } from '../collect/collector.ts';
import { betterViews, mergeRealms } from '../coverage.ts';
import { Seen } from '../dedupe.ts';
import { UserError } from '../errors.ts';
import { type Ledger, merge, note, noteCensus, openLedger } from '../ledger.ts';
import type { Completion } from '../model/batch.ts';
import type { Plan } from '../plan.ts';
import { SourceTally } from '../reading.ts';
import { DAY, dayOf, dayOfHour } from '../time.ts';
import { isoText } from '../wording.ts';
import { createAges } from './ages.ts';
import { FreshPages, type PageHead } from './fresh-pages.ts';
import { addPage, joinPages, type KnownPage, lastDayOf, lifetimesOf } from './known-pages.ts';
import { type Known, type LastRun, NOTHING, partsOf, readKnown } from './known.ts';
import { seal, unseal } from './sealed.ts';
import {
  endOf,
  fartherReach,
  type KnownFile,
  laterViews,
  newRecord,
  type SourceRecord,
  unreadOf,
} from './source-record.ts';
import { openStateFile, writeStateFile } from './state-file.ts';

/** How long days are kept: 28 that are judged, a guard of a few, and 90 to look back on. */
const KEPT_DAYS = 120;

/** How late an event may come and still be told from one that was counted. */
const ID_DAYS = 35;

/** A source as this run reads it. */
export interface ReadSource {
  readonly tally: SourceTally;
  readonly shards: readonly Shard[];
  /** What was asked for of it. */
  readonly window: Window;
  /** As cheap to read again as to keep a copy of. */
  readonly isLocal: boolean;
}

/** What runs remember from one to the next. */
export interface State {
  readonly plan: Plan;
  /** The run that wrote it; null when it is new. */
  readonly last: LastRun | null;
  readonly seen: Seen;
  readonly book: Book;
  /** Worth knowing of what is remembered. */
  readonly remarks: readonly string[];
  /** What is yet to be read of a source. */
  windowOf(source: string, wanted: Window): Window;
  /** How the reading of a part ended that has not changed since; null when it must be read. */
  endOf(source: string, shard: Shard): Completion | null;
  /** Makes ready to read: days that are read again are not held against what comes. */
  begin(sources: readonly ReadSource[]): void;
  /** Joins what was read to what was known. */
  join(): Whole;
  /** Writes it, with what this run told. */
  save(told: string): void;
  close(): void;
}

/** All that is known: one ledger, and every source there is. */
export interface Whole {
  readonly ledger: Ledger;
  readonly tallies: readonly SourceTally[];
  /** The sources that ever told of a credential. */
  sourcesOf(id: string): readonly string[];
}

/** What a state is opened for. */
export interface StateQuestion {
  readonly plan: Plan;
  readonly now: number;
  /** By what places are found; what was read before keeps the places it had. */
  readonly places: string;
}

/** Opens the state at a path, or begins one there. Throws a `UserError` when what is there cannot be gone on with. */
export function openState(path: string, question: StateQuestion): State {
  const file = openStateFile(path);
  try {
    const known = file === null ? NOTHING : readKnown(file, question.plan, path);
    checkTime(path, known.last, question.now);
    return stateOf(path, known, question, () => file?.close());
  } catch (error) {
    file?.close();
    throw error;
  }
}

function checkTime(path: string, last: LastRun | null, now: number): void {
  if (last === null || last.now <= now) return;
  throw new UserError(
    `the state '${path}' is of ${isoText(last.now)}, later than the moment that is judged (${isoText(now)})`,
    'Judge from a later moment, or begin anew in another folder.',
  );
}

function stateOf(path: string, known: Known, question: StateQuestion, close: () => void): State {
  const { plan, now, places } = question;
  const run = newRun(plan);
  const ageOf = createAges(known);
  let joined: Joined | null = null;
  return {
    plan,
    last: known.last,
    seen: run.seen,
    remarks: remarksOn(known.last, places),
    book: bookOf(run, ageOf),
    windowOf: (source, wanted) => unreadOf(recordOf(known, source), wanted),
    endOf: (source, shard) => endOf(recordOf(known, source), shard),
    begin(sources) {
      run.sources = sources;
      run.replacedFrom = new Map(sources.filter(isReplacing).map(read => [read.tally.id, firstDayOf(read)]));
      for (const page of known.pages) if (!isReplaced(run, page.source, page.day)) run.seen.recall(page.ids());
    },
    join() {
      joined = joinRun(known, run, now);
      return joined;
    },
    save(told) {
      if (joined === null) throw new Error('nothing was joined that could be saved');
      const idsFrom = Math.max(known.last?.idsFrom ?? Number.NEGATIVE_INFINITY, dayOf(now) - ID_DAYS);
      const last = { now, places: [...new Set([...(known.last?.places ?? []), places])], idsFrom, told };
      writeStateFile(path, partsOf({ ...joined.known, last }, plan));
    },
    close,
  };
}

const remarksOn = (last: LastRun | null, places: string): string[] =>
  last === null || last.places.every(each => each === places)
    ? []
    : [
        'what was read before keeps the places it was given then, by another database or other declared networks: begin a new state to place it anew',
      ];

const recordOf = ({ records }: Known, id: string): SourceRecord => records.get(id) ?? newRecord(id);

/** What one run reads. */
interface Run {
  readonly plan: Plan;
  readonly seen: Seen;
  readonly pages: FreshPages;
  /** What was seen of credentials, by source. */
  readonly sightings: Map<string, Ledger>;
  /** How the parts of a source ended, by their keys. */
  readonly ends: Map<string, Map<string, ShardEnd>>;
  sources: readonly ReadSource[];
  /** The first day that is read anew, by source; others add to what is known. */
  replacedFrom: ReadonlyMap<string, number>;
}

function newRun(plan: Plan): Run {
  const run: Run = {
    plan,
    seen: new Seen(),
    // Whole weeks take less room; what is read anew is read by the day.
    pages: new FreshPages(plan, source => (run.replacedFrom.has(source) ? 1 : 7)),
    sightings: new Map(),
    ends: new Map(),
    sources: [],
    replacedFrom: new Map(),
  };
  return run;
}

function bookOf(run: Run, ageOf: Book['ageOf']): Book {
  const { plan, pages, sightings, ends } = run;
  const sightingsOf = (source: string): Ledger => entryOf(sightings, source, () => openLedger(plan));
  return {
    plan,
    ageOf: (source, shard, event) =>
      isReplaced(run, source, dayOfHour(event.hour)) ? 'fresh' : ageOf(source, shard, event),
    record: (source, event, place, number) => pages.record(source, event, place, number),
    note: (source, credential) => note(sightingsOf(source), credential),
    noteCensus: (source, census) => noteCensus(sightingsOf(source), census),
    finish: (source, { key }, end) => void entryOf(ends, source, () => new Map<string, ShardEnd>()).set(key, end),
  };
}

function entryOf<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Parts that can be told from others add to what is known; else each reading of a day replaces the last. */
const isAdding = ({ isLocal, shards }: ReadSource): boolean =>
  isLocal || shards.some(({ stamp }) => stamp !== undefined);

/** A source that could not be opened takes the place of nothing. */
const isReplacing = (read: ReadSource): boolean => read.shards.length > 0 && !isAdding(read);

const firstDayOf = ({ window: { from } }: ReadSource): number =>
  from === null ? Number.NEGATIVE_INFINITY : dayOf(from);

/** Whether a day of a source is read anew. */
const isReplaced = ({ replacedFrom }: Run, source: string, day: number): boolean =>
  day >= (replacedFrom.get(source) ?? Number.POSITIVE_INFINITY);

/** What is known once a run is joined to it. */
interface Joined extends Whole {
  readonly known: Omit<Known, 'last'>;
}

function joinRun(known: Known, run: Run, now: number): Joined {
  const { plan, sources } = run;
  const all = joinPages(
    plan,
    known.pages.filter(page => !isGone(run, page)),
    run.pages.all(),
    { isReplaced: ({ source, day }) => isReplaced(run, source, day), wordsOf: numbers => run.seen.wordsOf(numbers) },
  );
  const first = dayOf(now) - KEPT_DAYS;
  const pages = all.filter(page => lastDayOf(page) >= first);
  const old = all.filter(page => lastDayOf(page) < first);
  const ever = joinEver(known, run, old);
  const records = new Map(known.records);
  for (const read of sources)
    records.set(read.tally.id, joinRecord(recordOf(known, read.tally.id), read, run, first * DAY));
  const sealed = Array.from(ever, ([source, each]) => [source, seal(each)] as const);
  return {
    ledger: wholeOf(plan, ever.values(), pages),
    tallies: talliesOf(records, run, pages),
    sourcesOf: id => [...ever].flatMap(([source, { credentials }]) => (credentials.has(id) ? [source] : [])),
    known: { records, ever: new Map(sealed.map(([source, body]) => [source, () => body])), pages },
  };
}

/** Whether a page was read anew to its end, so that what was known of it counts no more. */
const isGone = (run: Run, page: PageHead): boolean =>
  isReplaced(run, page.source, page.day) && run.sources.some(({ tally }) => tally.id === page.source && tally.complete);

function wholeOf(plan: Plan, ever: Iterable<Ledger>, pages: readonly KnownPage[]): Ledger {
  const whole = openLedger(plan);
  for (const each of ever) merge(whole, each);
  for (const page of pages) addPage(whole, page);
  return whole;
}

/** What is kept for ever: as it was, what was seen of credentials now, and the lifetimes of the days that are dropped. */
function joinEver({ ever }: Known, { plan, sightings }: Run, old: readonly KnownPage[]): ReadonlyMap<string, Ledger> {
  const joined = new Map<string, Ledger>();
  const into = (source: string): Ledger => entryOf(joined, source, () => openLedger(plan));
  for (const [source, body] of ever) merge(into(source), unseal(plan, body()));
  for (const [source, seen] of sightings) merge(into(source), seen);
  for (const source of new Set(old.map(page => page.source)))
    merge(
      into(source),
      lifetimesOf(
        plan,
        old.filter(page => page.source === source),
      ),
    );
  return new Map([...joined].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function joinRecord(record: SourceRecord, read: ReadSource, { ends }: Run, oldest: number): SourceRecord {
  const { tally, window } = read;
  const isFirst = record.readUntil === null;
  const isWhole = isFirst || window.from === null || (record.readFrom !== null && window.from < record.readFrom);
  return {
    id: record.id,
    kinds: [...new Set([...record.kinds, ...tally.kinds])].sort(),
    accounts: [...new Set([...record.accounts, ...tally.accounts])].sort(),
    realms: mergeRealms(record.realms, tally.realms, isReplacing(read) ? laterViews : betterViews),
    reach: isWhole ? tally.reach : fartherReach(record.reach, tally.reach),
    readFrom: tally.complete && isWhole ? window.from : record.readFrom,
    readUntil: tally.complete ? window.until : record.readUntil,
    files: new Map([
      ...(tally.complete ? [] : unlistedFiles(record, oldest)),
      ...filesOf(record, read, ends.get(tally.id) ?? new Map<string, ShardEnd>()),
    ]),
  };
}

/** Parts that may be there all the same where not all could be listed, as far back as anything is kept of them. */
const unlistedFiles = ({ files }: SourceRecord, oldest: number): (readonly [string, KnownFile])[] =>
  [...files].filter(([, { until }]) => until !== null && until >= oldest);

/** Parts that are still there and need not be read again. What is not there any more cannot come again unnoticed. */
function* filesOf(
  { files }: SourceRecord,
  { shards, isLocal }: ReadSource,
  ends: ReadonlyMap<string, ShardEnd>,
): Generator<readonly [string, KnownFile]> {
  for (const { key, stamp } of shards) {
    const end = ends.get(key);
    const known = files.get(key);
    if (stamp === undefined) continue;
    if (end === undefined) {
      if (known?.stamp === stamp) yield [key, known];
    } else if (isDone(end, isLocal)) yield [key, knownFile(stamp, end)];
    // Its stamp is another by now, so it is read again; until when it was read is still known.
    else if (known !== undefined) yield [key, known];
  }
}

/** What is damaged stays so; what could not be fetched, or be known for anything, may come right. */
const isDone = ({ isAhead, completion: { complete, kind } }: ShardEnd, isLocal: boolean): boolean =>
  !isAhead && kind !== '' && (complete || isLocal);

const knownFile = (stamp: string, { span, completion }: ShardEnd): KnownFile => ({
  stamp,
  kind: completion.kind,
  isComplete: completion.complete,
  isSkipped: completion.skipped,
  until: Number.isFinite(span.until) ? span.until : null,
  damage: completion.damage,
});

/** Every source, as it was read in this run and before. */
function talliesOf(
  records: ReadonlyMap<string, SourceRecord>,
  { sources }: Run,
  pages: readonly KnownPage[],
): SourceTally[] {
  const read = sources.map(({ tally }) => tally);
  const unread = [...records.values()].filter(({ id }) => !read.some(tally => tally.id === id)).map(rememberedTally);
  return [...read, ...unread].map(tally => {
    const { kinds, accounts, realms, reach } = records.get(tally.id)!;
    const own = pages.filter(({ source }) => source === tally.id);
    tally.recall({
      kinds,
      accounts,
      from: Math.min(...own.map(({ from }) => from)),
      until: Math.max(...own.map(({ until }) => until)),
      events: own.reduce((sum, { events }) => sum + events, 0),
    });
    tally.realms = realms;
    tally.reach = reach;
    return tally;
  });
}

function rememberedTally({ id, readUntil }: SourceRecord): SourceTally {
  const tally = new SourceTally(id);
  const until = readUntil === null ? '' : `, which read it until ${isoText(readUntil)}`;
  tally.remark(`not read in this run: remembered from an earlier one${until}`);
  return tally;
}
