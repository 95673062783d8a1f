import { consoleUser, iamUser, keyId, roleSession, service, shortTime } from './cloudtrail.mjs';
import { ACCOUNT, AGENTS, DAY, days, FRANKFURT, HOUR, KEYS, MINUTE, NOW, SECOND, VIRGINIA } from './demo-stage.mjs';

/** @import { Actor } from './cloudtrail.mjs' */
/** @import { Stage } from './demo-stage.mjs' */
/** @import { Random } from './random.mjs' */

/**
 * A day in the life of one credential.
 *
 * @typedef {object} Day
 * @property {Stage} stage
 * @property {Random} random
 * @property {number} day
 * @property {boolean} working
 * @property {number} weekday
 */

export const SONNET = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
export const HAIKU = 'eu.anthropic.claude-haiku-4-5-20251001-v1:0';
const EMBEDDER = 'cohere.embed-multilingual-v3';

/** When the key of research-batch was changed: made, moved over, switched off, removed. */
const ROTATION = {
  madeAt: Date.UTC(2026, 10, 3, 9, 12, 40),
  movedAt: Date.UTC(2026, 10, 4, 12),
  disabledAt: Date.UTC(2026, 10, 5, 8, 30, 5),
  deletedAt: Date.UTC(2026, 10, 10, 8, 41, 52),
};

/** The busiest day of ci-eval before the leak: its record. */
const RELEASE_DAY = Date.UTC(2026, 10, 5);

/** The night on which a stranger holds the key of ci-eval too; see demo-trouble.mjs. */
export const LEAK_DAY = Date.UTC(2026, 10, 19);

/** @param {string} name @param {string} key @param {string} address @param {string} agent @returns {Actor} */
export const keyHolder = (name, key, address, agent) => ({ identity: iamUser(ACCOUNT, name, key), address, agent });

/** The administrator at work in the console. @param {number} day */
export function administrator(day) {
  const startedAt = day + 7 * HOUR + 31 * MINUTE;
  const key = keyId('ASIA', `platform-admin/${day}`);
  const identity = consoleUser(ACCOUNT, 'platform-admin', key, startedAt);
  return { identity, address: '192.0.2.23', agent: AGENTS.browser };
}

/** Tells the whole month as it would have gone without trouble. @param {Stage} stage @param {Random} random */
export function tellLife(stage, random) {
  for (const { name, ...day } of days()) {
    for (const [who, live] of Object.entries(LIVES)) live({ stage, random: random.fork(`${who} ${name}`), ...day });
  }
  tellRotation(stage);
}

const LIVES = {
  ciEval,
  appInference,
  researchBatch,
  dataExport,
  legacyExport,
  monitoring,
  crmSync,
  notebook,
  fieldDemo,
  bedrockKey,
  deploy,
  administration,
  services,
};

/** Nightly evaluations and, on working days, a run or two for merges. @param {Day} life */
function ciEval({ stage, random, day, working }) {
  const runner = keyHolder('ci-eval', KEYS.ciEval, `198.51.100.${random.between(17, 20)}`, AGENTS.boto);
  const night = day + 2 * HOUR;
  const calls = day === RELEASE_DAY ? 45 : day === LEAK_DAY ? 38 : random.between(17, 36);
  stage.call(runner, night + 67 * SECOND, FRANKFURT, 'sts', 'GetCallerIdentity', {});
  for (const at of random.instants(night + 2 * MINUTE, 46 * MINUTE, calls)) stage.infer(runner, at, FRANKFURT, HAIKU);
  if (!working) return;
  for (let runs = day === RELEASE_DAY ? 8 : random.between(1, 2); runs > 0; runs--) {
    const from = day + random.between(8, 15) * HOUR + random.between(0, 40) * MINUTE;
    for (const at of random.instants(from, 9 * MINUTE, random.between(3, 6))) mergeRun(stage, runner, at);
  }
}

/** Once the key is quarantined, its rightful holder is refused too. @param {Stage} stage @param {Actor} runner @param {number} at */
function mergeRun(stage, runner, at) {
  const error = at > LEAK_DAY + 4 * HOUR ? quarantined(runner) : undefined;
  stage.infer(runner, at, FRANKFURT, HAIKU, { ...(error && { error }) });
}

/** @param {Actor} actor @returns {[string, string]} */
export const quarantined = actor => [
  'AccessDenied',
  `User: ${actor.identity.arn} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:${FRANKFURT}:${ACCOUNT}:inference-profile/${HAIKU} with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3`,
];

/** The product: a Lambda function that streams answers by day, and a little at weekends. @param {Day} life */
function appInference({ stage, random, day, working }) {
  for (let shift = 0; shift < 24; shift += 8) {
    const startedAt = day + shift * HOUR + random.between(5, 55) * SECOND;
    const lambda = service('lambda');
    const key = stage.issue(lambda, startedAt, FRANKFURT, 'app-inference', 'chat-api', { sharedEventID: stage.id() });
    const identity = roleSession(ACCOUNT, 'app-inference', 'chat-api', key, startedAt);
    const app = { identity, address: `203.0.113.2${random.between(10, 11)}`, agent: AGENTS.lambda };
    const calls = shift === 0 ? random.between(1, 3) : working ? random.between(11, 17) : random.between(3, 6);
    for (const at of random.instants(startedAt + MINUTE, 7 * HOUR, calls)) stage.stream(app, at, FRANKFURT, SONNET);
  }
}

/** A batch in the evening of working days. @param {Day} life */
function researchBatch({ stage, random, day, working }) {
  if (!working) return;
  const from = day + 22 * HOUR;
  const key = from < ROTATION.movedAt ? KEYS.researchBefore : KEYS.researchAfter;
  const batch = keyHolder('research-batch', key, '192.0.2.40', AGENTS.boto);
  stage.call(batch, from + 20 * SECOND, FRANKFURT, 's3', 'ListBuckets', { host: `s3.${FRANKFURT}.amazonaws.com` });
  for (const at of random.instants(from + MINUTE, 40 * MINUTE, random.between(11, 19))) {
    stage.infer(batch, at, FRANKFURT, EMBEDDER);
  }
}

/** Early every working day: two secrets and a few queries. @param {Day} life */
function dataExport({ stage, random, day, working }) {
  if (!working) return;
  const from = day + 5 * HOUR + random.between(0, 9) * MINUTE;
  const job = keyHolder('data-export', KEYS.dataExport, '192.0.2.45', AGENTS.boto);
  for (const [i, name] of ['prod/warehouse/reader', 'prod/lake/reader'].entries()) {
    stage.call(job, from + i * SECOND, FRANKFURT, 'secretsmanager', 'GetSecretValue', { request: { secretId: name } });
  }
  for (const at of random.instants(from + 5 * SECOND, 20 * MINUTE, 3)) {
    const request = { queryExecutionId: stage.id() };
    stage.call(job, at, FRANKFURT, 'athena', 'GetQueryExecution', { request });
  }
}

/** Something old that nobody has looked at for long, every evening, from Boston. @param {Day} life */
function legacyExport({ stage, random, day }) {
  const job = keyHolder('legacy-export', KEYS.legacyExport, '192.0.2.140', AGENTS.botoOld);
  const from = day + 21 * HOUR + 2 * MINUTE;
  stage.call(job, from, VIRGINIA, 'sts', 'GetCallerIdentity', {});
  for (const at of random.instants(from, 6 * MINUTE, 2)) {
    stage.infer(job, at, VIRGINIA, 'amazon.titan-embed-text-v2:0');
  }
}

/** Dashboards, round the clock. @param {Day} life */
function monitoring({ stage, random, day }) {
  const dashboard = keyHolder('monitoring', KEYS.monitoring, '203.0.113.212', AGENTS.boto);
  for (let hour = 1; hour < 24; hour += 4) {
    const at = day + hour * HOUR + random.between(0, 59) * SECOND;
    stage.call(dashboard, at, FRANKFURT, 'monitoring', 'DescribeAlarms', { request: { maxRecords: 100 } });
  }
}

/** Two looks at a queue, every morning. @param {Day} life */
function crmSync({ stage, random, day }) {
  const job = keyHolder('crm-sync', KEYS.crmSync, '192.0.2.46', AGENTS.botoOld);
  for (const at of random.instants(day + 4 * HOUR, 20 * MINUTE, 2)) {
    stage.call(job, at, FRANKFURT, 'sqs', 'GetQueueAttributes', { request: { attributeNames: ['All'] } });
  }
}

/** A notebook in the office, over IPv4 and IPv6 alike. @param {Day} life */
function notebook({ stage, random, day, working }) {
  if (!working) return;
  for (const at of random.instants(day + 8 * HOUR, 8 * HOUR, random.between(3, 8))) {
    const address = random.chance(500) ? '192.0.2.31' : '2001:db8:20::31';
    const user = keyHolder('notebook', KEYS.notebook, address, AGENTS.botoMac);
    stage.infer(user, at, FRANKFURT, SONNET, { api: 'Converse' });
  }
}

/** Shows the product to customers: from the office, or through the VPN. @param {Day} life */
function fieldDemo({ stage, random, day, weekday }) {
  if (weekday < 1 || weekday > 4) return;
  const address = weekday % 2 === 0 ? '192.0.2.52' : '198.51.100.207';
  const user = keyHolder('field-demo', KEYS.fieldDemo, address, AGENTS.botoMac);
  for (const at of random.instants(day + 13 * HOUR, 2 * HOUR, random.between(3, 7))) {
    stage.infer(user, at, FRANKFURT, SONNET, { api: 'Converse' });
  }
}

/** A long-term Bedrock API key, sent as a bearer token. @param {Day} life */
function bedrockKey({ stage, random, day, working }) {
  if (!working) return;
  const identity = iamUser(ACCOUNT, 'BedrockAPIKey-k3x9');
  const app = { identity, address: '192.0.2.60', agent: 'python-httpx/0.28.1' };
  const additional = { callWithBearerToken: true };
  for (const at of random.instants(day + 9 * HOUR, 7 * HOUR, random.between(4, 7))) {
    stage.infer(app, at, FRANKFURT, HAIKU, { api: 'Converse', additional });
  }
}

/** A deployment from CI, by federation and without a static key. @param {Day} life */
function deploy({ stage, random, day, working }) {
  if (!working) return;
  const at = day + random.between(9, 15) * HOUR + random.between(0, 59) * MINUTE;
  const session = 'GitHubActions';
  const provider = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
  const subject = 'repo:example/chat-api:ref:refs/heads/main';
  const identity = {
    type: 'WebIdentityUser',
    principalId: `${provider}:sts.amazonaws.com:${subject}`,
    userName: subject,
    identityProvider: provider,
  };
  const runner = { address: '198.51.100.33', agent: AGENTS.deploy };
  const key = stage.issue({ identity, ...runner }, at, FRANKFURT, 'deploy', session, {
    name: 'AssumeRoleWithWebIdentity',
    host: `sts.${FRANKFURT}.amazonaws.com`,
    extra: { subjectFromWebIdentityToken: subject, provider, audience: 'sts.amazonaws.com' },
  });
  const federation = { webIdFederationData: { federatedProvider: provider, attributes: {} } };
  const role = { identity: roleSession(ACCOUNT, 'deploy', session, key, at, federation), ...runner };
  const request = { functionName: 'chat-api' };
  stage.call(role, at + 9 * SECOND, FRANKFURT, 'lambda', 'GetFunction20150331v2', { request });
  stage.call(role, at + 14 * SECOND, FRANKFURT, 'lambda', 'UpdateFunctionCode20150331v2', { request, readOnly: false });
}

/** The administrator's morning. @param {Day} life */
function administration({ stage, random, day, working }) {
  if (!working) return;
  const admin = administrator(day);
  const { accessKeyId: _key, sessionContext: _session, ...user } = admin.identity;
  stage.signIn({ ...admin, identity: user }, day + 7 * HOUR + 31 * MINUTE, FRANKFURT, true);
  for (const at of random.instants(day + 7 * HOUR + 32 * MINUTE, 50 * MINUTE, random.between(2, 4))) {
    const [source, name] = random.pick(
      /** @type {const} */ ([
        ['ec2', 'DescribeInstances'],
        ['lambda', 'ListFunctions20150331'],
        ['bedrock', 'ListFoundationModels'],
      ]),
    );
    stage.call(admin, at, FRANKFURT, source, name, { fromConsole: true });
  }
}

const CHORES = /** @type {const} */ ([
  ['cloudtrail', 's3', 'GetBucketAcl', FRANKFURT],
  ['config', 'sts', 'AssumeRole', FRANKFURT],
  ['delivery.logs', 's3', 'GetBucketAcl', FRANKFURT],
  ['dynamodb', 'kms', 'GenerateDataKey', FRANKFURT],
  ['lambda', 'kms', 'Decrypt', FRANKFURT],
  ['cloudtrail', 'kms', 'GenerateDataKey', VIRGINIA],
  ['access-analyzer', 'sts', 'AssumeRole', VIRGINIA],
]);

/** What the services do among themselves. @param {Day} life */
function services({ stage, random, day }) {
  for (const at of random.instants(day, DAY, random.between(58, 70))) {
    const [invoker, source, name, region] = random.pick(CHORES);
    if (name === 'AssumeRole')
      stage.issue(service(invoker), at, region, `${invoker}-service`, invoker, { sharedEventID: stage.id() });
    else
      stage.call(service(invoker), at, region, source, name, {
        request: CHORE_REQUESTS[name],
        sharedEventID: stage.id(),
      });
  }
}

const CHORE_REQUESTS = {
  GetBucketAcl: { bucketName: 'example-audit-logs', Host: `example-audit-logs.s3.${FRANKFURT}.amazonaws.com`, acl: '' },
  GenerateDataKey: {
    keySpec: 'AES_256',
    keyId: `arn:aws:kms:${FRANKFURT}:${ACCOUNT}:key/6b1f6a52-3f0e-4c5d-9a57-0d9a2c7c1e44`,
  },
  Decrypt: {
    encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    encryptionContext: { 'aws:lambda:FunctionArn': `arn:aws:lambda:${FRANKFURT}:${ACCOUNT}:function:chat-api` },
  },
};

/** A key changed as it should be: a second one made, the users moved over, the first disabled, then deleted. @param {Stage} stage */
function tellRotation(stage) {
  const { madeAt, disabledAt, deletedAt } = ROTATION;
  const userName = 'research-batch';
  const accessKeyId = KEYS.researchBefore;
  tellKeyMade(stage, administrator(dayStart(madeAt)), madeAt, userName, KEYS.researchAfter);
  const disable = { request: { userName, accessKeyId, status: 'Inactive' }, readOnly: false, fromConsole: true };
  stage.call(administrator(dayStart(disabledAt)), disabledAt, VIRGINIA, 'iam', 'UpdateAccessKey', disable);
  const remove = { request: { userName, accessKeyId }, readOnly: false, fromConsole: true };
  stage.call(administrator(dayStart(deletedAt)), deletedAt, VIRGINIA, 'iam', 'DeleteAccessKey', remove);
}

/** Someone makes a static key for a user. @param {Stage} stage @param {Actor} maker @param {number} at @param {string} userName @param {string} accessKeyId @param {boolean} [fromConsole] */
export function tellKeyMade(stage, maker, at, userName, accessKeyId, fromConsole = true) {
  const accessKey = { accessKeyId, status: 'Active', userName, createDate: shortTime(at) };
  const more = { request: { userName }, response: { accessKey }, readOnly: false, fromConsole };
  stage.call(maker, at, VIRGINIA, 'iam', 'CreateAccessKey', more);
}

/** @param {number} at */
const dayStart = at => at - (at % DAY);

/** Events that two files deliver, as happens. @param {Stage} stage */
export function deliveredTwice(stage) {
  const from = Date.UTC(2026, 10, 9, 8);
  return stage.told.filter(({ at, region }) => region === FRANKFURT && at >= from && at < from + 3 * HOUR && at < NOW);
}
