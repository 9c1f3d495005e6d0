import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { startForwardProxy, type Destination, type ForwardProxy } from '../../support/forwardProxy.ts';
import { openTunnel } from './tunnel.ts';

describe('A forward proxy', () => {
  it('leads a real host name to a server of this machine', async (t) => {
    const proxy = await start(t, { 'management.azure.com:443': await serve(t, 'manager') });
    assert.equal(await read(proxy, 'management.azure.com:443'), 'manager');
    assert.equal(await read(proxy, 'Management.Azure.com:443'), 'manager');
  });

  it('leads all names below a domain to one server, except those that have their own', async (t) => {
    const proxy = await start(t, {
      '*.digitaltwins.azure.net:443': await serve(t, 'any'),
      'contoso.api.weu.digitaltwins.azure.net:443': await serve(t, 'contoso'),
    });
    assert.equal(await read(proxy, 'fabrikam.api.wcus.digitaltwins.azure.net:443'), 'any');
    assert.equal(await read(proxy, 'contoso.api.weu.digitaltwins.azure.net:443'), 'contoso');
  });

  it('asks who finds the way for a name, and refuses what leads nowhere', async (t) => {
    const port = await serve(t, 'found');
    const find = (host: string): Promise<number | undefined> =>
      Promise.resolve(host === 'contoso.digitaltwins.azure.net' ? port : undefined);
    const proxy = await start(t, { '*.digitaltwins.azure.net:443': find });
    assert.equal(await read(proxy, 'Contoso.digitaltwins.azure.net:443'), 'found');
    await assert.rejects(read(proxy, 'fabrikam.digitaltwins.azure.net:443'), /403/);
  });

  it('refuses everything else, and tells what was asked for', async (t) => {
    const proxy = await start(t, { '*.digitaltwins.azure.net:443': await serve(t, 'any') });
    const refused = [
      'digitaltwins.azure.net:443',
      'adigitaltwins.azure.net:443',
      'contoso.digitaltwins.azure.net:444',
      'contoso.digitaltwins.azure.net.evil.example:443',
      'localhost:443',
    ];
    for (const target of refused) {
      await assert.rejects(read(proxy, target), /403/, target);
    }
    await read(proxy, 'contoso.digitaltwins.azure.net:443');
    assert.deepEqual(proxy.tunnels, [
      ...refused.map((target) => ({ target, isOpened: false })),
      { target: 'contoso.digitaltwins.azure.net:443', isOpened: true },
    ]);
  });

  it('refuses a request outside a tunnel', async (t) => {
    const proxy = await start(t, {});
    const sent = get(proxy.origin, { path: 'http://management.azure.com/tenants', agent: false });
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    assert.equal(response.statusCode, 403);
    assert.deepEqual(proxy.tunnels, [{ target: 'http://management.azure.com/tenants', isOpened: false }]);
  });

  it('breaks a tunnel whose server is not there, and open ones when it closes', async (t) => {
    const server = createServer();
    const port = await listen(t, server);
    const proxy = await start(t, { 'there.example:443': port, 'gone.example:443': 1 });
    await assert.rejects(openTunnel(proxy, 'gone.example:443'));
    const tunnel = await openTunnel(proxy, 'there.example:443');
    const closed = once(tunnel, 'close');
    await proxy.close();
    await closed;
  });
});

async function start(t: TestContext, destinations: Record<string, Destination>): Promise<ForwardProxy> {
  const proxy = await startForwardProxy(destinations);
  t.after(() => proxy.close());
  return proxy;
}

/** A server that answers with this text. */
async function serve(t: TestContext, text: string): Promise<number> {
  return listen(
    t,
    createServer((_, response) => response.end(text)),
  );
}

async function listen(t: TestContext, server: ReturnType<typeof createServer>): Promise<number> {
  await once(server.listen({ host: '127.0.0.1', port: 0 }), 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** What the server behind a tunnel answers. */
async function read(proxy: ForwardProxy, target: string): Promise<string> {
  const tunnel = await openTunnel(proxy, target);
  const sent = get({ createConnection: () => tunnel });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
  }
  return text;
}
