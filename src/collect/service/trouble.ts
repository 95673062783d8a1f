import type { UserError } from '../../errors.ts';

/** Why a request failed, and one sentence for the user: what happened and what to do. */
export interface Trouble {
  /**
   * `denied`: a permission is lacking; `expired`: the credentials were good once; `credentials`: there are none, or they
   * are refused; `throttled`: too many requests; `network`: the service could not be reached or failed; `token`: a page
   * token is no longer taken; `missing`: what was asked for does not exist.
   */
  readonly kind: 'denied' | 'expired' | 'credentials' | 'throttled' | 'network' | 'token' | 'missing' | 'other';
  readonly what: string;
}

/** What the user can mend and was told of while a request was made ready. */
export const troubleOf = ({ message, hint }: UserError): Trouble => ({
  kind: 'other',
  what: [message, hint].filter(Boolean).join('; '),
});

/** What is said of an error that says nothing. */
export const NO_WORD = 'it failed without a word';
