import type { JsonObject } from '../scan/wanted.ts';
import { dig, digText, hasFields, textOf } from './dig.ts';
import { defineFormat } from './format.ts';
import { agentInTags, type Call, CALL_PATHS, createCallReader, objectIn } from './litellm-call.ts';
import { faultIn } from './litellm-outcome.ts';

/**
 * Rows of LiteLLM's spend log, as its database exports them and its API lists them. Of prompts, answers and headers
 * nothing is read.
 */
export const litellmSpend = defineFormat({
  id: 'litellm-spend',
  title: 'LiteLLM spend logs',
  paths: CALL_PATHS,
  unwrap: record => (isSpendRow(record) ? gather(record) : null),
  reader: () => createCallReader('spend logs of LiteLLM'),
});

const isSpendRow = (record: JsonObject): boolean =>
  hasFields(record, 'request_id', 'call_type', 'api_key', 'startTime');

function gather(record: JsonObject): Call {
  const metadata = objectIn(record, 'metadata');
  const text = (name: string): string => textOf(record[name]);
  const meta = (name: string): string => digText(metadata, name);
  return {
    id: text('request_id'),
    time: text('startTime'),
    type: text('call_type'),
    key: text('api_key') || meta('user_api_key') || meta('user_api_key_hash'),
    alias: meta('user_api_key_alias'),
    user: text('user') || meta('user_api_key_user_id'),
    email: meta('user_api_key_user_email'),
    team: text('team_id') || meta('user_api_key_team_id'),
    model: text('model') || text('model_group'),
    provider: text('custom_llm_provider'),
    tokensIn: text('prompt_tokens'),
    tokensOut: text('completion_tokens'),
    spend: text('spend'),
    status: text('status') || meta('status'),
    ...faultIn(dig(metadata, 'error_information')),
    address: text('requester_ip_address') || meta('requester_ip_address'),
    agent: meta('user_agent') || agentInTags(record['request_tags']),
  };
}
