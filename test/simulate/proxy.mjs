import { createHash } from 'node:crypto';
import { poisson } from './draws.mjs';
import { DAY } from './time.mjs';

/** @import { Random } from '../make/random.mjs' */
/** @import { Stage } from './stage.mjs' */

/** What a proxy writes of the keys it lent: rows of LiteLLM's spend log. @param {Stage} stage @param {Random} random @param {number} day Start. @param {number} keys */
export function tellProxy(stage, random, day, keys) {
  for (let key = 0; key < keys; key++) {
    for (let calls = poisson(random, 4); calls > 0; calls--) stage.litellm(...row(random, key, day));
  }
}

/** @param {Random} random @param {number} key @param {number} day @returns {[number, { readonly [key: string]: unknown }]} */
function row(random, key, day) {
  const at = day + random.below(DAY / 1000) * 1000;
  const [input, output] = [random.between(50, 6000), random.between(20, 900)];
  return [
    at,
    {
      request_id: `chatcmpl-${random.guid()}`,
      call_type: 'acompletion',
      api_key: createHash('sha256').update(`virtual key ${key}`).digest('hex'),
      spend: (input * 3 + output * 15) / 1_000_000,
      total_tokens: input + output,
      prompt_tokens: input,
      completion_tokens: output,
      startTime: new Date(at).toISOString(),
      endTime: new Date(at + random.between(800, 20_000)).toISOString(),
      model: random.pick(['claude-sonnet-4-5', 'gpt-4o', 'gemini-2.5-flash']),
      user: `person-${key}@example.com`,
      metadata: { user_api_key_alias: `key-${key}` },
      cache_hit: 'False',
      request_tags: [],
      team_id: `team-${key % 7}`,
      end_user: '',
      requester_ip_address: `192.0.2.${40 + key}`,
      status: random.chance(990) ? 'success' : 'failure',
      messages: {},
      response: {},
    },
  ];
}
