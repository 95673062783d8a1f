import { keyId } from './cloudtrail.mjs';

/** @import { Random } from './random.mjs' */

export const REGIONS = ['eu-central-1', 'us-east-1', 'eu-west-1'];

/**
 * One credential of the load set.
 *
 * @typedef {object} Holder
 * @property {string} name
 * @property {'key' | 'role' | 'bearer'} kind
 * @property {string} key Empty for roles, whose sessions bring their own.
 * @property {string} session
 * @property {number} region Index of the Region it works in.
 * @property {readonly string[]} addresses
 * @property {string} agent
 * @property {number} hours One bit for each hour of the day in which it works.
 * @property {boolean} weekends
 * @property {readonly string[]} models
 * @property {Job} job
 * @property {number} sum Weights of all in its Region up to it: busy ones are drawn more often.
 *
 * @typedef {'app' | 'batch' | 'notebook' | 'pipeline' | 'operations'} Job
 */

const MODELS = [
  'anthropic.claude-sonnet-4-5-20250929-v1:0',
  'anthropic.claude-haiku-4-5-20251001-v1:0',
  'anthropic.claude-opus-4-7',
  'amazon.nova-lite-v1:0',
  'amazon.nova-pro-v1:0',
  'amazon.titan-embed-text-v2:0',
  'cohere.embed-multilingual-v3',
  'meta.llama4-maverick-17b-instruct-v1:0',
];

/** Names of teams, for those of users and roles. */
export const TEAMS = [
  'search',
  'billing',
  'support',
  'catalogue',
  'risk',
  'growth',
  'mobile',
  'research',
  'platform',
  'data',
  'docs',
  'partner',
];

/** @type {Readonly<Record<Job, readonly string[]>>} */
const NAMES = {
  app: ['chat-api', 'answers', 'summaries', 'moderation', 'routing', 'assist'],
  batch: ['nightly-labels', 'embeddings', 'digest', 'backfill', 'scoring'],
  notebook: ['notebook', 'lab', 'workbench'],
  pipeline: ['ci', 'deploy', 'release', 'evaluation'],
  operations: ['monitor', 'inventory', 'backup', 'cost-report'],
};

const JOBS = /** @type {readonly Job[]} */ ([
  'app',
  'app',
  'app',
  'batch',
  'batch',
  'notebook',
  'notebook',
  'pipeline',
  'operations',
]);

/** First octets that clouds and a large provider hold: a load test wants addresses that have a place. */
const OCTETS = [3, 13, 18, 34, 35, 44, 52, 54, 90];

/** Credentials with heavy-tailed weights, shuffled over Regions and jobs. @param {Random} random @param {number} count @returns {readonly (readonly Holder[])[]} */
export function assembleFleet(random, count) {
  const sites = Array.from({ length: Math.max(8, Math.floor(count / 12)) }, (_, i) => siteOf(random, i));
  /** @type {Holder[][]} */
  const byRegion = REGIONS.map(() => []);
  for (let i = 0; i < count; i++) {
    const region = random.below(REGIONS.length);
    const held = byRegion[region] ?? [];
    const weight = Math.floor(400_000 / (i + 60)) + 20;
    held.push({ ...holderOf(random, i, sites), region, sum: (held.at(-1)?.sum ?? 0) + weight });
  }
  return byRegion;
}

/** Draws a credential that works at this hour, or nearly always so. @param {Random} random @param {readonly Holder[]} held @param {number} at @returns {Holder} */
export function drawHolder(random, held, at) {
  const hour = Math.floor(at / 3_600_000);
  const weekday = (Math.floor(hour / 24) + 4) % 7;
  const isWeekend = weekday === 0 || weekday === 6;
  for (let tries = 0; ; tries++) {
    const holder = drawByWeight(random, held);
    const works = ((holder.hours >>> (hour % 24)) & 1) === 1 && (!isWeekend || holder.weekends);
    if (works || tries === 9) return holder;
  }
}

/** @param {Random} random @param {readonly Holder[]} held */
function drawByWeight(random, held) {
  const target = random.below(held.at(-1)?.sum ?? 1);
  let low = 0;
  let high = held.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((held[middle]?.sum ?? 0) > target) high = middle;
    else low = middle + 1;
  }
  return /** @type {Holder} */ (held[low]);
}

/** @param {Random} random @param {number} index @param {readonly (readonly string[])[]} sites @returns {Omit<Holder, 'region' | 'sum'>} */
function holderOf(random, index, sites) {
  const job = random.pick(JOBS);
  const name = `${random.pick(TEAMS)}-${random.pick(NAMES[job])}-${index}`;
  const roll = random.below(100);
  const kind = roll < 50 ? 'role' : roll < 96 ? 'key' : 'bearer';
  const start = random.between(5, 16);
  const office = ((0x1ff << start) | (0x1ff >>> (24 - start))) & 0xffffff;
  const night = (0x7 << random.between(0, 20)) & 0xffffff;
  return {
    name: kind === 'bearer' ? `BedrockAPIKey-${random.text('abcdefghijklmnopqrstuvwxyz0123456789', 4)}${index}` : name,
    kind,
    key: kind === 'key' ? keyId('AKIA', name) : '',
    session: job === 'app' ? name : `i-0${random.hex()}${random.hex()}`,
    addresses: random.pick(sites),
    agent: agentOf(random),
    hours: job === 'notebook' || job === 'pipeline' ? office : job === 'batch' ? night : 0xffffff,
    weekends: job !== 'notebook',
    models: [random.pick(MODELS), random.pick(MODELS)],
    job,
  };
}

/** @param {Random} random */
function agentOf(random) {
  const boto = `1.${random.between(34, 40)}.${random.between(0, 99)}`;
  const python = `3.${random.between(9, 13)}.${random.between(0, 12)}`;
  const kernel = `5.10.${random.between(180, 245)}-${random.between(200, 269)}.968.amzn2.x86_64`;
  const node = `3.${random.between(700, 930)}.0`;
  return random.pick([
    `Boto3/${boto} md/Botocore#${boto} ua/2.1 os/linux#6.8.0-${random.between(1001, 1039)}-aws md/arch#x86_64 lang/python#${python} md/pyimpl#CPython m/Z,b,D cfg/retry-mode#standard Botocore/${boto}`,
    `aws-sdk-js/${node} ua/2.1 os/linux#${kernel} lang/js md/nodejs#22.${random.between(1, 20)}.0 api/bedrock-runtime#${node} exec-env/AWS_Lambda_nodejs22.x m/E,n,e,N`,
    `aws-sdk-java/2.${random.between(20, 38)}.${random.between(0, 60)} md/io#async md/http#NettyNio ua/2.1 os/Linux#${kernel} lang/java#21.0.${random.between(1, 8)} md/OpenJDK_64-Bit_Server_VM md/vendor#Amazon.com_Inc. md/en exec-env/AWS_ECS_FARGATE m/D,N`,
    `aws-sdk-go-v2/1.${random.between(30, 39)}.${random.between(0, 9)} ua/2.1 os/linux lang/go#1.${random.between(22, 25)}.${random.between(0, 8)} md/GOOS#linux md/GOARCH#arm64 api/sts#1.${random.between(28, 38)}.${random.between(0, 6)} m/E,g`,
  ]);
}

/** The addresses of one site: one or a few IPv4, or of both families. @param {Random} random @param {number} index */
function siteOf(random, index) {
  const octets = [random.pick(OCTETS), random.below(256), random.below(256)];
  const v4 = Array.from({ length: random.between(1, 3) }, () => [...octets, random.between(1, 254)].join('.'));
  const v6 = `2600:1f18:${index.toString(16)}:${random.below(65536).toString(16)}::${random.between(1, 999)}`;
  return octets[0] === 3 || octets[0] === 52 ? [...v4, v6] : v4;
}
