import { createHash } from 'node:crypto';

/** A record that a format reads, and how several of its sort are written into one file. */
export interface Sample {
  readonly record: Readonly<Record<string, unknown>>;
  write(records: readonly unknown[]): string;
}

const asLines = (records: readonly unknown[]): string => records.map(record => JSON.stringify(record)).join('\n');

const cell = (value: unknown): string => {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  return `"${text.replaceAll('"', '""')}"`;
};

const textsOf = (record: unknown): readonly [name: string, value: unknown][] =>
  typeof record === 'object' && record !== null ? Object.entries(record) : [];

/** A table of the columns that the first record has; what others have besides stands behind, under a name of its own. */
function asTable(records: readonly unknown[]): string {
  const names = [...new Set(records.flatMap(record => textsOf(record).map(([name]) => name)))];
  const rows = records.map(record => names.map(name => cell(new Map(textsOf(record)).get(name))).join(','));
  return `${names.map(cell).join(',')}\n${rows.join('\n')}\n`;
}

/** A line of the combined form, and a field with a name behind it. */
function asAccessLine(record: unknown): string {
  const part = new Map(textsOf(record));
  const { address, user, time, request, status, referer, agent, key, ...more } = Object.fromEntries(part) as Record<
    string,
    string
  >;
  const extra = Object.entries(more).map(([name, value]) => ` ${name}="${value}"`);
  return `${address} - ${user} [${time}] "${request}" ${status} 512 "${referer}" "${agent}" key_fp="${key}"${extra.join('')}`;
}

const json = (record: object): Sample => ({ record: record as Sample['record'], write: asLines });
const table = (record: object): Sample => ({ record: record as Sample['record'], write: asTable });

const TIME = '2026-11-19T12:00:00Z';
const SECONDS = Date.UTC(2026, 10, 19, 12) / 1000;
const ACCOUNT = '123456789012';
const guid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const hashOf = (n: number): string => createHash('sha256').update(`key ${n}`).digest('hex');

const trail = (service: string, eventName: string, more: object = {}): Sample =>
  json({
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE',
      arn: `arn:aws:iam::${ACCOUNT}:user/ci`,
      accountId: ACCOUNT,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      userName: 'ci',
    },
    eventTime: TIME,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.1',
    userAgent: 'Boto3/1.35',
    requestParameters: null,
    responseElements: null,
    eventID: guid(1),
    requestID: guid(2),
    eventType: 'AwsApiCall',
    eventCategory: 'Management',
    recipientAccountId: ACCOUNT,
    ...more,
  });

const ROLE = `arn:aws:iam::${ACCOUNT}:role/inference`;
const POLICY = JSON.stringify({
  Statement: [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { AWS: 'arn:aws:iam::210987654321:root', Federated: 'idp' },
    },
  ],
});

const cloudtrail: readonly Sample[] = [
  trail('bedrock', 'InvokeModel', {
    requestParameters: { modelId: 'anthropic.claude-sonnet-4-20250514-v1:0', inferenceProfileId: 'us.x' },
    additionalEventData: { inferenceRegion: 'us-west-2' },
    vpcEndpointId: 'vpce-1',
    tlsDetails: { clientProvidedHostHeader: 'bedrock-runtime.us-east-1.amazonaws.com' },
  }),
  trail('bedrock', 'Converse', {
    errorCode: 'AccessDenied',
    errorMessage: 'not authorized to perform: bedrock:InvokeModel on resource: foundation-model/x',
  }),
  trail('sts', 'AssumeRole', {
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:job-7',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/inference/job-7`,
      accountId: ACCOUNT,
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAEXAMPLE',
          arn: ROLE,
          accountId: ACCOUNT,
          userName: 'inference',
        },
        attributes: { creationDate: TIME, mfaAuthenticated: 'false' },
        webIdFederationData: { federatedProvider: 'accounts.google.com' },
      },
      invokedBy: 'x.example.com',
      onBehalfOf: { userId: 'u', identityStoreArn: 'arn:aws:identitystore::x' },
      credentialId: 'ACCAIOSFODNN7EXAMPLE',
    },
    requestParameters: { roleArn: ROLE, roleSessionName: 'job-7', sourceIdentity: 'ci', durationSeconds: 43_200 },
    responseElements: {
      credentials: { accessKeyId: 'ASIAI44QH8DHBEXAMPLE', expiration: '2026-11-20T00:00:00Z', sessionToken: 'x' },
      assumedRoleUser: {
        assumedRoleId: 'AROAEXAMPLE:job-7',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/inference/job-7`,
      },
    },
    resources: [{ ARN: ROLE, accountId: ACCOUNT, type: 'AWS::IAM::Role' }],
  }),
  trail('iam', 'CreateAccessKey', {
    requestParameters: { userName: 'ci' },
    responseElements: {
      accessKey: { userName: 'ci', accessKeyId: 'AKIAI44QH8DHBEXAMPLE', status: 'Active', createDate: TIME },
    },
  }),
  trail('iam', 'CreateServiceSpecificCredential', {
    requestParameters: { userName: 'ci', serviceName: 'bedrock.amazonaws.com', credentialAgeDays: 30 },
    responseElements: {
      serviceSpecificCredential: {
        serviceName: 'bedrock.amazonaws.com',
        serviceCredentialAlias: `ci-at-${ACCOUNT}`,
        serviceSpecificCredentialId: 'ACCAIOSFODNN7EXAMPLE',
        userName: 'ci',
        status: 'Active',
        createDate: TIME,
      },
    },
  }),
  trail('secretsmanager', 'GetSecretValue', { requestParameters: { secretId: 'models/openai' } }),
  trail('cloudtrail', 'StopLogging', {
    requestParameters: { name: 'arn:aws:cloudtrail:us-east-1:123456789012:trail/t' },
  }),
  trail('iam', 'UpdateAssumeRolePolicy', { requestParameters: { roleName: 'inference', policyDocument: POLICY } }),
  trail('signin', 'ConsoleLogin', {
    userIdentity: { type: 'SAMLUser', principalId: 'p', userName: 'ops', identityProvider: 'idp' },
    additionalEventData: { MFAUsed: 'No', LoginTo: 'https://console.aws.amazon.com' },
    responseElements: { ConsoleLogin: 'Success' },
    eventType: 'AwsConsoleSignIn',
  }),
];

const SUBSCRIPTION = `/subscriptions/${guid(10)}`;
const GROUP = `${SUBSCRIPTION}/resourceGroups/Models/providers`;
const CHAT = `${GROUP}/Microsoft.CognitiveServices/accounts/Chat`;
const VAULT = `${GROUP}/Microsoft.KeyVault/vaults/Safe`;
const GATEWAY = `${GROUP}/Microsoft.ApiManagement/service/Front`;
const LIST_KEYS = 'Microsoft.CognitiveServices/accounts/listKeys/action';
const OID = 'http://schemas.microsoft.com/identity/claims/objectidentifier';
const UPN = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn';
const APP_CLAIMS = { appid: guid(11), appidacr: '1', [OID]: guid(12), uti: 'aBcDeF', ver: '1.0' };
const PERSON_CLAIMS = { ...APP_CLAIMS, appidacr: '2', [UPN]: 'ops@example.com', xms_mirid: `${GROUP}/x/y` };

const azureActivity: readonly Sample[] = [
  json({
    time: TIME,
    resourceId: CHAT,
    operationName: LIST_KEYS,
    category: 'Action',
    resultType: 'Success',
    resultSignature: 'Succeeded.OK',
    callerIpAddress: '192.0.2.1',
    correlationId: guid(1),
    identity: { authorization: { action: LIST_KEYS, scope: CHAT }, claims: PERSON_CLAIMS },
    location: 'global',
  }),
  json({
    authorization: { action: 'Microsoft.Authorization/roleAssignments/write', scope: CHAT },
    caller: 'ops@example.com',
    category: { value: 'Administrative' },
    claims: APP_CLAIMS,
    correlationId: guid(1),
    eventDataId: guid(2),
    eventTimestamp: TIME,
    httpRequest: { clientIpAddress: '192.0.2.1', method: 'PUT' },
    operationName: { value: 'Microsoft.Authorization/roleAssignments/write' },
    properties: {
      eventCategory: 'Administrative',
      requestbody: JSON.stringify({ Properties: { PrincipalId: guid(13), RoleDefinitionId: `${SUBSCRIPTION}/x/y` } }),
    },
    resourceId: `${CHAT}/providers/Microsoft.Authorization/roleAssignments/${guid(14)}`,
    status: { value: 'Succeeded' },
    subStatus: { value: 'Created' },
    subscriptionId: guid(10),
    tenantId: guid(15),
  }),
  table({
    TimeGenerated: TIME,
    OperationNameValue: LIST_KEYS,
    ActivityStatusValue: 'Success',
    ActivitySubstatusValue: 'OK',
    CategoryValue: 'Administrative',
    Caller: guid(12),
    CallerIpAddress: '192.0.2.1',
    CorrelationId: guid(1),
    EventDataId: guid(2),
    _ResourceId: CHAT,
    SubscriptionId: guid(10),
    TenantId: guid(15),
    Claims: JSON.stringify(APP_CLAIMS),
    Properties: JSON.stringify({ eventCategory: 'Administrative' }),
  }),
];

const azureAi: readonly Sample[] = [
  json({
    Tenant: 'eastus',
    callerIpAddress: '192.0.2.7:443',
    category: 'RequestResponse',
    correlationId: guid(1),
    event: 'ShoeboxCallResult',
    location: 'East US',
    operationName: 'ChatCompletions_Create',
    properties: {
      apiName: 'Azure OpenAI API version 2024-02-15-preview',
      objectId: guid(12),
      modelDeploymentName: 'chat-pilot',
      modelName: 'gpt-4o',
      modelVersion: '2024-11-20',
    },
    resourceId: CHAT,
    resultSignature: '200',
    time: TIME,
  }),
];

const azureGateway: readonly Sample[] = [
  json({
    callerIpAddress: '192.0.2.1',
    category: 'GatewayLogs',
    correlationId: guid(1),
    location: 'East US',
    operationName: 'Microsoft.ApiManagement/GatewayLogs',
    properties: {
      apiId: 'azure-openai-service-api',
      apimSubscriptionId: 'Team-A',
      backendUrl: 'https://chat.openai.azure.com/openai/deployments/chat-pilot/chat/completions?api-version=1',
      method: 'POST',
      operationId: 'ChatCompletions_Create',
      requestHeaders: { 'api-key': 'x' },
      responseCode: 200,
      url: 'https://front.azure-api.net/deployments/chat-pilot/chat/completions?subscription-key=x',
    },
    resourceId: GATEWAY,
    time: TIME,
  }),
  table({
    TimeGenerated: TIME,
    OperationName: 'Microsoft.ApiManagement/GatewayLogs',
    Category: 'GatewayLlmLogs',
    CorrelationId: guid(1),
    RequestId: guid(2),
    Region: 'East US',
    ModelName: 'gpt-4o',
    DeploymentName: 'chat-pilot',
    PromptTokens: '9',
    CompletionTokens: '9',
    ApimSubscriptionId: 'Team-A',
    _ResourceId: GATEWAY,
    Type: 'ApiManagementGatewayLlmLog',
  }),
];

const azureKeyVault: readonly Sample[] = [
  json({
    time: TIME,
    resourceId: VAULT,
    operationName: 'SecretGet',
    category: 'AuditEvent',
    resultType: 'Success',
    resultSignature: 'OK',
    callerIpAddress: '192.0.2.1',
    correlationId: guid(1),
    identity: { claim: { appid: guid(11), appidacr: '1', idtyp: 'app', oid: guid(12) } },
    properties: {
      id: 'https://safe.vault.azure.net/secrets/OpenAI-Key/0123456789abcdef',
      clientInfo: 'curl/8.5.0',
      requestUri: 'https://safe.vault.azure.net/secrets/OpenAI-Key/?api-version=7.4',
      httpStatusCode: 200,
    },
  }),
];

const change = (activityDisplayName: string, type: string, properties: readonly object[], more: object = {}) => ({
  id: `Directory_${guid(1)}_X1_1`,
  category: 'ApplicationManagement',
  correlationId: guid(2),
  result: 'success',
  resultReason: '',
  activityDisplayName,
  activityDateTime: TIME,
  loggedByService: 'Core Directory',
  initiatedBy: {
    user: { id: guid(12), displayName: 'Ops', userPrincipalName: 'ops@example.com', ipAddress: '198.51.100.7' },
  },
  targetResources: [
    { id: guid(13), displayName: 'ci', type, userPrincipalName: 'bo@example.com', modifiedProperties: properties },
  ],
  additionalDetails: [
    { key: 'User-Agent', value: 'python-requests/2.32' },
    { key: 'AppId', value: guid(11) },
  ],
  tenantId: guid(15),
  ...more,
});

const entraAudit: readonly Sample[] = [
  json(
    change('Add service principal credentials', 'ServicePrincipal', [
      {
        displayName: 'KeyDescription',
        oldValue: '[]',
        newValue: JSON.stringify([`[KeyIdentifier=${guid(14)},KeyType=Password,KeyUsage=Verify,DisplayName=ci]`]),
      },
    ]),
  ),
  json(
    change('Update application', 'Application', [
      {
        displayName: 'FederatedIdentityCredentials',
        oldValue: '[]',
        newValue: JSON.stringify([
          { Name: 'x', Issuer: 'https://idp.example.com', Subject: 'repo:a/b', Audiences: ['api'] },
        ]),
      },
    ]),
  ),
  json(
    change(
      'Add app role assignment to service principal',
      'ServicePrincipal',
      [
        { displayName: 'ServicePrincipal.AppId', oldValue: null, newValue: `"${guid(16)}"` },
        {
          displayName: 'TargetId.ServicePrincipalNames',
          oldValue: null,
          newValue: `"https://a.example.com;${guid(16)}"`,
        },
      ],
      { initiatedBy: { app: { appId: guid(11), displayName: 'ci', servicePrincipalId: guid(12) } } },
    ),
  ),
  json(change('Delete user', 'User', [])),
];

const signIn = (more: object): object => ({
  id: guid(1),
  createdDateTime: TIME,
  correlationId: guid(2),
  ipAddress: '198.51.100.7',
  userAgent: 'python-requests/2.32',
  uniqueTokenIdentifier: 'AbC_d-1',
  status: { errorCode: 0, failureReason: 'Other.' },
  appId: guid(11),
  appDisplayName: 'ci',
  resourceDisplayName: 'Azure Cognitive Services',
  tenantId: guid(15),
  ...more,
});

const entraSignIn: readonly Sample[] = [
  json(
    signIn({
      userId: guid(12),
      userPrincipalName: 'ops@example.com',
      userDisplayName: 'Ops',
      isInteractive: true,
      authenticationRequirement: 'singleFactorAuthentication',
      mfaDetail: { authMethod: 'Text message', authDetail: '' },
    }),
  ),
  json({
    time: TIME,
    resourceId: `/tenants/${guid(15)}/providers/Microsoft.aadiam`,
    operationName: 'Sign-in activity',
    category: 'ServicePrincipalSignInLogs',
    tenantId: guid(15),
    properties: signIn({
      servicePrincipalId: guid(12),
      servicePrincipalName: 'ci',
      servicePrincipalCredentialKeyId: guid(14),
      clientCredentialType: 'clientSecret',
      federatedCredentialId: '',
      managedServiceIdentity: { associatedResourceId: `${GROUP}/x/y`, msiType: 'none' },
    }),
  }),
];

const entraApplications: readonly Sample[] = [
  json({
    id: guid(13),
    appId: guid(11),
    displayName: 'ci',
    passwordCredentials: [
      {
        keyId: guid(14),
        displayName: 'ci',
        startDateTime: TIME,
        endDateTime: '2027-01-02T03:04:05Z',
        hint: 'abc',
        secretText: null,
      },
    ],
    keyCredentials: [
      {
        keyId: guid(16),
        displayName: 'ci',
        startDateTime: TIME,
        endDateTime: '2027-01-02T03:04:05Z',
        type: 'AsymmetricX509Cert',
        usage: 'Verify',
      },
    ],
  }),
];

const NO_KEY = {
  active: 'false',
  last_rotated: 'N/A',
  last_used_date: 'N/A',
  last_used_region: 'N/A',
  last_used_service: 'N/A',
};
const keyColumns = (n: number, values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`access_key_${n}_${name}`, value]));

const credentialReport: readonly Sample[] = [
  table({
    user: 'ci',
    arn: `arn:aws:iam::${ACCOUNT}:user/jobs/ci`,
    user_creation_time: '2024-01-02T03:04:05+00:00',
    password_enabled: 'true',
    password_last_used: '2026-11-18T10:00:00+00:00',
    password_last_changed: '2024-01-02T03:04:05+00:00',
    password_next_rotation: 'N/A',
    mfa_active: 'false',
    ...keyColumns(1, {
      active: 'true',
      last_rotated: '2024-01-02T03:04:06+00:00',
      last_used_date: '2026-11-18T10:00:00+00:00',
      last_used_region: 'us-east-1',
      last_used_service: 'bedrock',
    }),
    ...keyColumns(2, NO_KEY),
    cert_1_active: 'false',
    cert_1_last_rotated: 'N/A',
    cert_2_active: 'false',
    cert_2_last_rotated: 'N/A',
  }),
];

const iamListing: readonly Sample[] = [
  json({
    AccessKeyMetadata: [
      {
        UserName: 'ci',
        AccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        Status: 'Active',
        CreateDate: '2024-01-02T03:04:05+00:00',
      },
    ],
  }),
  json({
    ServiceSpecificCredentials: [
      {
        UserName: 'BedrockAPIKey-x1y2',
        Status: 'Active',
        ServiceUserName: `BedrockAPIKey-x1y2-at-${ACCOUNT}`,
        ServiceCredentialAlias: `BedrockAPIKey-x1y2-1-at-${ACCOUNT}`,
        CreateDate: '2026-01-02T03:04:05Z',
        ExpirationDate: '2027-01-02T03:04:05Z',
        ServiceSpecificCredentialId: 'ACCAIOSFODNN7EXAMPLE',
        ServiceName: 'bedrock.amazonaws.com',
      },
    ],
  }),
];

const OPENAI_USER = { id: 'user-1', name: 'Ops', email: 'ops@example.com', role: 'owner', created_at: SECONDS };

const openaiAudit = (type: string, detail: object): Sample =>
  json({
    id: 'audit_log-1',
    type,
    effective_at: SECONDS,
    project: { id: 'proj_1', name: 'p' },
    actor: {
      type: 'session',
      session: { user: { id: 'user-1', email: 'ops@example.com' }, ip_address: '192.0.2.7', user_agent: 'curl/8.7.1' },
    },
    [type]: detail,
  });

const openaiListing: readonly Sample[] = [
  json({
    object: 'organization.project.api_key',
    redacted_value: 'sk-proj-abc...def',
    name: 'CI',
    created_at: SECONDS,
    id: 'key_1',
    owner_project_access: 'active',
    owner: { type: 'user', user: OPENAI_USER },
  }),
  json({
    object: 'organization.project.service_account',
    id: 'svc_1',
    name: 'Bot',
    api_key: { object: 'organization.project.service_account.api_key', value: 'x', id: 'key_2', name: 'n' },
  }),
  json({ object: 'organization.user', ...OPENAI_USER }),
];

const openaiUsage: readonly Sample[] = [
  json({
    object: 'bucket',
    start_time: SECONDS,
    end_time: SECONDS + 3600,
    results: [
      {
        object: 'organization.usage.completions.result',
        input_tokens: 1000,
        output_tokens: 500,
        num_model_requests: 5,
        project_id: 'proj_1',
        user_id: 'user-1',
        api_key_id: 'key_1',
        model: 'gpt-5-2026-01-01',
        service_tier: 'default',
      },
    ],
  }),
];

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

const typed = (attributes: Readonly<Record<string, string>>) =>
  Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));

const otelSpans: readonly Sample[] = [
  json({
    resourceSpans: [
      {
        resource: { attributes: typed({ 'service.name': 'checkout', 'service.namespace': 'shop' }) },
        scopeSpans: [
          {
            spans: [
              {
                traceId: TRACE,
                spanId: '00f067aa0ba902b7',
                name: 'chat',
                startTimeUnixNano: `${SECONDS}000000000`,
                attributes: typed({
                  'gen_ai.operation.name': 'chat',
                  'gen_ai.provider.name': 'anthropic',
                  'gen_ai.request.model': 'claude-sonnet-4-5',
                  'client.address': '192.0.2.1',
                  'user_agent.original': 'curl/8',
                  'error.type': 'timeout',
                  'anthropic.organization.id': 'org-1',
                  'anthropic.workspace.id': 'wrkspc_1',
                }),
              },
            ],
          },
        ],
      },
    ],
  }),
  json({
    name: 'chat',
    trace_id: TRACE,
    span_id: '00f067aa0ba902b7',
    start_time: TIME,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'gpt-5',
      'enduser.id': 'u-1',
      'user.email': 'ops@example.com',
      'user.name': 'Ops',
    },
  }),
];

const bedrockInvocation: readonly Sample[] = [
  json({
    timestamp: TIME,
    accountId: ACCOUNT,
    identity: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/inference/job-7` },
    region: 'us-east-1',
    requestId: guid(1),
    operation: 'Converse',
    modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    requestMetadata: { team: 'x' },
    input: { inputBodyJson: { messages: [{ content: [{ text: 'a prompt' }] }] }, inputTokenCount: 25 },
    output: { outputBodyJson: { output: { message: { content: [{ text: 'an answer' }] } } }, outputTokenCount: 150 },
    inferenceRegion: 'us-west-2',
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
  }),
];

const PERSON = {
  type: 'user_actor',
  email_address: 'ops@example.com',
  user_id: 'user_01A',
  ip_address: '198.51.100.42',
  user_agent: 'Mozilla/5.0',
};

const activity = (type: string, more: object): Sample =>
  json({ id: `activity_${type}`, created_at: TIME, organization_id: 'org_01', type, actor: PERSON, ...more });

const ANTHROPIC_KEY = {
  id: 'apikey_01Rj2N8SVvo6BePZj99NhmiT',
  type: 'api_key',
  name: 'Developer Key',
  partial_key_hint: 'sk-ant-api03-R2D...igAA',
  status: 'active',
  created_at: '2026-09-30T23:58:27.427722Z',
  created_by: { id: 'user_01A', type: 'user' },
  expires_at: '2026-12-31T00:00:00Z',
  principal: { type: 'service_account_actor', service_account_id: 'svac_01Ci' },
  scope: { type: 'workspace', workspace_id: 'wrkspc_01Main' },
};

const HOUR = { starting_at: '2026-11-19T12:00:00Z', ending_at: '2026-11-19T13:00:00Z' };
const COUNTS = { uncached_input_tokens: 100, output_tokens: 50 };

const litellmMetadata = {
  user_api_key_alias: 'ci',
  user_api_key_user_email: 'ci@example.com',
  user_agent: 'claude-cli/2.0',
};

const litellmCall = {
  call_type: 'acompletion',
  startTime: TIME,
  endTime: TIME,
  model: 'claude-opus-5-5',
  custom_llm_provider: 'anthropic',
  prompt_tokens: 812,
  completion_tokens: 640,
  requester_ip_address: '203.0.113.9',
  request_tags: ['User-Agent: OpenAI/Python 1.2.3', 'team:x'],
  status: 'failure',
  messages: [{ role: 'user', content: 'a prompt' }],
};

const litellmKey = {
  token: hashOf(1),
  key_name: 'sk-...Zx12',
  key_alias: 'ci',
  user_id: 'user-1',
  team_id: 'team-1',
  created_at: '2026-01-02T03:04:05.678000Z',
  expires: '2027-01-02T03:04:05Z',
  last_active: '2026-10-31T00:00:00Z',
  metadata: {},
};

const PROJECT = 'example-ai';
const ROBOT = `app@${PROJECT}.iam.gserviceaccount.com`;
const ROBOT_KEY = '0946192040aafa3e1265fc9188025479a7a96139';

const gcp = (serviceName: string, methodName: string, payload: object): Sample =>
  json({
    protoPayload: {
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      authenticationInfo: {
        principalEmail: ROBOT,
        serviceAccountKeyName: `//iam.googleapis.com/projects/${PROJECT}/serviceAccounts/${ROBOT}/keys/${ROBOT_KEY}`,
        principalSubject: `serviceAccount:${ROBOT}`,
        serviceAccountDelegationInfo: [{ firstPartyPrincipal: { principalEmail: 'ops@example.com' } }],
      },
      requestMetadata: { callerIp: '198.51.100.7', callerSuppliedUserAgent: 'gcloud/560' },
      serviceName,
      methodName,
      resourceName: `projects/${PROJECT}`,
      ...payload,
    },
    insertId: 'id1',
    resource: { type: 'audited_resource', labels: { project_id: PROJECT, email_id: ROBOT, unique_id: '1' } },
    timestamp: TIME,
    logName: `projects/${PROJECT}/logs/cloudaudit.googleapis.com%2Factivity`,
  });

const gcpAudit: readonly Sample[] = [
  gcp('aiplatform.googleapis.com', 'google.cloud.aiplatform.v1.PredictionService.Predict', {
    resourceName: `projects/${PROJECT}/locations/us-east5/publishers/anthropic/models/claude-sonnet-4`,
    request: { model: 'x' },
    resourceLocation: { currentLocations: ['us-east5'] },
  }),
  gcp('iam.googleapis.com', 'google.iam.admin.v1.CreateServiceAccountKey', {
    authenticationInfo: { principalEmail: 'ops@example.com' },
    request: { name: `projects/-/serviceAccounts/${ROBOT}` },
    response: { name: `projects/${PROJECT}/serviceAccounts/${ROBOT}/keys/${ROBOT_KEY}`, key_type: 1 },
  }),
  gcp('apikeys.googleapis.com', 'google.api.apikeys.v2.ApiKeys.CreateKey', {
    authenticationInfo: {
      principalSubject: 'principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/b/subject/s',
    },
    response: { name: `projects/123/locations/global/keys/${guid(1)}`, displayName: 'studio', keyString: 'x' },
  }),
  gcp('cloudresourcemanager.googleapis.com', 'SetIamPolicy', {
    serviceData: {
      policyDelta: { bindingDeltas: [{ action: 'ADD', member: 'user:bo@example.com', role: 'roles/owner' }] },
    },
  }),
];

const gcpKeys: readonly Sample[] = [
  json({
    keyAlgorithm: 'KEY_ALG_RSA_2048',
    keyType: 'USER_MANAGED',
    name: `projects/${PROJECT}/serviceAccounts/${ROBOT}/keys/${ROBOT_KEY}`,
    validAfterTime: '2026-01-02T03:04:05Z',
    validBeforeTime: '9999-12-31T23:59:59Z',
  }),
  json({
    createTime: '2026-01-02T03:04:05Z',
    displayName: 'studio',
    name: 'projects/123456789012/locations/global/keys/mine',
    uid: guid(1),
    keyString: 'x',
    serviceAccountEmail: ROBOT,
  }),
  json({
    displayName: 'the app',
    email: ROBOT,
    name: `projects/${PROJECT}/serviceAccounts/${ROBOT}`,
    projectId: PROJECT,
    uniqueId: '103128253349260544953',
  }),
];

const accessLog: readonly Sample[] = [
  {
    record: {
      address: '192.0.2.1',
      user: 'ci',
      time: '19/Nov/2026:12:00:00 +0000',
      request: 'POST /v1/messages?key=x HTTP/1.1',
      status: '200',
      referer: '-',
      agent: 'curl/8.7.1',
      key: 'kw1_0123456789abcdef',
    },
    write: records => records.map(asAccessLine).join('\n'),
  },
  json({
    ts: TIME,
    remote_addr: '192.0.2.1',
    xff: '203.0.113.9',
    method: 'POST',
    path: '/v1/messages?key=x',
    status: 200,
    ua: 'curl/8.7.1',
    key_fp: 'kw1_0123456789abcdef',
    user: 'ci',
    server_name: 'models.example.com',
    request_id: 'r-1',
    model: 'claude-x',
    extra: ['x'],
  }),
];

const kong: readonly Sample[] = [
  json({
    started_at: SECONDS * 1000,
    client_ip: '192.0.2.1',
    request: {
      id: '0a0b',
      method: 'POST',
      uri: '/v1/messages?apikey=x',
      url: 'https://models.example.com:443/v1/messages?apikey=x',
      querystring: { apikey: 'x' },
      headers: { 'user-agent': 'curl/8.7.1', 'x-api-key': 'x', authorization: 'x' },
    },
    response: { status: 200, headers: { 'set-cookie': 'x' } },
    latencies: { request: 21 },
    authenticated_entity: { id: guid(1), consumer_id: guid(2) },
    consumer: { id: guid(2), username: 'ci', custom_id: 'c-1' },
    ai: {
      proxy: {
        meta: { request_model: 'claude-x', response_model: 'claude-x-1' },
        usage: { prompt_tokens: 28, cost: 0.1 },
      },
    },
  }),
];

const envoy: readonly Sample[] = [
  json({
    ':authority': 'models.example.com',
    downstream_remote_address: '192.0.2.1:64484',
    'gen_ai.request.model': 'claude-x',
    'gen_ai.usage.input_tokens': 15,
    method: 'POST',
    response_code: 200,
    start_time: TIME,
    'user-agent': 'curl/8.7.1',
    'x-envoy-origin-path': '/v1/messages',
    'x-forwarded-for': '203.0.113.9,192.0.2.1',
    'x-request-id': guid(1),
    key_fp: 'kw1_0123456789abcdef',
    user: 'ci',
  }),
];

/** Records of every format, by its id. */
export const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  cloudtrail,
  'azure-activity': azureActivity,
  'entra-sign-in': entraSignIn,
  'entra-audit': entraAudit,
  'azure-ai': azureAi,
  'azure-gateway': azureGateway,
  'azure-key-vault': azureKeyVault,
  'credential-report': credentialReport,
  'iam-listing': iamListing,
  'entra-applications': entraApplications,
  'openai-audit': [
    openaiAudit('api_key.created', { id: 'key_9', data: { name: 'n', scopes: ['api.model.request'] } }),
    openaiAudit('user.added', { id: 'user-9', data: { email: 'bo@example.com', role: 'owner' } }),
  ],
  'openai-usage': openaiUsage,
  'openai-listing': openaiListing,
  'cloudflare-ai-gateway': [
    json({
      id: '01JADMCQQQBWH3NXZ5GCRN98DP',
      created_at: TIME,
      provider: 'anthropic',
      model: 'claude-opus-5-5',
      duration: 1200,
      success: true,
      cached: false,
      tokens_in: 812,
      tokens_out: 640,
      metadata: '{"user":"team-search"}',
    }),
  ],
  helicone: [
    json({
      request_id: guid(1),
      request_created_at: TIME,
      request_path: 'https://api.anthropic.com/v1/messages',
      request_user_id: 'customer-7',
      response_status: 200,
      key_name: 'team-search',
      request_ip: '192.0.2.1',
      model: 'claude-opus-5-5',
      prompt_tokens: 800,
    }),
  ],
  langfuse: [
    json({
      id: 'obs-1',
      traceId: 'trace-1',
      type: 'GENERATION',
      startTime: TIME,
      projectId: 'project-1',
      model: 'claude-opus-5-5',
      usageDetails: { input: 800, output: 640 },
      level: 'DEFAULT',
    }),
  ],
  portkey: [
    json({
      id: 'log-1',
      created_at: TIME,
      is_success: 1,
      ai_org: 'anthropic',
      ai_model: 'claude-opus-5-5',
      req_units: 812,
      res_units: 640,
      response_status_code: 200,
      virtual_key: 'team-search',
      metadata: { _user: 'search@example.com' },
    }),
  ],
  'bedrock-invocation': bedrockInvocation,
  'otel-spans': otelSpans,
  'anthropic-activity': [
    activity('platform_api_key_created', { api_key_id: 'apikey_new', api_key_name: 'n' }),
    activity('org_user_deleted', { deleted_user_id: 'user_01B', deleted_user_email: 'bo@example.com' }),
    activity('platform_api_key_updated', {
      api_key_id: 'apikey_new',
      updates: [{ type: 'status', previous_value: 'active', current_value: 'inactive' }],
      actor: {
        type: 'unauthenticated_user_actor',
        unauthenticated_email_address: 'x@example.com',
        ip_address: '192.0.2.1',
      },
    }),
  ],
  'anthropic-analytics': [
    json({
      ...HOUR,
      group: {
        api_key_id: ANTHROPIC_KEY.id,
        model: 'claude-opus-5-5',
        workspace_id: 'wrkspc_01Main',
        inference_geo: 'us',
        actor: PERSON,
      },
      usage: { ...COUNTS, requests: 7 },
    }),
  ],
  'anthropic-usage-report': [
    json({
      ...HOUR,
      results: [
        {
          ...COUNTS,
          api_key_id: ANTHROPIC_KEY.id,
          model: 'claude-opus-5-5',
          workspace_id: 'wrkspc_01Main',
          inference_geo: 'us',
        },
      ],
    }),
  ],
  'anthropic-listing': [
    json(ANTHROPIC_KEY),
    json({ id: 'user_01A', type: 'user', email: 'ops@example.com', name: 'Ops', role: 'admin', added_at: TIME }),
    json({
      id: 'fdrl_01',
      type: 'federation_rule',
      name: 'github',
      issuer_id: 'fdis_01',
      target: { type: 'service_account', service_account_id: 'svac_01Ci' },
      created_at: TIME,
    }),
  ],
  'litellm-spend': [
    json({
      ...litellmCall,
      request_id: 'chatcmpl-1',
      api_key: hashOf(1),
      user: 'user-1',
      team_id: 'team-1',
      metadata: { ...litellmMetadata, error_information: { error_code: '400', error_class: 'X', error_message: 'no' } },
    }),
  ],
  'litellm-payload': [
    json({
      ...litellmCall,
      id: 'chatcmpl-1',
      response_cost: 0.01,
      error_str: 'litellm.RateLimitError: slow down',
      metadata: {
        ...litellmMetadata,
        user_api_key_hash: hashOf(1),
        user_api_key_team_id: 'team-1',
        user_api_key_user_id: 'user-1',
      },
    }),
  ],
  'litellm-keys': [json(litellmKey)],
  'litellm-audit': [
    json({
      id: 'change-1',
      updated_at: TIME,
      changed_by: 'user-1',
      changed_by_api_key: hashOf(9),
      action: 'created',
      table_name: 'LiteLLM_VerificationToken',
      object_id: hashOf(1),
      before_value: null,
      updated_values: JSON.stringify(litellmKey),
    }),
    json({
      id: 'change-2',
      updated_at: TIME,
      changed_by: 'user-1',
      changed_by_api_key: hashOf(9),
      action: 'deleted',
      table_name: 'LiteLLM_UserTable',
      object_id: 'user-2',
      before_value: { user_email: 'bo@example.com', user_role: 'proxy_admin' },
      updated_values: null,
    }),
  ],
  'gcp-audit': gcpAudit,
  'gcp-keys': gcpKeys,
  'access-log': accessLog,
  kong,
  envoy,
};

/** Names that may not be taken for secrets, and that some record above has told of. */
export const IDS: readonly string[] = [
  'AKIAIOSFODNN7EXAMPLE',
  'AKIAI44QH8DHBEXAMPLE',
  'ACCAIOSFODNN7EXAMPLE',
  ANTHROPIC_KEY.id,
  'key_1',
  hashOf(1),
  ROBOT_KEY,
  guid(14),
  TRACE,
  'kw1_0123456789abcdef',
  'arn:aws:iam::123456789012:user/ci',
];
