import { describe, expect, test } from 'vitest';
import { formats, formatsFor, notAuditLogs } from '../src/normalise/formats.ts';
import type { FieldMap } from '../src/normalise/field-map.ts';
import { presets, PRESETS } from '../src/normalise/presets.ts';
import { parseSum } from '../src/normalise/field-path.ts';
import { rawRecord } from './raw-record.ts';
import { readText } from './read-text.ts';

const AT = Date.UTC(2026, 10, 1, 10);
const ISO = '2026-11-01T10:00:00.000Z';

const CLOUDFLARE = {
  id: '01JADMCQQQBWH3NXZ5GCRN98DP',
  created_at: ISO,
  provider: 'anthropic',
  model: 'claude-opus-5-5',
  model_type: '',
  path: 'v1/messages',
  duration: 1_200,
  success: true,
  status_code: 200,
  cached: false,
  tokens_in: 812,
  tokens_out: 640,
  cost: 0.0231,
  metadata: '{"user":"team-search"}',
  request_type: '',
  step: 0,
};

const HELICONE = {
  request_id: '6f1c9f0e-5d0e-4a43-9d3a-2f3f5f0e9a11',
  request_created_at: ISO,
  request_path: 'https://api.anthropic.com/v1/messages',
  request_user_id: 'customer-7',
  request_properties: { key: 'team-search' },
  response_status: 200,
  model: 'claude-opus-5-5',
  prompt_tokens: 800,
  prompt_cache_read_tokens: 12,
  completion_tokens: 640,
  costUSD: 0.0231,
};

const LANGFUSE = {
  id: 'obs-1',
  traceId: 'trace-1',
  type: 'GENERATION',
  startTime: ISO,
  projectId: 'project-1',
  model: 'claude-opus-5-5',
  usageDetails: { input: 800, cache_read_input_tokens: 12, output: 640, total: 1_452 },
  costDetails: { input: 0.01, output: 0.0131, total: 0.0231 },
  level: 'DEFAULT',
};

const LANGFUSE_ROW = {
  id: 'obs-1',
  trace_id: 'trace-1',
  project_id: 'project-1',
  type: 'GENERATION',
  start_time: '2026-11-01 10:00:00.000000',
  provided_model_name: 'claude-opus-5-5',
  usage_details: '{"input":800,"input_cached_tokens":12,"output":640}',
  total_cost: 0.0231,
  level: 'DEFAULT',
};

const PORTKEY = {
  id: 'log-1',
  created_at: ISO,
  is_success: 1,
  ai_org: 'anthropic',
  ai_model: 'claude-opus-5-5',
  req_units: 812,
  res_units: 640,
  cost: 2.31,
  cost_currency: 'USD',
  response_status_code: 200,
  virtual_key: 'team-search',
  metadata: { _user: 'search@example.com' },
};

const VERCEL = {
  data: {
    id: 'gen_01ARZ3NDEKTSV4RRFFQ69G5FAV',
    created_at: ISO,
    model: 'claude-opus-5-5',
    tokens_prompt: 812,
    tokens_completion: 640,
    total_cost: 0.0231,
  },
};

const read = (records: readonly unknown[], maps: readonly FieldMap[] = []) =>
  readText(records.map(record => JSON.stringify(record)).join('\n'), {
    formats: formatsFor({ maps }),
    others: notAuditLogs,
  });

const CALL = {
  at: AT,
  count: 1,
  tokensIn: 812,
  tokensOut: 640,
  microUsd: 23_100,
  deed: 'infer',
  outcome: 'ok',
  model: 'claude-opus-5-5',
  address: '',
};

/** Records by the format that knows them, with what names the call and the caller. */
const KNOWN: readonly (readonly [string, unknown, string, string])[] = [
  [
    'cloudflare-ai-gateway',
    CLOUDFLARE,
    'cloudflare-ai-gateway/01JADMCQQQBWH3NXZ5GCRN98DP',
    'unidentified:cloudflare-ai-gateway',
  ],
  ['helicone', HELICONE, 'helicone/6f1c9f0e-5d0e-4a43-9d3a-2f3f5f0e9a11', 'unidentified:helicone'],
  ['langfuse', LANGFUSE, 'langfuse/obs-1', 'unidentified:langfuse'],
  ['langfuse', LANGFUSE_ROW, 'langfuse/obs-1', 'unidentified:langfuse'],
  ['portkey', PORTKEY, 'portkey/log-1', 'team-search'],
];

describe('records that are known by their fields', () => {
  test.each(KNOWN)('%s', async (kind, record, example, credential) => {
    const { events, completion } = await read([record]);
    expect(events).toMatchObject([{ ...CALL, example, credential, account: kind, action: `${kind}:call` }]);
    expect(completion).toMatchObject({ kind, complete: true, damage: [] });
  });

  test.each(KNOWN)('%s, and no other', (kind, record) => {
    const takers = formats.filter(({ unwrap }) => unwrap(record as never) !== null);
    expect(takers.map(({ id }) => id)).toEqual([kind]);
  });

  test.each([
    ['a trail', rawRecord(1)],
    ['a bare id and date', { id: 'a', created_at: ISO, provider: 'x' }],
    ['a span', { id: 'a', traceId: 'b', type: 'span', startTime: ISO }],
    ['a deployment', { id: 'a', created_at: ISO, provider: 'x', duration: 1, success: true, cached: false }],
  ])('%s is none of them', (_, record) => {
    const own = formats.filter(({ id }) => (PRESETS as readonly string[]).includes(id));
    expect(own.filter(({ unwrap }) => unwrap(record) !== null)).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['Cloudflare', { ...CLOUDFLARE, success: false, status_code: 429 }, 'throttled'],
    ['Cloudflare', { ...CLOUDFLARE, success: false, status_code: null, tokens_in: null, tokens_out: null }, 'failed'],
    ['Helicone', { ...HELICONE, response_status: 401 }, 'denied'],
    ['Langfuse', { ...LANGFUSE, level: 'ERROR' }, 'failed'],
    ['Portkey', { ...PORTKEY, is_success: 0, response_status_code: null }, 'failed'],
  ])('%s: a call that did not go well', async (_, record, outcome) => {
    expect((await read([record])).events).toMatchObject([{ outcome }]);
  });

  test('what Langfuse notes beside calls is left out', async () => {
    const { events, ignored } = await read([LANGFUSE, { ...LANGFUSE, id: 'obs-2', type: 'SPAN' }]);
    expect([events.length, ignored]).toEqual([1, 1]);
  });

  test('Portkey says which key called, and for whom', async () => {
    expect((await read([PORTKEY])).credentials).toEqual([
      {
        id: 'team-search',
        provider: 'proxy',
        kind: 'virtual-key',
        owner: 'search@example.com',
        account: 'portkey',
        observedAt: 0,
      },
    ]);
  });
});

describe('an answer of the API of Cloudflare', () => {
  const second = { ...CLOUDFLARE, id: '01JADMCQQQBWH3NXZ5GCRN98DQ' };
  const answer = (result: readonly unknown[], total: number) => ({
    result,
    result_info: { count: result.length, page: 1, per_page: 50, total_count: total },
    success: true,
    errors: [],
    messages: [],
  });

  test('holds a list', async () => {
    const { events, completion } = await read([answer([CLOUDFLARE, second], 2)]);
    expect(events).toMatchObject([CALL, CALL]);
    expect(completion.views!.calls.gaps).toEqual([presets['cloudflare-ai-gateway'].lacks.caller]);
    expect(completion.complete).toBe(true);
  });

  test('may be a page of several, which may all be there', async () => {
    const part = (await read([answer([CLOUDFLARE], 2)])).completion.views!.calls.gaps;
    expect(part).toContain('a list was saved in part: save all of its pages');
    const whole = (await read([answer([CLOUDFLARE], 2), answer([second], 2)])).completion.views!.calls.gaps;
    expect(whole).not.toContain('a list was saved in part: save all of its pages');
  });

  test('with an entry of another kind is damage', async () => {
    const { events, completion } = await read([answer([CLOUDFLARE, { id: 'x' }, 7], 3)]);
    expect(events.length).toBe(1);
    expect(completion.damage.map(({ what }) => what)).toEqual([
      "an entry of the list that is not of the log 'cloudflare-ai-gateway'",
    ]);
  });
});

describe('a preset in a map', () => {
  test('is added to, field by field', async () => {
    const maps: FieldMap[] = [
      { name: 'edge', preset: 'cloudflare-ai-gateway', fields: { credential: ['metadata.user'] }, kind: 'member' },
    ];
    const { events, credentials, completion } = await read([CLOUDFLARE], maps);
    expect(events).toMatchObject([{ ...CALL, credential: 'team-search', account: 'edge' }]);
    expect(credentials).toMatchObject([{ id: 'team-search', kind: 'member', observedAt: 0 }]);
    expect(completion.kind).toBe('edge');
    expect(completion.views!.calls).toEqual({ blind: false, gaps: [] });
    expect(completion.views!.places.gaps).toEqual([presets['cloudflare-ai-gateway'].lacks.address]);
  });

  test('takes records that lack what it is known by, where the map says which', async () => {
    const { ai_org: _, id: __, ...bare } = PORTKEY;
    expect((await read([bare])).events).toEqual([]);
    const maps: FieldMap[] = [{ name: 'old-export', preset: 'portkey', when: { ai_model: ['*'] } }];
    const { events, completion } = await read([bare], maps);
    expect(events).toMatchObject([{ ...CALL, credential: 'team-search' }]);
    expect(completion.views!.calls.gaps).toEqual([
      "records that are alike in everything count once: some records have nothing at 'id' (`id` of the map 'old-export')",
    ]);
  });

  test('of Vercel is used only by name', async () => {
    expect((await read([VERCEL])).events).toEqual([]);
    const { events } = await read([VERCEL], [{ name: 'vercel', preset: 'vercel-ai-gateway' }]);
    expect(events).toMatchObject([{ ...CALL, example: 'vercel/gen_01ARZ3NDEKTSV4RRFFQ69G5FAV' }]);
  });
});

describe.each(PRESETS)('%s', name => {
  const { fields, lacks, title } = presets[name];
  test('has a time, a model, tokens, and paths that can be read', () => {
    expect(Object.keys(fields)).toEqual(expect.arrayContaining(['id', 'time', 'model', 'tokensIn', 'tokensOut']));
    const paths = Object.values(fields).flat();
    expect(paths.filter(path => parseSum(path) === null)).toEqual([]);
  });

  test('says what it is and what it lacks', () => {
    expect([title, lacks.caller, lacks.address].filter(text => text === '')).toEqual([]);
  });
});
