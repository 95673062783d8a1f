import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Lets a server listen on the loopback, at a port of the system's choice. */
export async function listen(server: Server) {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    /** Ends it, and whatever still hangs on it. */
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
