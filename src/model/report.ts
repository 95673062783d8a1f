import type { Coverage } from './coverage.ts';
import type { Finding, Severity } from './finding.ts';
import type { Register } from './register.ts';

/** One source as it was read. */
export interface SourceReport {
  readonly id: string;
  /** The accounts that it reads, where its name does not tell. */
  readonly accounts: readonly string[];
  readonly kind: string;
  readonly from: number | null;
  readonly until: number | null;
  readonly complete: boolean;
  /** What is missing, a line each. */
  readonly note: string | null;
  /** Worth knowing, and nothing missing. */
  readonly remarks: readonly string[];
  readonly files: number;
  readonly skipped: number;
  readonly events: number;
  readonly ignored: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly malformed: number;
}

/** Everything a reporter may show. */
export interface Report {
  readonly tool: { readonly name: string; readonly version: string };
  readonly run: {
    readonly now: number;
    /** The geography database and the day it was built. */
    readonly geography: string;
    readonly since: number | null;
    readonly until: number | null;
    readonly complete: boolean;
    /** The configuration file, as seen from where keyward was called; null when there is none. */
    readonly config: string | null;
    /** Worth knowing of the run as a whole. */
    readonly remarks: readonly string[];
  };
  readonly sources: readonly SourceReport[];
  readonly coverage: readonly Coverage[];
  readonly summary: {
    readonly events: number;
    readonly credentials: number;
    readonly findings: Readonly<Record<Severity, number>>;
    readonly new: number;
    readonly known: number;
    readonly resolved: number;
    readonly suppressed: number;
  };
  readonly resolved: readonly ResolvedFinding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly findings: readonly Finding[];
  /** Who holds what; not in every report. */
  readonly register?: Register;
  /** First and last event that was judged; null when there was none. */
  readonly span: { readonly from: number; readonly until: number } | null;
}

export interface ResolvedFinding {
  readonly fingerprint: string;
  readonly rule: string;
  readonly subject: string;
  readonly lastSeen: number;
}

export interface SuppressedFinding {
  readonly fingerprint: string;
  readonly rule: string;
  readonly owner: string;
  readonly reason: string;
  readonly expires: string;
}
