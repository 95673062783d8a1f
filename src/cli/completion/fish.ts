import type { ArgumentWords, CommandWords, OptionWords, ProgramWords, Value } from './words.ts';

/** A completion script for fish, to be sourced or to lie in ~/.config/fish/completions as `keyward.fish`. */
export function fishScript({ version, options, commands }: ProgramWords): string {
  const root = '__fish_use_subcommand';
  const lines = [
    `# Completion of keyward ${version} for fish. In ~/.config/fish/config.fish: keyward completion fish | source`,
    'complete -c keyward -f',
    ...options.map(option => optionLine(root, option)),
    ...commands.map(({ name, description }) => line(root, `-a ${quoted(name)} -d ${quoted(description)}`)),
    ...commands.flatMap(commandLines),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines({ name, options, arguments: [first] }: CommandWords): string[] {
  const condition = `__fish_seen_subcommand_from ${name}`;
  const argument = first === undefined ? [] : [argumentLine(condition, first)];
  return [...options.map(option => optionLine(condition, option)), ...argument];
}

function optionLine(condition: string, { names, description, value }: OptionWords): string {
  const flags = names.map(name => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  return line(condition, `${flags.join(' ')}${value === null ? '' : ` ${offer(value)}`} -d ${quoted(description)}`);
}

const argumentLine = (condition: string, { value }: ArgumentWords): string =>
  line(condition, offer(value).replace(/^-[rx] ?/, ''));

/** What is offered for a value that must be there: words alone, or files with them. */
function offer(value: Value): string {
  switch (value.kind) {
    case 'word':
      return `-x -a ${quoted(value.words.join(' '))}`;
    case 'list':
      return `-x -a ${quoted(`(__fish_append , ${value.words.join(' ')})`)}`;
    case 'pair':
      return `-r -F -a ${quoted(value.words.map(each => `${each}=`).join(' '))}`;
    case 'source':
      return `-r -F -a ${quoted(value.words.join(' '))}`;
    case 'file':
      return '-r -F';
    case 'free':
      return '-x';
  }
}

const line = (condition: string, rest: string): string => `complete -c keyward -n ${quoted(condition)} ${rest}`;

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
