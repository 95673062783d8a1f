import { UserError } from '../../errors.ts';
import { tame } from '../service/tame.ts';
import type { Trouble } from '../service/trouble.ts';
import { type ServiceWords, unreachedText } from '../service/unreached.ts';
import { type AzureFault, readAzureFault } from './fault.ts';
import { OTHER_CLOUD, REFUSALS, SIGN_IN_AGAIN } from './refusals.ts';

/** Explains in one sentence why a call failed that needs `role`, as in 'Log Analytics Reader on the workspace'. */
export function explainAzure(error: unknown, role: string): Trouble {
  if (error instanceof UserError)
    return { kind: 'other', what: [error.message, error.hint].filter(Boolean).join('; ') };
  const fault = readAzureFault(error);
  const found = CASES.find(({ is }) => is(fault));
  if (found !== undefined) return { kind: found.kind, what: tame(found.say(fault, role)) };
  const what = networkText(fault);
  return what === '' ? { kind: 'other', what: otherText(fault) } : { kind: 'network', what };
}

/** One way to fail. */
interface Case {
  readonly kind: Trouble['kind'];
  is(fault: AzureFault): boolean;
  say(fault: AzureFault, role: string): string;
}

const NONE =
  'no Azure credentials found: run `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE for ' +
  'a workload identity';
const OTHER_TENANT =
  'what is asked for belongs to another tenant: sign in to that one with `az login --tenant`, or by AZURE_TENANT_ID';
const NO_SUBSCRIPTION = 'there is no such subscription in this tenant: `az account list` shows those there are';
const NO_WORKSPACE =
  'there is no such workspace: its id is the one that `az monitor log-analytics workspace list` calls customerId';

const DENIED =
  /^(?:(?:Linked)?AuthorizationFailed|Authorization_RequestDenied|InsufficientAccess(?:Error)?|Forbidden|UnauthorizedClient|AccessDenied)$/i;
const STRANGE_TOKEN = /^InvalidAuthenticationTokenAudience$|^InvalidTokenError$/i;
const EXPIRED_TOKEN = /^ExpiredAuthenticationToken$|^TokenExpired$/i;
const THROTTLED = /^(?:TooManyRequests|Throttled\w*|\w*RequestsThrottled|QueryThrottled\w*)$/i;
const REFUSED_TOKEN = /^(?:InvalidAuthenticationToken|AuthenticationFailed(?:InvalidHeader)?)$/i;

const UNREACHED =
  'the place to sign in cannot be reached: check the network, AZURE_AUTHORITY_HOST if it is set, and HTTPS_PROXY behind a proxy';
const STRANGE_CHAIN =
  "AZURE_TOKEN_CREDENTIALS must be 'prod', 'dev' or the name of one credential, such as AzureCliCredential";
const CROWDED =
  'Azure refuses requests as too many: other tools share the allowance, so run this again when they are done';
const NO_FILE = 'the file that AZURE_FEDERATED_TOKEN_FILE or AZURE_CLIENT_CERTIFICATE_PATH names cannot be read';

const hasCode =
  (pattern: RegExp) =>
  ({ codes }: AzureFault): boolean =>
    codes.some(code => pattern.test(code));
const says =
  (pattern: RegExp) =>
  ({ message }: AzureFault): boolean =>
    pattern.test(message);

/** The first that fits counts: what ails the credentials comes before what ails the call. */
const CASES: readonly Case[] = [
  ...REFUSALS.map(({ kind, codes, what }): Case => ({
    kind,
    is: ({ aadsts }) => codes.includes(aadsts),
    say: ({ aadsts }) => `${what} (AADSTS${aadsts})`,
  })),
  { kind: 'credentials', is: ({ aadsts }) => aadsts !== '', say: strangeRefusalText },
  { kind: 'credentials', is: says(/^(?!.*spawn)[^]*\b(?:ENOENT|EACCES): /), say: () => NO_FILE },
  { kind: 'network', is: says(/endpoints_resolution_error|network_error/), say: () => UNREACHED },
  { kind: 'credentials', is: isWithoutCredentials, say: noneText },
  { kind: 'credentials', is: says(/^Invalid value for AZURE_TOKEN_CREDENTIALS/), say: () => STRANGE_CHAIN },
  { kind: 'credentials', is: ({ names: [name = ''] }) => name.startsWith('Authentication'), say: strangeRefusalText },
  { kind: 'credentials', is: hasCode(/^InvalidAuthenticationTokenTenant$/), say: () => OTHER_TENANT },
  { kind: 'expired', is: hasCode(EXPIRED_TOKEN), say: () => `credentials expired: ${SIGN_IN_AGAIN}` },
  { kind: 'credentials', is: hasCode(STRANGE_TOKEN), say: () => OTHER_CLOUD },
  { kind: 'credentials', is: hasCode(REFUSED_TOKEN), say: refusedText },
  { kind: 'missing', is: hasCode(/^(?:SubscriptionNotFound|InvalidSubscriptionId)$/), say: () => NO_SUBSCRIPTION },
  { kind: 'missing', is: hasCode(/^(?:FailedToResolveResource|WorkspaceNotFoundError)$/), say: () => NO_WORKSPACE },
  { kind: 'denied', is: isDenied, say: deniedText },
  { kind: 'credentials', is: ({ status }) => status === 401, say: refusedText },
  { kind: 'throttled', is: fault => fault.status === 429 || hasCode(THROTTLED)(fault), say: () => CROWDED },
  { kind: 'other', is: ({ names }) => names[0] === 'AbortError', say: () => 'it was interrupted' },
  { kind: 'missing', is: ({ status, codes }) => status === 404 && codes.length > 0, say: otherText },
];

function isDenied(fault: AzureFault): boolean {
  return hasCode(DENIED)(fault) || (fault.status === 403 && fault.codes.length > 0);
}

function isWithoutCredentials({ names }: AzureFault): boolean {
  return names[0] === 'AggregateAuthenticationError' || names[0] === 'CredentialUnavailableError';
}

function strangeRefusalText(fault: AzureFault): string {
  return `Entra ID does not let the credentials in${fault.aadsts === '' ? '' : ` (AADSTS${fault.aadsts})`}: ${sentenceIn(fault.message)}`;
}

/** `az` says more than that it is not signed in where it failed in another way. */
function noneText({ message }: AzureFault): string {
  const [, wish = ''] = /\b(az login(?: --?[\w-]+(?: [\w./:-]+)?)*)/.exec(message) ?? [];
  return wish.includes('--') ? `credentials expired: run \`${wish}\`` : NONE;
}

function refusedText({ status }: AzureFault): string {
  return `Azure does not take the token (HTTP ${status}): ${SIGN_IN_AGAIN}`;
}

/** The message may name who asked and what they lack. */
function deniedText({ message, codes }: AzureFault, role: string): string {
  const [, who = 'this principal'] = /The client '([^'\s]{1,200})'/.exec(message) ?? [];
  const [, action = ''] = /perform action '([\w./*-]{1,200})'/.exec(message) ?? [];
  const lacks = action === '' ? 'may not read this' : `lacks ${action}`;
  const api = codes.some(code => /^UnauthorizedClient$/i.test(code)) ? ', or the app permission Data.Read' : '';
  return `${who} ${lacks}: give it ${role}${api}; what was given just now may take some minutes to count`;
}

const AZURE: ServiceWords = { name: 'Azure', whereabouts: 'the network', certificates: 'NODE_EXTRA_CA_CERTS' };

/** Empty when it is not about reaching the service. */
function networkText({ node, host, status, names, isStrange }: AzureFault): string {
  if (isStrange)
    return `what answered at ${host || 'the service'} is not Azure: a proxy or a sign-in page may stand in between`;
  const way = {
    host,
    code: node,
    status,
    isLate: names.includes('TimeoutError'),
    // What Azure itself refuses bears a code, and was told before.
    isBarred: status === 403,
    isBroken: status >= 500 || status === 408,
    attempts: 0,
  };
  return unreachedText(way, AZURE);
}

/** Names of errors that say nothing. */
const PLAIN_NAMES: ReadonlySet<string> = new Set(['Error', 'RestError', 'AnswerError']);

function otherText({ names, codes, message, status }: AzureFault): string {
  const title = codes[0] ?? names.find(name => !PLAIN_NAMES.has(name)) ?? '';
  const text = tame(sentenceIn(message)) || (status > 0 ? `HTTP ${status}` : '');
  return [title, text].filter(part => part !== '').join(': ') || 'it failed without a word';
}

/** What Entra ID says, without its number and without the ids of the request behind it. */
const sentenceIn = (message: string): string =>
  message
    .replace(/^[\s\S]*?AADSTS\d+:\s*/, '')
    .replace(/\s*(?:Trace ID|Correlation ID|Timestamp):[\s\S]*$/, '')
    .trim();
