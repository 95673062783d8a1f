import { DAY, HOUR, NOW } from '../../simulate/time.mjs';
import { ago, hoursOf, START } from './days.mjs';

/** @import { Json } from '../cloudtrail.mjs' */
/** @import { Random } from '../random.mjs' */
/** @import { Book, Truth } from './book.mjs' */

export const ORGANISATION = '9f3a4b5c-1111-4222-8333-444455556666';
const IDS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789';
const WORKSPACES = { production: 'wrkspc_01ProductionABCDEFGHJKL', lab: 'wrkspc_01LabMNPQRSTUVWXYZabcdef' };
const MODEL = 'claude-opus-4-5-20251101';
const PYTHON = 'python-requests/2.32.4';
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

/** Members with one key each; of the first three in the shape that older answers have. */
const PLAIN = ['app-01', 'app-02', 'app-03', 'app-04', 'app-05', 'app-06', 'app-07', 'dev-04'];

/** Writes what Anthropic tells of the company. @param {Random} random @param {Book} book */
export function tellAnthropic(random, book) {
  const story = new Organisation(random, book);
  for (const [i, name] of PLAIN.entries()) {
    const member = story.member(name);
    story.work(story.key(`${name} key`, member, { isOld: i < 3, scope: i % 2 === 0 ? 'production' : 'lab' }));
  }
  const admin = story.member('admin-01');
  story.work(story.key('laptop', story.member('dev-01'), { scope: 'lab' }));
  tellServiceAccount(story, admin);
  tellRotation(story, story.member('lead-02'));
  tellOrphans(story, admin);
  tellStates(story, story.member('lead-03'));
  tellWorkspaces(story, story.member('lead-04'));
  tellHinted(story, story.member('lead-05'));
  tellFeed(story, admin);
  tellConsole(story, story.member('dev-05'));
  return story;
}

/** @param {Organisation} story @param {Member} admin */
function tellServiceAccount(story, admin) {
  const id = `svac_01${story.random.text(IDS, 22)}`;
  const account = { id, holder: 'deploy', type: 'service_account' };
  const created_at = isoOf(ago(story.random, 200));
  story.serviceAccounts.push({
    ...{ id, type: 'service_account', name: 'deploy', organization_role: 'developer', created_at, archived_at: null },
  });
  const keys = ['deploy-eu', 'deploy-us'].map(name => story.key(name, account, { maker: admin, scope: 'production' }));
  for (const key of keys) story.work(key);
  story.book.label('anthropic-service-account', 'one service account holds both keys', keys);
}

/** @param {Organisation} story @param {Member} holder */
function tellRotation(story, holder) {
  const [made, ended] = [START + 16 * DAY + 9 * HOUR, START + 18 * DAY + 10 * HOUR];
  const old = story.key('nightly-evals', holder, { status: 'inactive' });
  const young = story.key('nightly-evals', holder, { createdAt: made, told: { replaces: old } });
  story.book.amend(old, { replacedBy: young });
  story.book.label('anthropic-rotated', 'the newer key took the place of the older', [old, young]);
  story.activity(made, 'platform_api_key_created', byMember(holder), { api_key_id: young });
  const updates = [{ type: 'status', previous_value: 'active', current_value: 'inactive' }];
  story.activity(ended, 'platform_api_key_updated', byMember(holder), { api_key_id: old, updates });
  story.work(old, { until: made });
  story.work(young, { from: made + HOUR });
}

/** Keys whose makers are no members any more, and one that nobody made. @param {Organisation} story @param {Member} admin */
function tellOrphans(story, admin) {
  const left = story.member('left-06', false);
  const key = story.key('reports', left, { told: { remarks: ['holder-gone'] } });
  story.book.label('anthropic-orphan-left', 'works on although its maker was removed', [key]);
  const deleted = { deleted_user_id: left.id, deleted_user_email: left.holder };
  story.activity(START + 8 * DAY + 9 * HOUR, 'org_user_deleted', byMember(admin), deleted);
  story.work(key);
  const gone = { id: `user_01${story.random.text(IDS, 22)}`, type: 'user' };
  const early = story.key('pilot', { ...gone, holder: gone.id }, {});
  const says = 'was made by somebody who left before the logs begin: only the whole list of members tells';
  story.book.label('anthropic-orphan-before', says, [early], { remarks: ['holder-gone'] });
  story.work(early);
  const nobodys = story.key('legacy', null, { isOld: true });
  story.book.label('anthropic-orphan-null', 'is used, and its list names nobody who made it', [nobodys]);
  story.work(nobodys);
}

/** @param {Organisation} story @param {Member} holder */
function tellStates(story, holder) {
  const ended = NOW - 20 * DAY;
  const expired = story.key('trial', holder, { status: 'expired', expiresAt: ended });
  const ending = story.key('quarter', holder, { expiresAt: NOW + 60 * DAY });
  const [disabled, archived] = [
    story.key('old tool', holder, { status: 'inactive' }),
    story.key('older tool', holder, { status: 'archived' }),
  ];
  const spare = story.key('spare', holder, { told: { remarks: ['not-seen-in-use'] } });
  story.work(ending);
  story.book.label('anthropic-expired', 'ended by itself', [expired]);
  story.book.label('anthropic-expiring', 'will end by itself', [ending]);
  story.book.label('anthropic-disabled', 'was ended by somebody', [disabled, archived]);
  story.book.label('anthropic-never-used', 'was never seen in use', [spare]);
}

/** @param {Organisation} story @param {Member} holder */
function tellWorkspaces(story, holder) {
  const scopes = /** @type {const} */ (['production', 'lab']);
  const keys = scopes.map(scope => story.key(`${scope} key`, holder, { scope }));
  const whole = story.key('everywhere', holder, { scope: 'organisation' });
  for (const key of [...keys, whole]) story.work(key);
  story.book.label('anthropic-two-workspaces', 'one member holds keys in two workspaces', keys);
  story.book.label('anthropic-organisation-key', 'is bound to no workspace', [whole]);
}

/** Keys that a gateway shows by their ends alone. @param {Organisation} story @param {Member} holder */
function tellHinted(story, holder) {
  story.hinted = story.key('gateway', holder, { hint: 'R2D...igAA' });
  story.work(story.hinted);
  story.twins = ['Qw1...x9AA', 'Zt7...x9AA'].map((hint, i) => story.key(`twin ${i + 1}`, holder, { hint }));
  for (const twin of story.twins) story.work(twin);
}

/** What the activity feed alone tells of. @param {Organisation} story @param {Member} admin */
function tellFeed(story, admin) {
  for (const day of [1, 7, 15, 22])
    story.activity(START + day * DAY + 8 * HOUR, 'sso_login_succeeded', byMember(admin), {});
  const made = START + 5 * DAY + 11 * HOUR;
  const id = `apikey_01${story.random.text(IDS, 22)}`;
  const held = { id, provider: 'anthropic', kind: 'admin-key', holder: admin.holder, owner: admin.id, createdAt: made };
  story.book.hold(held, {
    label: 'anthropic-admin-key',
    says: 'is an admin key, which only the activity feed tells of',
  });
  story.activity(made, 'admin_api_key_created', byMember(admin), { admin_api_key_id: id });
  for (const day of [6, 13, 20, 27]) {
    const actor = {
      type: 'admin_api_key_actor',
      admin_api_key_id: id,
      ip_address: '198.51.100.41',
      user_agent: PYTHON,
    };
    const at = START + day * DAY + 4 * HOUR;
    story.activity(at, 'platform_usage_report_messages_viewed', actor, {});
    story.book.use(id, { at, calls: 0, others: 1, address: '198.51.100.41' });
  }
  const key = story.key('files', story.member('app-08'), { scope: 'production' });
  story.work(key);
  for (const day of [6, 14]) {
    const actor = { type: 'api_actor', api_key_id: key, ip_address: '198.51.100.42', user_agent: PYTHON };
    const at = START + day * DAY + 14 * HOUR + 1000;
    story.activity(at, 'platform_file_content_downloaded', actor, { file_id: `file_01${day}` });
    story.book.use(key, { at, calls: 0, others: 1, address: '198.51.100.42' });
  }
  story.book.label('anthropic-seen-at-files', 'was seen where it fetched files, and not where it called models', [key]);
}

/** Somebody who uses models in the Console, without a key. @param {Organisation} story @param {Member} member */
function tellConsole(story, member) {
  story.book.hold(
    {
      id: member.id,
      provider: 'anthropic',
      kind: 'member',
      holder: member.holder,
      owner: member.holder,
      name: member.name ?? '',
      createdAt: member.addedAt ?? null,
    },
    { label: 'anthropic-console', says: 'uses models in the Console, without a key' },
  );
  story.work(member.id, { isPerson: true });
}

/**
 * @typedef {object} Member
 * @property {string} id
 * @property {string} holder
 * @property {string} [type]
 * @property {string} [name]
 * @property {number} [addedAt]
 *
 * @typedef {object} Wish
 * @property {boolean} [isOld] In the shape that older answers have.
 * @property {'active' | 'inactive' | 'archived' | 'expired'} [status]
 * @property {number} [createdAt]
 * @property {number} [expiresAt]
 * @property {'production' | 'lab' | 'organisation'} [scope]
 * @property {string} [hint]
 * @property {Member} [maker] Where that is not the holder.
 * @property {Partial<Truth>} [told]
 */

/** @param {Member} member */
const byMember = ({ id, holder }) => ({
  type: 'user_actor',
  email_address: holder,
  user_id: id,
  ip_address: '192.0.2.44',
  user_agent: BROWSER,
});

/** `2026-11-19T02:14:07.000123Z`: Anthropic counts microseconds. @param {number} at */
const isoOf = at => new Date(at).toISOString().replace('Z', '000Z');

/** @param {number} at */
const hourText = at => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** An organisation at Anthropic, as its APIs answer. */
class Organisation {
  random;
  book;
  /** @type {Json[]} */ keys = [];
  /** @type {Json[]} */ users = [];
  /** @type {Json[]} */ serviceAccounts = [];
  /** @type {{ readonly starting_at: string, readonly ending_at: string, readonly group: Json, readonly usage: Json }[]} */
  analytics = [];
  /** @type {(Json & { readonly created_at: string })[]} */
  activities = [];
  hinted = '';
  /** @type {readonly string[]} */
  twins = [];
  /** @type {Map<string, readonly number[]>} */
  hours = new Map();
  /** @type {Map<string, string>} */
  #scopes = new Map();

  /** @param {Random} random @param {Book} book */
  constructor(random, book) {
    this.random = random;
    this.book = book;
  }

  /** @param {string} name @param {boolean} [isThere] @returns {Member} */
  member(name, isThere = true) {
    const member = {
      id: `user_01${this.random.text(IDS, 22)}`,
      holder: `${name}@example.com`,
      name,
      addedAt: ago(this.random, 420),
    };
    const { id, holder: email, addedAt } = member;
    if (isThere) this.users.push({ id, type: 'user', email, name, role: 'developer', added_at: isoOf(addedAt) });
    return { ...member, type: 'user' };
  }

  /** @param {string} name @param {Member | null} holder @param {Wish} wish */
  key(
    name,
    holder,
    {
      isOld = false,
      status = 'active',
      createdAt = ago(this.random, this.random.between(35, 400)),
      expiresAt,
      scope = 'lab',
      hint,
      maker,
      told,
    },
  ) {
    const id = `apikey_01${this.random.text(IDS, 22)}`;
    const workspace = scope === 'organisation' ? null : WORKSPACES[scope];
    const by = maker ?? holder;
    const shown = hint ?? `${this.random.text(IDS, 3)}...${this.random.text(IDS, 2)}AA`;
    const base = {
      ...{ id, type: 'api_key', name, partial_key_hint: `sk-ant-api03-${shown}`, status, created_at: isoOf(createdAt) },
      created_by: by && { id: by.id, type: by.type ?? 'user' },
    };
    const principal =
      holder?.type === 'service_account' ? { type: 'service_account_actor', service_account_id: holder.id } : null;
    const newer = {
      expires_at: expiresAt === undefined ? null : isoOf(expiresAt),
      principal,
      scope: workspace === null ? { type: 'organization' } : { type: 'workspace', workspace_id: workspace },
    };
    this.keys.push(isOld ? { ...base, workspace_id: workspace } : { ...base, ...newer });
    this.#scopes.set(id, workspace ?? '');
    return this.book.hold({
      ...{ id, provider: 'anthropic', kind: 'api-key', name, scope: workspace ?? '', createdAt },
      ...{
        holder: holder?.holder ?? '',
        owner: holder?.id ?? '',
        active: status === 'active',
        expiresAt: expiresAt ?? null,
      },
      ...told,
    });
  }

  /** Calls of models, by the hour. @param {string} id @param {{ from?: number, until?: number, isPerson?: boolean }} [when] */
  work(id, { isPerson = false, ...when } = {}) {
    const hours = hoursOf(this.random, { ...when, most: 3 });
    this.hours.set(id, hours);
    for (const at of hours) this.#use(id, at, isPerson);
  }

  /** @param {string} id @param {number} at @param {boolean} isPerson */
  #use(id, at, isPerson) {
    const { random } = this;
    const [fresh, read, day, minutes] = [
      random.between(500, 90_000),
      random.between(0, 4000),
      random.between(0, 900),
      random.between(0, 900),
    ];
    const [requests, output] = [random.between(8, 60), random.between(200, 20_000)];
    const actor = isPerson ? { type: 'user_actor', user_id: id } : { type: 'api_actor', api_key_id: id };
    this.analytics.push({
      starting_at: hourText(at),
      ending_at: hourText(at + HOUR),
      group: {
        ...{ api_key_id: isPerson ? null : id, model: MODEL, workspace_id: this.#scopes.get(id) || null },
        ...{ inference_geo: 'not_available', actor },
      },
      usage: {
        ...{ requests, uncached_input_tokens: fresh, cache_read_input_tokens: read },
        cache_creation: { ephemeral_1h_input_tokens: day, ephemeral_5m_input_tokens: minutes },
        ...{ output_tokens: output, total_tokens: fresh + read + day + minutes + output },
        server_tool_use: { web_search_requests: 0 },
      },
    });
    const tokensIn = fresh + read + day + minutes;
    this.book.use(id, { at, last: at + HOUR - 1, noted: at + HOUR, calls: requests, tokensIn, tokensOut: output });
  }

  /** @param {number} at @param {string} type @param {Json} actor @param {Json} more */
  activity(at, type, actor, more) {
    const id = `activity_01${this.random.text(IDS, 22)}`;
    const organization = { organization_id: 'org_01ABCDEFGHJKLMNPQRSTUVWX', organization_uuid: ORGANISATION };
    this.activities.push({ id, created_at: isoOf(at), ...organization, type, actor, ...more });
  }

  /** As its APIs give it: reports from the oldest row on, the feed from the newest activity. */
  held() {
    const analytics = [...this.analytics].sort((a, b) => (a.starting_at < b.starting_at ? -1 : 1));
    const activities = [...this.activities].sort((a, b) => (a.created_at > b.created_at ? -1 : 1));
    const { keys, users, serviceAccounts } = this;
    return { keys, users, serviceAccounts, analytics, report: bucketsOf(analytics), activities };
  }
}

/** The same usage as the older report has it, which counts no calls. @param {Organisation['analytics']} rows */
function bucketsOf(rows) {
  /** @type {Map<string, Json[]>} */
  const results = new Map();
  for (let at = START; at < NOW; at += HOUR) results.set(hourText(at), []);
  for (const row of rows) results.get(row.starting_at)?.push(resultOf(row));
  return [...results].map(([starting_at, results]) => {
    return { starting_at, ending_at: hourText(Date.parse(starting_at) + HOUR), results };
  });
}

/** @param {Organisation['analytics'][number]} row */
function resultOf({ group: { actor, ...names }, usage: { requests: _requests, total_tokens: _total, ...counts } }) {
  const person = /** @type {Json} */ (actor)['user_id'] ?? null;
  return {
    ...counts,
    ...names,
    service_tier: null,
    context_window: null,
    account_id: person,
    service_account_id: null,
  };
}

/** The answers of an organisation, each saved as a file. @param {ReturnType<Organisation['held']>} held */
export function anthropicFiles({ keys, users, serviceAccounts, analytics, report, activities }) {
  const listed = (/** @type {readonly Json[]} */ data) => ({
    ...{ data, has_more: false, first_id: data[0]?.['id'] ?? null, last_id: data.at(-1)?.['id'] ?? null },
  });
  const half = Math.ceil(analytics.length / 2);
  const refreshed = { has_more: false, next_page: null, data_refreshed_at: hourText(NOW) };
  const workspaces = Object.entries(WORKSPACES).map(([name, id]) => ({
    ...{ id, type: 'workspace', name, created_at: isoOf(START - 400 * DAY), archived_at: null },
    ...{ display_color: '#6C5BB9', tags: {}, external_key_id: null },
  }));
  const file = (/** @type {string} */ name, /** @type {unknown} */ json) => ({
    path: `${name}.json`,
    text: JSON.stringify(json),
  });
  return {
    lists: [
      file('api_keys', listed(keys)),
      file('users', listed(users)),
      file('workspaces', listed(workspaces)),
      file('service_accounts', { data: serviceAccounts, next_page: null }),
    ],
    analytics: [
      file('analytics-usage-1', { data: analytics.slice(0, half), ...refreshed }),
      file('analytics-usage-2', { data: analytics.slice(half), ...refreshed }),
    ],
    report: [file('usage_report-messages', { data: report, has_more: false, next_page: null })],
    feed: [file('compliance-activities', listed(activities))],
  };
}
