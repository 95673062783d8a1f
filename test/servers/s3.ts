import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test S3 was asked. */
export interface Asked {
  readonly what: 'list' | 'get' | 'head' | 'bucket' | 'identity';
  /** The key, or the prefix of a listing. */
  readonly key: string;
  readonly range: string;
  readonly ifMatch: string;
  readonly startAfter: string;
}

/** Answers a request in place of the server when it returns true; `nth` counts the requests for that key from 1. */
export type Fault = (asked: Asked, nth: number, response: ServerResponse) => boolean;

export interface S3Server {
  readonly url: string;
  readonly asked: Asked[];
  readonly objects: Map<string, Buffer>;
  fault: Fault;
  /** Keys to a page of a listing. */
  pageSize: number;
  /** Milliseconds before an object is answered. */
  delay: number;
  /** The most objects that were being answered at once. */
  most(): number;
  close(): Promise<void>;
}

export const BUCKET = 'trail-logs';
export const REGION = 'eu-west-1';
export const PRINCIPAL = 'arn:aws:iam::123456789012:user/auditor';

/** An S3 of one bucket on a loopback port: ListObjectsV2, GetObject, HeadObject, HeadBucket, and who is asking. */
export async function startS3(): Promise<S3Server> {
  const counts = new Map<string, number>();
  let running = 0;
  let most = 0;
  const answerWhole = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = readRequest(request);
    self.asked.push(asked);
    const nth = (counts.get(`${asked.what} ${asked.key}`) ?? 0) + 1;
    counts.set(`${asked.what} ${asked.key}`, nth);
    if (asked.what === 'get') {
      most = Math.max(most, ++running);
      response.once('close', () => running--);
      if (self.delay > 0) await new Promise(resolve => setTimeout(resolve, self.delay));
    }
    if (!self.fault(asked, nth, response))
      answer(self, asked, new URL(request.url!, 'http://x').searchParams, response);
  };
  const server = createServer((request, response) => void answerWhole(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const self: S3Server = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    objects: new Map(),
    fault: () => false,
    pageSize: 1000,
    delay: 0,
    most: () => most,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return self;
}

function readRequest({ method, url, headers }: IncomingMessage): Asked {
  const { pathname, searchParams } = new URL(url!, 'http://x');
  const [, bucket = '', ...rest] = pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  const base = {
    range: headers.range ?? '',
    ifMatch: headers['if-match'] ?? '',
    startAfter: searchParams.get('start-after') ?? '',
  };
  if (bucket === '') return { what: 'identity', key: '', ...base };
  if (searchParams.get('list-type') === '2') return { what: 'list', key: searchParams.get('prefix') ?? '', ...base };
  if (key === '') return { what: 'bucket', key: bucket, ...base };
  return { what: method === 'HEAD' ? 'head' : 'get', key, ...base };
}

const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

/** Answers with an error as S3 words it. */
export function refuse(response: ServerResponse, status: number, code: string, message = code): true {
  response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-bucket-region': REGION });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
  return true;
}

function answer(server: S3Server, asked: Asked, query: URLSearchParams, response: ServerResponse): void {
  if (asked.what === 'identity') return identify(response);
  if (asked.what === 'list') return list(server, asked, query, response);
  if (asked.what === 'bucket') {
    if (asked.key !== BUCKET) return void refuse(response, 404, 'NoSuchBucket');
    return void response.writeHead(200, { 'x-amz-bucket-region': REGION }).end();
  }
  const body = server.objects.get(asked.key);
  if (body === undefined) return void refuse(response, 404, 'NoSuchKey');
  send(asked, body, response);
}

function identify(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/xml' });
  response.end(
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${PRINCIPAL}</Arn>` +
      '<UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
  );
}

/** Sends an object or the range of it that was asked for. */
export function send({ what, range, ifMatch }: Asked, body: Buffer, response: ServerResponse): void {
  if (ifMatch !== '' && ifMatch !== etagOf(body)) return void refuse(response, 412, 'PreconditionFailed');
  const [, from = '0', until = ''] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  const part = until === '' ? body : body.subarray(Number(from), Number(until) + 1);
  response.writeHead(until === '' ? 200 : 206, {
    etag: etagOf(body),
    'content-length': part.length,
    ...(until === '' ? {} : { 'content-range': `bytes ${from}-${until}/${body.length}` }),
  });
  response.end(what === 'head' ? undefined : part);
}

const xml = (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/');

function list(
  { objects, pageSize }: S3Server,
  { key, startAfter }: Asked,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const token = query.get('continuation-token');
  const after = token === null ? startAfter : Buffer.from(token, 'base64').toString();
  const isSplit = query.get('delimiter') === '/';
  const most = Math.min(pageSize, Number(query.get('max-keys') ?? pageSize));
  const entries = new Map<string, string>();
  for (const name of [...objects.keys()].sort()) {
    if (!name.startsWith(key)) continue;
    const end = isSplit ? name.indexOf('/', key.length) : -1;
    const entry = end < 0 ? name : name.slice(0, end + 1);
    if (entry > after) entries.set(entry, end < 0 ? objectXml(name, objects.get(name)!) : folderXml(entry));
  }
  const page = [...entries].slice(0, most);
  const isCut = entries.size > page.length;
  const next = isCut
    ? `<NextContinuationToken>${Buffer.from(page.at(-1)![0]).toString('base64')}</NextContinuationToken>`
    : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${BUCKET}</Name>` +
      `<EncodingType>url</EncodingType><IsTruncated>${isCut}</IsTruncated>${next}${page.map(([, text]) => text).join('')}</ListBucketResult>`,
  );
}

const objectXml = (key: string, body: Buffer): string =>
  `<Contents><Key>${xml(key)}</Key><Size>${body.length}</Size><ETag>${etagOf(body).replaceAll('"', '&quot;')}</ETag></Contents>`;

const folderXml = (name: string): string => `<CommonPrefixes><Prefix>${xml(name)}</Prefix></CommonPrefixes>`;
