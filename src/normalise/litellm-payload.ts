import type { JsonObject } from '../scan/wanted.ts';
import { dig, digText, hasFields, isObject, textOf } from './dig.ts';
import { defineFormat } from './format.ts';
import { agentInTags, type Call, CALL_PATHS, createCallReader, objectIn } from './litellm-call.ts';
import { faultIn } from './litellm-outcome.ts';

/**
 * What LiteLLM hands to its callbacks and writes to buckets, one object for each call. Of prompts, answers and headers
 * nothing is read.
 */
export const litellmPayload = defineFormat({
  id: 'litellm-payload',
  title: 'LiteLLM logging payloads',
  paths: CALL_PATHS,
  unwrap(record) {
    const payload = ENVELOPES.map(name => record[name]).find(isObject) ?? record;
    return isPayload(payload) ? gather(payload) : null;
  },
  reader: () => createCallReader('logging payloads of LiteLLM'),
});

const ENVELOPES = ['standard_logging_object', 'standard_logging_payload'];

const isPayload = (record: JsonObject): boolean =>
  hasFields(record, 'id', 'call_type', 'startTime', 'response_cost', 'metadata');

function gather(record: JsonObject): Call {
  const metadata = objectIn(record, 'metadata');
  const text = (name: string): string => textOf(record[name]);
  const meta = (name: string): string => digText(metadata, name);
  const information = dig(record, 'error_information') ?? dig(metadata, 'error_information');
  return {
    id: text('id'),
    time: text('startTime'),
    type: text('call_type'),
    key: meta('user_api_key_hash') || meta('user_api_key'),
    alias: meta('user_api_key_alias'),
    user: meta('user_api_key_user_id'),
    email: meta('user_api_key_user_email'),
    team: meta('user_api_key_team_id'),
    model: text('model') || text('model_group'),
    provider: text('custom_llm_provider'),
    tokensIn: text('prompt_tokens'),
    tokensOut: text('completion_tokens'),
    spend: text('response_cost'),
    status: text('status'),
    ...faultIn(information, text('error_str')),
    address: text('requester_ip_address') || meta('requester_ip_address'),
    agent: meta('user_agent') || agentInTags(record['request_tags']),
  };
}
