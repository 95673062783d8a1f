import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Builds once what the tests spawn. A type error is for `npm run check` to find: the code is written all the same. */
export function setup(): void {
  const { stdout } = spawnSync(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', at('.')], {
    encoding: 'utf8',
  });
  if (!existsSync(at('dist/cli.js'))) throw new Error(`the build left no dist/cli.js\n${stdout}`);
}
