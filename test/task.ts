import type { ReadHooks, World } from '../src/read.ts';
import type { Clock, Task } from '../src/collect/collector.ts';

/** A clock of its own: it moves when somebody sleeps, and by nothing else. */
export function fakeClock(start: number) {
  let now = start;
  return {
    now: () => now,
    sleep: async (milliseconds: number): Promise<void> => {
      now += milliseconds;
      await Promise.resolve();
    },
  };
}

/** A clock that stands still and keeps nobody waiting; `slept` is told how long each would have slept. */
export const stillClock = (at: number, slept: number[] = []): Clock => ({
  now: () => at,
  sleep: milliseconds => Promise.resolve(void slept.push(milliseconds)),
});

/** A world in which nothing is set. */
export const emptyWorld = (now: number): World => ({ aws: {}, azure: {}, env: {}, clock: fakeClock(now) });

/** Hooks that nobody listens to. */
export const quietHooks: ReadHooks = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  tell: () => undefined,
};

/** A task to read everything up to a moment. */
export function taskOf(now: number, over: Partial<Task> = {}): Task {
  const { signal, tell } = quietHooks;
  return { signal, tell, window: { from: null, until: now }, ...emptyWorld(now), version: '0.0.0', ...over };
}
