import { UserError } from '../../errors.ts';
import { principalText } from '../../kinds.ts';
import { tame } from '../service/tame.ts';
import type { Trouble } from '../service/trouble.ts';
import { attemptsText, type ServiceWords, unreachedText } from '../service/unreached.ts';
import { type Fault, readFault } from './fault.ts';

/** Explains why a call that needs the IAM action `permission` failed; `profile` is the one signed in with, if any. */
export function explain(error: unknown, permission: string, profile = ''): Trouble {
  if (error instanceof UserError)
    return { kind: 'other', what: [error.message, error.hint].filter(Boolean).join('; ') };
  const fault = readFault(error);
  const found = CASES.find(({ is, says }) => (is?.test(fault.name) ?? true) && (says?.test(fault.message) ?? true));
  if (found !== undefined) return { kind: found.kind, what: tame(found.say(fault, { permission, profile })) };
  const what = networkText(fault);
  return what === '' ? { kind: 'other', what: otherText(fault) } : { kind: 'network', what };
}

interface Call {
  readonly permission: string;
  readonly profile: string;
}

/** One way to fail, told by the name of the error and by its message, where they are given. */
interface Case {
  readonly kind: Trouble['kind'];
  readonly is?: RegExp;
  readonly says?: RegExp;
  say(fault: Fault, call: Call): string;
}

const PROVIDER = /^(?:CredentialsProvider|TokenProvider|Provider)Error$/;
const REFUSED = /^(?:InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|AuthFailure|InvalidToken)$/;
const UNSIGNED = /^(?:SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature(?:Exception)?)$/;
const EXPIRED = /^(?:ExpiredToken(?:Exception)?|RequestExpired|TokenRefreshRequired)$/;
const DENIED = /^(?:AccessDenied(?:Exception)?|UnauthorizedOperation|Forbidden)$/;
const THROTTLED =
  /^(?:Throttl(?:ing|ed)(?:Exception)?|TooManyRequests(?:Exception)?|Request(?:LimitExceeded|Throttled(?:Exception)?)|SlowDown|BandwidthLimitExceeded)$/;
const MISSING = /^(?:NoSuch\w+|\w*NotFound(?:Exception)?)$/;
const NO_CREDENTIALS =
  /Could not load credentials|Could not resolve credentials|Credential is missing|^EC2 Instance Metadata Service access disabled/;

const SKEWED = "the clock of this computer differs from AWS's: set it right, best by time synchronisation";
const UNFIT = 'the secret access key does not fit its key id: copy both anew';
const UNKNOWN_KEY =
  'AWS does not take the credentials: the key was deleted or switched off, the Region is not switched on for the account, ' +
  'or they belong to another partition (China, GovCloud, European Sovereign Cloud), whose Region must then be named';
const DISABLED = 'this Region or service is not switched on for the account';

/** The first that fits counts: what ails the credentials comes before what ails the call. */
const CASES: readonly Case[] = [
  { kind: 'credentials', says: /requires multi-factor authentication/, say: mfaText },
  { kind: 'expired', is: PROVIDER, says: /aws sso login|\bUnauthorizedException\b/, say: ssoText },
  { kind: 'expired', is: PROVIDER, says: /\baws login\b|reauthenticate|Failed to load token from/, say: loginText },
  { kind: 'expired', is: EXPIRED, say: expiredText },
  { kind: 'expired', is: PROVIDER, says: /\bexpired\b/i, say: expiredText },
  { kind: 'other', is: /^(?:RequestTimeTooSkewed|RequestInTheFuture)$/, say: () => SKEWED },
  { kind: 'other', is: UNSIGNED, says: /Signature expired|Signature not yet current/, say: () => SKEWED },
  { kind: 'credentials', is: UNSIGNED, say: () => UNFIT },
  { kind: 'expired', is: REFUSED, says: /\bexpired\b/i, say: expiredText },
  { kind: 'credentials', is: REFUSED, say: () => UNKNOWN_KEY },
  { kind: 'credentials', says: NO_CREDENTIALS, say: noneText },
  {
    kind: 'other',
    is: /^(?:OptInRequired|SubscriptionRequiredException|RegionDisabledException)$/,
    say: () => DISABLED,
  },
  { kind: 'denied', is: DENIED, say: deniedText },
  { kind: 'other', is: /^AbortError$/, say: () => 'it was interrupted' },
  { kind: 'token', is: /^InvalidNextToken(?:Exception)?$/, say: () => 'the service takes its page token no longer' },
  { kind: 'throttled', is: THROTTLED, say: throttledText },
  { kind: 'missing', is: MISSING, say: otherText },
];

const commandText = (command: string, { profile }: Call): string =>
  `\`${command}${profile === '' ? '' : ` --profile ${/^[\w.@+-]+$/.test(profile) ? profile : `'${profile}'`}`}\``;

/** The profile of the call, or the one that the error names. */
function withProfile({ message }: Fault, call: Call): Call {
  const [, named = ''] = /\bprofile[= ]([\w.@+-]+?)(?= was | requires )/i.exec(message) ?? [];
  return { ...call, profile: call.profile || named };
}

const profileText = (profile: string): string => (profile === '' ? 'the profile' : `the profile '${profile}'`);

function mfaText(fault: Fault, call: Call): string {
  const { profile } = withProfile(fault, call);
  return (
    `${profileText(profile)} wants an MFA code, which keyward does not ask for: get a session first, ` +
    'with `aws sts get-session-token` or `aws login`, and use that'
  );
}

function ssoText(fault: Fault, call: Call): string {
  return `credentials expired: run ${commandText('aws sso login', withProfile(fault, call))}`;
}

function loginText(fault: Fault, call: Call): string {
  return `credentials expired: run ${commandText('aws login', withProfile(fault, call))}`;
}

function expiredText(_: Fault, call: Call): string {
  const commands = `${commandText('aws sso login', call)} or ${commandText('aws login', call)}`;
  return `credentials expired: sign in again with ${commands}, or get new ones where these came from`;
}

function noneText(_: Fault, { profile }: Call): string {
  return profile === ''
    ? 'no AWS credentials found: run `aws login` or `aws sso login`, name a profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
    : `${profileText(profile)} holds no credentials that can be used: run \`aws configure\` or \`aws configure sso\` for it`;
}

/** The message may name another action than the call's own, such as that of the key an object is encrypted with. */
function deniedText({ message }: Fault, call: Call): string {
  const [, user = ''] = /User: (arn:[\w:/+=,.@-]{1,300})/.exec(message) ?? [];
  const [, named = call.permission] =
    /not authorized to perform:? ([a-z0-9-]{1,40}:[A-Za-z0-9]{1,80})/.exec(message) ?? [];
  const who = user === '' ? 'this principal' : principalText(user);
  return `${who} may not call ${named || 'this'}: ${remedyText(message, named)}`;
}

function remedyText(message: string, action: string): string {
  const [, deny, policy = ''] =
    /(explicit deny in an?|because no) ((?:[a-z-]+ ){0,3}(?:policy|boundary))/i.exec(message) ?? [];
  if (/(?:service|resource) control/i.test(policy))
    return `an organisation policy (${policy}) forbids it, which only who runs the organisation can change`;
  if (deny?.startsWith('explicit')) return `an explicit deny in its ${policy} forbids it`;
  if (/explicit deny/i.test(message)) return 'an explicit deny in a policy forbids it';
  if (/boundary|session/i.test(policy)) return `its ${policy} must allow it as well`;
  if (action === 'sts:AssumeRole')
    return 'the role may not exist or its trust policy may not name the caller, or an IAM policy must allow it';
  return 'allow it in an IAM policy';
}

function throttledText({ name, attempts }: Fault): string {
  return `AWS still slows requests down${attemptsText(attempts)} (${name}): try again when less is going on in the account`;
}

const AWS: ServiceWords = { name: 'AWS', whereabouts: 'the Region and the network', certificates: 'AWS_CA_BUNDLE' };

/** Empty when it is not about reaching the service. */
function networkText(fault: Fault): string {
  const { name, status, message } = fault;
  const way = { isLate: name === 'TimeoutError', isBarred: name === 'HTTP 403', isBroken: status >= 500 };
  const what = unreachedText({ ...fault, ...way }, AWS);
  if (what !== '' || !/Deserialization error/.test(message)) return what;
  return 'what answered is not AWS: a proxy or a sign-in page may stand in between';
}

function otherText({ name, message, code }: Fault): string {
  const title = /^[\w. ]{1,80}$/.test(name) && name !== 'Error' ? name : code;
  return tame([title, message].filter(text => text !== '').join(': ')) || 'it failed without a word';
}
