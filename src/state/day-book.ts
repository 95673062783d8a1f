import type { Span } from '../book.ts';
import { addSlice, type Ledger, merge, openLedger, record } from '../ledger.ts';
import type { AuditEvent, Place } from '../model/event.ts';
import type { Plan } from '../plan.ts';
import { dayOfHour } from '../time.ts';
import { seal, unseal } from './sealed.ts';

/** What is told of a day of a source without its ledger. */
export interface DayHead extends Span {
  readonly source: string;
  /** In UTC, since the epoch. */
  readonly day: number;
  readonly events: number;
  /** How many calls they stand for: of two readings of a day the one with more is the fuller. */
  readonly calls: number;
}

/** A UTC day of a source: what its events came to, sealed, and the numbers they were counted at. */
export interface FreshDay extends DayHead {
  readonly ledgers: readonly Buffer[];
  readonly numbers: readonly number[];
}

/** A day while its events come in. */
interface OpenDay extends Span {
  readonly source: string;
  readonly day: number;
  events: number;
  calls: number;
  readonly numbers: number[];
  readonly sealed: Buffer[];
  ledger: Ledger;
}

/** Profiles that are kept open: each takes some kilobytes, and sealed some hundred bytes. */
const OPEN_PROFILES = 20_000;

/** The days of this run, each folded into a ledger of its own. When many keys are open, all are sealed and begun anew. */
export class DayBook {
  readonly #plan: Plan;
  readonly #days = new Map<string, OpenDay>();
  #profiles = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  record(source: string, event: AuditEvent, place: Place, number: number): void {
    const day = this.#dayFor(source, dayOfHour(event.hour));
    const before = day.ledger.profiles.size;
    record(day.ledger, event, place);
    day.events++;
    day.calls += event.count;
    day.from = Math.min(day.from, event.at);
    day.until = Math.max(day.until, event.last);
    if (number >= 0) day.numbers.push(number);
    this.#profiles += day.ledger.profiles.size - before;
    if (this.#profiles > OPEN_PROFILES) this.#sealAll();
  }

  /** All days, sealed, in no particular order. */
  take(): FreshDay[] {
    this.#sealAll();
    return Array.from(this.#days.values(), ({ sealed, ledger: _, ...day }) => ({ ...day, ledgers: sealed }));
  }

  #dayFor(source: string, day: number): OpenDay {
    const key = `${source}\n${day}`;
    const known = this.#days.get(key);
    if (known !== undefined) return known;
    const span = { from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY };
    const ledger = openLedger(this.#plan);
    const opened = { source, day, ...span, events: 0, calls: 0, numbers: [], sealed: [], ledger };
    this.#days.set(key, opened);
    return opened;
  }

  #sealAll(): void {
    for (const day of this.#days.values()) {
      if (day.ledger.profiles.size === 0) continue;
      day.sealed.push(seal(day.ledger));
      day.ledger = openLedger(this.#plan);
    }
    this.#profiles = 0;
  }
}

/** One ledger of several of the same day; the stretch it covers is theirs together. */
export function joinDay(plan: Plan, sealed: readonly Uint8Array[], { source, day, from, until }: DayHead): Ledger {
  const whole = openLedger(plan);
  for (const each of sealed) merge(whole, unseal(plan, each));
  whole.slices.clear();
  addSlice(whole, { source, key: String(day), from, until, complete: true, note: '' });
  return whole;
}
