import type { Views } from '../model/coverage.ts';
import type { Credential } from '../model/credential.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { holderKind, SOME_ORGANISATION } from './anthropic-fields.ts';
import { dig, digText, hasFields, textOf } from './dig.ts';
import { defineFormat, type Reader } from './format.ts';
import { readInstant } from './instant.ts';
import { keyListViews, type RowSink, UNDATED } from './key-list.ts';
import { readMasked } from './masked-key.ts';
import { tidy } from './redact.ts';
import { readEmail, readId } from './vendor-fields.ts';

/** What is known of the answer that an object stands in; a saved one says neither its organisation nor its day. */
export interface AnthropicListing {
  readonly account: string;
  readonly observedAt: number;
}

/** What the Admin API of Anthropic lists, each object by its `type`: keys, people, service accounts, and what they live in. */
export const anthropicListing = defineFormat({
  id: 'anthropic-listing',
  title: 'Anthropic Admin API lists',
  paths: {},
  unwrap: record => (sortOf(record) === undefined ? null : record),
  reader: () => createListingReader(SAVED),
});

const SAVED: AnthropicListing = { account: SOME_ORGANISATION, observedAt: UNDATED };

type Tell = (record: JsonObject, listing: AnthropicListing, sink: RowSink) => void;

/** A sort of object. Those that hold nothing about a credential are known, so that they are left out knowingly. */
interface Sort {
  /** Fields that every one of them has, beside its type. */
  readonly marks: readonly string[];
  readonly tell?: Tell;
}

const SORTS: ReadonlyMap<string, Sort> = new Map<string, Sort>([
  ['api_key', { marks: ['id', 'status', 'created_at'], tell: tellKey }],
  ['user', { marks: ['id', 'email', 'role'], tell: tellMember }],
  ['service_account', { marks: ['id', 'organization_role'], tell: tellServiceAccount }],
  ['federation_rule', { marks: ['id', 'issuer_id'], tell: tellRule }],
  ['federation_issuer', { marks: ['id', 'issuer_url'] }],
  ['invite', { marks: ['email', 'invited_at'] }],
  ['organization', { marks: ['id', 'name'] }],
  ['workspace', { marks: ['id', 'display_color'] }],
  ['workspace_member', { marks: ['user_id', 'workspace_id'] }],
  ['rate_limit', { marks: ['group', 'limits'] }],
  ['workspace_rate_limit', { marks: ['group', 'limits'] }],
  ['spend_limit', { marks: ['scope', 'period'] }],
  ['compliance_settings', { marks: ['state'] }],
]);

function sortOf(record: JsonObject): Sort | undefined {
  const sort = typeof record['type'] === 'string' ? SORTS.get(record['type']) : undefined;
  return sort !== undefined && hasFields(record, ...sort.marks) ? sort : undefined;
}

const ONLY_ASKED = 'a saved answer of the Admin API lists what it was asked for, and no more';
const NO_KEYS = 'no list of API keys, which GET /v1/organizations/api_keys gives';
const NO_MEMBERS = 'no list of members, which GET /v1/organizations/users gives';

/** Said of every list of Anthropic's keys. */
export const NO_ADMIN_KEYS = 'Anthropic lists neither admin keys nor Compliance Access Keys';

/** Why nothing that is done comes to be known. */
export const FEED_OFF = 'the Compliance API of this organisation is switched off, so what is done is not recorded';

/** A reader of what the Admin API lists, as one answer of a known organisation and time. */
export function createListingReader(listing: AnthropicListing): Reader<Record<never, never>> {
  const seen = new Set<string>();
  return {
    read(_, whole, sink) {
      const record = whole();
      const type = textOf(record['type']);
      seen.add(type === 'compliance_settings' && isFeedOff(record) ? FEED_OFF : type);
      const tell = sortOf(record)?.tell;
      if (tell === undefined) sink.ignore();
      else tell(record, listing, sink);
    },
    views: () => listingViews(seen),
  };
}

function listingViews(seen: ReadonlySet<string>): Views {
  const lacks = [...(seen.has('api_key') ? [] : [NO_KEYS]), ...(seen.has('user') ? [] : [NO_MEMBERS])];
  const views = keyListViews([ONLY_ASKED, NO_ADMIN_KEYS, ...lacks]);
  const { deeds } = views;
  return seen.has(FEED_OFF) ? { ...views, deeds: { ...deeds, gaps: [...deeds.gaps, FEED_OFF] } } : views;
}

/** Whether the settings say that the activity feed records nothing. */
export function isFeedOff(settings: unknown): boolean {
  const state = dig(settings, 'state');
  return /^(?:disabled|off|false|inactive)$/i.test(textOf(state) || digText(state, 'type'));
}

/** Of a key its maker is taken to hold it, unless it is said whom it acts as. */
function tellKey(record: JsonObject, listing: AnthropicListing, sink: RowSink): void {
  const id = readId(record['id']);
  if (id === '') return sink.malformed('an API key without an id');
  const principal = dig(record, 'principal');
  const maker = readId(dig(record, 'created_by', 'id'));
  const owner = readId(dig(principal, 'user_id')) || readId(dig(principal, 'service_account_id')) || maker;
  const scope = readId(dig(record, 'scope', 'workspace_id') ?? record['workspace_id']);
  const hint = readMasked(digText(record, 'partial_key_hint'));
  sink.credential({
    id,
    kind: 'api-key',
    owner,
    ...from(listing),
    ...activityOf(textOf(record['status'])),
    ...named(record),
    ...(scope !== '' && { scope }),
    ...(hint !== '' && { hint }),
    ...datesIn(record, { createdAt: 'created_at', expiresAt: 'expires_at' }, sink),
  });
  for (const holder of new Set([owner, maker])) tellHolder(holder, listing, sink);
}

/** A state that is not known says nothing. */
function activityOf(status: string): Pick<Credential, 'active'> {
  if (status === 'active') return { active: true };
  return /^(?:inactive|archived|expired)$/.test(status) ? { active: false } : {};
}

/** Someone who is met as the holder or maker of a key, of whom no more is known. */
function tellHolder(id: string, listing: AnthropicListing, sink: RowSink): void {
  const kind = holderKind(id);
  if (kind !== null) sink.credential({ id, kind, owner: '', ...from(listing) });
}

function tellMember(record: JsonObject, listing: AnthropicListing, sink: RowSink): void {
  const owner = readEmail(record['email']);
  const known = { what: 'a member', kind: 'member', owner, active: true, createdAt: 'added_at' } as const;
  tellNamed(record, known, listing, sink);
}

function tellServiceAccount(record: JsonObject, listing: AnthropicListing, sink: RowSink): void {
  const known = { what: 'a service account', kind: 'service-account', owner: '', ...unlessArchived(record) } as const;
  tellNamed(record, known, listing, sink);
}

/** A rule lets the tokens of another issuer stand for a service account, without a key. */
function tellRule(record: JsonObject, listing: AnthropicListing, sink: RowSink): void {
  const owner = readId(dig(record, 'target', 'service_account_id'));
  const known = { what: 'a federation rule', kind: 'federated-credential', owner, ...unlessArchived(record) } as const;
  if (tellNamed(record, known, listing, sink)) tellHolder(owner, listing, sink);
}

/** What is known of something that has an id, a name and a day on which it began. */
interface Known extends Pick<Credential, 'kind' | 'owner'> {
  /** What it is, as in 'a member'. */
  readonly what: string;
  readonly active: boolean;
  /** Where it stands when it began. */
  readonly createdAt: string;
}

/** Tells of it, and whether there was an id to tell it by. */
function tellNamed(record: JsonObject, known: Known, listing: AnthropicListing, sink: RowSink): boolean {
  const { what, kind, owner, active, createdAt } = known;
  const id = readId(record['id']);
  if (id === '') sink.malformed(`${what} without an id`);
  else
    sink.credential({
      id,
      kind,
      owner,
      ...from(listing),
      active,
      ...named(record),
      ...datesIn(record, { createdAt }, sink),
    });
  return id !== '';
}

const from = ({ account, observedAt }: AnthropicListing) => ({ provider: 'anthropic' as const, account, observedAt });

/** Of what is archived when its life ends. */
const unlessArchived = (record: JsonObject) => ({
  active: digText(record, 'archived_at') === '',
  createdAt: 'created_at',
});

function named(record: JsonObject): Pick<Credential, 'name'> {
  const name = tidy(digText(record, 'name'));
  return name === '' ? {} : { name };
}

type Dates = Pick<Credential, 'createdAt' | 'expiresAt'>;

function datesIn(record: JsonObject, names: { readonly [K in keyof Dates]: string }, sink: RowSink): Dates {
  const found = Object.entries(names).flatMap(([field, name]) => {
    const at = dateIn(record, name, sink);
    return at === undefined ? [] : [[field, at] as const];
  });
  return Object.fromEntries(found);
}

/** So far ahead, a date means never. */
const FAR_AHEAD = /^(?:2[1-9]|[3-9]\d)\d\d-/;

function dateIn(record: JsonObject, name: string, sink: RowSink): number | undefined {
  const text = digText(record, name);
  const at = readInstant(text);
  if (text !== '' && at === undefined && !FAR_AHEAD.test(text))
    sink.malformed(`${textOf(record['type'])} with an unreadable ${name}`);
  return at;
}
