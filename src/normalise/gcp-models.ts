import { textOf } from './dig.ts';
import { dive } from './gcp-entry.ts';
import { memoised } from './memo.ts';
import { readModel } from './model-name.ts';
import { tidy } from './redact.ts';

const SURFACE = /^(?:[a-z0-9-]+-)?(?:aiplatform|generativelanguage)$/;

/** Methods that call a model, of whatever version of the API: versions differ in all but the last word. */
const INFERENCE =
  /(?:predict|predictLongRunning|explain|generateContent|embedContents?|embedText|generate(?:Text|Message|Answer)|completions|queryReasoningEngine|createBatchPredictionJob|createInteraction)$/i;
const NO_INFERENCE = /^(?:count|compute|fetch|get|list|delete|cancel|update)/i;

/** Whether calls of models go to this service. */
export const isModelSurface = (service: string): boolean => SURFACE.test(service);

/** Whether a method of a service (its last word) calls a model; counting tokens does not. */
export const isInference = (service: string, method: string): boolean =>
  isModelSurface(service) && INFERENCE.test(method) && !NO_INFERENCE.test(method);

const ASKED: readonly (readonly string[])[] = [
  ['model'],
  ['endpoint'],
  ['setup', 'model'],
  ['batchPredictionJob', 'model'],
  ['name'],
];

/** Whether a service, by its whole name, is one that models are called through. */
export const opensModels = (service: string): boolean =>
  /^(?:aiplatform|generativelanguage|firebasevertexai)\.googleapis\.com$/.test(service);

/** The model that was called: by its name where it is a publisher's, else what stands for it, as in 'endpoints/123'. */
export function modelIn(resource: string, request: unknown): string {
  const names = [resource, ...ASKED.map(path => textOf(dive(request, ...path)))];
  return names.map(publishedModel).find(isFilled) ?? names.map(ownModel).find(isFilled) ?? '';
}

const publishedModel = memoised(2_000, name => {
  const found = /(?:^|\/)publishers\/[^/]+\/models\/([^/:]+)/.exec(name) ?? /^models\/([^/:]+)/.exec(name);
  return found === null ? '' : readModel(found[1]!);
});

const ownModel = memoised(2_000, name => {
  const found = /(?:^|\/)((?:endpoints|models|tunedModels|reasoningEngines)\/[^/:]+)/.exec(name);
  return found === null ? '' : tidy(found[1]!, 128);
});

const isFilled = (text: string): boolean => text !== '';

/** The region in the name of a resource; empty when it has none. */
export const regionIn: (name: string) => string = memoised(2_000, name =>
  tidy(/\/(?:locations|regions)\/([^/]+)/.exec(name)?.[1] ?? '', 32).toLowerCase(),
);
