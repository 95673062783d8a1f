import type { AuditRequest } from '../audit.ts';
import { type Checkpoint, openCheckpoint } from '../checkpoint.ts';
import { windowOf } from '../read.ts';
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
  const checkpoint = openFresh(path, askedIn(request, config, flags), request, io);
  const { now, since, until, isResumed } = checkpoint;
  const begun = flags.now === undefined ? `, begun ${isoMinute(now)}` : '';
  if (isResumed) notice(io, `going on from ${path}${begun}`);
  let isDone = false;
  try {
    const outcome = await run({ ...request, now, since, until, checkpoint });
    ({ isDone } = outcome);
    return outcome;
  } finally {
    checkpoint.close(isDone);
  }
}

/** What was asked for, in the user's own words: an hour later, '7d' means another week. */
function askedIn(request: AuditRequest, config: Settings['config'], flags: AuditFlags): string {
  const { sources, since, world } = request;
  const { from } = windowOf(request);
  const history = since === null || from === null ? null : since - from;
  const [sinceText, untilText] = [flags.since ?? config.since, flags.until ?? config.until];
  return JSON.stringify([sources, flags.now, sinceText, untilText, history, world.aws, world.azure, world.reading]);
}

/** What an old run left says nothing of the time since. */
function openFresh(path: string, asked: string, request: AuditRequest, io: Io): Checkpoint {
  const { now, since, until } = request;
  const question = { now, since, until, window: windowOf(request) };
  const open = (): Checkpoint => openCheckpoint(path, asked, question, text => notice(io, text));
  const found = open();
  if (question.window.until - found.window.until <= DAY) return found;
  notice(io, `${path} is from ${isoMinute(found.window.until)}: beginning anew`);
  found.close(true);
  return open();
}

const isoMinute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
