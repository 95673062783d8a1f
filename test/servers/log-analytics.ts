import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { selfSigned } from './certificate.ts';
import { listen } from './loopback.ts';

/** One query as it reached the server. */
export interface LogsCall {
  readonly index: number;
  readonly workspace: string;
  readonly query: string;
  readonly timespan: string;
  readonly prefer: string;
  readonly token: string;
  /** How many queries are under way, this one among them. */
  readonly underWay: number;
}

/** A table as the query protocol writes it. */
export interface LogsTable {
  readonly name?: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly unknown[];
}

/** What a query is answered with: a table, or whatever the test wants the client to meet. */
export type LogsAnswer =
  | LogsTable
  | {
      readonly status?: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      /** Closes the connection before the answer, or within it, or leaves it open there. */
      readonly cut?: 'before' | 'within' | 'stalled';
      /** Never answers. */
      readonly isMute?: true;
    };

/** A loopback Log Analytics that speaks the query protocol over HTTPS. */
export interface LogsServer {
  readonly url: string;
  readonly cert: string;
  readonly calls: readonly LogsCall[];
  close(): Promise<void>;
}

/** Starts one; every query is given to `answer`. */
export async function serveLogs(answer: (call: LogsCall) => LogsAnswer): Promise<LogsServer> {
  const calls: LogsCall[] = [];
  const { key, cert } = selfSigned('localhost');
  let underWay = 0;
  const server = createServer({ key, cert }, (request, response) => {
    underWay++;
    response.on('close', () => underWay--);
    void textOf(request).then(text => {
      const call = callOf(request, text, calls.length, underWay);
      if (call === null)
        return response.writeHead(404).end('{"error":{"code":"PathNotFoundError","message":"no such path"}}');
      calls.push(call);
      return reply(request, response, answer(call));
    });
  });
  const { port, close } = await listen(server);
  return {
    url: `https://localhost:${port}`,
    cert,
    calls,
    close,
  };
}

function callOf({ method, url = '', headers }: IncomingMessage, text: string, index: number, underWay: number) {
  const [, workspace] = /^\/v1\/workspaces\/([^/]+)\/query$/.exec(url) ?? [];
  if (method !== 'POST' || workspace === undefined) return null;
  const { query, timespan } = JSON.parse(text) as { readonly query: string; readonly timespan: string };
  const token = headers.authorization ?? '';
  return { index, workspace, query, timespan, prefer: String(headers['prefer'] ?? ''), token, underWay };
}

function reply(request: IncomingMessage, response: ServerResponse, answer: LogsAnswer): void {
  const {
    status = 200,
    body,
    headers = {},
    cut,
    isMute,
  } = 'columns' in answer ? { ...plain, body: bodyOf(answer) } : { ...plain, ...answer };
  if (isMute) return;
  if (cut === 'before') return void request.socket.destroy();
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  const isPacked = status === 200 && /gzip/.test(String(request.headers['accept-encoding']));
  const bytes = isPacked ? gzipSync(text, { level: 1 }) : Buffer.from(text);
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/html' : 'application/json; charset=utf-8',
    ...(isPacked && { 'content-encoding': 'gzip' }),
    ...(status !== 204 && { 'content-length': String(bytes.length) }),
    ...headers,
  });
  if (cut === undefined) return void response.end(status === 204 ? undefined : bytes);
  response.write(bytes.subarray(0, bytes.length / 2), () => {
    if (cut === 'within') request.socket.destroy();
  });
}

const plain: {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cut?: 'before' | 'within' | 'stalled';
  readonly isMute?: true;
} = {};

/** The body of an answer that holds one table, and the error that cuts it short. */
export function bodyOf({ name = 'PrimaryResult', columns, rows }: LogsTable, error?: unknown): unknown {
  return { tables: [{ name, columns, rows }], ...(error !== undefined && { error }) };
}

/** An error as the service words one. */
export const errorBody = (code: string, message: string, inner?: unknown): unknown => ({
  error: {
    code,
    message,
    correlationId: '00000000-0000-0000-0000-00000000c0de',
    ...(inner !== undefined && { innererror: inner }),
  },
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
