import type { Credential } from '../model/credential.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { dig, digList, digText, hasFields, isObject } from './dig.ts';
import { defineFormat, type Reader } from './format.ts';
import { projectOf } from './gcp-entry.ts';
import { apiKeyId, homeOf, isApiKeyName, keyNamed, principalOf } from './gcp-identity.ts';
import { opensModels } from './gcp-models.ts';
import { readInstant } from './instant.ts';
import { keyListViews, type RowSink, UNDATED } from './key-list.ts';
import { tidy } from './redact.ts';

/** What a saved or live list of Google Cloud is known to be of. */
export interface GcpListing {
  readonly observedAt: number;
}

/**
 * Keys and service accounts as `gcloud iam service-accounts keys list`, `gcloud services api-keys list` and
 * `gcloud iam service-accounts list` give them, or the APIs behind these.
 */
export const gcpKeys = defineFormat({
  id: 'gcp-keys',
  title: 'Google Cloud key list',
  paths: {},
  unwrap: record => (sortOf(record) === null ? null : record),
  reader: createReader,
});

const SAVED: GcpListing = { observedAt: UNDATED };

const ACCOUNT_KEY = /^projects\/[^/]+\/serviceAccounts\/[^/]+\/keys\/[^/]+$/;
const ACCOUNT = /^projects\/[^/]+\/serviceAccounts\/[^/]+$/;

type Sort = 'account-key' | 'api-key' | 'account' | 'accounts';

/** What a record is, by the names that Google gives such things; null for anything else. */
function sortOf(record: JsonObject): Sort | null {
  const name = digText(record, 'name');
  if (ACCOUNT_KEY.test(name)) return 'account-key';
  if (isApiKeyName(name) && (hasFields(record, 'uid') || hasFields(record, 'createTime'))) return 'api-key';
  if (ACCOUNT.test(name) && hasFields(record, 'email')) return 'account';
  const [first] = digList(record, 'accounts');
  return ACCOUNT.test(digText(first, 'name')) ? 'accounts' : null;
}

function createReader(): Reader<Record<never, never>> {
  const seen = new Set<Sort>();
  return {
    read(_, whole, sink) {
      const record = whole();
      const sort = sortOf(record);
      if (sort === null) return;
      seen.add(sort);
      if (sort === 'account-key') readAccountKey(record, SAVED, sink);
      else if (sort === 'api-key') readApiKey(record, SAVED, sink);
      else if (sort === 'account') readServiceAccount(record, SAVED, sink);
      else readAccounts(record, sink);
    },
    views: () => keyListViews(leftOut(seen)),
  };
}

function readAccounts(record: JsonObject, sink: RowSink): void {
  for (const row of digList(record, 'accounts')) readServiceAccount(row, SAVED, sink);
  if (digText(record, 'nextPageToken') !== '') sink.malformed('accounts is one page of several: save the list whole');
}

/** Reads a key of a service account; those that Google keeps to itself and replaces every two weeks are left out. */
function readAccountKey(row: unknown, { observedAt }: GcpListing, sink: RowSink): void {
  const name = digText(row, 'name');
  const key = keyNamed(name);
  if (!isObject(row) || key === null) return sink.malformed('a service account key without a name');
  if (digText(row, 'keyType') === 'SYSTEM_MANAGED') return sink.ignore();
  sink.credential({
    id: key.id,
    provider: 'google',
    kind: 'service-account-key',
    owner: key.holder,
    account: homeOf(key.holder) || projectOf(name),
    observedAt,
    active: digText(row, 'disabled') !== 'true',
    ...dateIn(row, 'validAfterTime', 'createdAt', sink),
    ...dateIn(row, 'validBeforeTime', 'expiresAt', sink),
  });
}

/** Reads an API key; one that is restricted to services without models opens none, and is left out. */
function readApiKey(row: unknown, { observedAt }: GcpListing, sink: RowSink): void {
  const name = digText(row, 'name');
  const id = apiKeyId(name, digText(row, 'uid'));
  if (!isObject(row) || id === '') return sink.malformed('an API key without a name');
  const services = digList(row, 'restrictions', 'apiTargets').map(target => digText(target, 'service'));
  if (services.length > 0 && !services.some(opensModels)) return sink.ignore();
  const title = tidy(digText(row, 'displayName'));
  sink.credential({
    id,
    provider: 'google',
    kind: 'api-key',
    owner: principalOf(digText(row, 'serviceAccountEmail'))?.id ?? '',
    account: projectOf(name),
    ...(title !== '' && { name: title }),
    observedAt,
    active: digText(row, 'deleteTime') === '',
    ...dateIn(row, 'createTime', 'createdAt', sink),
  });
}

/** Reads a service account, which is a credential of its own: workloads and people act as it without a key. */
export function readServiceAccount(row: unknown, { observedAt }: GcpListing, sink: RowSink): void {
  const email = digText(row, 'email');
  const id = email.includes('@') ? (principalOf(email)?.id ?? '') : '';
  if (!isObject(row) || id === '') return sink.malformed('a service account without an address');
  const title = tidy(digText(row, 'displayName'));
  sink.credential({
    id,
    provider: 'google',
    kind: 'service-account',
    owner: id,
    account: homeOf(id) || tidy(digText(row, 'projectId')),
    ...(title !== '' && { name: title }),
    observedAt,
    active: digText(row, 'disabled') !== 'true',
  });
}

/** The year 9999 stands for no end, and 1970 for a beginning that was not told. */
const NO_DATE = /^(?:1970-01-01T00:00:00|9999-)/;

function dateIn(
  row: JsonObject,
  name: string,
  as: 'createdAt' | 'expiresAt',
  sink: RowSink,
): Pick<Credential, 'createdAt' | 'expiresAt'> {
  const value = dig(row, name);
  if (value === undefined || value === null || NO_DATE.test(digText(row, name))) return {};
  const at = readInstant(digText(row, name));
  if (at === undefined) sink.malformed(`a key with an unreadable ${name}`);
  return at === undefined ? {} : { [as]: at };
}

const ONE_ACCOUNT =
  '`gcloud iam service-accounts keys list` shows the keys of the service accounts it was asked for, and of no others';
const NO_ACCOUNT_KEYS =
  'no list of service account keys, which `gcloud iam service-accounts keys list --iam-account=<e-mail>` gives';
const NO_API_KEYS = 'no list of API keys, which `gcloud services api-keys list` gives';
const NO_USE = 'lists of Google Cloud do not tell when a key was last used';
const RESTRICTED = 'API keys that are restricted to services without models were left out';

function leftOut(seen: ReadonlySet<Sort>): readonly string[] {
  const accountKeys = seen.has('account-key') ? ONE_ACCOUNT : NO_ACCOUNT_KEYS;
  return [accountKeys, seen.has('api-key') ? RESTRICTED : NO_API_KEYS, NO_USE];
}
