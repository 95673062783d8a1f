import type { Provider } from './credential.ts';

/** How much a holder may use models within each UTC day, ISO week or calendar month. */
export interface Budget {
  readonly calls?: number;
  /** In and out together. */
  readonly tokens?: number;
  readonly usd?: number;
  readonly per: 'day' | 'week' | 'month';
}

/** Who may hold what, and what for, as the config declares it. What is left out is not judged. */
export interface DeclaredHolder {
  readonly holder: string;
  /** Ids or names of keys, or globs over them. */
  readonly keys?: readonly string[];
  /** ARNs, e-mail addresses, ids of apps, or globs over them. */
  readonly principals?: readonly string[];
  /** Where its keys may be used from: any of these places will do. */
  readonly countries?: readonly string[];
  readonly asns?: readonly string[];
  readonly cidrs?: readonly string[];
  readonly models?: readonly string[];
  readonly providers?: readonly Provider[];
  readonly endpoints?: readonly string[];
  readonly maxAgeDays?: number;
  readonly budget?: Budget;
  /** Under which contract or licence, for whoever reads a finding. */
  readonly contract?: string;
}

/** A declared holder, ready to be held against what is seen. */
export interface HolderTerms extends DeclaredHolder {
  /** Whether an address lies in a declared range; null for what is private or no whole address. */
  holdsAddress(address: string): boolean | null;
  /** Whether one of the names of an endpoint is declared. */
  allowsEndpoint(names: readonly string[]): boolean;
  /** Whether a model is declared; of one that is told by its family alone, whether any of that family is. */
  allowsModel(model: string, isFamily: boolean): boolean;
}

/** Another name for a key: told by its hint, both may tell of the same calls; else each tells of its own. */
export interface OtherName {
  readonly into: string;
  readonly how: 'hint' | 'holder';
}

/** The register as it was declared, held against what is known. */
export interface Declared {
  readonly holders: readonly HolderTerms[];
  /** Whose a credential is; null when the register names neither it nor whoever holds it. */
  holderOf(id: string): HolderTerms | null;
  /** The key that a credential is but another name for; undefined when it is itself. */
  otherNameOf(id: string): OtherName | undefined;
}
