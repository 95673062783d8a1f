import type { CredentialKind, Provider } from './credential.ts';

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';

export type Family = 'lifetime' | 'place' | 'volume' | 'campaign' | 'platform' | 'register';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a finding rests on. Under `example` stands the id of an event, under `examples` a list of those, at any depth. */
export interface Evidence {
  readonly [key: string]: Json;
}

/** An event that a finding rests on, and the file that it stands in; null when that is not known. */
export interface EventExample {
  readonly event: string;
  readonly file: string | null;
}

/** A stretch of time in which a signal was seen, in epoch milliseconds. */
export interface Episode {
  readonly from: number;
  readonly until: number;
}

/** What a rule has to say about one subject. */
export interface Finding {
  readonly fingerprint: string;
  readonly rule: string;
  readonly family: Family;
  /** A fact is simply so; a signal is unusual. */
  readonly kind: 'fact' | 'signal';
  readonly severity: Severity;
  readonly status: 'new' | 'recurred' | 'known';
  readonly subject: string;
  readonly members: readonly string[];
  readonly episodes: readonly Episode[];
  readonly title: string;
  readonly message: string;
  readonly credential: HeldCredential | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly evidence: Evidence;
  /** A few of the events that it rests on. */
  readonly examples: readonly EventExample[];
  readonly corroboratedBy: readonly string[];
  readonly remediation: { readonly summary: string; readonly commands: readonly string[] };
  readonly references: readonly string[];
}

/** The credential a finding is about, as the report shows it. */
export interface HeldCredential {
  readonly id: string;
  readonly provider: Provider;
  readonly kind: CredentialKind;
  readonly owner: string;
  readonly account: string;
  /** Known only from an inventory or its creation event. */
  readonly createdAt: number | null;
}
