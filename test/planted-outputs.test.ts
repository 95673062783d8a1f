import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reporters } from '../src/report/index.ts';
import { openStateFile } from '../src/state/state-file.ts';
import { seeker } from './planted/grep.ts';
import { plantings, whole } from './planted/plant.ts';
import { run } from './planted/run.ts';
import { SAMPLES } from './planted/samples.ts';
import { SECRETS } from './planted/secrets.ts';

// Whole commands over logs that hold secrets in every field.

const seek = seeker(SECRETS);
const AT = ['--now', '2026-11-20T00:00:00Z'];

let home = '';

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'keyward-planted-'));
  mkdirSync(join(home, 'logs'));
  const puts = SECRETS.flatMap(({ text }) => whole(text)(''));
  let next = 0;
  const put = (): readonly string[] => [puts[next++ % puts.length]!];
  for (const [format, samples] of Object.entries(SAMPLES))
    for (const [i, { record, write }] of samples.entries()) {
      const planted = [...plantings(record, put)].map(each => each.record);
      writeFileSync(join(home, 'logs', `${format}-${i}.log`), write([record, ...planted]));
    }
  for (const [i, { text }] of SECRETS.entries()) {
    const quoted = JSON.stringify(text);
    writeFileSync(join(home, 'logs', `broken-${i}.json`), `{"Records":[{"eventName":${quoted},\n${text}`);
    writeFileSync(join(home, 'logs', `strange-${i}.jsonl`), `{${quoted}:${quoted}}\n[${quoted}]\n${quoted}\n`);
  }
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

const keyward = (...args: readonly string[]) =>
  run(
    args.map(arg => (arg === 'logs' ? join(home, 'logs') : arg)),
    { cwd: home },
  );

/** Nothing of a secret in it, and something of what it stands for. */
function expectClean(text: string, name: string): void {
  expect(text.length, name).toBeGreaterThan(0);
  expect({ name, leak: seek(text) }).toEqual({ name, leak: null });
}

/** A body as text, whether it was compressed or not. */
const unpacked = (body: Buffer): string => (body[0] === 0x1f ? gunzipSync(body) : body).toString('latin1');

const written = (name: string): string => readFileSync(join(home, name), 'utf8');

describe('an audit', () => {
  const outs = reporters.map(({ id }) => `${id}=report.${id}`);

  beforeAll(async () => {
    const args = outs.flatMap(out => ['--out', out]);
    const { status, stdout, stderr } = await keyward('audit', 'logs', ...AT, '--state', 'memory', '--verbose', ...args);
    expect({ status, stderr: status === 1 ? '' : stderr }).toEqual({ status: 1, stderr: '' });
    expectClean(stdout, 'stdout');
    expectClean(stderr, 'stderr');
    expect(stdout).toContain('[redacted]');
    const { sources } = JSON.parse(written('report.json')) as { sources: { kind: string }[] };
    const kinds = sources.flatMap(({ kind }) => kind.split(' + '));
    expect(kinds).toEqual(expect.arrayContaining(Object.keys(SAMPLES)));
  });

  test.each(reporters.map(({ id }) => id))('as %s', async id => {
    expectClean(written(`report.${id}`), id);
    expectClean((await keyward('audit', 'logs', ...AT, '--format', id, '--verbose')).stdout, `stdout as ${id}`);
  });

  test('remembers none', async () => {
    const again = await keyward('audit', 'logs', ...AT, '--state', 'memory', '--verbose');
    expectClean(again.stdout + again.stderr, 'the second run');
    for (const name of readdirSync(join(home, 'memory'))) {
      if (name !== 'keyward.state') expectClean(written(join('memory', name)), name);
    }
    const file = openStateFile(join(home, 'memory/keyward.state'))!;
    const texts = file.frames.map(frame => `${JSON.stringify(frame.head)}${unpacked(file.bodyOf(frame))}`);
    file.close();
    expect(texts.join('')).toContain('[redacted]');
    for (const text of texts) expectClean(text, 'the state');
  });

  test('is explained, finding by finding, and compared', async () => {
    const { findings } = JSON.parse(written('report.json')) as { findings: { fingerprint: string }[] };
    expect(findings.length).toBeGreaterThan(10);
    for (const { fingerprint } of findings)
      for (const from of [
        ['--from', 'report.json'],
        ['--state', 'memory'],
      ]) {
        const { status, stdout, stderr } = await keyward('explain', fingerprint, ...from);
        expect(status, stderr).toBe(0);
        expectClean(stdout, fingerprint);
      }
    writeFileSync(join(home, 'before.json'), JSON.stringify({ ...JSON.parse(written('report.json')), findings: [] }));
    for (const more of [[], ['--json']])
      expectClean((await keyward('diff', 'before.json', 'report.json', ...more)).stdout, 'diff');
  });
});

test.each(['table', 'json', 'csv', 'markdown'])('keys as %s', async format => {
  const { stdout, stderr } = await keyward(
    'keys',
    'logs',
    ...AT,
    '--all',
    '--format',
    format,
    '--verbose',
    '--out',
    `${format}=keys.${format}`,
  );
  expect(stdout).toContain('[redacted]');
  expectClean(stdout, 'stdout');
  expectClean(stderr, 'stderr');
  expectClean(written(`keys.${format}`), 'the file');
});

test('what files are taken for, and what of them can be seen', async () => {
  for (const name of readdirSync(join(home, 'logs'))) {
    const { stdout, stderr } = await keyward('sources', '--try', join('logs', name));
    expectClean(`${stdout}${stderr}`, name);
  }
  for (const more of [[], ['--json']]) expectClean((await keyward('doctor', 'logs', ...more)).stdout, 'doctor');
});

test('what keys are, said without showing them', async () => {
  for (const { kind, text } of SECRETS)
    for (const args of [['decode'], ['decode', '--json']]) {
      const { stdout, stderr } = await run(args, { cwd: home, input: `SECRET_ACCESS_KEY=${text}\n` });
      expectClean(`${stdout}${stderr}`, kind);
    }
});

describe('a secret that somebody typed', () => {
  const CONFIGS: readonly ((secret: string) => string)[] = [
    secret => `sources: [${secret}]\n`,
    secret => `failOn: ${secret}\n`,
    secret => `${secret}: 1\n`,
    secret => `aws: { profile: ${secret} }\n`,
    secret => `rules: { ${secret}: { enabled: false } }\n`,
    secret => `networks: [{ cidr: ${secret}, name: x }]\n`,
    secret => `maps: [{ name: ${secret}, fields: { time: t } }]\n`,
    secret => `suppressions: [{ fingerprint: ${secret}, owner: a, reason: b, expires: 2027-01-01 }]\n`,
    secret => `since: 1d # ${secret}\n`,
    secret => `since: "1d\n${secret}: [\n`,
  ];

  test('into a configuration is refused, without being told', async () => {
    for (const { kind, text } of SECRETS)
      for (const config of CONFIGS)
        for (const secret of [text, JSON.stringify(text)]) {
          writeFileSync(join(home, 'keyward.yaml'), config(secret));
          const { status, stdout, stderr } = await keyward('audit', 'logs', ...AT, '--config', 'keyward.yaml');
          expect({ kind, status, stdout }).toEqual({ kind, status: 2, stdout: '' });
          expectClean(stderr, kind);
          expect(stderr, `${kind}: ${config(secret)}`).toContain('this looks like a secret; no secret belongs here');
        }
    rmSync(join(home, 'keyward.yaml'));
  });

  const LINES: readonly ((secret: string) => readonly string[])[] = [
    secret => [secret],
    secret => ['audit', secret],
    secret => ['audit', `anthropic:${secret}`],
    secret => ['audit', `openai:${secret}`],
    secret => ['audit', `litellm:https://x:${secret}@proxy.example.com`],
    secret => ['audit', `azure:${secret}`],
    secret => ['audit', `s3://${secret}`],
    secret => ['audit', 'logs', '--rule', secret],
    secret => ['audit', 'logs', '--format', secret],
    secret => ['audit', 'logs', '--fail-on', secret],
    secret => ['audit', 'logs', '--since', secret],
    secret => ['audit', 'logs', '--config', secret],
    secret => ['audit', 'logs', `--api-key=${secret}`],
    secret => ['audit', 'logs', `--${secret}`],
    secret => ['keys', 'logs', '--where', `id=${secret},x`],
    secret => ['explain', secret],
    secret => ['explain', secret, '--from', 'report.json'],
    secret => ['sources', '--try', secret],
    secret => ['decode', secret],
  ];

  test('into a command line is not repeated', async () => {
    for (const { kind, text } of SECRETS)
      for (const line of LINES) {
        const args = line(text);
        // In a path what is between slashes are folders, and one of them is named as what is not there.
        if (/^\w+(?:\/\w+){2}$/.test(args[1] ?? '')) continue;
        const { status, stdout, stderr } = await keyward(...args);
        expect(status, args.join(' ')).toBe(2);
        expectClean(`${stdout}${stderr}`, `${kind}: ${args.join(' ')}`);
      }
  });
});
