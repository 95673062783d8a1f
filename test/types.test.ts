import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const project = fileURLToPath(new URL('./compile-fail.tsconfig.json', import.meta.url));

// Every `@ts-expect-error` in compile-fail.ts is an error of its own if the line compiles.
test('what must not compile does not, and what is around it does', async () => {
  const run = promisify(execFile)(process.execPath, [compiler, '-p', project]);
  await expect(run).resolves.toMatchObject({ stdout: '' });
});
