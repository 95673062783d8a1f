import type { Credential } from '../model/credential.ts';
import type { Deed } from '../model/event.ts';
import type { Told } from './cloudtrail-deeds.ts';
import { textOf } from './dig.ts';
import { fit, type GcpAct, instantIn, nameAsked, observed, secondsIn, type Tell, told } from './gcp-act.ts';
import { dive, diveList, diveText } from './gcp-entry.ts';
import { apiKeyId, homeOf, keyNamed, principalOf } from './gcp-identity.ts';
import { LOGIN_TELLERS } from './gcp-logins.ts';
import { opensModels } from './gcp-models.ts';
import { tellPolicy } from './gcp-policy.ts';
import { LOG_TELLERS } from './gcp-silence.ts';
import { tidy } from './redact.ts';

/** Actions that are more than plain use, by service and the last word of the method. */
const TELLERS: ReadonlyMap<string, Tell> = new Map<string, Tell>([
  ['iam:CreateServiceAccountKey', mintKey],
  ['iam:UploadServiceAccountKey', mintKey],
  ['iam:DeleteServiceAccountKey', changeKey('delete', false)],
  ['iam:DisableServiceAccountKey', changeKey('disable', false)],
  ['iam:EnableServiceAccountKey', changeKey('enable', true)],
  ['iam:CreateServiceAccount', openAccount],
  ['iam:DeleteServiceAccount', changeAccount('delete', false)],
  ['iam:DisableServiceAccount', changeAccount('disable', false)],
  ['iam:EnableServiceAccount', changeAccount('enable', true)],
  ['iam:UndeleteServiceAccount', changeAccount('enable', true)],
  ['iam:UpdateRole', widenRole],
  ['iam:SignBlob', issueToken],
  ['iam:SignJwt', issueToken],

  ['iamcredentials:GenerateAccessToken', issueToken],
  ['iamcredentials:GenerateIdToken', issueToken],
  ['iamcredentials:SignBlob', issueToken],
  ['iamcredentials:SignJwt', issueToken],
  ['sts:ExchangeToken', exchangeToken],

  ['apikeys:CreateKey', mintApiKey],
  ['apikeys:CloneKey', mintApiKey],
  ['apikeys:DeleteKey', changeApiKey('delete', false)],
  ['apikeys:UndeleteKey', changeApiKey('enable', true)],
  ['apikeys:GetKeyString', act => [told('reveal', apiKeyId(nameAsked(act), ''))]],

  ['secretmanager:AccessSecretVersion', revealSecret],

  ['serviceusage:EnableService', enableModels],
  ['serviceusage:BatchEnableServices', enableModels],
  ['aiplatform:DeployModel', act => [told('grant', fit(act.resource))]],
  ['aiplatform:AcceptPublisherModelEula', act => [told('grant', fit(act.resource))]],

  ['cloudresourcemanager:InsertProjectOwnershipInvite', tellPolicy],
  ...LOG_TELLERS,
  ...LOGIN_TELLERS,
]);

const CHANGES_POLICY = /(?:^|[:.])set_?iam_?(?:policy|permissions)$/i;
const OPENS_TRUST =
  /:(?:(?:create|update|undelete)Work(?:load|force)(?:Identity)?PoolProvider|inbound(?:Saml|Oidc)?SsoProfile(?:Created|Updated))$/i;

/** Long operations that say only at their end what they made. */
const TOLD_AT_END: ReadonlySet<string> = new Set(['apikeys:CreateKey', 'apikeys:CloneKey']);

/** Whether an action may be more than plain use. */
export const isTelling = (action: string): boolean => tellerOf(action) !== undefined;

/** What an entry is a deed of; plain use when it is none. */
export function tellGcp(act: GcpAct): readonly Told[] {
  const all = tellerOf(act.action)?.(act) ?? [];
  return all.length === 0 ? [PLAIN] : all;
}

/** Whether the result of an action is told by the last entry of its operation, where others tell it by the first. */
export const isToldAtEnd = (action: string): boolean => TOLD_AT_END.has(action);

const PLAIN: Told = told('use', '');

function tellerOf(action: string): Tell | undefined {
  const teller = TELLERS.get(action);
  if (teller !== undefined) return teller;
  if (CHANGES_POLICY.test(action)) return tellPolicy;
  return OPENS_TRUST.test(action) ? openTrust : undefined;
}

function mintKey(act: GcpAct): readonly Told[] {
  const { response } = act.entry;
  const { id, owner } = keyOf(act, diveText(response, 'name'));
  const createdAt = instantIn(response, 'validAfterTime') ?? act.at;
  const expiresAt = instantIn(response, 'validBeforeTime');
  const seen = { id, kind: 'service-account-key', owner, active: true, createdAt } as const;
  const sightings = observed(
    act,
    expiresAt === undefined ? seen : { ...seen, expiresAt },
    homeOf(owner) || act.account,
  );
  return [told('create', id, sightings)];
}

function changeKey(deed: Deed, active: boolean): Tell {
  return act => {
    const { id, owner } = keyOf(act, nameAsked(act));
    const seen = { id, kind: 'service-account-key', owner, active } as const;
    return [told(deed, id, observed(act, seen, homeOf(owner) || act.account))];
  };
}

/** Logs name a service account by its address or by a number, and beside the number they label the entry with the address. */
function keyOf({ holder }: GcpAct, name: string): { readonly id: string; readonly owner: string } {
  const key = keyNamed(name);
  return { id: key?.id ?? '', owner: key?.holder || accountId(holder) };
}

function openAccount(act: GcpAct): readonly Told[] {
  const { response } = act.entry;
  const id = accountId(diveText(response, 'email')) || accountId(act.holder);
  const name = tidy(diveText(response, 'displayName'));
  const seen = { ...accountSeen(id), active: true, createdAt: act.at };
  return [told('open', id, observed(act, name === '' ? seen : { ...seen, name }, homeOf(id) || act.account))];
}

function changeAccount(deed: Deed, active: boolean): Tell {
  return act => {
    const id = accountMeant(act);
    return [told(deed, id, observed(act, { ...accountSeen(id), active }, homeOf(id) || act.account))];
  };
}

const accountSeen = (id: string) => ({ id, kind: 'service-account', owner: id }) as const;

const accountId = (email: string): string => (email.includes('@') ? (principalOf(email)?.id ?? '') : '');

/** The service account that a request is about, by its address. */
const accountMeant = (act: GcpAct): string =>
  accountId(/serviceAccounts\/([^/]+)/.exec(nameAsked(act))?.[1] ?? '') || accountId(act.holder);

function widenRole({ entry, resource }: GcpAct): readonly Told[] {
  return diveList(entry.permissions, 'addedPermissions').length === 0 ? [] : [told('grant', fit(resource))];
}

/** Whoever obtains a token of a service account acts as it from then on. */
function issueToken(act: GcpAct): readonly Told[] {
  const id = accountMeant(act);
  const ttl = act.succeeded ? secondsIn(act.entry.request, 'lifetime') : 0;
  return [{ ...told('issue', id, derived(act, id)), ttl }];
}

function derived(act: GcpAct, id: string): readonly Credential[] {
  const parent = act.caller?.credential ?? '';
  if (parent === '' || parent === id) return [];
  return observed(act, { ...accountSeen(id), parent }, homeOf(id) || act.account);
}

function exchangeToken({ entry }: GcpAct): readonly Told[] {
  return [told('issue', principalOf(diveText(entry.metadata, 'mapped_principal'))?.id ?? '')];
}

function mintApiKey(act: GcpAct): readonly Told[] {
  const { response } = act.entry;
  const id = apiKeyId(diveText(response, 'name'), diveText(response, 'uid'));
  const owner = accountId(diveText(response, 'serviceAccountEmail'));
  const name = tidy(diveText(response, 'displayName'));
  const createdAt = instantIn(response, 'createTime') ?? act.at;
  const seen = { id, kind: 'api-key', owner, active: true, createdAt } as const;
  return [told('create', id, observed(act, name === '' ? seen : { ...seen, name }))];
}

function changeApiKey(deed: Deed, active: boolean): Tell {
  return act => {
    const id = apiKeyId(nameAsked(act), '');
    return [told(deed, id, observed(act, { id, kind: 'api-key', owner: '', active }))];
  };
}

/** By its own name alone: the name of the project tells nothing of what a secret opens. */
function revealSecret(act: GcpAct): readonly Told[] {
  const name = nameAsked(act);
  return [told('reveal', fit(/\/secrets\/([^/]+)/.exec(name)?.[1] ?? name))];
}

/** Services are switched on for all sorts of work; some of them open models. */
function enableModels(act: GcpAct): readonly Told[] {
  const { request } = act.entry;
  const several = diveList(request, 'serviceIds').map(textOf);
  const one = diveText(request, 'serviceName') || nameAsked(act);
  const names = [...several, one].map(name => name.slice(name.lastIndexOf('/') + 1));
  return [...new Set(names)]
    .filter(opensModels)
    .sort()
    .map(name => told('grant', name));
}

/** Whoever the provider vouches for is let in from now on; to rename it changes nothing. */
function openTrust(act: GcpAct): readonly Told[] {
  const { request, metadata } = act.entry;
  const mask = diveText(request, 'updateMask');
  if (mask !== '' && mask.split(',').every(name => /^(?:displayName|display_name|description)$/.test(name))) return [];
  const provider = dive(request, 'workloadIdentityPoolProvider') ?? dive(request, 'workforcePoolProvider');
  const issuer = issuerIn(provider);
  const name = providerName(act, provider) || profileIn(metadata);
  return [told('trust', fit(issuer === '' ? name : `${name} (${issuer})`))];
}

function issuerIn(provider: unknown): string {
  const account = diveText(provider, 'aws', 'accountId');
  const issuer = diveText(provider, 'oidc', 'issuerUri').replace(/^https?:\/\//i, '');
  return account === '' ? issuer : `AWS account ${account}`;
}

/** A request to make one names the pool, and the provider beside it. */
function providerName({ entry, resource }: GcpAct, provider: unknown): string {
  const id =
    diveText(entry.request, 'workloadIdentityPoolProviderId') || diveText(entry.request, 'workforcePoolProviderId');
  const isNamed = /\/providers\//.test(resource);
  return diveText(provider, 'name') || (id === '' || isNamed ? resource : `${resource}/providers/${id}`);
}

/** The profile that single sign-on of an organisation goes by. */
function profileIn(metadata: unknown): string {
  const parameters = diveList(metadata, 'event').flatMap(event => diveList(event, 'parameter'));
  const named = parameters.find(parameter => /^INBOUND_SSO_PROFILE_NAME$/i.test(diveText(parameter, 'name')));
  return diveText(named, 'value');
}
