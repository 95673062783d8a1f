import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { UserError } from '../errors.ts';
import { codeOf } from '../checkpoint-file.ts';
import { DAY } from '../time.ts';
import { isoText } from '../wording.ts';

/** Who holds a lock. */
interface Holder {
  readonly process: number;
  readonly host: string;
  readonly since: string;
  readonly token: string;
}

/** Takes a lock that two runs cannot hold at once; returns what lets it go. One whose run was killed is taken over. */
export function takeLock(path: string, now: number): () => void {
  const own = { process: process.pid, host: hostname(), since: isoText(now), token: randomUUID() };
  if (!place(path, own)) {
    const holder = holderOf(path);
    if (holder !== null && !isDead(holder, path, now)) throw held(path, holder);
    rmSync(path, { force: true });
    if (!place(path, own)) throw held(path, holderOf(path));
  }
  // Two that found the same dead lock may both have come this far.
  const winner = holderOf(path);
  if (winner?.token !== own.token) throw held(path, winner);
  return () => rmSync(path, { force: true });
}

function place(path: string, holder: Holder): boolean {
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw new UserError(`the state cannot be locked by '${path}' (${codeOf(error)})`, 'Check who may write there.');
  }
}

/** Null for what no run of this kind wrote whole. */
function holderOf(path: string): Holder | null {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder> | null;
    return typeof holder?.process === 'number' && typeof holder.host === 'string' ? (holder as Holder) : null;
  } catch {
    return null;
  }
}

/** On another machine nobody can look, so there a lock is believed for a day. */
function isDead({ process: id, host }: Holder, path: string, now: number): boolean {
  if (host !== hostname()) return now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > DAY;
  if (id === process.pid) return true;
  try {
    process.kill(id, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

function held(path: string, holder: Holder | null): UserError {
  const who = holder === null ? '' : ` (process ${holder.process} on ${holder.host}, since ${holder.since})`;
  return new UserError(
    `another run uses this state${who}`,
    `Wait until it is done; if there is no such run, delete '${path}'.`,
  );
}
