import { hashText } from '../hash.ts';

const REDACTED = '[redacted]';
const SHORTEST = 12;

/** Secrets that tell themselves by how they begin. Key ids (AKIA…, ASIA…, ACCA…) are names, not secrets. */
const SECRETS = new RegExp(
  [
    'ABSK[A-Za-z0-9+/=_%-]{16,}',
    'bedrock-api-key-[A-Za-z0-9+/=_.~%-]{8,}',
    'aws-external-anthropic-api-key-[A-Za-z0-9+/=_.~%-]{8,}',
    'sk-(?:ant|proj|svcacct|admin|or|lf|live|test)-[A-Za-z0-9_-]{8,}',
    '(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}',
    'gh[oprsu]_[A-Za-z0-9]{20,}',
    'github_pat_[A-Za-z0-9_]{20,}',
    'xox[abeprs]-[A-Za-z0-9-]{10,}',
    '(?<![A-Za-z0-9])(?:gsk|r8|hf|fw|npm|jina)_[A-Za-z0-9]{20,}',
    '(?<![A-Za-z0-9])(?:xai|pplx|csk|tvly)-[A-Za-z0-9_-]{20,}',
    '(?<![A-Za-z0-9])(?:nvapi|glpat)-[A-Za-z0-9_.-]{16,}',
    '(?<![A-Za-z0-9])[sr]k_(?:live|test)_[A-Za-z0-9]{16,}',
    'AIza[A-Za-z0-9_-]{30,}',
    '(?<![A-Za-z0-9])ya29\\.[A-Za-z0-9_-]{16,}',
    'GOCSPX-[A-Za-z0-9_-]{16,}',
    '(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.]{3}\\dQ~[A-Za-z0-9_~.-]{31,}',
    '[A-Za-z0-9]{40,52}JQQJ9[A-Za-z0-9]{20,}',
    '(?:FwoG|FQoG|IQoJ|AgoJ|AQoD)[A-Za-z0-9+/=%_-]{60,}',
    // Bounded where it may begin at every underscore, which would take time that grows with the square of a hostile text.
    '(?:(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}|(?<=[_-])eyJ[A-Za-z0-9_-]{8,1024})(?:\\.[A-Za-z0-9_-]*){2,4}',
    '-----BEGIN [A-Z0-9 ]{1,40}-----[^-]*(?:-----END [A-Z0-9 ]{1,40}-----)?',
  ].join('|'),
  'g',
);

/** One look decides for nearly every text that there is nothing to redact. */
const HINT =
  /ABSK|api-key-|sk-|gh[oprsu]_|github_pat_|xox|sk_|r8_|hf_|fw_|npm_|jina_|xai-|pplx-|csk-|tvly-|nvapi-|glpat-|rk_|AIza|ya29\.|GOCSPX|\dQ~|JQQJ9|woG|QoG|QoJ|goJ|QoD|eyJ|-----BEGIN/;

/** What a text itself calls a key or a token, be it of any form; ids and digests of keys are names all the same. */
const NAMED = new RegExp(
  [
    '((?:',
    '(?<![A-Za-z0-9])(?:(?:x-|x-goog-|ocp-apim-)?(?:api|subscription|account|access)[-_]?key|secret[-_]?access[-_]?key',
    '|(?:access|refresh|session|id|security)[-_]?token|client[-_]?secret)["\']?\\s{0,3}[:=]|[?&](?:key|sig|code|token)=',
    ')\\s{0,3}["\']?|(?<![A-Za-z0-9])(?:bearer|basic)\\s{1,3}(?=\\S*\\d))',
    '(?!(?:api)?key_|A[A-Z]{3}[A-Z2-7]{16}(?![A-Za-z0-9])|(?:[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-z]))',
    '[A-Za-z0-9+/=._~%-]{16,}',
  ].join(''),
  'gi',
);

/** One look for that, too: how the names end. */
const NAMING = /(?:ey|en|et|ig|de)["']?\s{0,3}[:=]|(?:er|ic)\s/i;

/** Forty characters of base64, wherever they start: a slash may part names in a path, or belong to the secret. */
const AWS_SECRET = /(?<![A-Za-z0-9+])(?=([A-Za-z0-9/+=]{40})(?![A-Za-z0-9+=]))/g;
const AWS_SECRET_LENGTH = 40;

const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/**
 * The text with every secret replaced that can be told by its prefix, by what the text itself calls it or, as the secret
 * access keys of AWS, by its shape.
 */
export const redact = (text: string): string => withoutAwsSecrets(withoutMarked(text), isMixed);

/** As `redact`, for paths: slashes part names there, so that only what lies between two of them is told by its shape. */
export const redactPath = (text: string): string =>
  withoutMarked(text)
    .split('/')
    .map(word => withoutAwsSecrets(word, isMixed))
    .join('/');

/**
 * As `redact`, for fields that bear credentials: there, any forty characters of base64 are a secret access key, and any
 * thirty-two hex digits a key of Azure.
 */
export const redactCredential = (text: string): string =>
  withoutAwsSecrets(redact(text), () => true).replace(BARE_KEY, REDACTED);

/** Where secrets begin in a text that tell themselves by how they begin or, as words of their own, by their shape. */
export const secretsIn = (text: string): readonly number[] =>
  [...text.matchAll(SECRETS), ...[...text.matchAll(AWS_WORD)].filter(([word]) => isMixed(word))].map(
    ({ index }) => index,
  );

const AWS_WORD = /(?<![A-Za-z0-9/+=._~-])[A-Za-z0-9+][A-Za-z0-9/+]{39}(?![A-Za-z0-9/+=._~-])/g;

const BARE_KEY = /(?<![A-Za-z0-9])[0-9a-f]{32}(?![A-Za-z0-9])/gi;

function withoutMarked(text: string): string {
  if (text.length < SHORTEST) return text;
  const safe = HINT.test(text) ? text.replace(SECRETS, REDACTED) : text;
  return NAMING.test(safe) ? safe.replace(NAMED, `$1${REDACTED}`) : safe;
}

/** Digests are of one case, long words have no digit, and names in a path few capitals; of random secrets one in a thousand is like that. */
const isMixed = (word: string): boolean =>
  /\d/.test(word) && /(?:[a-z][^a-z]*){5}/.test(word) && /(?:[A-Z][^A-Z]*){5}/.test(word);

function withoutAwsSecrets(text: string, isSecret: (word: string) => boolean): string {
  if (text.length < AWS_SECRET_LENGTH) return text;
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
