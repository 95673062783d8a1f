import { keyId, rootSession } from './cloudtrail.mjs';
import { administrator, keyHolder, LEAK_DAY, quarantined, SONNET, tellKeyMade } from './demo-life.mjs';
import { ACCOUNT, AGENTS, DAY, FRANKFURT, HOUR, KEYS, MINUTE, SECOND, VIRGINIA } from './demo-stage.mjs';

/** @import { Actor } from './cloudtrail.mjs' */
/** @import { Stage } from './demo-stage.mjs' */
/** @import { Random } from './random.mjs' */

const OPUS = 'us.anthropic.claude-opus-4-7';

/** Models that the stranger tries in turn and is refused. */
const REFUSED = [
  'anthropic.claude-opus-4-7',
  'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  'us.anthropic.claude-opus-4-1-20250805-v1:0',
  'us.meta.llama4-maverick-17b-instruct-v1:0',
  'us.deepseek.r1-v1:0',
  'mistral.mistral-large-2407-v1:0',
  'us.amazon.nova-premier-v1:0',
];

/** Calls that the stranger is answered before and after 03:00, so that the key makes 412 in its worst hour. */
const STOLEN_CALLS = { first: 374, second: 263 };

/** Everything that goes wrong in the month. @param {Stage} stage @param {Random} random */
export function tellTrouble(stage, random) {
  tellRootSignIn(stage);
  tellBulkRead(stage, random.fork('bulk read'));
  tellTrust(stage);
  tellHongKong(stage);
  tellLeak(stage, random.fork('leak'));
}

/** When keys were made, where that is known because the files of those days were kept. */
const BEGINNINGS = [
  { at: Date.UTC(2025, 2, 2, 10, 4, 31), user: 'legacy-export', key: KEYS.legacyExport },
  { at: Date.UTC(2025, 2, 2, 10, 8, 22), user: 'monitoring', key: KEYS.monitoring },
  { at: Date.UTC(2025, 2, 2, 10, 9, 57), user: 'notebook', key: KEYS.notebook },
  { at: Date.UTC(2025, 7, 11, 8, 36, 40), user: 'crm-sync', key: KEYS.crmSync },
  { at: Date.UTC(2026, 3, 21, 9, 48, 12), user: 'ci-eval', key: KEYS.ciEval },
];

/** Some of the keys are made, long before the month. @param {Stage} stage */
export function tellBeginnings(stage) {
  for (const { at, user, key } of BEGINNINGS) tellKeyMade(stage, administrator(at - (at % DAY)), at, user, key);
}

/** Someone signs in as root to look at a bill, without a second factor. @param {Stage} stage */
function tellRootSignIn(stage) {
  const at = Date.UTC(2026, 10, 2, 6, 52, 11);
  const device = { address: '192.0.2.77', agent: AGENTS.browser };
  const { sessionContext: _session, ...identity } = rootSession(ACCOUNT, '', at);
  stage.signIn({ identity, ...device }, at, VIRGINIA, false);
  const root = { identity: rootSession(ACCOUNT, keyId('ASIA', 'root'), at), ...device };
  stage.call(root, at + 24 * SECOND, VIRGINIA, 'ce', 'GetCostAndUsage', { fromConsole: true });
  stage.call(root, at + 71 * SECOND, VIRGINIA, 'billing', 'GetBillingPreferences', { fromConsole: true });
}

/** The export job's key, which reads two secrets a day, reads all there are. @param {Stage} stage @param {Random} random */
function tellBulkRead(stage, random) {
  const from = Date.UTC(2026, 10, 11, 20, 8);
  const job = keyHolder('data-export', KEYS.dataExport, '192.0.2.45', AGENTS.boto);
  stage.call(job, from, FRANKFURT, 'secretsmanager', 'ListSecrets', { request: { maxResults: 100 } });
  for (const [i, at] of random.instants(from + 5 * SECOND, 31 * MINUTE, 66).entries()) {
    const request = { secretId: `prod/${SECRETS[i % SECRETS.length]}/${String(i).padStart(2, '0')}` };
    stage.call(job, at, FRANKFURT, 'secretsmanager', 'GetSecretValue', { request });
  }
}

const SECRETS = ['anthropic', 'payments', 'crm', 'warehouse', 'mail', 'openai'];

/** A role is opened to an account outside the organisation. @param {Stage} stage */
function tellTrust(stage) {
  const at = Date.UTC(2026, 10, 12, 15, 20, 44);
  const principals = ['lambda.amazonaws.com', 'arn:aws:iam::210987654321:root'];
  const [Service, AWS] = principals;
  const Statement = [{ Service }, { AWS }].map(Principal => ({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }));
  const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement }, null, 2);
  const request = { roleName: 'report-reader', policyDocument };
  const more = { request, readOnly: false, fromConsole: true };
  stage.call(administrator(at - (at % DAY)), at, VIRGINIA, 'iam', 'UpdateAssumeRolePolicy', more);
}

/** A demonstration from a hotel, in a place where the vendor does not offer its models. @param {Stage} stage */
function tellHongKong(stage) {
  const from = Date.UTC(2026, 10, 13, 3, 15, 9);
  const user = keyHolder('field-demo', KEYS.fieldDemo, '203.0.113.144', AGENTS.botoMac);
  for (const minute of [0, 2, 7, 9]) stage.infer(user, from + minute * MINUTE, FRANKFURT, SONNET, { api: 'Converse' });
}

/** The night of the leak: 19 November, 02:14 to 03:58. @param {Stage} stage @param {Random} random */
function tellLeak(stage, random) {
  const at = (/** @type {number} */ hour, /** @type {number} */ minute, second = 0) =>
    LEAK_DAY + hour * HOUR + minute * MINUTE + second * SECOND;
  const script = keyHolder('ci-eval', KEYS.ciEval, '203.0.113.58', AGENTS.botoStranger);
  const shell = { ...script, agent: `${AGENTS.cliStranger} command/iam.create-access-key` };
  tellLookingRound(stage, script, at(2, 14, 7));
  for (const [i, model] of REFUSED.entries()) {
    stage.infer(script, at(2, 17, 20) + i * 103 * SECOND, VIRGINIA, model, { error: refusal(script, model), ...DATED });
  }
  steal(stage, script, random.instants(at(2, 31, 4), 28 * MINUTE + 50 * SECOND, STOLEN_CALLS.first));
  steal(stage, script, random.instants(at(3, 0), 52 * MINUTE, STOLEN_CALLS.second));
  tellKeyMade(stage, shell, at(3, 12, 44), 'ci-eval', KEYS.ciEvalSecond, false);
  const second = keyHolder('ci-eval', KEYS.ciEvalSecond, '203.0.113.91', AGENTS.botoStranger);
  stage.call(second, at(3, 14, 2), VIRGINIA, 'sts', 'GetCallerIdentity', DATED);
  steal(stage, second, random.instants(at(3, 16), 41 * MINUTE, 24));
  tellSilence(stage, script, at(3, 41, 19));
  tellQuarantine(stage, at(3, 58, 10));
  const error = quarantined(script);
  for (const s of [14, 17, 25]) stage.infer(script, at(3, 58, s), VIRGINIA, OPUS, { error, ...DATED });
}

/** An old client that does not know the newer key exchange. */
const DATED = { keyExchange: 'x25519' };

/** @param {Stage} stage @param {Actor} who @param {readonly number[]} instants */
function steal(stage, who, instants) {
  const additional = { inferenceRegion: 'us-west-2' };
  for (const at of instants) stage.infer(who, at, VIRGINIA, OPUS, { additional, ...DATED });
}

/** What is this key, and which models does it open? @param {Stage} stage @param {Actor} who @param {number} from */
function tellLookingRound(stage, who, from) {
  const policies = {
    request: { userName: 'ci-eval' },
    error: denied(who, 'iam:ListAttachedUserPolicies', `arn:aws:iam::${ACCOUNT}:user/ci-eval`),
  };
  stage.call(who, from, VIRGINIA, 'sts', 'GetCallerIdentity', DATED);
  stage.call(who, from + 9 * SECOND, VIRGINIA, 'iam', 'ListAttachedUserPolicies', { ...policies, ...DATED });
  stage.call(who, from + 31 * SECOND, VIRGINIA, 'bedrock', 'ListFoundationModels', DATED);
  stage.call(who, from + 44 * SECOND, VIRGINIA, 'bedrock', 'ListInferenceProfiles', DATED);
  stage.call(who, from + 70 * SECOND, VIRGINIA, 'bedrock', 'GetModelInvocationLoggingConfiguration', DATED);
  for (const [i, modelId] of REFUSED.slice(0, 2).entries()) {
    const more = { request: { modelId: modelId.replace(/^us\./, '') }, ...DATED };
    stage.call(who, from + (90 + i * 4) * SECOND, VIRGINIA, 'bedrock', 'GetFoundationModelAvailability', more);
  }
}

/** Some models are not allowed to the key, others not offered so: both are how a stranger finds the one that is. @param {Actor} who @param {string} model @returns {[string, string]} */
function refusal(who, model) {
  if (!model.startsWith('us.')) {
    const why = `Invocation of model ID ${model} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`;
    return ['ValidationException', why];
  }
  return denied(who, 'bedrock:InvokeModel', `arn:aws:bedrock:${VIRGINIA}:${ACCOUNT}:inference-profile/${model}`);
}

/** @param {Actor} who @param {string} action @param {string} resource @returns {[string, string]} */
const denied = (who, action, resource) => [
  'AccessDenied',
  `User: ${who.identity.arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
];

/** The team's own trail is stopped and prompts are no longer logged; the organisation's trail, which this is, goes on. @param {Stage} stage @param {Actor} who @param {number} at */
function tellSilence(stage, who, at) {
  const change = { readOnly: false, ...DATED };
  const request = { name: 'ml-team-trail' };
  stage.call(who, at, VIRGINIA, 'cloudtrail', 'StopLogging', { request, ...change });
  stage.call(who, at + 33 * SECOND, VIRGINIA, 'bedrock', 'DeleteModelInvocationLoggingConfiguration', change);
}

/** AWS has found the key in public and attaches its quarantine policy. @param {Stage} stage @param {number} at */
function tellQuarantine(stage, at) {
  const identity = { type: 'AWSService', invokedBy: 'AWS Internal' };
  const aws = { identity, address: 'AWS Internal', agent: 'AWS Internal' };
  const request = { userName: 'ci-eval', policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3' };
  stage.call(aws, at, VIRGINIA, 'iam', 'AttachUserPolicy', { request, readOnly: false });
}
