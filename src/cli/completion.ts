import type { Command } from 'commander';
import { unknownName } from '../errors.ts';
import { bashScript } from './completion/bash.ts';
import { fishScript } from './completion/fish.ts';
import { type ProgramWords, type Shell, SHELLS, wordsOf } from './completion/words.ts';
import { zshScript } from './completion/zsh.ts';
import { type Io, print } from './io.ts';

const SCRIPTS: Readonly<Record<Shell, (program: ProgramWords) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `keyward completion`: prints the script that completes this very program in a shell. */
export async function completionCommand(name: string, program: Command, io: Io): Promise<number> {
  const shell = SHELLS.find(known => known === name);
  if (shell === undefined) throw unknownName('shell', name, SHELLS);
  await print(io.stdout, [SCRIPTS[shell](wordsOf(program))]);
  return 0;
}
