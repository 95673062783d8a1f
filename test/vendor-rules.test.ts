import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../src/time.ts';
import { auditPaths } from './judgement.ts';

// The rules judge the keys of vendors and proxies as they judge those of the clouds: records as each vendor writes
// them, through the real formats, and every finding that all rules together make of them.

const NOW = Date.UTC(2026, 10, 20);
const iso = (ago: number): string => new Date(NOW - ago).toISOString();
const seconds = (ago: number): number => (NOW - ago) / 1000;

/** Rules that hold use against what was declared have tests of their own. */
const ABOUT_A_REGISTER: ReadonlySet<string> = new Set([
  'unlisted-holder',
  'undeclared-origin',
  'unapproved-path',
  'ownerless-key',
  'over-budget',
]);

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'keyward-vendors-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every finding of what some files hold, as 'severity rule: sentence'. */
async function said(...files: readonly unknown[]): Promise<string[]> {
  const paths = files.map((file, i) => {
    const path = join(folder, `${i}.json`);
    writeFileSync(path, JSON.stringify(file));
    return path;
  });
  const { findings } = await auditPaths(paths, NOW);
  const judged = findings.filter(({ rule }) => !ABOUT_A_REGISTER.has(rule));
  return judged.map(({ severity, rule, message }) => `${severity} ${rule}: ${message}`).sort();
}

const every = <T>(from: number, until: number, step: number, make: (ago: number) => T): T[] =>
  Array.from({ length: Math.floor((from - until) / step) + 1 }, (_, i) => make(from - i * step));

describe('Anthropic', () => {
  const ADMIN = 'user_01Admin';
  const key = (id: string, told: object = {}) => ({
    id,
    type: 'api_key',
    name: id.slice(7).toLowerCase(),
    partial_key_hint: 'sk-ant-api03-R2D...igAA',
    status: 'active',
    created_at: iso(20 * DAY),
    expires_at: iso(-40 * DAY),
    created_by: { id: ADMIN, type: 'user' },
    principal: null,
    scope: { type: 'workspace', workspace_id: `wrkspc_01${id.slice(7)}` },
    ...told,
  });
  const user = { id: ADMIN, type: 'user', email: 'a@example.com', name: 'A', role: 'admin', added_at: iso(300 * DAY) };
  const page = (...data: readonly object[]) => ({ data, has_more: false, first_id: null, last_id: null });
  const act = (ago: number, type: string, more: object = {}) => ({
    id: `activity_${type}_${ago}`,
    created_at: iso(ago),
    organization_id: 'org_01Example',
    organization_uuid: null,
    type,
    actor: {
      type: 'user_actor',
      email_address: 'a@example.com',
      user_id: ADMIN,
      ip_address: '192.0.2.7',
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64)',
    },
    ...more,
  });
  const usage = (ago: number, id: string, input: number, output: number) => ({
    starting_at: iso(ago),
    ending_at: iso(ago - HOUR),
    results: [
      {
        api_key_id: id,
        model: 'claude-opus-4-5',
        uncached_input_tokens: input,
        cache_read_input_tokens: 0,
        cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
        output_tokens: output,
        server_tool_use: { web_search_requests: 0 },
        workspace_id: null,
      },
    ],
  });

  test('keys that live too long, and those that do not', async () => {
    const keys = page(
      key('apikey_01Fresh'),
      key('apikey_01Endless', { expires_at: null }),
      key('apikey_01Old', { created_at: iso(400 * DAY), expires_at: iso(-DAY) }),
      key('apikey_01Gone', { created_at: iso(400 * DAY), expires_at: null, status: 'archived' }),
    );
    expect(await said(keys, page(user))).toEqual([
      'high long-lived-key: Created 400 days ago; the limit is 90.',
      'medium long-ttl: This API key was made for 401 days; the limit is 90.',
      'medium never-expires: This API key has no expiry date, 20 days after its creation.',
    ]);
  });

  test('an hour of tokens far beyond the record', async () => {
    const quiet = every(30 * DAY, 2 * DAY, 6 * HOUR, ago => usage(ago, 'apikey_01Busy', 30_000, 4_000));
    const burst = usage(22 * HOUR, 'apikey_01Busy', 6_000_000, 90_000);
    expect(await said({ data: [...quiet, burst], has_more: false, next_page: null })).toEqual([
      "high token-burst: 6,000,000 input tokens in the 19 Nov 02:00 hour, 200 times this key's busiest hour (30,000) in the previous 28 days.",
    ]);
  });

  test('what is done in the console', async () => {
    const feed = page(
      ...every(60 * DAY, 3 * DAY, DAY, ago => act(ago, 'platform_workspace_viewed')),
      act(2 * DAY, 'admin_api_key_created', { admin_api_key_id: 'apikey_01Power' }),
      act(2 * DAY - HOUR, 'platform_federation_rule_created', { federation_rule_id: 'fdrl_01Example' }),
      act(2 * DAY - 2 * HOUR, 'org_compliance_api_settings_updated', { compliance_api_enabled: false }),
      act(2 * DAY - 3 * HOUR, 'workspace_spend_limit_deleted', { workspace_id: 'wrkspc_01Example' }),
      act(DAY, 'platform_api_key_updated', {
        api_key_id: 'apikey_01Old',
        updates: [{ type: 'status', previous_value: 'inactive', current_value: 'active' }],
      }),
    );
    expect(await said(feed, page(user))).toEqual([
      'critical audit-silenced: a@example.com called anthropic:org_compliance_api_settings_updated, 18 Nov 02:00 UTC: the activity feed records nothing from then on. Whether that was undone is not known.',
      'high key-minted: a@example.com created admin key apikey_01Power for themselves on 18 Nov: an admin key can make and end all others, the first in 58 days of logs by its maker; no use of it seen since.',
      'high trust-opened: a@example.com made Anthropic take the tokens of another issuer for its own, by fdrl_01Example, on 18 Nov.',
      'medium audit-silenced: a@example.com called anthropic:workspace_spend_limit_deleted on wrkspc_01Example, 18 Nov 03:00 UTC: the workspace spends without this limit. Whether that was undone is not known.',
    ]);
  });
});

describe('OpenAI', () => {
  const owner = {
    type: 'user',
    user: { object: 'organization.project.user', id: 'user-A', email: 'a@example.com', name: 'A', role: 'owner' },
  };
  const key = (id: string, told: object = {}) => ({
    object: 'organization.project.api_key',
    id,
    name: id,
    redacted_value: 'sk-proj...xyz',
    created_at: seconds(40 * DAY),
    last_used_at: seconds(2 * DAY),
    owner_project_access: 'active',
    owner,
    ...told,
  });
  const session = {
    type: 'session',
    session: { user: { id: 'user-A', email: 'a@example.com' }, ip_address: '192.0.2.7', user_agent: 'Mozilla/5.0' },
  };
  const act = (ago: number, type: string, detail: object = {}) => ({
    object: 'organization.audit_log',
    id: `audit_log-${type}-${ago}`,
    type,
    effective_at: seconds(ago),
    actor: session,
    [type]: detail,
  });
  const list = (...data: readonly object[]) => ({ object: 'list', data, has_more: false });

  test('project keys cannot end, admin keys can; the list tells of use', async () => {
    const keys = list(
      key('key_used'),
      key('key_idle', { created_at: seconds(200 * DAY), last_used_at: seconds(60 * DAY), owner_project_access: 'any' }),
      {
        object: 'organization.admin_api_key',
        id: 'key_admin',
        name: 'admin',
        redacted_value: 'sk-admin...xyz',
        created_at: seconds(20 * DAY),
        expires_at: null,
        last_used_at: seconds(DAY),
        owner: { type: 'user', object: 'organization.user', id: 'user-A', name: 'A', role: 'owner' },
      },
    );
    expect(await said(keys)).toEqual([
      'low keys-overlap: a@example.com has 2 active API keys, and had more than one for 40 days; a rotation takes 7 at most.',
      'medium dormant-key: Not used for 59 days; the limit is 45.',
      'medium long-lived-key: Created 200 days ago; the limit is 90.',
      'medium never-expires: This admin key has no expiry date, 20 days after its creation.',
    ]);
  });

  test('what the audit log tells', async () => {
    const log = list(
      ...every(60 * DAY, 3 * DAY, DAY, ago => act(ago, 'login.succeeded')),
      act(2 * DAY, 'workload_identity_provider.created', {
        id: 'wip_example',
        data: { issuer: 'https://token.actions.githubusercontent.com' },
      }),
      act(2 * DAY - HOUR, 'ip_allowlist.config.deactivated', { configs: [{ id: 'ipl_example', name: 'office' }] }),
      ...every(DAY, DAY - 11 * MINUTE, MINUTE, ago =>
        act(ago, 'service_account.created', { id: `user-sa${ago / MINUTE}`, data: { role: 'member' } }),
      ),
    );
    expect(await said(log)).toEqual([
      'high audit-silenced: a@example.com called openai:ip_allowlist.config.deactivated on ipl_example, 18 Nov 01:00 UTC: addresses that were shut out are let in. Whether that was undone is not known.',
      'high trust-opened: a@example.com made OpenAI take the tokens of https://token.actions.githubusercontent.com for its own, by wip_example, on 18 Nov.',
      'medium account-farm: a@example.com made 12 service accounts within 1 hour from 19 Nov on; in 59 days of logs before, none.',
    ]);
  });
});

describe('Google Cloud', () => {
  const ACCOUNT = 'ci@example-prod.iam.gserviceaccount.com';
  const KEY = '0946'.repeat(10);
  const entry = (ago: number, service: string, methodName: string, more: object = {}, who: object = {}) => ({
    insertId: `${methodName}-${ago}`,
    timestamp: iso(ago),
    logName: `projects/example-prod/logs/cloudaudit.googleapis.com%2Factivity`,
    resource: { type: 'audited_resource', labels: { project_id: 'example-prod' } },
    protoPayload: {
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      serviceName: `${service}.googleapis.com`,
      methodName,
      resourceName: 'projects/example-prod',
      authenticationInfo: { principalEmail: 'a@example.com', ...who },
      requestMetadata: { callerIp: '192.0.2.7', callerSuppliedUserAgent: 'google-cloud-sdk gcloud/560.0.0' },
      ...more,
    },
  });

  test('a key of a service account, the sinks and the trust', async () => {
    const entries = [
      ...every(60 * DAY, 3 * DAY, DAY, ago => entry(ago, 'compute', 'v1.compute.instances.list')),
      entry(2 * DAY, 'iam', 'google.iam.admin.v1.CreateServiceAccountKey', {
        response: {
          name: `projects/example-prod/serviceAccounts/${ACCOUNT}/keys/${KEY}`,
          validAfterTime: iso(2 * DAY),
        },
      }),
      entry(2 * DAY - HOUR, 'logging', 'google.logging.v2.ConfigServiceV2.DeleteSink', {
        request: { sinkName: 'projects/example-prod/sinks/audit' },
      }),
      entry(2 * DAY - 2 * HOUR, 'serviceusage', 'google.api.serviceusage.v1.ServiceUsage.EnableService', {
        request: { name: 'projects/1/services/aiplatform.googleapis.com' },
      }),
      entry(DAY, 'apikeys', 'google.api.apikeys.v2.ApiKeys.GetKeyString', {
        request: { name: 'projects/1/locations/global/keys/0f4c1c0e-0000-4000-8000-000000000001' },
      }),
    ];
    expect(await said(entries)).toEqual([
      'critical audit-silenced: a@example.com called logging:DeleteSink on projects/example-prod/sinks/audit, 18 Nov 01:00 UTC: its entries go nowhere by this sink from then on. Whether that was undone is not known.',
      'medium key-minted: a@example.com created service account key 0946094609460946094609460946094609460946 for ci@example-prod.iam.gserviceaccount.com on 18 Nov: the first in 58 days of logs by its maker; no use of it seen since.',
      'medium key-revealed: a@example.com read the key 0f4c1c0e-0000-4000-8000-000000000001 on 19 Nov, the first such reading in 59 days of logs, and may hold it since.',
      'medium model-access-enabled: a@example.com made aiplatform.googleapis.com available on 18 Nov (EnableService), the first of its kind in 58 days of logs.',
    ]);
  });

  test('keys by their list', async () => {
    const listed = [
      {
        name: `projects/example-prod/serviceAccounts/${ACCOUNT}/keys/${KEY}`,
        keyType: 'USER_MANAGED',
        keyOrigin: 'GOOGLE_PROVIDED',
        validAfterTime: iso(700 * DAY),
        validBeforeTime: '9999-12-31T23:59:59Z',
      },
      {
        name: `projects/example-prod/serviceAccounts/${ACCOUNT}/keys/${'1a2b'.repeat(10)}`,
        keyType: 'USER_MANAGED',
        keyOrigin: 'GOOGLE_PROVIDED',
        validAfterTime: iso(30 * DAY),
        validBeforeTime: '9999-12-31T23:59:59Z',
      },
    ];
    expect(await said(listed)).toEqual([
      'high long-lived-key: Created 700 days ago; the limit is 90.',
      'low keys-overlap: ci@example-prod.iam.gserviceaccount.com has 2 active service account keys, and had more than one for 30 days; a rotation takes 7 at most.',
    ]);
  });
});

describe('LiteLLM', () => {
  const hash = (text: string): string => text.repeat(32);
  const key = (token: string, told: object = {}) => ({
    token,
    key_name: 'sk-...abcd',
    key_alias: `alias-${token.slice(0, 2)}`,
    user_id: 'ci',
    team_id: `team-${token.slice(0, 2)}`,
    spend: 1,
    created_at: iso(20 * DAY),
    expires: iso(-40 * DAY),
    last_active: iso(DAY),
    blocked: null,
    metadata: {},
    ...told,
  });
  const change = (ago: number, action: string, object: string, more: object = {}) => ({
    id: `${action}-${ago}`,
    updated_at: iso(ago),
    changed_by: 'default_user_id',
    changed_by_api_key: 'litellm_proxy_master_key',
    action,
    table_name: 'LiteLLM_VerificationToken',
    object_id: object,
    before_value: {},
    updated_values: {},
    ...more,
  });
  const spend = (ago: number, told: object = {}) => ({
    request_id: `chatcmpl-${ago}`,
    call_type: 'acompletion',
    api_key: hash('a1'),
    spend: 0.01,
    total_tokens: 1_500,
    prompt_tokens: 1_000,
    completion_tokens: 500,
    startTime: iso(ago),
    endTime: iso(ago - 1_000),
    model: 'claude-sonnet-4-5',
    custom_llm_provider: 'anthropic',
    user: 'ci',
    team_id: 'team-a1',
    metadata: {},
    requester_ip_address: '192.0.2.7',
    status: 'success',
    ...told,
  });

  test('virtual keys by their list, and a rotation', async () => {
    const keys = {
      keys: [
        key(hash('a1')),
        key(hash('b2'), { expires: null }),
        key(hash('c3'), { created_at: iso(200 * DAY), last_active: iso(70 * DAY) }),
        key(hash('d4'), { created_at: iso(200 * DAY), blocked: true, expires: null }),
      ],
    };
    const log = [
      change(2 * DAY, 'created', hash('a1'), { updated_values: { token: hash('a1'), user_id: 'ci' } }),
      change(DAY, 'rotated', hash('e5'), {
        before_value: { user_id: 'ci' },
        updated_values: { token_id: hash('f6'), expires: iso(-30 * DAY) },
      }),
    ];
    expect(await said(keys, log)).toEqual([
      'info key-minted: default_user_id replaced e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5 by f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6 for ci on 19 Nov; no use of it seen since.',
      'low key-minted: default_user_id created virtual key a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1 for ci on 18 Nov; used since.',
      'medium dormant-key: Not used for 69 days; the limit is 45.',
      'medium long-lived-key: Created 199 days ago; the limit is 90.',
      'medium long-ttl: This virtual key was made for 240 days; the limit is 90.',
      'medium never-expires: This virtual key has no expiry date, 19 days after its creation.',
    ]);
  });

  test('a virtual key used from a new country', async () => {
    const home = every(60 * DAY, 3 * DAY, 5 * HOUR, ago => spend(ago));
    const away = every(2 * DAY, 2 * DAY - 3 * HOUR, 9 * MINUTE, ago =>
      spend(ago, { request_id: `far-${ago}`, requester_ip_address: '203.0.113.9' }),
    );
    expect(await said([...home, ...away])).toEqual([
      'medium unusual-geography: New country SG: 21 calls from 18 Nov on; in 57 active days before, only DE.',
    ]);
  });
});

describe('the log of a gateway', () => {
  const line = (ago: number, told: object = {}) => ({
    start_time: iso(ago),
    method: 'POST',
    'x-envoy-origin-path': '/v1/messages',
    response_code: 200,
    duration: 900,
    bytes_received: 100,
    bytes_sent: 900,
    downstream_remote_address: '192.0.2.7:5555',
    'user-agent': 'Anthropic/Python 0.60.0',
    'x-request-id': `r-${ago}`,
    'x-api-key-hash': 'team-a',
    'gen_ai.request.model': 'claude-sonnet-4-5',
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.output_tokens': 10,
    ...told,
  });

  test('models are listed, refuse, and one answers', async () => {
    const lines = [
      line(10 * HOUR, { method: 'GET', 'x-envoy-origin-path': '/v1/models', 'gen_ai.request.model': null }),
      ...['claude-opus-4-5', 'gpt-5', 'gemini-3'].map((model, i) =>
        line(9 * HOUR - i * MINUTE, { 'gen_ai.request.model': model, response_code: 403 }),
      ),
      line(8 * HOUR),
    ];
    expect(await said(lines)).toEqual([
      'medium denied-burst: 3 models or operations that had not refused this key before did so in the 19 Nov 15:00 hour: claude-opus-4-5, gemini-3 and gpt-5.',
      'medium model-probe: 3 refused models after looking at what models there are, then claude-sonnet-4-5 answered from 19 Nov 16:00 on.',
    ]);
  });
});
