import { createHash } from 'node:crypto';
import { DAY, HOUR, NOW } from '../../simulate/time.mjs';
import { ago, byDay, sharing, START, workOf } from './days.mjs';

/** @import { Json } from '../cloudtrail.mjs' */
/** @import { Random } from '../random.mjs' */
/** @import { Book, Truth } from './book.mjs' */

const OPENAI = 'OpenAI/Python 1.109.1';
const PROGRAMS = [OPENAI, 'langchain-openai/0.3.33', 'node-fetch/1.0 (+https://github.com/bitinn/node-fetch)'];
const MASTER = 'litellm_proxy_master_key';

/** Users with a key each. */
const PLAIN = ['app-11', 'app-12', 'app-13', 'app-14', 'app-15', 'app-16', 'lead-02', 'dev-04'];

/** Writes what a LiteLLM proxy holds of the company. @param {Random} random @param {Book} book */
export function tellLitellm(random, book) {
  const story = new Proxy(random, book);
  story.users.push({ ...userRow('default_user_id', '', 'proxy_admin', START - 500 * DAY), user_email: null });
  for (const name of PLAIN) story.work(story.key(`${name}-key`, story.user(name)));
  // Somebody typed the address in another way.
  story.work(story.key('dev-01-key', story.user('dev-01', 'Dev-01@Example.com')));
  tellRotation(story, story.user('batch-11'));
  tellReplacement(story, story.user('batch-12'));
  tellOrphans(story);
  tellOthers(story, story.user('lead-11'));
  tellShared(story, story.user('team-11'));
  return story;
}

/** A key that the proxy itself rotated, which its audit log tells. @param {Proxy} story @param {User} user */
function tellRotation(story, user) {
  const rotated = START + 14 * DAY + 10 * HOUR;
  const old = story.hold('nightly', user, { which: 'old', told: { active: false, createdAt: null } });
  const key = story.key('nightly', user, { createdAt: rotated, rotatedAt: rotated, told: { replaces: old } });
  story.book.amend(old, { replacedBy: key });
  story.book.label('litellm-rotated', 'the newer key took the place of the older', [old, key]);
  const row = { user_id: user.id, key_alias: 'nightly', team_id: null };
  story.change(rotated, 'rotated', 'LiteLLM_VerificationToken', old, row, { ...row, token: key });
  story.work(old, { until: rotated, user, alias: 'nightly' });
  story.work(key, { from: rotated + HOUR });
}

/** A key that somebody deleted after making another of its name. @param {Proxy} story @param {User} user */
function tellReplacement(story, user) {
  const [made, ended] = [START + 20 * DAY + 9 * HOUR, START + 21 * DAY + 9 * HOUR];
  const old = story.key('weekly', user, { which: 'old', deletedAt: ended, told: { active: false } });
  const key = story.key('weekly', user, { createdAt: made, told: { replaces: old } });
  story.book.amend(old, { replacedBy: key });
  story.book.label('litellm-replaced', 'was made when the other of its name was deleted', [old, key]);
  story.work(old, { until: made });
  story.work(key, { from: made + HOUR });
}

/** @param {Proxy} story */
function tellOrphans(story) {
  const left = story.user('left-16', undefined, false);
  const key = story.key('left-16-key', left, { told: { remarks: ['holder-gone'] } });
  story.book.label('litellm-orphan-left', 'works on although its user was deleted', [key]);
  const before = { user_id: left.id, user_email: left.holder };
  story.change(START + 9 * DAY + 9 * HOUR, 'deleted', 'LiteLLM_UserTable', left.id, before, {});
  story.work(key);
  const early = story.key('early-key', { id: 'user-0017', holder: 'user-0017' });
  const says = 'is of a user who was deleted before the logs begin: only the whole list of users tells';
  story.book.label('litellm-orphan-before', says, [early], { remarks: ['holder-gone'] });
  story.work(early);
  const nobodys = story.key('nobodys-key', null, { told: { remarks: ['never-used'] } });
  story.book.label('litellm-orphan-null', 'works, was never used, and its list names nobody', [nobodys]);
}

/** @param {Proxy} story @param {User} user */
function tellOthers(story, user) {
  const team = story.key('team-key', null, { team: 'team-research' });
  story.work(team);
  const service = story.key('indexer-key', { id: 'indexer', holder: 'indexer' }, { isService: true });
  story.work(service);
  const expired = story.key('trial-key', user, { expiresAt: NOW - 10 * DAY, told: { active: false } });
  story.work(expired, { until: NOW - 10 * DAY });
  const blocked = story.key('blocked-key', user, { isBlocked: true, told: { active: false } });
  const unused = story.key('spare-key', user, { told: { remarks: ['never-used'] } });
  const unknown = story.hold('old-integration', null, { told: { active: null, createdAt: null } });
  story.work(unknown, { alias: 'old-integration' });
  const master = {
    id: MASTER,
    provider: 'proxy',
    kind: 'admin-key',
    holder: 'default_user_id',
    owner: 'default_user_id',
  };
  story.book.hold({ ...master, active: null });
  story.work(MASTER, { user: { id: 'default_user_id', holder: '' }, most: 1 });
  const { book } = story;
  book.label('litellm-team-key', 'is of a team', [team]);
  book.label('litellm-service-account', 'is of a service account', [service]);
  book.label('litellm-expired', 'ended by itself', [expired]);
  book.label('litellm-blocked', 'was ended by somebody', [blocked]);
  book.label('litellm-never-used', 'was never used, as the proxy says', [unused]);
  const live = { active: false, remarks: ['unknown-to-provider'] };
  book.label(
    'litellm-not-in-table',
    'is used, and no table of keys has it: only the whole table tells',
    [unknown],
    live,
  );
  book.label('litellm-master-key', 'is the master key, which no table has', [MASTER]);
}

/** @param {Proxy} story @param {User} user */
function tellShared(story, user) {
  const key = story.key('team-11-key', user);
  story.book.label('litellm-shared', 'is in the hands of several', [key]);
  for (const { at, address, program } of sharing(story.random)) {
    story.call(key, at, { address, agent: PROGRAMS[program] ?? '' });
  }
}

/**
 * @typedef {object} User
 * @property {string} id
 * @property {string} holder
 *
 * @typedef {object} Wish
 * @property {string} [which]
 * @property {number} [createdAt]
 * @property {number} [rotatedAt]
 * @property {number} [expiresAt]
 * @property {number} [deletedAt]
 * @property {boolean} [isBlocked]
 * @property {boolean} [isService]
 * @property {string} [team]
 * @property {Partial<Truth>} [told]
 *
 * @typedef {object} Work
 * @property {number} [from]
 * @property {number} [until]
 * @property {number} [most]
 * @property {User} [user] Where no table has the key.
 * @property {string} [alias]
 */

/** @param {number} at */
const isoOf = at => new Date(at).toISOString();

/** @param {string} id @param {string} email @param {string} role @param {number} at */
const userRow = (id, email, role, at) => ({
  ...{ user_id: id, user_email: email, user_alias: null, user_role: role, teams: [], spend: 0, max_budget: null },
  created_at: isoOf(at),
});

/** What a proxy holds. */
class Proxy {
  random;
  book;
  /** @type {Json[]} */ users = [];
  /** @type {{ id: string, row: Json }[]} */ #keys = [];
  /** @type {(Json & { readonly startTime: string })[]} */ calls = [];
  /** @type {(Json & { readonly updated_at: string })[]} */ changes = [];
  /** @type {Map<string, { user: string, team: string, alias: string }>} */
  #labels = new Map();

  /** @param {Random} random @param {Book} book */
  constructor(random, book) {
    this.random = random;
    this.book = book;
  }

  /** @param {string} name @param {string} [email] @param {boolean} [isThere] @returns {User} */
  user(name, email = `${name}@example.com`, isThere = true) {
    const id = this.random.guid();
    if (isThere) this.users.push(userRow(id, email, 'internal_user', ago(this.random, 300)));
    return { id, holder: email.toLowerCase() };
  }

  /** Notes a key that may stand in no table. @param {string} alias @param {User | null} user @param {Wish} wish */
  hold(alias, user, { which = '', createdAt, expiresAt, isService = false, team = '', told }) {
    const id = createHash('sha256').update(`sk-company ${alias} ${which}`).digest('hex');
    this.#labels.set(id, { user: isService ? '' : (user?.id ?? ''), team, alias });
    return this.book.hold({
      ...{ id, provider: 'proxy', kind: 'virtual-key', name: alias, scope: team, createdAt: createdAt ?? null },
      ...{ holder: user?.holder ?? '', owner: user?.id ?? '', expiresAt: expiresAt ?? null },
      ...told,
    });
  }

  /** @param {string} alias @param {User | null} user @param {Wish} [wish] */
  key(alias, user, wish = {}) {
    const { createdAt = ago(this.random, this.random.between(35, 300)), rotatedAt, expiresAt, deletedAt } = wish;
    const id = this.hold(alias, user, { ...wish, createdAt });
    const row = {
      ...{ token: id, key_name: `sk-...${this.random.text('abcdefghijkmnpqrstuvwxyz23456789', 4)}`, key_alias: alias },
      ...{ user_id: wish.isService ? null : (user?.id ?? null), team_id: wish.team ?? null },
      ...{ models: [], max_budget: null, rpm_limit: null, tpm_limit: null, budget_duration: null },
      metadata: wish.isService ? { service_account_id: user?.id } : {},
      blocked: wish.isBlocked ?? null,
      expires: expiresAt === undefined ? null : isoOf(expiresAt),
      created_at: isoOf(rotatedAt === undefined ? createdAt : createdAt - 100 * DAY),
      last_rotation_at: rotatedAt === undefined ? null : isoOf(rotatedAt),
      rotation_count: rotatedAt === undefined ? 0 : 1,
      ...(deletedAt !== undefined && { deleted_at: isoOf(deletedAt), deleted_by: 'default_user_id' }),
    };
    this.#keys.push({ id, row });
    return id;
  }

  /** @param {string} id @param {Work} [work] */
  work(id, { from, until, most = 6, user, alias } = {}) {
    const address = `198.51.100.${this.random.between(100, 250)}`;
    const labels = this.#labels.get(id) ?? { user: '', team: '', alias: '' };
    this.#labels.set(id, { ...labels, ...(user && { user: user.id }), ...(alias && { alias }) });
    for (const at of workOf(this.random, { most, ...(from && { from }), ...(until && { until }) })) {
      this.call(id, at, { address, agent: OPENAI });
    }
  }

  /** @param {string} id @param {number} at @param {{ address: string, agent: string }} from */
  call(id, at, { address, agent }) {
    const { random } = this;
    const [input, output] = [random.between(50, 6000), random.between(20, 900)];
    const { user = '', team = '', alias = '' } = this.#labels.get(id) ?? {};
    const microUsd = input * 3 + output * 15;
    this.calls.push({
      ...{ request_id: `chatcmpl-${random.guid()}`, call_type: 'acompletion', api_key: id, spend: microUsd / 1e6 },
      ...{ total_tokens: input + output, prompt_tokens: input, completion_tokens: output },
      startTime: isoOf(at),
      endTime: isoOf(at + random.between(800, 20_000)),
      ...{ model: 'claude-sonnet-4-5', model_group: 'claude-sonnet-4-5', custom_llm_provider: 'anthropic' },
      ...{ user, team_id: team, end_user: '', cache_hit: 'False' },
      metadata: { user_api_key_alias: alias || null },
      request_tags: [`User-Agent: ${agent.replace(/\/.*/, '')}`, `User-Agent: ${agent}`],
      ...{ requester_ip_address: address, status: 'success', messages: {}, response: {} },
    });
    this.book.use(id, { at, address, tokensIn: input, tokensOut: output, microUsd });
  }

  /** @param {number} at @param {string} action @param {string} table @param {string} object @param {Json} before @param {Json} after */
  change(at, action, table, object, before, after) {
    const by = { changed_by: 'default_user_id', changed_by_api_key: MASTER };
    const values = { before_value: JSON.stringify(before), updated_values: JSON.stringify(after) };
    this.book.use(MASTER, { at, calls: 0, others: 1 });
    this.changes.push({
      id: this.random.guid(),
      updated_at: isoOf(at),
      ...by,
      action,
      table_name: table,
      object_id: object,
      ...values,
    });
  }

  /** As its API gives it, newest calls first. */
  held() {
    const rows = this.#keys.map(({ id, row }) => {
      const last = this.book.lastUse(id);
      return { ...row, last_active: last === null ? null : isoOf(last), spend: last === null ? 0 : 1.5 };
    });
    return {
      keys: rows.filter(row => !Object.hasOwn(row, 'deleted_at')),
      deleted: rows.filter(row => Object.hasOwn(row, 'deleted_at')),
      users: this.users,
      calls: [...this.calls].sort((a, b) => (a.startTime > b.startTime ? -1 : 1)),
      changes: this.changes,
    };
  }
}

/** The lists of a proxy, each saved as one answer, and its spend log day by day. @param {ReturnType<Proxy['held']>} held */
export function litellmFiles({ keys, deleted, users, calls, changes }) {
  const file = (/** @type {string} */ name, /** @type {unknown} */ json) => ({
    path: `${name}.json`,
    text: JSON.stringify(json),
  });
  const counts = (/** @type {readonly unknown[]} */ rows) => ({
    total: rows.length,
    page: 1,
    page_size: 1000,
    total_pages: 1,
  });
  const list = (/** @type {readonly Json[]} */ rows) => ({
    keys: rows,
    total_count: rows.length,
    current_page: 1,
    total_pages: 1,
  });
  const days = byDay(calls.map(call => ({ at: Date.parse(call.startTime), call })));
  return [
    file('key-list', list(keys)),
    file('key-list-deleted', list(deleted)),
    file('user-list', { users, ...counts(users) }),
    file('audit', { audit_logs: changes, ...counts(changes) }),
    ...days.map(([day, told]) => ({
      path: `spend-logs-${day}.jsonl`,
      text: `${told.map(({ call }) => JSON.stringify(call)).join('\n')}\n`,
    })),
  ];
}
