import { apiCall, assumeRole, consoleLogin, hostOf, keyId, modelCall, streamEnd } from './cloudtrail.mjs';

/** @import { Actor, Call, Issue, Json } from './cloudtrail.mjs' */
/** @import { Random } from './random.mjs' */

export const ACCOUNT = '123456789012';
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The month that is told: 35 days, up to the midnight that the demo calls now. */
export const FIRST_DAY = Date.UTC(2026, 9, 16);
export const NOW = Date.UTC(2026, 10, 20);

export const FRANKFURT = 'eu-central-1';
export const VIRGINIA = 'us-east-1';

/** Static keys by holder. The last characters are what a reader sees of them. */
export const KEYS = {
  ciEval: 'AKIAW4TBEXKCENJ57Q2M',
  ciEvalSecond: 'AKIAW4TBEXKCQ5ZRV2HN',
  legacyExport: 'AKIAW4TBEXKCMZUDPOLD',
  researchBefore: 'AKIAW4TBEXKCI6GHR3LB',
  researchAfter: 'AKIAW4TBEXKCU2WDN5TS',
  dataExport: 'AKIAW4TBEXKCAFS6D4XP',
  monitoring: 'AKIAW4TBEXKCO7EVM6NT',
  crmSync: 'AKIAW4TBEXKCGZ2HY7CS',
  notebook: 'AKIAW4TBEXKCB3JYN4BK',
  fieldDemo: 'AKIAW4TBEXKCL5QIF2DM',
};

const PYTHON = (/** @type {string} */ version, /** @type {string} */ os) =>
  `Boto3/${version} md/Botocore#${version} ua/2.1 ${os} md/arch#x86_64 lang/python#3.12.11 md/pyimpl#CPython m/Z,b,D cfg/retry-mode#standard Botocore/${version}`;

export const AGENTS = {
  boto: PYTHON('1.40.61', 'os/linux#6.8.0-1021-aws'),
  botoMac: PYTHON('1.40.58', 'os/macos#25.1.0'),
  botoOld: 'Boto3/1.26.90 Python/3.8.10 Linux/5.4.0-196-generic Botocore/1.29.90',
  botoStranger: PYTHON('1.34.46', 'os/linux#6.6.15-amd64'),
  lambda:
    'aws-sdk-js/3.922.0 ua/2.1 os/linux#5.10.244-267.968.amzn2.x86_64 lang/js md/nodejs#22.20.0 api/bedrock-runtime#3.922.0 exec-env/AWS_Lambda_nodejs22.x m/E,n,e,N',
  cli: 'aws-cli/2.31.30 md/awscrt#0.28.4 ua/2.1 os/macos#25.1.0 md/arch#arm64 lang/python#3.13.9 md/pyimpl#CPython m/E,b,Z,n,C md/prompt#off',
  cliStranger: 'aws-cli/2.15.10 Python/3.11.6 Linux/6.6.15-amd64 exe/x86_64.kali.2024 prompt/off',
  deploy: 'configure-aws-credentials-for-github-actions',
  browser:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
};

/** Where an event lies that was told: the record, when, and in which Region's files. */
/** @typedef {{ readonly at: number, readonly region: string, readonly record: Json }} Told */

/** Collects what is told, giving each event its ids. */
export class Stage {
  /** @type {Told[]} */
  told = [];
  #random;

  /** @param {Random} random */
  constructor(random) {
    this.#random = random;
  }

  id() {
    return this.#random.guid();
  }

  /** @param {number} at @param {string} region @param {Json} record */
  tell(at, region, record) {
    this.told.push({ at, region, record });
  }

  /** Any call. @param {Actor} actor @param {number} at @param {string} region @param {string} source @param {string} name @param {Partial<Call>} [more] */
  call(actor, at, region, source, name, more) {
    const host = 'invokedBy' in actor.identity ? {} : { host: hostOf(source, region) };
    const ids = { requestID: this.id(), eventID: this.id() };
    this.tell(at, region, apiCall(ACCOUNT, actor, { at, region, source, name, ...host, ...ids, ...more }));
  }

  /** A call to a model that answers at once, or is refused. @param {Actor} actor @param {number} at @param {string} region @param {string} model @param {Partial<Call> & { api?: 'InvokeModel' | 'Converse' }} [more] */
  infer(actor, at, region, model, more) {
    const ids = { requestID: this.id(), eventID: this.id() };
    this.tell(at, region, modelCall(ACCOUNT, actor, { api: 'InvokeModel', at, region, model, ...ids, ...more }));
  }

  /** A call whose answer is streamed: the call, and the event that ends it. @param {Actor} actor @param {number} at @param {string} region @param {string} model */
  stream(actor, at, region, model) {
    const random = this.#random;
    const parent = this.id();
    const api = /** @type {const} */ ('ConverseStream');
    const inferenceRegion = random.pick(['eu-central-1', 'eu-west-1', 'eu-north-1']);
    const call = { at, region, api, model, requestID: parent, eventID: this.id(), additional: { inferenceRegion } };
    this.tell(at, region, modelCall(ACCOUNT, actor, call));
    const tokens = { inputTokens: random.between(600, 5200), outputTokens: random.between(90, 900) };
    const endedAt = at + random.between(2, 19) * SECOND;
    const ids = { requestID: this.id(), eventID: this.id() };
    this.tell(
      endedAt,
      region,
      streamEnd(ACCOUNT, actor, { ...call, ...ids, at: endedAt, parent, inferenceRegion, ...tokens }),
    );
  }

  /** A session of a role, issued. Returns its key id. @param {Actor} actor @param {number} at @param {string} region @param {string} role @param {string} session @param {Partial<Issue>} [more] */
  issue(actor, at, region, role, session, more) {
    const key = keyId('ASIA', `${role}/${session}/${at}`);
    const ids = { requestID: this.id(), eventID: this.id() };
    this.tell(at, region, assumeRole(ACCOUNT, actor, { at, region, role, session, key, ...ids, ...more }));
    return key;
  }

  /** A sign-in to the console. @param {Actor} actor @param {number} at @param {string} region @param {boolean} mfa */
  signIn(actor, at, region, mfa) {
    this.tell(at, region, consoleLogin(ACCOUNT, actor, { at, region, eventID: this.id(), mfa }));
  }
}

/** Every day of the month: its midnight, and whether people work. */
export function* days() {
  for (let day = FIRST_DAY; day < NOW; day += DAY) {
    const weekday = new Date(day).getUTCDay();
    yield { day, working: weekday > 0 && weekday < 6, weekday, name: new Date(day).toISOString().slice(0, 10) };
  }
}
