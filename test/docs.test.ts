import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true }).map(name => join('docs', String(name))),
];

test.each(pages.filter(page => page.endsWith('.md')))('every link of %s leads somewhere', page => {
  const text = readFileSync(join(root, page), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
  const local = links.filter(link => !/^[a-z]+:/.test(link));
  expect(local.filter(link => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});

test('the README gives the two commands as they are', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  for (const command of ['npm ci && npx keyward demo', 'npm ci && npm test']) expect(readme).toContain(command);
});
