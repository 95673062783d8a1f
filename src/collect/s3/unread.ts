import { readFault } from '../aws/fault.ts';
import { explain } from '../aws/trouble.ts';

interface Case {
  readonly is?: RegExp;
  readonly says?: RegExp;
  readonly what: string;
}

const REPLACED = 'was replaced after it had been listed; run again to read what it is now';

/** Refusals that only objects know. */
const CASES: readonly Case[] = [
  { is: /^(?:NoSuchKey|NotFound)$/, what: 'was listed, and then gone' },
  { is: /^(?:PreconditionFailed|InvalidRange)$/, what: REPLACED },
  { is: /^InvalidObjectState$/, what: 'is archived: restore it (s3:RestoreObject), and read it then' },
  {
    is: /^InvalidRequest$/,
    says: /Server Side Encryption/i,
    what: 'is encrypted with a key that its writer keeps (SSE-C), which keyward cannot be given: copy it without',
  },
];

/** Why there are no bytes: one sentence, and whether asking again may help. */
export interface Refusal {
  readonly what: string;
  readonly isPassing: boolean;
}

/** Why the bytes of an object were refused, and what to do. */
export function whyRefused(error: unknown): Refusal {
  const { name, message } = readFault(error);
  const found = CASES.find(({ is, says }) => (is?.test(name) ?? true) && (says?.test(message) ?? true));
  if (found !== undefined) return { what: found.what, isPassing: false };
  const { kind, what } = explain(error, /\bkms:/i.test(message) ? 'kms:Decrypt' : 's3:GetObject');
  return { what, isPassing: kind === 'network' || kind === 'throttled' };
}

/** Why an answer broke off before its end. */
export const whyBroken = (error: unknown): Refusal => {
  const { code, name } = readFault(error);
  return { what: `the connection broke off (${code || name || 'unknown error'})`, isPassing: true };
};
