import type { CredentialKind, Provider } from '../model/credential.ts';
import type { Deed } from '../model/event.ts';
import type { CostUnit, TimeUnit } from './field-values.ts';
import { type FieldPath, parsePath, parseSum, type Source } from './field-path.ts';
import { type Preset, type PresetName, presets } from './presets.ts';

/** What a map can find in a record. */
export const FIELDS = [
  'time',
  'credential',
  'owner',
  'name',
  'scope',
  'address',
  'agent',
  'model',
  'tokensIn',
  'tokensOut',
  'cost',
  'status',
  'outcome',
  'region',
  'id',
  'count',
] as const;
export type FieldName = (typeof FIELDS)[number];

/** What a record must have at each of some paths: one of some texts, `*` for any, nothing named for just the field. */
export type Conditions = Readonly<Record<string, readonly string[]>>;

/** What a record of a log of calls that keyward does not know by itself means. */
export interface FieldMap {
  readonly name: string;
  readonly preset?: PresetName;
  /** Which records are of this log. */
  readonly when?: Conditions;
  /** Which of those tell of a call; the others are left out. */
  readonly calls?: Conditions;
  /** Where each field stands: paths of which the first that is present counts. */
  readonly fields?: Partial<Readonly<Record<FieldName, readonly string[]>>>;
  readonly timeUnit?: TimeUnit;
  readonly costUnit?: CostUnit;
  readonly provider?: Provider;
  readonly kind?: CredentialKind;
  readonly deed?: Deed;
  readonly action?: string;
}

/** A condition that can be tried. */
export interface Condition {
  readonly path: FieldPath;
  readonly wanted: readonly string[];
}

/** A map with its preset under it and its paths read. */
export interface ReadyMap {
  readonly name: string;
  readonly title: string;
  readonly preset: Preset | null;
  /** Any of these shapes; without one, a time and something that tells of a call. */
  readonly when: readonly (readonly Condition[])[];
  readonly calls: readonly Condition[];
  readonly sources: Readonly<Record<FieldName, Source>>;
  /** The paths as they were written, for messages. */
  readonly written: FieldMap['fields'] & object;
  readonly timeUnit: TimeUnit;
  readonly costUnit: CostUnit;
  readonly provider: Provider;
  readonly kind: CredentialKind;
  /** Whether somebody said what kind of credential it is. */
  readonly isKindTold: boolean;
  readonly deed: Deed;
  readonly action: string;
}

/** Lays a map over its preset; what the map says counts, field by field. */
export function readyMap(map: FieldMap): ReadyMap {
  const preset = map.preset === undefined ? null : presets[map.preset];
  const { timeUnit, costUnit, provider, kind, calls = {} } = { ...preset, ...map };
  const written = { ...preset?.fields, ...map.fields };
  const sources = FIELDS.map(field => [field, sourceOf(written[field] ?? [])] as const);
  return {
    name: map.name,
    title: preset?.title ?? `The log that the map '${map.name}' reads`,
    preset,
    when: (map.when === undefined ? (preset?.when ?? []) : [map.when]).map(conditionsOf),
    calls: conditionsOf(calls),
    sources: Object.fromEntries(sources) as ReadyMap['sources'],
    written,
    timeUnit: timeUnit ?? 'auto',
    costUnit: costUnit ?? 'usd',
    provider: provider ?? 'proxy',
    kind: kind ?? 'virtual-key',
    isKindTold: kind !== undefined,
    deed: map.deed ?? 'infer',
    action: map.action ?? `${map.name}:call`,
  };
}

/** Whether a map says by itself which records are its own, so that it comes before what keyward knows. */
export const isPrior = ({ when }: ReadyMap): boolean => when.length > 0;

/** Fields of which a record without conditions must have one, beside its time. */
export const TELLING = ['credential', 'address', 'model'] as const satisfies readonly FieldName[];

const sourceOf = (texts: readonly string[]): Source => texts.flatMap(text => [parseSum(text) ?? []]);

const conditionsOf = (conditions: Conditions): Condition[] =>
  Object.entries(conditions).flatMap(([text, wanted]) => {
    const path = parsePath(text);
    return path === null ? [] : [{ path, wanted }];
  });
