import type { View, Views } from '../model/coverage.ts';
import type { AuditEvent, Outcome } from '../model/event.ts';
import type { Fields, JsonObject, Paths } from '../scan/wanted.ts';
import { readAddress } from './address.ts';
import { readAgent } from './agent.ts';
import { createAnnouncer } from './azure-announcer.ts';
import { actionOf, logId, logOutcome } from './azure-event.ts';
import { asGroup, keepGroup } from './azure-group.ts';
import { identityOfClaims, readClaims } from './azure-identity.ts';
import { gatherLog, LOG_PATHS, type LogKind, type LogRecord, openLog } from './azure-record.ts';
import { lowerPath, subscriptionOf } from './azure-resource.ts';
import { short } from './content-id.ts';
import { dig, isObject, parseJson } from './dig.ts';
import { eventBy } from './event-by.ts';
import { defineFormat, type Reader } from './format.ts';
import { type Identity, strangerAt } from './identity.ts';
import { readInstant } from './instant.ts';
import { blind } from './view.ts';

const PATHS = {
  ...LOG_PATHS,
  id: ['id'],
  uri: ['requestUri'],
  code: ['httpStatusCode'],
  agent: ['clientInfo'],
} as const satisfies Paths;

type Access = Fields<typeof PATHS>;

const NAMES = [...PATHS.id, ...PATHS.uri, ...PATHS.code, ...PATHS.agent];

const KIND: LogKind = {
  provider: 'microsoft.keyvault',
  categories: new Set(['auditevent']),
  tables: [{ name: 'AZKVAuditLogs', column: 'Identity', category: 'auditevent' }],
};

/** Audit logs of Azure Key Vault: who read and changed its secrets, keys and certificates. */
export const azureKeyVault = defineFormat({
  id: 'azure-key-vault',
  title: 'Azure Key Vault audit logs',
  paths: PATHS,
  unwrap,
  reader: createReader,
});

/** Claims as they are called in a token, and the ends of the columns that they get in AzureDiagnostics. */
const CLAIM_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  oid: ['oid', 'http_schemas_microsoft_com_identity_claims_objectidentifier'],
  upn: ['upn', 'http_schemas_xmlsoap_org_ws_2005_05_identity_claims_upn'],
  name: ['http_schemas_xmlsoap_org_ws_2005_05_identity_claims_name', 'unique_name'],
  scp: ['scp', 'http_schemas_microsoft_com_identity_claims_scope'],
  appid: ['appid', 'azp'],
  appidacr: ['appidacr', 'azpacr'],
  idtyp: ['idtyp'],
  xms_mirid: ['xms_mirid'],
  uti: ['uti'],
};

/** A secret by name: what may follow is its version. */
const SECRET = /^https:\/\/([\w.-]{1,253})(?::\d{1,5})?\/+secrets\/+([a-z0-9-]{1,127})(?=[/?#]|$)/i;

/** Changes of the vault itself, which the Activity Log has; its other reads are those of Azure's own inventories. */
const OF_VAULT = /^vault/i;

/** What the vault tells subscribers, of which nobody is the doer. */
const NOTICE = /eventgridnotification$/i;

function unwrap(record: JsonObject): JsonObject | null {
  const log = openLog(record, KIND);
  return log === null ? null : keepGroup(record, { ...gatherLog(log, NAMES), claims: claimsIn(log) });
}

function claimsIn(log: LogRecord): JsonObject {
  const identity = log.value('identity');
  const part = typeof identity === 'string' ? parseJson(identity) : identity;
  const claims = dig(part, 'claim') ?? dig(part, 'claims');
  if (isObject(claims)) return claims;
  const columns = Object.entries(CLAIM_COLUMNS).map(([claim, ends]) => [claim, columnOf(log, ends)] as const);
  return Object.fromEntries(columns);
}

const columnOf = (log: LogRecord, ends: readonly string[]): unknown =>
  ends.map(end => log.value(`identity_claim_${end}`)).find(value => value !== undefined && value !== '');

function createReader(): Reader<typeof PATHS> {
  const announce = createAnnouncer();
  return {
    read(fields, whole, sink) {
      const judged = judge(fields, whole);
      if (judged === null) sink.ignore();
      else if (typeof judged === 'string') sink.malformed(judged);
      else {
        announce(judged.identity, 0, sink);
        sink.event(asGroup(toEvent(judged, fields), whole()));
      }
    },
    views: () => VIEWS,
  };
}

interface Judged {
  readonly at: number;
  readonly identity: Identity;
  readonly outcome: Outcome;
  readonly isRead: boolean;
}

/** What the record says; null for what is left out on purpose, or what is wrong with it. */
function judge(fields: Access, whole: () => JsonObject): Judged | string | null {
  const { operation, resource } = fields;
  if (OF_VAULT.test(operation) || NOTICE.test(operation)) return null;
  const outcome = logOutcome([fields.code, fields.signature], fields.result);
  const account = subscriptionOf(resource);
  const known = identityOfClaims(readClaims(dig(whole(), 'claims')), account);
  const isRead = operation.toLowerCase() === 'secretget';
  // Clients ask without a token first, to be told where to get one; and use by nobody is nobody's.
  if (known === null && (outcome === 'denied' || !isRead)) return null;
  const at = readInstant(fields.time);
  if (at === undefined) return 'the record has no readable time';
  if (operation === '') return 'the record names no operation';
  return { at, identity: known ?? strangerAt(resource, account), outcome, isRead };
}

function toEvent({ at, identity, outcome, isRead }: Judged, fields: Access): AuditEvent {
  const action = actionOf('keyvault', fields.operation);
  const secret = secretIn(fields.id) || secretIn(fields.uri) || fields.resource;
  return eventBy(identity, {
    at,
    example: logId(fields.correlation, [action, outcome, at, short(`${fields.resource}\n${secret}`)], fields),
    deed: isRead ? 'reveal' : 'use',
    action,
    outcome,
    address: readAddress(fields.address),
    agent: readAgent(fields.agent),
    target: isRead ? secret : '',
  });
}

/** The id of a secret without its version, lower-case as the vault takes it; empty when it is none. */
function secretIn(uri: string): string {
  const [, host, name] = SECRET.exec(uri) ?? [];
  return host === undefined || name === undefined ? '' : lowerPath(`https://${host}/secrets/${name}`);
}

const NO_KEYS = 'Key Vault logs show who read its secrets; changes of vaults and of other keys are in the Activity Log';
const NO_INVENTORY = 'no list of keys: Key Vault logs show secrets that were read, and not what they are the keys of';

const unseen = (what: string): View => blind(`Key Vault logs show no ${what}`);

const VIEWS: Views = {
  calls: unseen('model calls: resource logs of the category RequestResponse have those'),
  tokens: unseen('token counts of models'),
  places: { blind: false, gaps: [] },
  deeds: { blind: false, gaps: [NO_KEYS] },
  'sign-ins': unseen('sign-ins: the sign-in logs of Entra ID have those'),
  inventory: { blind: false, gaps: [NO_INVENTORY] },
};
