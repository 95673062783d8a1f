/** A JSON object as it came; nothing about it is trusted. */
export type JsonObject = { readonly [key: string]: unknown };

/** Wanted fields by name: dotted paths into a record, of which the first that is present counts. */
export type Paths = Readonly<Record<string, readonly string[]>>;

/** The wanted fields of one record, as text: empty when absent, null, or not a string, number or boolean. */
export type Fields<P extends Paths> = { readonly [K in keyof P]: string };

/** What a scan is told of a record format: how to know it and which fields to lift out. It knows paths, not rules. */
export interface Wanted {
  readonly id: string;
  readonly paths: Paths;
  /** The record itself, unwrapped from an envelope of its own (a JSON string, an event bus message), or null if this is another format. */
  unwrap(record: JsonObject): JsonObject | null;
}

/** One record with its wanted fields; `whole` gives all of it, for the few that need more. */
export interface Row<W extends Wanted = Wanted> {
  readonly wanted: W;
  readonly fields: Fields<Paths>;
  whole(): JsonObject;
}

/** Something that is known and is not an audit log, so that it is left out without a warning. */
export interface Unwanted {
  readonly what: string;
  recognises(record: JsonObject): boolean;
}
