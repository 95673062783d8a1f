import type { Views } from './coverage.ts';
import type { Census, Credential } from './credential.ts';
import type { AuditEvent } from './event.ts';

/** What a collector hands over at once. */
export interface Batch {
  readonly events: readonly AuditEvent[];
  /** Observations of credentials, to be merged into what is known. */
  readonly credentials: readonly Credential[];
  /** Records understood and left out on purpose: services acting by themselves, other event categories. */
  readonly ignored: number;
  /** How much of the shard was taken in since the last batch, in the unit of its size, for progress. */
  readonly size: number;
  /** Inventories that were seen to their end. */
  readonly censuses?: readonly Census[];
  /** Where an interrupted reading can go on behind this batch; without it, only from the start of the shard. */
  readonly cursor?: string;
}

/** Something that could not be read, and where. */
export interface Damage {
  readonly where: string;
  readonly what: string;
  /** How many records are known to be lost; at least one. */
  readonly count: number;
}

/** How the reading of a shard ended. There is no way to end without saying whether all was seen. */
export interface Completion {
  readonly complete: boolean;
  /** The record format, or why the shard was left out; empty when nothing was recognised. */
  readonly kind: string;
  /** What the shard can show; null when it held nothing to look at. */
  readonly views: Views | null;
  readonly damage: readonly Damage[];
  /** Worth knowing, and nothing missing. */
  readonly remarks?: readonly string[];
  /** Left out on purpose, as something that is not an audit log. */
  readonly skipped: boolean;
}
