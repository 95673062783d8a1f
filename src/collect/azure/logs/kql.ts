/** Texts as a list to compare with; they are words of ours. */
export const words = (...texts: readonly string[]): string => `(${texts.map(text => JSON.stringify(text)).join(', ')})`;

/** Whether a column has no id: nothing, or zeros that stand for nothing. */
export const hasNoId = (column: string): string => `${column} matches regex @"^[0{}-]*$"`;

/** The first of some expressions that is not empty. */
export const firstOf = (...expressions: readonly string[]): string =>
  expressions.length === 1 ? expressions[0]! : `coalesce(${expressions.join(', ')})`;

/** Calls are told apart by their correlation id first. */
export const CALL_KEY = 'strcat(tolower(CorrelationId), "/")';

/** Calls that have no correlation id of their own stay alone. */
export const CALL_ALONE = 'iff(CorrelationId matches regex @"^[0{}-]*$|\\*", tostring(TimeGenerated), "")';

/** A number of tokens as formats read it: whole, and 0 for what is none. */
export const tokensOf = (expression: string): string =>
  `iff(${expression} > 0 and ${expression} <= 1000000000, tolong(${expression}), 0)`;
