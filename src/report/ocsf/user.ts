import type { Provider } from '../../model/credential.ts';
import type { HeldCredential } from '../../model/finding.ts';
import { isoOf } from '../dates.ts';

/** Kinds of accounts that OCSF has a number for. */
const ACCOUNT_TYPES: Partial<Record<Provider, readonly [id: number, caption: string]>> = {
  aws: [10, 'AWS Account'],
  google: [11, 'GCP Project'],
};

const ROOT: ReadonlySet<string> = new Set(['root-key', 'root-session']);
const HUMAN: ReadonlySet<string> = new Set([
  'password',
  'user-session',
  'identity-center-user',
  'entra-user',
  'member',
]);
const SERVICE: ReadonlySet<string> = new Set([
  'role',
  'service-principal',
  'managed-identity',
  'federated-credential',
  'client-secret',
  'client-certificate',
  'service-account',
  'service-account-key',
]);

/** The principal behind a credential, and the credential with which it acted. */
export function userOf({ id, owner, account, provider, kind }: HeldCredential) {
  const uid = owner === '' ? id : owner;
  const [type_id, type] = accountType(provider);
  return {
    uid,
    ...userType(kind),
    ...(account === '' ? {} : { account: { uid: account, type_id, type } }),
    // A role or a session is its own principal; a key has one.
    ...(id === uid || id === '' ? {} : { programmatic_credentials: [{ uid: id, type: kind }] }),
  };
}

/** The credential as what is to be protected. */
export const resourceOf = (credential: HeldCredential) => ({
  uid: credential.id,
  type: credential.kind,
  owner: userOf(credential),
  ...(credential.createdAt === null ? {} : { data: { created_at: isoOf(credential.createdAt) } }),
});

const accountType = (provider: Provider): readonly [number, string] => ACCOUNT_TYPES[provider] ?? [0, 'Unknown'];

function userType(kind: string): { type_id: number; type: string } {
  if (ROOT.has(kind)) return { type_id: 2, type: 'Admin' };
  if (HUMAN.has(kind)) return { type_id: 1, type: 'User' };
  return SERVICE.has(kind) ? { type_id: 4, type: 'Service' } : { type_id: 0, type: 'Unknown' };
}
