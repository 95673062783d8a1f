import { afterEach, describe, expect, test } from 'vitest';
import { checkSignIn } from '../src/collect/azure/check.ts';
import { cloudOf } from '../src/collect/azure/cloud.ts';
import { accessWith, identify, signInToAzure, tokenFor } from '../src/collect/azure/sign-in.ts';
import { explainAzure } from '../src/collect/azure/trouble.ts';
import type { Trouble } from '../src/collect/service/trouble.ts';
import { UserError } from '../src/errors.ts';
import { HOUR, MINUTE } from '../src/time.ts';
import { APP, APP_CLAIMS, MARKER, TENANT, tokenCredential, tokenOf, withoutAzure } from './servers/azure-rest.ts';
import { fakeClock, taskOf } from './task.ts';

const NOW = Date.UTC(2026, 10, 20);
const SECRET = 'Qw7~SECRETMARKERabcdefghijklmnopqrstuv';
const FULL_APP = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: APP };
const NONE =
  'no Azure credentials found: run `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE for a workload identity';
const AGAIN = 'sign in again with `az login`, or get new credentials where these came from';

describe('which cloud', () => {
  test.each([
    ['public', {}, {}, 'https://management.azure.com', 'https://login.microsoftonline.com'],
    ['by its setting', { cloud: 'china' }, {}, 'https://management.chinacloudapi.cn', 'https://login.chinacloudapi.cn'],
    [
      'by where one signs in',
      {},
      { AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us/' },
      'https://management.usgovcloudapi.net',
      'https://login.microsoftonline.us',
    ],
    [
      'without a scheme',
      {},
      { AZURE_AUTHORITY_HOST: 'login.partner.microsoftonline.cn' },
      'https://management.chinacloudapi.cn',
      'login.partner.microsoftonline.cn',
    ],
    [
      'the setting before the place, which still counts',
      { cloud: 'us-government' },
      { AZURE_AUTHORITY_HOST: 'https://login.example.com' },
      'https://management.usgovcloudapi.net',
      'https://login.example.com',
    ],
  ] as const)('%s', (_, azure, env, arm, authority) => {
    expect(cloudOf({ azure, env })).toMatchObject({ arm, authority });
  });

  test('every cloud has its places, all over https and none shared', () => {
    const clouds = (['public', 'us-government', 'china'] as const).map(cloud => cloudOf({ azure: { cloud }, env: {} }));
    const places = clouds.flatMap(({ logs, arm, graph, authority }) => [logs, arm, graph, authority]);
    for (const place of places) expect(place).toMatch(/^https:\/\/[a-z.]+$/);
    expect(new Set(places).size).toBe(places.length);
  });
});

describe('the real chain of credentials, without a network', () => {
  let restore = (): void => undefined;
  afterEach(() => restore());

  test.each<[string, Record<string, string>, string, string]>([
    [
      'the Azure CLI is not there',
      { AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential', PATH: '/nonexistent' },
      NONE,
      'AZURE_TOKEN_CREDENTIALS lets nothing be tried but AzureCliCredential.',
    ],
    [
      'nothing in the environment',
      { AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential' },
      NONE,
      'AZURE_TOKEN_CREDENTIALS lets nothing be tried but EnvironmentCredential.',
    ],
    [
      'half an app',
      { AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential', AZURE_CLIENT_SECRET: SECRET, AZURE_CLIENT_ID: APP },
      NONE,
      'AZURE_CLIENT_SECRET is set, but not AZURE_TENANT_ID. AZURE_TOKEN_CREDENTIALS lets nothing be tried but EnvironmentCredential.',
    ],
    [
      'a tenant that is none',
      {
        AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
        AZURE_CLIENT_SECRET: SECRET,
        ...FULL_APP,
        AZURE_TENANT_ID: 'a b',
      },
      NONE,
      'AZURE_TOKEN_CREDENTIALS lets nothing be tried but EnvironmentCredential.',
    ],
    [
      'a workload identity without its token',
      {
        AZURE_TOKEN_CREDENTIALS: 'WorkloadIdentityCredential',
        AZURE_FEDERATED_TOKEN_FILE: '/nonexistent/token',
        ...FULL_APP,
      },
      'the file that AZURE_FEDERATED_TOKEN_FILE or AZURE_CLIENT_CERTIFICATE_PATH names cannot be read',
      'AZURE_TOKEN_CREDENTIALS lets nothing be tried but WorkloadIdentityCredential.',
    ],
    [
      'a place to sign in that does not answer',
      {
        AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
        AZURE_AUTHORITY_HOST: 'https://127.0.0.1:9',
        AZURE_CLIENT_SECRET: SECRET,
        ...FULL_APP,
      },
      'the place to sign in cannot be reached: check the network, AZURE_AUTHORITY_HOST if it is set, and HTTPS_PROXY behind a proxy',
      'AZURE_TOKEN_CREDENTIALS lets nothing be tried but EnvironmentCredential.',
    ],
    [
      'a chain that is none',
      { AZURE_TOKEN_CREDENTIALS: 'everything' },
      "AZURE_TOKEN_CREDENTIALS must be 'prod', 'dev' or the name of one credential, such as AzureCliCredential",
      'AZURE_TOKEN_CREDENTIALS lets nothing be tried but everything.',
    ],
  ])('%s', async (_, env, what, hint) => {
    restore = withoutAzure(env);
    const task = taskOf(NOW, { env });
    const signIn = async () => identify(await signInToAzure(task), 'https://management.azure.com', task);
    const error = await signIn().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message: `cannot sign in to Azure: ${what}`, hint });
    expect(JSON.stringify(error)).not.toContain(SECRET);
  });
});

describe('what keyward itself signs in with', () => {
  const secret =
    'keyward itself signs in to Azure with a client secret (AZURE_CLIENT_SECRET), the kind of key that it looks for: use a workload identity or `az login`';
  const password =
    'keyward itself signs in to Azure with a password (AZURE_PASSWORD) and no MFA: use a workload identity or `az login`';
  const other = 'by the managed identity of this machine, the Azure CLI or another tool that is signed in';

  test.each<[string, Record<string, string>, string, readonly string[]]>([
    ['nothing', {}, other, []],
    ['a secret', { ...FULL_APP, AZURE_CLIENT_SECRET: SECRET }, 'by AZURE_CLIENT_SECRET', [secret]],
    ['a secret without its app', { AZURE_CLIENT_SECRET: SECRET }, other, []],
    [
      'a secret that the chain passes over',
      { ...FULL_APP, AZURE_CLIENT_SECRET: SECRET, AZURE_TOKEN_CREDENTIALS: 'dev' },
      other,
      [],
    ],
    [
      'a secret among what is for machines',
      { ...FULL_APP, AZURE_CLIENT_SECRET: SECRET, AZURE_TOKEN_CREDENTIALS: 'Prod' },
      'by AZURE_CLIENT_SECRET',
      [secret],
    ],
    [
      'a secret before a token file',
      { ...FULL_APP, AZURE_CLIENT_SECRET: SECRET, AZURE_FEDERATED_TOKEN_FILE: '/t' },
      'by AZURE_CLIENT_SECRET',
      [secret],
    ],
    ['a token file', { ...FULL_APP, AZURE_FEDERATED_TOKEN_FILE: '/t' }, 'by AZURE_FEDERATED_TOKEN_FILE', []],
    ['a certificate', { ...FULL_APP, AZURE_CLIENT_CERTIFICATE_PATH: '/c' }, 'by AZURE_CLIENT_CERTIFICATE_PATH', []],
    ['a password', { ...FULL_APP, AZURE_USERNAME: 'a', AZURE_PASSWORD: SECRET }, 'by AZURE_PASSWORD', [password]],
    ['the Azure CLI', { AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential' }, 'by the Azure CLI', []],
    [
      'a managed identity',
      { AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential' },
      'by the managed identity of this machine',
      [],
    ],
  ])('%s', (_, env, means, warnings) => {
    const task = taskOf(NOW, { env });
    const access = accessWith(tokenCredential('x').credential, cloudOf(task), task);
    expect([access.describe(), access.warnings]).toEqual([means, warnings]);
  });

  test('is said even when it does not get in', async () => {
    const task = taskOf(NOW, { env: { ...FULL_APP, AZURE_CLIENT_SECRET: SECRET } });
    const refused = { getToken: () => Promise.reject(new UserError('no way in')) };
    const signIn = () => Promise.resolve(accessWith(refused, cloudOf(task), task));
    const checks = [];
    for await (const check of checkSignIn(task, signIn, ({ cloud }) => cloud.arm)) checks.push(check);
    expect(checks).toEqual([
      { what: 'credentials', state: 'failed', detail: 'no way in' },
      { what: 'credentials', state: 'unknown', detail: secret },
    ]);
  });

  test.each([
    ['an app', APP_CLAIMS, { tenant: TENANT, principal: `app/${APP}` }, `app/${APP}, by`],
    [
      'a person',
      { tid: TENANT, appid: APP, upn: 'Ana@Example.com', oid: APP, scp: 'x' },
      { tenant: TENANT, principal: 'user/ana@example.com' },
      'user/ana@example.com, by',
    ],
    ['nobody', {}, { tenant: '', principal: '' }, 'by'],
  ] as const)('as %s', async (_, claims, signed, described) => {
    const task = taskOf(NOW);
    const access = accessWith(tokenCredential(tokenOf(claims)).credential, cloudOf(task), task);
    expect(await identify(access, 'https://graph.microsoft.com', task)).toEqual(signed);
    expect(access.describe()).toBe(described.replace(/by$/, other));
    expect(access.describe()).not.toContain(MARKER);
  });

  test('a token that is no token says nothing and is still used', async () => {
    const task = taskOf(NOW);
    const access = accessWith(tokenCredential('opaque').credential, cloudOf(task), task);
    expect(await identify(access, 'https://graph.microsoft.com', task)).toEqual({ tenant: '', principal: '' });
    expect(await tokenFor(access.credential, 'https://graph.microsoft.com', task.signal)).toBe('opaque');
  });
});

describe('tokens', () => {
  test('are kept for each service until shortly before their end, and asked for once by all at once', async () => {
    const clock = fakeClock(NOW);
    const task = taskOf(NOW, { clock });
    const { credential, asked } = tokenCredential('x', HOUR, clock);
    const access = accessWith(credential, cloudOf(task), task);
    const get = (service: string) => tokenFor(access.credential, service, task.signal);
    await Promise.all([get('https://a'), get('https://a'), get('https://b')]);
    expect(asked).toEqual(['https://a/.default', 'https://b/.default']);
    await clock.sleep(54 * MINUTE);
    await get('https://a');
    expect(asked).toHaveLength(2);
    await clock.sleep(2 * MINUTE);
    await get('https://a');
    expect(asked).toHaveLength(3);
    await access.credential.getToken('https://a/.default', { claims: '{}' });
    expect(asked).toHaveLength(4);
  });

  test('that could not be had are asked for anew', async () => {
    const task = taskOf(NOW);
    let fails = 1;
    const credential = {
      getToken: () =>
        fails-- > 0 ? Promise.reject(new Error('no')) : Promise.resolve({ token: 'x', expiresOnTimestamp: NOW }),
    };
    const access = accessWith(credential, cloudOf(task), task);
    await expect(tokenFor(access.credential, 'https://a', task.signal)).rejects.toThrow('no');
    expect(await tokenFor(access.credential, 'https://a', task.signal)).toBe('x');
  });
});

describe('what went wrong, in one sentence', () => {
  const named = (name: string, message: string, more: object = {}) =>
    Object.assign(new Error(message), { name, ...more });
  const entra = (code: number, text = 'Something happened.') =>
    named(
      'AuthenticationError',
      `EnvironmentCredential authentication failed. Status code: 400\nMore details:\ninvalid_client`,
      {
        statusCode: 400,
        errorResponse: {
          error: 'invalid_client',
          errorDescription: `AADSTS${code}: ${text} Trace ID: 1 Correlation ID: 2 Timestamp: 3`,
        },
      },
    );
  const rest = (statusCode: number, code: string, message = '', details: object = {}) =>
    named('RestError', message, {
      statusCode,
      code,
      details,
      request: { headers: { authorization: `Bearer ${MARKER}` } },
    });
  const role = 'Log Analytics Reader on the workspace';

  test.each<[string, unknown, Trouble['kind'], string]>([
    [
      'a secret that ended',
      entra(7000222),
      'expired',
      'the client secret has expired: make a new one or, better, use a workload identity (AADSTS7000222)',
    ],
    [
      'a wrong secret',
      entra(7000215),
      'credentials',
      'the client secret is wrong: AZURE_CLIENT_SECRET must hold its value, not its id (AADSTS7000215)',
    ],
    [
      'an unknown app',
      entra(700016),
      'credentials',
      'the tenant does not know the app, or has switched it off: check AZURE_CLIENT_ID and AZURE_TENANT_ID (AADSTS700016)',
    ],
    [
      'an unknown tenant',
      entra(90002),
      'credentials',
      'there is no such tenant: check AZURE_TENANT_ID, and the cloud if it is not the public one (AADSTS90002)',
    ],
    ['an old session', entra(700082), 'expired', `credentials expired: ${AGAIN} (AADSTS700082)`],
    [
      'Conditional Access',
      entra(53003),
      'denied',
      'a Conditional Access policy of the tenant does not let these credentials in from here (AADSTS53003)',
    ],
    [
      'a refusal without a name',
      entra(99999, 'This is new.'),
      'credentials',
      'Entra ID does not let the credentials in (AADSTS99999): This is new.',
    ],
    [
      'an old session of the Azure CLI',
      named('AggregateAuthenticationError', 'ChainedTokenCredential authentication failed.', {
        errors: [
          named('CredentialUnavailableError', 'EnvironmentCredential is unavailable.'),
          named(
            'CredentialUnavailableError',
            'ERROR: AADSTS70043: The refresh token has expired.\nTo re-authenticate, please run: az login --scope https://management.core.windows.net//.default',
          ),
        ],
      }),
      'expired',
      `credentials expired: ${AGAIN} (AADSTS70043)`,
    ],
    [
      'a wish of the Azure CLI',
      named(
        'CredentialUnavailableError',
        'Run the command below to authenticate interactively: az login --tenant example.com --scope https://x/.default',
      ),
      'credentials',
      'credentials expired: run `az login --tenant example.com --scope https://x/.default`',
    ],
    [
      'a role that is missing',
      rest(
        403,
        'AuthorizationFailed',
        "The client 'ci@example.com' with object id 'x' does not have authorization to perform action 'microsoft.insights/eventtypes/values/read' over scope '/subscriptions/x'.",
      ),
      'denied',
      `ci@example.com lacks microsoft.insights/eventtypes/values/read: give it ${role}; what was given just now may take some minutes to count`,
    ],
    [
      'a workspace that is closed to an app',
      rest(403, 'InsufficientAccessError', 'No.', { error: { innerError: { code: 'UnauthorizedClient' } } }),
      'denied',
      `this principal may not read this: give it ${role}, or the app permission Data.Read; what was given just now may take some minutes to count`,
    ],
    [
      'another tenant',
      rest(401, 'InvalidAuthenticationTokenTenant', 'The access token is from the wrong issuer'),
      'credentials',
      'what is asked for belongs to another tenant: sign in to that one with `az login --tenant`, or by AZURE_TENANT_ID',
    ],
    [
      'another cloud',
      rest(403, 'InvalidAuthenticationTokenAudience'),
      'credentials',
      'the credentials are not for this service: if another cloud is meant, name it in the configuration (azure.cloud) or by AZURE_AUTHORITY_HOST',
    ],
    ['an old token', rest(401, 'ExpiredAuthenticationToken'), 'expired', `credentials expired: ${AGAIN}`],
    [
      'a token refused',
      rest(401, 'AuthenticationFailed'),
      'credentials',
      `Azure does not take the token (HTTP 401): ${AGAIN}`,
    ],
    [
      'no such subscription',
      rest(404, 'SubscriptionNotFound'),
      'missing',
      'there is no such subscription in this tenant: `az account list` shows those there are',
    ],
    [
      'no such workspace',
      rest(400, 'BadArgumentError', '', { error: { innererror: { code: 'FailedToResolveResource' } } }),
      'missing',
      'there is no such workspace: its id is the one that `az monitor log-analytics workspace list` calls customerId',
    ],
    [
      'too many requests',
      rest(429, ''),
      'throttled',
      'Azure refuses requests as too many: other tools share the allowance, so run this again when they are done',
    ],
    ['a failing service', rest(503, ''), 'network', 'Azure failed with HTTP 503: try again later'],
    [
      'a proxy that refuses',
      rest(403, ''),
      'network',
      'something before Azure refuses the request: a proxy may have to let its hosts through',
    ],
    [
      'a proxy without a password',
      rest(407, ''),
      'network',
      'the proxy wants a user name and password: put them into HTTPS_PROXY',
    ],
    [
      'a name that is not known',
      named('RestError', 'getaddrinfo ENOTFOUND x', { code: 'ENOTFOUND' }),
      'network',
      'the name of the service cannot be resolved: check the network, and HTTPS_PROXY behind a proxy',
    ],
    [
      'a strange certificate',
      named('Error', 'x', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      'network',
      'the certificate of the service is not trusted (SELF_SIGNED_CERT_IN_CHAIN): if a proxy inspects traffic, name its CA file in NODE_EXTRA_CA_CERTS',
    ],
    [
      'a cut connection',
      named('Error', 'x', { code: 'ECONNRESET' }),
      'network',
      'the connection to the service failed (ECONNRESET): check the network, and HTTPS_PROXY behind a proxy',
    ],
    ['an interruption', named('AbortError', 'This operation was aborted'), 'other', 'it was interrupted'],
    [
      'a bad query',
      rest(400, 'BadArgumentError', 'The request had some invalid properties'),
      'other',
      'BadArgumentError: The request had some invalid properties',
    ],
    ['a sentence of ours', new UserError('what', 'hint'), 'other', 'what; hint'],
    ['a thrown text', 'oops', 'other', 'oops'],
    ['nothing', undefined, 'other', 'it failed without a word'],
    ['a token in the message', rest(400, 'X', `Authorization: Bearer ${tokenOf(APP_CLAIMS)}`), 'other', 'HTTP 400'],
  ])('%s', (_, error, kind, what) => {
    expect(explainAzure(error, role)).toEqual({ kind, what });
  });

  test('an error that leads to itself, or to no end of others, is read like any', () => {
    const round: Record<string, unknown> = { message: 'round' };
    round['cause'] = round;
    round['errors'] = Array.from({ length: 10_000 }, () => round);
    expect(explainAzure(round, role)).toEqual({ kind: 'other', what: 'round' });
  });
});
