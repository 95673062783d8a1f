import type { CredentialKind } from '../model/credential.ts';
import { parseJson } from './dig.ts';
import { idOf } from './entra-identity.ts';

/** A key of an application, as the audit log names it. */
export interface NamedKey {
  readonly id: string;
  readonly kind: CredentialKind;
}

/** What a change did to the keys of an application. */
export interface KeyChanges {
  readonly added: readonly NamedKey[];
  readonly removed: readonly NamedKey[];
}

/** The name of a key is its holder's free text and stands last: nothing behind it is read. */
const KEY = /^\[KeyIdentifier=([0-9a-z-]{1,64}),\s*KeyType=(\w{1,40})(?:,\s*KeyUsage=(\w{1,40}))?[,\]]/i;

const KINDS: ReadonlyMap<string, CredentialKind> = new Map([
  ['password', 'client-secret'],
  ['symmetric', 'client-secret'],
  ['asymmetricx509cert', 'client-certificate'],
  ['x509certandpassword', 'client-certificate'],
]);

/** The kind of a key, from its type as Entra ID words it. */
export const keyKind = (type: string): CredentialKind => KINDS.get(type.toLowerCase()) ?? 'unknown';

/** The keys that a change of `KeyDescription` added and removed; null when either side of it cannot be read. */
export function keyChanges(before: unknown, after: unknown): KeyChanges | null {
  const old = readKeys(before);
  const now = readKeys(after);
  if (old === null || now === null) return null;
  const without = (keys: ReadonlyMap<string, NamedKey>, others: ReadonlyMap<string, NamedKey>): NamedKey[] =>
    [...keys.values()].filter(({ id }) => !others.has(id));
  return { added: without(now, old), removed: without(old, now) };
}

/** Keys that sign for single sign-on, and the passwords that guard those, let nobody in and are left out. */
function readKeys(value: unknown): ReadonlyMap<string, NamedKey> | null {
  const listed = typeof value === 'string' && value !== '' ? parseJson(value) : (value ?? []);
  const entries = listed === '' || listed === null ? [] : listed;
  if (!Array.isArray(entries)) return null;
  const keys = new Map<string, NamedKey>();
  const signing = new Set<string>();
  for (const entry of entries) {
    const [, name = '', type = '', usage = ''] = (typeof entry === 'string' && KEY.exec(entry)) || [];
    const id = idOf(name);
    if (id === '') return null;
    if (usage.toLowerCase() === 'sign') signing.add(id);
    keys.set(id, { id, kind: keyKind(type) });
  }
  for (const id of signing) keys.delete(id);
  return keys;
}
