import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { listen } from './loopback.ts';

/** The key that lets a reader in. */
export const LITELLM_KEY = 'sk-master-kd83jXq0vBn27TzLwRm5yH';

/** A request as the proxy saw it. */
export interface LitellmCall {
  readonly index: number;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string;
}

/** What a proxy answers: JSON, or what goes wrong. */
export type LitellmAnswer =
  | {
      readonly json: unknown;
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly gzip?: true;
    }
  | { readonly text: string; readonly status?: number; readonly headers?: Record<string, string> }
  | { readonly cut: 'before' | 'within' }
  | { readonly hang: true };

/** What a proxy holds, newest first, as its database would give it. */
export interface LitellmHoldings {
  readonly keys?: readonly object[];
  readonly deleted?: readonly object[];
  readonly users?: readonly object[];
  readonly teams?: readonly object[];
  readonly calls?: readonly { readonly startTime: string }[];
  /** Null on a proxy without a licence. */
  readonly changes?: readonly { readonly updated_at: string }[] | null;
}

/** Answers as LiteLLM would that holds these things; null for a path that it has not. */
export function litellmAnswer(holdings: LitellmHoldings, { path, query, authorization }: LitellmCall): LitellmAnswer {
  if (authorization !== `Bearer ${LITELLM_KEY}`)
    return refusal(401, 'Authentication Error, Invalid proxy server token');
  const { keys = [], deleted = [], users = [], teams = [], calls = [], changes = [] } = holdings;
  const from = Date.parse(`${query['start_date']?.replace(' ', 'T').replace(/Z?$/, 'Z')}`);
  const until = Date.parse(`${query['end_date']?.replace(' ', 'T').replace(/Z?$/, 'Z')}`);
  const within = (text: string): boolean => Date.parse(text) >= from && Date.parse(text) <= until;
  if (path === '/key/list') {
    const { total, pages, rows } = pageOf(query['status'] === 'deleted' ? deleted : keys, query, 'size');
    return { json: { keys: rows, total_count: total, current_page: Number(query['page']), total_pages: pages } };
  }
  if (path === '/user/list') return paged('users', users, query);
  if (path === '/v2/team/list') return paged('teams', teams, query);
  if (path === '/spend/logs/v2') {
    if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(query['start_date'] ?? '')) return refusal(400, 'Invalid date format');
    return paged(
      'data',
      calls.filter(({ startTime }) => within(startTime)),
      query,
    );
  }
  if (path !== '/audit' || changes === null) return { json: { detail: 'Not Found' }, status: 404 };
  return paged(
    'audit_logs',
    changes.filter(({ updated_at }) => within(updated_at)),
    query,
  );
}

/** An error as LiteLLM words it. */
export const refusal = (status: number, message: string): LitellmAnswer => ({
  status,
  json: { error: { message, type: 'auth_error', param: 'None', code: String(status) } },
});

function paged(name: string, list: readonly object[], query: LitellmCall['query']): LitellmAnswer {
  const { total, pages, rows } = pageOf(list, query, 'page_size');
  return {
    json: { [name]: rows, total, page: Number(query['page']), page_size: query['page_size'], total_pages: pages },
  };
}

function pageOf(list: readonly object[], query: LitellmCall['query'], name: string) {
  const size = Number(query[name]);
  const page = Number(query['page']);
  if (!(size >= 1 && size <= 100)) throw new Error(`LiteLLM takes no page of ${query[name]}`);
  return { total: list.length, pages: Math.ceil(list.length / size), rows: list.slice((page - 1) * size, page * size) };
}

/** A loopback proxy. */
export interface LitellmServer {
  readonly url: string;
  readonly calls: readonly LitellmCall[];
  close(): Promise<void>;
}

/** Serves what `answer` says to each request, which counts from 0. */
export async function serveLitellm(answer: (call: LitellmCall) => LitellmAnswer): Promise<LitellmServer> {
  const calls: LitellmCall[] = [];
  const server = createServer((request, response) => {
    const call = callOf(request, calls.length);
    calls.push(call);
    say(answer(call), request, response);
  });
  const { url, close } = await listen(server);
  return { url, calls, close };
}

function callOf({ url = '', headers }: IncomingMessage, index: number): LitellmCall {
  const { pathname, searchParams } = new URL(url, 'http://x');
  return { index, path: pathname, query: Object.fromEntries(searchParams), authorization: headers.authorization ?? '' };
}

function say(answer: LitellmAnswer, { socket }: IncomingMessage, response: ServerResponse): void {
  if ('hang' in answer) return;
  if ('cut' in answer) {
    if (answer.cut === 'before') return void socket.destroy();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 10_000 });
    response.write('{"data":[{"request_id":"', () => socket.destroy());
    return;
  }
  const isText = 'text' in answer;
  const body = Buffer.from(isText ? answer.text : JSON.stringify(answer.json));
  const isPacked = !isText && answer.gzip === true;
  response.writeHead(answer.status ?? 200, {
    'content-type': isText ? 'text/html' : 'application/json',
    ...(isPacked && { 'content-encoding': 'gzip' }),
    ...answer.headers,
  });
  response.end(isPacked ? gzipSync(body) : body);
}
