import type { CredentialKind } from '../model/credential.ts';
import type { Conditions, FieldMap } from './field-map.ts';

/** Logs whose fields are known. */
export const PRESETS = ['cloudflare-ai-gateway', 'helicone', 'langfuse', 'portkey', 'vercel-ai-gateway'] as const;
export type PresetName = (typeof PRESETS)[number];

/** The fields of a log, as its vendor names them. */
export interface Preset extends Pick<FieldMap, 'calls' | 'costUnit'> {
  readonly title: string;
  /** What only its records have, in each shape of them; without it, a map has to say that a log is one. */
  readonly when?: readonly Conditions[];
  readonly fields: NonNullable<FieldMap['fields']>;
  readonly kind?: CredentialKind;
  /** The list in a saved answer where that is none that is looked for everywhere, and the path to how long all of it is. */
  readonly list?: { readonly name: string; readonly total: string };
  /** Why it names no caller and no address, and what does. */
  readonly lacks: { readonly caller: string; readonly address: string };
}

/** Any text; and a field that may be null, but is there. */
const ANY = ['*'];
const THERE: readonly string[] = [];

const FLAG = ['true', 'false'];

const cloudflare: Preset = {
  title: 'Cloudflare AI Gateway logs, as its API lists them',
  when: [
    {
      id: ANY,
      created_at: ANY,
      provider: ANY,
      duration: ANY,
      success: FLAG,
      cached: FLAG,
      tokens_in: THERE,
      tokens_out: THERE,
    },
  ],
  fields: {
    id: ['id'],
    time: ['created_at'],
    model: ['model'],
    tokensIn: ['tokens_in'],
    tokensOut: ['tokens_out'],
    cost: ['cost'],
    status: ['status_code'],
    outcome: ['success'],
  },
  list: { name: 'result', total: 'result_info.total_count' },
  lacks: {
    caller:
      'Cloudflare AI Gateway does not record whose key made a call: have callers send a name as custom metadata, and ' +
      'map it in the configuration, as in `credential: metadata.user`',
    address: 'Cloudflare AI Gateway records no addresses: the log of a proxy before it does',
  },
};

const helicone: Preset = {
  title: 'Helicone requests, as its API answers with them',
  when: [{ request_created_at: ANY, request_path: THERE, response_status: THERE }],
  fields: {
    id: ['request_id'],
    time: ['request_created_at'],
    credential: ['helicone_proxy_key_id', 'proxy_key_id', 'helicone_api_key_id', 'key_name'],
    address: ['request_ip'],
    model: ['model', 'response_model', 'request_model'],
    tokensIn: ['prompt_tokens + prompt_cache_read_tokens + prompt_cache_write_tokens'],
    tokensOut: ['completion_tokens'],
    cost: ['costUSD', 'cost_usd'],
    status: ['response_status'],
  },
  lacks: {
    caller:
      'these Helicone requests do not say whose key made them: map what tells callers apart in the configuration, as in ' +
      '`credential: request_properties.key`',
    address: 'these Helicone requests have no addresses: the log of a proxy before it does',
  },
};

const TYPES = 'GENERATION EMBEDDING SPAN EVENT AGENT TOOL CHAIN RETRIEVER EVALUATOR GUARDRAIL'.split(' ');

/** What counts as input, each apart from the others. */
const INPUT = [
  'input',
  'input_cached_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'input_cache_read',
  'input_cache_creation',
];

const inputOf = (usage: string): string => INPUT.map(name => `${usage}.${name}`).join(' + ');

const langfuse: Preset = {
  title: 'Langfuse observations, as its API and its exports have them',
  when: [
    { id: ANY, type: TYPES, traceId: THERE, startTime: ANY },
    { id: ANY, type: TYPES, trace_id: THERE, start_time: ANY, project_id: ANY },
  ],
  calls: { type: ['GENERATION', 'EMBEDDING'] },
  fields: {
    id: ['id'],
    time: ['startTime', 'start_time'],
    scope: ['projectId', 'project_id'],
    model: ['model', 'providedModelName', 'provided_model_name'],
    tokensIn: [inputOf('usageDetails'), inputOf('usage_details'), 'usage.input', 'promptTokens'],
    tokensOut: ['usageDetails.output', 'usage_details.output', 'usage.output', 'completionTokens'],
    cost: ['costDetails.total', 'cost_details.total', 'calculatedTotalCost', 'totalCost', 'total_cost'],
    outcome: ['level'],
  },
  lacks: {
    caller:
      'Langfuse does not record whose key made a call: map what tells callers apart in the configuration, as in ' +
      '`credential: userId`',
    address: 'Langfuse records no addresses: the log of a proxy does',
  },
};

const portkey: Preset = {
  title: 'Portkey logs, as exported',
  when: [{ created_at: ANY, ai_org: THERE, ai_model: THERE, req_units: THERE, res_units: THERE }],
  costUnit: 'cent',
  kind: 'virtual-key',
  fields: {
    id: ['id'],
    time: ['created_at'],
    credential: ['virtual_key'],
    owner: ['metadata._user'],
    model: ['ai_model'],
    tokensIn: ['req_units'],
    tokensOut: ['res_units'],
    cost: ['cost'],
    status: ['response_status_code'],
    outcome: ['is_success'],
  },
  lacks: {
    caller: 'this Portkey export does not say whose key made a call: export the field `virtual_key` as well',
    address: 'Portkey exports no addresses: the log of a proxy before it does',
  },
};

const vercel: Preset = {
  title: 'Vercel AI Gateway generations, as its API answers with them',
  fields: {
    id: ['id', 'data.id'],
    time: ['created_at', 'createdAt', 'data.created_at'],
    model: ['model', 'data.model'],
    tokensIn: ['tokens_prompt', 'promptTokens', 'data.tokens_prompt'],
    tokensOut: ['tokens_completion', 'completionTokens', 'data.tokens_completion'],
    cost: ['total_cost', 'totalCost', 'data.total_cost'],
  },
  lacks: {
    caller:
      'Vercel AI Gateway does not say whose key made a call: map what tells callers apart in your export, as in ' +
      '`credential: user`',
    address: 'Vercel AI Gateway gives no addresses out: the log of a proxy before it does',
  },
};

/** The presets by name. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  'cloudflare-ai-gateway': cloudflare,
  helicone,
  langfuse,
  portkey,
  'vercel-ai-gateway': vercel,
};
