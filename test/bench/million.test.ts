import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeLoad } from '../make/million.mjs';

// A month of a large organisation: 1,000,000 events, 1.4 GB of JSON in 400 files.

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

let folder = '';
let written: Awaited<ReturnType<typeof writeLoad>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyward-million-'));
  written = await writeLoad({ out: folder, events: 1_000_000 });
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('a million events audit in 400 MiB, each accounted for', async () => {
  const peak = pathToFileURL(fileURLToPath(new URL('./peak.mjs', import.meta.url))).href;
  const args = ['--import', peak, join(root, 'bin/keyward.js'), 'audit', folder];
  const options = ['--now', '2026-11-20', '--format', 'json', '--fail-on', 'none', '--quiet'];
  const { stdout, stderr } = await run(process.execPath, [...args, ...options], { maxBuffer: 1 << 28 });
  const report = JSON.parse(stdout) as { run: { complete: boolean }; sources: Record<string, number>[] };
  const [{ files, events, ignored, duplicates, malformed }] = report.sources as [Record<string, number>];
  const mebibytes = Number(/^peak (\d+) MiB$/m.exec(stderr)![1]);
  console.log(`peak ${mebibytes} MiB`);
  expect({ complete: report.run.complete, files, malformed, all: events! + ignored! + duplicates! }).toEqual({
    complete: true,
    files: written.files,
    malformed: 0,
    all: written.events,
  });
  expect(mebibytes).toBeLessThanOrEqual(400);
});
