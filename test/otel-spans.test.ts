import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '../src/model/event.ts';
import { formats, notAuditLogs } from '../src/normalise/formats.ts';
import { otelSpans } from '../src/normalise/otel-spans.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import { readText } from './read-text.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const AT = Date.UTC(2026, 10, 19, 12, 0, 0, 123);
const NANOS = `${AT}456789`;
const CANARY = 'capital-of-canaries';

type Attributes = Readonly<Record<string, string | number | boolean>>;

const CHAT: Attributes = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.request.model': 'claude-sonnet-4-5',
  'gen_ai.usage.input_tokens': 1200,
  'gen_ai.usage.output_tokens': 340,
  'gen_ai.input.messages': CANARY,
};
const SERVICE: Attributes = { 'service.name': 'checkout', 'service.namespace': 'shop' };

/** Attributes as the protocol writes them. */
const typed = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => {
    if (typeof value === 'string') return { key, value: { stringValue: value } };
    return { key, value: typeof value === 'boolean' ? { boolValue: value } : { intValue: String(value) } };
  });

const otlpSpan = (attributes: Attributes, over: JsonObject = {}) => ({
  traceId: TRACE,
  spanId: SPAN,
  parentSpanId: '00f067aa0ba902b1',
  name: 'chat claude-sonnet-4-5',
  kind: 3,
  startTimeUnixNano: NANOS,
  endTimeUnixNano: NANOS,
  attributes: typed(attributes),
  events: [{ name: 'gen_ai.user.message', attributes: typed({ content: CANARY }) }],
  status: {},
  ...over,
});

const request = (spans: readonly unknown[], resource: Attributes = SERVICE) => ({
  resourceSpans: [{ resource: { attributes: typed(resource) }, scopeSpans: [{ scope: { name: 'test' }, spans }] }],
});

const linesOf = (records: readonly unknown[]): string => records.map(record => JSON.stringify(record)).join('\n');
const readAll = (records: readonly unknown[]) => readText(linesOf(records));

async function eventsOf(...records: readonly unknown[]): Promise<readonly AuditEvent[]> {
  const { events, completion } = await readAll(records);
  expect(completion).toMatchObject({ kind: 'otel-spans', damage: [] });
  return events;
}

const one = async (attributes: Attributes, over: JsonObject = {}, resource = SERVICE): Promise<AuditEvent> => {
  const events = await eventsOf(request([otlpSpan(attributes, over)], resource));
  expect(events).toHaveLength(1);
  return events[0]!;
};

const EVENT: AuditEvent = {
  at: AT,
  last: AT,
  count: 1,
  tokensIn: 1200,
  tokensOut: 340,
  microUsd: 0,
  ttl: 0,
  example: `${TRACE}/${SPAN}`,
  hour: Math.floor(AT / 3_600_000),
  credential: 'shop/checkout (anthropic)',
  session: '',
  principal: 'shop/checkout',
  account: 'anthropic',
  deed: 'infer',
  action: 'gen_ai:chat',
  outcome: 'ok',
  address: '',
  agent: '',
  region: '',
  inferenceRegion: '',
  model: 'claude-sonnet-4-5',
  mfa: '',
  target: '',
};

describe('the shapes of one span', () => {
  const flat = (over: JsonObject) => ({ name: 'chat', attributes: CHAT, ...over });
  const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
  const shapes: readonly (readonly [name: string, record: JsonObject])[] = [
    ['a request, as the collector writes it', request([otlpSpan(CHAT)])],
    ['ids in base64', request([otlpSpan(CHAT, { traceId: base64(TRACE), spanId: base64(SPAN) })])],
    [
      'an older collector',
      {
        resourceSpans: [
          {
            resource: { attributes: typed(SERVICE) },
            instrumentationLibrarySpans: [{ spans: [otlpSpan(CHAT, { kind: 'SPAN_KIND_CLIENT' })] }],
          },
        ],
      },
    ],
    ['a span of the protocol alone', { ...otlpSpan(CHAT), resource: { attributes: typed(SERVICE) } }],
    [
      'a line with plain attributes',
      flat({
        trace_id: TRACE,
        span_id: SPAN,
        start_time: new Date(AT).toISOString(),
        resource: { attributes: SERVICE },
      }),
    ],
    [
      'what the Python SDK prints',
      flat({
        context: { trace_id: `0x${TRACE}`, span_id: `0x${SPAN}`, trace_state: '[]' },
        kind: 'SpanKind.CLIENT',
        parent_id: null,
        start_time: '2026-11-19T12:00:00.123456Z',
        status: { status_code: 'UNSET' },
        events: [{ name: 'gen_ai.user.message', attributes: { content: CANARY } }],
        resource: { attributes: SERVICE, schema_url: '' },
      }),
    ],
    [
      'the same under the names of the protocol',
      flat({
        traceId: TRACE.toUpperCase(),
        spanId: SPAN,
        startTimeUnixNano: NANOS,
        resource_attributes: SERVICE,
      }),
    ],
  ];

  test.each(shapes)('%s', async (_, record) => {
    expect(await eventsOf(record)).toEqual([EVENT]);
  });

  test('an array of requests, and of several spans in one', async () => {
    const spans = [otlpSpan(CHAT), otlpSpan(CHAT, { spanId: '00f067aa0ba902b8' })];
    const { events } = await readText(
      JSON.stringify([request(spans), request([otlpSpan(CHAT, { spanId: '00f067aa0ba902b9' })])]),
    );
    expect(events.map(({ example }) => example)).toEqual(
      ['b7', 'b8', 'b9'].map(end => `${TRACE}/00f067aa0ba902${end}`),
    );
  });

  test('nothing of what was asked and answered is kept', async () => {
    for (const [, record] of shapes) expect(JSON.stringify(await readAll([record]))).not.toContain(CANARY);
  });
});

describe('the names of the convention, old and new', () => {
  test.each<[string, Attributes, Partial<AuditEvent>]>([
    [
      'version 1.36 and before',
      {
        'gen_ai.operation.name': 'chat',
        'gen_ai.system': 'anthropic',
        'gen_ai.response.model': 'claude-sonnet-4-5',
        'gen_ai.usage.prompt_tokens': 1200,
        'gen_ai.usage.completion_tokens': 340,
      },
      EVENT,
    ],
    ['what was cached is part of the input', { ...CHAT, 'gen_ai.usage.cache_read.input_tokens': 1000 }, EVENT],
    [
      'what was cached is no part of it',
      { ...CHAT, 'gen_ai.usage.cache_read.input_tokens': 4000, 'gen_ai.usage.cache_creation.input_tokens': 500 },
      { tokensIn: 5700 },
    ],
    ['as Anthropic writes it', { ...CHAT, 'gen_ai.usage.cache_write.input_tokens': 1300 }, { tokensIn: 2500 }],
    ['as OpenLLMetry writes it', { ...CHAT, 'gen_ai.usage.cache_creation_input_tokens': 1300 }, { tokensIn: 2500 }],
    [
      'tokens that are none',
      { ...CHAT, 'gen_ai.usage.input_tokens': 'many', 'gen_ai.usage.output_tokens': -4 },
      { tokensIn: 0, tokensOut: 0 },
    ],
    [
      'where from',
      { ...CHAT, 'client.address': '192.0.2.7', 'user_agent.original': 'Anthropic/Python 0.71' },
      { address: '192.0.2.7', agent: 'anthropic-sdk' },
    ],
    ['embeddings', { ...CHAT, 'gen_ai.operation.name': 'embeddings' }, { action: 'gen_ai:embeddings' }],
  ])('%s', async (_, attributes, expected) => {
    expect(await one(attributes)).toMatchObject(expected);
  });
});

describe('how a call ended', () => {
  test.each<[string, Attributes, JsonObject, AuditEvent['outcome']]>([
    ['a status of 200', { 'http.response.status_code': 200 }, {}, 'ok'],
    ['a status of 429', { 'http.response.status_code': 429, 'error.type': 'RateLimitError' }, {}, 'throttled'],
    ['a status of 401, by its older name', { 'http.status_code': 401 }, {}, 'denied'],
    ['a status of 404', { 'http.response.status_code': 404 }, {}, 'invalid'],
    ['a status of 529', { 'http.response.status_code': 529 }, {}, 'failed'],
    ['an error type that is a status', { 'error.type': '403' }, {}, 'denied'],
    ['an error type of Anthropic', { 'error.type': 'authentication_error' }, {}, 'denied'],
    ['an error type of an SDK', { 'error.type': 'openai.RateLimitError' }, {}, 'throttled'],
    ['a request that could not work', { 'error.type': 'invalid_request_error' }, {}, 'invalid'],
    ['a timeout', { 'error.type': 'timeout' }, {}, 'failed'],
    ['the status of the span alone', {}, { status: { code: 2 } }, 'failed'],
    ['the same by name', {}, { status: { code: 'STATUS_CODE_ERROR', message: CANARY } }, 'failed'],
    ['a stream that broke', { 'http.response.status_code': 200, 'error.type': '_OTHER' }, {}, 'failed'],
    ['the status of a span that went well', {}, { status: { code: 1 } }, 'ok'],
  ])('%s', async (_, attributes, over, outcome) => {
    expect((await one({ ...CHAT, ...attributes }, over)).outcome).toBe(outcome);
  });
});

describe('what counts as a call', () => {
  test.each<[string, Attributes, JsonObject, Attributes, boolean]>([
    ['a chat', CHAT, {}, SERVICE, true],
    ['a chat as Microsoft writes it', { ...CHAT, 'gen_ai.operation.name': 'Chat' }, {}, SERVICE, true],
    ['generated content', { ...CHAT, 'gen_ai.operation.name': 'generate_content' }, {}, SERVICE, true],
    ['an agent, around its calls', { ...CHAT, 'gen_ai.operation.name': 'invoke_agent' }, {}, SERVICE, false],
    ['a tool', { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.request.model': 'x' }, {}, SERVICE, false],
    [
      'no operation, but a model and tokens',
      { 'gen_ai.request.model': 'x', 'gen_ai.usage.prompt_tokens': 1 },
      {},
      SERVICE,
      true,
    ],
    [
      'no operation, but a type of request',
      { 'gen_ai.request.model': 'x', 'llm.request.type': 'completion' },
      {},
      SERVICE,
      true,
    ],
    [
      'counted tokens: a model, and no use of it',
      { 'gen_ai.request.model': 'x' },
      { name: 'anthropic.messages.count_tokens' },
      SERVICE,
      false,
    ],
    ['any other request', { 'http.request.method': 'GET' }, {}, SERVICE, false],
    ['the server of a gateway', CHAT, { kind: 2 }, { 'service.name': 'litellm-proxy' }, true],
    ['within a gateway', CHAT, { kind: 1 }, { 'service.name': 'litellm-proxy' }, true],
    ['what a gateway then asks the model', CHAT, { kind: 3 }, { 'service.name': 'litellm-proxy' }, false],
    ['a service that merely sounds like one', CHAT, { kind: 3 }, { 'service.name': 'payment-gateway' }, true],
    ['the server of a model', CHAT, { kind: 2 }, { 'service.name': 'claude-platform' }, true],
  ])('%s', async (_, attributes, over, resource, isCounted) => {
    const { events, ignored, completion } = await readAll([request([otlpSpan(attributes, over)], resource)]);
    expect([events.length, ignored, completion.damage]).toEqual(isCounted ? [1, 0, []] : [0, 1, []]);
  });
});

describe('whose call it was', () => {
  const claude = { 'service.name': 'claude-platform' };
  const member = { kind: 'member', observedAt: 0 } as const;
  test.each<[string, Attributes, Attributes, JsonObject]>([
    [
      'a service',
      {},
      SERVICE,
      {
        id: 'shop/checkout (anthropic)',
        provider: 'anthropic',
        kind: 'unknown',
        owner: 'shop/checkout',
        account: 'anthropic',
        observedAt: 0,
      },
    ],
    [
      'a service without a name',
      { 'gen_ai.provider.name': 'mistral_ai' },
      {},
      {
        id: 'unknown_service (mistral_ai)',
        provider: 'proxy',
        kind: 'unknown',
        owner: 'unknown_service',
        account: 'proxy',
        observedAt: 0,
      },
    ],
    [
      'a user by e-mail address',
      { 'enduser.id': 'dev@example.com', 'gen_ai.provider.name': 'aws.bedrock' },
      SERVICE,
      { ...member, id: 'dev@example.com', provider: 'aws', owner: 'dev@example.com', account: 'aws' },
    ],
    [
      'a user of a vendor',
      {
        'user.id': 'user_01ABC',
        'user.email': 'dev@example.com',
        'user.full_name': 'A developer',
        'gen_ai.provider.name': 'openai',
      },
      SERVICE,
      {
        ...member,
        id: 'user_01ABC',
        provider: 'openai',
        owner: 'dev@example.com',
        account: 'openai',
        name: 'A developer',
      },
    ],
    [
      'a user whom the application numbers',
      { 'enduser.id': '123456789012', 'gen_ai.provider.name': 'azure.ai.openai' },
      SERVICE,
      { ...member, id: 'shop/checkout/user/123456789012', provider: 'azure', owner: '', account: 'azure' },
    ],
    [
      'a user whom what sends the spans names',
      { 'gen_ai.provider.name': 'gcp.vertex_ai' },
      { ...SERVICE, 'user.email': 'dev@example.com' },
      { ...member, id: 'dev@example.com', provider: 'google', owner: 'dev@example.com', account: 'google' },
    ],
    [
      'a workspace of Claude',
      { 'anthropic.workspace.id': 'wrkspc_01ABC' },
      { ...claude, 'anthropic.organization.id': 'org_01ABC' },
      {
        id: 'wrkspc_01ABC',
        provider: 'anthropic',
        kind: 'unknown',
        owner: '',
        account: 'org_01ABC',
        scope: 'wrkspc_01ABC',
        observedAt: 0,
      },
    ],
    [
      'Claude without a workspace',
      { 'gen_ai.provider.name': '' },
      claude,
      {
        id: 'claude-platform (anthropic)',
        provider: 'anthropic',
        kind: 'unknown',
        owner: 'claude-platform',
        account: 'anthropic',
        observedAt: 0,
      },
    ],
  ])('%s', async (_, attributes, resource, expected) => {
    const { events, credentials } = await readAll([request([otlpSpan({ ...CHAT, ...attributes }, {})], resource)]);
    expect(credentials).toEqual([expected]);
    expect(events.map(({ credential, account }) => ({ id: credential, account }))).toEqual([
      { id: expected['id'], account: expected['account'] },
    ]);
  });

  test('a secret that stands for a user is not kept', async () => {
    const secret = `sk-ant-api03-${'a1B2'.repeat(24)}`;
    const taken = await readAll([request([otlpSpan({ ...CHAT, 'enduser.id': secret })])]);
    expect(taken.events).toHaveLength(1);
    expect(JSON.stringify(taken)).not.toContain('a1B2a1B2');
  });
});

describe('what is not a span', () => {
  test.each<[string, JsonObject]>([
    ['no attributes', { name: 'chat', trace_id: TRACE, span_id: SPAN, start_time: '2026-11-19T12:00:00Z' }],
    ['no ids', { name: 'chat', attributes: CHAT, start_time: '2026-11-19T12:00:00Z' }],
    [
      'ids of another shape',
      { name: 'chat', attributes: CHAT, trace_id: 'a-b', span_id: '7', start_time: '2026-11-19T12:00:00Z' },
    ],
    ['no beginning', { name: 'chat', attributes: CHAT, trace_id: TRACE, span_id: SPAN }],
    ['requests of another shape', { resourceSpans: 'none' }],
  ])('%s', (_, record) => {
    expect(otelSpans.unwrap(record)).toBeNull();
  });

  test('logs and metrics are known, and left out', async () => {
    const { ignored, completion } = await readAll([{ resourceLogs: [] }, { resourceMetrics: [] }]);
    expect([ignored, completion.damage]).toEqual([2, []]);
    expect(completion.views?.calls).toMatchObject({
      blind: true,
      gaps: [expect.any(String), expect.stringContaining('logs and metrics')],
    });
  });

  test('damage is told, span by span', async () => {
    const spans = [
      otlpSpan(CHAT, { startTimeUnixNano: 'soon' }),
      otlpSpan(CHAT, { spanId: '0'.repeat(16) }),
      otlpSpan(CHAT),
    ];
    const { events, completion } = await readAll([request(spans)]);
    expect(events).toHaveLength(1);
    expect(completion.damage.map(({ what }) => what).sort()).toEqual([
      'the span has no ids of a trace and a span',
      'the span has no readable time',
    ]);
  });

  test('whatever stands in a request, nothing is thrown', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 4 }), fc.jsonValue(), (spans, resource) => {
        const scope = { scopeSpans: [{ spans: [...spans, { ...otlpSpan(CHAT), attributes: spans }] }, resource] };
        const record = { resourceSpans: [{ resource, ...scope }, resource] } as JsonObject;
        const keep = { event: () => {}, credential: () => {}, census: () => {}, ignore: () => {}, malformed: () => {} };
        otelSpans.reader().read({}, () => record, keep);
      }),
    );
  });
});

describe('what can be seen', () => {
  const viewsAfter = async (attributes: Attributes, over: JsonObject = {}, resource: Attributes = SERVICE) =>
    (await readAll([request([otlpSpan(attributes, over)], resource)])).completion.views!;

  test('of calls with addresses and tokens', async () => {
    const views = await viewsAfter({ ...CHAT, 'client.address': '192.0.2.7' });
    const blind = Object.fromEntries(Object.entries(views).map(([sight, view]) => [sight, view.blind]));
    expect(blind).toEqual({
      calls: false,
      tokens: false,
      places: false,
      deeds: true,
      'sign-ins': true,
      inventory: true,
    });
  });

  test('of calls without', async () => {
    const views = await viewsAfter({ 'gen_ai.operation.name': 'chat' });
    expect([views.tokens.blind, views.places.blind]).toEqual([true, true]);
  });

  test('of a gateway’s other half', async () => {
    const views = await viewsAfter(CHAT, {}, { 'service.name': 'litellm' });
    expect(views.calls).toEqual({
      blind: true,
      gaps: [
        'no spans of model calls were seen: their attributes are those of gen_ai.*',
        'spans of what gateways asked models on behalf of their callers were left out: the calls to them count',
      ],
    });
  });
});

test('spans are taken by no other format, and nothing else is taken for one', () => {
  const record = request([otlpSpan(CHAT)]);
  expect(formats.filter(format => format.unwrap(record) !== null).map(({ id }) => id)).toEqual(['otel-spans']);
  expect(notAuditLogs.filter(other => other.recognises(record))).toEqual([]);
});
