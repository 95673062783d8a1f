import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// What an engineer and a CI job do with the report of last week.

const BIN = fileURLToPath(new URL('../bin/keyward.js', import.meta.url));
const LOGS = fileURLToPath(new URL('../docs/demo/logs', import.meta.url));
const EXPOSED = '5da6b7973c8de73f';

let home = '';
let fingerprints: readonly string[] = [];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'keyward-weekly-'));
  cpSync(LOGS, join(home, 'logs'), { recursive: true });
  audit('2026-11-20', ['--out', 'json=whole.json']);
  audit('2026-11-13', ['--until', '2026-11-13', '--out', 'json=before.json']);
  fingerprints = findingsOf('whole.json').map(({ fingerprint }) => fingerprint);
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

function keyward(...args: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: home };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd: home, encoding: 'utf8', env });
  return { status, stdout, stderr };
}

const audit = (now: string, args: readonly string[] = []) => keyward('audit', 'logs', '--now', now, '--quiet', ...args);

interface Told {
  readonly fingerprint: string;
  readonly rule: string;
  readonly status: string;
}

const reportIn = (file: string) => JSON.parse(readFileSync(join(home, file), 'utf8')) as Record<string, unknown>;
const findingsOf = (file: string) => reportIn(file)['findings'] as readonly Told[];

describe('with the report of before', () => {
  test('what it knows fails no run, what is new does', () => {
    expect(audit('2026-11-20', ['--baseline', 'whole.json']).status).toBe(0);
    expect(audit('2026-11-20', ['--baseline', 'whole.json', '--gate', 'all']).status).toBe(1);
    expect(audit('2026-11-20', ['--baseline', 'before.json']).status).toBe(1);
  });

  test('the report of every finding says whether it is new', () => {
    audit('2026-11-20', ['--baseline', 'before.json', '--out', 'json=after.json']);
    const before = new Set(findingsOf('before.json').map(({ fingerprint }) => fingerprint));
    const told = findingsOf('after.json');
    expect(told.filter(({ status }) => status === 'known').every(each => before.has(each.fingerprint))).toBe(true);
    expect(told.filter(({ status }) => status === 'new').some(each => before.has(each.fingerprint))).toBe(false);
    expect(new Set(told.map(({ status }) => status))).toEqual(new Set(['known', 'new']));
    const { new: fresh, known } = reportIn('after.json')['summary'] as Record<string, number>;
    expect([fresh, known]).toEqual(['new', 'known'].map(one => told.filter(({ status }) => status === one).length));
  });

  test('it may be written anew in the same run', () => {
    expect(audit('2026-11-20', ['--out', 'json=rolling.json']).status).toBe(1);
    expect(audit('2026-11-20', ['--baseline', 'rolling.json', '--out', 'json=rolling.json']).status).toBe(0);
  });

  test.each([
    ['nowhere.json', undefined, 'nowhere.json does not exist'],
    ['cut.json', '{"schema": "keyward.report/1", ', 'cut.json is not a report of keyward: it is not JSON'],
    ['other.json', '{"version": "2.1.0"}', 'other.json is not a report of keyward: its schema is not keyward.report/1'],
  ])('%s is wrong usage, and nothing is read', (file, text, why) => {
    if (text !== undefined) writeFileSync(join(home, file), text);
    const { status, stdout, stderr } = keyward('audit', 'logs', '--baseline', file);
    expect({ status, stdout, first: stderr.split('\n')[0] }).toEqual({
      status: 2,
      stdout: '',
      first: `keyward: ${why}`,
    });
  });
});

describe('what somebody answers for', () => {
  const configured = (suppressions: string): string => {
    writeFileSync(join(home, 'answered.yaml'), `suppressions:\n${suppressions}`);
    return 'answered.yaml';
  };
  const one = (fields: string): string => `  - {${fields}}\n`;
  const WHO = 'owner: platform@example.com, reason: rotated';

  test('fails no run, is counted and listed', () => {
    const all = fingerprints.map(each => one(`fingerprint: "${each}", ${WHO}, expires: 2027-01-31`)).join('');
    const { status } = audit('2026-11-20', ['--config', configured(all), '--out', 'json=none.json']);
    expect(status).toBe(0);
    expect(findingsOf('none.json')).toEqual([]);
    expect((reportIn('none.json')['suppressed'] as unknown[]).length).toBe(fingerprints.length);
  });

  test('returns when it expired, and says so; what matches nothing is named', () => {
    const config = configured(
      one(`fingerprint: "${EXPOSED}", ${WHO}, expires: 2026-11-01`) +
        one(`rule: token-burst, subject: AKIAIOSFODNN7EXAMPLE, ${WHO}, expires: 2027-01-31`),
    );
    const { status, stdout } = audit('2026-11-20', ['--config', config, '--out', 'json=back.json']);
    expect(status).toBe(1);
    expect((reportIn('back.json')['run'] as Record<string, unknown>)['remarks']).toEqual([
      `the suppression of ${EXPOSED} by platform@example.com ended on 2026-11-01: it is told again`,
      'the suppression of token-burst of AKIAIOSFODNN7EXAMPLE by platform@example.com matches nothing: remove it',
    ]);
    expect(stdout.replace(/\s+/g, ' ')).toContain('ended on 2026-11-01: it is told again');
  });

  test.each([
    ['fingerprint: "5da6b7973c8de73f", owner: a, expires: 2027-01-31', "lacks 'reason'"],
    [`rule: token-burst, ${WHO}, expires: 2027-01-31`, "lacks 'fingerprint', or 'rule' and 'subject'"],
    [`fingerprint: "5da6b7973c8de73f", ${WHO}, expires: never`, 'must be a date such as 2027-01-31'],
    [`rule: token-brust, subject: x, ${WHO}, expires: 2027-01-31`, "did you mean 'token-burst'?"],
  ])('must be whole: %s', (fields, why) => {
    const { status, stderr } = audit('2026-11-20', ['--config', configured(one(fields))]);
    expect(status).toBe(2);
    expect(stderr).toContain(why);
  });
});

describe('keyward diff', () => {
  test('tells what is new, back, changed and gone', () => {
    const { status, stdout } = keyward('diff', 'before.json', 'whole.json');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^keyward diff before\.json \(2026-11-13 00:00 UTC\) → whole\.json \(2026-11-20\s+00:00\s+UTC\)\n/,
    );
    expect(stdout).toMatch(/\nNEW {2}\d+\n {2}critical {2}/);
    expect(stdout).toMatch(/\n\d+ unchanged\n$/);
    expect(stdout.split('\n').every(line => line.length <= 80)).toBe(true);
  });

  test('as JSON holds every finding of both once', () => {
    const { stdout } = keyward('diff', 'before.json', 'whole.json', '--json');
    const diff = JSON.parse(stdout) as Record<string, readonly unknown[]> & { unchanged: number };
    const { new: fresh, recurred, changed, unchanged } = diff;
    expect(fresh!.length + recurred!.length + changed!.length + unchanged).toBe(fingerprints.length);
  });

  test('of a report with itself is nothing', () => {
    const { stdout } = keyward('diff', 'whole.json', 'whole.json');
    expect(stdout.split('\n').slice(-2)[0]).toBe(`${fingerprints.length} unchanged`);
    expect(stdout).not.toMatch(/NEW|RESOLVED|CHANGED|BACK AGAIN/);
  });
});

describe('keyward explain of a finding', () => {
  test('tells all that the report holds of it', () => {
    const { status, stdout } = keyward('explain', EXPOSED.slice(0, 8), '--from', 'whole.json');
    expect(status).toBe(0);
    expect(stdout).toMatchSnapshot();
  });

  test.each([
    [['explain', EXPOSED], `keyward: '${EXPOSED}' is a finding`],
    [['explain', 'ffffff', '--from', 'whole.json'], "keyward: whole.json holds no finding of fingerprint 'ffffff'"],
    [['explain', EXPOSED, '--from', 'no.json'], 'keyward: no.json does not exist'],
  ])('%j is wrong usage', (args, why) => {
    const { status, stderr } = keyward(...args);
    expect({ status, first: stderr.split('\n')[0] }).toEqual({ status: 2, first: why });
  });
});
