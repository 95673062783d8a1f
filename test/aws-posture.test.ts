import { afterEach, describe, expect, test } from 'vitest';
import { readPosture } from '../src/collect/aws/posture.ts';
import { coverageOf } from '../src/coverage.ts';
import { rules } from '../src/rules/index.ts';
import { accessTo, type Answer, type AwsServer, deny, serveAws, type World } from './servers/trails.ts';

const REGIONS = ['us-east-1', 'eu-west-1'];
const MANTLE = 'AWS::BedrockMantle::Project';
const PLATFORM = 'AWS::AWSExternalAnthropic::Workspace';
const HEAD = 'inference through bedrock-mantle is a data event, which LookupEvents does not have';
const PLATFORM_HEAD = 'inference through Claude Platform on AWS is a data event, which LookupEvents does not have';
const NOT_SELECTED = [`${HEAD}, and no trail selects it`, `${PLATFORM_HEAD}, and no trail selects it`];
const STREAMED = 'LookupEvents has the tokens of streamed calls only';
const OFF = 'model invocation logging is off in eu-west-1 and us-east-1: tokens of other calls there are nowhere';

const MANAGEMENT = {
  FieldSelectors: [
    { Field: 'eventCategory', Equals: ['Management'] },
    { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] },
  ],
};
const data = (type: string, ...more: unknown[]) => ({
  FieldSelectors: [{ Field: 'eventCategory', Equals: ['Data'] }, { Field: 'resources.type', Equals: [type] }, ...more],
});

/** A trail and what it answers. */
interface Made {
  readonly name: string;
  readonly home?: string;
  readonly isEverywhere?: boolean;
  readonly isLogging?: boolean;
  readonly selectors?: unknown;
  readonly prefix?: string;
}

const arnOf = ({ name, home = 'us-east-1' }: Made): string => `arn:aws:cloudtrail:${home}:123456789012:trail/${name}`;

/** An account with these trails and no logging of model invocations. */
function accountWith(trails: readonly Made[], over: World = {}): World {
  const byArn = new Map(trails.map(trail => [arnOf(trail), trail]));
  return {
    'cloudtrail:DescribeTrails': ({ region }) => ({
      body: {
        trailList: trails
          .filter(({ isEverywhere = true, home = 'us-east-1' }) => isEverywhere || home === region)
          .map(trail => ({
            Name: trail.name,
            TrailARN: arnOf(trail),
            HomeRegion: trail.home ?? 'us-east-1',
            IsMultiRegionTrail: trail.isEverywhere ?? true,
            S3BucketName: `${trail.name}-logs`,
            S3KeyPrefix: trail.prefix,
          })),
      },
    }),
    'cloudtrail:GetTrailStatus': ({ input }) => ({
      body: { IsLogging: byArn.get(String(input['Name']))!.isLogging ?? true },
    }),
    'cloudtrail:GetEventSelectors': ({ input }) => ({
      body: byArn.get(String(input['TrailName']))!.selectors ?? { AdvancedEventSelectors: [MANAGEMENT] },
    }),
    'bedrock:GetModelInvocationLoggingConfiguration': () => ({ body: {} }),
    ...over,
  };
}

let server: AwsServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function postureOf(world: World, regions: readonly string[] = REGIONS) {
  server = await serveAws(world);
  const { views, damage, remarks } = await readPosture(await accessTo(server), regions);
  return { calls: views.calls.gaps, tokens: views.tokens.gaps, damage, remarks };
}

const WELL = { calls: NOT_SELECTED, tokens: [STREAMED, OFF], damage: [], remarks: [] };

describe('what LookupEvents of an account cannot show', () => {
  test('all that its trails do not select', async () => {
    expect(await postureOf(accountWith([{ name: 'main' }]))).toEqual(WELL);
  });

  test.each<[string, readonly Made[], string[]]>([
    [
      'recorded by a trail, which is named with its bucket',
      [{ name: 'main', prefix: 'prod', selectors: { AdvancedEventSelectors: [MANAGEMENT, data(MANTLE)] } }],
      [`${HEAD}: trail main records it, audit s3://main-logs/prod as well`, NOT_SELECTED[1]!],
    ],
    [
      'recorded by several, one of them in its own Region only',
      [
        { name: 'main', selectors: { AdvancedEventSelectors: [MANAGEMENT, data(MANTLE), data(PLATFORM)] } },
        { name: 'old', home: 'eu-west-1', isEverywhere: false, selectors: { AdvancedEventSelectors: [data(MANTLE)] } },
      ],
      [
        `${HEAD}: trails main and old (eu-west-1 only) record it, audit s3://main-logs and s3://old-logs as well`,
        `${PLATFORM_HEAD}: trail main records it, audit s3://main-logs as well`,
      ],
    ],
    [
      'recorded in part',
      [
        {
          name: 'main',
          selectors: {
            AdvancedEventSelectors: [MANAGEMENT, data(MANTLE, { Field: 'eventName', Equals: ['CreateInference'] })],
          },
        },
      ],
      [`${HEAD}: trail main records some of it, audit s3://main-logs as well`, NOT_SELECTED[1]!],
    ],
    [
      'selected by a trail that rests',
      [{ name: 'main' }, { name: 'rest', isLogging: false, selectors: { AdvancedEventSelectors: [data(MANTLE)] } }],
      [`${HEAD}, and trail rest, which selects it, is not logging`, NOT_SELECTED[1]!],
    ],
    [
      'more than a sentence should name',
      Array.from({ length: 8 }, (_, i) => ({
        name: `t${i}`,
        selectors: { AdvancedEventSelectors: [MANAGEMENT, data(MANTLE)] },
      })),
      [
        `${HEAD}: trails t0, t1, t2, t3, t4 and 3 more record it, audit ` +
          's3://t0-logs, s3://t1-logs, s3://t2-logs, s3://t3-logs, s3://t4-logs and 3 more as well',
        NOT_SELECTED[1]!,
      ],
    ],
  ])('model calls as data events: %s', async (_, trails, expected) => {
    expect((await postureOf(accountWith(trails))).calls).toEqual(expected);
  });

  test('the tokens that model invocation logging writes elsewhere', async () => {
    const targets: Readonly<Record<string, unknown>> = {
      'us-east-1': { loggingConfig: { s3Config: { bucketName: 'tokens', keyPrefix: 'ai' } } },
      'eu-west-1': {
        loggingConfig: { cloudWatchConfig: { logGroupName: '/bedrock' }, s3Config: { bucketName: 'eu' } },
      },
      'eu-west-2': {},
    };
    const world = accountWith([{ name: 'main' }], {
      'bedrock:GetModelInvocationLoggingConfiguration': ({ region }): Answer =>
        region in targets ? { body: targets[region] } : { error: 'UnknownOperationException', status: 404 },
    });
    expect(await postureOf(world, [...REGIONS, 'eu-west-2', 'ap-east-2'])).toEqual({
      ...WELL,
      tokens: [
        STREAMED,
        'model invocation logging is off in eu-west-2: tokens of other calls there are nowhere',
        'model invocation logging is on in eu-west-1 (s3://eu and log group /bedrock) and us-east-1 (s3://tokens/ai), which is not read yet',
      ],
    });
  });
});

describe('what is not kept for longer than 90 days', () => {
  const kept = (regions: string): string =>
    `no trail records all management events of all Regions: those older than 90 days are kept for ${regions} only`;
  const NOWHERE = 'no trail records all management events: those older than 90 days are kept nowhere';
  const classic = (...selectors: unknown[]) => ({ EventSelectors: selectors });
  test.each<[string, readonly Made[], string[]]>([
    ['with no trail', [], [NOWHERE]],
    ['with a trail of one Region', [{ name: 'main', isEverywhere: false }], [kept('us-east-1')]],
    ['with a trail of every Region', [{ name: 'main', home: 'eu-west-1' }], []],
    ['with a trail for each Region', REGIONS.map(home => ({ name: `in-${home}`, home, isEverywhere: false })), []],
    ['with a trail that rests', [{ name: 'main', isLogging: false }], [NOWHERE, 'trail main is not logging']],
    [
      'with trails that rest',
      [{ name: 'main' }, { name: 'b', isLogging: false }, { name: 'a', isEverywhere: false, isLogging: false }],
      ['trails a (us-east-1 only) and b are not logging'],
    ],
    ['with one of writes only', [{ name: 'main', selectors: classic({ ReadWriteType: 'WriteOnly' }) }], [NOWHERE]],
    [
      'with one of writes and one of reads',
      [{ name: 'main', selectors: classic({ ReadWriteType: 'WriteOnly' }, { ReadWriteType: 'ReadOnly' }) }],
      [],
    ],
    [
      'with one that leaves services out that matter',
      [{ name: 'main', selectors: classic({ ExcludeManagementEventSources: ['bedrock.amazonaws.com'] }) }],
      [NOWHERE],
    ],
    [
      'with one of data events only',
      [{ name: 'main', selectors: classic({ IncludeManagementEvents: false }) }],
      [NOWHERE],
    ],
  ])('%s', async (_, trails, expected) => {
    expect((await postureOf(accountWith(trails))).remarks).toEqual(expected);
  });
});

describe('what is refused', () => {
  const may = (action: string): string => `user/auditor may not call ${action}: allow it in an IAM policy`;
  const unknown = (action: string): string =>
    `${HEAD}, and it is not known whether a trail records it: ${action} was refused`;
  test.each([
    ['cloudtrail:DescribeTrails', 'eu-west-1 and us-east-1', unknown('cloudtrail:DescribeTrails'), OFF],
    ['cloudtrail:GetTrailStatus', 'trail main', unknown('cloudtrail:GetTrailStatus'), OFF],
    ['cloudtrail:GetEventSelectors', 'trail main', unknown('cloudtrail:GetEventSelectors'), OFF],
    [
      'bedrock:GetModelInvocationLoggingConfiguration',
      'eu-west-1 and us-east-1',
      NOT_SELECTED[0],
      'it is not known whether model invocation logging is on in eu-west-1 and us-east-1: ' +
        'bedrock:GetModelInvocationLoggingConfiguration was refused',
    ],
  ])('%s is told as damage and in what is not known', async (action, where, call, token) => {
    const { calls, tokens, damage, remarks } = await postureOf(accountWith([{ name: 'main' }], { [action]: deny }));
    expect({ damage, call: calls[0], token: tokens[1], remarks }).toEqual({
      damage: [{ where, what: may(action), count: 1 }],
      call,
      token,
      remarks: [],
    });
  });

  test('is no damage where a Region may be without Bedrock', async () => {
    const world = accountWith([{ name: 'main' }], {
      'bedrock:GetModelInvocationLoggingConfiguration': ({ region }): Answer =>
        region === 'us-east-1' ? { body: {} } : { error: 'BadGateway', status: 502 },
    });
    const { tokens, damage } = await postureOf(world);
    expect({ tokens, damage }).toEqual({
      tokens: [
        STREAMED,
        'model invocation logging is off in us-east-1: tokens of other calls there are nowhere',
        'it is not known whether model invocation logging is on in eu-west-1: ' +
          'bedrock:GetModelInvocationLoggingConfiguration got no answer',
      ],
      damage: [],
    });
  });
});

test.each([
  ['no object', []],
  ['lists of no objects', { trailList: [null, 7, 'x', {}, [[]]] }],
  ['no list', { trailList: { TrailARN: 'x' } }],
])('an answer that is %s is no trail', async (_, body) => {
  const world = accountWith([], { 'cloudtrail:DescribeTrails': () => ({ body }) });
  expect((await postureOf(world)).calls).toEqual(NOT_SELECTED);
});

test('names longer than any of AWS are cut', async () => {
  const world = accountWith([{ name: 'x'.repeat(100_000), isLogging: false }]);
  expect((await postureOf(world)).remarks[1]).toBe(`trail ${'x'.repeat(299)}… is not logging`);
});

test('a home that is no Region is not asked', async () => {
  const world = accountWith([{ name: 'main', home: 'evil.example/' }], {
    'cloudtrail:GetTrailStatus': () => ({ body: { IsLogging: true } }),
    'cloudtrail:GetEventSelectors': () => ({ body: { AdvancedEventSelectors: [MANAGEMENT] } }),
  });
  expect(await postureOf(world)).toEqual(WELL);
  expect([...new Set(server!.calls.map(({ region }) => region))].sort()).toEqual(['eu-west-1', 'us-east-1']);
});

test('a trail of every Region is asked once, in its own', async () => {
  await postureOf(accountWith([{ name: 'main', home: 'eu-west-1' }]));
  const asked = server!.calls.filter(({ action }) => /Status|Selectors/.test(action));
  expect(asked.map(({ action, region }) => `${action} ${region}`).sort()).toEqual([
    'cloudtrail:GetEventSelectors eu-west-1',
    'cloudtrail:GetTrailStatus eu-west-1',
  ]);
});

test('the order of the Regions changes nothing, and at most ten questions are open', async () => {
  const regions = Array.from({ length: 12 }, (_, i) => `eu-west-${i + 1}`);
  const trails = regions.map((home, i) => ({ name: `t${i}`, home, isEverywhere: false, isLogging: i % 2 === 0 }));
  const world = accountWith(trails);
  const forth = await postureOf(world, regions);
  await server!.close();
  server = await serveAws(world, 5);
  const { views, damage, remarks } = await readPosture(await accessTo(server), regions.reverse());
  expect({ calls: views.calls.gaps, tokens: views.tokens.gaps, damage, remarks }).toEqual(forth);
  expect(server.mostAtOnce).toBeLessThanOrEqual(10);
});

test('the gaps are what the rules say they are partial for', async () => {
  server = await serveAws(accountWith([{ name: 'main' }]));
  const { views } = await readPosture(await accessTo(server), REGIONS);
  const sources = [{ id: 'aws:', views, missing: '', until: Date.UTC(2026, 10, 19) }];
  const partial = coverageOf(rules, sources, [], null).filter(({ state }) => state !== 'evaluated');
  expect(partial.map(({ rule, state, reason }) => [rule, state, reason])).toEqual(
    expect.arrayContaining([
      ['model-probe', 'partial', NOT_SELECTED.join('; ')],
      ['token-burst', 'partial', [...NOT_SELECTED, STREAMED, OFF].join('; ')],
    ]),
  );
});
