/** What was done with, or to, a credential. `open` makes an account that will hold credentials of its own. */
export type Deed =
  | 'use'
  | 'infer'
  | 'issue'
  | 'create'
  | 'open'
  | 'disable'
  | 'delete'
  | 'expose'
  | 'reveal'
  | 'grant'
  | 'trust'
  | 'silence'
  | 'enable'
  | 'sign-in';

/** How it ended. `invalid` is a request that could never work (no such model, bad input). */
export type Outcome = 'ok' | 'denied' | 'invalid' | 'throttled' | 'failed';

/** One thing a credential did or, from a source that pre-aggregates, several identical things. */
export interface AuditEvent {
  /** First and last instant, in epoch milliseconds (measures: min, max). */
  readonly at: number;
  readonly last: number;
  /** How many (measure: sum). A token-only row has count 0 and moves neither `at` nor `last` nor `example`. */
  readonly count: number;
  /** Model tokens and cost (measures: sums). */
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly microUsd: number;
  /** Longest life given to a credential issued here, in seconds (measure: max). */
  readonly ttl: number;
  /** The smallest event id (measure: min), by which the raw record can be found again. */
  readonly example: string;

  /** UTC hour since the epoch. This and all that follows are columns: a push-down groups by them. */
  readonly hour: number;
  readonly credential: string;
  /** The temporary session, if the credential is one that lends sessions; else empty. */
  readonly session: string;
  readonly principal: string;
  readonly account: string;
  readonly deed: Deed;
  readonly action: string;
  readonly outcome: Outcome;
  /** A network address; empty when a service acted or none was recorded. */
  readonly address: string;
  /** A family from a table, never the raw user agent. */
  readonly agent: string;
  readonly region: string;
  readonly inferenceRegion: string;
  readonly model: string;
  readonly mfa: '' | 'yes' | 'no';
  /** What a deed was done to: a credential, a principal, a trail, a secret. Empty otherwise. */
  readonly target: string;
}

/** Fields that are folded when rows are grouped. */
export type Measure = 'at' | 'last' | 'count' | 'tokensIn' | 'tokensOut' | 'microUsd' | 'ttl' | 'example';

/** Fields that rows are grouped by. */
export type Column = Exclude<keyof AuditEvent, Measure>;

/** A point on the globe, to a tenth of a degree, and within how many kilometres of it an address really is. */
export interface Point {
  readonly latitude: number;
  readonly longitude: number;
  readonly radiusKm: number;
}

/** Where an address is. `country` is empty when it has no place, and `why` then says the reason. */
export interface Place {
  readonly country: string;
  /** The declared network that holds the address, if any. */
  readonly site: string;
  /** Declared as an exit shared by many (egress, VPN): never surprising by itself. */
  readonly egress: boolean;
  /** Absent without a city database, or where the country was declared. */
  readonly point?: Point;
  /** Who runs the network, as in 'AS64496 Example Net'; empty without an ASN database. */
  readonly operator: string;
  readonly why: 'located' | 'declared' | 'private' | 'reserved' | 'invalid' | 'missing' | 'unknown';
}
