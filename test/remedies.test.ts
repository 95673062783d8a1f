import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXAMPLE_CREDENTIAL } from '../src/example.ts';
import { isRoot, isStatic, principalText, roleNameOf, userNameOf } from '../src/kinds.ts';
import type { Credential } from '../src/model/credential.ts';
import { disableCommands, keylessCommands, rotateCommands, shellWord } from '../src/remedies.ts';

const USER = 'arn:aws:iam::123456789012:user/teams/ai/ci';
const ROLE = 'arn:aws:iam::123456789012:role/deploy';
const SERVICE_KEY = 'ACCAIOSFODNN7EXAMPLE';

const about = (told: Partial<Credential>): Credential => ({ ...EXAMPLE_CREDENTIAL, owner: USER, ...told });

describe('disableCommands', () => {
  const cases: readonly (readonly [title: string, told: Partial<Credential>, commands: readonly string[]])[] = [
    [
      'an access key',
      {},
      ['aws iam update-access-key --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive --user-name ci'],
    ],
    [
      'an access key of nobody knows whom',
      { owner: '' },
      [
        'aws iam update-access-key --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive --user-name ' +
          '"$(aws iam get-access-key-last-used --access-key-id AKIAIOSFODNN7EXAMPLE --query UserName --output text)"',
      ],
    ],
    ['a masked access key', { id: 'AKIA****************' }, []],
    [
      'a Bedrock API key',
      { id: SERVICE_KEY, kind: 'bedrock-key' },
      [
        `aws iam update-service-specific-credential --service-specific-credential-id ${SERVICE_KEY} --status Inactive --user-name ci`,
      ],
    ],
    [
      'a Claude Platform API key that the log does not name',
      { id: `${USER}/claude-platform-key`, kind: 'claude-platform-key' },
      [
        'for id in $(aws iam list-service-specific-credentials --user-name ci --service-name aws-external-anthropic.amazonaws.com' +
          " --query 'ServiceSpecificCredentials[].ServiceSpecificCredentialId' --output text);" +
          ' do aws iam update-service-specific-credential --user-name ci --status Inactive --service-specific-credential-id "$id"; done',
      ],
    ],
    ['a password', { id: `${USER}/password`, kind: 'password' }, ['aws iam delete-login-profile --user-name ci']],
    [
      'a session of a user',
      { id: `${USER}/session`, kind: 'user-session' },
      [revoking('put-user-policy --user-name ci')],
    ],
    ['a role', { id: ROLE, kind: 'role', owner: ROLE }, [revoking('put-role-policy --role-name deploy')]],
    [
      'a role known by its session',
      { id: 'x', kind: 'role', owner: 'arn:aws:sts::123456789012:assumed-role/deploy/i-0abc' },
      [revoking('put-role-policy --role-name deploy')],
    ],
    [
      'a role that AWS keeps for itself',
      { id: 'arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX', kind: 'role' },
      [],
    ],
    [
      'a role of Identity Center',
      { id: 'arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0', kind: 'role' },
      [],
    ],
    [
      'a role of Identity Center, its path left out',
      { id: 'arn:aws:iam::123456789012:role/AWSReservedSSO_Admin_0', kind: 'role' },
      [],
    ],
    [
      'the session of an AssumeRoot call',
      { id: 'arn:aws:iam::123456789012:root/assumed', kind: 'role', owner: 'arn:aws:iam::123456789012:root' },
      [],
    ],
    [
      'a root access key',
      { kind: 'root-key', owner: 'arn:aws:iam::123456789012:root' },
      [
        '# sign in as the root user, open https://console.aws.amazon.com/iam/home#/security_credentials and delete AKIAIOSFODNN7EXAMPLE',
      ],
    ],
    ['a root access key with a line break', { kind: 'root-key', id: 'AKIAIOSFODNN7EX\nrm -rf ~' }, []],
    ['a federated user', { kind: 'federated-user' }, []],
    ['a key of another provider', { provider: 'openai' }, []],
    [
      'a user whose name is a command',
      { owner: "arn:aws:iam::123456789012:user/x'; rm -rf ~ #" },
      [
        String.raw`aws iam update-access-key --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive --user-name 'x'\''; rm -rf ~ #'`,
      ],
    ],
    ['a user whose name is an option', { owner: 'arn:aws:iam::123456789012:user/--debug' }, []],
    ['a user whose name moves the cursor', { owner: 'arn:aws:iam::123456789012:user/ci\u001b[2K' }, []],
    ['a user whose name runs backwards', { owner: 'arn:aws:iam::123456789012:user/ci\u202e' }, []],
  ];

  test.each(cases)('%s', (_, told, commands) => {
    expect(disableCommands(about(told))).toEqual(commands);
  });

  test('what the shell hands to aws is the name itself', () => {
    const owner = 'arn:aws:iam::123456789012:user/a\'b $(id) `id` \\ "c" *';
    const [command] = disableCommands(about({ owner }));
    expect(argumentsOf(command!)).toEqual([
      'iam',
      'update-access-key',
      '--access-key-id',
      'AKIAIOSFODNN7EXAMPLE',
      '--status',
      'Inactive',
      '--user-name',
      'a\'b $(id) `id` \\ "c" *',
    ]);
  });

  test('what the shell hands to aws to revoke sessions is a policy that ends what was issued before now', () => {
    const [command] = disableCommands(about({ id: ROLE, kind: 'role' }));
    const words = argumentsOf(command!);
    expect(words.slice(0, -1)).toEqual([
      ...['iam', 'put-role-policy', '--role-name', 'deploy'],
      ...['--policy-name', 'AWSRevokeOlderSessions', '--policy-document'],
    ]);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(JSON.parse(words.at(-1)!)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { DateLessThan: { 'aws:TokenIssueTime': time } },
        },
      ],
    });
  });
});

describe('rotateCommands', () => {
  const cases: readonly (readonly [title: string, told: Partial<Credential>, commands: readonly string[]])[] = [
    [
      'an access key',
      {},
      [
        'aws iam create-access-key --user-name ci',
        'aws iam get-access-key-last-used --access-key-id AKIAIOSFODNN7EXAMPLE',
        'aws iam update-access-key --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive --user-name ci',
        'aws iam delete-access-key --access-key-id AKIAIOSFODNN7EXAMPLE --user-name ci',
      ],
    ],
    ['an access key of nobody knows whom', { owner: '' }, []],
    [
      'a Bedrock API key',
      { id: SERVICE_KEY, kind: 'bedrock-key' },
      [
        'aws iam create-service-specific-credential --user-name ci --service-name bedrock.amazonaws.com --credential-age-days 90',
        `aws iam update-service-specific-credential --service-specific-credential-id ${SERVICE_KEY} --status Inactive --user-name ci`,
        `aws iam delete-service-specific-credential --service-specific-credential-id ${SERVICE_KEY} --user-name ci`,
      ],
    ],
    ['a Bedrock API key of nobody knows whom', { id: SERVICE_KEY, kind: 'bedrock-key', owner: '' }, []],
    ['a password', { kind: 'password' }, []],
    ['a root access key', { kind: 'root-key' }, []],
    ['a key of another provider', { provider: 'anthropic' }, []],
  ];

  test.each(cases)('%s', (_, told, commands) => {
    expect(rotateCommands(about(told))).toEqual(commands);
  });

  test('where the log does not name the key, the old ones are listed and the new one is never disabled', () => {
    expect(rotateCommands(about({ id: `${USER}/bedrock-key`, kind: 'bedrock-key' }))).toEqual([
      'aws iam list-service-specific-credentials --user-name ci --service-name bedrock.amazonaws.com',
      'aws iam create-service-specific-credential --user-name ci --service-name bedrock.amazonaws.com --credential-age-days 90',
    ]);
  });
});

describe('commands for Azure', () => {
  const APP = '11111111-2222-3333-4444-555555555555';
  const KEY = '33333333-4444-5555-6666-777777777777';
  const GROUP = '/subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/ai/providers';
  const ACCOUNT = `${GROUP}/microsoft.cognitiveservices/accounts/prod-ai`;
  const GATEWAY = `${GROUP}/microsoft.apimanagement/service/gateway/subscriptions/team-a`;
  const ofAzure = (told: Partial<Credential>): Credential =>
    about({ provider: 'azure', id: KEY, kind: 'client-secret', owner: `app/${APP}`, ...told });
  const renewing = (key: string) =>
    'az cognitiveservices account keys regenerate --name prod-ai --resource-group ai ' +
    `--subscription 00000000-1111-2222-3333-444444444444 --key-name ${key}`;

  const disabling: readonly (readonly [title: string, told: Partial<Credential>, commands: readonly string[]])[] = [
    ['a secret', {}, [`az ad app credential delete --id ${APP} --key-id ${KEY}`]],
    [
      'a certificate',
      { kind: 'client-certificate' },
      [`az ad app credential delete --id ${APP} --key-id ${KEY} --cert`],
    ],
    ['a secret of nobody knows whom', { owner: '' }, []],
    ['a secret of an application that is told by its name', { owner: 'app/my app; id' }, []],
    [
      'a secret that the log does not name',
      { id: `app/${APP}/secret` },
      [`az ad sp update --id ${APP} --set accountEnabled=false`],
    ],
    [
      'a service principal',
      { kind: 'service-principal', id: `app/${APP}` },
      [`az ad sp update --id ${APP} --set accountEnabled=false`],
    ],
    [
      'a federated credential',
      { kind: 'federated-credential' },
      [`az ad app federated-credential delete --id ${APP} --federated-credential-id ${KEY}`],
    ],
    ['a managed identity', { kind: 'managed-identity', id: `app/${APP}` }, []],
    [
      'a person',
      { kind: 'entra-user', id: `user/${KEY}`, owner: 'user/alice@example.com' },
      [
        `az ad user update --id ${KEY} --account-enabled false`,
        `az rest --method POST --url https://graph.microsoft.com/v1.0/users/${KEY}/revokeSignInSessions`,
      ],
    ],
    [
      'a person who is known by name',
      { kind: 'entra-user', id: "user/o'hara@example.com" },
      [String.raw`az ad user update --id 'o'\''hara@example.com' --account-enabled false`],
    ],
    ['a person whose name is a file to load', { kind: 'entra-user', id: 'user/@secrets' }, []],
    ['a key of a resource', { kind: 'resource-key', id: `${ACCOUNT}/key2`, owner: ACCOUNT }, [renewing('key2')]],
    [
      'either key of a resource',
      { kind: 'resource-key', id: `${ACCOUNT}/keys`, owner: ACCOUNT },
      [renewing('key1'), renewing('key2')],
    ],
    [
      'a key of a resource of another sort',
      { kind: 'resource-key', id: `${GROUP}/microsoft.storage/storageaccounts/x/key1` },
      [],
    ],
    [
      'a key of a resource whose name is a command',
      { kind: 'resource-key', id: `${ACCOUNT}'; id #/key1`, owner: `${ACCOUNT}'; id #` },
      [],
    ],
    [
      'a gateway subscription',
      { kind: 'gateway-subscription', id: GATEWAY, owner: GATEWAY },
      [
        `az rest --method PATCH --url '${GATEWAY}?api-version=2022-08-01' --headers 'If-Match=*' --body '{"properties":{"state":"suspended"}}'`,
      ],
    ],
    ['a gateway subscription whose name is a command', { kind: 'gateway-subscription', id: `${GATEWAY}'$(id)` }, []],
  ];

  test.each(disabling)('to disable %s', (_, told, commands) => {
    expect(disableCommands(ofAzure(told))).toEqual(commands);
  });

  test('to leave a resource no keys', () => {
    const keys = { kind: 'resource-key', id: `${ACCOUNT}/keys` } as const;
    expect([
      keylessCommands(ofAzure({ ...keys, owner: ACCOUNT })),
      keylessCommands(ofAzure({ ...keys, owner: `${ACCOUNT}'; id #` })),
      keylessCommands(ofAzure({})),
    ]).toEqual([[`az resource update --ids ${ACCOUNT} --set properties.disableLocalAuth=true`], [], []]);
  });

  const rotating: readonly (readonly [title: string, told: Partial<Credential>, commands: readonly string[]])[] = [
    [
      'a secret',
      {},
      [
        `az ad app credential list --id ${APP}`,
        `az ad app credential reset --id ${APP} --append`,
        `az ad app credential delete --id ${APP} --key-id ${KEY}`,
      ],
    ],
    [
      'a certificate',
      { kind: 'client-certificate' },
      [
        `az ad app credential list --id ${APP} --cert`,
        `az ad app credential reset --id ${APP} --append --create-cert`,
        `az ad app credential delete --id ${APP} --key-id ${KEY} --cert`,
      ],
    ],
    ['a secret that the log does not name', { id: `app/${APP}/secret` }, []],
    ['a key of a resource', { kind: 'resource-key', id: `${ACCOUNT}/key1`, owner: ACCOUNT }, [renewing('key1')]],
    ['a service principal', { kind: 'service-principal', id: `app/${APP}` }, []],
    ['a gateway subscription', { kind: 'gateway-subscription', id: GATEWAY }, []],
  ];

  test.each(rotating)('to rotate %s', (_, told, commands) => {
    expect(rotateCommands(ofAzure(told))).toEqual(commands);
  });
});

describe('commands for vendors and proxies', () => {
  const ACCOUNT = 'ci@example.iam.gserviceaccount.com';
  const KEY_ID = '0946'.repeat(10);
  const UUID = '0f4c1c0e-0000-4000-8000-000000000001';
  const HASH = 'a0'.repeat(32);
  const google = { provider: 'google', id: KEY_ID, kind: 'service-account-key', owner: ACCOUNT } as const;
  const anthropic = {
    provider: 'anthropic',
    id: 'apikey_01Example',
    kind: 'api-key',
    owner: 'user_01Example',
  } as const;
  const openai = { provider: 'openai', id: 'key_example', kind: 'api-key', owner: 'user-x', scope: 'proj_a' } as const;
  const litellm = { provider: 'proxy', id: HASH, kind: 'virtual-key', owner: 'ci', account: 'litellm' } as const;
  const STOP =
    'curl --fail-with-body -X POST https://api.anthropic.com/v1/organizations/api_keys/apikey_01Example' +
    ` -H "x-api-key: $ANTHROPIC_ADMIN_KEY" -H 'anthropic-version: 2023-06-01' --json '{"status":"inactive"}'`;
  const openaiDelete = (path: string) =>
    `curl --fail-with-body -X DELETE https://api.openai.com/v1/organization/${path}` +
    ' -H "Authorization: Bearer $OPENAI_ADMIN_KEY"';
  const litellmPost = (what: string) =>
    `curl --fail-with-body -X POST "$LITELLM_URL/key/${what}" -H "Authorization: Bearer $LITELLM_MASTER_KEY"` +
    ` --json '{"key":"${HASH}"}'`;

  test.each<readonly [title: string, told: Partial<Credential>, disable: readonly string[], rotate: readonly string[]]>(
    [
      [
        'a key of a service account of Google Cloud',
        google,
        [`gcloud iam service-accounts keys disable ${KEY_ID} --iam-account ${ACCOUNT}`],
        [
          `gcloud iam service-accounts keys create new-key.json --iam-account ${ACCOUNT}`,
          `gcloud iam service-accounts keys disable ${KEY_ID} --iam-account ${ACCOUNT}`,
          `gcloud iam service-accounts keys delete ${KEY_ID} --iam-account ${ACCOUNT}`,
        ],
      ],
      ['a key of nobody knows which service account', { ...google, owner: '' }, [], []],
      ['a key whose id is a command', { ...google, id: '$(id)' }, [], []],
      [
        'a service account of Google Cloud',
        { ...google, id: ACCOUNT, kind: 'service-account' },
        [`gcloud iam service-accounts disable ${ACCOUNT}`],
        [],
      ],
      [
        'an API key of Google Cloud',
        { ...google, id: UUID, kind: 'api-key', owner: '', account: 'example' },
        [`gcloud services api-keys delete ${UUID} --project example`],
        [],
      ],
      [
        'an API key of Google Cloud that goes by its whole name',
        { ...google, id: 'projects/1/locations/global/keys/maps', kind: 'api-key', account: 'example' },
        ['gcloud services api-keys delete projects/1/locations/global/keys/maps --project example'],
        [],
      ],
      ['an API key of a project that is a command', { ...google, id: UUID, kind: 'api-key', account: 'a; id' }, [], []],
      ['a person of Google Cloud', { ...google, id: 'a@example.com', kind: 'member' }, [], []],
      [
        'an API key of Anthropic',
        anthropic,
        [STOP],
        ['# open https://platform.claude.com and make a key in the place of apikey_01Example', STOP],
      ],
      [
        'an admin key of Anthropic',
        { ...anthropic, kind: 'admin-key' },
        ['# open https://platform.claude.com, and delete the admin key apikey_01Example there'],
        [],
      ],
      ['a key of Anthropic that is none', { ...anthropic, id: 'apikey_01\n$(id)' }, [], []],
      ['a member of an Anthropic organisation', { ...anthropic, id: 'user_01Example', kind: 'member' }, [], []],
      [
        'a project key of OpenAI',
        openai,
        [openaiDelete('projects/proj_a/api_keys/key_example')],
        [
          '# have its holder make a key in the place of key_example at https://platform.openai.com',
          openaiDelete('projects/proj_a/api_keys/key_example'),
        ],
      ],
      [
        'a project key of a service account of OpenAI',
        { ...openai, owner: 'svc_acct_example' },
        [openaiDelete('projects/proj_a/service_accounts/svc_acct_example')],
        [
          '# have its holder make a key in the place of key_example at https://platform.openai.com',
          openaiDelete('projects/proj_a/service_accounts/svc_acct_example'),
        ],
      ],
      ['a project key of nobody knows which project', { ...openai, scope: '' }, [], []],
      ['a key of a project that is a command', { ...openai, scope: 'proj_$(id)' }, [], []],
      [
        'an admin key of OpenAI',
        { ...openai, kind: 'admin-key', scope: '' },
        [openaiDelete('admin_api_keys/key_example')],
        [
          'curl --fail-with-body -X POST https://api.openai.com/v1/organization/admin_api_keys' +
            ` -H "Authorization: Bearer $OPENAI_ADMIN_KEY" --json '{"name":"rotated"}'`,
          openaiDelete('admin_api_keys/key_example'),
        ],
      ],
      ['a virtual key of LiteLLM', litellm, [litellmPost('block')], [litellmPost('regenerate')]],
      ['the master key of LiteLLM', { ...litellm, id: 'litellm_proxy_master_key', kind: 'admin-key' }, [], []],
      ['a key in the log of another proxy', { ...litellm, account: 'kong' }, [], []],
      ['a virtual key that is no hash', { ...litellm, id: `${HASH}"}' ; id` }, [], []],
    ],
  )('%s', (_, told, disable, rotate) => {
    expect([disableCommands(about(told)), rotateCommands(about(told))]).toEqual([disable, rotate]);
  });
});

describe('names of principals', () => {
  test.each([
    [USER, 'ci', '', 'user/ci'],
    ['arn:aws-cn:iam::123456789012:user/ci', 'ci', '', 'user/ci'],
    [ROLE, '', 'deploy', 'role/deploy'],
    ['arn:aws:iam::123456789012:role/a/b/deploy', '', 'deploy', 'role/deploy'],
    ['arn:aws:sts::123456789012:assumed-role/deploy/i-0abc', '', 'deploy', 'role/deploy'],
    ['arn:aws:iam::123456789012:root', '', '', 'root'],
    ['arn:aws:iam::123456789012:root/assumed', '', '', 'arn:aws:iam::123456789012:root/assumed'],
    ['platform@example.com', '', '', 'platform@example.com'],
    ['', '', '', 'an unknown principal'],
  ])('%s', (arn, user, role, text) => {
    expect([userNameOf(arn), roleNameOf(arn), principalText(arn)]).toEqual([user, role, text]);
  });

  test('a session that AssumeRoot lent is neither a key nor root', () => {
    expect([isStatic('role'), isRoot('role')]).toEqual([false, false]);
    expect([isStatic('root-key'), isRoot('root-key'), isRoot('root-session')]).toEqual([true, true, true]);
  });
});

describe('shellWord', () => {
  test.each([
    ['ci', 'ci'],
    ['arn:aws:iam::123456789012:user/ci', 'arn:aws:iam::123456789012:user/ci'],
    ['two words', "'two words'"],
    ['~', "'~'"],
    ['日本', "'日本'"],
    ['', null],
    ['-x', null],
    ['@file', null],
    ['file:///etc/passwd', null],
    ['https://example.com', null],
    ['a\nb', null],
    ['a\u0000b', null],
    ['a\u009bb', null],
    ['a\u200bb', null],
    ['a\u2028b', null],
    ['a\ud800b', null],
  ])('%j', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });

  test('a shell reads every word as the text it stands for', () => {
    const texts = fc
      .sample(fc.string({ unit: fc.constantFrom(...'aZ0 \'"\\$`*?[]{}()<>|&;#!~=%^-é日') }), { seed: 7, numRuns: 400 })
      .filter(text => shellWord(text) !== null);
    expect(texts.length).toBeGreaterThan(200);
    expect(wordsOf(texts.map(text => shellWord(text)).join(' '))).toEqual(texts);
  });

  test('a word never holds what cannot be seen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(shellWord(text) ?? '').not.toMatch(/[\p{C}\u2028\u2029]/u);
      }),
    );
  });
});

function revoking(start: string): string {
  return (
    `aws iam ${start} --policy-name AWSRevokeOlderSessions --policy-document ` +
    `'{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":` +
    `{"DateLessThan":{"aws:TokenIssueTime":"'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'"}}}]}'`
  );
}

/** What a shell makes of a command line, `aws` being a function that says what it was given. */
const argumentsOf = (command: string): string[] => split(shell(`aws() { printf '%s\\0' "$@"; }\n${command}`));

const wordsOf = (line: string): string[] => split(shell(`printf '%s\\0' ${line}`));

const shell = (script: string): string => execFileSync('sh', ['-c', script], { encoding: 'utf8' });

const split = (output: string): string[] => output.split('\0').slice(0, -1);
