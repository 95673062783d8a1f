import { UserError } from '../../errors.ts';
import type { Check } from '../collector.ts';
import type { Trouble } from './trouble.ts';

/** A permission that a call failed with. */
export const troubled = (permission: string, { kind, what }: Trouble): Check => ({
  what: permission,
  state: kind === 'denied' ? 'refused' : 'failed',
  detail: what,
});

/** Something that could not even be begun, and how the user may mend it. */
export const unbegun = (what: string, { message, hint }: UserError): Check => ({
  what,
  state: 'failed',
  detail: [message, hint].filter(Boolean).join('. '),
});

/** A permission that there is nothing to try on. */
export const untried = (permission: string, detail: string): Check => ({ what: permission, state: 'unknown', detail });

/** A permission tried: `ask` says what it is good for, `explain` why it is not to be had. */
export async function tryOn(
  permission: string,
  ask: () => Promise<string>,
  explain: (error: unknown) => Trouble,
): Promise<Check> {
  try {
    return { what: permission, state: 'ok', detail: await ask() };
  } catch (error) {
    return troubled(permission, explain(error));
  }
}

/** A way in, and whose it is. */
export interface Entry<T> {
  readonly way: T;
  readonly detail: string;
}

/** Whether there are credentials that let anyone in; null when there are none, or none of the right sort. */
export async function* checkCredentials<T>(
  enter: () => Entry<T> | Promise<Entry<T>>,
): AsyncGenerator<Check, T | null, void> {
  try {
    const { way, detail } = await enter();
    yield { what: 'credentials', state: 'ok', detail };
    return way;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    yield unbegun('credentials', error);
    return null;
  }
}
