const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Whether a key may be sent there: over TLS or, without it, no further than this machine. */
export const isSafePlace = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));

/** Why an address that somebody wrote is none that a service has. */
export type BaseFlaw = 'no address' | 'login' | 'query' | 'in clear';

/** The address that a text names, and what is wrong with it; nothing is read beside it that could be a secret. */
export function readBase(text: string): { readonly url: URL | null; readonly flaw: BaseFlaw | '' } {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return { url: null, flaw: 'no address' };
  if (url.username !== '' || url.password !== '') return { url, flaw: 'login' };
  if (url.search !== '' || url.hash !== '') return { url, flaw: 'query' };
  return { url, flaw: isSafePlace(url) ? '' : 'in clear' };
}
