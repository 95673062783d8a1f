import type { CredentialKind } from '../model/credential.ts';
import { lowerPath, subscriptionOf } from './azure-resource.ts';
import { digText, isObject, parseJson } from './dig.ts';
import type { Identity } from './identity.ts';
import { tidy } from './redact.ts';

/** What the claims of a token say of its bearer; texts are fit to keep, and empty where nothing was said. */
export interface Claims {
  readonly objectId: string;
  readonly appId: string;
  /** The name that a person signs in with. */
  readonly upn: string;
  /** How the app proved itself: 0 not at all, 1 by a secret, 2 by a certificate or another signed word. */
  readonly proof: string;
  /** The managed identity, or the resource that has one. */
  readonly managedId: string;
  readonly bearer: 'person' | 'app' | 'unknown';
  /** The token's own id, in its own case. */
  readonly token: string;
  readonly tenant: string;
}

/** A person as a log names them. */
export interface Person {
  readonly objectId: string;
  readonly upn: string;
  readonly account: string;
  readonly session: string;
}

/** An app that acts for itself, and with what it proved to be that app. */
export interface App {
  readonly appId: string;
  /** Of its service principal; names the app where its own id is not known. */
  readonly objectId: string;
  readonly kind: AppCredentialKind;
  /** The very key, federated credential or managed identity; empty when the log does not name it. */
  readonly keyId: string;
  readonly account: string;
  readonly session: string;
}

export type AppCredentialKind = Extract<
  CredentialKind,
  'client-secret' | 'client-certificate' | 'federated-credential' | 'managed-identity' | 'service-principal'
>;

const MICROSOFT = 'http://schemas.microsoft.com/identity/claims';
const XMLSOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

/** The claims that tell of the bearer, and all that each is called in a token: the first that says anything counts. */
export const CLAIM_NAMES = {
  oid: [`${MICROSOFT}/objectidentifier`, 'oid'],
  tid: [`${MICROSOFT}/tenantid`, 'tid'],
  scp: [`${MICROSOFT}/scope`, 'scp'],
  appid: ['appid', 'azp'],
  appidacr: ['appidacr', 'azpacr'],
  // Guests have no UPN among their claims, but the address that they were invited by.
  upn: [
    `${XMLSOAP}/upn`,
    'upn',
    `${XMLSOAP}/name`,
    `${XMLSOAP}/emailaddress`,
    'preferred_username',
    'unique_name',
    'email',
    'name',
  ],
  idtyp: ['idtyp'],
  mirid: ['xms_mirid'],
  uti: ['uti'],
} as const;

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const TEXTS_KEPT = 1_024;
const LONGEST_TEXT = 8_192;
const SUFFIXES: Readonly<Record<AppCredentialKind, string>> = {
  'client-secret': '/secret',
  'client-certificate': '/certificate',
  'federated-credential': '/federated',
  'managed-identity': '',
  'service-principal': '',
};

/** Whether a text is a GUID in lower case. */
export const isGuid = (text: string): boolean => GUID.test(text);

/** The claims of a token, given as an object or as JSON text; the answers for recent texts are remembered. */
export function readClaims(value: unknown): Claims {
  if (typeof value !== 'string') return claimsIn(value);
  const known = recent.get(value);
  if (known !== undefined) return known;
  const claims = claimsIn(parseJson(value));
  if (value.length > LONGEST_TEXT) return claims;
  if (recent.size >= TEXTS_KEPT) recent.clear();
  recent.set(value, claims);
  return claims;
}

const recent = new Map<string, Claims>();

/** Who holds a token with these claims, in an account; null when they name nobody. */
export function identityOfClaims(claims: Claims, account: string): Identity | null {
  const { objectId, appId, upn, token, managedId } = claims;
  if (claims.bearer === 'person') return personIdentity({ objectId, upn, account, session: token });
  const kind = kindOfProof(claims);
  return appIdentity({ appId, objectId, kind, keyId: managedId, account, session: token });
}

/** A person: the credential is their account in Entra ID, the owner its sign-in name. */
export function personIdentity({ objectId, upn, account, session }: Person): Identity | null {
  const owner = `user/${upn || objectId}`;
  const credential = `user/${objectId || upn}`;
  return credential === 'user/' ? null : { credential, kind: 'entra-user', owner, account, session, principal: owner };
}

/** An app; keys that are static have no sessions, because whoever holds them can ask for any number of tokens. */
export function appIdentity({ appId, objectId, kind, keyId, account, session }: App): Identity | null {
  const owner = `app/${appId || objectId}`;
  if (owner === 'app/') return null;
  const credential = keyId || `${owner}${SUFFIXES[kind]}`;
  const isStatic = kind === 'client-secret' || kind === 'client-certificate';
  return { credential, kind, owner, account, session: isStatic ? '' : session, principal: owner };
}

/** Someone of whom only an object id is known, and of what type it is ('User', 'ServicePrincipal', …). */
export function principalIdentity(objectId: string, type: string, account: string): Identity | null {
  const id = lowerPath(objectId);
  if (/^user$/i.test(type)) return personIdentity({ objectId: id, upn: '', account, session: '' });
  if (!/^(?:serviceprincipal|msi)$/i.test(type)) return null;
  return appIdentity({ appId: '', objectId: id, kind: 'service-principal', keyId: '', account, session: '' });
}

/** Whoever the caller of a record is, which is a sign-in name, or the object id of a service principal. */
export function callerIdentity(caller: string, account: string): Identity | null {
  const upn = signInName(caller);
  if (upn !== '') return personIdentity({ objectId: '', upn, account, session: '' });
  const id = lowerPath(caller);
  return isGuid(id) ? principalIdentity(id, 'ServicePrincipal', account) : null;
}

/** A key that belongs to nobody but the resource it opens. */
export function keyIdentity(id: string, kind: 'resource-key' | 'gateway-subscription', owner: string): Identity {
  return { credential: id, kind, owner, account: subscriptionOf(owner), session: '', principal: owner };
}

/** A sign-in name in lower case, without the provider that a guest comes from; empty when it is none. */
export function signInName(text: string): string {
  const name = lowerPath(text.slice(text.lastIndexOf('#') + 1));
  if (/^[^@\s]+@[^@\s]+$/.test(name)) return name;
  // The UPN of a guest holds the mark itself: name_example.com#EXT#@tenant.
  const whole = lowerPath(text);
  return /^[^@\s]+#ext#@[^@\s]+$/.test(whole) ? whole : '';
}

/** The id of a managed identity, or of the resource that has it, as it is kept: lower-case, without slashes around it. */
export const managedIdentityId = (text: string): string => lowerPath(text).replace(/^\/+|\/+$/g, '');

function kindOfProof({ managedId, proof }: Claims): AppCredentialKind {
  if (managedId !== '') return 'managed-identity';
  if (proof === '1') return 'client-secret';
  return proof === '2' ? 'client-certificate' : 'service-principal';
}

function claimsIn(value: unknown): Claims {
  const claims = isObject(value) ? value : {};
  const upn = nameIn(claims);
  return {
    objectId: lowerPath(firstIn(claims, 'oid')),
    appId: lowerPath(firstIn(claims, 'appid')),
    upn,
    proof: firstIn(claims, 'appidacr'),
    managedId: managedIdentityId(firstIn(claims, 'mirid')),
    bearer: bearerOf(claims, upn),
    token: tidy(firstIn(claims, 'uti')),
    tenant: lowerPath(firstIn(claims, 'tid')),
  };
}

function bearerOf(claims: object, upn: string): Claims['bearer'] {
  const type = firstIn(claims, 'idtyp');
  if (type === 'app' || type === 'user') return type === 'app' ? 'app' : 'person';
  if (upn !== '' || firstIn(claims, 'scp') !== '') return 'person';
  return firstIn(claims, 'appid') === '' ? 'unknown' : 'app';
}

function nameIn(claims: object): string {
  for (const field of CLAIM_NAMES.upn) {
    const name = signInName(digText(claims, field));
    if (name !== '') return name;
  }
  return '';
}

const firstIn = (claims: object, claim: keyof typeof CLAIM_NAMES): string =>
  CLAIM_NAMES[claim].map(name => digText(claims, name)).find(text => text !== '') ?? '';
