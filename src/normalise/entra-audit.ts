import type { View, Views } from '../model/coverage.ts';
import type { AuditEvent, Outcome } from '../model/event.ts';
import type { Fields, JsonObject, Paths } from '../scan/wanted.ts';
import { readAddress } from './address.ts';
import { readAgent } from './agent.ts';
import { createAnnouncer } from './azure-announcer.ts';
import { asGroup, keepGroup } from './azure-group.ts';
import { dig, digText, textOf } from './dig.ts';
import { tellAudit, type Told } from './entra-deeds.ts';
import { idOf, initiatorOf, recordId, tenantOf } from './entra-identity.ts';
import { fieldsOf, gather, has, isOfEntra, itemsOf, openExport, type Shape } from './entra-shape.ts';
import { eventBy } from './event-by.ts';
import { defineFormat, type Reader } from './format.ts';
import { type Identity, strangerAt } from './identity.ts';
import { readInstant } from './instant.ts';
import { memoised } from './memo.ts';
import { tidy } from './redact.ts';
import { blind } from './view.ts';

const PATHS = {
  happened: ['activityDateTime'],
  logged: ['time'],
  operation: ['activityDisplayName', 'operationName'],
  id: ['id'],
  correlation: ['correlationId'],
  tenant: ['tenantId'],
  resource: ['resourceId'],
  result: ['result', 'resultType'],
  reason: ['resultReason', 'resultDescription'],
  userAddress: ['initiatedBy.user.ipAddress', 'initiatedBy.app.ipAddress'],
  address: ['callerIpAddress'],
  agent: ['userAgent'],
} as const satisfies Paths;

type Audit = Fields<typeof PATHS>;

/** Audit logs of Entra ID: what was changed in the directory, keys of applications among it. */
export const entraAudit = defineFormat({
  id: 'entra-audit',
  title: 'Entra ID audit logs',
  paths: PATHS,
  unwrap: unwrapAudit,
  reader: createReader,
});

const FIELDS = [...fieldsOf(PATHS), 'targetResources', 'additionalDetails'];

const OK = /^(?:success|succeeded|ok|true|0)?$/i;
const UNDERWAY = /^(?:in ?progress|start(?:ed)?|accept(?:ed)?)$/i;
const THROTTLED = /throttl|too many requests/i;
const REFUSED =
  /insufficient privileges|request_?denied|not authori[sz]ed|unauthori[sz]ed|forbidden|access (?:is )?denied|permission/i;

/** The name of an operation in one spelling: Entra ID writes some with a long dash or a space behind. */
const operationOf = memoised(2_000, name =>
  tidy(name, 160)
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase(),
);

function unwrapAudit(record: JsonObject): JsonObject | null {
  const shape = shapeOf(record);
  return shape === null ? null : keepGroup(shape.own, gather(shape, FIELDS));
}

function shapeOf(record: JsonObject): Shape | null {
  if (has(record, 'properties')) return exported(record);
  const some = (...names: readonly string[]) => names.some(name => has(record, name));
  if (some('TargetResources', 'InitiatedBy'))
    return some('OperationName', 'ActivityDisplayName') ? { own: record, around: null, isTable: true } : null;
  const isAnswer = has(record, 'activityDisplayName') && some('targetResources', 'initiatedBy', 'loggedByService');
  return isAnswer ? { own: record, around: null, isTable: false } : null;
}

function exported(record: JsonObject): Shape | null {
  const isOurs = /^auditlogs$/i.test(textOf(record.category)) && isOfEntra(record);
  if (!isOurs && dig(record, 'properties', 'activityDisplayName') === undefined && !isOfEntra(record)) return null;
  const shape = openExport(record);
  return shape !== null && (isOurs || has(shape.own, 'activityDisplayName')) ? shape : null;
}

function createReader(): Reader<typeof PATHS> {
  const announce = createAnnouncer();
  return {
    read(fields, whole, sink) {
      const operation = operationOf(fields.operation);
      const at = readInstant(fields.happened) ?? readInstant(fields.logged);
      const outcome = outcomeOf(fields);
      if (operation === '') sink.malformed('the record has no operation name');
      else if (at === undefined) sink.malformed('the record has no readable time');
      else if (outcome === null) sink.ignore();
      else {
        const audited = audit({ fields, whole: whole(), operation, at, outcome });
        announce(audited.identity, 0, sink);
        for (const credential of audited.told.flatMap(({ seen }) => seen)) sink.credential(credential);
        for (const event of audited.events) sink.event(asGroup(event, whole()));
      }
    },
    views: () => VIEWS,
  };
}

/** How it ended; null for what has only begun. */
function outcomeOf({ result, reason }: Audit): Outcome | null {
  const word = result.trim();
  if (UNDERWAY.test(word)) return null;
  if (OK.test(word)) return 'ok';
  if (THROTTLED.test(reason)) return 'throttled';
  return REFUSED.test(reason) ? 'denied' : 'failed';
}

interface Seen {
  readonly fields: Audit;
  readonly whole: JsonObject;
  readonly operation: string;
  readonly at: number;
  readonly outcome: Outcome;
}

function audit(seen: Seen) {
  const { fields, whole, operation, at, outcome } = seen;
  const account = tenantOf(fields.tenant, fields.resource);
  const identity = initiatorOf(dig(whole, 'initiatedBy'), account) ?? strangerAt(account);
  const details = detailsIn(whole);
  const targets = itemsOf(dig(whole, 'targetResources'));
  const told = tellAudit({ operation, at, account, succeeded: outcome === 'ok', targets, details });
  const ids = targets.map(target => idOf(digText(target, 'id')));
  const id = recordId(fields.id, () => [idOf(fields.correlation), operation, outcome, at, identity.credential, ...ids]);
  return { identity, told, events: told.map(one => toEvent(seen, identity, one, details, id)) };
}

/** Facts beside the record, by their names in lower case. */
function detailsIn(whole: JsonObject): ReadonlyMap<string, string> {
  const details = itemsOf(dig(whole, 'additionalDetails'));
  return new Map(details.map(detail => [digText(detail, 'key').toLowerCase(), digText(detail, 'value')]));
}

function toEvent(
  { fields, at, outcome }: Seen,
  identity: Identity,
  { deed, action, target, change }: Told,
  details: ReadonlyMap<string, string>,
  id: string,
): AuditEvent {
  return eventBy(identity, {
    at,
    example: change === '' ? id : tidy(`${idOf(fields.correlation) || id}/${change}`),
    deed,
    action,
    outcome,
    address: readAddress(fields.userAddress || details.get('ipaddr') || fields.address),
    agent: readAgent(details.get('user-agent') || fields.agent),
    target,
  });
}

const unseen = (what: string): View => blind(`the audit log of Entra ID shows no ${what}`);

const VIEWS: Views = {
  calls: unseen('model calls: resource logs of the category RequestResponse have those'),
  tokens: unseen('token counts of models'),
  places: {
    blind: false,
    gaps: ['the audit log of Entra ID shows where changes were made from; the sign-in logs show where keys are used'],
  },
  deeds: {
    blind: false,
    gaps: ['the audit log of Entra ID shows no keys of resources and no roles in Azure: the Activity Log has those'],
  },
  'sign-ins': unseen('sign-ins: the sign-in logs have those'),
  inventory: {
    blind: false,
    gaps: ['no list of secrets and certificates, which Microsoft Graph gives with the days on which they end'],
  },
};
