/** What a source can let a rule see. */
export type Sight = 'calls' | 'tokens' | 'places' | 'deeds' | 'sign-ins' | 'inventory';

export type CoverageState = 'evaluated' | 'partial' | 'blind';

/** How well something can be seen, and why not better. */
export interface View {
  readonly state: CoverageState;
  readonly reason: string;
}

export type Views = Readonly<Record<Sight, View>>;

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
export interface Coverage extends View {
  readonly rule: string;
  readonly source: string;
}
