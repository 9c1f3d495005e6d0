import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ForwardProxy } from '../../support/forwardProxy.ts';

/**
 * Opens a tunnel to `host:port` through a proxy.
 *
 * @throws if the proxy refuses it
 */
export async function openTunnel(proxy: ForwardProxy, target: string): Promise<Socket> {
  const asked = request(proxy.origin, { method: 'CONNECT', path: target, agent: false }).end();
  const [response, socket] = (await once(asked, 'connect')) as [IncomingMessage, Socket];
  if (response.statusCode !== 200) {
    socket.destroy();
    throw new Error(`The proxy answered ${response.statusCode ?? 0}.`);
  }
  return socket;
}
