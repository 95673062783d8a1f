import { apiCall, assumeRole, hostOf, iamUser, keyId, modelCall, roleSession, streamEnd } from '../make/cloudtrail.mjs';
import { ACTIONS_AGENT } from './agents.mjs';
import { azureAccount, SUBSCRIPTION } from './population.mjs';
import { HOUR } from './time.mjs';

/** @import { Actor, Json } from '../make/cloudtrail.mjs' */
/** @import { Random } from '../make/random.mjs' */
/** @import { Holder } from './population.mjs' */
/** @import { Stage } from './stage.mjs' */

/**
 * Calls of models by one credential within an hour.
 *
 * @typedef {object} Stint
 * @property {Holder} holder
 * @property {number} at Its hour's start.
 * @property {number} calls
 * @property {(random: Random, at: number) => string} address
 * @property {boolean} perCall
 * @property {string} agent
 * @property {readonly string[]} models
 * @property {boolean} isStreamed
 * @property {number} tokens
 * @property {string} [session] The temporary key, where it is not the holder's own.
 * @property {readonly [code: string, message: string]} [error] How all of them end.
 * @property {readonly Look[]} [looks] Other calls besides, by service and name.
 * @property {boolean} [isPlain] Nothing but what is asked for: no looks and no errors of its own.
 *
 * @typedef {readonly [source: string, name: string, request: Json | null, error?: readonly [code: string, message: string]]} Look
 */

const SESSION = 6 * HOUR;
const CALM = 996;

/** @type {readonly [string, string]} */
const THROTTLED = ['ThrottlingException', 'Too many requests, please wait before trying again.'];
/** @type {readonly [string, string]} */
const INVALID = ['ValidationException', 'The provided model identifier is invalid.'];

/** @type {readonly Look[]} */
const LOOKS = [
  ['sts', 'GetCallerIdentity', {}],
  ['sts', 'GetCallerIdentity', {}],
  ['s3', 'ListBuckets', { Host: 's3.amazonaws.com' }],
  ['ec2', 'DescribeInstances', {}],
];

/** Only people look at what models there are, and name some that do not exist. @type {readonly Look[]} */
const PERSONAL_LOOKS = [...LOOKS, ['bedrock', 'ListInferenceProfiles', {}], ['bedrock', 'ListFoundationModels', null]];
const PERSONAL = new Set(['office', 'experiment', 'roaming', 'travelling']);

/** What a holder does in an hour of their own. @param {Holder} holder @param {number} at @param {number} calls @returns {Stint} */
export const ownStint = (holder, at, calls) => ({ ...holder, holder, at, calls });

/** Writes a stint down. @param {Stage} stage @param {Random} random @param {Stint} stint */
export function tellStint(stage, random, stint) {
  const { kind } = stint.holder;
  if (kind === 'resource-key' || kind === 'app') tellAzure(stage, random, stint);
  else tellAws(stage, random, stint);
}

/** @param {Stage} stage @param {Random} random @param {Stint} stint */
function tellAws(stage, random, stint) {
  const { holder, at, calls, perCall, agent, isPlain = false } = stint;
  const { account, region, kind } = holder;
  const isPersonal = PERSONAL.has(holder.life);
  let address = stint.address(random, at);
  const session = stint.session ?? sessionOf(stint, random);
  let identity = identityOf(holder, at, session);
  if (holder.life === 'pipeline' && kind === 'role' && stint.session === undefined)
    tellIssue(stage, stint, address, session);
  for (let i = 0; i < calls; i++) {
    const time = at + random.below(3600) * 1000;
    if (perCall) address = stint.address(random, time);
    if (perCall && holder.sessions) identity = identityOf(holder, at, sessionOf(stint, random));
    const error =
      stint.error ??
      (isPlain || random.chance(CALM) ? undefined : isPersonal && random.chance(400) ? INVALID : THROTTLED);
    tellCall(stage, random, stint, { identity, address, agent }, time, error);
  }
  const looks =
    stint.looks ??
    (!isPlain && kind !== 'bearer' && random.chance(120) ? [random.pick(isPersonal ? PERSONAL_LOOKS : LOOKS)] : []);
  for (const [source, name, request, error] of looks) {
    const time = at + random.below(3600) * 1000;
    const call = { at: time, region, source, name, request, host: hostOf(source, region), ...(error && { error }) };
    stage.trail(account, region, time, apiCall(account, { identity, address, agent }, { ...call, ...stage.ids() }));
  }
}

/** @param {Stage} stage @param {Random} random @param {Stint} stint @param {Actor} actor @param {number} at @param {readonly [string, string] | undefined} error */
function tellCall(stage, random, { holder, models, isStreamed, tokens }, actor, at, error) {
  const { account, region, kind } = holder;
  const model = profileOf(region, random.pick(models));
  const additional = { ...(kind === 'bearer' && { callWithBearerToken: true }), inferenceRegion: region };
  const ids = stage.ids();
  const call = { at, region, model, additional, ...(error && { error }), ...ids };
  const api = isStreamed ? 'ConverseStream' : 'Converse';
  stage.trail(account, region, at, modelCall(account, actor, { ...call, api }));
  if (!isStreamed || error !== undefined) return;
  const end = {
    at: at + random.between(1, 25) * 1000,
    region,
    api: /** @type {const} */ ('ConverseStream'),
    model,
    parent: ids.requestID,
    inferenceRegion: region,
    inputTokens: Math.round((tokens * random.between(50, 160)) / 100),
    outputTokens: Math.round((tokens * random.between(5, 40)) / 100),
    ...stage.ids(),
  };
  stage.trail(account, region, end.at, streamEnd(account, actor, end));
}

/** @param {string} region @param {string} model */
function profileOf(region, model) {
  if (!model.startsWith('anthropic')) return model;
  return `${region.startsWith('eu') ? 'eu' : region.startsWith('ap') ? 'apac' : 'us'}.${model}`;
}

/** The temporary key that is in use then. @param {Stint} stint @param {Random} random */
function sessionOf({ holder: { name, sessions, life }, at }, random) {
  const slot = life === 'pipeline' ? at : at - (at % SESSION);
  return keyId('ASIA', `${name} ${slot} ${sessions === undefined ? '' : random.pick(sessions)}`);
}

/** Ids of instances are hexadecimal. @param {string} text */
const hexOf = text => [...text].map(letter => (letter.charCodeAt(0) % 16).toString(16)).join('');

/** Who a holder is in the log. @param {Holder} holder @param {number} at @param {string} session @returns {Json} */
export function identityOf({ account, name, kind, keys }, at, session) {
  if (kind === 'bearer') return iamUser(account, name);
  if (kind === 'key')
    return iamUser(account, name, (keys.find(({ from, until }) => at >= from && at < until) ?? keys[0])?.id);
  return roleSession(account, name, `i-0${hexOf(session.slice(4, 20))}`, session, at - (at % SESSION));
}

/** A run of a pipeline brings its own word and gets a session for it. @param {Stage} stage @param {Stint} stint @param {string} address @param {string} session */
function tellIssue(stage, { holder: { account, name, region }, at }, address, session) {
  const provider = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
  const userName = `repo:example/${name}:ref:refs/heads/main`;
  const identity = {
    type: 'WebIdentityUser',
    principalId: `${provider}:sts.amazonaws.com:${userName}`,
    userName,
    identityProvider: provider,
  };
  const issue = { at, region, role: name, session: 'GitHubActions', key: session, name: 'AssumeRoleWithWebIdentity' };
  const actor = { identity, address, agent: ACTIONS_AGENT };
  const host = hostOf('sts', region);
  const record = assumeRole(account, actor, { ...issue, seconds: 3600, host, ...stage.ids() });
  stage.trail(account, region, at, record);
}

/** @param {Stage} stage @param {Random} random @param {Stint} stint */
function tellAzure(stage, random, { holder, at, calls, address, perCall, models, error }) {
  let from = address(random, at);
  for (let i = 0; i < calls; i++) {
    const time = at + random.below(3600) * 1000;
    if (perCall) from = address(random, time);
    const failed = error !== undefined || random.chance(4);
    const record = azureCall(stage, random, { holder, at: time, address: from, model: random.pick(models), failed });
    stage.azure('insights-logs-requestresponse', resourceOf(holder), time, record);
  }
}

/** The resource that a holder calls: apps share one by team, and a key opens its own. @param {Holder} holder */
const resourceOf = ({ kind, name }) => azureAccount(kind === 'app' ? name.slice(0, name.indexOf('-')) : name);

/** @param {Stage} stage @param {Random} random @param {{ holder: Holder, at: number, address: string, model: string, failed: boolean }} call @returns {Json} */
function azureCall(stage, random, { holder, at, address, model, failed }) {
  const time = `${new Date(at).toISOString().slice(0, 19)}.${random.between(1_000_000, 9_999_999)}Z`;
  return {
    Tenant: 'eastus',
    callerIpAddress: address.replace(/\d+$/, '***'),
    category: 'RequestResponse',
    correlationId: stage.ids().requestID,
    durationMs: random.between(200, 9000),
    event: 'ShoeboxCallResult',
    location: 'eastus',
    operationName: 'ChatCompletions_Create',
    properties: {
      apiName: 'Azure OpenAI API version 2024-10-21',
      requestTime: 638515262815394,
      requestLength: holder.tokens * 4,
      responseTime: 638515262825606,
      responseLength: random.between(400, 4000),
      objectId: holder.objectId ?? '',
      streamType: 'Non-Streaming',
      modelDeploymentName: `${model}-prod`,
      modelName: model,
      modelVersion: '2024-11-20',
    },
    resourceId: resourceOf(holder).toUpperCase(),
    resultSignature: failed ? '429' : '200',
    time,
  };
}

/** An operation of Azure Resource Manager, as an export writes it. @param {Stage} stage @param {{ at: number, person: { objectId: string, upn: string }, operation: string, resource: string, address: string }} act @returns {Json} */
export function azureAct(stage, { at, person, operation, resource, address }) {
  const claims = {
    appid: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
    appidacr: '0',
    'http://schemas.microsoft.com/identity/claims/objectidentifier': person.objectId,
    'http://schemas.microsoft.com/identity/claims/tenantid': '00000000-0000-4000-8000-0000000000b1',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn': person.upn,
    'http://schemas.microsoft.com/identity/claims/scope': 'user_impersonation',
    ver: '1.0',
  };
  return {
    time: `${new Date(at).toISOString().slice(0, 19)}.1234567Z`,
    resourceId: resource.toUpperCase(),
    operationName: operation.toUpperCase(),
    category: operation.endsWith('/write') ? 'Write' : 'Action',
    resultType: 'Success',
    resultSignature: 'Succeeded.OK',
    durationMs: '31',
    callerIpAddress: address,
    correlationId: stage.ids().requestID,
    identity: { authorization: { action: operation, scope: resource }, claims },
    level: 'Information',
    location: 'global',
    properties: { eventCategory: 'Administrative', entity: resource },
  };
}

/** Where the Activity Log of the subscription is exported to. */
export const ACTIVITY = /** @type {const} */ (['insights-activity-logs', `/subscriptions/${SUBSCRIPTION}`]);
