import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isSafePlace } from './base-url.ts';
import { checkProxy } from './proxy.ts';

/** An answer, its body read to the end. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The header of that name, in lower case; empty when there is none. */
  header(name: string): string;
  /** All headers, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A request, which is for JSON. */
export interface Sending {
  readonly url: URL;
  /** What lets it in, and what else the service wants to be told. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Sends a GET and gives back the answer, whatever its status; no redirect is followed. */
export type Send = (sending: Sending) => Promise<Answer>;

/** More than this is no page of a list. */
const LARGEST = 128 * 1024 * 1024;

const POOL = { keepAlive: true, maxSockets: 8 };

/**
 * A sender of its own connections: through the proxy that the environment names, as the SDK does, which `fetch` would not
 * before Node 24. What lets it in goes out over TLS alone, but for the loopback.
 */
export async function openSend(): Promise<Send> {
  const { getProxyForUrl } = await import('proxy-from-env');
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const plain = new HttpAgent(POOL);
  const direct = new HttpsAgent(POOL);
  const tunnels = new Map<string, HttpsAgent>();
  const agentFor = (url: URL): HttpAgent => {
    if (url.protocol === 'http:') return plain;
    const proxy = getProxyForUrl(url.href);
    if (proxy === '') return direct;
    checkProxy(proxy);
    const tunnel = tunnels.get(proxy) ?? new HttpsProxyAgent(proxy, POOL);
    tunnels.set(proxy, tunnel);
    return tunnel;
  };
  return sending => {
    checkPlace(sending.url);
    return exchange(sending, agentFor(sending.url));
  };
}

function checkPlace(url: URL): void {
  if (isSafePlace(url)) return;
  throw new Error(`a key goes out over https only, and not to ${url.protocol}//${url.hostname}`);
}

function exchange({ url, headers: given, timeout, signal }: Sending, agent: HttpAgent): Promise<Answer> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = { ...given, accept: 'application/json', 'accept-encoding': 'gzip' };
  const end = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(url, { agent, headers, signal: end }, response => {
      readAll(response).then(body => resolve(answerOf(response, body)), reject);
    });
    sent.on('error', reject);
    sent.end();
  }).catch((error: unknown) => {
    // Whose end it was is in the reason; the error that comes of it is the same for both.
    throw end.aborted ? end.reason : error;
  });
}

function answerOf({ statusCode = 0, headers: raw }: IncomingMessage, body: string): Answer {
  const headers = Object.fromEntries(
    Object.entries(raw).map(([name, value = '']) => [name, [value].flat().join(', ')]),
  );
  return { status: statusCode, body, headers, header: name => headers[name] ?? '' };
}

async function readAll(response: IncomingMessage): Promise<string> {
  const isPacked = response.headers['content-encoding'] === 'gzip';
  const chunks: Buffer[] = [];
  let length = 0;
  const bytes: Readable = isPacked ? pipeline(response, createGunzip(), () => undefined) : response;
  for await (const chunk of bytes) {
    length += (chunk as Buffer).length;
    if (length > LARGEST) throw new Error(`the answer is larger than ${LARGEST} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
