import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFrames } from '../src/checkpoint-file.ts';
import { anthropic } from '../src/collect/anthropic.ts';
import { aws } from '../src/collect/aws.ts';
import { openApplications } from '../src/collect/azure/applications.ts';
import { openSubscription } from '../src/collect/azure/subscription.ts';
import type { OpenSource, Task } from '../src/collect/collector.ts';
import { litellm } from '../src/collect/litellm.ts';
import { openai } from '../src/collect/openai.ts';
import { s3 } from '../src/collect/s3.ts';
import { UserError } from '../src/errors.ts';
import { DAY } from '../src/time.ts';
import { checksOf, readShard } from './opened.ts';
import { seeker, textsIn } from './planted/grep.ts';
import { plantings, whole } from './planted/plant.ts';
import { NOW, run } from './planted/run.ts';
import { SAMPLES } from './planted/samples.ts';
import { type Secret, SECRETS } from './planted/secrets.ts';
import { ADMIN_KEY, COMPLIANCE_KEY, type Held, refusal, serveAnthropic, TOKEN } from './servers/anthropic.ts';
import { isolateAws } from './servers/aws-env.ts';
import { accessTo, MARKER, type RestAnswer, type RestCall, serveRest, withoutAzure } from './servers/azure-rest.ts';
import { playAccount, serveIam } from './servers/iam.ts';
import { LITELLM_KEY, litellmAnswer, serveLitellm } from './servers/litellm.ts';
import { list, type OpenaiAnswer, type OpenaiCall, serveOpenai } from './servers/openai.ts';
import { BUCKET, refuse, startS3 } from './servers/s3.ts';
import { serveAws, type World } from './servers/trails.ts';
import { taskOf } from './task.ts';

// Services that repeat the key they were sent, and whose lists hold secrets in every field.

const WINDOW = { from: NOW - 2 * DAY, until: NOW };
const secretOf = (kind: string): string => SECRETS.find(secret => secret.kind === kind)!.text;

const OPENAI_KEY = secretOf('OpenAI admin key');
const AWS_SECRET = secretOf('AWS secret access key with slashes');
const AWS_TOKEN = secretOf('AWS session token');

/** What is sent. */
const SENT: readonly Secret[] = [ADMIN_KEY, COMPLIANCE_KEY, TOKEN, LITELLM_KEY, MARKER].map(text => ({
  kind: `the key that is sent, ${text.slice(0, 12)}`,
  text,
  core: text.replace(/^sk-(?:ant-\w+|master)-/, ''),
}));
const seek = seeker([...SECRETS, ...SENT]);

/** Records with one secret or another in each field, as `plantings` puts them there. */
function planted(record: object, first = 0): object[] {
  const puts = SECRETS.flatMap(({ text }) => whole(text)(''));
  let next = first;
  return [...plantings(record, () => [puts[next++ % puts.length]!])].map(each => each.record as object);
}

/** The same for each sample of a format. */
const plantedOf = (format: string): object[] =>
  SAMPLES[format]!.flatMap(({ record }, i) => [record as object, ...planted(record, 7 * i)]);

/** All that a source says when it is tried and read, failures and notices too. */
async function allOf(open: (task: Task) => OpenSource, over: Partial<Task> = {}): Promise<unknown[]> {
  const said: unknown[] = [];
  const tell = (text: string): void => void said.push(text);
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      said.push(error.message, error.hint);
    }
  };
  const opened = open(taskOf(NOW, { window: WINDOW, tell, ...over }));
  await attempt(async () => {
    for await (const shard of opened.shards()) said.push(shard, await readShard(opened, shard));
    said.push(opened.views?.(null), opened.self?.(), opened.accounts?.(), opened.reach?.());
  });
  await attempt(async () => void said.push(await checksOf(opened)));
  return said;
}

function expectClean(said: unknown, name: string | number): void {
  const texts = [...textsIn(said)];
  expect(texts.length, `${name}`).toBeGreaterThan(0);
  expect({ name, leaks: texts.filter(text => seek(text) !== null) }).toEqual({ name, leaks: [] });
}

const has = (said: unknown, text: string): boolean => JSON.stringify(said).includes(text);

const STATUSES = [400, 401, 403, 404, 500] as const;

/** How a service may repeat what it was sent. */
const quoting = (secret: string): string =>
  `bad key ${secret} ('${secret}'), authorization: Bearer ${secret}, ?key=${encodeURIComponent(secret)}`;

const servers: { close(): Promise<void> }[] = [];
const kept = <T extends { close(): Promise<void> }>(server: T): T => {
  servers.push(server);
  return server;
};

const home = isolateAws();
let restore = (): void => undefined;

beforeEach(() => {
  restore = withoutAzure();
});
afterEach(async () => {
  restore();
  await Promise.all(servers.splice(0).map(server => server.close()));
});

describe('Anthropic', () => {
  const KEYS = { ANTHROPIC_ADMIN_KEY: ADMIN_KEY, ANTHROPIC_COMPLIANCE_KEY: COMPLIANCE_KEY };

  test.each(STATUSES)('that repeats the key with %i', async status => {
    const { url } = kept(
      await serveAnthropic({}, ({ secret }) => ({
        ...refusal(status, secret, quoting(secret), { 'request-id': secret, 'www-authenticate': quoting(secret) }),
      })),
    );
    for (const env of [KEYS, { ANTHROPIC_AUTH_TOKEN: TOKEN }]) {
      const said = await allOf(task => anthropic.open('anthropic:', task), {
        env: { ...env, ANTHROPIC_BASE_URL: url },
      });
      expectClean(said, status);
    }
  });

  test('that repeats the key in a page', async () => {
    const { url } = kept(
      await serveAnthropic({}, ({ secret }) => ({ status: 502, text: `<html>${quoting(secret)}</html>` })),
    );
    expectClean(
      await allOf(task => anthropic.open('anthropic:', task), { env: { ...KEYS, ANTHROPIC_BASE_URL: url } }),
      502,
    );
  });

  const listing = plantedOf('anthropic-listing') as { readonly id?: unknown }[];
  const holding = (prefix: string): object[] => listing.filter(record => String(record.id).startsWith(prefix));
  const held = {
    keys: holding('apikey_'),
    users: holding('user_'),
    serviceAccounts: planted({
      id: 'svac_01',
      type: 'service_account',
      name: 'deploy',
      created_at: '2026-02-01T00:00:00Z',
    }),
    rules: holding('fdrl_'),
    analytics: plantedOf('anthropic-analytics'),
    report: plantedOf('anthropic-usage-report'),
    activities: plantedOf('anthropic-activity'),
  } as unknown as Held;

  test('whose lists hold secrets', async () => {
    const { url } = kept(await serveAnthropic(held));
    for (const env of [KEYS, { ANTHROPIC_AUTH_TOKEN: TOKEN }]) {
      const said = await allOf(task => anthropic.open('anthropic:', task), {
        env: { ...env, ANTHROPIC_BASE_URL: url },
      });
      expectClean(said, 'lists');
      expect(has(said, '[redacted]') && has(said, 'apikey_01Rj2N8SVvo6BePZj99NhmiT')).toBe(true);
    }
  });

  test('in a whole audit, with a checkpoint that stays', async () => {
    const { url } = kept(
      await serveAnthropic(held, ({ path, secret }) =>
        path === 'organizations/users' ? refusal(403, 'permission_error', quoting(secret)) : null,
      ),
    );
    const cwd = mkdtempSync(join(tmpdir(), 'keyward-planted-'));
    try {
      const args =
        'audit anthropic: --now 2026-11-20T00:00:00Z --since 2d --lookback 0 --verbose --checkpoint kept --state memory';
      const env = { ...KEYS, ANTHROPIC_BASE_URL: url };
      const { stdout, stderr } = await run([...args.split(' '), '--out', 'json=report.json'], { cwd, env });
      expectClean([stdout, stderr, readFileSync(join(cwd, 'report.json'), 'utf8')], 'the audit');
      expect(stdout).toContain('[redacted]');
      const file = openFrames(join(cwd, 'kept'));
      const frames = file.frames.map(frame => [frame.head, file.bodyOf(frame)]);
      file.close();
      expectClean(frames, 'the checkpoint');
      expect(has(frames, '[redacted]')).toBe(true);
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  });
});

describe('OpenAI', () => {
  const open = (url: string) =>
    allOf(task => openai.open('openai:', task), { env: { OPENAI_ADMIN_KEY: OPENAI_KEY, OPENAI_BASE_URL: url } });

  test.each(STATUSES)('that repeats the key with %i', async status => {
    const serve = ({ authorization }: OpenaiCall): OpenaiAnswer => {
      const secret = authorization.replace(/^Bearer /, '');
      const error = { message: quoting(secret), type: secret, param: secret, code: secret };
      return { status, headers: { 'x-request-id': secret, 'openai-organization': secret }, json: { error } };
    };
    expectClean(await open(kept(await serveOpenai(serve)).url), status);
  });

  test('whose lists hold secrets', async () => {
    const listing = plantedOf('openai-listing') as { readonly object?: unknown }[];
    const sorted = (object: RegExp): object[] => listing.filter(record => object.test(String(record.object)));
    const lists: readonly (readonly [path: RegExp, rows: readonly object[]])[] = [
      [/admin_api_keys$/, planted({ ...(listing[0] as object), object: 'organization.admin_api_key' })],
      [/\/api_keys$/, sorted(/api_key$/)],
      [/\/service_accounts$/, sorted(/service_account$/)],
      [/users$/, sorted(/user$/)],
      [/projects$/, planted({ object: 'organization.project', id: 'proj_1', name: 'p', status: 'active' })],
      [/audit_logs$/, plantedOf('openai-audit')],
      [/usage\//, plantedOf('openai-usage')],
    ];
    const said = await open(
      kept(await serveOpenai(({ path }) => list(lists.find(([known]) => known.test(path))?.[1] ?? []))).url,
    );
    expectClean(said, 'lists');
    expect(has(said, '[redacted]') && has(said, 'key_1')).toBe(true);
  });
});

describe('LiteLLM', () => {
  const open = (url: string, key = LITELLM_KEY) =>
    allOf(task => litellm.open(`litellm:${url}`, task), { env: { LITELLM_MASTER_KEY: key } });

  test.each(STATUSES)('that repeats the key with %i', async status => {
    const { url } = kept(
      await serveLitellm(({ authorization }) => {
        const secret = authorization.replace(/^Bearer /, '');
        const error = { message: quoting(secret), type: secret, code: secret };
        return {
          status,
          json: { error, detail: { error: quoting(secret) } },
          headers: { 'x-litellm-call-id': secret },
        };
      }),
    );
    expectClean(await open(url), status);
    for (const { text } of SECRETS) if (!/\s/.test(text)) expectClean(await open(url, text), status);
  });

  test('whose lists hold secrets', async () => {
    const holdings = {
      keys: plantedOf('litellm-keys'),
      deleted: plantedOf('litellm-keys'),
      users: planted({ user_id: 'user-1', user_email: 'u@example.com', user_role: 'internal_user' }),
      teams: planted({ team_id: 'team-1', team_alias: 't', members_with_roles: [] }),
      calls: plantedOf('litellm-spend') as { startTime: string }[],
      changes: plantedOf('litellm-audit') as { updated_at: string }[],
    };
    const said = await open(kept(await serveLitellm(call => litellmAnswer(holdings, call))).url);
    expectClean(said, 'lists');
    expect(has(said, '[redacted]') && has(said, '"user-1"')).toBe(true);
  });
});

describe('Azure', () => {
  const SUBSCRIPTION = 'azure:/subscriptions/00000000-1111-2222-3333-444444444444';
  const sources = (url: string): readonly ((task: Task) => OpenSource)[] => [
    task => openSubscription(SUBSCRIPTION, task, each => Promise.resolve(accessTo(url, each))),
    task => openApplications(task, each => Promise.resolve(accessTo(url, each))),
  ];
  const serve = async (answer: (call: RestCall) => RestAnswer): Promise<unknown[]> => {
    const { url } = kept(await serveRest(answer));
    const said: unknown[] = [];
    for (const open of sources(url)) said.push(...(await allOf(open)));
    return said;
  };

  test.each(STATUSES)('that repeats the token with %i', async status => {
    const said = await serve(({ authorization }) => {
      const secret = authorization.replace(/^Bearer /, '');
      const error = { code: quoting(secret), message: quoting(secret), innererror: { code: secret } };
      return { status, json: { error }, headers: { 'www-authenticate': quoting(secret), 'x-ms-request-id': secret } };
    });
    expectClean(said, status);
  });

  test('whose lists hold secrets', async () => {
    const activity = plantedOf('azure-activity');
    const apps = plantedOf('entra-applications');
    const said = await serve(({ path }) => ({ json: { value: /eventtypes/i.test(path) ? activity : apps } }));
    expectClean(said, 'lists');
    expect(has(said, '[redacted]')).toBe(true);
  });

  test.each(SECRETS)('whose next page is at a place with $kind', async ({ text }) => {
    const said = await serve(({ authorization }) => {
      const link = `https://x.example.net/${encodeURIComponent(text)}?token=${authorization}&$skiptoken=${text}`;
      return { json: { value: [], nextLink: link, '@odata.nextLink': link } };
    });
    expectClean(said, 'pages');
  });
});

describe('AWS', () => {
  const identity = {
    body: '<Arn>arn:aws:iam::123456789012:user/auditor</Arn><UserId>AIDA</UserId><Account>123456789012</Account>',
  };
  const sign = (url: string): void =>
    home.set({
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: AWS_SECRET,
      AWS_SESSION_TOKEN: AWS_TOKEN,
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'us-east-1',
      AWS_MAX_ATTEMPTS: '1',
    });
  const open = () => allOf(task => aws.open('aws:us-east-1', task), { env: process.env });
  const message = `${quoting(AWS_SECRET)} ${quoting(AWS_TOKEN)}`;

  test.each(['AccessDeniedException', 'InvalidClientTokenId', 'ValidationException', 'InternalFailure'])(
    'that repeats the secret with %s',
    async error => {
      const refused = () => ({ error, message });
      const all: World = new Proxy({}, { get: () => refused });
      const most: World = new Proxy(
        {},
        { get: (_, action) => (action === 'sts:GetCallerIdentity' ? () => identity : refused) },
      );
      const iam = kept(await serveIam(() => ({ status: 403, code: error, message })));
      for (const world of [all, most]) {
        sign(kept(await serveAws(world)).url);
        home.set({ AWS_ENDPOINT_URL_IAM: iam.url });
        expectClean(await open(), error);
      }
    },
  );

  test('whose lists hold secrets', async () => {
    const trail = planted({
      Name: 't',
      TrailARN: 'arn:t',
      S3BucketName: 'b',
      HomeRegion: 'us-east-1',
      IsMultiRegionTrail: true,
    });
    const events = plantedOf('cloudtrail').map((record, i) => ({
      EventId: `00000000-0000-4000-9000-${String(i).padStart(12, '0')}`,
      EventTime: NOW / 1000 - 3600,
      CloudTrailEvent: JSON.stringify(record),
    }));
    const world: World = {
      'sts:GetCallerIdentity': () => identity,
      'account:ListRegions': () => ({ body: { Regions: [{ RegionName: 'us-east-1' }] } }),
      'cloudtrail:DescribeTrails': () => ({ body: { trailList: trail } }),
      'cloudtrail:LookupEvents': () => ({ body: { Events: events } }),
      'bedrock:GetModelInvocationLoggingConfiguration': () => ({ body: {} }),
    };
    const users = SECRETS.map(({ text }, i) => ({
      name: i % 2 === 0 ? text : 'ci',
      keys: [{ id: i % 2 === 0 ? 'AKIAIOSFODNN7EXAMPLE' : text, createdAt: '2026-01-01T00:00:00Z' }],
    }));
    const serviceKeys = SECRETS.map(({ text }) => ({
      UserName: text,
      ServiceName: 'bedrock.amazonaws.com',
      ServiceUserName: text,
      ServiceSpecificCredentialId: text,
      CreateDate: '2026-01-01T00:00:00Z',
      Status: 'Active',
    }));
    const roles = SECRETS.map(({ text }) => ({
      name: text,
      trust: { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: text, Federated: text } }] },
    }));
    const report = `user,arn,user_creation_time,password_enabled,password_last_used,mfa_active\n${SECRETS.map(({ text }) => `"${text}","${text}",2026-01-01T00:00:00Z,true,N/A,false`).join('\n')}\n`;
    const iam = kept(await serveIam(playAccount({ users, serviceKeys, roles, report })));
    sign(kept(await serveAws(world)).url);
    home.set({ AWS_ENDPOINT_URL_IAM: iam.url });
    const said = await open();
    expectClean(said, 'lists');
    expect(has(said, '[redacted]') && has(said, 'AKIAIOSFODNN7EXAMPLE')).toBe(true);
  });

  test.each([
    [403, 'AccessDenied'],
    [403, 'SignatureDoesNotMatch'],
    [400, 'ExpiredToken'],
    [404, 'NoSuchBucket'],
  ])('whose storage repeats the secret with %i %s', async (status, code) => {
    const storage = kept(await startS3());
    const name = `AWSLogs/123456789012/CloudTrail/us-east-1/2026/11/19/123456789012_CloudTrail_us-east-1_20261119T1200Z_x.json.gz`;
    storage.objects.set(name, Buffer.from('x'));
    for (const refused of [['get', 'head'], ['list', 'bucket', 'get', 'head'], ['identity']]) {
      storage.fault = ({ what }, _, response) => refused.includes(what) && refuse(response, status, code, message);
      sign(storage.url);
      const said = await allOf(task => s3.open(`s3://${BUCKET}`, task), { env: { ...process.env } });
      expectClean(said, code);
    }
  });
});
