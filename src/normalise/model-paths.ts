import type { Deed } from '../model/event.ts';
import { memoised } from './memo.ts';

/** What a request to a model's endpoint asks for, whichever vendor's it is. */
export interface ModelRequest {
  readonly action: string;
  readonly deed: Extract<Deed, 'infer' | 'use'>;
  /** Empty where it is named in the body, which no log has. */
  readonly model: string;
}

interface Endpoint {
  readonly path: RegExp;
  readonly action: string;
  readonly deed?: 'use';
  /** By which methods it is asked; POST where it is not said. */
  readonly method?: RegExp;
  /** Other services have paths that end so: it is a model's only at the root, or beneath a name that tells of models. */
  readonly isCommon?: true;
}

const GET = /^GET$/;
const VERSION = String.raw`v\d+(?:(?:alpha|beta)\d*)?`;
const MODEL = String.raw`(?<model>[^/]+)`;
const SPEND = String.raw`\/(?:models|tunedModels|endpoints|deployments)\/${MODEL}`;

const at = (path: string): RegExp => new RegExp(`${path}$`, 'i');

/** In the order they are tried: what a path ends in, and what that is. */
const ENDPOINTS: readonly Endpoint[] = [
  { path: at(String.raw`\/${VERSION}\/messages`), action: 'messages', isCommon: true },
  { path: at(String.raw`\/messages\/count_tokens`), action: 'count-tokens', deed: 'use' },
  { path: at(String.raw`\/${VERSION}\/messages\/batches`), action: 'batch', isCommon: true },
  { path: at(String.raw`\/${VERSION}\/complete`), action: 'complete', isCommon: true },
  { path: at(String.raw`\/(?:deployments|engines)\/${MODEL}\/chat\/completions`), action: 'chat' },
  { path: at(String.raw`\/chat\/completions`), action: 'chat' },
  { path: at(String.raw`\/(?:deployments|engines)\/${MODEL}\/completions`), action: 'complete' },
  { path: at(String.raw`\/(?:${VERSION}|openai)\/completions`), action: 'complete' },
  { path: at(String.raw`\/(?:${VERSION}|openai)\/responses`), action: 'responses', isCommon: true },
  { path: at(String.raw`\/(?:deployments|engines)\/${MODEL}\/embeddings`), action: 'embed' },
  { path: at(String.raw`\/(?:${VERSION}|openai|models)\/embeddings`), action: 'embed' },
  { path: at(String.raw`\/deployments\/${MODEL}\/images\/(?:generations|edits)`), action: 'image' },
  { path: at(String.raw`\/images\/(?:generations|edits|variations)`), action: 'image' },
  { path: at(String.raw`\/deployments\/${MODEL}\/audio\/speech`), action: 'speech' },
  { path: at(String.raw`\/audio\/speech`), action: 'speech' },
  { path: at(String.raw`\/deployments\/${MODEL}\/audio\/(?:transcriptions|translations)`), action: 'transcribe' },
  { path: at(String.raw`\/audio\/(?:transcriptions|translations)`), action: 'transcribe' },
  { path: at(String.raw`\/${VERSION}\/moderations`), action: 'moderate', isCommon: true },
  { path: at(String.raw`\/${VERSION}\/rerank`), action: 'rerank' },
  { path: at(String.raw`\/${VERSION}\/embed`), action: 'embed', isCommon: true },
  { path: at(String.raw`\/${VERSION}\/batches`), action: 'batch', isCommon: true },
  {
    path: at(String.raw`\/(?:${VERSION}|openai)\/realtime`),
    action: 'realtime',
    method: /^(?:GET|POST)$/,
    isCommon: true,
  },
  { path: at(String.raw`\/model\/(?<model>.+)\/invoke(?:-with-(?:bidirectional|response)-stream)?`), action: 'invoke' },
  { path: at(String.raw`\/model\/(?<model>.+)\/converse(?:-stream)?`), action: 'converse' },
  { path: at(String.raw`\/model\/(?<model>.+)\/count-tokens`), action: 'count-tokens', deed: 'use' },
  { path: at(`${SPEND}:(?:stream)?generateContent`), action: 'generate' },
  { path: at(`${SPEND}:(?:batch)?embedContents?`), action: 'embed' },
  { path: at(`${SPEND}:(?:(?:raw|streamRaw|serverStreaming)?predict(?:LongRunning)?|explain)`), action: 'predict' },
  { path: at(`${SPEND}:countTokens`), action: 'count-tokens', deed: 'use' },
  { path: at(String.raw`\/(?:${VERSION}|openai)\/(?:models|deployments)`), ...listing('list-models'), isCommon: true },
  { path: at(String.raw`\/(?:${VERSION}|openai)\/models\/[^/]+`), ...listing('get-model'), isCommon: true },
  { path: at(String.raw`\/(?:foundation-models|inference-profiles)`), ...listing('list-models') },
  { path: at(String.raw`\/foundation-models\/[^/]+`), ...listing('get-model') },
];

/** Names in a path beneath which even a common word is a model's. */
const OF_MODELS =
  /(?:^|[/._-])(?:anthropic|claude|openai|bedrock|vertex|vertexai|gemini|generativelanguage|mistral|cohere|groq|deepseek|xai|together|fireworks|openrouter|ollama|vllm|litellm|llms?|ai|aigw|gpt|genai|inference|foundry)(?=$|[/._-])/i;

const LONGEST = 1_024;

/** What a request asks of a model; null when it is none to a model's endpoint. The path is without its query. */
export const modelRequest = (method: string, path: string): ModelRequest | null =>
  path.length > LONGEST ? null : recall(`${method.toUpperCase()} ${path}`);

/** The path of a URL or of a request's target: what follows it may hold a key, and what it is on is not of interest. */
export const pathOf = (target: string): string =>
  (target.split(/[?#]/, 1)[0] ?? '').replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');

const recall = memoised<ModelRequest | null>(5_000, asked => {
  const space = asked.indexOf(' ');
  return find(asked.slice(0, space), plain(asked.slice(space + 1)));
});

function find(method: string, path: string): ModelRequest | null {
  for (const endpoint of ENDPOINTS) {
    const found = isAsked(endpoint, method) ? endpoint.path.exec(path) : null;
    if (found === null) continue;
    const prefix = path.slice(0, found.index);
    if (endpoint.isCommon && prefix !== '' && !OF_MODELS.test(prefix)) continue;
    return { action: endpoint.action, deed: endpoint.deed ?? 'infer', model: found.groups?.model ?? '' };
  }
  return null;
}

/** Without a method, whatever is asked of an endpoint is taken for what it is there for. */
const isAsked = ({ method = /^POST$/ }: Endpoint, asked: string): boolean => asked === '' || method.test(asked);

/** A path as a server takes it, however it was written: a caller may choose a writing that is looked for less. */
function plain(path: string): string {
  const decoded = decode(path).replace(/\/{2,}/g, '/');
  return decoded.length > 1 && decoded.endsWith('/') ? decoded.slice(0, -1) : decoded;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function listing(action: string): Pick<Endpoint, 'action' | 'deed' | 'method'> {
  return { action, deed: 'use', method: GET };
}
