import { expect, test } from 'vitest';
import { awsNeeds, ownActions, s3Needs } from '../src/collect/aws/needs.ts';
import { isAction, leastPrivilege } from '../src/collect/aws/policy.ts';

const NEEDS = [...awsNeeds, ...s3Needs];
const policy = leastPrivilege(NEEDS);
const actionsOf = ({ Statement }: typeof policy) => Statement.flatMap(({ Action }) => Action);

test('the policy allows every action of the needs and none else, once', () => {
  expect(actionsOf(policy).sort()).toEqual(NEEDS.map(({ permission }) => permission).sort());
  expect(new Set(actionsOf(policy)).size).toBe(actionsOf(policy).length);
});

test('the policy has the shape that IAM takes', () => {
  expect(Object.keys(policy)).toEqual(['Version', 'Statement']);
  for (const { Sid, Effect, Action, Resource, ...rest } of policy.Statement) {
    expect(rest).toEqual({});
    expect(Sid).toMatch(/^[A-Za-z0-9]+$/);
    expect(Effect).toBe('Allow');
    expect(Action.length).toBeGreaterThan(0);
    expect(Action).toEqual([...Action].sort());
    expect(Action.filter(action => !isAction(action))).toEqual([]);
    if (Resource !== '*') for (const each of Resource) expect(each).toMatch(/^arn:aws:[a-z0-9]+:/);
  }
  const sids = policy.Statement.map(({ Sid }) => Sid);
  expect(new Set(sids).size).toBe(sids.length);
  // A managed policy holds 6,144 characters, spaces not counted.
  expect(JSON.stringify(policy).length).toBeLessThan(6_144);
});

test('nothing in it writes', () => {
  const reads = /^(?:Get|List|Describe|Lookup)[A-Z]/;
  const others = ['iam:GenerateCredentialReport', 'kms:Decrypt', 'sts:AssumeRole'];
  expect(actionsOf(policy).filter(action => !reads.test(action.split(':')[1]!) && !others.includes(action))).toEqual(
    [],
  );
});

test('what only some need stands apart, with what it is allowed on', () => {
  const apart = policy.Statement.filter(({ Sid }) => /^(?:Log|Org|Other)/.test(Sid));
  expect(apart.map(({ Sid, Action, Resource }) => [Sid, Action, Resource])).toEqual([
    ['LogKey', ['kms:Decrypt'], ['arn:aws:kms:REGION:ACCOUNT:key/KEY']],
    ['Organization', ['organizations:ListAccounts'], '*'],
    ['LogGetObject', ['s3:GetObject'], ['arn:aws:s3:::BUCKET/*AWSLogs/*']],
    ['LogListBucket', ['s3:ListBucket'], ['arn:aws:s3:::BUCKET']],
    ['OtherAccounts', ['sts:AssumeRole'], ['arn:aws:iam::*:role/ROLE']],
  ]);
});

test('the order of the needs does not matter, and one that is named twice is allowed once', () => {
  expect(leastPrivilege([...NEEDS, ...NEEDS].reverse())).toEqual(policy);
});

test('a service that has no name of its own is named after itself', () => {
  const needs = [{ permission: 'access-analyzer:ListFindings', sees: 'findings' }];
  expect(leastPrivilege(needs).Statement.map(({ Sid }) => Sid)).toEqual(['AccessAnalyzer']);
});

test("keyward's own calls are known by the names that events have for them", () => {
  expect(ownActions).toEqual([...new Set(ownActions)].sort());
  expect(ownActions).toEqual(expect.arrayContaining([...actionsOf(policy), 's3:ListObjects', 'sts:GetCallerIdentity']));
});
