import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deletionJob, elapsed, type DeletionJob } from '../../../src/jobs/deletionJob.ts';
import { JobStore } from '../../../src/jobs/jobStore.ts';
import type { DeleteJob } from '../../../src/service/deleteJob.ts';
import { InstanceHost } from '../../../src/service/instanceHost.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import { contoso } from '../../support/transport.ts';

const trace = TraceContext.begin(countingHex());
const fabrikam = InstanceHost.parse('fabrikam.api.neu.digitaltwins.azure.net');

function job(id: string, answer: DeleteJob = {}): DeletionJob {
  const createdDateTime = `2026-01-0${id.length}T00:00:00.0000000+00:00`;
  return deletionJob(contoso, { status: 'running', createdDateTime, ...answer, id }, { trace, start: undefined });
}

/** A store with one instance, and what it has told since. */
function setUp(): { store: JobStore; told: string[] } {
  const store = new JobStore();
  store.setInstances([contoso]);
  const told: string[] = [];
  store.on('instances', () => told.push('instances'));
  store.on('instance', (host) => told.push(`instance ${host.name}`));
  store.on('job', (changed, before) =>
    told.push(`job ${changed.id}: ${before?.state.status} > ${changed.state.status}`),
  );
  return { store, told };
}

describe('The store', () => {
  it('has the jobs of an instance newest first', () => {
    const { store } = setUp();
    store.setJobs(contoso, [job('1'), job('333'), job('22'), job('new', { createdDateTime: undefined })], store.jobs);
    assert.deepEqual(
      store.instance(contoso)?.jobs.map(({ id }) => id),
      ['new', '333', '22', '1'],
    );
  });

  it('tells of the one job that changed, and of nothing when none did', () => {
    const { store, told } = setUp();
    store.setJobs(contoso, [job('1'), job('22')], store.jobs);
    told.length = 0;
    store.setJobs(contoso, [job('1'), job('22', { status: 'succeeded' })], store.jobs);
    store.setJobs(contoso, [job('1'), job('22', { status: 'succeeded' })], store.jobs);
    store.setJob(job('1'));
    assert.deepEqual(told, ['job 22: running > succeeded']);
  });

  it('tells of a new list once, and of each job in it', () => {
    const { store, told } = setUp();
    store.setJobs(contoso, [job('1')], store.jobs);
    assert.deepEqual(told, ['instance contoso', 'job 1: undefined > running']);
  });

  it('never lets an ended job run again, whatever answer comes late', () => {
    const { store } = setUp();
    store.setJob(job('1', { status: 'succeeded' }));
    store.setJob(job('1', { status: 'running' }));
    store.setJobs(contoso, [job('1', { status: 'notstarted' })], store.jobs);
    assert.equal(store.job(contoso, '1')?.state.status, 'succeeded');
  });

  it('lets a job run again that was given up as forgotten too early', () => {
    const { store } = setUp();
    store.setJob({ ...job('1'), state: { status: 'forgotten' } });
    store.setJobs(contoso, [job('1')], store.jobs);
    assert.equal(store.job(contoso, '1')?.state.status, 'running');
  });

  it('keeps an active job that a list does not have yet, and drops one that was purged', () => {
    const { store } = setUp();
    store.setJobs(contoso, [job('1', { status: 'failed' })], store.jobs);
    store.setJob(job('22'));
    store.setJobs(contoso, [], store.jobs);
    assert.deepEqual(
      store.jobs.map(({ id }) => id),
      ['22'],
    );
  });

  it('keeps a job that was started and has ended while a list was on its way', () => {
    const { store } = setUp();
    const earlier = store.jobs;
    store.setJob(job('1', { status: 'succeeded' }));
    store.setJobs(contoso, [], earlier);
    assert.equal(store.jobs.length, 1);
  });

  it('never lets the end of a job be forgotten', () => {
    const { store } = setUp();
    store.setJob(job('1', { status: 'succeeded' }));
    store.setJob({ ...job('1'), state: { status: 'forgotten' } });
    assert.equal(store.job(contoso, '1')?.state.status, 'succeeded');
  });

  it('keeps its jobs when the list fails, and is loaded again after a good one', () => {
    const { store, told } = setUp();
    store.setJobs(contoso, [job('1')], store.jobs);
    store.setListFailed(contoso, new Error('x'));
    assert.equal(store.instance(contoso)?.list.kind, 'failed');
    assert.equal(store.jobs.length, 1);
    told.length = 0;
    store.setJobs(contoso, [job('1')], store.jobs);
    assert.equal(store.instance(contoso)?.list.kind, 'loaded');
    assert.deepEqual(told, ['instance contoso']);
  });

  it('forgets the jobs of an instance that went, and nothing of one that stayed', () => {
    const { store, told } = setUp();
    store.setInstances([contoso, fabrikam]);
    store.setJobs(contoso, [job('1')], store.jobs);
    told.length = 0;
    store.setInstances([contoso]);
    store.setInstances([contoso]);
    assert.equal(store.jobs.length, 1);
    store.setInstances([fabrikam]);
    store.setJob(job('22'));
    assert.deepEqual(store.jobs, []);
    assert.deepEqual(told, ['instances', 'instances']);
  });
});

describe('A job', () => {
  const now = Date.parse('2026-01-01T00:03:00Z');

  it('has taken the time until now while it runs', () => {
    assert.equal(elapsed(job('1'), now), 180_000);
  });

  it('ignores a finish time until its status is terminal', () => {
    const finishedDateTime = '2026-01-01T00:01:00.0000000+00:00';
    assert.equal(elapsed(job('1', { status: 'notstarted', finishedDateTime }), now), 180_000);
    assert.equal(elapsed(job('1', { status: 'succeeded', finishedDateTime }), now), 60_000);
  });

  it('has no duration when the service names no times', () => {
    assert.equal(elapsed(job('1', { createdDateTime: undefined }), now), undefined);
    assert.equal(elapsed(job('1', { status: 'succeeded' }), now), undefined);
  });
});
