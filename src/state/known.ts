import { gunzipSync, gzipSync } from 'node:zlib';
import { UserError } from '../errors.ts';
import type { Frame } from '../frames.ts';
import type { Plan } from '../plan.ts';
import type { PageHead } from './fresh-pages.ts';
import { type KnownPage, lastDayOf, pageKey } from './known-pages.ts';
import { unseal } from './sealed.ts';
import { decodeRecord, encodeRecord, type SourceRecord } from './source-record.ts';
import { openStateFile, type Part, type StateFile } from './state-file.ts';

/** The run that a state was written by. */
export interface LastRun {
  readonly now: number;
  /** By what places were found, in this run and those before. */
  readonly places: readonly string[];
  /** The first day whose events can be told from others. */
  readonly idsFrom: number;
  /** What was told, as the caller wrote it. */
  readonly told: string;
}

/** Everything in a state. */
export interface Known {
  readonly last: LastRun | null;
  readonly records: ReadonlyMap<string, SourceRecord>;
  /** What of a source is kept for ever: its credentials, and when each was first and last at work; a sealed ledger. */
  readonly ever: ReadonlyMap<string, () => Uint8Array>;
  readonly pages: readonly KnownPage[];
}

/** What a new state holds. */
export const NOTHING: Known = { last: null, records: new Map(), ever: new Map(), pages: [] };

type RunHead = { readonly type: 'run'; readonly facets: Facets } & Omit<LastRun, 'told'>;
type Facets = readonly (readonly [id: string, version: number])[];

type Head =
  | RunHead
  | { readonly type: 'source'; readonly source: string }
  | { readonly type: 'ever'; readonly source: string }
  | ({ readonly type: 'page' } & PageHead)
  | { readonly type: 'ids'; readonly source: string; readonly day: number };

/** What a state holds; ledgers that were folded for other rules are a `UserError`. */
export function readKnown(file: StateFile, plan: Plan, path: string): Known {
  checkFacets(file, plan, path);
  const records = new Map<string, SourceRecord>();
  const ever = new Map<string, () => Uint8Array>();
  const pages: (PageHead & { sealed(): Uint8Array })[] = [];
  const ids = new Map<string, () => Int32Array>();
  for (const frame of file.frames) {
    const head = headOf(frame);
    const body = (): Uint8Array => file.bodyOf(frame);
    if (head.type === 'source') records.set(head.source, decodeRecord(JSON.parse(unpacked(body()))));
    else if (head.type === 'ever') ever.set(head.source, body);
    else if (head.type === 'page') pages.push({ ...head, sealed: body });
    else if (head.type === 'ids') ids.set(pageKey(head), () => wordsIn(body()));
  }
  const whole = (page: (typeof pages)[number]): KnownPage => ({
    ...page,
    ledger: () => unseal(plan, page.sealed()),
    ids: ids.get(pageKey(page)) ?? (() => new Int32Array()),
  });
  return { last: lastIn(file), records, ever, pages: pages.map(whole) };
}

/** The run that the state at a path was written by, whatever rules it was for; null when there is no state. */
export function lastRunAt(path: string): LastRun | null {
  const file = openStateFile(path);
  try {
    return file === null ? null : lastIn(file);
  } finally {
    file?.close();
  }
}

/** What a state is written as. */
export function* partsOf(
  { last, records, ever, pages }: Known & { readonly last: LastRun },
  plan: Plan,
): Generator<Part> {
  const { told, ...run } = last;
  yield part({ type: 'run', facets: facetsOf(plan), ...run }, () => gzipSync(told));
  for (const record of records.values())
    yield part({ type: 'source', source: record.id }, () => gzipSync(JSON.stringify(encodeRecord(record))));
  for (const [source, body] of ever) yield part({ type: 'ever', source }, body);
  for (const { sealed, ledger: _, ids, ...head } of pages) {
    const { source, day } = head;
    yield part({ ...head, type: 'page' }, sealed);
    if (lastDayOf(head) >= last.idsFrom) yield part({ type: 'ids', source, day }, () => bytesOf(ids()));
  }
}

const part = (head: Head, body: () => Uint8Array): Part => ({ head, body });

const headOf = ({ head }: Frame): Head => head as Head;

const unpacked = (bytes: Uint8Array): string => gunzipSync(bytes).toString('utf8');

const facetsOf = ({ facets }: Plan): Facets => facets.map(({ id, version }) => [id, version]);

function lastIn(file: StateFile): LastRun | null {
  const [first] = file.frames;
  const head = first && headOf(first);
  if (first === undefined || head?.type !== 'run') return null;
  const { now, places, idsFrom } = head;
  return { now, places, idsFrom, told: unpacked(file.bodyOf(first)) };
}

function checkFacets({ frames: [first] }: StateFile, plan: Plan, path: string): void {
  const head = first && headOf(first);
  if (head?.type === 'run' && JSON.stringify(head.facets) === JSON.stringify(facetsOf(plan))) return;
  throw new UserError(
    `the state '${path}' was kept for other rules than this version of keyward has`,
    'Use the version that wrote it, or begin anew in another folder.',
  );
}

/** A copy, because the bytes of a file need not begin where a word can. */
const wordsIn = (bytes: Uint8Array): Int32Array => new Int32Array(Uint8Array.from(bytes).buffer);

const bytesOf = (words: Int32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
