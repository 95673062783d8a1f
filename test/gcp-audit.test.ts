import { describe, expect, test } from 'vitest';
import { Seen } from '../src/dedupe.ts';
import type { Credential } from '../src/model/credential.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { formats } from '../src/normalise/formats.ts';
import { gcpAudit } from '../src/normalise/gcp-audit.ts';
import { projector } from '../src/scan/project.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import { hourOf } from '../src/time.ts';
import { readGcp, sayEvent } from './gcp-read.ts';
import { readText } from './read-text.ts';

const TIME = '2026-10-01T12:00:00.123456789Z';
const AT = Date.UTC(2026, 9, 1, 12, 0, 0, 123);
const PROJECT = 'example-ai';
const ACCOUNT = `app@${PROJECT}.iam.gserviceaccount.com`;
const OTHER = `batch@${PROJECT}.iam.gserviceaccount.com`;
const NUMBER = '103128253349260544953';
const KEY = '0946192040aafa3e1265fc9188025479a7a96139';
const NEW_KEY = '69049163b190437ab9279b28e8afa24bb5c5b076';
const API_KEY = 'b7ff1f9f-8275-410a-94dd-3855ee9b5dd2';
const ADMIN = 'admin@example.com';
const KEY_NAME = `//iam.googleapis.com/projects/${PROJECT}/serviceAccounts/${ACCOUNT}/keys/${KEY}`;
const POOL = `projects/123456789012/locations/global/workloadIdentityPools/build`;
const BUILD = `principal://iam.googleapis.com/${POOL}/subject/repo:example/app`;
const AGENT = 'service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com';
const CLAUDE = `projects/${PROJECT}/locations/us-east5/publishers/anthropic/models/claude-sonnet-4@20250514`;
const DATA = 'data_access';

interface Said {
  readonly who?: object;
  readonly at?: object;
  readonly payload?: object;
  readonly log?: string;
  readonly labels?: object;
  readonly more?: object;
}

let entries = 0;

/** One entry as the API gives it; each has an id of its own. */
function entry(serviceName: string, methodName: string, said: Said = {}): JsonObject {
  const { who = { principalEmail: ADMIN }, at = {}, payload = {}, log = 'activity', labels = {}, more = {} } = said;
  return {
    protoPayload: {
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      authenticationInfo: who,
      requestMetadata: { callerIp: '198.51.100.7', callerSuppliedUserAgent: 'google-cloud-sdk gcloud/560.0.0', ...at },
      serviceName,
      methodName,
      resourceName: `projects/${PROJECT}`,
      ...payload,
    },
    insertId: `id${++entries}`,
    resource: { type: 'audited_resource', labels: { project_id: PROJECT, ...labels } },
    timestamp: TIME,
    receiveTimestamp: '2026-10-01T12:00:01Z',
    severity: 'NOTICE',
    logName: `projects/${PROJECT}/logs/cloudaudit.googleapis.com%2F${log}`,
    ...more,
  };
}

const iam = (method: string, said: Said = {}) => entry('iam.googleapis.com', `google.iam.admin.v1.${method}`, said);

const predict = (method = 'StreamRawPredict', said: Said = {}) =>
  entry('aiplatform.googleapis.com', `google.cloud.aiplatform.v1.PredictionService.${method}`, {
    log: DATA,
    ...said,
    payload: { resourceName: CLAUDE, ...said.payload },
  });

const policy = (service: string, delta: object, payload: object = {}, labels: object = {}) =>
  entry(service, 'SetIamPolicy', { payload: { serviceData: { policyDelta: delta }, ...payload }, labels });

const bindings = (...added: readonly (readonly [member: string, role: string])[]) => ({
  bindingDeltas: added.map(([member, role]) => ({ action: 'ADD', member, role })),
});

const denied = { status: { code: 7, message: 'PERMISSION_DENIED' } };

const CALL: AuditEvent = {
  at: AT,
  last: AT,
  count: 1,
  tokensIn: 0,
  tokensOut: 0,
  microUsd: 0,
  ttl: 0,
  example: '',
  hour: hourOf(AT),
  credential: KEY,
  session: '',
  principal: ACCOUNT,
  account: PROJECT,
  deed: 'infer',
  action: 'aiplatform:StreamRawPredict',
  outcome: 'ok',
  address: '198.51.100.7',
  agent: 'python-http',
  region: 'us-east5',
  inferenceRegion: '',
  model: 'claude-sonnet-4@20250514',
  mfa: '',
  target: '',
};

const seenKey = (id: string, more: Partial<Credential> = {}): Credential => ({
  id,
  provider: 'google',
  kind: 'service-account-key',
  owner: ACCOUNT,
  account: PROJECT,
  observedAt: AT,
  ...more,
});

const seenAccount = (more: Partial<Credential> = {}): Credential => ({
  id: OTHER,
  provider: 'google',
  kind: 'service-account',
  owner: OTHER,
  account: PROJECT,
  observedAt: AT,
  ...more,
});

const seenApiKey = (more: Partial<Credential> = {}): Credential => ({
  id: API_KEY,
  provider: 'google',
  kind: 'api-key',
  owner: '',
  account: PROJECT,
  observedAt: AT,
  ...more,
});

describe('a call of a model', () => {
  const who = {
    principalEmail: ACCOUNT,
    serviceAccountKeyName: KEY_NAME,
    principalSubject: `serviceAccount:${ACCOUNT}`,
  };
  const at = { callerSuppliedUserAgent: 'Python/3.12 websockets/14.2,gzip(gfe)' };

  test('with a downloaded key, whole', async () => {
    const { events, credentials, completion } = await readGcp([predict('StreamRawPredict', { who, at })]);
    const example = events[0]!.example;
    expect(events).toEqual([{ ...CALL, example }]);
    expect(example).toMatch(new RegExp(`^id\\d+/${AT}/[0-9a-z]+$`));
    expect(credentials).toEqual([seenKey(KEY, { observedAt: 0 })]);
    expect(completion.damage).toEqual([]);
  });

  test.each([
    ['v1 GenerateContent', 'google.cloud.aiplatform.v1.PredictionService.GenerateContent', 'infer'],
    ['v1beta1 live', 'google.cloud.aiplatform.v1beta1.LlmBidiService.BidiGenerateContent', 'infer'],
    ['internal predict', 'google.cloud.aiplatform.internal.PredictionService.Predict', 'infer'],
    ['streaming', 'google.cloud.aiplatform.v1.PredictionService.ServerStreamingPredict', 'infer'],
    ['raw, in lower case', 'google.cloud.aiplatform.v1.PredictionService.rawPredict', 'infer'],
    ['long running', 'google.cloud.aiplatform.v1.PredictionService.PredictLongRunning', 'infer'],
    ['embedding', 'google.cloud.aiplatform.v1.PredictionService.EmbedContent', 'infer'],
    ['as OpenAI does', 'google.cloud.aiplatform.v1beta1.PredictionService.ChatCompletions', 'infer'],
    ['batch', 'google.cloud.aiplatform.v1.JobService.CreateBatchPredictionJob', 'infer'],
    ['an agent', 'google.cloud.aiplatform.v1.ReasoningEngineExecutionService.StreamQueryReasoningEngine', 'infer'],
    ['counting tokens', 'google.cloud.aiplatform.internal.PredictionService.CountTokens', 'use'],
    ['computing tokens', 'google.cloud.aiplatform.v1.LlmUtilityService.ComputeTokens', 'use'],
    ['asking how far it is', 'google.cloud.aiplatform.v1.PredictionService.FetchPredictOperation', 'use'],
    ['listing models', 'google.cloud.aiplatform.v1.ModelService.ListModels', 'use'],
  ])('%s', async (_, method, deed) => {
    const { events } = await readGcp([entry('aiplatform.googleapis.com', method, { log: DATA })]);
    expect(events.map(event => event.deed)).toEqual([deed]);
  });

  test.each([
    [
      'of another publisher',
      { resourceName: 'projects/p/locations/global/publishers/google/models/gemini-3-pro' },
      'gemini-3-pro',
    ],
    ['an endpoint of one’s own', { resourceName: 'projects/p/locations/us-central1/endpoints/123' }, 'endpoints/123'],
    ['named in the request', { request: { setup: { model: CLAUDE } } }, 'claude-sonnet-4@20250514'],
    ['as the Gemini API names it', { resourceName: 'models/gemini-2.5-flash' }, 'gemini-2.5-flash'],
    ['tuned', { resourceName: 'tunedModels/mine-1' }, 'tunedModels/mine-1'],
    ['named nowhere', { request: { model: { a: 1 } } }, ''],
  ])('model %s', async (_, payload, model) => {
    const service = 'generativelanguage.googleapis.com';
    const method = 'google.ai.generativelanguage.v1beta.GenerativeService.StreamGenerateContent';
    const { events } = await readGcp([entry(service, method, { payload, log: DATA })]);
    expect(events.map(event => [event.deed, event.model])).toEqual([['infer', model]]);
  });

  test.each([
    [undefined, 'ok'],
    [0, 'ok'],
    [7, 'denied'],
    [16, 'denied'],
    [8, 'throttled'],
    [3, 'invalid'],
    [5, 'invalid'],
    [9, 'invalid'],
    [10, 'failed'],
    [13, 'failed'],
    ['14', 'failed'],
  ])('status %s is %s', async (code, outcome) => {
    const { events } = await readGcp([predict('Predict', { payload: { status: { code } } })]);
    expect(events.map(event => event.outcome)).toEqual([outcome]);
  });

  test.each([
    ['gce-internal-ip', ''],
    ['private', ''],
    ['', ''],
    ['2001:db8::7', '2001:db8:0:0:0:0:0:7'],
    ['10.0.0.200', '10.0.0.200'],
  ])('address %s', async (callerIp, address) => {
    const { events } = await readGcp([predict('Predict', { at: { callerIp } })]);
    expect(events.map(event => event.address)).toEqual([address]);
  });

  test.each([
    ['(gzip),gzip(gfe)', ''],
    ['(none supplied)', ''],
    ['Mozilla/5.0 (Macintosh) Chrome/135.0.0.0 Safari/537.36,gzip(gfe),gzip(gfe)', 'browser'],
    ['AnthropicVertex/Python 0.80.0', 'anthropic-sdk'],
  ])('agent %s', async (callerSuppliedUserAgent, agent) => {
    const { events } = await readGcp([predict('Predict', { at: { callerSuppliedUserAgent } })]);
    expect(events.map(event => event.agent)).toEqual([agent]);
  });
});

describe('who called', () => {
  const calledBy = async (who: object, method = 'Predict') => {
    const { events, credentials, ignored } = await readGcp([predict(method, { who })]);
    const [event] = events;
    const kinds = credentials.map(({ id, kind, owner, parent }) => [kind, id, owner, parent ?? ''].join(' | '));
    return { event: event && [event.credential, event.principal].join(' | '), kinds, ignored };
  };

  test.each<readonly [string, object, string, string]>([
    ['a person', { principalEmail: 'Admin@Example.com' }, `${ADMIN} | ${ADMIN}`, `member | ${ADMIN} | ${ADMIN} | `],
    [
      'a service account without a key',
      { principalEmail: ACCOUNT },
      `${ACCOUNT} | ${ACCOUNT}`,
      `service-account | ${ACCOUNT} | ${ACCOUNT} | `,
    ],
    [
      'a machine, whose token the platform gave it',
      {
        principalEmail: ACCOUNT,
        serviceAccountDelegationInfo: [
          { firstPartyPrincipal: { principalEmail: 'service-123456789012@compute-system.iam.gserviceaccount.com' } },
        ],
      },
      `${ACCOUNT} | ${ACCOUNT}`,
      `service-account | ${ACCOUNT} | ${ACCOUNT} | `,
    ],
    [
      'a person in the place of a service account',
      {
        principalEmail: ACCOUNT,
        serviceAccountDelegationInfo: [
          { firstPartyPrincipal: { principalEmail: ADMIN } },
          { firstPartyPrincipal: { principalEmail: OTHER } },
        ],
      },
      `${ACCOUNT} | ${ADMIN}`,
      `service-account | ${ACCOUNT} | ${ACCOUNT} | ${ADMIN}`,
    ],
    [
      'a build in the place of a service account',
      { principalEmail: ACCOUNT, serviceAccountDelegationInfo: [{ principalSubject: BUILD }] },
      `${ACCOUNT} | ${BUILD}`,
      `service-account | ${ACCOUNT} | ${ACCOUNT} | ${BUILD}`,
    ],
    [
      'a build by itself',
      { principalSubject: BUILD },
      `${BUILD} | ${BUILD}`,
      `federated-credential | ${BUILD} | ${BUILD} | `,
    ],
    [
      'a workload of a cluster',
      { principalSubject: `serviceAccount:${PROJECT}.svc.id.goog[prod/app]` },
      `${PROJECT}.svc.id.goog[prod/app] | ${PROJECT}.svc.id.goog[prod/app]`,
      `federated-credential | ${PROJECT}.svc.id.goog[prod/app] | ${PROJECT}.svc.id.goog[prod/app] | `,
    ],
    [
      'a person of a workforce pool',
      { principalSubject: 'principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/a1' },
      'principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/a1 | principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/a1',
      'member | principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/a1 | principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/a1 | ',
    ],
    [
      'nobody, as with a plain API key',
      {},
      `unidentified:${PROJECT} | unidentified:${PROJECT}`,
      `unknown | unidentified:${PROJECT} |  | `,
    ],
    [
      'a key of an account that is known by number alone',
      { principalEmail: ACCOUNT, serviceAccountKeyName: `//iam/projects/p/serviceAccounts/${NUMBER}/keys/${KEY}` },
      `${KEY} | ${ACCOUNT}`,
      `service-account-key | ${KEY} | ${ACCOUNT} | `,
    ],
  ])('%s', async (_, who, event, seen) => {
    expect(await calledBy(who)).toEqual({ event, kinds: [seen], ignored: 0 });
  });

  test.each([
    AGENT,
    '123456789012@cloudservices.gserviceaccount.com',
    'system@google.com',
    'service-org-123456789012@gcp-sa-logging.iam.gserviceaccount.com',
    'p123456789012-915152@gcp-sa-logging.iam.gserviceaccount.com',
    'cloud-logs@system.gserviceaccount.com',
  ])('%s is a service, whose calls are left out', async principalEmail => {
    expect(await calledBy({ principalEmail })).toEqual({ event: undefined, kinds: [], ignored: 1 });
  });

  test('an account that someone named as services are is not one', async () => {
    const name = `service-123456789012@${PROJECT}.iam.gserviceaccount.com`;
    expect((await calledBy({ principalEmail: name })).event).toBe(`${name} | ${name}`);
  });

  test('what a service did to a policy is told, without a place', async () => {
    const said = policy('cloudresourcemanager.googleapis.com', bindings([`user:${ADMIN}`, 'roles/viewer']));
    const payload = said.protoPayload as JsonObject;
    const { events } = await readGcp([
      { ...said, protoPayload: { ...payload, authenticationInfo: { principalEmail: AGENT } } },
    ]);
    expect(events.map(({ deed, address, agent }) => [deed, address, agent])).toEqual([['grant', '', 'aws-service']]);
  });

  test('nobody who was refused, and nobody who only looked around, is left out', async () => {
    const { events, ignored } = await readGcp([
      predict('Predict', { who: {}, payload: { status: { code: 16 } } }),
      iam('ListServiceAccounts', { who: {} }),
    ]);
    expect([events, ignored]).toEqual([[], 2]);
  });

  test('a deed is somebody’s even when the log does not say whose', async () => {
    const { events } = await readGcp([iam('CreateServiceAccountKey', { who: {}, payload: denied })]);
    expect(events.map(sayEvent)).toEqual([`create iam:CreateServiceAccountKey denied by unidentified:${PROJECT}`]);
  });
});

describe('an operation of two entries', () => {
  const operation = (flags: object) => ({ more: { operation: { id: '10971818856000606804', ...flags } } });
  const first = predict('StreamRawPredict', operation({ first: true }));
  const last = predict('StreamRawPredict', operation({ last: true }));
  const whole = predict('StreamRawPredict', operation({ first: true, last: true }));
  const plain = predict('StreamRawPredict', operation({}));
  const name = `projects/123456789012/locations/global/keys/${API_KEY}`;
  const create = (flags: object, payload: object) =>
    entry('apikeys.googleapis.com', 'google.api.apikeys.v2.ApiKeys.CreateKey', { payload, ...operation(flags) });

  test.each<readonly [string, readonly JsonObject[], number]>([
    ['first, then last', [first, last], 1],
    ['last, then first', [last, first], 1],
    ['both at once', [whole], 1],
    ['neither flag', [plain], 1],
    ['the end alone', [last], 0],
  ])('streamed, %s: counts once', async (_, records, count) => {
    const { events, ignored } = await readGcp(records);
    expect([events.length, ignored]).toEqual([count, records.length - count]);
  });

  test('in two files: counts once', async () => {
    const files = await Promise.all([readGcp([last]), readGcp([first])]);
    expect(files.map(({ events }) => events.length)).toEqual([0, 1]);
  });

  test.each<readonly [string, readonly JsonObject[], readonly string[]]>([
    [
      'what was made is told by the end',
      [create({ first: true }, {}), create({ last: true }, { response: { name } })],
      [`create apikeys:CreateKey ok by ${ADMIN} -> ${API_KEY}`],
    ],
    [
      'what was refused at once has no end',
      [create({ first: true }, denied)],
      [`create apikeys:CreateKey denied by ${ADMIN}`],
    ],
    [
      'it is told by one entry',
      [create({ first: true, last: true }, { response: { name } })],
      [`create apikeys:CreateKey ok by ${ADMIN} -> ${API_KEY}`],
    ],
  ])('a key that takes time: %s', async (_, records, expected) => {
    const { events } = await readGcp(records);
    expect(events.map(sayEvent)).toEqual(expected);
    expect((await readGcp([...records].reverse())).events.map(sayEvent)).toEqual(expected);
  });
});

type Row = readonly [title: string, record: JsonObject, told: readonly string[], seen?: readonly Credential[]];

/** Each row is a test: what is told of its record, and what that shows of credentials beside the caller. */
function checkAll(rows: readonly Row[]): void {
  test.each(rows.map(([title, record, told, seen = []]) => ({ title, record, told, seen })))('$title', async row => {
    const { events, credentials, completion } = await readGcp([row.record]);
    expect(events.map(event => sayEvent(event).replace(` by ${ADMIN}`, ''))).toEqual(row.told);
    expect(credentials.filter(({ id, observedAt }) => id !== ADMIN || observedAt > 0)).toEqual(row.seen);
    expect(completion.damage).toEqual([]);
  });
}

describe('keys and service accounts', () => {
  const accountName = `projects/${PROJECT}/serviceAccounts/${ACCOUNT}`;
  const byNumber = `projects/-/serviceAccounts/${NUMBER}`;
  const labels = { email_id: ACCOUNT, unique_id: NUMBER };
  const made = {
    name: `${accountName}/keys/${NEW_KEY}`,
    key_type: 1,
    valid_after_time: { seconds: AT / 1000 - 0.123 },
    valid_before_time: { seconds: 253402300799 },
  };
  const asked = (name: string) => ({ resourceName: name, request: { name } });
  const otherLabels = { email_id: OTHER };

  checkAll([
    [
      'a key is made',
      iam('CreateServiceAccountKey', { payload: { resourceName: byNumber, response: made }, labels }),
      [`create iam:CreateServiceAccountKey ok -> ${NEW_KEY}`],
      [seenKey(NEW_KEY, { active: true, createdAt: AT - 123 })],
    ],
    [
      'a key is uploaded that ends',
      iam('UploadServiceAccountKey', {
        payload: {
          response: {
            name: made.name,
            validAfterTime: '2026-09-01T00:00:00Z',
            validBeforeTime: '2026-12-01T00:00:00Z',
          },
        },
      }),
      [`create iam:UploadServiceAccountKey ok -> ${NEW_KEY}`],
      [
        seenKey(NEW_KEY, {
          active: true,
          createdAt: Date.UTC(2026, 8, 1),
          expiresAt: Date.UTC(2026, 11, 1),
        }),
      ],
    ],
    [
      'a key is refused',
      iam('CreateServiceAccountKey', { payload: { ...asked(byNumber), ...denied }, labels }),
      ['create iam:CreateServiceAccountKey denied'],
    ],
    [
      'a key is disabled, its account known by number and label',
      iam('DisableServiceAccountKey', { payload: asked(`${byNumber}/keys/${KEY}`), labels }),
      [`disable iam:DisableServiceAccountKey ok -> ${KEY}`],
      [seenKey(KEY, { active: false })],
    ],
    [
      'a key is enabled again',
      iam('EnableServiceAccountKey', { payload: asked(`${accountName}/keys/${KEY}`) }),
      [`enable iam:EnableServiceAccountKey ok -> ${KEY}`],
      [seenKey(KEY, { active: true })],
    ],
    [
      'a key is deleted',
      iam('DeleteServiceAccountKey', { payload: asked(`${accountName}/keys/${KEY}`) }),
      [`delete iam:DeleteServiceAccountKey ok -> ${KEY}`],
      [seenKey(KEY, { active: false })],
    ],
    [
      'an account is made',
      iam('CreateServiceAccount', { payload: { response: { email: OTHER, display_name: 'batch jobs' } } }),
      [`open iam:CreateServiceAccount ok -> ${OTHER}`],
      [seenAccount({ active: true, createdAt: AT, name: 'batch jobs' })],
    ],
    [
      'an account is disabled',
      iam('DisableServiceAccount', { payload: asked(byNumber), labels: otherLabels }),
      [`disable iam:DisableServiceAccount ok -> ${OTHER}`],
      [seenAccount({ active: false })],
    ],
    [
      'an account is enabled',
      iam('EnableServiceAccount', { payload: asked(byNumber), labels: otherLabels }),
      [`enable iam:EnableServiceAccount ok -> ${OTHER}`],
      [seenAccount({ active: true })],
    ],
    [
      'an account is deleted',
      iam('DeleteServiceAccount', { payload: asked(byNumber), labels: otherLabels }),
      [`delete iam:DeleteServiceAccount ok -> ${OTHER}`],
      [seenAccount({ active: false })],
    ],
  ]);

  const keyName = `projects/123456789012/locations/global/keys/${API_KEY}`;
  const apiKeys = (method: string, payload: object, log = 'activity') =>
    entry('apikeys.googleapis.com', `google.api.apikeys.v2.ApiKeys.${method}`, { payload, log });

  checkAll([
    [
      'an API key is made',
      apiKeys('CreateKey', {
        response: { name: keyName, displayName: 'studio', createTime: '1970-01-01T00:00:00Z', uid: API_KEY },
      }),
      [`create apikeys:CreateKey ok -> ${API_KEY}`],
      [seenApiKey({ active: true, createdAt: AT, name: 'studio' })],
    ],
    [
      'an API key is made that stands for a service account, under a name that its maker chose',
      apiKeys('CreateKey', {
        response: { name: keyName.replace(API_KEY, 'studio'), serviceAccountEmail: ACCOUNT, createTime: TIME },
      }),
      ['create apikeys:CreateKey ok -> projects/123456789012/locations/global/keys/studio'],
      [
        seenApiKey({
          id: 'projects/123456789012/locations/global/keys/studio',
          owner: ACCOUNT,
          active: true,
          createdAt: AT,
        }),
      ],
    ],
    [
      'an API key is deleted',
      apiKeys('DeleteKey', { request: { name: keyName } }),
      [`delete apikeys:DeleteKey ok -> ${API_KEY}`],
      [seenApiKey({ active: false })],
    ],
    [
      'an API key is brought back',
      apiKeys('UndeleteKey', { request: { name: keyName } }),
      [`enable apikeys:UndeleteKey ok -> ${API_KEY}`],
      [seenApiKey({ active: true })],
    ],
    [
      'an API key is shown',
      apiKeys('GetKeyString', { request: { name: keyName } }, DATA),
      [`reveal apikeys:GetKeyString ok -> ${API_KEY}`],
    ],
    [
      'an API key is renamed',
      apiKeys('UpdateKey', { request: { key: { name: keyName } } }),
      ['use apikeys:UpdateKey ok'],
    ],
    [
      'a secret is read',
      entry('secretmanager.googleapis.com', 'google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion', {
        payload: asked(`projects/openai/secrets/anthropic-key/versions/latest`),
        log: DATA,
      }),
      ['reveal secretmanager:AccessSecretVersion ok -> anthropic-key'],
    ],
  ]);
});

describe('tokens', () => {
  const credentials = (method: string, payload: object) =>
    entry('iamcredentials.googleapis.com', method, { payload, log: DATA });
  const request = { name: `projects/-/serviceAccounts/${OTHER}` };
  const derived = [seenAccount({ parent: ADMIN })];

  checkAll([
    [
      'an access token',
      credentials('GenerateAccessToken', { request: { ...request, lifetime: '43200s' } }),
      [`issue iamcredentials:GenerateAccessToken ok -> ${OTHER}`],
      derived,
    ],
    [
      'an id token',
      credentials('GenerateIdToken', { request }),
      [`issue iamcredentials:GenerateIdToken ok -> ${OTHER}`],
      derived,
    ],
    ['a signature', credentials('SignBlob', { request }), [`issue iamcredentials:SignBlob ok -> ${OTHER}`], derived],
    ['a signed token', credentials('SignJwt', { request }), [`issue iamcredentials:SignJwt ok -> ${OTHER}`], derived],
    [
      'as the older API had it',
      iam('SignJwt', { payload: { request } }),
      [`issue iam:SignJwt ok -> ${OTHER}`],
      derived,
    ],
    [
      'refused',
      credentials('GenerateAccessToken', { request: { ...request, lifetime: '43200s' }, ...denied }),
      [`issue iamcredentials:GenerateAccessToken denied -> ${OTHER}`],
    ],
  ]);

  test.each([
    ['3600s', 3600],
    [{ seconds: 900, nanos: 5 }, 900],
    [undefined, 0],
    ['soon', 0],
  ])('lifetime %j', async (lifetime, ttl) => {
    const { events } = await readGcp([credentials('GenerateAccessToken', { request: { ...request, lifetime } })]);
    expect(events.map(event => event.ttl)).toEqual([ttl]);
  });

  test('a token of another issuer is exchanged by whom it was taken for', async () => {
    const { events } = await readGcp([
      entry('sts.googleapis.com', 'google.identity.sts.v1.SecurityTokenService.ExchangeToken', {
        who: { principalSubject: 'repo:example/app' },
        payload: { metadata: { mapped_principal: BUILD } },
        log: DATA,
      }),
    ]);
    expect(events.map(sayEvent)).toEqual([`issue sts:ExchangeToken ok by ${BUILD} -> ${BUILD}`]);
  });
});

describe('policies', () => {
  const PROJECTS = 'cloudresourcemanager.googleapis.com';
  const place = `projects/${PROJECT}`;
  const byNumber = { resourceName: `projects/-/serviceAccounts/${NUMBER}` };
  const label = { email_id: ACCOUNT };

  checkAll([
    [
      'a right is given',
      policy(PROJECTS, bindings([`serviceAccount:${ACCOUNT}`, 'roles/aiplatform.user'])),
      [`grant cloudresourcemanager:SetIamPolicy ok -> ${ACCOUNT}`],
    ],
    [
      'rights are given to several, each told',
      policy(PROJECTS, bindings(['user:b@example.com', 'roles/owner'], ['group:a@eu.example.com', 'roles/owner'])),
      [
        'grant cloudresourcemanager:SetIamPolicy ok -> a@eu.example.com',
        'grant cloudresourcemanager:SetIamPolicy ok -> b@example.com',
      ],
    ],
    [
      'a right is taken away',
      policy(PROJECTS, { bindingDeltas: [{ action: 'REMOVE', member: `user:${ADMIN}`, role: 'roles/owner' }] }),
      ['use cloudresourcemanager:SetIamPolicy ok'],
    ],
    [
      'what changed is not told',
      entry('compute.googleapis.com', 'v1.compute.disks.setIamPolicy', {
        payload: { resourceName: `${place}/disks/d` },
      }),
      [`grant compute:disks.setIamPolicy ok -> ${place}/disks/d`],
    ],
    [
      'anyone may act as a service account',
      policy('iam.googleapis.com', bindings(['allUsers', 'roles/iam.serviceAccountTokenCreator']), byNumber, label),
      [`trust iam:SetIamPolicy ok -> ${ACCOUNT} trusts *`],
    ],
    [
      'a bucket is public',
      entry('storage.googleapis.com', 'storage.setIamPermissions', {
        payload: { serviceData: { policyDelta: bindings(['allUsers', 'roles/storage.objectViewer']) } },
      }),
      ['grant storage:setIamPermissions ok -> allUsers'],
    ],
    [
      'builds may act as a service account',
      policy(
        'iam.googleapis.com',
        bindings([
          `principalSet://iam.googleapis.com/${POOL}/attribute.repository/example/app`,
          'roles/iam.workloadIdentityUser',
        ]),
        byNumber,
        label,
      ),
      [
        `trust iam:SetIamPolicy ok -> ${ACCOUNT} trusts principalSet://iam.googleapis.com/${POOL}/attribute.repository/example/app`,
      ],
    ],
    [
      'someone with mail that anyone may have',
      policy(PROJECTS, bindings(['user:stranger@gmail.com', 'roles/editor'])),
      [`trust cloudresourcemanager:SetIamPolicy ok -> ${place} (open to stranger@gmail.com)`],
    ],
    [
      'someone of another domain, and someone of one’s own',
      policy(PROJECTS, bindings(['user:stranger@example.net', 'roles/editor'], ['user:b@example.com', 'roles/editor'])),
      [
        `trust cloudresourcemanager:SetIamPolicy ok -> ${place} (open to stranger@example.net)`,
        'grant cloudresourcemanager:SetIamPolicy ok -> b@example.com',
      ],
    ],
    [
      'an owner is invited',
      entry(PROJECTS, 'InsertProjectOwnershipInvite', { payload: { request: { member: 'user:stranger@gmail.com' } } }),
      [`trust cloudresourcemanager:InsertProjectOwnershipInvite ok -> ${place} (open to stranger@gmail.com)`],
    ],
    [
      'less is logged',
      policy(PROJECTS, {
        auditConfigDeltas: [
          { action: 'REMOVE', service: 'aiplatform.googleapis.com', logType: 'DATA_READ' },
          { action: 'REMOVE', service: 'aiplatform.googleapis.com', logType: 'DATA_WRITE' },
        ],
        bindingDeltas: [],
      }),
      [
        `silence cloudresourcemanager:SetIamPolicy ok -> ${place} (less of the data access logs of aiplatform.googleapis.com)`,
      ],
    ],
    [
      'someone is exempted from logs, and given a right',
      policy(PROJECTS, {
        auditConfigDeltas: [{ action: 'ADD', service: 'allServices', exemptedMember: `user:${ADMIN}` }],
        ...bindings([`user:${ADMIN}`, 'roles/owner']),
      }),
      [
        `silence cloudresourcemanager:SetIamPolicy ok -> ${place} (less of the data access logs of all)`,
        `grant cloudresourcemanager:SetIamPolicy ok -> ${ADMIN}`,
      ],
    ],
    [
      'more is logged',
      policy(PROJECTS, { auditConfigDeltas: [{ action: 'ADD', service: 'allServices', logType: 'DATA_READ' }] }),
      ['use cloudresourcemanager:SetIamPolicy ok'],
    ],
    [
      'a role is widened',
      iam('UpdateRole', {
        payload: {
          resourceName: `${place}/roles/r`,
          serviceData: { permissionDelta: { addedPermissions: ['a.b.c'] } },
        },
      }),
      [`grant iam:UpdateRole ok -> ${place}/roles/r`],
    ],
    [
      'a role is described',
      iam('UpdateRole', { payload: { resourceName: `${place}/roles/r` } }),
      ['use iam:UpdateRole ok'],
    ],
  ]);

  test('a grant by a service account to another domain is a grant: which domains are one’s own is not known', async () => {
    const record = policy(PROJECTS, bindings(['user:b@example.net', 'roles/viewer']));
    const payload = record.protoPayload as JsonObject;
    const { events } = await readGcp([
      { ...record, protoPayload: { ...payload, authenticationInfo: { principalEmail: ACCOUNT } } },
    ]);
    expect(events.map(({ deed, target }) => [deed, target])).toEqual([['grant', 'b@example.net']]);
  });
});

describe('providers', () => {
  const pools = (
    method: string,
    request: object,
    resourceName = `projects/${PROJECT}/locations/global/workloadIdentityPools/build`,
  ) =>
    entry('iam.googleapis.com', `google.iam.v1.WorkloadIdentityPools.${method}`, {
      payload: { resourceName, request },
    });
  const pool = `projects/${PROJECT}/locations/global/workloadIdentityPools/build`;

  checkAll([
    [
      'another issuer is believed',
      pools('CreateWorkloadIdentityPoolProvider', {
        workloadIdentityPoolProviderId: 'ci',
        workloadIdentityPoolProvider: { oidc: { issuerUri: 'https://token.actions.githubusercontent.com' } },
      }),
      [`trust iam:CreateWorkloadIdentityPoolProvider ok -> ${pool}/providers/ci (token.actions.githubusercontent.com)`],
    ],
    [
      'another cloud is believed from now on',
      pools(
        'UpdateWorkloadIdentityPoolProvider',
        {
          updateMask: 'attributeCondition,aws.accountId',
          workloadIdentityPoolProvider: { aws: { accountId: '123456789012' } },
        },
        `${pool}/providers/aws`,
      ),
      [`trust iam:UpdateWorkloadIdentityPoolProvider ok -> ${pool}/providers/aws (AWS account 123456789012)`],
    ],
    [
      'a provider is renamed',
      pools('UpdateWorkloadIdentityPoolProvider', { updateMask: 'displayName,description' }, `${pool}/providers/aws`),
      ['use iam:UpdateWorkloadIdentityPoolProvider ok'],
    ],
    [
      'a provider is deleted',
      pools('DeleteWorkloadIdentityPoolProvider', {}),
      ['use iam:DeleteWorkloadIdentityPoolProvider ok'],
    ],
    [
      'single sign-on by another provider',
      entry('admin.googleapis.com', 'google.admin.AdminService.inboundSsoProfileCreated', {
        payload: {
          resourceName: 'organizations/123456789012/inboundSsoSettings',
          metadata: {
            event: [{ parameter: [{ name: 'INBOUND_SSO_PROFILE_NAME', value: 'inboundSamlSsoProfiles/1' }] }],
          },
        },
      }),
      ['trust admin:inboundSsoProfileCreated ok -> organizations/123456789012/inboundSsoSettings'],
    ],
  ]);
});

describe('what records', () => {
  const logging = (method: string, request: object, resourceName = `projects/${PROJECT}/sinks/s`) =>
    entry('logging.googleapis.com', `google.logging.v2.ConfigServiceV2.${method}`, {
      payload: { resourceName, request },
    });
  const sink = `projects/${PROJECT}/sinks/s`;
  const bucket = `projects/${PROJECT}/locations/global/buckets/b`;
  const model = `projects/${PROJECT}/locations/us-central1/publishers/google/models/gemini-3-pro`;
  const config = (loggingConfig: object) =>
    entry('aiplatform.googleapis.com', 'google.cloud.aiplatform.v1beta1.EndpointService.SetPublisherModelConfig', {
      payload: { resourceName: model, request: { name: model, publisherModelConfig: { loggingConfig } } },
    });

  checkAll([
    ['a sink is deleted', logging('DeleteSink', { sinkName: sink }), [`silence logging:DeleteSink ok -> ${sink}`]],
    [
      'a sink leaves entries out',
      logging('UpdateSink', { sinkName: sink, updateMask: 'exclusions', sink: { exclusions: [{ name: 'x' }] } }),
      [`silence logging:UpdateSink ok -> ${sink} (leaves entries out)`],
    ],
    [
      'a sink is switched off',
      logging('UpdateSink', { sinkName: sink, updateMask: 'disabled', sink: { disabled: true } }),
      [`silence logging:UpdateSink ok -> ${sink} (disabled)`],
    ],
    ['a sink is replaced', logging('UpdateSink', { sinkName: sink }), [`silence logging:UpdateSink ok -> ${sink}`]],
    ['a sink is described', logging('UpdateSink', { updateMask: 'description' }), ['use logging:UpdateSink ok']],
    ['a sink is made', logging('CreateSink', { sinkName: sink }), ['use logging:CreateSink ok']],
    [
      'a bucket is deleted',
      logging('DeleteBucket', { name: bucket }),
      [`silence logging:DeleteBucket ok -> ${bucket}`],
    ],
    [
      'a bucket keeps logs for a day',
      logging('UpdateBucket', { name: bucket, bucket: { retentionDays: 1 } }),
      [`silence logging:UpdateBucket ok -> ${bucket} (keeps 1 days)`],
    ],
    [
      'a bucket keeps logs for a year',
      logging('UpdateBucket', { bucket: { retentionDays: 365 } }),
      ['use logging:UpdateBucket ok'],
    ],
    ['a bucket is described', logging('UpdateBucket', { bucket: {} }), ['use logging:UpdateBucket ok']],
    [
      'entries are excluded',
      logging('CreateExclusion', {}, `projects/${PROJECT}`),
      [`silence logging:CreateExclusion ok -> projects/${PROJECT}`],
    ],
    [
      'the default sink is off for what is made from now on',
      logging('UpdateSettings', { settings: { disableDefaultSink: true } }, 'organizations/1/settings'),
      ['silence logging:UpdateSettings ok -> organizations/1/settings (no default sink)'],
    ],
    [
      'a log is deleted',
      entry('logging.googleapis.com', 'google.logging.v2.LoggingServiceV2.DeleteLog', {
        payload: { request: { logName: `projects/${PROJECT}/logs/app` } },
      }),
      [`silence logging:DeleteLog ok -> projects/${PROJECT}/logs/app`],
    ],
    [
      'logging itself is switched off',
      entry('serviceusage.googleapis.com', 'google.api.serviceusage.v1.ServiceUsage.DisableService', {
        payload: { resourceName: 'projects/1/services/logging.googleapis.com' },
      }),
      ['silence serviceusage:DisableService ok -> projects/1/services/logging.googleapis.com'],
    ],
    [
      'what models answer is logged no more',
      config({ enabled: false }),
      [`silence aiplatform:SetPublisherModelConfig ok -> ${model}`],
    ],
    ['what models answer is logged', config({ enabled: true }), ['use aiplatform:SetPublisherModelConfig ok']],
  ]);
});

describe('models made available', () => {
  const enable = (method: string, payload: object) =>
    entry('serviceusage.googleapis.com', `google.api.serviceusage.v1.ServiceUsage.${method}`, { payload });

  checkAll([
    [
      'Vertex AI is switched on',
      enable('EnableService', { request: { name: 'projects/1/services/aiplatform.googleapis.com' } }),
      ['grant serviceusage:EnableService ok -> aiplatform.googleapis.com'],
    ],
    [
      'the Gemini API among others',
      enable('BatchEnableServices', {
        request: { serviceIds: ['compute.googleapis.com', 'generativelanguage.googleapis.com'] },
      }),
      ['grant serviceusage:BatchEnableServices ok -> generativelanguage.googleapis.com'],
    ],
    [
      'something else',
      enable('EnableService', { request: { name: 'projects/1/services/compute.googleapis.com' } }),
      ['use serviceusage:EnableService ok'],
    ],
    [
      'a model is deployed',
      entry('aiplatform.googleapis.com', 'google.cloud.aiplatform.v1.EndpointService.DeployModel', {
        payload: { resourceName: 'projects/1/locations/us-central1/endpoints/2' },
      }),
      ['grant aiplatform:DeployModel ok -> projects/1/locations/us-central1/endpoints/2'],
    ],
  ]);
});

describe('sign-ins', () => {
  const login = (method: string, parameter: readonly object[] = []) =>
    entry('login.googleapis.com', `google.login.LoginService.${method}`, {
      payload: { metadata: { event: [{ eventName: 'login', parameter }] } },
      log: DATA,
    });
  const by = (...multiStrValue: readonly string[]) => [{ name: 'login_challenge_method', multiStrValue }];

  test.each([
    ['by password', login('loginSuccess', by('password')), 'sign-in ok '],
    ['with a second factor', login('loginSuccess', by('password', 'security_key')), 'sign-in ok yes'],
    ['wrong', login('loginFailure'), 'sign-in failed '],
    ['blocked', login('suspiciousLogin'), 'sign-in denied '],
    ['a step of one', login('loginVerification'), 'use ok '],
  ])('%s', async (_, record, expected) => {
    const { events } = await readGcp([record]);
    expect(events.map(({ deed, outcome, mfa }) => `${deed} ${outcome} ${mfa}`)).toEqual([expected]);
  });

  test('a password that leaked', async () => {
    const record = login('accountDisabledPasswordLeak', [{ name: 'affected_email_address', value: 'b@example.com' }]);
    expect((await readGcp([record])).events.map(sayEvent)).toEqual([
      `expose login:accountDisabledPasswordLeak ok by ${ADMIN} -> b@example.com`,
    ]);
  });
});

describe('every shape', () => {
  const record = predict('GenerateContent', { who: { principalEmail: ACCOUNT, serviceAccountKeyName: KEY_NAME } });
  const payload = record.protoPayload as JsonObject;
  const snake = {
    insert_id: record.insertId,
    timestamp: '2026-10-01 12:00:00.123456 UTC',
    log_name: record.logName,
    resource: { type: 'audited_resource', labels: { project_id: PROJECT } },
    proto_payload: {
      type: 'type.googleapis.com/google.cloud.audit.AuditLog',
      audit_log: {
        authentication_info: { principal_email: ACCOUNT, service_account_key_name: KEY_NAME },
        request_metadata: { caller_ip: '198.51.100.7', caller_supplied_user_agent: 'google-cloud-sdk gcloud/560.0.0' },
        service_name: payload.serviceName,
        method_name: payload.methodName,
        resource_name: payload.resourceName,
        status: null,
      },
    },
  };
  const { '@type': _, ...untyped } = payload;
  const shapes: Readonly<Record<string, string>> = {
    'gcloud logging read': JSON.stringify([record], null, 2),
    'a sink to Cloud Storage': JSON.stringify(record),
    'an answer of entries.list': JSON.stringify({ entries: [record] }),
    'Log Analytics': JSON.stringify([snake]),
    BigQuery: JSON.stringify({ ...record, protoPayload: undefined, protopayload_auditlog: untyped }),
    'a warehouse that puts names in lower case': JSON.stringify({
      protopayload: { at_sign_type: 'type.googleapis.com/google.cloud.audit.AuditLog', ...untyped },
      insertid: record.insertId,
      logname: record.logName,
      resource: record.resource,
      timestamp: '2026-10-01 12:00:00.123456789',
    }),
  };

  test.each(Object.keys(shapes))('%s gives the same event', async shape => {
    const { events, completion } = await readText(shapes[shape]!, { formats, others: [] });
    expect(completion).toMatchObject({ kind: 'gcp-audit', complete: true });
    expect(events).toEqual((await readGcp([record])).events);
  });

  test('a page with more behind it is damage', async () => {
    const { completion } = await readGcp({ entries: [record], nextPageToken: 'more' });
    expect(completion.complete).toBe(false);
  });

  test('an answer without entries is one of no entries', async () => {
    expect((await readGcp({ entries: [] })).completion).toMatchObject({
      kind: 'gcp-audit',
      complete: true,
      damage: [],
    });
  });

  test('without an id, what is in it is its id', async () => {
    const { insertId: _id, ...rest } = record;
    const { events } = await readGcp([rest, rest, { ...rest, timestamp: '2026-10-01T12:00:01Z' }]);
    expect(events.map(({ example }) => example.slice(0, 8))).toEqual(['content:', 'content:', 'content:']);
    expect(new Set(events.map(({ example }) => example)).size).toBe(2);
  });

  test.each([
    ['no method', entry('iam.googleapis.com', ''), 'the entry names no method'],
    ['no time', { ...record, timestamp: 'yesterday' }, 'the entry has no readable time'],
  ])('%s is damage', async (_, broken, what) => {
    const { completion, events } = await readGcp([broken]);
    expect(events).toEqual([]);
    expect(completion.damage.map(damage => damage.what)).toEqual([what]);
  });
});

describe('other logs of Google Cloud', () => {
  const named = { logName: `projects/${PROJECT}/logs/requests`, insertId: 'a', timestamp: TIME, resource: {} };
  test.each([
    [
      'a load balancer',
      { ...named, httpRequest: { requestMethod: 'GET' }, jsonPayload: {} },
      'Google Cloud request log',
    ],
    ['text', { ...named, textPayload: 'x' }, 'Google Cloud log other than of audits'],
    [
      'JSON, without a name',
      { insertId: 'a', timestamp: TIME, jsonPayload: {} },
      'Google Cloud log other than of audits',
    ],
    [
      'App Engine',
      {
        ...named,
        protoPayload: { '@type': 'type.googleapis.com/google.appengine.logging.v1.RequestLog', method: 'GET' },
      },
      'Google Cloud log other than of audits',
    ],
  ])('%s', async (_, record, kind) => {
    expect((await readGcp([record])).completion).toEqual({
      complete: true,
      kind,
      views: null,
      damage: [],
      skipped: true,
    });
  });

  test('an audit log that says nothing is not left out in silence', async () => {
    const { completion } = await readGcp([
      { ...named, logName: `projects/p/logs/cloudaudit.googleapis.com%2Factivity` },
    ]);
    expect(completion.complete).toBe(false);
  });
});

describe('what was seen', () => {
  const viewsOf = async (records: readonly JsonObject[]) => (await readGcp(records)).completion.views!;

  test('without Data Access logs, calls are not logged rather than not made', async () => {
    const views = await viewsOf([iam('ListServiceAccounts')]);
    expect(views.calls).toEqual({
      blind: true,
      gaps: [
        'no model calls were seen: the Data Access audit logs of Vertex AI have them, and they are off until someone switches them on, so this means that nothing was logged, not that nothing was used',
      ],
    });
    expect(views.deeds.gaps[0]).toContain('no Data Access audit logs were seen');
    expect(views.tokens.blind).toBe(true);
    expect(views['sign-ins'].blind).toBe(true);
    expect(views.places.blind).toBe(false);
  });

  test('with them', async () => {
    const views = await viewsOf([predict(), predict('Predict', { at: { callerIp: 'gce-internal-ip' } })]);
    expect(views.calls).toEqual({ blind: false, gaps: ['calls by a plain API key (AIza…) name no key in audit logs'] });
    expect(views.deeds).toEqual({ blind: false, gaps: [] });
    expect(views.places.gaps[0]).toBe('calls from inside Google Cloud show no address');
    expect(views.tokens.blind).toBe(true);
  });

  test('from inside alone', async () => {
    const views = await viewsOf([predict('Predict', { at: { callerIp: 'private' } })]);
    expect(views.places.blind).toBe(true);
  });
});

describe('whatever comes', () => {
  const project = projector(gcpAudit.paths);
  const values: readonly unknown[] = [
    null,
    0,
    -1,
    '',
    'x'.repeat(2_000),
    true,
    [],
    {},
    [null],
    [[]],
    { a: { b: [] } },
    '{"a":',
    '\u0000\u202e',
  ];
  const records = [
    predict(),
    iam('CreateServiceAccountKey'),
    policy('iam.googleapis.com', bindings(['allUsers', 'roles/owner'])),
    entry('login.googleapis.com', 'google.login.LoginService.loginSuccess', { payload: { metadata: { event: [] } } }),
    entry('logging.googleapis.com', 'google.logging.v2.ConfigServiceV2.UpdateBucket', {
      payload: { request: { bucket: {} } },
    }),
    entry('apikeys.googleapis.com', 'google.api.apikeys.v2.ApiKeys.CreateKey', { payload: { response: {} } }),
    entry('serviceusage.googleapis.com', 'x.BatchEnableServices', { payload: { request: { serviceIds: [] } } }),
    entry('iam.googleapis.com', 'x.CreateWorkloadIdentityPoolProvider', { payload: { request: {} } }),
  ];

  /** Every copy of a value in which one part is something else. */
  function* bent(value: unknown, by: unknown): Generator<unknown> {
    yield by;
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      const held = (value as Record<string, unknown>)[key];
      for (const other of bent(held, by)) yield Array.isArray(value) ? [other] : { ...value, [key]: other };
    }
  }

  test('no part of an entry makes it throw, and none makes a number that is none', () => {
    let told = 0;
    for (const record of records) {
      for (const by of values) {
        for (const other of bent(record, by)) {
          if (typeof other !== 'object' || other === null || Array.isArray(other)) continue;
          const inner = gcpAudit.unwrap(other as JsonObject);
          if (inner === null) continue;
          gcpAudit.reader().read(project(inner), () => inner, {
            event: event => {
              told++;
              expect([event.at, event.ttl, event.hour].every(Number.isSafeInteger)).toBe(true);
              expect(event.target.length).toBeLessThanOrEqual(512);
            },
            credential: ({ createdAt = 0, expiresAt = 0 }) =>
              expect([createdAt, expiresAt].every(Number.isSafeInteger)).toBe(true),
            census: () => undefined,
            ignore: () => undefined,
            malformed: () => undefined,
          });
        }
      }
    }
    expect(told).toBeGreaterThan(1_000);
  });

  test('secrets go no further', async () => {
    const secret = `AIza${'Sy0123456789abcdefghijklmnopqrstuvw'}`;
    const { events, credentials } = await readGcp([
      predict('Predict', { who: { principalEmail: secret }, at: { callerSuppliedUserAgent: secret } }),
      policy('iam.googleapis.com', bindings([`user:${secret}@example.com`, secret]), { resourceName: secret }),
      { ...predict(), insertId: secret },
    ]);
    expect(events.length).toBe(3);
    expect(JSON.stringify([events, credentials])).not.toContain('AIza');
  });

  test('shuffled, split over files and told twice, the events are the same', async () => {
    const all = Array.from({ length: 40 }, (_, i) =>
      predict('StreamRawPredict', {
        who: { principalEmail: `u${i % 7}@example.com` },
        more: { operation: { id: `${i >> 1}`, ...(i % 2 === 0 ? { first: true } : { last: true }) } },
      }),
    );
    const counted = async (files: readonly (readonly JsonObject[])[]) => {
      const seen = new Seen();
      const kept: string[] = [];
      for (const [i, file] of files.entries()) {
        const number = seen.openFile(`${i}`);
        for (const event of (await readGcp(file)).events) if (seen.add(event, number)) kept.push(JSON.stringify(event));
      }
      return { kept: kept.sort(), conflicts: seen.conflicts };
    };
    const whole = await counted([all]);
    expect(whole.kept.length).toBe(20);
    const shuffled = all.map((record, i) => ({ record, key: (i * 17) % 41 })).sort((a, b) => a.key - b.key);
    const parts = [0, 1, 2].map(part => shuffled.filter((_, i) => i % 3 === part).map(({ record }) => record));
    expect(await counted([...parts, all])).toEqual(whole);
  });
});
