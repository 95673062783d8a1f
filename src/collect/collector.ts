import type { Batch, Completion } from '../model/batch.ts';
import type { Reach, Views } from '../model/coverage.ts';
import type { Column } from '../model/event.ts';
import type { ReadingOptions } from '../normalise/formats.ts';

/** A part of a source that can be read alone. */
export interface Shard {
  /** Names the part to the user: a path, an account and Region. */
  readonly key: string;
  /** How much there is to read where that is known, for progress: bytes, or milliseconds of a window. */
  readonly size: number;
  /** What its key begins with where other parts share it: what goes wrong in several of those alike is told once. */
  readonly within?: string;
  /** Another when the part has changed since: what still has the same need not be read again. */
  readonly stamp?: string;
  /** True when the user named this very part: then it ought to be a log, whatever it is called. */
  readonly isNamed?: boolean;
}

/** The stretch that is wanted: what is judged and the history it is compared with. */
export interface Window {
  /** Null for as far back as there is anything. */
  readonly from: number | null;
  readonly until: number;
}

/** Time as a collector may know it, so that tests can have their own. */
export interface Clock {
  now(): number;
  /** Resolves early, without an error, once aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** How AWS is reached. */
export interface AwsSettings {
  readonly profile?: string;
  /** The Region that IAM and STS are asked in, and whose partition is meant. */
  readonly region?: string;
  /** A role to assume before anything is read. */
  readonly roleArn?: string;
  readonly externalId?: string;
  /** Accounts to read, each through its role of the name `roleName`; `org` means all active accounts of the organisation. */
  readonly accounts?: readonly string[];
  readonly roleName?: string;
  /** Pull every event and not only those that the rules look at. */
  readonly allEvents?: boolean;
}

/** How Azure is reached. */
export interface AzureSettings {
  /** Which of Microsoft's clouds; the public one where it is not said. */
  readonly cloud?: AzureCloud;
}

export type AzureCloud = 'public' | 'us-government' | 'china';

/** What a source is read for, and what of the world its reader may use. */
export interface Task {
  readonly signal: AbortSignal;
  readonly window: Window;
  readonly aws: AwsSettings;
  readonly azure: AzureSettings;
  /** How records of files are read, where the configuration says something of it. */
  readonly reading?: ReadingOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly version: string;
  /** Says something to the person at the terminal while reading goes on. */
  tell(text: string): void;
}

/** A source being read. */
export interface OpenSource {
  /** As cheap to read again as to keep a copy of. */
  readonly isLocal?: boolean;
  /** Its parts may be logs of anything: each realm of them shows what it shows for itself. */
  readonly isMixed?: boolean;
  /** Its queries overlap: that an event comes more than once is no news. */
  readonly isOverlapping?: boolean;
  /** How many shards may be read side by side; one where it is not said. */
  readonly lanes?: number;
  /** Its parts. Throws a `UserError` when there is nothing to open. */
  shards(): AsyncIterable<Shard>;
  /**
   * Batches, never single events. A collector that cannot group by `grain` ignores it and yields plain events. The
   * return value makes it impossible to finish without saying whether all was seen; damage is returned, not thrown.
   * `after` is the cursor of a batch that an interrupted run had taken in: reading goes on behind it.
   */
  read(shard: Shard, grain: readonly Column[], after?: string): AsyncGenerator<Batch, Completion, void>;
  /** Principals that it signed in as, known once its shards are listed. */
  self?(): readonly string[];
  /** The accounts that it reads, where its name does not tell; known once its shards are listed. */
  accounts?(): readonly string[];
  /** How far back it reads, once its shards are listed; null where whatever is there is read. */
  reach?(): Reach | null;
  /** What the source as a whole could show, once it was read; `seen` is what its shards show together. */
  views?(seen: Views | null): Views | null;
  /** Tries what reading takes, without reading; returns what could be seen, null where only reading tells. */
  check?(): AsyncGenerator<Check, Views | null, void>;
}

/** Something that reading takes, tried. */
export interface Check {
  /** A permission, or words where there is no such name. */
  readonly what: string;
  /** Unknown where there was nothing to try it on. */
  readonly state: 'ok' | 'refused' | 'failed' | 'unknown';
  /** What was found, or why it went wrong and what to do. */
  readonly detail: string;
}

/** A permission that a collector uses, and what is not seen without it. */
export interface Need {
  /** An action of the provider, as in `cloudtrail:LookupEvents`, or words where there is no such name. */
  readonly permission: string;
  readonly sees: string;
  /** What it must be allowed on, as its provider writes it; everything where it is not said. */
  readonly on?: readonly string[];
}

/** A kind of source: where audit events come from. */
export interface Collector {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** The forms a source may be written in, as shown to the user. */
  readonly forms: readonly string[];
  /** What the account that reads must be allowed to do. */
  readonly needs: readonly Need[];
  /** What it does in an account that it reads, as events name it. */
  readonly ownActions?: readonly string[];
  /** What one of its shards is called: 'file', 'object', 'Region'. */
  readonly unit: string;
  /** Whether this collector reads the source so written. */
  accepts(source: string): boolean;
  /** Opens a source so written; nothing is asked of it before its shards are listed. */
  open(source: string, task: Task): OpenSource;
}

export const defineCollector = (collector: Collector): Collector => collector;
