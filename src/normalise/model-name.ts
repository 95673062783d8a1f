import { memoised } from './memo.ts';
import { redact, tidy } from './redact.ts';

const GEOGRAPHY = /^(?:us-gov|us|eu|apac|jp|au|ca|sa|me|af|il|in|global)\.(?=[a-z0-9-]+\.)/;
const MODEL_ARN = /^arn:[\w-]+:bedrock[\w-]*:[^:]*:[^:]*:([a-z-]+)\/(.+)$/;
const OTHERS = new Set([
  'agent',
  'agent-alias',
  'knowledge-base',
  'flow',
  'guardrail',
  'prompt',
  'project',
  'async-invoke',
]);
const NAMED_IN_ERROR = /\b(?:foundation-model|inference-profile|imported-model|provisioned-model)\/([\w.:-]{1,128})/;

/**
 * The name of a model, the same however it was asked for: ARNs and the geography of an inference profile are taken off.
 * An application profile or a provisioned model has no such name and keeps its id. Empty for ARNs of other things.
 */
export const readModel: (text: string) => string = memoised(5_000, raw => {
  const text = redact(raw);
  const arn = MODEL_ARN.exec(text);
  if (arn === null) return text.startsWith('arn:') ? lastPart(text) : plain(text);
  return OTHERS.has(arn[1]!) ? '' : plain(lastPart(arn[2]!));
});

/** The model that an error message says was refused, or empty. */
export function modelInError(message: string): string {
  const found = NAMED_IN_ERROR.exec(redact(message));
  return found === null ? '' : readModel(found[1]!.replace(/[.:-]+$/, ''));
}

const plain = (name: string): string => tidy(name, 128).replace(GEOGRAPHY, '');

const lastPart = (path: string): string => tidy(path.slice(path.lastIndexOf('/') + 1), 128);
