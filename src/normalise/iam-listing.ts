import type { Credential, CredentialKind } from '../model/credential.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { iamArn, keyName } from './cloudtrail-identity.ts';
import { dig, digText, hasFields, isObject } from './dig.ts';
import { defineFormat, type Reader } from './format.ts';
import { readInstant } from './instant.ts';
import { GUESSED, keyListViews, NO_SERVICE_KEYS, type RowSink, UNDATED } from './key-list.ts';
import { tidy } from './redact.ts';

/** What is known of the list that a row stands in; a saved one does not say which account it is of. */
export interface Listing {
  readonly account: string;
  readonly partition: string;
  readonly observedAt: number;
}

/** Lists of keys as `aws iam list-access-keys` and `list-service-specific-credentials` answer, and their bare rows. */
export const iamListing = defineFormat({
  id: 'iam-listing',
  title: 'IAM key list',
  paths: {},
  unwrap: record => (isAccessKeys(record) || isServiceKeys(record) ? record : null),
  reader: createReader,
});

/** The kinds of key that are bound to a service of models, by the service. */
export const SERVICE_KEYS: ReadonlyMap<string, CredentialKind> = new Map([
  ['bedrock.amazonaws.com', 'bedrock-key'],
  ['aws-external-anthropic.amazonaws.com', 'claude-platform-key'],
]);

const SAVED: Listing = { account: '', partition: 'aws', observedAt: UNDATED };

const ACCESS_KEYS = 'AccessKeyMetadata';
const SERVICE_LIST = 'ServiceSpecificCredentials';

const OTHER_USERS = 'a list of access keys shows those of the users it was asked for, and of no others';
const NO_ACCESS_KEYS = 'no list of access keys, which `aws iam get-credential-report` and `list-access-keys` give';

const isAccessKeys = (record: JsonObject): boolean =>
  hasFields(record, ACCESS_KEYS) || hasFields(record, 'AccessKeyId', 'Status', 'CreateDate');

const isServiceKeys = (record: JsonObject): boolean =>
  hasFields(record, SERVICE_LIST) || hasFields(record, 'ServiceSpecificCredentialId', 'ServiceName', 'Status');

function createReader(): Reader<Record<never, never>> {
  const seen = { access: false, service: false };
  return {
    read(_, whole, sink) {
      const record = whole();
      if (isAccessKeys(record)) {
        seen.access = true;
        for (const row of rowsOf(record, ACCESS_KEYS, sink)) readAccessKey(row, SAVED, sink);
      }
      if (isServiceKeys(record)) {
        seen.service = true;
        for (const row of rowsOf(record, SERVICE_LIST, sink)) readServiceKey(row, SAVED, sink);
      }
    },
    views: () => keyListViews([seen.access ? OTHER_USERS : NO_ACCESS_KEYS, ...(seen.service ? [] : [NO_SERVICE_KEYS])]),
  };
}

/** The rows of a list; a record without the list is a row itself. */
function rowsOf(record: JsonObject, name: string, sink: RowSink): readonly unknown[] {
  if (!Object.hasOwn(record, name)) return [record];
  const rows = record[name];
  if (!Array.isArray(rows)) sink.malformed(`${name} is not a list`);
  if (digText(record, 'IsTruncated') === 'true' || digText(record, 'NextToken') !== '')
    sink.malformed(`${name} is one page of several: save the list whole`);
  return Array.isArray(rows) ? rows : [];
}

/** Reads an access key as ListAccessKeys tells of it. */
export function readAccessKey(row: unknown, listing: Listing, sink: RowSink): void {
  const id = digText(row, 'AccessKeyId');
  if (!isObject(row) || id === '') sink.malformed('an access key without an id');
  else tell({ row, id, kind: 'access-key', account: '' }, listing, sink);
}

/** Reads a service-specific credential; those of services without models are left out. */
export function readServiceKey(row: unknown, listing: Listing, sink: RowSink): void {
  const id = digText(row, 'ServiceSpecificCredentialId');
  const service = digText(row, 'ServiceName');
  const kind = SERVICE_KEYS.get(service);
  if (!isObject(row) || id === '' || service === '') sink.malformed('a service-specific credential without an id');
  else if (kind === undefined) sink.ignore();
  else tell({ row, id, kind, account: accountIn(row) }, listing, sink);
}

interface KeyRow {
  readonly row: JsonObject;
  readonly id: string;
  readonly kind: CredentialKind;
  /** As the row itself gives it away. */
  readonly account: string;
}

/** Without the account the owner is a guess, and so is that a key without a user is an access key, and not one of root. */
function tell({ row, id, kind, account }: KeyRow, listing: Listing, sink: RowSink): void {
  const name = tidy(digText(row, 'UserName'));
  const holder = {
    owner: iamArn(`arn:${listing.partition}:`, listing.account || account, 'user', name),
    account: listing.account || account,
  };
  const { observedAt } = listing;
  const fact: Credential = {
    id: keyName(id, holder.owner),
    provider: 'aws',
    kind,
    ...holder,
    observedAt,
    ...statusIn(row),
    ...datesIn(row, sink),
  };
  if (listing.account !== '') return sink.credential(fact);
  sink.credential({ ...fact, kind: name === '' ? 'unknown' : kind, owner: '', account: '' });
  sink.credential({ id: fact.id, provider: 'aws', kind, ...holder, observedAt: GUESSED });
}

/** The names that IAM makes for a service-specific credential end in the account. */
function accountIn(row: JsonObject): string {
  const names = [digText(row, 'ServiceCredentialAlias'), digText(row, 'ServiceUserName')];
  return names.map(name => /-at-(\d{12})$/.exec(name)?.[1]).find(found => found !== undefined) ?? '';
}

function statusIn(row: JsonObject): Pick<Credential, 'active'> {
  const status = digText(row, 'Status');
  return status === 'Active' || status === 'Inactive' || status === 'Expired' ? { active: status === 'Active' } : {};
}

function datesIn(row: JsonObject, sink: RowSink): Pick<Credential, 'createdAt' | 'expiresAt'> {
  const createdAt = dateIn(row, 'CreateDate', sink);
  const expiresAt = dateIn(row, 'ExpirationDate', sink);
  return { ...(createdAt !== undefined && { createdAt }), ...(expiresAt !== undefined && { expiresAt }) };
}

/** Beyond the year 2100 a date counts as none: so far ahead means never. */
function dateIn(row: JsonObject, name: string, sink: RowSink): number | undefined {
  const value = dig(row, name);
  if (value === undefined || value === null) return undefined;
  const at = readDate(value);
  if (at === undefined && !FAR_AHEAD.test(dateText(value))) sink.malformed(`a key with an unreadable ${name}`);
  return at;
}

const FAR_AHEAD = /^(?:[2-9][1-9]\d\d-\d\d-\d\d|[4-9]\d{9}(?:\.\d+)?$)/;

/** An instant as text, in epoch seconds or as the date that an SDK makes of it. */
export const readDate = (value: unknown): number | undefined => readInstant(dateText(value));

function dateText(value: unknown): string {
  if (!(value instanceof Date)) return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return Number.isFinite(value.getTime()) ? value.toISOString() : '';
}
