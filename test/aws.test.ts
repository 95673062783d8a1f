import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { audit, type AuditRequest } from '../src/audit.ts';
import { openCheckpoint } from '../src/checkpoint.ts';
import { aws, regionsIn, stretchOf } from '../src/collect/aws.ts';
import { lookupViews, unitedViews } from '../src/collect/aws/lookup/views.ts';
import type { Shard, Task } from '../src/collect/collector.ts';
import { blindViews } from '../src/collect/service/views.ts';
import { UserError } from '../src/errors.ts';
import { openGeo } from '../src/geo.ts';
import type { Completion } from '../src/model/batch.ts';
import type { Views } from '../src/model/coverage.ts';
import type { Report } from '../src/model/report.ts';
import { eachOf } from '../src/pool.ts';
import type { Progress } from '../src/reading.ts';
import { DAY, HOUR } from '../src/time.ts';
import { defaultRules, TEST_NETWORKS } from './judgement.ts';
import { rawRecord } from './raw-record.ts';
import { isolateAws, STATIC_KEY } from './servers/aws-env.ts';
import { type IamServer, type PlayedAccount, playAccount, serveIam } from './servers/iam.ts';
import {
  answerLookup,
  askedIn,
  type LookupCall,
  type Mischief,
  serveLookup,
  type Stored,
} from './servers/lookup-events.ts';
import { type Answer, type AwsServer, type Call, deny, serveAws, type World } from './servers/trails.ts';
import { emptyWorld, quietHooks, taskOf } from './task.ts';

const NOW = Date.UTC(2026, 10, 20);
const REGIONS = ['eu-west-1', 'us-east-1', 'us-west-2'];
const HEAD = 'user,arn,user_creation_time,password_enabled,password_last_used,mfa_active';
const AUDITOR = 'arn:aws:iam::123456789012:user/auditor';

const env = isolateAws();
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(server => server.close()));
});

/** An event that lies in a Region, `ago` milliseconds before a moment. */
function stored(n: number, ago: number, over: Partial<Stored> & { region?: string; now?: number } = {}): Stored {
  const { source = 'bedrock.amazonaws.com', name = 'InvokeModel', key = 'AKIAIOSFODNN7EXAMPLE', now = NOW } = over;
  const second = Math.floor((now - ago) / 1000);
  const { region = 'us-east-1' } = over;
  return {
    id: rawRecord(n).eventID,
    second,
    source,
    name,
    key,
    get record() {
      const raw = rawRecord(n);
      const userIdentity = { ...raw.userIdentity, accessKeyId: key };
      const eventTime = new Date(second * 1000).toISOString().replace('.000', '');
      return JSON.stringify({
        ...raw,
        userIdentity,
        eventTime,
        eventSource: source,
        eventName: name,
        awsRegion: region,
      });
    },
  };
}

/** What lies in each Region: a model call and something done with a key, and in one of them the making of a key. */
const HISTORY: Readonly<Record<string, readonly Stored[]>> = Object.fromEntries(
  REGIONS.map((region, n) => [
    region,
    [
      stored(n * 10 + 1, HOUR, { region }),
      stored(n * 10 + 2, 2 * HOUR, { region, source: 's3.amazonaws.com', name: 'ListBuckets' }),
      ...(region === 'us-east-1'
        ? [stored(n * 10 + 3, 3 * HOUR, { region, source: 'iam.amazonaws.com', name: 'CreateAccessKey' })]
        : []),
    ],
  ]),
);

const lookedUp =
  (events: Readonly<Record<string, readonly Stored[]>>) =>
  ({ region, input }: Call): Answer => {
    const page = answerLookup(events[region] ?? [], askedIn(input));
    return 'error' in page ? page : { body: page };
  };

const ACCOUNT: PlayedAccount = {
  users: [
    {
      name: 'ci',
      keys: [{ id: 'AKIAIOSFODNN7EXAMPLE', createdAt: '2026-01-01T00:00:00Z', lastUsedAt: '2026-11-19T20:00:00Z' }],
    },
  ],
  report: `${HEAD}\n`,
};

const whoAmI = (arn: string, account: string): Answer => ({
  body: `<Arn>${arn}</Arn><UserId>AIDA</UserId><Account>${account}</Account>`,
});

const REFUSAL = 'user/auditor may not call cloudtrail:LookupEvents: allow it in an IAM policy';

const TRAILLESS = { trailList: [] };

interface Cloud {
  readonly api: AwsServer;
  readonly iam: IamServer;
}

/** A small account on loopback, and an environment that leads there. */
async function startCloud(over: World = {}, account: PlayedAccount | null = ACCOUNT, events = HISTORY): Promise<Cloud> {
  const api = await serveAws({
    'sts:GetCallerIdentity': () => whoAmI(AUDITOR, '123456789012'),
    'account:ListRegions': () => ({ body: { Regions: REGIONS.map(RegionName => ({ RegionName })) } }),
    'cloudtrail:DescribeTrails': () => ({ body: TRAILLESS }),
    'cloudtrail:LookupEvents': lookedUp(events),
    'bedrock:GetModelInvocationLoggingConfiguration': () => ({ body: {} }),
    ...over,
  });
  const iam = await serveIam(
    account === null ? () => ({ status: 403, code: 'AccessDenied', message: 'no' }) : playAccount(account),
  );
  opened.push(api, iam);
  env.set({ ...STATIC_KEY, AWS_ENDPOINT_URL: api.url, AWS_ENDPOINT_URL_IAM: iam.url });
  return { api, iam };
}

interface Read {
  readonly shards: readonly Shard[];
  readonly ends: Readonly<Record<string, Completion>>;
  readonly ids: readonly string[];
  readonly views: Views;
  readonly self: readonly string[];
}

/** Reads a source as an audit does, its parts side by side. */
async function readAll(source: string, over: Partial<Task> = {}): Promise<Read> {
  const open = aws.open(source, taskOf(NOW, { env: process.env, ...over }));
  const shards: Shard[] = [];
  for await (const shard of open.shards()) shards.push(shard);
  const ends: Record<string, Completion> = {};
  const ids = new Set<string>();
  await eachOf(shards, open.lanes!, async shard => {
    const reading = open.read(shard, []);
    let step = await reading.next();
    for (; step.done !== true; step = await reading.next())
      for (const { example } of step.value.events) ids.add(example);
    ends[shard.key] = step.value;
  });
  return { shards, ends, ids: [...ids].sort(), views: open.views!(null)!, self: open.self!() };
}

const idsOf = (...numbers: readonly number[]): string[] => numbers.map(n => rawRecord(n).eventID);

const incomplete = (ends: Read['ends']): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(ends)
      .filter(([, { complete }]) => !complete)
      .map(([key, { damage }]) => [key, damage.map(({ where, what }) => (where === '' ? what : `${where}: ${what}`))]),
  );

describe('an account', () => {
  test('is read in all its Regions, its keys and trails beside them', async () => {
    const { api } = await startCloud();
    const { shards, ends, ids, self } = await readAll('aws:');
    const size = 90 * DAY;
    expect(shards).toEqual([
      { key: '123456789012 keys', size: 0 },
      { key: '123456789012 trails', size: 0 },
      ...REGIONS.map(region => ({ key: `123456789012 ${region}`, within: '123456789012', size })),
    ]);
    expect(incomplete(ends)).toEqual({});
    expect(ids).toEqual(idsOf(1, 2, 11, 12, 13, 21, 22));
    expect(self).toEqual([AUDITOR]);
    const ofIam = api.calls.filter(({ input }) => JSON.stringify(input).includes('CreateAccessKey'));
    expect(ofIam.map(({ region }) => region)).toEqual(['us-east-1']);
  });

  test('is read in the Regions that are named, and where IAM keeps its events', async () => {
    const { api } = await startCloud();
    const { shards, ids } = await readAll('aws: EU-West-1 , us-west-2,');
    expect(shards.slice(2).map(({ key }) => key)).toEqual([
      '123456789012 eu-west-1',
      '123456789012 us-west-2',
      '123456789012 us-east-1',
    ]);
    expect(ids).toEqual(idsOf(1, 2, 13, 21, 22));
    expect(api.calls.some(({ action }) => action === 'account:ListRegions')).toBe(false);
  });

  test('is read whole only when told to', async () => {
    const { api } = await startCloud();
    const { ids, views } = await readAll('aws:', { aws: { allEvents: true } });
    expect(ids).toEqual(idsOf(1, 2, 11, 12, 13, 21, 22));
    expect(api.calls.filter(({ action }) => action === 'cloudtrail:LookupEvents')).toHaveLength(3);
    expect([views.places.gaps, views.deeds.gaps]).toEqual([[], []]);
  });

  test('one Region that refuses leaves the others', async () => {
    const refusing = (call: Call): Answer => (call.region === 'eu-west-1' ? deny(call) : lookedUp(HISTORY)(call));
    await startCloud({ 'cloudtrail:LookupEvents': refusing });
    const { ends, ids, views } = await readAll('aws:');
    expect(ids).toEqual(idsOf(11, 12, 13, 21, 22));
    expect(views['sign-ins']).toEqual({ blind: false, gaps: [`nothing was read of eu-west-1: ${REFUSAL}`] });
    expect(incomplete(ends)).toEqual({
      '123456789012 eu-west-1': [
        'user/auditor may not call cloudtrail:LookupEvents: allow it in an IAM policy; nothing was read',
      ],
    });
  });

  test('all Regions that refuse leave nothing to see but its keys', async () => {
    await startCloud({ 'cloudtrail:LookupEvents': deny });
    const { views } = await readAll('aws:');
    const why = [`nothing was read of eu-west-1, us-east-1 and us-west-2: ${REFUSAL}`];
    expect(views.calls).toEqual({ blind: true, gaps: why });
    expect(views.deeds).toEqual({ blind: true, gaps: why });
    expect(views.inventory.blind).toBe(false);
  });

  test('keys that cannot be listed are a gap, and what can be read is', async () => {
    await startCloud({}, null);
    const { ends, ids, views } = await readAll('aws:');
    const gap = 'the access keys could not be listed, so what they did beside model calls was not pulled';
    const { '123456789012 keys': ofKeys, ...ofRegions } = incomplete(ends);
    expect(ofKeys).toContainEqual('users: this principal may not call iam:ListUsers: allow it in an IAM policy');
    expect(ofRegions).toEqual(Object.fromEntries(REGIONS.map(region => [`123456789012 ${region}`, [gap]])));
    expect(ids).toEqual(idsOf(1, 11, 13, 21));
    expect([views.places.gaps.at(-1), views.deeds.gaps.at(-1)]).toEqual([gap, gap]);
  });

  test('Regions that cannot be listed are told', async () => {
    await startCloud({ 'account:ListRegions': deny });
    const { ends, shards } = await readAll('aws:');
    expect(shards.length).toBeGreaterThan(10);
    expect(incomplete(ends)['123456789012 trails']).toEqual([
      expect.stringContaining(
        'Regions: the Regions of the account could not be listed (user/auditor may not call account:ListRegions',
      ),
    ]);
  });

  test('what is older than 90 days is not there', async () => {
    const { api } = await startCloud();
    const until = NOW - 91 * DAY;
    const { ends, views } = await readAll('aws:', { window: { from: until - DAY, until } });
    expect(incomplete(ends)).toEqual({
      '123456789012 events': [
        'LookupEvents keeps 90 days, and all that was asked for is older: name the bucket of a trail, as in s3://bucket/prefix',
      ],
    });
    expect(api.calls.some(({ action }) => action === 'cloudtrail:LookupEvents')).toBe(false);
    expect([views.calls.blind, views.deeds.blind, views.inventory.blind]).toEqual([true, true, false]);
  });

  test('that nobody can sign in to shows nothing', async () => {
    await startCloud({ 'sts:GetCallerIdentity': () => ({ error: 'InvalidClientTokenId', status: 403 }) });
    const source = aws.open('aws:', taskOf(NOW, { env: process.env }));
    await expect(source.shards()[Symbol.asyncIterator]().next()).rejects.toThrow(UserError);
    expect(source.views!(null)).toBe(null);
  });

  test('an account that lets nobody in fails alone', async () => {
    let asked = 0;
    await startCloud({
      'sts:AssumeRole': call =>
        String(call.input['RoleArn']).includes('210987654321')
          ? {
              body:
                '<Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>x</SecretAccessKey>' +
                '<SessionToken>x</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>',
            }
          : { error: 'AccessDenied', message: 'not authorized to perform: sts:AssumeRole', status: 403 },
      'sts:GetCallerIdentity': () =>
        asked++ === 0
          ? whoAmI(AUDITOR, '123456789012')
          : whoAmI('arn:aws:sts::210987654321:assumed-role/audit/keyward', '210987654321'),
    });
    const { shards, ends, views } = await readAll('aws:eu-west-1', {
      aws: { accounts: ['210987654321', '111122223333'], roleName: 'audit' },
    });
    expect(shards.map(({ key }) => key)).toEqual([
      '111122223333',
      '210987654321 keys',
      '210987654321 trails',
      '210987654321 eu-west-1',
      '210987654321 us-east-1',
    ]);
    const [why] = incomplete(ends)['111122223333']!;
    expect(why).toMatch(/sts:AssumeRole/);
    expect(views.calls.blind).toBe(false);
    expect(views.calls.gaps[0]).toBe(`111122223333: ${why}`);
  });
});

describe('its report', () => {
  /** Model calls and other things done with a key in every Region, on several pages. */
  const busy = new Map(
    REGIONS.map((region, r) => [
      region,
      Array.from({ length: 120 }, (_, n) =>
        stored(r * 1_000 + n, HOUR + n * 5 * HOUR, { region, ...(n % 2 === 0 && { source: 's3.amazonaws.com' }) }),
      ),
    ]),
  );

  /** The report of an audit whose answers come after pauses. */
  async function reportOf(
    pauseOf: (call: LookupCall) => number,
    over: Partial<AuditRequest> = {},
    abortAt = -1,
    onProgress = quietHooks.onProgress,
  ) {
    const abort = new AbortController();
    await startCloud();
    const mischief: Mischief = ({ index }) => (index === abortAt ? void abort.abort() : undefined);
    const server = await serveLookup(region => busy.get(region)!, mischief, { DescribeTrails: TRAILLESS }, pauseOf);
    opened.push(server);
    env.set({ AWS_ENDPOINT_URL_CLOUDTRAIL: server.url });
    return audit(requestFor(over), { ...quietHooks, onProgress, signal: abort.signal });
  }

  function requestFor(over: Partial<AuditRequest>): AuditRequest {
    return {
      sources: ['aws:'],
      rules: defaultRules,
      collectors: [aws],
      geo: openGeo({ networks: TEST_NETWORKS }),
      self: [],
      now: NOW,
      since: null,
      until: null,
      lookbackDays: null,
      world: { ...emptyWorld(NOW), env: process.env },
      version: '0.0.0',
      ...over,
    };
  }

  test('tells what all Regions refuse in one line, and whose account it is', async () => {
    await startCloud({ 'cloudtrail:LookupEvents': deny }, null);
    const { sources } = await audit(requestFor({}), quietHooks);
    expect(sources[0]).toMatchObject({ accounts: ['123456789012'], complete: false });
    expect(sources[0]!.note!.split('\n').filter(line => line.includes('LookupEvents'))).toEqual([
      `123456789012 eu-west-1, us-east-1 and us-west-2: ${REFUSAL}; nothing was read`,
    ]);
    expect(sources[0]!.remarks).toEqual([
      'no trail records all management events: those older than 90 days are kept nowhere',
    ]);
  });

  test('is the same however long each answer takes', async () => {
    const [one, other] = [
      await reportOf(({ index }) => (index * 7) % 5),
      await reportOf(({ index }) => (index * 3) % 4),
    ];
    expect(one.summary.events).toBe(360);
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
  });

  test('is the same when the audit was interrupted twice and went on', async () => {
    const whole = await reportOf(() => 0);
    const path = env.write('checkpoint', '');
    const question = { now: NOW, since: null, until: null, window: { from: NOW - 90 * DAY, until: NOW } };
    const seen: Progress[] = [];
    const onProgress = (progress: Progress): void => void seen.push({ ...progress });
    const goOn = async (abortAt: number): Promise<Report> => {
      seen.length = 0;
      const checkpoint = openCheckpoint(path, 'aws:', question, () => undefined);
      const report = await reportOf(() => 0, { checkpoint }, abortAt, onProgress);
      checkpoint.close(report.run.complete);
      return report;
    };
    const first = await goOn(9);
    expect([first.run.complete, first.summary.events < 360]).toEqual([false, true]);
    await goOn(30);
    const last = await goOn(-1);
    const { done, doneBefore, events, eventsBefore } = seen.at(-1)!;
    expect([eventsBefore > 0, eventsBefore < events, doneBefore > 0, doneBefore < done]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    const { duplicates: _, ...source } = last.sources[0]!;
    expect(whole.sources).toMatchObject([source]);
    expect({ ...last, sources: [] }).toEqual({ ...whole, sources: [] });
    expect(existsSync(path)).toBe(false);
  });
});

describe('how it is written', () => {
  test.each([
    ['aws:', []],
    ['AWS:', []],
    ['aws: , ', []],
    ['aws:eu-west-1', ['eu-west-1']],
    ['aws: US-East-1 ,eu-west-1, us-east-1', ['eu-west-1', 'us-east-1']],
    [
      'aws:us-gov-west-1,cn-north-1,eusc-de-east-1,ap-southeast-5',
      ['ap-southeast-5', 'cn-north-1', 'eusc-de-east-1', 'us-gov-west-1'],
    ],
  ])('%s', (source, regions) => {
    expect(aws.accepts(source)).toBe(true);
    expect(regionsIn(source)).toEqual(regions);
  });

  test.each(['aws:all', 'aws:eu-west', 'aws:eu-west-1;us-east-1', 'aws:../x-1'])('%s is refused', source => {
    expect(() => regionsIn(source)).toThrow(/^not an AWS Region: '/);
  });

  test.each([
    ['aws:eu-wset-1', "Did you mean 'eu-west-1'?"],
    ['aws:US-EAST', "Did you mean 'us-east-1'?"],
    ['aws:everywhere', 'Write `aws:` for all of them, or as in aws:eu-west-1,us-east-1.'],
  ])('of %s it says what was meant', (source, hint) => {
    expect(() => regionsIn(source)).toThrow(expect.objectContaining({ hint }) as Error);
  });

  test.each(['awsx', 's3://b', 'aws', './aws:'])('%s is none', source => {
    expect(aws.accepts(source)).toBe(false);
  });
});

test.each([
  [
    { from: null, until: NOW },
    { from: NOW - 90 * DAY, until: NOW },
  ],
  [
    { from: NOW - 300 * DAY, until: NOW },
    { from: NOW - 90 * DAY, until: NOW },
  ],
  [
    { from: NOW - DAY + 1, until: NOW - 1 },
    { from: NOW - DAY, until: NOW - 1000 },
  ],
  [
    { from: NOW - DAY, until: NOW + DAY },
    { from: NOW - DAY, until: NOW },
  ],
  [
    { from: NOW - 200 * DAY, until: NOW - 100 * DAY },
    { from: NOW - 90 * DAY, until: NOW - 100 * DAY },
  ],
])('of %j it reads %j', (window, stretch) => {
  expect(stretchOf(window, NOW)).toEqual(stretch);
});

describe('what is seen', () => {
  const view = { blind: false, gaps: ['a'] };
  const known: Views = {
    calls: view,
    tokens: { blind: true, gaps: ['none'] },
    places: view,
    deeds: view,
    'sign-ins': view,
    inventory: view,
  };
  const pulled = { allEvents: true, areKeysKnown: true, isEmpty: false };

  test('is what the trails say when everything was pulled', () => {
    expect(lookupViews(known, pulled)).toEqual(known);
  });

  test('is nothing when all that was asked for is too old', () => {
    expect(lookupViews(known, { ...pulled, isEmpty: true }).calls).toEqual({
      blind: true,
      gaps: ['LookupEvents keeps 90 days, and all that was asked for is older'],
    });
  });

  test('of several accounts is blind only where all are, and says whose gap it is', () => {
    const united = unitedViews([
      { account: '1', views: known },
      { account: '2', views: blindViews('locked') },
      { account: '3', views: known },
    ]);
    expect(united.calls).toEqual({ blind: false, gaps: ['1 and 3: a', '2: locked'] });
    expect(united.tokens).toEqual({ blind: true, gaps: ['1 and 3: none', '2: locked'] });
    const five = ['1', '3', '4', '5', '6'].map(account => ({ account, views: known }));
    expect(unitedViews([...five, { account: '2', views: blindViews('locked') }]).calls.gaps).toEqual([
      '1, 3 and 3 more: a',
      '2: locked',
    ]);
    expect(
      unitedViews([
        { account: '1', views: known },
        { account: '3', views: known },
      ]),
    ).toEqual(known);
  });
});

/** The SDK says to everyone on Node 20 that it will not be good for ever. */
const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

/** Runs a script of Node with the environment as it is. */
function run(args: readonly string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, args, { cwd: fileURLToPath(new URL('..', import.meta.url)), env: process.env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  return new Promise(resolve => child.on('close', status => resolve({ status, stdout, stderr })));
}

describe('how far back it is read', () => {
  const LIMIT = 'LookupEvents keeps 90 days';
  test.each([
    ['all that is asked for', NOW - 50 * DAY, { from: NOW - 50 * DAY, why: '' }],
    ['as far as there is anything', null, { from: NOW - 90 * DAY, why: '' }],
    ['what LookupEvents keeps', NOW - 97 * DAY, { from: NOW - 90 * DAY, why: LIMIT }],
  ])('%s', (_, from, expected) => {
    expect(aws.open('aws:', taskOf(NOW, { window: { from, until: NOW } })).reach!()).toEqual(expected);
  });
});

test('the command line audits an account', async () => {
  const now = Date.now();
  const events = { 'us-east-1': [stored(1, HOUR, { now }), stored(2, 2 * HOUR, { now, name: 'Converse' })] };
  await startCloud({}, ACCOUNT, events);
  env.set(QUIET);
  const { status, stdout, stderr } = await run(['bin/keyward.js', 'audit', 'aws:', '--all-events', '--format', 'json']);
  const { sources } = JSON.parse(stdout) as { sources: readonly object[] };
  expect(sources).toMatchObject([{ id: 'aws:', complete: true, events: 2 }]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('100,000 events of five Regions take at most 200 MiB, and none is asked more often than every 550 ms', async () => {
  const regions = ['ap-south-1', 'eu-west-1', 'eu-west-3', 'us-east-1', 'us-west-2'];
  const each = 20_000;
  const held = new Map(
    regions.map((region, r) => [
      region,
      Array.from({ length: each }, (_, n) => stored(r * each + n, HOUR + n * 300_000, { region })),
    ]),
  );
  const listed = { Regions: regions.map(RegionName => ({ RegionName })) };
  await startCloud({ 'account:ListRegions': () => ({ body: listed }) }, { report: `${HEAD}\n` });
  const server = await serveLookup(region => held.get(region)!, undefined, { DescribeTrails: TRAILLESS });
  opened.push(server);
  env.set({ ...QUIET, AWS_ENDPOINT_URL_CLOUDTRAIL: server.url });
  const { stdout, stderr } = await run(['test/aws-memory.mjs', String(NOW)]);
  expect(stderr).toBe('');
  const { peakMiB, ...rest } = JSON.parse(stdout) as { peakMiB: number };
  expect(rest).toMatchObject({ events: 100_000, complete: true });
  expect(peakMiB).toBeLessThanOrEqual(200);
  expect(server.calls.length).toBeGreaterThan(2_000);
  const times = regions.map(region => server.calls.filter(call => call.region === region).map(({ sentAt }) => sentAt));
  const gaps = times.flatMap(all => all.slice(1).map((time, i) => time - all[i]!));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(550);
});
