import type { Credential } from '../model/credential.ts';
import type { Deed } from '../model/event.ts';

/** What a record turns out to tell. */
export interface Told {
  readonly deed: Deed;
  /** What it was done to; empty for plain use. */
  readonly target: string;
  /** What it shows of the credentials it was done to. */
  readonly seen: readonly Credential[];
}
