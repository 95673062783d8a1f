import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateAccountCommand, CreateOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openInventory } from '../../src/collect/aws/inventory.ts';
import { readPosture } from '../../src/collect/aws/posture.ts';
import { signIn } from '../../src/collect/aws/session.ts';
import { repository } from '../judgement.ts';
import { isolateAws, STATIC_KEY } from '../servers/aws-env.ts';
import { taskOf } from '../task.ts';
import { type Moto, startMoto, whyNoMoto } from './moto.ts';

// The protocols of AWS as an implementation that is not ours speaks them.

const NOW = Date.UTC(2026, 10, 20);
const ACCOUNT = '123456789012';
const REGION = 'eu-central-1';
const BUCKET = 'acme-trail-logs';

const missing = await whyNoMoto();
const env = isolateAws();
let moto: Moto | null = null;

beforeAll(async () => {
  if (missing === '') moto = await startMoto();
});
afterAll(() => moto?.stop());
beforeEach(context => {
  context.skip(moto === null, missing);
  env.set({ ...STATIC_KEY, AWS_ENDPOINT_URL: moto!.url, AWS_REGION: REGION });
});

const client = () => ({ region: REGION, endpoint: moto!.url, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });

async function keyward(...args: string[]) {
  const run = promisify(execFile);
  const options = { cwd: repository, env: process.env, maxBuffer: 1 << 26 };
  return await run(process.execPath, [join(repository, 'bin', 'keyward.js'), ...args], options).then(
    ({ stdout }) => ({ status: 0, stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({ status: error.code, stdout: error.stdout }),
  );
}

describe('S3', () => {
  const DEMO = join(repository, 'docs', 'demo');
  const options = [
    '--config',
    join(DEMO, 'keyward.yaml'),
    '--now',
    '2026-11-20',
    '--since',
    '2020-01-01',
    '--format',
    'json',
    '--fail-on',
    'none',
  ];

  beforeAll(async () => {
    if (moto === null) return;
    const s3 = new S3Client({ ...client(), forcePathStyle: true });
    await s3.send(
      new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }),
    );
    for (const path of readdirSync(join(DEMO, 'logs'), { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.gz')) continue;
      const Key = `prod/${path.split(sep).join('/')}`;
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: readFileSync(join(DEMO, 'logs', path)) }));
    }
  });

  test('a trail in a bucket is judged as its files are', async () => {
    const [local, distant] = await Promise.all([
      keyward('audit', join(DEMO, 'logs'), ...options),
      keyward('audit', `s3://${BUCKET}/prod`, ...options),
    ]);
    expect(distant.status).toBe(0);
    const [here, there] = [local, distant].map(({ stdout }) => JSON.parse(stdout) as Report);
    expect(judgedIn(there!)).toEqual(judgedIn(here!));
    expect(there!.summary).toEqual(here!.summary);
    expect(there!.sources[0]).toMatchObject({ complete: true, files: here!.sources[0]!.files });
  });

  test('the doctor reaches it', async () => {
    const { status, stdout } = await keyward('doctor', `s3://${BUCKET}/prod`, '--json');
    expect(status).toBe(0);
    expect(stdout).toContain(BUCKET);
  });
});

/** The findings without the files of their examples, which tell of the road. */
const judgedIn = ({ findings }: Report): unknown[] =>
  findings.map(({ examples, ...finding }) => ({ ...finding, examples: examples.map(({ event }) => event) }));

interface Report {
  readonly findings: readonly { readonly examples: readonly { readonly event: string }[] }[];
  readonly summary: unknown;
  readonly sources: readonly { readonly complete: boolean; readonly files: number }[];
}

describe('IAM', () => {
  test('users, their keys and roles that outsiders may assume', async () => {
    const iam = new IAMClient(client());
    const trust = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::210987654321:root' }, Action: 'sts:AssumeRole' };
    const made: string[] = [];
    for (const UserName of ['ci', 'deploy']) {
      await iam.send(new CreateUserCommand({ UserName, Path: '/robots/' }));
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      made.push(AccessKey!.AccessKeyId!);
    }
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'partner',
        AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
      }),
    );
    const task = taskOf(Date.now() + 60_000);
    const [access] = (await signIn(task)).accounts;
    const reading = openInventory(access!, task).read();
    const { value: batch } = await reading.next();
    const { value: completion } = await reading.next();
    if (batch === undefined || !('credentials' in batch) || completion === undefined || !('damage' in completion))
      throw new Error('no inventory');
    const keys = batch.credentials.filter(({ id }) => made.includes(id));
    expect(keys.map(({ kind, owner, active }) => ({ kind, owner, active })).sort(byOwner)).toEqual([
      { kind: 'access-key', owner: `arn:aws:iam::${ACCOUNT}:user/ci`, active: true },
      { kind: 'access-key', owner: `arn:aws:iam::${ACCOUNT}:user/deploy`, active: true },
    ]);
    expect(completion.remarks).toEqual([
      `1 role of account ${ACCOUNT} can be assumed from outside: role/partner (210987654321)`,
    ]);
    // The one thing that moto does not know.
    expect(new Set(completion.damage.map(({ where }) => where))).toEqual(
      new Set(['Bedrock API keys', 'Claude Platform API keys']),
    );
  });
});

const byOwner = (a: { owner: string }, b: { owner: string }): number => (a.owner < b.owner ? -1 : 1);

describe('CloudTrail', () => {
  test('what a trail records and where to', async () => {
    const trails = new CloudTrailClient(client());
    await trails.send(new CreateTrailCommand({ Name: 'org', S3BucketName: BUCKET, IsMultiRegionTrail: true }));
    await trails.send(new StartLoggingCommand({ Name: 'org' }));
    const selectors = [{ ReadWriteType: 'All' as const, IncludeManagementEvents: true }];
    await trails.send(new PutEventSelectorsCommand({ TrailName: 'org', EventSelectors: selectors }));
    const [access] = (await signIn(taskOf(NOW))).accounts;
    const { views, remarks } = await readPosture(access!, [REGION]);
    expect(views.calls.gaps).toEqual([
      'inference through bedrock-mantle is a data event, which LookupEvents does not have, and no trail selects it',
      'inference through Claude Platform on AWS is a data event, which LookupEvents does not have, and no trail selects it',
    ]);
    expect(remarks).toEqual([]);
  });
});

describe('signing in', () => {
  test('to all accounts of an organisation, each by its role', async () => {
    const organizations = new OrganizationsClient({ ...client(), region: 'us-east-1' });
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
    const made = await organizations.send(
      new CreateAccountCommand({ AccountName: 'models', Email: 'models@example.com' }),
    );
    const id = made.CreateAccountStatus!.AccountId!;
    const aws = { accounts: ['org'], roleName: 'reader' };
    const { accounts, failures } = await signIn(taskOf(NOW, { aws }));
    expect(failures).toEqual([]);
    expect(accounts.map(({ account, principal }) => [account, principal])).toContainEqual([
      id,
      `arn:aws:iam::${id}:role/reader`,
    ]);
  });
});
