import { tidy } from './redact.ts';

/** How a vendor shows a key: what sort it is, and no more than four characters of the secret at either end. */
const MASKED = /^(?:sk-ant-[a-z]{2,8}\d\d-)?[\w-]{0,4}(?:\.{3,}|…|\*{3,})[\w-]{0,4}$/;

/** A key as its vendor masks it; what shows more than such a mask does is redacted. */
export const readMasked = (text: string): string => (MASKED.test(text) ? text : tidy(text, 64));
