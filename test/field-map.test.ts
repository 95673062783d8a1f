import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Views } from '../src/model/coverage.ts';
import type { FieldMap } from '../src/normalise/field-map.ts';
import { parsePath, parseSum, valueAt } from '../src/normalise/field-path.ts';
import { looksSecret } from '../src/normalise/field-secret.ts';
import { readCost, readCount, readOutcome, readTime, type TimeUnit } from '../src/normalise/field-values.ts';
import { formats, formatsFor, notAuditLogs, type ReadingOptions } from '../src/normalise/formats.ts';
import { parseConfig } from '../src/config.ts';
import { UserError } from '../src/errors.ts';
import { files } from '../src/collect/files.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { taskOf } from './task.ts';
import { rawRecord } from './raw-record.ts';
import { readText, type Taken } from './read-text.ts';

const AT = Date.UTC(2026, 10, 1, 10);
const ISO = '2026-11-01T10:00:00.000Z';
const KEY = 'sk-ant-api03-abcdefghijklmnopqrstuvwxyz';
const DIGEST = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

describe('a path', () => {
  test.each<[string, readonly string[] | null]>([
    ['ts', ['ts']],
    ['key.id', ['key', 'id']],
    ['"gen_ai.request.model"', ['gen_ai.request.model']],
    ['attributes."user.id".name', ['attributes', 'user.id', 'name']],
    ['tries.0.ip', ['tries', '0', 'ip']],
    ['', null],
    ['.a', null],
    ['a.', null],
    ['a..b', null],
    ['"a', null],
    ['a"b"', null],
  ])('%s', (text, names) => {
    expect(parsePath(text)?.names ?? null).toEqual(names);
  });

  test.each<[string, unknown]>([
    ['plain', 1],
    ['key.id', 'nested'],
    ['gen_ai.request.model', 'flat'],
    ['attributes.gen_ai.system', 'flat below'],
    ['"gen_ai.request.model"', 'flat'],
    ['tries.1.ip', '203.0.113.9'],
    ['metadata.user', 'in text'],
    ['both.ways', 'flat wins'],
    ['key.none', undefined],
    ['plain.more', undefined],
    ['constructor', undefined],
    ['key.constructor', undefined],
    ['broken.user', undefined],
  ])('finds what is at %s', (text, value) => {
    const record = {
      plain: 1,
      key: { id: 'nested' },
      'gen_ai.request.model': 'flat',
      attributes: { 'gen_ai.system': 'flat below' },
      tries: [{}, { ip: '203.0.113.9' }],
      metadata: '{"user":"in text"}',
      'both.ways': 'flat wins',
      both: { ways: 'nested' },
      broken: '{"user"',
    };
    expect(valueAt(record, parsePath(text)!)).toBe(value);
  });

  test('may be a sum', () => {
    expect(parseSum('a.b + c')?.map(({ names }) => names)).toEqual([['a', 'b'], ['c']]);
    expect(parseSum('a + ')).toBeNull();
  });
});

describe('a value', () => {
  test.each<[string, TimeUnit, number | undefined]>([
    [ISO, 'auto', AT],
    ['2026-11-01 10:00:00', 'auto', AT],
    [String(AT / 1e3), 'auto', AT],
    [`${AT / 1e3}.123`, 'auto', AT + 123],
    [String(AT), 'auto', AT],
    [`${AT}000`, 'auto', AT],
    [`${AT}000000`, 'auto', AT],
    [`${AT / 1e3}.123`, 's', AT + 123],
    [String(AT), 'ms', AT],
    [`${AT}999`, 'us', AT],
    [`${AT}999999`, 'ns', AT],
    [String(AT), 's', undefined],
    [ISO, 'ns', AT],
    ['yesterday', 'auto', undefined],
    ['', 'auto', undefined],
    ['1e3', 'auto', undefined],
  ])('time %s in %s', (text, unit, at) => {
    expect(readTime(text, unit)).toBe(at);
  });

  test.each([
    ['200', '', 'ok'],
    ['304', '', 'ok'],
    ['200 OK', '', 'ok'],
    ['401', '', 'denied'],
    ['403', 'success', 'denied'],
    ['404', '', 'invalid'],
    ['429', '', 'throttled'],
    ['500', '', 'failed'],
    ['-3', '', 'failed'],
    ['0', '', 'failed'],
    ['', '', 'ok'],
    ['', 'success', 'ok'],
    ['', 'true', 'ok'],
    ['', 'DEFAULT', 'ok'],
    ['success', '', 'ok'],
    ['', 'false', 'failed'],
    ['', 'ERROR', 'failed'],
    ['', 'rate_limit_exceeded', 'throttled'],
    ['', 'permission_error', 'denied'],
    ['', 'invalid_request_error', 'invalid'],
    ['error', '', 'failed'],
  ])('status %j and word %j', (status, word, outcome) => {
    expect(readOutcome(status, word)).toBe(outcome);
  });

  test('counts and costs', () => {
    expect(['', '0', '12', '-1', '1.5', 'many', '1e12'].map(readCount)).toEqual([
      1,
      0,
      12,
      ...Array(4).fill(undefined),
    ]);
    expect(readCost(['0.0231'], 'usd')).toBe(23_100);
    expect(readCost(['2.31'], 'cent')).toBe(23_100);
    expect(readCost(['23100'], 'micro-usd')).toBe(23_100);
    expect(readCost(['1', '2'], 'usd')).toBe(3_000_000);
    expect(['-1', 'free', 'Infinity', ''].map(text => readCost([text], 'usd'))).toEqual([0, 0, 0, 0]);
  });

  test.each<[string, string, boolean]>([
    ['team-search', 'id', false],
    ['apikey_01Rj2N8SVvo6BePZj99NhmiT', 'id', false],
    ['AKIAIOSFODNN7EXAMPLE', 'api_key', false],
    [DIGEST, 'api_key', false],
    ['da39a3ee5e6b4b0d3255bfef95601890afd80709', 'api_key', false],
    ['d41d8cd98f00b204e9800998ecf8427e', 'id', false],
    ['d41d8cd98f00b204e9800998ecf8427e', 'api-key', true],
    [KEY, 'id', true],
    [`Bearer opaque`, 'id', true],
    [`${'aB3'.repeat(17)}xJQQJ99AKACYeBjFXJ3w3AAABACOGabcd`, 'id', true],
  ])('%s in %s is a secret: %s', (text, name, isSecret) => {
    expect(looksSecret(text, name)).toBe(isSecret);
  });
});

const MAP: FieldMap = {
  name: 'my-gateway',
  when: { app: ['gateway'] },
  calls: { msg: ['request', 'retry'] },
  fields: {
    time: ['ts'],
    credential: ['key.id'],
    owner: ['key.owner'],
    name: ['key.name'],
    scope: ['key.team'],
    address: ['client_ip'],
    agent: ['ua'],
    model: ['answer.model', 'gen_ai.request.model'],
    tokensIn: ['usage.input + usage.cached'],
    tokensOut: ['usage.output'],
    cost: ['usd'],
    status: ['status'],
    outcome: ['error'],
    region: ['region'],
    id: ['id'],
    count: ['calls'],
  },
};

const RECORD = {
  app: 'gateway',
  msg: 'request',
  ts: AT,
  id: 'r-1',
  key: { id: 'team-search', owner: 'search@example.com', name: 'Search', team: 'search' },
  client_ip: '203.0.113.9',
  ua: 'python-requests/2.32',
  'gen_ai.request.model': 'claude-opus-5-5',
  usage: { input: 800, cached: 12, output: 640 },
  usd: 0.0231,
  status: 200,
  region: 'EU West',
};

const CALL = {
  at: AT,
  last: AT,
  count: 1,
  tokensIn: 812,
  tokensOut: 640,
  microUsd: 23_100,
  ttl: 0,
  example: 'my-gateway/r-1',
  hour: AT / 3_600_000,
  credential: 'team-search',
  session: '',
  principal: 'search@example.com',
  account: 'my-gateway',
  deed: 'infer',
  action: 'my-gateway:call',
  outcome: 'ok',
  address: '203.0.113.9',
  agent: 'python-http',
  region: 'euwest',
  inferenceRegion: '',
  model: 'claude-opus-5-5',
  mfa: '',
  target: '',
};

const read = (records: readonly unknown[], maps: readonly FieldMap[] = [MAP], trustedProxies = 0): Promise<Taken> =>
  readText(records.map(record => JSON.stringify(record)).join('\n'), {
    formats: formatsFor({ maps, trustedProxies }),
    others: notAuditLogs,
  });

const damageOf = ({ completion }: Taken): string[] => completion.damage.map(({ what }) => what);

describe('a map', () => {
  test('makes a call and a credential of a record', async () => {
    const { events, credentials, completion } = await read([RECORD]);
    expect(events).toEqual([CALL]);
    expect(credentials).toEqual([
      {
        id: 'team-search',
        provider: 'proxy',
        kind: 'virtual-key',
        owner: 'search@example.com',
        account: 'my-gateway',
        observedAt: -1,
        name: 'Search',
        scope: 'search',
      },
    ]);
    expect(completion).toMatchObject({ complete: true, kind: 'my-gateway', damage: [], skipped: false });
  });

  test('reads the rows of a table', async () => {
    const csv = 'when,key,model,in\n2026-11-01 10:00:00,ci,claude-opus-5-5,7\n';
    const map: FieldMap = {
      name: 'table',
      fields: { time: ['when'], credential: ['key'], model: ['model'], tokensIn: ['in'] },
    };
    const { events } = await readText(csv, { formats: formatsFor({ maps: [map] }), others: [] });
    expect(events).toMatchObject([
      { at: AT, credential: 'ci', principal: 'ci', model: 'claude-opus-5-5', tokensIn: 7 },
    ]);
  });

  const told: FieldMap = {
    ...MAP,
    provider: 'anthropic',
    kind: 'api-key',
    deed: 'use',
    action: 'files:read',
    timeUnit: 's',
    costUnit: 'cent',
  };
  test('says whose the credentials are, what was done, and in what is counted', async () => {
    const { events, credentials } = await read([{ ...RECORD, ts: AT / 1e3 }], [told]);
    expect(events).toMatchObject([{ at: AT, deed: 'use', action: 'files:read', model: '', tokensIn: 0, microUsd: 0 }]);
    expect(credentials).toMatchObject([{ provider: 'anthropic', kind: 'api-key', observedAt: 0 }]);
  });

  test.each<[string, object, object]>([
    ['a retry', { msg: 'retry' }, {}],
    ['a row of many calls', { calls: '40' }, { count: 40 }],
    ['a row of tokens alone', { calls: 0 }, { count: 0 }],
    ['an answer that names the model', { answer: { model: 'claude-haiku-5' } }, { model: 'claude-haiku-5' }],
    ['an error by its word', { status: null, error: 'rate_limit' }, { outcome: 'throttled' }],
    ['no holder', { key: { id: 'ci' } }, { credential: 'ci', principal: 'ci' }],
    [
      'a holder alone',
      { key: { owner: 'a@example.com' } },
      { credential: 'a@example.com', principal: 'a@example.com' },
    ],
    ['nobody', { key: null }, { credential: 'unidentified:my-gateway', principal: 'unidentified:my-gateway' }],
    ['odd types', { key: { id: [], owner: {} }, client_ip: {}, usage: 'none', usd: [] }, { address: '', tokensIn: 0 }],
    ['a hash of a key', { key: { id: DIGEST } }, { credential: DIGEST }],
    ['a secret in a holder beside a key', { key: { id: 'ci', owner: KEY } }, { credential: 'ci', principal: 'ci' }],
    ['a secret in the model', { 'gen_ai.request.model': KEY }, { model: '[redacted]' }],
    ['control characters', { key: { id: 'a\u001b[31mb' } }, { credential: 'a\ufffd[31mb' }],
  ])('%s', async (_, over, expected) => {
    const { events } = await read([{ ...RECORD, ...over }]);
    expect(events).toMatchObject([expected]);
  });

  test.each<[string, object, string]>([
    ['no time', { ts: null }, "no readable time at 'ts'"],
    ['a time of the wrong century', { ts: 12 }, "no readable time at 'ts'"],
    ['no count', { calls: 'many' }, "no number of calls at 'calls'"],
    [
      'a key in place of its name',
      { key: { id: KEY } },
      "a secret at 'key.id', which must be the name, the id or a hash of a key: log one of those instead",
    ],
    [
      'a key in place of its holder',
      { key: { owner: `Bearer ${KEY}` } },
      "a secret at 'key.owner', which must be the name, the id or a hash of a key: log one of those instead",
    ],
  ])('%s is damage, and tells nothing of it', async (_, over, what) => {
    const taken = await read([{ ...RECORD, ...over }, RECORD]);
    expect(damageOf(taken)).toEqual([what]);
    expect(taken.completion.complete).toBe(false);
    expect(taken.events).toEqual([CALL]);
    expect(JSON.stringify(taken)).not.toContain('abcdefghijkl');
  });

  test('leaves out what is no call, and does not know what is of another log', async () => {
    const taken = await read([RECORD, { ...RECORD, msg: 'started' }, { ...RECORD, app: 'other' }]);
    expect([taken.events.length, taken.ignored]).toEqual([1, 1]);
    expect(damageOf(taken)).toEqual(['records not recognised as audit events']);
  });

  test('tells records without an id apart by all that is in them', async () => {
    const loose = { ...RECORD, id: undefined };
    const { events } = await read([loose, { ...loose, took: 1 }, loose, { ...loose, id: KEY }]);
    const ids = events.map(({ example }) => example);
    expect(ids.every(id => /^content:\w+$/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toBe(ids[2]);
  });

  test('believes addresses as far as proxies are trusted', async () => {
    const of = async (client_ip: string, proxies: number) =>
      (await read([{ ...RECORD, client_ip }], [MAP], proxies)).events[0]!.address;
    const passed = '198.51.100.1, 203.0.113.9';
    expect([await of(passed, 0), await of(passed, 1), await of(passed, 2)]).toEqual([
      '',
      '203.0.113.9',
      '198.51.100.1',
    ]);
    expect([await of('203.0.113.9:443', 0), await of('2001:DB8::1', 1)]).toEqual([
      '203.0.113.9',
      '2001:db8:0:0:0:0:0:1',
    ]);
  });

  test('with `when` comes before what keyward knows, without it behind, in any order of records', async () => {
    const trail = { ...rawRecord(1), app: 'gateway', msg: 'request', ts: AT };
    const plain = { ts: AT, key: { id: 'ci' } };
    const { when: _, calls: __, ...loose } = MAP;
    const kinds = async (maps: readonly FieldMap[], records: readonly unknown[]) => {
      const { events } = await read(records, maps);
      return events.map(({ account }) => account).sort();
    };
    const account = rawRecord(1).recipientAccountId;
    for (const records of [
      [trail, RECORD, plain, trail],
      [plain, trail, trail, RECORD],
      [RECORD, plain, trail, trail],
    ]) {
      expect(await kinds([MAP], records)).toEqual(['my-gateway', 'my-gateway', 'my-gateway']);
      const two = [loose, { ...MAP, name: 'another' }];
      expect(await kinds(two, records)).toEqual(['another', 'another', 'another', 'my-gateway']);
      expect(await kinds([loose], records)).toEqual([account, account, 'my-gateway', 'my-gateway']);
    }
  });

  test('without maps nothing changes', () => {
    expect(formatsFor()).toBe(formats);
    expect(formatsFor({ maps: [], trustedProxies: 3 }).map(({ id }) => id)).toEqual(formats.map(({ id }) => id));
  });
});

const gapsOf = (views: Views | null) =>
  Object.fromEntries(
    Object.entries(views!).map(([sight, { blind, gaps }]) => [sight, [...(blind ? ['blind'] : []), ...gaps]]),
  );

describe('what a map shows', () => {
  const NO_DEEDS = ['blind', 'a log of calls tells of no changes of keys'];
  const NO_KEYS = ['no list of keys: those that nobody uses are unseen, and how old a key is, is not in the log'];
  const NO_SIGN_INS = ['blind', 'a log of calls shows no sign-ins'];
  const same = { deeds: NO_DEEDS, 'sign-ins': NO_SIGN_INS, inventory: NO_KEYS };

  test('all that it maps', async () => {
    const { completion } = await read([RECORD]);
    expect(gapsOf(completion.views)).toEqual({ calls: [], tokens: [], places: [], ...same });
  });

  test('is blind to what it does not map, and says which field to add', async () => {
    const bare: FieldMap = { name: 'bare', when: { app: ['gateway'] }, fields: { time: ['ts'] } };
    const { completion } = await read([RECORD], [bare]);
    expect(gapsOf(completion.views)).toEqual({
      calls: [
        "calls that name no credential are counted as those of one unknown caller: add `credential` to the map 'bare'",
        "records that are alike in everything count once: add `id` to the map 'bare'",
      ],
      tokens: ['blind', "no token counts: add `tokensIn` to the map 'bare'"],
      places: ['blind', "no addresses: add `address` to the map 'bare'"],
      ...same,
    });
  });

  test('is blind to what is not where it is said to be', async () => {
    const { completion } = await read([{ ...RECORD, client_ip: null, usage: {}, id: '', key: {} }]);
    expect(gapsOf(completion.views)).toMatchObject({
      calls: [
        "calls that name no credential are counted as those of one unknown caller: some records have nothing at 'key.id' (`credential` of the map 'my-gateway')",
        "records that are alike in everything count once: some records have nothing at 'id' (`id` of the map 'my-gateway')",
      ],
      tokens: [
        'blind',
        "no token counts: some records have nothing at 'usage.input + usage.cached' (`tokensIn` of the map 'my-gateway')",
      ],
      places: ['blind', "no addresses: some records have nothing at 'client_ip' (`address` of the map 'my-gateway')"],
    });
  });

  test('says which half of the tokens it lacks, and that proxies hide addresses', async () => {
    const { tokensOut: _, ...fields } = MAP.fields!;
    const half: FieldMap = { ...MAP, fields };
    const { completion } = await read([RECORD, { ...RECORD, id: 'r-2', client_ip: '192.0.2.1, 203.0.113.9' }], [half]);
    expect(gapsOf(completion.views)).toMatchObject({
      tokens: ["not all token counts: add `tokensOut` to the map 'my-gateway'"],
      places: ['addresses that passed proxies are not believed: say with `trustedProxies` how many of those are yours'],
    });
  });

  test.each<['use' | 'sign-in', string, readonly string[]]>([
    ['use', 'other use', NO_SIGN_INS],
    ['sign-in', 'sign-ins', []],
  ])('of %s no calls', async (deed, words, signIns) => {
    const { completion } = await read([RECORD], [{ ...MAP, deed }]);
    const told = ['blind', `the map 'my-gateway' takes its records for ${words}, not for model calls`];
    expect(gapsOf(completion.views)).toMatchObject({ calls: told, tokens: told, 'sign-ins': signIns });
  });
});

describe('a map in the configuration', () => {
  const parse = (text: string) => parseConfig(text, 'keyward.yaml', []);

  test('is read with one text or several in each place', () => {
    const text = `
trustedProxies: 2
maps:
  - name: my-gateway
    when: { app: gateway, '"log.level"': [info, warn] }
    fields:
      time: ts
      model: [answer.model, gen_ai.request.model]
      tokensIn: usage.input + usage.cached
    timeUnit: ms
  - { name: edge, preset: cloudflare-ai-gateway, fields: { credential: metadata.user } }
`;
    expect(parse(text)).toEqual({
      trustedProxies: 2,
      maps: [
        {
          name: 'my-gateway',
          when: { app: ['gateway'], '"log.level"': ['info', 'warn'] },
          fields: {
            time: ['ts'],
            model: ['answer.model', 'gen_ai.request.model'],
            tokensIn: ['usage.input + usage.cached'],
          },
          timeUnit: 'ms',
        },
        { name: 'edge', preset: 'cloudflare-ai-gateway', fields: { credential: ['metadata.user'] } },
      ],
    });
  });

  test('an empty section says nothing', () => {
    expect(parse('maps:\n')).toEqual({});
  });

  const ok = 'name: a, fields: { time: ts, model: m }';
  test.each<[string, string]>([
    ['maps: gateway', 'keyward.yaml:1:7: maps must be a list, not text'],
    ['maps: [{ fields: { time: ts, model: m } }]', "keyward.yaml:1:8: maps[0] lacks 'name'"],
    ['maps: [{ name: a }]', "keyward.yaml:1:8: maps[0] lacks 'preset', or 'fields'"],
    ['maps: [{ name: a, fields: }]', "keyward.yaml:1:8: maps[0] lacks 'fields.time', the path to when a call was"],
    [
      'maps: [{ name: a, fields: { model: m } }]',
      "keyward.yaml:1:8: maps[0] lacks 'fields.time', the path to when a call was",
    ],
    [
      'maps: [{ name: a, fields: { time: ts, id: id } }]',
      "keyward.yaml:1:8: maps[0] must say what its records have: 'when', or one of credential, address, model under 'fields'",
    ],
    [
      'maps: [{ name: My Gateway, fields: { time: ts, model: m } }]',
      "keyward.yaml:1:16: maps[0].name must be a short name of lower-case letters, digits and hyphens, as in my-gateway, not 'My Gateway'",
    ],
    [
      'maps: [{ name: a, fields: { time: ts, modle: m } }]',
      "keyward.yaml:1:39: unknown key 'modle' in maps[0].fields; did you mean 'model'?",
    ],
    [
      'maps: [{ name: a, preset: cloudfare-ai-gateway }]',
      "keyward.yaml:1:27: maps[0].preset must be one of cloudflare-ai-gateway, helicone, langfuse, portkey, vercel-ai-gateway, not 'cloudfare-ai-gateway'; did you mean 'cloudflare-ai-gateway'?",
    ],
    [
      'maps: [{ name: a, fields: { time: ts, model: m.. } }]',
      'keyward.yaml:1:46: maps[0].fields.model must be a path into a record, as in key.id or "gen_ai.request.model", not \'m..\'',
    ],
    [
      'maps: [{ name: a, fields: { time: ts, tokensIn: a + } }]',
      "keyward.yaml:1:49: maps[0].fields.tokensIn must be a path into a record, or several to add up, as in usage.input_tokens + usage.cache_read_input_tokens, not 'a +'",
    ],
    [
      'maps: [{ name: a, fields: { time: ts, credential: [key.id, headers.X-Api-Key] } }]',
      "keyward.yaml:1:60: maps[0].fields.credential[1] must be a path to a name, an id or a hash of the key, and not to a header that bears the key itself, not 'headers.X-Api-Key'",
    ],
    [
      'maps: [{ name: a, fields: { time: ts, model: [] } }]',
      'keyward.yaml:1:46: maps[0].fields.model must not be an empty list',
    ],
    [`maps: [{ ${ok}, when: app }]`, 'keyward.yaml:1:57: maps[0].when must be keys with values, not text'],
    [`maps: [{ ${ok}, when: { app: } }]`, 'keyward.yaml:1:64: maps[0].when.app must be text, not nothing'],
    [
      `maps: [{ ${ok}, when: { stream: true } }]`,
      "keyward.yaml:1:67: maps[0].when.stream must be text (put it in quotes), not 'true'",
    ],
    [
      `maps: [{ ${ok}, when: { 'a..b': x } }]`,
      'keyward.yaml:1:59: a key of maps[0].when must be a path into a record, as in key.id or "gen_ai.request.model", not \'a..b\'',
    ],
    [
      `maps: [{ ${ok}, timeUnit: minutes }]`,
      "keyward.yaml:1:61: maps[0].timeUnit must be one of auto, s, ms, us, ns, not 'minutes'",
    ],
    [
      `maps: [{ ${ok}, deed: delete }]`,
      "keyward.yaml:1:57: maps[0].deed must be one of infer, use, sign-in, not 'delete'",
    ],
    ['trustedProxies: -1', "keyward.yaml:1:17: trustedProxies must be a number from 0 to 20, not '-1'"],
  ])('%s', (text, message) => {
    expect(() => parse(text)).toThrow(UserError);
    expect(() => parse(text)).toThrow(message);
  });
});

describe('a source of files', () => {
  let home = '';
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'keyward-map-'));
    writeFileSync(
      join(home, 'gateway.jsonl'),
      `${JSON.stringify({ ...RECORD, client_ip: '192.0.2.1, 203.0.113.9' })}\n`,
    );
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const eventsOf = async (reading: ReadingOptions) => {
    const opened = files.open(join(home, 'gateway.jsonl'), taskOf(AT, { reading }));
    const events: AuditEvent[] = [];
    for await (const shard of opened.shards())
      for await (const batch of opened.read(shard, [])) events.push(...batch.events);
    return events;
  };

  test('reads by the maps and the proxies of its task', async () => {
    expect(await eventsOf({ maps: [MAP], trustedProxies: 1 })).toEqual([CALL]);
    expect(await eventsOf({ maps: [MAP] })).toEqual([{ ...CALL, address: '' }]);
    expect(await eventsOf({})).toEqual([]);
  });
});
