import type { JsonObject } from '../scan/wanted.ts';
import { dig, digText, hasFields, isObject, textOf } from './dig.ts';
import { defineFormat } from './format.ts';
import { type Call, CALL_PATHS, createCallReader, objectIn, sharedFields } from './litellm-call.ts';
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
    ...sharedFields(record, metadata),
    id: text('id'),
    key: meta('user_api_key_hash') || meta('user_api_key'),
    user: meta('user_api_key_user_id'),
    team: meta('user_api_key_team_id'),
    spend: text('response_cost'),
    status: text('status'),
    ...faultIn(information, text('error_str')),
  };
}
