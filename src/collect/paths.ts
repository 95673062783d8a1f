import type { Dirent, Stats } from 'node:fs';
import { readdir, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { nearest, UserError } from '../errors.ts';
import { errorCode } from '../scan/read-chunks.ts';
import { compareText } from '../wording.ts';
import type { Shard } from './collector.ts';

/** A path as Node writes it everywhere else; elsewhere a backslash is part of a name. */
export const withSlashes = (path: string): string => (sep === '\\' ? path.replaceAll(sep, '/') : path);

/** The files that a path, folder or glob names, in the order of their paths. Throws a `UserError` when there is none. */
export async function* findFiles(source: string, signal: AbortSignal): AsyncGenerator<Shard, void, void> {
  const found = await look(source);
  if (found === null) {
    if (!isPattern(source)) throw await missing(source);
    yield* matches(source);
    return;
  }
  if (!found.isDirectory()) {
    yield { key: source, size: found.size, isNamed: true, ...stampOf(found) };
    return;
  }
  await checkFolder(source);
  let isEmpty = true;
  for await (const shard of walk(source, new Set([await realpath(source)]), signal)) {
    isEmpty = false;
    yield shard;
  }
  if (isEmpty && !signal.aborted) {
    throw new UserError(`no files in '${source}'`, 'Files and folders whose names begin with a dot are left out.');
  }
}

/** What is at a path; null when there is nothing. */
async function look(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EINVAL') return null;
    throw new UserError(`cannot open '${path}' (${code || 'not a path'})`, 'Check the path and who may read it.');
  }
}

async function checkFolder(path: string): Promise<void> {
  try {
    await readdir(path);
  } catch (error) {
    throw new UserError(`cannot list '${path}' (${errorCode(error)})`, 'Check who may read the folder.');
  }
}

interface Entry extends Pick<Shard, 'size' | 'stamp'> {
  readonly path: string;
  readonly isFolder: boolean;
}

/** A file that is written to has another size or another time; one of no size, as a pipe, can hold anything. */
const stampOf = ({ size, mtimeMs }: Stats): Pick<Shard, 'stamp'> =>
  size === 0 ? {} : { stamp: `${size} ${Math.round(mtimeMs)}` };

/** A folder's files and, in place, those of its folders; one that cannot be listed is a shard, so that its reading says so. */
async function* walk(folder: string, seen: Set<string>, signal: AbortSignal): AsyncGenerator<Shard, void, void> {
  const names = await list(folder);
  if (names === null) {
    yield { key: folder, size: 0 };
    return;
  }
  const entries = (await Promise.all(names.map(name => entryOf(folder, name)))).filter(entry => entry !== null);
  // A folder sorts as its files do: by the path with its slash.
  const order = (entry: Entry): string => (entry.isFolder ? `${entry.path}/` : entry.path);
  for (const entry of entries.sort((a, b) => compareText(order(a), order(b)))) {
    if (signal.aborted) return;
    const { path, isFolder, ...told } = entry;
    if (!isFolder) yield { key: path, ...told };
    else if (await isNew(path, seen)) yield* walk(path, seen, signal);
  }
}

async function list(folder: string): Promise<readonly Dirent[] | null> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  } catch {
    return null;
  }
}

/** Null for what is neither file nor folder: a pipe would be waited for, a device has no end. */
async function entryOf(folder: string, entry: Dirent): Promise<Entry | null> {
  const path = withSlashes(join(folder, entry.name));
  try {
    const found = await stat(path);
    if (found.isDirectory()) return { path, isFolder: true, size: 0 };
    return found.isFile() ? { path, isFolder: false, size: found.size, ...stampOf(found) } : null;
  } catch {
    return { path, isFolder: false, size: 0 };
  }
}

/** False when links have led to this folder before. */
async function isNew(folder: string, seen: Set<string>): Promise<boolean> {
  const real = await realpath(folder).catch(() => folder);
  if (seen.has(real)) return false;
  seen.add(real);
  return true;
}

const isPattern = (source: string): boolean => /[*?[{]|[!@+]\(/.test(source);

async function* matches(pattern: string): AsyncGenerator<Shard, void, void> {
  const { glob } = await import('tinyglobby');
  const options = { absolute: isAbsolute(pattern), expandDirectories: false, onlyFiles: true };
  const paths = (await glob(withSlashes(pattern), options)).sort(compareText);
  if (paths.length === 0) throw new UserError(`nothing matches '${pattern}'`, 'Check the pattern, and quote it.');
  for (const path of paths) {
    const found = await stat(path).catch(() => null);
    yield { key: path, size: found?.size ?? 0, ...(found && stampOf(found)) };
  }
}

async function missing(source: string): Promise<UserError> {
  return new UserError(`no such file or folder: '${source}'`, await hintFor(source));
}

async function hintFor(source: string): Promise<string> {
  const target = await readlink(source).catch(() => null);
  if (target !== null) return `It is a link to '${target}', which does not exist.`;
  const folder = dirname(source);
  const names = await readdir(folder).catch(() => null);
  if (names === null) return `The folder '${folder}' does not exist or cannot be listed.`;
  const near = nearest(basename(source), names.sort(compareText));
  return near === undefined ? 'Check the path.' : `Did you mean '${withSlashes(join(folder, near))}'?`;
}
