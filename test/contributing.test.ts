import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

// The rule that docs/contributing.md shows, written as it says and run: one file is all it takes.

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

test('a new rule is one file', async () => {
  const code = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/contributing.md'), 'utf8'))![1]!;
  const folder = mkdtempSync(join(tmpdir(), 'keyward-rule-'));
  try {
    cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true });
    for (const file of ['package.json', 'tsconfig.json']) cpSync(join(root, file), join(folder, file));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    writeFileSync(join(folder, 'src/rules/idle-credential.ts'), code);
    await run(process.execPath, [compiler, '-p', folder]);
    const { idleCredential } = await import(pathToFileURL(join(folder, 'dist/rules/idle-credential.js')).href);
    const { judgeExample } = await import(pathToFileURL(join(folder, 'dist/example.js')).href);
    const said = idleCredential
      .examples()
      .map((example: unknown) =>
        judgeExample(idleCredential, example).findings.map((f: { message: string }) => f.message),
      );
    expect(said).toEqual([['Last used 60 days before the logs end; the limit is 45.'], []]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
