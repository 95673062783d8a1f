import { appIdentity, isGuid, personIdentity, signInName } from './azure-identity.ts';
import { lowerPath } from './azure-resource.ts';
import { contentId } from './content-id.ts';
import { dig, digText } from './dig.ts';
import type { Identity } from './identity.ts';
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

/** The id of a record; one that is missing or masked tells no records apart, so what they say has to. */
export function recordId(id: string, otherwise: () => readonly (string | number)[]): string {
  const own = tidy(id.trim(), 128);
  if (own !== '' && !isMasked(own)) return isGuid(own.toLowerCase()) ? own.toLowerCase() : own;
  return contentId(otherwise());
}
