import type { Credential, CredentialKind } from '../model/credential.ts';
import type { Deed } from '../model/event.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { SECOND } from '../time.ts';
import { iamArn, keyName, withoutPath } from './cloudtrail-identity.ts';
import { outsiders } from './cloudtrail-trust.ts';
import { dig, digList, digText, textOf } from './dig.ts';
import { SERVICE_KEYS } from './iam-listing.ts';
import type { Identity } from './identity.ts';
import { readInstant } from './instant.ts';
import { tidy } from './redact.ts';
import type { Told as PlainTold } from './told.ts';

/** A record that may be a deed, with what is known of it already. */
export interface Act {
  readonly record: JsonObject;
  readonly at: number;
  readonly identity: Identity;
  readonly account: string;
  readonly succeeded: boolean;
}

/** What a record turns out to be; the target of several secrets names them parted by spaces. */
export interface Told extends PlainTold {
  /** Further targets, each told as an event of its own. */
  readonly others?: readonly string[];
  /** Seconds given to a credential that was issued; 0 when not said. */
  readonly ttl: number;
}

type Tell = (act: Act) => Told | null;

const TARGET_LIMIT = 512;
const SESSION_SECONDS = 36 * 3600;
const DAY_SECONDS = 86_400;

/** Calls of a model, by surface. `CreateInference` is what bedrock-mantle and Claude Platform on AWS call one. */
const INFERENCE: ReadonlySet<string> = new Set([
  'bedrock:InvokeModel',
  'bedrock:InvokeModelWithResponseStream',
  'bedrock:InvokeModelWithBidirectionalStream',
  'bedrock:Converse',
  'bedrock:ConverseStream',
  'bedrock:StartAsyncInvoke',
  'bedrock:CreateModelInvocationJob',
  'bedrock:InvokeAgent',
  'bedrock:InvokeInlineAgent',
  'bedrock:InvokeFlow',
  'bedrock:RetrieveAndGenerate',
  'bedrock:RetrieveAndGenerateStream',
  'bedrock-mantle:CreateInference',
  'aws-external-anthropic:CreateInference',
  'aws-external-anthropic:CreateBatchInference',
]);

const MODEL_SURFACES: ReadonlySet<string> = new Set(['bedrock', 'bedrock-mantle', 'aws-external-anthropic']);

/** Names on the runtime host that call no model. */
const NO_INFERENCE = /^(?:Get|List|Describe|Delete|Cancel|Stop|Tag|Untag|Apply|Count|Render|Retrieve)/;

/** Whether calls of models go to this service. */
export const isModelSurface = (service: string): boolean => MODEL_SURFACES.has(service);

/** Whether an action calls a model. Vendor-compatible paths of the runtime have no documented name: its host tells. */
export const isInference = (action: string, host: string): boolean =>
  INFERENCE.has(action) ||
  (host.startsWith('bedrock-runtime.') && action.startsWith('bedrock:') && !NO_INFERENCE.test(action.slice(8)));

/** Actions that are more than plain use, by service and name. A teller that answers null has seen plain use. */
const TELLERS: ReadonlyMap<string, Tell> = new Map<string, Tell>([
  ['iam:CreateAccessKey', createAccessKey],
  ['iam:UpdateAccessKey', updateAccessKey],
  ['iam:DeleteAccessKey', deleteAccessKey],
  ['iam:CreateLoginProfile', createPassword],
  ['iam:UpdateLoginProfile', changePassword],
  ['iam:DeleteLoginProfile', deletePassword],
  ['iam:CreateServiceSpecificCredential', createServiceKey],
  ['iam:ResetServiceSpecificCredential', resetServiceKey],
  ['iam:UpdateServiceSpecificCredential', updateServiceKey],
  ['iam:DeleteServiceSpecificCredential', deleteServiceKey],

  ['organizations:CreateAccount', openAccount],
  ['organizations:CreateGovCloudAccount', openAccount],

  ['sts:AssumeRole', assumeRole],
  ['sts:AssumeRoleWithSAML', assumeRole],
  ['sts:AssumeRoleWithWebIdentity', assumeRole],
  ['sts:AssumeRoot', assumeRoot],
  ['sts:GetSessionToken', getSessionToken],
  ['sts:GetFederationToken', getFederationToken],
  ['sts:GetWebIdentityToken', issueUnnamed],
  ['sts:GetDelegatedAccessToken', issueUnnamed],
  ['signin:GetSigninToken', issueUnnamed],
  ['signin:CreateOAuth2Token', issueUnnamed],
  ['rolesanywhere:CreateSession', assumeRole],

  ['iam:AttachUserPolicy', grantTo('user', 'userName')],
  ['iam:PutUserPolicy', grantTo('user', 'userName')],
  ['iam:AddUserToGroup', grantTo('user', 'userName')],
  ['iam:AttachRolePolicy', grantTo('role', 'roleName')],
  ['iam:PutRolePolicy', grantTo('role', 'roleName')],
  ['iam:AttachGroupPolicy', grantTo('group', 'groupName')],
  ['iam:PutGroupPolicy', grantTo('group', 'groupName')],
  ['iam:CreatePolicyVersion', changePolicy],
  ['iam:SetDefaultPolicyVersion', changePolicy],

  ['bedrock:PutUseCaseForModelAccess', enableModels],
  ['bedrock:CreateFoundationModelAgreement', enableModels],
  ['bedrock:PutFoundationModelEntitlement', enableModels],
  ['agreement-marketplace:AcceptAgreementRequest', acceptAgreement],
  ['aws-marketplace:AcceptAgreementRequest', acceptAgreement],

  ['iam:UpdateAssumeRolePolicy', changeTrust],
  ['iam:CreateRole', createRole],
  ['iam:CreateOpenIDConnectProvider', openTrust('openIDConnectProviderArn', 'url')],
  ['iam:AddClientIDToOpenIDConnectProvider', openTrust('openIDConnectProviderArn', 'openIDConnectProviderArn')],
  ['iam:CreateSAMLProvider', openTrust('sAMLProviderArn', 'name')],
  ['iam:UpdateSAMLProvider', openTrust('sAMLProviderArn', 'sAMLProviderArn')],
  ['rolesanywhere:CreateTrustAnchor', createTrustAnchor],

  ['secretsmanager:GetSecretValue', reveal('secretId')],
  ['secretsmanager:BatchGetSecretValue', reveal('secretIdList')],
  ['ssm:GetParameter', revealParameter('name')],
  ['ssm:GetParameters', revealParameter('names')],
  ['ssm:GetParametersByPath', revealParameter('path')],
  ['ssm:GetParameterHistory', revealParameter('name')],

  ['cloudtrail:StopLogging', silence('name')],
  ['cloudtrail:DeleteTrail', silence('name')],
  ['cloudtrail:UpdateTrail', narrowTrail],
  ['cloudtrail:PutEventSelectors', narrowSelectors],
  ['cloudtrail:DeleteEventDataStore', silence('eventDataStore')],
  ['cloudtrail:StopEventDataStoreIngestion', silence('eventDataStore')],
  ['bedrock:DeleteModelInvocationLoggingConfiguration', silence('')],
  ['bedrock:PutModelInvocationLoggingConfiguration', silence('')],

  ['signin:ConsoleLogin', () => told('sign-in', '')],
  ['health:AWS_RISK_CREDENTIALS_EXPOSED', exposeKeys],
  ['health:AWS_RISK_CREDENTIALS_COMPROMISED', exposeKeys],
  ['health:AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED', exposeKeys],
]);

/** Every action that may be more than plain use, as `service:Name`. */
export const tellingActions: readonly string[] = [...TELLERS.keys()];

/** What tells the deed of an action; undefined when the action is never more than plain use. */
export const tellerOf = (action: string): Tell | undefined => TELLERS.get(action);

/** Deeds that AWS does by itself and that must be heard all the same. */
export const isExposure = (action: string): boolean =>
  action.startsWith('health:') || /^iam:(?:Attach|Put)(?:User|Role|Group)Policy$/.test(action);

function createAccessKey(act: Act): Told {
  const { owner, kind } = keyHolder(act);
  const made = dig(act.record, 'responseElements', 'accessKey');
  return minted(act, keyName(digText(made, 'accessKeyId'), owner), kind, owner, made);
}

function updateAccessKey(act: Act): Told | null {
  const { owner, kind } = keyHolder(act);
  return switched(act, keyName(asked(act, 'accessKeyId'), owner), kind, owner);
}

function deleteAccessKey(act: Act): Told {
  const { owner, kind } = keyHolder(act);
  return removed(act, keyName(asked(act, 'accessKeyId'), owner), kind, owner);
}

function createPassword(act: Act): Told {
  const { id, owner } = password(act);
  return minted(act, id, 'password', owner, dig(act.record, 'responseElements', 'loginProfile'));
}

/** A new password, but no younger credential: it keeps the day it was first set. */
function changePassword(act: Act): Told {
  const { id, owner } = password(act);
  return told('create', id, observed(act, { id, kind: 'password', owner, active: true }));
}

function deletePassword(act: Act): Told {
  const { id, owner } = password(act);
  return removed(act, id, 'password', owner);
}

function password(act: Act): { readonly id: string; readonly owner: string } {
  const owner = userNamed(act);
  return { owner, id: owner === '' ? '' : `${owner}/password` };
}

function createServiceKey(act: Act): Told {
  const { made, id, kind, owner } = serviceKey(act);
  const days = Number(asked(act, 'credentialAgeDays'));
  const life = days > 0 && days <= 36_600 ? Math.round(days) * DAY_SECONDS : 0;
  const { expiresAt = life > 0 ? act.at + life * SECOND : undefined } = expiryOf(made);
  const ttl = expiresAt === undefined || !act.succeeded ? 0 : Math.max(0, Math.round((expiresAt - act.at) / SECOND));
  return { ...minted(act, id, kind, owner, made, expiresAt), ttl };
}

/** Its secret is new; its age is not. */
function resetServiceKey(act: Act): Told {
  const { made, id, kind, owner } = serviceKey(act);
  const createdAt = readInstant(digText(made, 'createDate'));
  const seen = { id, kind, owner, active: true, ...(createdAt !== undefined && { createdAt }), ...expiryOf(made) };
  return told('create', id, observed(act, seen));
}

function updateServiceKey(act: Act): Told | null {
  const { id, kind, owner } = serviceKey(act);
  return switched(act, id, kind, owner);
}

function deleteServiceKey(act: Act): Told {
  const { id, kind, owner } = serviceKey(act);
  return removed(act, id, kind, owner);
}

/** The account has no id yet: it is known by the request that it came of. */
function openAccount({ record }: Act): Told {
  return told('open', fit(digText(record, 'responseElements', 'createAccountStatus', 'id')));
}

function assumeRole(act: Act): Told {
  const role = asked(act, 'roleArn') || digText(dig(act.record, 'responseElements'), 'roleArn');
  return issued(act, withoutPath(fit(role)));
}

function assumeRoot(act: Act): Told {
  const account = asked(act, 'targetPrincipal').replace(/^arn:[\w-]+:iam::(\d+):root$/, '$1');
  const root =
    account === '' ? '' : iamArn(act.identity.owner, account, 'user', 'x').replace(/user\/x$/, 'root/assumed');
  return issued(act, root);
}

/** A session of the caller's own: it descends from the key that asked for it. */
function getSessionToken(act: Act): Told {
  const { owner, kind } = act.identity;
  return issued(act, owner, derived(act, owner, kind === 'root-key' ? 'root-session' : 'user-session', owner));
}

function getFederationToken(act: Act): Told {
  const { owner } = act.identity;
  const name = asked(act, 'name');
  const built = iamArn(owner, act.account, 'user', name).replace(/:iam::(\d*):user\//, ':sts::$1:federated-user/');
  const id = fit(digText(act.record, 'responseElements', 'federatedUser', 'arn')) || built;
  return issued(act, id, derived(act, id, 'federated-user', owner));
}

function issueUnnamed(act: Act): Told {
  return issued(act, '');
}

/** What a console attaches to a user that it makes for one API key: the making of the key is told by itself. */
const KEY_POLICY =
  /^arn:[\w-]+:iam::aws:policy\/(?:AmazonBedrockLimitedAccess|AmazonBedrockMantleInferenceAccess|AnthropicInferenceAccess|AnthropicLimitedAccess)$/;
const KEY_USER = /^(?:BedrockAPIKey|AeaApiKey)-/;

function grantTo(type: 'user' | 'role' | 'group', field: string): Tell {
  return act => {
    const policy = asked(act, 'policyArn') || asked(act, 'policyName');
    if (type === 'user' && KEY_USER.test(asked(act, field)) && KEY_POLICY.test(policy)) return null;
    const isWarning = /AWSCompromisedKeyQuarantine|AWSExposedCredentialPolicy/.test(policy);
    return told(isWarning ? 'expose' : 'grant', named(act, type, asked(act, field)));
  };
}

function changePolicy(act: Act): Told {
  return told('grant', asked(act, 'policyArn'));
}

/** Someone may use a model that they could not before. */
function enableModels(act: Act): Told {
  return told('grant', asked(act, 'modelId'));
}

/** Agreements are made for all that a marketplace sells; those for models are asked for through Bedrock. */
function acceptAgreement({ record }: Act): Told | null {
  const traces = [digText(record, 'userIdentity', 'invokedBy'), digText(record, 'sourceIPAddress')];
  return traces.some(text => text.startsWith('bedrock')) ? told('grant', '') : null;
}

/** Without the policy itself (a refused call often lacks it) nothing says that the change was harmless. */
function changeTrust(act: Act): Told | null {
  const role = named(act, 'role', asked(act, 'roleName'));
  const trusted = outsiders(dig(act.record, 'requestParameters', 'policyDocument'), act.account);
  if (trusted === null) return told('trust', role);
  return trusted.length === 0 ? null : told('trust', fit(`${role} trusts ${trusted.join(', ')}`));
}

function createRole(act: Act): Told | null {
  const role = named(act, 'role', asked(act, 'roleName'));
  const trusted = outsiders(dig(act.record, 'requestParameters', 'assumeRolePolicyDocument'), act.account) ?? [];
  return trusted.length === 0 ? null : told('trust', fit(`${role} trusts ${trusted.join(', ')}`));
}

function openTrust(made: string, given: string): Tell {
  return act => told('trust', fit(digText(act.record, 'responseElements', made)) || asked(act, given));
}

function createTrustAnchor(act: Act): Told {
  const arn = digText(act.record, 'responseElements', 'trustAnchor', 'trustAnchorArn');
  return told('trust', fit(arn) || asked(act, 'name'));
}

function reveal(field: string): Tell {
  return act => told('reveal', askedNames(act, field));
}

/** A parameter read without decryption shows no secret. */
function revealParameter(field: string): Tell {
  return act => (asked(act, 'withDecryption') === 'true' ? told('reveal', askedNames(act, field)) : null);
}

function silence(field: string): Tell {
  return act => told('silence', field === '' ? '' : asked(act, field));
}

/** Updating a trail is silence only where it stops recording Regions or global services. */
function narrowTrail(act: Act): Told | null {
  const switches = ['isMultiRegionTrail', 'includeGlobalServiceEvents'];
  return switches.some(name => asked(act, name) === 'false') ? told('silence', asked(act, 'name')) : null;
}

function narrowSelectors(act: Act): Told | null {
  const parameters = dig(act.record, 'requestParameters');
  const classic = digList(parameters, 'eventSelectors');
  const advanced = digList(parameters, 'advancedEventSelectors');
  if (classic.length + advanced.length === 0) return act.succeeded ? null : told('silence', asked(act, 'trailName'));
  const recorded = [...classic.filter(recordsChanges), ...advanced.filter(recordsManagement)];
  const excluded = [...classic.flatMap(excludedSources), ...advanced.filter(recordsManagement).flatMap(excludedFields)];
  if (recorded.length > 0 && excluded.every(source => CHATTY_SOURCES.has(source))) return null;
  const lost =
    recorded.length === 0 ? 'drops management events' : `excludes ${[...new Set(excluded)].sort().join(' ')}`;
  return told('silence', fit(`${asked(act, 'trailName')} (${lost})`.trim()));
}

/** Sources that the console offers to leave out, because there are so many of their events. */
const CHATTY_SOURCES: ReadonlySet<string> = new Set(['kms.amazonaws.com', 'rdsdata.amazonaws.com']);

const recordsChanges = (selector: unknown): boolean =>
  digText(selector, 'includeManagementEvents') !== 'false' && digText(selector, 'readWriteType') !== 'ReadOnly';

const excludedSources = (selector: unknown): string[] =>
  digList(selector, 'excludeManagementEventSources').map(textOf).filter(isFilled);

function recordsManagement(selector: unknown): boolean {
  const fields = digList(selector, 'fieldSelectors');
  const isField = (name: string, value: string) =>
    fields.some(field => digText(field, 'field') === name && digList(field, 'equals').includes(value));
  return isField('eventCategory', 'Management') && !isField('readOnly', 'true');
}

const excludedFields = (selector: unknown): string[] =>
  digList(selector, 'fieldSelectors')
    .flatMap(field => ['notEquals', 'notStartsWith', 'notEndsWith'].flatMap(test => digList(field, test)))
    .map(textOf)
    .filter(isFilled);

function exposeKeys(act: Act): Told {
  const affected = digList(act.record, 'requestParameters', 'affected').map(key => keyName(textOf(key), act.account));
  const [target = '', ...others] = [...new Set(affected)].filter(isFilled).sort();
  return { ...told('expose', target), others };
}

function minted(
  act: Act,
  id: string,
  kind: CredentialKind,
  owner: string,
  made: unknown,
  expiresAt = expiryOf(made).expiresAt,
): Told {
  const createdAt = readInstant(digText(made, 'createDate')) ?? act.at;
  const active = digText(made, 'status') !== 'Inactive';
  const seen = { id, kind, owner, active, createdAt, ...(expiresAt !== undefined && { expiresAt }) };
  return told('create', id, observed(act, seen));
}

/** Switching a credential on again is plain use that leaves it active. */
function switched(act: Act, id: string, kind: CredentialKind, owner: string): Told | null {
  const status = asked(act, 'status');
  if (status === 'Inactive') return told('disable', id, observed(act, { id, kind, owner, active: false }));
  return status === 'Active' ? told('use', id, observed(act, { id, kind, owner, active: true })) : null;
}

const removed = (act: Act, id: string, kind: CredentialKind, owner: string): Told =>
  told('delete', id, observed(act, { id, kind, owner, active: false }));

function issued(act: Act, target: string, seen: readonly Credential[] = []): Told {
  return { ...told('issue', target, seen), ttl: act.succeeded ? sessionLife(act) : 0 };
}

/** Seconds a session may live, as asked for or, failing that, as the answer's expiry says. */
function sessionLife({ record, at }: Act): number {
  const asked = Number(digText(record, 'requestParameters', 'durationSeconds'));
  if (asked >= 1 && asked <= SESSION_SECONDS) return Math.round(asked);
  const expiresAt = readInstant(digText(record, 'responseElements', 'credentials', 'expiration'));
  return expiresAt === undefined ? 0 : Math.max(0, Math.round((expiresAt - at) / 1000));
}

function derived(act: Act, id: string, kind: CredentialKind, owner: string): readonly Credential[] {
  const { credential } = act.identity;
  const isKey = act.identity.kind === 'access-key' || act.identity.kind === 'root-key';
  return isKey ? observed(act, { id, kind, owner, parent: credential }) : [];
}

type Sighting = Omit<Credential, 'provider' | 'account' | 'observedAt'>;

/** Only what succeeded changes a credential. */
const observed = (act: Act, { id, ...seen }: Sighting): readonly Credential[] =>
  act.succeeded && id !== '' ? [{ id, provider: 'aws', account: act.account, observedAt: act.at, ...seen }] : [];

const told = (deed: Deed, target: string, seen: readonly Credential[] = []): Told => ({ deed, target, ttl: 0, seen });

/** Without a name, a key is the caller's own; for root that is the account's root key. */
function keyHolder(act: Act): { readonly owner: string; readonly kind: CredentialKind } {
  const { owner } = act.identity;
  const isRoot = act.succeeded && asked(act, 'userName') === '' && owner.endsWith(':root');
  return isRoot ? { owner, kind: 'root-key' } : { owner: userNamed(act), kind: 'access-key' };
}

/**
 * The user a lifecycle record is about: named in the request, or the caller, or named in the answer. A refused request
 * is often recorded without its parameters, and then nobody is known to be meant.
 */
function userNamed(act: Act): string {
  const { owner } = act.identity;
  const name = asked(act, 'userName');
  if (name !== '') return named(act, 'user', name);
  if (!act.succeeded) return '';
  if (owner.includes(':user/')) return owner;
  const answers = Object.values(asObject(dig(act.record, 'responseElements')));
  const answer = answers.map(made => digText(made, 'userName')).find(isFilled) ?? '';
  return named(act, 'user', fit(answer));
}

function serviceKey(act: Act) {
  const made = dig(act.record, 'responseElements', 'serviceSpecificCredential');
  const owner = userNamed(act);
  const id = digText(made, 'serviceSpecificCredentialId') || asked(act, 'serviceSpecificCredentialId');
  const service = digText(made, 'serviceName') || asked(act, 'serviceName');
  return { made, owner, id: keyName(id, owner), kind: SERVICE_KEYS.get(service) ?? 'unknown' };
}

function expiryOf(made: unknown): { readonly expiresAt?: number } {
  const expiresAt = readInstant(digText(made, 'expirationDate'));
  return expiresAt === undefined ? {} : { expiresAt };
}

const named = (act: Act, type: 'user' | 'role' | 'group', name: string): string =>
  iamArn(act.identity.owner, act.account, type, name);

const asked = (act: Act, field: string): string => fit(digText(act.record, 'requestParameters', field));

/** One name or several, parted by spaces. */
function askedNames(act: Act, field: string): string {
  const several = digList(act.record, 'requestParameters', field).map(textOf).filter(isFilled);
  return several.length === 0 ? asked(act, field) : fit([...new Set(several)].sort().join(' '));
}

const fit = (text: string): string => tidy(text, TARGET_LIMIT);

const isFilled = (text: string): boolean => text !== '';

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
