import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { UserError } from '../errors.ts';
import { redact } from '../normalise/redact.ts';
import { plain } from '../report/plain.ts';
import type { Io } from './io.ts';

const USAGE = 2;
const BUG = 70;

interface Manifest {
  readonly version: string;
  readonly bugs?: { readonly url?: string };
}

/** What the package says of itself. */
export const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest;

/** Tells a failure on stderr and returns the exit status it deserves. */
export function tell(error: unknown, { stderr }: Pick<Io, 'stderr'>): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  if (error instanceof UserError) {
    stderr.write(`keyward: ${plainLines(error.message)}\n${error.hint === '' ? '' : `${plainLines(error.hint)}\n`}`);
    return USAGE;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const where = manifest.bugs?.url === undefined ? '' : ` at ${manifest.bugs.url}`;
  stderr.write(`${plainLines(trace)}\n`);
  stderr.write(
    `keyward: this is a bug in keyward ${manifest.version}; please report it with the stack above${where}\n`,
  );
  return BUG;
}

/** Text with each of its lines made harmless, and no secret in it, be it one that was typed. */
export const plainLines = (text: string): string =>
  redact(text)
    .split('\n')
    .map(line => plain(line))
    .join('\n');
