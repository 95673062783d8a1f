import { readFileSync } from 'node:fs';
import { Random } from './make/random.mjs';

/** A row of a table in Log Analytics, as the table has it: times as text, what is dynamic as JSON has it. */
export type TableRow = Readonly<Record<string, unknown>>;

type Draw = Random & { pick<T>(items: readonly T[]): T };

const START = Date.UTC(2026, 9, 1, 8);
const HOUR = 3_600_000;
const SUBSCRIPTION = '11111111-2222-4333-8444-555555555555';
const TENANT = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const ADDRESSES = ['192.0.2.7', '192.0.2.7:51234', '198.51.100.20', '203.0.113.9', '2001:DB8::1', '81.2.69.***', ''];
const AGENTS = ['azsdk-python-identity/1.2 Python/3.12', 'Mozilla/5.0 (X11)', 'curl/8.1', ''];
const MICROSOFT = 'http://schemas.microsoft.com/identity/claims';
const SOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

const guid = (kind: number, n: number): string =>
  `${String(kind).padStart(8, '0')}-0a0b-4c0d-8e0f-${n.toString(16).padStart(12, '0')}`;

/** A text in another case, as another level of export may have it. */
const recased = (random: Draw, text: string): string => random.pick([text, text.toUpperCase(), text.toLowerCase()]);

/** A moment near others, often right where an hour begins or ends. */
function moment(random: Draw): string {
  const within = random.pick([0, 1, HOUR - 1, random.below(HOUR), random.below(HOUR)]);
  const at = START + random.below(3) * HOUR + within;
  return new Date(at).toISOString().replace('Z', `${random.below(10)}${random.below(10)}0${random.below(10)}Z`);
}

/** The same instant to the millisecond, and not beyond it. */
const nudged = (random: Draw, time: string): string => time.replace(/\d{4}Z$/, `${random.between(1000, 9999)}Z`);

/** Rows, and some of them again with letters of another case where that tells nothing. */
function withCopies(random: Draw, rows: readonly TableRow[], cased: readonly string[]): TableRow[] {
  return rows.flatMap(row => {
    if (random.below(3) > 0) return [row];
    // Without an id, only what is the same letter by letter is the same event.
    if (row.CorrelationId === '' && row.EventDataId === undefined) return [row, row];
    const changed = cased.map(name => [name, typeof row[name] === 'string' ? recased(random, row[name]) : row[name]]);
    const { TimeGenerated } = row;
    const time = nudged(random, String(TimeGenerated));
    return [row, { ...row, ...Object.fromEntries(changed), TimeGenerated: time }];
  });
}

const many = (count: number, make: () => TableRow): TableRow[] => Array.from({ length: count }, make);

const BASES = 14;

/** Fields that every row has for itself. */
const OWN = ['TimeGenerated', 'CreatedDateTime', 'ActivityDateTime', 'Id', 'CorrelationId', 'EventDataId', 'RequestId'];

/** The id of a record is its own, if it has one. */
const numbered = (id: unknown, i: number): unknown =>
  typeof id === 'string' && /^(?:Directory_)?[\da-f-]{36}/.test(id)
    ? `${/^Directory_/.exec(id)?.[0] ?? ''}${guid(12, i)}`
    : id;

/** Rows of which many are alike, and many others differ from those in one field alone. */
function family(random: Draw, count: number, make: (i: number) => TableRow): TableRow[] {
  const bases = Array.from({ length: BASES }, (_, i) => make(i));
  return Array.from({ length: count }, (_, i) => {
    const base = random.pick(bases);
    const other = make(i);
    const own = OWN.filter(name => name in other).map(name => [
      name,
      name === 'Id' ? numbered(other[name], i) : other[name],
    ]);
    const field = random.pick(Object.keys(base));
    const odd = random.below(3) === 0 ? [[field, other[field]]] : [];
    return { ...base, ...Object.fromEntries([...odd, ...own]) };
  });
}

/** Every operation that the source names as more than plain use, and some that are not. */
const OPERATIONS = [
  ...readFileSync(new URL('../src/normalise/azure-deeds.ts', import.meta.url), 'utf8').matchAll(
    /'(microsoft\.[a-z]+\/[a-z/]+)'/g,
  ),
].map(([, operation]) => operation!);
const PLAIN = [
  'Microsoft.CognitiveServices/accounts/write',
  'Microsoft.CognitiveServices/accounts/listKeys/action',
  'Microsoft.CognitiveServices/accounts/regenerateKey/action',
  'Microsoft.Storage/storageAccounts/listKeys/action',
  'Microsoft.Compute/virtualMachines/start/action',
  'Microsoft.Compute/virtualMachines/write',
  'Microsoft.Authorization/policies/audit/action',
];

function claims(random: Draw): Record<string, unknown> {
  const person = random.below(4);
  const upn = `user${person}@example.com`;
  const token = `Token-${random.below(3)}`;
  const common = { [`${MICROSOFT}/tenantid`]: TENANT, uti: token };
  const app = { ...common, appid: guid(2, random.below(3)) };
  return random.pick<Record<string, unknown>>([
    { ...common, [`${MICROSOFT}/objectidentifier`]: guid(1, person), [`${SOAP}/upn`]: recased(random, upn) },
    { ...common, [`${SOAP}/name`]: `live.com#${upn}`, [`${MICROSOFT}/scope`]: 'user_impersonation', appidacr: '2' },
    {
      ...common,
      [`${SOAP}/upn`]: 'not a name',
      name: 'User One',
      unique_name: `u_${upn.replace('@', '_')}#EXT#@example.com`,
    },
    { ...app, appidacr: '1', [`${MICROSOFT}/objectidentifier`]: guid(3, person) },
    { ...app, appidacr: random.pick(['1', '2', '']), idtyp: random.pick(['app', 'user', '']) },
    {
      ...app,
      appidacr: '2',
      xms_mirid: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id${person}/`,
    },
    { ...common, azp: guid(2, person), azpacr: random.pick(['1', '2']), oid: guid(3, person).toUpperCase() },
    {},
  ]);
}

function body(random: Draw): unknown {
  const bodies = [
    { keyName: random.pick(['Key1', 'key2']) },
    { properties: { disableLocalAuth: random.pick([true, false]) } },
    { Properties: { PrincipalId: guid(4, random.below(3)), PrincipalType: 'ServicePrincipal' } },
    {
      properties: {
        state: random.pick(['active', 'suspended']),
        issuer: 'https://token.example.com',
        logs: [{ enabled: false }],
      },
    },
  ];
  const made = random.pick<unknown>([undefined, ...bodies]);
  return random.below(2) === 0 ? made : JSON.stringify(made);
}

function properties(random: Draw, resource: string): Record<string, unknown> {
  const code = random.pick(['AuthorizationFailed', 'Conflict', 'Forbidden', 'NotFound']);
  const answers = [{ error: { code } }, { code }, undefined];
  const message = random.pick<unknown>(answers);
  return {
    eventCategory: random.pick(['Administrative', 'Administrative', 'Administrative', 'Policy', undefined]),
    entity: resource,
    statusCode: random.pick(['OK', 'Created', 'Forbidden', '', undefined]),
    statusMessage: random.below(2) === 0 ? message : JSON.stringify(message),
    requestbody: body(random),
    responseBody: { key1: 'never read' },
    policies: random.pick<unknown>([undefined, undefined, '[]']),
  };
}

const ENDS = ['Success', 'Success', 'Succeeded', 'Failure', 'Failed', 'Odd', 'Start', 'Accepted', 'Active'];

/** Rows of AzureActivity. */
export function activityRows(seed: string): TableRow[] {
  const random = new Random(seed) as Draw;
  const rows = family(random, 300, i => {
    const name = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/ai${random.below(3)}`;
    const resource = random.pick([name, name, '', `${name}/`]);
    const isBag = random.below(3) > 0;
    const held = {
      Claims: claims(random),
      Authorization: authorization(random, name),
      Properties: properties(random, name),
    };
    const parts = Object.entries(held).map(([part, value]): [string, unknown] =>
      isBag ? [`${part}_d`, value] : [part, JSON.stringify(value)],
    );
    const correlation = random.below(8) === 0 ? '' : guid(5, i >> 1);
    return {
      TimeGenerated: moment(random),
      OperationNameValue: recased(random, random.pick([...OPERATIONS, ...PLAIN, ...PLAIN])),
      CategoryValue: random.pick(['Administrative', 'Administrative', 'ADMINISTRATIVE', 'Write', 'Policy', '']),
      ActivityStatusValue: random.pick(ENDS),
      ActivitySubstatusValue: random.pick(['', 'Created', 'Forbidden (HTTP Status Code: 403)', 'OK', 'Conflict']),
      Caller: random.pick([`user${random.below(3)}@example.com`, guid(3, random.below(3)), 'A Service', '']),
      CallerIpAddress: random.pick(ADDRESSES),
      HTTPRequest: random.pick(['', '{"clientIpAddress":"198.51.100.77"}', 'not json']),
      CorrelationId: correlation,
      EventDataId: guid(6, i),
      ResourceId: resource,
      _ResourceId: random.pick([name.toLowerCase(), '']),
      SubscriptionId: random.pick([SUBSCRIPTION, '']),
      ...Object.fromEntries(parts),
    };
  });
  const cased = ['OperationNameValue', 'ActivityStatusValue', 'ResourceId', 'CorrelationId', 'Caller', 'EventDataId'];
  return withCopies(random, rows, cased);
}

const authorization = (random: Draw, scope: string): Record<string, unknown> => ({
  action: 'any',
  scope,
  evidence: {
    role: 'Owner',
    principalId: guid(7, random.below(3)),
    principalType: random.pick(['User', 'ServicePrincipal', 'Group']),
  },
});

const key = (n: number): string => `[KeyIdentifier=${guid(8, n)},KeyType=Password,KeyUsage=Verify,DisplayName=ci, [x]]`;

function target(random: Draw): Record<string, unknown> {
  const changes = [
    { displayName: 'KeyDescription', oldValue: '[]', newValue: JSON.stringify([key(random.below(9))]) },
    { displayName: 'KeyDescription', oldValue: JSON.stringify([key(random.below(9))]), newValue: '[]' },
    {
      displayName: 'FederatedIdentityCredentials',
      oldValue: '[]',
      newValue: '[{"Issuer":"https://token.example.com","Subject":"repo"}]',
    },
    { displayName: 'DisplayName', oldValue: '"a"', newValue: '"b"' },
    { displayName: 'AppId', oldValue: '', newValue: JSON.stringify(guid(2, random.below(3))) },
  ];
  const type = random.pick(['User', 'ServicePrincipal', 'Application', 'Group']);
  return {
    id: guid(9, random.below(5)),
    type,
    displayName: 'Some',
    userPrincipalName: 'user1@example.com',
    modifiedProperties: [random.pick(changes)],
  };
}

/** Rows of AuditLogs. */
export function auditRows(seed: string): TableRow[] {
  const random = new Random(seed) as Draw;
  const operations = [
    'Update application \u2013 Certificates and secrets management ',
    'Add service principal credentials',
    'Add member to role',
    'Consent to application',
    'Disable account',
    'Update user',
    'Update user',
    'Add group',
  ];
  const rows = family(random, 260, () => {
    const user = {
      id: guid(1, random.below(4)),
      userPrincipalName: `user${random.below(3)}@example.com`,
      ipAddress: random.pick(ADDRESSES),
      roles: [],
    };
    const app = {
      appId: random.pick([guid(2, 1), null]),
      displayName: random.pick(['Sync', 'SYNC']),
      servicePrincipalId: random.pick([guid(3, 1), '']),
    };
    const isPlain = random.below(2) === 0;
    return {
      TimeGenerated: moment(random),
      ActivityDateTime: random.below(3) === 0 ? null : moment(random),
      ActivityDisplayName: random.pick([isPlain ? 'Update user' : random.pick(operations), '']),
      OperationName: isPlain ? 'Update user' : random.pick(operations),
      Id: random.pick([
        guid(10, random.below(300)),
        `Directory_${guid(10, random.below(60))}_X`,
        random.below(9) === 0 ? '' : guid(10, random.below(60)),
      ]),
      CorrelationId: random.pick([guid(11, random.below(100)), '']),
      AADTenantId: random.pick([TENANT, '']),
      ResourceId: `/tenants/${TENANT}/providers/Microsoft.aadiam`,
      Result: random.pick(['success', 'failure', 'Success', '', 'inProgress']),
      ResultType: random.pick(['', 'Failure']),
      ResultReason: random.pick(['', 'Insufficient privileges to complete the operation.', 'Other']),
      ResultDescription: '',
      InitiatedBy: random.pick<unknown>([{ user }, { user }, { app }, {}]),
      TargetResources: isPlain && random.below(4) > 0 ? [] : many(random.between(1, 2), () => target(random)),
      AdditionalDetails: random.pick<unknown>([
        [],
        [{ key: 'User-Agent', value: random.pick(AGENTS) }],
        [{ key: 'DeviceId', value: String(random.next()) }],
      ]),
    };
  });
  return withCopies(random, rows, ['AADTenantId', 'CorrelationId']);
}

const signIn = (random: Draw) => ({
  TimeGenerated: moment(random),
  CreatedDateTime: random.below(4) === 0 ? null : moment(random),
  Id: random.below(12) === 0 ? '' : guid(12, random.below(600)),
  CorrelationId: guid(13, random.below(500)),
  AADTenantId: random.pick([TENANT, TENANT.toUpperCase()]),
  ResultType: random.pick(['0', '0', '50126', '7000215', '50196']),
  IPAddress: random.pick(ADDRESSES),
  UserAgent: random.pick(AGENTS),
  UniqueTokenIdentifier: random.pick(['', `tok-${random.below(5)}`, `TOK-${random.below(5)}`]),
  AppId: random.pick([guid(2, random.below(3)), guid(2, 1).toUpperCase(), '']),
});

/** Rows of the sign-ins of people. */
export function personRows(seed: string, table: string): TableRow[] {
  const random = new Random(seed) as Draw;
  const steps = [{ authenticationMethod: 'FIDO2 key', succeeded: random.pick([true, 'false']) }];
  const rows = family(random, 220, () => {
    const mfa = random.pick<unknown>([{ authMethod: 'Text message' }, { authMethod: '' }, {}]);
    return {
      ...signIn(random),
      Type: table,
      UserId: random.pick([guid(1, random.below(3)), '']),
      UserPrincipalName: recased(random, `user${random.below(3)}@example.com`),
      IsInteractive: table === 'SigninLogs' && random.below(3) > 0,
      AuthenticationRequirement: random.pick(['singleFactorAuthentication', 'multiFactorAuthentication', '']),
      AuthenticationDetails: random.pick(['', JSON.stringify(steps), '[{"authenticationMethod":"Password"}]']),
      MfaDetail: table === 'SigninLogs' ? mfa : JSON.stringify(mfa),
    };
  });
  return withCopies(random, rows, ['Id', 'UserPrincipalName', 'UserId']);
}

/** Rows of the sign-ins of applications. */
export function applicationRows(seed: string, table: string): TableRow[] {
  const random = new Random(seed) as Draw;
  const rows = family(random, 260, () => ({
    ...signIn(random),
    Type: table,
    ServicePrincipalId: guid(3, random.below(3)),
    ServicePrincipalName: 'Some app',
    ServicePrincipalCredentialKeyId: random.pick([guid(8, random.below(4)), guid(0, 0).replace(/[1-9a-f]/g, '0'), '']),
    ServicePrincipalCredentialThumbprint: random.pick(['', '', '0A1B2C']),
    ClientCredentialType: random.pick([
      'clientSecret',
      'certificate',
      'clientAssertion',
      'federatedIdentityCredential',
      'managedIdentity',
      'none',
      '',
    ]),
    FederatedCredentialId: random.pick(['', '', guid(14, 1), guid(0, 0).replace(/[1-9a-f]/g, '0')]),
    ManagedServiceIdentity: random.pick([
      '',
      '{"msiType":"UserAssigned","associatedResourceId":"/Subscriptions/x/userAssignedIdentities/y"}',
      '{"msiType":"none"}',
    ]),
  }));
  return withCopies(random, rows, ['Id', 'AppId', 'ServicePrincipalCredentialKeyId', 'ClientCredentialType']);
}

/** Rows of AzureDiagnostics: Azure AI, Key Vault and another service. */
export function diagnosticRows(seed: string): TableRow[] {
  const random = new Random(seed) as Draw;
  const rows = [aiRow, vaultRow].flatMap(make => family(random, 180, () => make(random)));
  return withCopies(random, rows, ['ResourceId', 'CorrelationId', 'OperationName', 'Category']);
}

const shared = (random: Draw, provider: string) => ({
  TimeGenerated: moment(random),
  ResourceId: `/SUBSCRIPTIONS/${SUBSCRIPTION}/RESOURCEGROUPS/RG/PROVIDERS/${provider}${random.below(2)}`,
  CorrelationId: guid(15, random.below(120)),
  CallerIPAddress: random.pick(ADDRESSES),
  ResultType: random.pick(['', 'Success', 'Failure']),
  ResultSignature: random.pick(['200', '401', '429', 'OK', '']),
});

function aiRow(random: Draw): TableRow {
  const caller = random.pick<Record<string, unknown>>([
    { objectId: '' },
    { objectId: guid(3, random.below(3)) },
    { callerObjectId: guid(3, 1) },
    {},
  ]);
  const told = {
    ...caller,
    modelName: random.pick(['gpt-4o', 'claude-opus', undefined]),
    modelDeploymentName: random.pick(['pilot', undefined]),
  };
  const tokens = {
    promptTokens: random.pick<unknown>([12, '7', 2e9, -1, 3.5, undefined]),
    completionTokens: random.pick<unknown>([5, 0, undefined]),
  };
  return {
    ...shared(random, 'MICROSOFT.COGNITIVESERVICES/ACCOUNTS/AI'),
    Category: random.pick(['RequestResponse', 'RequestResponse', 'Audit', 'Trace']),
    OperationName: random.pick(['ChatCompletions_Create', 'Messages_Create', 'ListKey', 'Embeddings_Create']),
    location_s: random.pick(['East US', 'eastus', '']),
    properties_s: JSON.stringify({ ...told, ...(random.below(3) === 0 && tokens) }),
  };
}

const secretId = (random: Draw): string =>
  `https://vault.vault.azure.net/secrets/key${random.below(3)}/${random.below(9)}`;

function vaultRow(random: Draw): TableRow {
  return {
    ...shared(random, 'MICROSOFT.KEYVAULT/VAULTS/V'),
    Category: 'AuditEvent',
    OperationName: random.pick([
      'SecretGet',
      'SecretGet',
      'SecretList',
      'VaultGet',
      'SecretNearExpiryEventGridNotification',
    ]),
    id_s: random.pick([secretId(random), '']),
    requestUri_s: `${secretId(random)}?api-version=7.4`,
    httpStatusCode_d: random.pick([200, 401, 403, null]),
    clientInfo_s: random.pick(AGENTS),
    ...random.pick<TableRow>([
      {
        identity_claim_oid_g: guid(1, random.below(3)),
        identity_claim_http_schemas_xmlsoap_org_ws_2005_05_identity_claims_upn_s: 'user1@example.com',
        identity_claim_uti_s: 'T1',
      },
      {
        identity_claim_appid_g: guid(2, random.below(3)),
        identity_claim_appidacr_s: random.pick(['1', '2']),
        identity_claim_uti_s: random.pick(['T1', 'T2']),
      },
      {
        identity_claim_appid_g: guid(2, 1),
        identity_claim_idtyp_s: 'app',
        identity_claim_xms_mirid_s: '/subscriptions/x/mi',
      },
      {},
    ]),
  };
}

/** Rows of AZKVAuditLogs. */
export function ownVaultRows(seed: string): TableRow[] {
  const random = new Random(seed) as Draw;
  const rows = family(random, 220, () => {
    const { ResourceId, CallerIPAddress, ...rest } = shared(random, 'MICROSOFT.KEYVAULT/VAULTS/V');
    return {
      ...rest,
      _ResourceId: ResourceId.toLowerCase(),
      CallerIpAddress: CallerIPAddress,
      OperationName: random.pick(['SecretGet', 'SecretGet', 'SecretList', 'VaultPatch']),
      Id: random.pick([secretId(random), '']),
      RequestUri: `${secretId(random)}?api-version=7.4`,
      HttpStatusCode: random.pick([200, 403]),
      ClientInfo: random.pick(AGENTS),
      Identity: random.pick<unknown>([{ claim: claims(random) }, { claims: claims(random) }, {}]),
    };
  });
  return withCopies(random, rows, ['_ResourceId', 'CorrelationId', 'OperationName']);
}

/** When the tokens of a call are told: within the hour, but in the next one perhaps. Of some, the call is not in the log. */
function toldOf(random: Draw, call: TableRow): TableRow {
  const time = new Date(Date.parse(String(call.TimeGenerated)) + random.below(HOUR)).toISOString();
  const isStray = random.below(6) === 0;
  return { TimeGenerated: time, CorrelationId: isStray ? guid(18, random.below(40)) : call.CorrelationId };
}

/** Rows of the logs of a gateway: calls, and the tokens of some of them. */
export function gatewayRows(seed: string): { readonly calls: TableRow[]; readonly models: TableRow[] } {
  const random = new Random(seed) as Draw;
  const resource = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ApiManagement/service/gate`;
  const calls = family(random, 220, i => ({
    TimeGenerated: moment(random),
    _ResourceId: resource,
    CorrelationId: random.below(9) === 0 ? '' : guid(16, i),
    OperationId: random.pick(['ChatCompletions_Create', 'get-item', '']),
    ApimSubscriptionId: random.pick(['team-a', 'team-b', '']),
    Method: random.pick(['POST', 'GET']),
    Url: `https://gate.example.com/${random.pick(['openai/deployments/pilot/chat/completions', 'v1/messages', `items/${random.below(99)}`])}?subscription-key=x`,
    BackendUrl: random.pick(['', 'https://b.example.com/v1/responses']),
    ResponseCode: random.pick([200, 401, 429]),
    CallerIpAddress: random.pick(ADDRESSES),
    Region: random.pick(['East US', 'eastus']),
  }));
  const models = family(random, 180, () => ({
    ...toldOf(random, random.pick(calls)),
    _ResourceId: resource,
    RequestId: guid(17, random.below(200)),
    ModelName: random.pick(['gpt-4o', '']),
    DeploymentName: 'pilot',
    PromptTokens: random.pick([0, 11, 12, 2e9]),
    CompletionTokens: random.pick([0, 3, null]),
    Region: 'eastus',
  }));
  return {
    calls: withCopies(random, calls, ['_ResourceId', 'CorrelationId', 'Region']),
    models: withCopies(random, models, ['_ResourceId', 'CorrelationId', 'RequestId']),
  };
}
