import { apiCall, assumeRole, keyId, service } from '../make/cloudtrail.mjs';
import { poisson } from './draws.mjs';
import { ACCOUNTS } from './population.mjs';
import { DAY, HOUR } from './time.mjs';

/** @import { Random } from '../make/random.mjs' */
/** @import { Stage } from './stage.mjs' */

const SERVICES = [
  'lambda',
  'config',
  'cloudtrail',
  'delivery.logs',
  'dynamodb',
  'autoscaling',
  'ecs-tasks',
  'guardduty',
];
const REGIONS = ['eu-central-1', 'us-east-1'];

/** Services at work by themselves, far more than any key, and what they do on behalf of the roles they were lent. @param {Stage} stage @param {Random} random @param {number} at Start of a day. @param {number} perDay Events. */
export function tellServices(stage, random, at, perDay) {
  for (const name of SERVICES) {
    const isBusy = random.chance(30);
    const count = poisson(random, (perDay / SERVICES.length) * (isBusy ? 6 : 1));
    // On a busy day nearly all of it falls into one hour.
    const hour = random.below(24) * HOUR;
    for (let i = 0; i < count; i++) {
      const time = isBusy ? at + hour + random.below(3600) * 1000 : at + random.below(DAY / 1000) * 1000;
      tellOne(stage, random, name, time);
    }
  }
}

/** @param {Stage} stage @param {Random} random @param {string} name @param {number} at */
function tellOne(stage, random, name, at) {
  const account = /** @type {string} */ (random.pick(ACCOUNTS));
  const region = random.pick(REGIONS);
  const ids = { sharedEventID: random.guid(), ...stage.ids() };
  const roll = random.below(10);
  if (roll < 4) {
    const key = keyId('ASIA', `${name} ${at}`);
    const issue = { at, region, role: `${name}-service`, session: `${name}-${random.hex()}`, key, ...ids };
    stage.trail(account, region, at, assumeRole(account, service(name), issue));
  } else if (roll < 7) {
    const request = {
      keySpec: 'AES_256',
      encryptionContext: { 'aws:dynamodb:tableName': `table-${random.below(400)}` },
    };
    const call = { at, region, source: 'kms', name: 'GenerateDataKey', request, ...ids };
    stage.trail(account, region, at, apiCall(account, service(name), call));
  } else stage.trail(account, region, at, onBehalf(account, name, { at, region, ...ids }));
}

/** @param {string} account @param {string} name @param {{ at: number, region: string, eventID: string, requestID: string }} call */
function onBehalf(account, name, call) {
  const domain = `${name}.amazonaws.com`;
  const issuer = {
    type: 'Role',
    principalId: 'AROAIOSFODNN7EXAMPLE',
    arn: `arn:aws:iam::${account}:role/${name}-service`,
    accountId: account,
    userName: `${name}-service`,
  };
  const identity = {
    type: 'AssumedRole',
    principalId: `AROAIOSFODNN7EXAMPLE:${name}`,
    arn: `arn:aws:sts::${account}:assumed-role/${name}-service/${name}`,
    accountId: account,
    accessKeyId: keyId('ASIA', `${name} ${Math.floor(call.at / (6 * HOUR))}`),
    sessionContext: {
      sessionIssuer: issuer,
      attributes: { creationDate: '2026-11-01T00:00:00Z', mfaAuthenticated: 'false' },
    },
    invokedBy: domain,
  };
  const request = { modelId: 'amazon.titan-embed-text-v2:0' };
  return apiCall(
    account,
    { identity, address: domain, agent: domain },
    { ...call, source: 'bedrock', name: 'InvokeModel', request },
  );
}
