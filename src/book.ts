import type { Shard } from './collect/collector.ts';
import { addSlice, type Ledger, note, noteCensus, record } from './ledger.ts';
import type { Completion } from './model/batch.ts';
import type { Census, Credential } from './model/credential.ts';
import type { AuditEvent, Place } from './model/event.ts';
import type { Plan } from './plan.ts';

/** The first and the last instant of some events; the ends of time where there are none. */
export interface Span {
  from: number;
  until: number;
}

/** How the reading of a shard went. */
export interface ShardEnd {
  readonly span: Span;
  readonly completion: Completion;
  /** Something in it lies behind what is judged and was left out, so that it must be read again later. */
  readonly isAhead: boolean;
}

/** Where what is read of the sources is written down. */
export interface Book {
  readonly plan: Plan;
  /** What an event is by its age alone: one of an earlier run, or one of which nobody knows any more whether it is. */
  ageOf(source: string, shard: Shard, event: AuditEvent): 'fresh' | 'counted' | 'late';
  /** Writes down an event; `number` is the one it was counted at, or negative where it has no id. */
  record(source: string, event: AuditEvent, place: Place, number: number): void;
  note(source: string, credential: Credential): void;
  noteCensus(source: string, census: Census): void;
  finish(source: string, shard: Shard, end: ShardEnd): void;
}

/** A book of one ledger, for a run that knows of no other. */
export const bookOf = (ledger: Ledger): Book => ({
  plan: ledger.plan,
  ageOf: () => 'fresh',
  record: (_source, event, place) => record(ledger, event, place),
  note: (_source, credential) => note(ledger, credential),
  noteCensus: (_source, census) => noteCensus(ledger, census),
  finish(source, { key }, { span: { from, until }, completion: { complete, damage } }) {
    const isEmpty = from > until;
    addSlice(ledger, {
      source,
      key,
      from: isEmpty ? null : from,
      until: isEmpty ? null : until,
      complete,
      note: damage[0]?.what ?? '',
    });
  },
});
