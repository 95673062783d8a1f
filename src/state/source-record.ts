import type { Shard, Window } from '../collect/collector.ts';
import { betterViews, type RealmViews, viewsOf } from '../coverage.ts';
import type { Completion, Damage } from '../model/batch.ts';
import type { Reach, Views } from '../model/coverage.ts';
import { DAY, dayOf } from '../time.ts';

/** What is known of a source from the runs that read it. */
export interface SourceRecord {
  readonly id: string;
  readonly kinds: readonly string[];
  readonly accounts: readonly string[];
  readonly realms: RealmViews;
  readonly reach: Reach | null;
  /** From when on it was read; null for as far back as there is anything. */
  readonly readFrom: number | null;
  /** Until when it was read without a gap; null when it never was. */
  readonly readUntil: number | null;
  /** Parts that need not be read again, by their keys. */
  readonly files: ReadonlyMap<string, KnownFile>;
}

/** A part that was read, and how that ended. */
export interface KnownFile {
  readonly stamp: string;
  readonly kind: string;
  readonly isComplete: boolean;
  readonly isSkipped: boolean;
  /** The last event in it; null when there was none. */
  readonly until: number | null;
  readonly damage: readonly Damage[];
}

/** What is asked again of a source that is asked by time: events come late, and yesterday's count may have grown. */
const REREAD_DAYS = 3;

export const newRecord = (id: string): SourceRecord => ({
  id,
  kinds: [],
  accounts: [],
  realms: new Map(),
  reach: null,
  readFrom: null,
  readUntil: null,
  files: new Map(),
});

/** What is yet to be read of a source: all that is wanted, or from shortly before where reading ended. */
export function unreadOf({ readFrom, readUntil }: SourceRecord, wanted: Window): Window {
  if (readUntil === null) return wanted;
  const isCovered = readFrom === null || (wanted.from !== null && wanted.from >= readFrom - DAY);
  if (!isCovered) return wanted;
  const from = dayOf(readUntil - REREAD_DAYS * DAY) * DAY;
  return { from: Math.max(from, dayOf(wanted.from ?? from) * DAY), until: wanted.until };
}

/** How the reading of a part ended that has not changed since; null when it must be read. */
export function endOf({ files }: SourceRecord, { key, stamp }: Shard): Completion | null {
  const known = files.get(key);
  if (stamp === undefined || known?.stamp !== stamp) return null;
  const { kind, isComplete, isSkipped, damage } = known;
  return { complete: isComplete, kind, views: null, damage, skipped: isSkipped };
}

/** What two readings of a source that is asked by time show: what only the earlier one could see is not seen whole. */
export function laterViews(earlier: Views | null, later: Views | null): Views | null {
  const better = betterViews(earlier, later);
  if (earlier === null || later === null || better === null) return better;
  return viewsOf(sight =>
    later[sight].blind && !earlier[sight].blind ? { blind: false, gaps: later[sight].gaps } : better[sight],
  );
}

/** The farther back of two. */
export const fartherReach = (a: Reach | null, b: Reach | null): Reach | null =>
  a === null || b === null ? null : a.from <= b.from ? a : b;

/** The record in JSON. */
export const encodeRecord = ({ files, realms, ...rest }: SourceRecord) => ({
  ...rest,
  realms: [...realms],
  files: Array.from(files, ([key, { stamp, kind, isComplete, isSkipped, until, damage }]) => [
    key,
    stamp,
    kind,
    Number(isComplete) + 2 * Number(isSkipped),
    until,
    ...(damage.length > 0 ? [damage] : []),
  ]),
});

type EncodedFile = [key: string, stamp: string, kind: string, flags: number, until: number | null, damage?: Damage[]];

interface Encoded extends Omit<SourceRecord, 'files' | 'realms'> {
  readonly realms: readonly (readonly [string, Views])[];
  readonly files: readonly EncodedFile[];
}

export function decodeRecord(json: unknown): SourceRecord {
  const { files, realms, ...rest } = json as Encoded;
  const known = files.map(([key, stamp, kind, flags, until, damage = []]) => {
    const file = { stamp, kind, isComplete: (flags & 1) > 0, isSkipped: (flags & 2) > 0, until, damage };
    return [key, file] as const;
  });
  return { ...rest, realms: new Map(realms), files: new Map(known) };
}
