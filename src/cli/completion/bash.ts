import type { CommandWords, OptionWords, ProgramWords } from './words.ts';

/** A completion script for bash, 3.2 and later; files are left to bash itself, which knows how to quote them. */
export function bashScript(program: ProgramWords): string {
  const { version, options, commands } = program;
  const names = commands.map(({ name }) => name);
  return `# Completion of keyward ${version} for bash. In ~/.bashrc: source <(keyward completion bash)
_keyward_words() {
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}
_keyward_list() {
  local head=
  if [[ $cur == *,* ]]; then head=\${cur%,*},; fi
  COMPREPLY=($(compgen -P "$head" -W "$1" -- "\${cur##*,}"))
}
_keyward_pair() {
  COMPREPLY=($(compgen -S = -W "$1" -- "$cur"))
  compopt -o nospace 2>/dev/null
}
_keyward_source() {
  if [[ -z $cur ]] || compgen -f -- "$cur" >/dev/null; then return; fi
  _keyward_words "$1"
  compopt -o nospace 2>/dev/null
}
_keyward_nothing() {
  compopt +o default 2>/dev/null
}
_keyward() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD - 1]} command='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} != -* ]]; then
      command=\${COMP_WORDS[i]}
      break
    fi
  done
  # Bash cuts words at =, as in --rule=token-burst and json=report.json.
  if [[ $cur == = || $option == = ]]; then
    if [[ $cur == = ]]; then cur=; else option=\${COMP_WORDS[COMP_CWORD - 2]}; fi
    if [[ $option != -* ]]; then return; fi
  fi
  case "$command $option" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case $command in
  '')
    if [[ $cur == -* ]]; then _keyward_words '${optionNames(options)}'; else _keyward_words '${names.join(' ')}'; fi
    ;;
${commands.map(commandCase).join('\n')}
  esac
}
complete -o default -F _keyward keyward
`;
}

const optionNames = (options: readonly OptionWords[]): string => options.flatMap(({ names }) => names).join(' ');

/** The function that offers a value, with what it offers. */
function offer(value: NonNullable<OptionWords['value']>): string {
  switch (value.kind) {
    case 'word':
      return `_keyward_words '${value.words.join(' ')}'`;
    case 'list':
    case 'pair':
    case 'source':
      return `_keyward_${value.kind} '${value.words.join(' ')}'`;
    case 'file':
      return ':';
    case 'free':
      return '_keyward_nothing';
  }
}

/** What follows the options of a command, those with the same values together. */
function valueCases({ name, options }: CommandWords): string[] {
  const patterns = new Map<string, string[]>();
  for (const { names, value } of options) {
    if (value === null) continue;
    const known = patterns.get(offer(value)) ?? [];
    patterns.set(offer(value), [...known, ...names.map(option => `'${name} ${option}'`)]);
  }
  return [...patterns].map(([offered, cases]) => `  ${cases.join(' | ')}) ${offered}; return ;;`);
}

function commandCase({ name, options, arguments: [first] }: CommandWords): string {
  const argument = first === undefined ? '_keyward_nothing' : offer(first.value);
  return `  ${name})
    if [[ $cur == -* ]]; then _keyward_words '${optionNames(options)}'; else ${argument}; fi
    ;;`;
}
