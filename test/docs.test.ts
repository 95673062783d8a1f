import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { wordsOf } from '../src/cli/completion/words.ts';
import { pieces } from '../src/cli/init/pieces.ts';
import { programFor } from '../src/cli/program.ts';
import { commandLinesOf, complaintAbout, linesOfCode } from './command-lines.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const below = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true }).map(name => join(folder, String(name)));
const files = ['README.md', ...below('docs'), ...below('.github')];
const pages = files.filter(file => file.endsWith('.md'));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

test.each(pages)('every link of %s leads somewhere', page => {
  const links = [...read(page).matchAll(/\]\(([^)#]*)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
  const local = links.filter(link => link !== '' && !/^[a-z]+:/.test(link));
  expect(local.filter(link => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});

test('the README gives the two commands as they are', () => {
  for (const command of ['npm ci && npx keyward demo', 'npm ci && npm test'])
    expect(read('README.md')).toContain(command);
});

describe('every command line is one that keyward takes', () => {
  const stream = new PassThrough();
  const io = { stdout: stream, stderr: stream, env: {}, cwd: root, version: '0.0.0', now: () => 0 };
  const program = wordsOf(programFor({ ...io, setVariable: () => {}, onInterrupt: () => () => {} }, () => {}));
  const complaints = (lines: readonly string[]): string[] =>
    lines.flatMap(line => {
      const complaint = complaintAbout(line, program);
      return complaint === null ? [] : [`keyward ${line}: ${complaint}`];
    });

  test.each(pages)('in %s', page => {
    expect(complaints(commandLinesOf(read(page)))).toEqual([]);
  });

  test.each(pieces.map(piece => [piece.id, piece] as const))('in what init writes: %s', (_, { text, next }) => {
    expect(complaints([...linesOfCode(text('/srv/keyward')), ...next.flatMap(linesOfCode)])).toEqual([]);
  });

  test.each<[string, string[], string | null]>([
    ['npx keyward audit ./logs --fail-on high # a gate', ['audit ./logs --fail-on high'], null],
    ['zcat a.gz | npx keyward audit -', ['audit -'], null],
    ['source <(keyward completion bash)', ['completion bash)'], null],
    ['- run: npx keyward audit --out sarif=a >b 2>&1', ['audit --out sarif=a >b 2>&1'], null],
    ['keyward audit azure:<workspace-id> entra:', ['audit azure:<workspace-id> entra:'], null],
    ['keyward explain 41c4cb --from report.json', ['explain 41c4cb --from report.json'], null],
    ['keyward audit --no-such', ['audit --no-such'], 'audit has no option --no-such'],
    ['keyward audit --rule token-burst,typo', ['audit --rule token-burst,typo'], "--rule takes no 'typo'"],
    ['keyward audit --out serif=a', ['audit --out serif=a'], "--out takes no 'serif'"],
    ['keyward audit --fail-on=hihg', ['audit --fail-on=hihg'], "--fail-on takes no 'hihg'"],
    ['keyward audit --since', ['audit --since'], '--since lacks its value'],
    ['keyward ouija', ['ouija'], "no command 'ouija'"],
    ['keyward rules all', ['rules all'], "rules takes no 'all'"],
    ['keyward explain no-such-rule', ['explain no-such-rule'], "id takes no 'no-such-rule'"],
  ])('the check itself: %s', (code, lines, complaint) => {
    expect(linesOfCode(code)).toEqual(lines);
    expect(lines.map(line => complaintAbout(line, program))).toEqual([complaint]);
  });
});
