import { type AuditRequest, windowOf } from '../audit.ts';
import { type Checkpoint, openCheckpoint } from '../checkpoint.ts';
import { DAY } from '../time.ts';
import { type Io, notice } from './io.ts';
import type { AuditFlags, Settings } from './settings.ts';

/** Runs an audit that keeps what it reads in the file of `--checkpoint`, and takes the file away once all was read. */
export async function withCheckpoint<T extends { readonly isDone: boolean }>(
  request: AuditRequest,
  { checkpoint: path, config }: Settings,
  flags: AuditFlags,
  io: Io,
  run: (request: AuditRequest) => Promise<T>,
): Promise<T> {
  if (path === null) return await run(request);
  const { sources, lookbackDays, world } = request;
  const [since, until] = [flags.since ?? config.since, flags.until ?? config.until];
  const asked = JSON.stringify({ sources, since, until, lookbackDays, aws: world.aws });
  const checkpoint = openFresh(path, asked, request, io);
  if (checkpoint.isResumed) notice(io, `going on from ${path}: read up to ${isoMinute(checkpoint.window.until)}`);
  let isDone = false;
  try {
    const outcome = await run({ ...request, checkpoint });
    ({ isDone } = outcome);
    return outcome;
  } finally {
    checkpoint.close(isDone);
  }
}

/** What an old run left says nothing of the time since. */
function openFresh(path: string, asked: string, request: AuditRequest, io: Io): Checkpoint {
  const window = windowOf(request);
  const found = openCheckpoint(path, asked, window);
  if (window.until - found.window.until <= DAY) return found;
  notice(io, `${path} is from ${isoMinute(found.window.until)}: beginning anew`);
  found.close(true);
  return openCheckpoint(path, asked, window);
}

const isoMinute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
