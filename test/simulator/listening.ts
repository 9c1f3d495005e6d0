import type { Server } from 'node:https';

/**
 * Listens on all addresses with one port. An IPv6 address that the machine does not have is left out.
 *
 * @param port 0 takes any free port.
 */
export async function listen(
  create: () => Server,
  addresses: readonly string[],
  port: number,
  attempts = 10,
): Promise<{ servers: Server[]; port: number }> {
  const servers: Server[] = [];
  let taken = port;
  for (const address of addresses) {
    const server = create();
    try {
      taken = await listenOn(server, address, taken);
      servers.push(server);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (address.includes(':') && servers.length > 0 && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) {
        continue;
      }
      await Promise.all(servers.map(closeServer));
      if (code === 'EADDRINUSE' && port === 0 && attempts > 1) {
        return listen(create, addresses, port, attempts - 1);
      }
      throw error;
    }
  }
  return { servers, port: taken };
}

function listenOn(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port }, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

/** Stops a server at once: open connections are broken. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
