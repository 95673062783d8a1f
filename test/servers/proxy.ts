import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A loopback proxy that opens tunnels, and what it was asked for. */
export interface Proxy {
  /** As in `127.0.0.1:3128`. */
  readonly address: string;
  readonly tunnels: readonly string[];
  /** The `Proxy-Authorization` of each tunnel. */
  readonly logins: readonly string[];
  close(): Promise<void>;
}

/** Starts one; any other status than 200 is its answer to every request. */
export async function startProxy(status = 200): Promise<Proxy> {
  const tunnels: string[] = [];
  const logins: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connection', socket => sockets.add(socket));
  server.on('connect', (request, socket) => {
    tunnels.push(request.url!);
    logins.push(request.headers['proxy-authorization'] ?? '');
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    const { port } = new URL(`http://${request.url}`);
    const target = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    for (const end of [target, socket]) end.on('error', () => [target, socket].forEach(one => one.destroy()));
    return undefined;
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    logins,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
