import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { digList, isObject, parseJson } from '../src/normalise/dig.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import { readRecords } from './read-records.ts';
import { readText } from './read-text.ts';

const corpus = process.env.KEYWARD_CORPUS ?? '';

describe('examples of OpenAI’s Admin API, and audit records of Panther’s rules', () => {
  beforeEach(({ skip }) => {
    if (corpus === '') skip('KEYWARD_CORPUS is not set: real examples are read in place');
  });

  /** What became of an answer saved to a file, in a few words. */
  async function tell(text: string): Promise<string> {
    const { events, credentials, ignored, completion } = await readText(text);
    const words = [
      ...events.map(({ deed, action, count, tokensIn, tokensOut }) =>
        deed === 'infer' ? `${count} ${action} ${tokensIn}/${tokensOut}` : `${deed} ${action}`,
      ),
      ...credentials.map(({ kind, id, active }) => `${kind} ${id}${active === false ? ' shut' : ''}`),
      ...(ignored > 0 ? [`${ignored} left out`] : []),
      ...completion.damage.map(({ what }) => what),
    ];
    return words.join(', ') || completion.kind || 'nothing';
  }

  const OTHER = 'OpenAI object without keys';
  const UNKNOWN = 'not recognised as an audit log';
  const COMMA = `${UNKNOWN}, a comma too many`;
  const SHELL = 'the object around the records is not valid JSON';
  const INVALID = 'not valid JSON';
  const ONE_PAGE = 'one page of several: save the list whole';
  const KEY = 'member user_abc, api-key key_abc';
  const ROW = '1 left out';

  /** Whatever is not named here is known to hold no keys. */
  const EXPECTED: Readonly<Record<string, string>> = {
    'GET /organization/admin_api_keys': 'service-account sa_456, admin-key key_abc',
    'POST /organization/admin_api_keys': 'member user_123, admin-key key_xyz',
    'GET /organization/admin_api_keys/{key_id}': 'member user_123, admin-key key_abc',
    'GET /organization/audit_logs': `${UNKNOWN}, ${INVALID}, ${INVALID}, ${ONE_PAGE}`,
    'GET /organization/certificates': COMMA,
    'POST /organization/certificates/activate': `${COMMA}, ${SHELL}`,
    'POST /organization/certificates/deactivate': `${COMMA}, ${SHELL}`,
    'GET /organization/projects/{project_id}/certificates': COMMA,
    'POST /organization/projects/{project_id}/certificates/activate': `${COMMA}, ${SHELL}`,
    'POST /organization/projects/{project_id}/certificates/deactivate': `${COMMA}, ${SHELL}`,
    'GET /organization/usage/completions': `${ROW}, ${ONE_PAGE}`,
    'GET /organization/usage/audio_speeches': ROW,
    'GET /organization/usage/audio_transcriptions': ROW,
    'GET /organization/usage/code_interpreter_sessions': ROW,
    'GET /organization/usage/embeddings': ROW,
    'GET /organization/usage/file_search_calls': ROW,
    'GET /organization/usage/images': ROW,
    'GET /organization/usage/moderations': ROW,
    'GET /organization/usage/vector_stores': ROW,
    'GET /organization/usage/web_search_calls': ROW,
    'GET /organization/costs': ROW,
    'GET /organization/groups/{group_id}': UNKNOWN,
    'POST /organization/groups/{group_id}': UNKNOWN,
    'GET /organization/groups/{group_id}/users': UNKNOWN,
    'GET /organization/groups/{group_id}/users/{user_id}': UNKNOWN,
    'GET /organization/invites': ROW,
    'POST /organization/invites': ROW,
    'GET /organization/invites/{invite_id}': ROW,
    'GET /organization/projects': ROW,
    'POST /organization/projects': ROW,
    'GET /organization/projects/{project_id}': ROW,
    'POST /organization/projects/{project_id}': ROW,
    'POST /organization/projects/{project_id}/archive': ROW,
    'GET /organization/projects/{project_id}/api_keys': KEY,
    'GET /organization/projects/{project_id}/api_keys/{api_key_id}': KEY,
    'GET /organization/projects/{project_id}/hosted_tool_permissions': UNKNOWN,
    'POST /organization/projects/{project_id}/hosted_tool_permissions': UNKNOWN,
    'GET /organization/projects/{project_id}/service_accounts': 'service-account svc_acct_abc',
    'POST /organization/projects/{project_id}/service_accounts': 'service-account svc_acct_abc, api-key key_abc',
    'GET /organization/projects/{project_id}/service_accounts/{service_account_id}': 'service-account svc_acct_abc',
    'POST /organization/projects/{project_id}/service_accounts/{service_account_id}': 'service-account svc_acct_abc',
    'POST /organization/projects/{project_id}/service_accounts/{service_account_id}/api_keys': 'api-key key_abc',
    'GET /organization/projects/{project_id}/users': 'member user_abc',
    'POST /organization/projects/{project_id}/users': 'member user_abc',
    'GET /organization/projects/{project_id}/users/{user_id}': 'member user_abc',
    'POST /organization/projects/{project_id}/users/{user_id}': 'member user_abc',
    'GET /organization/users': 'member user_abc',
    'GET /organization/users/{user_id}': 'member user_abc',
    'POST /organization/users/{user_id}': 'member user_abc',
  };

  test('every example, each as a file of its own', async () => {
    const all = parseJson(readFileSync(join(corpus, 'openai/org_api_example_responses.json'), 'utf8'));
    const told = await Promise.all(
      Object.entries(all as Readonly<Record<string, string>>).map(
        async ([name, text]) => [name, await tell(text)] as const,
      ),
    );
    const expected = told.map(([name]) => [name, EXPECTED[name] ?? OTHER] as const);
    expect(told).toHaveLength(105);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
  });

  test('the two records of the example that bears commas too many, without them', () => {
    const all = parseJson(readFileSync(join(corpus, 'openai/org_api_example_responses.json'), 'utf8'));
    const text = (all as Readonly<Record<string, string>>)['GET /organization/audit_logs']!;
    const records = digList(parseJson(text.replace(/,(\s*\})/g, '$1')), 'data').filter(isObject);
    const { events, credentials } = readRecords(records);
    expect(events).toMatchObject([
      { deed: 'use', action: 'openai:project.archived', credential: 'user-xxx', address: '' },
      { deed: 'grant', target: 'key_xxxx', credential: 'user-xxx', address: '127.0.0.1', agent: 'browser' },
    ]);
    expect(credentials).toMatchObject([{ id: 'user-xxx', kind: 'member', owner: 'user@example.com' }]);
  });

  /** By rule, what became of its records in their order. */
  const PANTHER: Readonly<Record<string, readonly string[]>> = {
    openai_login_success: ['sign-in ok', 'sign-in failed'],
    openai_api_key_anomalous_activity: [
      'create ok key-abc123: api-key of user-developer456',
      'create ok key-suspicious001: api-key of user-contractor789',
      'grant ok key-existing123',
      'delete ok key-production001: api-key',
      'create ok key-child001: api-key of user-suspicious002',
      'create ok key-malicious001: api-key of user-compromised001',
      'grant ok key-regular001',
      'sign-in ok',
    ],
    openai_credential_stuffing: ['sign-in failed', 'sign-in failed', 'sign-in ok', 'create ok'],
    openai_admin_role_assignment: [
      'grant ok user-newadmin456',
      'grant ok user-contractor999',
      'grant ok group-engineering001',
      'grant ok user-employee456',
      'grant ok user-intern789',
      'use ok',
      'sign-in ok',
    ],
    openai_ip_allowlist_changes: [
      'silence ok ipallow_org-abc123',
      'silence ok ipallow_org-abc123',
      'silence ok ipallow_org-abc123',
      'use ok',
      'use ok',
      'sign-in ok',
    ],
  };

  /** What became of one record: its deed and, of a key that it tells of, the kind and the holder. */
  function judge(record: JsonObject): string {
    const { events, credentials } = readRecords([record]);
    return events
      .map(({ deed, outcome, target }) => {
        const made = credentials.filter(({ id }) => id === target && target !== '');
        const kind = made.find(seen => seen.kind !== 'unknown')?.kind;
        const owner = made.find(seen => seen.owner !== '')?.owner;
        const about = kind === undefined ? '' : `: ${kind}${owner === undefined ? '' : ` of ${owner}`}`;
        return `${deed} ${outcome} ${target}`.trim() + about;
      })
      .join(', ');
  }

  test('every record of Panther’s rules, each on its own', () => {
    const lines = readFileSync(join(corpus, 'panther/openai_rules.jsonl'), 'utf8').split('\n').map(parseJson);
    const told = new Map<string, string[]>();
    for (const line of lines.filter(isObject)) {
      const rule = /([a-z_]+)\.yml$/.exec(String(line.file))![1]!;
      told.set(rule, [...(told.get(rule) ?? []), judge(line.log as JsonObject)]);
    }
    expect(Object.fromEntries(told)).toEqual(PANTHER);
  });
});
