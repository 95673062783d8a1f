import { openSend } from './send.ts';

/** An answer that takes longer is none. */
const TIMEOUT = 10 * 60 * 1000;

/** Statuses whose answers have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * A `fetch` for the clients of vendors, which can do nothing but read: through the proxy that the environment names, to
 * TLS alone but for the loopback, its answers bounded.
 */
export async function openFetch(): Promise<typeof fetch> {
  const send = await openSend();
  return async (input, init) => {
    const request = new Request(input, init);
    if (request.method !== 'GET') throw new Error(`keyward only reads, and ${request.method} is not reading`);
    const headers = Object.fromEntries(request.headers);
    const { signal } = request;
    const {
      status,
      body,
      headers: told,
    } = await send({ url: new URL(request.url), headers, timeout: TIMEOUT, signal });
    const { 'content-encoding': _packed, 'content-length': _length, ...rest } = told;
    return new Response(BODILESS.has(status) ? null : body, { status, headers: rest });
  };
}
