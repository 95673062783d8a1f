import type { Credential, CredentialKind } from '../model/credential.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { isGuid } from './azure-identity.ts';
import { dig, digText, isObject, textOf } from './dig.ts';
import { keyKind } from './entra-credentials.ts';
import { idOf } from './entra-identity.ts';
import { defineFormat } from './format.ts';
import { readInstant } from './instant.ts';
import { keyListViews, type RowSink, UNDATED } from './key-list.ts';

/** What is known of the answer that an application stands in; a saved one says neither its tenant nor its day. */
export interface ApplicationListing {
  readonly account: string;
  readonly observedAt: number;
}

/**
 * Applications and service principals as Microsoft Graph, the Azure CLI and its PowerShell twin list them, and the bare
 * rows of `az ad app credential list`. Of a key only its id, its kind and its days are read.
 */
export const entraApplications = defineFormat({
  id: 'entra-applications',
  title: 'Entra ID applications and their keys',
  paths: {},
  unwrap: record => (isApplication(record) || isKeyRow(record) ? record : null),
  reader: () => ({
    read(_, whole, sink) {
      const record = whole();
      if (isApplication(record)) readApplication(record, SAVED, sink);
      else tell({ row: record, list: '', owner: '', isShut: false }, SAVED, sink);
    },
    views: () => keyListViews([ONLY_ASKED]),
  }),
});

const SAVED: ApplicationListing = { account: '', observedAt: UNDATED };

const ONLY_ASKED =
  'a saved answer of Microsoft Graph lists the applications or service principals it was asked for, and no others';

const SECRETS = 'passwordCredentials';
const CERTIFICATES = 'keyCredentials';

const capital = (name: string): string => name[0]!.toUpperCase() + name.slice(1);

/** A field as Graph names it, or as PowerShell does. */
const field = (record: unknown, name: string): unknown => dig(record, name) ?? dig(record, capital(name));

const isApplication = (record: JsonObject): boolean =>
  (Object.hasOwn(record, 'appId') || Object.hasOwn(record, 'AppId')) &&
  [SECRETS, CERTIFICATES].some(name => Array.isArray(field(record, name)));

const isKeyRow = (record: JsonObject): boolean =>
  Object.hasOwn(record, 'keyId') && Object.hasOwn(record, 'startDateTime') && Object.hasOwn(record, 'endDateTime');

/** Reads the secrets and certificates of one application or service principal, as Microsoft Graph gives it. */
export function readApplication(application: unknown, listing: ApplicationListing, sink: RowSink): void {
  const appId = idOf(textOf(field(application, 'appId')));
  if (appId === '') return sink.malformed('an application without an id');
  const isShut = textOf(field(application, 'accountEnabled')).toLowerCase() === 'false';
  const signing = signingKeys(application);
  for (const list of [SECRETS, CERTIFICATES]) {
    for (const row of rowsOf(application, list, sink)) {
      if (signing.has(idIn(row))) sink.ignore();
      else tell({ row, list, owner: `app/${appId}`, isShut }, listing, sink);
    }
  }
}

/** Null stands for an empty list. */
function rowsOf(application: unknown, list: string, sink: RowSink): readonly unknown[] {
  const rows = field(application, list) ?? [];
  if (!Array.isArray(rows)) sink.malformed(`${list} is not a list`);
  return Array.isArray(rows) ? rows : [];
}

/** Keys that sign for single sign-on let nobody in, nor do the passwords that guard them, which bear the same id. */
function signingKeys(application: unknown): ReadonlySet<string> {
  const keys = field(application, CERTIFICATES);
  const signing = Array.isArray(keys) ? keys.filter(key => /^sign$/i.test(textOf(field(key, 'usage')))) : [];
  return new Set(signing.map(idIn).filter(id => id !== ''));
}

const idIn = (row: unknown): string => idOf(textOf(field(row, 'keyId')));

interface KeyRow {
  readonly row: unknown;
  /** The list it stands in; empty for a row alone. */
  readonly list: string;
  readonly owner: string;
  /** The service principal is switched off, and its keys with it. */
  readonly isShut: boolean;
}

function tell({ row, list, owner, isShut }: KeyRow, listing: ApplicationListing, sink: RowSink): void {
  const id = idIn(row);
  if (!isObject(row) || !isGuid(id)) return sink.malformed('a key of an application without an id');
  const createdAt = dateIn(row, ['startDateTime', 'startDate'], sink);
  const expiresAt = dateIn(row, ['endDateTime', 'endDate'], sink);
  const fact: Credential = {
    id,
    provider: 'azure',
    kind: kindOf(row, list),
    owner,
    account: listing.account,
    observedAt: listing.observedAt,
    active: !isShut,
    ...(createdAt !== undefined && { createdAt }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
  sink.credential(fact);
}

/** Only a certificate has a use. */
function kindOf(row: unknown, list: string): CredentialKind {
  if (list === SECRETS) return 'client-secret';
  const kind = keyKind(digText(row, 'type') || digText(row, 'Type'));
  if (kind !== 'unknown') return kind;
  return list === CERTIFICATES || field(row, 'usage') !== undefined ? 'client-certificate' : 'client-secret';
}

const NO_DATE = /^(?:0001|1601|1970)-/;
const FAR_AHEAD = /^(2[1-9]\d\d|[3-9]\d{3})-(\d\d)-(\d\d)(?:T|$)/;

/** A day far ahead is kept, so that it is told how far; the first days of calendars stand for none. */
function dateIn(row: JsonObject, names: readonly string[], sink: RowSink): number | undefined {
  const text = textOf(names.map(name => field(row, name)).find(found => found !== undefined && found !== null));
  if (text === '' || NO_DATE.test(text)) return undefined;
  const at = readInstant(text) ?? farAhead(text);
  if (at === undefined) sink.malformed(`a key of an application with an unreadable ${names[0]}`);
  return at;
}

function farAhead(text: string): number | undefined {
  const [, year, month, day] = FAR_AHEAD.exec(text) ?? [];
  return year === undefined ? undefined : Date.UTC(Number(year), Number(month) - 1, Number(day));
}
