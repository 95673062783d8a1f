import type { AuditEvent, Column, Measure, Place } from '../model/event.ts';

/** A mergeable summary of one credential's events: a commutative monoid with a codec. */
export interface Facet<S> {
  readonly id: string;
  /** Raised when the encoding or its meaning changes; a stored ledger of another version is refused. */
  readonly version: number;
  /** All that `add` may look at beside the measures: the grain that a push-down must keep. */
  readonly columns: readonly Column[];
  empty(): S;
  add(state: S, event: AuditEvent, place: Place): void;
  merge(into: S, from: S): void;
  /** The one JSON form of a state: equal states give equal bytes. */
  encode(state: S): unknown;
  decode(json: unknown): S;
}

/** Facets by the names a rule gives them. */
export type FacetSet = Readonly<Record<string, Facet<unknown>>>;

/** The state a facet keeps. */
export type StateOf<F> = F extends { empty(): infer S } ? S : never;

/** What `add` may read of an event when it declares the columns `C`. */
type Seen<C extends readonly Column[]> = Pick<AuditEvent, C[number] | Measure>;

/** A place is derived from the address, so only a facet that declares the address is given one. */
type SeenPlace<C extends readonly Column[]> = 'address' extends C[number] ? Place : undefined;

/** A facet as it is declared, with what `add` may read of an event. */
export interface FacetSpec<S, C extends readonly Column[]> {
  readonly id: string;
  readonly version: number;
  readonly columns: C;
  empty(): S;
  add(state: S, event: Seen<C>, place: SeenPlace<C>): void;
  merge(into: S, from: S): void;
  encode(state: S): unknown;
  decode(json: unknown): S;
}

/** Declares a facet; the compiler checks that `add` reads only the columns it declares. */
export function defineFacet<S, const C extends readonly Column[]>(spec: FacetSpec<S, C>): Facet<S> {
  return spec as Facet<S>;
}
