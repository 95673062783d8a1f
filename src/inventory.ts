import { asCredential, type CredentialRecord, mergeRecords } from './credentials.ts';
import { groupBy } from './group.ts';
import { aliasOf, isUnnamed } from './kinds.ts';
import type { Census, Credential } from './model/credential.ts';
import { isDated, isSameAge } from './standing.ts';

/** When the credentials of each kind in each account were last listed whole. */
type Censuses = ReadonlyMap<string, number>;

/** When the logs last saw a credential at work; not a finite number when they never did. */
type LastSeen = (id: string) => number;

export const censusKey = ({ account, kind }: Pick<Census, 'account' | 'kind'>): string => `${account}\n${kind}`;

/**
 * What is known of all credentials, once inventories are held against it: rows of a report that names no keys become the
 * keys they are of, and what the newest whole listing lacks is gone.
 */
export function settleInventory(
  records: Iterable<CredentialRecord>,
  censuses: Censuses,
  lastSeen: LastSeen,
): Credential[] {
  const named = nameAll([...records], lastSeen);
  // Any key of a holder may be the one of a row whose key is not known.
  const inDoubt = new Set(named.filter(({ id }) => isUnnamed(id)).map(holderOf));
  return named.map(record => {
    const credential = asCredential(record);
    return !isUnnamed(record.id) && inDoubt.has(holderOf(record))
      ? credential
      : withCensus(credential, censuses, lastSeen);
  });
}

function withCensus(credential: Credential, censuses: Censuses, lastSeen: LastSeen): Credential {
  const { id, kind, owner, createdAt = 0 } = credential;
  const listedAt = censuses.get(censusKey(credential));
  // The use of a service key comes under its user's name, which no inventory lists.
  if (listedAt === undefined || id === aliasOf(kind, owner)) return credential;
  // When it ended is known better by whoever saw that than by a list that lacks it.
  if (credential.active === false && isDated(credential)) return credential;
  const isNewer = credential.observedAt >= listedAt || createdAt > listedAt || lastSeen(id) > listedAt;
  return isNewer ? credential : { ...credential, active: false, observedAt: listedAt };
}

/** A credential report tells of keys without their ids: where only one key of that user can be meant, it is that one. */
function nameAll(records: readonly CredentialRecord[], lastSeen: LastSeen): CredentialRecord[] {
  const rows = records.filter(({ id }) => isUnnamed(id));
  if (rows.length === 0) return [...records];
  const named = new Map(records.filter(({ id }) => !isUnnamed(id)).map(record => [record.id, { ...record }]));
  const keysOf = groupBy(named.values(), holderOf);
  const rowsOf = groupBy(rows, holderOf);
  const left = rows.filter(row => {
    const holder = holderOf(row);
    const keys = [holder, withoutAccount(holder)].flatMap(name => keysOf.get(name) ?? []);
    const match = keyMeant(row, rowsOf.get(holder)!, keys, lastSeen);
    if (match !== undefined) mergeRecords(match, { ...row, id: match.id });
    return match === undefined;
  });
  return [...named.values(), ...left];
}

/**
 * The key made in the same second; failing that, the only key there is for the only row there is. Whatever could be
 * another is left alone, because to call the wrong key disabled would hide it.
 */
function keyMeant(
  row: CredentialRecord,
  rows: readonly CredentialRecord[],
  keys: readonly CredentialRecord[],
  lastSeen: LastSeen,
): CredentialRecord | undefined {
  const alike = keys.filter(key => isSameAge(key, row));
  if (alike.length > 0) {
    const isOne = alike.length === 1 && rows.filter(other => isSameAge(other, row)).length === 1;
    return isOne ? alike[0] : undefined;
  }
  return keys.length === 1 && rows.length === 1 && isPossible(keys[0]!, row, lastSeen) ? keys[0] : undefined;
}

/** Whether a key of unknown age may be the one of a row: not one that was at work, or at an end, before that was made. */
function isPossible({ id, createdAt, active }: CredentialRecord, row: CredentialRecord, lastSeen: LastSeen): boolean {
  const madeAt = row.createdAt ?? Number.NEGATIVE_INFINITY;
  const wasSeenBefore = Number.isFinite(lastSeen(id)) && lastSeen(id) < madeAt;
  const hasEndedBefore = active !== undefined && !active[1] && active[0] < madeAt;
  return createdAt === undefined && !wasSeenBefore && !hasEndedBefore;
}

const holderOf = ({ owner, kind }: CredentialRecord): string => `${owner?.[1] ?? ''}\n${kind?.[1] ?? ''}`;

/** As a saved list has it that does not say which account it is of. */
const withoutAccount = (holder: string): string => holder.replace(/^(arn:[\w-]+:iam::)\d+:/, '$1:');
