import type { JsonObject } from '../scan/wanted.ts';
import { dig, digText, hasFields, textOf } from './dig.ts';
import { defineFormat } from './format.ts';
import { type Call, CALL_PATHS, createCallReader, objectIn, sharedFields } from './litellm-call.ts';
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
    ...sharedFields(record, metadata),
    id: text('request_id'),
    key: text('api_key') || meta('user_api_key') || meta('user_api_key_hash'),
    user: text('user') || meta('user_api_key_user_id'),
    team: text('team_id') || meta('user_api_key_team_id'),
    spend: text('spend'),
    status: text('status') || meta('status'),
    ...faultIn(dig(metadata, 'error_information')),
  };
}
