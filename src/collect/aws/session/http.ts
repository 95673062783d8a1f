import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { UserError } from '../../../errors.ts';
import { SECOND } from '../../../time.ts';
import type { Task } from '../../collector.ts';
import { checkProxy } from '../../service/proxy.ts';

type Env = Task['env'];
type Request = Parameters<NodeHttpHandler['handle']>[0];

const POOL = { keepAlive: true, maxSockets: 50 };
const TIMEOUTS = { connectionTimeout: 10 * SECOND, socketTimeout: 60 * SECOND };

/**
 * Sends the requests of any number of AWS clients: through the proxy that the environment names for an https endpoint, and
 * trusting the certificates of AWS_CA_BUNDLE beside Node's own. A client that is destroyed leaves it open for the others.
 */
export async function requestHandler(env: Env): Promise<NodeHttpHandler> {
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  const trust = await readTrust(env);
  const proxyFor = await proxyLookup(env);
  const openTunnel = await tunnelMaker(trust);
  const direct = new NodeHttpHandler({ ...TIMEOUTS, httpsAgent: new Agent({ ...POOL, ...trust }) });
  const send = direct.handle.bind(direct);
  const tunnels = new Map<string, NodeHttpHandler>();
  const tunnelTo = (proxy: string): NodeHttpHandler => {
    const tunnel = tunnels.get(proxy) ?? new NodeHttpHandler({ ...TIMEOUTS, httpsAgent: openTunnel(proxy) });
    tunnels.set(proxy, tunnel);
    return tunnel;
  };
  const handle: NodeHttpHandler['handle'] = (request, options) => {
    const proxy = proxyFor(request);
    return proxy === '' ? send(request, options) : tunnelTo(proxy).handle(request, options);
  };
  return Object.assign(direct, { handle, destroy: () => undefined });
}

interface Trust {
  readonly secureContext?: SecureContext;
}

/** What to trust instead of Node's defaults; nothing when no bundle is named. */
async function readTrust(env: Env): Promise<Trust> {
  const path = env['AWS_CA_BUNDLE'] ?? '';
  if (path === '') return {};
  const bundle = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw badBundle(path, `cannot be read (${error.code ?? error.name})`);
  });
  if (!bundle.includes('CERTIFICATE-----')) throw badBundle(path, 'holds no certificate');
  const extra = env['NODE_EXTRA_CA_CERTS'] ?? '';
  // Node adds these to its defaults, which a list of one's own replaces.
  const others = extra === '' ? '' : await readFile(extra, 'utf8').catch(() => '');
  try {
    new X509Certificate(bundle);
    return { secureContext: createSecureContext({ ca: [...rootCertificates, bundle, others].filter(Boolean) }) };
  } catch {
    throw badBundle(path, 'is damaged');
  }
}

const badBundle = (path: string, what: string): UserError =>
  new UserError(`AWS_CA_BUNDLE: ${path} ${what}`, 'It must name a PEM file with the certificates to trust.');

const PROXY_NAMES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];

/** The proxy for a request; empty for none. */
async function proxyLookup(env: Env): Promise<(request: Request) => string> {
  if (PROXY_NAMES.every(name => (env[name] ?? '') === '')) return () => '';
  const { getProxyForUrl } = await import('proxy-from-env');
  return ({ protocol, hostname, port }) => {
    if (protocol !== 'https:') return '';
    return withScheme(getProxyForUrl(`https://${hostname}${port === undefined ? '' : `:${port}`}/`), env);
  };
}

/** A proxy written without a scheme speaks plain HTTP, as everywhere else; the library takes it for that of the endpoint. */
const withScheme = (proxy: string, env: Env): string =>
  PROXY_NAMES.some(name => env[name] === proxy) ? proxy : proxy.replace(/^https:/, 'http:');

async function tunnelMaker(trust: Trust) {
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return (proxy: string) => {
    checkProxy(proxy);
    const agent = new HttpsProxyAgent(proxy, { ...POOL, ...trust });
    // What it is made with is for the way to the proxy; this is for the endpoint behind it. Unless told that it is secure,
    // the agent guesses so anew at every step, and does not find again the connections that it has kept.
    return Object.assign(agent, { options: { secureEndpoint: true, ...trust } });
  };
}
