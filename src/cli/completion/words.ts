import type { Argument, Command, Option } from 'commander';
import { collectors } from '../../collect/index.ts';
import { FAIL_ON, GATES } from '../../gate.ts';
import { reporters } from '../../report/index.ts';
import { rules } from '../../rules/index.ts';
import { SEVERITIES } from '../../severity.ts';
import { pieces } from '../init/pieces.ts';
import { KEYS_FORMATS } from '../keys/formats.ts';
import { SORTS } from '../keys/order.ts';

/** The shells that completion is written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** What can stand for a value: one of some words, a comma list of them, a word and `=` before a file, a file or the
 * scheme of a source, a file, or anything. */
export type Value =
  | { readonly kind: 'word' | 'list' | 'pair' | 'source'; readonly words: readonly string[] }
  | { readonly kind: 'file' | 'free' };

/** An option, as the command line takes it. */
export interface OptionWords {
  readonly names: readonly string[];
  readonly description: string;
  readonly isRepeatable: boolean;
  /** Null when it takes none. */
  readonly value: Value | null;
}

/** A positional argument. */
export interface ArgumentWords {
  readonly name: string;
  readonly isRepeatable: boolean;
  readonly value: Value;
}

/** A command with what it takes. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  readonly arguments: readonly ArgumentWords[];
}

/** The whole command line: the options of the program itself, and its commands. */
export interface ProgramWords {
  readonly version: string;
  readonly options: readonly OptionWords[];
  readonly commands: readonly CommandWords[];
}

/** What a program takes, drawn from the program itself. */
export function wordsOf(program: Command): ProgramWords {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const names = commands.map(command => command.name());
  return {
    version: program.version() ?? '',
    options: help.visibleOptions(program).map(option => optionWords(option, {})),
    commands: commands.map(command => ({
      name: command.name(),
      description: command.description(),
      options: help.visibleOptions(command).map(option => optionWords(option, COMMAND_VALUES[command.name()] ?? {})),
      arguments: command.registeredArguments.map(argument => argumentWords(argument, names)),
    })),
  };
}

const word = (words: readonly string[]): Value => ({ kind: 'word', words });
const ids = (all: readonly { readonly id: string }[]): string[] => all.map(({ id }) => id);

/** Values of the options that take one of some words. */
const OPTION_VALUES: Readonly<Record<string, Value>> = {
  '--rule': { kind: 'list', words: ids(rules) },
  '--skip-rule': { kind: 'list', words: ids(rules) },
  '--format': word(ids(reporters)),
  '--out': { kind: 'pair', words: ids(reporters) },
  '--fail-on': word(FAIL_ON),
  '--min-severity': word(SEVERITIES),
  '--gate': word(GATES),
  '--accounts': { kind: 'list', words: ['org'] },
};

/** Values of options that other commands take otherwise. */
const COMMAND_VALUES: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  keys: {
    '--format': word(ids(KEYS_FORMATS)),
    '--out': { kind: 'pair', words: ids(KEYS_FORMATS) },
    '--sort': word(SORTS),
  },
};

/** Values of the arguments that are one of some words, or a source. */
const ARGUMENT_VALUES: Readonly<Record<string, Value>> = {
  id: word(ids(rules)),
  piece: word(ids(pieces)),
  shell: word(SHELLS),
  source: { kind: 'source', words: schemes() },
};

/** What the help calls files, of options and arguments alike. */
const FILES: ReadonlySet<string> = new Set(['file', 'dir', 'folder', 'report', 'before', 'after']);

/** How sources begin that are not files. */
function schemes(): string[] {
  const found = collectors.flatMap(({ forms }) => forms.map(form => /^[a-z][a-z0-9+.-]+:(?:\/\/)?/.exec(form)?.[0]));
  return [...new Set(found.filter(scheme => scheme !== undefined))];
}

const fileOrAnything = (named: string): Value => ({ kind: FILES.has(named) ? 'file' : 'free' });

function optionWords(
  { short, long, flags, description, required, optional, parseArg }: Option,
  own: Readonly<Record<string, Value>>,
): OptionWords {
  const named = /[<[]([^>\].]+)/.exec(flags)?.[1] ?? '';
  const takesValue = required || optional;
  return {
    names: [short, long].filter(name => name !== undefined && name !== null),
    description,
    isRepeatable: parseArg !== undefined,
    value: takesValue ? (own[long ?? ''] ?? OPTION_VALUES[long ?? ''] ?? fileOrAnything(named)) : null,
  };
}

function argumentWords(argument: Argument, commands: readonly string[]): ArgumentWords {
  const name = argument.name();
  const value = name === 'command' ? word(commands) : (ARGUMENT_VALUES[name] ?? fileOrAnything(name));
  return { name, isRepeatable: argument.variadic, value };
}
