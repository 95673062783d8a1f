import { projector } from './project.ts';
import type { Fields, JsonObject, Paths, Row, Unwanted, Wanted } from './wanted.ts';

/** What some records turned out to be. */
export interface Sorted<W extends Wanted> {
  readonly rows: readonly Row<W>[];
  /** Records of no format. */
  readonly unknown: number;
  /** Records that are known not to be audit events, counted by what they are. */
  readonly others: ReadonlyMap<string, number>;
}

/** Tells records apart by format. */
export interface Sorter<W extends Wanted> {
  add(record: JsonObject): void;
  size(): number;
  take(): Sorted<W>;
}

interface Candidate<W extends Wanted> {
  readonly wanted: W;
  readonly project: (record: JsonObject) => Fields<Paths>;
}

/** A sorter of records: the first format that unwraps one has it. */
export function createSorter<W extends Wanted>(formats: readonly W[], others: readonly Unwanted[]): Sorter<W> {
  const candidates: Candidate<W>[] = formats.map(wanted => ({ wanted, project: projector(wanted.paths) }));
  let last = candidates[0];
  let rows: Row<W>[] = [];
  let unknown = 0;
  let counts = new Map<string, number>();
  const tryOne = (candidate: Candidate<W> | undefined, record: JsonObject): boolean => {
    const inner = candidate?.wanted.unwrap(record) ?? null;
    if (candidate === undefined || inner === null) return false;
    last = candidate;
    rows.push({ wanted: candidate.wanted, fields: candidate.project(inner), whole: () => inner });
    return true;
  };
  const add = (record: JsonObject): void => {
    const known = last;
    if (tryOne(known, record) || candidates.some(one => one !== known && tryOne(one, record))) return;
    const other = others.find(one => one.recognises(record));
    if (other === undefined) unknown++;
    else counts.set(other.what, (counts.get(other.what) ?? 0) + 1);
  };
  const take = () => {
    const taken = { rows, unknown, others: counts };
    rows = [];
    unknown = 0;
    counts = new Map();
    return taken;
  };
  return { add, size: () => rows.length, take };
}
