import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Seen } from '../src/dedupe.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { azureActivity } from '../src/normalise/azure-activity.ts';
import { azureAi } from '../src/normalise/azure-ai.ts';
import { azureGateway } from '../src/normalise/azure-gateway.ts';
import { azureKeyVault } from '../src/normalise/azure-key-vault.ts';
import { logOutcome } from '../src/normalise/azure-event.ts';
import { cloudtrail } from '../src/normalise/cloudtrail.ts';
import { entraAudit } from '../src/normalise/entra-audit.ts';
import { entraSignIn } from '../src/normalise/entra-sign-in.ts';
import { notAuditLogs } from '../src/normalise/not-audit-logs.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import { readText } from './read-text.ts';

const SUBSCRIPTION = '00000000-0000-4000-8000-0000000000a1';
const APP = '00000000-0000-4000-8000-0000000000c1';
const PRINCIPAL = '00000000-0000-4000-8000-0000000000d1';
const PERSON = '00000000-0000-4000-8000-0000000000e1';
const CORRELATION = '00000000-0000-4000-8000-0000000000f1';
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/Models/providers`;
const ACCOUNT = `${GROUP}/Microsoft.CognitiveServices/accounts/Chat`;
const VAULT = `${GROUP}/Microsoft.KeyVault/vaults/Safe`;
const GATEWAY = `${GROUP}/Microsoft.ApiManagement/service/Front`;
const TENANT = '/tenants/00000000-0000-4000-8000-0000000000b1/providers/Microsoft.aadiam';
const TIME = '2026-11-19T12:00:00.1234567Z';
const AT = Date.UTC(2026, 10, 19, 12, 0, 0, 123);
const CANARY = 'capital-of-canaries';

const OID = 'http://schemas.microsoft.com/identity/claims/objectidentifier';
const UPN = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn';
const SCOPE = 'http://schemas.microsoft.com/identity/claims/scope';
const COLUMN = 'identity_claim_http_schemas_microsoft_com_identity_claims_objectidentifier_g';
const UPN_COLUMN = 'identity_claim_http_schemas_xmlsoap_org_ws_2005_05_identity_claims_upn_s';

const FORMATS = [cloudtrail, azureActivity, entraSignIn, entraAudit, azureAi, azureKeyVault, azureGateway];

/** Reads text the way a file is read. */
async function readLogs(text: string, formats = FORMATS) {
  const { events, credentials, ignored, completion } = await readText(text, { formats, others: [] });
  const { kind, views, damage } = completion;
  return { events, credentials, ignored, kind, views, damage: damage.map(({ what }) => what) };
}

const linesOf = (records: readonly unknown[]): string => records.map(record => JSON.stringify(record)).join('\n');
const read = (records: readonly unknown[], formats = FORMATS) => readLogs(linesOf(records), formats);

async function eventOf(record: unknown): Promise<AuditEvent> {
  const { events, damage } = await read([record]);
  expect(damage).toEqual([]);
  expect(events).toHaveLength(1);
  return events[0]!;
}

/** How many of the events count, once the same ones are known for it. */
function distinct(events: readonly AuditEvent[]): { events: number; conflicts: number } {
  const seen = new Seen();
  const known = events.filter(event => seen.add(event, 0));
  return { events: known.length, conflicts: seen.conflicts };
}

const PLAIN = {
  at: AT,
  last: AT,
  count: 1,
  tokensIn: 0,
  tokensOut: 0,
  microUsd: 0,
  ttl: 0,
  hour: Math.floor(AT / 3_600_000),
  session: '',
  account: SUBSCRIPTION,
  deed: 'use',
  outcome: 'ok',
  address: '',
  agent: '',
  region: '',
  inferenceRegion: '',
  model: '',
  mfa: '',
  target: '',
};

const example = expect.stringMatching(new RegExp(`^${CORRELATION}/`));

describe('AI services', () => {
  const resource = ACCOUNT.toLowerCase();
  const properties = {
    apiName: 'Azure OpenAI API version 2024-02-15-preview',
    requestTime: '@ticks',
    requestLength: 128,
    responseLength: 1411,
    objectId: '',
    streamType: 'Non-Streaming',
    modelDeploymentName: 'chat-pilot',
    modelName: 'gpt-4o',
    modelVersion: '2024-11-20',
  };
  const call = (rest: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
    Tenant: 'eastus',
    callerIpAddress: '192.0.2.***',
    category: 'RequestResponse',
    correlationId: CORRELATION,
    durationMs: -1021,
    event: 'ShoeboxCallResult',
    location: 'eastus',
    operationName: 'ChatCompletions_Create',
    properties: { ...properties, ...more },
    resourceId: ACCOUNT.toUpperCase(),
    resultSignature: '200',
    time: TIME,
    ...rest,
  });
  const row = (rest: JsonObject = {}): JsonObject => ({
    TenantId: '00000000-0000-4000-8000-0000000000b9',
    TimeGenerated: TIME,
    ResourceId: ACCOUNT.toUpperCase(),
    Category: 'RequestResponse',
    ResourceProvider: 'MICROSOFT.COGNITIVESERVICES',
    OperationName: 'ChatCompletions_Create',
    CorrelationId: CORRELATION,
    CallerIPAddress: '192.0.2.***',
    ResultSignature: '200',
    DurationMs: 12,
    location_s: 'eastus',
    properties_s: JSON.stringify(properties),
    Type: 'AzureDiagnostics',
    _ResourceId: resource,
    ...rest,
  });
  /** As it is written: ticks are numbers that JavaScript cannot hold. */
  const asWritten = (record: JsonObject): string =>
    JSON.stringify(record)
      .replaceAll('"@ticks"', '638515262815394151')
      .replaceAll('\\"@ticks\\"', '638515262815394151');

  const KEY_CALL = {
    ...PLAIN,
    example,
    credential: `${resource}/keys`,
    principal: resource,
    deed: 'infer',
    action: 'cognitiveservices:chatcompletions_create',
    region: 'eastus',
    model: 'gpt-4o',
  };

  test('a call by key is told whole, in every shape alike', async () => {
    const { properties_s: _, ...bare } = row();
    const shapes = [
      call(),
      call({ properties: JSON.stringify(properties) }),
      row(),
      row({ ResourceId: undefined }),
      { ...bare, objectId_g: '', modelName_s: 'gpt-4o', modelDeploymentName_s: 'chat-pilot' },
      { ...bare, AdditionalFields: JSON.stringify({ properties_s: JSON.stringify(properties), ...properties }) },
    ];
    const { events, credentials, damage, kind } = await readLogs(shapes.map(asWritten).join('\n'));
    expect({ damage, kind }).toEqual({ damage: [], kind: 'azure-ai' });
    expect(events).toEqual(shapes.map(() => KEY_CALL));
    expect(distinct(events)).toEqual({ events: 1, conflicts: 0 });
    expect(credentials).toEqual([
      {
        id: `${resource}/keys`,
        provider: 'azure',
        kind: 'resource-key',
        owner: resource,
        account: SUBSCRIPTION,
        observedAt: 0,
      },
    ]);
  });

  test('an export to an event hub and a table saved as CSV are read too', async () => {
    const names = Object.keys(row());
    const quoted = (value: unknown): string => `"${String(value).replaceAll('"', '""')}"`;
    const csv = `${names.join(',')}\n${Object.values(row()).map(quoted).join(',')}\n`;
    expect((await readLogs(JSON.stringify({ records: [call()] }))).events).toEqual([KEY_CALL]);
    expect((await readLogs(csv)).events).toEqual([KEY_CALL]);
  });

  const app = `app/${PRINCIPAL}`;
  const stranger = `unidentified:${resource}`;
  const key = `${resource}/keys`;
  test.each<[string, JsonObject, [credential: string, kind: string, deed: string, outcome: string, model: string]]>([
    ['by token', call({}, { objectId: PRINCIPAL.toUpperCase() }), [app, 'service-principal', 'infer', 'ok', 'gpt-4o']],
    [
      'by token, as the log has it since',
      call({}, { objectId: undefined, callerObjectId: PRINCIPAL }),
      [app, 'service-principal', 'infer', 'ok', 'gpt-4o'],
    ],
    ['of a deployment only', call({}, { modelName: '' }), [key, 'resource-key', 'infer', 'ok', 'chat-pilot']],
    [
      'with a wrong key',
      call({ resultSignature: '401' }, { modelName: '', modelDeploymentName: '' }),
      [stranger, 'unknown', 'infer', 'denied', ''],
    ],
    ['where keys are off', call({ resultSignature: 403 }), [stranger, 'unknown', 'infer', 'denied', 'gpt-4o']],
    [
      'by token, without the right',
      call({ resultSignature: '403' }, { objectId: PRINCIPAL }),
      [app, 'service-principal', 'infer', 'denied', 'gpt-4o'],
    ],
    ['put off', call({ resultSignature: '429' }), [key, 'resource-key', 'infer', 'throttled', 'gpt-4o']],
    ['of nothing', call({ resultSignature: '404' }), [key, 'resource-key', 'infer', 'invalid', 'gpt-4o']],
    ['broken', call({ resultSignature: '500' }), [key, 'resource-key', 'infer', 'failed', 'gpt-4o']],
    [
      'of no model',
      call({ operationName: 'Create_Thread' }, { modelName: '', modelDeploymentName: '' }),
      [key, 'resource-key', 'use', 'ok', ''],
    ],
    ['that only reads', call({ operationName: 'Get_Response' }), [key, 'resource-key', 'use', 'ok', '']],
    ['in a project', call({ resourceId: `${ACCOUNT}/projects/One` }), [key, 'resource-key', 'infer', 'ok', 'gpt-4o']],
  ])('a call %s', async (_, record, expected) => {
    const { events, credentials } = await read([record]);
    expect(events.map(({ credential, deed, outcome, model }) => [credential, deed, outcome, model])).toEqual([
      [expected[0], ...expected.slice(2)],
    ]);
    expect(credentials.map(({ id, kind }) => [id, kind])).toEqual([[expected[0], expected[1]]]);
  });

  test.each<[string, JsonObject, number, number]>([
    ['whole numbers', { promptTokens: 26, completionTokens: '85' }, 26, 85],
    ['nonsense', { promptTokens: -1, completionTokens: [9] }, 0, 0],
    ['too many to be true', { promptTokens: 1e300, completionTokens: 'NaN' }, 0, 0],
  ])('tokens: %s', async (_, more, tokensIn, tokensOut) => {
    expect(await eventOf(call({}, more))).toMatchObject({ tokensIn, tokensOut });
  });

  test('keys that were listed, traces, usage without a caller and second records are left out', async () => {
    const bare = { modelName: undefined, modelDeploymentName: undefined };
    const { events, ignored, damage } = await read([
      {
        category: 'Audit',
        operationName: 'ListKey',
        properties: { objectId: PERSON },
        resourceId: ACCOUNT,
        time: TIME,
      },
      call({ category: 'Trace' }),
      call({ category: 'AzureOpenAIRequestUsage', properties: { promptTokens: [9], generatedTokens: [9] } }),
      call({}, bare),
      call({ operationName: 'Create_Thread', properties: '{}' }),
    ]);
    expect({ events, ignored, damage }).toEqual({ events: [], ignored: 5, damage: [] });
  });

  test('what cannot be read is said', async () => {
    const { events, damage } = await read([call({ time: 'yesterday' }), call({ operationName: '' })]);
    expect({ events, damage }).toEqual({
      events: [],
      damage: ['the record has no readable time', 'the record names no operation'],
    });
  });

  test('an address that is masked is no place', async () => {
    const masked = await read([call()]);
    expect(masked.views?.places.blind).toBe(true);
    const { events, views } = await read([call({ callerIpAddress: '192.0.2.7:443' })]);
    expect([events[0]!.address, views?.places.blind]).toEqual(['192.0.2.7', false]);
  });

  test('what is not seen is said', async () => {
    const states = async (records: readonly JsonObject[]) => {
      const { calls, tokens, deeds } = (await read(records)).views!;
      return [calls.blind, calls.gaps.length, tokens.blind, tokens.gaps.length, deeds.blind];
    };
    const claude = call({}, { modelName: 'claude-opus-4-5', promptTokens: 3 });
    const usage = call({ category: 'AzureOpenAIRequestUsage' });
    const second = call({}, { modelName: '', modelDeploymentName: '' });
    expect(await states([call()])).toEqual([false, 1, true, 1, true]);
    expect(await states([claude])).toEqual([false, 0, false, 0, true]);
    expect(await states([claude, usage])).toEqual([false, 0, false, 1, true]);
    expect(await states([claude, second])).toEqual([false, 1, false, 0, true]);
    expect(await states([call({ category: 'Trace' })])).toEqual([true, 1, true, 1, true]);
  });

  test('the same category of another resource is none of it', async () => {
    const { events, damage } = await read([call({ resourceId: VAULT }), call()]);
    expect({ events, damage }).toEqual({ events: [KEY_CALL], damage: ['records not recognised as audit events'] });
  });
});

describe('Key Vault', () => {
  const resource = VAULT.toLowerCase();
  const secret = 'https://safe.vault.azure.net/secrets/OpenAI-Key';
  const claim = { appid: APP, appidacr: '1', idtyp: 'app', oid: PRINCIPAL, uti: 'aBcDeF' };
  const person = { appid: APP, appidacr: '2', [OID]: PERSON, [UPN]: 'Ann@Example.com', [SCOPE]: 'user_impersonation' };
  const properties = {
    id: `${secret}/0123456789abcdef0123456789abcdef`,
    clientInfo: 'curl/8.5.0',
    requestUri: `${secret}/?api-version=7.4`,
    httpStatusCode: 200,
    isAccessPolicyMatch: true,
  };
  const access = (rest: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
    time: TIME,
    resourceId: VAULT.toUpperCase(),
    operationName: 'SecretGet',
    operationVersion: '7.4',
    category: 'AuditEvent',
    resultType: 'Success',
    resultSignature: 'OK',
    durationMs: '17',
    callerIpAddress: '192.0.2.1',
    correlationId: CORRELATION,
    identity: { claim },
    properties: { ...properties, ...more },
    ...rest,
  });
  const diagnostics: JsonObject = {
    TimeGenerated: TIME,
    ResourceId: VAULT.toUpperCase(),
    Category: 'AuditEvent',
    ResourceProvider: 'MICROSOFT.KEYVAULT',
    OperationName: 'SecretGet',
    ResultType: 'Success',
    ResultSignature: 'OK',
    CorrelationId: CORRELATION,
    CallerIPAddress: '192.0.2.1',
    id_s: properties.id,
    requestUri_s: properties.requestUri,
    clientInfo_s: properties.clientInfo,
    httpStatusCode_d: 200,
    identity_claim_appid_g: APP,
    identity_claim_appidacr_s: '1',
    identity_claim_idtyp_s: 'app',
    identity_claim_oid_g: PRINCIPAL,
    [COLUMN]: '',
    Type: 'AzureDiagnostics',
    _ResourceId: resource,
  };
  const table: JsonObject = {
    TimeGenerated: TIME,
    OperationName: 'SecretGet',
    ResultType: 'Success',
    ResultSignature: 'OK',
    CorrelationId: CORRELATION.toUpperCase(),
    CallerIpAddress: '192.0.2.1',
    ClientInfo: properties.clientInfo,
    HttpStatusCode: 200,
    Id: properties.id,
    RequestUri: properties.requestUri,
    Identity: JSON.stringify({ claim }),
    _ResourceId: resource,
  };

  const READ = {
    ...PLAIN,
    example,
    credential: `app/${APP}/secret`,
    principal: `app/${APP}`,
    deed: 'reveal',
    action: 'keyvault:secretget',
    address: '192.0.2.1',
    agent: 'curl',
    target: secret.toLowerCase(),
  };

  test('a secret that was read is told whole, in every shape alike', async () => {
    const shapes = [
      access(),
      access({ properties: JSON.stringify(properties) }),
      diagnostics,
      table,
      { ...table, Type: 'AZKVAuditLogs', Identity: { claim } },
    ];
    const { events, credentials, damage, kind } = await read(shapes);
    expect({ damage, kind }).toEqual({ damage: [], kind: 'azure-key-vault' });
    expect(events).toEqual(shapes.map(() => READ));
    expect(distinct(events)).toEqual({ events: 1, conflicts: 0 });
    expect(credentials).toEqual([
      {
        id: `app/${APP}/secret`,
        provider: 'azure',
        kind: 'client-secret',
        owner: `app/${APP}`,
        account: SUBSCRIPTION,
        observedAt: 0,
      },
    ]);
  });

  test('two secrets read under one correlation id, which callers choose, are two', async () => {
    const other = { id: 'https://safe.vault.azure.net/secrets/other/1' };
    expect(distinct((await read([access(), access({}, other)])).events)).toEqual({ events: 2, conflicts: 0 });
  });

  const tells = async (record: JsonObject): Promise<string> => {
    const { events, ignored, damage } = await read([record]);
    const told = events.map(({ principal, deed, outcome, target }) => [principal, deed, outcome, target].join(' '));
    return [...told, ...damage, ...(ignored > 0 ? ['left out'] : [])].join('; ').trim();
  };
  const me = `app/${APP}`;
  const challenge = { resultSignature: 'Unauthorized', identity: {} };
  test.each<[string, JsonObject, string]>([
    ['by a person', access({ identity: { claim: person } }), `user/ann@example.com reveal ok ${secret.toLowerCase()}`],
    [
      'by a person, in columns',
      {
        ...diagnostics,
        identity_claim_appidacr_s: '2',
        identity_claim_idtyp_s: '',
        identity_claim_oid_g: '',
        [COLUMN]: PERSON,
        [UPN_COLUMN]: 'Ann@Example.com',
      },
      `user/ann@example.com reveal ok ${secret.toLowerCase()}`,
    ],
    [
      'refused',
      access({ resultType: 'Failed', resultSignature: 'Forbidden' }, { httpStatusCode: 403 }),
      `${me} reveal denied ${secret.toLowerCase()}`,
    ],
    [
      'refused, without a number',
      access({ resultType: 'Failed', resultSignature: 'Forbidden' }, { httpStatusCode: undefined }),
      `${me} reveal denied ${secret.toLowerCase()}`,
    ],
    [
      'of a secret that is not there',
      access({}, { httpStatusCode: 404 }),
      `${me} reveal invalid ${secret.toLowerCase()}`,
    ],
    ['named by its address only', access({}, { id: '' }), `${me} reveal ok ${secret.toLowerCase()}`],
    ['of a secret that is not named', access({}, { id: '', requestUri: 7 }), `${me} reveal ok ${resource}`],
    ['of a name that is none', access({}, { id: `${secret}%00x`, requestUri: '' }), `${me} reveal ok ${resource}`],
    [
      'that does not say by whom',
      access({ identity: {} }),
      `unidentified:${resource} reveal ok ${secret.toLowerCase()}`,
    ],
    ['that sets a secret', access({ operationName: 'SecretSet' }), `${me} use ok`],
    ['that lists secrets', access({ operationName: 'SecretList' }), `${me} use ok`],
    ['of a key by nobody', access({ operationName: 'KeyGet', identity: {} }), 'left out'],
    [
      'asked without a token first',
      access({ ...challenge, operationName: 'Authentication' }, { httpStatusCode: 401 }),
      'left out',
    ],
    ['of a secret asked without a token first', access(challenge, { httpStatusCode: 401 }), 'left out'],
    ['of the vault itself', access({ operationName: 'VaultPatch' }), 'left out'],
    ['that nobody made', access({ operationName: 'SecretNearExpiryEventGridNotification', identity: {} }), 'left out'],
    ['at no time', access({ time: '' }), 'the record has no readable time'],
    ['of nothing', access({ operationName: '' }), 'the record names no operation'],
  ])('a record %s', async (_, record, expected) => {
    expect(await tells(record)).toBe(expected);
  });

  test('what it shows', async () => {
    const { calls, tokens, places, deeds } = (await read([access()])).views!;
    expect([calls.blind, tokens.blind, places, deeds.blind]).toEqual([true, true, { blind: false, gaps: [] }, false]);
  });
});

describe('API Management', () => {
  const resource = GATEWAY.toLowerCase();
  const consumer = `${resource}/subscriptions/team-a`;
  const body = JSON.stringify({ messages: [{ role: 'user', content: CANARY }] });
  const properties = {
    apiId: 'azure-openai-service-api',
    apimSubscriptionId: 'Team-A',
    backendMethod: 'POST',
    backendRequestBody: body,
    backendResponseCode: 200,
    backendUrl: 'https://chat.openai.azure.com/openai/deployments/chat-pilot/chat/completions?api-version=2024-02-15',
    method: 'POST',
    operationId: 'ChatCompletions_Create',
    productId: 'starter',
    requestBody: body,
    requestHeaders: { 'api-key': CANARY },
    responseBody: body,
    responseCode: 200,
    url: `https://front.azure-api.net/deployments/chat-pilot/chat/completions?subscription-key=${CANARY}`,
    userId: '1',
  };
  const call = (rest: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
    Level: 4,
    Sku: 'Basic',
    callerIpAddress: '192.0.2.1',
    category: 'GatewayLogs',
    correlationId: CORRELATION,
    durationMs: 176,
    isRequestSuccess: true,
    location: 'East US',
    operationName: 'Microsoft.ApiManagement/GatewayLogs',
    properties: { ...properties, ...more },
    resourceId: GATEWAY.toUpperCase(),
    resultType: 'Succeeded',
    time: TIME,
    truncated: 0,
    ...rest,
  });
  const pascal = (fields: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name[0]!.toUpperCase() + name.slice(1), value]));
  const marked = (fields: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [`${name}_${typeof value === 'number' ? 'd' : 's'}`, value]),
    );
  const shared: JsonObject = {
    TimeGenerated: TIME,
    CorrelationId: CORRELATION,
    Region: 'East US',
    _ResourceId: resource,
  };
  const table: JsonObject = { ...shared, CallerIpAddress: '192.0.2.1', ...pascal(properties) };
  const usage: JsonObject = {
    ...shared,
    OperationName: 'ChatCompletions_Create',
    ModelName: 'gpt-4o',
    DeploymentName: 'chat-pilot',
    PromptTokens: 14,
    CompletionTokens: 8,
    TotalTokens: 22,
    RequestId: 'chatcmpl-1',
    RequestMessages: CANARY,
    ResponseMessages: [{ content: CANARY }],
    SequenceNumber: 0,
  };

  const CALL = {
    ...PLAIN,
    example,
    credential: consumer,
    principal: consumer,
    deed: 'infer',
    action: 'apim:chatcompletions_create',
    address: '192.0.2.1',
    region: 'eastus',
    model: 'chat-pilot',
  };
  const TOKENS = {
    ...CALL,
    count: 0,
    tokensIn: 14,
    tokensOut: 8,
    credential: `unidentified:${resource}`,
    principal: `unidentified:${resource}`,
    action: 'apim:tokens',
    address: '',
    model: 'gpt-4o',
  };

  test('a call is told whole, in every shape alike, and nothing that was said is', async () => {
    const columns = { ...shared, ResourceProvider: 'MICROSOFT.APIMANAGEMENT', CallerIPAddress: '192.0.2.1' };
    const shapes = [
      call(),
      call({ properties: JSON.stringify(properties) }),
      table,
      { ...table, Category: 'GatewayLogs', Type: 'ApiManagementGatewayLogs' },
      { ...columns, Category: 'GatewayLogs', Region: '', location_s: 'East US', ...marked(properties) },
    ];
    const { events, credentials, damage, kind } = await read(shapes);
    expect({ damage, kind }).toEqual({ damage: [], kind: 'azure-gateway' });
    expect(events).toEqual(shapes.map(() => CALL));
    expect(distinct(events)).toEqual({ events: 1, conflicts: 0 });
    expect(credentials).toEqual([
      {
        id: consumer,
        provider: 'azure',
        kind: 'gateway-subscription',
        owner: consumer,
        account: SUBSCRIPTION,
        observedAt: 0,
      },
    ]);
    expect(JSON.stringify(events)).not.toContain(CANARY);
    for (const shape of [...shapes, usage]) expect(JSON.stringify(azureGateway.unwrap(shape))).not.toContain(CANARY);
  });

  test('tokens are added once a request, however many rows tell of it, and to the whole gateway', async () => {
    const { TimeGenerated: _, CorrelationId: __, Region: ___, _ResourceId: ____, ...inner } = usage;
    const exportedUsage = call({
      category: 'GatewayLlmLogs',
      properties: Object.fromEntries(
        Object.entries(inner).map(([name, value]) => [name[0]!.toLowerCase() + name.slice(1), value]),
      ),
    });
    const rows = [
      usage,
      { ...usage, SequenceNumber: 1 },
      { ...usage, SequenceNumber: 2, PromptTokens: 0, CompletionTokens: 0, ModelName: '', DeploymentName: '' },
      { ...usage, SequenceNumber: 3, PromptTokens: null, CompletionTokens: '' },
      exportedUsage,
    ];
    const { events, credentials, ignored, damage } = await read(rows);
    expect({ events, ignored, damage }).toEqual({ events: [TOKENS, TOKENS, TOKENS], ignored: 2, damage: [] });
    expect(distinct(events)).toEqual({ events: 1, conflicts: 0 });
    expect(credentials.map(({ id, kind }) => [id, kind])).toEqual([[`unidentified:${resource}`, 'unknown']]);
    const another = await read([usage, { ...usage, RequestId: 'chatcmpl-2' }]);
    expect(distinct(another.events)).toEqual({ events: 2, conflicts: 0 });
  });

  test('call and tokens are told alike in any order, in one file or two', async () => {
    const both = await read([table, usage]);
    expect(both.events).toEqual([CALL, TOKENS]);
    expect((await read([usage, table])).events).toEqual([TOKENS, CALL]);
    expect([...(await read([table])).events, ...(await read([usage])).events]).toEqual(both.events);
  });

  test('rows that a query has joined say whose the tokens are', async () => {
    const { TimeGenerated, CorrelationId, _ResourceId, ...rest } = usage;
    expect((await read([{ ...usage, ApimSubscriptionId: 'team-a' }])).events).toEqual([
      { ...TOKENS, credential: consumer, principal: consumer },
    ]);
    const joined = { ...rest, ...table };
    expect((await read([joined])).events).toEqual([{ ...CALL, tokensIn: 14, tokensOut: 8, model: 'gpt-4o' }]);
  });

  const claude = 'https://front.azure-api.net/claude/anthropic/v1/messages';
  const google = 'https://front.azure-api.net/v1beta/models/gemini-2.5-pro:streamGenerateContent';
  const aws = 'https://front.azure-api.net/bedrock/model/eu.anthropic.claude-3-haiku/converse-stream';
  const other = { url: 'https://front.azure-api.net/orders/7', backendUrl: '', operationId: 'orders' };
  test.each<[string, JsonObject, string]>([
    ['refused', call({}, { responseCode: 403 }), `${consumer} infer denied chat-pilot`],
    ['put off', call({}, { responseCode: '429' }), `${consumer} infer throttled chat-pilot`],
    ['that could not work', call({}, { responseCode: 400 }), `${consumer} infer invalid chat-pilot`],
    [
      'that nobody waited for',
      call({ resultType: 'Failed' }, { responseCode: 0 }),
      `${consumer} infer failed chat-pilot`,
    ],
    ['of Claude', call({}, { url: claude, backendUrl: 7, operationId: 'x' }), `${consumer} infer ok`],
    ['of Gemini', call({}, { url: google, backendUrl: '' }), `${consumer} infer ok gemini-2.5-pro`],
    ['of Bedrock', call({}, { url: aws, backendUrl: '' }), `${consumer} infer ok anthropic.claude-3-haiku`],
    ['known by its backend', call({}, { url: 'https://x.test/a' }), `${consumer} infer ok chat-pilot`],
    ['known by its operation', call({}, { url: '', backendUrl: '' }), `${consumer} infer ok`],
    ['that reads', call({}, { method: 'GET' }), `${consumer} use ok`],
    ['of something else', call({}, other), `${consumer} use ok`],
    ['with no subscription', call({}, { apimSubscriptionId: '' }), `unidentified:${resource} infer ok chat-pilot`],
    ['of something else by nobody', call({}, { ...other, apimSubscriptionId: null }), 'left out'],
    [
      'by the name of a resource',
      call({}, { apimSubscriptionId: '/subscriptions/Team-A' }),
      `${consumer} infer ok chat-pilot`,
    ],
    ['at no time', call({ time: 0 }), 'the record has no readable time'],
  ])('a call %s', async (_, record, expected) => {
    const { events, ignored, damage } = await read([record]);
    const told = events.map(({ credential, deed, outcome, model }) => [credential, deed, outcome, model].join(' '));
    expect([...told, ...damage, ...(ignored > 0 ? ['left out'] : [])].join('; ').trim()).toBe(expected);
  });

  test('what is not seen is said', async () => {
    const states = async (records: readonly JsonObject[]) => {
      const { calls, tokens, places } = (await read(records)).views!;
      return [calls.blind, tokens.blind, tokens.gaps.length, places.blind];
    };
    expect(await states([table])).toEqual([false, true, 1, false]);
    expect(await states([usage])).toEqual([true, false, 1, true]);
    expect(await states([table, usage])).toEqual([false, false, 1, false]);
    expect(await states([table, { ...usage, ApimSubscriptionId: 'team-a' }])).toEqual([false, false, 0, false]);
  });
});

describe('all of them', () => {
  test.each([
    [['200'], 'Failed', 'ok'],
    [['101'], '', 'ok'],
    [['', 'Unauthorized'], 'Failed', 'denied'],
    [['403'], 'Success', 'denied'],
    [['0'], 'Failed', 'failed'],
    [['99', '700'], 'Started', 'ok'],
    [[], '', 'ok'],
    [['503'], '', 'failed'],
  ] as const)('%j and %j end as %s', (codes, word, outcome) => {
    expect(logOutcome(codes, word)).toBe(outcome);
  });

  test('no record is of two formats', () => {
    const records = [
      {
        category: 'AuditEvent',
        resourceId: VAULT,
        operationName: 'SecretGet',
        time: TIME,
        properties: {},
        identity: {},
      },
      { category: 'Audit', resourceId: ACCOUNT, operationName: 'ListKey', time: TIME, properties: {} },
      {
        category: 'GatewayLogs',
        resourceId: GATEWAY,
        operationName: 'Microsoft.ApiManagement/GatewayLogs',
        time: TIME,
      },
      { category: 'Administrative', resourceId: VAULT, operationName: 'Microsoft.KeyVault/vaults/write', time: TIME },
    ];
    const takers = records.map(record => FORMATS.filter(one => one.unwrap(record) !== null).map(({ id }) => id));
    expect(takers).toEqual([['azure-key-vault'], ['azure-ai'], ['azure-gateway'], ['azure-activity']]);
  });

  test.each([
    ['Azure Storage log', { category: 'StorageRead', resourceId: `${GROUP}/Microsoft.Storage/storageAccounts/s` }],
    ['Entra ID log of another category', { category: 'RiskyUsers', resourceId: TENANT }],
    ['Entra ID log of another category', { category: 'MicrosoftServicePrincipalSignInLogs', resourceId: TENANT }],
    ['Azure metric', { metricName: 'Calls', timeGrain: 'PT1M', resourceId: ACCOUNT }],
    ['Azure resource log of another category', { category: 'kube-audit', resourceId: `${GROUP}/Microsoft.X/y/z` }],
    ['Azure resource log of another category', { category: 'AuditEvent', resourceId: `${GROUP}/Microsoft.X/y/z` }],
    ['Azure resource log of another category', { category: 'WebSocketConnectionLogs', resourceId: GATEWAY }],
    ['Azure resource log of another category', { Category: 'QueryLogs', ResourceId: `${GROUP}/MICROSOFT.X/Y/Z` }],
    [undefined, { category: 'AuditEvent', resourceId: VAULT }],
    [undefined, { category: 'RequestResponse', resourceId: ACCOUNT }],
    [undefined, { category: 'Administrative', resourceId: ACCOUNT }],
    [undefined, { category: 'AuditLogs', resourceId: TENANT }],
    [undefined, { category: 'NewKindOfSignInLogs', resourceId: TENANT }],
    [undefined, { category: 'x', resourceId: ['/providers/x/'] }],
    [undefined, { resourceId: VAULT }],
  ])('what is left out by name, and not missed: %s, %j', (what, record) => {
    expect(notAuditLogs.find(one => one.recognises(record))?.what).toBe(what);
  });

  test('whatever stands in the fields, nothing is thrown and only texts are kept', async () => {
    const hostile = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('\u001b[31m', '__proto__', '{', '[1', '"'.repeat(2_000), `sk-ant-api03-${'x'.repeat(40)}`),
    );
    const names = [
      'time',
      'operationName',
      'callerIpAddress',
      'correlationId',
      'resultType',
      'resultSignature',
      'location',
      'identity',
      'properties',
      'properties_s',
      'AdditionalFields',
      'id_s',
      'PromptTokens',
      'ApimSubscriptionId',
      'ResponseCode',
      'Url',
    ];
    const shape = Object.fromEntries(names.map(name => [name, hostile]));
    const category = fc.constantFrom('RequestResponse', 'AuditEvent', 'GatewayLogs', 'GatewayLlmLogs', 'x');
    const resourceId = fc.constantFrom(ACCOUNT, VAULT, GATEWAY, `${ACCOUNT}/\u0007`);
    let told = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          { ...shape, category, resourceId, time: fc.oneof(hostile, fc.constant(TIME)) },
          { requiredKeys: ['category', 'resourceId'] },
        ),
        async record => {
          const { events } = await read([record, record]);
          told += events.length;
          for (const event of events) {
            expect(Object.keys(event).sort()).toEqual(
              [...Object.keys(PLAIN), 'action', 'credential', 'example', 'principal'].sort(),
            );
            for (const value of Object.values(event)) expect(['string', 'number']).toContain(typeof value);
            expect(JSON.stringify(event)).not.toMatch(/\\u00[01]|sk-ant-api03/);
          }
        },
      ),
      { numRuns: 300, seed: 7 },
    );
    expect(told).toBeGreaterThan(10);
  });
});
