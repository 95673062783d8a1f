import type { Clock } from '../collector.ts';

/** Lets one request pass at a time, each a fixed while after the last. */
export interface Limiter {
  /** Waits for a turn; ends early, without one, once aborted. */
  turn(signal: AbortSignal): Promise<void>;
}

/** A limiter whose turns are at least `gap` milliseconds of the clock apart; the first comes as long after it was made. */
export function createLimiter(clock: Clock, gap: number): Limiter {
  let queue = Promise.resolve();
  // Another reading of the same Region may have ended just now.
  let last = clock.now();
  const pass = async (signal: AbortSignal): Promise<void> => {
    // A clock that was set back must not keep anyone waiting for longer than the gap.
    const rest = Math.min(gap, last + gap - clock.now());
    if (rest > 0) await clock.sleep(rest, signal);
    last = clock.now();
  };
  return { turn: signal => (queue = queue.then(() => pass(signal))) };
}
