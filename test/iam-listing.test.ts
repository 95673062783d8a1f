import { describe, expect, test } from 'vitest';
import type { Credential } from '../src/model/credential.ts';
import { asCredential, newRecord, observe } from '../src/credentials.ts';
import { readText, type Taken } from './read-text.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';
const ROW = { UserName: 'ci', AccessKeyId: KEY, Status: 'Active', CreateDate: '2024-01-02T03:04:05+00:00' };
const SERVICE_ROW = {
  UserName: 'BedrockAPIKey-x1y2',
  Status: 'Active',
  ServiceUserName: 'BedrockAPIKey-x1y2-at-123456789012',
  ServiceCredentialAlias: 'BedrockAPIKey-x1y2-1-at-123456789012',
  CreateDate: '2026-01-02T03:04:05Z',
  ExpirationDate: '2027-01-02T03:04:05Z',
  ServiceSpecificCredentialId: 'ACCAIOSFODNN7EXAMPLE',
  ServiceName: 'bedrock.amazonaws.com',
};
const SERVICE_OWNER = 'arn:aws:iam::123456789012:user/BedrockAPIKey-x1y2';

const read = (value: unknown): Promise<Taken> => readText(typeof value === 'string' ? value : JSON.stringify(value));

const fact = (more: object = {}) => ({
  id: KEY,
  provider: 'aws',
  kind: 'access-key',
  owner: '',
  account: '',
  observedAt: 1,
  active: true,
  createdAt: Date.UTC(2024, 0, 2, 3, 4, 5),
  ...more,
});
const guess = (more: object = {}) => ({
  id: KEY,
  provider: 'aws',
  kind: 'access-key',
  owner: 'arn:aws:iam:::user/ci',
  account: '',
  observedAt: -1,
  ...more,
});

describe('a list of access keys', () => {
  const { Status: _status, ...unsaid } = ROW;
  const { UserName: _user, ...nobodys } = ROW;

  test.each<[string, unknown, unknown]>([
    ['as the command line prints it', { AccessKeyMetadata: [ROW] }, [fact(), guess()]],
    ['its bare rows, on lines', `${JSON.stringify(ROW)}\n${JSON.stringify(ROW)}`, [fact(), guess(), fact(), guess()]],
    ['with the time in seconds', { AccessKeyMetadata: [{ ...ROW, CreateDate: 1704164645.0 }] }, [fact(), guess()]],
    [
      'of one switched off',
      { AccessKeyMetadata: [{ ...ROW, Status: 'Inactive' }] },
      [fact({ active: false }), guess()],
    ],
    ['of one expired', { AccessKeyMetadata: [{ ...ROW, Status: 'Expired' }] }, [fact({ active: false }), guess()]],
    ['without a status', { AccessKeyMetadata: [unsaid] }, [(({ active: _active, ...rest }) => rest)(fact()), guess()]],
    [
      'of who asked, who may be root',
      { AccessKeyMetadata: [nobodys] },
      [fact({ kind: 'unknown' }), guess({ owner: '' })],
    ],
    ['of a user without keys', { AccessKeyMetadata: [] }, []],
  ])('%s', async (_, value, credentials) => {
    const outcome = await read(value);
    expect(outcome.credentials).toEqual(credentials);
    expect(outcome.completion).toMatchObject({ complete: true, kind: 'iam-listing', damage: [], skipped: false });
  });

  test('several answers in one file', async () => {
    const answers = [
      { AccessKeyMetadata: [ROW] },
      { AccessKeyMetadata: [{ ...ROW, AccessKeyId: 'AKIAI44QH8DHBEXAMPLE' }] },
    ];
    const { credentials, completion } = await read(answers.map(each => JSON.stringify(each, null, 2)).join('\n'));
    expect([...new Set(credentials.map(({ id }) => id))]).toEqual([KEY, 'AKIAI44QH8DHBEXAMPLE']);
    expect(completion.complete).toBe(true);
    expect(completion.views?.inventory).toEqual({
      blind: false,
      gaps: [
        'a list of access keys shows those of the users it was asked for, and of no others',
        'no list of Bedrock and Claude Platform API keys, which `aws iam list-service-specific-credentials --all-users` gives',
      ],
    });
  });

  test('gives way to what logs say of the owner, in any order', async () => {
    const { credentials } = await read({ AccessKeyMetadata: [ROW] });
    const owner = 'arn:aws:iam::123456789012:user/ci';
    const announced: Credential = {
      id: KEY,
      provider: 'aws',
      kind: 'access-key',
      owner,
      account: '123456789012',
      observedAt: 0,
    };
    const deleted: Credential = { ...announced, observedAt: Date.UTC(2026, 0, 1), active: false };
    const sightings = [...credentials, announced, deleted];
    for (const order of [sightings, sightings.toReversed()]) {
      const record = newRecord(KEY);
      for (const sighting of order) observe(record, sighting);
      expect(asCredential(record)).toEqual({ ...deleted, createdAt: Date.UTC(2024, 0, 2, 3, 4, 5) });
    }
  });
});

describe('a list of service-specific credentials', () => {
  const expected = (kind: string, more: object = {}) => [
    {
      id: 'ACCAIOSFODNN7EXAMPLE',
      provider: 'aws',
      kind,
      owner: '',
      account: '',
      observedAt: 1,
      active: true,
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
      expiresAt: Date.UTC(2027, 0, 2, 3, 4, 5),
      ...more,
    },
    {
      id: 'ACCAIOSFODNN7EXAMPLE',
      provider: 'aws',
      kind,
      owner: SERVICE_OWNER,
      account: '123456789012',
      observedAt: -1,
    },
  ];

  test.each<[string, object, unknown, number]>([
    ['Bedrock', {}, expected('bedrock-key'), 0],
    ['Claude Platform', { ServiceName: 'aws-external-anthropic.amazonaws.com' }, expected('claude-platform-key'), 0],
    ['expired', { Status: 'Expired' }, expected('bedrock-key', { active: false }), 0],
    ['a service without models', { ServiceName: 'codecommit.amazonaws.com' }, [], 1],
  ])('%s', async (_, more, credentials, ignored) => {
    const row = { ...SERVICE_ROW, ...more };
    for (const value of [{ ServiceSpecificCredentials: [row], IsTruncated: false }, [row]]) {
      const outcome = await read(value);
      expect(outcome.credentials).toEqual(credentials);
      expect(outcome.ignored).toBe(ignored);
      expect(outcome.completion).toMatchObject({ complete: true, kind: 'iam-listing', damage: [] });
      expect(outcome.completion.views?.inventory.gaps).toEqual([
        'no list of access keys, which `aws iam get-credential-report` and `list-access-keys` give',
      ]);
    }
  });

  test.each([null, undefined, '2126-01-02T03:04:05Z', 4922924645])('never expires: %s', async ExpirationDate => {
    const { credentials, completion } = await read({
      ServiceSpecificCredentials: [{ ...SERVICE_ROW, ExpirationDate }],
    });
    expect(completion.complete).toBe(true);
    expect(credentials[0]).not.toHaveProperty('expiresAt');
  });
});

const HOSTILE = ['\u0000', 7, null, true, {}, [], 'x'.repeat(100_000)];

test.each<[string, unknown, string]>([
  ['no list', { AccessKeyMetadata: 'x' }, 'AccessKeyMetadata is not a list'],
  ['a row that is none', { AccessKeyMetadata: [7] }, 'an access key without an id'],
  ['a key without an id', { AccessKeyMetadata: [{ ...ROW, AccessKeyId: '' }] }, 'an access key without an id'],
  [
    'an unreadable date',
    { AccessKeyMetadata: [{ ...ROW, CreateDate: 'once' }] },
    'a key with an unreadable CreateDate',
  ],
  ['no service', { ServiceSpecificCredentials: [{}] }, 'a service-specific credential without an id'],
  [
    'one page',
    { AccessKeyMetadata: [], IsTruncated: true },
    'AccessKeyMetadata is one page of several: save the list whole',
  ],
  [
    'one page of the command',
    { AccessKeyMetadata: [], NextToken: 'e' },
    'AccessKeyMetadata is one page of several: save the list whole',
  ],
])('%s is damage', async (_, value, what) => {
  const { completion } = await read(value);
  expect(completion).toMatchObject({ complete: false, damage: [{ where: '', what, count: 1 }] });
});

test.each(
  HOSTILE.flatMap(value => [...Object.keys(ROW), ...Object.keys(SERVICE_ROW)].map(name => [name, value] as const)),
)('any value in %s is survived', async (name, value) => {
  const { credentials } = await read({
    AccessKeyMetadata: [{ ...ROW, [name]: value }],
    ServiceSpecificCredentials: [{ ...SERVICE_ROW, [name]: value }],
  });
  for (const { id, owner } of credentials) expect(`${id}${owner}`).not.toMatch(/[\u0000-\u001f]|x{1000}/);
});

test('secrets in a row do not pass through', async () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  const { credentials } = await read({
    AccessKeyMetadata: [{ ...ROW, AccessKeyId: secret, UserName: secret, SecretAccessKey: secret }],
  });
  expect(credentials.length).toBe(2);
  expect(JSON.stringify(credentials)).not.toContain(secret);
});

test.each([
  [{ UserName: 'ci', AccessKeyLastUsed: { ServiceName: 'bedrock' } }, 'last use of an access key that is not named'],
  [{ Users: [{ UserName: 'ci', Arn: 'arn:aws:iam::123456789012:user/ci' }] }, 'IAM users and roles without their keys'],
])('what tells of no key is left out', async (value, kind) => {
  const { completion } = await read(value);
  expect(completion).toEqual({ complete: true, kind, views: null, damage: [], skipped: true });
});
