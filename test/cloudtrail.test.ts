import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../src/scan/wanted.ts';
import { readRecords } from './read-records.ts';

const ACCOUNT = '123456789012';
const IAM = `arn:aws:iam::${ACCOUNT}`;
const USER = `${IAM}:user/ci`;
const BOB = `${IAM}:user/bob`;
const ROLE = `${IAM}:role/app`;
const OTHER = 'arn:aws:iam::210987654321';
const ORG = 'o-a1b2c3d4e5';
const KMS = 'kms.amazonaws.com';
const KEY = 'AKIAIOSFODNN7EXAMPLE';
const NEW_KEY = 'AKIAI44QH8DHBEXAMPLE';
const SERVICE_KEY = 'ACCAIOSFODNN7EXAMPLE';
const AT = Date.UTC(2026, 10, 19, 12);
const MODEL = 'anthropic.claude-3-sonnet-20240229-v1:0';
const ID = '00000000-0000-4000-8000-000000000001';

const userIdentity = { type: 'IAMUser', arn: USER, accountId: ACCOUNT, userName: 'ci', accessKeyId: KEY };
const service = { type: 'AWSService', invokedBy: 'iam.amazonaws.com' };

function record(action: string, rest: JsonObject = {}): JsonObject {
  const [source, name] = action.split(':');
  return {
    eventVersion: '1.11',
    userIdentity,
    eventTime: '2026-11-19T12:00:00Z',
    eventSource: `${source}.amazonaws.com`,
    eventName: name,
    awsRegion: 'eu-central-1',
    sourceIPAddress: '192.0.2.1',
    userAgent: 'aws-cli/2.17.32',
    requestParameters: null,
    responseElements: null,
    requestID: '00000000-0000-4000-8000-0000000000aa',
    eventID: ID,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    ...rest,
  };
}

const asked = (action: string, requestParameters: unknown, responseElements: unknown = null): JsonObject =>
  record(action, { requestParameters, responseElements });

const USE = {
  at: AT,
  last: AT,
  count: 1,
  tokensIn: 0,
  tokensOut: 0,
  microUsd: 0,
  ttl: 0,
  example: ID,
  hour: AT / 3_600_000,
  credential: KEY,
  session: '',
  principal: USER,
  account: ACCOUNT,
  deed: 'use',
  action: 's3:ListBuckets',
  outcome: 'ok',
  address: '192.0.2.1',
  agent: 'aws-cli',
  region: 'eu-central-1',
  inferenceRegion: '',
  model: '',
  mfa: '',
  target: '',
};

const CALLER = { id: KEY, provider: 'aws', kind: 'access-key', owner: USER, account: ACCOUNT, observedAt: 0 };

/** The one event of a record, without what every plain use has. */
function eventOf(given: JsonObject) {
  const { events, malformed } = readRecords([given]);
  expect(malformed).toEqual([]);
  expect(events).toHaveLength(1);
  return events[0]!;
}

const tellsOf = (given: JsonObject): string => {
  const { deed, target, outcome, ttl } = eventOf(given);
  return [deed, outcome, ttl === 0 ? '' : `${ttl} s`, target].filter(part => part !== '').join(' | ');
};

describe('one record', () => {
  test('plain use is told whole', () => {
    const { events, credentials, ignored, malformed } = readRecords([record('s3:ListBuckets')]);
    expect({ events, credentials, ignored, malformed }).toEqual({
      events: [USE],
      credentials: [CALLER],
      ignored: 0,
      malformed: [],
    });
  });

  test('a model call is told whole', () => {
    const call = record('bedrock:InvokeModel', {
      requestParameters: { modelId: `arn:aws:bedrock:eu-central-1:${ACCOUNT}:inference-profile/eu.${MODEL}` },
      additionalEventData: { inferenceRegion: 'eu-west-3', inputTokens: 1200, outputTokens: '85' },
    });
    expect(eventOf(call)).toEqual({
      ...USE,
      deed: 'infer',
      action: 'bedrock:InvokeModel',
      model: MODEL,
      inferenceRegion: 'eu-west-3',
      tokensIn: 1200,
      tokensOut: 85,
    });
  });

  test.each([
    ['bedrock:Converse', { requestParameters: { modelId: MODEL } }, 'infer', MODEL],
    ['bedrock:StartAsyncInvoke', { requestParameters: { modelId: MODEL } }, 'infer', MODEL],
    ['bedrock:InvokeAgent', {}, 'infer', ''],
    ['bedrock-mantle:CreateInference', { requestParameters: { model: 'claude-opus-4-7' } }, 'infer', 'claude-opus-4-7'],
    ['aws-external-anthropic:CreateInference', { requestParameters: { model: 'claude-x' } }, 'infer', 'claude-x'],
    [
      'bedrock:SomethingNew',
      { tlsDetails: { clientProvidedHostHeader: 'bedrock-runtime.x.amazonaws.com' } },
      'infer',
      '',
    ],
    [
      'bedrock:GetAsyncInvoke',
      { tlsDetails: { clientProvidedHostHeader: 'bedrock-runtime.x.amazonaws.com' } },
      'use',
      '',
    ],
    ['bedrock:SomethingNew', { tlsDetails: { clientProvidedHostHeader: 'bedrock.x.amazonaws.com' } }, 'use', ''],
    ['bedrock-mantle:GetInference', {}, 'use', ''],
    ['bedrock:PutFoundationModelEntitlement', { requestParameters: { modelId: MODEL } }, 'grant', MODEL],
    ['sagemaker:DescribeModel', { requestParameters: { modelId: MODEL } }, 'use', ''],
  ])('%s %j', (action, rest, deed, model) => {
    expect(eventOf(record(action, rest))).toMatchObject({ deed, model });
  });

  test.each([
    ['', 'ok'],
    ['AccessDenied', 'denied'],
    ['AccessDeniedException', 'denied'],
    ['Client.UnauthorizedOperation', 'denied'],
    ['UnauthorizedAccess', 'denied'],
    ['ExpiredTokenException', 'denied'],
    ['InvalidClientTokenId', 'denied'],
    ['ThrottlingException', 'throttled'],
    ['TooManyRequestsException', 'throttled'],
    ['ServiceQuotaExceededException', 'throttled'],
    ['ValidationException', 'invalid'],
    ['ResourceNotFoundException', 'invalid'],
    ['ModelNotReadyException', 'invalid'],
    ['NoSuchEntityException', 'invalid'],
    ['EntityTemporarilyUnmodifiableException', 'failed'],
    ['InternalFailure', 'failed'],
  ])('error code %j is %s', (errorCode, outcome) => {
    expect(eventOf(record('bedrock:InvokeModel', { errorCode })).outcome).toBe(outcome);
  });

  test('a refused call names its model in the message alone', () => {
    const errorMessage = `User: x is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/${MODEL}`;
    const refused = record('bedrock:InvokeModel', { errorCode: 'AccessDenied', errorMessage });
    expect(eventOf(refused)).toMatchObject({ deed: 'infer', outcome: 'denied', model: MODEL });
  });

  test.each([
    ['cloudformation.amazonaws.com', undefined],
    ['AWS Internal', undefined],
    ['AWS Internal/#', undefined],
    ['035.249.253.232', undefined],
    [undefined, undefined],
    ['192.0.2.7', 'cloudformation.amazonaws.com'],
  ])('from %s on behalf of %s has no place', (sourceIPAddress, invokedBy) => {
    const made = record('iam:CreateAccessKey', { sourceIPAddress, userIdentity: { ...userIdentity, invokedBy } });
    expect(eventOf(made)).toMatchObject({ deed: 'create', address: '' });
  });

  test.each([
    [{ sourceIPAddress: 'cloudformation.amazonaws.com' }, true],
    [{ sourceIPAddress: 'sagemaker.cn-north-1.amazonaws.com.cn' }, true],
    [{ sourceIPAddress: 'AWS Internal' }, true],
    [{ sourceIPAddress: 'AWS Internal/' }, true],
    [{ sourceIPAddress: 'AWS Internal/#' }, true],
    [{ userIdentity: { ...userIdentity, invokedBy: 'cloudformation.amazonaws.com' } }, true],
    [{ userIdentity: { ...userIdentity, invokedBy: 'AWS Internal' } }, true],
    [{ userIdentity: { ...userIdentity, invokedBy: 'signin.amazonaws.com' } }, false],
    [
      { userIdentity: { ...userIdentity, invokedBy: 'signin.amazonaws.com' }, sourceIPAddress: 'signin.amazonaws.com' },
      false,
    ],
    [{ sourceIPAddress: 'signin.amazonaws.com' }, false],
    [{ sourceIPAddress: '035.249.253.232' }, false],
    [{ sourceIPAddress: 'cloudformation.amazonaws.com.example.com' }, false],
    [{ userAgent: 'AWS Internal' }, false],
    [{ userAgent: 'cloudformation.amazonaws.com' }, false],
    [{ userAgent: 'aws-service' }, false],
  ])('%j: a service acted for someone: %s', (rest, isService) => {
    const told = ['s3:ListBuckets', 'bedrock:InvokeModel', 'iam:CreateAccessKey', 'sts:AssumeRole'].map(action => {
      const { events, ignored } = readRecords([record(action, rest)]);
      return ignored === 1 ? 'ignored' : events.map(({ deed, agent }) => `${deed} ${agent === 'aws-service'}`).join();
    });
    const [used, inferred] = isService ? ['ignored', 'ignored'] : ['use false', 'infer false'];
    expect(told).toEqual([used, inferred, `create ${isService}`, `issue ${isService}`]);
  });
});

describe('deeds', () => {
  const cases: [string, JsonObject, string][] = [
    [
      'a key for another',
      asked('iam:CreateAccessKey', { userName: 'bob' }, { accessKey: { accessKeyId: NEW_KEY } }),
      `create | ok | ${NEW_KEY}`,
    ],
    ['a key that was refused', record('iam:CreateAccessKey', { errorCode: 'AccessDenied' }), 'create | denied'],
    [
      'a key switched off',
      asked('iam:UpdateAccessKey', { userName: 'bob', accessKeyId: NEW_KEY, status: 'Inactive' }),
      `disable | ok | ${NEW_KEY}`,
    ],
    [
      'a key switched on',
      asked('iam:UpdateAccessKey', { userName: 'bob', accessKeyId: NEW_KEY, status: 'Active' }),
      `use | ok | ${NEW_KEY}`,
    ],
    [
      'a key deleted',
      asked('iam:DeleteAccessKey', { userName: 'bob', accessKeyId: NEW_KEY }),
      `delete | ok | ${NEW_KEY}`,
    ],
    [
      'a password',
      asked('iam:CreateLoginProfile', { userName: 'bob' }, { loginProfile: { userName: 'bob' } }),
      `create | ok | ${BOB}/password`,
    ],
    ['a password changed', asked('iam:UpdateLoginProfile', { userName: 'bob' }), `create | ok | ${BOB}/password`],
    ['a password deleted', asked('iam:DeleteLoginProfile', { userName: 'bob' }), `delete | ok | ${BOB}/password`],
    [
      'a model key for ninety days',
      asked(
        'iam:CreateServiceSpecificCredential',
        { userName: 'bob', serviceName: 'bedrock.amazonaws.com', credentialAgeDays: 90 },
        { serviceSpecificCredential: { serviceSpecificCredentialId: SERVICE_KEY, userName: 'bob' } },
      ),
      `create | ok | ${90 * 86_400} s | ${SERVICE_KEY}`,
    ],
    [
      'a model key made anew',
      asked('iam:ResetServiceSpecificCredential', { userName: 'bob', serviceSpecificCredentialId: SERVICE_KEY }),
      `create | ok | ${SERVICE_KEY}`,
    ],
    [
      'a model key switched off',
      asked('iam:UpdateServiceSpecificCredential', { serviceSpecificCredentialId: SERVICE_KEY, status: 'Inactive' }),
      `disable | ok | ${SERVICE_KEY}`,
    ],
    [
      'a model key deleted',
      asked('iam:DeleteServiceSpecificCredential', { serviceSpecificCredentialId: SERVICE_KEY }),
      `delete | ok | ${SERVICE_KEY}`,
    ],

    [
      'a role assumed',
      asked('sts:AssumeRole', { roleArn: `${IAM}:role/x/app`, durationSeconds: 900 }),
      `issue | ok | 900 s | ${ROLE}`,
    ],
    [
      'a role assumed, with its end',
      asked('sts:AssumeRole', { roleArn: ROLE }, { credentials: { expiration: 'Nov 19, 2026, 1:00:00 PM' } }),
      `issue | ok | 3600 s | ${ROLE}`,
    ],
    [
      'a role refused',
      record('sts:AssumeRole', {
        requestParameters: { roleArn: ROLE, durationSeconds: 900 },
        errorCode: 'AccessDenied',
      }),
      `issue | denied | ${ROLE}`,
    ],
    [
      'root assumed',
      asked('sts:AssumeRoot', { targetPrincipal: '210987654321' }),
      'issue | ok | arn:aws:iam::210987654321:root/assumed',
    ],
    [
      'a session of one’s own',
      asked('sts:GetSessionToken', { durationSeconds: 129_600 }),
      `issue | ok | 129600 s | ${USER}`,
    ],
    [
      'a federated user',
      asked(
        'sts:GetFederationToken',
        { name: 'x' },
        { federatedUser: { arn: `arn:aws:sts::${ACCOUNT}:federated-user/x` } },
      ),
      `issue | ok | arn:aws:sts::${ACCOUNT}:federated-user/x`,
    ],
    ['a sign-in of the command line', record('signin:CreateOAuth2Token'), 'issue | ok'],
    [
      'a certificate exchanged',
      asked('rolesanywhere:CreateSession', { roleArn: ROLE, durationSeconds: 3600 }),
      `issue | ok | 3600 s | ${ROLE}`,
    ],

    [
      'a policy attached',
      asked('iam:AttachUserPolicy', { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
      `grant | ok | ${BOB}`,
    ],
    [
      'what a console attaches to a user that it makes for one API key',
      asked('iam:AttachUserPolicy', {
        userName: 'BedrockAPIKey-x1y2',
        policyArn: 'arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess',
      }),
      'use | ok',
    ],
    [
      'more than that attached to such a user',
      asked('iam:AttachUserPolicy', {
        userName: 'BedrockAPIKey-x1y2',
        policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      }),
      `grant | ok | ${IAM}:user/BedrockAPIKey-x1y2`,
    ],
    ['a use case stated to Bedrock', asked('bedrock:PutUseCaseForModelAccess', {}), 'grant | ok'],
    [
      'an agreement for a model',
      asked('bedrock:CreateFoundationModelAgreement', { modelId: 'anthropic.claude-3-sonnet-20240229-v1:0' }),
      'grant | ok | anthropic.claude-3-sonnet-20240229-v1:0',
    ],
    ['an agreement for something else', asked('agreement-marketplace:AcceptAgreementRequest', {}), 'use | ok'],
    [
      'an agreement asked for through Bedrock',
      record('agreement-marketplace:AcceptAgreementRequest', { sourceIPAddress: 'bedrock.amazonaws.com' }),
      'grant | ok',
    ],
    [
      'a policy attached to a role',
      asked('iam:AttachRolePolicy', { roleName: 'app', policyArn: 'x' }),
      `grant | ok | ${ROLE}`,
    ],
    [
      'a policy of a group',
      asked('iam:PutGroupPolicy', { groupName: 'ops', policyName: 'x' }),
      `grant | ok | ${IAM}:group/ops`,
    ],
    ['a group joined', asked('iam:AddUserToGroup', { userName: 'bob', groupName: 'ops' }), `grant | ok | ${BOB}`],
    [
      'a policy changed',
      asked('iam:CreatePolicyVersion', { policyArn: `${IAM}:policy/x` }),
      `grant | ok | ${IAM}:policy/x`,
    ],
    [
      'a quarantine',
      asked('iam:AttachUserPolicy', {
        userName: 'bob',
        policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3',
      }),
      `expose | ok | ${BOB}`,
    ],
    [
      'a quarantine of old',
      asked('iam:PutUserPolicy', { userName: 'bob', policyName: 'AWSExposedCredentialPolicy_DO_NOT_REMOVE' }),
      `expose | ok | ${BOB}`,
    ],

    [
      'trust in another account',
      trust('iam:UpdateAssumeRolePolicy', { AWS: 'arn:aws:iam::210987654321:root' }),
      `trust | ok | ${ROLE} trusts 210987654321`,
    ],
    [
      'trust in two',
      trust('iam:UpdateAssumeRolePolicy', { AWS: ['210987654321', 'arn:aws:iam::111122223333:user/x'] }),
      `trust | ok | ${ROLE} trusts 111122223333, 210987654321`,
    ],
    [
      'trust in anyone',
      trust('iam:UpdateAssumeRolePolicy', { AWS: '*', Federated: 'accounts.google.com' }),
      `trust | ok | ${ROLE} trusts *`,
    ],
    ['trust in anyone, in short', trust('iam:UpdateAssumeRolePolicy', '*'), `trust | ok | ${ROLE} trusts *`],
    [
      'trust in a provider',
      trust('iam:CreateRole', { Federated: `${OTHER}:oidc-provider/x.example.com` }),
      `trust | ok | ${ROLE} trusts ${OTHER}:oidc-provider/x.example.com`,
    ],
    [
      'trust in a provider of one’s own',
      trust('iam:CreateRole', { Federated: `${IAM}:oidc-provider/x.example.com` }),
      'use | ok',
    ],
    [
      'trust in a provider of one’s own, changed',
      trust('iam:UpdateAssumeRolePolicy', { Federated: [`${IAM}:saml-provider/sso`, `${IAM}:oidc-provider/x`] }),
      'use | ok',
    ],
    ...['accounts.google.com', 'graph.facebook.com', 'www.amazon.com', 'cognito-identity.amazonaws.com'].map(
      (provider): [string, JsonObject, string] => [
        `trust in ${provider}`,
        trust('iam:CreateRole', { Federated: provider }),
        `trust | ok | ${ROLE} trusts ${provider}`,
      ],
    ),
    ['trust in a service', trust('iam:UpdateAssumeRolePolicy', { Service: 'ec2.amazonaws.com' }), 'use | ok'],
    ['trust within the account', trust('iam:CreateRole', { AWS: [`${IAM}:root`, ACCOUNT] }), 'use | ok'],
    [
      'trust of which nothing is told',
      asked('iam:UpdateAssumeRolePolicy', { roleName: 'app', policyDocument: 'not JSON' }),
      `trust | ok | ${ROLE}`,
    ],
    ['trust refused', record('iam:UpdateAssumeRolePolicy', { errorCode: 'AccessDenied' }), 'trust | denied'],
    ['a new role of which nothing is told', asked('iam:CreateRole', { roleName: 'app' }), 'use | ok'],
    [
      'a provider',
      asked(
        'iam:CreateOpenIDConnectProvider',
        { url: 'https://x.example.com' },
        { openIDConnectProviderArn: `${IAM}:oidc-provider/x.example.com` },
      ),
      `trust | ok | ${IAM}:oidc-provider/x.example.com`,
    ],
    [
      'a provider of SAML',
      asked('iam:CreateSAMLProvider', { name: 'sso' }, { sAMLProviderArn: `${IAM}:saml-provider/sso` }),
      `trust | ok | ${IAM}:saml-provider/sso`,
    ],
    [
      'a provider changed',
      asked('iam:UpdateSAMLProvider', { sAMLProviderArn: `${IAM}:saml-provider/sso` }),
      `trust | ok | ${IAM}:saml-provider/sso`,
    ],
    [
      'a client added',
      asked('iam:AddClientIDToOpenIDConnectProvider', { openIDConnectProviderArn: `${IAM}:oidc-provider/x` }),
      `trust | ok | ${IAM}:oidc-provider/x`,
    ],
    [
      'a trust anchor',
      asked('rolesanywhere:CreateTrustAnchor', {
        name: 'ca',
        source: { sourceData: { x509CertificateData: '-----BEGIN CERTIFICATE-----' } },
      }),
      'trust | ok | ca',
    ],

    ['a secret', asked('secretsmanager:GetSecretValue', { secretId: 'prod/openai' }), 'reveal | ok | prod/openai'],
    ['a secret refused', record('secretsmanager:GetSecretValue', { errorCode: 'AccessDenied' }), 'reveal | denied'],
    [
      'many secrets',
      asked('secretsmanager:BatchGetSecretValue', { secretIdList: ['b', 'a', 'b'] }),
      'reveal | ok | a b',
    ],
    ['all secrets', asked('secretsmanager:BatchGetSecretValue', { filters: [{ key: 'tag-key' }] }), 'reveal | ok'],
    ['a parameter', asked('ssm:GetParameter', { name: '/openai', withDecryption: true }), 'reveal | ok | /openai'],
    ['parameters', asked('ssm:GetParameters', { names: ['/b', '/a'], withDecryption: true }), 'reveal | ok | /a /b'],
    ['a parameter left encrypted', asked('ssm:GetParameter', { name: '/openai' }), 'use | ok'],

    ['a trail stopped', asked('cloudtrail:StopLogging', { name: 'main' }), 'silence | ok | main'],
    ['a trail deleted', asked('cloudtrail:DeleteTrail', { name: 'main' }), 'silence | ok | main'],
    [
      'a trail narrowed',
      asked('cloudtrail:UpdateTrail', { name: 'main', isMultiRegionTrail: false }),
      'silence | ok | main',
    ],
    [
      'a trail without global services',
      asked('cloudtrail:UpdateTrail', { name: 'main', includeGlobalServiceEvents: false, isOrganizationTrail: false }),
      'silence | ok | main',
    ],
    [
      'a trail of one account',
      asked('cloudtrail:UpdateTrail', { name: 'main', isOrganizationTrail: false, isMultiRegionTrail: true }),
      'use | ok',
    ],
    ['a trail changed', asked('cloudtrail:UpdateTrail', { name: 'main', isMultiRegionTrail: true }), 'use | ok'],
    ['a store deleted', asked('cloudtrail:DeleteEventDataStore', { eventDataStore: 'x' }), 'silence | ok | x'],
    [
      'selectors without management',
      selectors({ includeManagementEvents: false }),
      'silence | ok | main (drops management events)',
    ],
    [
      'selectors of reads alone',
      selectors({ includeManagementEvents: true, readWriteType: 'ReadOnly' }),
      'silence | ok | main (drops management events)',
    ],
    [
      'selectors that leave out',
      selectors({ includeManagementEvents: true, excludeManagementEventSources: ['iam.amazonaws.com', KMS] }),
      'silence | ok | main (excludes iam.amazonaws.com kms.amazonaws.com)',
    ],
    [
      'selectors that leave out what there is much of',
      selectors({ includeManagementEvents: true, excludeManagementEventSources: [KMS, 'rdsdata.amazonaws.com'] }),
      'use | ok',
    ],
    [
      'selectors that leave out nearly everything',
      selectors({ includeManagementEvents: false, excludeManagementEventSources: [KMS] }),
      'silence | ok | main (drops management events)',
    ],
    [
      'advanced selectors that leave out what there is much of',
      advanced(['eventCategory', 'Management'], { field: 'eventSource', notEquals: [KMS] }),
      'use | ok',
    ],
    [
      'advanced selectors that leave out more',
      advanced(['eventCategory', 'Management'], { field: 'eventSource', notEquals: ['sts.amazonaws.com'] }),
      'silence | ok | main (excludes sts.amazonaws.com)',
    ],
    ['selectors of everything', selectors({ includeManagementEvents: true, readWriteType: 'All' }), 'use | ok'],
    ['advanced selectors of everything', advanced(['eventCategory', 'Management']), 'use | ok'],
    [
      'advanced selectors of data alone',
      advanced(['eventCategory', 'Data']),
      'silence | ok | main (drops management events)',
    ],
    ['selectors refused', record('cloudtrail:PutEventSelectors', { errorCode: 'AccessDenied' }), 'silence | denied'],
    ['the invocation log deleted', record('bedrock:DeleteModelInvocationLoggingConfiguration'), 'silence | ok'],
    ['the invocation log set', record('bedrock:PutModelInvocationLoggingConfiguration'), 'silence | ok'],
    ['flow logs deleted', record('ec2:DeleteFlowLogs'), 'use | ok'],
  ];

  test.each(cases)('%s', (_, given, expected) => {
    expect(tellsOf(given)).toBe(expected);
  });

  const whom = (Principal: unknown, Condition: JsonObject): string =>
    tellsOf(trust('iam:UpdateAssumeRolePolicy', Principal, Condition)).replace(`trust | ok | ${ROLE} trusts `, '');

  test.each<[string, JsonObject, string]>([
    ['no condition', {}, '*'],
    ['an external id', { StringEquals: { 'sts:ExternalId': 'x' } }, '*'],
    ['the organisation', { StringEquals: { 'aws:PrincipalOrgID': ORG } }, 'accounts of the organisation'],
    ['two of them', { StringEquals: { 'AWS:PrincipalOrgId': [ORG, 'o-zzzzzzzzzz'] } }, 'accounts of the organisation'],
    [
      'a part of the organisation',
      { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': [`${ORG}/r-ab12/ou-ab12-11111111/*`] } },
      'accounts of the organisation',
    ],
    ['calls for the organisation', { StringEquals: { 'aws:SourceOrgID': ORG } }, 'accounts of the organisation'],
    ['any organisation', { StringLike: { 'aws:PrincipalOrgID': 'o-*' } }, '*'],
    ['the organisation or anyone', { StringLike: { 'aws:PrincipalOrgID': [ORG, '*'] } }, '*'],
    ['not an organisation', { StringNotEquals: { 'aws:PrincipalOrgID': ORG } }, '*'],
    ['no organisation', { Null: { 'aws:PrincipalOrgID': 'false' } }, '*'],
    ['an organisation, if any', { StringEqualsIfExists: { 'aws:PrincipalOrgID': ORG } }, '*'],
    ['all organisations', { 'ForAllValues:StringEquals': { 'aws:PrincipalOrgID': ORG } }, '*'],
    ['an account', { StringEquals: { 'aws:PrincipalAccount': '210987654321' } }, '210987654321'],
    ['calls for an account', { StringEquals: { 'aws:SourceAccount': '210987654321' } }, '210987654321'],
    [
      'two accounts',
      { StringLike: { 'aws:PrincipalAccount': ['210987654321', '111122223333'] } },
      '111122223333, 210987654321',
    ],
    ['its own and another', { StringEquals: { 'aws:PrincipalAccount': [ACCOUNT, '210987654321'] } }, '210987654321'],
    ['its own account', { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } }, 'use | ok'],
    ['accounts by their beginning', { StringLike: { 'aws:PrincipalAccount': '12345*' } }, '*'],
    ['a role', { ArnLike: { 'aws:PrincipalArn': `${OTHER}:role/x-*` } }, '210987654321'],
    ['a role of its own', { ArnEquals: { 'aws:PrincipalArn': `${IAM}:role/x` } }, 'use | ok'],
    ['a role in any account', { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/x' } }, '*'],
    [
      'an account of the organisation',
      { StringEquals: { 'aws:PrincipalOrgID': ORG, 'aws:PrincipalAccount': '210987654321' } },
      '210987654321',
    ],
    ['a network', { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, '*'],
    ['nonsense', { StringEquals: 'x', StringLike: { 'aws:PrincipalOrgID': [] } }, '*'],
  ])('trust in anyone under a condition on %s', (_, condition, expected) => {
    expect(whom('*', condition)).toBe(expected);
    expect(whom({ AWS: '*' }, condition)).toBe(expected);
  });

  test('a condition widens nothing', () => {
    const condition = { StringEquals: { 'aws:PrincipalOrgID': ORG } };
    expect(whom({ AWS: `${OTHER}:root` }, condition)).toBe('210987654321');
    expect(whom({ AWS: [`${OTHER}:root`, '*'] }, condition)).toBe('210987654321, accounts of the organisation');
    expect(whom({ AWS: `${IAM}:root` }, condition)).toBe('use | ok');
  });

  test('a lifecycle deed shows what it was done to, beside the doer', () => {
    const made = asked(
      'iam:CreateAccessKey',
      { userName: 'bob' },
      {
        accessKey: { accessKeyId: NEW_KEY, createDate: 'Nov 19, 2026 11:59:59 AM', status: 'Active', userName: 'bob' },
      },
    );
    const seen = { id: NEW_KEY, provider: 'aws', kind: 'access-key', owner: BOB, account: ACCOUNT, observedAt: AT };
    expect(readRecords([made]).credentials).toEqual([{ ...seen, active: true, createdAt: AT - 1000 }, CALLER]);
  });

  test.each([
    ['iam:CreateAccessKey', null, { accessKey: { accessKeyId: NEW_KEY } }, { kind: 'access-key', owner: USER }],
    ['iam:UpdateAccessKey', { accessKeyId: NEW_KEY, status: 'Active' }, null, { active: true }],
    ['iam:UpdateAccessKey', { accessKeyId: NEW_KEY, status: 'Inactive' }, null, { active: false }],
    ['iam:DeleteAccessKey', { accessKeyId: NEW_KEY }, null, { active: false }],
    ['iam:CreateLoginProfile', { userName: 'bob' }, null, { id: `${BOB}/password`, kind: 'password', createdAt: AT }],
    ['iam:UpdateLoginProfile', { userName: 'bob' }, null, { id: `${BOB}/password`, active: true }],
    [
      'iam:CreateServiceSpecificCredential',
      { userName: 'bob' },
      {
        serviceSpecificCredential: {
          serviceSpecificCredentialId: SERVICE_KEY,
          serviceName: 'aws-external-anthropic.amazonaws.com',
          createDate: 'Nov 19, 2026 12:00:00 PM',
          expirationDate: 'Nov 20, 2026 12:00:00 PM',
        },
      },
      { id: SERVICE_KEY, kind: 'claude-platform-key', owner: BOB, createdAt: AT, expiresAt: AT + 86_400_000 },
    ],
    ['sts:GetSessionToken', {}, {}, { id: USER, kind: 'user-session', parent: KEY }],
    [
      'sts:GetFederationToken',
      { name: 'x' },
      {},
      { id: `arn:aws:sts::${ACCOUNT}:federated-user/x`, kind: 'federated-user', owner: USER, parent: KEY },
    ],
  ])('%s %j', (action, request, response, seen) => {
    const given = asked(action, request, response);
    expect(readRecords([given]).credentials[0]).toMatchObject({ observedAt: AT, account: ACCOUNT, ...seen });
    expect(readRecords([{ ...given, errorCode: 'AccessDenied' }]).credentials).toEqual([CALLER]);
  });

  test('root makes a key of its own', () => {
    const root = { type: 'Root', arn: `${IAM}:root`, accountId: ACCOUNT, accessKeyId: '' };
    const made = record('iam:CreateAccessKey', {
      userIdentity: root,
      responseElements: { accessKey: { accessKeyId: NEW_KEY } },
    });
    expect(readRecords([made]).credentials[0]).toMatchObject({ id: NEW_KEY, kind: 'root-key', owner: `${IAM}:root` });
  });

  test('a service on behalf of a user: deeds are kept, use is not, and what it shows is seen', () => {
    const behalf = { userIdentity: { ...userIdentity, invokedBy: 'cloudformation.amazonaws.com' } };
    const made = {
      ...asked('iam:CreateAccessKey', { userName: 'bob' }, { accessKey: { accessKeyId: NEW_KEY } }),
      ...behalf,
    };
    const back = { ...asked('iam:UpdateAccessKey', { accessKeyId: NEW_KEY, status: 'Active' }), ...behalf };
    const call = { ...record('bedrock:InvokeModel'), ...behalf };
    const { events, ignored, credentials } = readRecords([made, back, call]);
    expect(events.map(({ deed, address }) => [deed, address])).toEqual([['create', '']]);
    expect(ignored).toBe(2);
    expect(credentials.map(({ id }) => id)).toEqual([NEW_KEY, KEY, NEW_KEY]);
  });

  test('AWS warns of an exposed key, as a policy or as a notice', () => {
    const policy = { userName: 'bob', policyName: 'AWSCompromisedKeyQuarantineV2' };
    const attached = { ...asked('iam:PutUserPolicy', policy), userIdentity: service };
    const plain = { ...asked('iam:PutUserPolicy', { userName: 'bob', policyName: 'x' }), userIdentity: service };
    const notice = {
      'detail-type': 'AWS Health Event',
      source: 'aws.health',
      id: 'n-1',
      time: '2026-11-19T12:00:00Z',
      account: ACCOUNT,
      region: 'us-east-1',
      detail: {
        eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
        affectedEntities: [{ entityValue: NEW_KEY }, { entityValue: KEY }],
      },
    };
    const { events, ignored } = readRecords([attached, plain, notice]);
    expect(ignored).toBe(1);
    expect(events.map(({ deed, target, credential, example }) => [deed, target, credential, example])).toEqual([
      ['expose', BOB, 'iam.amazonaws.com', ID],
      ['expose', NEW_KEY, 'health.amazonaws.com', 'n-1'],
      ['expose', KEY, 'health.amazonaws.com', `n-1/${KEY}`],
    ]);
  });

  test('a deed by nobody known is told, use by nobody is not', () => {
    const { events, ignored } = readRecords([
      { ...asked('cloudtrail:StopLogging', { name: 'main' }), userIdentity: null },
      { ...record('s3:ListBuckets'), userIdentity: null },
    ]);
    expect([events.map(({ credential, deed }) => [credential, deed]), ignored]).toEqual([
      [[`unidentified:${ACCOUNT}`, 'silence']],
      1,
    ]);
  });
});

describe('console sign-ins', () => {
  const signIn = (login: string, mfaUsed: string, rest: JsonObject = {}): JsonObject =>
    record('signin:ConsoleLogin', {
      userIdentity: { ...userIdentity, accessKeyId: '' },
      eventType: 'AwsConsoleSignIn',
      responseElements: { ConsoleLogin: login },
      additionalEventData: { MFAUsed: mfaUsed },
      ...rest,
    });
  const assumed = { type: 'AssumedRole', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/jane`, accountId: ACCOUNT };
  test.each([
    ['without a second factor', signIn('Success', 'No'), [`${USER}/password`, 'ok', 'no']],
    ['with one', signIn('Success', 'Yes'), [`${USER}/password`, 'ok', 'yes']],
    [
      'that failed',
      signIn('Failure', 'No', { errorMessage: 'Failed authentication' }),
      [`${USER}/password`, 'failed', 'no'],
    ],
    [
      'that says only why it failed',
      signIn('', '', { errorMessage: 'Failed authentication' }),
      [`${USER}/password`, 'failed', ''],
    ],
    ['through a provider', signIn('Success', 'No', { userIdentity: assumed }), [ROLE, 'ok', '']],
  ])('%s', (_, given, expected) => {
    const { deed, credential, outcome, mfa } = eventOf(given);
    expect([deed, credential, outcome, mfa]).toEqual(['sign-in', ...expected]);
  });

  test('under a mistyped name are kept, with their address', () => {
    const hidden = { type: 'IAMUser', accountId: ACCOUNT, userName: 'HIDDEN_DUE_TO_SECURITY_REASONS', accessKeyId: '' };
    const errorMessage = 'No username found in supplied account';
    expect(eventOf(signIn('Failure', 'No', { userIdentity: hidden, errorMessage }))).toMatchObject({
      deed: 'sign-in',
      credential: `${ACCOUNT}/unnamed-user/password`,
      outcome: 'failed',
      address: '192.0.2.1',
    });
  });
});

describe('streaming', () => {
  const call = record('bedrock:ConverseStream', { requestParameters: { modelId: MODEL } });
  const completion = record('bedrock:ConverseStream', {
    eventType: 'AwsServiceEvent',
    eventID: '00000000-0000-4000-8000-000000000002',
    requestID: 'r-2',
    eventCategory: undefined,
    serviceEventDetails: {
      parentRequestId: '00000000-0000-4000-8000-0000000000aa',
      AdditionalEventData: {
        additionalEntries: { inferenceRegion: 'us-east-1', inputTokens: 18694, outputTokens: 356 },
      },
    },
    resources: [
      { type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::x' },
      { type: 'AWS::Bedrock::Model', ARN: `arn:aws:bedrock:us-west-2::foundation-model/${MODEL}` },
    ],
  });

  test('a call and its completion are one call with its tokens', () => {
    const infer = { ...USE, deed: 'infer', action: 'bedrock:ConverseStream', model: MODEL };
    const tokens = { count: 0, tokensIn: 18694, tokensOut: 356, inferenceRegion: 'us-east-1' };
    expect(readRecords([call, completion]).events).toEqual([
      infer,
      { ...infer, ...tokens, example: `stream:${ACCOUNT}:r-2:ConverseStream` },
    ]);
  });

  test('a completion counts whoever wrote it, unless a service made the call', () => {
    const written = { ...completion, sourceIPAddress: 'bedrock.amazonaws.com' };
    expect(eventOf(written)).toEqual({ ...eventOf(completion), address: '' });
    const behalf = { ...completion, userIdentity: { ...userIdentity, invokedBy: 'lambda.amazonaws.com' } };
    expect(readRecords([behalf])).toMatchObject({ events: [], ignored: 1 });
  });

  test('a copy of the completion under another id is the same event', () => {
    const copy = { ...completion, eventID: '00000000-0000-4000-8000-000000000003', eventCategory: 'Data' };
    expect(eventOf(copy)).toEqual(eventOf(completion));
  });

  test.each([-1, 1.5, 1e30, 'NaN', '', null, true, {}, [7]])(
    'a token count of %j is no fraction and no fault',
    count => {
      const odd = { ...call, additionalEventData: { inputTokens: count } };
      expect(eventOf(odd).tokensIn).toBe(count === 1.5 || count === true ? (count === true ? 0 : 1) : 0);
    },
  );
});

describe('shapes', () => {
  const bare = record('s3:ListBuckets');
  const text = JSON.stringify(bare);
  const untimed = { ...bare, eventTime: undefined };
  const columns = {
    TimeGenerated: '2026-11-19T12:00:00Z',
    EventName: 'ListBuckets',
    EventSource: 's3.amazonaws.com',
    EventTypeName: 'AwsApiCall',
    AwsEventId: ID,
    AWSRegion: 'eu-central-1',
    SourceIpAddress: '192.0.2.1',
    UserAgent: 'aws-cli/2.17.32',
    ErrorCode: '',
    RequestParameters: '{"a":"b"}',
    ResponseElements: 'not JSON',
    RecipientAccountId: ACCOUNT,
    UserIdentityType: 'IAMUser',
    UserIdentityArn: USER,
    UserIdentityAccountId: ACCOUNT,
    UserIdentityAccessKeyId: KEY,
    UserIdentityUserName: 'ci',
  };
  const { TimeGenerated, ...undated } = columns;
  test.each([
    ['bare', bare],
    ['event bus', { 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.s3', detail: bare }],
    [
      'event bus, the time outside',
      {
        'detail-type': 'AWS API Call via CloudTrail',
        time: bare.eventTime,
        detail: JSON.parse(JSON.stringify(untimed)),
      },
    ],
    ['event bus, trimmed', { version: '0', detail: bare }],
    ['LookupEvents', { EventId: ID, EventName: 'x', EventSource: 'y', EventTime: '1', CloudTrailEvent: text }],
    ['LookupEvents in camel case', { eventId: ID, cloudTrailEvent: text }],
    ['LookupEvents in snake case', { event_id: ID, cloud_trail_event: text }],
    [
      'LookupEvents, the time outside',
      { EventTime: '2026-11-19 13:00:00+01:00', CloudTrailEvent: JSON.stringify(untimed) },
    ],
    ['a log line', { timestamp: 1, message: text }],
    ['Logstash', { ...JSON.parse(JSON.stringify(untimed)), '@timestamp': '2026-11-19T12:00:00.000Z', '@version': '1' }],
    ['Log Analytics', columns],
    ['Log Analytics, as exported', { ...undated, 'TimeGenerated [UTC]': '11/19/2026, 12:00:00.000 PM' }],
  ])('%s', (_, given) => {
    expect(readRecords([given]).events).toEqual([USE]);
  });

  test('a row of alarms', () => {
    const row = {
      'Event Type': 'AwsApiCall',
      'Event Name': 'ListObjects',
      'User ID': `{'type': 'IAMUser', 'arn': '${USER}', 'accountId': '${ACCOUNT}', 'accessKeyId': '${KEY}', 'sessionContext': {'sessionIssuer': {'type': 'Role'}}}`,
      'Request Parameters': "{'bucketName': 'x', 'Host': 'x'}",
      'Event ID': ID,
      'Event DateTime': '2026-11-19T12:00:00Z',
      'Source IP': '192.0.2.1',
      'Request User Agent': 'aws-cli/2.17.32',
    };
    expect(eventOf(row)).toEqual({ ...USE, action: 's3:ListObjects', region: '' });
  });

  test('an id in capitals is the same id', () => {
    const given = { ...bare, eventID: '0A1B2C3D-0000-4000-8000-00000000000F' };
    expect(eventOf(given).example).toBe('0a1b2c3d-0000-4000-8000-00000000000f');
    expect(eventOf({ ...bare, eventID: 'An-Id-Of-Another-Kind' }).example).toBe('An-Id-Of-Another-Kind');
  });

  test('ids that are masked or look like secrets do not make one event of two', () => {
    for (const eventID of ['****', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY']) {
      const ids = ['r-1', 'r-2'].map(requestID => eventOf({ ...bare, eventID, requestID }).example);
      expect(ids).toEqual([expect.stringMatching(/^content:/), expect.stringMatching(/^content:/)]);
      expect(ids[0]).not.toBe(ids[1]);
    }
  });

  test.each([
    ['UPDATED_DATA', 'ignored'],
    ['DELIVERY_DELAY', 'counted'],
    ['SERVICE_OUTAGE', 'counted'],
  ])('a record sent for %s is %s', (reason, expected) => {
    const { events, ignored, malformed } = readRecords([{ ...bare, addendum: { reason, originalEventID: ID } }]);
    expect([events.length, ignored, malformed]).toEqual(expected === 'ignored' ? [0, 1, []] : [1, 0, []]);
  });

  test('an id is made from the content where there is none', () => {
    const { eventID: _, ...unnamed } = bare;
    const turned = Object.fromEntries(Object.entries(unnamed).reverse());
    expect(eventOf(unnamed)).toEqual({ ...USE, example: expect.stringMatching(/^content:[0-9a-z]+$/) });
    expect(eventOf(turned)).toEqual(eventOf(unnamed));
    expect(eventOf({ ...unnamed, requestID: 'other' }).example).not.toBe(eventOf(unnamed).example);
  });

  test.each([
    ['Insight', { ...bare, eventCategory: 'Insight' }],
    ['Insight by type', { ...bare, eventType: 'AwsCloudTrailInsight' }],
    ['network activity', { ...bare, eventCategory: 'NetworkActivity' }],
    ['network activity by type', { ...bare, eventType: 'AwsVpceEvents' }],
    ['aggregated', { summary: { primaryDimension: { dimension: 'eventName' } }, timeWindow: {} }],
  ])('%s is left out', (_, given) => {
    expect(readRecords([given])).toMatchObject({ events: [], ignored: 1, malformed: [], unknown: 0 });
  });

  test.each([
    ['no time', untimed, 'the record has no readable event time'],
    ['no such day', { ...bare, eventTime: '2026-02-30T00:00:00Z' }, 'the record has no readable event time'],
    ['no name', { ...bare, eventName: '' }, 'the record has no event name'],
    ['no source', { ...bare, eventSource: null }, 'the record has no event source'],
    [
      'an envelope of damaged JSON',
      { CloudTrailEvent: '{"eventVersion":' },
      'the record inside the envelope is not a JSON object',
    ],
    ['an envelope of a list', { CloudTrailEvent: '[]' }, 'the record inside the envelope is not a JSON object'],
    [
      'an empty message',
      { 'detail-type': 'AWS API Call via CloudTrail', detail: null },
      'the record inside the envelope is not a JSON object',
    ],
  ])('%s', (_, given, what) => {
    expect(readRecords([given])).toMatchObject({ events: [], ignored: 0, malformed: [what] });
  });

  test.each([
    ['CloudTrail digest', { awsAccountId: ACCOUNT, digestStartTime: 'x', logFiles: [] }],
    ['GuardDuty finding', { 'detail-type': 'GuardDuty Finding', source: 'aws.guardduty', detail: {} }],
    ['GuardDuty finding', { type: 'x', severity: 5, service: { serviceName: 'guardduty' } }],
    [
      'Security Hub finding',
      { 'detail-type': 'Security Hub Findings - Imported', source: 'aws.securityhub', detail: {} },
    ],
    ['Security Hub finding', { SchemaVersion: '2018-10-08', ProductArn: 'x', AwsAccountId: ACCOUNT }],
    ['AWS Config change', { 'detail-type': 'Config Configuration Item Change', source: 'aws.config', detail: {} }],
    ['AWS Config rule invocation', { configRuleArn: 'x', invokingEvent: '{}' }],
    ['AWS Config item', { configurationItem: {} }],
    [
      'AWS Health event',
      { 'detail-type': 'AWS Health Event', source: 'aws.health', detail: { eventTypeCode: 'AWS_EC2_X' } },
    ],
    ['EC2 instance state change', { 'detail-type': 'EC2 Instance State-change Notification', source: 'aws.ec2' }],
    ['Auto Scaling activity', { 'detail-type': 'EC2 Instance Launch Unsuccessful', source: 'aws.autoscaling' }],
    ['scheduled event', { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} }],
    ['event bus message', { 'detail-type': 'My Own Message', source: 'my.app', detail: {} }],
    [
      'AWS service notification',
      { eventVersion: '2.1', eventSource: 'aws:s3', eventTime: 'x', eventName: 'ObjectCreated:Put', userIdentity: {} },
    ],
  ])('%s is not an audit log', (what, given) => {
    expect(readRecords([given])).toMatchObject({ other: [what], events: [], ignored: 0, malformed: [], unknown: 0 });
  });

  test.each([[{}], [{ hello: 'world' }], [{ eventName: { value: 'x' }, eventSource: { value: 'y' } }]])(
    '%j is unknown',
    given => {
      expect(readRecords([given])).toMatchObject({ unknown: 1, events: [] });
    },
  );
});

describe('views', () => {
  const viewsOf = (records: readonly JsonObject[]) => {
    const views = readRecords(records).views.get('cloudtrail')!;
    return Object.fromEntries(
      Object.entries(views).map(([sight, { blind, gaps }]) => [sight, blind ? 'blind' : gaps.length]),
    );
  };
  // How many gaps each view has.
  const rest = { places: 0, deeds: 0, 'sign-ins': 0, inventory: 2 };
  const mantle = record('bedrock-mantle:CreateInference');
  const platform = record('aws-external-anthropic:CreateInference');
  const counted = record('bedrock:InvokeModel', { additionalEventData: { outputTokens: 1 } });
  test.each([
    ['nothing', [], { calls: 2, tokens: 'blind' }],
    ['calls without tokens', [record('bedrock:InvokeModel')], { calls: 2, tokens: 'blind' }],
    ['calls with tokens', [record('bedrock:InvokeModel'), counted], { calls: 2, tokens: 1 }],
    ['data events of one surface', [mantle], { calls: 1, tokens: 'blind' }],
    ['data events of both', [platform, mantle], { calls: 0, tokens: 'blind' }],
  ])('%s', (_, records, expected) => {
    expect(viewsOf(records)).toEqual({ ...expected, ...rest });
    expect(viewsOf([...records].reverse())).toEqual({ ...expected, ...rest });
  });

  test('name no two gaps in one: gaps are joined by semicolons', () => {
    const gaps = [[], [counted]].flatMap(records =>
      Object.values(readRecords(records).views.get('cloudtrail')!).flatMap(({ gaps }) => gaps),
    );
    expect(gaps.length).toBeGreaterThan(4);
    expect(gaps.filter(gap => gap.includes('; '))).toEqual([]);
  });

  test('say why', () => {
    expect(readRecords([mantle]).views.get('cloudtrail')).toMatchObject({
      calls: {
        gaps: [
          'inference through Claude Platform on AWS is recorded only where a trail selects its data events, and none were seen',
        ],
      },
      tokens: { blind: true, gaps: ['no token counts were seen: model invocation logging has them'] },
    });
  });
});

/** Records that together reach every teller and every kind of identity. */
const SEEDS: readonly JsonObject[] = [
  record('s3:ListBuckets'),
  asked(
    'iam:CreateAccessKey',
    { userName: 'bob' },
    { accessKey: { accessKeyId: NEW_KEY, createDate: 'x', status: 'y' } },
  ),
  asked('iam:UpdateAccessKey', { accessKeyId: NEW_KEY, status: 'Inactive', userName: 'x' }),
  asked('iam:CreateLoginProfile', { userName: 'bob' }, { loginProfile: { userName: 'bob', createDate: '' } }),
  asked(
    'iam:CreateServiceSpecificCredential',
    { credentialAgeDays: 1, serviceName: 'x' },
    { serviceSpecificCredential: { serviceSpecificCredentialId: 'x', expirationDate: 'y' } },
  ),
  asked(
    'sts:AssumeRole',
    { roleArn: ROLE, durationSeconds: 1 },
    { credentials: { expiration: 'x', sessionToken: 'y' } },
  ),
  asked('sts:GetFederationToken', { name: 'x' }, { federatedUser: { arn: 'y' } }),
  trust('iam:UpdateAssumeRolePolicy', { AWS: ['210987654321'], Federated: ['x'] }),
  asked('ssm:GetParameters', { names: ['a', 'b'], withDecryption: true }),
  asked('secretsmanager:GetSecretValue', { secretId: 'x' }),
  selectors({ includeManagementEvents: true, excludeManagementEventSources: ['x'] }),
  advanced(['eventCategory', 'Management']),
  record('signin:ConsoleLogin', {
    responseElements: { ConsoleLogin: 'Success' },
    additionalEventData: { MFAUsed: 'No' },
  }),
  record('bedrock:ConverseStream', {
    eventType: 'AwsServiceEvent',
    serviceEventDetails: { AdditionalEventData: { additionalEntries: { inputTokens: 1, inferenceRegion: 'x' } } },
    resources: [{ ARN: `arn:aws:bedrock:::foundation-model/${MODEL}` }],
  }),
  record('bedrock:InvokeModel', {
    requestParameters: { modelId: MODEL },
    additionalEventData: { callWithBearerToken: true, bearerTokenType: 'ABSK' },
    userIdentity: {
      ...userIdentity,
      accessKeyId: '',
      sessionContext: { sessionIssuer: { arn: 'x' }, attributes: { creationDate: 'x' } },
    },
  }),
  record('sts:AssumeRoleWithSAML', {
    userIdentity: { type: 'SAMLUser', identityProvider: 'x', userName: 'y', principalId: 'z' },
  }),
  record('x:y', {
    userIdentity: { type: 'IdentityCenterUser', onBehalfOf: { userId: 'u', identityStoreArn: 'x' }, credentialId: 'c' },
  }),
  { CloudTrailEvent: JSON.stringify(record('s3:ListBuckets')), EventTime: 'x' },
  { 'detail-type': 'AWS API Call via CloudTrail', detail: record('s3:ListBuckets') },
  {
    'detail-type': 'AWS Health Event',
    time: '2026-11-19T12:00:00Z',
    detail: { eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED', affectedEntities: [{ entityValue: 'x' }] },
  },
  { TimeGenerated: 'x', EventName: 'a', EventSource: 'b', UserIdentityType: 'IAMUser', RequestParameters: '{}' },
  {
    'Event Name': 'x',
    'User ID': "{'type': 'x'}",
    'Event ID': 'x',
    'Event DateTime': '2026-11-19T12:00:00Z',
    'Request Parameters': '{}',
  },
];

const assumed = {
  type: 'AssumedRole',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/job`,
  principalId: 'AROAEXAMPLE:job',
  accountId: ACCOUNT,
  sessionContext: { sessionIssuer: { type: 'Role', arn: ROLE, userName: 'app' }, attributes: { creationDate: 'x' } },
};

/** Deeds that carry names that people give. */
const NAMED: readonly JsonObject[] = [
  asked('iam:CreateUser', { userName: 'bob' }, { user: { userName: 'bob', arn: BOB, userId: 'AIDAEXAMPLE' } }),
  asked('cloudtrail:StopLogging', { name: `arn:aws:cloudtrail:eu-central-1:${ACCOUNT}:trail/main` }),
  asked(
    'sts:AssumeRole',
    { roleArn: ROLE, roleSessionName: 'job', sourceIdentity: 'x' },
    { assumedRoleUser: { arn: assumed.arn, assumedRoleId: 'AROAEXAMPLE:job' }, sourceIdentity: 'x' },
  ),
  record('s3:ListBuckets', { userIdentity: assumed }),
  record('bedrock:InvokeModel', { userIdentity: { ...assumed, accessKeyId: 'ASIAIOSFODNN7EXAMPLE' } }),
  asked('rolesanywhere:CreateTrustAnchor', { name: 'ca' }),
  asked('iam:CreateSAMLProvider', { name: 'sso' }),
  asked('iam:PutRolePolicy', { roleName: 'app', policyName: 'x' }),
];

describe('hostile records', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('__proto__', 'constructor', 'x'.repeat(5000), '*'),
  );
  const anything = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }), fc.double(), fc.constant(undefined));
  const seeds = fc.constantFrom(...SEEDS);

  test('never throw, and each is an event, left out or malformed', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.tuple(fc.nat(), anything), { maxLength: 4 }), (seed, changes) => {
        let given: unknown = structuredClone(seed);
        for (const [at, value] of changes) given = changed(given, at, value);
        if (typeof given !== 'object' || given === null || Array.isArray(given)) return;
        const { events, ignored, malformed, other, unknown } = readRecords([given as JsonObject]);
        expect(ignored + malformed.length + other.length + unknown > 0).toBe(events.length === 0);
        for (const event of events) {
          expect(Number.isSafeInteger(event.at) && event.tokensIn >= 0 && event.ttl >= 0).toBe(true);
          expect(event.credential).not.toBe('');
          expect(event.example).not.toBe('');
          for (const value of Object.values(event)) {
            if (typeof value === 'string') expect(value.length).toBeLessThanOrEqual(1200);
            if (typeof value === 'string') expect(value).not.toMatch(/[\u0000-\u001f]/);
          }
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('records nested without end are read', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`);
    const { eventID: _, ...unnamed } = asked('iam:UpdateAssumeRolePolicy', { policyDocument: deep, roleName: 'app' });
    expect(eventOf(unnamed)).toMatchObject({ deed: 'trust', target: ROLE });
  });

  const body = 'Ab1'.repeat(30);
  const secrets = [
    `ABSK${body}`,
    `bedrock-api-key-${body}`,
    `aws-external-anthropic-api-key-${body}`,
    `sk-ant-api03-${body}`,
    `sk-${body}`,
    `ghp_${body}`,
    `IQoJb3JpZ2luX2Vj${body}`,
    `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`,
  ];
  const AWS_SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

  test('no field lets the secret of an access key through', () => {
    for (const seed of [...SEEDS, ...NAMED]) {
      const texts = leavesOf(seed);
      const planted = [
        ...texts.map(path => replaced(structuredClone(seed), path, AWS_SECRET)),
        ...texts.map(path => replaced(structuredClone(seed), path, `${IAM}:user/team/${AWS_SECRET}`)),
        ...texts.map(path => replaced(structuredClone(seed), path, `AROAEXAMPLE:${AWS_SECRET}`)),
        everywhere(seed, AWS_SECRET),
      ];
      for (const given of planted) {
        const { events, credentials, malformed } = readRecords([given as JsonObject]);
        expect(JSON.stringify([events, credentials, malformed])).not.toMatch(/FEMI|MDENG|PxRfi/i);
      }
    }
  });

  test.each(secrets)('no field lets %s through', secret => {
    for (const seed of SEEDS) {
      const places = leavesOf(seed);
      for (const planted of [
        ...places.map((_, at) => changed(structuredClone(seed), at, secret)),
        everywhere(seed, secret),
      ]) {
        const { events, credentials, malformed } = readRecords([planted as JsonObject]);
        expect(JSON.stringify([events, credentials, malformed])).not.toContain(body.slice(0, 40));
      }
    }
  });
});

function trust(action: string, Principal: unknown, Condition?: JsonObject): JsonObject {
  const policy = JSON.stringify({ Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', Condition }] });
  const field = action === 'iam:CreateRole' ? 'assumeRolePolicyDocument' : 'policyDocument';
  return asked(action, { roleName: 'app', [field]: policy });
}

function selectors(selector: JsonObject): JsonObject {
  return asked('cloudtrail:PutEventSelectors', { trailName: 'main', eventSelectors: [selector] });
}

function advanced([field, value]: readonly [string, string], ...more: readonly JsonObject[]): JsonObject {
  const fieldSelectors = [{ field, equals: [value] }, ...more];
  return asked('cloudtrail:PutEventSelectors', { trailName: 'main', advancedEventSelectors: [{ fieldSelectors }] });
}

/** Every place in a value that holds no object, by the path to it. */
function leavesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
  return below.length === 0 ? [path] : below;
}

/** The value with one of its places, or what is around it, replaced. */
function changed(value: unknown, at: number, by: unknown): unknown {
  const leaves = leavesOf(value);
  const leaf = leaves[at % leaves.length]!;
  const depth = leaf.length - (Math.floor(at / leaves.length) % Math.max(1, leaf.length));
  return replaced(value, leaf.slice(0, depth), by);
}

function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return by;
  if (Array.isArray(value)) return value.with(Number(name), replaced(value[Number(name)], rest, by));
  return { ...(value as object), [name]: replaced((value as JsonObject)[name], rest, by) };
}

const KEPT = new Set([
  'eventTime',
  'eventName',
  'eventSource',
  'type',
  'detail-type',
  'time',
  'eventTypeCode',
  'eventType',
]);

/** The record with a secret in every text but those that decide what it is. */
function everywhere(value: unknown, secret: string, name = ''): unknown {
  if (typeof value === 'string') return KEPT.has(name) ? value : `${value} ${secret}`;
  if (Array.isArray(value)) return value.map(item => everywhere(item, secret));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, everywhere(inner, secret, key)]));
}
