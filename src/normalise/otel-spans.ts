import type { Views } from '../model/coverage.ts';
import type { AuditEvent, Outcome } from '../model/event.ts';
import { readAddress } from './address.ts';
import { readAgent } from './agent.ts';
import { announceOnce } from './announcer.ts';
import { eventBy } from './event-by.ts';
import { defineFormat, type Reader, type Sink } from './format.ts';
import { readTokens } from './measures.ts';
import { readModel } from './model-name.ts';
import { type SpanCaller, spanCaller } from './otel-caller.ts';
import { type Ask, asking, WANTED } from './otel-names.ts';
import { isOtherSignal, isSpanRecord, type Span, spansIn } from './otel-record.ts';
import { outcomeOf } from './outcome.ts';
import { blind, open } from './view.ts';

/** Spans of model calls, by OpenTelemetry's conventions for generative AI: requests of the protocol as JSON, or spans one by one. */
export const otelSpans = defineFormat({
  id: 'otel-spans',
  title: 'OpenTelemetry GenAI spans',
  paths: {},
  unwrap: record => (isSpanRecord(record) ? record : null),
  reader: createReader,
});

interface Seen {
  calls: boolean;
  tokens: boolean;
  addresses: boolean;
  /** Calls that gateways asked on, told a second time. */
  onwards: boolean;
  otherSignals: boolean;
}

function createReader(): Reader<Record<never, never>> {
  const announce = announceOnce();
  const seen: Seen = { calls: false, tokens: false, addresses: false, onwards: false, otherSignals: false };
  return {
    read(_, whole, sink) {
      const record = whole();
      if (isOtherSignal(record)) {
        seen.otherSignals = true;
        sink.ignore();
      }
      for (const span of spansIn(record, WANTED)) readSpan(span, { announce, seen, sink });
    },
    views: () => viewsOf(seen),
  };
}

interface Reading {
  readonly announce: ReturnType<typeof announceOnce>;
  readonly seen: Seen;
  readonly sink: Sink;
}

function readSpan(span: Span, { announce, seen, sink }: Reading): void {
  const ask = asking(span.attributes);
  const isOnwards = isCall(ask) && isAskedOn(span, ask);
  seen.onwards ||= isOnwards;
  if (isOnwards || !isCall(ask)) sink.ignore();
  else if (span.traceId === '' || span.spanId === '') sink.malformed('the span has no ids of a trace and a span');
  else if (span.startedAt === undefined) sink.malformed('the span has no readable time');
  else {
    const caller = spanCaller(ask);
    const event = toEvent(span, span.startedAt, ask, caller);
    announce(caller.sighting, sink);
    note(seen, event);
    sink.event(event);
  }
}

/** Calls of a model by the names that operations have had; agents, tools and workflows are told of around them. */
const INFERENCE =
  /^a?(?:(?:text|chat)?completions?|chat|generatecontent|embeddings?|responses?|(?:anthropic)?messages|invokemodel(?:withresponsestream)?|converse(?:stream)?)$/;

/** Without an operation, only what used tokens is a call: SDKs name the model of other requests too. */
function isCall(ask: Ask): boolean {
  const operation = operationOf(ask);
  if (operation !== '') return INFERENCE.test(operation);
  return ask('model') !== '' && ask('input') + ask('output') !== '';
}

const operationOf = (ask: Ask): string =>
  ask('operation')
    .toLowerCase()
    .replaceAll(/[_ .-]/g, '');

/** Services that are known to pass calls on, by what they call themselves. */
const GATEWAY = /^(?:litellm|kong|portkey|helicone|envoy|(?:envoy-|kong-)?(?:ai|llm)-gateway)\b/i;

/**
 * A gateway tells of a call twice: as the server of its caller, and as a client of the model. The first counts. Any other
 * service has one span for a call. Spans of a caller and of the server it asks are of two holders, and count for each.
 */
const isAskedOn = ({ kind }: Span, ask: Ask): boolean => kind === 'client' && GATEWAY.test(ask('service'));

function toEvent({ traceId, spanId, isFailed }: Span, at: number, ask: Ask, caller: SpanCaller): AuditEvent {
  return eventBy(caller.identity, {
    at,
    example: `${traceId}/${spanId}`,
    deed: 'infer',
    action: `gen_ai:${operationOf(ask) || 'call'}`,
    outcome: spanOutcome(ask, isFailed),
    address: readAddress(ask('address')),
    agent: readAgent(ask('agent')),
    model: readModel(ask('model')),
    tokensIn: inputTokens(ask),
    tokensOut: readTokens(ask('output')),
  });
}

/** By the convention the input holds what was cached; an older sender that leaves it out gives less input than that. */
function inputTokens(ask: Ask): number {
  const input = readTokens(ask('input'));
  const cached = readTokens(ask('cacheRead')) + readTokens(ask('cacheWrite'));
  return input >= cached ? input : input + cached;
}

const THROTTLED = /ratelimit|toomanyrequests|throttl|quota/;
const DENIED = /authentication|permission|unauthori|forbidden|accessdenied/;

/** How a call ended: by the status of HTTP, by the type of its error, or by the status of the span. */
function spanOutcome(ask: Ask, isFailed: boolean): Outcome {
  const code = Number(ask('status'));
  if (code >= 400 && code <= 599) return outcomeOf(String(code));
  const error = ask('error').slice(0, 256);
  if (error === '') return isFailed ? 'failed' : 'ok';
  const word = error.toLowerCase().replaceAll(/[_ .-]/g, '');
  if (THROTTLED.test(word)) return 'throttled';
  return DENIED.test(word) ? 'denied' : outcomeOf(error);
}

function note(seen: Seen, event: AuditEvent): void {
  seen.calls = true;
  seen.tokens ||= event.tokensIn + event.tokensOut > 0;
  seen.addresses ||= event.address !== '';
}

const NO_CALLS = 'no spans of model calls were seen: their attributes are those of gen_ai.*';
const SAMPLED = 'only services that send spans are seen, and only what their sampling kept';
const NO_KEYS =
  'spans name no key: a call is told of whoever the span names, a user, a workspace or a service, which may hold several';
const ONWARDS = 'spans of what gateways asked models on behalf of their callers were left out: the calls to them count';
const NO_TOKENS = 'no token counts were seen in spans (gen_ai.usage.*)';
const NO_PLACES = 'no span tells where a call came from (client.address)';
const CLAIMED = 'where a call came from is what the service that sent the span says';
const OTHER_SIGNALS = 'logs and metrics of OpenTelemetry were left out: only spans tell of single calls';

function viewsOf({ calls, tokens, addresses, onwards, otherSignals }: Seen): Views {
  const leftOut = [...(onwards ? [ONWARDS] : []), ...(otherSignals ? [OTHER_SIGNALS] : [])];
  return {
    calls: calls ? open(SAMPLED, NO_KEYS, ...leftOut) : blind(NO_CALLS, ...leftOut),
    tokens: tokens ? open(SAMPLED) : blind(NO_TOKENS),
    places: addresses ? open(SAMPLED, CLAIMED) : blind(NO_PLACES),
    deeds: blind('spans tell of calls, and of no changes of keys and rights'),
    'sign-ins': blind('spans show no sign-ins'),
    inventory: blind(NO_KEYS),
  };
}
