import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { requestHandler } from '../src/collect/aws/session/http.ts';
import { explain } from '../src/collect/aws/trouble.ts';
import { STATIC_KEY, isolateAws } from './servers/aws-env.ts';
import { selfSigned } from './servers/certificate.ts';
import { type Proxy, startProxy } from './servers/proxy.ts';
import { identity, serveSignIn, type SignInServer } from './servers/sts.ts';

const ACCOUNT = '123456789012';
const certificate = selfSigned();
const home = isolateAws();
const proxies: Proxy[] = [];
let server: SignInServer;
let plain: SignInServer;

beforeAll(async () => {
  const answer = () => identity(`arn:aws:iam::${ACCOUNT}:user/audit`);
  server = await serveSignIn(answer, certificate);
  plain = await serveSignIn(answer);
});
afterAll(async () => {
  await Promise.all([server.close(), plain.close()]);
});
afterEach(async () => {
  await Promise.all(proxies.splice(0).map(proxy => proxy.close()));
});

async function proxied(status?: number): Promise<Proxy> {
  const proxy = await startProxy(status);
  proxies.push(proxy);
  return proxy;
}

/** A client with our way of sending, for the server as it trusts it or not. */
async function clientFor(env: Record<string, string> = {}, url = server.url): Promise<STSClient> {
  home.set({ ...STATIC_KEY, ...env });
  return new STSClient({
    endpoint: url,
    region: 'us-east-1',
    maxAttempts: 1,
    requestHandler: await requestHandler(process.env),
  });
}

const ask = (client: STSClient) => client.send(new GetCallerIdentityCommand({}));

async function accountOf(client: STSClient): Promise<string | undefined> {
  return (await ask(client)).Account;
}

const trusted = (): Record<string, string> => ({ AWS_CA_BUNDLE: home.write('ca.pem', certificate.cert) });

const hostPort = (url: string): string => new URL(url).host;

describe('certificates', () => {
  test('of AWS_CA_BUNDLE are trusted', async () => {
    expect(await accountOf(await clientFor(trusted()))).toBe(ACCOUNT);
  });

  test('of NODE_EXTRA_CA_CERTS are so beside it', async () => {
    const env = {
      AWS_CA_BUNDLE: home.write('other.pem', selfSigned('proxy.example.com').cert),
      NODE_EXTRA_CA_CERTS: home.write('ca.pem', certificate.cert),
    };
    expect(await accountOf(await clientFor(env))).toBe(ACCOUNT);
  });

  test('of others are not', async () => {
    const error: unknown = await ask(await clientFor()).catch((thrown: unknown) => thrown);
    expect(explain(error, 'sts:GetCallerIdentity')).toEqual({
      kind: 'network',
      what: 'the certificate of the service is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT): if a proxy inspects traffic, name its CA file in AWS_CA_BUNDLE',
    });
  });

  test.each([
    ['is missing', null, /AWS_CA_BUNDLE: .*ca\.pem cannot be read \(ENOENT\)$/],
    ['holds none', 'hello', /AWS_CA_BUNDLE: .*ca\.pem holds no certificate$/],
    [
      'is damaged',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      /AWS_CA_BUNDLE: .*ca\.pem is damaged$/,
    ],
  ])('a bundle that %s is an error that names it', async (_, content, message) => {
    const path = home.write('ca.pem', content ?? '');
    const env = { AWS_CA_BUNDLE: content === null ? path.replace('ca.pem', 'no-ca.pem') : path };
    await expect(requestHandler(env)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message) as string,
      hint: 'It must name a PEM file with the certificates to trust.',
    });
  });
});

describe('proxies', () => {
  test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'])('%s is gone through', async name => {
    const proxy = await proxied();
    const client = await clientFor({ ...trusted(), [name]: `http://jo:s%40fe@${proxy.address}` });
    expect([await accountOf(client), await accountOf(client)]).toEqual([ACCOUNT, ACCOUNT]);
    expect(proxy.tunnels).toEqual([hostPort(server.url)]);
    expect(proxy.logins).toEqual([`Basic ${Buffer.from('jo:s@fe').toString('base64')}`]);
  });

  test('one without a scheme speaks plain HTTP', async () => {
    const proxy = await proxied();
    expect(await accountOf(await clientFor({ ...trusted(), HTTPS_PROXY: proxy.address }))).toBe(ACCOUNT);
    expect(proxy.tunnels).toHaveLength(1);
  });

  test.each([
    ['localhost', 0],
    ['.example.com,localhost', 0],
    ['*', 0],
    ['example.com', 1],
  ])('NO_PROXY=%s leaves %i tunnels', async (NO_PROXY, count) => {
    const proxy = await proxied();
    const client = await clientFor({ ...trusted(), HTTPS_PROXY: `http://${proxy.address}`, NO_PROXY });
    expect([await accountOf(client), proxy.tunnels.length]).toEqual([ACCOUNT, count]);
  });

  test('an http endpoint is asked directly', async () => {
    const proxy = await proxied();
    const env = { HTTPS_PROXY: `http://${proxy.address}`, HTTP_PROXY: `http://${proxy.address}` };
    expect([await accountOf(await clientFor(env, plain.url)), proxy.tunnels]).toEqual([ACCOUNT, []]);
  });

  test('more requests than sockets all get through', async () => {
    const proxy = await proxied();
    const client = await clientFor({ ...trusted(), HTTPS_PROXY: `http://${proxy.address}` });
    const accounts = await Promise.all(Array.from({ length: 120 }, () => accountOf(client)));
    expect(new Set(accounts)).toEqual(new Set([ACCOUNT]));
    expect(proxy.tunnels.length).toBeLessThanOrEqual(50);
  });

  test('the certificate behind a proxy is looked at too', async () => {
    const proxy = await proxied();
    const client = await clientFor({ HTTPS_PROXY: `http://${proxy.address}` });
    await expect(ask(client)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  test.each<[string, () => Promise<string>, RegExp]>([
    [
      'wants a login',
      async () => `http://${(await proxied(407)).address}`,
      /^the proxy wants a user name and password/,
    ],
    [
      'does not let AWS through',
      async () => `http://${(await proxied(403)).address}`,
      /^something before AWS refuses the request: a proxy may have to let its hosts through$/,
    ],
    ['is away', async () => 'http://127.0.0.1:1', /^the connection to 127\.0\.0\.1:1 failed \(ECONNREFUSED\)/],
    [
      'is not one',
      async () => 'socks5://jo:secret@127.0.0.1:1',
      /^the proxy named for https is not one that can be used; HTTPS_PROXY must be written as in http:/,
    ],
  ])('one that %s is explained', async (_, proxy, what) => {
    const client = await clientFor({ ...trusted(), HTTPS_PROXY: await proxy() });
    const error: unknown = await ask(client).catch((thrown: unknown) => thrown);
    expect(explain(error, 'sts:GetCallerIdentity').what).toMatch(what);
    expect(explain(error, 'sts:GetCallerIdentity').what).not.toContain('secret');
  });
});

test('a client that is destroyed leaves the others their connections', async () => {
  home.set(STATIC_KEY);
  const handler = await requestHandler(process.env);
  const make = () => new STSClient({ endpoint: plain.url, region: 'us-east-1', requestHandler: handler });
  const [one, other] = [make(), make()];
  const pending = Promise.all([accountOf(other), accountOf(other)]);
  one.destroy();
  expect(await pending).toEqual([ACCOUNT, ACCOUNT]);
});
