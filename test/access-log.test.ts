import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Seen } from '../src/dedupe.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { accessLog } from '../src/normalise/access-log.ts';
import { formats, notAuditLogs } from '../src/normalise/formats.ts';
import { readText } from './read-text.ts';

const AT = Date.UTC(2026, 10, 1, 10);
const SECRET = 'sk-ant-api03-ThisIsASecretThatNobodyMaySee';

interface Line {
  readonly address?: string;
  readonly user?: string;
  readonly request?: string;
  readonly status?: number;
  readonly agent?: string;
  readonly more?: string;
}

const line = ({
  address = '192.0.2.1',
  user = '-',
  request = 'POST /v1/messages HTTP/1.1',
  ...rest
}: Line = {}): string =>
  `${address} - ${user} [01/Nov/2026:10:00:00 +0000] "${request}" ${rest.status ?? 200} 512 "-" "${rest.agent ?? 'curl/8.7.1'}"${rest.more ?? ''}`;

const json = (rest: object = {}): string =>
  JSON.stringify({
    ts: '2026-11-01T10:00:00+00:00',
    remote_addr: '192.0.2.1',
    xff: '',
    method: 'POST',
    path: '/v1/messages',
    status: 200,
    bytes_out: 512,
    rt: 0.25,
    ua: 'curl/8.7.1',
    key_fp: 'kw1_0123456789abcdef',
    user: 'ci',
    upstream: '198.51.100.7:443',
    ...rest,
  });

const read = (lines: readonly string[], known = formats) =>
  readText(lines.join('\n'), { formats: known, others: notAuditLogs });

async function eventOf(text: string, known = formats): Promise<AuditEvent> {
  const { events, completion } = await read([text], known);
  expect(completion.damage).toEqual([]);
  expect(events).toHaveLength(1);
  return events[0]!;
}

const CALL = {
  at: AT,
  last: AT,
  count: 1,
  tokensIn: 0,
  tokensOut: 0,
  microUsd: 0,
  ttl: 0,
  example: expect.stringMatching(/^content:[0-9a-z]+$/) as string,
  hour: AT / 3_600_000,
  credential: 'unidentified:proxy',
  session: '',
  principal: 'unidentified:proxy',
  account: 'proxy',
  deed: 'infer',
  action: 'messages',
  outcome: 'ok',
  address: '192.0.2.1',
  agent: 'curl',
  region: '',
  inferenceRegion: '',
  model: '',
  mfa: '',
  target: '',
};
const KEYED = { ...CALL, credential: 'kw1_0123456789abcdef', principal: 'ci' };
const USED = { ...CALL, credential: 'proxy/ci', principal: 'ci' };

describe('a request', () => {
  test.each<[string, string, object]>([
    ['in the combined form', line(), CALL],
    ['in the common form', line().split(' "-"')[0]!, { ...CALL, agent: '' }],
    ['of a user', line({ user: 'ci' }), USED],
    [
      'of a server with a name',
      `api.example.com:443 ${line()}`,
      { ...CALL, credential: 'unidentified:api.example.com', principal: 'unidentified:api.example.com' },
    ],
    ['with a key by name', line({ user: 'ci', more: ' rt=0.2 key_fp="kw1_0123456789abcdef"' }), KEYED],
    ['as JSON', json(), KEYED],
    [
      'as JSON under the names of nginx',
      json({
        ts: undefined,
        time_iso8601: '2026-11-01T10:00:00Z',
        path: undefined,
        method: undefined,
        request: 'POST /v1/messages HTTP/1.1',
      }),
      KEYED,
    ],
    ['as JSON with times of nginx', json({ ts: undefined, msec: '1793527200.000' }), KEYED],
    ['of a key without a user', json({ user: '-' }), { ...KEYED, principal: 'kw1_0123456789abcdef' }],
    ['of a user without a key', json({ key_fp: '' }), USED],
    [
      'with tokens and a model',
      json({ model: 'us.anthropic.claude-x', tokens_in: '12', tokens_out: 3 }),
      { ...KEYED, model: 'anthropic.claude-x', tokensIn: 12, tokensOut: 3 },
    ],
    ['with an id', json({ request_id: 'f00' }), { ...KEYED, example: expect.stringMatching(/^f00\/[0-9a-z]+$/) }],
    [
      'with an id among fields without names',
      line({ more: ' 00000000-0000-4000-8000-0000000000f1' }),
      { ...CALL, example: expect.stringMatching(/^00000000-0000-4000-8000-0000000000f1\//) },
    ],
    [
      'with what may be an id or a key',
      line({ more: ` ${'0a'.repeat(16)}` }),
      { ...CALL, example: expect.stringMatching(/^id:[0-9a-z]+\/[0-9a-z]+$/) },
    ],
    [
      'of a model that the path names',
      line({ request: 'POST /model/amazon.nova-lite-v1%3A0/invoke HTTP/1.1' }),
      { ...CALL, action: 'invoke', model: 'amazon.nova-lite-v1:0' },
    ],
    [
      'for the list of models',
      line({ request: 'GET /v1/models HTTP/1.1' }),
      { ...CALL, deed: 'use', action: 'list-models' },
    ],
    ['that other proxies passed on is from the nearest', line({ more: ' "203.0.113.9"' }), CALL],
    ['by whoever was turned away', line({ user: 'ci', status: 401 }), { ...CALL, outcome: 'denied' }],
  ])('%s', async (_title, text, event) => {
    expect(await eventOf(text)).toEqual(event);
  });

  test.each([
    [200, 'ok'],
    [101, 'ok'],
    [400, 'invalid'],
    [403, 'denied'],
    [404, 'invalid'],
    [422, 'invalid'],
    [408, 'failed'],
    [429, 'throttled'],
    [499, 'failed'],
    [503, 'failed'],
    [0, 'failed'],
  ])('of status %i is %s', async (status, outcome) => {
    expect((await eventOf(json({ status }))).outcome).toBe(outcome);
  });

  test('is from whom trusted proxies name', async () => {
    const trusting = [accessLog(1)];
    const forwarded = ' "198.51.100.66, 203.0.113.9"';
    expect((await eventOf(line({ more: forwarded }), trusting)).address).toBe('203.0.113.9');
    expect((await eventOf(json({ xff: '203.0.113.9' }), trusting)).address).toBe('203.0.113.9');
    expect((await eventOf(line(), trusting)).address).toBe('192.0.2.1');
  });

  test('announces whose key it was, once', async () => {
    const { credentials } = await read([json(), json(), json({ key_fp: '' }), json({ status: 401 })]);
    const known = { provider: 'proxy', account: 'proxy', observedAt: 0 };
    expect(credentials).toEqual([
      { ...known, id: 'kw1_0123456789abcdef', kind: 'virtual-key', owner: 'ci' },
      { ...known, id: 'proxy/ci', kind: 'virtual-key', owner: 'ci' },
      { ...known, id: 'unidentified:proxy', kind: 'unknown', owner: '' },
    ]);
  });

  test('leaves no secret behind, wherever it stood', async () => {
    const lines = [
      line({
        request: `POST /v1/messages?key=${SECRET} HTTP/1.1`,
        agent: SECRET,
        user: SECRET,
        more: ` "${SECRET}" key_fp="${SECRET}"`,
      }),
      line({ request: `POST /model/${SECRET}/invoke?x HTTP/1.1` }),
    ];
    const others = [
      json({
        path: `/v1/messages?api-key=${SECRET}`,
        key_fp: SECRET,
        user: SECRET,
        request_id: SECRET,
        server_name: SECRET,
        model: SECRET,
      }),
      json({ path: `https://x/v1/messages#${SECRET}`, ua: SECRET, http_authorization: SECRET, body: SECRET }),
    ];
    for (const texts of [lines, others]) {
      const taken = await read(texts);
      expect(taken.events).toHaveLength(2);
      expect(JSON.stringify(taken)).not.toContain('ThisIsASecret');
      expect(taken.events[0]!.credential).toBe('unidentified:proxy');
    }
    const { views } = (await read(others)).completion;
    expect(views!.calls.gaps).toContain(
      'the log holds keys in clear, which were left out: log a fingerprint in their place',
    );
  });
});

describe('requests alike', () => {
  const counted = (...files: readonly (readonly AuditEvent[])[]) => {
    const seen = new Seen();
    const count = files.flat().filter(event => seen.add(event, 0)).length;
    return { count, conflicts: seen.conflicts };
  };

  test('are as many as there are in one file, and the same ones when it is read again', async () => {
    const texts = [line(), line({ status: 429 }), line(), line(), line({ request: 'POST /v1/messages?x=1 HTTP/1.1' })];
    const first = await read(texts);
    const second = await read([...texts].reverse());
    expect(counted(first.events)).toEqual({ count: 5, conflicts: 0 });
    expect(counted(first.events, second.events)).toEqual({ count: 5, conflicts: 0 });
  });

  test('with one id are one, unless anything else tells them apart', async () => {
    const { events } = await read([
      json({ request_id: 'a' }),
      json({ request_id: 'a' }),
      json({ request_id: 'a', rt: 0.5 }),
    ]);
    expect(counted(events)).toEqual({ count: 2, conflicts: 0 });
  });
});

describe('what a log shows', () => {
  const NAMELESS = 'the log names no key: add key_fp, a fingerprint that the proxy makes of the key';
  const AROUND = 'a proxy logs the calls that pass it: those around it are not seen';
  const ALIKE = 'requests bear no id, so those that are alike in two files count once: log a request id';
  const TOKENS =
    'no token counts: a proxy that reads answers logs them, such as Envoy AI Gateway, Kong or LiteLLM; add tokens_in and tokens_out where it can';
  const FIXED = {
    deeds: { blind: true, gaps: ['access logs tell of calls, and of no changes of keys'] },
    'sign-ins': { blind: true, gaps: ['access logs show no sign-ins'] },
  };
  const viewsIn = async (lines: readonly string[]) => (await read(lines)).completion;

  test('without keys: calls in total, and nothing of single keys', async () => {
    const { kind, views, complete } = await viewsIn([line({ more: ' "203.0.113.9"' })]);
    expect({ kind, complete }).toEqual({ kind: 'access-log', complete: true });
    expect(views).toEqual({
      ...FIXED,
      calls: { blind: false, gaps: [AROUND, `calls are judged in total, because ${NAMELESS}`, ALIKE] },
      tokens: { blind: true, gaps: [TOKENS] },
      places: { blind: true, gaps: [NAMELESS] },
      inventory: { blind: true, gaps: [NAMELESS] },
    });
  });

  test('with keys, ids and tokens: places too', async () => {
    const { views } = await viewsIn([json({ request_id: 'a', tokens_in: 1 })]);
    expect(views).toEqual({
      ...FIXED,
      calls: { blind: false, gaps: [AROUND] },
      tokens: { blind: false, gaps: [] },
      places: { blind: false, gaps: ['the address is of whoever reached the proxy, which may be another proxy'] },
      inventory: {
        blind: false,
        gaps: ['no list of keys: those that nobody uses are unseen, and how old a key is, is not in the log'],
      },
    });
  });

  test('with keys of some, behind other proxies', async () => {
    const { views } = await viewsIn([
      json({ request_id: 'a', xff: '203.0.113.9' }),
      json({ key_fp: '', user: '', request_id: 'b' }),
    ]);
    const some = 'some requests name no key: add key_fp, a fingerprint that the proxy makes of the key';
    expect(views!.calls).toEqual({ blind: false, gaps: [AROUND, some] });
    expect(views!.places).toEqual({ blind: false, gaps: [expect.stringContaining('until trustedProxies says'), some] });
  });

  test('of another service is left out without damage, and says so', async () => {
    const others = ['GET / HTTP/1.1', 'POST /api/v1/messages HTTP/1.1', '-', String.raw`\x16\x03\x01`];
    const { events, ignored, completion } = await read(others.map(request => line({ request, status: 400 })));
    const view = { blind: true, gaps: ['no request to an endpoint of a model was seen in this access log'] };
    expect({ events, ignored }).toEqual({ events: [], ignored: 4 });
    expect(completion).toEqual({
      complete: true,
      kind: 'access-log',
      damage: [],
      skipped: false,
      views: { ...FIXED, calls: view, tokens: view, places: view, inventory: view },
    });
  });

  test('the log of errors beside it is skipped', async () => {
    const { completion } = await read(['2026/11/01 10:00:00 [error] 12#0: *1 no upstream', ' more of it']);
    expect(completion).toEqual({
      complete: true,
      kind: 'message of a web server',
      views: null,
      damage: [],
      skipped: true,
    });
  });

  test('a call without a time is damage', async () => {
    const { completion } = await read([json({ ts: 'now' }), json({ ts: 'now', path: '/' })]);
    expect(completion.damage).toEqual([{ where: '', what: 'the request has no readable time', count: 1 }]);
  });
});

test('records of other kinds are left alone, and any are read without harm', async () => {
  const { unwrap } = accessLog(0);
  for (const record of [
    {},
    { remote_addr: 1 },
    { remote_addr: 'x', status: 1 },
    { eventTime: 'x', status: 'x', path: '/' },
  ])
    expect(unwrap(record)).toBeNull();
  const names = [
    'ts',
    'remote_addr',
    'xff',
    'method',
    'path',
    'request',
    'status',
    'ua',
    'key_fp',
    'extra',
    'request_id',
  ];
  const record = fc.dictionary(fc.constantFrom(...names), fc.anything());
  await fc.assert(
    fc.asyncProperty(fc.array(record), async records => {
      const texts = records.map(fields => json(fields)).filter(text => text !== undefined);
      await read(texts);
    }),
  );
});
