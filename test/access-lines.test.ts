import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isServerMessage, readAccessLine } from '../src/scan/access-line.ts';
import { looksLikeAccessLines } from '../src/scan/access-lines.ts';
import { inflate } from '../src/scan/inflate.ts';
import { scan } from '../src/scan/scan.ts';
import type { JsonObject, Wanted } from '../src/scan/wanted.ts';

const TIME = '01/Nov/2026:10:00:00 +0000';
const AGENT = 'curl/8.7.1';
const COMMON = `192.0.2.1 - ci [${TIME}] "POST /v1/messages HTTP/1.1" 200 512`;
const COMBINED = `${COMMON} "-" "${AGENT}"`;
const STARTED = '2026-11-01T10:00:00.000Z';
const ENVOY = `[${STARTED}] "POST /v1/messages HTTP/1.1" 200 - 0 123 45 44 "192.0.2.9, 192.0.2.1" "${AGENT}" "id-1" "api.example.com" "198.51.100.7:443"`;
const ISTIO = `[${STARTED}] "POST /v1/messages HTTP/2" 503 UF via_upstream - "connect error" 0 9 1 - "-" "${AGENT}" "id-2" "api.example.com" "198.51.100.7:443" out|443||x 192.0.2.8:1 192.0.2.8:2 192.0.2.1:3 - default`;

const COMMON_RECORD = {
  remote_addr: '192.0.2.1',
  remote_user: 'ci',
  time_local: TIME,
  request: 'POST /v1/messages HTTP/1.1',
  status: '200',
  body_bytes_sent: '512',
  extra: [],
};
const COMBINED_RECORD = { ...COMMON_RECORD, http_referer: '-', http_user_agent: AGENT };
const ENVOY_RECORD = {
  start_time: STARTED,
  method: 'POST',
  'x-envoy-origin-path': '/v1/messages',
  response_code: '200',
  response_flags: '-',
  bytes_received: '0',
  bytes_sent: '123',
  duration: '45',
  'x-envoy-upstream-service-time': '44',
  'x-forwarded-for': '192.0.2.9, 192.0.2.1',
  'user-agent': AGENT,
  'x-request-id': 'id-1',
  ':authority': 'api.example.com',
  upstream_host: '198.51.100.7:443',
  downstream_remote_address: '',
};

describe('a line', () => {
  const ingress = '812 0.250 [models-api-80] [] 198.51.100.7:80, 198.51.100.8:80 0, 512 0.1, 0.2 502, 200';
  const forms: readonly [string, string, JsonObject][] = [
    ['common', COMMON, COMMON_RECORD],
    ['combined', COMBINED, COMBINED_RECORD],
    [
      'combined with the callers that proxies tell of',
      `${COMBINED} "192.0.2.9, 192.0.2.8"`,
      { ...COMBINED_RECORD, http_x_forwarded_for: '192.0.2.9, 192.0.2.8' },
    ],
    ['no such callers', `${COMBINED} "-"`, { ...COMBINED_RECORD, extra: ['-'] }],
    [
      'an address with a port is an upstream',
      `${COMBINED} "192.0.2.9:80"`,
      { ...COMBINED_RECORD, extra: ['192.0.2.9:80'] },
    ],
    [
      'fields with names',
      `${COMBINED} rt=0.250 uct="0.1" key_fp="ab\\"12" status=500`,
      { ...COMBINED_RECORD, rt: '0.250', uct: '0.1', key_fp: 'ab\\"12' },
    ],
    [
      'fields in brackets and bare ones',
      `${COMBINED} ${ingress}`,
      { ...COMBINED_RECORD, extra: ingress.split(' ').map(word => word.replace(/^\[(.*)\]$/, '$1')) },
    ],
    ['an IPv6 upstream', `${COMBINED} [2001:db8::1]:80`, { ...COMBINED_RECORD, extra: ['[2001:db8::1]:80'] }],
    [
      'the name of the server',
      `www.example.com:443 ${COMBINED}`,
      { ...COMBINED_RECORD, server_name: 'www.example.com' },
    ],
    ['a line from syslog', `Nov  1 10:00:00 web1 nginx: ${COMBINED}`, COMBINED_RECORD],
    ['a line from Kubernetes', `${STARTED} stdout F ${COMBINED}`, COMBINED_RECORD],
    ['a user with spaces', COMBINED.replace('ci', 'a b'), { ...COMBINED_RECORD, remote_user: 'a b' }],
    [
      'a host by name',
      COMMON.replace('192.0.2.1', 'a.example.com'),
      { ...COMMON_RECORD, remote_addr: 'a.example.com' },
    ],
    ['a socket', COMMON.replace('192.0.2.1', 'unix:'), { ...COMMON_RECORD, remote_addr: 'unix:' }],
    [
      'time in ISO 8601',
      COMMON.replace(TIME, '2026-11-01T10:00:00+00:00'),
      { ...COMMON_RECORD, time_local: '2026-11-01T10:00:00+00:00' },
    ],
    [
      'a quote escaped by nginx',
      COMMON.replace('messages', 'm?q=\\x22'),
      { ...COMMON_RECORD, request: 'POST /v1/m?q=\\x22 HTTP/1.1' },
    ],
    [
      'a quote escaped by Apache',
      COMMON.replace('messages', 'm?q=\\" 1'),
      { ...COMMON_RECORD, request: 'POST /v1/m?q=\\" 1 HTTP/1.1' },
    ],
    ['no request', COMMON.replace('POST /v1/messages HTTP/1.1', ''), { ...COMMON_RECORD, request: '' }],
    ['no bytes', COMMON.replace('512', '-'), { ...COMMON_RECORD, body_bytes_sent: '-' }],
    ['Envoy', ENVOY, ENVOY_RECORD],
    ['Envoy in Kubernetes', `${STARTED} stdout F ${ENVOY}`, ENVOY_RECORD],
    ['an agent with a quote in Envoy', ENVOY.replace(AGENT, 'a"b'), { ...ENVOY_RECORD, 'user-agent': 'a"b' }],
    [
      'Istio',
      ISTIO,
      {
        ...ENVOY_RECORD,
        response_code: '503',
        response_flags: 'UF',
        bytes_sent: '9',
        duration: '1',
        'x-envoy-upstream-service-time': '-',
        'x-forwarded-for': '-',
        'x-request-id': 'id-2',
        downstream_remote_address: '192.0.2.1:3',
      },
    ],
  ];
  test.each(forms)('%s', (_title, line, record) => {
    expect({ ...readAccessLine(line) }).toEqual(record);
  });

  test.each([
    ['nothing', ''],
    ['words', 'This is no log.'],
    ['no time', COMBINED.replace(TIME, 'now')],
    ['no caller', COMBINED.slice(COMBINED.indexOf('['))],
    ['cut in the request', COMBINED.slice(0, 60)],
    ['cut before the bytes', COMMON.slice(0, -5)],
    ['cut in the agent', COMBINED.slice(0, -3)],
    ['a quote too many', `${COMBINED}"`],
    ['a stray quote', COMBINED.replace(AGENT, 'a"b')],
    ['an agent that looks like fields in Envoy', ENVOY.replace(AGENT, 'a" "b')],
    ['callers with a quote in Envoy', ENVOY.replace('192.0.2.9,', '192.0.2.9",')],
    ['a path with a quote in Envoy', ENVOY.replace('/v1/messages', '/v1/m" 200')],
    ['JSON', `{"log":${JSON.stringify(COMBINED)}}`],
  ])('%s is none', (_title, line) => {
    expect(readAccessLine(line)).toBeNull();
  });

  test.each([
    '2026/11/01 10:00:00 [error] 12#0: *1 connect() failed',
    '[Sun Nov 01 10:00:00.123456 2026] [core:error] [pid 1] AH00037',
    '[2026-11-01 10:00:00.000][1][info][main] [source/server/server.cc:1] initializing',
    '/docker-entrypoint.sh: Configuration complete; ready for start up',
    '10-listen-on-ipv6-by-default.sh: info: done',
  ])('a server says %s', line => expect(isServerMessage(line)).toBe(true));

  test('never throws', () => {
    const piece = fc.constantFrom(
      COMMON,
      COMBINED,
      ENVOY,
      ISTIO,
      '"',
      '\\',
      '[',
      ']',
      ' ',
      '=',
      TIME,
      '-',
      '200',
      '__proto__="x"',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), pieces => {
        readAccessLine(pieces.join(''));
        readAccessLine(`${COMBINED} ${pieces.join(' ')}`);
      }),
    );
  });
});

/** Takes every record as it comes. */
const anything: Wanted = { id: 'anything', paths: {}, unwrap: record => record };

async function read(bytes: Uint8Array, size = Number.MAX_SAFE_INTEGER) {
  const source = async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const scanned = scan(inflate(source(), { signal: new AbortController().signal }), [anything], []);
  const records: JsonObject[] = [];
  let step = await scanned.next();
  for (; !step.done; step = await scanned.next()) records.push(...step.value.rows.map(row => row.whole()));
  const damage = step.value.damage.map(({ where, what }) => `${where}: ${what}`);
  return { records: records.map(record => ({ ...record })), damage };
}

const fileOf = (lines: readonly string[]): Buffer => Buffer.from(lines.map(line => `${line}\n`).join(''));
const MESSAGE = { server_message: true };

describe('a file', () => {
  test('of lines, in whatever way it is packed and cut', async () => {
    const file = fileOf([COMBINED, '', COMMON, `${COMBINED}\r`]);
    const whole = { records: [COMBINED_RECORD, COMMON_RECORD, COMBINED_RECORD], damage: [] };
    expect(await read(file)).toEqual(whole);
    expect(await read(file.subarray(0, -1))).toEqual(whole);
    expect(await read(gzipSync(file))).toEqual(whole);
    for (const size of [1, 2, 7, 100]) expect(await read(file, size)).toEqual(whole);
  });

  test('of Envoy begins like an array, and is none', async () => {
    expect(await read(fileOf([ENVOY, ENVOY]))).toEqual({ records: [ENVOY_RECORD, ENVOY_RECORD], damage: [] });
  });

  test('with lines that do not fit says which', async () => {
    const file = fileOf(['2.0.2.1 - - [01/Nov', COMMON, COMMON, COMBINED.slice(0, 70), COMMON, 'x']);
    expect(await read(file)).toEqual({
      records: [COMMON_RECORD, COMMON_RECORD, COMMON_RECORD],
      damage: ['1', '4', '6'].map(line => `line ${line}: not a line of an access log`),
    });
  });

  test('with a line too long keeps the others', async () => {
    const long = `${COMMON} "-" "${'x'.repeat(300 * 1024)}"`;
    const expected = { records: [COMMON_RECORD, COMMON_RECORD], damage: ['line 2: longer than 256 KiB'] };
    expect(await read(fileOf([COMMON, long, COMMON]))).toEqual(expected);
    expect(await read(fileOf([COMMON, long, COMMON]), 1000)).toEqual(expected);
  });

  test('in which the server speaks of itself, on several lines', async () => {
    const file = fileOf([
      '2026/11/01 10:00:00 [error] 1#1: traceback:',
      '  in handler',
      '{"a":1}',
      COMMON,
      'x',
      COMMON,
    ]);
    expect(await read(file)).toEqual({
      records: [MESSAGE, MESSAGE, COMMON_RECORD, COMMON_RECORD],
      damage: ['line 3: not a line of an access log', 'line 5: not a line of an access log'],
    });
  });

  test.each([
    ['prose with one line as an example', ['# A log', '', 'It looks so:', COMBINED, 'and so on.']],
    ['JSON Lines', ['{"a":1}', '{"a":2}']],
    ['an array', ['[{"a":1}]']],
    ['a table', ['time,user,address', '1,2,3']],
    ['nothing', ['']],
    ['JSON behind what a server says', ['2026/11/01 10:00:00 [notice] 1#1: start', '{"a":1}', '{"a":2}', '{"a":3}']],
  ])('is not taken for %s', (_title, lines) => {
    expect(looksLikeAccessLines(fileOf(lines).toString())).toBe(false);
  });

  test('gives the same however it is cut, whatever is in it', async () => {
    const line = fc.oneof(
      fc.constantFrom(COMMON, COMBINED, ENVOY, ISTIO, '', 'x', '{"a":1}', '2026/11/01 10:00:00 [error] 1#1: x'),
      fc.string(),
    );
    const text = fc.array(line, { maxLength: 80 }).map(lines => fileOf(lines));
    const bytes = fc.uint8Array({ maxLength: 200 }).map(some => Buffer.concat([fileOf([COMMON]), some]));
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, bytes), fc.integer({ min: 1, max: 50 }), async (file, size) => {
        expect(await read(file, size)).toEqual(await read(file));
      }),
      { numRuns: 60 },
    );
  });
});
