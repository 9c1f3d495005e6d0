import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { connect } from 'node:tls';
import { describe, it } from 'node:test';
import { makeToken, sampleTenantId } from '../../simulator/bearer.ts';
import { refusal, start } from './requests.ts';

describe('Who asks', () => {
  it('must bring a token that is well formed, of the right audience and not expired', async (t) => {
    const { send, clock } = await start(t);
    const now = clock.now();
    const refused = [
      null,
      'Basic abc',
      'Bearer abc',
      `Bearer ${makeToken({ now }).split('.').slice(0, 2).join('.')}`,
      `Bearer ${makeToken({ now, audience: 'https://management.azure.com' })}`,
      `Bearer ${makeToken({ now, expiresInSeconds: 0 })}`,
    ];
    for (const authorization of refused) {
      const reply = await send('POST /jobs/deletions', { authorization });
      assert.equal(reply.status, 401);
      assert.match(
        String(reply.headers['www-authenticate']),
        new RegExp(
          `^Bearer authorization_uri="https://login.microsoftonline.com/${sampleTenantId}", error="invalid_token"`,
        ),
      );
    }
    assert.deepEqual((await send('GET /jobs/deletions')).json, { value: [] });
  });

  for (const audience of [
    'https://digitaltwins.azure.net',
    'https://digitaltwins.azure.net/',
    '0b07f429-9f4b-4714-9392-cc5e8e80c8b0',
  ]) {
    it(`may bring a token for ${audience}`, async (t) => {
      const { send, clock } = await start(t);
      const authorization = `Bearer ${makeToken({ now: clock.now(), audience })}`;
      assert.equal((await send('GET /jobs/deletions', { authorization })).status, 200);
    });
  }

  it('is not seen by the instance of another tenant', async (t) => {
    const tenantId = '99999999-8888-7777-6666-555555555555';
    const { send, clock } = await start(t, { access: { tenantId } });
    const reply = await send('GET /jobs/deletions');
    assert.equal(reply.status, 404);
    assert.match(reply.text, /Sub-Domain not found/);
    const challenge = `Bearer authorization_uri="https://login.microsoftonline.com/${tenantId}"`;
    assert.equal(reply.headers['www-authenticate'], challenge);
    const authorization = `Bearer ${makeToken({ now: clock.now(), tenantId })}`;
    assert.equal((await send('GET /jobs/deletions', { authorization })).status, 200);
    const expired = `Bearer ${makeToken({ now: clock.now(), tenantId, expiresInSeconds: 0 })}`;
    const refused = await send('GET /jobs/deletions', { authorization: expired });
    assert.ok(String(refused.headers['www-authenticate']).startsWith(`${challenge}, error="invalid_token"`));
  });

  it('is not told the tenant of the instance where the service keeps it to itself', async (t) => {
    const access = { tenantId: '99999999-8888-7777-6666-555555555555', hidesTenant: true };
    const { send } = await start(t, { access });
    const reply = await send('GET /jobs/deletions');
    assert.deepEqual([reply.status, reply.headers['www-authenticate']], [404, undefined]);
  });

  it('gets an empty 403 without the role, until it is assigned', async (t) => {
    const { simulator, send } = await start(t, { access: { role: 'none' } });
    const reply = await send('POST /jobs/deletions');
    assert.deepEqual([reply.status, reply.text], [403, '']);
    simulator.access = { role: 'owner' };
    assert.equal((await send('POST /jobs/deletions')).status, 202);
  });
});

describe('The api-version', () => {
  it('is required', async (t) => {
    const { send } = await start(t);
    assert.equal(refusal(await send('GET /models?api-version=')).code, 'MissingApiVersionParameter');
  });

  it('must be one that clients of the service send', async (t) => {
    const { send } = await start(t);
    assert.equal(refusal(await send('GET /models?api-version=2019-01-01')).code, 'UnsupportedApiVersion');
    for (const version of ['2020-10-31', '2022-05-31', '2023-07-31-preview', '2023-10-31']) {
      assert.equal((await send(`GET /models?api-version=${version}`)).status, 200, version);
    }
  });

  it('must be one that has the Jobs API for jobs', async (t) => {
    const { send } = await start(t);
    const reply = refusal(await send('POST /jobs/deletions?api-version=2022-05-31'));
    assert.deepEqual([reply.status, reply.code], [400, 'UnsupportedApiVersion']);
  });
});

describe('A request that is wrong', () => {
  for (const [line, status] of [
    ['GET /', 404],
    ['GET /nowhere', 404],
    ['GET //models', 404],
    ['GET /digitaltwins/', 404],
    ['GET /digitaltwins/%zz', 400],
    ['GET /digitaltwins/a%2Fb', 400],
    ['GET /models/no-dtmi', 400],
    ['PATCH /jobs/deletions', 405],
    ['DELETE /jobs/deletions/a', 405],
    ['GET /query', 405],
    ['OPTIONS /models', 405],
  ] as const) {
    it(`is refused: ${line}`, async (t) => {
      const { send } = await start(t);
      assert.equal(refusal(await send(line)).status, status);
    });
  }

  it('gets no body when it is HEAD', async (t) => {
    const { send } = await start(t);
    const reply = await send('HEAD /models');
    assert.deepEqual([reply.status, reply.text, reply.headers.allow], [405, '', 'GET, POST']);
  });

  for (const line of ['POST /query', 'POST /models', 'PUT /digitaltwins/a', 'PATCH /digitaltwins/building-1']) {
    it(`is refused when its body is no JSON or of another type: ${line}`, async (t) => {
      const { send } = await start(t, { graph: { twins: 1 } });
      for (const body of ['', '{', 'null', '"text"', '[1]']) {
        assert.equal((await send(line, { body })).status, 400, body);
      }
    });
  }

  it('is refused when its body is too large', async (t) => {
    const { simulator, send } = await start(t);
    const reply = await send('POST /query', { body: JSON.stringify({ query: 'x'.repeat(5_000_000) }) });
    assert.equal(refusal(reply).status, 413);
    assert.equal((await send('GET /models')).status, 200);
    assert.equal(simulator.requests.length, 2);
  });

  it('does not stop the instance when it is no HTTP or breaks off', async (t) => {
    const { simulator, send } = await start(t);
    for (const text of [
      'nonsense\r\n\r\n',
      'POST /query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{',
    ]) {
      const socket = connect({ host: '127.0.0.1', port: simulator.port, ca: simulator.certificatePem });
      await new Promise<void>((resolve) => {
        socket.once('close', () => {
          resolve();
        });
        socket.once('secureConnect', () => socket.end(text));
        socket.on('error', () => undefined);
        socket.resume();
      });
    }
    assert.equal((await send('GET /models')).status, 200);
  });
});

describe('Connections', () => {
  it('are counted, and stay open as long as asked', async (t) => {
    const { simulator } = await start(t, { keepAliveMs: 77_000 });
    const agent = new Agent({ keepAlive: true, ca: simulator.certificatePem });
    t.after(() => {
      agent.destroy();
    });
    for (let requests = 0; requests < 2; requests += 1) {
      const sent = request(`${simulator.origin}/models`, { agent }).end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      assert.equal(response.headers['keep-alive'], 'timeout=77');
      const freed = once(agent, 'free');
      response.resume();
      await freed;
    }
    assert.deepEqual([simulator.requests.length, simulator.connections], [2, 1]);
  });
});

describe('The record of requests', () => {
  it('tells what was asked and answered, and keeps no token', async (t) => {
    const { simulator, clock, send } = await start(t);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await send('POST /jobs/deletions?timeoutInMinutes=60', { headers: { traceparent, tracestate: 'a=b' } });
    await send('POST /query', { body: '{}', headers: { traceparent: 'malformed' }, authorization: null });
    const [first, second] = simulator.requests;
    assert.deepEqual(
      { ...first, headers: {} },
      {
        at: clock.now(),
        method: 'POST',
        path: '/jobs/deletions',
        query: { timeoutInMinutes: '60', 'api-version': '2023-10-31' },
        headers: {},
        authorization: {
          present: true,
          audience: 'https://digitaltwins.azure.net',
          tenantId: sampleTenantId,
          user: 'sample.user@example.com',
        },
        bodySize: 0,
        status: 202,
      },
    );
    assert.equal(first?.headers['traceparent'], traceparent);
    assert.equal(first.headers['tracestate'], 'a=b');
    assert.deepEqual([second?.status, second?.bodySize, second?.authorization], [401, 2, { present: false }]);
    assert.doesNotMatch(JSON.stringify(simulator.requests), /Bearer|eyJ/);
    simulator.clearRequests();
    assert.deepEqual(simulator.requests, []);
  });

  it('has nothing against a malformed traceparent', async (t) => {
    const { send } = await start(t);
    assert.equal((await send('POST /jobs/deletions', { headers: { traceparent: '00-xyz' } })).status, 202);
  });
});
