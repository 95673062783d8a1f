import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

// What a user of the published package gets: packed, installed into an empty folder, run there.

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const npm = (args: readonly string[], cwd: string) =>
  run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { cwd, shell: process.platform === 'win32' });

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyward-pack-'));
  const { stdout } = await npm(['pack', '--json', '--pack-destination', folder], root);
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as { filename: string }[];
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  await npm(['install', '--no-audit', '--no-fund', join(folder, packed!.filename)], folder);
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const keyward = (...args: string[]) =>
  run(process.execPath, [join(folder, 'node_modules', 'keyward', 'bin', 'keyward.js'), ...args], { cwd: folder });

test('the installed demo says the same as the one in the checkout', async () => {
  const installed = await keyward('demo', '--format', 'json');
  const ours = await run(process.execPath, [join(root, 'bin', 'keyward.js'), 'demo', '--format', 'json'], {
    cwd: root,
  });
  expect(JSON.parse(installed.stdout).findings).toEqual(JSON.parse(ours.stdout).findings);
  expect(installed.stderr).toBe('');
});

test('the command is on the path that npm makes', async () => {
  expect(await readdir(join(folder, 'node_modules', '.bin'))).toContain('keyward');
});

test('nothing but the program, its documents and the licence is shipped', async () => {
  const shipped = await readdir(join(folder, 'node_modules', 'keyward'));
  expect(shipped.sort()).toEqual(['LICENSE', 'README.md', 'bin', 'dist', 'docs', 'package.json']);
});
