import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStateFile } from '../src/state/state-file.ts';
import { simulate } from './simulate/simulate.mjs';
import { DAY } from './simulate/time.mjs';

// A weekly audit that remembers, as cron runs it.

const BIN = fileURLToPath(new URL('../bin/keyward.js', import.meta.url));
const DEMO = fileURLToPath(new URL('../docs/demo/logs', import.meta.url));

let home = '';

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'keyward-memory-'));
  cpSync(DEMO, join(home, 'demo'), { recursive: true });
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

const keyward = (...args: readonly string[]) => keywardWith({}, ...args);

function keywardWith(more: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: home, ...more };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd: home, encoding: 'utf8', env });
  return { status, stdout, stderr };
}

interface Told {
  readonly fingerprint: string;
  readonly rule: string;
  readonly kind: string;
  readonly status: string;
  readonly firstSeen: string;
  readonly examples: readonly { readonly event: string }[];
}

interface Written {
  readonly run: { readonly complete: boolean; readonly remarks: readonly string[] };
  readonly summary: Readonly<Record<string, unknown>>;
  readonly sources: readonly { readonly duplicates: number; readonly events: number }[];
  readonly coverage: readonly { readonly rule: string; readonly state: string; readonly reason: string }[];
  readonly findings: readonly Told[];
  readonly resolved: readonly { readonly fingerprint: string; readonly rule: string }[];
}

const reportIn = (name: string): Written => JSON.parse(readFileSync(join(home, name), 'utf8')) as Written;

const idsOf = (findings: readonly { readonly fingerprint: string }[]): readonly string[] =>
  findings.map(({ fingerprint }) => fingerprint);

/** What must not depend on how often it was read: all but statuses, names of files, and the road. */
const judgementIn = ({ findings, summary, coverage }: Written) => ({
  findings: findings.map(({ status: _, examples, ...rest }) => ({
    ...rest,
    examples: examples.map(({ event }) => event),
  })),
  events: summary['events'],
  credentials: summary['credentials'],
  coverage,
});

describe('a simulated organisation, audited week by week', () => {
  const WEEKS = 8;
  /** Where services keep busy: half a minute's reading, and nothing to remember. */
  const CROWDED = /^AWSLogs\/123456789012\/CloudTrail\/eu-/;
  const weekly: Written[] = [];
  let statuses: readonly (number | null)[] = [];

  beforeAll(() => {
    const simulation = simulate({ seed: 11, keys: 24 });
    const { start, days } = simulation.calendar;
    const networks = simulation.networks.map(network => `  - ${JSON.stringify(network)}\n`).join('');
    writeFileSync(join(home, 'keyward.yaml'), `networks:\n${networks}`);
    const audited: (number | null)[] = [];
    for (let day = 0; day < days; day++) {
      for (const { path, text } of simulation.filesOf(day)) {
        if (CROWDED.test(path)) continue;
        const file = join(home, 'logs', path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, path.endsWith('.gz') ? gzipSync(text, { level: 1 }) : text);
      }
      if (day % 7 !== 6) continue;
      const now = new Date(start + (day + 1) * DAY).toISOString();
      const out = `json=week-${weekly.length + 1}.json`;
      audited.push(keyward('audit', 'logs', '--now', now, '--state', 'memory', '--out', out, '--quiet').status);
      weekly.push(reportIn(out.slice(5)));
      if (day === days - 1) keyward('audit', 'logs', '--now', now, '--out', 'json=whole.json', '--quiet');
    }
    statuses = audited;
  }, 150_000);

  test('judges in the last week as one run over everything', () => {
    expect(weekly).toHaveLength(WEEKS);
    expect(judgementIn(weekly.at(-1)!)).toEqual(judgementIn(reportIn('whole.json')));
    expect(weekly.at(-1)!.findings.length).toBeGreaterThan(20);
  });

  test('says of every finding whether the week before had it', () => {
    for (const [i, { findings, summary }] of weekly.entries()) {
      const before = new Set(weekly.slice(0, i).flatMap(({ findings: earlier }) => idsOf(earlier)));
      const last = new Set(idsOf(weekly[i - 1]?.findings ?? []));
      for (const { fingerprint, status, kind } of findings) {
        if (!before.has(fingerprint)) expect(status).toBe('new');
        else if (!last.has(fingerprint)) expect(status).toBe('recurred');
        else if (kind === 'fact') expect(status).toBe('known');
        else expect(status).not.toBe('new');
      }
      expect(summary['known']).toBe(findings.filter(({ status }) => status === 'known').length);
    }
    const told = new Set(weekly.flatMap(({ findings }) => findings.map(({ status }) => status)));
    expect([...told].sort()).toEqual(['known', 'new', 'recurred']);
  });

  test('tells once of each finding that is gone', () => {
    for (const [i, { resolved, findings }] of weekly.entries()) {
      const now = new Set(idsOf(findings));
      const last = idsOf(weekly[i - 1]?.findings ?? []);
      expect([...idsOf(resolved)].sort()).toEqual(last.filter(each => !now.has(each)).sort());
    }
    expect(weekly.some(({ resolved }) => resolved.length > 0)).toBe(true);
  });

  test('fails when something new is grave enough, and not for what it knows', () => {
    for (const [i, { findings }] of weekly.entries()) {
      const isGrave = (each: Told & { readonly severity?: string }): boolean =>
        each.status !== 'known' && ['high', 'critical'].includes(each.severity ?? '');
      expect(statuses[i]).toBe(findings.some(isGrave) ? 1 : 0);
    }
    expect(new Set(statuses)).toContain(1);
  });

  test('reads no file twice, and judges what it remembers without any', () => {
    const now = ['--now', '2026-11-30', '--quiet', '--fail-on', 'none'];
    keyward('audit', 'logs', '--state', 'memory', '--out', 'json=again.json', ...now);
    const [source] = reportIn('again.json').sources;
    expect(source).toMatchObject({ duplicates: 0, events: weekly.at(-1)!.summary['events'] });
    keyward('audit', '--state', 'memory', '--out', 'json=alone.json', ...now);
    expect(judgementIn(reportIn('alone.json'))).toEqual(judgementIn(reportIn('again.json')));
  }, 30_000);
});

const demo = (...args: readonly string[]) =>
  keyward('audit', 'demo', '--state', 'kept', '--now', '2026-11-20', ...args);

describe('the memory', () => {
  test('is for its owner alone, and nothing is left beside it', () => {
    rmSync(join(home, 'kept'), { recursive: true, force: true });
    expect(demo('--quiet').status).toBe(1);
    expect(demo('--quiet').status).toBe(0);
    expect(readdirSync(join(home, 'kept'))).toEqual(['keyward.state']);
    const { mode } = statSync(join(home, 'kept/keyward.state'));
    if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600);
  });

  test('holds a finding for `keyward explain`', () => {
    demo('--quiet', '--out', 'json=demo.json');
    const { fingerprint, rule } = reportIn('demo.json').findings[0]!;
    const { status, stdout } = keyward('explain', fingerprint, '--state', 'kept');
    expect(status).toBe(0);
    expect(stdout).toContain(rule);
    expect(keyward('explain', fingerprint, '--state', 'nowhere').stderr).toContain("there is no state in 'nowhere'");
  });

  test('stays as it was when the report could not be written', () => {
    demo('--quiet');
    const before = readFileSync(join(home, 'kept/keyward.state'));
    const { status } = demo('--out', 'json=/dev/full', '--now', '2026-11-21');
    if (process.platform === 'linux') expect(status).toBe(3);
    expect(readFileSync(join(home, 'kept/keyward.state')).equals(before)).toBe(process.platform === 'linux');
  });

  test('that cannot be written is told, stays as it was, and is a run that did not do all', () => {
    demo('--quiet');
    const before = readFileSync(join(home, 'kept/keyward.state'));
    const full = "() => { throw Object.assign(new Error('no room'), { code: 'ENOSPC' }); }";
    writeFileSync(
      join(home, 'full.mjs'),
      `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; fs.renameSync = ${full}; syncBuiltinESMExports();`,
    );
    const { status, stderr } = keywardWith(
      { NODE_OPTIONS: `--import=${pathToFileURL(join(home, 'full.mjs')).href}` },
      ...['audit', 'demo', '--state', 'kept', '--now', '2026-11-21', '--quiet', '--out', 'json=full.json'],
    );
    expect({ status, first: stderr.split('\n')[0] }).toEqual({
      status: 3,
      first: `keyward: the state in '${join(home, 'kept')}' could not be written (ENOSPC) and stays as it was`,
    });
    expect(reportIn('full.json').run.complete).toBe(true);
    expect(readdirSync(join(home, 'kept'))).toEqual(['keyward.state']);
    expect(readFileSync(join(home, 'kept/keyward.state')).equals(before)).toBe(true);
  });

  test('is used by one run at a time; the lock of one that was killed is taken over', () => {
    const lock = (holder: object): void => writeFileSync(join(home, 'kept/lock'), JSON.stringify(holder));
    const own = { host: hostname(), since: '2026-11-20T00:00:00.000Z', token: 'x' };
    lock({ ...own, process: process.pid });
    const { status, stderr } = demo();
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `keyward: another run uses this state (process ${process.pid} on ${hostname()}, since ${own.since})\nWait until it is done; if there is no such run, delete '${join(home, 'kept', 'lock')}'.\n`,
    });
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    lock({ ...own, process: pid });
    expect(demo('--quiet').status).toBe(0);
  });

  test('is refused when it is damaged, and nothing is read', () => {
    writeFileSync(join(home, 'kept/keyward.state'), 'keyward state 1\nhalf of');
    const { status, stdout, stderr } = demo();
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('is damaged');
    rmSync(join(home, 'kept/keyward.state'));
  });
});

/** Writes one state after the other, each of bodies of its own number. */
const WRITER = `
  import { writeStateFile } from ${JSON.stringify(pathToFileURL(fileURLToPath(new URL('../dist/state/state-file.js', import.meta.url))).href)};
  process.stdout.write('ready');
  for (let number = 1; ; number++) {
    const body = () => Buffer.alloc(200_000, number % 251);
    writeStateFile(process.argv[1], Array.from({ length: 8 }, () => ({ head: { number }, body })));
  }`;

test('a run that is killed while it writes leaves the state of before, or the new one', async () => {
  const path = join(home, 'killed.state');
  for (let round = 0; round < 12; round++) {
    const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(writer.stdout, 'data');
    await sleep(5 + round * 9);
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    const state = openStateFile(path);
    if (state === null) continue;
    const numbers = state.frames.map(({ head }) => (head as { number: number }).number);
    expect(new Set(numbers).size).toBe(1);
    for (const frame of state.frames) expect(state.bodyOf(frame).every(byte => byte === numbers[0]! % 251)).toBe(true);
    state.close();
  }
}, 60_000);
