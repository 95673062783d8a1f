import { apiCall, consoleUser, keyId, roleSession, shortTime } from '../make/cloudtrail.mjs';
import { BROWSER, TERRAFORM_AGENT } from './agents.mjs';
import { shuffled } from './draws.mjs';
import { azureAccount } from './population.mjs';
import { silence } from './rhythms.mjs';
import { ACTIVITY, azureAct, identityOf } from './telling.mjs';
import { DAY, HOUR, isWeekend, MINUTE } from './time.mjs';

/** @import { Actor, Json } from '../make/cloudtrail.mjs' */
/** @import { Random } from '../make/random.mjs' */
/** @import { Holder } from './population.mjs' */
/** @import { Stage } from './stage.mjs' */
/** @import { Calendar } from './time.mjs' */

/**
 * Something done once.
 *
 * @typedef {object} Act
 * @property {number} at
 * @property {(stage: Stage) => void} tell
 */

/**
 * A change of something in IAM.
 *
 * @typedef {object} Change
 * @property {string} account
 * @property {Actor} actor
 * @property {number} at
 * @property {string} name
 * @property {Json} request
 * @property {Json | null} [response]
 * @property {string} [source]
 *
 * @param {Change} change @returns {Act}
 */
export function changeOf({ account, actor, at, name, request, response = null, source = 'iam' }) {
  const region = 'us-east-1';
  const call = { at, region, source, name, request, response, readOnly: false, host: `${source}.amazonaws.com` };
  return { at, tell: stage => stage.trail(account, region, at, apiCall(account, actor, { ...call, ...stage.ids() })) };
}

/** A key made for a user. @param {Pick<Change, 'account' | 'actor' | 'at'>} by @param {string} userName @param {string} id @returns {Act} */
export const minted = (by, userName, id) =>
  changeOf({
    ...by,
    name: 'CreateAccessKey',
    request: { userName },
    response: { accessKey: { accessKeyId: id, status: 'Active', userName, createDate: shortTime(by.at) } },
  });

/** @param {Pick<Change, 'account' | 'actor' | 'at'>} by @param {string} userName @param {string} accessKeyId @returns {Act} */
const disabled = (by, userName, accessKeyId) =>
  changeOf({ ...by, name: 'UpdateAccessKey', request: { userName, accessKeyId, status: 'Inactive' } });

/** @param {Pick<Change, 'account' | 'actor' | 'at'>} by @param {string} userName @param {string} accessKeyId @returns {Act} */
const deleted = (by, userName, accessKeyId) =>
  changeOf({ ...by, name: 'DeleteAccessKey', request: { userName, accessKeyId } });

/** The people who run the platform, in the console from the first office. @param {string} account @param {number} at @returns {Actor} */
export function administrator(account, at) {
  const started = at - (at % DAY) + 7 * HOUR;
  const identity = consoleUser(
    account,
    'platform-admin',
    keyId('ASIA', `platform-admin ${account} ${started}`),
    started,
  );
  return { identity, address: '192.0.2.23', agent: BROWSER };
}

/** @param {string} account @param {number} at @returns {Actor} */
function terraform(account, at) {
  const started = at - (at % HOUR);
  const key = keyId('ASIA', `terraform ${account} ${started}`);
  return {
    identity: roleSession(account, 'terraform', 'apply', key, started),
    address: '198.51.100.9',
    agent: TERRAFORM_AGENT,
  };
}

/** Keys that come, change hands and go, as they do where that is done well. @param {Random} random @param {Calendar} calendar @param {readonly Holder[]} holders @returns {Act[]} */
export function tellTurnover(random, calendar, holders) {
  const keyed = shuffled(
    random,
    holders.filter(({ kind, life }) => kind === 'key' && life !== 'launch' && life !== 'rare'),
  );
  const share = (/** @type {number} */ perMille) => Math.ceil((holders.length * perMille) / 1000);
  const people = keyed.filter(({ life }) => life === 'office');
  const programs = keyed.filter(({ life }) => life !== 'office');
  const byHand = people.splice(0, share(25));
  const hired = people.splice(0, share(20));
  const left = people.splice(0, share(15));
  const byTool = programs.splice(0, share(30));
  const launched = holders.filter(({ life }) => life === 'launch');
  return [
    ...byHand.flatMap(holder => rotateByHand(random, calendar, holder)),
    ...byTool.flatMap(holder => rotateByTool(random, calendar, holder)),
    ...hired.flatMap(holder => hire(random, calendar, holder)),
    ...left.flatMap(holder => leave(random, calendar, holder)),
    ...launched.map(({ account, name, keys: [key] }) =>
      minted(
        { account, actor: administrator(account, key?.from ?? 0), at: (key?.from ?? 0) + 9 * HOUR },
        name,
        key?.id ?? '',
      ),
    ),
    ...tellOperators(random.fork('operators'), calendar),
  ];
}

/** A working moment. @param {Random} random @param {Calendar} calendar @param {number} from Days. @param {number} until Days. */
function moment(random, { start }, from, until) {
  for (;;) {
    const at = start + random.between(from, until) * DAY + random.between(8, 15) * HOUR + random.below(3600) * 1000;
    if (!isWeekend(at)) return at;
  }
}

/** Gives a holder a new key; the old one is used up to a moment. @param {Holder} holder @param {number} madeAt @param {number} movedAt */
function renew(holder, madeAt, movedAt) {
  const [old] = holder.keys;
  const oldId = old?.id ?? '';
  const id = keyId('AKIA', `${holder.name} renewed ${oldId}`);
  holder.createdAt = madeAt;
  holder.keys = [
    { id: oldId, from: 0, until: movedAt },
    { id, from: movedAt, until: Number.POSITIVE_INFINITY },
  ];
  return { oldId, id };
}

/** A person makes a second key, moves over, switches the first off and removes it. @param {Random} random @param {Calendar} calendar @param {Holder} holder */
function rotateByHand(random, calendar, holder) {
  const { account, name } = holder;
  const at = moment(random, calendar, 8, calendar.days - 14);
  const self = (/** @type {number} */ when) => ({
    identity: identityOf(holder, when, ''),
    address: holder.address(random, when),
    agent: holder.agent,
  });
  const maker = self(at);
  const { oldId, id } = renew(holder, at, at + random.between(1, 40) * HOUR);
  const offAt = at + random.between(2, 5) * DAY;
  return [
    minted({ account, actor: maker, at }, name, id),
    disabled({ account, actor: self(offAt), at: offAt }, name, oldId),
    deleted({ account, actor: self(offAt + 7 * DAY), at: offAt + 7 * DAY }, name, oldId),
  ];
}

/** A tool makes the new key, hands it out and removes the old one the same day. @param {Random} random @param {Calendar} calendar @param {Holder} holder */
function rotateByTool(random, calendar, holder) {
  const { account, name } = holder;
  const at = moment(random, calendar, 4, calendar.days - 2);
  const { oldId, id } = renew(holder, at, at + 20 * MINUTE);
  const later = at + random.between(1, 6) * HOUR;
  return [
    minted({ account, actor: terraform(account, at), at }, name, id),
    deleted({ account, actor: terraform(account, later), at: later }, name, oldId),
  ];
}

/** @param {Random} random @param {Calendar} calendar @param {Holder} holder */
function hire(random, calendar, holder) {
  const { account, name } = holder;
  const at = moment(random, calendar, 5, calendar.days - 4);
  silence(holder.plan, 0, Math.floor((at - calendar.start) / HOUR) + 1);
  holder.createdAt = at;
  const by = { account, actor: administrator(account, at), at };
  const made = changeOf({ ...by, at: at - 2 * MINUTE, name: 'CreateUser', request: { userName: name } });
  return [made, minted(by, name, holder.keys[0]?.id ?? '')];
}

/** @param {Random} random @param {Calendar} calendar @param {Holder} holder */
function leave(random, calendar, holder) {
  const { account, name } = holder;
  const at = moment(random, calendar, 10, calendar.days - 2);
  silence(holder.plan, Math.floor((at - calendar.start) / HOUR));
  holder.leftAt = at;
  return [disabled({ account, actor: administrator(account, at), at }, name, holder.keys[0]?.id ?? '')];
}

/** People who run Azure: the readers among them read keys now and then, the others never. @param {Random} random @param {Calendar} calendar @returns {Act[]} */
function tellOperators(random, { start, days }) {
  const acts = [];
  for (let day = 0; day < days; day++) {
    if (isWeekend(start + day * DAY)) continue;
    for (const [i, person] of OPERATORS.entries()) {
      const act = (/** @type {string} */ operation) => {
        const at = start + day * DAY + random.between(8, 16) * HOUR + random.below(3600) * 1000;
        return actOf({
          at,
          person,
          operation,
          resource: azureAccount(`shared-${random.below(12)}`),
          address: person.address,
        });
      };
      if (random.chance(500)) acts.push(act('Microsoft.Web/sites/restart/action'));
      if (i < READERS && random.chance(150)) acts.push(act(LIST_KEYS));
    }
  }
  return acts;
}

export const LIST_KEYS = 'Microsoft.CognitiveServices/accounts/listKeys/action';

/** @param {Parameters<typeof azureAct>[1]} what @returns {Act} */
export const actOf = what => ({ at: what.at, tell: stage => stage.azure(...ACTIVITY, what.at, azureAct(stage, what)) });

/** @typedef {(typeof OPERATORS)[number]} Operator */

const OPERATORS = Array.from({ length: 24 }, (_, i) => ({
  objectId: `00000000-0000-4000-8000-00000000${i.toString(16).padStart(4, '0')}`,
  upn: `operator-${i}@example.com`,
  address: `192.0.2.${30 + i}`,
}));

const READERS = 6;

/** Those who never read keys, but for an attack. */
export const BYSTANDERS = OPERATORS.slice(READERS);
