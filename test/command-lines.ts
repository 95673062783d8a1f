import type { OptionWords, ProgramWords, Value } from '../src/cli/completion/words.ts';

/** Every command line of keyward in the code of a Markdown page: in its fences for a shell or YAML, and inline. */
export function commandLinesOf(markdown: string): string[] {
  const fences = [...markdown.matchAll(/^( *)```(?:sh|yaml)\n([\s\S]*?)^\1```/gm)].map(([, , code]) => code!);
  const prose = markdown.replace(/^( *)```[\s\S]*?^\1```/gm, '');
  return [...fences.flatMap(linesOfCode), ...quotedLines(prose)];
}

/** Every command line of keyward in a shell script or in YAML, also those that its comments quote. */
export const linesOfCode = (code: string): string[] => [
  ...code
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap(line => [...line.replace(/(^|\s)#\s.*/, '').matchAll(COMMAND)].map(([, rest]) => rest!)),
  ...quotedLines(code),
];

/** At the start of a line, behind `npx`, or where a shell begins another command. */
const COMMAND = /(?:^\s*|[|&(]\s*|\bnpx (?:--yes )?)keyward (.*)/g;

const quotedLines = (text: string): string[] =>
  [...text.matchAll(/`(?:npx )?keyward ([^`]+)`/g)].map(([, rest]) => rest!);

/** What is wrong with a command line, given the program that is to take it; null when nothing is. */
export function complaintAbout(line: string, program: ProgramWords): string | null {
  const [name = '', ...rest] = tokensOf(line);
  if (name.startsWith('-'))
    return program.options.some(({ names }) => names.includes(name)) ? null : `no option ${name}`;
  const command = program.commands.find(known => known.name === name);
  if (command === undefined) return `no command '${name}'`;
  const positional: string[] = [];
  for (let i = 0; i < rest.length; i++) {
    const token = rest[i]!;
    if (!/^--?[a-z]/.test(token)) positional.push(token);
    else {
      const [flag, joined] = token.split(/=(.*)/s) as [string, string?];
      const option = command.options.find(({ names }) => names.includes(flag));
      if (option === undefined) return `${name} has no option ${flag}`;
      const wrong = option.value === null ? null : complaintAboutValue(option.value, joined ?? rest[++i] ?? '', option);
      if (wrong !== null) return wrong;
    }
  }
  for (const [i, text] of positional.entries()) {
    const argument = command.arguments[i] ?? command.arguments.find(({ isRepeatable }) => isRepeatable);
    if (argument === undefined) return `${name} takes no '${text}'`;
    const wrong = complaintAboutValue(argument.value, text, { names: [argument.name] });
    if (wrong !== null) return wrong;
  }
  return null;
}

function complaintAboutValue(value: Value, text: string, { names }: Pick<OptionWords, 'names'>): string | null {
  const parts = value.kind === 'list' ? text.split(',') : [value.kind === 'pair' ? text.replace(/=.*/s, '') : text];
  if (text === '') return `${names.join(' ')} lacks its value`;
  if (!('words' in value) || value.kind === 'source') return null;
  const strange = parts.filter(part => !value.words.includes(part) && !isStandIn(part));
  return strange.length === 0 ? null : `${names.join(' ')} takes no '${strange.join(', ')}'`;
}

/** What the reader is to replace, and fingerprints. */
const isStandIn = (text: string): boolean =>
  /^[A-Z]+$/.test(text) || /^<.*>$/.test(text) || /^[0-9a-f]{6,16}$/.test(text) || /^\d{12}$/.test(text);

/** The words of a command line up to where another command or a redirection begins. */
function tokensOf(line: string): string[] {
  const tokens = [...line.matchAll(/'[^']*'|"[^"]*"|<[a-z|-]+>|\d?>[^\s]*|[|&;)]+|(?:[^\s'"|&;)><]|<[a-z-]+>)+/g)].map(
    ([token]) => token,
  );
  const end = tokens.findIndex(token => /^(?:\d?>|[|&;)])/.test(token));
  return (end < 0 ? tokens : tokens.slice(0, end)).map(token => token.replace(/^(['"])(.*)\1$/, '$2'));
}
