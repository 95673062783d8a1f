import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIELDS } from '../src/cli/keys/fields.ts';
import { orderNamed, SORTS } from '../src/cli/keys/order.ts';
import { parseWhere } from '../src/cli/keys/where.ts';
import { main } from '../src/cli/program.ts';
import type { RegisterRow } from '../src/model/register.ts';
import type { Report } from '../src/model/report.ts';
import { html } from '../src/report/html.ts';
import { json as reportJson } from '../src/report/json.ts';
import { displayWidth, plain } from '../src/report/plain.ts';
import { csv } from '../src/report/register/csv.ts';
import { json } from '../src/report/register/json.ts';
import { markdown } from '../src/report/register/markdown.ts';
import { table } from '../src/report/register/table.ts';
import { registerSchema, reportSchema } from '../src/report/schema.ts';
import { DAY, HOUR } from '../src/time.ts';
import { anyText, cleanReport, NASTY, NOW } from './report-fixtures.ts';

const DEMO = fileURLToPath(new URL('../docs/demo/logs', import.meta.url));
const CONFIG = fileURLToPath(new URL('../docs/demo/keyward.yaml', import.meta.url));
const SCHEMA = fileURLToPath(new URL('../docs/schema/register.schema.json', import.meta.url));
const AT = ['--now', '2026-11-20'];

const ROW: RegisterRow = {
  id: 'apikey_01Rj2N8SVvo6BePZj99NhmiT',
  provider: 'anthropic',
  kind: 'api-key',
  name: 'ci',
  hint: 'sk-ant-api03-R2D...igAA',
  holder: 'ops@example.com',
  holderId: 'ops@example.com',
  holderKeys: 2,
  owner: 'user_1',
  account: 'org-1',
  scope: 'ws_1',
  createdAt: NOW - 212 * DAY,
  ageDays: 212,
  expiresAt: NOW + 12 * DAY,
  active: true,
  firstUsedAt: NOW - 30 * DAY,
  lastUsedAt: NOW - 3 * HOUR,
  uses: 1_300,
  calls: 1_204,
  tokensIn: 4_123_456,
  tokensOut: 230_999,
  microUsd: 12_400_000,
  places: [
    { country: 'DE', uses: 1_200 },
    { country: 'US', uses: 100 },
  ],
  networks: 3,
  models: ['claude-haiku-4-5', 'claude-opus-4-7'],
  sources: [0],
  alsoSeenAs: ['sk-...igAA'],
  replaces: null,
  replacedBy: null,
  remarks: [{ code: 'joined-by-hint', text: 'also seen as sk-...igAA, joined by hint' }],
};

const UNSEEN: RegisterRow = {
  ...ROW,
  ...{
    id: 'key_abc',
    provider: 'openai',
    name: '',
    holder: '',
    holderId: '',
    owner: '',
    createdAt: null,
    ageDays: null,
  },
  ...{ expiresAt: null, active: null, firstUsedAt: null, lastUsedAt: null, uses: null, calls: null, tokensIn: null },
  ...{ tokensOut: null, microUsd: null, places: null, networks: null, models: null, alsoSeenAs: [] },
  remarks: [{ code: 'use-not-visible', text: 'use not visible in these sources' }],
};

const UNUSED: RegisterRow = {
  ...UNSEEN,
  ...{ id: 'key_def', calls: 0, uses: 0, places: [], active: false, expiresAt: NOW - DAY },
  remarks: [{ code: 'not-seen-in-use', text: 'not seen in use' }],
};

const reportOf = (rows: readonly RegisterRow[], total = rows.length): Report => ({
  ...cleanReport,
  register: { rows, total },
});

const rendered = (reporter: typeof table, rows: readonly RegisterRow[], width = 80): string =>
  [...reporter.render(reportOf(rows), { width, color: false })].join('');

let home = '';

beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'keyward-keys-')));
  writeFileSync(join(home, 'one.json'), trail('AKIAEXAMPLE000000001', 'AKIAEXAMPLE000000002'));
  writeFileSync(join(home, 'two.json'), trail('AKIAEXAMPLE000000002'));
  writeFileSync(join(home, 'cut.json'), trail('AKIAEXAMPLE000000003', 'AKIAEXAMPLE000000003').slice(0, -40));
  writeFileSync(
    join(home, 'keyward.json'),
    JSON.stringify({ sources: [join(home, 'one.json')], format: 'sarif', failOn: 'low' }),
  );
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A trail in which each of these keys made a call. */
function trail(...keys: readonly string[]): string {
  const Records = keys.map((accessKeyId, i) => ({
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      arn: `arn:aws:iam::123456789012:user/${accessKeyId.toLowerCase()}`,
      accountId: '123456789012',
      accessKeyId,
    },
    eventTime: `2026-11-1${i}T10:00:00Z`,
    eventSource: 'bedrock.amazonaws.com',
    eventName: 'InvokeModel',
    awsRegion: 'eu-central-1',
    sourceIPAddress: '192.0.2.7',
    userAgent: 'Boto3/1.35.0',
    requestParameters: { modelId: 'anthropic.claude-sonnet-4-20250514-v1:0' },
    eventID: `00000000-0000-4000-8000-${accessKeyId.slice(-11)}${i}`,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '123456789012',
    eventCategory: 'Management',
  }));
  return JSON.stringify({ Records });
}

/** A file is read from where the process is, and a test does not move that. */
const inHome = (word: string): string => (/^\w+\.json$/.test(word) ? join(home, word) : word);

/** Runs a command line in this process, and gives what it printed. */
async function keyward(args: readonly string[], columns = 80) {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const status = await main(args.map(inHome), {
    ...streams,
    env: { COLUMNS: String(columns) },
    cwd: home,
    version: '1.2.3',
    setVariable: () => {},
    now: () => NOW,
    onInterrupt: () => () => {},
  });
  const read = (stream: PassThrough): string =>
    String(stream.read() ?? '')
      .replaceAll(DEMO, 'docs/demo/logs')
      .replaceAll(`${home}/`, '');
  return { status, stdout: read(streams.stdout), stderr: read(streams.stderr) };
}

const idsIn = (text: string): string[] => (JSON.parse(text) as { keys: { id: string }[] }).keys.map(({ id }) => id);

describe('the command', () => {
  test.each([80, 140])('shows the demo in %i columns', async columns => {
    const { status, stdout, stderr } = await keyward(['keys', DEMO, '--config', CONFIG, ...AT], columns);
    expect([status, stderr]).toEqual([0, '']);
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    await expect(stdout).toMatchFileSnapshot(`snapshots/keys/demo-${columns}.txt`);
  });

  test('writes every format, to its owner alone', async () => {
    const files = ['table', 'json', 'csv', 'markdown'].map(format => join(home, `keys.${format}`));
    const outs = files.flatMap(file => ['--out', `${file.slice(file.lastIndexOf('.') + 1)}=${file}`]);
    const { status, stdout } = await keyward(['keys', DEMO, '--config', CONFIG, ...AT, '--format', 'csv', ...outs]);
    expect(status).toBe(0);
    const read = files.map(file => readFileSync(file, 'utf8').replaceAll(DEMO, 'docs/demo/logs'));
    expect(read[2]).toBe(stdout);
    expect(files.map(file => statSync(file).mode & 0o777)).toEqual([0o600, 0o600, 0o600, 0o600]);
    await expect(stdout).toMatchFileSnapshot('snapshots/keys/demo.csv');
    await expect(read[3]).toMatchFileSnapshot('snapshots/keys/demo.md');
    expect(idsIn(read[1]!)).toHaveLength(12);
  });

  test('takes the sources of the configuration, and neither its format nor its gate', async () => {
    const { status, stdout } = await keyward(['keys']);
    expect([status, stdout.split('\n')[0]]).toEqual([0, '2 keys of 2 holders, as of 2026-11-20 00:00 UTC']);
  });

  test('tells which sources told of a key, in whatever order they come', async () => {
    for (const sources of [
      ['one.json', 'two.json'],
      ['two.json', 'one.json'],
    ]) {
      const { stdout } = await keyward(['keys', ...sources, '--format', 'json']);
      const { keys } = JSON.parse(stdout) as { keys: { id: string; sources: string[]; calls: number }[] };
      expect(keys.map(({ id, sources, calls }) => [id, [...sources].sort(), calls])).toEqual([
        ['AKIAEXAMPLE000000001', ['one.json'], 1],
        ['AKIAEXAMPLE000000002', ['one.json', 'two.json'], 2],
      ]);
    }
  });

  test('chooses and orders', async () => {
    const ids = async (...args: readonly string[]) =>
      idsIn((await keyward(['keys', 'one.json', '--format', 'json', ...args])).stdout);
    expect(await ids('--sort', 'last-seen')).toEqual(['AKIAEXAMPLE000000002', 'AKIAEXAMPLE000000001']);
    expect(await ids('--where', 'holder~001')).toEqual(['AKIAEXAMPLE000000001']);
    expect(await ids('--where', 'provider=aws,age>8', '--where', 'calls=1')).toEqual(['AKIAEXAMPLE000000001']);
    expect(await ids('--where', 'active=no')).toEqual([]);
  });

  test('says how many there are beside those that were asked for', async () => {
    const { stdout } = await keyward(['keys', 'one.json', '--where', 'age>8']);
    expect(stdout.split('\n')[0]).toBe('1 of 2 keys of 1 holder, as of 2026-11-20 00:00 UTC');
  });

  test('is incomplete when something could not be read', async () => {
    const { status, stdout, stderr } = await keyward(['keys', 'one.json', 'cut.json']);
    expect(status).toBe(3);
    expect(stdout).toContain('Incomplete: not every source was read to its end.');
    expect(stderr).toMatch(/^keyward: incomplete: cut\.json/);
  });

  test.each<readonly [string, readonly string[], string]>([
    ['no such file', ['nothing.json'], 'nothing.json'],
    [
      'an unknown field',
      ['one.json', '--where', 'provder=aws'],
      "unknown field of --where 'provder'\nDid you mean 'provider'?",
    ],
    [
      'no condition',
      ['one.json', '--where', 'aws'],
      "--where 'aws' is not a condition\nWrite it as in provider=aws,age>90.",
    ],
    [
      'an unknown value',
      ['one.json', '--where', 'kind=acess-key'],
      "unknown value of kind 'acess-key'\nDid you mean 'access-key'?",
    ],
    [
      'text for a number',
      ['one.json', '--where', 'age>old'],
      "--where age: 'old' is not a number\nWrite it as in age>90.",
    ],
    ['no number', ['one.json', '--where', 'age>'], "--where age: '' is not a number"],
    ['a number for text', ['one.json', '--where', 'holder>1'], '--where cannot compare holder by size'],
    ['a search in a number', ['one.json', '--where', 'age~9'], '--where cannot look for text in age'],
    ['an unknown order', ['one.json', '--sort', 'agee'], "unknown value of --sort 'agee'\nDid you mean 'age'?"],
    ['an unknown format', ['one.json', '--format', 'tabel'], "unknown format 'tabel'\nDid you mean 'table'?"],
    ['an unknown format of a file', ['one.json', '--out', 'sarif=a'], "unknown format 'sarif'"],
    ['a file without a name', ['one.json', '--out', 'csv='], "--out 'csv=' names no file"],
    ['no format of a file', ['one.json', '--out', 'a'], "--out 'a' names no file"],
  ])('%s is wrong usage', async (_, args, told) => {
    const { status, stdout, stderr } = await keyward(['keys', ...args]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(told);
  });

  test('help fits a terminal', async () => {
    const { stdout } = await keyward(['keys', '--help']);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    for (const name of [...Object.keys(FIELDS), ...SORTS]) expect(stdout).toContain(name);
  });
});

describe('--where', () => {
  const viewpoint = { now: NOW, sources: ['logs/'] };

  test.each([
    'id=apikey_01rj2n8svvo6bepzj99nhmit',
    'id=sk-...igAA',
    'id~NhmiT',
    'name!=dev',
    'holder=OPS@example.com',
    'holder=user_1',
    'places=us',
    'places!=SG',
    'models~opus',
    'sources=logs/',
    'remarks=joined-by-hint',
    'active=yes',
    'age>=212',
    'age<=212',
    'age=212',
    'age!=211',
    'expires<13',
    'last-seen<1',
    'tokens>4300000',
    'tokens-in<5e6',
    'cost>12',
    'networks=3',
    ' provider = anthropic , calls > 1000 ',
  ])('%s', text => {
    expect(parseWhere([text])(ROW, viewpoint)).toBe(true);
  });

  test.each(['age>212', 'holder=ops', 'places=SG', 'places!=US', 'active!=yes', 'calls<1204', 'provider=aws,age>90'])(
    'not %s',
    text => {
      expect(parseWhere([text])(ROW, viewpoint)).toBe(false);
    },
  );

  test.each([
    ['age>0', false],
    ['age!=0', false],
    ['calls=0', false],
    ['last-seen>30', false],
    ['holder=', true],
    ['places=', true],
    ['active=unknown', true],
    ['models!=opus', true],
  ])('what is not known: %s is %s', (text, expected) => {
    expect(parseWhere([text])(UNSEEN, viewpoint)).toBe(expected);
  });

  test('what was never seen in use was last seen long ago', () => {
    expect(parseWhere(['last-seen>3650'])(UNUSED, viewpoint)).toBe(true);
  });

  test.each(SORTS)('rows that are equal keep their order by %s', name => {
    const rows = ['a', 'b', 'c'].map(hint => ({ ...ROW, hint }));
    expect([...rows].sort(orderNamed(name)).map(({ hint }) => hint)).toEqual(['a', 'b', 'c']);
  });

  test.each(['age', 'last-seen', 'calls', 'tokens'])('what is not known comes last by %s', name => {
    expect([UNSEEN, ROW].sort(orderNamed(name))).toEqual([ROW, UNSEEN]);
  });
});

describe('the table', () => {
  test.each([80, 140])('in %i columns', async width => {
    const old = { ...ROW, id: 'apikey_01Zz2N8SVvo6BePZj99NhmiT', name: 'CI of the eval team', active: false };
    await expect(rendered(table, [ROW, old, UNSEEN, UNUSED], width)).toMatchFileSnapshot(
      `snapshots/keys/rows-${width}.txt`,
    );
  });

  test('never shows two keys alike', () => {
    const ids = ['x', 'y'].map(middle => `${'a'.repeat(60)}${middle}${'z'.repeat(60)}`);
    const shown = rendered(
      table,
      ids.map(id => ({ ...ROW, id })),
    );
    for (const id of ids) expect(shown).toContain(`${id}\n`);
  });

  test('keeps the end of an id', () => {
    for (const width of [40, 60, 80, 140]) expect(rendered(table, [ROW], width)).toMatch(/^apikey\S*NhmiT /m);
  });

  test('says when there is nothing', () => {
    expect(rendered(table, [])).toBe('0 keys, as of 2026-11-20 00:00 UTC\n');
  });

  test('names as many places as there is room for', () => {
    const places = ['DE', 'US', 'FR', 'IT', 'ES', 'PT', 'NL'].map(country => ({ country, uses: 1 }));
    expect(rendered(table, [{ ...ROW, places }], 80)).toMatch(/DE( [A-Z]{2})* \+\d/);
  });
});

const hostile = (text: string): RegisterRow => ({
  ...ROW,
  ...{ id: text, name: text, hint: text, holder: text, holderId: text, owner: text, account: text, scope: text },
  places: [{ country: text, uses: 1 }],
  models: [text],
  alsoSeenAs: [text],
  replaces: text,
  replacedBy: text,
  remarks: [{ code: 'replaces', text }],
});

const HIDDEN = /(?![\r\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

describe('hostile text', () => {
  test('does no harm in any format', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyText, fc.constant(NASTY), fc.constant('=1+1')),
        fc.integer({ min: 40, max: 140 }),
        (text, width) => {
          for (const reporter of [table, json, csv, markdown, html]) {
            const shown = rendered(reporter, [hostile(text), hostile(`${text}2`)], width);
            expect(shown).not.toMatch(HIDDEN);
          }
          const lines = rendered(table, [hostile(text)], width).split('\n');
          // A word that cannot be broken may stand indented.
          const longest = Math.max(width, displayWidth(plain(text)) + 2);
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(longest);
        },
      ),
      { numRuns: Number(process.env.KEYWARD_LONG ?? 0) > 0 ? 5_000 : 100 },
    );
  });

  test('is no formula, no markup and no cell of its own', () => {
    const text = '=HYPERLINK("http://x")|<b>@all';
    expect(rendered(csv, [hostile(text)])).not.toMatch(/(?:^|[,;"])\s*=/m);
    expect(rendered(markdown, [hostile(text)]).split('\n')[4]).toMatch(/^(?:\| (?:[^|]|\\\|)* )+\|$/);
    expect(rendered(html, [hostile(text)])).not.toContain('<b>@');
  });
});

describe('the JSON', () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  const isRegister = ajv.compile(registerSchema);
  const isReport = ajv.compile(reportSchema);

  test('is as its schema says', async () => {
    const parsed: unknown = JSON.parse(rendered(json, [ROW, UNSEEN, UNUSED]));
    expect(isRegister(parsed), ajv.errorsText(isRegister.errors)).toBe(true);
    await expect(`${JSON.stringify(registerSchema, null, 2)}\n`).toMatchFileSnapshot(SCHEMA);
  });

  test.each([
    ['schema', 'keyward.register/2'],
    ['total', -1],
    ['keys', {}],
  ])('%s may not be %j', (name, value) => {
    const parsed = JSON.parse(rendered(json, [ROW])) as object;
    expect(isRegister({ ...parsed, [name]: value })).toBe(false);
  });

  test('no field of a key may vanish', () => {
    const parsed = JSON.parse(rendered(json, [ROW])) as { keys: object[] };
    for (const name of Object.keys(parsed.keys[0]!)) {
      const { [name]: _gone, ...rest } = parsed.keys[0] as Record<string, unknown>;
      expect(isRegister({ ...parsed, keys: [rest] }), name).toBe(false);
    }
  });

  test('is part of the report, whole', () => {
    const report = reportOf([ROW, UNSEEN], 7);
    const parsed = JSON.parse([...reportJson.render(report, { width: 80, color: false })].join('')) as Record<
      string,
      unknown
    >;
    expect(isReport(parsed), ajv.errorsText(isReport.errors)).toBe(true);
    expect(parsed['register']).toEqual((JSON.parse(rendered(json, [ROW, UNSEEN])) as { keys: unknown }).keys);
    expect(parsed['registerTotal']).toBe(7);
  });
});

describe('the page', () => {
  const page = (rows: readonly RegisterRow[], total?: number): string =>
    [...html.render(reportOf(rows, total), { width: 80, color: false })].join('');

  test('has a table of the keys', () => {
    const section = /<section id="keys"[\s\S]*?<\/section>/.exec(page([ROW, UNSEEN], 5_002))![0];
    expect(section.match(/<tr>/g)).toHaveLength(3);
    expect(section).toContain('5,002 keys');
    expect(section).toContain('… and 5,000 more keys: <code>keyward keys</code> lists them all.');
    expect(page([ROW])).toContain('<a href="#keys">Keys</a>');
  });

  test('has none where there are no keys', () => {
    expect(page([])).not.toContain('id="keys"');
  });
});

test('a long Markdown table is cut, and says so', () => {
  const rows = Array.from({ length: 2_000 }, (_, i) => ({ ...ROW, id: `apikey_${i}` }));
  const text = rendered(markdown, rows);
  expect(Buffer.byteLength(text)).toBeLessThan(65_000);
  expect(text).toMatch(/\n… and [\d,]+ more keys: `--format json` lists them all\.\n$/);
});
