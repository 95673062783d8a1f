import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  apiCall,
  assumeRole,
  filePath,
  hostOf,
  iamUser,
  keyId,
  modelCall,
  roleSession,
  service,
  sessionToken,
  shortTime,
  streamEnd,
} from './cloudtrail.mjs';
import { assembleFleet, drawHolder, REGIONS } from './fleet.mjs';
import { Random } from './random.mjs';

/** @import { Actor, Json } from './cloudtrail.mjs' */
/** @import { Holder } from './fleet.mjs' */

/**
 * @typedef {object} Load
 * @property {string} out Folder to write to, made if missing.
 * @property {number} events Records in all, duplicates included.
 * @property {number} [files]
 * @property {number} [credentials]
 * @property {number} [days]
 * @property {string} [seed]
 *
 * @typedef {object} Written
 * @property {number} events
 * @property {number} duplicates
 * @property {number} files
 * @property {number} rawBytes
 * @property {number} gzipBytes
 * @property {string} digest SHA-256 over all text, so that equal sets can be told.
 */

const ACCOUNT = '123456789012';
const END = Date.UTC(2026, 10, 20);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SESSION = 6 * HOUR;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** One record in two hundred is delivered again, in the next file. */
const REPEATED = 5;

const compress = promisify(gzip);

/** Writes a load set as a trail would: file after file, in bounded memory. @param {Load} load @returns {Promise<Written>} */
export async function writeLoad({ out, events, files = 400, credentials = 5000, days = 28, seed = 'keyward load' }) {
  const random = new Random(seed);
  const fleet = assembleFleet(random.fork('fleet'), credentials);
  const digest = createHash('sha256');
  const written = { events: 0, duplicates: 0, files: 0, rawBytes: 0, gzipBytes: 0, digest: '' };
  /** @type {string[]} */
  let repeated = [];
  for (let i = 0; i < files; i++) {
    const wanted = Math.floor((events * (i + 1)) / files) - Math.floor((events * i) / files);
    const file = fillFile(random.fork(i), fleet, stretchOf(i, files, days), wanted, repeated.slice(0, wanted));
    written.events += wanted;
    written.duplicates += Math.min(repeated.length, wanted);
    repeated = file.repeated;
    digest.update(file.text);
    await writeFileTo(join(out, file.path), file.text, written);
  }
  return { ...written, digest: digest.digest('hex') };
}

/** @param {string} path @param {string} text @param {Written} written */
async function writeFileTo(path, text, written) {
  const bytes = await compress(text);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  written.files++;
  written.rawBytes += Buffer.byteLength(text);
  written.gzipBytes += bytes.length;
}

/** Where and when a file's events lie: Regions in turn, each covering the same stretch. @param {number} index @param {number} files @param {number} days */
function stretchOf(index, files, days) {
  const rounds = Math.ceil(files / REGIONS.length);
  const length = Math.floor((days * DAY) / rounds / 1000) * 1000;
  return { region: index % REGIONS.length, from: END - (rounds - Math.floor(index / REGIONS.length)) * length, length };
}

/** @param {Random} random @param {readonly (readonly Holder[])[]} fleet @param {{ region: number, from: number, length: number }} stretch @param {number} wanted @param {readonly string[]} repeats */
function fillFile(random, fleet, { region, from, length }, wanted, repeats) {
  const records = [...repeats];
  const held = fleet[region]?.length ? fleet[region] : fleet.flat();
  const scene = new Scene(random, REGIONS[region] ?? 'us-east-1');
  while (records.length < wanted) {
    const at = from + random.below(length / 1000) * 1000;
    for (const record of scene.draw(held, at)) records.push(JSON.stringify(record));
  }
  records.length = wanted;
  const fresh = records.slice(repeats.length);
  return {
    path: filePath(ACCOUNT, scene.region, from + length + 5 * 60_000, random.text(LETTERS, 16)),
    text: `{"Records":[${records.join(',')}]}`,
    repeated: fresh.filter(() => random.chance(REPEATED)),
  };
}

/** What is drawn, in thousands, by job: calls to models, sessions issued, secrets read, decryptions; the rest looks around. */
const MIX = {
  app: { infer: 640, issue: 80, reveal: 20, decrypt: 60 },
  batch: { infer: 560, issue: 40, reveal: 40, decrypt: 60 },
  notebook: { infer: 500, issue: 20, reveal: 10, decrypt: 10 },
  pipeline: { infer: 180, issue: 250, reveal: 60, decrypt: 60 },
  operations: { infer: 0, issue: 60, reveal: 10, decrypt: 40 },
};

const SERVICES = [
  'lambda',
  'config',
  'cloudtrail',
  'delivery.logs',
  'dynamodb',
  'autoscaling',
  'ecs-tasks',
  'guardduty',
  'access-analyzer',
];

const LOOKS = /** @type {const} */ ([
  [
    'ec2',
    'DescribeInstances',
    { filterSet: { items: [{ name: 'instance-state-name', valueSet: { items: [{ value: 'running' }] } }] } },
  ],
  ['monitoring', 'DescribeAlarms', { maxRecords: 100, alarmTypes: ['MetricAlarm'] }],
  ['lambda', 'GetFunction20150331v2', { functionName: 'chat-api' }],
  ['s3', 'ListBuckets', { Host: 's3.amazonaws.com' }],
  ['ecr', 'GetAuthorizationToken', null],
  ['sts', 'GetCallerIdentity', null],
  [
    'logs',
    'DescribeLogStreams',
    { logGroupName: '/aws/lambda/chat-api', orderBy: 'LastEventTime', descending: true, limit: 50 },
  ],
  ['dynamodb', 'DescribeTable', { tableName: 'sessions' }],
  ['bedrock', 'ListFoundationModels', null],
  ['iam', 'ListAttachedRolePolicies', { roleName: 'chat-api', maxItems: 100 }],
]);

/** What happens in one Region while one file is filled. */
class Scene {
  region;
  #random;
  /** @type {Map<string, { key: string, startedAt: number }>} */
  #sessions = new Map();

  /** @param {Random} random @param {string} region */
  constructor(random, region) {
    this.#random = random;
    this.region = region;
  }

  /** One happening: a record, or two when an answer is streamed. @param {readonly Holder[]} held @param {number} at @returns {Json[]} */
  draw(held, at) {
    if (this.#random.chance(95)) return [this.#chore(at)];
    const holder = drawHolder(this.#random, held, at);
    const actor = this.#actor(holder, at);
    const mix = MIX[holder.job];
    const roll = this.#random.below(1000);
    if (holder.kind === 'bearer' || roll < mix.infer) return this.#infer(holder, actor, at);
    if (roll < mix.infer + mix.issue) return [this.#issue(holder, actor, at)];
    if (roll < mix.infer + mix.issue + mix.reveal) return [this.#reveal(holder, actor, at)];
    if (roll < mix.infer + mix.issue + mix.reveal + mix.decrypt) return [this.#decrypt(actor, at)];
    return [this.#random.chance(1) && holder.kind === 'key' ? this.#mint(holder, actor, at) : this.#look(actor, at)];
  }

  #ids() {
    return { requestID: this.#random.guid(), eventID: this.#random.guid() };
  }

  /** @param {Holder} holder @param {number} at @returns {Actor} */
  #actor({ name, kind, key, session, addresses, agent, job }, at) {
    const from = { address: this.#random.pick(addresses), agent };
    if (kind !== 'role') return { identity: iamUser(ACCOUNT, name, kind === 'key' ? key : undefined), ...from };
    const held = this.#session(name, at);
    const identity = roleSession(ACCOUNT, name, session, held.key, held.startedAt);
    return { identity: job === 'app' ? { ...identity, inScopeOf: this.#scope(name) } : identity, ...from };
  }

  /** The function that a role's credentials were given to. @param {string} name */
  #scope(name) {
    const sourceArn = `arn:aws:lambda:${this.region}:${ACCOUNT}:function:${name}`;
    const given = { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: sourceArn };
    return { sourceArn, sourceAccount: ACCOUNT, ...given };
  }

  /** @param {string} name @param {number} at */
  #session(name, at) {
    const startedAt = at - (at % SESSION);
    const id = `${name} ${startedAt}`;
    const held = this.#sessions.get(id) ?? { key: keyId('ASIA', id), startedAt };
    this.#sessions.set(id, held);
    return held;
  }

  /** @param {Holder} holder @param {Actor} actor @param {number} at @returns {Json[]} */
  #infer({ kind, models, job }, actor, at) {
    const random = this.#random;
    const { region } = this;
    const model = random.pick(models);
    const inferenceRegion = random.pick(REGIONS);
    const profile = `${region.startsWith('us') ? 'us' : 'eu'}.${model}`;
    const additional = { ...(kind === 'bearer' && { callWithBearerToken: true }), inferenceRegion };
    const call = { at, region, model: profile, additional, ...this.#ids() };
    if (job !== 'app' || random.chance(650)) {
      const error = random.chance(30) ? THROTTLED : random.chance(8) ? DENIED : undefined;
      const api = random.chance(600) ? 'InvokeModel' : 'Converse';
      return [modelCall(ACCOUNT, actor, { ...call, api, ...(error && { error }) })];
    }
    const api = random.chance(500) ? 'ConverseStream' : 'InvokeModelWithResponseStream';
    const tokens = { inputTokens: random.between(200, 9000), outputTokens: random.between(40, 1400) };
    const ended = {
      at: at + random.between(1, 25) * 1000,
      parent: call.requestID,
      inferenceRegion,
      ...tokens,
      ...this.#ids(),
    };
    return [
      modelCall(ACCOUNT, actor, { ...call, api }),
      streamEnd(ACCOUNT, actor, { region, api, model: profile, ...ended }),
    ];
  }

  /** @param {Holder} holder @param {Actor} actor @param {number} at */
  #issue(holder, actor, at) {
    const { region } = this;
    const role = `${holder.name}-worker`;
    const session = `worker-${this.#random.hex()}`;
    const key = keyId('ASIA', `${role}/${session}`);
    const token = sessionToken(this.#random, 420);
    const issue = { at, region, role, session, key, token, seconds: 3600, host: hostOf('sts', region), ...this.#ids() };
    return assumeRole(ACCOUNT, actor, issue);
  }

  /** @param {Holder} holder @param {Actor} actor @param {number} at */
  #reveal(holder, actor, at) {
    const secretId = `arn:aws:secretsmanager:${this.region}:${ACCOUNT}:secret:prod/${holder.name}/${this.#random.below(4)}`;
    return this.#call(actor, at, 'secretsmanager', 'GetSecretValue', { secretId, versionStage: 'AWSCURRENT' });
  }

  /** @param {Actor} actor @param {number} at */
  #decrypt(actor, at) {
    const invokedBy = 'secretsmanager.amazonaws.com';
    const onBehalf = { identity: { ...actor.identity, invokedBy }, address: invokedBy, agent: invokedBy };
    const ARN = `arn:aws:kms:${this.region}:${ACCOUNT}:key/6b1f6a52-3f0e-4c5d-9a57-0d9a2c7c1e44`;
    return apiCall(ACCOUNT, onBehalf, {
      at,
      region: this.region,
      source: 'kms',
      name: 'Decrypt',
      request: {
        encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        encryptionContext: { SecretVersionId: this.#random.guid() },
      },
      resources: [{ accountId: ACCOUNT, type: 'AWS::KMS::Key', ARN }],
      ...this.#ids(),
    });
  }

  /** @param {Actor} actor @param {number} at */
  #look(actor, at) {
    const [source, name, request] = this.#random.pick(LOOKS);
    return this.#call(actor, at, source, name, request);
  }

  /** @param {Holder} holder @param {Actor} actor @param {number} at */
  #mint({ name }, actor, at) {
    const accessKeyId = keyId('AKIA', `${name}/${at}`);
    const accessKey = { accessKeyId, status: 'Active', userName: name, createDate: shortTime(at) };
    const call = {
      at,
      region: 'us-east-1',
      source: 'iam',
      name: 'CreateAccessKey',
      readOnly: false,
      host: 'iam.amazonaws.com',
    };
    return apiCall(ACCOUNT, actor, { ...call, request: { userName: name }, response: { accessKey }, ...this.#ids() });
  }

  /** @param {Actor} actor @param {number} at @param {string} source @param {string} name @param {Json | null} request */
  #call(actor, at, source, name, request) {
    const { region } = this;
    return apiCall(ACCOUNT, actor, { at, region, source, name, request, host: hostOf(source, region), ...this.#ids() });
  }

  /** A service at work by itself. @param {number} at */
  #chore(at) {
    const random = this.#random;
    const { region } = this;
    const name = random.pick(SERVICES);
    const shared = { sharedEventID: random.guid(), ...this.#ids() };
    if (random.chance(500)) {
      const key = keyId('ASIA', `${name}/${region}/${at}`);
      const issue = {
        at,
        region,
        role: `${name}-service`,
        session: `${name}-${random.hex()}`,
        key,
        token: sessionToken(random, 420),
      };
      return assumeRole(ACCOUNT, service(name), { ...issue, ...shared });
    }
    const request = {
      keySpec: 'AES_256',
      encryptionContext: { 'aws:dynamodb:tableName': `table-${random.below(400)}` },
    };
    return apiCall(ACCOUNT, service(name), { at, region, source: 'kms', name: 'GenerateDataKey', request, ...shared });
  }
}

/** @type {readonly [string, string]} */
const THROTTLED = ['ThrottlingException', 'Too many requests, please wait before trying again.'];

/** @type {readonly [string, string]} */
const DENIED = ['AccessDenied', "You don't have access to the model with the specified model ID."];
