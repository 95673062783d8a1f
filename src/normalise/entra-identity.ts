import { hashText } from '../hash.ts';
import { appIdentity, isGuid, personIdentity, signInName } from './azure-identity.ts';
import { lowerPath } from './azure-resource.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Identity } from './cloudtrail-identity.ts';
import { dig, digText } from './dig.ts';
import type { Sink } from './format.ts';
import { isMasked, tidy } from './redact.ts';

const ZEROS = /^[0{}-]*$/;
const TENANT = /^\/tenants\/([^/]+)/i;

/** An id in lower case; empty for none and for one of zeros, which stands for none. */
export function idOf(text: string): string {
  const id = lowerPath(text);
  return ZEROS.test(id) ? '' : id;
}

/** The tenant that a record is of, from its own field or from the resource it was written by. */
export const tenantOf = (tenantId: string, resourceId: string): string =>
  idOf(tenantId) || idOf(TENANT.exec(resourceId)?.[1] ?? '');

/** Whoever made a change, from `initiatedBy` of the audit log; null when nobody is named. */
export function initiatorOf(initiatedBy: unknown, account: string): Identity | null {
  const user = dig(initiatedBy, 'user');
  const app = dig(initiatedBy, 'app');
  const upn = signInName(digText(user, 'userPrincipalName'));
  const person = personIdentity({ objectId: idOf(digText(user, 'id')), upn, account, session: '' });
  return person ?? actingApp(app, account) ?? named(digText(user, 'displayName'), account);
}

/** Microsoft's own services have a name and, often, nothing else. */
function actingApp(app: unknown, account: string): Identity | null {
  const appId = idOf(digText(app, 'appId'));
  const objectId = idOf(digText(app, 'servicePrincipalId'));
  const known = appIdentity({ appId, objectId, kind: 'service-principal', keyId: '', account, session: '' });
  return known ?? named(digText(app, 'displayName') || digText(app, 'servicePrincipalName'), account);
}

function named(name: string, account: string): Identity | null {
  const id = lowerPath(name);
  const kind = 'service-principal';
  return id === '' ? null : appIdentity({ appId: id, objectId: '', kind, keyId: '', account, session: '' });
}

/** Somebody of whom nothing is known but the tenant. */
export function nobody(account: string): Identity {
  const id = `unidentified:${account}`;
  return { credential: id, kind: 'unknown', owner: '', account, session: '', principal: id };
}

/** The id of a record; one that is missing or masked tells no records apart, so what they say has to. */
export function recordId(id: string, otherwise: () => readonly (string | number)[]): string {
  const own = tidy(id.trim(), 128);
  if (own !== '' && !isMasked(own)) return isGuid(own.toLowerCase()) ? own.toLowerCase() : own;
  return `content:${hashText(canonicalJson(otherwise())).toString(36)}`;
}

/** Says once of each credential that it was met, and whose it is. */
export function createAnnouncer(): (identity: Identity, observedAt: number, sink: Sink) => void {
  const announced = new Set<string>();
  return ({ credential, kind, owner, account }, observedAt, sink) => {
    const key = `${credential}\n${kind}\n${owner}\n${account}\n${observedAt}`;
    if (announced.has(key)) return;
    announced.add(key);
    sink.credential({ id: credential, provider: 'azure', kind, owner, account, observedAt });
  };
}
