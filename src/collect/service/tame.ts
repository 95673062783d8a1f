import { redact } from '../../normalise/redact.ts';

const LONGEST = 300;
const LOOKED_AT = 4_000;

/** Text of a service as it may be shown: its first line, short, without control characters and without secrets. */
export function tame(text: string): string {
  const line = text
    .slice(0, LOOKED_AT)
    .trimStart()
    .split(/[\r\n]/, 1)[0]!;
  const safe = redact(line.replace(HEADER, '').replace(LOGIN, '//'))
    .replace(TOKEN, word => (looksRandom(word) ? '[redacted]' : word))
    .replace(UNSAFE, '\ufffd')
    .trim();
  return safe.length <= LONGEST ? safe : `${safe.slice(0, LONGEST - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

const HEADER = /\b(?:authorization|x-amz-security-token|cookie)['"]?\s*[=:].*$/i;
const LOGIN = /\/\/[^/@\s]+@/g;
/** Names in an ARN are long too, but they are parted. */
const TOKEN = /[A-Za-z0-9+=]{40,}|[A-Za-z0-9+/=_-]{120,}/g;
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const looksRandom = (word: string): boolean => /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);
