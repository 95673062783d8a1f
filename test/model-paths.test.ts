import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modelRequest, pathOf } from '../src/normalise/model-paths.ts';

const VERTEX = '/v1/projects/p/locations/us-east5/publishers';

/** A request, what it is, and the model that its path names. */
const ASKED: readonly [string, string, string?][] = [
  ['POST /v1/messages', 'infer messages'],
  ['POST /anthropic/v1/messages', 'infer messages'],
  ['POST /account/gateway/anthropic/v1/messages/', 'infer messages'],
  ['post //v1//messages', 'infer messages'],
  ['POST /v1/%6Dessages', 'infer messages'],
  [' /v1/messages', 'infer messages'],
  ['POST /v1/messages/count_tokens', 'use count-tokens'],
  ['POST /v1/messages/batches', 'infer batch'],
  ['POST /v1/complete', 'infer complete'],
  ['POST /v1/chat/completions', 'infer chat'],
  ['POST /api/v1/chat/completions', 'infer chat'],
  ['POST /openai/deployments/chat-pilot/chat/completions', 'infer chat', 'chat-pilot'],
  ['POST /openai/deployments/emb/embeddings', 'infer embed', 'emb'],
  ['POST /openai/deployments/draw/images/generations', 'infer image', 'draw'],
  ['POST /v1/engines/davinci/completions', 'infer complete', 'davinci'],
  ['POST /v1/completions', 'infer complete'],
  ['POST /v1/responses', 'infer responses'],
  ['POST /openai/v1/responses', 'infer responses'],
  ['POST /v1/embeddings', 'infer embed'],
  ['POST /v1/audio/speech', 'infer speech'],
  ['POST /v1/audio/transcriptions', 'infer transcribe'],
  ['GET /v1/realtime', 'infer realtime'],
  ['POST /model/anthropic.claude-v1%3A0/invoke', 'infer invoke', 'anthropic.claude-v1:0'],
  ['POST /model/us.anthropic.claude-v1:0/invoke-with-response-stream', 'infer invoke', 'us.anthropic.claude-v1:0'],
  [
    'POST /model/arn%3Aaws%3Abedrock%3A%3A%3Ainference-profile%2Fx/converse',
    'infer converse',
    'arn:aws:bedrock:::inference-profile/x',
  ],
  ['POST /bedrock/model/m/converse-stream', 'infer converse', 'm'],
  ['POST /v1beta/models/gemini-pro:generateContent', 'infer generate', 'gemini-pro'],
  ['POST /v1beta/models/gemini-pro:streamGenerateContent', 'infer generate', 'gemini-pro'],
  ['POST /v1beta/models/emb:batchEmbedContents', 'infer embed', 'emb'],
  ['POST /v1beta/models/gemini-pro:countTokens', 'use count-tokens', 'gemini-pro'],
  [`POST ${VERTEX}/anthropic/models/claude@1:rawPredict`, 'infer predict', 'claude@1'],
  [`POST ${VERTEX}/anthropic/models/claude@1:streamRawPredict`, 'infer predict', 'claude@1'],
  ['POST /v1/projects/p/locations/l/endpoints/12:predict', 'infer predict', '12'],
  ['GET /v1/models', 'use list-models'],
  ['GET /openai/deployments', 'use list-models'],
  ['GET /v1/models/claude-x', 'use get-model'],
  ['GET /foundation-models', 'use list-models'],
];

test.each(ASKED)('%s is %s', (request, what, model = '') => {
  const [method, path] = [request.slice(0, request.indexOf(' ')), request.slice(request.indexOf(' ') + 1)];
  const [deed, action] = what.split(' ');
  expect(modelRequest(method, path)).toEqual({ deed, action, model });
});

test.each([
  'GET /',
  'GET /v1/messages',
  'OPTIONS /v1/chat/completions',
  'POST /v1/models',
  'POST /api/v1/messages',
  'POST /chat/api/v2/messages',
  'POST /survey/v1/responses',
  'GET /shop/v1/models',
  'POST /v1/messages/msg_1',
  'GET /v1/organizations/api_keys',
  'POST /mcp',
  `POST /${'x'.repeat(2000)}/v1/chat/completions`,
])('%s is none', request => {
  expect(modelRequest(request.split(' ')[0]!, request.split(' ')[1]!)).toBeNull();
});

test.each([
  ['/v1/messages?key=secret', '/v1/messages'],
  ['https://api.example.com:443/v1/messages?key=secret#x', '/v1/messages'],
  ['/v1/messages#key', '/v1/messages'],
  ['https://api.example.com', ''],
  ['', ''],
])('the path of %s', (target, path) => expect(pathOf(target)).toBe(path));

test('any text is looked at without harm', () => {
  const piece = fc.constantFrom('/', '%', '%2f', 'v1', 'messages', ':', 'models', 'openai', 'model', 'invoke', 'ü');
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string())), pieces => {
      modelRequest('POST', pathOf(pieces.join('')));
    }),
  );
});
