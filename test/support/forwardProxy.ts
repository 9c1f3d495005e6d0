import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A request for a tunnel, as the proxy got it. */
export interface TunnelRequest {
  /** Host and port that were asked for: `management.azure.com:443`. */
  readonly target: string;
  /** Whether a tunnel was opened; what leads nowhere is refused with 403. */
  readonly isOpened: boolean;
}

/** A running proxy. */
export interface ForwardProxy {
  /** `http://127.0.0.1:8080` */
  readonly origin: string;
  /** Who was asked for so far, the oldest first. */
  readonly tunnels: readonly TunnelRequest[];
  /** Stops at once: open tunnels are broken. */
  close(): Promise<void>;
}

/**
 * Where a target leads: a port on 127.0.0.1, or who finds it for a host name, as by starting a server first; without a port
 * the target is refused.
 */
export type Destination = number | ((host: string) => Promise<number | undefined>);

/**
 * Starts an HTTP proxy on 127.0.0.1 behind which real host names lead to servers of this machine. It only opens tunnels
 * (CONNECT) and does not look into them: TLS is between the client and the server.
 *
 * @param destinations for each target where it leads; a target is `host:port`, and a host that begins with `*.` stands for
 *   all below it. An exact target comes before such a one.
 */
export async function startForwardProxy(destinations: Readonly<Record<string, Destination>>): Promise<ForwardProxy> {
  const tunnels: TunnelRequest[] = [];
  const sockets = new Set<Duplex>();
  const keep = (socket: Duplex): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // The other end went away: no more is to be done than to forget it.
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((request, response) => {
    tunnels.push({ target: request.url ?? '', isOpened: false });
    response.writeHead(403).end('This proxy opens tunnels alone.');
  });
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    keep(client);
    const target = request.url ?? '';
    void findPort(target, destinations).then((port) => {
      tunnels.push({ target, isOpened: port !== undefined });
      if (port === undefined) {
        client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      const upstream = connect({ host: '127.0.0.1', port });
      keep(upstream);
      upstream.once('connect', () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.write(head);
        client.pipe(upstream).pipe(client);
      });
      upstream.once('close', () => client.destroy());
      client.once('close', () => upstream.destroy());
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const bound = server.address();
  return {
    origin: `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`,
    tunnels,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) {
          socket.destroy();
        }
        server.closeAllConnections();
      }),
  };
}

async function findPort(
  target: string,
  destinations: Readonly<Record<string, Destination>>,
): Promise<number | undefined> {
  const asked = target.toLowerCase();
  const group = Object.keys(destinations).find((name) => name.startsWith('*.') && asked.endsWith(name.slice(1)));
  const name = Object.hasOwn(destinations, asked) ? asked : group;
  const destination = name === undefined ? undefined : destinations[name];
  return typeof destination === 'function' ? destination(asked.replace(/:\d+$/, '')) : destination;
}
