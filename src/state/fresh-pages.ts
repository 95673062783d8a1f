import type { Span } from '../book.ts';
import { type Ledger, openLedger, record } from '../ledger.ts';
import type { AuditEvent, Place } from '../model/event.ts';
import type { Plan } from '../plan.ts';
import { dayOfHour } from '../time.ts';
import { seal } from './sealed.ts';

/** Some UTC days of a source, without what they hold. */
export interface PageHead extends Span {
  readonly source: string;
  /** The first of its days, since the epoch. */
  readonly day: number;
  readonly days: number;
  readonly events: number;
  /** How many calls they stand for: of two readings of a page the one with more is the fuller. */
  readonly calls: number;
}

/** A page of this run: ledgers that make one together, and the numbers that its events were counted at. */
export interface FreshPage extends PageHead {
  readonly sealed: readonly Uint8Array[];
  readonly numbers: readonly number[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A page while its events come in. */
interface OpenPage extends Writable<PageHead> {
  readonly sealed: Buffer[];
  readonly numbers: number[];
  ledger: Ledger;
}

/** Profiles that are kept open: each takes some kilobytes, and sealed some hundred bytes. */
const OPEN_PROFILES = 8_000;

/** The pages of this run, each a ledger of its own. When many keys are open, all are sealed and begun anew. */
export class FreshPages {
  readonly #plan: Plan;
  readonly #daysOf: (source: string) => number;
  readonly #pages = new Map<string, OpenPage>();
  #profiles = 0;

  /** `daysOf` says how many days a page of a source has. */
  constructor(plan: Plan, daysOf: (source: string) => number) {
    this.#plan = plan;
    this.#daysOf = daysOf;
  }

  record(source: string, event: AuditEvent, place: Place, number: number): void {
    const page = this.#pageFor(source, dayOfHour(event.hour));
    const before = page.ledger.profiles.size;
    record(page.ledger, event, place);
    page.events++;
    page.calls += event.count;
    page.from = Math.min(page.from, event.at);
    page.until = Math.max(page.until, event.last);
    if (number >= 0) page.numbers.push(number);
    this.#profiles += page.ledger.profiles.size - before;
    if (this.#profiles > OPEN_PROFILES) this.#sealAll();
  }

  /** All pages, sealed, in no particular order. */
  all(): Iterable<FreshPage> {
    this.#sealAll();
    return this.#pages.values();
  }

  #pageFor(source: string, day: number): OpenPage {
    const days = this.#daysOf(source);
    const first = Math.floor(day / days) * days;
    const key = `${source}\n${first}`;
    const known = this.#pages.get(key);
    if (known !== undefined) return known;
    const opened = {
      ...{ source, day: first, days, events: 0, calls: 0 },
      ...{ from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY },
      ...{ numbers: [], sealed: [], ledger: openLedger(this.#plan) },
    };
    this.#pages.set(key, opened);
    return opened;
  }

  #sealAll(): void {
    for (const page of this.#pages.values()) {
      if (page.ledger.profiles.size === 0) continue;
      page.sealed.push(seal(page.ledger));
      page.ledger = openLedger(this.#plan);
    }
    this.#profiles = 0;
  }
}
