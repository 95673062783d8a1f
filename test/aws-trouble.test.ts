import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { GetObjectCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explain } from '../src/collect/aws/trouble.ts';
import type { Trouble } from '../src/collect/service/trouble.ts';
import { UserError } from '../src/errors.ts';
import { STATIC_KEY, isolateAws } from './servers/aws-env.ts';
import { type Answer, jsonRefusal, refusal, serveSignIn, type SignInServer } from './servers/sts.ts';

const USER = 'arn:aws:iam::123456789012:user/security/ci';
const SKEWED = "the clock of this computer differs from AWS's: set it right, best by time synchronisation";
const NETWORK = 'check the network, and HTTPS_PROXY behind a proxy';
const EXPIRED =
  'credentials expired: sign in again with `aws sso login --profile dev` or `aws login --profile dev`, or get new ones where these came from';

const home = isolateAws();
let server: SignInServer;
let answer: Answer;

beforeAll(async () => {
  server = await serveSignIn(() => answer);
});
afterAll(() => server.close());

describe('errors as the SDK throws them', () => {
  const settings = () => {
    home.set(STATIC_KEY);
    return { endpoint: server.url, region: 'eu-west-1', maxAttempts: 2 };
  };
  const sts = () =>
    new STSClient(settings()).send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::1:role/x`, RoleSessionName: 'x' }));
  const trail = () => new CloudTrailClient(settings()).send(new LookupEventsCommand({}));
  const s3 = () => new S3Client({ ...settings(), forcePathStyle: true });
  const object = () => s3().send(new GetObjectCommand({ Bucket: 'logs', Key: 'x' }));
  const bucket = () => s3().send(new HeadBucketCommand({ Bucket: 'logs' }));
  const xml = (code: string, message: string, status = 403): Answer => ({
    status,
    body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  });
  const page: Answer = { status: 200, body: '<html><body>Sign in to the network</body></html>' };

  test.each<[string, Answer, () => Promise<unknown>, Trouble['kind'], string]>([
    [
      'a role refused',
      refusal('AccessDenied', `User: ${USER} is not authorized to perform: sts:AssumeRole on resource: x`),
      sts,
      'denied',
      'user/ci may not call sts:AssumeRole: the role may not exist or its trust policy may not name the caller, or an IAM policy must allow it',
    ],
    [
      'an expired session',
      refusal('ExpiredToken', 'The security token included in the request is expired'),
      sts,
      'expired',
      EXPIRED,
    ],
    [
      'a key AWS does not know',
      refusal('InvalidClientTokenId', 'The security token included in the request is invalid.'),
      sts,
      'credentials',
      'AWS does not take the credentials: the key was deleted or switched off, the Region is not switched on for the account, or they belong to another partition (China, GovCloud, European Sovereign Cloud), whose Region must then be named',
    ],
    [
      'a wrong secret',
      refusal(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match.\n\nPOST\nx-amz-security-token:IQoJexample',
      ),
      sts,
      'credentials',
      'the secret access key does not fit its key id: copy both anew',
    ],
    [
      'a wrong clock',
      refusal('SignatureDoesNotMatch', 'Signature expired: 20200101T000000Z is now earlier than 20260101T000000Z'),
      sts,
      'other',
      SKEWED,
    ],
    [
      'an organisation policy',
      jsonRefusal(
        'AccessDeniedException',
        `User: ${USER} is not authorized to perform: cloudtrail:LookupEvents with an explicit deny in a service control policy`,
        400,
      ),
      trail,
      'denied',
      'user/ci may not call cloudtrail:LookupEvents: an organisation policy (service control policy) forbids it, which only who runs the organisation can change',
    ],
    [
      'throttling',
      jsonRefusal('ThrottlingException', 'Rate exceeded', 400),
      trail,
      'throttled',
      'AWS still slows requests down after 2 attempts (ThrottlingException): try again when less is going on in the account',
    ],
    [
      'an old page token',
      jsonRefusal('InvalidNextTokenException', 'Invalid token', 400),
      trail,
      'token',
      'the service takes its page token no longer',
    ],
    [
      'a broken service',
      { status: 503, body: '{}' },
      trail,
      'network',
      'AWS failed with HTTP 503 after 2 attempts: try again later',
    ],
    [
      'a key to decrypt with',
      xml(
        'AccessDenied',
        `User: ${USER} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action`,
      ),
      object,
      'denied',
      'user/ci may not call kms:Decrypt: allow it in an IAM policy',
    ],
    [
      'a missing object',
      xml('NoSuchKey', 'The specified key does not exist.', 404),
      object,
      'missing',
      'NoSuchKey: The specified key does not exist.',
    ],
    ['a missing bucket', { status: 404, body: '' }, bucket, 'missing', 'NotFound'],
    [
      'a refused bucket',
      { status: 403, body: '' },
      bucket,
      'denied',
      'this principal may not call s3:Action: allow it in an IAM policy',
    ],
    ['a bucket elsewhere', { status: 301, body: '' }, bucket, 'other', 'HTTP 301'],
    [
      'another clock',
      xml('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'),
      object,
      'other',
      SKEWED,
    ],
    [
      'a sign-in page of the network',
      page,
      trail,
      'network',
      'what answered is not AWS: a proxy or a sign-in page may stand in between',
    ],
  ])('%s', async (_, given, call, kind, what) => {
    answer = given;
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(explain(error, 's3:Action', 'dev')).toEqual({ kind, what });
  });
});

const fault = (name: string, message = '', rest: object = {}): Error =>
  Object.assign(new Error(message), { name }, rest);

describe('what each error is taken for', () => {
  const denies = (rest: string): Error =>
    fault('AccessDeniedException', `User: ${USER} is not authorized to perform: iam:ListUsers ${rest}`);
  const may = 'user/ci may not call iam:ListUsers: ';

  test.each<[unknown, Trouble['kind'], string]>([
    [
      denies('because no identity-based policy allows the iam:ListUsers action'),
      'denied',
      `${may}allow it in an IAM policy`,
    ],
    [
      denies('because no service control policy allows the iam:ListUsers action'),
      'denied',
      `${may}an organisation policy (service control policy) forbids it, which only who runs the organisation can change`,
    ],
    [
      denies('with an explicit deny in a resource control policy: arn:aws:organizations::1:policy/x'),
      'denied',
      `${may}an organisation policy (resource control policy) forbids it, which only who runs the organisation can change`,
    ],
    [
      denies('with an explicit deny in an identity-based policy'),
      'denied',
      `${may}an explicit deny in its identity-based policy forbids it`,
    ],
    [denies('with an explicit deny'), 'denied', `${may}an explicit deny in a policy forbids it`],
    [
      denies('because no permissions boundary allows the iam:ListUsers action'),
      'denied',
      `${may}its permissions boundary must allow it as well`,
    ],
    [
      denies('because no session policy allows the iam:ListUsers action'),
      'denied',
      `${may}its session policy must allow it as well`,
    ],
    [
      fault('AccessDenied', 'Access Denied'),
      'denied',
      'this principal may not call iam:Asked: allow it in an IAM policy',
    ],
    [
      fault('UnauthorizedOperation', 'You are not authorized. Encoded authorization failure message: abcDEF123'),
      'denied',
      'this principal may not call iam:Asked: allow it in an IAM policy',
    ],
    [
      fault(
        'AccessDenied',
        'User: arn:aws:sts::123456789012:assumed-role/reader/jo is not authorized to perform: iam:ListUsers',
      ),
      'denied',
      'role/reader may not call iam:ListUsers: allow it in an IAM policy',
    ],
    [fault('RequestExpired', 'Request has expired.'), 'expired', EXPIRED],
    [fault('UnrecognizedClientException', 'The security token included in the request is expired'), 'expired', EXPIRED],
    [
      fault('CredentialsProviderError', 'Your session has expired. Please reauthenticate.'),
      'expired',
      'credentials expired: run `aws login --profile dev`',
    ],
    [
      fault('CredentialsProviderError', 'UnauthorizedException: Session token not found or invalid'),
      'expired',
      'credentials expired: run `aws sso login --profile dev`',
    ],
    [
      fault(
        'TokenProviderError',
        "Token is expired. To refresh this SSO session run 'aws sso login' with the corresponding profile.",
      ),
      'expired',
      'credentials expired: run `aws sso login --profile dev`',
    ],
    [
      fault('OptInRequired', 'You are not subscribed to this service.'),
      'other',
      'this Region or service is not switched on for the account',
    ],
    [fault('AbortError', 'Request aborted'), 'other', 'it was interrupted'],
    [
      fault('Error', 'getaddrinfo ENOTFOUND sts.eu-wst-1.amazonaws.com', {
        code: 'ENOTFOUND',
        hostname: 'sts.eu-wst-1.amazonaws.com',
      }),
      'network',
      'the name of sts.eu-wst-1.amazonaws.com cannot be resolved: check the Region and the network, and HTTPS_PROXY behind a proxy',
    ],
    [
      new AggregateError([fault('Error', 'connect', { code: 'ECONNREFUSED', address: '::1', port: 443 })], ''),
      'network',
      `the connection to [::1]:443 failed (ECONNREFUSED): ${NETWORK}`,
    ],
    [
      fault('Error', 'socket hang up', { code: 'ECONNRESET', $metadata: { attempts: 10 } }),
      'network',
      `the connection to the service failed after 10 attempts (ECONNRESET): ${NETWORK}`,
    ],
    [
      fault('CredentialsProviderError', 'Error: getaddrinfo ENOTFOUND portal.sso.eu-west-1.amazonaws.com'),
      'network',
      'the name of the service cannot be resolved: check the Region and the network, and HTTPS_PROXY behind a proxy',
    ],
    [fault('TimeoutError', 'connection timed out'), 'network', `the service did not answer in time: ${NETWORK}`],
    [
      fault('Error', 'unable to verify', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }),
      'network',
      'the certificate of the service is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE): if a proxy inspects traffic, name its CA file in AWS_CA_BUNDLE',
    ],
    [
      fault('Error', 'self-signed', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      'network',
      'the certificate of the service is not trusted (SELF_SIGNED_CERT_IN_CHAIN): if a proxy inspects traffic, name its CA file in AWS_CA_BUNDLE',
    ],
    [
      fault('Outer', '', { cause: fault('TimeoutError', '', { code: 'ETIMEDOUT', address: '192.0.2.1', port: 443 }) }),
      'network',
      `192.0.2.1:443 did not answer in time: ${NETWORK}`,
    ],
    [
      fault('ValidationException', 'Value is wrong\nAuthorization: secret'),
      'other',
      'ValidationException: Value is wrong',
    ],
    [new UserError('it is so', 'Do that.'), 'other', 'it is so; Do that.'],
    [new UserError('it is so'), 'other', 'it is so'],
    ['a text', 'other', 'a text'],
    [undefined, 'other', 'it failed without a word'],
    [null, 'other', 'it failed without a word'],
    [{ name: 7, message: {}, code: [], $metadata: 'x', cause: { cause: null } }, 'other', 'it failed without a word'],
  ])('%o', (error, kind, what) => {
    expect(explain(error, 'iam:Asked', 'dev')).toEqual({ kind, what });
  });

  test.each([
    ['', '`aws sso login`'],
    ['dev', '`aws sso login --profile dev`'],
    ['jo at work', "`aws sso login --profile 'jo at work'`"],
  ])('the command is for the profile %j', (profile, command) => {
    const error = fault('TokenProviderError', "Token is expired. run 'aws sso login'");
    expect(explain(error, 'iam:Asked', profile).what).toBe(`credentials expired: run ${command}`);
  });

  test('the profile may be known from the error alone', () => {
    const error = fault(
      'TokenProviderError',
      "The SSO session token associated with profile=ops was not found or is invalid. run 'aws sso login'",
    );
    expect(explain(error, 'iam:Asked').what).toBe('credentials expired: run `aws sso login --profile ops`');
  });
});

describe('nothing secret and nothing wild gets through', () => {
  const token = `IQoJ${'aB3/xY9+'.repeat(20)}`;
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

  test.each<[string, string]>([
    [`token ${token} is bad`, 'Odd: token [redacted] is bad'],
    [`secret ${secret} is bad`, 'Odd: secret [redacted] is bad'],
    [`word ${'aB3x'.repeat(12)} is bad`, 'Odd: word [redacted] is bad'],
    [`header Authorization: AWS4-HMAC-SHA256 Credential=x`, 'Odd: header'],
    ['proxy http://jo:secret@proxy.example.com', 'Odd: proxy http://proxy.example.com'],
    [
      'role arn:aws:iam::123456789012:role/aws-reserved/AWSReservedSSO_AdministratorAccess_0123456789abcdef',
      'Odd: role arn:aws:iam::123456789012:role/aws-reserved/AWSReservedSSO_AdministratorAccess_0123456789abcdef',
    ],
    ['red \u001b[31malert\u0007 \u202eright', 'Odd: red \ufffd[31malert\ufffd \ufffdright'],
    [`many ${'words '.repeat(100)}`, `Odd: many ${'words '.repeat(100)}`.slice(0, 299) + '…'],
    ['x'.repeat(1_000_000), `Odd: ${'x'.repeat(294)}…`],
  ])('%#', (message, what) => {
    expect(explain(fault('Odd', message), 'iam:Asked')).toEqual({ kind: 'other', what });
  });

  test('a message as long as you like is soon read', () => {
    const begun = performance.now();
    for (const word of ['User: ', 'aA1+'.repeat(3), 'because no a ', '//', 'explicit deny in a '])
      explain(fault('AccessDenied', word.repeat(500_000)), 'iam:Asked');
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
