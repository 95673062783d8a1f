import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../src/scan/wanted.ts';
import { readRecords } from './read-records.ts';

const ACCOUNT = '123456789012';
const USER = `arn:aws:iam::${ACCOUNT}:user/ci`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/app`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/app/i-0abc`;
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const AKIA = 'AKIAIOSFODNN7EXAMPLE';
const ASIA = 'ASIAIOSFODNN7EXAMPLE';
const ACCA = 'ACCAIOSFODNN7EXAMPLE';

const user = { type: 'IAMUser', arn: USER, accountId: ACCOUNT, userName: 'ci', principalId: 'AIDAEXAMPLE' };
const phantom = {
  ...user,
  arn: `arn:aws:iam::${ACCOUNT}:user/BedrockAPIKey-x1y2`,
  userName: 'BedrockAPIKey-x1y2',
};
const created = { attributes: { creationDate: '2026-11-01T00:00:00Z', mfaAuthenticated: 'false' } };
const issuer = { type: 'Role', arn: ROLE, accountId: ACCOUNT, userName: 'app', principalId: 'AROAEXAMPLE' };
const role = {
  type: 'AssumedRole',
  arn: SESSION,
  accountId: ACCOUNT,
  principalId: 'AROAEXAMPLE:i-0abc',
  accessKeyId: ASIA,
  sessionContext: { ...created, sessionIssuer: issuer },
};
const PERSON_SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0a1b/jane@example.com`;
const PERSON_ROLE = 'role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Dev_0a1b';
const STORE = `arn:aws:identitystore::${ACCOUNT}:identitystore/d-1234567890`;

const plain = (userIdentity: unknown, rest: JsonObject = {}): JsonObject => ({
  eventVersion: '1.11',
  eventTime: '2026-11-19T12:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'ListBuckets',
  awsRegion: 'eu-central-1',
  sourceIPAddress: '192.0.2.1',
  userAgent: 'aws-cli/2.17.32',
  eventID: '00000000-0000-4000-8000-000000000001',
  eventType: 'AwsApiCall',
  recipientAccountId: ACCOUNT,
  userIdentity,
  ...rest,
});

const bearer = (type?: string): JsonObject => ({
  eventSource: 'bedrock.amazonaws.com',
  eventName: 'InvokeModel',
  additionalEventData: { callWithBearerToken: true, ...(type !== undefined && { bearerTokenType: type }) },
});
const platform = (type?: string): JsonObject => ({
  eventSource: 'aws-external-anthropic.amazonaws.com',
  eventName: 'CreateInference',
  requestParameters: { callWithBearerToken: true, ...(type !== undefined && { bearerTokenType: type }) },
});
const signIn: JsonObject = {
  eventSource: 'signin.amazonaws.com',
  eventName: 'ConsoleLogin',
  responseElements: { ConsoleLogin: 'Success' },
};

interface Expected {
  readonly credential: string;
  readonly kind: string;
  readonly owner: string;
  readonly account: string;
  readonly session: string;
  readonly principal: string;
}

const held = (credential: string, kind: string, owner: string, session = '', principal = owner): Expected => ({
  credential,
  kind,
  owner,
  account: ACCOUNT,
  session,
  principal,
});

/** The announced credential and the event, put together. */
function identityOf(record: JsonObject): Expected | 'ignored' {
  const { events, credentials, ignored, malformed } = readRecords([record]);
  if (ignored === 1) return 'ignored';
  const [event] = events;
  const [known] = credentials;
  expect({ malformed, ids: credentials.map(({ id }) => id) }).toEqual({ malformed: [], ids: [event!.credential] });
  expect(known).toMatchObject({ provider: 'aws', observedAt: 0, account: event!.account });
  const { credential, account, session, principal } = event!;
  return { credential, kind: known!.kind, owner: known!.owner, account, session, principal };
}

describe('who acted', () => {
  const cases: [string, JsonObject, Expected | 'ignored'][] = [
    ['a user with a key', plain({ ...user, accessKeyId: AKIA }), held(AKIA, 'access-key', USER)],
    [
      'a user below a path',
      plain({ ...user, arn: `arn:aws:iam::${ACCOUNT}:user/team/x/ci`, accessKeyId: AKIA }),
      held(AKIA, 'access-key', USER),
    ],
    [
      'a user known by name alone',
      plain({ type: 'IAMUser', accountId: ACCOUNT, userName: 'ci', accessKeyId: AKIA }),
      held(AKIA, 'access-key', USER),
    ],
    [
      'a key used through the console service of old',
      plain({ ...user, accessKeyId: ASIA, sessionContext: created, invokedBy: 'signin.amazonaws.com' }),
      held(USER, 'user-session', USER, ASIA),
    ],
    [
      'a session of a user',
      plain({ ...user, accessKeyId: ASIA, sessionContext: created }),
      held(USER, 'user-session', USER, ASIA),
    ],
    [
      'an id of another shape in a session',
      plain({ ...user, accessKeyId: '0123456789ABCDEFGHIJ', sessionContext: created }),
      held(USER, 'user-session', USER, '0123456789ABCDEFGHIJ'),
    ],
    [
      'an id of another shape without a session',
      plain({ ...user, accessKeyId: '1345351435' }),
      held('1345351435', 'access-key', USER),
    ],
    ['a user without a key', plain({ ...user, accessKeyId: '' }), held(USER, 'user-session', USER)],
    [
      'a masked key',
      plain({ ...user, accessKeyId: 'AKIA****************' }),
      held(`AKIA**************** (${USER})`, 'access-key', USER),
    ],
    [
      'a secret where the key id belongs',
      plain({ ...user, accessKeyId: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }),
      held(`[redacted] (${USER})`, 'access-key', USER),
    ],
    [
      'a console sign-in of a user',
      plain({ ...user, accessKeyId: '' }, signIn),
      held(`${USER}/password`, 'password', USER),
    ],
    [
      'a console sign-in under a mistyped name',
      plain(
        {
          type: 'IAMUser',
          principalId: '',
          accountId: ACCOUNT,
          accessKeyId: '',
          userName: 'HIDDEN_DUE_TO_SECURITY_REASONS',
        },
        {
          ...signIn,
          errorMessage: 'No username found in supplied account',
          responseElements: { ConsoleLogin: 'Failure' },
        },
      ),
      held(`${ACCOUNT}/unnamed-user/password`, 'password', ''),
    ],
    [
      'root with a key',
      plain({ type: 'Root', arn: ROOT, accountId: ACCOUNT, accessKeyId: AKIA }),
      held(AKIA, 'root-key', ROOT),
    ],
    [
      'root in the console',
      plain({ type: 'Root', arn: ROOT, accountId: ACCOUNT, accessKeyId: ASIA, sessionContext: created }),
      held(ROOT, 'root-session', ROOT, ASIA),
    ],
    [
      'root signing in',
      plain({ type: 'Root', arn: ROOT, accountId: ACCOUNT }, signIn),
      held(ROOT, 'root-session', ROOT),
    ],
    ['root without an ARN', plain({ type: 'Root', accountId: ACCOUNT }), held(ROOT, 'root-session', ROOT)],
    [
      'a session of AssumeRoot',
      plain({
        type: 'Root',
        arn: ROOT,
        accountId: ACCOUNT,
        accessKeyId: ASIA,
        sessionContext: { ...created, assumedRoot: 'true' },
      }),
      held(`${ROOT}/assumed`, 'role', ROOT, ASIA),
    ],
    ['a role', plain(role), held(ROLE, 'role', ROLE, ASIA)],
    [
      'a role below a path',
      plain({ ...role, sessionContext: { sessionIssuer: { ...issuer, arn: `arn:aws:iam::${ACCOUNT}:role/x/y/app` } } }),
      held(ROLE, 'role', ROLE, ASIA),
    ],
    [
      'a role whose issuer is not told',
      plain({ ...role, sessionContext: { sessionIssuer: {} } }),
      held(ROLE, 'role', ROLE, ASIA),
    ],
    [
      'a role that EC2 lends to an instance',
      plain({ ...role, arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/i-0123456789abcdef0` }),
      held(ROLE, 'role', ROLE, `${ASIA} (i-0123456789abcdef0)`),
    ],
    ['a role without a key', plain({ ...role, accessKeyId: undefined }), held(ROLE, 'role', ROLE)],
    ['a role with a masked key', plain({ ...role, accessKeyId: 'ASIA****************' }), held(ROLE, 'role', ROLE)],
    [
      'a role that Identity Center lends to a person',
      plain({
        ...role,
        arn: PERSON_SESSION,
        sessionContext: { sessionIssuer: { ...issuer, arn: `arn:aws:iam::${ACCOUNT}:${PERSON_ROLE}` } },
      }),
      held(
        `arn:aws:iam::${ACCOUNT}:role/AWSReservedSSO_Dev_0a1b`,
        'role',
        `arn:aws:iam::${ACCOUNT}:role/AWSReservedSSO_Dev_0a1b`,
        ASIA,
        PERSON_SESSION,
      ),
    ],
    [
      'a role of another partition',
      plain({ type: 'AssumedRole', arn: `arn:aws-us-gov:sts::${ACCOUNT}:assumed-role/app/s`, accountId: ACCOUNT }),
      held(`arn:aws-us-gov:iam::${ACCOUNT}:role/app`, 'role', `arn:aws-us-gov:iam::${ACCOUNT}:role/app`),
    ],
    [
      'a role as such',
      plain({ type: 'Role', arn: ROLE, accountId: ACCOUNT, accessKeyId: ASIA }),
      held(ROLE, 'role', ROLE, ASIA),
    ],
    [
      'a federated user',
      plain({
        type: 'FederatedUser',
        arn: `arn:aws:sts::${ACCOUNT}:federated-user/bob`,
        accountId: ACCOUNT,
        accessKeyId: ASIA,
        sessionContext: { sessionIssuer: { type: 'IAMUser', arn: USER } },
      }),
      held(
        `arn:aws:sts::${ACCOUNT}:federated-user/bob`,
        'federated-user',
        USER,
        ASIA,
        `arn:aws:sts::${ACCOUNT}:federated-user/bob`,
      ),
    ],
    [
      'a SAML user',
      plain({ type: 'SAMLUser', principalId: 'x:jane', identityProvider: 'https://idp.example.com', userName: 'jane' }),
      held('https://idp.example.com jane', 'federated-user', 'https://idp.example.com jane'),
    ],
    [
      'a web identity',
      plain({ type: 'WebIdentityUser', identityProvider: 'accounts.google.com', userName: '1234' }),
      held('accounts.google.com 1234', 'federated-user', 'accounts.google.com 1234'),
    ],
    [
      'a person of Identity Center',
      plain({
        type: 'IdentityCenterUser',
        accountId: ACCOUNT,
        onBehalfOf: { userId: 'u-1', identityStoreArn: STORE },
        credentialId: 'c-1',
      }),
      held(`${STORE}/user/u-1`, 'identity-center-user', `${STORE}/user/u-1`, 'c-1'),
    ],
    [
      'another account',
      plain({ type: 'AWSAccount', accountId: '210987654321', principalId: 'AROAOTHER:session' }),
      { ...held('AROAOTHER', 'external-account', 'AROAOTHER'), account: '210987654321' },
    ],
    [
      'another account’s temporary key',
      plain({ type: 'AWSAccount', accountId: '210987654321', principalId: 'AROAOTHER:session', accessKeyId: ASIA }),
      { ...held('AROAOTHER', 'external-account', 'AROAOTHER', ASIA), account: '210987654321' },
    ],
    [
      'a federated user without a key',
      plain({ type: 'FederatedUser', arn: `arn:aws:sts::${ACCOUNT}:federated-user/bob`, accountId: ACCOUNT }),
      held(
        `arn:aws:sts::${ACCOUNT}:federated-user/bob`,
        'federated-user',
        `arn:aws:sts::${ACCOUNT}:federated-user/bob`,
      ),
    ],
    [
      'another account that names no principal',
      plain({ type: 'AWSAccount', accountId: '210987654321', principalId: '210987654321' }),
      { ...held('210987654321', 'external-account', '210987654321'), account: '210987654321' },
    ],
    ['a directory user', plain({ type: 'Directory', userName: 'jane' }), held('jane', 'unknown', 'jane')],
    ['an unknown type', plain({ type: 'Unknown', principalId: 'P1', accountId: ACCOUNT }), held('P1', 'unknown', 'P1')],
    ['a key and nothing else', plain({ accessKeyId: AKIA }), held(AKIA, 'access-key', '')],
    [
      'a user whose type is missing',
      plain({ arn: USER, accountId: ACCOUNT, accessKeyId: AKIA }),
      held(AKIA, 'access-key', USER),
    ],
    ['a role whose type is missing', plain({ ...role, type: undefined }), held(ROLE, 'role', ROLE, ASIA)],
    ['nobody', plain(null), 'ignored'],
    ['nobody at all', plain(undefined), 'ignored'],
    ['a service', plain({ type: 'AWSService', invokedBy: 'ec2.amazonaws.com' }), 'ignored'],
    ['a service without a type', plain({ accountId: ACCOUNT, invokedBy: 'ec2.amazonaws.com' }), 'ignored'],
    [
      'a service for a user',
      plain({ ...user, accessKeyId: AKIA, invokedBy: 'cloudformation.amazonaws.com' }),
      'ignored',
    ],
    [
      'a service for a user, told by its source',
      plain({ ...user, accessKeyId: AKIA }, { sourceIPAddress: 'cloudformation.amazonaws.com' }),
      'ignored',
    ],
    ['a stranger', plain({ type: 'AWSAccount', accountId: 'ANONYMOUS_PRINCIPAL', principalId: '' }), 'ignored'],
    [
      'a long-term Bedrock key',
      plain({ ...user, accessKeyId: AKIA }, bearer('ABSK')),
      held(`${USER}/bedrock`, 'bedrock-key', USER),
    ],
    ['the same, as conditions call it', plain(user, bearer('LONG_TERM')), held(`${USER}/bedrock`, 'bedrock-key', USER)],
    [
      'a long-term key of Claude Platform',
      plain(user, platform('LONG_TERM')),
      held(`${USER}/claude-platform`, 'claude-platform-key', USER),
    ],
    [
      'a long-term key that is named',
      plain({ ...user, credentialId: ACCA }, bearer('ABSK')),
      held(ACCA, 'bedrock-key', USER),
    ],
    [
      'a short-term key signed by a user',
      plain({ ...user, accessKeyId: AKIA }, bearer('SHORT_TERM')),
      held(AKIA, 'access-key', USER),
    ],
    ['a short-term key signed by a role', plain(role, platform('SHORT_TERM')), held(ROLE, 'role', ROLE, ASIA)],
    [
      'a bearer key of a kind not told',
      plain({ ...user, accessKeyId: AKIA }, bearer()),
      held(AKIA, 'access-key', USER),
    ],
    ['a bearer key of which nothing is told', plain(user, bearer()), held(`${USER}/bedrock`, 'bedrock-key', USER)],
    [
      'a bearer key of a user made for one',
      plain({ ...phantom, accessKeyId: AKIA }, bearer()),
      held(`${phantom.arn}/bedrock`, 'bedrock-key', phantom.arn),
    ],
    ['a role with a bearer key', plain(role, bearer('ABSK')), held(ROLE, 'role', ROLE, ASIA)],
  ];

  test.each(cases)('%s', (_, record, expected) => {
    expect(identityOf(record)).toEqual(expected);
  });

  test('does not depend on what was read before', () => {
    const records = cases.flatMap(([, record, expected]) => (expected === 'ignored' ? [] : [record]));
    const apart = records.map(record => readRecords([record]).events[0]);
    expect(readRecords(records).events).toEqual(apart);
    expect(readRecords([...records].reverse()).events).toEqual([...apart].reverse());
  });

  test('announces every credential once per reader', () => {
    const { credentials } = readRecords([plain(role), plain(role), plain({ ...user, accessKeyId: AKIA }), plain(role)]);
    expect(credentials.map(({ id }) => id)).toEqual([ROLE, AKIA]);
  });
});
