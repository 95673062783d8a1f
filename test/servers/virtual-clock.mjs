import { setImmediate } from 'node:timers';

/**
 * A clock that moves on to the next sleeper as soon as nobody is at work, so that hours pass in no time.
 * `hold` keeps it still while a request is under way, and gives back what lets it go on.
 *
 * @param {number} start
 * @returns {{ now(): number, sleep(milliseconds: number, signal: AbortSignal): Promise<void>, hold(): () => void }}
 */
export function virtualClock(start) {
  let now = start;
  let held = 0;
  let isPumping = false;
  /** @type {{ at: number, wake: () => void }[]} */
  const sleepers = [];
  const pump = () => {
    isPumping = false;
    if (held > 0 || sleepers.length === 0) return;
    const next = sleepers.reduce((a, b) => (b.at < a.at ? b : a));
    sleepers.splice(sleepers.indexOf(next), 1);
    now = Math.max(now, next.at);
    next.wake();
    schedule();
  };
  const schedule = () => {
    if (!isPumping) setImmediate(pump);
    isPumping = true;
  };
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise(resolve => {
        if (signal.aborted) return resolve();
        const wake = () => {
          signal.removeEventListener('abort', wake);
          resolve();
        };
        signal.addEventListener('abort', wake);
        sleepers.push({ at: now + milliseconds, wake });
        schedule();
      }),
    hold() {
      held++;
      let isHolding = true;
      return () => {
        if (!isHolding) return;
        isHolding = false;
        held--;
        schedule();
      };
    },
  };
}

/**
 * Watches the requests of a handler: the clock stands still while one is under way, and each says when it was sent.
 *
 * @template {{ handle(request: any, options: any): Promise<any> }} H
 * @param {H} handler
 * @param {ReturnType<typeof virtualClock>} clock
 * @returns {H}
 */
export function timedHandler(handler, clock) {
  const { handle } = handler;
  handler.handle = async function (request, options) {
    request.headers['x-sent-at'] = String(clock.now());
    const release = clock.hold();
    try {
      const answer = await handle.call(this, request, options);
      answer.response.body.once('close', release);
      return answer;
    } catch (error) {
      release();
      throw error;
    }
  };
  return handler;
}
