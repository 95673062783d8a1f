import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawRecord } from './raw-record.ts';

// What each exit status means, row by row; and that whatever it is, every report that was asked for is there by then.

const BIN = fileURLToPath(new URL('../bin/keyward.js', import.meta.url));

let home = '';

const at = (name: string): string => join(home, name);

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'keyward-exit-'));
  const log = (...times: readonly string[]): string =>
    JSON.stringify({ Records: times.map((eventTime, i) => ({ ...rawRecord(i), eventTime })) });
  writeFileSync(at('clean.json'), log('2026-11-18T10:00:00Z', '2026-11-19T10:00:00Z'));
  writeFileSync(at('old.json'), log('2025-01-10T10:00:00Z', '2026-11-19T10:00:00Z'));
  writeFileSync(at('cut.json'), log('2026-11-19T10:00:00Z').slice(0, -9));
  writeFileSync(at('strange.json'), '{"hello": "world"}');
  writeFileSync(at('nothing.json'), '[]');
  writeFileSync(at('notes.txt'), 'not a log');
  writeFileSync(at('wrong.yaml'), 'failon: high\n');
  writeFileSync(at('fault.mjs'), 'Date.now = () => { throw new Error("boom"); };');
  mkdirSync(at('empty'));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

const env = { HOME: '', PATH: process.env.PATH };
const RULES = ['--rule', 'long-lived-key', '--now', '2026-11-20'];

/** Runs one command line in a folder whose reports were taken away. */
function keyward(args: readonly string[], more: Readonly<Record<string, string>> = {}): number | null {
  for (const name of ['r.json', 'r.sarif', 'r.xml']) rmSync(at(name), { force: true });
  const options = { cwd: home, env: { ...env, HOME: home, ...more }, encoding: 'utf8' } as const;
  return spawnSync(process.execPath, [BIN, ...args], options).status;
}

const OUTS = ['--out', 'json=r.json', '--out', 'sarif=r.sarif', '--out', 'junit=r.xml'];

/** Whether every report is there, whole. */
function areWritten(): boolean {
  if (!['r.json', 'r.sarif', 'r.xml'].every(name => existsSync(at(name)))) return false;
  for (const name of ['r.json', 'r.sarif']) JSON.parse(readFileSync(at(name), 'utf8'));
  return readFileSync(at('r.xml'), 'utf8').trimEnd().endsWith('</testsuites>');
}

describe('an audit whose reports are written ends with', () => {
  test.each<readonly [status: number, what: string, args: readonly string[]]>([
    [0, 'everything read, nothing at the gate', ['clean.json']],
    [0, 'a finding below the gate', ['old.json', '--fail-on', 'critical']],
    [0, 'a finding, and no gate', ['old.json', '--fail-on', 'none']],
    [0, 'a file of another kind beside the logs', ['clean.json', 'notes.tx*']],
    [1, 'a finding at the gate', ['old.json']],
    [1, 'a finding at the gate, in a run that was incomplete', ['old.json', 'cut.json']],
    [1, 'a finding at the gate that is not shown', ['old.json', '--min-severity', 'critical']],
    [3, 'one of several paths missing', ['clean.json', 'missing.json']],
    [3, 'a log that is damaged', ['cut.json']],
    [3, 'a log that is not recognised', ['clean.json', 'strange.json']],
    [3, 'a rule that is blind, when that fails the run', ['clean.json', 'nothing.json', '--fail-on-blind']],
    [0, 'a rule that is blind, when it does not', ['clean.json', 'nothing.json']],
  ])('%i: %s', (status, _what, args) => {
    expect([keyward(['audit', ...args, ...RULES, ...OUTS]), areWritten()]).toEqual([status, true]);
  });

  test.skipIf(process.platform === 'win32')('130: interrupted', async () => {
    keyward(['formats']);
    const child = spawn(process.execPath, [BIN, 'audit', '-', ...RULES, ...OUTS], {
      cwd: home,
      env: { ...env, HOME: home },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.write(`${JSON.stringify({ ...rawRecord(1), eventTime: '2026-11-19T10:00:00Z' })}\n`);
    await sleep(1500);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(areWritten()).toBe(true);
    expect(JSON.parse(readFileSync(at('r.json'), 'utf8')).run.complete).toBe(false);
  });
});

describe('an audit that judged nothing ends with', () => {
  test.each<readonly [status: number, what: string, args: readonly string[]]>([
    [2, 'an unknown option', ['clean.json', '--fail-onn', 'high']],
    [2, 'an unknown value', ['clean.json', '--fail-on', 'hihg']],
    [2, 'a wrong configuration', ['clean.json', '--config', 'wrong.yaml']],
    [2, 'no source', []],
    [2, 'every path missing', ['missing.json', 'gone.json']],
    [2, 'an empty folder', ['empty']],
    [2, 'nothing that is a log', ['notes.tx*']],
    [2, 'a report that cannot be written where it is to go', ['clean.json', '--out', 'json=nowhere/r.json']],
  ])('%i: %s', (status, _what, args) => {
    expect([keyward(['audit', ...args, ...RULES, ...OUTS]), areWritten()]).toEqual([status, false]);
  });

  test('70: a bug', () => {
    const NODE_OPTIONS = `--import=${pathToFileURL(at('fault.mjs')).href}`;
    expect(keyward(['audit', 'old.json', ...RULES.slice(0, 2), ...OUTS], { NODE_OPTIONS })).toBe(70);
  });
});

test.each([['demo'], ['rules'], ['sources'], ['formats'], ['explain', 'token-burst'], ['--help'], ['--version']])(
  '%s ends with 0 when it did its job',
  (...args) => {
    expect(keyward(args)).toBe(0);
  },
);
