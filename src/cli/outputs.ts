import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { access, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../errors.ts';
import { reporters } from '../report/index.ts';
import type { Reporter } from '../report/reporter.ts';
import type { Input } from './inputs.ts';
import { named } from './named.ts';

const STDOUT: ReadonlySet<string> = new Set(['-', '/dev/stdout', '/dev/fd/1']);

/** A file that one format of the report goes to. */
export interface Output {
  readonly reporter: Reporter;
  /** As the user wrote it. */
  readonly name: string;
  readonly file: string;
}

/** The reporter of that name. */
export const reporterFor = (id: string, known: readonly Reporter[] = reporters): Reporter => named('format', id, known);

/** Reads `FORMAT=FILE`, the format one of those that are known. */
export function parseOutput(text: string, cwd: string, known: readonly Reporter[] = reporters): Output {
  const cut = text.indexOf('=');
  const name = text.slice(cut + 1);
  if (cut < 1 || name === '') {
    throw new UserError(`--out '${text}' names no file`, 'Write it as FORMAT=FILE, as in --out json=report.json.');
  }
  if (STDOUT.has(name))
    throw new UserError(`--out '${text}' is not a file`, 'The report on stdout is chosen by --format.');
  return { reporter: reporterFor(text.slice(0, cut), known), name, file: resolve(cwd, name) };
}

/** Makes sure, before anything is read, that every output can be written and overwrites nothing that is to be read. */
export async function checkOutputs(outputs: readonly Output[], inputs: AsyncIterable<Input>): Promise<void> {
  const taken = new Set<string>();
  for (const { file, name } of outputs) {
    const target = await targetOf(file);
    if (taken.has(target)) throw new UserError(`two reports are to be written to ${name}`);
    taken.add(target);
    const why = await obstacleTo(target);
    if (why !== null) throw new UserError(`cannot write ${name}: ${why}`);
  }
  await spareInputs(outputs, inputs);
}

async function spareInputs(outputs: readonly Output[], inputs: AsyncIterable<Input>): Promise<void> {
  const present = (await Promise.all(outputs.map(presentAt))).filter(file => file !== null);
  if (present.length === 0) return;
  for await (const { path, bytes } of inputs) {
    // There may be very many inputs; most differ in size already.
    const alike = present.filter(({ found }) => bytes === null || Number(found.size) === bytes);
    const input = alike.length === 0 ? null : await statOf(path);
    const same = alike.find(({ found }) => found.dev === input?.dev && found.ino === input.ino);
    if (same === undefined) continue;
    throw new UserError(`cannot write ${same.name}: it is a file to be read`, 'Write the report somewhere else.');
  }
}

/** What an output would overwrite, if there is anything to lose. */
async function presentAt({ file, name }: Output) {
  const found = await statOf(file);
  return found === null || found.isCharacterDevice() ? null : { name, found };
}

const statOf = (path: string) => stat(path, { bigint: true }).catch(() => null);

/** Writes one report, readable by its owner alone; the file is there whole or not at all. */
export async function writeOutput({ file, name }: Output, chunks: Iterable<string>): Promise<void> {
  try {
    if (await isSpecial(file)) await pipeline(Readable.from(chunks), createWriteStream(file, { flags: 'a' }));
    else await replace(await targetOf(file), chunks);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(`cannot write ${name}: ${error.message}`);
  }
}

async function replace(file: string, chunks: Iterable<string>): Promise<void> {
  const beside = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  const handle = await open(beside, 'wx', 0o600);
  try {
    await pipeline(Readable.from(chunks), handle.createWriteStream());
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

async function obstacleTo(file: string): Promise<string | null> {
  const folder = dirname(file);
  try {
    if (!(await stat(folder)).isDirectory()) return `${folder} is not a folder`;
    if ((await stat(file).catch(() => null))?.isDirectory()) return 'it is a folder';
    await access((await isSpecial(file)) ? file : folder, constants.W_OK);
    return null;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.code === 'ENOENT' ? `the folder ${folder} does not exist` : error.message;
  }
}

/** Names of descriptors, which may well be those of files. */
const DESCRIPTOR = /^\/(?:dev\/(?:fd\/|stderr$)|proc\/)/;

/** A device, a pipe or a descriptor is written to as it stands: renaming a file over it would destroy it. */
async function isSpecial(file: string): Promise<boolean> {
  if (DESCRIPTOR.test(file)) return true;
  const found = await stat(file).catch(() => null);
  return found !== null && !found.isFile();
}

/** Where a symbolic link leads, even to a file that is yet to be, so that the link stays one. */
async function targetOf(file: string, hops = 40): Promise<string> {
  if (hops === 0 || DESCRIPTOR.test(file)) return file;
  const real = await realpath(file).catch(() => null);
  if (real !== null) return real;
  const folder = await realpath(dirname(file)).catch(() => dirname(file));
  const link = await readlink(file).catch(() => null);
  return link === null ? join(folder, basename(file)) : targetOf(resolve(folder, link), hops - 1);
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;
