import type { Views } from '../model/coverage.ts';
import type { Census, Credential } from '../model/credential.ts';
import type { AuditEvent } from '../model/event.ts';
import type { Fields, JsonObject, Paths, Wanted } from '../scan/wanted.ts';

/** Where a format puts what it makes of records; emptied batch by batch. */
export interface Sink {
  event(event: AuditEvent): void;
  credential(credential: Credential): void;
  census(census: Census): void;
  /** Understood and left out on purpose. */
  ignore(): void;
  /** Not understood: says what is wrong with it, never what is in it. */
  malformed(what: string): void;
}

/** A record format: one raw record to events, by allow-list. It never throws on a bad record and never keeps it. */
export interface Format<P extends Paths = Paths> extends Wanted {
  readonly title: string;
  readonly paths: P;
  /** Keys whose list holds its records, so that an envelope without any is still known for what it is. */
  readonly envelopes?: readonly string[];
  /** One reader per file: it may remember what it has said before, never what a record held. */
  reader(): Reader<P>;
}

/** Reads the records of one file, one by one. */
export interface Reader<P extends Paths> {
  read(fields: Fields<P>, whole: () => JsonObject, sink: Sink): void;
  /** What the records read so far could show. */
  views(): Views;
}

/** Declares a format; `fields` in `read` has exactly the declared names. */
export const defineFormat = <const P extends Paths>(format: Format<P>): Format => format as unknown as Format;
