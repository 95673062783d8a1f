import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '../src/model/event.ts';
import { envoy } from '../src/normalise/envoy.ts';
import { formats, notAuditLogs } from '../src/normalise/formats.ts';
import { readText } from './read-text.ts';

const ID = '00000000-0000-4000-8000-0000000000f1';
const STARTED = '2026-11-01T10:00:00.250Z';
const AT = Date.UTC(2026, 10, 1, 10, 0, 0, 250);
const SECRET = 'sk-ant-api03-ThisIsASecretThatNobodyMaySee';

/** As the documentation of Envoy AI Gateway has it. */
const gateway = (rest: object = {}): object => ({
  ':authority': 'models.example.com',
  bytes_received: 105,
  bytes_sent: 432,
  connection_termination_details: null,
  downstream_local_address: '127.0.0.1:1975',
  downstream_remote_address: '192.0.2.1:64484',
  duration: 1526,
  'gen_ai.provider.name': 'default/route/0',
  'gen_ai.request.model': 'claude-x',
  'gen_ai.response.model': 'claude-x-20261001',
  'gen_ai.usage.input_tokens': 15,
  'gen_ai.usage.output_tokens': 7,
  'gen_ai.usage.total_tokens': 22,
  method: 'POST',
  protocol: 'HTTP/1.1',
  response_code: 200,
  response_flags: '-',
  start_time: STARTED,
  'user-agent': 'curl/8.7.1',
  'x-envoy-origin-path': '/v1/messages',
  'x-forwarded-for': '203.0.113.9,192.0.2.1',
  'x-request-id': ID,
  key_fp: 'kw1_0123456789abcdef',
  ...rest,
});

const read = (records: readonly object[], known = formats) =>
  readText(records.map(record => JSON.stringify(record)).join('\n'), { formats: known, others: notAuditLogs });

async function eventOf(record: object, known = formats): Promise<AuditEvent> {
  const { events, completion } = await read([record], known);
  expect(completion).toMatchObject({ kind: 'envoy', complete: true, damage: [] });
  expect(events).toHaveLength(1);
  return events[0]!;
}

const CALL = {
  at: AT,
  last: AT,
  count: 1,
  tokensIn: 15,
  tokensOut: 7,
  microUsd: 0,
  ttl: 0,
  example: expect.stringMatching(new RegExp(`^${ID}/[0-9a-z]+$`)) as string,
  hour: Math.floor(AT / 3_600_000),
  credential: 'kw1_0123456789abcdef',
  session: '',
  principal: 'kw1_0123456789abcdef',
  account: 'envoy',
  deed: 'infer',
  action: 'messages',
  outcome: 'ok',
  address: '192.0.2.1',
  agent: 'curl',
  region: '',
  inferenceRegion: '',
  model: 'claude-x',
  mfa: '',
  target: '',
};
const STRANGER = { credential: 'unidentified:envoy', principal: 'unidentified:envoy' };
const NO_TOKENS = { tokensIn: 0, tokensOut: 0 };
const without = (...names: readonly string[]): object => Object.fromEntries(names.map(name => [name, undefined]));
const GEN_AI = [
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
];

describe('a request', () => {
  test.each<[string, object, object]>([
    ['of Envoy AI Gateway', gateway(), CALL],
    ['with counts as text', gateway({ 'gen_ai.usage.input_tokens': '15', 'gen_ai.usage.output_tokens': '7' }), CALL],
    [
      'without counts',
      gateway({ 'gen_ai.usage.input_tokens': null, 'gen_ai.usage.output_tokens': '-' }),
      { ...CALL, ...NO_TOKENS },
    ],
    [
      'under the names that the documentation had before',
      gateway({ ...without(...GEN_AI), genai_model_name: 'claude-x', genai_tokens_input: 15, genai_tokens_output: 7 }),
      CALL,
    ],
    ['of Envoy Gateway', gateway(without(...GEN_AI)), { ...CALL, ...NO_TOKENS, model: '' }],
    [
      'of Istio',
      gateway({
        ...without(...GEN_AI, 'x-envoy-origin-path', 'x-request-id', 'user-agent', ':authority', 'x-forwarded-for'),
        path: '/v1/messages?x=1',
        request_id: ID,
        user_agent: 'curl/8.7.1',
        response_code: '200',
      }),
      { ...CALL, ...NO_TOKENS, model: '' },
    ],
    ['of a model on a path of its own', gateway({ 'x-envoy-origin-path': '/ask' }), { ...CALL, action: 'call' }],
    [
      'of a client by its id',
      gateway({ key_fp: null, 'x-client-id': 'team-a' }),
      { ...CALL, credential: 'team-a', principal: 'team-a' },
    ],
    ['of a user', gateway({ key_fp: '-', sub: 'ci' }), { ...CALL, credential: 'envoy/ci', principal: 'ci' }],
    ['of nobody', gateway({ key_fp: undefined }), { ...CALL, ...STRANGER }],
    ['that was never answered', gateway({ response_code: 0 }), { ...CALL, outcome: 'failed' }],
    ['that was put off', gateway({ response_code: 429 }), { ...CALL, outcome: 'throttled' }],
  ])('%s', async (_title, record, event) => {
    expect(await eventOf(record)).toEqual(event);
  });

  test('in the default text has no address until proxies are trusted', async () => {
    const text = `[${STARTED}] "POST /v1/messages?key=x HTTP/1.1" 200 - 0 123 45 44 "203.0.113.9,192.0.2.1" "curl/8.7.1" "${ID}" "models.example.com" "198.51.100.7:443"`;
    const expected = { ...CALL, ...NO_TOKENS, ...STRANGER, model: '' };
    const known = { formats, others: notAuditLogs };
    const { events, completion } = await readText(text, known);
    expect(events).toEqual([{ ...expected, address: '' }]);
    expect(completion.views!.places).toEqual({
      blind: true,
      gaps: [expect.stringContaining('the log names no key: '), expect.stringContaining('trustedProxies')],
    });
    const trusting = await readText(text, { ...known, formats: [envoy(1)] });
    expect(trusting.events).toEqual([expected]);
  });

  test('of other services, such as tools, is left out', async () => {
    const tools = gateway({
      ...without(...GEN_AI),
      'gen_ai.request.model': null,
      'x-envoy-origin-path': '/mcp',
      mcp_method: 'tools/call',
    });
    const { events, ignored, completion } = await read([tools, gateway({ method: 'OPTIONS' })]);
    expect({ events, ignored, kind: completion.kind }).toEqual({ events: [], ignored: 2, kind: 'envoy' });
  });

  test('with an id that its caller chose counts beside the others of that id', async () => {
    const { events } = await read([gateway(), gateway({ start_time: '2026-11-01T10:00:00.251Z' }), gateway()]);
    expect(new Set(events.map(({ example }) => example)).size).toBe(2);
  });

  test('leaves no secret behind', async () => {
    const taken = await read([
      gateway({
        'x-envoy-origin-path': `/v1/messages?key=${SECRET}`,
        key_fp: SECRET,
        'x-api-key': SECRET,
        sub: SECRET,
      }),
    ]);
    expect(taken.events).toMatchObject([STRANGER]);
    expect(JSON.stringify(taken)).not.toContain('ThisIsASecret');
  });
});

test('what a log shows: tokens where there are counts', async () => {
  expect((await read([gateway()])).completion.views).toMatchObject({
    tokens: { blind: false, gaps: [] },
    places: { blind: false },
  });
  expect((await read([gateway(without(...GEN_AI))])).completion.views!.tokens).toEqual({
    blind: true,
    gaps: [
      'no token counts were seen: Envoy AI Gateway has them as gen_ai.usage.input_tokens and gen_ai.usage.output_tokens',
    ],
  });
});

test('any fields are read without harm', async () => {
  expect(envoy(0).unwrap({ start_time: 'x', path: '/' })).toBeNull();
  const record = fc.dictionary(fc.constantFrom(...Object.keys(gateway())), fc.anything());
  await fc.assert(fc.asyncProperty(fc.array(record), async records => void (await read(records.map(gateway)))));
});
