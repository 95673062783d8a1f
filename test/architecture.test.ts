import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../src/', import.meta.url));

/** What each room may import, beside itself. A file straight under src/ is a room of its own. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  facets: ['model', 'time.ts', 'hash.ts', 'wording.ts', 'group.ts'],
  rules: [
    'model',
    'facets',
    'time.ts',
    'wording.ts',
    'group.ts',
    'episodes.ts',
    'kinds.ts',
    'standing.ts',
    'remedies.ts',
    'data',
  ],
  data: [],
  scan: ['model'],
  normalise: ['model', 'scan', 'time.ts', 'hash.ts', 'kinds.ts'],
  collect: [
    'model',
    'scan',
    'normalise',
    'errors.ts',
    'coverage.ts',
    'wording.ts',
    'time.ts',
    'kinds.ts',
    'standing.ts',
    'group.ts',
    'hash.ts',
    'pool.ts',
    'data',
  ],
  report: ['model', 'time.ts', 'wording.ts', 'group.ts', 'severity.ts', 'episodes.ts'],
};

const files = list(root);

describe('import edges', () => {
  test.each(files)('%s', file => {
    const room = file.includes('/') ? file.slice(0, file.indexOf('/')) : file;
    const allowed = MAY_IMPORT[room];
    if (allowed === undefined) return;
    const strange = importsOf(file).filter(target => {
      const other = target.includes('/') ? target.slice(0, target.indexOf('/')) : target;
      return other !== room && !allowed.includes(other);
    });
    expect(strange).toEqual([]);
  });
});

/** What all sources may use. Distant ones fail, wait and are tried alike, which `service` knows of no cloud in particular. */
const SHARED: readonly string[] = ['collector', 'intake', 'paths', 'service'];

/** Whose parts a source may use beside its own: the bucket of a trail is AWS's, and Entra ID lets in as Azure does. */
const BORROWS: Readonly<Record<string, readonly string[]>> = { s3: ['aws'], entra: ['azure'] };

describe('parts of a source are its own', () => {
  const partOf = (file: string): string => file.split('/')[1]!.replace(/\.ts$/, '');
  const parts = files.filter(file => file.startsWith('collect/') && file !== 'collect/index.ts');
  test.each(parts)('%s', file => {
    const part = partOf(file);
    const allowed = SHARED.includes(part) ? SHARED : [part, ...SHARED, ...(BORROWS[part] ?? [])];
    const used = importsOf(file).filter(target => target.startsWith('collect/'));
    expect(used.filter(target => !allowed.includes(partOf(target)))).toEqual([]);
  });
});

test('there is no cycle between files', () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) throw new Error([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file)) return;
    for (const target of importsOf(file, 'values')) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

test.each(files.filter(file => file.startsWith('model/')))('%s holds types only', file => {
  expect(read(file)).not.toMatch(/^(export )?(const|let|function|class) /m);
});

test.each(files.filter(file => !file.startsWith('cli')))('%s knows no clock, console, process or chance', file => {
  const code = read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  expect(code).not.toMatch(/\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bMath\.random\b|\bconsole\./);
  expect(code.replace('process.versions', '').replace('process.platform', '')).not.toMatch(/\bprocess\./);
});

test('standard input has one door', () => {
  const doors = files.filter(file => !file.startsWith('cli') && /['"](?:node:)?process['"]/.test(read(file)));
  expect(doors).toEqual(['scan/read-chunks.ts']);
});

function list(folder: string): string[] {
  return readdirSync(folder)
    .flatMap(name => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? list(path) : [relative(root, path).split(sep).join('/')];
    })
    .sort();
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Files of ours that a file imports, as paths under src/. */
function importsOf(file: string, which: 'all' | 'values' = 'all'): string[] {
  const found = [
    ...read(file).matchAll(/^(?:import|export)\b(?! const| function)([^;'"]*?from )?['"](\.[^'"]+)['"]/gm),
  ];
  const lazy = [...read(file).matchAll(/\bimport\(['"](\.[^'"]+)['"]\)/g)].map(([, target]) => target!);
  const eager = found
    .filter(([, clause]) => which === 'all' || !/^\s*type\b/.test(clause ?? ''))
    .map(([, , target]) => target!);
  const targets = which === 'all' ? [...eager, ...lazy] : eager;
  return targets
    .map(target => posix.normalize(posix.join(dirname(file), target)))
    .filter(target => !target.startsWith('..'));
}
