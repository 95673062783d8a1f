import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { demoCommand } from '../src/cli/demo.ts';
import { demoFiles, inflate } from './make/demo.mjs';
import { writeLoad } from './make/million.mjs';

const LOGS = fileURLToPath(new URL('../docs/demo/logs', import.meta.url));
const LIMIT = 1_000_000;

describe('the bundled logs', () => {
  let committed: ReadonlyMap<string, Buffer>;
  let made: ReadonlyMap<string, string>;

  beforeAll(async () => {
    committed = await filesBelow(LOGS);
    made = demoFiles();
  });

  test('are made alike every time', () => {
    expect(outlineOf(demoFiles())).toEqual(outlineOf(made));
  });

  test('are what the generator makes (node test/make/cli.mjs demo --out docs/demo/logs)', () => {
    const read = [...committed].map(([path, bytes]) => [path, inflate(bytes)] as const);
    expect(outlineOf(read)).toEqual(outlineOf(made));
  });

  test('stay small', () => {
    const bytes = [...committed.values()].reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThanOrEqual(LIMIT);
  });

  test('hold no event after the demo, and some twice, alike', () => {
    const events = [...made.values()].flatMap(recordsOf);
    const bodies = new Map(events.map(event => [event.eventID, JSON.stringify(event)]));
    expect(events.length - bodies.size).toBe(25);
    expect(events.filter(event => bodies.get(event.eventID) !== JSON.stringify(event))).toEqual([]);
    expect(events.filter(({ eventTime }) => eventTime >= '2026-11-20')).toEqual([]);
  });
});

describe('keyward demo', () => {
  let report: Report;

  beforeAll(async () => {
    report = JSON.parse(await runDemo('json'));
  });

  test('says this of whom, and nothing else', () => {
    const said = report.findings.map(({ severity, rule, subject }) => `${severity} ${rule}: ${subject}`);
    expect(said).toMatchInlineSnapshot(`
      [
        "critical audit-silenced: 123456789012 bedrock:DeleteModelInvocationLoggingConfiguration",
        "critical audit-silenced: 123456789012 ml-team-trail cloudtrail:StopLogging",
        "critical key-exposed: arn:aws:iam::123456789012:user/ci-eval",
        "critical model-probe: AKIAW4TBEXKCENJ57Q2M",
        "critical root-credential: arn:aws:iam::123456789012:root sign-in",
        "critical two-places-at-once: AKIAW4TBEXKCENJ57Q2M DE+SG",
        "critical unusual-geography: AKIAW4TBEXKCENJ57Q2M SG",
        "high denied-burst: AKIAW4TBEXKCENJ57Q2M",
        "high denied-geography: AKIAW4TBEXKCL5QIF2DM HK",
        "high key-minted: AKIAW4TBEXKCQ5ZRV2HN",
        "high long-lived-key: AKIAW4TBEXKCB3JYN4BK",
        "high long-lived-key: AKIAW4TBEXKCGZ2HY7CS",
        "high long-lived-key: AKIAW4TBEXKCMZUDPOLD",
        "high long-lived-key: AKIAW4TBEXKCO7EVM6NT",
        "high token-burst: AKIAW4TBEXKCENJ57Q2M",
        "high trust-opened: arn:aws:iam::123456789012:role/report-reader trusts 210987654321",
        "medium issuance-burst: AKIAW4TBEXKCAFS6D4XP",
        "medium long-lived-key: AKIAW4TBEXKCENJ57Q2M",
        "medium new-model: AKIAW4TBEXKCENJ57Q2M model anthropic.claude-opus-4-7",
        "medium new-model: AKIAW4TBEXKCENJ57Q2M region us-east-1",
        "medium unusual-geography: AKIAW4TBEXKCL5QIF2DM HK",
        "medium unusual-geography: AKIAW4TBEXKCQ5ZRV2HN SG",
        "low key-revealed: arn:aws:iam::123456789012:user/data-export many secrets",
        "info key-minted: AKIAW4TBEXKCU2WDN5TS",
      ]
    `);
  });

  test('reads everything, and each event once', () => {
    const { complete, files, malformed, duplicates } = report.sources[0]!;
    expect({ complete, files, malformed, duplicates }).toEqual({
      complete: true,
      files: 14,
      malformed: 0,
      duplicates: 16,
    });
    expect(report.run.complete).toBe(true);
  });
});

describe('the load set', () => {
  const load = { events: 6000, files: 6, credentials: 300 };
  const folders: string[] = [];

  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  async function written(seed: string) {
    const out = await mkdtemp(join(tmpdir(), 'keyward-load-'));
    folders.push(out);
    return { ...(await writeLoad({ ...load, out, seed })), out };
  }

  test('is made alike from a seed, and otherwise from another', async () => {
    const [one, two, other] = [await written('a'), await written('a'), await written('b')];
    const [first, second] = [await filesBelow(one.out), await filesBelow(two.out)];
    expect(outlineOf(first)).toEqual(outlineOf(second));
    expect(one.digest).toBe(two.digest);
    expect(other.digest).not.toBe(one.digest);
  });

  test('has the size and the mix of real logs', async () => {
    const { out, events, duplicates, rawBytes, gzipBytes } = await written('mix');
    const files = await filesBelow(out);
    const records = [...files.values()].flatMap(bytes => recordsOf(inflate(bytes)));
    expect({ events, files: files.size, records: records.length }).toEqual({ events: 6000, files: 6, records: 6000 });
    expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(events - duplicates);
    expect(Math.abs(rawBytes / events - 1380)).toBeLessThan(60);
    expect(rawBytes / gzipBytes).toBeGreaterThan(6);
    expect(rawBytes / gzipBytes).toBeLessThan(8);
    expect(share(records, ({ userIdentity }) => userIdentity.type === 'AWSService')).toBeCloseTo(0.09, 1);
    expect(share(records, ({ eventName }) => /^(Invoke|Converse)/.test(eventName))).toBeCloseTo(0.45, 1);
  });
});

interface LogRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventTime: string;
  readonly userIdentity: { readonly type: string };
}

interface Report {
  readonly run: { readonly complete: boolean };
  readonly sources: readonly Record<'complete' | 'files' | 'malformed' | 'duplicates', unknown>[];
  readonly findings: readonly Record<'severity' | 'rule' | 'subject', string>[];
}

const recordsOf = (text: string): LogRecord[] => JSON.parse(text).Records;

/** What files hold, in few words: whole texts would drown a failure. */
const outlineOf = (files: Iterable<readonly [path: string, content: string | Buffer]>) =>
  Array.from(files, ([path, content]) => `${path} ${createHash('sha256').update(content).digest('hex')}`).sort();

const share = <T>(all: readonly T[], isOne: (one: T) => boolean): number => all.filter(isOne).length / all.length;

async function filesBelow(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  const read = paths.sort().map(async path => [path.slice(folder.length + 1), await readFile(path)] as const);
  return new Map(await Promise.all(read));
}

/** What the command writes to stdout. */
async function runDemo(format: string): Promise<string> {
  const written: string[] = [];
  const stream = (kept: string[]) =>
    new Writable({
      write(chunk, _encoding, done) {
        kept.push(String(chunk));
        done();
      },
    });
  const io = {
    stdout: stream(written),
    stderr: stream([]),
    env: {},
    cwd: tmpdir(),
    version: '0.0.0',
    setVariable: () => {},
    now: () => 0,
    onInterrupt: () => () => {},
  };
  expect(await demoCommand({ format, out: [], color: false, progress: false }, io)).toBe(0);
  return written.join('');
}
