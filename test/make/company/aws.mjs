import { BROWSER } from '../../simulate/agents.mjs';
import { DAY, HOUR, MINUTE, NOW } from '../../simulate/time.mjs';
import {
  apiCall,
  consoleUser,
  filePath,
  hostOf,
  iamUser,
  keyId,
  modelCall,
  roleSession,
  shortTime,
  streamEnd,
} from '../cloudtrail.mjs';
import { ago, byDay, sharing, START, workOf } from './days.mjs';

/** @import { Actor, Json } from '../cloudtrail.mjs' */
/** @import { Random } from '../random.mjs' */
/** @import { Book } from './book.mjs' */

export const ACCOUNT = '123456789012';
const REGION = 'eu-central-1';
const MODEL = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
const BOTO =
  'Boto3/1.40.12 md/Botocore#1.40.12 ua/2.1 os/linux#6.8.0-1021-aws md/arch#x86_64 lang/python#3.12.4 md/pyimpl#CPython m/Z,b,D cfg/retry-mode#standard Botocore/1.40.12';
const PROGRAMS = [
  BOTO,
  'litellm/1.77.2',
  'aws-sdk-js/3.901.0 ua/2.1 os/linux lang/js md/nodejs#22.9.0 api/bedrock-runtime#3.901.0',
];

/** Services with a key each: what they call, and from where. */
const SERVICES = /** @type {const} */ ([
  ['search-api', 'stream', '198.51.100.11'],
  ['billing-batch', 'call', '198.51.100.12'],
  ['support-bot', 'stream', '198.51.100.13'],
  ['catalogue-sync', 'call', '198.51.100.14'],
  ['risk-scoring', 'call', '198.51.100.15'],
  ['docs-index', 'stream', '198.51.100.16'],
  ['backup', 'none', '198.51.100.17'],
  ['dev-02@example.com', 'call', '192.0.2.12'],
  ['dev-03@example.com', 'call', '192.0.2.13'],
]);

/** Writes what AWS records of the company. @param {Random} random @param {Book} book */
export function tellAws(random, book) {
  const story = new Trail(random, book);
  for (const [name, way, address] of SERVICES) story.work(story.user(name, random.between(40, 380)), { way, address });
  story.work(story.user('dev-01@example.com', 120), { address: '192.0.2.11' });
  story.work(
    story.user('shadow-proxy', 75, { label: 'aws-unlisted', says: 'uses models, and the register does not name it' }),
    { address: '198.51.100.66' },
  );
  tellUnused(story);
  tellRotation(story);
  tellLeaver(story);
  tellShared(story);
  tellRole(story);
  return story.files();
}

/** Keys that are listed only. A saved list does not say which account it is of, so nobody knows where their use would show. @param {Trail} story */
function tellUnused(story) {
  const remarks = ['use-not-visible'];
  const keys = ['old-export', 'backup'].map(name =>
    story.user(name, 330, undefined, { remarks, owner: unplaced(name) }, 'spare'),
  );
  story.book.label(
    'aws-never-used',
    'stands in the list alone',
    keys.map(({ id }) => id),
  );
  story.book.label('aws-two-keys', 'is of a user who has another, by which its account is known', [keys[1]?.id ?? '']);
  const planted = { label: 'aws-disabled', says: 'works no more' };
  story.user('legacy-import', 290, planted, { active: false, owner: unplaced('legacy-import') });
}

/** @param {string} name */
const unplaced = name => `arn:aws:iam:::user/${name}`;

/** A key that another took the place of. @param {Trail} story */
function tellRotation(story) {
  const [made, ended] = [START + 12 * DAY + 9 * HOUR, START + 13 * DAY + 15 * HOUR];
  const says = 'the newer key took the place of the older';
  const before = story.user('nightly-batch', 200, undefined, { active: false });
  const after = story.user('nightly-batch', NOW - made, undefined, { createdAt: made, replaces: before.id }, 'second');
  story.book.amend(before.id, { replacedBy: after.id });
  story.book.label('aws-rotated', says, [before.id, after.id]);
  const accessKey = { accessKeyId: after.id, status: 'Active', userName: after.name, createDate: shortTime(made) };
  story.change(made, 'CreateAccessKey', { userName: after.name }, { accessKey });
  story.change(ended, 'UpdateAccessKey', { userName: before.name, accessKeyId: before.id, status: 'Inactive' });
  story.work(before, { until: made, address: '198.51.100.21' });
  story.work(after, { from: made + HOUR, address: '198.51.100.21' });
}

/** A user who was removed with the key; no list names that key any more. @param {Trail} story */
function tellLeaver(story) {
  const left = START + 10 * DAY + 16 * HOUR;
  const planted = { label: 'aws-user-deleted', says: 'was removed with its user, so nothing is left to misuse' };
  const key = story.user('contractor-07', 90, planted, { active: false, createdAt: null }, '', false);
  story.work(key, { until: left - HOUR, address: '203.0.113.7' });
  story.change(left, 'DeleteAccessKey', { userName: key.name, accessKeyId: key.id });
  story.change(left + MINUTE, 'DeleteUser', { userName: key.name });
}

/** @param {Trail} story */
function tellShared(story) {
  const key = story.user('team-sandbox', 60, { label: 'aws-shared', says: 'is in the hands of several' });
  for (const { at, address, program } of sharing(story.random)) {
    story.call(key, at, { address, agent: PROGRAMS[program] ?? '' });
  }
}

/** A role that a service works as: it has no key of its own. @param {Trail} story */
function tellRole(story) {
  const id = `arn:aws:iam::${ACCOUNT}:role/summaries`;
  story.book.hold(
    { id, provider: 'aws', kind: 'role', holder: 'role/summaries', owner: id, active: null },
    { label: 'aws-role', says: 'uses models without a key of its own' },
  );
  for (const at of workOf(story.random)) {
    const started = at - (at % HOUR);
    const identity = roleSession(ACCOUNT, 'summaries', 'worker', keyId('ASIA', `summaries ${started}`), started);
    story.callBy({ identity, address: '198.51.100.31', agent: BOTO }, at);
    story.book.use(id, { at, address: '198.51.100.31' });
  }
}

/**
 * @typedef {object} Key
 * @property {string} id
 * @property {string} name
 *
 * @typedef {object} Work
 * @property {'call' | 'stream' | 'none'} [way]
 * @property {string} address
 * @property {string} [agent]
 * @property {number} [from]
 * @property {number} [until]
 */

/** Records of a trail and rows of a list, as they are told. */
class Trail {
  random;
  book;
  /** @type {{ at: number, record: Json }[]} */
  #records = [];
  /** @type {Json[]} */
  #listed = [];

  /** @param {Random} random @param {Book} book */
  constructor(random, book) {
    this.random = random;
    this.book = book;
  }

  /** A user with a key, so many days old or made that long ago. @param {string} name @param {number} age @param {{ label: string, says: string }} [planted] @param {Partial<import('./book.mjs').Truth>} [told] @param {string} [which] @param {boolean} [isListed] @returns {Key} */
  user(name, age, planted, told = {}, which = '', isListed = true) {
    const id = keyId('AKIA', `company ${name} ${which}`);
    const createdAt = told.createdAt ?? (age < 1000 ? ago(this.random, age) : NOW - age);
    const owner = `arn:aws:iam::${ACCOUNT}:user/${name}`;
    const holder = name.includes('@') ? name : `user/${name}`;
    this.book.hold({ id, provider: 'aws', kind: 'access-key', holder, owner, createdAt, ...told }, planted);
    if (isListed) {
      const Status = told.active === false ? 'Inactive' : 'Active';
      const CreateDate = `${new Date(createdAt).toISOString().slice(0, 19)}+00:00`;
      this.#listed.push({ UserName: name, AccessKeyId: id, Status, CreateDate });
    }
    return { id, name };
  }

  /** @param {Key} key @param {Work} work */
  work(key, { way = 'call', from, until, ...rest }) {
    for (const at of workOf(this.random, { ...(from && { from }), ...(until && { until }) })) {
      this.call(key, at, { way, ...rest });
      if (way !== 'call' || this.random.chance(80)) this.look(key, at, rest.address);
    }
  }

  /** @param {Key} key @param {number} at @param {Work} work */
  call({ id, name }, at, { way = 'call', address, agent = BOTO }) {
    const identity = iamUser(ACCOUNT, name, id);
    if (way === 'none') return;
    const tokens = this.callBy({ identity, address, agent }, at, way === 'stream');
    this.book.use(id, { at, address, ...tokens });
  }

  /** @param {Actor} actor @param {number} at @param {boolean} [isStreamed] */
  callBy(actor, at, isStreamed = false) {
    const api = isStreamed ? 'ConverseStream' : 'InvokeModel';
    const { requestID, eventID } = this.#ids();
    this.#put(at, modelCall(ACCOUNT, actor, { at, region: REGION, api, model: MODEL, requestID, eventID }));
    if (!isStreamed) return {};
    const [inputTokens, outputTokens] = [this.random.between(200, 9000), this.random.between(50, 1200)];
    const counts = { inferenceRegion: REGION, inputTokens, outputTokens };
    const end = { at: at + 1000, region: REGION, api: /** @type {const} */ ('ConverseStream'), model: MODEL };
    this.#put(at + 1000, streamEnd(ACCOUNT, actor, { ...end, parent: requestID, ...this.#ids(), ...counts }));
    return { tokensIn: inputTokens, tokensOut: outputTokens };
  }

  /** @param {Key} key @param {number} at @param {string} address */
  look({ id, name }, at, address) {
    const actor = { identity: iamUser(ACCOUNT, name, id), address, agent: BOTO };
    const call = { at, region: REGION, source: 's3', name: 'ListBuckets', host: hostOf('s3', REGION) };
    this.#put(at, apiCall(ACCOUNT, actor, { ...call, ...this.#ids() }));
    this.book.use(id, { at, address, calls: 0, others: 1 });
  }

  /** What those who run the platform do in the console. @param {number} at @param {string} name @param {Json} request @param {Json | null} [response] */
  change(at, name, request, response = null) {
    const user = 'ops-01@example.com';
    const started = at - (at % DAY) + 7 * HOUR;
    const identity = consoleUser(ACCOUNT, user, keyId('ASIA', `${user} ${started}`), started);
    const actor = { identity, address: '192.0.2.5', agent: BROWSER };
    const call = { at, region: 'us-east-1', source: 'iam', name, request, response, readOnly: false };
    this.#put(at, apiCall(ACCOUNT, actor, { ...call, host: 'iam.amazonaws.com', ...this.#ids() }));
  }

  #ids() {
    return { requestID: this.random.guid(), eventID: this.random.guid() };
  }

  /** @param {number} at @param {Json} record */
  #put(at, record) {
    this.#records.push({ at, record });
  }

  /** A file of each day, and the list of keys. */
  files() {
    const files = byDay(this.#records).map(([day, told]) => {
      const sorted = told.sort((a, b) => a.at - b.at).map(({ record }) => record);
      const path = filePath(ACCOUNT, REGION, Date.parse(day) + DAY - MINUTE, this.random.text('ABCDEFGHIJKLMNOP', 16));
      return { path: path.replace(/\.gz$/, ''), text: JSON.stringify({ Records: sorted }) };
    });
    const listed = { path: 'inventory/access-keys.json', text: JSON.stringify({ AccessKeyMetadata: this.#listed }) };
    return [...files, listed];
  }
}
