import type { Damage } from '../../model/batch.ts';
import type { Credential } from '../../model/credential.ts';
import { DAY } from '../../time.ts';
import { dayText } from '../../wording.ts';
import type { Task } from '../collector.ts';

/** Whether a list that is read now says too little of the end of the window: what went since then is not in it. */
export const isLate = ({ clock, window }: Pick<Task, 'clock' | 'window'>): boolean => clock.now() - window.until > DAY;

/** What a late list does not tell of. */
export const lateText = (what: string, until: number): string =>
  `${what} are listed as they are now: what was deleted after ${dayText(until - 1)} is not among them`;

/** What was there before a moment; the rest is younger than what is judged. */
export const bornBefore = (credentials: readonly Credential[], until: number): readonly Credential[] =>
  credentials.filter(({ createdAt = 0 }) => createdAt < until);

/** That lists were not read to their end because somebody ended it. */
export const interrupted = (what: string): Damage => ({
  where: '',
  what: `interrupted before ${what} were read to their end`,
  count: 1,
});
