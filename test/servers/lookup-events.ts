import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './loopback.ts';

/** An event as it lies in the history of a Region. */
export interface Stored {
  readonly id: string;
  /** Epoch seconds. */
  readonly second: number;
  readonly source: string;
  readonly name: string;
  readonly key?: string;
  /** The record as text; it need not be one. */
  readonly record: unknown;
}

/** What a request asks for; times in epoch seconds. */
export interface Asked {
  readonly by: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly token: string;
}

/** A request as it came in. */
export interface LookupCall extends Asked {
  /** How many came before it, of any Region. */
  readonly index: number;
  readonly region: string;
  readonly keyId: string;
  /** When it was sent, by the clock of who sent it. */
  readonly sentAt: number;
  /** When it says that it was signed. */
  readonly signedAt: number;
}

/** A page as it is answered. */
export interface LookupPage {
  readonly Events: readonly unknown[];
  readonly NextToken?: string;
}

/** What goes wrong: an error, a cut connection, an answer that is no page, or another page than the right one. */
export type Trick =
  | { readonly error: string; readonly message?: string; readonly status?: number; readonly date?: number }
  | { readonly cut: 'before' | 'within' }
  | { readonly text: string }
  | { readonly page: LookupPage };

/** Says what goes wrong with a call; `page` is what the right answer would be. */
export type Mischief = (call: LookupCall, page: LookupPage) => Trick | undefined;

/** A loopback LookupEvents. */
export interface LookupServer {
  readonly url: string;
  readonly calls: readonly LookupCall[];
  close(): Promise<void>;
}

const PAGE = 50;

/**
 * Serves the events of each Region, the newest first, and what goes wrong; `others` answers other actions, and so many
 * milliseconds pass before an answer.
 */
export async function serveLookup(
  eventsOf: (region: string) => readonly Stored[],
  mischief: Mischief = () => undefined,
  others: Readonly<Record<string, unknown>> = {},
  pauseOf: (call: LookupCall) => number = () => 0,
): Promise<LookupServer> {
  const calls: LookupCall[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then(async body => {
      const action = String(request.headers['x-amz-target']).split('.').at(-1)!;
      if (action !== 'LookupEvents') {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(others[action]));
        return;
      }
      const call = callOf(request, body, calls.length);
      calls.push(call);
      const page = answerLookup(eventsOf(call.region), call);
      const pause = pauseOf(call);
      if (pause > 0) await new Promise(resolve => setTimeout(resolve, pause));
      answer(request, response, ('error' in page ? page : mischief(call, page)) ?? { page: page as LookupPage });
    });
  });
  const { url, close } = await listen(server);
  return {
    url,
    calls,
    close,
  };
}

const ATTRIBUTES: Readonly<Record<string, (event: Stored) => string | undefined>> = {
  EventSource: ({ source }) => source,
  EventName: ({ name }) => name,
  AccessKeyId: ({ key }) => key,
  EventId: ({ id }) => id,
};

/** The right page: at most fifty events of the stretch, the newest first, and a token that is good for this request alone. */
export function answerLookup(events: readonly Stored[], asked: Asked): LookupPage | { readonly error: string } {
  const { by, value, start, end, token } = asked;
  const request = [by, value, start, end].join(' ');
  const [named = request, offset = '0'] = token === '' ? [] : unwrapped(token);
  if (named !== request) return { error: 'InvalidNextTokenException' };
  if (by !== '' && ATTRIBUTES[by] === undefined) return { error: 'InvalidLookupAttributesException' };
  const found = having(events, by, value).filter(({ second }) => second >= start && second <= end);
  const from = Number(offset);
  const Events = found.slice(from, from + PAGE).map(itemOf);
  return from + PAGE < found.length ? { Events, NextToken: tokenTo(asked, from + PAGE) } : { Events };
}

/** The token of a request's page from an offset on. */
export const tokenTo = ({ by, value, start, end }: Asked, offset: number): string =>
  Buffer.from(JSON.stringify([[by, value, start, end].join(' '), String(offset)])).toString('base64');

const sorted = new WeakMap<readonly Stored[], Map<string, Stored[]>>();

/** The events that have an attribute, the newest first; worked out once. */
function having(events: readonly Stored[], by: string, value: string): readonly Stored[] {
  const known = sorted.get(events) ?? new Map<string, Stored[]>();
  sorted.set(events, known);
  const key = `${by}=${value}`;
  const attribute = ATTRIBUTES[by];
  const found =
    known.get(key) ??
    events.filter(event => attribute === undefined || attribute(event) === value).sort((a, b) => b.second - a.second);
  known.set(key, found);
  return found;
}

const unwrapped = (token: string): string[] => {
  try {
    return JSON.parse(Buffer.from(token, 'base64').toString()) as string[];
  } catch {
    return [''];
  }
};

const itemOf = ({ id, second, source, name, key, record }: Stored): object => ({
  EventId: id,
  EventName: name,
  ReadOnly: 'false',
  ...(key !== undefined && { AccessKeyId: key }),
  EventTime: second,
  EventSource: source,
  Username: 'x',
  Resources: [],
  CloudTrailEvent: record,
});

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

interface Input {
  readonly StartTime: number;
  readonly EndTime: number;
  readonly LookupAttributes?: readonly { readonly AttributeKey: string; readonly AttributeValue: string }[];
  readonly NextToken?: string;
}

/** What a request asks for. */
export function askedIn(input: unknown): Asked {
  const { StartTime, EndTime, LookupAttributes, NextToken } = input as Input;
  const [{ AttributeKey: by, AttributeValue: value } = { AttributeKey: '', AttributeValue: '' }] =
    LookupAttributes ?? [];
  return { by, value, start: StartTime, end: EndTime, token: NextToken ?? '' };
}

function callOf({ headers }: IncomingMessage, body: string, index: number): LookupCall {
  const [, keyId = '', region = ''] = /Credential=([^/]+)\/\d{8}\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date'])) ?? [];
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return { index, region, keyId, sentAt: Number(headers['x-sent-at']), signedAt, ...askedIn(JSON.parse(body)) };
}

function answer(request: IncomingMessage, response: ServerResponse, trick: Trick): void {
  if ('cut' in trick) {
    if (trick.cut === 'before') return void request.socket.destroy();
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': 10_000 });
    response.write('{"Events":[{"EventId":"', () => request.socket.destroy());
    return;
  }
  const isError = 'error' in trick;
  response.writeHead(isError ? (trick.status ?? 400) : 200, {
    'content-type': 'application/x-amz-json-1.1',
    ...(isError && trick.date !== undefined && { date: new Date(trick.date).toUTCString() }),
  });
  if ('text' in trick) response.end(trick.text);
  else response.end(JSON.stringify(isError ? { __type: trick.error, message: trick.message ?? '' } : trick.page));
}
