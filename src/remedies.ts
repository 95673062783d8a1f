import { appIdOf, roleNameOf, userNameOf } from './kinds.ts';
import type { Credential, Provider } from './model/credential.ts';

type Argument = readonly [option: string, value: string];

const ACCESS_KEY_ID = /^\w{16,128}$/;
const SERVICE_KEY_ID = /^\w{20,128}$/;

/** Control, invisible and unassigned characters, lone surrogates and line separators. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;
const PLAIN = /^[\w@%+=:,./-]+$/;

/** Roles that AWS keeps for itself, with and without their path: their policies cannot be changed. */
const RESERVED_ROLE = /:role\/(?:aws-service-role\/|aws-reserved\/|AWSServiceRoleFor|AWSReservedSSO_)/;

const ROOT_KEYS_PAGE = 'https://console.aws.amazon.com/iam/home#/security_credentials';

/** Commands that stop a credential from working; none where there is no safe one. To be printed, never run. */
export function disableCommands(credential: Credential): readonly string[] {
  return DISABLING[credential.provider](credential);
}

/** Commands that leave a resource of Azure no shared keys at all, so that every caller needs an identity. */
export function keylessCommands({ provider, kind, owner }: Credential): readonly string[] {
  if (provider !== 'azure' || kind !== 'resource-key' || !RESOURCE.test(owner)) return [];
  return lines(az('resource update', ['--ids', owner], ['--set', 'properties.disableLocalAuth=true']));
}

/** Commands that replace a static key by a new one, step by step; none where there is no safe way to say them. */
export function rotateCommands(credential: Credential): readonly string[] {
  return ROTATING[credential.provider](credential);
}

function rotateInAws(credential: Credential): readonly string[] {
  if (credential.kind === 'access-key') return accessKeyCommands(credential, ['create', 'check', 'disable', 'delete']);
  const isServiceKey = credential.kind === 'bedrock-key' || credential.kind === 'claude-platform-key';
  return isServiceKey ? serviceKeyCommands(credential, ['create', 'disable', 'delete']) : [];
}

function disableInAws(credential: Credential): readonly string[] {
  switch (credential.kind) {
    case 'access-key':
      return accessKeyCommands(credential, ['disable']);
    case 'bedrock-key':
    case 'claude-platform-key':
      return serviceKeyCommands(credential, ['disable']);
    case 'password':
      return lines(aws('delete-login-profile', ['--user-name', userOf(credential)]));
    case 'user-session':
      return revokeCommands('put-user-policy', ['--user-name', userOf(credential)]);
    case 'role':
      return RESERVED_ROLE.test(credential.id) || RESERVED_ROLE.test(credential.owner)
        ? []
        : revokeCommands('put-role-policy', ['--role-name', roleNameOf(credential.id) || roleNameOf(credential.owner)]);
    case 'root-key':
      if (!ACCESS_KEY_ID.test(credential.id)) return [];
      return [`# sign in as the root user, open ${ROOT_KEYS_PAGE} and delete ${credential.id}`];
    default:
      return [];
  }
}

/**
 * One shell word that stands for exactly this text and that the command lines of AWS and Azure take literally; null when
 * there is none, because it would hide something, be read as an option, or be read as the name of a file to load.
 */
export function shellWord(text: string): string | null {
  if (text === '' || UNPRINTABLE.test(text) || /^[-@]|^\w+:\/\//.test(text)) return null;
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const LIST = 'list-service-specific-credentials';

type Step = 'create' | 'check' | 'disable' | 'delete';

function accessKeyCommands(credential: Credential, steps: readonly Step[]): readonly string[] {
  if (!ACCESS_KEY_ID.test(credential.id)) return [];
  const key: Argument = ['--access-key-id', credential.id];
  const user: Argument = ['--user-name', userOf(credential)];
  if (user[1] === '') return steps.includes('create') ? [] : [disableKeyOfUnknownUser(credential.id)];
  const commands: Record<Step, string | null> = {
    create: aws('create-access-key', user),
    check: aws('get-access-key-last-used', key),
    disable: aws('update-access-key', key, ['--status', 'Inactive'], user),
    delete: aws('delete-access-key', key, user),
  };
  return lines(...steps.map(step => commands[step]));
}

/** IAM wants the user's name and knows whose key it is. */
const disableKeyOfUnknownUser = (id: string): string =>
  `aws iam update-access-key --access-key-id ${id} --status Inactive --user-name ` +
  `"$(aws iam get-access-key-last-used --access-key-id ${id} --query UserName --output text)"`;

function serviceKeyCommands(credential: Credential, steps: readonly Step[]): readonly string[] {
  const user: Argument = ['--user-name', userOf(credential)];
  const service: Argument = ['--service-name', serviceOf(credential)];
  const create = aws('create-service-specific-credential', user, service, ['--credential-age-days', '90']);
  if (!SERVICE_KEY_ID.test(credential.id)) {
    // To disable all of them after a new one was made would disable the new one too.
    return steps.includes('create')
      ? lines(aws(LIST, user, service), create)
      : lines(disableAllOfService(user, service));
  }
  const key: Argument = ['--service-specific-credential-id', credential.id];
  const commands: Record<Exclude<Step, 'check'>, string | null> = {
    create,
    disable: aws('update-service-specific-credential', key, ['--status', 'Inactive'], user),
    delete: aws('delete-service-specific-credential', key, user),
  };
  return lines(...steps.flatMap(step => (step === 'check' ? [] : [commands[step]])));
}

/** The log names the user and not which of the keys it was, so all of that service are disabled. */
function disableAllOfService(user: Argument, service: Argument): string | null {
  const list = aws(LIST, user, service);
  const update = aws('update-service-specific-credential', user, ['--status', 'Inactive']);
  if (list === null || update === null) return null;
  const ids = `${list} --query 'ServiceSpecificCredentials[].ServiceSpecificCredentialId' --output text`;
  return `for id in $(${ids}); do ${update} --service-specific-credential-id "$id"; done`;
}

/** Sessions issued until now are refused from now on; the condition is the one the console writes. */
function revokeCommands(command: string, holder: Argument): readonly string[] {
  const start = aws(command, holder, ['--policy-name', 'AWSRevokeOlderSessions']);
  if (start === null) return [];
  const [before, after] = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Deny', Action: '*', Resource: '*', Condition: { DateLessThan: { 'aws:TokenIssueTime': 'NOW' } } },
    ],
  }).split('NOW');
  return [`${start} --policy-document '${before}'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'${after}'`];
}

const aws = (command: string, ...args: readonly Argument[]): string | null => line(`aws iam ${command}`, args);

const az = (command: string, ...args: readonly Argument[]): string | null => line(`az ${command}`, args);

function line(start: string, args: readonly Argument[]): string | null {
  const words = args.map(([option, value]) => [option, shellWord(value)]);
  return words.some(([, word]) => word === null) ? null : [start, ...words.flat()].join(' ');
}

/** All of the commands, or none: half a remedy misleads. */
const lines = (...commands: readonly (string | null)[]): readonly string[] =>
  commands.every(command => command !== null) ? commands : [];

const userOf = ({ owner }: Credential): string => userNameOf(owner);

const serviceOf = ({ kind }: Credential): string =>
  kind === 'bedrock-key' ? 'bedrock.amazonaws.com' : 'aws-external-anthropic.amazonaws.com';

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** The id of a resource as far as a command needs it: of names, which hold nothing that a shell would read. */
const RESOURCE =
  /^\/subscriptions\/([0-9a-f-]{36})\/resourcegroups\/([\w.()-]{1,90})\/providers\/([a-z.]+\/[a-z]+)\/(\w[\w.-]{0,89})(\/[\w./-]*)?$/;

const GRAPH = 'https://graph.microsoft.com/v1.0';
const API_MANAGEMENT = '2022-08-01';

function disableInAzure(credential: Credential): readonly string[] {
  const { id, kind } = credential;
  switch (kind) {
    case 'client-secret':
    case 'client-certificate':
      return GUID.test(id) ? lines(deleteAppKey(credential)) : disableApp(credential);
    case 'federated-credential':
      return GUID.test(id) ? lines(deleteFederation(credential)) : disableApp(credential);
    case 'service-principal':
      return disableApp(credential);
    case 'entra-user':
      return disableUser(id.replace(/^user\//, ''));
    case 'resource-key':
      return renewCommands(credential);
    case 'gateway-subscription':
      return suspendSubscription(id);
    default:
      return [];
  }
}

function rotateInAzure(credential: Credential): readonly string[] {
  const { id, kind, owner } = credential;
  if (kind === 'resource-key') return renewCommands(credential);
  const isCertificate = kind === 'client-certificate';
  const app = appIdOf(owner);
  if ((kind !== 'client-secret' && !isCertificate) || app === '' || !GUID.test(id)) return [];
  const list = az('ad app credential list', ['--id', app]);
  // Without --append, every other key of the application is deleted at once.
  const reset = az('ad app credential reset', ['--id', app]);
  return lines(
    isCertificate ? `${list} --cert` : list,
    `${reset} --append${isCertificate ? ' --create-cert' : ''}`,
    deleteAppKey(credential),
  );
}

function deleteAppKey({ id, kind, owner }: Credential): string | null {
  const app = appIdOf(owner);
  if (app === '') return null;
  const command = az('ad app credential delete', ['--id', app], ['--key-id', id]);
  return command === null || kind !== 'client-certificate' ? command : `${command} --cert`;
}

function deleteFederation({ id, owner }: Credential): string | null {
  const app = appIdOf(owner);
  return app === '' ? null : az('ad app federated-credential delete', ['--id', app], ['--federated-credential-id', id]);
}

/** Where the log does not say by which key, no key of the application is given a token any more. */
function disableApp({ owner }: Credential): readonly string[] {
  const app = appIdOf(owner);
  return app === '' ? [] : [`az ad sp update --id ${app} --set accountEnabled=false`];
}

/** Shutting an account does not end the sessions it has. */
function disableUser(user: string): readonly string[] {
  const shut = az('ad user update', ['--id', user], ['--account-enabled', 'false']);
  const end = GUID.test(user) ? [`az rest --method POST --url ${GRAPH}/users/${user}/revokeSignInSessions`] : [];
  return lines(shut, ...end);
}

/** A key of a resource is ended by making it anew; where the log does not say which of the two it was, both are. */
function renewCommands({ id, owner }: Credential): readonly string[] {
  const [, subscription, group, type, name, rest] = RESOURCE.exec(owner) ?? [];
  if (type !== 'microsoft.cognitiveservices/accounts' || rest !== undefined || !id.startsWith(`${owner}/`)) return [];
  const names = KEY_NAMES[id.slice(owner.length + 1)] ?? [];
  return lines(
    ...names.map(key =>
      az(
        'cognitiveservices account keys regenerate',
        ['--name', name!],
        ['--resource-group', group!],
        ['--subscription', subscription!],
        ['--key-name', key],
      ),
    ),
  );
}

const KEY_NAMES: Readonly<Record<string, readonly string[]>> = {
  key1: ['key1'],
  key2: ['key2'],
  keys: ['key1', 'key2'],
};

/** The command line puts the address of the cloud it is signed in to before the id. */
function suspendSubscription(id: string): readonly string[] {
  const [, , , type, , rest = ''] = RESOURCE.exec(id) ?? [];
  if (type !== 'microsoft.apimanagement/service' || !/^\/subscriptions\/[\w.-]+$/.test(rest)) return [];
  return [
    `az rest --method PATCH --url '${id}?api-version=${API_MANAGEMENT}' --headers 'If-Match=*' ` +
      `--body '{"properties":{"state":"suspended"}}'`,
  ];
}

const SERVICE_ACCOUNT = /^[a-z0-9][a-z0-9.-]*@[a-z0-9.-]+\.gserviceaccount\.com$/;
const ACCOUNT_KEY = /^[0-9a-f]{16,64}$/;
const PROJECT = /^[a-z0-9][a-z0-9.:-]{1,62}$/;
const API_KEY = /^(?:projects\/[\w.:-]+\/locations\/[\w-]+\/keys\/)?[a-z0-9][a-z0-9-]{0,62}$/;

function disableInGoogle({ id, kind, owner, account }: Credential): readonly string[] {
  switch (kind) {
    case 'service-account-key':
      return lines(accountKey('disable', id, owner));
    case 'service-account':
      return SERVICE_ACCOUNT.test(id) ? [`gcloud iam service-accounts disable ${id}`] : [];
    // It can be brought back for thirty days.
    case 'api-key':
      return API_KEY.test(id) && PROJECT.test(account)
        ? [`gcloud services api-keys delete ${id} --project ${account}`]
        : [];
    default:
      return [];
  }
}

function rotateInGoogle({ id, kind, owner }: Credential): readonly string[] {
  if (kind !== 'service-account-key' || !SERVICE_ACCOUNT.test(owner)) return [];
  return lines(
    `gcloud iam service-accounts keys create new-key.json --iam-account ${owner}`,
    accountKey('disable', id, owner),
    accountKey('delete', id, owner),
  );
}

const accountKey = (step: 'disable' | 'delete', id: string, owner: string): string | null =>
  ACCOUNT_KEY.test(id) && SERVICE_ACCOUNT.test(owner)
    ? `gcloud iam service-accounts keys ${step} ${id} --iam-account ${owner}`
    : null;

const VENDOR_ID = /^[A-Za-z]+[_-][\w-]{1,120}$/;
const ANTHROPIC_KEY = /^apikey_\w{2,120}$/;
const ANTHROPIC_CONSOLE = 'https://platform.claude.com';

function disableInAnthropic({ id, kind }: Credential): readonly string[] {
  if (!ANTHROPIC_KEY.test(id)) return [];
  if (kind === 'admin-key') return [`# open ${ANTHROPIC_CONSOLE}, and delete the admin key ${id} there`];
  return kind === 'api-key' ? [stopAnthropicKey(id)] : [];
}

/** The Admin API of Anthropic makes no keys. */
function rotateInAnthropic({ id, kind }: Credential): readonly string[] {
  if (kind !== 'api-key' || !ANTHROPIC_KEY.test(id)) return [];
  return [`# open ${ANTHROPIC_CONSOLE} and make a key in the place of ${id}`, stopAnthropicKey(id)];
}

const stopAnthropicKey = (id: string): string =>
  request('POST', `https://api.anthropic.com/v1/organizations/api_keys/${id}`, [
    '"x-api-key: $ANTHROPIC_ADMIN_KEY"',
    "'anthropic-version: 2023-06-01'",
  ]) + ` --json '{"status":"inactive"}'`;

const OPENAI = 'https://api.openai.com/v1/organization';
const OPENAI_HEADERS = ['"Authorization: Bearer $OPENAI_ADMIN_KEY"'];

const OPENAI_ACCOUNT = /^svc_acct_[\w-]{2,120}$/;

function disableInOpenai({ id, kind, owner, scope = '' }: Credential): readonly string[] {
  if (!VENDOR_ID.test(id)) return [];
  if (kind === 'admin-key') return [request('DELETE', `${OPENAI}/admin_api_keys/${id}`, OPENAI_HEADERS)];
  if (kind !== 'api-key' || !VENDOR_ID.test(scope)) return [];
  // A key of a service account goes with its account, and only so.
  const what = OPENAI_ACCOUNT.test(owner) ? `service_accounts/${owner}` : `api_keys/${id}`;
  return [request('DELETE', `${OPENAI}/projects/${scope}/${what}`, OPENAI_HEADERS)];
}

/** Keys of projects are made by whoever holds them, in the console. */
function rotateInOpenai(credential: Credential): readonly string[] {
  const end = disableInOpenai(credential);
  if (end.length === 0) return [];
  const make = `${request('POST', `${OPENAI}/admin_api_keys`, OPENAI_HEADERS)} --json '{"name":"rotated"}'`;
  const first =
    credential.kind === 'admin-key'
      ? make
      : `# have its holder make a key in the place of ${credential.id} at https://platform.openai.com`;
  return [first, ...end];
}

const LITELLM_KEY = /^[0-9a-f]{64}$/;

const disableInProxy = (credential: Credential): readonly string[] => askLitellm(credential, 'block');
const rotateInProxy = (credential: Credential): readonly string[] => askLitellm(credential, 'regenerate');

/** Of other proxies nothing is known but their logs. */
function askLitellm({ id, kind, account }: Credential, what: 'block' | 'regenerate'): readonly string[] {
  if (kind !== 'virtual-key' || account !== 'litellm' || !LITELLM_KEY.test(id)) return [];
  const ask = request('POST', `"$LITELLM_URL/key/${what}"`, ['"Authorization: Bearer $LITELLM_MASTER_KEY"']);
  return [`${ask} --json '{"key":"${id}"}'`];
}

/** A request with headers that the shell fills in from its environment, so that no secret stands in a command. */
const request = (method: 'POST' | 'DELETE', url: string, headers: readonly string[]): string =>
  [`curl --fail-with-body -X ${method} ${url}`, ...headers.map(header => `-H ${header}`)].join(' ');

type Commands = (credential: Credential) => readonly string[];

const DISABLING: Readonly<Record<Provider, Commands>> = {
  aws: disableInAws,
  azure: disableInAzure,
  google: disableInGoogle,
  anthropic: disableInAnthropic,
  openai: disableInOpenai,
  proxy: disableInProxy,
};

const ROTATING: Readonly<Record<Provider, Commands>> = {
  aws: rotateInAws,
  azure: rotateInAzure,
  google: rotateInGoogle,
  anthropic: rotateInAnthropic,
  openai: rotateInOpenai,
  proxy: rotateInProxy,
};
