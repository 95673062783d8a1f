import type { Credential, CredentialKind, Provider } from './model/credential.ts';

/** A value and when it was seen to be so; the later sighting wins, and of equals the greater value. */
type Stamped<T> = readonly [observedAt: number, value: T];

/** What is known of a credential, field by field, so that sightings merge in any order. */
export interface CredentialRecord {
  readonly id: string;
  provider?: Stamped<Provider>;
  kind?: Stamped<CredentialKind>;
  owner?: Stamped<string>;
  account?: Stamped<string>;
  name?: Stamped<string>;
  scope?: Stamped<string>;
  hint?: Stamped<string>;
  active?: Stamped<boolean>;
  expiresAt?: Stamped<number>;
  parent?: Stamped<string>;
  isUseKnown?: Stamped<boolean>;
  createdAt?: number;
  lastUsedAt?: number;
}

export const newRecord = (id: string): CredentialRecord => ({ id });

const STAMPED = [
  'provider',
  'kind',
  'owner',
  'account',
  'name',
  'scope',
  'hint',
  'active',
  'expiresAt',
  'parent',
  'isUseKnown',
] as const;

/** Folds one sighting in. Empty text and 'unknown' say nothing. */
export function observe(record: CredentialRecord, seen: Credential): void {
  const sighting: CredentialRecord = { id: seen.id };
  for (const field of STAMPED) {
    const value = seen[field];
    if (value !== undefined && value !== '' && value !== 'unknown') assign(sighting, field, [seen.observedAt, value]);
  }
  if (seen.createdAt !== undefined) sighting.createdAt = seen.createdAt;
  if (seen.lastUsedAt !== undefined) sighting.lastUsedAt = seen.lastUsedAt;
  mergeRecords(record, sighting);
}

export function mergeRecords(into: CredentialRecord, from: CredentialRecord): void {
  for (const field of STAMPED) {
    const held = into[field];
    const other = from[field];
    if (other !== undefined && (held === undefined || outranks(other, held))) assign(into, field, other);
  }
  if (from.createdAt !== undefined) into.createdAt = Math.min(into.createdAt ?? from.createdAt, from.createdAt);
  if (from.lastUsedAt !== undefined) into.lastUsedAt = Math.max(into.lastUsedAt ?? from.lastUsedAt, from.lastUsedAt);
}

/** The record with its fields in one order, so that equal records give equal bytes. */
export function encodeRecord(record: CredentialRecord): CredentialRecord {
  const fields = ['id', ...STAMPED, 'createdAt', 'lastUsedAt'] as const;
  const known = fields.filter(field => record[field] !== undefined);
  return Object.fromEntries(known.map(field => [field, record[field]])) as unknown as CredentialRecord;
}

/** The record as rules and reports see it. */
export function asCredential(record: CredentialRecord): Credential {
  const { name, scope, hint, createdAt, lastUsedAt, active, expiresAt, parent, isUseKnown } = record;
  return {
    id: record.id,
    provider: record.provider?.[1] ?? 'aws',
    kind: record.kind?.[1] ?? 'unknown',
    owner: record.owner?.[1] ?? '',
    account: record.account?.[1] ?? '',
    observedAt: active?.[0] ?? 0,
    ...(name && { name: name[1] }),
    ...(scope && { scope: scope[1] }),
    ...(hint && { hint: hint[1] }),
    ...(active && { active: active[1] }),
    ...(expiresAt && { expiresAt: expiresAt[1] }),
    ...(parent && { parent: parent[1] }),
    ...(isUseKnown && { isUseKnown: isUseKnown[1] }),
    ...(createdAt !== undefined && { createdAt }),
    ...(lastUsedAt !== undefined && { lastUsedAt }),
  };
}

function outranks(a: Stamped<string | number | boolean>, b: Stamped<string | number | boolean>): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}

function assign(
  record: CredentialRecord,
  field: (typeof STAMPED)[number],
  value: Stamped<string | number | boolean>,
): void {
  (record as unknown as Record<string, unknown>)[field] = value;
}
