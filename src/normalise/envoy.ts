import type { JsonObject } from '../scan/wanted.ts';
import { hasFields } from './dig.ts';
import { pathOf } from './model-paths.ts';
import { defineProxyFormat, pick, type ProxyLog } from './proxy-request.ts';

const TARGET = ['x-envoy-origin-path', 'x-envoy-original-path', ':path', 'path'] as const;
const KEY = ['key_fp', 'x-key-fp', 'api_key_hash', 'x-api-key-hash', 'key_id', 'x-client-id', 'client_id'] as const;
const MODEL = ['gen_ai.request.model', 'genai_model_name', 'gen_ai.response.model', 'model'] as const;
const TOKENS_IN = [
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.prompt_tokens',
  'genai_tokens_input',
  'input_token',
  'llm_input_token',
] as const;
const TOKENS_OUT = [
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.completion_tokens',
  'genai_tokens_output',
  'output_token',
  'llm_output_token',
] as const;

const LOG: ProxyLog = {
  account: 'envoy',
  addKey:
    'add key_fp to the format of the access log, from a header or the metadata that authentication sets, such as %REQ(X-CLIENT-ID)%',
  addTokens:
    'no token counts were seen: Envoy AI Gateway has them as gen_ai.usage.input_tokens and gen_ai.usage.output_tokens',
  addAddress:
    'no address was seen: the default text of Envoy has only X-Forwarded-For, of which trustedProxies says how much to believe; JSON with downstream_remote_address has more',
};

/** Access logs of Envoy, Envoy Gateway and Envoy AI Gateway, and of Istio, which is an Envoy; JSON, or Envoy's default text. */
export const envoy = defineProxyFormat({
  id: 'envoy',
  title: 'Access logs of Envoy and Envoy AI Gateway',
  log: LOG,
  unwrap,
});

/** Names of fields are chosen by whoever runs it; these are those of the documentation and of what is shipped. */
function unwrap(record: JsonObject): JsonObject | null {
  if (!hasFields(record, 'start_time', 'response_code') || !TARGET.some(name => Object.hasOwn(record, name)))
    return null;
  return {
    time: pick(record, ['start_time']),
    method: pick(record, ['method', ':method']),
    path: pathOf(pick(record, TARGET)),
    status: pick(record, ['response_code']),
    remote: pick(record, ['downstream_remote_address']),
    forwarded: pick(record, ['x-forwarded-for', 'x_forwarded_for']),
    agent: pick(record, ['user-agent', 'user_agent']),
    requestId: pick(record, ['x-request-id', 'request_id']),
    key: pick(record, KEY),
    user: pick(record, ['user', 'x-user-id', 'user_id', 'sub']),
    model: pick(record, MODEL),
    tokensIn: pick(record, TOKENS_IN),
    tokensOut: pick(record, TOKENS_OUT),
    measures: ['bytes_received', 'bytes_sent', 'duration'].map(name => pick(record, [name])).join(' '),
  };
}
