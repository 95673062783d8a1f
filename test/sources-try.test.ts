import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fieldsOf } from '../src/cli/try/fields.ts';
import { main } from '../src/cli/program.ts';
import { rawRecord } from './raw-record.ts';

const AT = Date.UTC(2026, 10, 1, 10);
const SECRET = 'sk-ant-api03-abcdefghijklmnopqrstuvwxyz';

const RECORD = {
  app: 'gateway',
  msg: 'request',
  ts: AT,
  id: 'r-1',
  key: { id: 'team-search', owner: 'search@example.com' },
  ip: '203.0.113.9',
  'gen_ai.request.model': 'claude-opus-5-5',
  usage: { in: 812, out: 640 },
  prompt: 'what nobody else may read',
};

const CONFIG = `
maps:
  - name: my-gateway
    when: { app: gateway }
    calls: { msg: request }
    fields:
      time: ts
      id: id
      credential: key.id
      owner: key.owner
      address: ip
      model: gen_ai.request.model
      tokensIn: usage.in
      tokensOut: usage.out
`;

let home = '';
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(home, name), content);
  return name;
};
const lines = (...records: readonly unknown[]): string =>
  records.map(record => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n');

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'keyward-try-'));
  put('maps.yaml', CONFIG);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Runs `keyward sources` in the folder of the test. */
async function sources(...args: readonly string[]) {
  const streams = [new PassThrough(), new PassThrough()] as const;
  const status = await main(['sources', ...args], {
    stdout: streams[0],
    stderr: streams[1],
    env: {},
    cwd: home,
    version: '0.0.0',
    setVariable: () => {},
    now: () => AT,
    onInterrupt: () => () => {},
  });
  const [stdout, stderr] = streams.map(stream => String(stream.read() ?? ''));
  return { status, stdout: stdout!, stderr: stderr! };
}

const MIXED = lines(
  RECORD,
  { ...RECORD, msg: 'started' },
  { ...RECORD, key: { id: SECRET } },
  { level: 'debug', [SECRET]: 1 },
  { awsAccountId: '123456789012', digestStartTime: '2026-11-01T00:00:00Z' },
  rawRecord(1),
);

describe('what a file is taken for', () => {
  test('with the maps of a configuration, record by record', async () => {
    const tried = await sources('--try', put('mixed.jsonl', MIXED), '--config', 'maps.yaml');
    expect(tried).toEqual({
      status: 0,
      stderr: '',
      stdout: `mixed.jsonl: 6 records

RECORD  FORMAT      TAKEN FOR
1       my-gateway  infer, ok, 2026-11-01T10:00:00.000Z, by team-search (virtual
                    key of search@example.com), from 203.0.113.9, model
                    claude-opus-5-5, 812 tokens in and 640 out
2       my-gateway  left out on purpose: it tells of no call and no change
3       my-gateway  cannot be read: a secret at 'key.id', which must be the
                    name, the id or a hash of a key: log one of those instead
4       -           not recognised
5       -           not an audit log: CloudTrail digest
6       cloudtrail  infer, ok, 2026-11-01T00:00:00.000Z, by AKIAIOSFODNN7EXAMPLE
                    (access key of arn:aws:iam::123456789012:user/x), from
                    192.0.2.1, model amazon.titan-text-lite-v1, no tokens

FIELDS, and in how many of the 6 records where not in all
  app (3), msg (3), ts (3), id (3), key.id (3), key.owner (2), ip (3),
  "gen_ai.request.model" (3), usage.in (3), usage.out (3), prompt (3),
  level (1), [redacted] (1), awsAccountId (1), digestStartTime (1),
  eventVersion (1), userIdentity.type (1), userIdentity.arn (1),
  userIdentity.accountId (1), userIdentity.accessKeyId (1), eventTime (1),
  eventSource (1), eventName (1), awsRegion (1), sourceIPAddress (1),
  userAgent (1), requestParameters.modelId (1), eventID (1), eventType (1),
  eventCategory (1), recipientAccountId (1)
`,
    });
  });

  test('as JSON, and never what unknown fields hold', async () => {
    const { status, stdout, stderr } = await sources('--try', 'mixed.jsonl', '--config', 'maps.yaml', '--json');
    const shown = JSON.parse(stdout) as { records: readonly { state: string }[] };
    expect([status, stderr]).toEqual([0, '']);
    expect(shown).toMatchObject({ schema: 'keyward.try/1', file: 'mixed.jsonl', all: true, damage: [] });
    expect(shown.records.map(({ state }) => state)).toEqual([
      'event',
      'ignored',
      'malformed',
      'unknown',
      'other',
      'event',
    ]);
    expect(shown.records[0]).toEqual({
      record: 1,
      format: 'my-gateway',
      state: 'event',
      why: null,
      events: [
        {
          at: '2026-11-01T10:00:00.000Z',
          deed: 'infer',
          action: 'my-gateway:call',
          outcome: 'ok',
          credential: 'team-search',
          address: '203.0.113.9',
          agent: '',
          region: '',
          model: 'claude-opus-5-5',
          count: 1,
          tokensIn: 812,
          tokensOut: 640,
          microUsd: 0,
          example: 'my-gateway/r-1',
        },
      ],
      credentials: [
        {
          id: 'team-search',
          provider: 'proxy',
          kind: 'virtual-key',
          owner: 'search@example.com',
          account: 'my-gateway',
          name: null,
          scope: null,
        },
      ],
    });
    expect(stdout).not.toMatch(/nobody else|abcdefghij/);
  });

  test('when nothing is recognised', async () => {
    const name = put('strange.jsonl', lines({ a: 1 }, '{"b":', 'not JSON at all'));
    expect(await sources('--try', name)).toEqual({
      status: 3,
      stderr: 'keyward: nothing here is recognised: a map in the configuration can say what its fields mean\n',
      stdout: `strange.jsonl: 1 record
  line 2, byte 8: the JSON ends inside a record

RECORD  FORMAT  TAKEN FOR
1       -       not recognised

FIELDS
  a
`,
    });
  });

  test.each<[string, string | Uint8Array, string]>([
    ['empty.json', '', 'empty.json: 0 records\n'],
    ['list.json', '{"Records":[]}', 'list.json: 0 records\n'],
  ])('%s', async (name, content, stdout) => {
    const tried = await sources('--try', put(name, content));
    expect([tried.status, tried.stdout]).toEqual([3, stdout]);
  });

  test.each<[string, string | Uint8Array, string]>([
    ['ten.jsonl', lines(...Array.from({ length: 10 }, (_, i) => rawRecord(i))), 'ten.jsonl: 10 records'],
    ['more.jsonl', lines(...Array.from({ length: 11 }, (_, i) => rawRecord(i))), 'more.jsonl: the first 10 records'],
    [
      'many.json.gz',
      gzipSync(JSON.stringify({ Records: Array.from({ length: 5_000 }, (_, i) => rawRecord(i)) })),
      'many.json.gz: the first 10 records',
    ],
    ['table.csv', 'ts,key,model\n1,a,b\n', 'table.csv: 1 record'],
  ])('of %s as many as tell', async (name, content, head) => {
    const { stdout } = await sources('--try', put(name, content));
    const found = stdout.split('\n');
    expect(found[0]).toBe(head);
    expect(found.filter(line => /^\d/.test(line)).length).toBe(Math.min(10, Number(/\d+/.exec(head)![0])));
  });

  test('a record that holds many, and keys without use', async () => {
    const key = {
      UserName: 'ci',
      AccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      Status: 'Active',
      CreateDate: '2026-01-01T00:00:00Z',
    };
    const { status, stdout } = await sources(
      '--try',
      put('keys.json', JSON.stringify({ AccessKeyMetadata: [key, key] })),
    );
    expect(status).toBe(0);
    expect(stdout).toContain('AKIAIOSFODNN7EXAMPLE (access key');
  });
});

test('standard input is read as well', () => {
  const bin = fileURLToPath(new URL('../bin/keyward.js', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [bin, 'sources', '--try', '-'], {
    cwd: home,
    encoding: 'utf8',
    input: lines(rawRecord(1)),
  });
  expect([status, stdout.split('\n')[0]]).toEqual([0, '-: 1 record']);
});

describe('wrong usage', () => {
  test.each<[readonly string[], string]>([
    [['--try', 'none.jsonl'], "keyward: cannot open 'none.jsonl' (ENOENT)\nCheck the path and who may read it.\n"],
    [['--try', '.'], "keyward: '.' is a folder\nName one of its files.\n"],
    [['--try', 's3://bucket/a'], "keyward: 's3://bucket/a' is not a file\nSave some of its records to one first.\n"],
    [
      ['--config', 'maps.yaml'],
      'keyward: --config says nothing without --try\nName a file, as in `keyward sources --try gateway.jsonl`.\n',
    ],
    [
      ['--try', 'mixed.jsonl', '--config', 'none.yaml'],
      'keyward: cannot read the config none.yaml: there is no such file\n',
    ],
  ])('%j', async (args, stderr) => {
    expect(await sources(...args)).toEqual({ status: 2, stdout: '', stderr });
  });
});

test('fields are named as a map would name them', () => {
  const record = {
    'a.b': { c: 1 },
    tries: [{ ip: 1 }, { port: 2 }],
    tags: ['x'],
    meta: '{"user":1}',
    none: {},
    deep: { a: { b: { c: { d: { e: { f: 1 } } } } } },
    'bad\u001b': 1,
  };
  expect(fieldsOf([record]).map(({ path }) => path)).toEqual([
    '"a.b".c',
    'tries.0.ip',
    'tags',
    'meta.user',
    'none',
    'deep.a.b.c.d.e',
    'bad\ufffd',
  ]);
  expect(fieldsOf([Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, i]))]).length).toBe(200);
});
