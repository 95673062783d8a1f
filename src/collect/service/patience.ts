import { MINUTE, SECOND } from '../../time.ts';
import type { Task } from '../collector.ts';
import { restAskedFor } from './retry-after.ts';

const PATIENCE = 5 * MINUTE;
const PAUSES = [SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 20 * SECOND, 30 * SECOND];

/**
 * Asks, and asks again after what passes: later each time and as late as the service wants, but not for ever. Throws what
 * the last try did, or why it was interrupted.
 */
export async function patiently<T>(
  { clock, signal }: Pick<Task, 'clock' | 'signal'>,
  ask: () => Promise<T>,
  isPassing: (error: unknown) => boolean,
): Promise<T> {
  const since = clock.now();
  for (let pauses = 0; ; pauses++) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      const now = clock.now();
      const rest = Math.max(restAskedFor(error, now), PAUSES[Math.min(pauses, PAUSES.length - 1)]!);
      if (!isPassing(error) || now - since + rest > PATIENCE) throw error;
      await clock.sleep(rest, signal);
      signal.throwIfAborted();
    }
  }
}
