// Lists a folder as a bucket and streams its files, and does nothing else: what reading from S3 costs is the reader's.
//   node test/bench/s3-server.mjs FOLDER   prints the port it listens on
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node test/bench/s3-server.mjs FOLDER');

const PAGE = 1000;
const CHUNK = 256 * 1024;

const sizes = new Map(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => [path.slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, ''), statSync(path).size]),
);
const keys = [...sizes.keys()].sort();

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://x');
  const key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
  if (request.method === 'POST') return identify(response);
  if (searchParams.has('list-type')) return list(searchParams, response);
  if (key === '') return response.writeHead(200, { 'x-amz-bucket-region': 'us-east-1' }).end();
  return stream(key, request, response);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

/** @param {import('node:http').ServerResponse} response */
function identify(response) {
  response.end(
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
      '<Arn>arn:aws:iam::123456789012:user/bench</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account>' +
      '</GetCallerIdentityResult></GetCallerIdentityResponse>',
  );
}

function list(query, response) {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const isSplit = query.get('delimiter') === '/';
  const entries = new Map();
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const end = isSplit ? key.indexOf('/', prefix.length) + 1 : 0;
    const entry = end === 0 ? key : key.slice(0, end);
    if (entry > after) entries.set(entry, end === 0);
  }
  const page = [...entries].slice(0, PAGE);
  const isCut = entries.size > page.length;
  const body = page.map(([name, isKey]) =>
    isKey
      ? `<Contents><Key>${name}</Key><Size>${sizes.get(name)}</Size><ETag>&quot;${sizes.get(name)}&quot;</ETag></Contents>`
      : `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`,
  );
  const next = isCut ? `<NextContinuationToken>${page.at(-1)[0]}</NextContinuationToken>` : '';
  response.end(`<ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}${body.join('')}</ListBucketResult>`);
}

function stream(key, { method, headers }, response) {
  const size = sizes.get(key);
  if (size === undefined) return response.writeHead(404).end();
  const [, from = '0', to = String(size - 1)] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  const [start, end] = [Number(from), Math.min(Number(to), size - 1)];
  response.writeHead(headers.range === undefined ? 200 : 206, {
    'content-length': end - start + 1,
    'content-range': `bytes ${start}-${end}/${size}`,
    etag: `"${size}"`,
  });
  if (method === 'HEAD') return response.end();
  return pipeline(createReadStream(join(folder, key), { start, end, highWaterMark: CHUNK }), response, () => {});
}
