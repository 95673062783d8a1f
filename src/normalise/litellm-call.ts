import ipaddr from 'ipaddr.js';
import type { Views } from '../model/coverage.ts';
import type { AuditEvent } from '../model/event.ts';
import type { Fields, JsonObject, Paths } from '../scan/wanted.ts';
import { readAddress } from './address.ts';
import { readAgent } from './agent.ts';
import { contentId } from './content-id.ts';
import { digText, isObject, parseJson, textOf } from './dig.ts';
import { eventBy, modelCall, OTHER_CALL } from './event-by.ts';
import type { Reader, Sink } from './format.ts';
import type { Identity } from './identity.ts';
import { readInstant } from './instant.ts';
import { createLitellmAnnouncer, identify, isOwnAccount, nameIn } from './litellm-identity.ts';
import { callOutcome, isStrangeKey } from './litellm-outcome.ts';
import { MICRO, readMicroUsd } from './measures.ts';
import { memoised } from './memo.ts';
import { tidy } from './redact.ts';
import { blind, open } from './view.ts';

/** A call as both of LiteLLM's records of it tell it, by what each field means. */
export const CALL_PATHS = {
  id: ['id'],
  time: ['time'],
  type: ['type'],
  key: ['key'],
  alias: ['alias'],
  user: ['user'],
  email: ['email'],
  team: ['team'],
  model: ['model'],
  provider: ['provider'],
  tokensIn: ['tokensIn'],
  tokensOut: ['tokensOut'],
  spend: ['spend'],
  status: ['status'],
  code: ['code'],
  fault: ['fault'],
  upstream: ['upstream'],
  address: ['address'],
  agent: ['agent'],
} as const satisfies Paths;

/** One call; whatever a record does not tell is empty. */
export type Call = Fields<typeof CALL_PATHS>;

interface Seen {
  calls: boolean;
  tokens: boolean;
  addresses: boolean;
  /** Addresses that are not of a private network. */
  outside: boolean;
  /** Several addresses in one field. */
  lists: boolean;
  /** Calls that name neither a key nor a person. */
  nameless: boolean;
}

/** Reads calls, each as one event; `where` names the records in what is said of gaps. */
export function createCallReader(where: string): Reader<typeof CALL_PATHS> {
  const announce = createLitellmAnnouncer();
  const seen: Seen = { calls: false, tokens: false, addresses: false, outside: false, lists: false, nameless: false };
  return {
    read(call, _, sink) {
      // Whoever offers such a name as a key is somebody else, and is turned down.
      if (isOwnAccount(call.key) && !isStrangeKey(call.fault)) return sink.ignore();
      const at = readTime(call.time);
      if (at === undefined) return sink.malformed('the record has no readable time');
      const identity = callerIn(call);
      const event = toEvent(call, at, identity);
      note(seen, call, event);
      tell(call, identity, announce, sink);
      sink.event(event);
    },
    views: () => viewsOf(seen, where),
  };
}

const callerIn = ({ key, user, team, fault }: Call): Identity =>
  identify({ key, user, team, isStranger: isStrangeKey(fault) });

/** Of a key that the proxy does not know a record only repeats what was claimed. */
function tell(call: Call, identity: Identity, announce: ReturnType<typeof createLitellmAnnouncer>, sink: Sink): void {
  const isKnown = identity.kind !== 'unknown';
  announce({ identity, alias: call.alias, team: call.team, email: isKnown ? call.email : '' }, sink);
}

function toEvent(call: Call, at: number, identity: Identity): AuditEvent {
  const isModelCall = isInference(call);
  return eventBy(identity, {
    at,
    ...(isModelCall ? modelCall(modelIn(call), call) : OTHER_CALL),
    example: nameIn(call.id) || contentId(call),
    action: actionIn(call.type),
    outcome: callOutcome(call.status, call),
    address: addressIn(call.address),
    agent: readAgent(call.agent),
    microUsd: readMicroUsd(Number(call.spend) * MICRO),
  });
}

/** Calls that no model answers: of files, batches and stored answers, and of tools. */
const NO_INFERENCE =
  /^a?(?:retrieve|list|delete|cancel|get|update|search|file|vector_store|create_file|call_mcp|content)/;

/** A request that was turned down at the door names neither a model nor a sort of call. */
const isInference = ({ type, model }: Call): boolean =>
  (type.trim() !== '' || nameIn(model) !== '') && !NO_INFERENCE.test(type.trim().toLowerCase());

const actionIn = memoised(1_000, type => tidy(type.trim(), 96).toLowerCase() || 'call');

/** The provider stands before the name of a model that answered, and not before one that was only asked for. */
function modelIn({ model, provider }: Call): string {
  const name = nameIn(model);
  const prefix = `${nameIn(provider)}/`;
  return prefix !== '/' && name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Of several addresses the last: it is what the proxy next to LiteLLM saw, and those before it are the caller's word. */
const addressIn = (text: string): string => readAddress(text.slice(text.lastIndexOf(',') + 1).trim());

/** The zone of a database may be cut to its hours. */
const SHORT_ZONE = /(\d\d:\d\d:\d\d(?:\.\d{1,9})?[+-]\d\d)$/;

/** An instant as LiteLLM or its database writes it: without a zone it is UTC. */
export const readTime = (text: string): number | undefined => readInstant(text.trim().replace(SHORT_ZONE, '$1:00'));

/** The object under a name, be it as it is or as JSON text; an empty one for anything else. */
export function objectIn(record: JsonObject, name: string): JsonObject {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  const found = typeof value === 'string' ? parseJson(value) : value;
  return isObject(found) ? found : {};
}

/** What both records of a call have under the same names; `metadata` is that of the record. */
export function sharedFields(record: JsonObject, metadata: JsonObject) {
  const text = (name: string): string => textOf(record[name]);
  const meta = (name: string): string => digText(metadata, name);
  return {
    time: text('startTime'),
    type: text('call_type'),
    alias: meta('user_api_key_alias'),
    email: meta('user_api_key_user_email'),
    model: text('model') || text('model_group'),
    provider: text('custom_llm_provider'),
    tokensIn: text('prompt_tokens'),
    tokensOut: text('completion_tokens'),
    address: text('requester_ip_address') || meta('requester_ip_address'),
    agent: meta('user_agent') || agentInTags(record['request_tags']),
  };
}

const AGENT_TAG = /^User-Agent: /;

/** The user agent among the tags of a request: LiteLLM adds it twice, cut to its name and whole. */
function agentInTags(tags: unknown): string {
  const list = typeof tags === 'string' ? parseJson(tags) : tags;
  if (!Array.isArray(list)) return '';
  const agents = list.map(textOf).filter(tag => AGENT_TAG.test(tag));
  return agents
    .map(tag => tag.replace(AGENT_TAG, ''))
    .sort()
    .reduce((longest, agent) => (agent.length > longest.length ? agent : longest), '');
}

function note(seen: Seen, call: Call, event: AuditEvent): void {
  seen.calls = true;
  seen.tokens ||= event.tokensIn + event.tokensOut > 0;
  seen.addresses ||= event.address !== '';
  seen.outside ||= event.address !== '' && isOutside(event.address);
  seen.lists ||= call.address.includes(',');
  seen.nameless ||= nameIn(call.key) + nameIn(call.user) === '';
}

const isOutside: (address: string) => boolean = memoised(5_000, address => {
  return ipaddr.isValid(address) && !NOT_OUTSIDE.has(ipaddr.process(address).range());
});

const NOT_OUTSIDE: ReadonlySet<string> = new Set([
  'private',
  'loopback',
  'linkLocal',
  'uniqueLocal',
  'carrierGradeNat',
]);

const NAMELESS =
  'some calls name no key and no user (redact_user_api_key_info takes them out, and a proxy without a master key has none): who made them is unknown';
const VIRTUAL = 'calls are told by virtual key: which key of a provider the proxy used for them is not';
const NO_ADDRESSES = 'no addresses of callers were seen';
const INSIDE =
  'every address is of a private network: LiteLLM notes the load balancer before it unless use_x_forwarded_for is set';
const LISTS =
  'some addresses came as a list of X-Forwarded-For: the last is taken, which the proxy next to LiteLLM saw';
const NO_LIST = 'no list of keys: `GET /key/list?return_full_object=true` of the proxy gives one';

function viewsOf(seen: Seen, where: string): Views {
  const nameless = seen.nameless ? NAMELESS : '';
  return {
    calls: seen.calls ? open(VIRTUAL, nameless) : blind(`no calls were seen in ${where}`),
    tokens: seen.tokens ? open(nameless) : blind(`no token counts were seen in ${where}`),
    places: seen.addresses
      ? open(seen.outside ? '' : INSIDE, seen.lists ? LISTS : '', nameless)
      : blind(`${NO_ADDRESSES} in ${where}`),
    deeds: blind(`${where} tell of no changes of keys and rights: the audit log of LiteLLM does`),
    'sign-ins': blind(`${where} show no sign-ins`),
    inventory: open(NO_LIST),
  };
}
