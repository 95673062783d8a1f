import type { Credential } from '../model/credential.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { dig, digList, digText, hasFields, isObject } from './dig.ts';
import { defineFormat } from './format.ts';
import { keyListViews, type RowSink, UNDATED } from './key-list.ts';
import { objectIn, readTime } from './litellm-call.ts';
import { DASHBOARD, keyIdOf, LITELLM, memberOf, named, nameIn } from './litellm-identity.ts';
import { tidy } from './redact.ts';

/**
 * Keys, deleted keys, users and teams of LiteLLM, as its API lists them and its database exports them. Of a key only its
 * hash is read.
 */
export const litellmKeys = defineFormat({
  id: 'litellm-keys',
  title: 'LiteLLM keys, users and teams',
  paths: {},
  unwrap: record => (kindOf(record) === undefined ? null : record),
  reader: () => ({
    read(_, whole, sink) {
      const record = whole();
      readLitellmRow(record, UNDATED, sink);
    },
    views: () => keyListViews([ONLY_ASKED]),
  }),
});

const ONLY_ASKED = 'a saved list of LiteLLM holds the keys or the page that it was asked for, and no others';

type Read = (row: JsonObject, observedAt: number, sink: RowSink) => void;

interface Kind {
  is(record: JsonObject): boolean;
  readonly read: Read;
}

const isKey = (record: JsonObject): boolean =>
  Object.hasOwn(record, 'token') && (Object.hasOwn(record, 'key_alias') || Object.hasOwn(record, 'key_name'));

const isUser = (record: JsonObject): boolean =>
  hasFields(record, 'user_id', 'user_role') &&
  ['spend', 'max_budget', 'teams'].some(name => Object.hasOwn(record, name));

const isTeam = (record: JsonObject): boolean =>
  hasFields(record, 'team_id', 'team_alias') &&
  ['members_with_roles', 'admins', 'members'].some(name => Object.hasOwn(record, name));

const KINDS: readonly Kind[] = [
  { is: record => hasFields(record, 'token', 'active_token_id', 'revoke_at'), read: readReplacedKey },
  { is: isKey, read: readKey },
  { is: record => hasFields(record, 'key', 'info') && isKeyInfo(record['info']), read: readKeyInfo },
  { is: isUser, read: readUser },
  { is: isTeam, read: readTeam },
  { is: record => isPage(record, 'users', isUser), read: pageReader('users') },
  { is: record => isPage(record, 'teams', isTeam), read: pageReader('teams') },
];

const kindOf = (record: JsonObject): Kind | undefined => KINDS.find(({ is }) => is(record));

/** Reads one row of any of LiteLLM's lists, as seen at a time; what it is shows in its fields. */
export function readLitellmRow(row: unknown, observedAt: number, sink: RowSink): void {
  const kind = isObject(row) ? kindOf(row) : undefined;
  if (kind === undefined || !isObject(row)) sink.malformed('a row that is not of a key, a user or a team');
  else kind.read(row, observedAt, sink);
}

const isPage = (record: JsonObject, name: string, is: (row: JsonObject) => boolean): boolean =>
  digList(record, name).some(row => isObject(row) && is(row));

function pageReader(name: string): Read {
  return (page, observedAt, sink) => {
    for (const row of digList(page, name)) readLitellmRow(row, observedAt, sink);
    if (Number(digText(page, 'total_pages')) > 1) sink.malformed('one page of several: save the list whole');
  };
}

const isKeyInfo = (info: unknown): boolean =>
  isObject(info) && (Object.hasOwn(info, 'key_alias') || Object.hasOwn(info, 'key_name'));

/** What `/key/info` answers: the key as it was asked for, and its row without the hash. */
function readKeyInfo(record: JsonObject, observedAt: number, sink: RowSink): void {
  const info = objectIn(record, 'info');
  readKey({ ...info, token: digText(info, 'token') || digText(record, 'key') }, observedAt, sink);
}

/** The sessions of LiteLLM's own pages stand among the keys of its database, and are none that anyone holds. */
function readKey(row: JsonObject, observedAt: number, sink: RowSink): void {
  const id = keyIdOf(digText(row, 'token'));
  if (digText(row, 'team_id') === DASHBOARD) return sink.ignore();
  if (id === '') return sink.malformed('a key without the hash that names it');
  const deletedAt = dateIn(row, 'deleted_at', sink);
  const holder = holderIn(row);
  if (holder.account !== undefined) sink.credential({ ...holder.account, observedAt });
  sink.credential({
    id,
    provider: 'proxy',
    kind: 'virtual-key',
    owner: holder.owner,
    account: LITELLM,
    observedAt: deletedAt ?? observedAt,
    ...named('name', nameIn(digText(row, 'key_alias'))),
    ...named('scope', nameIn(digText(row, 'team_id'))),
    ...named('hint', hintIn(row)),
    active: deletedAt === undefined && !isTrue(dig(row, 'blocked')),
    ...dated('createdAt', bornAt(row, sink)),
    ...dated('expiresAt', dateIn(row, 'expires', sink)),
    ...useIn(row, sink),
  });
}

/** A key that was replaced and works on for a while. */
function readReplacedKey(row: JsonObject, observedAt: number, sink: RowSink): void {
  const id = keyIdOf(digText(row, 'token'));
  const next = keyIdOf(digText(row, 'active_token_id'));
  if (id === '') return sink.malformed('a key without the hash that names it');
  const key = { provider: 'proxy', kind: 'virtual-key', owner: '', account: LITELLM, observedAt } as const;
  sink.credential({ ...key, id, ...dated('expiresAt', dateIn(row, 'revoke_at', sink)) });
  if (next !== '') sink.credential({ ...key, id: next, parent: id });
}

/** Who holds a key: a user, or a service account, of which nothing but its name is known. */
function holderIn(row: JsonObject): { readonly owner: string; readonly account?: Credential } {
  const user = nameIn(digText(row, 'user_id'));
  const service = nameIn(digText(objectIn(row, 'metadata'), 'service_account_id'));
  if (user !== '' || service === '') return { owner: user };
  const kind = 'service-account';
  const account: Credential = { id: service, provider: 'proxy', kind, owner: '', account: LITELLM, observedAt: 0 };
  return { owner: service, account: { ...account, name: service } };
}

/** LiteLLM shows `sk-...` and the last four characters. */
function hintIn(row: JsonObject): string {
  const shown = digText(row, 'key_name');
  return /^sk-\.{3}\S{1,4}$/.test(shown) ? tidy(shown, 16) : '';
}

/** A key that is rotated keeps its row and the day the row was made: the key itself is as old as its last rotation. */
const bornAt = (row: JsonObject, sink: RowSink): number | undefined =>
  dateIn(row, 'last_rotation_at', sink) ?? dateIn(row, 'created_at', sink);

/** Versions that note the last use know nothing of what went before: what was spent then shows that there was some. */
function useIn(row: JsonObject, sink: RowSink): Pick<Credential, 'lastUsedAt' | 'isUseKnown'> {
  if (!Object.hasOwn(row, 'last_active')) return {};
  const lastUsedAt = dateIn(row, 'last_active', sink);
  if (lastUsedAt !== undefined) return { lastUsedAt, isUseKnown: true };
  const isUnused = Number(digText(row, 'spend') || '0') === 0 && nameIn(digText(row, 'budget_duration')) === '';
  return isUnused ? { isUseKnown: true } : {};
}

function readUser(row: JsonObject, observedAt: number, sink: RowSink): void {
  const id = nameIn(digText(row, 'user_id'));
  if (id === '') return sink.malformed('a user without an id');
  sink.credential({
    ...memberOf(id, nameIn(digText(row, 'user_email')), observedAt),
    ...named('name', nameIn(digText(row, 'user_alias'))),
    active: true,
    ...dated('createdAt', dateIn(row, 'created_at', sink)),
  });
}

/** Of a team only who belongs to it. */
function readTeam(row: JsonObject, _: number, sink: RowSink): void {
  const members = digList(row, 'members_with_roles')
    .map(member => memberOf(nameIn(digText(member, 'user_id')), nameIn(digText(member, 'user_email')), 0))
    .filter(({ id }) => id !== '');
  for (const member of members) sink.credential(member);
  if (members.length === 0) sink.ignore();
}

/** Whether a field stands for yes, be it of JSON or of a table. */
export const isTrue = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && /^(?:true|t|1)$/i.test(value));

const dated = <K extends string>(name: K, at: number | undefined): Partial<Record<K, number>> =>
  at === undefined ? {} : ({ [name]: at } as Record<K, number>);

const FAR_AHEAD = /^(2[1-9]\d\d|[3-9]\d{3})-(\d\d)-(\d\d)(?:[ T]|$)/;

/** A day far ahead is kept, so that it is told how far. */
function dateIn(row: JsonObject, name: string, sink: RowSink): number | undefined {
  const text = nameIn(digText(row, name));
  if (text === '') return undefined;
  const [, year, month, day] = FAR_AHEAD.exec(text) ?? [];
  const at = year === undefined ? readTime(text) : Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (at === undefined) sink.malformed(`a row with an unreadable ${name}`);
  return at;
}
