import { redactCredential, tidy } from './redact.ts';

/** How a vendor shows a key: what sort it is, and no more than four characters of the secret at either end. */
const MASKED = /^(?:sk-ant-[a-z]{2,8}\d\d-)?[\w-]{0,4}(?:\.{3,}|…|\*{3,})[\w-]{0,4}$/;

/** Whether a text is a key as its vendor masks it, which is no secret. */
export const isVendorMask = (text: string): boolean => MASKED.test(text);

/** A key as its vendor masks it; what shows more than such a mask does is redacted. */
export const readMasked = (text: string): string => (isVendorMask(text) ? text : tidy(redactCredential(text), 64));
