import { discreet } from './discreet.ts';

/** Untrusted text as a message of SARIF, in which `[a](b)` would be a link and `{0}` a placeholder. */
export const messageText = (text: string): string =>
  discreet(text)
    .replaceAll('](', '] (')
    .replace(/\{(?=\d+\})/g, '{ ');
