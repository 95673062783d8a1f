import { hashText } from '../hash.ts';

const REDACTED = '[redacted]';
const SHORTEST = 12;

/** Secrets that tell themselves by how they begin. Key ids (AKIA…, ASIA…, ACCA…) are names, not secrets. */
const SECRETS = new RegExp(
  [
    'ABSK[A-Za-z0-9+/=_-]{16,}',
    'bedrock-api-key-[A-Za-z0-9+/=_.~%-]{8,}',
    'aws-external-anthropic-api-key-[A-Za-z0-9+/=_.~%-]{8,}',
    'sk-(?:ant|proj|svcacct|admin|or|lf|live|test)-[A-Za-z0-9_-]{8,}',
    '(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}',
    'gh[oprsu]_[A-Za-z0-9]{20,}',
    'github_pat_[A-Za-z0-9_]{20,}',
    'xox[abeprs]-[A-Za-z0-9-]{10,}',
    '(?<![A-Za-z0-9])(?:gsk|r8|hf|fw|npm|jina)_[A-Za-z0-9]{20,}',
    '(?<![A-Za-z0-9])(?:xai|pplx|csk|tvly)-[A-Za-z0-9_-]{20,}',
    '(?<![A-Za-z0-9])(?:nvapi|glpat)-[A-Za-z0-9_-]{16,}',
    '(?<![A-Za-z0-9])[sr]k_(?:live|test)_[A-Za-z0-9]{16,}',
    'AIza[A-Za-z0-9_-]{30,}',
    '[A-Za-z0-9]{40,52}JQQJ9[A-Za-z0-9]{20,}',
    '(?:FwoG|FQoG|IQoJ|AgoJ|AQoD)[A-Za-z0-9+/=%_-]{60,}',
    'eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*',
    '-----BEGIN [A-Z0-9 ]{1,40}-----[^-]*(?:-----END [A-Z0-9 ]{1,40}-----)?',
  ].join('|'),
  'g',
);

/** One look decides for nearly every text that there is nothing to redact. */
const HINT =
  /ABSK|api-key-|sk-|gh[oprsu]_|github_pat_|xox|sk_|r8_|hf_|fw_|npm_|jina_|xai-|pplx-|csk-|tvly-|nvapi-|glpat-|rk_|AIza|JQQJ9|woG|QoG|QoJ|goJ|QoD|eyJ|-----BEGIN/;

/** Forty characters of base64, wherever they start: a slash may part names in a path, or belong to the secret. */
const AWS_SECRET = /(?<![A-Za-z0-9+])(?=([A-Za-z0-9/+=]{40})(?![A-Za-z0-9+=]))/g;
const AWS_SECRET_LENGTH = 40;

const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/** The text with every secret replaced that can be told by its prefix or, as the secret access keys of AWS, by its shape. */
export function redact(text: string): string {
  if (text.length < SHORTEST) return text;
  const safe = HINT.test(text) ? text.replace(SECRETS, REDACTED) : text;
  return safe.length < AWS_SECRET_LENGTH ? safe : withoutAwsSecrets(safe, isMixed);
}

/** As `redact`, for fields that bear credentials: there, any forty characters of base64 are a secret access key. */
export const redactCredential = (text: string): string => withoutAwsSecrets(redact(text), () => true);

/** Digests are of one case, and names that are long words have no digit. */
const isMixed = (word: string): boolean => /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);

function withoutAwsSecrets(text: string, isSecret: (word: string) => boolean): string {
  let safe = '';
  let end = 0;
  for (const { index, 1: word = '' } of text.matchAll(AWS_SECRET)) {
    if (!isSecret(word)) continue;
    // Two that overlap cannot be told from each other, so both go.
    if (index >= end) safe += text.slice(end, index) + REDACTED;
    end = index + AWS_SECRET_LENGTH;
  }
  return end === 0 ? text : safe + text.slice(end);
}

/** A text fit to keep: redacted, without control characters and no longer than `limit`; a cut one ends in a hash of the whole. */
export function tidy(text: string, limit = 256): string {
  const safe = redact(text).replace(UNSAFE, '\ufffd');
  if (safe.length <= limit) return safe;
  const tail = `…${hashText(safe).toString(36)}`;
  // A cut must not leave half of a character behind.
  return safe.slice(0, limit - tail.length).replace(/[\ud800-\udbff]$/, '') + tail;
}

/** Whether a name is masked or was redacted, so that equal ones need not be the same thing. */
export const isMasked = (text: string): boolean => text.includes('*') || text.includes(REDACTED);
