import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit, type AuditRequest } from '../src/audit.ts';
import { main } from '../src/cli/program.ts';
import { collectors } from '../src/collect/index.ts';
import { openGeo } from '../src/geo.ts';
import type { Coverage } from '../src/model/coverage.ts';
import type { DeclaredHolder } from '../src/model/declared.ts';
import type { RegisterRow } from '../src/model/register.ts';
import type { Report } from '../src/model/report.ts';
import { json } from '../src/report/register/json.ts';
import { registerFacets } from '../src/register/usage.ts';
import { rules } from '../src/rules/index.ts';
import { defaultRules, judgementIn } from './judgement.ts';
// Generators are plain JavaScript, so that they run under every Node that is supported.
import { makeCompany } from './make/company.mjs';
import { ADMIN_KEY, type Held, ORGANISATION, serveAnthropic, TOKEN } from './servers/anthropic.ts';
import { LITELLM_KEY, litellmAnswer, serveLitellm } from './servers/litellm.ts';
import { emptyWorld, quietHooks } from './task.ts';

// What a company's register must say over AWS, Anthropic and LiteLLM together, key by key.

type Told = Pick<RegisterRow, (typeof TOLD)[number]> & { readonly remarks: readonly string[] };

const TOLD = [
  'id',
  'provider',
  'kind',
  'holder',
  'owner',
  'name',
  'scope',
  'holderKeys',
  'createdAt',
  'ageDays',
  'expiresAt',
  'active',
  'firstUsedAt',
  'lastUsedAt',
  'uses',
  'calls',
  'tokensIn',
  'tokensOut',
  'microUsd',
  'places',
  'networks',
  'alsoSeenAs',
  'replaces',
  'replacedBy',
] as const satisfies readonly (keyof RegisterRow)[];

interface Label {
  readonly id: string;
  readonly says: string;
  readonly keys: readonly string[];
  readonly live: Partial<Told>;
}

const company = makeCompany('1');
const labels = company.labels as unknown as readonly Label[];
const truths = company.rows as unknown as readonly Told[];

/** The planted keys of a label. */
const planted = (id: string): readonly string[] => labels.find(label => label.id === id)!.keys;

let home = '';
const folder = (...names: readonly string[]): string[] => names.map(name => join(home, name));
const FOLDERS = ['aws', 'anthropic', 'litellm', 'gateway'] as const;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'keyward-company-'));
  for (const { path, text } of Object.values(company.files).flat()) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  writeFileSync(join(home, 'keyward.json'), JSON.stringify({ networks: company.networks }));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

function read(sources: readonly string[], over: Partial<AuditRequest> = {}): Promise<Report> {
  const { now, networks } = company;
  const request: AuditRequest = {
    sources,
    rules: defaultRules,
    facets: registerFacets,
    collectors,
    geo: openGeo({ networks: networks as Parameters<typeof openGeo>[0]['networks'] }),
    self: [],
    now,
    since: null,
    until: null,
    lookbackDays: null,
    world: emptyWorld(now),
    version: '0.0.0',
    ...over,
  };
  return audit(request, quietHooks);
}

/** What the register says that the company knows better, in order of id. */
function toldOf(rows: readonly RegisterRow[]): Told[] {
  const told = rows.map(row => ({
    ...(Object.fromEntries(TOLD.map(name => [name, row[name]])) as unknown as Told),
    remarks: row.remarks.map(({ code }) => code).filter(code => code !== 'replaces' && code !== 'replaced-by'),
  }));
  return told.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The ids that a rule speaks of, in order. */
const accused = ({ findings }: Report, rule: string): string[] =>
  findings.flatMap(finding => (finding.rule === rule ? [finding.credential?.id ?? finding.subject] : [])).sort();

const idsOf = (...names: readonly string[]): string[] => names.flatMap(planted).sort();

/** The rows of a label's keys. */
const rowsOf = (id: string): Told[] => planted(id).map(key => truths.find(row => row.id === key)!);

describe('a month over AWS, Anthropic and LiteLLM', () => {
  let report: Report;

  beforeAll(async () => {
    report = await read(folder(...FOLDERS));
  });

  test('is read whole', () => {
    expect(report.sources.map(({ complete, note, malformed }) => [complete, note, malformed])).toEqual(
      FOLDERS.map(() => [true, null, 0]),
    );
  });

  test('is one register, right in every row', () => {
    expect(toldOf(report.register!.rows)).toEqual(truths);
  });

  test.each(labels.map(({ id, says, keys }) => [id, says, keys] as const))('%s %s', (id, _, keys) => {
    expect(keys.length).toBeGreaterThan(0);
    const rows = toldOf(report.register!.rows).filter(row => keys.includes(row.id));
    expect(rows).toEqual([...rowsOf(id)].sort((a, b) => (a.id < b.id ? -1 : 1)));
  });

  test('has one person’s keys of all three together', () => {
    const rows = report.register!.rows.filter(({ id }) => planted('one-person').includes(id));
    expect(rows.map(({ provider, holder, holderKeys }) => [provider, holder, holderKeys])).toEqual(
      ['anthropic', 'aws', 'proxy'].map(provider => [provider, 'dev-01@example.com', 3]),
    );
  });

  test('names rotations from both sides', () => {
    for (const id of ['aws-rotated', 'anthropic-rotated', 'litellm-rotated', 'litellm-replaced']) {
      const [old, young] = planted(id);
      expect([rowsOf(id)[0]!.replacedBy, rowsOf(id)[1]!.replaces]).toEqual([young, old]);
    }
  });

  test('has keys in several hands, and no others', () => {
    expect(accused(report, 'shared-key')).toEqual(idsOf('aws-shared', 'litellm-shared'));
  });

  test('is what `keyward keys` writes', async () => {
    const { keys } = JSON.parse(await keyward('keys', ...folder(...FOLDERS), '--format', 'json'));
    const shown = [...json.render(report, { width: 80, color: false })].join('');
    expect(keys).toHaveLength(truths.length);
    expect(keys).toEqual(JSON.parse(shown).keys);
  });

  test('is the same in whatever order files come', async () => {
    const paths = Object.values(company.files).flatMap(files => files.map(({ path }) => join(home, path)));
    const wanted = paths.filter(path => !path.includes('/report/'));
    const again = await read(wanted.reverse());
    expect(toldOf(again.register!.rows)).toEqual(truths);
    expect(JSON.parse(judgementIn(again)).findings).toEqual(JSON.parse(judgementIn(report)).findings);
  });
});

/** What a command of keyward writes, which must end well. */
async function keyward(...args: readonly string[]): Promise<string> {
  // Nobody reads while it writes.
  const [stdout, stderr] = [new PassThrough({ highWaterMark: 1e7 }), new PassThrough()];
  const status = await main([...args, '--config', join(home, 'keyward.json'), '--now', '2026-11-20'], {
    stdout,
    stderr,
    env: {},
    cwd: home,
    version: '0.0.0',
    setVariable: () => {},
    now: () => company.now,
    onInterrupt: () => () => {},
  });
  expect([status, String(stderr.read() ?? '')]).toEqual([0, '']);
  return String(stdout.read());
}

/** A register that names everybody but the holders of these keys; keys of nobody stand in it themselves. */
function registerWithout(left: readonly string[]): DeclaredHolder[] {
  const named = truths.filter(({ id }) => !left.includes(id));
  const holders = new Set(named.map(({ holder, id }) => holder || id));
  return [...holders].map(holder => {
    const owners = named.flatMap(row => (row.holder === holder ? [row.owner] : []));
    const principals = [...new Set([holder, ...owners])];
    return owners.length === 0 ? { holder, keys: [holder] } : { holder, principals };
  });
}

describe('with a register that names everybody but two', () => {
  const UNLISTED = idsOf('aws-unlisted', 'anthropic-orphan-null');
  let report: Report;

  beforeAll(async () => {
    const declared = registerWithout([...UNLISTED, ...planted('litellm-orphan-null')]);
    report = await read(folder(...FOLDERS), { declared });
  });

  test('those two are not listed', () => {
    expect(accused(report, 'unlisted-holder')).toEqual(UNLISTED);
  });

  test('the keys whose holders are gone have no owner', () => {
    const orphans = ['anthropic-orphan-left', 'anthropic-orphan-null', 'litellm-orphan-left', 'litellm-orphan-null'];
    expect(accused(report, 'ownerless-key')).toEqual(idsOf(...orphans));
  });
});

const NO_NETWORKS = 'no network evidence: Anthropic does not tell where a key calls models from';

/** Rules that judge where something is used from; some of them want a better database of places, which is said first. */
const PLACE_RULES = rules.filter(({ needs }) => needs.includes('places')).map(({ id }) => id);
const NEEDY = new Set(rules.filter(({ needsGeo }) => needsGeo !== undefined).map(({ id }) => id));

/** What is said of the rules of places, but of those without their database no more than that they are blind. */
function placeCoverage({ coverage }: Report, source = ''): Coverage[] {
  const rows = coverage.filter(row => PLACE_RULES.includes(row.rule) && row.source.endsWith(source));
  expect(rows.filter(({ rule, state }) => NEEDY.has(rule) && state !== 'blind')).toEqual([]);
  return rows.filter(({ rule }) => !NEEDY.has(rule));
}

describe('of Anthropic alone', () => {
  const FEED = 'anthropic/compliance-activities.json';
  const files = company.files.anthropic.map(({ path }) => path);
  const quiet = files.filter(path => path !== FEED);

  test('every place rule is blind, and says why', async () => {
    const report = await read(folder(...quiet));
    expect(PLACE_RULES.length).toBeGreaterThan(5);
    for (const path of quiet) {
      for (const { rule, state } of placeCoverage(report, path))
        expect([path, rule, state]).toEqual([path, rule, 'blind']);
    }
    for (const { rule, reason } of placeCoverage(report, 'analytics-usage-1.json'))
      expect([rule, reason]).toEqual([rule, expect.stringContaining(NO_NETWORKS)]);
  });

  // The feed shows where people sign in and change things, and nothing of where models are called from.
  test.each([
    ['with the activity feed', () => folder('anthropic')],
    ['beside the others in one folder', () => [home]],
  ])('%s no place rule was evaluated', async (_, sources) => {
    const rows = placeCoverage(await read(sources()));
    expect(rows).toHaveLength(PLACE_RULES.filter(rule => !NEEDY.has(rule)).length);
    for (const { rule, state, reason } of rows)
      expect([rule, state, reason]).toEqual([rule, 'partial', expect.stringContaining(NO_NETWORKS)]);
  });

  test('tells no places of its keys, but where the feed saw them', async () => {
    const { register } = await read(folder('anthropic'));
    const placed = register!.rows.filter(({ places }) => (places ?? []).length > 0);
    expect(placed.map(({ id }) => id).sort()).toEqual(idsOf('anthropic-seen-at-files', 'anthropic-admin-key'));
    const seen = register!.rows.filter(({ calls }) => (calls ?? 0) > 0);
    expect(seen.length).toBeGreaterThan(20);
    for (const { id, places, networks } of seen.filter(({ places }) => (places ?? []).length === 0))
      expect([id, places, networks]).toEqual([id, null, null]);
  });
});

test('by the older usage report tokens are the same, and calls are not known', async () => {
  const lists = company.files.anthropic.map(({ path }) => path).filter(path => !path.includes('analytics'));
  const { register } = await read(folder(...lists, 'report'));
  const used = (rows: readonly Pick<Told, 'id' | 'tokensIn' | 'tokensOut' | 'lastUsedAt'>[]) =>
    rows.map(({ id, tokensIn, tokensOut, lastUsedAt }) => ({ id, tokensIn, tokensOut, lastUsedAt }));
  const told = toldOf(register!.rows);
  expect(used(told)).toEqual(used(truths.filter(({ provider }) => provider === 'anthropic')));
  expect(told.filter(({ tokensIn, calls }) => (tokensIn ?? 0) > 0 && calls !== null)).toEqual([]);
});

describe('live', () => {
  const servers: { close(): Promise<void> }[] = [];
  const before = { ...process.env };

  /** Nothing of Anthropic or of a proxy in the environment: it comes with the task. */
  beforeAll(() => {
    expect(company.organisation).toBe(ORGANISATION);
    for (const name of Object.keys(process.env))
      if (/^(?:ANTHROPIC_|(?:https?|all|no)_proxy$)/i.test(name)) delete process.env[name];
  });

  afterAll(async () => {
    Object.assign(process.env, before);
    for (const server of servers) await server.close();
  });

  /** Reads both services as they are, beside the files of AWS and of the gateway. */
  async function readLive(secrets: Record<string, string>, held: Held = company.held.anthropic): Promise<Report> {
    const anthropic = await serveAnthropic({ ...held, pageSize: 100 });
    const litellm = await serveLitellm(call => litellmAnswer(company.held.litellm, call));
    servers.push(anthropic, litellm);
    const env = { ANTHROPIC_BASE_URL: anthropic.url, LITELLM_MASTER_KEY: LITELLM_KEY, ...secrets };
    const sources = [...folder('aws', 'gateway'), 'anthropic:', `litellm:${litellm.url}`];
    const report = await read(sources, { world: { ...emptyWorld(company.now), env } });
    expect(report.sources.map(({ complete, note }) => [complete, note])).toEqual(sources.map(() => [true, null]));
    return report;
  }

  const ALL = { ANTHROPIC_ADMIN_KEY: ADMIN_KEY, ANTHROPIC_AUTH_TOKEN: TOKEN };

  /** What whole lists tell besides: who and what they lack. */
  const more = new Map(labels.flatMap(({ keys, live }) => keys.map(key => [key, live] as const)));
  const withMore = truths.map(row => ({ ...row, ...more.get(row.id) }));

  test('the register is the same, and tells besides who and what no list has', async () => {
    const report = await readLive(ALL);
    expect(toldOf(report.register!.rows)).toEqual(withMore);
    const orphans = labels.flatMap(({ id, keys }) => (id.includes('-orphan-') ? keys : [])).sort();
    expect(accused(report, 'ownerless-key')).toEqual(orphans);
    expect(accused(report, 'shared-key')).toEqual(idsOf('aws-shared', 'litellm-shared'));
  });

  test('with an admin key alone only service accounts have no names', async () => {
    const { register } = await readLive({ ANTHROPIC_ADMIN_KEY: ADMIN_KEY });
    const ofService = planted('anthropic-service-account');
    const unnamed = withMore.map(row => (ofService.includes(row.id) ? { ...row, holder: row.owner } : row));
    expect(toldOf(register!.rows)).toEqual(unnamed);
  });

  test('without the newer usage report tokens are the same', async () => {
    const { analytics: _, ...older } = company.held.anthropic;
    const { register, sources } = await readLive(ALL, older);
    const tokens = (rows: readonly Told[]) => rows.map(({ id, tokensIn, tokensOut }) => [id, tokensIn, tokensOut]);
    expect(tokens(toldOf(register!.rows))).toEqual(tokens(withMore));
    expect(sources[2]!.remarks.join()).toContain('usage is read from usage_report/messages');
  });
});
