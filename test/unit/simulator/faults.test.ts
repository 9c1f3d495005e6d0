import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusal, start } from './requests.ts';

const adding = { method: 'POST', path: '/jobs/deletions' };

describe('A scripted fault', () => {
  it('drops the connection before the request takes effect', async (t) => {
    const { simulator, send } = await start(t);
    simulator.faults.next(adding, { kind: 'dropBefore' });
    await assert.rejects(send('POST /jobs/deletions'), { code: 'ECONNRESET' });
    assert.equal(simulator.instance.deletionJobs.all().length, 0);
    assert.deepEqual(
      simulator.requests.map(({ status, fault }) => [status, fault]),
      [['dropped', 'dropBefore']],
    );
    assert.equal((await send('POST /jobs/deletions')).status, 202, 'once only');
  });

  it('drops the connection after the request took effect', async (t) => {
    const { simulator, send } = await start(t);
    simulator.faults.next(adding, { kind: 'dropAfter' });
    await assert.rejects(send('POST /jobs/deletions', { headers: { 'operation-id': 'a' } }), { code: 'ECONNRESET' });
    assert.equal((await send('GET /jobs/deletions/a')).status, 200);
  });

  it('answers anything in place of the service', async (t) => {
    const { simulator, send } = await start(t);
    simulator.faults.next(adding, {
      kind: 'respond',
      status: 307,
      headers: { Location: 'https://other.example/' },
      body: '<html></html>',
    });
    simulator.faults.next(adding, { kind: 'respond', status: 503, body: { error: { code: 'Busy' } } });
    const first = await send('POST /jobs/deletions');
    assert.deepEqual(
      [first.status, first.headers.location, first.text],
      [307, 'https://other.example/', '<html></html>'],
    );
    const second = await send('POST /jobs/deletions');
    assert.deepEqual([second.status, second.json], [503, { error: { code: 'Busy' } }]);
    assert.equal(simulator.instance.deletionJobs.all().length, 0);
  });

  it('can answer an error although the request took effect', async (t) => {
    const { simulator, send } = await start(t);
    simulator.faults.next(adding, { kind: 'respond', status: 504, takesEffect: true });
    assert.equal((await send('POST /jobs/deletions', { headers: { 'operation-id': 'a' } })).status, 504);
    assert.equal((await send('GET /jobs/deletions/a')).status, 200);
  });

  it('holds a request back until its time, and the answer comes then', async (t) => {
    const { simulator, send } = await start(t);
    simulator.faults.next({}, { kind: 'delay', ms: 1 });
    simulator.faults.next({}, { kind: 'delay', ms: 1, of: 'answer' });
    assert.equal((await send('POST /jobs/deletions')).status, 202);
    assert.equal(refusal(await send('POST /jobs/deletions')).code, 'JobLimitReached');
  });

  it('holds the answer back, not the effect', async (t) => {
    const { simulator, send } = await start(t);
    simulator.faults.next(adding, { kind: 'delay', ms: 1_000_000, of: 'answer' });
    const unanswered = assert.rejects(send('POST /jobs/deletions', { headers: { 'operation-id': 'a' } }));
    while (simulator.instance.deletionJobs.get('a') === undefined) {
      await send('GET /models');
    }
    assert.equal(simulator.requests[0]?.status, undefined);
    await simulator.close();
    await unanswered;
  });

  it('hits only what it is for, as often as asked', async (t) => {
    const { simulator, send } = await start(t);
    simulator.faults.next({ method: 'get', path: '/jobs/*' }, { kind: 'respond', status: 500 }, 2);
    simulator.faults.next({ path: /^\/models$/ }, { kind: 'respond', status: 502 }, Infinity);
    const lines = [
      'POST /jobs/deletions',
      'GET /jobs/deletions',
      'GET /jobs/imports/a',
      'GET /jobs/deletions',
      'GET /models',
      'GET /models',
      'GET /eventroutes',
    ];
    const statuses = [];
    for (const line of lines) {
      statuses.push((await send(line)).status);
    }
    assert.deepEqual(statuses, [202, 500, 500, 200, 502, 502, 200]);
    assert.deepEqual(simulator.faults.pending.length, 1);
    simulator.faults.clear();
    assert.equal((await send('GET /models')).status, 200);
  });
});
