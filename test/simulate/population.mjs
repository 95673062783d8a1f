import { TEAMS } from '../make/fleet.mjs';
import { keyId } from '../make/cloudtrail.mjs';
import { personalAgent, programAgent } from './agents.mjs';
import { shuffled, uniform } from './draws.mjs';
import { ACCESS, addressIn, CLOUD, neighbourOf, v6AddressIn } from './places.mjs';
import {
  batchRhythm,
  experimentRhythm,
  growingRhythm,
  launchRhythm,
  officeRhythm,
  pipelineRhythm,
  rareRhythm,
  serviceRhythm,
  ZONES,
} from './rhythms.mjs';
import { DAY } from './time.mjs';

/** @import { Random } from '../make/random.mjs' */
/** @import { Plan } from './rhythms.mjs' */
/** @import { Calendar } from './time.mjs' */

/**
 * Whoever holds a key, and what they do with it.
 *
 * @typedef {object} Holder
 * @property {string} name
 * @property {Life} life
 * @property {'key' | 'role' | 'bearer' | 'resource-key' | 'app'} kind
 * @property {string} account
 * @property {string} region
 * @property {Tenure[]} keys Access keys, one after the other; one entry without an id for whatever has none.
 * @property {string} credential As keyward names it; of an access key, the first one's.
 * @property {string} home Country.
 * @property {readonly string[]} countries All that it is used from.
 * @property {boolean} isStable Always used from its one country.
 * @property {(random: Random, at: number) => string} address
 * @property {boolean} perCall Whether each call may come from another address.
 * @property {string} agent
 * @property {readonly string[]} models
 * @property {boolean} isStreamed Whether answers are streamed, so that the log has token counts.
 * @property {number} tokens A usual call's input tokens.
 * @property {Plan} plan
 * @property {number} createdAt Of the key in use at the end.
 * @property {number} [leftAt]
 * @property {readonly string[]} [sessions] Names of what shares a role.
 * @property {string} [objectId] Of an application in Entra ID.
 *
 * @typedef {{ readonly id: string, readonly from: number, readonly until: number }} Tenure
 *
 * @typedef {'office' | 'service' | 'pipeline' | 'batch' | 'rare' | 'growing' | 'experiment' | 'roaming' | 'travelling' | 'dual-stack' | 'launch' | 'shared-role'} Life
 *
 * @typedef {object} Office
 * @property {string} country
 * @property {(at: number) => string} address
 */

/** How many of a thousand holders live how. @type {readonly (readonly [Life, number])[]} */
const SHARES = [
  ['office', 350],
  ['service', 200],
  ['pipeline', 150],
  ['batch', 100],
  ['rare', 50],
  ['growing', 50],
  ['experiment', 40],
  ['roaming', 30],
  ['travelling', 10],
  ['dual-stack', 20],
];

export const ACCOUNTS = ['123456789012', '210987654321', '111122223333'];
export const SUBSCRIPTION = '00000000-0000-4000-8000-0000000000a1';
export const MODELS = [
  'anthropic.claude-sonnet-4-5-20250929-v1:0',
  'anthropic.claude-haiku-4-5-20251001-v1:0',
  'amazon.nova-lite-v1:0',
  'amazon.nova-pro-v1:0',
  'amazon.titan-embed-text-v2:0',
  'cohere.embed-multilingual-v3',
];
const AZURE_MODELS = ['gpt-4o', 'gpt-4o-mini', 'o4-mini', 'text-embedding-3-large'];

/** @type {Readonly<Record<string, string>>} */
const REGION_OF = { DE: 'eu-central-1', IE: 'eu-west-1', US: 'us-east-1', JP: 'ap-northeast-1', IN: 'ap-south-1' };
const ZONE_COUNTRIES = ['US', 'US', 'DE', 'DE', 'IN', 'JP'];
const EXITS = ['NL', 'CH', 'SE', 'US', 'GB', 'SG', 'CA', 'FR', 'DE', 'JP', 'ES', 'NO'];
const JOURNEYS = ['FR', 'GB', 'ES', 'IT', 'NL', 'CA', 'SG', 'AU', 'TH', 'CH', 'US', 'DE'];

/** The day on which one office gets another provider, from the start. */
const MOVE_DAY = 33;

/** Everyone who holds a key and means well. @param {Random} random @param {Calendar} calendar @param {number} count @returns {Holder[]} */
export function populate(random, calendar, count) {
  const offices = openOffices(random.fork('offices'), calendar);
  /** @type {Holder[]} */
  const holders = [];
  for (const [life, share] of SHARES) {
    const wanted = Math.round((count * share) / 1000);
    for (let i = 0; i < wanted; i++) {
      holders.push(holderOf(random.fork(`${life} ${i}`), calendar, life, i, offices));
    }
  }
  holders.push(launchedProduct(random.fork('launch'), calendar), sharedRole(random.fork('shared role'), calendar));
  return holders;
}

/** Sixty keys behind each, at a thousand holders. @param {Random} random @param {Calendar} calendar @returns {Office[]} */
function openOffices(random, { start }) {
  return ZONE_COUNTRIES.map((country, i) => {
    const first = i === 2 ? '192.0.2.11' : addressIn(random, ACCESS, country);
    const second = addressIn(random, ACCESS, country);
    return { country, address: at => (i === 1 && at >= start + MOVE_DAY * DAY ? second : first) };
  });
}

/** @param {Random} random @param {Calendar} calendar @param {Life} life @param {number} index @param {readonly Office[]} offices @returns {Holder} */
function holderOf(random, calendar, life, index, offices) {
  const office = /** @type {Office} */ (offices[index % offices.length]);
  const country = office.country;
  const kind = kindOf(random, life);
  const isAzure = kind === 'resource-key' || kind === 'app';
  const account = isAzure ? SUBSCRIPTION : (random.pick([ACCOUNTS[0], ACCOUNTS[0], ACCOUNTS[1], ACCOUNTS[2]]) ?? '');
  const stem = `${random.pick(TEAMS)}-${life}-${index}`;
  const name =
    kind === 'bearer' ? `BedrockAPIKey-${random.text('abcdefghijklmnopqrstuvwxyz0123456789', 4)}-${index}` : stem;
  const id = kind === 'key' ? keyId('AKIA', `${account}/${random.hex()}/${name}`) : '';
  const objectId = random.guid();
  const place = placeOf(random, calendar, life, office);
  const models = isAzure ? AZURE_MODELS : MODELS;
  return {
    name,
    life,
    kind,
    account,
    region: isAzure ? 'eastus' : (REGION_OF[place.region ?? country] ?? 'us-east-1'),
    keys: [{ id, from: 0, until: Number.POSITIVE_INFINITY }],
    credential: credentialOf({ kind, account, name, id, objectId }),
    home: place.home,
    countries: place.countries,
    isStable: place.countries.length === 1,
    address: place.address,
    perCall: life === 'dual-stack',
    agent:
      life === 'office' || life === 'experiment' || life === 'roaming' ? personalAgent(random) : programAgent(random),
    models: random.chance(500) ? [random.pick(models)] : shuffled(random, models).slice(0, 2),
    isStreamed: !isAzure && random.chance(200),
    tokens: random.pick([300, 800, 1500, 3000, 6000]),
    plan: rhythmOf(random, calendar, life, ZONES[country] ?? 0),
    createdAt: calendar.start - random.pick([20, 60, 60, 150, 400]) * DAY - random.below(86_400) * 1000,
    ...(kind === 'app' && { objectId }),
  };
}

/** @param {{ kind: Holder['kind'], account: string, name: string, id: string, objectId: string }} of */
function credentialOf({ kind, account, name, id, objectId }) {
  if (kind === 'key') return id;
  if (kind === 'role') return `arn:aws:iam::${account}:role/${name}`;
  if (kind === 'bearer') return `arn:aws:iam::${account}:user/${name}/bedrock`;
  if (kind === 'app') return `app/${objectId}`;
  return `${azureAccount(name)}/keys`;
}

/** The id of a resource of Azure AI. @param {string} name */
export const azureAccount = name =>
  `/subscriptions/${SUBSCRIPTION}/resourcegroups/models/providers/microsoft.cognitiveservices/accounts/${name}`;

/** @param {Random} random @param {Life} life @returns {Holder['kind']} */
function kindOf(random, life) {
  const roll = random.below(1000);
  if (life === 'service' || life === 'growing') {
    if (roll < 350) return 'role';
    if (roll < 550) return random.chance(500) ? 'resource-key' : 'app';
    return roll < 650 ? 'bearer' : 'key';
  }
  if (life === 'pipeline') return roll < 400 ? 'role' : 'key';
  if (life === 'batch') return roll < 250 ? 'role' : roll < 400 ? 'app' : 'key';
  if (life === 'office') return roll < 80 ? 'bearer' : 'key';
  return 'key';
}

/**
 * Where a holder is.
 *
 * @typedef {object} Whereabouts
 * @property {string} home
 * @property {readonly string[]} countries
 * @property {(random: Random, at: number) => string} address
 * @property {string} [region] The country whose Region it works in.
 *
 * @param {Random} random @param {Calendar} calendar @param {Life} life @param {Office} office @returns {Whereabouts}
 */
function placeOf(random, calendar, life, office) {
  const { country } = office;
  switch (life) {
    case 'service':
    case 'batch':
    case 'growing':
      return hosted(random);
    case 'pipeline':
      return runners(random);
    case 'roaming':
      return roamer(random, country);
    case 'travelling':
      return traveller(random, calendar, office);
    case 'dual-stack':
      return dualStack(random, country);
    default:
      return atOffice(random, office);
  }
}

/** One or a few addresses in one cloud. @param {Random} random @returns {Whereabouts} */
function hosted(random) {
  const home = random.pick(['DE', 'DE', 'US', 'US', 'IE', 'JP', 'IN']);
  const first = addressIn(random, CLOUD, home);
  const addresses = [first, neighbourOf(random, first), addressIn(random, CLOUD, home)].slice(0, random.between(1, 3));
  return { home, region: home, countries: [home], address: draw => draw.pick(addresses) };
}

/** Runners of several clouds, in one country or in a handful; some are the organisation's own. @param {Random} random @returns {Whereabouts} */
function runners(random) {
  if (random.chance(250)) {
    return { home: 'DE', countries: ['DE'], address: draw => `198.51.100.${draw.between(2, 250)}` };
  }
  const home = random.pick(['US', 'DE', 'IE']);
  const countries = random.chance(500)
    ? [home]
    : [home, ...shuffled(random, ['NL', 'GB', 'SG', 'BE']).slice(0, random.between(1, 4))];
  return { home, countries, address: draw => addressIn(draw, CLOUD, draw.chance(500) ? home : draw.pick(countries)) };
}

/** Another exit of a VPN provider nearly every day, by which the declared one is the exception. @param {Random} random @param {string} home @returns {Whereabouts} */
function roamer(random, home) {
  const exits = shuffled(random, EXITS).slice(0, random.between(5, 12));
  const seed = random.fork('exits');
  const at = (/** @type {number} */ time) => seed.fork(Math.floor(time / DAY));
  return {
    home,
    countries: [...new Set([home, ...exits, 'DE'])],
    address: (_, time) => {
      const today = at(time);
      return today.chance(200) ? `203.0.113.${today.between(1, 40)}` : addressIn(today, ACCESS, today.pick(exits));
    },
  };
}

/** One or two journeys. @param {Random} random @param {Calendar} calendar @param {Office} office @returns {Whereabouts} */
function traveller(random, { start, days }, office) {
  const journeys = Array.from({ length: random.between(1, 2) }, () => {
    const country = random.pick(JOURNEYS);
    const from = start + random.between(10, days - 4) * DAY;
    return { country, from, until: from + random.between(3, 9) * DAY, address: addressIn(random, ACCESS, country) };
  });
  return {
    home: office.country,
    countries: [...new Set([office.country, ...journeys.map(({ country }) => country)])],
    address: (_, at) => journeys.find(({ from, until }) => at >= from && at < until)?.address ?? office.address(at),
  };
}

/** IPv4 for one call and IPv6 for the next. @param {Random} random @param {string} country @returns {Whereabouts} */
function dualStack(random, country) {
  const v4 = addressIn(random, ACCESS, country);
  const v6 = v6AddressIn(random, country);
  return { home: country, countries: [country], address: draw => (draw.chance(500) ? v4 : v6) };
}

/** At the office, and on some days at home. @param {Random} random @param {Office} office @returns {Whereabouts} */
function atOffice(random, office) {
  const home = addressIn(random, ACCESS, office.country);
  const seed = random.fork('days at home');
  const atHome = random.pick([0, 0, 200, 400]);
  return {
    home: office.country,
    countries: [office.country],
    address: (_, at) => (seed.fork(Math.floor(at / DAY)).chance(atHome) ? home : office.address(at)),
  };
}

/** @param {Random} random @param {Calendar} calendar @param {Life} life @param {number} zone @returns {Plan} */
function rhythmOf(random, calendar, life, zone) {
  switch (life) {
    case 'service':
      return serviceRhythm(random, calendar, zone);
    case 'pipeline':
      return pipelineRhythm(random, calendar, zone);
    case 'batch':
      return batchRhythm(random, calendar);
    case 'rare':
      return rareRhythm(random, calendar);
    case 'growing':
      return growingRhythm(random, calendar, zone);
    case 'experiment':
      return experimentRhythm(random, calendar, zone);
    case 'dual-stack':
      return random.chance(500) ? serviceRhythm(random, calendar, zone) : officeRhythm(random, calendar, zone);
    default:
      return officeRhythm(random, calendar, zone);
  }
}

/** A product that starts with a brand-new key at five thousand calls an hour. @param {Random} random @param {Calendar} calendar @returns {Holder} */
function launchedProduct(random, calendar) {
  const day = Math.floor(calendar.days * 0.6);
  const id = keyId('AKIA', `launch ${random.hex()}`);
  const address = addressIn(random, CLOUD, 'DE');
  const at = calendar.start + day * DAY;
  return {
    ...programLife(random, 'assistant-launch', 'launch', 'key', id),
    address: () => address,
    plan: launchRhythm(random, calendar, day),
    createdAt: at - 2 * DAY - Math.floor(uniform(random, 0, 3000)) * 1000,
    keys: [{ id, from: at - 2 * DAY, until: Number.POSITIVE_INFINITY }],
  };
}

/** One role that fifty functions work under. @param {Random} random @param {Calendar} calendar @returns {Holder} */
function sharedRole(random, calendar) {
  const names = Array.from({ length: 50 }, (_, i) => `fn-${random.pick(TEAMS)}-${i}`);
  const addresses = names.map(() => addressIn(random, { IE: CLOUD.IE ?? [] }, 'IE'));
  const plans = names.map(() => serviceRhythm(random, calendar, 1, [0.2, 0.4, 0.6]));
  const plan = new Uint32Array(calendar.hours);
  for (const each of plans)
    for (let hour = 0; hour < plan.length; hour++) plan[hour] = (plan[hour] ?? 0) + (each[hour] ?? 0);
  return {
    ...programLife(random, 'functions', 'shared-role', 'role', ''),
    region: 'eu-west-1',
    home: 'IE',
    countries: ['IE'],
    address: draw => draw.pick(addresses),
    perCall: true,
    plan,
    sessions: names,
  };
}

/** @param {Random} random @param {string} name @param {Life} life @param {'key' | 'role'} kind @param {string} id @returns {Holder} */
function programLife(random, name, life, kind, id) {
  const account = /** @type {string} */ (ACCOUNTS[0]);
  return {
    name,
    life,
    kind,
    account,
    region: 'eu-central-1',
    keys: [{ id, from: 0, until: Number.POSITIVE_INFINITY }],
    credential: credentialOf({ kind, account, name, id, objectId: '' }),
    home: 'DE',
    countries: ['DE'],
    isStable: true,
    address: () => '',
    perCall: false,
    agent: programAgent(random),
    models: [/** @type {string} */ (MODELS[0])],
    isStreamed: false,
    tokens: 1500,
    plan: new Uint32Array(0),
    createdAt: 0,
  };
}
