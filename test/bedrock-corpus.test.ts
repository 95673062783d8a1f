import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { isObject, parseJson } from '../src/normalise/dig.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import { readText } from './read-text.ts';

const corpus = process.env.KEYWARD_CORPUS ?? '';

beforeEach(context => context.skip(corpus === '', 'KEYWARD_CORPUS is not set'));

/** Line by line: what became of it, and why. */
const PANTHER: readonly (readonly [became: string, withTokens: string, why: string])[] = [
  ['left out', told('ListModels'), 'no token was used'],
  ['left out', told('Converse'), 'no token was used'],
  ['left out', told('Converse'), 'a guardrail is no matter of keys, and no token was used'],
  ['left out', told('InvokeModel'), 'the same, without any count'],
  ['left out', told('Converse'), 'a total of 2,000 tokens of which none went in or came out is none'],
  ['left out', told('Converse'), 'nor is one of 5,000'],
  ['left out', told('ListModels'), 'no token was used'],
  ['left out', told('Converse'), 'no token was used'],
];

/** Every session is of one role. */
function told(operation: string): string {
  const role = 'arn:aws:iam::111111111111:role/role_details';
  return `bedrock:${operation} of anthropic.claude-3-haiku-20240307-v1:0 by ${role}: 0 calls, 7 in, 3 out`;
}

/** What became of a record that is judged on its own, in a few words. */
async function tell(log: unknown): Promise<string> {
  const { events, ignored, completion } = await readText(JSON.stringify(log));
  const told = events.map(
    ({ credential, action, model, count, tokensIn, tokensOut }) =>
      `${action} of ${model} by ${credential}: ${count} calls, ${tokensIn} in, ${tokensOut} out`,
  );
  const damage = completion.damage.map(({ what }) => what);
  return [...told, ...damage, ...(ignored > 0 ? ['left out'] : [])].join('; ');
}

const logs = (): JsonObject[] => {
  const lines = readFileSync(join(corpus, 'panther/aws_bedrockmodelinvocation_rules.jsonl'), 'utf8').split('\n');
  return lines
    .map(parseJson)
    .filter(isObject)
    .map(({ log }) => log)
    .filter(isObject);
};

test('every line of Panther’s tests', async () => {
  expect(await Promise.all(logs().map(tell))).toEqual(PANTHER.map(([became]) => became));
});

test('the same, had they used tokens', async () => {
  const used = logs().map(log => ({ ...log, input: { inputTokenCount: 7 }, output: { outputTokenCount: 3 } }));
  expect(await Promise.all(used.map(tell))).toEqual(PANTHER.map(([, withTokens]) => withTokens));
});
