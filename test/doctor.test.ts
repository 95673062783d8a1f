import { setMaxListeners } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkLines, coverageText } from '../src/cli/doctor-text.ts';
import type { Io } from '../src/cli/io.ts';
import { main } from '../src/cli/program.ts';
import { checkAws } from '../src/collect/aws/check.ts';
import { awsNeeds } from '../src/collect/aws/needs.ts';
import type { AwsSettings, Check } from '../src/collect/collector.ts';
import { coverageOf } from '../src/coverage.ts';
import type { Views } from '../src/model/coverage.ts';
import { rules } from '../src/rules/index.ts';
import { type Answer, type AwsServer, type Call, deny, serveAws, type World } from './servers/trails.ts';
import { taskOf } from './task.ts';

const NOW = Date.UTC(2026, 10, 20);
const TRAIL = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/main';

const members = (tag: string, items: readonly string[]): string =>
  `<${tag}>${items.map(item => `<member>${item}</member>`).join('')}</${tag}><IsTruncated>false</IsTruncated>`;

/** An account that allows everything, with one trail, one user and one key. */
const ACCOUNT: World = {
  'sts:GetCallerIdentity': ({ key }) => {
    const account = key === 'ASIA210987654321' ? '210987654321' : '123456789012';
    const arn =
      account === '123456789012'
        ? 'arn:aws:iam::123456789012:user/auditor'
        : `arn:aws:sts::${account}:assumed-role/audit/keyward`;
    return { body: `<Arn>${arn}</Arn><Account>${account}</Account><UserId>AIDAEXAMPLE</UserId>` };
  },
  'sts:AssumeRole': ({ input }): Answer =>
    String(input['RoleArn']).includes('210987654321')
      ? {
          body:
            '<Credentials><AccessKeyId>ASIA210987654321</AccessKeyId><SecretAccessKey>example</SecretAccessKey>' +
            '<SessionToken>example</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>',
        }
      : { error: 'AccessDenied', message: 'no', status: 403 },
  'account:ListRegions': () => ({
    body: {
      Regions: ['us-east-1', 'eu-west-1'].map(RegionName => ({ RegionName, RegionOptStatus: 'ENABLED_BY_DEFAULT' })),
    },
  }),
  'cloudtrail:LookupEvents': () => ({ body: { Events: [] } }),
  'cloudtrail:DescribeTrails': () => ({
    body: {
      trailList: [
        { Name: 'main', TrailARN: TRAIL, HomeRegion: 'us-east-1', IsMultiRegionTrail: true, S3BucketName: 'logs' },
      ],
    },
  }),
  'cloudtrail:GetTrailStatus': () => ({ body: { IsLogging: true } }),
  'cloudtrail:GetEventSelectors': () => ({ body: { EventSelectors: [{ ReadWriteType: 'All' }] } }),
  'bedrock:GetModelInvocationLoggingConfiguration': () => ({ body: {} }),
  'iam:GenerateCredentialReport': () => ({ body: '<State>STARTED</State>' }),
  'iam:GetCredentialReport': () => ({ body: '<Content>dXNlcg==</Content><ReportFormat>text/csv</ReportFormat>' }),
  'iam:ListUsers': () => ({
    body: members(
      'Users',
      ['ann', 'ci'].map(name => `<UserName>${name}</UserName>`),
    ),
  }),
  'iam:ListAccessKeys': ({ input }) => ({
    body: members(
      'AccessKeyMetadata',
      input['UserName'] === 'ci' ? ['<AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId>'] : [],
    ),
  }),
  'iam:GetAccessKeyLastUsed': () => ({ body: '<UserName>ci</UserName>' }),
  'iam:ListServiceSpecificCredentials': () => ({ body: members('ServiceSpecificCredentials', []) }),
  'iam:ListRoles': () => ({ body: members('Roles', []) }),
};

const ENV = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_REGION: 'eu-west-1',
};

let server: AwsServer | undefined;

afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.close();
  server = undefined;
});

/** What checking AWS comes to, against a server of its own. */
async function checked(world: World, aws: AwsSettings = {}, regions: readonly string[] = []) {
  server = await serveAws(world);
  const env = { ...ENV, AWS_ENDPOINT_URL: server.url };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const checks: Check[] = [];
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const run = checkAws(regions, taskOf(NOW, { aws, env, signal }));
  let step = await run.next();
  for (; !step.done; step = await run.next()) checks.push(step.value);
  return { checks, views: step.value };
}

const shown = ({ state, what, detail }: Check): string => `${state} ${what}${detail === '' ? '' : `: ${detail}`}`;

const coverage = (views: Views | null) =>
  coverageOf(rules, [{ id: 'aws:', views, missing: '', until: NOW }], [], null).map(
    ({ rule, state, reason }) => `${state} ${rule}: ${reason}`,
  );

const WELL = [
  'ok credentials: 123456789012 as user/auditor, from AWS_ACCESS_KEY_ID, Region eu-west-1',
  'ok account:ListRegions: 2 Regions: eu-west-1 and us-east-1',
  'ok cloudtrail:LookupEvents: in eu-west-1 and us-east-1',
  'ok cloudtrail:DescribeTrails',
  'ok cloudtrail:GetTrailStatus',
  'ok cloudtrail:GetEventSelectors',
  'ok bedrock:GetModelInvocationLoggingConfiguration',
  'ok iam:GenerateCredentialReport',
  'ok iam:GetCredentialReport',
  'ok iam:ListUsers',
  'ok iam:ListAccessKeys',
  'ok iam:GetAccessKeyLastUsed',
  'ok iam:ListServiceSpecificCredentials',
  'ok iam:ListRoles',
  'ok trail main: all Regions, logging, to s3://logs',
];

describe('an AWS account', () => {
  test('that allows all of it', async () => {
    const { checks } = await checked(ACCOUNT);
    expect(checks.map(shown)).toEqual(WELL);
  });

  const NEEDED = awsNeeds.map(({ permission }) => permission).filter(name => !/^(?:sts|organizations):/.test(name));
  test.each(NEEDED)('that refuses %s is told so, with the rest as it was', async permission => {
    const { checks } = await checked({ ...ACCOUNT, [permission]: deny });
    const refused = checks.filter(({ state }) => state === 'refused');
    expect(refused.map(({ what }) => what)).toEqual([permission]);
    expect(refused[0]!.detail).toContain(`user/auditor may not call ${permission}: allow it in an IAM policy`);
    expect(checks.filter(({ state }) => state === 'failed')).toEqual([]);
  });

  test('that refuses everything but to say who asks', async () => {
    const { checks, views } = await checked({ 'sts:GetCallerIdentity': ACCOUNT['sts:GetCallerIdentity']! });
    expect(checks.map(({ state, what }) => `${state} ${what}`)).toEqual([
      'ok credentials',
      ...WELL.slice(1, 4).map(line => `refused ${line.split(' ')[1]!.replace(/:$/, '')}`),
      'unknown cloudtrail:GetTrailStatus',
      'unknown cloudtrail:GetEventSelectors',
      'refused bedrock:GetModelInvocationLoggingConfiguration',
      'refused iam:GenerateCredentialReport',
      'refused iam:GetCredentialReport',
      'refused iam:ListUsers',
      'unknown iam:ListAccessKeys',
      'unknown iam:GetAccessKeyLastUsed',
      'refused iam:ListServiceSpecificCredentials',
      'refused iam:ListRoles',
    ]);
    expect(coverage(views).filter(line => !line.startsWith('blind'))).toEqual([]);
  });

  test('whose LookupEvents is refused in one Region only', async () => {
    const { checks, views } = await checked({
      ...ACCOUNT,
      'cloudtrail:LookupEvents': (call: Call): Answer => (call.region === 'eu-west-1' ? deny(call) : { body: {} }),
    });
    const why = 'user/auditor may not call cloudtrail:LookupEvents: allow it in an IAM policy';
    expect(checks.map(shown).filter(line => line.includes('LookupEvents'))).toEqual([
      `refused cloudtrail:LookupEvents: ${why} (eu-west-1). Not seen without it: events, which is all but the key inventory`,
      'ok cloudtrail:LookupEvents: in us-east-1',
    ]);
    expect(views!.places.gaps).toContain(`no events in eu-west-1 can be read: ${why}`);
    expect(views!.places.blind).toBe(false);
  });

  test('without a report, a trail, a user', async () => {
    const { checks } = await checked({
      ...ACCOUNT,
      'iam:GetCredentialReport': () => ({ error: 'ReportNotPresent', status: 410 }),
      'iam:ListUsers': () => ({ body: members('Users', []) }),
      'cloudtrail:DescribeTrails': () => ({ body: { trailList: [] } }),
    });
    expect(checks.map(shown).filter(line => !WELL.includes(line))).toEqual([
      'unknown cloudtrail:GetTrailStatus: there is no trail to ask about',
      'unknown cloudtrail:GetEventSelectors: there is no trail to ask about',
      'ok iam:GetCredentialReport: none is ready, the audit waits for one',
      'unknown iam:ListAccessKeys: there is no IAM user to ask about',
      'unknown iam:GetAccessKeyLastUsed: no access key is known to ask about',
      'ok trails: no trail records all management events: those older than 90 days are kept nowhere',
    ]);
  });

  test('of which only some Regions are asked for', async () => {
    const { checks } = await checked(ACCOUNT, {}, ['eu-west-1']);
    expect(checks.map(shown)).toEqual(WELL.filter(line => !line.includes('ListRegions')));
  });

  test('that lets nobody in', async () => {
    const { checks, views } = await checked({
      'sts:GetCallerIdentity': () => ({ error: 'ExpiredToken', message: 'expired', status: 403 }),
    });
    expect({ checks: checks.map(({ state, what }) => `${state} ${what}`), views }).toEqual({
      checks: ['failed credentials'],
      views: null,
    });
    expect(checks[0]!.detail).toMatch(/^cannot sign in to AWS: credentials expired: /);
  });
});

test('several accounts are told together, and one that lets nobody in alone', async () => {
  const aws = { accounts: ['123456789012', '210987654321', '111122223333'], roleName: 'audit' };
  const world: World = {
    ...ACCOUNT,
    'iam:ListRoles': (call: Call): Answer =>
      call.key === 'ASIA210987654321' ? deny(call) : { body: members('Roles', []) },
  };
  const { checks, views } = await checked(world, aws);
  const lines = checks.map(shown);
  expect(lines[0]).toBe(
    'ok credentials: 123456789012 as user/auditor and 210987654321 as role/audit, from AWS_ACCESS_KEY_ID, Region eu-west-1',
  );
  expect(lines[1]).toMatch(/^failed account 111122223333: .*sts:AssumeRole/);
  expect(lines.filter(line => /AssumeRole|LookupEvents|ListRoles|trail /.test(line)).slice(1)).toEqual([
    'ok sts:AssumeRole: in 2 accounts',
    'ok cloudtrail:LookupEvents: in all accounts',
    'ok iam:ListRoles: in 123456789012',
    'ok trail main: all Regions, logging, to s3://logs (in all accounts)',
    'refused iam:ListRoles: user/auditor may not call iam:ListRoles: allow it in an IAM policy. Not seen without it: roles that outsiders may assume (in 210987654321)',
  ]);
  expect(views!.inventory.gaps).toContain('210987654321: the key inventory lacks what iam:ListRoles would tell');
});

describe('at the terminal', () => {
  test.each([80, 140])('an account is told in %i columns', async width => {
    const { checks, views } = await checked({
      ...ACCOUNT,
      'cloudtrail:GetEventSelectors': deny,
      'iam:ListUsers': deny,
    });
    const lines = coverageOf(
      rules.filter(({ id }) => id === 'token-burst'),
      [{ id: 'aws:', views, missing: '', until: NOW }],
      [],
      null,
    );
    const text = [
      ...checks.flatMap(check => checkLines({ width, color: false }, check)),
      ...coverageText({ width, color: false }, lines),
    ];
    expect(text.filter(line => line.length > width)).toEqual([]);
    await expect(`${text.join('\n')}\n`).toMatchFileSnapshot(`snapshots/doctor/${width}.txt`);
  });
});

let home = '';

beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'keyward-doctor-')));
  mkdirSync(join(home, 'logs'));
  writeFileSync(join(home, 'logs/a.json'), '{}');
  mkdirSync(join(home, 'torn'));
  writeFileSync(join(home, 'torn/a.json'), '{}');
  for (let i = 0; i < 7; i++) symlinkSync('/nonexistent', join(home, `torn/b${i}.json`));
  mkdirSync(join(home, 'configured'));
  writeFileSync(join(home, 'configured/keyward.yaml'), `sources: [${join(home, 'logs')}]\n`);
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Runs the command in a folder. */
async function doctor(args: readonly string[], cwd = home, setVariable: Io['setVariable'] = () => undefined) {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const io: Io = {
    ...streams,
    env: { COLUMNS: '140' },
    cwd,
    version: '1.2.3',
    setVariable,
    now: () => NOW,
    onInterrupt: () => () => undefined,
  };
  const status = await main(['doctor', ...args], io);
  const read = (stream: PassThrough): string => String(stream.read() ?? '').replaceAll(home, '~');
  return { status, stdout: read(streams.stdout), stderr: read(streams.stderr) };
}

const HEAD = (config: string): string[] => [
  `keyward 1.2.3, Node ${process.versions.node}`,
  `  config     ${config}`,
  expect.stringMatching(/^ {2}geography {2}country ipvAll, built \d{4}-\d\d-\d\d, \d+ days? ago/) as string,
];

describe('the command', () => {
  test('tells the AWS libraries what an audit tells them', async () => {
    const set: string[] = [];
    const { status, stderr } = await doctor(['aws:mars', '--profile', 'p'], home, (name, value) => {
      set.push(`${name}=${value}`);
    });
    expect({ status, stderr, set }).toEqual({
      status: 3,
      stderr: '',
      set: ['AWS_PROFILE=p', 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true'],
    });
  });

  test.each<[string, string[], string, string[], number]>([
    [
      'without a source tells what keyward stands on',
      [],
      '.',
      [...HEAD('no keyward.yaml here or above'), '  sources    none: name those to try, as in `keyward doctor aws:`'],
      0,
    ],
    [
      'tries files that can be read',
      ['~/logs'],
      '.',
      [
        ...HEAD('no keyward.yaml here or above'),
        '',
        '~/logs',
        '  ok       ~/logs  1 file can be read',
        '',
        '1 check: 1 ok.',
      ],
      0,
    ],
    [
      'tries the sources of the configuration',
      [],
      'configured',
      [
        ...HEAD('~/configured/keyward.yaml'),
        '',
        '~/logs',
        '  ok       ~/logs  1 file can be read',
        '',
        '1 check: 1 ok.',
      ],
      0,
    ],
    [
      'names some of the files that cannot be opened, and counts the rest',
      ['~/torn', '-'],
      '.',
      [
        ...HEAD('no keyward.yaml here or above'),
        '',
        '~/torn',
        ...[0, 1, 2, 3, 4].flatMap(i => [
          `  failed   ~/torn/b${i}.json`,
          '           cannot be opened (ENOENT): check who may read it, and where links lead',
        ]),
        '  failed   ~/torn',
        '           2 more files cannot be read',
        '  ok       ~/torn  1 file can be read',
        '',
        '-',
        '  untried  -  standard input is left for the audit',
        '',
        '8 checks: 1 ok, 6 failed and 1 untried.',
      ],
      3,
    ],
    [
      'tells of a source that is not there',
      ['~/nothing'],
      '.',
      [
        ...HEAD('no keyward.yaml here or above'),
        '',
        '~/nothing',
        '  failed   ~/nothing',
        "           no such file or folder: '~/nothing'. Check the path.",
        '',
        '1 check: 1 failed.',
      ],
      3,
    ],
  ])('%s', async (_, args, folder, lines, expected) => {
    const { status, stdout, stderr } = await doctor(
      args.map(arg => arg.replace('~', home)),
      join(home, folder),
    );
    expect({ lines: stdout.trimEnd().split('\n'), stderr, status }).toEqual({ lines, stderr: '', status: expected });
  });

  test('writes the same as JSON', async () => {
    const { status, stdout } = await doctor([join(home, 'logs'), join(home, 'nothing'), '--json']);
    expect({ status, ...(JSON.parse(stdout) as object) }).toEqual({
      status: 3,
      schema: 'keyward.doctor/1',
      tool: { name: 'keyward', version: '1.2.3' },
      node: process.versions.node,
      config: { file: null, sources: ['~/logs', '~/nothing'] },
      geography: {
        build: expect.stringContaining('built') as string,
        ageDays: expect.any(Number) as number,
        lacks: ['cities', 'operators'],
      },
      sources: [
        { id: '~/logs', checks: [{ what: '~/logs', state: 'ok', detail: '1 file can be read' }], coverage: null },
        {
          id: '~/nothing',
          checks: [
            { what: '~/nothing', state: 'failed', detail: "no such file or folder: '~/nothing'. Check the path." },
          ],
          coverage: null,
        },
      ],
      ok: false,
    });
  });

  test.each([
    ['a source of no kind', ['gopher://x'], /unknown source 'gopher:\/\/x'/],
    ['a configuration that is not there', ['--config', 'none.yaml'], /none\.yaml/],
    ['a database that is not there', ['--geo-db', '/nonexistent'], /geography database/],
    ['accounts without a role', ['logs', '--accounts', '123456789012'], /--role-name/],
    ['an option it does not have', ['--nothing'], /--nothing/],
  ])('refuses %s', async (_, args, said) => {
    const { status, stdout, stderr } = await doctor(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(said);
  });
});
