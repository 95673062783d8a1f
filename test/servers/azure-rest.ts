import type { TokenCredential } from '@azure/identity';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Task } from '../../src/collect/collector.ts';
import { cloudOf } from '../../src/collect/azure/cloud.ts';
import { accessWith, type AzureAccess } from '../../src/collect/azure/sign-in.ts';
import { listen } from './loopback.ts';

/** A request as the service saw it. */
export interface RestCall {
  readonly index: number;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string;
  readonly host: string;
}

/** What a service answers: JSON, or what goes wrong. */
export type RestAnswer =
  | {
      readonly json: unknown;
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly gzip?: true;
    }
  | { readonly text: string; readonly status?: number; readonly headers?: Record<string, string> }
  | { readonly cut: 'before' | 'within' }
  | { readonly hang: true };

/** A loopback service of Azure. */
export interface RestServer {
  readonly url: string;
  readonly calls: readonly RestCall[];
  close(): Promise<void>;
}

/** Serves what `answer` says to each request, which counts from 0. */
export async function serveRest(answer: (call: RestCall) => RestAnswer): Promise<RestServer> {
  const calls: RestCall[] = [];
  const server = createServer((request, response) => {
    const call = callOf(request, calls.length);
    calls.push(call);
    say(answer(call), request, response);
  });
  const { url, close } = await listen(server);
  return {
    url,
    calls,
    close,
  };
}

function callOf({ url = '', headers }: IncomingMessage, index: number): RestCall {
  const { pathname, searchParams } = new URL(url, 'http://x');
  const query = Object.fromEntries(searchParams);
  return { index, path: pathname, query, authorization: headers.authorization ?? '', host: headers.host ?? '' };
}

function say(answer: RestAnswer, { socket }: IncomingMessage, response: ServerResponse): void {
  if ('hang' in answer) return;
  if ('cut' in answer) {
    if (answer.cut === 'before') return void socket.destroy();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 10_000 });
    response.write('{"value":[{"eventDataId":"', () => socket.destroy());
    return;
  }
  const isText = 'text' in answer;
  const body = Buffer.from(isText ? answer.text : JSON.stringify(answer.json));
  const isPacked = !isText && answer.gzip === true;
  response.writeHead(answer.status ?? 200, {
    'content-type': isText ? 'text/html' : 'application/json; charset=utf-8',
    ...(isPacked && { 'content-encoding': 'gzip' }),
    ...answer.headers,
  });
  response.end(isPacked ? gzipSync(body) : body);
}

export const TENANT = '11111111-2222-3333-4444-555555555555';
export const APP = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';

/** The end of every token, by which it would be known again. */
export const MARKER = 'kd83jXq0vBn27TzLwRm5yHcPs1eUaGfI';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as Entra ID makes them, with these claims. */
export const tokenOf = (claims: Readonly<Record<string, string>>): string =>
  `${encode({ typ: 'JWT', alg: 'RS256' })}.${encode(claims)}.${MARKER}`;

/** The claims of an app that signed in for itself. */
export const APP_CLAIMS = { tid: TENANT, appid: APP, idtyp: 'app', oid: 'ffffffff-0000-0000-0000-000000000001' };

/** What the doctor is told of such an app, where nothing in the environment signs it in. */
export const SIGNED_IN = {
  what: 'credentials',
  state: 'ok',
  detail: `app/${APP}, by the managed identity of this machine, the Azure CLI or another tool that is signed in, tenant ${TENANT}`,
};

/** A credential that gives a token to whoever asks, and what it was asked for. */
export function tokenCredential(token: string, life = 3_600_000, clock = { now: (): number => 0 }) {
  const asked: (string | string[])[] = [];
  const credential: TokenCredential = {
    getToken(scopes) {
      asked.push(scopes);
      return Promise.resolve({ token, expiresOnTimestamp: clock.now() + life });
    },
  };
  return { credential, asked };
}

/** Access to a loopback service in place of all services of Azure. */
export function accessTo(url: string, task: Task, claims: Readonly<Record<string, string>> = APP_CLAIMS): AzureAccess {
  const { credential } = tokenCredential(tokenOf(claims), 3_600_000, task.clock);
  return accessWith(credential, { ...cloudOf(task), arm: url, graph: url, logs: url, audience: url }, task);
}

/** Nothing for Azure or a proxy in the environment, but what a test puts there. */
export function withoutAzure(values: Readonly<Record<string, string>> = {}): () => void {
  const before = { ...process.env };
  for (const name of Object.keys(process.env))
    if (/^(?:AZURE_|IDENTITY_|MSI_|(?:https?|all|no)_proxy$)/i.test(name)) delete process.env[name];
  Object.assign(process.env, values);
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  };
}
