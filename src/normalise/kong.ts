import type { JsonObject } from '../scan/wanted.ts';
import { dig, digText, hasFields, isObject } from './dig.ts';
import { pathOf } from './model-paths.ts';
import { defineProxyFormat, type ProxyLog } from './proxy-request.ts';

const LOG: ProxyLog = {
  account: 'kong',
  addKey: 'let an authentication plugin, such as key-auth, tell consumers apart',
  addTokens:
    'no token counts were seen: the plugins ai-proxy and ai-proxy-advanced log them with config.logging.log_statistics',
  addAddress: 'no address was seen in client_ip',
};

/**
 * What Kong's logging plugins write of a request. Of its headers only the user agent is read: Kong blanks `authorization`,
 * and leaves every other header with a key in it, and the query, as they came.
 */
export const kong = defineProxyFormat({ id: 'kong', title: 'Kong request logs', log: LOG, unwrap });

function unwrap(record: JsonObject): JsonObject | null {
  const { request, response } = record;
  const isKong = isObject(request) && hasFields(record, 'started_at', 'client_ip', 'latencies');
  if (!isKong || !(hasFields(request, 'uri') || hasFields(request, 'url'))) return null;
  const ai = aiOf(record.ai);
  return {
    time: digText(record, 'started_at'),
    method: digText(request, 'method'),
    path: pathOf(digText(request, 'uri') || digText(request, 'url')),
    status: digText(response, 'status'),
    remote: digText(record, 'client_ip'),
    agent: digText(request, 'headers', 'user-agent'),
    requestId: digText(request, 'id'),
    ...callerOf(record),
    model: [digText(ai, 'meta', 'request_model'), digText(ai, 'meta', 'response_model')].find(isModel) ?? '',
    tokensIn: digText(ai, 'usage', 'prompt_tokens') || digText(ai, 'usage', 'prompt_token'),
    tokensOut: digText(ai, 'usage', 'completion_tokens') || digText(ai, 'usage', 'completion_token'),
    cost: digText(ai, 'usage', 'cost'),
    measures: [digText(request, 'size'), digText(response, 'size'), digText(record, 'latencies', 'request')].join(' '),
  };
}

const isModel = (name: string): boolean => name !== '' && name !== 'UNSPECIFIED';

/** The credential that was shown, or else its consumer; the one that stands for all without any is nobody. */
function callerOf(record: JsonObject): { readonly key: string; readonly user: string } {
  const consumer = dig(record, 'consumer');
  const shown = digText(record, 'authenticated_entity', 'id');
  const name = digText(consumer, 'username') || digText(consumer, 'custom_id');
  if (shown === '' && /^anonymous/i.test(name)) return { key: '', user: '' };
  const id = digText(consumer, 'id') || digText(record, 'authenticated_entity', 'consumer_id');
  return { key: shown || id, user: name || id };
}

/** The plugins that pass a request on to a model, by what they are called in newer and in older logs. */
const PROXIES = ['proxy', 'ai-proxy', 'ai-proxy-advanced'] as const;

/** What a plugin logged of the call. Others than those that pass it on ask models too, on the gateway's own account. */
const aiOf = (ai: unknown): unknown => PROXIES.map(name => dig(ai, name)).find(isObject);
