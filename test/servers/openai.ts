import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './loopback.ts';

/** A request as the service saw it; repeated names of the query are joined by commas. */
export interface OpenaiCall {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string;
  /** How often this path was asked for before. */
  readonly times: number;
}

/** What the service answers: JSON, or what goes wrong. */
export type OpenaiAnswer =
  | { readonly json: unknown; readonly status?: number; readonly headers?: Record<string, string> }
  | { readonly text: string; readonly status?: number; readonly type?: string }
  | { readonly cut: true };

/** A loopback service that speaks the Admin API of OpenAI. */
export interface OpenaiServer {
  readonly url: string;
  readonly calls: readonly OpenaiCall[];
  close(): Promise<void>;
}

/** Serves what `answer` says to each request; where it says nothing, an empty list. */
export async function serveOpenai(
  answer: (call: OpenaiCall) => OpenaiAnswer | undefined = () => undefined,
): Promise<OpenaiServer> {
  const calls: OpenaiCall[] = [];
  const server = createServer((request, response) => {
    const call = callOf(request, calls);
    calls.push(call);
    say(answer(call) ?? list([]), response);
  });
  const { url, close } = await listen(server);
  return { url: `${url}/v1`, calls, close };
}

function callOf({ url = '', headers }: IncomingMessage, calls: readonly OpenaiCall[]): OpenaiCall {
  const { pathname, searchParams } = new URL(url, 'http://x');
  const path = pathname.replace('/v1/organization/', '');
  const query = Object.fromEntries([...searchParams.keys()].map(name => [name, searchParams.getAll(name).join(',')]));
  const times = calls.filter(call => call.path === path).length;
  return { path, query, authorization: headers.authorization ?? '', times };
}

function say(answer: OpenaiAnswer, response: ServerResponse): void {
  if ('cut' in answer) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 10_000 });
    response.write('{"object":"list","data":[{"id":"', () => response.socket?.destroy());
    return;
  }
  const isText = 'text' in answer;
  const type = isText ? (answer.type ?? 'text/html') : 'application/json';
  response.writeHead(answer.status ?? 200, { 'content-type': type, ...(isText ? {} : answer.headers) });
  response.end(isText ? answer.text : JSON.stringify(answer.json));
}

/** One page of a list. */
export const list = (data: readonly unknown[], more: object = {}): OpenaiAnswer => ({
  json: { object: 'list', data, has_more: false, ...more },
});

/** An error as OpenAI writes it. */
export const refusal = (status: number, message: string, code: string | null = null, headers = {}): OpenaiAnswer => ({
  status,
  headers,
  json: { error: { message, type: 'invalid_request_error', param: null, code } },
});
