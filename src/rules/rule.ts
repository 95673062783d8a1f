import type { FacetSet, StateOf } from '../facets/facet.ts';
import type { GeoNeed, Sight } from '../model/coverage.ts';
import type { Census, Credential, CredentialKind } from '../model/credential.ts';
import type { Declared, DeclaredHolder } from '../model/declared.ts';
import type { AuditEvent, Point } from '../model/event.ts';
import type { Episode, Family, Json, Severity } from '../model/finding.ts';
import type { Options, OptionValues } from '../model/option.ts';

/** Sentences by id; each placeholder, as in `{days}`, must be given by every verdict that uses the sentence. */
export type Messages = Readonly<Record<string, string>>;

export type Placeholders<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** What a rule says about one subject. */
export type Verdict<M extends Messages> = { [K in keyof M & string]: Said<K, Placeholders<M[K]>> }[keyof M & string];

interface Said<K extends string, Name extends string> {
  readonly message: K;
  /** Numbers are printed with thousands separators; text as it is. */
  readonly data: { readonly [P in Name]: string | number };
  /** Defaults to the rule's severity. */
  readonly severity?: Severity;
  /** What the fingerprint is made of beside the rule: stable names, never times, counts or members. */
  readonly subject: readonly string[];
  /** The credential it is about when that is not the one being judged: the key that was minted, or a group's maker. */
  readonly credential?: string;
  readonly members?: readonly string[];
  /** When it was so; at least one. */
  readonly episodes: readonly Episode[];
  readonly evidence: { readonly [key: string]: Json };
}

/** What a rule says about many credentials at once: it is about no one of them, and names them all. */
export type GroupVerdict<M extends Messages> = Verdict<M> & { readonly members: readonly string[] };

/** A rule's word that it could not judge this credential, counted in the coverage. */
export interface Abstention<A extends string> {
  readonly abstain: A;
}

/** One credential as a rule sees it. */
export interface Subject<F extends FacetSet> {
  readonly credential: Credential;
  readonly facets: { readonly [K in keyof F]: StateOf<F[K]> };
}

export interface RuleContext<F extends FacetSet, O extends Options, V> {
  readonly now: number;
  /** The latest instant the logs speak of, never after `now`; what lies later is unknown. */
  readonly horizon: number;
  /** The earliest instant the logs speak of. */
  readonly origin: number;
  /** How many UTC days from one instant up to another the logs speak of. */
  coveredDays(from: number, until: number): number;
  readonly options: OptionValues<O>;
  /** What the rule's own `overview` returned. */
  readonly overview: V;
  subjectOf(id: string): Subject<F> | undefined;
  /** All that one principal holds, in order of id. */
  heldBy(owner: string): readonly Credential[];
  /** When all credentials of a kind in an account were last listed whole; null when they never were. */
  listedAt(account: string, kind: CredentialKind): number | null;
  /** The register that was declared; null without one. */
  readonly declared: Declared | null;
}

/** A small story, with what the rule must say of it: test, documentation and `keyward explain` from one place. */
export interface Example<M extends Messages> {
  readonly title: string;
  /** The credential judged; times relative to now, as in `-91 * DAY`. */
  readonly credential?: Partial<Credential>;
  /** Other credentials that are known; ids required. */
  readonly known?: readonly (Partial<Credential> & { readonly id: string })[];
  readonly events: readonly ExampleEvent[];
  /** When the logs end, if before now. */
  readonly logsEnd?: number;
  /** What was listed whole, with times relative to now. */
  readonly censuses?: readonly Census[];
  /** The register that is declared. */
  readonly register?: readonly DeclaredHolder[];
  readonly options?: Readonly<Record<string, unknown>>;
  /** Message ids with severity, as in `['aged:high']`; empty for a quiet example. */
  readonly expect: readonly `${keyof M & string}:${Severity}`[];
}

/** An event of an example. Times are relative to now; `until` and `every` repeat it. */
export interface ExampleEvent extends Partial<Omit<AuditEvent, 'hour' | 'last'>> {
  readonly at: number;
  readonly until?: number;
  readonly every?: number;
  /** Where it came from; without it, an address without a place. */
  readonly country?: string;
  readonly egress?: boolean;
  /** As a city database would place it. */
  readonly point?: Point;
  /** As an ASN database would name who runs the network. */
  readonly operator?: string;
}

export interface RuleMeta {
  /** File name, documentation page and `--rule` value. */
  readonly id: string;
  readonly family: Family;
  readonly title: string;
  /** The usual severity; a verdict may say another, and `severities` says when. */
  readonly severity: Severity;
  readonly severities?: string;
  /** A fact is simply so. A signal is unusual: it is corroborated by signals of other families. */
  readonly kind: 'fact' | 'signal';
  readonly description: string;
  readonly remediation: string;
  readonly references: readonly string[];
  readonly falsePositives: readonly string[];
  /** Days of history before what is judged that it compares with. */
  readonly lookbackDays?: number;
  /** What a source must show for the rule to see anything. */
  readonly needs: readonly Sight[];
  /** Of these it needs one; without the others it is partial. */
  readonly needsOneOf?: readonly Sight[];
  /** What geography must tell for the rule to see anything. */
  readonly needsGeo?: GeoNeed;
  /** What it judges better with; without it the rule is partial, not blind. */
  readonly helps?: readonly Sight[];
  /** Of these a holder of the register must declare one; without, there is nothing to judge and the rule is left out. */
  readonly needsDeclared?: readonly (keyof DeclaredHolder)[];
}

export interface RuleSpec<
  F extends FacetSet,
  O extends Options,
  M extends Messages,
  A extends string,
  V,
> extends RuleMeta {
  readonly facets: F;
  readonly options: O;
  readonly messages: M;
  /** Why a credential could not be judged, by id: 'fewer than 9 active days'. */
  readonly abstentions?: Readonly<Record<A, string>>;
  examples(): readonly Example<M>[];
  /** Commands that mend it, to be printed and never run. */
  commands?(credential: Credential): readonly string[];
  /** One look over everyone before any is judged: records of the organisation, say. */
  overview?(everyone: Iterable<Subject<F>>, context: Omit<RuleContext<F, O, never>, 'overview'>): V;
  /** Pure and synchronous: no clock, no input or output, no change to what it reads. */
  judge?(subject: Subject<F>, context: RuleContext<F, O, V>): Iterable<Verdict<M> | Abstention<NoInfer<A>>>;
  /** The same across credentials: networks, groups. It abstains once for every credential that it leaves out. */
  survey?(
    everyone: Iterable<Subject<F>>,
    context: RuleContext<F, O, V>,
  ): Iterable<GroupVerdict<M> | Abstention<NoInfer<A>>>;
}

/** A rule with its types erased, as the engine handles it. */
export interface Rule extends RuleMeta {
  readonly facets: FacetSet;
  readonly options: Options;
  readonly messages: Messages;
  readonly abstentions?: Readonly<Record<string, string>>;
  examples(): readonly Example<Messages>[];
  commands?(credential: Credential): readonly string[];
  overview?(everyone: Iterable<AnySubject>, context: Omit<AnyContext, 'overview'>): unknown;
  judge(subject: AnySubject, context: AnyContext): Iterable<AnyVerdict | Abstention<string>>;
  survey?(everyone: Iterable<AnySubject>, context: AnyContext): Iterable<AnyVerdict | Abstention<string>>;
}

export type AnySubject = Subject<FacetSet>;
export type AnyContext = RuleContext<FacetSet, Options, unknown>;
export type AnyVerdict = Said<string, string>;

/**
 * Declares a rule. What `judge` may read and must report follows from the declarations: an undeclared facet or option,
 * an unknown message, a placeholder without a value and an example that expects an unknown message do not compile.
 */
export function defineRule<
  const F extends FacetSet,
  const O extends Options,
  const M extends Messages,
  const A extends string = never,
  V = undefined,
>(spec: RuleSpec<F, O, M, A, V>): Rule {
  return { judge: () => [], ...spec } as unknown as Rule;
}
