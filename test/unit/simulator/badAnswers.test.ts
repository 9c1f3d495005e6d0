import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { start } from './requests.ts';

const listing = { method: 'GET', path: '/jobs/deletions' };
const adding = { method: 'POST', path: '/jobs/deletions' };

describe('A simulated instance can be made to answer', () => {
  it('with a body that breaks off', async (t) => {
    const { simulator, send } = await start(t);
    simulator.instance.plantDeletionJobs(100);
    simulator.faults.next(listing, { kind: 'truncate' });
    await assert.rejects(send('GET /jobs/deletions'), { code: 'ECONNRESET' });
    assert.deepEqual(
      simulator.requests.map(({ status, fault }) => [status, fault]),
      [[200, 'truncate']],
    );
    assert.equal((await send('GET /jobs/deletions')).status, 200, 'once only');
  });

  it('with the first bytes of a start that took effect', async (t) => {
    const { simulator, send } = await start(t);
    simulator.faults.next(adding, { kind: 'truncate', bytes: 0 });
    await assert.rejects(send('POST /jobs/deletions', { headers: { 'operation-id': 'a' } }), { code: 'ECONNRESET' });
    assert.equal((await send('GET /jobs/deletions/a')).status, 200);
  });

  it('with a challenge for claims, and as usual after it', async (t) => {
    const { simulator, send } = await start(t);
    const content = '{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}';
    const challenge =
      'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ' +
      `error="insufficient_claims", claims="${Buffer.from(content).toString('base64')}"`;
    const headers = { 'WWW-Authenticate': challenge };
    simulator.faults.next({ path: '/jobs/*' }, { kind: 'respond', status: 401, headers }, 2);
    for (const line of ['POST /jobs/deletions', 'GET /jobs/deletions']) {
      const reply = await send(line);
      assert.deepEqual([reply.status, reply.headers['www-authenticate'], reply.text], [401, challenge, '']);
      const claims = /claims="([^"]*)"/.exec(reply.headers['www-authenticate'] ?? '')?.[1] ?? '';
      assert.equal(Buffer.from(claims, 'base64').toString(), content);
    }
    assert.equal(simulator.instance.deletionJobs.all().length, 0);
    assert.equal((await send('POST /jobs/deletions')).status, 202);
  });

  it('with what is no JSON', async (t) => {
    const { simulator, send } = await start(t);
    const headers = { 'Content-Type': 'text/html' };
    simulator.faults.next(listing, { kind: 'respond', status: 200, headers, body: '<html>' });
    const reply = await send('GET /jobs/deletions');
    assert.deepEqual([reply.status, reply.headers['content-type'], reply.text], [200, 'text/html', '<html>']);
  });

  it('with nothing', async (t) => {
    const { simulator, send } = await start(t);
    simulator.faults.next(listing, { kind: 'respond', status: 200 });
    simulator.faults.next(adding, { kind: 'respond', status: 202, takesEffect: true });
    for (const [line, status] of [
      ['GET /jobs/deletions', 200],
      ['POST /jobs/deletions', 202],
    ] as const) {
      const reply = await send(line);
      assert.deepEqual([reply.status, reply.headers['content-length'], reply.text], [status, '0', '']);
    }
    assert.equal(simulator.instance.deletionJobs.all().length, 1);
  });

  it('with nothing that is said to be gzip', async (t) => {
    const { simulator, send } = await start(t);
    simulator.faults.next(listing, { kind: 'respond', status: 200, headers: { 'Content-Encoding': 'gzip' } });
    const reply = await send('GET /jobs/deletions');
    assert.deepEqual([reply.status, reply.headers['content-encoding'], reply.text], [200, 'gzip', '']);
  });

  for (const status of [429, 503]) {
    for (const retryAfter of ['30', 'Fri, 02 Jan 2026 03:04:05 GMT']) {
      it(`with ${status} until ${retryAfter}`, async (t) => {
        const { simulator, send } = await start(t);
        simulator.faults.next(listing, { kind: 'respond', status, headers: { 'Retry-After': retryAfter } });
        const reply = await send('GET /jobs/deletions');
        assert.deepEqual([reply.status, reply.headers['retry-after']], [status, retryAfter]);
      });
    }
  }

  it('with links to another host: a redirect, the next page, the job', async (t) => {
    const { simulator, send } = await start(t);
    const elsewhere = 'https://other.example/jobs/deletions';
    simulator.faults.next(listing, { kind: 'respond', status: 307, headers: { Location: elsewhere } });
    assert.equal((await send('GET /jobs/deletions')).headers.location, elsewhere);
    simulator.faults.next(listing, { kind: 'respond', status: 200, body: { value: [], nextLink: elsewhere } });
    assert.equal((await send('GET /jobs/deletions')).json['nextLink'], elsewhere);
    const headers = { 'Operation-Location': elsewhere };
    simulator.faults.next(adding, { kind: 'respond', status: 202, headers, takesEffect: true });
    const started = await send('POST /jobs/deletions', { headers: { 'operation-id': 'a' } });
    assert.equal(started.headers['operation-location'], elsewhere);
    assert.equal((await send('GET /jobs/deletions/a')).status, 200);
  });

  it('with another id than the one that was sent', async (t) => {
    const { simulator, send } = await start(t);
    const body = { id: 'other', status: 'notstarted' };
    simulator.faults.next(adding, { kind: 'respond', status: 202, body, takesEffect: true });
    const started = await send('POST /jobs/deletions', { headers: { 'operation-id': 'a' } });
    assert.equal(started.json['id'], 'other');
    assert.equal((await send('GET /jobs/deletions/a')).status, 200);
  });
});
