import type { Views } from '../model/coverage.ts';
import type { Credential } from '../model/credential.ts';
import type { AuditEvent, Outcome } from '../model/event.ts';
import type { Fields, JsonObject, Paths } from '../scan/wanted.ts';
import { readAddress } from './address.ts';
import { readAgent } from './agent.ts';
import { announceOnce, metAs } from './announcer.ts';
import { dig, textOf } from './dig.ts';
import { eventBy } from './event-by.ts';
import { defineFormat, type Reader } from './format.ts';
import { strangerAt } from './identity.ts';
import { GUESSED } from './key-list.ts';
import { memoised } from './memo.ts';
import { type OpenaiTold, tellOpenai } from './openai-deeds.ts';
import { NO_ADMIN_KEYS, NO_PROJECT_KEYS, ONE_PROJECT } from './openai-listing.ts';
import { type Holder, holderIn, IN_PASSING, OPENAI, readSeconds, sightingOf } from './openai-records.ts';
import { tidy } from './redact.ts';
import { readId } from './vendor-fields.ts';
import { blind } from './view.ts';

const PATHS = {
  id: ['id'],
  type: ['type'],
  at: ['effective_at'],
  project: ['project.id'],
  address: ['actor.session.ip_address'],
  agent: ['actor.session.user_agent'],
  key: ['actor.api_key.id'],
} as const satisfies Paths;

type Audit = Fields<typeof PATHS>;

/** The audit log of an OpenAI organisation: what was done to its keys, members and settings, and who signed in. */
export const openaiAudit = defineFormat({
  id: 'openai-audit',
  title: 'OpenAI audit log',
  paths: PATHS,
  unwrap: record => (isAudit(record) ? record : null),
  reader: createReader,
});

const isAudit = (record: JsonObject): boolean =>
  record.object === 'organization.audit_log' ||
  (Object.hasOwn(record, 'effective_at') &&
    typeof record.type === 'string' &&
    textOf(record.id).startsWith('audit_log'));

function createReader(): Reader<typeof PATHS> {
  const announce = announceOnce();
  return {
    read(fields, whole, sink) {
      const type = typeOf(fields.type);
      const at = readSeconds(fields.at);
      if (type === '') return sink.malformed('the record has no type');
      if (at === undefined) return sink.malformed('the record has no readable time');
      const actor = actorOf(fields, whole());
      const told = tellOpenai({ type, at, detail: detailOf(whole(), fields.type), project: readId(fields.project) });
      // What nobody did is the service's own doing.
      if (actor === null && told.deed === 'use') return sink.ignore();
      for (const credential of actor?.seen ?? [metAs('openai', STRANGER)]) announce(credential, sink);
      for (const credential of [...told.seen, ...heldBy(told, actor)]) sink.credential(credential);
      sink.event(toEvent(fields, { type, at, actor, told }));
    },
    views: () => VIEWS,
  };
}

/** A type of record as an action; types not met before are as good as any. */
const typeOf = memoised(2_000, text => tidy(text.trim(), 96).toLowerCase());

/** What a record tells of the deed stands under its type, which some write with underscores. */
const detailOf = (record: JsonObject, type: string): unknown =>
  dig(record, type) ?? dig(record, type.replaceAll('.', '_'));

interface Actor {
  readonly credential: string;
  readonly holder: Holder | null;
  readonly seen: readonly Credential[];
}

/** Nobody whom a record names. */
const STRANGER = strangerAt(OPENAI);

/** A key, or who signed in; only admin keys manage an organisation. Null when nobody is named. */
function actorOf({ key }: Audit, record: JsonObject): Actor | null {
  const actor = dig(record, 'actor');
  const holder = holderIn(dig(actor, 'session')) ?? holderIn(dig(actor, 'api_key'));
  const id = readId(key);
  if (id === '' && holder === null) return null;
  const held = holder === null ? [] : [sightingOf(holder, { observedAt: IN_PASSING })];
  if (id === '') return { credential: holder!.id, holder, seen: held };
  const about = { provider: 'openai', account: OPENAI, observedAt: GUESSED } as const;
  const used: Credential = { id, kind: 'admin-key', owner: holder?.id ?? '', ...about };
  return { credential: id, holder, seen: [...held, used] };
}

/** People make keys for themselves, unless a list says that another holds them. */
function heldBy({ made }: OpenaiTold, actor: Actor | null): readonly Credential[] {
  const owner = actor?.holder?.id ?? '';
  if (made === undefined || owner === '') return [];
  return [{ id: made.id, provider: 'openai', kind: made.kind, owner, account: OPENAI, observedAt: GUESSED }];
}

interface Seen {
  readonly type: string;
  readonly at: number;
  readonly actor: Actor | null;
  readonly told: OpenaiTold;
}

function toEvent(fields: Audit, { type, at, actor, told: { deed, target } }: Seen): AuditEvent {
  const credential = actor?.credential ?? STRANGER.credential;
  return eventBy(
    { credential, session: '', principal: actor?.holder?.id ?? credential, account: OPENAI },
    {
      at,
      example: tidy(fields.id) || `${type}/${at}/${actor?.credential ?? ''}/${target}`,
      deed,
      action: `openai:${type}`,
      outcome: outcomeOf(type),
      address: readAddress(fields.address),
      agent: readAgent(fields.agent),
      target,
    },
  );
}

/** Only sign-ins and sign-outs are told of when they fail. */
const outcomeOf = (type: string): Outcome => (type.endsWith('.failed') ? 'failed' : 'ok');

const NOT_BEFORE =
  'the audit log of OpenAI has nothing from before it was switched on, in the data controls of the organisation';
const CONSOLE_ONLY =
  'the audit log of OpenAI tells where people acted from in the console, and not where a key is used from; the log of a proxy does';

const unseen = (what: string) => blind(`the audit log of OpenAI shows no ${what}`);

const VIEWS: Views = {
  calls: unseen('model calls: the usage report counts those'),
  tokens: unseen('token counts: the usage report has those'),
  places: { blind: false, gaps: [CONSOLE_ONLY, NOT_BEFORE] },
  deeds: { blind: false, gaps: [NOT_BEFORE] },
  'sign-ins': { blind: false, gaps: [NOT_BEFORE] },
  inventory: { blind: false, gaps: [NO_PROJECT_KEYS, NO_ADMIN_KEYS, ONE_PROJECT] },
};
