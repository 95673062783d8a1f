import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import { plain } from '../report/plain.ts';
import { type Piece, pieces } from './init/pieces.ts';
import { type Io, print } from './io.ts';
import { named } from './named.ts';

/** Options of `keyward init`, as the command line gives them. */
export interface InitFlags {
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** `keyward init`: writes what a first audit, a build server or a cloud needs, and never over a file that is there. */
export async function initCommand(ids: readonly string[], flags: InitFlags, io: Io): Promise<number> {
  const chosen = [...new Set(ids.length === 0 ? ['config'] : ids)].map(id => named('piece', id, pieces));
  for (const piece of chosen) await print(io.stdout, flags.dryRun ? shown(piece, io) : await put(piece, flags, io));
  if (ids.length === 0) await print(io.stdout, othersThan(chosen));
  return 0;
}

/** Writes a piece and says so, or why it was left as it is. */
async function put(piece: Piece, { force = false }: InitFlags, io: Io): Promise<string[]> {
  const { file, others = [], text, next } = piece;
  if (file === null) return [text(io.cwd), '\n', ...advice(next)];
  const other = others.find(name => existsSync(join(io.cwd, name)));
  if (other !== undefined) return [`kept  ${other}: it does what ${file} would\n`];
  if (!(await isWritten(file, text(io.cwd), force, io)))
    return [`kept  ${file}: it is there already; --force overwrites it\n`];
  return [`wrote ${file}: ${piece.title}\n`, ...advice(next)];
}

/** Writes a file that others may read too, for it holds nothing of any log; false when there is one already. */
async function isWritten(file: string, text: string, force: boolean, { cwd }: Io): Promise<boolean> {
  const path = join(cwd, file);
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw refusal(file, error);
  }
  try {
    await writeFile(path, text, { flag: force ? 'w' : 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw refusal(file, error);
  }
}

const refusal = (file: string, error: unknown): UserError =>
  new UserError(`cannot write ${file}: ${error instanceof Error ? plain(error.message) : 'unknown trouble'}`);

const shown = ({ file, id, text }: Piece, { cwd }: Io): string[] => [`==> ${file ?? id} <==\n`, text(cwd), '\n'];

const advice = (next: Piece['next']): string[] =>
  next.map(
    line => `      ${line}
`,
  );

/** What else there is, when nothing was asked for by name. */
function othersThan(chosen: readonly Piece[]): string[] {
  const others = pieces.filter(piece => !chosen.includes(piece));
  const lines = others.map(({ id, title }) => `  keyward init ${id.padEnd(8)}${title}\n`);
  return ['\nThere is more:\n', ...lines];
}
