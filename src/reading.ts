import type { Book, Span } from './book.ts';
import { type Checkpoint, continued } from './checkpoint.ts';
import type { OpenSource, Shard } from './collect/collector.ts';
import { jointViews, mergeRealms, type RealmViews } from './coverage.ts';
import { Seen } from './dedupe.ts';
import type { Geo } from './geo.ts';
import type { Batch, Completion } from './model/batch.ts';
import type { Reach, Views } from './model/coverage.ts';
import type { AuditEvent } from './model/event.ts';
import type { SourceReport } from './model/report.ts';
import { countText, someText, withSeparators } from './wording.ts';
import { HOUR } from './time.ts';

/** How far the reading has come. */
export interface Progress {
  readonly shards: number;
  readonly shardsTotal: number;
  /** What a shard is called. */
  readonly unit: string;
  /** How much was read, of how much, in the unit of the shards' sizes. */
  readonly done: number;
  readonly total: number;
  readonly events: number;
  /** How much of both an earlier run had read. */
  readonly doneBefore: number;
  readonly eventsBefore: number;
}

/** What decides whether an event is folded. */
export interface Filter {
  readonly until: number | null;
  readonly now: number;
  /** Principals that keyward itself runs as, and what they do when it reads an account: that much is left out. */
  readonly self: ReadonlySet<string>;
  readonly ownActions: ReadonlySet<string>;
}

/** What keyward calls itself, so that the same calls made with other tools are still seen. */
const OWN_AGENT = 'keyward';

/** How far another clock may be ahead. */
const CLOCK_SKEW = HOUR;

/** A shard while it is folded. */
interface Stretch {
  readonly shard: Shard;
  readonly span: Span;
  isAhead: boolean;
  readonly file: number;
  readonly isOverlapping: boolean;
}

/** As many lines as a note may have; the rest is counted. */
const NOTE_LINES = 20;

/** As many parts as a line is told of by name; the rest is counted. */
const SHOWN_PARTS = 3;

/** A line of a note: what went wrong alike in some parts. */
interface Note {
  readonly within: string;
  readonly parts: Set<string>;
  readonly what: string;
}

/** What several runs read of a source. */
export interface Recalled extends Span {
  readonly kinds: readonly string[];
  readonly accounts: readonly string[];
  readonly events: number;
}

const lateText = (count: number): string =>
  `${countText(count, 'event')} came so late that they may have been counted before, and were left out`;

/** One source while it is read: what came of it and what did not. */
export class SourceTally {
  readonly id: string;
  /** The accounts that it reads, where its name does not tell. */
  accounts: readonly string[] = [];
  /** What each of those shows whose records it holds. */
  realms: RealmViews = new Map();
  reach: Reach | null = null;
  complete = true;
  files = 0;
  skipped = 0;
  events = 0;
  ignored = 0;
  duplicates = 0;
  conflicts = 0;
  malformed = 0;
  /** Events dated after the moment that is judged. */
  future = 0;
  /** Events that came so late that nobody knows any more whether they were counted. */
  late = 0;
  from = Number.POSITIVE_INFINITY;
  until = Number.NEGATIVE_INFINITY;
  /** What the files left out were taken for. */
  readonly leftOut = new Set<string>();
  readonly #kinds = new Set<string>();
  readonly #notes: Note[] = [];
  readonly #remarks = new Set<string>();
  #unnoted = 0;

  readonly #realmOf: (kind: string) => string;

  /** `realmOf` says whose records a part holds that was taken for these formats, where it may be anybody's. */
  constructor(id: string, realmOf: (kind: string) => string = () => '') {
    this.id = id;
    this.#realmOf = realmOf;
  }

  /** What it shows; null when nothing in it was recognised. */
  get views(): Views | null {
    return jointViews(this.realms);
  }

  /** The source could not be opened. */
  fail(why: string): void {
    this.complete = false;
    this.#note({ key: '' }, why);
  }

  /** What is missing of it, for the coverage; empty when nothing is. */
  get missing(): string {
    if (this.complete) return this.late === 0 ? '' : lateText(this.late);
    if (this.malformed === 0) return 'the source was not read to its end';
    return `${countText(this.malformed, 'record, file or other part', 'records, files or other parts')} of the source could not be read`;
  }

  /** Takes in what is remembered of it, this run included. */
  recall({ kinds, accounts, from, until, events }: Recalled): void {
    for (const kind of kinds) this.#kinds.add(kind);
    this.accounts = accounts;
    this.from = Math.min(this.from, from);
    this.until = Math.max(this.until, until);
    this.events = events;
  }

  /** Takes in what some of it shows. */
  show(realm: string, views: Views): void {
    this.realms = mergeRealms(this.realms, new Map([[realm, views]]));
  }

  /** Something that is worth knowing of it, and nothing missing. */
  remark(text: string): void {
    this.#remarks.add(text);
  }

  /** The record formats that were found in it. */
  get kinds(): readonly string[] {
    return [...this.#kinds].sort();
  }

  /** Takes in how the reading of one shard ended. */
  finish(shard: Shard, { complete, kind, views, damage, remarks = [], skipped }: Completion): void {
    if (skipped) this.skipped++;
    else this.files++;
    if (kind !== '') (skipped ? this.leftOut : this.#kinds).add(kind);
    if (views !== null) this.show(this.#realmOf(kind), views);
    this.complete &&= complete;
    for (const { where, what, count } of damage) {
      this.malformed += count;
      this.#note(shard, where === '' ? `: ${what}` : `, ${where}: ${what}`);
    }
    for (const remark of remarks) this.#remarks.add(oneLine(remark));
    if (!complete && damage.length === 0) this.#note(shard, ': not read to its end');
  }

  report(): SourceReport {
    const conflict = `${withSeparators(this.conflicts)} event ids came with more than one body; each body is counted`;
    const future = `${withSeparators(this.future)} events are dated after the moment that is judged and were left out`;
    const late = lateText(this.late);
    const more = `… and ${withSeparators(this.#unnoted)} more`;
    const lines = [...this.#notes.map(lineOf), ...(this.#unnoted > 0 ? [more] : [])];
    return {
      id: this.id,
      accounts: this.accounts,
      kind: this.kinds.join(' + '),
      from: Number.isFinite(this.from) ? this.from : null,
      until: Number.isFinite(this.until) ? this.until : null,
      complete: this.complete,
      note: lines.length === 0 ? null : lines.join('\n'),
      remarks: [
        ...this.#remarks,
        ...(this.conflicts > 0 ? [conflict] : []),
        ...(this.future > 0 ? [future] : []),
        ...(this.late > 0 ? [late] : []),
      ],
      files: this.files,
      skipped: this.skipped,
      events: this.events,
      ignored: this.ignored,
      duplicates: this.duplicates,
      conflicts: this.conflicts,
      malformed: this.malformed,
    };
  }

  /** Parts of one thing that fare alike share a line; any other part has its own. */
  #note({ key, within = '' }: Pick<Shard, 'key' | 'within'>, what: string): void {
    const part = within === '' ? key : key.slice(within.length).trim();
    const alike = within === '' ? undefined : this.#notes.find(note => note.within === within && note.what === what);
    if (alike !== undefined) alike.parts.add(part);
    else if (this.#notes.length < NOTE_LINES) this.#notes.push({ within, parts: new Set([part]), what });
    else this.#unnoted++;
  }
}

const lineOf = ({ within, parts, what }: Note): string =>
  oneLine(`${within === '' ? '' : `${within} `}${someText([...parts], SHOWN_PARTS)}${what}`);

/** A name may hold line breaks; a note is told line by line. */
const oneLine = (text: string): string => text.replace(/[\r\n\u2028\u2029]+/g, ' ');

/** What a shard is called where others stand beside it: a path or an address tells by itself where it lies. */
const fileName = (source: string, { isLocal }: OpenSource, { key }: Shard): string =>
  isLocal || key.startsWith(source) ? key : `${source} ${key}`;

/** Reads shards and writes down what they hold, each event once. */
export class Reading {
  readonly #book: Book;
  readonly #geo: Geo;
  readonly #filter: Filter;
  readonly #checkpoint: Checkpoint | null;
  readonly #seen: Seen;

  constructor(book: Book, geo: Geo, filter: Filter, checkpoint: Checkpoint | null, seen = new Seen()) {
    this.#book = book;
    this.#geo = geo;
    this.#filter = filter;
    this.#checkpoint = checkpoint;
    this.#seen = seen;
  }

  /** Reads one shard to its end or to the point where it fails; says after every batch how much came in. */
  async read(
    source: SourceTally,
    opened: OpenSource,
    shard: Shard,
    onBatch: (size: number, events: number, isRestored: boolean) => void,
  ): Promise<Completion> {
    const span = { from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY };
    const file = this.#seen.openFile(fileName(source.id, opened, shard));
    const stretch = { shard, span, file, isOverlapping: opened.isOverlapping === true, isAhead: false };
    let isRestored = true;
    const batches = this.#batches(source.id, opened, shard, () => (isRestored = false));
    let step = await batches.next();
    for (; !step.done; step = await batches.next()) {
      this.#fold(source, step.value, stretch);
      onBatch(step.value.size, step.value.events.length + step.value.ignored, isRestored);
    }
    source.from = Math.min(source.from, span.from);
    source.until = Math.max(source.until, span.until);
    this.#book.finish(source.id, shard, { span, completion: step.value, isAhead: stretch.isAhead });
    return step.value;
  }

  /** The file that an event stands in, or the part of a distant source; null when it is not known. */
  fileOf(event: string): string | null {
    return this.#seen.fileOf(event);
  }

  /** All batches of a shard; `onBegin` is called where those of an earlier run end. */
  #batches(id: string, opened: OpenSource, shard: Shard, onBegin: () => void): AsyncGenerator<Batch, Completion, void> {
    const checkpoint = this.#checkpoint;
    const read = (after?: string): AsyncGenerator<Batch, Completion, void> => {
      onBegin();
      return opened.read(shard, this.#book.plan.grain, after);
    };
    return checkpoint === null || opened.isLocal ? read() : continued(checkpoint, id, shard.key, read);
  }

  #fold(source: SourceTally, batch: Batch, stretch: Stretch): void {
    const seen = this.#seen;
    const { duplicates, conflicts } = seen;
    source.ignored += batch.ignored;
    this.#foldSightings(source, batch, stretch);
    for (const event of batch.events) {
      if (this.#isLeftOut(event)) this.#leaveOut(source, event, stretch);
      else this.#foldEvent(source, event, stretch);
    }
    if (!stretch.isOverlapping) source.duplicates += seen.duplicates - duplicates;
    source.conflicts += seen.conflicts - conflicts;
  }

  #foldSightings({ id }: SourceTally, { credentials, censuses = [] }: Batch, stretch: Stretch): void {
    for (const credential of credentials) {
      if (this.#isTooLate(credential.observedAt)) stretch.isAhead = true;
      else this.#book.note(id, credential);
    }
    for (const census of censuses) {
      if (this.#isTooLate(census.observedAt)) stretch.isAhead = true;
      else this.#book.noteCensus(id, census);
    }
  }

  #foldEvent(source: SourceTally, event: AuditEvent, { shard, span, file }: Stretch): void {
    const age = this.#book.ageOf(source.id, shard, event);
    if (age === 'late') source.late++;
    if (age === 'counted') source.duplicates++;
    if (age !== 'fresh') return;
    span.from = Math.min(span.from, event.at);
    span.until = Math.max(span.until, event.last);
    const number = event.example === '' ? -1 : this.#seen.size;
    if (!this.#seen.add(event, file)) return;
    source.events++;
    this.#book.record(source.id, event, this.#geo.locate(event.address), number);
  }

  #leaveOut(source: SourceTally, event: AuditEvent, stretch: Stretch): void {
    if (this.#isTooLate(event.at)) stretch.isAhead = true;
    if (event.at > this.#filter.now + CLOCK_SKEW) source.future++;
    else source.ignored++;
  }

  /** Whether it lies after what is judged. */
  #isTooLate(at: number): boolean {
    const { until, now } = this.#filter;
    return at > now + CLOCK_SKEW || (until !== null && at >= until);
  }

  #isLeftOut(event: AuditEvent): boolean {
    const { self, ownActions } = this.#filter;
    if (this.#isTooLate(event.at)) return true;
    return (
      event.deed === 'use' && event.agent === OWN_AGENT && self.has(event.principal) && ownActions.has(event.action)
    );
  }
}
