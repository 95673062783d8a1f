import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { bedrockInvocation } from '../src/normalise/bedrock-invocation.ts';
import { formats, notAuditLogs } from '../src/normalise/formats.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import { DAY, HOUR } from '../src/time.ts';
import { auditPaths } from './judgement.ts';
import { rawRecord } from './raw-record.ts';
import { readText } from './read-text.ts';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/inference`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/inference/job-7`;
const AT = Date.UTC(2026, 10, 19, 12);
const CANARY = 'capital-of-canaries';

const invocation = (over: JsonObject = {}) => ({
  timestamp: '2026-11-19T12:00:00Z',
  accountId: ACCOUNT,
  identity: { arn: SESSION },
  region: 'us-east-1',
  requestId: '00000000-0000-4000-8000-0000000000a1',
  operation: 'Converse',
  modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  requestMetadata: { team: CANARY },
  input: {
    inputContentType: 'application/json',
    inputBodyJson: { messages: [{ content: [{ text: CANARY }] }] },
    inputTokenCount: 25,
    cacheReadInputTokenCount: 1000,
    cacheWriteInputTokenCount: 200,
  },
  output: {
    outputContentType: 'application/json',
    outputBodyJson: {
      output: { message: { content: [{ text: CANARY }] } },
      usage: { inputTokens: 9, outputTokens: 9 },
    },
    outputTokenCount: 150,
  },
  inferenceRegion: 'us-west-2',
  schemaType: 'ModelInvocationLog',
  schemaVersion: '1.0',
  ...over,
});

const linesOf = (records: readonly unknown[]): string => records.map(record => JSON.stringify(record)).join('\n');
const read = (...records: readonly unknown[]) => readText(linesOf(records));

const EVENT = {
  at: AT,
  last: AT,
  count: 0,
  tokensIn: 1225,
  tokensOut: 150,
  microUsd: 0,
  ttl: 0,
  example: `invocation:${ACCOUNT}:us-east-1:00000000-0000-4000-8000-0000000000a1`,
  hour: AT / HOUR,
  credential: ROLE,
  session: '',
  principal: ROLE,
  account: ACCOUNT,
  deed: 'infer',
  action: 'bedrock:Converse',
  outcome: 'ok',
  address: '',
  agent: 'invocation-log',
  region: 'us-east-1',
  inferenceRegion: 'us-west-2',
  model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
  mfa: '',
  target: '',
};

describe('the shapes of one record', () => {
  const message = JSON.stringify(invocation());
  test.each<[string, unknown]>([
    ['as in S3', invocation()],
    [
      'a log event of CloudWatch',
      { logStreamName: 'aws/bedrock/modelinvocations', timestamp: AT, message, eventId: '1' },
    ],
    ['what filter-log-events answers', { events: [{ timestamp: AT, message }], searchedLogStreams: [] }],
    [
      'what a subscription sends',
      { messageType: 'DATA_MESSAGE', owner: ACCOUNT, logEvents: [{ id: '1', timestamp: AT, message }] },
    ],
    ['a row of a query', { '@timestamp': '2026-11-19 12:00:00.000', '@message': message, '@ptr': 'x' }],
    ['a row of a query, parsed', { '@timestamp': '2026-11-19 12:00:00.000', '@message': invocation() }],
    ['as Panther writes times', invocation({ timestamp: '2026-11-19 12:00:00.000000000' })],
  ])('%s', async (_, record) => {
    const taken = await read(record);
    expect(taken.completion.damage).toEqual([]);
    expect(taken.events).toEqual([EVENT]);
    expect(taken.credentials).toEqual([
      { id: ROLE, provider: 'aws', kind: 'role', owner: ROLE, account: ACCOUNT, observedAt: 0 },
    ]);
    expect(JSON.stringify(taken)).not.toContain(CANARY);
  });

  test('a message that was cut short is damage', async () => {
    const { events, completion } = await read({ timestamp: AT, message: JSON.stringify(invocation()).slice(0, -9) });
    expect([events, completion.damage.map(({ what }) => what)]).toEqual([[], ['the record has no readable time']]);
  });

  test.each<[string, JsonObject]>([
    ['another schema', { ...invocation(), schemaType: 'Other' }],
    ['another message', { timestamp: AT, message: '{"schemaType":"Other"}' }],
    ['text about it', { message: 'we read ModelInvocationLog' }],
    ['events of something else', { events: [{ message: 'hello' }, 7, null] }],
  ])('%s is none', (_, record) => {
    expect(bedrockInvocation.unwrap(record)).toBeNull();
  });

  test('records are taken by no other format', () => {
    expect(formats.filter(format => format.unwrap(invocation()) !== null).map(({ id }) => id)).toEqual([
      'bedrock-invocation',
    ]);
    expect(notAuditLogs.filter(other => other.recognises(invocation()))).toEqual([]);
  });
});

describe('tokens', () => {
  const bare = { input: { inputContentType: 'application/json' } };
  const usage = (counts: JsonObject) => ({ ...bare, output: { outputBodyJson: { text: CANARY, usage: counts } } });
  test.each<[string, JsonObject, readonly [number, number] | null]>([
    ['as they are counted', {}, [1225, 150]],
    [
      'of the body of Converse, without counts',
      usage({ inputTokens: 7, outputTokens: 3, cacheReadInputTokens: 2 }),
      [9, 3],
    ],
    ['of the body of Claude', usage({ input_tokens: 7, output_tokens: 3, cache_creation_input_tokens: 5 }), [12, 3]],
    ['of the body of OpenAI', usage({ prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }), [7, 3]],
    [
      'a count of none is a count',
      { input: { inputTokenCount: 0 }, output: { outputTokenCount: 0, outputBodyJson: { usage: { inputTokens: 7 } } } },
      null,
    ],
    ['none at all', { ...bare, output: {} }, null],
    ['of a call that was turned down', { ...bare, output: {}, errorCode: 'AccessDeniedException' }, null],
    ['what is no number', { input: { inputTokenCount: 'many' }, output: { outputTokenCount: [7] } }, null],
  ])('%s', async (_, over, expected) => {
    const { events, ignored, completion } = await read(invocation(over));
    const told = events.map(({ tokensIn, tokensOut }) => [tokensIn, tokensOut]);
    expect([told, ignored, completion.damage]).toEqual([
      expected === null ? [] : [expected],
      expected === null ? 1 : 0,
      [],
    ]);
  });

  test('of a call that failed behind its first tokens', async () => {
    const { events } = await read(invocation({ errorCode: 'ModelStreamErrorException', status: 'failed' }));
    expect(events).toEqual([{ ...EVENT, outcome: 'failed' }]);
  });

  test('the same record from S3 and from CloudWatch Logs is one', async () => {
    const { events } = await read(invocation(), { timestamp: AT, message: JSON.stringify(invocation()) });
    expect(events).toEqual([EVENT, EVENT]);
  });
});

describe('who called, as CloudTrail names them', () => {
  const user = `arn:aws:iam::${ACCOUNT}:user/ci`;
  const phantom = `arn:aws:iam::${ACCOUNT}:user/BedrockAPIKey-abcd`;
  const people = `arn:aws:iam::${ACCOUNT}:role/AWSReservedSSO_Dev_0123456789abcdef`;
  const person = `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/dev@example.com`;
  test.each<[string, unknown, string, string, string]>([
    ['a session of a role', { arn: SESSION }, ROLE, 'role', ROLE],
    [
      'a session of another account’s role',
      { arn: 'arn:aws:sts::210987654321:assumed-role/x/y' },
      'arn:aws:iam::210987654321:role/x',
      'role',
      'arn:aws:iam::210987654321:role/x',
    ],
    ['a person through Identity Center', { arn: person }, people, 'role', person],
    ['a user, by which key is not told', { arn: `arn:aws:iam::${ACCOUNT}:user/build/ci` }, user, 'unknown', user],
    ['a user made for one Bedrock key', { arn: phantom }, `${phantom}/bedrock`, 'bedrock-key', phantom],
    [
      'root',
      { arn: `arn:aws:iam::${ACCOUNT}:root` },
      `arn:aws:iam::${ACCOUNT}:root`,
      'root-session',
      `arn:aws:iam::${ACCOUNT}:root`,
    ],
    ['nobody', null, `unidentified:${ACCOUNT}`, 'unknown', `unidentified:${ACCOUNT}`],
  ])('%s', async (_, identity, id, kind, principal) => {
    const { events, credentials } = await read(invocation({ identity }));
    expect(credentials.map(({ id, kind }) => [id, kind])).toEqual([[id, kind]]);
    expect(events.map(({ credential, principal }) => [credential, principal])).toEqual([[id, principal]]);
  });
});

test('what can be seen', async () => {
  const blindIn = async (record: JsonObject) => {
    const { views } = (await read(record)).completion;
    return Object.entries(views!).flatMap(([sight, { blind }]) => (blind ? [sight] : []));
  };
  expect(await blindIn(invocation())).toEqual(['calls', 'places', 'deeds', 'sign-ins', 'inventory']);
  expect(await blindIn(invocation({ input: {}, output: {} }))).toContain('tokens');
  const ofUser = await read(invocation({ identity: { arn: `arn:aws:iam::${ACCOUNT}:user/ci` } }));
  expect(ofUser.completion.views!.tokens.gaps).toHaveLength(2);
});

describe('an audit of both logs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-invocation-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const NOW = Date.UTC(2026, 10, 20);
  /** An hour after another, every two hours of a month. */
  const usual = Array.from({ length: 336 }, (_, i) => NOW - 30 * DAY + i * 2 * HOUR);
  const burst = NOW - 20 * HOUR;

  const call = (at: number, i: number) => ({
    ...rawRecord(i),
    eventTime: new Date(at).toISOString(),
    userIdentity: {
      type: 'AssumedRole',
      arn: SESSION,
      accountId: ACCOUNT,
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/build/inference` } },
    },
  });
  const tokens = (at: number, i: number, inputTokenCount: number) =>
    invocation({
      timestamp: new Date(at).toISOString(),
      requestId: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
      input: { inputTokenCount },
      output: { outputTokenCount: 100 },
    });

  const TRAIL = join(folder, 'trail.json');
  const LOG = join(folder, 'invocations.json.gz');
  writeFileSync(TRAIL, JSON.stringify({ Records: [...usual, burst].map(call) }));
  writeFileSync(
    LOG,
    gzipSync(linesOf([...usual.map((at, i) => tokens(at, i, 20_000)), tokens(burst, 9999, 3_000_000)])),
  );

  test('the calls of a role and its tokens are judged as one', async () => {
    const report = await auditPaths([TRAIL, LOG], NOW);
    const found = report.findings.filter(({ rule }) => rule === 'token-burst');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      severity: 'high',
      credential: { id: ROLE, kind: 'role', owner: ROLE },
      message:
        "3,000,000 input tokens in the 19 Nov 04:00 hour, 150 times this role's busiest hour (20,000) in the previous 28 days.",
      evidence: { measure: 'tokensIn', calls: 1, tokensIn: 3_000_000, tokensOut: 100 },
    });
    expect(report.summary.credentials).toBe(1);
  });

  test('a log of tokens alone is judged too, and says where the calls are', async () => {
    const report = await auditPaths([LOG], NOW);
    expect(report.findings.map(({ rule }) => rule)).toEqual(['token-burst']);
    expect(report.sources.map(({ complete, malformed }) => [complete, malformed])).toEqual([[true, 0]]);
    expect(report.coverage.find(({ rule }) => rule === 'token-burst')?.reason).toContain(
      'CloudTrail tells of the calls',
    );
  });

  test('the trail alone knows no tokens', async () => {
    const { findings } = await auditPaths([TRAIL], NOW);
    expect(findings.filter(({ rule }) => rule === 'token-burst')).toEqual([]);
  });
});
