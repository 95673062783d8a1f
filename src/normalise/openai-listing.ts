import type { View } from '../model/coverage.ts';
import type { Credential } from '../model/credential.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { dig, digText, isObject, textOf } from './dig.ts';
import { defineFormat, type Reader } from './format.ts';
import { keyListViews, type RowSink, UNDATED } from './key-list.ts';
import { readMasked } from './masked-key.ts';
import { type Holder, holderIn, holderOf, IN_PASSING, OPENAI, readSeconds, sightingOf } from './openai-records.ts';
import { tidy } from './redact.ts';
import { readId } from './vendor-fields.ts';

/** What is known of the answer that an object stands in; a saved one says neither its project nor its day. */
export interface OpenaiListing {
  readonly observedAt: number;
  /** The project that was asked for its keys; empty where that is not known. */
  readonly project: string;
  /** Nothing of an archived project can be used. */
  readonly isArchived: boolean;
}

/** Keys, members and service accounts as the Admin API of OpenAI lists them. The value of a key is never read. */
export const openaiListing = defineFormat({
  id: 'openai-listing',
  title: 'OpenAI keys, members and service accounts',
  paths: {},
  unwrap: record => (READERS.has(textOf(record.object)) ? record : null),
  reader: createReader,
});

const SAVED: OpenaiListing = { observedAt: UNDATED, project: '', isArchived: false };

/** What a saved list of project keys leaves out. */
export const ONE_PROJECT = 'a saved list of keys of OpenAI shows those of one project, and of no others';

/** What a list of project keys leaves out. */
export const NO_ADMIN_KEYS = 'no list of admin keys of OpenAI, which GET /v1/organization/admin_api_keys gives';

/** What a list of admin keys leaves out. */
export const NO_PROJECT_KEYS =
  'no list of project keys of OpenAI, which GET /v1/organization/projects/{id}/api_keys?owner_project_access=any gives';

/** What is seen of keys where only people and service accounts are listed. */
export const MEMBERS_ALONE: View = { blind: true, gaps: ['a list of members and service accounts shows no keys'] };

type Read = (record: JsonObject, listing: OpenaiListing, sink: RowSink) => void;

const PROJECT_KEY = 'organization.project.api_key';
const ADMIN_KEY = 'organization.admin_api_key';
const MADE_KEY = 'organization.project.service_account.api_key';

const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  [ADMIN_KEY, readAdminKey],
  [PROJECT_KEY, readProjectKey],
  [MADE_KEY, (record, listing, sink) => tellKey({ record, kind: 'api-key', owner: '' }, listing, sink)],
  ['organization.project.service_account', readServiceAccount],
  ['organization.user', readMember],
  ['organization.project.user', readMember],
  ['organization.invite', (_record, _listing, sink) => sink.ignore()],
  ['organization.project', (_record, _listing, sink) => sink.ignore()],
]);

function createReader(): Reader<Record<never, never>> {
  const seen = new Set<string>();
  return {
    read(_, whole, sink) {
      const record = whole();
      seen.add(textOf(record.object));
      readListed(record, SAVED, sink);
    },
    views() {
      const hasKeys = seen.has(PROJECT_KEY) || seen.has(MADE_KEY);
      if (!hasKeys && !seen.has(ADMIN_KEY)) return { ...keyListViews([]), inventory: MEMBERS_ALONE };
      return keyListViews([hasKeys ? ONE_PROJECT : NO_PROJECT_KEYS, ...(seen.has(ADMIN_KEY) ? [] : [NO_ADMIN_KEYS])]);
    },
  };
}

/** Reads one object of a list; what is no object of those is malformed. */
export function readListed(value: unknown, listing: OpenaiListing, sink: RowSink): void {
  const read = READERS.get(digText(value, 'object'));
  if (!isObject(value) || read === undefined) sink.malformed('an object of OpenAI that is none of a list of keys');
  else read(value, listing, sink);
}

/** The holder of an admin key stands there as the object it is. */
function readAdminKey(record: JsonObject, listing: OpenaiListing, sink: RowSink): void {
  const owner = dig(record, 'owner');
  const kind = digText(owner, 'type') === 'service_account' ? 'service-account' : 'member';
  const holder = holderIn(owner) ?? holderOf(owner, kind);
  if (holder !== null) sink.credential(sightingOf(holder, { observedAt: listing.observedAt }));
  tellKey({ record, kind: 'admin-key', owner: holder?.id ?? '' }, listing, sink);
}

function readProjectKey(record: JsonObject, listing: OpenaiListing, sink: RowSink): void {
  const holder = holderIn(dig(record, 'owner'));
  if (holder !== null) sink.credential(sightingOf(holder, standing(holder, record, listing)));
  tellKey({ record, kind: 'api-key', owner: holder?.id ?? '' }, listing, sink);
}

/** Whether the holder of a key of a project lost the access to it, so that the key is an orphan. */
export const isOrphan = (record: unknown): boolean => digText(record, 'owner_project_access') === 'inactive';

/**
 * Who has access is at hand. Who lost the access to one project may be at home in another, so a list that tells of them
 * as a member outranks it.
 */
function standing(
  { kind }: Holder,
  record: JsonObject,
  { observedAt, project }: OpenaiListing,
): Pick<Credential, 'observedAt' | 'active' | 'scope'> {
  const scope = kind === 'service-account' && project !== '' ? { scope: project } : {};
  if (isOrphan(record)) return { ...scope, observedAt: IN_PASSING, active: false };
  const isActive = digText(record, 'owner_project_access') === 'active';
  return { ...scope, observedAt, ...(isActive && { active: true }) };
}

interface Key {
  readonly record: JsonObject;
  readonly kind: 'api-key' | 'admin-key';
  readonly owner: string;
}

function tellKey({ record, kind, owner }: Key, listing: OpenaiListing, sink: RowSink): void {
  const id = readId(record.id);
  if (id === '') return sink.malformed('a key of OpenAI without an id');
  const name = tidy(textOf(record.name), 128);
  const hint = readMasked(textOf(record.redacted_value));
  const scope = kind === 'api-key' ? listing.project : '';
  sink.credential({
    id,
    provider: 'openai',
    kind,
    owner,
    account: OPENAI,
    ...(name !== '' && { name }),
    ...(scope !== '' && { scope }),
    ...(hint !== '' && { hint }),
    observedAt: listing.observedAt,
    active: !listing.isArchived,
    ...datesIn(record, sink),
  });
}

/** A list that has the field for it tells of any use. */
function datesIn(
  record: JsonObject,
  sink: RowSink,
): Pick<Credential, 'createdAt' | 'expiresAt' | 'lastUsedAt' | 'isUseKnown'> {
  const createdAt = dateIn(record, 'created_at', sink);
  const expiresAt = dateIn(record, 'expires_at', sink);
  const lastUsedAt = dateIn(record, 'last_used_at', sink);
  return {
    ...(createdAt !== undefined && { createdAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(lastUsedAt !== undefined && { lastUsedAt }),
    ...(Object.hasOwn(record, 'last_used_at') && { isUseKnown: true }),
  };
}

/** Null and zero stand for no date. */
function dateIn(record: JsonObject, name: string, sink: RowSink): number | undefined {
  const value = dig(record, name);
  if (value === undefined || value === null || value === 0) return undefined;
  const at = readSeconds(value);
  if (at === undefined) sink.malformed(`a key of OpenAI with an unreadable ${name}`);
  return at;
}

/** The answer to making one holds its first key too. */
function readServiceAccount(record: JsonObject, listing: OpenaiListing, sink: RowSink): void {
  const holder = holderOf(record, 'service-account');
  if (holder === null) return sink.malformed('a service account of OpenAI without an id');
  const { observedAt, project, isArchived } = listing;
  sink.credential(sightingOf(holder, { ...(project !== '' && { scope: project }), observedAt, active: !isArchived }));
  const key = dig(record, 'api_key');
  if (isObject(key)) tellKey({ record: key, kind: 'api-key', owner: holder.id }, listing, sink);
}

/** Some members are service accounts, and some have their details in an object of their own. */
function readMember(record: JsonObject, { observedAt }: OpenaiListing, sink: RowSink): void {
  const kind = record.is_service_account === true ? 'service-account' : 'member';
  const inner = holderOf(dig(record, 'user'), kind);
  const outer = holderOf(record, kind);
  const holder = outer ?? inner;
  if (holder === null) return sink.malformed('a member of OpenAI without an id');
  const email = holder.email || (inner?.email ?? '');
  const name = holder.name || (inner?.name ?? '');
  sink.credential(sightingOf({ ...holder, email, name }, { observedAt, active: true }));
}
