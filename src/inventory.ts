import { asCredential, type CredentialRecord, mergeRecords } from './credentials.ts';
import { groupBy } from './group.ts';
import { aliasOf, isUnnamed } from './kinds.ts';
import type { Census, Credential } from './model/credential.ts';
import { SECOND } from './time.ts';

/** When the credentials of each kind in each account were last listed whole. */
export type Censuses = ReadonlyMap<string, number>;

export const censusKey = ({ account, kind }: Pick<Census, 'account' | 'kind'>): string => `${account}\n${kind}`;

/**
 * What is known of all credentials, once inventories are held against it: rows of a report that names no keys become the
 * keys they are of, and what the newest whole listing lacks is gone. `lastSeen` says when the logs last saw one.
 */
export function settleInventory(
  records: Iterable<CredentialRecord>,
  censuses: Censuses,
  lastSeen: (id: string) => number,
): Credential[] {
  return nameAll([...records]).map(record => withCensus(asCredential(record), censuses, lastSeen));
}

function withCensus(credential: Credential, censuses: Censuses, lastSeen: (id: string) => number): Credential {
  const { id, kind, owner, createdAt = 0 } = credential;
  const listedAt = censuses.get(censusKey(credential));
  // The use of a service key comes under its user's name, which no inventory lists.
  if (listedAt === undefined || id === aliasOf(kind, owner)) return credential;
  const isNewer = credential.observedAt >= listedAt || createdAt > listedAt || lastSeen(id) > listedAt;
  return isNewer ? credential : { ...credential, active: false, observedAt: listedAt };
}

/** A credential report tells of keys without their ids: the key of that user that was made in the same second is meant. */
function nameAll(records: readonly CredentialRecord[]): CredentialRecord[] {
  const unnamed = records.filter(({ id }) => isUnnamed(id));
  if (unnamed.length === 0) return [...records];
  const named = new Map(records.filter(({ id }) => !isUnnamed(id)).map(record => [record.id, { ...record }]));
  const byHolder = groupBy(named.values(), holderOf);
  const apart = groupBy(unnamed, holderOf);
  const left = unnamed.filter(row => {
    const candidates = byHolder.get(holderOf(row)) ?? [];
    const match =
      candidates.find(key => isSameAge(key, row)) ??
      (candidates.length === 1 && apart.get(holderOf(row))!.length === 1 && candidates[0]!.createdAt === undefined
        ? candidates[0]
        : undefined);
    if (match !== undefined) mergeRecords(match, { ...row, id: match.id });
    return match === undefined;
  });
  return [...named.values(), ...left];
}

const holderOf = ({ owner, kind }: CredentialRecord): string => `${owner?.[1] ?? ''}\n${kind?.[1] ?? ''}`;

const isSameAge = (a: CredentialRecord, b: CredentialRecord): boolean =>
  a.createdAt !== undefined && b.createdAt !== undefined && Math.abs(a.createdAt - b.createdAt) < 2 * SECOND;
