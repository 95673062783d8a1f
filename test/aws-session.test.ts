import { createHash } from 'node:crypto';
import { BedrockClient, ListFoundationModelsCommand } from '@aws-sdk/client-bedrock';
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, test } from 'vitest';
import { type Access, describeAccess } from '../src/collect/aws/access.ts';
import { enabledRegions } from '../src/collect/aws/regions.ts';
import { signIn } from '../src/collect/aws/session.ts';
import { principalOf } from '../src/collect/aws/session/identity.ts';
import type { AwsSettings, Task } from '../src/collect/collector.ts';
import { AWS_REGIONS } from '../src/data/aws-regions.ts';
import { UserError } from '../src/errors.ts';
import { IDENTITY_PATHS, readIdentity } from '../src/normalise/cloudtrail-identity.ts';
import { HOUR, MINUTE } from '../src/time.ts';
import { STATIC_KEY, isolateAws } from './servers/aws-env.ts';
import {
  type Answer,
  type Call,
  identity,
  jsonRefusal,
  refusal,
  serveSignIn,
  session,
  signerOf,
  type SignInServer,
} from './servers/sts.ts';
import { taskOf } from './task.ts';

const OWN = '123456789012';
const OTHER = '210987654321';
const THIRD = '111122223333';
const USER = `arn:aws:iam::${OWN}:user/security/audit`;

const home = isolateAws();
const servers: SignInServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close()));
});

/** Starts a server that answers as told, or else as an account with a user and with a role in each other account. */
async function serve(answer: (call: Call) => Answer | undefined = () => undefined): Promise<SignInServer> {
  const server = await serveSignIn(call => answer(call) ?? usual(call));
  servers.push(server);
  return server;
}

async function serveAll(answer?: (call: Call) => Answer | undefined): Promise<SignInServer> {
  const server = await serve(answer);
  home.set({ ...STATIC_KEY, AWS_ENDPOINT_URL: server.url });
  return server;
}

function usual(call: Call): Answer {
  const account = signerOf(call);
  if (call.action === 'AssumeRole') return session(call.input['RoleArn']!, Date.now() + HOUR);
  if (call.action === 'GetCallerIdentity')
    return identity(account === '' ? USER : `arn:aws:sts::${account}:assumed-role/reader/keyward`);
  return { body: '{}' };
}

const task = (aws: AwsSettings = {}, over: Partial<Task> = {}): Task => taskOf(0, { aws, env: process.env, ...over });

const denied = (action: string, on: string): Answer =>
  refusal('AccessDenied', `User: ${USER} is not authorized to perform: ${action} on resource: ${on}`);

async function failureOf(aws: AwsSettings = {}): Promise<string> {
  const error: unknown = await signIn(task(aws)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  const { message, hint } = error as UserError;
  return [message, hint].filter(Boolean).join('\n');
}

describe('who reads', () => {
  const SSO = 'AWSReservedSSO_Audit_0123456789abcdef';
  test.each([
    [`arn:aws:iam::${OWN}:user/security/audit`, `arn:aws:iam::${OWN}:user/audit`, 'user/audit'],
    [`arn:aws:iam::${OWN}:root`, `arn:aws:iam::${OWN}:root`, 'root'],
    [`arn:aws-cn:sts::${OWN}:assumed-role/reader/x@example.com`, `arn:aws-cn:iam::${OWN}:role/reader`, 'role/reader'],
    [`arn:aws:sts::${OWN}:assumed-role/${SSO}/jo`, `arn:aws:sts::${OWN}:assumed-role/${SSO}/jo`, `role/${SSO}`],
    [
      `arn:aws:sts::${OWN}:federated-user/jo`,
      `arn:aws:sts::${OWN}:federated-user/jo`,
      `arn:aws:sts::${OWN}:federated-user/jo`,
    ],
  ])('%s is named as its events name it', async (arn, principal, inShort) => {
    await serveAll(() => identity(arn));
    const { accounts } = await signIn(task());
    const blank = Object.fromEntries(Object.keys(IDENTITY_PATHS).map(name => [name, '']));
    const issuerArn = arn.includes(':assumed-role/') ? roleWithPath(arn) : '';
    const event = readIdentity({ ...blank, arn, issuerArn, keyId: 'ASIAEXAMPLE', accountId: OWN } as never);
    expect([accounts[0]!.principal, event?.principal]).toEqual([principal, principal]);
    expect(describeAccess(accounts[0]!)).toBe(`${OWN} as ${inShort}`);
  });

  const roleWithPath = (arn: string): string =>
    arn.replace(':sts:', ':iam:').replace(/assumed-role\/([^/]+)\/.*/, 'role/aws-reserved/$1');

  test('an answer that names nobody is no sign-in', async () => {
    await serveAll(() => identity('nobody'));
    expect(await failureOf()).toBe('cannot sign in to AWS: AWS did not say who is asking');
  });

  test.each([
    ['aws', 'us-east-1'],
    ['aws-cn', 'cn-north-1'],
    ['aws-us-gov', 'us-gov-west-1'],
    ['aws-eusc', 'eusc-de-east-1'],
    ['aws-new', 'eu-west-1'],
  ])('partition %s keeps its global services in %s', async (partition, globalRegion) => {
    await serveAll(() => identity(`arn:${partition}:iam::${OWN}:user/audit`));
    const { accounts } = await signIn(task({ region: 'eu-west-1' }));
    expect(accounts[0]).toMatchObject({ account: OWN, partition, globalRegion });
  });
});

describe('the Region to sign in at', () => {
  test.each<[string, AwsSettings, Record<string, string>, string]>([
    ['is the one asked for', { region: 'eu-west-1' }, { AWS_REGION: 'eu-west-2' }, 'eu-west-1'],
    ['or AWS_REGION', { profile: 'dev' }, { AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'eu-west-3' }, 'eu-west-2'],
    ['or AWS_DEFAULT_REGION', { profile: 'dev' }, { AWS_DEFAULT_REGION: 'eu-west-3' }, 'eu-west-3'],
    ["or the profile's", { profile: 'dev' }, {}, 'eu-north-1'],
    ["or that of AWS_PROFILE's", {}, { AWS_PROFILE: 'dev' }, 'eu-north-1'],
    ['or us-east-1', {}, {}, 'us-east-1'],
  ])('%s', async (_, aws, env, region) => {
    const server = await serve();
    home.write('.aws/config', `[profile dev]\nregion = eu-north-1\n${KEY_LINES}`);
    home.set({ ...STATIC_KEY, AWS_ENDPOINT_URL: server.url, ...env });
    await signIn(task(aws));
    expect(server.calls[0]!.headers.authorization).toContain(`/${region}/sts/aws4_request`);
  });

  test('must look like one', async () => {
    await serveAll();
    expect(await failureOf({ region: 'eu-west1' })).toBe("not an AWS Region: 'eu-west1'\nDid you mean 'eu-west-1'?");
  });
});

const KEY_LINES = 'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = example\n';

describe('endpoints', () => {
  test('each service can have its own', async () => {
    const [sts, account, organizations] = [
      await serve(),
      await serve(),
      await serve(call => listAccounts(call, [OTHER])),
    ];
    home.set({ ...STATIC_KEY, AWS_ENDPOINT_URL_STS: sts.url, AWS_ENDPOINT_URL_ACCOUNT: account.url });
    home.set({ AWS_ENDPOINT_URL_ORGANIZATIONS: organizations.url });
    const { accounts } = await signIn(task({ accounts: ['org'], roleName: 'reader' }));
    await enabledRegions(accounts[0]!);
    const actions = [sts, account, organizations].map(({ calls }) => calls.map(({ action }) => action));
    expect(actions).toEqual([
      ['GetCallerIdentity', 'AssumeRole', 'GetCallerIdentity'],
      ['ListRegions'],
      ['ListAccounts'],
    ]);
  });

  test('the one of the profile that the environment names holds as well', async () => {
    const server = await serve();
    home.write('.aws/config', `[profile dev]\nendpoint_url = ${server.url}\n${KEY_LINES}`);
    home.set({ AWS_PROFILE: 'dev' });
    const { accounts } = await signIn(task());
    await enabledRegions(accounts[0]!);
    expect(server.calls.map(({ action }) => action)).toEqual(['GetCallerIdentity', 'ListRegions']);
  });

  test('other settings are those of the profile that is asked for', async () => {
    const server = await serveAll();
    home.write('.aws/config', `[profile dev]\nsdk_ua_app_id = ours\n${KEY_LINES}[profile other]\n${KEY_LINES}`);
    home.set({ AWS_PROFILE: 'other' });
    await signIn(task({ profile: 'dev' }));
    expect(server.calls[0]!.headers['user-agent']).toContain(' app/ours ');
  });
});

describe('profiles', () => {
  test('one that gets its role through another', async () => {
    const server = await serveAll();
    home.write('.aws/credentials', `[base]\n${KEY_LINES}`);
    home.write(
      '.aws/config',
      `[profile chained]\nrole_arn = arn:aws:iam::${OTHER}:role/reader\nsource_profile = base\n`,
    );
    const { accounts } = await signIn(task({ profile: 'chained' }));
    expect(accounts.map(describeAccess)).toEqual([`${OTHER} as role/reader`]);
    expect(server.count('AssumeRole')).toBe(1);
  });

  test('one that asks a program', async () => {
    await serveAll();
    const file = home.write(
      'key.json',
      JSON.stringify({ Version: 1, AccessKeyId: `ASIA${OTHER}`, SecretAccessKey: 'x' }),
    );
    home.write('.aws/config', `[profile asking]\ncredential_process = cat ${file}\n`);
    expect((await signIn(task({ profile: 'asking' }))).accounts.map(({ account }) => account)).toEqual([OTHER]);
  });

  test('files may stand elsewhere', async () => {
    await serveAll();
    const config = home.write('elsewhere', `[profile "jo@dev"]\n${KEY_LINES}`);
    home.set({ AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: home.write('none', '') });
    expect((await signIn(task({ profile: 'jo@dev' }))).accounts.map(({ account }) => account)).toEqual([OWN]);
  });

  test('AWS_PROFILE beside a key in the environment is spoken of', async () => {
    await serveAll();
    home.write('.aws/config', `[profile dev]\n${KEY_LINES}`);
    home.set({ AWS_PROFILE: 'dev' });
    const told: string[] = [];
    await signIn(task({}, { tell: text => told.push(text) }));
    expect(told).toEqual([
      "AWS_PROFILE and AWS_ACCESS_KEY_ID are both set: keyward reads as the profile 'dev', the AWS CLI would as the key",
    ]);
  });
});

describe('no way in', () => {
  const SSO = `sso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n`;
  const PERSON = `sso_account_id = ${OWN}\nsso_role_name = Audit\n`;
  const cache = (name: string): string => createHash('sha1').update(name).digest('hex');
  const EXPIRED = JSON.stringify({ accessToken: 'example-token', expiresAt: '2020-01-01T00:00:00Z' });

  test.each<[string, string, Record<string, string>, string]>([
    [
      'an unknown profile',
      `[profile dvelop]\n[default]\n`,
      {},
      "unknown AWS profile 'develop'\nDid you mean 'dvelop'?",
    ],
    [
      'an empty profile',
      `[profile develop]\nregion = eu-west-1\n`,
      {},
      `cannot sign in to AWS: the profile 'develop' holds no credentials that can be used: run \`aws configure\` or \`aws configure sso\` for it`,
    ],
    [
      'an SSO session that has expired',
      `[profile develop]\nsso_session = corp\n${PERSON}[sso-session corp]\n${SSO}`,
      { [`.aws/sso/cache/${cache('corp')}.json`]: EXPIRED },
      'cannot sign in to AWS: credentials expired: run `aws sso login --profile develop`',
    ],
    [
      'an SSO session that never was',
      `[profile develop]\nsso_session = corp\n${PERSON}[sso-session corp]\n${SSO}`,
      {},
      'cannot sign in to AWS: credentials expired: run `aws sso login --profile develop`',
    ],
    [
      'an expired SSO login of the old form',
      `[profile develop]\n${SSO}${PERSON}`,
      { [`.aws/sso/cache/${cache('https://example.awsapps.com/start')}.json`]: EXPIRED },
      'cannot sign in to AWS: credentials expired: run `aws sso login --profile develop`',
    ],
    [
      'an `aws login` that is gone',
      `[profile develop]\nlogin_session = arn:aws:iam::${OWN}:user/jo\n`,
      {},
      'cannot sign in to AWS: credentials expired: run `aws login --profile develop`',
    ],
    [
      'a role that wants MFA',
      `[profile develop]\nrole_arn = arn:aws:iam::${OTHER}:role/x\nsource_profile = base\nmfa_serial = arn:aws:iam::${OWN}:mfa/jo\n[profile base]\n${KEY_LINES}`,
      {},
      "cannot sign in to AWS: the profile 'develop' wants an MFA code, which keyward does not ask for: get a session first, with `aws sts get-session-token` or `aws login`, and use that",
    ],
  ])('%s', async (_, config, files, expected) => {
    home.write('.aws/config', config);
    for (const [path, content] of Object.entries(files)) home.write(path, content);
    expect(await failureOf({ profile: 'develop' })).toBe(expected);
  });

  test('no AWS files at all', async () => {
    expect(await failureOf({ profile: 'dev' })).toMatch(
      /^unknown AWS profile 'dev'\nThere is none in .*config or .*credentials\.$/,
    );
    expect(await failureOf()).toMatch(/^cannot sign in to AWS: no AWS credentials found: run `aws login` or/);
  });

  test('a role that cannot be assumed', async () => {
    await serveAll(({ action }) => (action === 'AssumeRole' ? denied('sts:AssumeRole', 'x') : undefined));
    expect(await failureOf({ roleArn: `arn:aws:iam::${OTHER}:role/x` })).toBe(
      'cannot sign in to AWS: user/audit may not call sts:AssumeRole: the role may not exist or its trust policy may not name the caller, or an IAM policy must allow it',
    );
  });

  test('a service that is away is not waited for long', async () => {
    const server = await serveAll();
    await server.close();
    const begun = performance.now();
    expect(await failureOf()).toMatch(
      /^cannot sign in to AWS: the connection to 127\.0\.0\.1:\d+ failed after 3 attempts \(ECONNREFUSED\)/,
    );
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  test('an ARN where a name is wanted', async () => {
    expect(await failureOf({ accounts: [OTHER], roleName: 'arn:aws:iam::1:role/x' })).toBe(
      "not the name of a role: 'arn:aws:iam::1:role/x'\nGive it as in reader or audit/reader, not as an ARN.",
    );
  });
});

describe('roles', () => {
  test('one is assumed with its external id before anything is read', async () => {
    const server = await serveAll();
    const roleArn = `arn:aws:iam::${OTHER}:role/reader`;
    const { accounts } = await signIn(task({ roleArn, externalId: 'shared-word' }));
    expect(accounts.map(describeAccess)).toEqual([`${OTHER} as role/reader`]);
    expect(server.calls.find(({ action }) => action === 'AssumeRole')!.input).toMatchObject({
      RoleArn: roleArn,
      RoleSessionName: 'keyward',
      ExternalId: 'shared-word',
    });
  });

  test('clients of an account share one session, and get a new one before it ends', async () => {
    let lifetime = MINUTE;
    const server = await serveAll(({ action, input }) =>
      action === 'AssumeRole' ? session(input['RoleArn']!, Date.now() + lifetime) : undefined,
    );
    const { accounts } = await signIn(task({ roleArn: `arn:aws:iam::${OTHER}:role/reader` }));
    const soonOver = server.count('AssumeRole');
    lifetime = HOUR;
    await askFrom(accounts[0]!, 'eu-west-1', 'eu-west-2', 'us-east-1');
    expect(server.count('AssumeRole')).toBe(soonOver + 1);
  });

  test('settings of a Region are made once', async () => {
    await serveAll();
    const [access] = (await signIn(task())).accounts;
    expect(access!.client('eu-west-1')).toBe(access!.client('eu-west-1'));
    expect(access!.client('eu-west-1')).toMatchObject({ region: 'eu-west-1', maxAttempts: 10, retryMode: 'adaptive' });
    expect(access!.client('eu-west-2').requestHandler).toBe(access!.client('eu-west-1').requestHandler);
  });

  test.each([
    ['3', 10],
    ['25', 25],
    ['many', 10],
  ])('AWS_MAX_ATTEMPTS=%s makes it %i attempts', async (value, maxAttempts) => {
    await serveAll();
    home.set({ AWS_MAX_ATTEMPTS: value });
    expect((await signIn(task())).accounts[0]!.client('eu-west-1')).toMatchObject({ maxAttempts });
  });
});

async function askFrom(access: Access, ...regions: readonly string[]): Promise<void> {
  for (const region of regions) await new STSClient(access.client(region)).send(new GetCallerIdentityCommand({}));
}

describe('many accounts', () => {
  test('each fails alone, and the one signed in to already is read as it is', async () => {
    const server = await serveAll(({ action, input }) =>
      action === 'AssumeRole' && input['RoleArn']!.includes(THIRD) ? denied('sts:AssumeRole', 'x') : undefined,
    );
    const { accounts, failures } = await signIn(
      task({ accounts: [OTHER, OWN, THIRD, OTHER], roleName: '/audit/reader' }),
    );
    expect(accounts.map(describeAccess)).toEqual([`${OWN} as user/audit`, `${OTHER} as role/reader`]);
    expect(failures).toEqual([
      {
        account: THIRD,
        what: 'user/audit may not call sts:AssumeRole: the role may not exist or its trust policy may not name the caller, or an IAM policy must allow it',
      },
    ]);
    const asked = server.calls.filter(({ action }) => action === 'AssumeRole').map(({ input }) => input['RoleArn']);
    expect(asked.sort()).toEqual([THIRD, OTHER].map(id => `arn:aws:iam::${id}:role/audit/reader`));
  });

  test('roles of accounts are assumed from the role given', async () => {
    const server = await serveAll();
    await signIn(task({ roleArn: `arn:aws:iam::${OTHER}:role/hub`, accounts: [THIRD], roleName: 'reader' }));
    const signers = server.calls.filter(({ action }) => action === 'AssumeRole').map(signerOf);
    expect(signers).toEqual(['', OTHER]);
  });

  test('org means every active account, page by page', async () => {
    await serveAll(call => listAccounts(call, [OWN, OTHER], [THIRD]));
    const { accounts, failures } = await signIn(task({ accounts: ['org'], roleName: 'reader' }));
    expect([accounts.map(({ account }) => account), failures]).toEqual([[THIRD, OWN, OTHER], []]);
  });

  test('an organisation that may not be listed leaves the accounts that are named', async () => {
    const what = "You don't have permissions to access this resource.";
    await serveAll(({ action }) =>
      action === 'ListAccounts' ? jsonRefusal('AccessDeniedException', what) : undefined,
    );
    const { accounts, failures } = await signIn(task({ accounts: ['org', OTHER], roleName: 'reader' }));
    expect(accounts.map(({ account }) => account)).toEqual([OTHER]);
    expect(failures).toEqual([
      {
        account: 'org',
        what: 'this principal may not call organizations:ListAccounts: allow it in an IAM policy; only the management account and those it delegates to may list accounts',
      },
    ]);
    expect(await failureOf({ accounts: ['org'], roleName: 'reader' })).toMatch(
      /^cannot sign in to any account\norg: this principal may not call/,
    );
  });

  test('none that lets it in is an error with the reasons', async () => {
    await serveAll(({ action }) => (action === 'AssumeRole' ? denied('sts:AssumeRole', 'x') : undefined));
    expect(await failureOf({ accounts: [OTHER, THIRD], roleName: 'reader' })).toMatch(
      /^cannot sign in to any account\n111122223333: user\/audit may not .*\n210987654321: user\/audit may not /,
    );
  });

  test('ten are signed in to at once', async () => {
    let [inside, most] = [0, 0];
    let open: () => void = () => undefined;
    let gate = new Promise<void>(resolve => (open = resolve));
    const server = await serveSignIn(async call => {
      if (call.action !== 'AssumeRole') return usual(call);
      most = Math.max(most, ++inside);
      if (inside === 10) setTimeout(open, 20);
      await Promise.race([gate, new Promise(resolve => setTimeout(resolve, 500))]);
      if (--inside === 0) gate = new Promise<void>(resolve => (open = resolve));
      return usual(call);
    });
    servers.push(server);
    home.set({ ...STATIC_KEY, AWS_ENDPOINT_URL: server.url });
    const ids = Array.from({ length: 25 }, (_, i) => String(300000000000 + i));
    const { accounts } = await signIn(task({ accounts: ids, roleName: 'reader' }));
    expect([accounts.map(({ account }) => account), most]).toEqual([ids, 10]);
  });
});

function listAccounts({ action, input }: Call, ...pages: readonly (readonly string[])[]): Answer | undefined {
  if (action !== 'ListAccounts') return undefined;
  const page = Number(input['NextToken'] ?? 0);
  const Accounts = [
    ...pages[page]!.map(Id => ({ Id, State: 'ACTIVE', Status: 'ACTIVE' })),
    { Id: '999999999999', State: 'SUSPENDED', Status: 'SUSPENDED' },
  ];
  return { body: JSON.stringify({ Accounts, ...(page + 1 < pages.length ? { NextToken: String(page + 1) } : {}) }) };
}

test('a bearer token for model calls does not take the place of a signature', async () => {
  const server = await serveAll();
  home.set({ AWS_BEARER_TOKEN_BEDROCK: 'bedrock-api-key-example' });
  const { accounts } = await signIn(task());
  const { authSchemePreference: _, ...unset } = accounts[0]!.client('us-east-1');
  for (const settings of [accounts[0]!.client('us-east-1'), unset])
    await new BedrockClient(settings).send(new ListFoundationModelsCommand({}));
  const [signed, bearer] = server.calls.filter(({ action }) => action === '/foundation-models');
  expect(signed!.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\//);
  expect(signed!.headers['user-agent']).toMatch(/ keyward\/0\.0\.0$/);
  expect(bearer!.headers.authorization).toBe('Bearer bedrock-api-key-example');
});

describe('Regions', () => {
  const accessTo = async (): Promise<Access> => (await signIn(task())).accounts[0]!;

  test('are those the account names, page by page', async () => {
    const server = await serveAll(({ action, input }) => {
      if (action !== 'ListRegions') return undefined;
      const Regions = (
        input['NextToken'] === undefined ? ['us-east-1', 'me-south-1'] : ['eu-west-1', 'Bad Region\u0007']
      ).map(RegionName => ({ RegionName, RegionOptStatus: 'ENABLED' }));
      return { body: JSON.stringify({ Regions, ...(input['NextToken'] === undefined ? { NextToken: 'next' } : {}) }) };
    });
    expect(await enabledRegions(await accessTo())).toEqual({
      regions: ['eu-west-1', 'me-south-1', 'us-east-1'],
      trouble: '',
    });
    const [first] = server.calls.filter(({ action }) => action === 'ListRegions');
    expect(first!.input).toEqual({ RegionOptStatusContains: ['ENABLED', 'ENABLED_BY_DEFAULT'] });
    expect(first!.headers.authorization).toContain('/us-east-1/account/aws4_request');
  });

  test.each<[string, Answer, string]>([
    [
      'are refused',
      jsonRefusal('AccessDeniedException', `User: ${USER} is not authorized to perform: account:ListRegions`),
      'user/audit may not call account:ListRegions: allow it in an IAM policy',
    ],
    ['are none', { body: '{"Regions":[]}' }, 'the account named no Region'],
    ['are nonsense', { body: '{"Regions":{"a":1}}' }, ''],
  ])('that %s are those on in every account', async (_, answer, why) => {
    await serveAll(({ action }) => (action === 'ListRegions' ? answer : undefined));
    const { regions, trouble } = await enabledRegions(await accessTo());
    expect(regions).toEqual(AWS_REGIONS.partitions['aws']!.onByDefault);
    expect(trouble).toContain(`could not be listed (${why}`);
    expect(trouble).toMatch(
      /only the 17 that are on in every account are read, and none that was switched on by hand$/,
    );
  });

  test('every partition has its global Region among those that are on', () => {
    for (const { globalRegion, onByDefault } of Object.values(AWS_REGIONS.partitions)) {
      expect(onByDefault).toContain(globalRegion);
      expect([...onByDefault].sort()).toEqual(onByDefault);
    }
  });
});

test('principals are read without a server too', () => {
  expect(principalOf(USER)).toBe(`arn:aws:iam::${OWN}:user/audit`);
});
