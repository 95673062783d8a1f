import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '../src/model/event.ts';
import { azureActivity } from '../src/normalise/azure-activity.ts';
import { statusOf } from '../src/normalise/azure-status.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import { Seen } from '../src/dedupe.ts';
import { readText, type Taken } from './read-text.ts';

const SUBSCRIPTION = '00000000-0000-4000-8000-0000000000a1';
const TENANT = '00000000-0000-4000-8000-0000000000b1';
const APP = '00000000-0000-4000-8000-0000000000c1';
const PRINCIPAL = '00000000-0000-4000-8000-0000000000d1';
const PERSON = '00000000-0000-4000-8000-0000000000e1';
const CORRELATION = '00000000-0000-4000-8000-0000000000f1';
const RESOURCE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/Models/providers/Microsoft.CognitiveServices/accounts/Chat`;
const KEPT = RESOURCE.toLowerCase();
const LIST_KEYS = 'Microsoft.CognitiveServices/accounts/listKeys/action';
const TIME = '2026-11-19T12:00:00.1234567Z';
const AT = Date.UTC(2026, 10, 19, 12, 0, 0, 123);

const OID = 'http://schemas.microsoft.com/identity/claims/objectidentifier';
const TID = 'http://schemas.microsoft.com/identity/claims/tenantid';
const UPN = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn';
const SCOPE = 'http://schemas.microsoft.com/identity/claims/scope';

const appClaims = {
  appid: APP,
  appidacr: '1',
  [OID]: PRINCIPAL,
  [TID]: TENANT,
  uti: 'aBcDeFgHiJkLmNoPqRsTuV',
  ver: '1.0',
};
const personClaims = {
  ...appClaims,
  appidacr: '2',
  [OID]: PERSON,
  [UPN]: 'Ann@Example.com',
  [SCOPE]: 'user_impersonation',
};

const exported = (rest: JsonObject = {}): JsonObject => ({
  time: TIME,
  resourceId: RESOURCE.toUpperCase(),
  operationName: LIST_KEYS.toUpperCase(),
  category: 'Action',
  resultType: 'Success',
  resultSignature: 'Succeeded.OK',
  durationMs: '12',
  callerIpAddress: '192.0.2.1',
  correlationId: CORRELATION,
  identity: { authorization: { action: LIST_KEYS, scope: RESOURCE }, claims: appClaims },
  level: 'Information',
  location: 'global',
  '': '',
  ...rest,
});

const listed = (rest: JsonObject = {}): JsonObject => ({
  authorization: { action: LIST_KEYS, role: 'Contributor', scope: RESOURCE },
  caller: PRINCIPAL,
  category: { value: 'Administrative', localizedValue: 'Administrative' },
  claims: appClaims,
  correlationId: CORRELATION,
  eventDataId: '00000000-0000-4000-8000-000000000001',
  eventName: { value: 'EndRequest' },
  eventTimestamp: TIME,
  httpRequest: { clientRequestId: 'x', clientIpAddress: '192.0.2.1', method: 'POST' },
  operationName: { value: LIST_KEYS, localizedValue: 'List Keys' },
  properties: { eventCategory: 'Administrative' },
  resourceId: RESOURCE,
  status: { value: 'Succeeded' },
  subStatus: { value: 'OK' },
  subscriptionId: SUBSCRIPTION,
  tenantId: TENANT,
  ...rest,
});

const snake = (): JsonObject => ({
  caller: PRINCIPAL,
  category: { value: 'Administrative', localized_value: 'Administrative' },
  claims: appClaims,
  correlation_id: CORRELATION,
  event_data_id: '00000000-0000-4000-8000-000000000001',
  event_timestamp: TIME,
  http_request: { client_ip_address: '192.0.2.1' },
  operation_name: { value: LIST_KEYS },
  resource_id: RESOURCE,
  status: { value: 'Succeeded' },
  sub_status: { value: 'OK' },
});

const row = (rest: JsonObject = {}): JsonObject => ({
  TimeGenerated: TIME,
  OperationNameValue: LIST_KEYS.toUpperCase(),
  ActivityStatusValue: 'Success',
  ActivitySubstatusValue: 'OK',
  CategoryValue: 'Administrative',
  Caller: PRINCIPAL,
  CallerIpAddress: '192.0.2.1',
  CorrelationId: CORRELATION,
  EventDataId: '00000000-0000-4000-8000-000000000001',
  _ResourceId: KEPT,
  SubscriptionId: SUBSCRIPTION,
  TenantId: '00000000-0000-4000-8000-00000000dead',
  Claims: JSON.stringify(appClaims),
  Properties: JSON.stringify({ eventCategory: 'Administrative' }),
  ...rest,
});

const KNOWN = { formats: [azureActivity], others: [] };

const read = (...records: readonly JsonObject[]): Promise<Taken> => readText(JSON.stringify(records), KNOWN);

async function eventOf(record: JsonObject): Promise<AuditEvent | undefined> {
  const { events } = await read(record);
  expect(events.length).toBeLessThan(2);
  return events[0];
}

const EXAMPLE = `${CORRELATION}/${LIST_KEYS.toLowerCase()}/ok/${AT}/`;
const EVENT = {
  at: AT,
  last: AT,
  count: 1,
  tokensIn: 0,
  tokensOut: 0,
  microUsd: 0,
  ttl: 0,
  example: expect.stringMatching(new RegExp(`^${EXAMPLE}[0-9a-z]+$`)),
  hour: Math.floor(AT / 3_600_000),
  credential: `app/${APP}/secret`,
  session: '',
  principal: `app/${APP}`,
  account: SUBSCRIPTION,
  deed: 'reveal',
  action: LIST_KEYS.toLowerCase(),
  outcome: 'ok',
  address: '192.0.2.1',
  agent: '',
  region: '',
  inferenceRegion: '',
  model: '',
  mfa: '',
  target: KEPT,
};
const CALLER = {
  id: `app/${APP}/secret`,
  provider: 'azure',
  kind: 'client-secret',
  owner: `app/${APP}`,
  account: SUBSCRIPTION,
  observedAt: 0,
};

const csv = (record: JsonObject): string => {
  const cells = Object.values(record).map(cell => `"${String(cell).replaceAll('"', '""')}"`);
  return `${Object.keys(record).join(',')}\n${cells.join(',')}\n`;
};

describe('shapes', () => {
  const inLines = JSON.stringify;
  const shapes: readonly (readonly [string, string])[] = [
    ['exported, a line each', `${inLines(exported())}\n${inLines(exported({ time: 'x', resultType: 'Start' }))}`],
    ['exported, in an envelope', inLines({ records: [exported()] })],
    ['exported, alone and over many lines', JSON.stringify(exported(), null, 2)],
    [
      'exported, with JSON in texts',
      inLines(exported({ properties: '{"eventCategory":"Administrative"}', identity: inLines({ claims: appClaims }) })),
    ],
    ['as the REST API answers', inLines({ value: [listed()], nextLink: '' })],
    ['as the CLI lists', inLines([listed()])],
    [
      'listed, without what may be missing',
      inLines([
        listed({ category: null, subStatus: { value: null }, eventName: null, authorization: null, properties: null }),
      ]),
    ],
    ['as the SDK for Python gives it', inLines(snake())],
    ['a table as CSV', csv(row())],
    [
      'a table as CSV of the portal',
      csv({ ...row({ TimeGenerated: '' }), 'TimeGenerated [UTC]': '11/19/2026, 12:00:00.123 PM' }),
    ],
    [
      'a table as JSON, with objects',
      inLines([row({ Claims: '', Claims_d: appClaims, Properties: '', Properties_d: {} })]),
    ],
    [
      'a table, with the address in the request',
      inLines([row({ CallerIpAddress: '', HTTPRequest: '{"clientIpAddress":"192.0.2.1"}' })]),
    ],
  ];

  test.each(shapes)('%s', async (_, text) => {
    const { events, credentials, completion } = await readText(text, KNOWN);
    expect(events).toEqual([EVENT]);
    expect(credentials).toEqual([CALLER]);
    expect(completion).toMatchObject({ complete: true, kind: 'azure-activity', damage: [] });
  });

  test('one event in all of them, at two levels of export too, counts once', async () => {
    const seen = new Seen();
    let counted = 0;
    for (const [, text] of shapes)
      for (const event of (await readText(text, KNOWN)).events) if (seen.add(event, 0)) counted++;
    expect([counted, seen.conflicts]).toEqual([1, 0]);
  });

  test('what happened to two resources, or at two times, are two events', async () => {
    const { events } = await read(
      listed(),
      listed({ resourceId: `${RESOURCE}2` }),
      listed({ eventTimestamp: '2026-11-19T12:00:00.124Z' }),
    );
    expect(new Set(events.map(({ example }) => example)).size).toBe(3);
  });

  test('without a correlation id the record’s own id counts, and without that its content', async () => {
    const ids = await Promise.all(
      [listed({ correlationId: null }), exported({ correlationId: '' })].map(
        async record => (await eventOf(record))?.example,
      ),
    );
    expect(ids).toEqual(['00000000-0000-4000-8000-000000000001', expect.stringMatching(/^content:/)]);
  });

  test('exactly as many records as the CLI gives unasked may be a cut list', async () => {
    const many = (count: number) =>
      read(...Array.from({ length: count }, (_, n) => listed({ correlationId: `${CORRELATION}${n}` })));
    const gaps = [(await many(50)).completion, (await many(51)).completion].map(
      ({ views }) => views?.deeds.gaps.length,
    );
    expect(gaps).toEqual([2, 1]);
  });
});

test('what the Activity Log can and cannot show', async () => {
  const { completion } = await read(exported());
  expect(completion.views).toEqual({
    calls: {
      blind: true,
      gaps: ['the Activity Log has no model calls: resource logs of category RequestResponse have'],
    },
    tokens: { blind: true, gaps: ['the Activity Log has no token counts'] },
    places: {
      blind: false,
      gaps: ['the Activity Log shows changes and key reads, and neither other reads nor model calls'],
    },
    deeds: { blind: false, gaps: ['keys of apps are made in Entra ID: its audit log tells of that'] },
    'sign-ins': { blind: true, gaps: ['the Activity Log has no sign-ins: the sign-in logs of Entra ID have'] },
    inventory: {
      blind: false,
      gaps: ['no key inventory: the age of a key is known only if its creation is in the logs'],
    },
  });
});

describe('what is not the Activity Log', () => {
  test.each<[string, JsonObject]>([
    [
      'Entra ID',
      { time: TIME, category: 'AuditLogs', operationName: 'Add service principal credentials', identity: 'x' },
    ],
    [
      'an AI resource',
      { time: TIME, category: 'RequestResponse', operationName: 'ChatCompletions_Create', properties: '{}' },
    ],
    ['a vault', { time: TIME, category: 'AuditEvent', operationName: 'SecretGet' }],
    [
      'a cluster',
      {
        time: TIME,
        category: 'kube-audit',
        operationName: 'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read',
      },
    ],
    ['a gateway', { time: TIME, category: 'GatewayLogs', operationName: 'Microsoft.ApiManagement/GatewayLogs' }],
    ['storage', { time: TIME, category: 'StorageRead', operationName: 'GetBlob', identity: { type: 'SAS' } }],
    ['a table of another log', { TimeGenerated: TIME, OperationName: 'SecretGet', Category: 'AuditEvent' }],
    ['CloudTrail', { eventVersion: '1.11', eventName: 'ListBuckets', eventSource: 's3.amazonaws.com' }],
    ['an operation that is a number', { operationName: 7, category: 'Administrative' }],
    ['nothing', {}],
  ])('%s', (_, record) => {
    expect(azureActivity.unwrap(record)).toBeNull();
  });
});

describe('left out or damaged', () => {
  test.each<[string, JsonObject, string]>([
    ['a start', exported({ resultType: 'Start', resultSignature: 'Started.' }), 'left out'],
    ['a start without a status', listed({ status: null, eventName: { value: 'BeginRequest' } }), 'left out'],
    ['an accepted request', listed({ status: { value: 'Accepted' } }), 'left out'],
    ['a recommendation', exported({ category: 'Recommendation', resultType: 'Active' }), 'left out'],
    [
      'the health of a resource',
      listed({ category: { value: 'ResourceHealth' }, status: { value: 'Resolved' } }),
      'left out',
    ],
    ['a policy, by its properties', exported({ properties: '{"eventCategory":"Policy"}' }), 'left out'],
    ['a policy, by what it lists', exported({ properties: { policies: '[]' } }), 'left out'],
    [
      'use by nobody',
      listed({ claims: null, caller: 'Microsoft.Insights', operationName: { value: 'Microsoft.Compute/disks/write' } }),
      'left out',
    ],
    ['no time', listed({ eventTimestamp: undefined }), 'the record has no readable event time'],
    ['a time that is none', exported({ time: 'yesterday' }), 'the record has no readable event time'],
  ])('%s', async (_, record, expected) => {
    const { events, ignored, completion } = await read(record);
    const what = ignored === 1 ? 'left out' : completion.damage[0]?.what;
    expect([events, what]).toEqual([[], expected]);
  });
});

describe('how it ended', () => {
  test.each([
    ['Succeeded', [], 'ok'],
    ['success', ['Succeeded.Created'], 'ok'],
    ['Started', ['Started.'], 'start'],
    ['Accept', [], 'start'],
    ['Active', ['Succeeded'], 'news'],
    ['Failed', [], 'failed'],
    ['Failure', ['Failed.Forbidden'], 'denied'],
    ['Failed', ['Forbidden (HTTP Status Code: 403)'], 'denied'],
    ['Failed', ['401'], 'denied'],
    ['Failed', ['', '', 'AuthorizationFailed'], 'denied'],
    ['Failed', ['Conflict', 'Conflict', 'RequestDisallowedByPolicy'], 'denied'],
    ['Failed', ['409'], 'failed'],
    ['Failed', ['BadRequest'], 'invalid'],
    ['Failed', ['NotFound'], 'invalid'],
    ['Failed', ['429'], 'throttled'],
    ['Canceled', [], 'failed'],
    ['', ['OK'], 'ok'],
    ['', ['Forbidden'], 'denied'],
    ['', ['Conflict'], 'failed'],
    ['', [], 'ok'],
    ['Whatever', [], 'ok'],
  ] as const)('%s %j', (word, reasons, expected) => {
    expect(statusOf(word, reasons)).toBe(expected);
  });

  test('the code of the error is looked for in the answer', async () => {
    const properties = {
      statusCode: 'Conflict',
      statusMessage: '{"error":{"code":"AuthorizationFailed","message":"x"}}',
    };
    const event = await eventOf(listed({ status: { value: 'Failed' }, subStatus: null, properties }));
    expect([event?.deed, event?.outcome]).toEqual(['reveal', 'denied']);
  });
});

describe('who acted', () => {
  const MANAGED = `/subscriptions/${SUBSCRIPTION}/resourcegroups/Models/providers/Microsoft.ManagedIdentity/userAssignedIdentities/Bot`;
  const app = { principal: `app/${APP}`, session: '' };
  const person = { kind: 'entra-user', principal: 'user/ann@example.com', session: 'aBcDeFgHiJkLmNoPqRsTuV' };
  const cases: readonly [string, JsonObject, object][] = [
    ['an app with a secret', { claims: appClaims }, { ...app, kind: 'client-secret', credential: `app/${APP}/secret` }],
    [
      'an app with a certificate',
      { claims: { ...appClaims, appidacr: '2' } },
      { ...app, kind: 'client-certificate', credential: `app/${APP}/certificate` },
    ],
    [
      'a token of version 2',
      { claims: { azp: APP.toUpperCase(), azpacr: '1', oid: PRINCIPAL, idtyp: 'app' } },
      { ...app, kind: 'client-secret', credential: `app/${APP}/secret` },
    ],
    [
      'an app that says nothing of how it proved itself',
      { claims: { appid: APP, uti: 'Tok' } },
      { ...app, kind: 'service-principal', credential: `app/${APP}`, session: 'Tok' },
    ],
    [
      'a managed identity',
      { claims: { ...appClaims, appidacr: '2', xms_mirid: MANAGED } },
      {
        ...app,
        kind: 'managed-identity',
        credential: MANAGED.slice(1).toLowerCase(),
        session: 'aBcDeFgHiJkLmNoPqRsTuV',
      },
    ],
    ['a person', { claims: personClaims }, { ...person, credential: `user/${PERSON}` }],
    [
      'a person through an app with a secret',
      { claims: { ...personClaims, appidacr: '1' } },
      { ...person, credential: `user/${PERSON}` },
    ],
    [
      'a guest',
      {
        claims: {
          [OID]: PERSON,
          [SCOPE]: 'x',
          'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name': 'live.com#Ann@Example.com',
          uti: 'Tok',
        },
      },
      { ...person, credential: `user/${PERSON}`, session: 'Tok' },
    ],
    [
      'a person without a name',
      { claims: { [OID]: PERSON, [SCOPE]: 'x' } },
      { kind: 'entra-user', principal: `user/${PERSON}`, credential: `user/${PERSON}`, session: '' },
    ],
    [
      'a person without an object id',
      { claims: { name: 'Ann@Example.com' } },
      { ...person, credential: 'user/ann@example.com', session: '' },
    ],
    [
      'a caller alone, a person',
      { claims: null, caller: 'Ann@Example.com' },
      { ...person, credential: 'user/ann@example.com', session: '' },
    ],
    [
      'a caller alone, an app',
      { claims: null, caller: PRINCIPAL },
      { kind: 'service-principal', principal: `app/${PRINCIPAL}`, credential: `app/${PRINCIPAL}`, session: '' },
    ],
    [
      'the one whose role let it pass',
      { claims: null, caller: '', authorization: { evidence: { principalId: PERSON, principalType: 'User' } } },
      { kind: 'entra-user', principal: `user/${PERSON}`, credential: `user/${PERSON}`, session: '' },
    ],
    [
      'a group’s role says nothing of who',
      { claims: null, caller: '', authorization: { evidence: { principalId: PERSON, principalType: 'Group' } } },
      {
        kind: 'unknown',
        principal: `unidentified:${SUBSCRIPTION}`,
        credential: `unidentified:${SUBSCRIPTION}`,
        session: '',
      },
    ],
    [
      'claims that are a text',
      { claims: 'ann', caller: '' },
      {
        kind: 'unknown',
        principal: `unidentified:${SUBSCRIPTION}`,
        credential: `unidentified:${SUBSCRIPTION}`,
        session: '',
      },
    ],
  ];

  test.each(cases)('%s', async (_, rest, expected) => {
    const { events, credentials } = await read(listed(rest));
    const { credential, principal, session } = events[0]!;
    expect({ credential, principal, session, kind: credentials[0]?.kind }).toEqual(expected);
  });

  test('what lies above subscriptions is the tenant’s', async () => {
    const event = await eventOf(listed({ resourceId: '/providers/Microsoft.Authorization', subscriptionId: null }));
    expect(event?.account).toBe(TENANT);
  });
});

describe('where from', () => {
  test.each([
    ['192.0.2.7:51000', '192.0.2.7'],
    ['[2001:db8::1]:443', '2001:db8:0:0:0:0:0:1'],
    ['2001:db8::1', '2001:db8:0:0:0:0:0:1'],
    ['192.0.2.***', ''],
    ['127.0.0.0/8', ''],
    ['', ''],
  ])('%s', async (given, expected) => {
    expect((await eventOf(exported({ callerIpAddress: given })))?.address).toBe(expected);
  });
});

describe('deeds', () => {
  const GATEWAY = `/subscriptions/${SUBSCRIPTION}/resourcegroups/models/providers/microsoft.apimanagement/service/gate/subscriptions/team-a`;
  const IDENTITY = `subscriptions/${SUBSCRIPTION}/resourcegroups/models/providers/microsoft.managedidentity/userassignedidentities/bot`;
  const SETTINGS = `${KEPT}/providers/microsoft.insights/diagnosticsettings/all`;
  const key = {
    provider: 'azure',
    kind: 'resource-key',
    owner: KEPT,
    account: SUBSCRIPTION,
    observedAt: AT,
    active: true,
  };
  const subscription = { ...key, id: GATEWAY, kind: 'gateway-subscription', owner: GATEWAY };
  const body = (value: unknown): JsonObject => ({ properties: { requestbody: JSON.stringify(value) } });
  const on = (resourceId: string, rest: JsonObject = {}): JsonObject => ({ resourceId, ...rest });

  test.each<[operation: string, rest: JsonObject, told: string, seen: readonly object[]]>([
    ['Microsoft.Storage/storageAccounts/listKeys/action', {}, `reveal ${KEPT}`, []],
    ['Microsoft.Search/searchServices/listAdminKeys/action', {}, `reveal ${KEPT}`, []],
    ['Microsoft.MachineLearningServices/workspaces/connections/listsecrets/action', {}, `reveal ${KEPT}`, []],
    ['Microsoft.MachineLearningServices/workspaces/onlineEndpoints/token/action', {}, `reveal ${KEPT}`, []],
    ['Microsoft.Storage/storageAccounts/listAccountSas/action', {}, `reveal ${KEPT}`, []],
    ['Microsoft.DocumentDB/databaseAccounts/listConnectionStrings/action', {}, `reveal ${KEPT}`, []],
    ['Microsoft.Web/sites/publishxml/action', {}, `reveal ${KEPT}`, []],
    ['Microsoft.ApiManagement/service/subscriptions/listSecrets/action', on(GATEWAY), `reveal ${GATEWAY}`, []],
    [
      'Microsoft.CognitiveServices/accounts/regenerateKey/action',
      body({ keyName: 'Key1' }),
      `create ${KEPT}/key1`,
      [{ ...key, id: `${KEPT}/key1` }],
    ],
    [
      'Microsoft.CognitiveServices/accounts/regenerateKey/action',
      {},
      `create ${KEPT}/keys`,
      [{ ...key, id: `${KEPT}/keys` }],
    ],
    [
      'Microsoft.CognitiveServices/accounts/regenerateKey/action',
      { ...body({ keyName: 'Key1' }), status: { value: 'Failed' }, subStatus: { value: 'Forbidden' } },
      `create ${KEPT}/key1 denied`,
      [],
    ],
    [
      'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/regenerateKeys/action',
      body({ keyType: 'Primary' }),
      `create ${KEPT}/primary`,
      [{ ...key, id: `${KEPT}/primary` }],
    ],
    [
      'Microsoft.CognitiveServices/accounts/regenerateKey/action',
      body({ keyName: 'd41d8cd98f00b204e9800998ecf8427e' }),
      `create ${KEPT}/keys`,
      [{ ...key, id: `${KEPT}/keys` }],
    ],
    ['Microsoft.Search/searchServices/createQueryKey/action', {}, 'create ', []],
    [
      'Microsoft.ApiManagement/service/subscriptions/regeneratePrimaryKey/action',
      on(GATEWAY),
      `create ${GATEWAY}`,
      [subscription],
    ],
    [
      'Microsoft.ApiManagement/service/subscriptions/write',
      on(GATEWAY, { subStatus: { value: 'Created' } }),
      `create ${GATEWAY}`,
      [{ ...subscription, createdAt: AT }],
    ],
    [
      'Microsoft.ApiManagement/service/subscriptions/write',
      on(GATEWAY, body({ properties: { state: 'suspended' } })),
      `disable ${GATEWAY}`,
      [{ ...subscription, active: false }],
    ],
    [
      'Microsoft.ApiManagement/service/subscriptions/write',
      on(GATEWAY, body({ properties: { displayName: 'x' } })),
      'use ',
      [],
    ],
    [
      'Microsoft.ApiManagement/service/subscriptions/delete',
      on(GATEWAY),
      `delete ${GATEWAY}`,
      [{ ...subscription, active: false }],
    ],
    [
      'Microsoft.Authorization/roleAssignments/write',
      body({ Properties: { PrincipalId: PRINCIPAL.toUpperCase(), PrincipalType: 'ServicePrincipal' } }),
      `grant app/${PRINCIPAL}`,
      [],
    ],
    [
      'Microsoft.Authorization/roleAssignments/write',
      body({ properties: { principalId: PERSON, principalType: 'User' } }),
      `grant user/${PERSON}`,
      [],
    ],
    [
      'Microsoft.Authorization/roleAssignments/write',
      body({ properties: { principalId: PERSON } }),
      `grant principal/${PERSON}`,
      [],
    ],
    ['Microsoft.Authorization/roleAssignments/write', {}, `grant ${KEPT}`, []],
    ['Microsoft.Authorization/roleAssignments/delete', {}, 'use ', []],
    ['Microsoft.Authorization/elevateAccess/action', {}, `grant app/${APP}`, []],
    ['Microsoft.KeyVault/vaults/accessPolicies/write', {}, `grant ${KEPT}`, []],
    [
      'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write',
      on(`/${IDENTITY}/federatedIdentityCredentials/ci`),
      `trust ${IDENTITY}`,
      [],
    ],
    [
      'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write',
      on(
        `/${IDENTITY}/federatedIdentityCredentials/ci`,
        body({ properties: { issuer: 'https://token.actions.githubusercontent.com' } }),
      ),
      `trust ${IDENTITY} trusts token.actions.githubusercontent.com`,
      [],
    ],
    ['Microsoft.Insights/diagnosticSettings/delete', on(SETTINGS), `silence ${SETTINGS}`, []],
    [
      'Microsoft.Insights/diagnosticSettings/write',
      on(
        SETTINGS,
        body({
          properties: {
            logs: [
              { category: 'Audit', enabled: false },
              { category: 'RequestResponse', enabled: false },
            ],
          },
        }),
      ),
      `silence ${SETTINGS} (every log category off)`,
      [],
    ],
    [
      'Microsoft.Insights/diagnosticSettings/write',
      on(
        SETTINGS,
        body({
          properties: {
            logs: [
              { category: 'Audit', enabled: false },
              { category: 'RequestResponse', enabled: true },
            ],
          },
        }),
      ),
      'use ',
      [],
    ],
    ['Microsoft.OperationalInsights/workspaces/delete', {}, `silence ${KEPT}`, []],
    [
      'Microsoft.CognitiveServices/accounts/write',
      body({ properties: { disableLocalAuth: false } }),
      `enable ${KEPT}`,
      [],
    ],
    [
      'Microsoft.CognitiveServices/accounts/write',
      { properties: JSON.stringify({ requestBody: { Properties: { DisableLocalAuth: 'False' } } }) },
      `enable ${KEPT}`,
      [],
    ],
    ['Microsoft.CognitiveServices/accounts/write', body({ properties: { disableLocalAuth: true } }), 'use ', []],
    [
      'Microsoft.CognitiveServices/accounts/write',
      { properties: { responseBody: '{"properties":{"disableLocalAuth":false}}' } },
      'use ',
      [],
    ],
    ['Microsoft.CognitiveServices/accounts/projects/write', body([]), 'use ', []],
    ['Microsoft.CognitiveServices/accounts/deployments/write', body([]), `grant ${KEPT}`, []],
    ['Microsoft.Compute/disks/beginGetAccess/action', {}, 'use ', []],
  ])('%s %j', async (operation, rest, told, seen) => {
    const { events, credentials } = await read(listed({ operationName: { value: operation }, ...rest }));
    const [{ deed, target, outcome, action }] = events as [AuditEvent];
    expect(`${deed} ${target}${outcome === 'ok' ? '' : ` ${outcome}`}`).toBe(told);
    expect(action).toBe(operation.toLowerCase());
    expect(credentials.filter(({ observedAt }) => observedAt > 0)).toEqual(seen);
  });
});

describe('hostile records', () => {
  const odd: readonly unknown[] = [null, true, 7, '', '{', '[1]', [], {}, { value: {} }, 'a\u0000\u202eb'.repeat(999)];
  const fields = Object.keys({ ...exported(), ...listed(), ...row() });

  test.each(odd.map(value => [JSON.stringify(value).slice(0, 40), value]))('%s in any field', async (_, value) => {
    for (const make of [exported, listed, row])
      for (const field of fields) await expect(read(make({ [field]: value }))).resolves.toBeDefined();
  });

  test('no secret, token or body is kept', async () => {
    const secret = `sk-ant-${'a1B2'.repeat(8)}`;
    const { events, credentials } = await read(
      listed({
        resourceId: `${RESOURCE}/${secret}`,
        caller: secret,
        correlationId: secret,
        claims: { ...appClaims, uti: `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.c`, xms_mirid: `/x/${secret}` },
        properties: { requestbody: JSON.stringify({ properties: { disableLocalAuth: false, key: secret } }) },
      }),
    );
    expect(events).toHaveLength(1);
    expect(JSON.stringify([events, credentials])).not.toMatch(/sk-ant|eyJ/i);
  });
});
