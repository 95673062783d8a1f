import type { CredentialKind } from '../model/credential.ts';
import type { Fields } from '../scan/wanted.ts';
import { announceOnce, metAs } from './announcer.ts';
import type { Sink } from './format.ts';
import type { ENTRY_PATHS } from './gcp-entry.ts';
import { type Identity, strangerAt } from './identity.ts';
import { tidy } from './redact.ts';

type CallerFields = Pick<
  Fields<typeof ENTRY_PATHS>,
  'email' | 'subject' | 'keyName' | 'delegate' | 'project' | 'resource'
>;

/** Someone as Google Cloud names them. */
export interface Principal {
  readonly id: string;
  readonly kind: CredentialKind;
}

/** Who called, and who lent them that identity. */
export interface GcpCaller extends Identity {
  /** The credential that the one used was derived from; empty where none is told. */
  readonly parent: string;
}

const LONGEST_NAME = 384;

/** Google's own projects, in which it keeps the accounts that its services act as in the projects of customers. */
const GOOGLE_PROJECTS = [
  'gcp-sa-[a-z0-9-]+',
  'compute-system',
  'container-analysis',
  'container-engine-robot',
  'containerregistry',
  'gs-project-accounts',
  'gcf-admin-robot',
  'serverless-robot-prod',
  'dataflow-service-producer-prod',
  'dataproc-accounts',
  'cloudcomposer-accounts',
  'cloud-filer',
  'cloud-redis',
  'cloud-tpu',
  'bigquery-encryption',
  'endpoints-portal',
  'firebase-rules',
  'service-consumer-management',
  'service-networking',
  'sourcerepo-service-accounts',
  '[a-z0-9-]+\\.google\\.com',
].join('|');

/** Anyone may call an account `service-1` in a project of their own: the project has to be Google's. */
const SERVICE_AGENT = new RegExp(
  `^(?:(?:service-(?:org-|folder-)?|[a-z])\\d[\\d-]*@(?:${GOOGLE_PROJECTS})\\.iam|\\d+@cloudservices|[a-z-]+@system)\\.gserviceaccount\\.com$|^system@google\\.com$`,
);

/** Whether a service of Google acted as itself: no credential of the customer's was used. */
export const isServiceAgent = (email: string): boolean => SERVICE_AGENT.test(email.toLowerCase());

/** Whoever a name stands for, be it of a caller or of a member in a policy; null when it names nobody. */
export function principalOf(text: string): Principal | null {
  const name = tidy(text.trim(), LONGEST_NAME)
    .replace(/^deleted:/, '')
    .replace(/\?uid=\d+$/, '')
    .replace(/^(?:user|group|serviceAccount):/, '');
  if (name === '') return null;
  if (/^principal(?:Set)?:\/\//.test(name))
    return { id: name, kind: /\/workforcePools\//.test(name) ? 'member' : 'federated-credential' };
  if (/\.svc\.id\.goog\[/.test(name)) return { id: name, kind: 'federated-credential' };
  if (/\.gserviceaccount\.com$/i.test(name)) return { id: name.toLowerCase(), kind: 'service-account' };
  return /^[^@\s]+@[^@\s]+$/.test(name) ? { id: name.toLowerCase(), kind: 'member' } : { id: name, kind: 'unknown' };
}

/** Who called; `mapped` is what a token of another issuer was taken for. Null when nobody is named. */
export function callerOf(fields: CallerFields, mapped: string): GcpCaller | null {
  const who = principalOf(fields.email || mapped || fields.subject);
  const account = fields.project;
  const delegate = isServiceAgent(fields.delegate) ? null : principalOf(fields.delegate);
  const key = keyNamed(fields.keyName);
  if (key !== null) {
    const owner = key.holder || who?.id || '';
    const home = homeOf(owner) || account;
    return { ...calling({ id: key.id, kind: 'service-account-key' }, owner, home), parent: '' };
  }
  if (who === null) return null;
  const caller = calling(who, who.id, homeOf(who.id) || account);
  // Whoever lent themselves the identity is who acted.
  return delegate === null || delegate.id === who.id
    ? { ...caller, parent: '' }
    : { ...caller, principal: delegate.id, parent: delegate.id };
}

/** Somebody of whom nothing is known but the project. */
export const strangerIn = (account: string): GcpCaller => ({ ...strangerAt(account), parent: '' });

const calling = ({ id, kind }: Principal, owner: string, account: string): Identity => ({
  credential: id,
  kind,
  owner,
  account,
  session: '',
  principal: owner,
});

/** A key of a service account, from its resource name; its holder is empty where that gives only a number. */
export function keyNamed(name: string): { readonly id: string; readonly holder: string } | null {
  const [, account, key] = /serviceAccounts\/([^/]+)\/keys\/([^/]+)$/.exec(name) ?? [];
  if (account === undefined || key === undefined) return null;
  const holder = account.includes('@') ? tidy(account, LONGEST_NAME).toLowerCase() : '';
  return { id: tidy(key, 128), holder };
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whether a resource name is that of an API key. */
export const isApiKeyName = (name: string): boolean => /^projects\/[^/]+\/locations\/[^/]+\/keys\/[^/]+$/.test(name);

/**
 * The id of an API key: what its name ends in, which is its `uid`. Where its maker chose another ending, which others may
 * choose too, the whole name. Empty when neither is told.
 */
export function apiKeyId(name: string, uid: string): string {
  const last = name.slice(name.lastIndexOf('/') + 1);
  if (UUID.test(last)) return last.toLowerCase();
  if (isApiKeyName(name)) return tidy(name);
  return UUID.test(uid) ? uid.toLowerCase() : '';
}

/** The project that a service account belongs to, as far as its e-mail address tells. */
export function homeOf(email: string): string {
  const [, own, app] = /@([a-z0-9.-]+)\.iam\.gserviceaccount\.com$|^([a-z0-9.-]+)@appspot\.g/.exec(email) ?? [];
  return own ?? app ?? '';
}

/** Says once of each credential that it was met, whose it is and what it was derived from. */
export function createAnnouncer(): (caller: GcpCaller, sink: Sink) => void {
  const announce = announceOnce();
  return (caller, sink) => {
    const { parent } = caller;
    announce({ ...metAs('google', caller), ...(parent !== '' && { parent }) }, sink);
  };
}
