import type { Views } from '../model/coverage.ts';
import type { AuditEvent } from '../model/event.ts';
import type { Fields, JsonObject, Paths } from '../scan/wanted.ts';
import { readAddress } from './address.ts';
import { createAnnouncer } from './azure-announcer.ts';
import { actionOf, logId, logOutcome } from './azure-event.ts';
import { asGroup, keepGroup } from './azure-group.ts';
import { keyIdentity } from './azure-identity.ts';
import { gatherLog, LOG_PATHS, type LogKind, openLog } from './azure-record.ts';
import { lowerPath, subscriptionOf } from './azure-resource.ts';
import { short } from './content-id.ts';
import { idOf } from './entra-identity.ts';
import { eventBy, modelCall, OTHER_CALL } from './event-by.ts';
import { defineFormat, type Reader, type Sink } from './format.ts';
import { type Identity, strangerAt } from './identity.ts';
import { readInstant } from './instant.ts';
import { readTokens } from './measures.ts';
import { regionOf } from './region.ts';
import { blind, open } from './view.ts';

const PATHS = {
  ...LOG_PATHS,
  consumer: ['apimSubscriptionId'],
  api: ['operationId'],
  method: ['method'],
  code: ['responseCode'],
  requestId: ['requestId'],
  model: ['modelName', 'deploymentName'],
  tokensIn: ['promptTokens'],
  tokensOut: ['completionTokens'],
  path: ['path'],
  backendPath: ['backendPath'],
} as const satisfies Paths;

type Row = Fields<typeof PATHS>;

const NAMES = [
  'apimSubscriptionId',
  'operationId',
  'method',
  'responseCode',
  'requestId',
  'modelName',
  'deploymentName',
  'promptTokens',
  'completionTokens',
];

const CALLS = 'gatewaylogs';
const MODELS = 'gatewayllmlogs';
const KIND: LogKind = {
  provider: 'microsoft.apimanagement',
  categories: new Set([CALLS, MODELS]),
  tables: [
    { name: 'ApiManagementGatewayLlmLog', column: 'PromptTokens', category: MODELS },
    { name: 'ApiManagementGatewayLogs', column: 'ApimSubscriptionId', category: CALLS },
  ],
};

/**
 * Logs of an API Management gateway. A call counts once, in the log of the gateway, which says by which subscription it
 * was; the log of models only adds its tokens. Rows that a query has joined tell both.
 */
export const azureGateway = defineFormat({
  id: 'azure-gateway',
  title: 'Azure API Management gateway logs',
  paths: PATHS,
  unwrap,
  reader: createReader,
});

const LONGEST_URL = 2_048;

/** Paths under which vendors take calls of their models. */
const MODEL_PATH =
  /\/(?:(?:chat\/)?completions|embeddings|(?:v\d+|openai)\/responses|v\d+\/messages|images\/(?:generations|edits)|audio\/(?:speech|transcriptions|translations)|model\/[^/]+\/(?:invoke|converse)(?:-[a-z-]+)?|models\/[^/]+:[a-z]*(?:generate|embed|predict)[a-z]*)$/i;
const MODEL_OPERATION =
  /completions_create|embeddings_create|responses_create|messages_create|imagegenerations_create/i;
const MODEL_IN_PATH = /\/(?:deployments|models?)\/([\w.%:-]{1,128}?)(?=\/|:[a-z]+$|$)/i;

function unwrap(record: JsonObject): JsonObject | null {
  const log = openLog(record, KIND);
  if (log === null) return null;
  const path = pathOf(log.value('url'));
  return keepGroup(record, { ...gatherLog(log, NAMES), path, backendPath: pathOf(log.value('backendUrl')) });
}

/** What follows the path may be a subscription's key. */
const pathOf = (url: unknown): string =>
  typeof url === 'string' ? (url.slice(0, LONGEST_URL).split(/[?#]/, 1)[0] ?? '') : '';

interface Seen {
  calls: boolean;
  tokens: boolean;
  /** Tokens that no subscription was named for. */
  loose: boolean;
}

function createReader(): Reader<typeof PATHS> {
  const announce = createAnnouncer();
  const seen: Seen = { calls: false, tokens: false, loose: false };
  const report = (event: AuditEvent, identity: Identity, sink: Sink): void => {
    const hasTokens = event.tokensIn + event.tokensOut > 0;
    seen.calls ||= event.count > 0;
    seen.tokens ||= hasTokens;
    seen.loose ||= hasTokens && identity.kind === 'unknown';
    announce(identity, 0, sink);
    sink.event(event);
  };
  return {
    read(fields, whole, sink) {
      const at = readInstant(fields.time);
      const identity = consumerOf(fields);
      if (isLeftOut(fields, identity)) sink.ignore();
      else if (at === undefined) sink.malformed('the record has no readable time');
      else {
        const event = isCall(fields) ? callOf(fields, at, identity) : tokensOf(fields, at, identity);
        report(asGroup(event, whole()), identity, sink);
      }
    },
    views: () => viewsOf(seen),
  };
}

const isCall = ({ category, code }: Row): boolean => category === CALLS || code !== '';

/** What was said is split over several rows, of which one has counts; and plain use by nobody is nobody's. */
function isLeftOut(fields: Row, { kind }: Identity): boolean {
  if (isCall(fields)) return kind === 'unknown' && !isModelCall(fields);
  return readTokens(fields.tokensIn) + readTokens(fields.tokensOut) === 0;
}

/** Whose subscription it was; who calls without one is not told. */
function consumerOf({ consumer, resource }: Row): Identity {
  const whole = lowerPath(consumer);
  const name = whole.slice(whole.lastIndexOf('/') + 1);
  if (name === '') return strangerAt(resource, subscriptionOf(resource));
  const id = `${resource}/subscriptions/${name}`;
  return keyIdentity(id, 'gateway-subscription', id);
}

function callOf(fields: Row, at: number, identity: Identity): AuditEvent {
  const outcome = logOutcome([fields.code], fields.result);
  return eventBy(identity, {
    at,
    ...(isModelCall(fields) ? modelCall(modelOf(fields), fields) : OTHER_CALL),
    example: logId(fields.correlation, ['apim', outcome, at, short(fields.resource)], fields),
    action: actionOf('apim', fields.api || 'call'),
    outcome,
    address: readAddress(fields.address),
    region: regionOf(fields.region),
  });
}

/** One for each request that a model answered, however many rows tell of it. */
function tokensOf(fields: Row, at: number, identity: Identity): AuditEvent {
  const request = idOf(fields.requestId);
  return eventBy(identity, {
    at,
    count: 0,
    ...modelCall(modelOf(fields), fields),
    example: logId(fields.correlation, ['apim-tokens', short(`${fields.resource}\n${request}`)], fields),
    action: 'apim:tokens',
    outcome: 'ok',
    address: '',
    region: regionOf(fields.region),
  });
}

function isModelCall({ model, path, backendPath, api, method }: Row): boolean {
  if (model !== '') return true;
  if (method !== '' && method.toUpperCase() !== 'POST') return false;
  return MODEL_PATH.test(path) || MODEL_PATH.test(backendPath) || MODEL_OPERATION.test(api);
}

/** The model, or the deployment of one that was asked for by its path. */
function modelOf({ model, path, backendPath }: Row): string {
  return model || MODEL_IN_PATH.exec(path)?.[1] || MODEL_IN_PATH.exec(backendPath)?.[1] || '';
}

const NO_CALLS =
  'no calls: they are in gateway logs of the category GatewayLogs, and none were seen; the LLM log does not say who called';
const AROUND = 'gateway logs show calls through the gateway only: those around it are in logs of the AI resource';
const NO_TOKENS = 'no token counts were seen: gateway logs of the category GatewayLlmLogs have them';
const LOOSE =
  'the LLM log names no subscription, so its token counts are of the whole gateway: rows that a query joins to the gateway log by CorrelationId have both';
const NEAREST = 'the address is of whoever reached the gateway, which may be a proxy';
const NO_DEEDS = 'gateway logs tell of calls, and of no changes of subscriptions and keys: the Activity Log has those';
const NO_INVENTORY =
  'no list of subscriptions: keys that nobody uses are unseen, and how old a key is, is not in the logs';

function viewsOf({ calls, tokens, loose }: Seen): Views {
  return {
    calls: calls ? open(AROUND) : blind(NO_CALLS),
    tokens: tokens ? open(loose ? LOOSE : '') : blind(NO_TOKENS),
    places: calls ? open(NEAREST) : blind(NO_CALLS),
    deeds: blind(NO_DEEDS),
    'sign-ins': blind('gateway logs show no sign-ins'),
    inventory: open(NO_INVENTORY),
  };
}
