import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { diagnostics } from '../../../src/jobs/diagnostics.ts';
import { deletionJob, type DeletionJob } from '../../../src/jobs/deletionJob.ts';
import { historyJson } from '../../../src/jobs/historyJson.ts';
import { fromStored, historyLimit, toStored, understandJobs } from '../../../src/jobs/storedJob.ts';
import { withCount } from '../../../src/jobs/progress.ts';
import { checkTimeoutInMinutes } from '../../../src/service/timeoutInMinutes.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import { jobSetup } from '../../support/jobSetup.ts';
import { contoso, settled } from '../../support/transport.ts';

const begun = Date.parse('2026-01-02T03:04:05Z');
const trace = TraceContext.begin(countingHex(), 'vendor=1');
const before = { models: 1, twins: 2, relationships: undefined };

/** A job with everything that a job can have. */
function fullJob(id = 'job-1', at = begun): DeletionJob {
  const error = { code: 'A', message: 'It broke', details: [{ code: 'B' }], innererror: { code: 'C' } };
  const answer = { id, status: 'failed', createdDateTime: new Date(at).toISOString(), error };
  const start = { startedAt: at, timeoutInMinutes: checkTimeoutInMinutes(60), isEndTold: true, before };
  const left = { models: 1, twins: 1, relationships: 0 };
  return {
    ...deletionJob(contoso, answer, { trace, start }, at),
    leftover: { ...left, at, missing: undefined },
    isTimeoutWarned: true,
    timeline: [{ at, what: 'start accepted: not started' }],
  };
}

describe('A stored job', () => {
  it('is the same when it is read again', () => {
    const stored = understandJobs(
      JSON.parse(JSON.stringify({ version: 1, hostname: contoso.hostname, jobs: [toStored(fullJob())] })),
    );
    assert.equal(stored?.isWhole, true);
    const [job] = stored.value.jobs;
    assert.ok(job);
    assert.deepEqual(fromStored(contoso, job), fullJob());
  });

  it('keeps its progress while it is active, and no longer', () => {
    const left = { models: 1, twins: 1, relationships: 0 };
    const progress = withCount(undefined, left, begun);
    const answer = { id: 'job-1', status: 'running' };
    const job = { ...deletionJob(contoso, answer, { trace, start: undefined }, begun), progress };
    assert.deepEqual(fromStored(contoso, toStored(job)).progress, progress);
    assert.equal(toStored({ ...job, state: { status: 'forgotten' } }).progress, undefined);
  });

  for (const status of ['unconfirmed', 'absent', 'forgotten'] as const) {
    it(`keeps that it is ${status}`, () => {
      const job = { ...fullJob(), state: { status } };
      assert.equal(fromStored(contoso, toStored(job)).state.status, status);
    });
  }

  it('of 10,000 contents of a file none throws, and what is left of it can be shown', () => {
    const plain = JSON.parse(JSON.stringify(toStored(fullJob()))) as Record<string, unknown>;
    const broken = fc
      .tuple(fc.constantFrom(...Object.keys(plain)), fc.jsonValue())
      .map(([field, value]) => ({ ...plain, [field]: value }));
    const file = fc.oneof(
      fc.jsonValue(),
      fc.record({
        version: fc.constantFrom(1, 1, 1, 2),
        hostname: fc.string(),
        jobs: fc.array(fc.oneof(broken, fc.jsonValue(), fc.constant(plain)), { maxLength: 3 }),
      }),
    );
    fc.assert(
      fc.property(file, (content) => {
        const understood = understandJobs(content);
        for (const stored of understood?.value.jobs ?? []) {
          const job = fromStored(contoso, stored);
          assert.equal(typeof job.id, 'string');
          diagnostics(job, [], [], 0);
        }
        if (understood) {
          historyJson([understood.value], [], 0);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('The history', () => {
  it('outlives the records of the service, and marks what was purged', async (test) => {
    const list = (...ids: string[]) => ({
      status: 200,
      body: { value: ids.map((id) => ({ id, status: 'succeeded', createdDateTime: '2026-01-01T00:00:00Z' })) },
    });
    const setup = await jobSetup(test, { answers: [list('old', 'new')] });
    const { clock } = setup.transport;
    await settled(clock, setup.instances.add(contoso));
    await settled(clock, setup.list.refresh(contoso));
    await settled(clock, setup.shared.saved());
    const later = await jobSetup(test, { ground: setup.ground, answers: [list('new')] });
    await later.instances.load();
    await settled(clock, later.list.refresh(contoso));
    assert.deepEqual(later.store.jobs.map(({ id, isPurged }) => [id, isPurged]).sort(), [
      ['new', false],
      ['old', true],
    ]);
    const { text, count } = historyJson(await settled(clock, later.shared.readAll()), [['Test', '1']], begun);
    assert.equal(count, 2);
    const exported = JSON.parse(text) as { jobs: { id: string; purged?: boolean }[] };
    assert.deepEqual(exported.jobs.find(({ id }) => id === 'old')?.purged, true);
  });

  it('is bounded, and keeps the newest', async (test) => {
    const value = Array.from({ length: historyLimit + 100 }, (_, index) => ({
      id: `job-${index}`,
      status: 'succeeded',
      createdDateTime: new Date(begun + index * 1000).toISOString(),
    }));
    const setup = await jobSetup(test, { answers: [{ status: 200, body: { value } }] });
    const { clock } = setup.transport;
    await settled(clock, setup.instances.add(contoso));
    await settled(clock, setup.list.refresh(contoso));
    const [stored] = await settled(clock, setup.shared.readAll());
    assert.equal(stored?.jobs.length, historyLimit);
    assert.ok(stored.jobs.some(({ answer }) => answer.id === `job-${historyLimit + 99}`));
    assert.ok(!stored.jobs.some(({ answer }) => answer.id === 'job-0'));
  });

  it('that can not be understood is set aside, and the rest of it stays', async (test) => {
    const setup = await jobSetup(test, {
      answers: [
        {
          status: 200,
          body: {
            value: [
              { id: 'a', status: 'failed' },
              { id: 'b', status: 'failed' },
            ],
          },
        },
      ],
    });
    const { clock } = setup.transport;
    await settled(clock, setup.instances.add(contoso));
    await settled(clock, setup.list.refresh(contoso));
    await settled(clock, setup.shared.saved());
    const folder = join(setup.ground.folder, 'jobs');
    const path = join(folder, `${contoso.hostname}.json`);
    const content = JSON.parse(await readFile(path, 'utf8')) as { jobs: unknown[] };
    content.jobs.push({ nonsense: true });
    await writeFile(path, JSON.stringify(content));
    const [stored] = await settled(clock, setup.shared.readAll());
    assert.equal(stored?.jobs.length, 2);
    assert.deepEqual(setup.setAside, ['part']);
    assert.equal((await readdir(folder)).filter((name) => name.includes('unreadable')).length, 1);
  });
});

describe('Diagnostics', () => {
  const failure = {
    at: begun,
    hostname: contoso.hostname,
    operation: 'POST /jobs/deletions',
    status: 500,
    code: undefined,
    errorCodes: ['Outer', 'Inner'],
    traceparent: trace.traceparent,
    requestId: 'request-1',
    body: '{"error":{"code":"Outer"}} Bearer abcdefghijk eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x \u202e',
  };
  const text = diagnostics(
    fullJob(),
    [failure, { ...failure, hostname: 'other.example', operation: 'GET /elsewhere' }],
    [['VS Code', '1.106.0']],
    begun,
  );

  it('have versions, host, ids, traces, timeline, codes and bodies', () => {
    for (const words of [
      'VS Code: 1.106.0',
      `Host: ${contoso.hostname}`,
      'Job ID (operation-id): job-1',
      `traceparent: ${trace.traceparent}`,
      'tracestate: vendor=1',
      '2026-01-02T03:04:05.000Z start accepted: not started',
      'Error codes: A > C',
      'Error detail: B',
      'POST /jobs/deletions: status 500',
      'codes: Outer > Inner',
      'x-ms-request-id: request-1',
    ]) {
      assert.ok(text.includes(words), `${words} in ${text}`);
    }
  });

  it('have nothing secret, nothing of other instances, and nothing that hides', () => {
    assert.doesNotMatch(text, /abcdefghijk|eyJ|\u202e|elsewhere/);
  });
});
