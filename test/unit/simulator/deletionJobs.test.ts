import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathOf, refusal, start, type Send } from './requests.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const graph = { twins: 100 };

async function count(send: Send, collection: 'DIGITALTWINS' | 'RELATIONSHIPS'): Promise<unknown> {
  const { json } = await send('POST /query', { body: { query: `SELECT COUNT() FROM ${collection}` } });
  return (json['value'] as Record<string, unknown>[])[0]?.['COUNT'];
}

async function statusOf(send: Send, id: string): Promise<unknown> {
  return (await send(`GET /jobs/deletions/${id}`)).json['status'];
}

describe('Starting a deletion job', () => {
  it('answers 202 with the job and where to watch it', async (t) => {
    const { simulator, send } = await start(t);
    const reply = await send('POST /jobs/deletions?timeoutInMinutes=60', { headers: { 'operation-id': 'job-1' } });
    assert.equal(reply.status, 202);
    assert.deepEqual(reply.json, {
      id: 'job-1',
      status: 'notstarted',
      createdDateTime: '2026-01-01T00:00:00.0000000+00:00',
      finishedDateTime: null,
      purgeDateTime: '2026-01-31T00:00:00.0000000+00:00',
    });
    assert.equal(
      reply.headers['operation-location'],
      `${simulator.origin}/jobs/deletions/job-1?api-version=2023-10-31`,
    );
    assert.equal(reply.headers['operation-id'], 'job-1');
    assert.match(String(reply.headers['x-ms-request-id']), /^[\da-f-]{36}$/);
  });

  it('makes an id when the client gives none', async (t) => {
    const { simulator, send } = await start(t);
    const reply = await send('POST /jobs/deletions');
    const id = String(reply.json['id']);
    assert.match(id, /^[\da-f-]{36}$/);
    assert.equal(reply.headers['operation-id'], id);
    const watched = await send(`GET ${pathOf(reply.headers['operation-location'], simulator)}`);
    assert.equal(watched.json['id'], id);
  });

  it('names the host as the client called it', async (t) => {
    const { send } = await start(t);
    const { headers } = await send('POST /jobs/deletions', {
      headers: { host: 'my.instance.example', 'operation-id': 'a' },
    });
    assert.equal(headers['operation-location'], 'https://my.instance.example/jobs/deletions/a?api-version=2023-10-31');
  });

  for (const timeout of ['14', '1441', '60.5', '-60', 'abc', '', '1e2']) {
    it(`refuses a timeout of "${timeout}" minutes`, async (t) => {
      const { simulator, send } = await start(t);
      const reply = refusal(await send(`POST /jobs/deletions?timeoutInMinutes=${timeout}`));
      assert.deepEqual([reply.status, reply.code], [400, 'ValidationFailed']);
      assert.equal(simulator.instance.deletionJobs.all().length, 0);
    });
  }

  for (const timeout of [15, 1440]) {
    it(`takes a timeout of ${timeout} minutes`, async (t) => {
      const { send } = await start(t);
      assert.equal((await send(`POST /jobs/deletions?timeoutInMinutes=${timeout}`)).status, 202);
    });
  }

  it('refuses a used id, even while another job runs', async (t) => {
    const { send } = await start(t);
    const again = { headers: { 'operation-id': 'job-1' } };
    await send('POST /jobs/deletions', again);
    assert.deepEqual(refusal(await send('POST /jobs/deletions', again)), {
      status: 400,
      code: 'ValidationFailed',
      message: 'Operation-Id already exists.',
    });
  });

  it('takes one job at a time, and the next after the end', async (t) => {
    const { clock, send } = await start(t, { deletion: { notStartedMs: 0, durationMs: minute } });
    await send('POST /jobs/deletions');
    const second = refusal(await send('POST /jobs/deletions'));
    assert.deepEqual([second.status, second.code], [400, 'JobLimitReached']);
    clock.advance(minute);
    assert.equal((await send('POST /jobs/deletions')).status, 202);
  });

  it('is refused while an import job is active', async (t) => {
    const { simulator, send } = await start(t);
    simulator.instance.plantImportJob({ status: 'succeeded' });
    const cancelling = simulator.instance.plantImportJob({ status: 'cancelling' });
    assert.equal(refusal(await send('POST /jobs/deletions')).code, 'JobLimitReached');
    simulator.instance.importJobs.add({ ...cancelling, status: 'cancelled', finishedAt: simulator.clock.now() });
    assert.equal((await send('POST /jobs/deletions')).status, 202);
  });

  it('takes the shape of the Azure CLI: a content type without a body', async (t) => {
    const { send } = await start(t);
    const reply = await send('POST /jobs/deletions?api-version=2023-10-31&timeoutInMinutes=15', {
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': '0',
        'operation-id': 'delete-job-0123456789abcdef0123456789abcdef',
        'x-ms-client-request-id': '00000000-0000-1000-8000-000000000000',
        'accept-language': 'en-US',
      },
    });
    assert.equal(reply.status, 202);
    assert.equal(reply.json['id'], 'delete-job-0123456789abcdef0123456789abcdef');
  });
});

describe('A deletion job', () => {
  const deletion = { notStartedMs: 2_000, durationMs: 10 * minute };

  it('goes from notstarted to running to succeeded', async (t) => {
    const { clock, send } = await start(t, { deletion });
    await send('POST /jobs/deletions', { headers: { 'operation-id': 'a' } });
    assert.equal(await statusOf(send, 'a'), 'notstarted');
    clock.advance(2_000);
    assert.equal(await statusOf(send, 'a'), 'running');
    clock.advance(10 * minute);
    const { json } = await send('GET /jobs/deletions/a');
    assert.equal(json['status'], 'succeeded');
    assert.equal(json['finishedDateTime'], '2026-01-01T00:10:02.0000000+00:00');
    assert.equal(json['purgeDateTime'], '2026-01-31T00:10:02.0000000+00:00');
    assert.equal('error' in json, false);
  });

  it('deletes relationships first, then twins, then models', async (t) => {
    const { simulator, clock, send } = await start(t, { graph, deletion: { notStartedMs: 0, durationMs: 1_000 } });
    const before = simulator.instance.counts;
    await send('POST /jobs/deletions');
    const seen = [];
    for (let step = 0; step < 10; step += 1) {
      clock.advance(100);
      const counts = simulator.instance.counts;
      seen.push(counts);
      assert.ok(counts.twins === before.twins || counts.relationships === 0);
      assert.ok(counts.models === before.models || counts.twins === 0);
    }
    const totals = seen.map(({ models, twins, relationships }) => models + twins + relationships);
    const total = before.models + before.twins + before.relationships;
    assert.deepEqual(
      totals,
      Array.from({ length: 10 }, (_, step) => total - Math.floor((total * (step + 1) * 100) / 1_000)),
    );
    assert.equal((await send('GET /digitaltwins/building-1')).status, 404);
    assert.deepEqual((await send('GET /models')).json['value'], []);
  });

  it('fails as scripted: with its error, and with contents left', async (t) => {
    const error = {
      code: 'Outer',
      message: 'It failed.',
      details: [{ code: 'Detail', message: 'More.', details: [{ code: 'Deeper' }] }],
      innererror: { code: 'Inner', innererror: { code: 'Innermost' } },
    };
    const { simulator, clock, send } = await start(t, {
      graph,
      deletion: { notStartedMs: 0, durationMs: minute, outcome: 'failed', failedShare: 0.75, error },
    });
    await send('POST /jobs/deletions', { headers: { 'operation-id': 'a' } });
    assert.equal('error' in (await send('GET /jobs/deletions/a')).json, false);
    clock.advance(minute);
    const { json } = await send('GET /jobs/deletions/a');
    assert.equal(json['status'], 'failed');
    assert.deepEqual(json['error'], error);
    const { models, twins, relationships } = simulator.instance.counts;
    assert.equal(relationships, 0);
    assert.ok(twins > 0 && twins < 100);
    assert.equal(models, 9);
  });

  it('fails at its timeout and leaves contents', async (t) => {
    const { simulator, clock, send } = await start(t, { graph, deletion: { outcome: 'timeout' } });
    await send('POST /jobs/deletions?timeoutInMinutes=15', { headers: { 'operation-id': 'a' } });
    clock.advance(15 * minute - 1);
    assert.equal(await statusOf(send, 'a'), 'running');
    clock.advance(1);
    assert.equal(await statusOf(send, 'a'), 'failed');
    const left = simulator.instance.counts.twins;
    assert.ok(left > 0);
    clock.advance(day);
    assert.equal(simulator.instance.counts.twins, left);
  });

  it('times out when deleting takes longer than its timeout', async (t) => {
    const { simulator, clock, send } = await start(t, { graph, deletion: { durationMs: 60 * minute } });
    await send('POST /jobs/deletions?timeoutInMinutes=30', { headers: { 'operation-id': 'a' } });
    clock.advance(30 * minute);
    assert.equal(await statusOf(send, 'a'), 'failed');
    assert.ok(simulator.instance.counts.twins > 0);
  });

  it('does not roll back: the next job deletes the rest', async (t) => {
    const { simulator, clock, send } = await start(t, { graph, deletion: { outcome: 'timeout' } });
    await send('POST /jobs/deletions?timeoutInMinutes=15');
    clock.advance(15 * minute);
    simulator.instance.deletion = { ...simulator.instance.deletion, outcome: 'succeeded' };
    await send('POST /jobs/deletions');
    clock.advance(15 * minute);
    assert.deepEqual(simulator.instance.counts, { models: 0, twins: 0, relationships: 0 });
  });

  it('spares what is written while it runs', async (t) => {
    const { simulator, clock, send } = await start(t, { graph, deletion: { notStartedMs: 0, durationMs: minute } });
    await send('POST /jobs/deletions');
    clock.advance(minute / 2);
    const body = { $metadata: { $model: 'dtmi:digitaltwins:sample:Room;1' }, name: 'Late' };
    assert.equal((await send('PUT /digitaltwins/late', { body })).status, 200);
    clock.advance(minute);
    assert.deepEqual(simulator.instance.counts, { models: 0, twins: 1, relationships: 0 });
    assert.equal((await send('GET /digitaltwins/late')).json['name'], 'Late');
  });

  it('vanishes 30 days after its end, and its id can be used again', async (t) => {
    const { clock, send } = await start(t, { deletion: { notStartedMs: 0, durationMs: minute } });
    const post = { headers: { 'operation-id': 'a' } };
    await send('POST /jobs/deletions', post);
    clock.advance(minute + 30 * day - 1);
    assert.equal(await statusOf(send, 'a'), 'succeeded');
    clock.advance(1);
    assert.deepEqual((await send('GET /jobs/deletions')).json, { value: [] });
    const gone = refusal(await send('GET /jobs/deletions/a'));
    assert.deepEqual([gone.status, gone.code], [404, 'DeleteJobNotFound']);
    assert.equal((await send('POST /jobs/deletions', post)).status, 202);
  });

  it('is found by its id in the right case only', async (t) => {
    const { simulator, send } = await start(t);
    simulator.instance.plantDeletionJob({ id: 'Job-A' });
    assert.equal((await send('GET /jobs/deletions/Job-A')).status, 200);
    assert.equal(refusal(await send('GET /jobs/deletions/job-a')).code, 'DeleteJobNotFound');
  });

  it('may have a status that the contract does not name', async (t) => {
    const { simulator, send } = await start(t);
    simulator.instance.plantDeletionJob({ id: 'a', status: 'cancelling' });
    assert.equal(await statusOf(send, 'a'), 'cancelling');
    assert.equal(refusal(await send('POST /jobs/deletions')).code, 'JobLimitReached');
  });
});

describe('What queries see', () => {
  it('lags behind a deletion and behind writes, while reads by id do not', async (t) => {
    const { clock, send } = await start(t, {
      graph,
      queryLagMs: 10_000,
      deletion: { notStartedMs: 0, durationMs: 1_000 },
    });
    await send('POST /jobs/deletions');
    clock.advance(1_000);
    assert.equal((await send('GET /digitaltwins/building-1')).status, 404);
    assert.equal(await count(send, 'DIGITALTWINS'), 100);
    clock.advance(9_600);
    const left = Number(await count(send, 'DIGITALTWINS'));
    assert.ok(left > 0 && left < 100, 'as it was 10 s ago, in the middle of the job');
    clock.advance(400);
    assert.equal(await count(send, 'DIGITALTWINS'), 0);
    assert.equal(await count(send, 'RELATIONSHIPS'), 0);

    await send('POST /models', { body: [{ '@id': 'dtmi:a;1', '@type': 'Interface' }] });
    await send('PUT /digitaltwins/new', { body: { $metadata: { $model: 'dtmi:a;1' } } });
    assert.equal((await send('GET /digitaltwins/new')).status, 200);
    clock.advance(9_999);
    assert.equal(await count(send, 'DIGITALTWINS'), 0);
    clock.advance(1);
    assert.equal(await count(send, 'DIGITALTWINS'), 1);
  });

  it('replays writes and a deletion in their order', async (t) => {
    const { simulator, clock, send } = await start(t, {
      graph,
      queryLagMs: 10_000,
      deletion: { notStartedMs: 0, durationMs: 1_000 },
    });
    await send('POST /jobs/deletions');
    clock.advance(900);
    const body = { $metadata: { $model: 'dtmi:digitaltwins:sample:Building;1' } };
    assert.equal(
      (await send('PUT /digitaltwins/building-1', { body })).status,
      200,
      'written again after its deletion',
    );
    clock.advance(11_000);
    assert.equal(simulator.instance.counts.twins, 1);
    assert.equal(await count(send, 'DIGITALTWINS'), 1);
  });
});

describe('The list of deletion jobs', () => {
  it('comes in pages, oldest first, with absolute links', async (t) => {
    const { simulator, send } = await start(t);
    simulator.instance.plantDeletionJobs(250);
    const ids: unknown[] = [];
    const sizes: number[] = [];
    let path: string | undefined = '/jobs/deletions';
    while (path !== undefined) {
      const { status, json } = await send(`GET ${path}`);
      assert.equal(status, 200);
      const jobs = json['value'] as Record<string, unknown>[];
      sizes.push(jobs.length);
      ids.push(...jobs.map(({ id }) => id));
      path = json['nextLink'] === undefined ? undefined : pathOf(json['nextLink'], simulator);
    }
    assert.deepEqual(sizes, [100, 100, 50]);
    assert.deepEqual(
      ids,
      Array.from({ length: 250 }, (_, index) => `planted-${index + 1}`),
    );
  });

  it('takes the page size asked for, up to 100', async (t) => {
    const { simulator, send } = await start(t);
    simulator.instance.plantDeletionJobs(150);
    for (const [asked, given] of [
      ['2', 2],
      ['500', 100],
    ] as const) {
      const { json } = await send('GET /jobs/deletions', { headers: { 'max-items-per-page': asked } });
      assert.equal((json['value'] as unknown[]).length, given);
    }
    for (const asked of ['0', '-1', 'many']) {
      const reply = await send('GET /jobs/deletions', { headers: { 'max-items-per-page': asked } });
      assert.equal(refusal(reply).code, 'InvalidArgument');
    }
  });

  it('comes in larger pages when told so', async (t) => {
    const { simulator, send } = await start(t, { jobsPerPage: 150 });
    simulator.instance.plantDeletionJobs(151);
    const { json } = await send('GET /jobs/deletions');
    assert.equal((json['value'] as unknown[]).length, 150);
    const next = await send(`GET ${pathOf(json['nextLink'], simulator)}`);
    assert.equal((next.json['value'] as unknown[]).length, 1);
    const asked = await send('GET /jobs/deletions', { headers: { 'max-items-per-page': '2' } });
    assert.equal((asked.json['value'] as unknown[]).length, 2);
  });

  it('holds 10,000 jobs', async (t) => {
    const { simulator, send } = await start(t);
    simulator.instance.plantDeletionJobs(10_000);
    let path: string | undefined = '/jobs/deletions';
    let jobs = 0;
    while (path !== undefined) {
      const { json } = await send(`GET ${path}`);
      jobs += (json['value'] as unknown[]).length;
      path = json['nextLink'] === undefined ? undefined : pathOf(json['nextLink'], simulator);
    }
    assert.equal(jobs, 10_000);
    assert.equal((await send('POST /jobs/deletions')).status, 202);
  });

  it('refuses a token of another list', async (t) => {
    const { simulator, send } = await start(t, { graph });
    const { json } = await send('GET /models', { headers: { 'max-items-per-page': '1' } });
    const token = pathOf(json['nextLink'], simulator).replace('/models', '/jobs/deletions');
    assert.equal(refusal(await send(`GET ${token}`)).code, 'BadRequest');
    assert.equal(refusal(await send('GET /jobs/deletions?continuationToken=x')).code, 'BadRequest');
  });
});

describe('Import jobs', () => {
  it('are listed and read', async (t) => {
    const { simulator, clock, send } = await start(t);
    simulator.instance.plantImportJob({ id: 'import-1' });
    const job = {
      id: 'import-1',
      status: 'running',
      createdDateTime: '2026-01-01T00:00:00.0000000+00:00',
      lastActionDateTime: '2026-01-01T00:00:00.0000000+00:00',
      finishedDateTime: null,
      purgeDateTime: '2026-01-31T00:00:00.0000000+00:00',
      inputBlobUri: 'https://storage.example/container/input.ndjson',
      outputBlobUri: 'https://storage.example/container/output.ndjson',
    };
    assert.deepEqual((await send('GET /jobs/imports/import-1')).json, job);
    assert.deepEqual((await send('GET /jobs/imports')).json, { value: [job] });
    assert.equal(refusal(await send('GET /jobs/imports/other')).code, 'ImportJobNotFound');
    clock.advance(100 * day);
    assert.equal((await send('GET /jobs/imports/import-1')).json['status'], 'running', 'an active job is not purged');
  });

  it('cannot be created', async (t) => {
    const { send } = await start(t);
    assert.equal((await send('PUT /jobs/imports/a', { body: {} })).status, 405);
  });
});

describe('The rate of the Jobs API', () => {
  it('is 1 request a second when asked, with Retry-After', async (t) => {
    const { clock, send } = await start(t, { jobsRequestsPerSecond: 1 });
    assert.equal((await send('GET /jobs/deletions')).status, 200);
    const refused = await send('POST /jobs/deletions');
    assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1']);
    assert.equal(refusal(refused).code, 'TooManyRequests');
    assert.equal((await send('GET /models')).status, 200, 'other requests are not limited');
    clock.advance(999);
    assert.equal((await send('GET /jobs/imports')).status, 429);
    clock.advance(1);
    assert.equal((await send('POST /jobs/deletions')).status, 202);
  });

  it('can be slower than one a second', async (t) => {
    const { clock, send } = await start(t, { jobsRequestsPerSecond: 0.1 });
    await send('GET /jobs/deletions');
    clock.advance(2_500);
    assert.equal((await send('GET /jobs/deletions')).headers['retry-after'], '8');
    clock.advance(7_500);
    assert.equal((await send('GET /jobs/deletions')).status, 200);
  });

  it('has no limit unless asked', async (t) => {
    const { send } = await start(t);
    for (let number = 0; number < 5; number += 1) {
      assert.equal((await send('GET /jobs/deletions')).status, 200);
    }
  });
});
