import { describe, expect, test } from 'vitest';
import { projector } from '../src/scan/project.ts';
import type { JsonObject } from '../src/scan/wanted.ts';

const project = projector({
  name: ['eventName'],
  arn: ['userIdentity.arn', 'identity.arn', 'arn'],
  first: ['resources.0.ARN'],
  proto: ['__proto__.name', 'constructor.name', 'toString'],
});

const none = { name: '', arn: '', first: '', proto: '' };

const cases: readonly [string, string, Partial<typeof none>][] = [
  ['nothing', '{}', {}],
  ['a plain field', '{"eventName":"InvokeModel"}', { name: 'InvokeModel' }],
  ['a number', '{"eventName":1.5}', { name: '1.5' }],
  ['zero', '{"eventName":0}', { name: '0' }],
  ['a boolean', '{"eventName":false}', { name: 'false' }],
  ['null', '{"eventName":null}', {}],
  ['an object', '{"eventName":{"a":1}}', {}],
  ['an array', '{"eventName":["a"]}', {}],
  ['the first path', '{"userIdentity":{"arn":"a"},"arn":"b"}', { arn: 'a' }],
  ['the first path that is present', '{"userIdentity":null,"arn":"b"}', { arn: 'b' }],
  ['the first path that is not empty', '{"userIdentity":{"arn":""},"identity":{"arn":"b"}}', { arn: 'b' }],
  ['a text on the way', '{"userIdentity":"text","arn":7}', { arn: '7' }],
  ['an array on the way', '{"resources":[{"ARN":"a"},{"ARN":"b"}]}', { first: 'a' }],
  ['nothing inherited', '{"eventName":"x"}', { name: 'x', proto: '' }],
  ['an own key called __proto__', '{"__proto__":{"name":"x"}}', { proto: 'x' }],
];

test.each(cases)('%s', (_title, json, expected) => {
  expect(project(JSON.parse(json) as JsonObject)).toEqual({ ...none, ...expected });
});

describe('hostile records', () => {
  test('an own __proto__ does not change what others hold', () => {
    project(JSON.parse('{"__proto__":{"eventName":"x"}}') as JsonObject);
    expect(project({})).toEqual(none);
  });

  test('what a record inherits is not its own', () => {
    expect(project(Object.create({ eventName: 'x', userIdentity: { arn: 'a' } }))).toEqual(none);
  });

  test('a record without a prototype is read like any other', () => {
    const record: Record<string, string> = Object.create(null);
    record.eventName = 'x';
    expect(project(record)).toEqual({ ...none, name: 'x' });
  });
});
