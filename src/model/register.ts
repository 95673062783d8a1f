import type { CredentialKind, Provider } from './credential.ts';

/** What a remark on a key is about. */
export type RemarkCode =
  | 'unknown-to-provider'
  | 'holder-gone'
  | 'never-used'
  | 'not-seen-in-use'
  | 'use-not-visible'
  | 'use-of-several'
  | 'joined-by-hint'
  | 'joined-by-holder'
  | 'hint-fits-several'
  | 'replaces'
  | 'replaced-by';

/** Something to know of a key that no field of its row tells. */
export interface Remark {
  readonly code: RemarkCode;
  readonly text: string;
}

/** A country that a key was used from, and how often. */
export interface UsedPlace {
  readonly country: string;
  readonly uses: number;
}

/** A key, or an identity that uses models, with what all sources together tell of it. Empty text is not known. */
export interface RegisterRow {
  readonly id: string;
  readonly provider: Provider;
  readonly kind: CredentialKind;
  readonly name: string;
  readonly hint: string;
  /** Who holds it, for people: an e-mail address in lower case, a name, or a principal in short. */
  readonly holder: string;
  /** The same for all keys of one holder. */
  readonly holderId: string;
  /** How many keys the register has of this holder. */
  readonly holderKeys: number;
  /** The principal that holds it, as the provider names it. */
  readonly owner: string;
  readonly account: string;
  readonly scope: string;
  readonly createdAt: number | null;
  /** Since its creation or, where that is not known, its first use: then it is at least so old. */
  readonly ageDays: number | null;
  readonly expiresAt: number | null;
  /** False also once it expired; null when nothing says. */
  readonly active: boolean | null;
  readonly firstUsedAt: number | null;
  readonly lastUsedAt: number | null;
  /** Anything it was used for. This and the counts below are null where they cannot be seen. */
  readonly uses: number | null;
  /** Model calls that were taken on, with what they took. */
  readonly calls: number | null;
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly microUsd: number | null;
  /** Most used first. */
  readonly places: readonly UsedPlace[] | null;
  /** Addresses, or prefixes of them where there were too many to keep apart. */
  readonly networks: number | null;
  /** In order of name; of very many, the first. */
  readonly models: readonly string[] | null;
  /** Positions in the report's list of sources. */
  readonly sources: readonly number[];
  /** Other names that its use came under. */
  readonly alsoSeenAs: readonly string[];
  /** The key that it took the place of, and the one that took its place. */
  readonly replaces: string | null;
  readonly replacedBy: string | null;
  readonly remarks: readonly Remark[];
}

/** Who holds what: the rows that are shown, and how many there are in all. */
export interface Register {
  readonly rows: readonly RegisterRow[];
  readonly total: number;
}
