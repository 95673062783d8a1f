import type { Batch, Completion, Damage } from '../../model/batch.ts';
import { countText, isoText } from '../../wording.ts';
import { type Answer, NOTHING } from './answer.ts';
import { type Manner, widen } from './queries.ts';
import type { Ask } from './query-client.ts';
import { type Slice, slicesOf, smaller, type Stretch } from './slices.ts';
import { readCursor, writeCursor } from './table-cursor.ts';
import { createTaker, type Taker } from './table-rows.ts';
import type { LogTable } from './tables.ts';

/** A stretch of one table to be read. */
export interface TablePull {
  readonly table: Pick<LogTable, 'query' | 'record'>;
  readonly stretch: Stretch;
  readonly manner: Manner;
  /** How much time one query is asked for at first. */
  readonly sliceLength: number;
  /** The permission that its queries take. */
  readonly role: string;
  readonly ask: Ask;
  readonly signal: AbortSignal;
}

/** So many rows may not be all: the service gives 500,000 at most. */
const MANY_ROWS = 400_000;

/** After so many queries in a row that came to nothing, the rest would as well; a minute can take half of them. */
const MOST_FRUITLESS = 64;

/** Reads a table slice by slice, each smaller where it is too much, and goes on behind `after` if that is given. */
export async function* readTable(pull: TablePull, after?: string): AsyncGenerator<Batch, Completion, void> {
  const { signal, stretch, sliceLength } = pull;
  const run = startRun(pull, after);
  const waiting = slicesOf({ ...stretch, from: run.at }, sliceLength).reverse();
  for (let slice = waiting.pop(); slice !== undefined && !signal.aborted; slice = waiting.pop()) {
    const result = await askFor(run, slice);
    if (signal.aborted) break;
    const hopeless = hopelessText(run, result);
    if (hopeless !== '') {
      lose(run, { from: slice.from, until: stretch.until }, hopeless);
      break;
    }
    const halves = result.kind === 'short' ? smaller(slice) : [];
    waiting.push(...halves.toReversed());
    if (halves.length > 0) continue;
    if (result.kind === 'short') lose(run, slice, result.what);
    yield* batchesOf(run, slice, result.answer, waiting.at(-1));
  }
  return conclude(run);
}

/** What is kept while a stretch is read. */
interface Run {
  readonly pull: TablePull;
  readonly taker: Taker;
  /** Where this reading began. */
  readonly at: number;
  /** What an earlier reading lost before it was interrupted. */
  readonly lostBefore: number;
  readonly gaps: Gap[];
  fruitless: number;
}

interface Gap extends Stretch {
  readonly what: string;
  readonly isPart: boolean;
}

/** Begins behind the cursor of a reading that was to read as much. */
function startRun(pull: TablePull, after: string | undefined): Run {
  const cursor = after === undefined ? null : readCursor(after);
  const { from, until } = pull.stretch;
  const isSame = cursor !== null && cursor.from === from && cursor.until === until;
  return {
    pull,
    taker: createTaker(row => pull.table.record(row)),
    at: isSame ? cursor.at : from,
    lostBefore: isSame ? cursor.lost : 0,
    gaps: [],
    fruitless: 0,
  };
}

interface Result {
  readonly kind: 'whole' | 'short' | 'refused';
  readonly answer: Answer;
  /** Why it is not whole. */
  readonly what: string;
}

async function askFor({ pull: { table, manner, ask, role } }: Run, { from, until, part }: Slice): Promise<Result> {
  // The query holds to its stretch by itself; some look a little further for what belongs to a row.
  const stretch = widen({ from, until });
  const reply = await ask({ query: table.query({ from, until }, manner, part), stretch, role });
  if (reply.kind !== 'answer')
    return { kind: reply.kind === 'too much' ? 'short' : 'refused', answer: NOTHING, what: reply.what };
  const { answer } = reply;
  const many = `it has ${countText(answer.rows.length, 'row')}, about as many as the service gives`;
  const what = answer.cut || (answer.rows.length >= MANY_ROWS ? many : '');
  return { kind: what === '' ? 'whole' : 'short', answer, what };
}

/** Why no more of the stretch is asked for; empty when it is. */
function hopelessText(run: Run, { kind, what }: Result): string {
  if (kind === 'refused') return what;
  run.fruitless = kind === 'whole' ? 0 : run.fruitless + 1;
  if (run.fruitless < MOST_FRUITLESS) return '';
  return `${countText(run.fruitless, 'query', 'queries')} in a row came to nothing, the last because ${what}`;
}

/** The answer in batches, and one without rows behind them, at which an interrupted reading can go on. */
function* batchesOf(run: Run, slice: Slice, answer: Answer, next: Slice | undefined): Generator<Batch> {
  const size = (slice.until - slice.from) / (slice.part?.of ?? 1);
  for (const { batch, share } of run.taker.take(answer)) yield { ...batch, size: size * share };
  const at = next?.from ?? run.pull.stretch.until;
  // Behind a gap nothing is kept, nor within a minute of which more is to come: it would be counted twice.
  const isClean = run.gaps.length === 0 && at >= slice.until;
  const none = { events: [], credentials: [], ignored: 0, size: answer.rows.length === 0 ? size : 0 };
  yield isClean ? { ...none, cursor: cursorAt(run, at) } : none;
}

function cursorAt({ pull: { stretch }, lostBefore, taker }: Run, at: number): string {
  return writeCursor({ ...stretch, at, lost: lostBefore + taker.lost() });
}

/** Adds a gap, to the one before it where that is alike. */
function lose({ gaps }: Run, { from, until, part }: Slice, what: string): void {
  const last = gaps.at(-1);
  const isPart = part !== undefined;
  if (last?.what !== what || last.isPart !== isPart || last.until < from) gaps.push({ from, until, what, isPart });
  else gaps[gaps.length - 1] = { ...last, until };
}

function conclude({ pull, taker, gaps, lostBefore }: Run): Completion {
  const interrupted = { where: '', what: 'interrupted', count: 1 };
  const before = { where: '', what: 'rows that could not be read, before the interruption', count: lostBefore };
  const damage: Damage[] = [
    ...gaps.map(damageOf),
    ...(pull.signal.aborted ? [interrupted] : []),
    ...taker.damage(),
    ...(lostBefore > 0 ? [before] : []),
  ];
  return { ...taker.seen(), complete: damage.length === 0, damage, skipped: false };
}

function damageOf({ from, until, what, isPart }: Gap): Damage {
  const missing = isPart ? 'some rows are missing from' : 'not read:';
  return { where: '', what: `${missing} ${isoText(from)} to ${isoText(until)}: ${what}`, count: 1 };
}
