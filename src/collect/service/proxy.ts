import { UserError } from '../../errors.ts';

/** Throws a `UserError` when a proxy, as the environment names it, is none that a connection can go through. */
export function checkProxy(proxy: string): void {
  if (!/^https?:\/\//.test(proxy) || !URL.canParse(proxy)) throw new UserError(BAD_PROXY, PROXY_HINT);
}

const BAD_PROXY = 'the proxy named for https is not one that can be used';
const PROXY_HINT = 'HTTPS_PROXY must be written as in http://proxy.example.com:3128.';
