import { afterEach, describe, expect, test } from 'vitest';
import { openRest } from '../src/collect/azure/rest.ts';
import { explainAzure } from '../src/collect/azure/trouble.ts';
import { MINUTE } from '../src/time.ts';
import {
  accessTo,
  type RestAnswer,
  type RestCall,
  type RestServer,
  serveRest,
  withoutAzure,
} from './servers/azure-rest.ts';
import { type Proxy, startProxy } from './servers/proxy.ts';
import { fakeClock, taskOf } from './task.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

let restore = (): void => undefined;
let server: RestServer | undefined;
let proxy: Proxy | undefined;

afterEach(async () => {
  restore();
  await server?.close();
  await proxy?.close();
  server = undefined;
  proxy = undefined;
});

/** What becomes of one request to a place. */
async function get(base: string, timeout = MINUTE) {
  const clock = fakeClock(NOW);
  const task = taskOf(NOW, { clock });
  const rest = openRest(accessTo(base, task), { base, next: 'nextLink', gap: 0, timeout }, task);
  const outcome = await rest.get('/x').catch((error: unknown) => explainAzure(error, 'Reader'));
  return { outcome, waited: clock.now() - NOW };
}

async function getFrom(serve: (call: RestCall) => RestAnswer, timeout?: number) {
  restore = withoutAzure();
  server = await serveRest(serve);
  return get(server.url, timeout);
}

describe('a token goes out', () => {
  test.each(['http://192.0.2.1', 'http://management.azure.com', 'ftp://127.0.0.1', 'http://localhost.example.com'])(
    'not to %s',
    async base => {
      restore = withoutAzure();
      const what = `a key goes out over https only, and not to ${new URL(base).protocol}//${new URL(base).hostname}`;
      expect(await get(base)).toEqual({ outcome: { kind: 'other', what }, waited: 0 });
    },
  );

  test('through the proxy that the environment names', async () => {
    proxy = await startProxy(407);
    restore = withoutAzure({ HTTPS_PROXY: `http://${proxy.address}` });
    const { outcome } = await get('https://management.example.com');
    expect(outcome).toEqual({
      kind: 'network',
      what: 'the proxy wants a user name and password: put them into HTTPS_PROXY',
    });
    expect(proxy.tunnels).toEqual(['management.example.com:443']);
  });

  test('not through a proxy that is none', async () => {
    restore = withoutAzure({ HTTPS_PROXY: 'socks5://127.0.0.1:1' });
    const { outcome } = await get('https://management.example.com');
    expect(outcome).toEqual({
      kind: 'other',
      what: 'the proxy named for https is not one that can be used; HTTPS_PROXY must be written as in http://proxy.example.com:3128.',
    });
  });
});

describe('an answer', () => {
  test('that does not come is not waited for without end', async () => {
    let tries = 0;
    const { outcome, waited } = await getFrom(() => (tries++ < 2 ? { hang: true } : { json: { good: true } }), 40);
    expect([outcome, waited, tries]).toEqual([{ good: true }, 3_000, 3]);
  });

  test.each<[string, RestAnswer, string]>([
    ['that is a list is not one', { json: [1] }, 'is not Azure'],
    ['that is empty is none', { text: '', status: 204 }, 'is not Azure'],
    [
      'that is packed wrongly is none',
      { text: '<html></html>', headers: { 'content-encoding': 'gzip' } },
      'is not Azure',
    ],
  ])('%s', async (_, answer, what) => {
    const { outcome, waited } = await getFrom(() => answer);
    expect(outcome).toMatchObject({ what: expect.stringContaining(what) as string });
    expect(waited).toBe(0);
  });

  test.each([
    ['a number of seconds', '90', 90_000],
    ['a date', new Date(NOW + 120_000).toUTCString(), 120_000],
    ['a date that is past', new Date(NOW - 120_000).toUTCString(), 1_000],
    ['nonsense', 'later', 1_000],
  ])('that comes later is waited for: %s', async (_, header, wait) => {
    const later: RestAnswer = { text: '', status: 503, headers: { 'retry-after': header } };
    const { outcome, waited } = await getFrom(({ index }) => (index === 0 ? later : { json: {} }));
    expect([outcome, waited]).toEqual([{}, wait]);
  });

  test('that never comes is given up after five minutes', async () => {
    restore = withoutAzure();
    server = await serveRest(() => ({ json: {} }));
    const { url } = server;
    await server.close();
    const { outcome, waited } = await get(url);
    expect(outcome).toEqual({
      kind: 'network',
      what: `the connection to ${new URL(url).host} failed (ECONNREFUSED): check the network, and HTTPS_PROXY behind a proxy`,
    });
    expect(waited).toBeGreaterThan(4 * MINUTE);
    expect(waited).toBeLessThanOrEqual(5 * MINUTE);
  });
});
