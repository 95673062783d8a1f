import type { Views } from '../model/coverage.ts';
import type { CredentialKind } from '../model/credential.ts';
import type { AuditEvent, Outcome } from '../model/event.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { readAddress } from './address.ts';
import { readAgent } from './agent.ts';
import { ANTHROPIC, createActorAnnouncer, readActor } from './anthropic-actor.ts';
import { tellActivity } from './anthropic-deeds.ts';
import { SOME_ORGANISATION } from './anthropic-fields.ts';
import { contentId } from './content-id.ts';
import { digText, hasFields, textOf } from './dig.ts';
import { eventBy } from './event-by.ts';
import { defineFormat, type Reader } from './format.ts';
import { type Identity, strangerAt } from './identity.ts';
import { readInstant } from './instant.ts';
import { outcomeOf } from './outcome.ts';
import { tidy } from './redact.ts';
import type { Told } from './told.ts';
import { readId } from './vendor-fields.ts';
import { blind } from './view.ts';

/** The activity feed of Anthropic's Compliance API: who did what to keys, people and settings, and from where. */
export const anthropicActivity = defineFormat({
  id: 'anthropic-activity',
  title: 'Anthropic activity feed',
  paths: {},
  unwrap: record => (isActivity(record) ? record : null),
  reader: () => createActivityReader(),
});

const isActivity = (record: JsonObject): boolean =>
  typeof record['type'] === 'string' &&
  hasFields(record, 'created_at', 'actor') &&
  /_actor$/.test(digText(record, 'actor', 'type')) &&
  (hasFields(record, 'organization_id') || textOf(record['id']).startsWith('activity_'));

/** What an activity says. */
interface Judged {
  readonly event: AuditEvent;
  readonly actor: Identity;
  readonly told: Told;
}

/** A reader of activities; those of no organisation are taken to be of `home`, and so are those that name it either way. */
export function createActivityReader(home = ''): Reader<Record<never, never>> {
  const announce = createActorAnnouncer();
  return {
    read(_, whole, sink) {
      const judged = judge(whole(), home);
      if (typeof judged === 'string') return sink.malformed(judged);
      if (judged === null) return sink.ignore();
      const { event, actor, told } = judged;
      announce(actor, sink);
      for (const credential of told.seen) sink.credential(credential);
      sink.event(event);
    },
    views: activityViews,
  };
}

/** What the record says; null for what is left out on purpose, or what is wrong with it. */
function judge(record: JsonObject, home: string): Judged | string | null {
  const at = readInstant(textOf(record['created_at']));
  if (at === undefined) return 'an activity without a readable time';
  const type = tidy(textOf(record['type']), 96).toLowerCase();
  const account = accountOf(record, home);
  const outcome = outcomeIn(record, type);
  const named = withKind(readActor(record['actor'], account), type);
  const told = tellActivity({ record, type, at, account, actor: named, succeeded: outcome === 'ok' });
  // What Anthropic does for its own ends is no use of a key; use by nobody is nobody's, but a deed is somebody's.
  if (told.deed === 'use' && (named === null || named.credential === ANTHROPIC)) return null;
  const actor = named ?? strangerAt(account);
  const { deed, target } = told;
  const event = eventBy(actor, {
    at,
    example: readId(record['id']) || contentId(record),
    deed,
    action: `anthropic:${type}`,
    outcome,
    address: readAddress(digText(record, 'actor', 'ip_address')),
    agent: readAgent(digText(record, 'actor', 'user_agent')),
    target,
  });
  return { event, actor, told };
}

function accountOf(record: JsonObject, home: string): string {
  const ids = [readId(record['organization_uuid']), readId(record['organization_id'])];
  if (home !== '' && (ids.includes(home) || ids.every(id => id === ''))) return home;
  return ids.find(id => id !== '') ?? SOME_ORGANISATION;
}

/** Which sort of key it is tells what was done with it: the Compliance API takes no keys for models. */
function withKind(actor: Identity | null, type: string): Identity | null {
  if (actor?.kind !== 'unknown' || actor.credential === ANTHROPIC) return actor;
  const kind = KINDS.find(([pattern]) => pattern.test(type))?.[1];
  return kind === undefined || !actor.credential.startsWith('apikey_') ? actor : { ...actor, kind };
}

const KINDS: readonly (readonly [RegExp, CredentialKind])[] = [
  [/^compliance_api_/, 'admin-key'],
  [/^platform_(?:file|skill|agent|memory|dream)_/, 'api-key'],
];

const REFUSED = /(?:login|access|authentication)_failed$|_denied$/;

/** How it ended stands in its name, or in a status where it was a request. */
function outcomeIn(record: JsonObject, type: string): Outcome {
  const code = digText(record, 'status_code');
  if (/^[1-5]\d\d$/.test(code)) return Number(code) < 400 ? 'ok' : outcomeOf(code);
  if (REFUSED.test(type) || digText(record, 'success') === 'false') return 'denied';
  if (/^(?:failure|failed|denied|rejected|error)$/i.test(digText(record, 'outcome'))) return 'denied';
  return type.endsWith('_failed') ? 'failed' : 'ok';
}

/** Where models are called from, nothing of Anthropic's tells. */
export const NO_NETWORKS =
  'no network evidence: Anthropic does not tell where a key calls models from; the log of a proxy does';

const NO_CALLS = 'the activity feed tells of no model calls, which the usage reports of the Admin API count';
const NO_KEY_LIST = 'the activity feed tells of keys made or changed, not of those there are';

/** What the activity feed shows. */
export const activityViews = (): Views => ({
  calls: blind(NO_CALLS),
  tokens: blind(NO_CALLS),
  places: { blind: false, gaps: [NO_NETWORKS] },
  deeds: { blind: false, gaps: [] },
  'sign-ins': { blind: false, gaps: [] },
  inventory: { blind: false, gaps: [NO_KEY_LIST] },
});
