import type { UserError } from '../../../errors.ts';
import type { Check } from '../../collector.ts';
import { explain, type Trouble } from '../trouble.ts';

/** How a permission fared, and the answer that the call got. */
interface Probe<T> {
  readonly check: Check;
  /** Null where there was none. */
  readonly answer: T | null;
}

/** Makes a call that needs the permission; one that fails is told, not thrown. */
export async function probe<T>(permission: string, call: () => Promise<T>): Promise<Probe<T>> {
  try {
    return { check: { what: permission, state: 'ok', detail: '' }, answer: await call() };
  } catch (error) {
    return { check: troubled(permission, explain(error, permission)), answer: null };
  }
}

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
