import { hashText } from '../hash.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { pathOf } from './model-paths.ts';
import { defineProxyFormat, pick, type ProxyLog } from './proxy-request.ts';

const TIME = ['ts', 'time_iso8601', 'time_local', 'msec', 'time', '@timestamp', 'timestamp'] as const;
const STATUS = ['status'] as const;
const TARGET = ['request_uri', 'path', 'request_path', 'uri', 'url'] as const;
const METHOD = ['method', 'request_method'] as const;
const FORWARDED = ['xff', 'http_x_forwarded_for', 'x_forwarded_for', 'x-forwarded-for', 'x-forward-for'] as const;
const REQUEST_ID = ['request_id', 'req_id', 'http_x_request_id', 'x_request_id', 'x-request-id'] as const;
const KEY = ['key_fp', 'key_fingerprint', 'api_key_fp', 'api_key_hash', 'key_hash', 'key_id'] as const;
const MEASURES = [
  'bytes_out',
  'body_bytes_sent',
  'bytes_sent',
  'request_length',
  'rt',
  'request_time',
  'upstream_response_time',
] as const;

/** Among fields without names, a number, a time or an address and, of ids, one of nginx's own or a UUID; any other may be a key. */
const PLAIN = /^[\d.,: ms-]{1,64}$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const LONG_ID = /^[0-9a-f]{32}$/;

const LOG: ProxyLog = {
  account: 'proxy',
  addKey: 'add key_fp, a fingerprint that the proxy makes of the key',
  addTokens:
    'no token counts: a proxy that reads answers logs them, such as Envoy AI Gateway, Kong or LiteLLM; add tokens_in and tokens_out where it can',
  addAddress: 'no address was seen: log remote_addr',
};

/**
 * Access logs of nginx, Apache and what writes like them: lines of the common and the combined form, and JSON under the
 * names of nginx's variables, or `ts`, `xff`, `method`, `path`, `bytes_out`, `rt`, `ua`, `key_fp`, `user`.
 */
export const accessLog = defineProxyFormat({
  id: 'access-log',
  title: 'Access logs of nginx, Apache and other proxies',
  log: LOG,
  unwrap,
});

const isTold = (record: JsonObject, names: readonly string[]): boolean =>
  names.some(name => Object.hasOwn(record, name));

function unwrap(record: JsonObject): JsonObject | null {
  if (typeof record.remote_addr !== 'string' || !isTold(record, STATUS) || !isTold(record, TIME)) return null;
  const extra = textsIn(record.extra);
  const line = pick(record, ['request']).split(' ');
  const target = pick(record, TARGET) || (line[1] ?? '');
  if (target === '' && !isTold(record, ['request', ...TARGET])) return null;
  return {
    time: pick(record, TIME),
    method: pick(record, METHOD) || line[0],
    path: pathOf(target),
    status: pick(record, STATUS),
    remote: pick(record, ['remote_addr']),
    forwarded: pick(record, FORWARDED),
    agent: pick(record, ['ua', 'http_user_agent', 'user_agent']),
    requestId: pick(record, REQUEST_ID) || unnamedId(extra),
    key: pick(record, KEY),
    user: pick(record, ['user', 'remote_user', 'consumer']),
    host: pick(record, ['server_name', 'vhost']),
    model: pick(record, ['model']),
    tokensIn: pick(record, ['tokens_in']),
    tokensOut: pick(record, ['tokens_out']),
    measures: [...MEASURES.map(name => pick(record, [name])), ...extra.filter(text => PLAIN.test(text))].join(' '),
  };
}

const textsIn = (extra: unknown): readonly string[] =>
  Array.isArray(extra) ? extra.filter(text => typeof text === 'string') : [];

/** Keys of Azure look like the ids that nginx makes, so those are not told as they are. */
function unnamedId(texts: readonly string[]): string {
  const id = texts.find(text => UUID.test(text) || LONG_ID.test(text)) ?? '';
  return LONG_ID.test(id) ? `id:${hashText(id).toString(36)}` : id;
}
