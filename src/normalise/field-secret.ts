import { isVendorMask } from './masked-key.ts';
import { redact } from './redact.ts';

/** Headers that bear a key or a session: no value of theirs is ever an id. */
const BEARING = /^(?:(?:proxy-)?authorization|x-(?:goog-)?api-key|ocp-apim-subscription-key|(?:set-)?cookie)$/i;

/** Whether a field of this name holds keys themselves, so that nothing of it may be read. */
export const isBearing = (name: string): boolean => BEARING.test(name);

const KEY_NAMED = /(?:api[-_]?key|subscription[-_]?key|secret|token|password|passwd|bearer)$/i;

/** Keys of Azure look like any digest, so only the name of their field tells; digests of keys have 40 characters or more. */
const BARE_KEY = /^[0-9a-f]{32}$/i;

/** No digest in base64 is as long, unless it is of the longest there are; the newer keys of Azure are. */
const LONG_KEY = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/=_-]{60,}$/;

/** Whether a value looks like a secret, given the name of its field; what a vendor shows of a key is none. */
export function looksSecret(text: string, name: string): boolean {
  if (isVendorMask(text)) return false;
  if (redact(text) !== text || /^(?:bearer|basic)\s/i.test(text) || LONG_KEY.test(text)) return true;
  return BARE_KEY.test(text) && KEY_NAMED.test(name);
}
