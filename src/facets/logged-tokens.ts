import { defineFacet } from './facet.ts';
import { keepTable } from './keep.ts';
import type { Table } from './table.ts';
import { HOUR } from '../time.ts';

/** Tokens of one UTC hour. */
export interface TokenHour {
  readonly hour: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
}

/** Whether a row is of a log that tells of tokens alone, while another tells of the same calls and of some of their tokens. */
export const isOfTokenLog = (agent: string): boolean => agent === 'invocation-log';

/** Hour by hour, the tokens of a log that tells of tokens alone: held apart, so that none counts twice. */
export const loggedTokens = defineFacet({
  id: 'logged-tokens',
  version: 1,
  columns: ['hour', 'deed', 'agent'],
  ...keepTable(['sum', 'sum'], hour => hour * HOUR),
  add(state, { hour, deed, agent, tokensIn, tokensOut }) {
    if (deed === 'infer' && isOfTokenLog(agent) && tokensIn + tokensOut > 0) state.fold(hour, [tokensIn, tokensOut]);
  },
});

/** The hours of a table of logged tokens, ascending. */
export function* loggedHours(table: Table): Generator<TokenHour> {
  for (const [hour, [tokensIn = 0, tokensOut = 0]] of table.rows()) yield { hour, tokensIn, tokensOut };
}
