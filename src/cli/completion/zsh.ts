import type { ArgumentWords, CommandWords, OptionWords, ProgramWords, Value } from './words.ts';

/** A completion script for zsh, to be sourced or to lie in a folder of \`fpath\` as \`_keyward\`. */
export function zshScript({ version, options, commands }: ProgramWords): string {
  return `#compdef keyward
# Completion of keyward ${version} for zsh. In ~/.zshrc, after compinit: source <(keyward completion zsh)
_keyward_pair() {
  if compset -P '*='; then _files; else compadd -S = "$@"; fi
}
_keyward_source() {
  local result=1
  compadd -S '' "$@" && result=0
  _files && result=0
  return result
}
_keyward() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`).join('\n')}
  )
  _arguments -C \\
${options.map(option => `    ${optionSpec(option)} \\`).join('\n')}
    '1:command:->command' \\
    '*::argument:->argument'
  case $state in
  command)
    _describe -t commands command commands
    ;;
  argument)
    case $words[1] in
${commands.map(commandCase).join('\n')}
    esac
    ;;
  esac
}
if [[ \${funcstack[1]} == _keyward ]]; then _keyward "$@"; else compdef _keyward keyward; fi
`;
}

function commandCase({ name, options, arguments: args }: CommandWords): string {
  const specs = [...options.map(optionSpec), ...args.map(argumentSpec)];
  return `    ${name})
      _arguments ${specs.map(spec => `\\\n        ${spec}`).join(' ')}
      ;;`;
}

/** An option as \`_arguments\` takes it: those that exclude it, its names, what it does, its value. */
function optionSpec({ names, description, isRepeatable, value }: OptionWords): string {
  const apart = isRepeatable ? '*' : names.length > 1 ? `(${names.join(' ')})` : '';
  const told = `[${escaped(description)}]${value === null ? '' : `:value:${action(value)}`}`;
  // With an = after its name, the value may follow that too.
  const ways = names.map(name => (value !== null && name.startsWith('--') ? `${name}=` : name));
  return ways.length === 1 ? quoted(`${apart}${ways[0]}${told}`) : `${quoted(apart)}{${ways.join(',')}}${quoted(told)}`;
}

const argumentSpec = ({ name, isRepeatable, value }: ArgumentWords, index: number): string =>
  quoted(`${isRepeatable ? '*' : index + 1}:${escaped(name)}:${action(value)}`);

/** What \`_arguments\` is to do for a value. */
function action(value: Value): string {
  switch (value.kind) {
    case 'word':
      return `(${value.words.join(' ')})`;
    case 'list':
      return `_sequence compadd - ${value.words.join(' ')}`;
    case 'pair':
      return `_keyward_pair ${value.words.join(' ')}`;
    case 'source':
      return `_keyward_source ${value.words.join(' ').replaceAll(':', '\\:')}`;
    case 'file':
      return '_files';
    case 'free':
      return ' ';
  }
}

const escaped = (text: string): string => text.replace(/[\\[\]:]/g, '\\$&');

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
