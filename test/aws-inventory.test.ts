import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, describe, expect, test } from 'vitest';
import type { Access } from '../src/collect/aws/access.ts';
import { type KeyUse, openInventory } from '../src/collect/aws/inventory.ts';
import type { Batch, Completion } from '../src/model/batch.ts';
import { DAY, HOUR, SECOND } from '../src/time.ts';
import { readText } from './read-text.ts';
import { isolateAws } from './servers/aws-env.ts';
import { type Answer, type IamServer, type PlayedAccount, playAccount, serveIam } from './servers/iam.ts';
import { stillClock, taskOf } from './task.ts';

const ACCOUNT = '123456789012';
const NOW = Date.UTC(2026, 10, 20);
const END = NOW - 1;
const REPORTED_AT = Date.UTC(2026, 10, 19, 22);
const BASE = { provider: 'aws', account: ACCOUNT } as const;
const user = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`;

const home = isolateAws();
let server: IamServer;

afterEach(() => server.close());

const access = (): Access => ({
  account: ACCOUNT,
  principal: user('auditor'),
  partition: 'aws',
  globalRegion: 'us-east-1',
  client: region => ({
    region,
    credentials: () => Promise.resolve({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' }),
    requestHandler: new NodeHttpHandler(),
    customUserAgent: 'keyward/0.0.0',
    maxAttempts: 3,
    retryMode: 'adaptive',
    authSchemePreference: ['sigv4'],
  }),
});

interface Setting {
  readonly signal?: AbortSignal;
  readonly until?: number;
  readonly now?: number;
  readonly sleeps?: number[];
}

interface Read {
  readonly batch: Batch;
  readonly completion: Completion;
  readonly keys: readonly KeyUse[] | null;
}

/** Reads the inventory that a server gives. */
async function read(answer: Answer, { signal, until = NOW, now = NOW, sleeps }: Setting = {}): Promise<Read> {
  server = await serveIam(answer);
  home.set({ AWS_ENDPOINT_URL_IAM: server.url });
  const task = taskOf(until, { clock: stillClock(now, sleeps), ...(signal && { signal }) });
  const inventory = openInventory(access(), task);
  const batches = inventory.read();
  const first = await batches.next();
  const last = await batches.next();
  if (first.done === true || last.done !== true) throw new Error('not one batch');
  return { batch: first.value, completion: last.value, keys: await inventory.keys() };
}

/** As `answer`, but for what `other` says. */
const unless =
  (answer: Answer, other: (request: Parameters<Answer>[0], nth: number) => ReturnType<Answer> | undefined): Answer =>
  (request, nth) => {
    const said = other(request, nth);
    return said === undefined ? answer(request, nth) : said;
  };

const HEADER =
  'user,arn,password_enabled,password_last_used,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,' +
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date';
const REPORT = [
  HEADER,
  `<root_account>,arn:aws:iam::${ACCOUNT}:root,not_supported,N/A,true,2021-01-01T00:00:00+00:00,N/A,false,N/A,N/A`,
  `ana,${user('people/ana')},true,2026-11-01T00:00:00+00:00,true,2026-01-01T00:00:00+00:00,2026-11-18T00:00:00+00:00,false,N/A,N/A`,
  `ci,${user('ci')},false,N/A,true,2024-02-02T00:00:00+00:00,N/A,false,2023-03-03T00:00:00+00:00,2023-04-04T00:00:00+00:00`,
].join('\n');

const ANA_KEY = 'AKIA111111111EXAMPLE';
const CI_KEY = 'AKIA222222222EXAMPLE';
const OLD_KEY = 'AKIA333333333EXAMPLE';
const NEW_KEY = 'AKIA444444444EXAMPLE';
const BEDROCK = 'bedrock.amazonaws.com';
const PLATFORM = 'aws-external-anthropic.amazonaws.com';

const serviceKey = (id: string, ServiceName: string, more: Record<string, string> = {}) => ({
  UserName: 'BedrockAPIKey-x',
  Status: 'Active',
  CreateDate: '2026-06-01T00:00:00Z',
  ServiceSpecificCredentialId: id,
  ServiceName,
  ...more,
});

const trust = (principal: unknown) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
});

const FULL: PlayedAccount = {
  report: REPORT,
  users: [
    { name: 'ana', keys: [{ id: ANA_KEY, createdAt: '2026-01-01T00:00:00Z', lastUsedAt: '2026-11-19T23:00:00Z' }] },
    {
      name: 'ci',
      keys: [
        { id: CI_KEY, createdAt: '2024-02-02T00:00:00Z' },
        { id: OLD_KEY, createdAt: '2023-03-03T00:00:00Z', status: 'Inactive' },
        { id: NEW_KEY, createdAt: '2026-11-20T00:00:01Z' },
      ],
    },
    { name: 'keyless' },
  ],
  serviceKeys: [
    serviceKey('ACCA111111111EXAMPLE', BEDROCK, { ExpirationDate: '2027-06-01T00:00:00Z' }),
    serviceKey('ACCA222222222EXAMPLE', BEDROCK, { Status: 'Expired' }),
    serviceKey('ACCA333333333EXAMPLE', PLATFORM),
  ],
  roles: [
    { name: 'lent', trust: trust({ AWS: ['arn:aws:iam::210987654321:root', 'arn:aws:iam::111122223333:user/x'] }) },
    { name: 'everyones', trust: trust('*') },
    { name: 'own', trust: trust({ AWS: `arn:aws:iam::${ACCOUNT}:root` }) },
    { name: 'service', trust: trust({ Service: 'lambda.amazonaws.com' }) },
  ],
};

const key = (id: string, name: string, createdAt: number, more: object) => ({
  ...BASE,
  id,
  kind: 'access-key',
  owner: user(name),
  observedAt: END,
  active: true,
  createdAt,
  ...more,
});
const bound = (id: string, kind: string, more: object) => ({
  ...BASE,
  id,
  kind,
  owner: user('BedrockAPIKey-x'),
  observedAt: END,
  active: true,
  createdAt: Date.UTC(2026, 5, 1),
  ...more,
});

const WHOLE = {
  batch: {
    events: [],
    credentials: [
      bound('ACCA111111111EXAMPLE', 'bedrock-key', { expiresAt: Date.UTC(2027, 5, 1) }),
      bound('ACCA222222222EXAMPLE', 'bedrock-key', { active: false }),
      bound('ACCA333333333EXAMPLE', 'claude-platform-key', {}),
      key(ANA_KEY, 'ana', Date.UTC(2026, 0, 1), { isUseKnown: true, lastUsedAt: Date.UTC(2026, 10, 19, 23) }),
      key(CI_KEY, 'ci', Date.UTC(2024, 1, 2), { isUseKnown: true }),
      key(OLD_KEY, 'ci', Date.UTC(2023, 2, 3), {
        active: false,
        isUseKnown: true,
        lastUsedAt: Date.UTC(2023, 3, 4),
      }),
      {
        ...BASE,
        id: `arn:aws:iam::${ACCOUNT}:root/access-key-2021-01-01T00:00:00`,
        kind: 'root-key',
        owner: `arn:aws:iam::${ACCOUNT}:root`,
        observedAt: REPORTED_AT,
        active: true,
        createdAt: Date.UTC(2021, 0, 1),
        isUseKnown: true,
      },
      {
        ...BASE,
        id: `${user('ana')}/password`,
        kind: 'password',
        owner: user('ana'),
        observedAt: REPORTED_AT,
        active: true,
        isUseKnown: true,
        lastUsedAt: Date.UTC(2026, 10, 1),
      },
    ],
    ignored: 0,
    size: 0,
    censuses: [
      { account: ACCOUNT, kind: 'access-key', observedAt: END },
      { account: ACCOUNT, kind: 'bedrock-key', observedAt: END },
      { account: ACCOUNT, kind: 'claude-platform-key', observedAt: END },
      { account: ACCOUNT, kind: 'root-key', observedAt: REPORTED_AT },
      { account: ACCOUNT, kind: 'password', observedAt: REPORTED_AT },
    ],
  },
  completion: {
    complete: true,
    kind: 'IAM inventory',
    views: null,
    damage: [],
    remarks: [
      `2 roles of account ${ACCOUNT} can be assumed from outside: role/everyones (anyone) and role/lent (111122223333 and 210987654321)`,
    ],
    skipped: false,
  },
  keys: [
    { id: ANA_KEY, active: true, createdAt: Date.UTC(2026, 0, 1), lastUsedAt: Date.UTC(2026, 10, 19, 23) },
    { id: CI_KEY, active: true, createdAt: Date.UTC(2024, 1, 2), lastUsedAt: Date.UTC(2024, 1, 2) },
    { id: OLD_KEY, active: false, createdAt: Date.UTC(2023, 2, 3), lastUsedAt: Date.UTC(2023, 3, 4) },
  ],
};

describe('the whole inventory', () => {
  test('of an account, asked for once', async () => {
    expect(await read(playAccount(FULL))).toEqual(WHOLE);
    const asked = server.requests.map(({ action }) => action).sort();
    expect(asked).toEqual([
      'GenerateCredentialReport',
      'GetAccessKeyLastUsed',
      'GetAccessKeyLastUsed',
      'GetAccessKeyLastUsed',
      'GetCredentialReport',
      'ListAccessKeys',
      'ListAccessKeys',
      'ListAccessKeys',
      'ListRoles',
      'ListServiceSpecificCredentials',
      'ListServiceSpecificCredentials',
      'ListUsers',
    ]);
  });

  test('is the same page by page', async () => {
    expect(await read(playAccount({ ...FULL, page: 1 }))).toEqual(WHOLE);
    const markers = server.requests
      .filter(({ action, params }) => action === 'ListServiceSpecificCredentials' && params['ServiceName'] === BEDROCK)
      .map(({ params }) => [params['AllUsers'], params['Marker']]);
    expect(markers).toEqual([
      ['true', undefined],
      ['true', '1'],
    ]);
  });

  test('of an account without anything', async () => {
    const report = `${HEADER}\n<root_account>,arn:aws:iam::${ACCOUNT}:root,not_supported,N/A,false,N/A,N/A,false,N/A,N/A`;
    const { batch, completion, keys } = await read(playAccount({ report }));
    expect([batch.credentials, batch.censuses?.length, keys]).toEqual([[], 5, []]);
    expect(completion).toMatchObject({ complete: true, damage: [], remarks: [] });
  });

  test('agrees with the same lists saved to files', async () => {
    const { batch } = await read(playAccount({ ...FULL, users: FULL.users!.slice(0, 1) }));
    const rows = [{ UserName: 'ana', AccessKeyId: ANA_KEY, Status: 'Active', CreateDate: '2026-01-01T00:00:00+00:00' }];
    const saved = await readText(
      JSON.stringify({ ServiceSpecificCredentials: FULL.serviceKeys, AccessKeyMetadata: rows }),
    );
    const plain = ({ id, kind, active, createdAt, expiresAt }: Batch['credentials'][number]) => ({
      id,
      kind,
      active,
      createdAt,
      expiresAt,
    });
    const live = batch.credentials.filter(({ id }) => /^A[CK]/.test(id)).map(plain);
    const facts = saved.credentials.filter(({ observedAt }) => observedAt === 1).map(plain);
    expect(facts.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(live);
  });

  test('never asks more than ten things at once', async () => {
    const users = Array.from({ length: 60 }, (_, i) => ({ name: `user-${i}` }));
    const { keys } = await read(playAccount({ report: REPORT, users }));
    expect(keys).toEqual([]);
    expect(server.requests.filter(({ action }) => action === 'ListAccessKeys').length).toBe(60);
    expect(server.busiest()).toBeGreaterThan(1);
    expect(server.busiest()).toBeLessThanOrEqual(10);
  });

  test('names at most ten roles', async () => {
    const roles = Array.from({ length: 12 }, (_, i) => ({ name: `r${String(i).padStart(2, '0')}`, trust: trust('*') }));
    const { completion } = await read(playAccount({ ...FULL, roles }));
    expect(completion.remarks?.[0]).toMatch(/^12 roles .*role\/r08 \(anyone\) and 3 more$/);
  });
});

describe('the credential report', () => {
  test('is waited for', async () => {
    const sleeps: number[] = [];
    const slow = unless(playAccount(FULL), ({ action }, nth) =>
      action === 'GenerateCredentialReport' && nth < 4
        ? { result: { State: nth === 1 ? 'STARTED' : 'INPROGRESS' } }
        : undefined,
    );
    expect(await read(slow, { sleeps })).toEqual(WHOLE);
    expect(sleeps).toEqual([2 * SECOND, 2 * SECOND, 2 * SECOND]);
  });

  test('is not waited for longer than a minute', async () => {
    const sleeps: number[] = [];
    const never = unless(playAccount(FULL), ({ action }) =>
      action === 'GenerateCredentialReport' ? { result: { State: 'INPROGRESS' } } : undefined,
    );
    const { completion } = await read(never, { sleeps });
    expect(sleeps.length).toBe(30);
    expect(completion.damage).toEqual([
      {
        where: 'making of the credential report',
        what: 'IAM did not finish it within a minute: try again later',
        count: 1,
      },
    ]);
  });

  test('tells the last use of a key for which it is not answered', async () => {
    const refused = unless(playAccount(FULL), ({ action }) =>
      action === 'GetAccessKeyLastUsed' ? { status: 403, code: 'AccessDenied' } : undefined,
    );
    const { batch, keys } = await read(refused);
    expect(batch.credentials.find(({ id }) => id === ANA_KEY)).toMatchObject({
      isUseKnown: true,
      lastUsedAt: Date.UTC(2026, 10, 18),
    });
    expect(keys?.[0]?.lastUsedAt).toBe(Date.UTC(2026, 10, 18));
  });

  test('gives the users whose keys are listed, where users are not', async () => {
    const refused = unless(playAccount(FULL), ({ action }) =>
      action === 'ListUsers' ? { status: 403, code: 'AccessDenied' } : undefined,
    );
    const { batch, keys } = await read(refused);
    expect(batch.credentials).toEqual(WHOLE.batch.credentials);
    expect(batch.censuses).toEqual(WHOLE.batch.censuses.slice(1));
    expect(keys).toBeNull();
  });

  test('stands in for the keys of a user that cannot be listed', async () => {
    const refused = unless(playAccount(FULL), ({ action, params }) =>
      action === 'ListAccessKeys' && params['UserName'] === 'ana' ? { status: 403, code: 'AccessDenied' } : undefined,
    );
    const { batch, completion, keys } = await read(refused);
    expect(batch.credentials.map(({ id }) => id)).toEqual([
      'ACCA111111111EXAMPLE',
      'ACCA222222222EXAMPLE',
      'ACCA333333333EXAMPLE',
      CI_KEY,
      OLD_KEY,
      `arn:aws:iam::${ACCOUNT}:root/access-key-2021-01-01T00:00:00`,
      `${user('ana')}/access-key-2026-01-01T00:00:00`,
      `${user('ana')}/password`,
    ]);
    expect(completion.damage.map(({ where }) => where)).toEqual(['access keys of user/ana']);
    expect([batch.censuses?.map(({ kind }) => kind).includes('access-key'), keys]).toEqual([false, null]);
  });
});

const KINDS = ['access-key', 'bedrock-key', 'claude-platform-key', 'root-key', 'password'];
const without = (...kinds: readonly string[]) => KINDS.filter(kind => !kinds.includes(kind));

describe('what may not be asked is named, and the rest goes on', () => {
  test.each([
    ['GenerateCredentialReport', ['making of the credential report'], KINDS, 8],
    ['GetCredentialReport', ['credential report'], without('root-key', 'password'), 6],
    ['ListUsers', ['users'], without('access-key'), 8],
    ['ListAccessKeys', ['access keys of user/ana, user/ci and user/keyless'], without('access-key'), 8],
    ['GetAccessKeyLastUsed', [`last use of ${ANA_KEY}, ${CI_KEY} and ${NEW_KEY}`], KINDS, 8],
    [
      'ListServiceSpecificCredentials',
      ['Bedrock API keys', 'Claude Platform API keys'],
      without('bedrock-key', 'claude-platform-key'),
      5,
    ],
    ['ListRoles', ['roles'], KINDS, 8],
  ])('%s', async (action, places, kinds, credentials) => {
    const message = `User: ${user('auditor')} is not authorized to perform: iam:${action} on resource: *`;
    const refused = unless(playAccount(FULL), request =>
      request.action === action ? { status: 403, code: 'AccessDenied', message } : undefined,
    );
    const { batch, completion } = await read(refused);
    expect(completion.complete).toBe(false);
    expect(completion.damage.map(({ where }) => where)).toEqual(places);
    for (const { what } of completion.damage)
      expect(what).toBe(`user/auditor may not call iam:${action}: allow it in an IAM policy`);
    expect(batch.censuses?.map(({ kind }) => kind)).toEqual(kinds);
    expect(batch.credentials.length).toBe(credentials);
  });

  test('all of it', async () => {
    const { batch, completion, keys } = await read(() => ({ status: 403, code: 'AccessDenied' }));
    expect([batch.credentials, batch.censuses, keys]).toEqual([[], [], null]);
    expect(completion.damage.map(({ where }) => where)).toEqual([
      'Bedrock API keys',
      'Claude Platform API keys',
      'credential report',
      'making of the credential report',
      'roles',
      'users',
    ]);
  });
});

test('slowed down, it is tried again', async () => {
  // Each request after it waits for its turn, so there are few.
  const few = playAccount({ report: REPORT, users: [{ name: 'keyless' }], roles: FULL.roles! });
  const unhurried = await read(few);
  await server.close();
  const slowed = unless(few, ({ action }, nth) =>
    action === 'ListRoles' && nth === 1 ? { status: 400, code: 'Throttling', message: 'Rate exceeded' } : undefined,
  );
  expect(await read(slowed)).toEqual(unhurried);
  expect(server.requests.filter(({ action }) => action === 'ListRoles').length).toBe(2);
});

test('users and keys that are gone by now, and services that are not known, are no damage', async () => {
  const users = [...FULL.users!, { name: 'gone', keys: [] }];
  const gone = unless(playAccount({ ...FULL, users }), ({ action, params }) => {
    if (action === 'ListAccessKeys' && params['UserName'] === 'gone') return { status: 404, code: 'NoSuchEntity' };
    if (action === 'GetAccessKeyLastUsed' && params['AccessKeyId'] === CI_KEY)
      return { status: 404, code: 'NoSuchEntity' };
    if (params['ServiceName'] === PLATFORM) return { status: 404, code: 'NotSupportedService' };
    return undefined;
  });
  const { batch, completion } = await read(gone);
  expect(completion).toEqual(WHOLE.completion);
  expect(batch.censuses).toEqual(WHOLE.batch.censuses);
  expect(batch.credentials).toEqual(WHOLE.batch.credentials.filter(({ kind }) => kind !== 'claude-platform-key'));
});

describe('answers that are not to be trusted', () => {
  const said = (action: string, result: object): Answer =>
    unless(playAccount(FULL), request => (request.action === action ? { result: result as never } : undefined));

  test.each<[string, Answer, string, string]>([
    [
      'a list without end',
      said('ListServiceSpecificCredentials', { ServiceSpecificCredentials: [], IsTruncated: true, Marker: 'again' }),
      'Bedrock API keys',
      'IAM says that the list goes on, but nowhere new: try again later',
    ],
    [
      'a list that goes on nowhere',
      said('ListUsers', { Users: [], IsTruncated: true }),
      'users',
      'IAM says that the list goes on, but nowhere new: try again later',
    ],
    ['no list', said('ListUsers', { Hello: 1 }), 'users', 'what answered is not IAM: a proxy may stand in between'],
    [
      'a user without a name',
      said('ListUsers', { Users: [{ UserName: '' }], IsTruncated: false }),
      'users',
      'a user without a name',
    ],
    [
      'a key without an id',
      said('ListAccessKeys', { AccessKeyMetadata: [{ Status: 'Active' }], IsTruncated: false }),
      'access keys of user/ana, user/ci and user/keyless',
      'an access key without an id',
    ],
    [
      'a report that is none',
      said('GetCredentialReport', { Content: 'aGVsbG8=', GeneratedTime: '2026-11-19T22:00:00Z' }),
      'credential report',
      'the content is not a credential report',
    ],
    ['no report', said('GetCredentialReport', {}), 'credential report', 'the content is not a credential report'],
  ])('%s', async (_, answer, where, what) => {
    const { completion, batch } = await read(answer);
    expect(completion.complete).toBe(false);
    expect(completion.damage[0]).toMatchObject({ where, what });
    expect(batch.censuses?.length).toBeLessThan(5);
  });

  test('no XML at all, everywhere', async () => {
    const { batch, completion, keys } = await read(() => ({ raw: '<html><title>sign in</html>' }));
    expect([batch.credentials, batch.censuses, keys, completion.complete]).toEqual([[], [], null, false]);
  });

  test('names full of control characters', async () => {
    const name = `x\u202e${'y'.repeat(5_000)}`;
    const rows = { AccessKeyMetadata: [{ AccessKeyId: name, Status: 'Odd' }], IsTruncated: false };
    const { batch } = await read(said('ListAccessKeys', rows));
    const odd = batch.credentials.filter(({ id }) => id.startsWith('x'));
    expect(odd.length).toBe(3);
    for (const { id, active } of odd)
      expect([id.length <= 128, id.includes('\u202e'), active]).toEqual([true, false, undefined]);
  });
});

describe('the end of what is judged', () => {
  test('a key that was used since is not known to be unused before', async () => {
    const until = NOW - 90 * 60 * SECOND;
    const { batch, keys } = await read(playAccount(FULL), { until });
    const ana = batch.credentials.find(({ id }) => id === ANA_KEY);
    // What the report said before then still holds.
    expect(ana).toMatchObject({ observedAt: until - 1, lastUsedAt: Date.UTC(2026, 10, 18), isUseKnown: true });
    const { batch: unreported } = await read(playAccount({ ...FULL, report: HEADER }), { until });
    expect(unreported.credentials.find(({ id }) => id === ANA_KEY)).not.toHaveProperty('isUseKnown');
    expect(keys?.[0]?.lastUsedAt).toBe(Date.UTC(2026, 10, 19, 23));
  });

  test('far behind, says nothing of what is gone', async () => {
    const { batch, completion } = await read(playAccount(FULL), { until: Date.UTC(2026, 10, 1), now: NOW });
    expect(batch.censuses).toEqual([]);
    expect(batch.credentials.find(({ kind }) => kind === 'root-key')?.observedAt).toBe(Date.UTC(2026, 10, 1) - 1);
    expect(completion.complete).toBe(true);
    expect(completion.remarks?.[0]).toBe(
      `the keys of account ${ACCOUNT} are listed as they are now: what was deleted after 31 Oct is not among them`,
    );
  });

  test('not so a day ago', async () => {
    const { batch } = await read(playAccount(FULL), { until: NOW, now: NOW + DAY - HOUR });
    expect(batch).toEqual(WHOLE.batch);
  });
});

test('interrupted, it ends at once and says so', async () => {
  const aborter = new AbortController();
  const stuck = unless(playAccount(FULL), ({ action }) => {
    if (action !== 'ListAccessKeys') return undefined;
    setTimeout(() => aborter.abort(), 20);
    return null;
  });
  const { batch, completion, keys } = await read(stuck, { signal: aborter.signal });
  expect(completion).toMatchObject({
    complete: false,
    damage: [{ where: '', what: 'interrupted before the key inventory was read to its end', count: 1 }],
  });
  expect(batch.censuses?.map(({ kind }) => kind)).toEqual(without('access-key'));
  expect(keys).toBeNull();
});
