import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openApplications } from '../src/collect/azure/applications.ts';
import type { Task } from '../src/collect/collector.ts';
import { entra } from '../src/collect/entra.ts';
import type { Completion } from '../src/model/batch.ts';
import { DAY } from '../src/time.ts';
import { checksOf, readShard } from './opened.ts';
import {
  accessTo,
  APP,
  APP_CLAIMS,
  MARKER,
  type RestAnswer,
  type RestCall,
  type RestServer,
  serveRest,
  SIGNED_IN,
  TENANT,
  withoutAzure,
} from './servers/azure-rest.ts';
import { fakeClock, taskOf } from './task.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const HINT = 'Zq9';
const VALUE = 'Zq9~SECRETVALUEabcdefghijklmnopqrstuvw';
const APPLICATIONS = '/v1.0/applications';
const PRINCIPALS = '/v1.0/servicePrincipals';
const ROLE = "give it Application.Read.All of Microsoft Graph, with an administrator's consent";
const LATER = 'what was given just now may take some minutes to count';

const guid = (number: number): string => `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`;

const secret = (number: number, over: object = {}): object => ({
  keyId: guid(number),
  displayName: 'ci',
  hint: HINT,
  secretText: VALUE,
  startDateTime: '2026-01-02T03:04:05Z',
  endDateTime: '2028-01-02T03:04:05Z',
  ...over,
});

const certificate = (number: number): object => ({
  keyId: guid(number),
  type: 'AsymmetricX509Cert',
  usage: 'Verify',
  key: null,
  startDateTime: '2026-02-01T00:00:00Z',
  endDateTime: '2027-02-01T00:00:00Z',
});

const application = (number: number, passwordCredentials: object[], keyCredentials: object[] = []): object => ({
  appId: guid(number),
  passwordCredentials,
  keyCredentials,
});

const known = (number: number, app: number, over: object = {}): object => ({
  id: guid(number),
  provider: 'azure',
  kind: 'client-secret',
  owner: `app/${guid(app)}`,
  account: TENANT,
  observedAt: NOW - 1,
  active: true,
  createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  expiresAt: Date.UTC(2028, 0, 2, 3, 4, 5),
  ...over,
});

const CENSUSES = (['client-secret', 'client-certificate'] as const).map(kind => ({
  account: TENANT,
  kind,
  observedAt: NOW - 1,
}));

let server: RestServer | undefined;
let restore = (): void => undefined;

beforeEach(() => {
  restore = withoutAzure();
});
afterEach(async () => {
  restore();
  await server?.close();
  server = undefined;
});

async function open(serve: (call: RestCall) => RestAnswer, over: Partial<Task> = {}, claims: object = APP_CLAIMS) {
  server = await serveRest(serve);
  const { url } = server;
  const task = taskOf(NOW, over);
  return openApplications(task, each => Promise.resolve(accessTo(url, each, claims as Record<string, string>)));
}

interface Told {
  readonly key: string;
  readonly credentials: readonly unknown[];
  readonly censuses: readonly unknown[];
  readonly ignored: number;
  readonly completion: Completion;
}

async function readAll(serve: (call: RestCall) => RestAnswer, over: Partial<Task> = {}, claims: object = APP_CLAIMS) {
  const opened = await open(serve, over, claims);
  const told: Told[] = [];
  for await (const shard of opened.shards()) {
    const { batches, completion } = await readShard(opened, shard);
    expect(batches.flatMap(({ events }) => events)).toEqual([]);
    told.push({
      key: shard.key,
      credentials: batches.flatMap(({ credentials }) => credentials),
      censuses: batches.flatMap(({ censuses = [] }) => censuses),
      ignored: batches.reduce((sum, { ignored }) => sum + ignored, 0),
      completion,
    });
  }
  const text = JSON.stringify(told);
  for (const leak of [MARKER, HINT, VALUE, 'displayName']) expect(text).not.toContain(leak);
  return told;
}

const list = (...value: object[]): RestAnswer => ({ json: { '@odata.context': 'x', value } });
const tenantOf = (applications: RestAnswer, principals: RestAnswer) => (call: RestCall) =>
  call.path === APPLICATIONS ? applications : principals;

const views = expect.objectContaining({
  calls: { blind: true, gaps: ['a list of keys shows no calls'] },
  inventory: { blind: false, gaps: ['keys of Azure resources and of API gateways are in no list that keyward reads'] },
}) as object;
const WHOLE = { complete: true, kind: 'Entra ID keys', views, damage: [], remarks: [], skipped: false };

test('the keys of all apps, from both lists and all their pages', async () => {
  const told = await readAll(call => {
    if (call.path === PRINCIPALS)
      return list(
        { ...application(3, [secret(31)]), accountEnabled: false, servicePrincipalType: 'Application' },
        { ...application(4, [], [certificate(41)]), accountEnabled: true, servicePrincipalType: 'ManagedIdentity' },
        { ...application(5, [], [certificate(51)]), accountEnabled: true, servicePrincipalType: 'ManagedIdentity' },
      );
    if (call.query['$skiptoken'] === 'two') return list(application(2, [secret(21, { endDateTime: null })]));
    const next = `http://${call.host}${APPLICATIONS}?$skiptoken=two`;
    return {
      json: { value: [application(1, [secret(11)], [certificate(12)])], '@odata.nextLink': next },
      gzip: true,
    };
  });
  const { expiresAt: _, ...endless } = known(21, 2) as Record<string, unknown>;
  expect(told).toEqual([
    {
      key: `${TENANT} keys`,
      credentials: [
        known(11, 1),
        known(12, 1, {
          kind: 'client-certificate',
          createdAt: Date.UTC(2026, 1, 1),
          expiresAt: Date.UTC(2027, 1, 1),
        }),
        endless,
        known(31, 3, { active: false }),
      ],
      censuses: CENSUSES,
      ignored: 0,
      completion: {
        ...WHOLE,
        remarks: ['2 managed identities left out: the platform holds their certificates and renews them'],
      },
    },
  ]);
  expect(server!.calls.map(({ path, query }) => [path, query])).toEqual([
    [APPLICATIONS, { $select: 'appId,passwordCredentials,keyCredentials', $top: '999' }],
    [APPLICATIONS, { $skiptoken: 'two' }],
    [
      PRINCIPALS,
      { $select: 'appId,passwordCredentials,keyCredentials,accountEnabled,servicePrincipalType', $top: '999' },
    ],
  ]);
});

test('a tenant without keys is a whole inventory', async () => {
  expect(await readAll(() => list())).toEqual([
    { key: `${TENANT} keys`, credentials: [], censuses: CENSUSES, ignored: 0, completion: WHOLE },
  ]);
});

describe('what cannot be read is said, and nothing is called gone', () => {
  const good = list(application(1, [secret(11)]));
  const denied: RestAnswer = {
    status: 403,
    json: {
      error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' },
    },
  };
  const lacking = (where: string) => ({
    where,
    what: `this principal may not read this: ${ROLE}; ${LATER}`,
    count: 1,
  });

  test.each<[string, (call: RestCall) => RestAnswer, number, Partial<Completion>]>([
    [
      'a permission that is missing',
      () => denied,
      0,
      { views: null, damage: [lacking('applications'), lacking('service principals')] },
    ],
    ['one of the lists', tenantOf(good, denied), 1, { damage: [lacking('service principals')] }],
    ['the other', tenantOf(denied, good), 1, { damage: [lacking('applications')] }],
    [
      'a page that leads elsewhere',
      tenantOf(
        {
          json: {
            value: [application(1, [secret(11)])],
            '@odata.nextLink': 'https://graph.microsoft.com.example.net/x',
          },
        },
        list(),
      ),
      1,
      {
        damage: [
          {
            where: 'applications',
            what: 'the next page is said to be at another place (graph.microsoft.com.example.net), which is not asked: a proxy may stand in between',
            count: 1,
          },
        ],
      },
    ],
    [
      'records that are not apps, and keys that are not keys',
      tenantOf(
        list(
          { hello: 1 },
          application(1, [secret(11), { keyId: 'x' }]),
          application(2, [secret(21, { endDateTime: 'soon' })]),
        ),
        { json: { value: [null, 7] } },
      ),
      2,
      {
        damage: [
          { where: 'applications', what: 'an application without an id', count: 1 },
          { where: 'applications', what: 'a key of an application without an id', count: 1 },
          { where: 'applications', what: 'a key of an application with an unreadable endDateTime', count: 1 },
          { where: 'service principals', what: 'an application without an id', count: 1 },
          { where: 'service principals', what: 'an application without an id', count: 1 },
        ],
      },
    ],
  ])('%s', async (_, serve, count, completion) => {
    const [told] = await readAll(serve);
    expect(told).toMatchObject({ key: `${TENANT} keys`, censuses: [] });
    expect(told!.credentials).toHaveLength(count);
    expect(told!.completion).toEqual({ ...WHOLE, complete: false, ...completion });
  });

  test('an interruption', async () => {
    const abort = new AbortController();
    const [told] = await readAll(
      call => {
        if (call.path === APPLICATIONS) return good;
        setTimeout(() => abort.abort(), 20);
        return { hang: true };
      },
      { signal: abort.signal },
    );
    const what = 'interrupted before the keys were read to their end';
    expect(told!.censuses).toEqual([]);
    expect(told!.completion).toEqual({ ...WHOLE, complete: false, damage: [{ where: '', what, count: 1 }] });
  });
});

test('throttling is waited out', async () => {
  const clock = fakeClock(NOW);
  const [told] = await readAll(
    ({ index }) => (index === 0 ? { status: 429, text: '', headers: { 'retry-after': '30' } } : list()),
    { clock },
  );
  expect(told!.completion).toEqual(WHOLE);
  expect(clock.now() - NOW).toBeGreaterThanOrEqual(30_000);
});

test('of a moment in the past no more is said than was so then', async () => {
  const until = Date.UTC(2026, 5, 1);
  const [told] = await readAll(
    tenantOf(list(application(1, [secret(11), secret(12, { startDateTime: '2026-07-01T00:00:00Z' })])), list()),
    { window: { from: null, until } },
  );
  expect(told!.credentials).toEqual([known(11, 1, { observedAt: until - 1 })]);
  expect(told!.censuses).toEqual([]);
  expect(told!.completion.remarks).toEqual([
    `the keys of apps in tenant ${TENANT} are listed as they are now: what was deleted after 31 May is not among them`,
  ]);
});

test.each([
  ['the environment names', { AZURE_TENANT_ID: TENANT.toUpperCase() }, `${TENANT} keys`, 2, []],
  [
    'nothing tells',
    { AZURE_TENANT_ID: 'example.com' },
    'keys',
    0,
    ['which tenant the keys are of is not known: what was deleted cannot be told'],
  ],
])('a tenant that %s', async (_, env, key, censuses, remarks) => {
  const [told] = await readAll(() => list(), { env }, { appid: APP });
  expect(told).toMatchObject({ key, completion: { complete: true, remarks } });
  expect(told!.censuses).toHaveLength(censuses);
});

test('a secret that keyward itself uses is warned of', async () => {
  const env = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: APP, AZURE_CLIENT_SECRET: VALUE };
  const said: string[] = [];
  await readAll(() => list(), { env, tell: text => said.push(text) });
  expect(said).toEqual([
    'keyward itself signs in to Azure with a client secret (AZURE_CLIENT_SECRET), the kind of key that it looks for: use a workload identity or `az login`',
  ]);
});

describe('the doctor', () => {
  const what = 'Application.Read.All';

  test('of a tenant that may be read', async () => {
    const { told, views } = await checksOf(await open(() => list()));
    expect(told).toEqual([
      SIGNED_IN,
      { what, state: 'ok', detail: 'applications' },
      { what, state: 'ok', detail: 'service principals' },
    ]);
    expect(views!.inventory.blind).toBe(false);
    expect(server!.calls.map(({ query }) => query['$top'])).toEqual(['1', '1']);
  });

  test('of one that may not', async () => {
    const { told, views } = await checksOf(
      await open(() => ({
        status: 403,
        json: { error: { code: 'Authorization_RequestDenied' } },
      })),
    );
    const detail = `this principal may not read this: ${ROLE}; ${LATER}`;
    expect(told).toEqual([
      SIGNED_IN,
      { what, state: 'refused', detail: `applications: ${detail}` },
      { what, state: 'refused', detail: `service principals: ${detail}` },
    ]);
    expect(views!.inventory).toEqual({ blind: true, gaps: [detail] });
  });
});

test('the source is written entra: and nothing else', () => {
  expect(['entra:', 'Entra:', 'entra:x', 'entra', './entra:'].map(entra.accepts)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(() => entra.open('entra:example.com', taskOf(NOW))).toThrow(
    "nothing may follow 'entra:', as in 'entra:example.com'",
  );
  expect(entra.open('entra:', taskOf(NOW - DAY)).views).toBeUndefined();
});
