import type { Credential, CredentialKind, Provider } from './model/credential.ts';
import { isoText } from './wording.ts';

const STATIC: ReadonlySet<CredentialKind> = new Set([
  'access-key',
  'root-key',
  'bedrock-key',
  'claude-platform-key',
  'client-secret',
  'client-certificate',
  'resource-key',
  'gateway-subscription',
  'api-key',
  'admin-key',
  'service-account-key',
  'virtual-key',
]);

/** Static keys whose maker can give them a day on which they end. */
const EXPIRING: ReadonlySet<CredentialKind> = new Set([
  'bedrock-key',
  'claude-platform-key',
  'client-secret',
  'client-certificate',
  'api-key',
  'admin-key',
  'virtual-key',
]);

/** Of those, whose keys go on until somebody ends them, whatever their maker wants. */
const ENDLESS_AT: Partial<Record<CredentialKind, readonly Provider[]>> = {
  'api-key': ['openai', 'google'],
  'admin-key': ['proxy'],
};

/** Whoever holds keys and needs none to be known: people, and what stands for a program. */
const HOLDERS: ReadonlySet<CredentialKind> = new Set(['member', 'service-account']);

/** Clouds whose one log tells of whatever is done in an account, and names who did it. */
const OF_ONE_LOG: ReadonlySet<Provider> = new Set(['aws', 'azure']);

const ALIASES: Partial<Record<CredentialKind, string>> = {
  'bedrock-key': 'bedrock',
  'claude-platform-key': 'claude-platform',
  'client-secret': 'secret',
  'client-certificate': 'certificate',
  'resource-key': 'keys',
};

const KIND_TEXT: Readonly<Record<CredentialKind, string>> = {
  'access-key': 'access key',
  'root-key': 'root access key',
  'bedrock-key': 'Bedrock API key',
  'claude-platform-key': 'Claude Platform API key',
  password: 'password',
  'user-session': 'session of a user',
  'root-session': 'session of root',
  role: 'role',
  'federated-user': 'federated user',
  'identity-center-user': 'Identity Center user',
  'external-account': 'external account',
  'client-secret': 'client secret',
  'client-certificate': 'client certificate',
  'federated-credential': 'federated credential',
  'managed-identity': 'managed identity',
  'service-principal': 'service principal',
  'entra-user': 'Entra user',
  'resource-key': 'resource key',
  'gateway-subscription': 'gateway subscription key',
  'api-key': 'API key',
  'admin-key': 'admin key',
  'service-account-key': 'service account key',
  'virtual-key': 'virtual key',
  'service-account': 'service account',
  member: 'member',
  unknown: 'credential',
};

/** A key that stays valid until someone ends it. */
export const isStatic = (kind: CredentialKind): boolean => STATIC.has(kind);

/** Whether a static key can be given a day on which it ends by whoever makes it. */
export const canExpire = ({ kind, provider }: Pick<Credential, 'kind' | 'provider'>): boolean =>
  EXPIRING.has(kind) && ENDLESS_AT[kind]?.includes(provider) !== true;

/** Whether it holds keys of others' making, as a person or a service account of a vendor does. */
export const isHolder = (kind: CredentialKind): boolean => HOLDERS.has(kind);

/** The log that tells of the use of a credential: that of its account or, of a vendor, the reports on its kind. */
export const logOf = ({ provider, account, kind }: Credential): string =>
  hasOneLog(provider) ? account : `${account}\n${kind}`;

/** Whether one log tells of all that an account does; of others each report tells of its own sort of credential alone. */
export const hasOneLog = (provider: Provider): boolean => OF_ONE_LOG.has(provider);

/** The principal that acts through a credential; empty when nobody is known. */
export function actorOf({ id, kind, provider, owner }: Credential): string {
  if (isHolder(kind)) return id;
  return owner === '' && !hasOneLog(provider) ? id : owner;
}

/** So many days after its creation, an expiry is none. */
export const NEVER_DAYS = 10_000;

/** A credential of an account's root user; the session of an AssumeRoot call is not one. */
export const isRoot = (kind: CredentialKind): boolean => kind === 'root-key' || kind === 'root-session';

/** Under this id comes the use of a service key, by which of its user's keys is not recorded. */
export function aliasOf(kind: CredentialKind, owner: string): string {
  const alias = ALIASES[kind];
  return alias === undefined ? '' : `${owner}/${alias}`;
}

/**
 * The id of a key that a report tells of without naming it: the first or the second of its owner. When it was made says
 * better which it is, since another may take its place in the next report.
 */
export const unnamedKey = (owner: string, number: number, createdAt?: number): string =>
  `${owner}/access-key-${createdAt === undefined ? number : isoText(createdAt).slice(0, 19)}`;

/** Whether an id stands for a key whose own id is not known. */
export const isUnnamed = (id: string): boolean => /:(?:user\/.+|root)\/access-key-\d[\dT:-]*$/.test(id);

/** The kind in words, as in 'access key'. */
export const kindText = (kind: CredentialKind): string => KIND_TEXT[kind];

/** A principal in short: 'user/ci', 'role/deploy', 'root', 'accounts/ai' for a resource of Azure, or its name as it is. */
export function principalText(principal: string): string {
  if (principal === '') return 'an unknown principal';
  if (ROOT.test(principal)) return 'root';
  const user = userNameOf(principal);
  if (user !== '') return `user/${user}`;
  const role = roleNameOf(principal);
  return role === '' ? resourceText(principal) : `role/${role}`;
}

/** What is known of an id, if anything is. */
export type Look = (id: string) => { readonly credential: Credential } | undefined;

/** A principal in short, by what is known of it where it is a member or a service account. */
export function holderText(principal: string, look: Look): string {
  const known = look(principal)?.credential;
  if (known === undefined || !isHolder(known.kind)) return principalText(principal);
  const { kind, owner, name } = known;
  if (kind === 'member') return owner || name || principal;
  return owner || `service account ${name ?? principal}`;
}

/** What evidence says of a principal beside its id: what it is called, where that is another name. */
export function holderName(principal: string, look: Look): { readonly holderName?: string } {
  const name = holderText(principal, look);
  return name === principalText(principal) ? {} : { holderName: name };
}

/** Whoever acted through a credential, in short; of a vendor's key whose holder nobody named, the key itself. */
export function actorText(credential: Credential, look: Look): string {
  const { id, kind, provider } = credential;
  const actor = actorOf(credential);
  if (hasOneLog(provider) || actor !== id || isHolder(kind)) return holderText(actor, look);
  if (kind !== 'unknown') return `${kindText(kind)} ${id}`;
  return id.startsWith('unidentified:') ? principalText('') : principalText(id);
}

/**
 * A resource of Azure by its last type and name, as in 'accounts/ai', with what it belongs to where it is an extension:
 * 'diagnosticsettings/all of accounts/ai'. What is no such id is given back as it is.
 */
export function resourceText(id: string): string {
  const scope = SCOPE.exec(id);
  if (scope === null) return id;
  const [, subscription, group, rest = ''] = scope;
  const providers = rest.split('/providers/').flatMap(part => {
    const name = part.slice(part.indexOf('/') + 1);
    return part.includes('/') ? [name] : [];
  });
  const held = group === undefined ? `subscription ${subscription}` : `resource group ${group}`;
  // A resource has a name of its own; only what extends a whole subscription or group needs to name that.
  const isExtension = /^\/providers\/microsoft\.(?:insights|authorization)\//i.test(rest);
  const names = providers.length === 0 || isExtension ? [held, ...providers] : providers;
  return names.reverse().join(' of ');
}

/** The id of the application that a principal of Entra ID is, as in 'app/<id>'; empty when it is none. */
export const appIdOf = (principal: string): string => APP.exec(principal)?.[1] ?? '';

/** The name of the IAM user that an ARN is of, without its path; empty when it is not of one. */
export const userNameOf = (arn: string): string => lastSegment(USER.exec(arn)?.[1]);

/** The name of the IAM role that an ARN is of, be it of the role or of a session; empty when it is not of one. */
export const roleNameOf = (arn: string): string => SESSION.exec(arn)?.[1] ?? lastSegment(ROLE.exec(arn)?.[1]);

const ROOT = /^arn:aws[a-z-]*:iam::\d*:root$/;
const USER = /^arn:aws[a-z-]*:iam::\d*:user\/(.+)$/;
const ROLE = /^arn:aws[a-z-]*:iam::\d*:role\/(.+)$/;
const SESSION = /^arn:aws[a-z-]*:sts::\d*:assumed-role\/([^/]+)/;

const APP = /^app\/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/;
const SCOPE = /^\/?subscriptions\/([^/]+)(?:\/resourcegroups\/([^/]+))?((?:\/providers\/.*)?)$/i;

const lastSegment = (path = ''): string => path.slice(path.lastIndexOf('/') + 1);
