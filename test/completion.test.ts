import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Shell, SHELLS, wordsOf } from '../src/cli/completion/words.ts';
import type { Io } from '../src/cli/io.ts';
import { main, programFor } from '../src/cli/program.ts';
import { reporters } from '../src/report/index.ts';
import { rules } from '../src/rules/index.ts';

let home = '';
const scripts = new Map<Shell, string>();

/** Runs a command line in this process, and gives what it printed. */
async function keyward(...args: readonly string[]) {
  const streams = [new PassThrough(), new PassThrough()] as const;
  const status = await main(args, ioOf(...streams));
  const [stdout, stderr] = streams.map(stream => String(stream.read() ?? ''));
  return { status, stdout: stdout!, stderr: stderr! };
}

const ioOf = (stdout: PassThrough, stderr: PassThrough): Io => ({
  stdout,
  stderr,
  env: {},
  cwd: home,
  version: '0.0.0',
  setVariable: () => {},
  now: () => 0,
  onInterrupt: () => () => {},
});

const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;
const at = (name: string): string => join(home, name);

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'keyward-completion-'));
  writeFileSync(at('report.json'), '{}');
  mkdirSync(at('logs'));
  for (const shell of SHELLS) {
    const { stdout } = await keyward('completion', shell);
    scripts.set(shell, stdout);
    writeFileSync(at(`keyward.${shell}`), stdout);
  }
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

const program = wordsOf(programFor(ioOf(new PassThrough(), new PassThrough()), () => {}));

describe('the words of the program', () => {
  test('are its commands with their help', () => {
    expect(program.commands.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['audit', 'demo', 'doctor', 'explain', 'init', 'completion', 'help']),
    );
    expect(program.commands.filter(({ description }) => description === '')).toEqual([]);
  });

  test('leave open only what no list could hold', () => {
    const open = program.commands.flatMap(({ options }) =>
      options.filter(({ value }) => value?.kind === 'free').flatMap(({ names }) => names),
    );
    const anything = [
      'since',
      'until',
      'lookback',
      'now',
      'profile',
      'region',
      'role-arn',
      'external-id',
      'role-name',
      'where',
    ];
    expect([...new Set(open)].sort()).toEqual(anything.map(name => `--${name}`).sort());
    const positional = program.commands.flatMap(({ arguments: all }) =>
      all.filter(({ value }) => value.kind === 'free'),
    );
    expect(positional).toEqual([]);
  });

  test('of rules and formats are those that there are', () => {
    const audit = program.commands.find(({ name }) => name === 'audit')!;
    const valueOf = (name: string) => audit.options.find(({ names }) => names.includes(name))!.value;
    expect(valueOf('--rule')).toEqual({ kind: 'list', words: rules.map(({ id }) => id) });
    expect(valueOf('--out')).toEqual({ kind: 'pair', words: reporters.map(({ id }) => id) });
    expect(audit.arguments[0]!.value).toEqual({
      kind: 'source',
      words: ['anthropic:', 'aws:', 'azure:', 'entra:', 'litellm:', 'openai:', 's3://'],
    });
  });
});

test.each(SHELLS)('the script for %s knows every command, option and rule', shell => {
  const script = scripts.get(shell)!;
  const spelt = (name: string): string =>
    shell === 'fish' ? name.replace(/^--/, '-l ').replace(/^-(?=\w$)/, '-s ') : name;
  const options = program.commands.flatMap(command => command.options.flatMap(({ names }) => names.map(spelt)));
  const names = [...program.commands.map(({ name }) => name), ...options, ...rules.map(({ id }) => id)];
  expect(names.filter(name => !script.includes(name))).toEqual([]);
});

test('an unknown shell is wrong usage', async () => {
  expect(await keyward('completion', 'fihs')).toEqual({
    status: 2,
    stdout: '',
    stderr: "keyward: unknown shell 'fihs'\nDid you mean 'fish'?\n",
  });
});

const startingWith = (start: string): string[] => rules.map(({ id }) => id).filter(id => id.startsWith(start));

/** Words of a command line as bash cuts them, and what is offered for the last; nothing where bash looks for files itself. */
const IN_BASH: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['au'], ['audit']],
  [['--ver'], ['--version']],
  [
    ['audit', '--fail-on', ''],
    ['none', 'low', 'medium', 'high', 'critical'],
  ],
  [['audit', '--fail-on', '=', 'h'], ['high']],
  [
    ['audit', '--fail-on', '='],
    ['none', 'low', 'medium', 'high', 'critical'],
  ],
  [['audit', '--min-severity', 'i'], ['info']],
  [['audit', '--rule', 'unusual-'], startingWith('unusual-')],
  [['audit', '--rule', 'token-burst,unusual-'], startingWith('unusual-').map(id => `token-burst,${id}`)],
  [
    ['audit', '--gate', ''],
    ['new', 'all'],
  ],
  [['audit', '--out', 'js'], ['json=']],
  [['audit', '--out', 'json', '=', 're'], []],
  [['demo', '--out', 'json', '='], []],
  [['audit', '--since', ''], []],
  [['audit', '--config', ''], []],
  [
    ['audit', 'a'],
    ['anthropic:', 'aws:', 'azure:'],
  ],
  [['audit', 'lo'], []],
  [['audit', './logs', '--fail-on-'], ['--fail-on-blind']],
  [['explain', 'token-'], ['token-burst']],
  [
    ['init', 'config', 'g'],
    ['github', 'gitlab'],
  ],
  [['completion', 'f'], ['fish']],
  [['help', 'ru'], ['rules']],
];

describe('bash', () => {
  test('offers what fits', ({ skip }) => {
    if (!isThere('bash')) skip('bash is not installed');
    const asked = IN_BASH.map(
      ([words]) =>
        `COMP_WORDS=(keyward ${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _keyward; echo "\${COMPREPLY[*]}"`,
    );
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', ['source keyward.bash', ...asked].join('\n')], {
      cwd: home,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const offered = stdout.trimEnd().split('\n');
    expect(IN_BASH.map(([words], i) => [words.join(' '), offered[i] ?? ''])).toEqual(
      IN_BASH.map(([words, expected]) => [words.join(' '), expected.join(' ')]),
    );
  });
});

describe('zsh', () => {
  test('takes the script and ties it to the command', ({ skip }) => {
    if (!isThere('zsh')) skip('zsh is not installed');
    expect(spawnSync('zsh', ['-n', at('keyward.zsh')], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    const script =
      'autoload -Uz compinit && compinit -u -d zcompdump && source ./keyward.zsh && print $_comps[keyward]';
    const { stdout } = spawnSync('zsh', ['-f', '-c', script], { cwd: home, encoding: 'utf8' });
    expect(stdout).toBe('_keyward\n');
  });
});

const IN_FISH: readonly (readonly [string, readonly string[]])[] = [
  ['keyward au', ['audit']],
  ['keyward audit --fail-on ', ['critical', 'high', 'low', 'medium', 'none']],
  ['keyward audit --rule token-burst,model-p', ['token-burst,model-probe']],
  ['keyward audit --out js', ['json=']],
  ['keyward audit --out json=re', ['json=report.json']],
  ['keyward audit --since ', []],
  ['keyward audit lo', ['logs/']],
  ['keyward init g', ['github', 'gitlab']],
  ['keyward rules ', []],
];

describe('fish', () => {
  test('offers what fits', ({ skip }) => {
    if (!isThere('fish')) skip('fish is not installed');
    const asked = IN_FISH.map(([line]) => `complete -C '${line}'; echo ::`).join('; ');
    const { stdout } = spawnSync('fish', ['--no-config', '-c', `source keyward.fish; ${asked}`], {
      cwd: home,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: home },
    });
    const offered = stdout.split('::\n').map(block => block.split('\n').filter(line => line !== ''));
    expect(IN_FISH.map(([line], i) => [line, offered[i]?.map(each => each.split('\t')[0])])).toEqual(
      IN_FISH.map(([line, expected]) => [line, expected]),
    );
  });
});
