import type { CredentialKind } from '../model/credential.ts';
import type { Fields, Paths } from '../scan/wanted.ts';
import { isServiceSource } from './address.ts';
import type { Identity } from './identity.ts';
import { isMasked, redactCredential, tidy } from './redact.ts';

/** The fields that say who acted. */
export const IDENTITY_PATHS = {
  type: ['userIdentity.type'],
  arn: ['userIdentity.arn'],
  accountId: ['userIdentity.accountId'],
  keyId: ['userIdentity.accessKeyId'],
  userName: ['userIdentity.userName'],
  principalId: ['userIdentity.principalId'],
  invokedBy: ['userIdentity.invokedBy'],
  issuerArn: ['userIdentity.sessionContext.sessionIssuer.arn'],
  sessionCreated: ['userIdentity.sessionContext.attributes.creationDate'],
  assumedRoot: ['userIdentity.sessionContext.assumedRoot'],
  credentialId: ['userIdentity.credentialId'],
  personId: ['userIdentity.onBehalfOf.userId'],
  identityStore: ['userIdentity.onBehalfOf.identityStoreArn'],
  identityProvider: ['userIdentity.identityProvider'],
  bearer: ['additionalEventData.callWithBearerToken', 'requestParameters.callWithBearerToken'],
  bearerType: ['additionalEventData.bearerTokenType', 'requestParameters.bearerTokenType'],
  eventSource: ['eventSource'],
  recipient: ['recipientAccountId'],
} as const satisfies Paths;

/** Those fields of one record. */
export type IdentityFields = Fields<typeof IDENTITY_PATHS>;

/** As many answers as are remembered at once. */
const LIMIT = 4_096;
const SIGN_IN = 'signin.amazonaws.com';
const PLATFORM = 'aws-external-anthropic.amazonaws.com';

/**
 * Names who acted, remembering recent answers. User and role ARNs are written without their path, because a name is
 * unique in its account whatever the path, and lifecycle records give the name alone. Null when nobody is named.
 */
export function readIdentity(fields: IdentityFields): Identity | null {
  const key = fields.keyId || fields.arn || fields.principalId;
  const known = recent.get(key);
  if (known !== undefined && isSame(known.fields, fields)) return known.identity;
  const identity = identify(fields);
  if (recent.size >= LIMIT) recent.clear();
  recent.set(key, { fields: copyOf(fields), identity });
  return identity;
}

const recent = new Map<string, { readonly fields: IdentityFields; readonly identity: Identity | null }>();

/** A service acting by itself: no credential of the customer's was used. */
export const isService = ({ type, arn, keyId, principalId, userName, invokedBy }: IdentityFields): boolean =>
  type === 'AWSService' ||
  (type === '' && invokedBy !== '' && arn === '' && keyId === '' && principalId === '' && userName === '');

/** The service itself as a principal, for the few deeds that only services do. */
export function serviceIdentity(fields: IdentityFields): Identity {
  const name = tidy(fields.invokedBy) || 'aws';
  return held(name, 'unknown', name, tidied(fields));
}

/** A service made the call for someone. The sign-in service is how the console speaks for a person. */
export function isOnBehalf(invokedBy: string, source: string): boolean {
  if (invokedBy !== '') return invokedBy !== SIGN_IN;
  return source !== SIGN_IN && isServiceSource(source);
}

/** A caller who gave no credentials at all. */
export const isAnonymous = ({ accountId, principalId }: IdentityFields): boolean =>
  accountId === 'ANONYMOUS_PRINCIPAL' || principalId.toLowerCase() === 'anonymous';

/** The ARN of a user, role or policy without its path: names are unique in an account. */
export const withoutPath = (arn: string): string =>
  arn.replace(/^(arn:[\w-]+:iam::\d*:(?:user|role)\/).*\/([^/]+)$/, '$1$2');

/** A key id fit to keep. Masked ones are told apart by their owner, or keys of many accounts would become one. */
export function keyName(keyId: string, owner: string): string {
  const id = tidy(redactCredential(keyId), 128);
  return isMasked(id) ? `${id} (${owner})` : id;
}

/** The ARN of something in IAM that a record gives by name alone. */
export function iamArn(like: string, account: string, type: 'user' | 'role' | 'group', name: string): string {
  const partition = /^arn:([\w-]+):/.exec(like)?.[1] ?? 'aws';
  return name === '' ? '' : `arn:${partition}:iam::${account}:${type}/${name}`;
}

function identify(raw: IdentityFields): Identity | null {
  const fields = tidied(raw);
  switch (fields.type || typeFromArn(fields.arn)) {
    case 'Root':
      return rootIdentity(fields);
    case 'IAMUser':
      return userIdentity(fields);
    case 'AssumedRole':
      return roleIdentity(fields);
    case 'Role':
      return heldRole(withoutPath(fields.arn) || fields.principalId, fields);
    case 'FederatedUser':
      return federatedIdentity(fields);
    case 'SAMLUser':
    case 'WebIdentityUser':
      return providerIdentity(fields);
    case 'IdentityCenterUser':
      return personIdentity(fields);
    case 'AWSAccount':
      return accountIdentity(fields);
    default:
      return otherIdentity(fields);
  }
}

function rootIdentity(fields: IdentityFields): Identity | null {
  if (fields.arn === '' && accountOf(fields) === '') return otherIdentity(fields);
  const root = fields.arn || `arn:aws:iam::${accountOf(fields)}:root`;
  if (fields.assumedRoot === 'true') return held(`${root}/assumed`, 'role', root, fields, sessionOf(fields));
  if (fields.keyId !== '' && !isSession(fields)) return held(keyName(fields.keyId, root), 'root-key', root, fields);
  return held(root, 'root-session', root, fields, sessionOf(fields));
}

function userIdentity(fields: IdentityFields): Identity | null {
  const user = withoutPath(fields.arn) || iamArn('', accountOf(fields), 'user', fields.userName);
  const bearer = bearerKey(fields, user);
  if (bearer !== null) return bearer;
  if (fields.keyId !== '' && !isSession(fields)) return held(keyName(fields.keyId, user), 'access-key', user, fields);
  if (fields.keyId === '' && mannerOf(fields.eventSource) === 'sign-in') return passwordIdentity(user, fields);
  const id = user || fields.principalId || sessionOf(fields);
  return id === '' ? null : held(id, 'user-session', user || id, fields, sessionOf(fields));
}

/** A mistyped name is hidden, and then nobody is known to hold the password. */
function passwordIdentity(user: string, fields: IdentityFields): Identity {
  const isHidden = user === '' || user.endsWith('/HIDDEN_DUE_TO_SECURITY_REASONS');
  const id = isHidden ? `${accountOf(fields)}/unnamed-user/password` : `${user}/password`;
  return held(id, 'password', isHidden ? '' : user, fields);
}

function bearerKey(fields: IdentityFields, user: string): Identity | null {
  if (user === '' || !(fields.bearer === 'true' ? isLongTerm(fields) : isKeyless(fields))) return null;
  const isPlatform = mannerOf(fields.eventSource) === 'platform';
  const kind = isPlatform ? 'claude-platform-key' : 'bedrock-key';
  const named = [fields.credentialId, fields.keyId].find(id => id.startsWith('ACCA'));
  return held(named ?? `${user}/${isPlatform ? 'claude-platform' : 'bedrock'}`, kind, user, fields);
}

/** Long-term keys belong to a user; a short-term one is signed by the key that the record names. */
function isLongTerm({ bearerType, userName, arn, keyId }: IdentityFields): boolean {
  if (bearerType === 'ABSK' || bearerType === 'LONG_TERM') return true;
  if (bearerType === 'SHORT_TERM') return false;
  return API_KEY_USER.test(userName || arn) || !/^A[KS]IA/.test(keyId);
}

/** A user that the console made for one API key, and nothing said of any other: the record that ends a stream is so. */
const isKeyless = ({ userName, arn, keyId, eventSource }: IdentityFields): boolean =>
  keyId === '' && API_KEY_USER.test(userName || arn) && mannerOf(eventSource) !== 'sign-in';

const API_KEY_USER = /(?:^|\/)(?:BedrockAPIKey|AeaApiKey)-[^/]*$/;

function roleIdentity(fields: IdentityFields): Identity | null {
  const [, partition, account, role] = /^arn:([\w-]+):sts::(\d*):assumed-role\/([^/]+)/.exec(fields.arn) ?? [];
  const derived = role === undefined ? '' : `arn:${partition}:iam::${account}:role/${role}`;
  const id = withoutPath(fields.issuerArn) || derived || beforeColon(fields.principalId) || fields.arn || fields.keyId;
  return id === '' ? null : heldRole(id, fields);
}

function heldRole(role: string, fields: IdentityFields): Identity | null {
  if (role === '') return null;
  const isLentToPeople = role.includes('/AWSReservedSSO_') && fields.arn.includes(':assumed-role/');
  return { ...held(role, 'role', role, fields, roleSession(fields)), principal: isLentToPeople ? fields.arn : role };
}

function federatedIdentity(fields: IdentityFields): Identity | null {
  const user = fields.arn || fields.principalId;
  if (user === '') return null;
  const owner = withoutPath(fields.issuerArn) || user;
  return { ...held(user, 'federated-user', owner, fields, sessionOf(fields)), principal: user };
}

/** A caller who comes to exchange a provider's word for a session. */
function providerIdentity(fields: IdentityFields): Identity | null {
  const name = [fields.identityProvider, fields.userName || fields.principalId].filter(part => part !== '').join(' ');
  return name === '' ? otherIdentity(fields) : held(name, 'federated-user', name, fields);
}

function personIdentity(fields: IdentityFields): Identity | null {
  if (fields.personId === '') return otherIdentity(fields);
  const person = fields.identityStore === '' ? fields.personId : `${fields.identityStore}/user/${fields.personId}`;
  return held(person, 'identity-center-user', person, fields, fields.credentialId);
}

/** Another account's principal: CloudTrail gives its unique id, or only the account. */
function accountIdentity(fields: IdentityFields): Identity | null {
  const id = beforeColon(fields.principalId) || accountOf(fields) || fields.arn;
  if (id === '') return null;
  return held(id, 'external-account', fields.arn || id, fields, sessionOf(fields));
}

function otherIdentity(fields: IdentityFields): Identity | null {
  const owner = withoutPath(fields.arn) || fields.principalId || fields.userName || fields.personId;
  const id = fields.keyId === '' ? owner : keyName(fields.keyId, owner);
  const kind = fields.keyId.startsWith('AKIA') ? 'access-key' : 'unknown';
  return id === '' ? null : held(id, kind, owner, fields);
}

function held(credential: string, kind: CredentialKind, owner: string, fields: IdentityFields, session = ''): Identity {
  return { credential, kind, owner, account: accountOf(fields), session, principal: owner };
}

/** The temporary key. The name a session was given tells none apart: jobs that run side by side often share one. */
const sessionOf = ({ keyId }: IdentityFields): string => (isMasked(keyId) ? '' : keyId);

/** A session that EC2 gave to an instance bears the name of the instance, and only those can be told to have left it. */
function roleSession(fields: IdentityFields): string {
  const session = sessionOf(fields);
  const instance = /:assumed-role\/[^/]+\/(i-[0-9a-f]{8,32})$/i.exec(fields.arn)?.[1];
  return session === '' || instance === undefined ? session : `${session} (${instance})`;
}

/** Ids of another shape than AWS's (masked or invented ones) are told by the session they carry. */
const isSession = ({ keyId, sessionCreated }: IdentityFields): boolean =>
  keyId.startsWith('ASIA') || (!keyId.startsWith('AKIA') && sessionCreated !== '');

const accountOf = ({ accountId, recipient }: IdentityFields): string => accountId || recipient;

const beforeColon = (text: string): string => text.split(':', 1)[0]!;

function typeFromArn(arn: string): string {
  if (arn.includes(':user/')) return 'IAMUser';
  if (arn.includes(':assumed-role/')) return 'AssumedRole';
  if (arn.includes(':federated-user/')) return 'FederatedUser';
  return arn.endsWith(':root') ? 'Root' : '';
}

const NAMES = Object.keys(IDENTITY_PATHS) as (keyof IdentityFields)[];

/** All that `identify` asks of the service that was called. */
function mannerOf(eventSource: string): 'sign-in' | 'platform' | 'other' {
  if (eventSource === SIGN_IN) return 'sign-in';
  return eventSource === PLATFORM ? 'platform' : 'other';
}

/** Everything `identify` looks at. */
function isSame(a: IdentityFields, b: IdentityFields): boolean {
  return (
    a.keyId === b.keyId &&
    a.arn === b.arn &&
    a.principalId === b.principalId &&
    a.type === b.type &&
    a.accountId === b.accountId &&
    a.userName === b.userName &&
    mannerOf(a.eventSource) === mannerOf(b.eventSource) &&
    a.issuerArn === b.issuerArn &&
    (a.sessionCreated === '') === (b.sessionCreated === '') &&
    a.assumedRoot === b.assumedRoot &&
    a.credentialId === b.credentialId &&
    a.personId === b.personId &&
    a.identityStore === b.identityStore &&
    a.identityProvider === b.identityProvider &&
    a.bearer === b.bearer &&
    a.bearerType === b.bearerType &&
    a.recipient === b.recipient
  );
}

const copyOf = (fields: IdentityFields): IdentityFields => mapFields(fields, text => text);

const tidied = (fields: IdentityFields): IdentityFields =>
  mapFields(fields, (text, name) => tidy(name === 'keyId' || name === 'credentialId' ? redactCredential(text) : text));

function mapFields(
  fields: IdentityFields,
  change: (text: string, name: keyof IdentityFields) => string,
): IdentityFields {
  return Object.fromEntries(NAMES.map(name => [name, change(fields[name], name)])) as unknown as IdentityFields;
}
