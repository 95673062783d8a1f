import type { UserError } from '../../errors.ts';
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
