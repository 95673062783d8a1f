import type { Damage } from '../model/batch.ts';
import { LINES_LOOKED_AT, looksLikeAccessLines, readAccessLines } from './access-lines.ts';
import { looksLikeCsv, readCsv } from './csv.ts';
import { createDamageLog, type DamageLog } from './damage-log.ts';
import type { Bytes } from './inflate.ts';
import { RecordSplitter } from './records.ts';
import { createSorter, type Sorted } from './sorter.ts';
import { toUtf8 } from './text.ts';
import type { JsonObject, Unwanted, Wanted } from './wanted.ts';

/** Few enough that a batch dies young: with 1,000, half of all records outlive two collections (38 s against 28 s). */
const BATCH_ROWS = 64;
const BATCH_BYTES = 4 * 1024 * 1024;
const HEAD = 64 * 1024;
const FRUITLESS = 64 * 1024 * 1024;

/** What one stretch of the bytes held. */
export interface Scanned<W extends Wanted> extends Sorted<W> {
  /** Bytes of the source taken in since the last, as stored. */
  readonly bytes: number;
}

/** How the bytes ended. */
export interface ScanEnd {
  readonly damage: readonly Damage[];
  /** The lists there were, even empty ones: the keys of envelopes, and an empty text for a bare array or a table. */
  readonly lists: ReadonlySet<string>;
}

/**
 * Finds the records in some bytes, in whatever shape they come, and lifts out the wanted fields of each. The first
 * format that unwraps a record has it. Never throws on bad input: damage is returned.
 */
export async function* scan<W extends Wanted>(
  bytes: Bytes,
  formats: readonly W[],
  others: readonly Unwanted[],
): AsyncGenerator<Scanned<W>, ScanEnd, void> {
  const damage = createDamageLog();
  const lists = new Set<string>();
  const sorter = createSorter(formats, others);
  let taken = 0;
  const take = (): Scanned<W> => {
    const before = taken;
    taken = bytes.taken();
    return { ...sorter.take(), bytes: taken - before };
  };
  let size = 0;
  const isUnread = (): boolean => bytes.fault()?.isUnread === true;
  for await (const part of readRecords(toUtf8(bytes), { damage, lists, isUnread })) {
    for (const record of part.records) {
      sorter.add(record);
      if (sorter.size() >= BATCH_ROWS) yield take();
    }
    size += part.bytes;
    if (size >= BATCH_BYTES) {
      size = 0;
      yield take();
    }
  }
  const fault = bytes.fault();
  if (fault !== null) damage.add(fault.where, fault.what);
  yield take();
  return { damage: damage.list(), lists };
}

interface Part {
  readonly records: readonly JsonObject[];
  readonly bytes: number;
}

/** What reading records leaves behind, and whether the bytes end because they could not be read on. */
interface Trace {
  readonly damage: DamageLog;
  readonly lists: Set<string>;
  isUnread(): boolean;
}

async function* readRecords(chunks: AsyncGenerator<Uint8Array>, trace: Trace): AsyncGenerator<Part, void, void> {
  const { damage } = trace;
  const head = await readHead(chunks);
  const all = counted(head, chunks);
  const text = Buffer.concat(head).toString('utf8', 0, HEAD);
  const records = readerOf(text)(all.chunks, trace);
  let found = 0;
  let before = 0;
  for await (const some of records) {
    found += some.length;
    yield { records: some, bytes: all.size() - before };
    before = all.size();
    if (found > 0 || before < FRUITLESS || damage.isEmpty()) continue;
    damage.add(`byte ${before}`, 'no record so far: not read further');
    return;
  }
}

type ReadRecords = (
  chunks: AsyncGenerator<Uint8Array>,
  trace: Trace,
) => AsyncGenerator<readonly JsonObject[], void, void>;

/** Lines come first, because those of Envoy begin like an array. */
function readerOf(head: string): ReadRecords {
  if (looksLikeAccessLines(head)) return (chunks, { damage, isUnread }) => readAccessLines(chunks, damage, isUnread);
  if (!looksLikeCsv(head)) return readJson;
  return (chunks, { damage, lists }) => {
    lists.add('');
    return readCsv(chunks, damage);
  };
}

/** The first chunks, until they hold the lines that tell what follows, or enough. */
async function readHead(chunks: AsyncGenerator<Uint8Array>): Promise<readonly Uint8Array[]> {
  const head: Uint8Array[] = [];
  let lines = 0;
  for (let size = 0; size < HEAD && lines < LINES_LOOKED_AT;) {
    const next = await chunks.next();
    if (next.done) break;
    head.push(next.value);
    size += next.value.length;
    for (let at = next.value.indexOf(0x0a); at >= 0; at = next.value.indexOf(0x0a, at + 1)) lines++;
  }
  return head;
}

function counted(head: readonly Uint8Array[], rest: AsyncGenerator<Uint8Array>) {
  let size = 0;
  const chunks = async function* (): AsyncGenerator<Uint8Array, void, void> {
    for (const chunk of head) {
      size += chunk.length;
      yield chunk;
    }
    for await (const chunk of rest) {
      size += chunk.length;
      yield chunk;
    }
  };
  return { chunks: chunks(), size: () => size };
}

async function* readJson(
  chunks: AsyncIterable<Uint8Array>,
  { damage, lists, isUnread }: Trace,
): AsyncGenerator<readonly JsonObject[], void, void> {
  let found: JsonObject[] = [];
  const splitter = new RecordSplitter({
    record: record => found.push(record),
    list: key => lists.add(key),
    damage: damage.add,
  });
  for await (const chunk of chunks) {
    splitter.feed(chunk);
    const some = found;
    found = [];
    yield some;
  }
  // Where reading stopped, a record cut short is no damage of its own.
  if (!isUnread()) splitter.end();
}
