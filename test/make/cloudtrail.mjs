import { Random } from './random.mjs';

/**
 * CloudTrail records as the service writes them: the same fields in the same order, and nothing that it would leave out.
 *
 * @typedef {{ readonly [key: string]: unknown }} Json
 *
 * @typedef {object} Actor Who calls, from where and with what.
 * @property {Json} identity
 * @property {string} address
 * @property {string} agent
 *
 * @typedef {object} Call
 * @property {number} at
 * @property {string} region
 * @property {string} source Without the domain, as in `bedrock`.
 * @property {string} name
 * @property {string} eventID
 * @property {string} [requestID]
 * @property {readonly [code: string, message: string]} [error]
 * @property {Json | null} [request]
 * @property {Json | null} [response]
 * @property {Json} [additional]
 * @property {boolean} [readOnly]
 * @property {readonly Json[]} [resources]
 * @property {string} [sharedEventID]
 * @property {string} [host] Absent when a service called on someone's behalf.
 * @property {string} [keyExchange]
 * @property {boolean} [fromConsole]
 * @property {string} [type]
 */

export const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-11-19T02:14:07Z`. @param {number} at */
export const isoTime = at => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** `Nov 19, 2026, 3:14:07 AM`, as STS writes expiry times. @param {number} at */
export const longTime = at => usTime(at, ', ');

/** `Nov 19, 2026 3:14:07 AM`, as IAM writes creation dates. @param {number} at */
export const shortTime = at => usTime(at, ' ');

/** @param {number} at @param {string} between */
function usTime(at, between) {
  const time = new Date(at);
  const hour = time.getUTCHours();
  const clock = time.toISOString().slice(13, 19);
  const day = `${MONTHS[time.getUTCMonth()]} ${time.getUTCDate()}, ${time.getUTCFullYear()}`;
  return `${day}${between}${hour % 12 || 12}${clock} ${hour < 12 ? 'AM' : 'PM'}`;
}

/** @type {Map<string, string>} */
const uniqueIds = new Map();

/** The unique id that stays with a name: `AIDA` for users, `AROA` for roles. @param {string} prefix @param {string} name */
export function uniqueId(prefix, name) {
  const seed = `${prefix} ${name}`;
  const id = uniqueIds.get(seed) ?? prefix + new Random(seed).text(BASE32, 17);
  uniqueIds.set(seed, id);
  return id;
}

/** A key id: `AKIA` for static keys, `ASIA` for sessions. @param {string} prefix @param {string} name */
export const keyId = (prefix, name) => prefix + new Random(`${prefix} ${name}`).text(BASE32, 16);

/** A user acting with a static key, or with a bearer token when no key is given. @param {string} account @param {string} name @param {string} [key] */
export function iamUser(account, name, key) {
  return {
    type: 'IAMUser',
    principalId: uniqueId('AIDA', `${account}/${name}`),
    arn: `arn:aws:iam::${account}:user/${name}`,
    accountId: account,
    ...(key !== undefined && { accessKeyId: key }),
    userName: name,
  };
}

/** A user acting in a session of the console. @param {string} account @param {string} name @param {string} key @param {number} startedAt */
export function consoleUser(account, name, key, startedAt) {
  return { ...iamUser(account, name, key), sessionContext: { attributes: attributes(startedAt, true) } };
}

/** The root user in a session of the console. @param {string} account @param {string} key @param {number} startedAt */
export function rootSession(account, key, startedAt) {
  return {
    type: 'Root',
    principalId: account,
    arn: `arn:aws:iam::${account}:root`,
    accountId: account,
    accessKeyId: key,
    sessionContext: { attributes: attributes(startedAt, false) },
  };
}

/** A session of a role. @param {string} account @param {string} role @param {string} session @param {string} key @param {number} startedAt @param {Json} [extra] */
export function roleSession(account, role, session, key, startedAt, extra) {
  const principalId = uniqueId('AROA', `${account}/${role}`);
  return {
    type: 'AssumedRole',
    principalId: `${principalId}:${session}`,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
    accountId: account,
    accessKeyId: key,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId,
        arn: `arn:aws:iam::${account}:role/${role}`,
        accountId: account,
        userName: role,
      },
      attributes: attributes(startedAt, false),
      ...extra,
    },
  };
}

/** A service acting by itself. @param {string} name Without the domain. @returns {Actor} */
export function service(name) {
  const domain = `${name}.amazonaws.com`;
  return { identity: { type: 'AWSService', invokedBy: domain }, address: domain, agent: domain };
}

/** @param {number} startedAt @param {boolean} mfa */
const attributes = (startedAt, mfa) => ({ creationDate: isoTime(startedAt), mfaAuthenticated: String(mfa) });

/** One call as CloudTrail records it. @param {string} account @param {Actor} actor @param {Call} call */
export function apiCall(account, actor, call) {
  return {
    eventVersion: '1.11',
    userIdentity: actor.identity,
    eventTime: isoTime(call.at),
    eventSource: `${call.source}.amazonaws.com`,
    eventName: call.name,
    awsRegion: call.region,
    sourceIPAddress: actor.address,
    userAgent: actor.agent,
    ...(call.error && { errorCode: call.error[0], errorMessage: call.error[1] }),
    requestParameters: call.request ?? null,
    responseElements: call.response ?? null,
    ...(call.additional && { additionalEventData: call.additional }),
    ...(call.requestID && { requestID: call.requestID }),
    eventID: call.eventID,
    readOnly: call.readOnly ?? true,
    ...(call.resources && { resources: call.resources }),
    eventType: call.type ?? 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    ...(call.sharedEventID && { sharedEventID: call.sharedEventID }),
    eventCategory: 'Management',
    ...(call.host && { tlsDetails: tlsDetails(call.host, call.keyExchange ?? 'X25519MLKEM768') }),
    ...(call.fromConsole && { sessionCredentialFromConsole: 'true' }),
  };
}

/** @param {string} host @param {string} keyExchange */
const tlsDetails = (host, keyExchange) => ({
  tlsVersion: 'TLSv1.3',
  cipherSuite: 'TLS_AES_128_GCM_SHA256',
  clientProvidedHostHeader: host,
  keyExchange,
});

/** The host that a service answers on in a Region. @param {string} source @param {string} region */
export const hostOf = (source, region) => `${source === 'iam' ? 'iam' : `${source}.${region}`}.amazonaws.com`;

/**
 * A call to a model.
 *
 * @typedef {object} Inference
 * @property {number} at
 * @property {string} region
 * @property {'InvokeModel' | 'InvokeModelWithResponseStream' | 'Converse' | 'ConverseStream'} api
 * @property {string} model
 * @property {string} requestID
 * @property {string} eventID
 * @property {Json} [additional]
 * @property {readonly [code: string, message: string]} [error]
 * @property {string} [keyExchange]
 *
 * @param {string} account @param {Actor} actor @param {Inference} inference
 */
export function modelCall(account, actor, { api, model, ...rest }) {
  const host = `bedrock-runtime.${rest.region}.amazonaws.com`;
  return apiCall(account, actor, { ...rest, source: 'bedrock', name: api, request: { modelId: model }, host });
}

/**
 * What is written when a streamed answer has ended: a second event, with the token counts.
 *
 * @typedef {object} StreamEnd
 * @property {number} at
 * @property {string} region
 * @property {'InvokeModelWithResponseStream' | 'ConverseStream'} api
 * @property {string} model
 * @property {string} parent Request id of the call.
 * @property {string} requestID
 * @property {string} eventID
 * @property {string} inferenceRegion
 * @property {number} inputTokens
 * @property {number} outputTokens
 *
 * @param {string} account @param {Actor} actor @param {StreamEnd} end
 */
export function streamEnd(account, actor, end) {
  const { inferenceRegion, inputTokens, outputTokens } = end;
  return {
    eventVersion: '1.11',
    userIdentity: actor.identity,
    eventTime: isoTime(end.at),
    eventSource: 'bedrock.amazonaws.com',
    eventName: end.api,
    awsRegion: end.region,
    sourceIPAddress: actor.address,
    userAgent: actor.agent,
    requestParameters: null,
    responseElements: null,
    requestID: end.requestID,
    eventID: end.eventID,
    readOnly: true,
    resources: [{ type: 'AWS::Bedrock::Model', ARN: modelArn(account, end.region, end.model) }],
    eventType: 'AwsServiceEvent',
    recipientAccountId: account,
    serviceEventDetails: {
      parentRequestId: end.parent,
      AdditionalEventData: { additionalEntries: { inferenceRegion, inputTokens, outputTokens } },
    },
  };
}

/** @param {string} account @param {string} region @param {string} model */
function modelArn(account, region, model) {
  return /^(us|eu|apac|global)\./.test(model)
    ? `arn:aws:bedrock:${region}:${account}:inference-profile/${model}`
    : `arn:aws:bedrock:${region}::foundation-model/${model}`;
}

/**
 * A session of a role being issued.
 *
 * @typedef {object} Issue
 * @property {number} at
 * @property {string} region
 * @property {string} role
 * @property {string} session
 * @property {string} key
 * @property {string} requestID
 * @property {string} eventID
 * @property {string} [sharedEventID]
 * @property {number} [seconds]
 * @property {string} [token]
 * @property {string} [host]
 * @property {string} [name] Which way of assuming, if not the plain one.
 * @property {Json} [extra] What that way answers besides.
 *
 * @param {string} account @param {Actor} actor @param {Issue} issue
 */
export function assumeRole(account, actor, issue) {
  const { role, session, key, seconds, token, extra, name = 'AssumeRole', ...rest } = issue;
  const roleArn = `arn:aws:iam::${account}:role/${role}`;
  return apiCall(account, actor, {
    ...rest,
    source: 'sts',
    name,
    request: { roleArn, roleSessionName: session, ...(seconds && { durationSeconds: seconds }) },
    response: { ...issuedCredentials(account, issue), ...extra },
    resources: [{ accountId: account, type: 'AWS::IAM::Role', ARN: roleArn }],
  });
}

/** What STS answers. @param {string} account @param {Issue} issue */
export function issuedCredentials(account, { at, role, session, key, seconds, token }) {
  return {
    credentials: {
      accessKeyId: key,
      sessionToken: token ?? 'IQoJb3JpZ2luX2VjEXAMPLETOKEN',
      expiration: longTime(at + (seconds ?? 3600) * 1000),
    },
    assumedRoleUser: {
      assumedRoleId: `${uniqueId('AROA', `${account}/${role}`)}:${session}`,
      arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
    },
  };
}

/** A session token as long and as shapeless as a real one. @param {Random} random @param {number} length */
export const sessionToken = (random, length) => `IQoJb3JpZ2luX2VjE${random.text(BASE64, length)}`;

/**
 * Someone signing in to the console.
 *
 * @typedef {object} SignIn
 * @property {number} at
 * @property {string} region
 * @property {string} eventID
 * @property {boolean} mfa
 *
 * @param {string} account @param {Actor} actor @param {SignIn} signIn
 */
export function consoleLogin(account, actor, { at, region, eventID, mfa }) {
  const state = `hashArgs%23&isauthcode=true&nc2=h_ct&src=header-signin&state=hashArgsFromTB_${region}`;
  return apiCall(account, actor, {
    at,
    region,
    eventID,
    source: 'signin',
    name: 'ConsoleLogin',
    type: 'AwsConsoleSignIn',
    readOnly: false,
    response: { ConsoleLogin: 'Success' },
    additional: {
      LoginTo: `https://console.aws.amazon.com/console/home?${state}`,
      MobileVersion: 'No',
      ...(mfa && { MFAIdentifier: String(actor.identity.arn).replace(':user/', ':mfa/') }),
      MFAUsed: mfa ? 'Yes' : 'No',
    },
    host: region === 'us-east-1' ? 'signin.aws.amazon.com' : `${region}.signin.aws.amazon.com`,
  });
}

/** Where a trail puts a file. @param {string} account @param {string} region @param {number} at @param {string} unique 16 letters and digits. */
export function filePath(account, region, at, unique) {
  const time = new Date(at).toISOString();
  const day = time.slice(0, 10).replaceAll('-', '/');
  const minute = `${time.slice(0, 10).replaceAll('-', '')}T${time.slice(11, 16).replace(':', '')}Z`;
  const name = `${account}_CloudTrail_${region}_${minute}_${unique}.json.gz`;
  return `AWSLogs/${account}/CloudTrail/${region}/${day}/${name}`;
}
