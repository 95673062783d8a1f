import { iamUser, keyId, roleSession } from '../make/cloudtrail.mjs';
import { strangeAgent } from './agents.mjs';
import { actOf, changeOf, LIST_KEYS, minted } from './deeds.mjs';
import { shuffled, uniform } from './draws.mjs';
import { ACCESS, addressIn, CLOUD, strangerAddress } from './places.mjs';
import { ACCOUNTS, azureAccount, MODELS } from './population.mjs';
import { activeDaysBefore, activeHoursBefore, hourIn, recordBefore, silence, ZONES } from './rhythms.mjs';
import { DAY, HOUR, isWeekend, MINUTE } from './time.mjs';

/** @import { Random } from '../make/random.mjs' */
/** @import { Act, Operator } from './deeds.mjs' */
/** @import { Holder } from './population.mjs' */
/** @import { Look, Stint } from './telling.mjs' */
/** @import { Calendar } from './time.mjs' */

/**
 * What was planted.
 *
 * @typedef {object} Label
 * @property {string} id
 * @property {string} attack
 * @property {Loudness} loudness
 * @property {readonly string[]} credentials As keyward names them: the victims' and those that the attacker made.
 * @property {string} from
 * @property {string} until
 * @property {readonly string[]} families Which of the families of rules should see it.
 * @property {readonly string[]} bystanders Others that the attack passes through: a finding about them is neither a hit nor a false alert.
 *
 * @typedef {'loud' | 'medium' | 'slow' | 'distributed'} Loudness
 *
 * @typedef {object} Plot What one attack consists of.
 * @property {readonly string[]} credentials
 * @property {number} from
 * @property {number} until
 * @property {readonly string[]} families
 * @property {readonly Stint[]} [stints]
 * @property {readonly Act[]} [acts]
 * @property {readonly string[]} [bystanders]
 *
 * @typedef {object} Scene What an attack may use.
 * @property {Random} random
 * @property {Calendar} calendar
 * @property {number} keys How many mean well: no campaign is greater.
 * @property {(isFit: (holder: Holder) => boolean, count?: number) => Holder[]} take Holders that no other attack has; none when there are too few.
 * @property {(isFit: (person: Operator) => boolean, count?: number) => Operator[]} takeInsider The same of operators who never read keys otherwise.
 *
 * @typedef {(scene: Scene, loudness: Loudness) => Plot | null} Attack
 */

const NEW_MODELS = ['anthropic.claude-opus-4-7', 'anthropic.claude-opus-4-5-20251101-v1:0'];

const SESSION = 6 * HOUR;
const SIGN_UP = '198.51.100.7';
const SIGN_UP_AGENT =
  'aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.24.1 md/GOOS#linux md/GOARCH#arm64 api/iam#1.42.0 m/E,g';

/** @type {readonly [string, string]} */
const DENIED = ['AccessDeniedException', "You don't have access to the model with the specified model ID."];

/** Holders of keys whose use is steady enough to know their record. @param {number} hour */
const settled = hour => (/** @type {Holder} */ holder) =>
  activeHoursBefore(holder.plan, hour) >= 12 && activeDaysBefore(holder.plan, hour) >= 9 && wasUsed(holder, hour);

/** Used in the days just before: nobody who has left. @param {Holder} holder @param {number} hour */
const wasUsed = ({ plan }, hour) => plan.subarray(hour - 7 * 24, hour).some(calls => calls > 0);

/** @param {Holder} holder @param {number} hour */
const isOldHand = (holder, hour) => holder.isStable && activeDaysBefore(holder.plan, hour) >= 30;

/** @param {...Holder['kind']} kinds */
const ofKind =
  (...kinds) =>
  (/** @type {Holder} */ { kind, keys, life }) =>
    kinds.includes(kind) && keys.length === 1 && life !== 'launch' && life !== 'shared-role';

/** A moment in the last days of the stretch, on the hour. @param {Scene} scene @param {number} [lasting] Hours that it must leave. */
function attackTime({ random, calendar }, lasting = 24) {
  const first = calendar.days * 24 - 13 * 24;
  const last = calendar.days * 24 - lasting - 6;
  return calendar.start + random.between(first, last) * HOUR;
}

/**
 * When an attack begins, and whose credential it is after; null when nobody fits.
 *
 * @param {Scene} scene @param {number} lasting @param {readonly Holder['kind'][]} kinds @param {(holder: Holder, hour: number) => boolean} [isFit]
 */
function settingOf(scene, lasting, kinds, isFit = isSteady) {
  const at = attackTime(scene, lasting);
  const hour = hourIn(scene.calendar, at);
  const isSettled = settled(hour);
  const [holder] = scene.take(each => ofKind(...kinds)(each) && isSettled(each) && isFit(each, hour));
  return holder === undefined ? null : { at, hour, holder };
}

/** @param {Holder} holder */
const isSteady = ({ isStable }) => isStable;

/** The next time that it is between one and four in the night there. @param {Random} random @param {number} at @param {string} country */
const nightAt = (random, at, country) =>
  at - (at % DAY) + ((((random.between(1, 3) - (ZONES[country] ?? 0)) % 24) + 24) % 24) * HOUR;

/**
 * How a stranger uses what they took.
 *
 * @typedef {object} Use
 * @property {Holder} holder
 * @property {number} at
 * @property {readonly number[]} calls By hour.
 * @property {string} address
 * @property {string} [agent]
 * @property {readonly string[]} [models]
 * @property {boolean} [isStreamed]
 * @property {number} [tokens]
 * @property {(hour: number) => string} [session]
 *
 * @param {Use} use @returns {Stint[]}
 */
function stintsOf({
  holder,
  at,
  calls,
  address,
  agent = holder.agent,
  models = holder.models,
  isStreamed = holder.isStreamed,
  tokens = holder.tokens,
  session,
}) {
  const same = { holder, address: () => address, perCall: false, agent, models, isStreamed, tokens, isPlain: true };
  return calls.flatMap((count, i) =>
    count === 0 ? [] : [{ ...same, at: at + i * HOUR, calls: count, ...(session && { session: session(i) }) }],
  );
}

/**
 * Calls by hour at a loudness, against the record of the victim.
 *
 * @param {Random} random @param {Loudness} loudness @param {number} record
 */
function dialled(random, loudness, record) {
  if (loudness === 'loud') {
    const peak = Math.ceil(Math.max(500, 10 * record) * uniform(random, 1.1, 1.8));
    return Array.from({ length: random.between(1, 4) }, () => peak);
  }
  if (loudness === 'medium') {
    const peak = Math.max(5, Math.ceil(record * uniform(random, 3.1, 9.5)));
    return Array.from({ length: random.between(1, 4) }, () => peak);
  }
  const rate = Math.max(1, Math.floor(record * uniform(random, 0.2, 2.8)));
  return Array.from({ length: random.between(26, 72) }, () => random.between(Math.ceil(rate / 2), rate));
}

/** Calls by hour where being abroad is what is loud: a hundred and more, whatever the record. @param {Random} random @param {Loudness} loudness @param {number} record */
function dialledAbroad(random, loudness, record) {
  if (loudness !== 'loud') return dialled(random, loudness, record);
  const total = random.between(110, 400);
  const hours = random.between(1, 4);
  return Array.from({ length: hours }, () => Math.ceil(total / hours));
}

/** @param {readonly number[]} calls @param {number} at */
const endOf = (calls, at) => at + calls.length * HOUR;

/** Calls of others' keys by night, from another country. @type {Attack} */
function leakedKeyAbroad(scene, loudness) {
  return useAbroad(scene, loudness, { kinds: ['key'], isByNight: true });
}

/** A Bedrock long-term key in other hands. @type {Attack} */
function bedrockKeyElsewhere(scene, loudness) {
  return useAbroad(scene, loudness, { kinds: ['bearer'], isByNight: false });
}

/** @param {Scene} scene @param {Loudness} loudness @param {{ kinds: Holder['kind'][], isByNight: boolean }} how @returns {Plot | null} */
function useAbroad(scene, loudness, { kinds, isByNight }) {
  const { random, calendar } = scene;
  const around = attackTime(scene, 80);
  const hour = hourIn(calendar, around);
  const isFit = settled(hour);
  const [holder] = scene.take(each => ofKind(...kinds)(each) && isOldHand(each, hour) && isFit(each));
  if (holder === undefined) return null;
  const at = isByNight ? nightAt(random, around, holder.home) : around;
  const calls = dialledAbroad(random, loudness, recordBefore(holder.plan, hourIn(calendar, at)));
  const { address } = strangerAddress(random, holder.countries);
  const stints = stintsOf({ holder, at, calls, address, agent: strangeAgent(random) });
  return {
    credentials: [holder.credential],
    from: at,
    until: endOf(calls, at),
    families: ['place', ...(loudness === 'medium' ? ['volume'] : [])],
    stints,
  };
}

/** A burst from within the victim's own country. @type {Attack} */
function leakedKeyBurst(scene, loudness) {
  const { random } = scene;
  const setting = settingOf(scene, 8, ['key', 'bearer']);
  if (setting === null) return null;
  const { at, hour, holder } = setting;
  const calls = atLeast(dialled(random, loudness, recordBefore(holder.plan, hour)), 40);
  const address = addressIn(random, domestic(holder), holder.home);
  const stints = stintsOf({ holder, at, calls, address, agent: strangeAgent(random) });
  return { credentials: [holder.credential], from: at, until: endOf(calls, at), families: ['volume'], stints };
}

/** Nobody steals a key for fewer calls than this in an hour. @param {readonly number[]} calls @param {number} least */
const atLeast = (calls, least) => calls.map(count => Math.max(count, least));

/** Networks of the holder's own country. @param {Holder} holder */
const domestic = ({ home }) => (ACCESS[home] === undefined ? CLOUD : ACCESS);

/** A patient neighbour: the same country, within the usual amount. @type {Attack} */
function leakedKeyNeighbour(scene, loudness) {
  const { random } = scene;
  const setting = settingOf(scene, 80, ['key']);
  if (setting === null) return null;
  const { at, hour, holder } = setting;
  const calls = dialled(random, loudness, recordBefore(holder.plan, hour));
  const stints = stintsOf({
    holder,
    at,
    calls,
    address: addressIn(random, domestic(holder), holder.home),
    agent: strangeAgent(random),
  });
  return { credentials: [holder.credential], from: at, until: endOf(calls, at), families: ['place'], stints };
}

/** Looks for models, tries those that are refused, then uses what is open. @type {Attack} */
const llmjackingProbing = (scene, loudness) => llmjack(scene, loudness, true);

/** The same by someone who knows what there is. @type {Attack} */
const llmjackingQuiet = (scene, loudness) => llmjack(scene, loudness, false);

/** @param {Scene} scene @param {Loudness} loudness @param {boolean} isProbing @returns {Plot | null} */
function llmjack(scene, loudness, isProbing) {
  const { random } = scene;
  const setting = settingOf(scene, 80, ['key']);
  if (setting === null) return null;
  const { at, hour, holder } = setting;
  const calls = dialled(random, loudness, recordBefore(holder.plan, hour + 1));
  const { address } = strangerAddress(random, holder.countries);
  const agent = strangeAgent(random);
  const use = { holder, address, agent, models: loudness === 'slow' || isProbing ? NEW_MODELS : holder.models };
  const started = isProbing ? at + HOUR : at;
  const stints = stintsOf({ ...use, at: started, calls });
  if (isProbing) stints.unshift(...probe({ ...use, at, calls: [] }));
  const families = ['place', 'volume', ...(isProbing ? ['platform'] : [])];
  return { credentials: [holder.credential], from: at, until: endOf(calls, started), families, stints };
}

/** @param {Use} use @returns {Stint[]} */
function probe({ at, models: _, ...use }) {
  /** @type {readonly Look[]} */
  const looks = [
    ['sts', 'GetCallerIdentity', {}],
    ['bedrock', 'ListFoundationModels', null],
    ['bedrock', 'GetModelInvocationLoggingConfiguration', null],
    ['bedrock', 'GetFoundationModelAvailability', { modelId: NEW_MODELS[0] }],
  ];
  const refused = ['meta.llama4-maverick-17b-instruct-v1:0', 'cohere.command-r-plus-v1:0', ...NEW_MODELS];
  const [stint] = stintsOf({ ...use, at, calls: [6], models: refused });
  return stint === undefined ? [] : [{ ...stint, error: DENIED, looks }];
}

/** A role's session used from elsewhere; whoever can read it can read the next one too. @type {Attack} */
function stolenSession(scene, loudness) {
  const { random } = scene;
  const setting = settingOf(scene, 80, ['role'], each => each.life !== 'pipeline' && each.isStable);
  if (setting === null) return null;
  const { at, hour, holder } = setting;
  const calls = dialledAbroad(random, loudness, recordBefore(holder.plan, hour));
  const { address } = strangerAddress(random, holder.countries);
  // As its owner's calls name it at that hour.
  const session = (/** @type {number} */ i) => sessionAt(holder, at + i * HOUR);
  const stints = stintsOf({ holder, at, calls, address, agent: strangeAgent(random), session });
  return { credentials: [holder.credential], from: at, until: endOf(calls, at), families: ['place'], stints };
}

/** @param {Holder} holder @param {number} at */
const sessionAt = ({ name }, at) => keyId('ASIA', `${name} ${at - (at % SESSION)} `);

/** A key forgotten for seven weeks. @type {Attack} */
function revivedKey(scene, loudness) {
  const { random, calendar } = scene;
  const hour = random.between(calendar.hours - 4 * 24, calendar.hours - 80);
  const at = calendar.start + hour * HOUR;
  const silentFrom = hour - 46 * 24;
  const [holder] = scene.take(
    each =>
      ofKind('key')(each) && each.isStable && each.life !== 'rare' && activeDaysBefore(each.plan, silentFrom) >= 3,
  );
  if (holder === undefined) return null;
  const wasBusiest = Math.max(...holder.plan.subarray(0, silentFrom));
  silence(holder.plan, silentFrom);
  const calls = dialled(random, loudness, Math.max(2, wasBusiest));
  const stints = stintsOf({
    holder,
    at,
    calls,
    address: addressIn(random, domestic(holder), holder.home),
    agent: strangeAgent(random),
  });
  return {
    credentials: [holder.credential],
    from: at,
    until: endOf(calls, at),
    families: ['lifetime', ...(loudness === 'slow' ? [] : ['volume'])],
    stints,
  };
}

/** Whoever has one key makes a second. @type {Attack} */
function mintForSelf(scene, loudness) {
  const { random } = scene;
  const setting = settingOf(
    scene,
    80,
    ['key'],
    (each, hour) => each.isStable && (loudness !== 'loud' || isOldHand(each, hour)),
  );
  if (setting === null) return null;
  const { at, hour, holder } = setting;
  const address =
    loudness === 'loud'
      ? strangerAddress(random, holder.countries).address
      : addressIn(random, domestic(holder), holder.home);
  const agent = strangeAgent(random);
  const id = keyId('AKIA', `second of ${holder.name}`);
  const maker = { identity: iamUser(holder.account, holder.name, holder.credential), address, agent };
  const calls = dialled(random, loudness, recordBefore(holder.plan, hour));
  const heir = { ...holder, credential: id, keys: [{ id, from: 0, until: Number.POSITIVE_INFINITY }] };
  const start = at + HOUR;
  const stints = stintsOf({ holder: heir, at: start, calls, address, agent });
  const acts = [minted({ account: holder.account, actor: maker, at: at + 10 * MINUTE }, holder.name, id)];
  return {
    credentials: [holder.credential, id],
    from: at,
    until: endOf(calls, start),
    families: ['lifetime', 'volume'],
    stints,
    acts,
  };
}

/** Rights for another user, then a key for them: within minutes, or hours later. @type {Attack} */
function mintForAnother(scene, loudness) {
  const { random } = scene;
  const setting = settingOf(scene, 12, ['key']);
  if (setting === null) return null;
  const { at, holder } = setting;
  const { account, name, credential } = holder;
  const address = addressIn(random, domestic(holder), holder.home);
  const actor = { identity: iamUser(account, name, credential), address, agent: strangeAgent(random) };
  const userName = `svc-backup-${random.below(1000)}`;
  const id = keyId('AKIA', `${userName} ${credential}`);
  const later = loudness === 'loud' ? 4 * MINUTE : 4 * HOUR;
  const policyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  const acts = [
    changeOf({ account, actor, at, name: 'CreateUser', request: { userName } }),
    changeOf({ account, actor, at: at + MINUTE, name: 'AttachUserPolicy', request: { userName, policyArn } }),
    minted({ account, actor, at: at + later }, userName, id),
  ];
  const heir = { ...holder, name: userName, credential: id, keys: [{ id, from: 0, until: Number.POSITIVE_INFINITY }] };
  const stints = stintsOf({ holder: heir, at: at + 5 * HOUR, calls: [30, 30], address });
  return { credentials: [credential, id], from: at, until: at + 7 * HOUR, families: ['lifetime'], stints, acts };
}

/** Day and night, flat, not more than the victim's busiest hours. @type {Attack} */
function flatDrain(scene, loudness) {
  const { random } = scene;
  const length = random.between(60, 100);
  const setting = settingOf(
    scene,
    length,
    ['key', 'bearer'],
    (each, hour) => each.isStable && recordBefore(each.plan, hour) >= 14,
  );
  if (setting === null) return null;
  const { at, hour, holder } = setting;
  const record = recordBefore(holder.plan, hour);
  const rate = Math.max(
    34,
    Math.floor(record * (loudness === 'slow' ? uniform(random, 1.2, 2.4) : uniform(random, 3.2, 6))),
  );
  const calls = Array.from({ length }, () => Math.round(rate * uniform(random, 0.9, 1.1)));
  const stints = stintsOf({ holder, at, calls, address: addressIn(random, domestic(holder), holder.home) });
  return {
    credentials: [holder.credential],
    from: at,
    until: endOf(calls, at),
    families: ['campaign', 'volume'],
    stints,
  };
}

/** No more calls than usual, with very much longer prompts. @type {Attack} */
function heavyTokens(scene, loudness) {
  const { random } = scene;
  const setting = settingOf(scene, 8, ['key', 'role'], each => each.life !== 'pipeline' && each.isStreamed);
  if (setting === null) return null;
  const { at, hour, holder } = setting;
  const record = recordBefore(holder.plan, hour);
  const times = loudness === 'loud' ? uniform(random, 16, 30) : uniform(random, 5, 9);
  const least = loudness === 'loud' ? 2_600_000 : 130_000;
  const perHour = Math.max(least, record * holder.tokens * times);
  const calls = Array.from({ length: random.between(1, 3) }, () => Math.max(3, record));
  const tokens = Math.round(perHour / Math.max(3, record));
  const session =
    holder.kind === 'role' ? { session: (/** @type {number} */ i) => sessionAt(holder, at + i * HOUR) } : {};
  const stints = stintsOf({
    holder,
    at,
    calls,
    address: holder.address(random, at),
    isStreamed: true,
    tokens,
    ...session,
  });
  return { credentials: [holder.credential], from: at, until: endOf(calls, at), families: ['volume'], stints };
}

/** Someone who runs other things reads the keys of the models. @type {Attack} */
function insiderListKeys(scene, loudness) {
  const { random } = scene;
  const around = attackTime(scene, 48);
  const at = isWeekend(around) ? around - 3 * DAY : around;
  const [person] = scene.takeInsider(() => true);
  if (person === undefined) return null;
  const counts = { loud: 600, medium: random.between(12, 40), slow: random.between(1, 3), distributed: 0 };
  const acts = Array.from({ length: counts[loudness] }, (_, i) =>
    actOf({
      at: at + random.below(3000) * 1000,
      person,
      operation: LIST_KEYS,
      resource: azureAccount(`shared-${i % 12}`),
      address: person.address,
    }),
  );
  return {
    credentials: [`user/${person.objectId}`],
    from: at,
    until: at + HOUR,
    families: ['volume', 'platform'],
    acts,
  };
}

/** A trail is stopped with somebody's key. @type {Attack} */
const trailStopped = scene =>
  silenced(scene, ({ account, name }) => ({
    source: 'cloudtrail',
    name: 'StopLogging',
    request: { name: `arn:aws:cloudtrail:us-east-1:${account}:trail/${name.split('-')[0]}` },
  }));

/** So is the logging of model calls. @type {Attack} */
const modelLoggingOff = scene =>
  silenced(scene, () => ({ source: 'bedrock', name: 'DeleteModelInvocationLoggingConfiguration', request: {} }));

/** @param {Scene} scene @param {(holder: Holder) => { source: string, name: string, request: { [key: string]: unknown } }} changing @returns {Plot | null} */
function silenced(scene, changing) {
  const { random } = scene;
  const setting = settingOf(scene, 12, ['key']);
  if (setting === null) return null;
  const { at, holder } = setting;
  const { account, name, credential } = holder;
  const address = addressIn(random, domestic(holder), holder.home);
  const actor = { identity: iamUser(account, name, credential), address, agent: strangeAgent(random) };
  const acts = [changeOf({ account, actor, at, ...changing(holder) })];
  return { credentials: [credential], from: at, until: at + HOUR, families: ['platform'], acts };
}

/** Many users, and a key for each, made by one. @type {Attack} */
function accountFarm(scene, loudness) {
  const { random } = scene;
  const at = attackTime(scene, 24);
  const account = /** @type {string} */ (ACCOUNTS[2]);
  const count = loudness === 'loud' ? random.between(35, 60) : random.between(12, 28);
  const maker = `automation-${random.hex()}`;
  const key = keyId('AKIA', maker);
  const actor = {
    identity: iamUser(account, maker, key),
    address: addressIn(random, ACCESS, 'US'),
    agent: strangeAgent(random),
  };
  const names = Array.from({ length: count }, (_, i) => `member-${random.hex().slice(0, 4)}-${i}`);
  const acts = names.flatMap((userName, i) => {
    const when = at + i * 9 * MINUTE;
    const made = changeOf({ account, actor, at: when, name: 'CreateUser', request: { userName } });
    return [made, minted({ account, actor, at: when + 5000 }, userName, keyId('AKIA', `${maker} ${userName}`))];
  });
  const ids = names.map(userName => keyId('AKIA', `${maker} ${userName}`));
  return {
    credentials: [key, ...ids],
    from: at,
    until: at + count * 9 * MINUTE,
    families: ['campaign', 'volume', 'lifetime'],
    acts,
  };
}

/** A key of an Azure resource in other hands. @type {Attack} */
function leakedAzureKey(scene, loudness) {
  const { random } = scene;
  const setting = settingOf(scene, 80, ['resource-key'], () => true);
  if (setting === null) return null;
  const { at, hour, holder } = setting;
  const calls =
    loudness === 'slow'
      ? dialled(random, loudness, recordBefore(holder.plan, hour))
      : atLeast(dialled(random, loudness, recordBefore(holder.plan, hour)), 40);
  const stints = stintsOf({ holder, at, calls, address: strangerAddress(random, holder.countries).address });
  return { credentials: [holder.credential], from: at, until: endOf(calls, at), families: ['volume'], stints };
}

/**
 * Many keys, each used a little, by one hand.
 *
 * @param {number} size @param {boolean} isOneNetwork @param {boolean} isFarmed Whether the keys were made for it, or taken from their holders.
 * @returns {Attack}
 */
const campaign = (size, isOneNetwork, isFarmed) => scene => {
  const { random, calendar } = scene;
  const days = random.between(4, 6);
  const at = attackTime(scene, days * 24);
  const hour = hourIn(calendar, at);
  if (size > scene.keys) return null;
  const members = isFarmed ? farmedKeys(scene, size, at) : takenKeys(scene, size, hour);
  if (members.length < size) return null;
  const agent = strangeAgent(random);
  const models = [/** @type {string} */ (MODELS[0])];
  const shared = addressIn(random, CLOUD, 'US').replace(/\d+$/, '');
  const perDay = size < 20 ? random.between(55, 95) : random.between(24, 44);
  const stints = members.flatMap(holder => {
    const address = isOneNetwork
      ? `${shared}${random.between(1, 254)}`
      : addressIn(random, domestic(holder), holder.home);
    return Array.from({ length: days }, (_, day) =>
      spread(random, perDay, at + day * DAY).flatMap(([time, calls]) =>
        stintsOf({ holder, at: time, calls: [calls], address, agent, models, isStreamed: false }),
      ),
    ).flat();
  });
  const farm = isFarmed ? { acts: members.map(mintedBefore), bystanders: ACCOUNTS.map(signUpRole) } : {};
  return {
    credentials: members.map(({ credential }) => credential),
    from: at,
    until: at + days * DAY,
    families: ['campaign'],
    stints,
    ...farm,
  };
};

/** A day's calls over the hours from a time on. @param {Random} random @param {number} perDay @param {number} at @returns {[number, number][]} */
function spread(random, perDay, at) {
  const hours = shuffled(
    random,
    Array.from({ length: 24 }, (_, i) => i),
  ).slice(0, 12);
  const total = Math.round(perDay * uniform(random, 0.9, 1.1));
  return hours.map((hour, i) => [at + hour * HOUR, Math.floor((total * (i + 1)) / 12) - Math.floor((total * i) / 12)]);
}

/** Keys of holders at home in the US, each left below three times its record. @param {Scene} scene @param {number} size @param {number} hour */
function takenKeys(scene, size, hour) {
  const isFit = settled(hour);
  return scene.take(
    each =>
      ofKind('key')(each) && each.isStable && each.home === 'US' && isFit(each) && recordBefore(each.plan, hour) >= 4,
    size,
  );
}

/** @param {Scene} scene @param {number} size @param {number} at @returns {Holder[]} */
function farmedKeys({ random }, size, at) {
  const farm = random.hex();
  return Array.from({ length: size }, (_, i) => {
    const name = `u-${farm}-${i}`;
    const account = /** @type {string} */ (ACCOUNTS[i % ACCOUNTS.length]);
    const id = keyId('AKIA', `${account} ${name}`);
    return {
      name,
      life: 'experiment',
      kind: 'key',
      account,
      region: 'us-east-1',
      keys: [{ id, from: 0, until: Number.POSITIVE_INFINITY }],
      credential: id,
      home: 'US',
      countries: ['US'],
      isStable: true,
      address: () => '',
      perCall: false,
      agent: '',
      models: [],
      isStreamed: false,
      tokens: 2000,
      plan: new Uint32Array(0),
      createdAt: at - random.between(1, 60) * HOUR,
    };
  });
}

/** @param {string} account */
const signUpRole = account => `arn:aws:iam::${account}:role/sign-up`;

/** By the organisation's own sign-up, in the days before. @param {Holder} holder @returns {Act} */
function mintedBefore({ account, name, credential, createdAt }) {
  const started = createdAt - (createdAt % SESSION);
  const identity = roleSession(account, 'sign-up', 'sign-up', keyId('ASIA', `sign-up ${account} ${started}`), started);
  return minted(
    { account, actor: { identity, address: SIGN_UP, agent: SIGN_UP_AGENT }, at: createdAt },
    name,
    credential,
  );
}

/** What is planted among a thousand keys: how many of each at each loudness. @type {readonly (readonly [string, Attack, Partial<Record<Loudness, number>>])[]} */
export const ATTACKS = [
  ['leaked-key-abroad', leakedKeyAbroad, { loud: 4, medium: 4, slow: 4 }],
  ['leaked-key-burst', leakedKeyBurst, { loud: 3, medium: 4 }],
  ['leaked-key-neighbour', leakedKeyNeighbour, { slow: 2 }],
  ['llmjacking-probing', llmjackingProbing, { loud: 3, medium: 3, slow: 2 }],
  ['llmjacking-quiet', llmjackingQuiet, { loud: 3, medium: 3, slow: 2 }],
  ['stolen-session', stolenSession, { loud: 3, medium: 2, slow: 2 }],
  ['revived-key', revivedKey, { loud: 2, medium: 2, slow: 2 }],
  ['mint-for-self', mintForSelf, { loud: 2, medium: 2, slow: 2 }],
  ['mint-for-another', mintForAnother, { loud: 2, medium: 2 }],
  ['bedrock-key-elsewhere', bedrockKeyElsewhere, { loud: 2, medium: 2, slow: 2 }],
  ['flat-drain', flatDrain, { medium: 1, slow: 3 }],
  ['heavy-tokens', heavyTokens, { loud: 2, medium: 3 }],
  ['insider-list-keys', insiderListKeys, { loud: 1, medium: 2, slow: 2 }],
  ['trail-stopped', trailStopped, { loud: 1 }],
  ['model-logging-off', modelLoggingOff, { loud: 1 }],
  ['account-farm', accountFarm, { loud: 1, medium: 2 }],
  ['leaked-azure-key', leakedAzureKey, { loud: 2, medium: 2, slow: 1 }],
  ['campaign-5-one-network', campaign(5, true, false), { distributed: 1 }],
  ['campaign-5-many-networks', campaign(5, false, false), { distributed: 1 }],
  ['campaign-50-one-network', campaign(50, true, false), { distributed: 1 }],
  ['campaign-50-many-networks', campaign(50, false, false), { distributed: 1 }],
  ['fresh-accounts-5-one-network', campaign(5, true, true), { distributed: 1 }],
  ['fresh-accounts-5-many-networks', campaign(5, false, true), { distributed: 1 }],
  ['fresh-accounts-50-one-network', campaign(50, true, true), { distributed: 1 }],
  ['fresh-accounts-50-many-networks', campaign(50, false, true), { distributed: 1 }],
  ['fresh-accounts-500-one-network', campaign(500, true, true), { distributed: 1 }],
  ['fresh-accounts-500-many-networks', campaign(500, false, true), { distributed: 1 }],
];
