import type { Credential, CredentialKind } from '../model/credential.ts';
import type { Deed } from '../model/event.ts';
import { managedIdentityId } from './azure-identity.ts';
import { lowerPath } from './azure-resource.ts';
import type { Told } from './cloudtrail-deeds.ts';
import { dig, digList, digText, isObject } from './dig.ts';
import type { Identity } from './identity.ts';

/** An operation of Azure Resource Manager, with what is known of it already. */
export interface AzureAct {
  /** In lower case. */
  readonly operation: string;
  /** What it was done to: a resource id in lower case. */
  readonly resource: string;
  readonly at: number;
  readonly account: string;
  readonly identity: Identity | null;
  readonly succeeded: boolean;
  /** It made something that was not there before. */
  readonly isNew: boolean;
  /** What was asked for, as an object; undefined when the record does not tell. */
  body(): unknown;
}

type Tell = (act: AzureAct) => Told | null;

/** What shows the keys of a resource to the caller, of whatever provider. */
const READS_KEYS =
  /\/(?:list\w*keys?|list\w*secrets?|list\w*credentials?|list\w*sas|listconnectionstrings|sharedkeys|(?:generate)?token)\/action$/;

/** What replaces a key of a resource by a new one, of whatever provider. */
const RENEWS_KEY = /\/regenerate\w*(?:keys?|password)\/action$/;

const WRITES = /\/write$/;

/** Names of keys, and no keys: `key1`, `primary`. */
const KEY_NAME = /^[a-z]{1,20}[_-]?\d{0,2}$/;

/** How principals are named, by their type. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['user', 'user'],
  ['serviceprincipal', 'app'],
  ['group', 'group'],
]);

/** Operations that are more than plain use, beside those that their last word tells. */
const TELLERS: ReadonlyMap<string, Tell> = new Map<string, Tell>([
  ['microsoft.web/sites/publishxml/action', reveal],
  ['microsoft.web/sites/config/list/action', reveal],

  ['microsoft.search/searchservices/createquerykey/action', () => told('create', '')],
  ['microsoft.apimanagement/service/subscriptions/write', changeSubscription],
  ['microsoft.apimanagement/service/subscriptions/delete', endSubscription],
  ['microsoft.apimanagement/service/subscriptions/regenerateprimarykey/action', renewSubscription],
  ['microsoft.apimanagement/service/subscriptions/regeneratesecondarykey/action', renewSubscription],

  ['microsoft.subscription/aliases/write', ({ resource, isNew }) => (isNew ? told('open', resource) : null)],

  ['microsoft.authorization/roleassignments/write', grantRole],
  ['microsoft.authorization/roleassignmentschedulerequests/write', grantRole],
  ['microsoft.authorization/roleeligibilityschedulerequests/write', grantRole],
  ['microsoft.authorization/elevateaccess/action', ({ identity }) => told('grant', identity?.principal ?? '')],
  ['microsoft.authorization/roledefinitions/write', grantOn],
  ['microsoft.keyvault/vaults/accesspolicies/write', grantOn],

  ['microsoft.cognitiveservices/accounts/deployments/write', grantOn],
  ['microsoft.machinelearningservices/workspaces/serverlessendpoints/write', grantOn],

  ['microsoft.managedidentity/userassignedidentities/federatedidentitycredentials/write', openTrust],

  ['microsoft.insights/diagnosticsettings/delete', silence],
  ['microsoft.insights/diagnosticsettings/write', emptySettings],
  ['microsoft.insights/logprofiles/delete', silence],
  ['microsoft.operationalinsights/workspaces/delete', silence],
  ['microsoft.operationalinsights/workspaces/purge/action', silence],
]);

const PLAIN: Told = { deed: 'use', target: '', ttl: 0, seen: [] };

/** Whether an operation (in lower case) may be more than plain use. */
export const isTelling = (operation: string): boolean =>
  TELLERS.has(operation) || READS_KEYS.test(operation) || RENEWS_KEY.test(operation) || WRITES.test(operation);

/** What an operation is a deed of; plain use when it is none. */
export function tellAzure(act: AzureAct): Told {
  const teller = TELLERS.get(act.operation) ?? tellerByName(act.operation);
  return teller?.(act) ?? PLAIN;
}

function tellerByName(operation: string): Tell | undefined {
  if (READS_KEYS.test(operation)) return reveal;
  if (RENEWS_KEY.test(operation)) return renewKey;
  return WRITES.test(operation) ? enableKeys : undefined;
}

function reveal({ resource }: AzureAct): Told {
  return told('reveal', resource);
}

/** The key keeps its name: were this the day it was made, a second renewal would not make it younger. */
function renewKey(act: AzureAct): Told {
  if (act.resource === '') return told('create', '');
  const body = act.body();
  const name = lowerPath(textIn(body, 'keyName') || textIn(body, 'keyType') || textIn(body, 'keyKind'));
  const id = `${act.resource}/${KEY_NAME.test(name) ? name : 'keys'}`;
  return told('create', id, observed(act, id, 'resource-key', act.resource));
}

/** Of the two keys of a subscription either opens the gateway, and the log of use does not say which did. */
function renewSubscription(act: AzureAct): Told {
  return told('create', act.resource, observed(act, act.resource, 'gateway-subscription', act.resource));
}

function changeSubscription(act: AzureAct): Told | null {
  const { resource, at } = act;
  const kind = 'gateway-subscription';
  const state = textIn(propertiesOf(act.body()), 'state').toLowerCase();
  if (act.isNew) return told('create', resource, observed(act, resource, kind, resource, { createdAt: at }));
  const isOver = ['suspended', 'cancelled', 'rejected', 'expired'].includes(state);
  return isOver ? told('disable', resource, observed(act, resource, kind, resource, { active: false })) : null;
}

function endSubscription(act: AzureAct): Told {
  const seen = observed(act, act.resource, 'gateway-subscription', act.resource, { active: false });
  return told('delete', act.resource, seen);
}

/** The grantee of a role by their object id, which is all that a role assignment names. */
function grantRole(act: AzureAct): Told {
  const asked = propertiesOf(act.body());
  const id = lowerPath(textIn(asked, 'principalId'));
  if (id === '') return grantOn(act);
  const prefix = PREFIXES.get(textIn(asked, 'principalType').toLowerCase()) ?? 'principal';
  return told('grant', `${prefix}/${id}`);
}

function grantOn({ resource }: AzureAct): Told {
  return told('grant', resource);
}

/** Tokens of another issuer are taken for the identity from now on; the request may name the issuer. */
function openTrust(act: AzureAct): Told {
  const [identity = ''] = act.resource.split('/federatedidentitycredentials/', 1);
  const issuer = lowerPath(textIn(propertiesOf(act.body()), 'issuer').replace(/^https?:\/\//i, ''));
  const name = managedIdentityId(identity);
  return told('trust', issuer === '' ? name : `${name} trusts ${issuer.replace(/,.*$/, '')}`);
}

function silence({ resource }: AzureAct): Told {
  return told('silence', resource);
}

/** Settings in which nothing is switched on record nothing; that fewer are than before is not told. */
function emptySettings(act: AzureAct): Told | null {
  const asked = propertiesOf(act.body());
  const logs = digList(asked, 'logs');
  const isOff = logs.length > 0 && logs.every(log => digText(log, 'enabled') === 'false');
  return isOff ? told('silence', `${act.resource} (every log category off)`) : null;
}

function enableKeys(act: AzureAct): Told | null {
  const isOn = textIn(propertiesOf(act.body()), 'disableLocalAuth').toLowerCase() === 'false';
  return isOn ? told('enable', act.resource) : null;
}

type State = Pick<Credential, 'createdAt' | 'active'>;

/** What a deed that came off shows of the key that it was done to. */
function observed(
  { succeeded, account, at }: AzureAct,
  id: string,
  kind: CredentialKind,
  owner: string,
  state: State = {},
): readonly Credential[] {
  if (!succeeded || owner === '') return [];
  return [{ id, provider: 'azure', kind, owner, account, observedAt: at, active: true, ...state }];
}

const told = (deed: Deed, target: string, seen: readonly Credential[] = []): Told => ({ deed, target, ttl: 0, seen });

const propertiesOf = (body: unknown): unknown => (isObject(body) ? (fieldOf(body, 'properties') ?? body) : undefined);

const textIn = (value: unknown, name: string): string => digText({ found: fieldOf(value, name) }, 'found');

/** A field by its name in any case: clients of Azure write `PrincipalId` as well as `principalId`. */
function fieldOf(value: unknown, name: string): unknown {
  const exact = dig(value, name);
  if (exact !== undefined || !isObject(value)) return exact;
  const found = Object.keys(value).find(key => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : value[found];
}
