import type { Views } from '../model/coverage.ts';
import type { AuditEvent, Outcome } from '../model/event.ts';
import type { Fields, JsonObject, Paths } from '../scan/wanted.ts';
import { readAddress } from './address.ts';
import { createAnnouncer } from './azure-announcer.ts';
import { actionOf, logId, logOutcome } from './azure-event.ts';
import { asGroup, keepGroup } from './azure-group.ts';
import { keyIdentity, principalIdentity } from './azure-identity.ts';
import { gatherLog, LOG_PATHS, type LogKind, openLog } from './azure-record.ts';
import { subscriptionOf } from './azure-resource.ts';
import { short } from './content-id.ts';
import { idOf } from './entra-identity.ts';
import { eventBy, modelCall, OTHER_CALL } from './event-by.ts';
import { defineFormat, type Reader } from './format.ts';
import { type Identity, strangerAt } from './identity.ts';
import { readInstant } from './instant.ts';
import { regionOf } from './region.ts';
import { blind } from './view.ts';

const PATHS = {
  ...LOG_PATHS,
  callerTold: ['callerTold'],
  // Which of the two names the log uses changed once, without a word about it.
  caller: ['objectId', 'callerObjectId'],
  model: ['modelName', 'modelDeploymentName'],
  tokensIn: ['promptTokens'],
  tokensOut: ['completionTokens'],
} as const satisfies Paths;

type Call = Fields<typeof PATHS>;

const CALLERS = PATHS.caller;
const NAMES = [...CALLERS, ...PATHS.model, ...PATHS.tokensIn, ...PATHS.tokensOut];

const CALLS = 'requestresponse';
const USAGE = 'azureopenairequestusage';
const KIND: LogKind = {
  provider: 'microsoft.cognitiveservices',
  categories: new Set([CALLS, USAGE, 'audit', 'trace']),
  tables: [],
};

/** Resource logs of Azure AI services: Foundry, Azure OpenAI and the rest of Cognitive Services. */
export const azureAi = defineFormat({
  id: 'azure-ai',
  title: 'Azure AI resource logs',
  paths: PATHS,
  unwrap,
  reader: createReader,
});

/** Keys belong to the account, and open all that is beneath it. */
const ACCOUNT = /^.*?\/providers\/microsoft\.cognitiveservices\/accounts\/[^/]+/;

const INFERENCE = /completion|embedding|image|transcription|translation|speech|inference|response|^messages_create/;
const NO_INFERENCE = /(?:^|_)(?:get|list|delete|cancel|update|upload)/;

function unwrap(record: JsonObject): JsonObject | null {
  const log = openLog(record, KIND);
  if (log === null) return null;
  const isTold = CALLERS.some(name => log.value(name) !== undefined);
  return keepGroup(record, { ...gatherLog(log, NAMES), callerTold: isTold });
}

interface Seen {
  calls: boolean;
  tokens: boolean;
  addresses: boolean;
  claude: boolean;
  usage: boolean;
  leftOut: boolean;
}

function createReader(): Reader<typeof PATHS> {
  const announce = createAnnouncer();
  const seen: Seen = { calls: false, tokens: false, addresses: false, claude: false, usage: false, leftOut: false };
  return {
    read(fields, whole, sink) {
      const judged = judge(fields);
      if (typeof judged === 'string') sink.malformed(judged);
      else if (judged === null) {
        note(seen, fields, null);
        sink.ignore();
      } else {
        announce(judged.identity, 0, sink);
        const event = asGroup(toEvent(judged, fields), whole());
        note(seen, fields, event);
        sink.event(event);
      }
    },
    views: () => viewsOf(seen),
  };
}

function note(seen: Seen, { category }: Call, event: AuditEvent | null): void {
  seen.usage ||= category === USAGE;
  seen.calls ||= category === CALLS;
  seen.leftOut ||= category === CALLS && event === null;
  if (event === null) return;
  seen.tokens ||= event.tokensIn + event.tokensOut > 0;
  seen.addresses ||= event.address !== '';
  seen.claude ||= /claude/i.test(event.model);
}

interface Judged {
  readonly at: number;
  readonly action: string;
  readonly resource: string;
  readonly identity: Identity;
  readonly outcome: Outcome;
  readonly isCall: boolean;
}

/** What the record says; null for what is left out on purpose, or what is wrong with it. */
function judge(fields: Call): Judged | string | null {
  // Keys that were listed stand in the Activity Log too, with an address: told here as well, they would count twice.
  if (fields.category !== CALLS) return null;
  const at = readInstant(fields.time);
  if (at === undefined) return 'the record has no readable time';
  if (fields.operation === '') return 'the record names no operation';
  const outcome = logOutcome([fields.signature], fields.result);
  const isCall = isInference(fields);
  if (isSecondRecord(fields, outcome, isCall)) return null;
  const resource = ACCOUNT.exec(fields.resource)?.[0] ?? fields.resource;
  const identity = callerOf(fields, resource, outcome);
  return { at, action: actionOf('cognitiveservices', fields.operation), resource, identity, outcome, isCall };
}

function isInference({ operation, model }: Call): boolean {
  const name = operation.toLowerCase();
  return !NO_INFERENCE.test(name) && (model !== '' || INFERENCE.test(name));
}

/** Some calls are recorded twice, the second time with next to nothing in it: counted, it would be a call by key. */
function isSecondRecord({ model, caller, callerTold }: Call, outcome: Outcome, isCall: boolean): boolean {
  return outcome === 'ok' && model === '' && caller === '' && (isCall || callerTold === 'false');
}

/**
 * Who called: without an object id, somebody with a key of the resource, unless it was turned down. An object id does not
 * say whose it is; workloads call models far more than people do, and a person must not be named wrongly.
 */
function callerOf({ caller }: Call, resource: string, outcome: Outcome): Identity {
  const account = subscriptionOf(resource);
  const known = principalIdentity(idOf(caller), 'ServicePrincipal', account);
  if (known !== null) return known;
  return outcome === 'denied'
    ? strangerAt(resource, account)
    : keyIdentity(`${resource}/keys`, 'resource-key', resource);
}

/** Times are as logged: those of request and answer are ticks, too long for the numbers of JSON. */
function toEvent({ at, action, resource, identity, outcome, isCall }: Judged, fields: Call): AuditEvent {
  return eventBy(identity, {
    at,
    ...(isCall ? modelCall(fields.model, fields) : OTHER_CALL),
    example: logId(fields.correlation, [action, outcome, at, short(resource)], fields),
    action,
    outcome,
    address: readAddress(fields.address),
    region: regionOf(fields.region),
  });
}

const NO_CALLS = 'no model calls: they are in resource logs of the category RequestResponse, and none were seen';
const NO_CLAUDE = 'no calls of Claude were seen, and it is not documented that resource logs of Azure AI have them';
const SECOND_RECORDS =
  'successful calls that name neither a model nor a caller were left out, as second records of other calls';
const NO_TOKENS = 'no token counts were seen: the LLM log of an API Management gateway has them';
const NO_USAGE = 'token counts of the category AzureOpenAIRequestUsage name no caller and were left out';
const MASKED = 'Azure AI masks the last part of every address, which is no place to judge by';
const NO_DEEDS =
  'resource logs of Azure AI tell of no changes of keys and rights, and key reads are told by the Activity Log';
const NO_INVENTORY = 'no list of keys: a resource has two, and its logs do not say which was used, or how old it is';

function viewsOf({ calls, tokens, addresses, claude, usage, leftOut }: Seen): Views {
  const unseen = [...(claude ? [] : [NO_CLAUDE]), ...(leftOut ? [SECOND_RECORDS] : [])];
  const uncounted = usage ? [NO_USAGE] : [];
  return {
    calls: calls ? { blind: false, gaps: unseen } : blind(NO_CALLS),
    tokens: tokens ? { blind: false, gaps: uncounted } : blind(NO_TOKENS, ...uncounted),
    places: addresses ? { blind: false, gaps: [MASKED] } : blind(MASKED),
    deeds: blind(NO_DEEDS),
    'sign-ins': blind('resource logs of Azure AI show no sign-ins'),
    inventory: { blind: false, gaps: [NO_INVENTORY] },
  };
}
