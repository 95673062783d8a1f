/** What a source can let a rule see: model calls and their tokens, places, what else was done, sign-ins, key lists. */
export type Sight = 'calls' | 'tokens' | 'places' | 'deeds' | 'sign-ins' | 'inventory';

/** What a rule may want of geography beside countries: where in one, and who runs a network. */
export type GeoNeed = 'cities' | 'operators';

export type CoverageState = 'evaluated' | 'partial' | 'blind';

/**
 * How well something can be seen. Blind: not at all, and `gaps` says why. Otherwise `gaps` is what is missing, and
 * nothing missing means that it is seen whole.
 */
export interface View {
  readonly blind: boolean;
  readonly gaps: readonly string[];
}

export type Views = Readonly<Record<Sight, View>>;

/** How far back a source was read. */
export interface Reach {
  readonly from: number;
  /** Why no further; empty where it was not asked to. */
  readonly why: string;
}

/** A stretch of a source that was read, and whether all of it was. */
export interface Slice {
  readonly source: string;
  /** What was read, alone in its source: a file, a page range, a day. */
  readonly key: string;
  readonly from: number | null;
  readonly until: number | null;
  readonly complete: boolean;
  /** What is missing and what to do about it; empty when complete. */
  readonly note: string;
}

/** One line of the report's coverage: what a rule could see of a source. */
export interface Coverage {
  readonly rule: string;
  readonly source: string;
  readonly state: CoverageState;
  /** Why not better; empty when evaluated. */
  readonly reason: string;
}
