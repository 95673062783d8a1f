import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '../src/model/event.ts';
import { formats, notAuditLogs } from '../src/normalise/formats.ts';
import { kong } from '../src/normalise/kong.ts';
import { readText } from './read-text.ts';

const AT = Date.UTC(2026, 10, 1, 10, 0, 0, 250);
const CREDENTIAL = '00000000-0000-4000-8000-0000000000a1';
const CONSUMER = '00000000-0000-4000-8000-0000000000b1';
const SECRET = 'sk-ant-api03-ThisIsASecretThatNobodyMaySee';

const AI = {
  meta: { provider_name: 'anthropic', request_model: 'claude-x', response_model: 'claude-x-20261001', plugin_id: 'p' },
  usage: { prompt_tokens: 28, completion_tokens: 20, total_tokens: 48, cost: 0.0038, time_per_token: 133 },
  payload: { request: SECRET },
};

const record = (rest: object = {}): object => ({
  started_at: AT,
  client_ip: '192.0.2.1',
  request: {
    id: '0a0b',
    method: 'POST',
    uri: `/v1/messages?apikey=${SECRET}`,
    url: `https://models.example.com:443/v1/messages?apikey=${SECRET}`,
    querystring: { apikey: SECRET },
    headers: { 'user-agent': 'curl/8.7.1', 'x-api-key': SECRET, apikey: SECRET, authorization: 'REDACTED' },
    size: 100,
  },
  response: { status: 200, size: 512, headers: { 'set-cookie': SECRET } },
  upstream_uri: `/v1/messages?apikey=${SECRET}`,
  latencies: { kong: 1, proxy: 20, request: 21 },
  authenticated_entity: { id: CREDENTIAL, consumer_id: CONSUMER },
  consumer: { id: CONSUMER, username: 'ci', custom_id: 'c-1' },
  service: { name: 'anthropic' },
  route: { name: 'models' },
  tries: [],
  ai: { proxy: AI },
  ...rest,
});

const read = (text: string, known = formats) => readText(text, { formats: known, others: notAuditLogs });

async function eventOf(fields: object): Promise<AuditEvent> {
  const taken = await read(JSON.stringify(record(fields)));
  expect(taken.completion).toMatchObject({ kind: 'kong', complete: true, damage: [] });
  expect(JSON.stringify(taken)).not.toContain('ThisIsASecret');
  expect(taken.events).toHaveLength(1);
  return taken.events[0]!;
}

const CALL = {
  at: AT,
  last: AT,
  count: 1,
  tokensIn: 28,
  tokensOut: 20,
  microUsd: 3800,
  ttl: 0,
  example: expect.stringMatching(/^0a0b\/[0-9a-z]+$/) as string,
  hour: Math.floor(AT / 3_600_000),
  credential: CREDENTIAL,
  session: '',
  principal: 'ci',
  account: 'kong',
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
const PLAIN = { tokensIn: 0, tokensOut: 0, microUsd: 0, model: '' };
const STRANGER = { credential: 'unidentified:kong', principal: 'unidentified:kong' };
const request = (rest: object): object => ({
  request: { id: '0a0b', method: 'POST', uri: '/v1/messages', size: 100, ...rest },
});

describe('a request', () => {
  test.each<[string, object, object]>([
    ['that ai-proxy passed on', {}, CALL],
    ['in older logs', { ai: { 'ai-proxy': AI } }, CALL],
    [
      'in the oldest logs',
      { ai: { payload: {}, 'ai-proxy': { ...AI, usage: { prompt_token: 28, completion_token: 20, cost: '0.0038' } } } },
      CALL,
    ],
    [
      'that another plugin changed by asking a model itself',
      { ai: { 'ai-request-transformer': AI } },
      { ...CALL, ...PLAIN },
    ],
    ['without anything of models', { ai: undefined }, { ...CALL, ...PLAIN }],
    [
      'whose model the gateway did not note',
      { ai: { proxy: { meta: { request_model: 'UNSPECIFIED' } } } },
      { ...CALL, ...PLAIN },
    ],
    ['on a route of its own', request({ uri: '/ask' }), { ...CALL, action: 'call', agent: '' }],
    [
      'told by its URL',
      request({ uri: undefined, url: 'http://x/v1/chat/completions?k' }),
      { ...CALL, action: 'chat', agent: '' },
    ],
    ['of a consumer', { authenticated_entity: undefined }, { ...CALL, credential: CONSUMER }],
    ['of a consumer without a name', { consumer: { id: CONSUMER, custom_id: 'c-1' } }, { ...CALL, principal: 'c-1' }],
    ['of nobody', { authenticated_entity: undefined, consumer: undefined }, { ...CALL, ...STRANGER }],
    [
      'of whoever bears no key',
      { authenticated_entity: undefined, consumer: { id: CONSUMER, username: 'anonymous' } },
      { ...CALL, ...STRANGER },
    ],
    ['that was turned down', { response: { status: 403 } }, { ...CALL, outcome: 'denied' }],
    ['that failed', { response: { status: 502 } }, { ...CALL, outcome: 'failed' }],
    ['without an answer', { response: undefined }, { ...CALL, outcome: 'failed' }],
  ])('%s', async (_title, fields, event) => {
    expect(await eventOf(fields)).toEqual(event);
  });

  test('stands in arrays where several are sent at once', async () => {
    const { events } = await read(JSON.stringify([record(), record(request({ id: '0a0c' }))]));
    expect(events.map(({ example }) => example.split('/')[0])).toEqual(['0a0b', '0a0c']);
  });

  test('of another service is left out', async () => {
    const other = record({ ...request({ uri: '/shop' }), ai: undefined });
    const { events, ignored, completion } = await read(JSON.stringify(other));
    expect({ events, ignored, kind: completion.kind }).toEqual({ events: [], ignored: 1, kind: 'kong' });
  });

  test('announces the key and its consumer', async () => {
    const { credentials } = await read(JSON.stringify(record()));
    expect(credentials).toEqual([
      { id: CREDENTIAL, provider: 'proxy', kind: 'virtual-key', owner: 'ci', account: 'kong', observedAt: 0 },
    ]);
  });
});

test('what a log shows: tokens only where a plugin logs them, and keys only where one tells consumers apart', async () => {
  const whole = (await read(JSON.stringify(record()))).completion.views;
  expect(whole).toMatchObject({
    calls: { blind: false },
    tokens: { blind: false, gaps: [] },
    places: { blind: false },
  });
  const bare = record({ ai: undefined, authenticated_entity: undefined, consumer: undefined });
  const views = (await read(JSON.stringify(bare))).completion.views!;
  const nameless = 'the log names no key: let an authentication plugin, such as key-auth, tell consumers apart';
  expect(views.places).toEqual({ blind: true, gaps: [nameless] });
  expect(views.calls.gaps).toContain(`calls are judged in total, because ${nameless}`);
  expect(views.tokens.gaps).toEqual([
    'no token counts were seen: the plugins ai-proxy and ai-proxy-advanced log them with config.logging.log_statistics',
  ]);
});

test('any fields are read without harm', async () => {
  expect(kong(0).unwrap({ request: {}, started_at: 1, client_ip: '', latencies: {} })).toBeNull();
  const parts = fc.dictionary(fc.constantFrom(...Object.keys(record())), fc.anything());
  await fc.assert(fc.asyncProperty(fc.array(parts), async all => void (await read(JSON.stringify(all.map(record))))));
});
