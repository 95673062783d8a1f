import type { Views } from '../model/coverage.ts';
import type { AuditEvent } from '../model/event.ts';
import type { Fields, JsonObject, Paths } from '../scan/wanted.ts';
import { readAddress } from './address.ts';
import { partOf, unwrapAzureActivity } from './azure-activity-unwrap.ts';
import { createAnnouncer } from './azure-announcer.ts';
import { isTelling, tellAzure } from './azure-deeds.ts';
import { asGroup } from './azure-group.ts';
import { callerIdentity, identityOfClaims, principalIdentity, readClaims } from './azure-identity.ts';
import { lowerPath, resourceId, subscriptionOf } from './azure-resource.ts';
import { isCreated, type Status, statusOf } from './azure-status.ts';
import type { Told } from './cloudtrail-deeds.ts';
import { contentId, short } from './content-id.ts';
import { dig, digText, isObject, parseJson } from './dig.ts';
import { eventBy } from './event-by.ts';
import { defineFormat, type Reader } from './format.ts';
import { type Identity, strangerAt } from './identity.ts';
import { readInstant } from './instant.ts';
import { tidy } from './redact.ts';
import { blind } from './view.ts';

const PATHS = {
  shape: ['shape'],
  time: ['time'],
  operation: ['operation'],
  status: ['status'],
  subStatus: ['subStatus'],
  phase: ['phase'],
  category: ['category'],
  caller: ['caller'],
  address: ['address'],
  correlation: ['correlation'],
  eventId: ['eventId'],
  resource: ['resource'],
  subscription: ['subscription'],
  tenant: ['tenant'],
} as const satisfies Paths;

type ActivityFields = Fields<typeof PATHS>;

/** The Activity Log of Azure, in every shape its records travel in. */
export const azureActivity = defineFormat({
  id: 'azure-activity',
  title: 'Azure Activity Log',
  paths: PATHS,
  unwrap: unwrapAzureActivity,
  reader: createReader,
});

/** As many records as the CLI lists when it is not told a number. */
const CLI_PAGE = 50;
const PLAIN: Told = { deed: 'use', target: '', ttl: 0, seen: [] };

interface Judged {
  readonly at: number;
  readonly operation: string;
  readonly resource: string;
  readonly account: string;
  readonly identity: Identity;
  readonly outcome: AuditEvent['outcome'];
  readonly told: Told;
}

function createReader(): Reader<typeof PATHS> {
  const announce = createAnnouncer();
  let records = 0;
  let listed = 0;
  return {
    read(fields, whole, sink) {
      records++;
      if (fields.shape === 'list') listed++;
      const judged = judge(fields, whole);
      if (judged === null) sink.ignore();
      else if (typeof judged === 'string') sink.malformed(judged);
      else {
        for (const credential of judged.told.seen) sink.credential(credential);
        announce(judged.identity, 0, sink);
        sink.event(asGroup(toEvent(judged, fields, whole), whole()));
      }
    },
    views: () => viewsOf(listed === CLI_PAGE && records === CLI_PAGE ? [CUT_LIST] : []),
  };
}

/** What the record says; null for what is left out on purpose, or what is wrong with it. */
function judge(fields: ActivityFields, whole: () => JsonObject): Judged | string | null {
  if (!isAdministrative(fields, whole)) return null;
  const outcome = endOf(fields, whole);
  // The end of what starts here is told in another record.
  if (outcome === 'start' || outcome === 'news') return null;
  const at = readInstant(fields.time);
  if (at === undefined) return 'the record has no readable event time';
  const operation = lowerPath(fields.operation);
  const resource = resourceOf(fields, whole);
  const claims = readClaims(dig(whole(), 'claims'));
  const account =
    subscriptionOf(resource) || lowerPath(fields.subscription) || claims.tenant || lowerPath(fields.tenant);
  const caller = identityOfClaims(claims, account) ?? callerOf(fields, whole, account);
  const told = tell({ at, operation, resource, account, outcome }, caller, fields, whole);
  // Use by nobody is nobody's; a deed is somebody's even when the record does not say whose.
  const identity = caller ?? (told.deed === 'use' ? null : strangerAt(account));
  return identity === null ? null : { at, operation, resource, account, identity, outcome, told };
}

/** Exports say what was done where lists say of what sort the record is; in its properties stands what sort that is. */
function isAdministrative({ category, operation }: ActivityFields, whole: () => JsonObject): boolean {
  const word = category.toLowerCase();
  if (word === 'administrative') return true;
  if (!['', 'write', 'delete', 'action'].includes(word)) return false;
  const properties = partOf(whole(), 'properties');
  const sort = digText(properties, 'eventCategory').toLowerCase();
  if (sort !== '') return sort === 'administrative';
  return dig(properties, 'policies') === undefined && !/^microsoft\.authorization\/policies\//i.test(operation);
}

function endOf({ status, subStatus, phase }: ActivityFields, whole: () => JsonObject): Status {
  if (status === '' && /^begin/i.test(phase)) return 'start';
  const known = statusOf(status, [subStatus]);
  return known === 'failed' ? statusOf(status, [subStatus, ...reasonsIn(partOf(whole(), 'properties'))]) : known;
}

/** Why it failed, as the answer said: the name of its status, and the code of the error. */
function reasonsIn(properties: unknown): readonly string[] {
  const message = dig(properties, 'statusMessage');
  const answer = typeof message === 'string' ? parseJson(message) : message;
  return [digText(properties, 'statusCode'), digText(answer, 'error', 'code'), digText(answer, 'code')];
}

function resourceOf({ resource }: ActivityFields, whole: () => JsonObject): string {
  return resourceId(resource) || resourceId(digText(partOf(whole(), 'authorization'), 'scope'));
}

/** Who acted, where the claims do not say it: as the record names the caller, or who held the role that let it pass. */
function callerOf({ caller }: ActivityFields, whole: () => JsonObject, account: string): Identity | null {
  const named = callerIdentity(caller, account);
  if (named !== null) return named;
  const evidence = dig(partOf(whole(), 'authorization'), 'evidence');
  return principalIdentity(digText(evidence, 'principalId'), digText(evidence, 'principalType'), account);
}

type Seen = Omit<Judged, 'identity' | 'told'>;

function tell(seen: Seen, identity: Identity | null, fields: ActivityFields, whole: () => JsonObject): Told {
  if (!isTelling(seen.operation)) return PLAIN;
  const properties = partOf(whole(), 'properties');
  const succeeded = seen.outcome === 'ok';
  const isNew = succeeded && (isCreated(fields.subStatus) || isCreated(digText(properties, 'statusCode')));
  return tellAzure({ ...seen, identity, succeeded, isNew, body: () => bodyIn(properties) });
}

/** What was asked for; no part of it is kept but by a teller. */
function bodyIn(properties: unknown): unknown {
  const body = dig(properties, 'requestbody') ?? dig(properties, 'requestBody');
  const value = typeof body === 'string' ? parseJson(body) : body;
  return isObject(value) ? value : undefined;
}

function toEvent(judged: Judged, fields: ActivityFields, whole: () => JsonObject): AuditEvent {
  const { at, operation, identity, outcome, told } = judged;
  return eventBy(identity, {
    at,
    ttl: told.ttl,
    example: idOf(judged, fields, whole),
    deed: told.deed,
    action: operation,
    outcome,
    address: readAddress(fields.address),
    target: told.target,
  });
}

/** Only lists and tables number their records, so the id is made of what every shape has: each event counts once. */
function idOf({ at, operation, outcome, resource }: Judged, fields: ActivityFields, whole: () => JsonObject): string {
  const correlation = tidy(fields.correlation, 64).toLowerCase();
  if (correlation !== '') return `${correlation}/${operation}/${outcome}/${at}/${short(resource)}`;
  return tidy(fields.eventId).toLowerCase() || contentId(whole());
}

const NO_CALLS = 'the Activity Log has no model calls: resource logs of category RequestResponse have';
const NO_TOKENS = 'the Activity Log has no token counts';
const NO_SIGN_INS = 'the Activity Log has no sign-ins: the sign-in logs of Entra ID have';
const NO_READS = 'the Activity Log shows changes and key reads, and neither other reads nor model calls';
const NO_ENTRA = 'keys of apps are made in Entra ID: its audit log tells of that';
const NO_INVENTORY = 'no key inventory: the age of a key is known only if its creation is in the logs';
const CUT_LIST = `exactly ${CLI_PAGE} records, as many as \`az monitor activity-log list\` gives without --max-events: more may be missing`;

function viewsOf(cuts: readonly string[]): Views {
  return {
    calls: blind(NO_CALLS),
    tokens: blind(NO_TOKENS),
    places: { blind: false, gaps: [...cuts, NO_READS] },
    deeds: { blind: false, gaps: [...cuts, NO_ENTRA] },
    'sign-ins': blind(NO_SIGN_INS),
    inventory: { blind: false, gaps: [NO_INVENTORY] },
  };
}
