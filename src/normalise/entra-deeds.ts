import type { Credential } from '../model/credential.ts';
import type { Deed } from '../model/event.ts';
import { isGuid, personIdentity, signInName } from './azure-identity.ts';
import { dig, digText, isObject, parseJson, textOf } from './dig.ts';
import { type KeyChanges, keyChanges, type NamedKey } from './entra-credentials.ts';
import { idOf } from './entra-identity.ts';
import { itemsOf } from './entra-shape.ts';
import { GUESSED } from './key-list.ts';
import { tidy } from './redact.ts';
import type { Told as PlainTold } from './told.ts';

/** A record of the audit log, with what is known of it already. */
export interface Act {
  readonly operation: string;
  readonly at: number;
  readonly account: string;
  readonly succeeded: boolean;
  readonly targets: readonly unknown[];
  readonly details: ReadonlyMap<string, string>;
}

/** One thing that a record turns out to tell. */
export interface Told extends PlainTold {
  readonly action: string;
  /** Names the change among all of one request, be it told once or twice; empty where the record is all there is. */
  readonly change: string;
}

const KEY_ADDED = 'entra:add service principal credentials';
const KEY_REMOVED = 'entra:remove service principal credentials';
const KEY_CHANGE = /certificates and secrets management|service principal credentials?$/;

/** What is asked for through Privileged Identity Management is given by a record of its own. */
const NOT_YET = /\b(?:requested|request|denied|expired|renew|canceled|cancelled|approved|failed)\b/;
const GRANT =
  /^add (?:eligible |scoped )?member to role\b|^add app role assignment|^consent to application$|^add delegated permission grant$|^add oauth2permissiongrant$|^add owner to (?:application|service principal)$/;
const DOMAIN_TRUST = /^set (?:federation settings on domain|domain authentication)$/;

const TARGET_LIMIT = 512;

/** What a record tells: keys that came and went, ways opened to obtain tokens, rights given, accounts shut, or plain use. */
export function tellAudit(act: Act): readonly Told[] {
  const told = [...tellKeys(act), ...tellFederation(act), ...tellDiscovery(act)];
  return told.length > 0 ? told : [tellOperation(act)];
}

function tellOperation(act: Act): Told {
  const { operation } = act;
  if (GRANT.test(operation) && !NOT_YET.test(operation)) return plain(act, 'grant', granteeOf(act));
  if (DOMAIN_TRUST.test(operation) && isFederated(act)) return plain(act, 'trust', domainOf(act));
  if (operation === 'disable account') return switched(act, 'disable', false);
  if (operation === 'delete user' || operation === 'hard delete user') return switched(act, 'delete', false);
  if (operation === 'enable account' || operation === 'restore user') return switched(act, 'use', true);
  return plain(act, 'use', '');
}

const plain = ({ operation }: Act, deed: Deed, target: string): Told => ({
  deed,
  action: `entra:${operation}`,
  target,
  change: '',
  seen: [],
});

/** The application and its service principal may both tell of the same key. */
function tellKeys(act: Act): readonly Told[] {
  const changes = act.targets.flatMap(target => {
    const change = changeOf(target, 'keydescription');
    return change === undefined ? [] : [{ target, keys: keyChanges(change.before, change.after) }];
  });
  const told = new Map<string, Told>();
  for (const { target, keys } of changes)
    for (const one of keys === null ? [] : tellChanges(act, target, keys)) told.set(one.change, one);
  if (told.size > 0) return [...told.values()];
  const isUnread = changes.length === 0 ? KEY_CHANGE.test(act.operation) : changes.some(({ keys }) => keys === null);
  return isUnread ? [plain(act, act.operation.startsWith('remove ') ? 'delete' : 'create', '')] : [];
}

function tellChanges(act: Act, target: unknown, { added, removed }: KeyChanges): readonly Told[] {
  const made = added.map(key => ({
    deed: 'create' as const,
    action: KEY_ADDED,
    target: key.id,
    change: key.id,
    seen: sightingsOf(act, target, key, true),
  }));
  const ended = removed.map(key => ({
    deed: 'delete' as const,
    action: KEY_REMOVED,
    target: key.id,
    change: `${key.id}/removed`,
    seen: sightingsOf(act, target, key, false),
  }));
  return [...made, ...ended];
}

/** Whose key it is, is a guess where the log gives only the id of the directory object. */
function sightingsOf(act: Act, target: unknown, { id, kind }: NamedKey, active: boolean): readonly Credential[] {
  if (!act.succeeded) return [];
  const { at, account } = act;
  const appId = appIdOf(act, target);
  const owner = appId === '' ? '' : `app/${appId}`;
  const fact: Credential = {
    id,
    provider: 'azure',
    kind,
    owner,
    account,
    observedAt: at,
    active,
    ...(active && { createdAt: at }),
  };
  const object = idOf(digText(target, 'id'));
  if (owner !== '' || object === '') return [fact];
  return [fact, { id, provider: 'azure', kind, owner: `app/${object}`, account, observedAt: GUESSED }];
}

/** Others who are believed when they say that someone is this application. */
function tellFederation(act: Act): readonly Told[] {
  return act.targets.flatMap(target => {
    const change = changeOf(target, 'federatedidentitycredentials');
    if (change === undefined) return [];
    const app = appOf(act, target);
    const old = trusteesIn(change.before);
    const now = trusteesIn(change.after);
    if (now === null) return [{ ...plain(act, 'trust', app), change: app }];
    const added = [...now].filter(trustee => old?.has(trustee) !== true).sort();
    return added.map(trustee => ({ ...plain(act, 'trust', fit(`${app} trusts ${trustee}`)), change: trustee }));
  });
}

/** The policy of sign-in methods may name where the keys of an identity provider are to be found. */
function tellDiscovery(act: Act): readonly Told[] {
  return act.targets.flatMap(target => {
    const change = changeOf(target, 'openidconnectconfiguration');
    const url = digText(valueIn(change?.after), 'discoveryUrl');
    if (url === '' || url === digText(valueIn(change?.before), 'discoveryUrl')) return [];
    const policy = `policy/${idOf(digText(target, 'id'))}`;
    return [{ ...plain(act, 'trust', fit(`${policy} trusts ${trusteeText(url)}`)), change: url }];
  });
}

function trusteesIn(value: unknown): ReadonlySet<string> | null {
  const listed = value === '' || value === null ? [] : valueIn(value ?? []);
  return Array.isArray(listed) ? new Set(listed.map(trusteeOf)) : null;
}

function trusteeOf(credential: unknown): string {
  const told = (name: string) => digText(credential, name) || digText(credential, name.toLowerCase());
  const subject = told('Subject') || told('ClaimsMatchingExpressionValue');
  const issuer = trusteeText(told('Issuer')) || 'an unnamed issuer';
  return subject === '' ? issuer : `${issuer} (${trusteeText(subject)})`;
}

/** Several trustees are parted by commas, so that none may hold one. */
const trusteeText = (text: string): string => tidy(text.replace(/,\s+/g, ','));

/** Where the log does not say what changed, nothing says that the change was harmless. */
function isFederated(act: Act): boolean {
  const changes = act.targets.flatMap(target => itemsOf(dig(target, 'modifiedProperties')));
  if (act.operation === 'set federation settings on domain' || changes.length === 0) return true;
  return act.targets.some(target => /federated/i.test(textOf(changeOf(target, 'livetype')?.after)));
}

const domainOf = ({ targets }: Act): string => {
  const name = tidy(digText(targets[0], 'displayName')).toLowerCase();
  return name === '' ? '' : `domain/${name}`;
};

/** An account shut or opened; which one it was is the credential itself. */
function switched(act: Act, deed: Deed, active: boolean): Told {
  const person = act.targets.map(target => personOf(target, act.account)).find(found => found !== null);
  if (person === undefined || person === null) return plain(act, deed, '');
  const { credential: id, kind, owner, account } = person;
  const seen: Credential = { id, provider: 'azure', kind, owner, account, observedAt: act.at, active };
  return { ...plain(act, deed, deed === 'use' ? '' : id), seen: act.succeeded ? [seen] : [] };
}

function personOf(target: unknown, account: string) {
  if (!/^user$/i.test(digText(target, 'type'))) return null;
  const upn = signInName(digText(target, 'userPrincipalName'));
  return personIdentity({ objectId: idOf(digText(target, 'id')), upn, account, session: '' });
}

/** Who was given a right. Rights to the interface of another application are told as changes of that application. */
function granteeOf(act: Act): string {
  const changed = (name: string) => idOf(changedText(act, name));
  const app = changed('serviceprincipal.appid') || changed('serviceprincipal.objectid');
  if (app !== '' && act.operation !== 'consent to application') return `app/${app}`;
  const user = signInName(changedText(act, 'user.upn')) || changed('user.objectid');
  if (user !== '' && act.operation.startsWith('add app role assignment')) return `user/${user}`;
  const group = changed('group.objectid');
  if (group !== '' && act.operation.startsWith('add app role assignment')) return `group/${group}`;
  return act.targets.map(target => holderOf(act, target)).find(name => name !== '') ?? '';
}

function holderOf(act: Act, target: unknown): string {
  const type = digText(target, 'type').toLowerCase();
  if (type === 'user') return personOf(target, act.account)?.principal ?? '';
  if (type === 'serviceprincipal' || type === 'application') return appOf(act, target);
  const id = idOf(digText(target, 'id'));
  return type === 'group' && id !== '' ? `group/${id}` : '';
}

function appOf(act: Act, target: unknown): string {
  const id = appIdOf(act, target) || idOf(digText(target, 'id'));
  return id === '' ? '' : `app/${id}`;
}

/** The id that the application signs in with; the id of the target is that of its directory object. */
function appIdOf(act: Act, target: unknown): string {
  const names = textIn(changeOf(target, 'targetid.serviceprincipalnames')?.after).split(';').map(idOf);
  const told = [idOf(textIn(changeOf(target, 'appid')?.after)), idOf(act.details.get('appid') ?? ''), ...names];
  return told.find(isGuid) ?? '';
}

interface Change {
  readonly before: unknown;
  readonly after: unknown;
}

function changeOf(target: unknown, name: string): Change | undefined {
  const found = itemsOf(dig(target, 'modifiedProperties')).find(
    change => digText(change, 'displayName').toLowerCase() === name,
  );
  return found === undefined ? undefined : { before: dig(found, 'oldValue'), after: dig(found, 'newValue') };
}

function changedText({ targets }: Act, name: string): string {
  const changes = targets.map(target => changeOf(target, name));
  return changes.map(change => textIn(change?.after)).find(text => text !== '') ?? '';
}

/** Values of changes are JSON text. */
const valueIn = (value: unknown): unknown => (typeof value === 'string' ? parseJson(value) : value);

function textIn(value: unknown): string {
  const held = valueIn(value);
  return textOf(held === undefined || isObject(held) ? value : held);
}

const fit = (text: string): string => tidy(text, TARGET_LIMIT);
