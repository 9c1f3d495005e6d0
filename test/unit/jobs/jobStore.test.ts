import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deletionJob, elapsed, type DeletionJob } from '../../../src/jobs/deletionJob.ts';
import { JobStore } from '../../../src/jobs/jobStore.ts';
import type { DeleteJob } from '../../../src/service/deleteJob.ts';
import { explain } from '../../../src/service/explain.ts';
import { InstanceHost } from '../../../src/service/instanceHost.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import { contoso } from '../../support/transport.ts';

const trace = TraceContext.begin(countingHex());
const fabrikam = InstanceHost.parse('fabrikam.api.neu.digitaltwins.azure.net');

function job(id: string, answer: DeleteJob = {}, at = 0): DeletionJob {
  const createdDateTime = `2026-01-0${id.length}T00:00:00.0000000+00:00`;
  return deletionJob(contoso, { status: 'running', createdDateTime, ...answer, id }, { trace, start: undefined }, at);
}

/** Brings a complete list into the store, as one that was asked for when the store had `earlier`. */
function list(store: JobStore, jobs: readonly DeletionJob[], earlier = store.jobs): void {
  store.addListed(contoso, jobs);
  store.completeList(contoso, new Set(jobs.map(({ id }) => id)), earlier, 0);
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
    list(store, [job('1'), job('333'), job('22'), job('new', { createdDateTime: undefined })]);
    assert.deepEqual(
      store.instance(contoso)?.jobs.map(({ id }) => id),
      ['new', '333', '22', '1'],
    );
  });

  it('tells of the one job that changed, and of nothing when none did', () => {
    const { store, told } = setUp();
    list(store, [job('1'), job('22')]);
    told.length = 0;
    list(store, [job('1'), job('22', { status: 'succeeded' })]);
    list(store, [job('1'), job('22', { status: 'succeeded' })]);
    store.setJob(job('1'));
    assert.deepEqual(told, ['job 22: running > succeeded']);
  });

  it('tells of a new list once, and of each job in it', () => {
    const { store, told } = setUp();
    list(store, [job('1')]);
    assert.deepEqual(told.slice(0, 2), ['instance contoso', 'job 1: undefined > running']);
  });

  it('never lets an ended job run again, whatever answer comes late', () => {
    const { store } = setUp();
    store.setJob(job('1', { status: 'succeeded' }));
    store.setJob(job('1', { status: 'running' }));
    list(store, [job('1', { status: 'notstarted' })]);
    assert.equal(store.job(contoso, '1')?.state.status, 'succeeded');
  });

  it('lets a job run again that was given up as forgotten too early', () => {
    const { store } = setUp();
    store.setJob({ ...job('1'), state: { status: 'forgotten' } });
    list(store, [job('1')]);
    assert.equal(store.job(contoso, '1')?.state.status, 'running');
  });

  it('keeps an active job that a list does not have yet, and marks one that was purged', () => {
    const { store } = setUp();
    list(store, [job('1', { status: 'failed' })]);
    store.setJob(job('22'));
    list(store, []);
    assert.deepEqual(
      store.jobs.map(({ id, isPurged }) => [id, isPurged]),
      [
        ['22', false],
        ['1', true],
      ],
    );
  });

  it('keeps a job that was started and has ended while a list was on its way', () => {
    const { store } = setUp();
    const earlier = store.jobs;
    store.setJob(job('1', { status: 'succeeded' }));
    list(store, [], earlier);
    assert.equal(store.jobs.length, 1);
  });

  it('never lets the end of a job be forgotten', () => {
    const { store } = setUp();
    store.setJob(job('1', { status: 'succeeded' }));
    store.setJob({ ...job('1'), state: { status: 'forgotten' } });
    assert.equal(store.job(contoso, '1')?.state.status, 'succeeded');
  });

  it('takes an id that comes again long after for another job', () => {
    const { store } = setUp();
    store.setJob({ ...job('1', { status: 'succeeded' }), isPurged: true });
    store.setJob(job('1', { status: 'notstarted', createdDateTime: '2026-03-01T00:00:00Z' }));
    assert.equal(store.job(contoso, '1')?.state.status, 'notstarted');
    assert.equal(store.job(contoso, '1')?.isPurged, false);
  });

  it('holds what is learnt now for later than what was known, also when the clock was set back', () => {
    const { store } = setUp();
    const problem = { since: 1, short: '403 Forbidden', needsSignIn: false };
    store.setJob({ ...job('1', {}, 5000), problem });
    const old = store.job(contoso, '1');
    store.setJob(job('1', {}, 1000));
    assert.ok(old);
    store.addStored(contoso, [old]);
    assert.equal(store.job(contoso, '1')?.problem, undefined);
  });

  it('keeps its jobs when the list fails, and is loaded again after a good one', () => {
    const { store, told } = setUp();
    list(store, [job('1')]);
    store.setListFailed(contoso, new Error('x'), explain(new Error('x')));
    assert.equal(store.instance(contoso)?.list.kind, 'failed');
    assert.equal(store.jobs.length, 1);
    told.length = 0;
    list(store, [job('1')]);
    assert.equal(store.instance(contoso)?.list.kind, 'loaded');
    assert.deepEqual(told, ['instance contoso']);
  });

  it('forgets the jobs of an instance that went, and nothing of one that stayed', () => {
    const { store, told } = setUp();
    store.setInstances([contoso, fabrikam]);
    list(store, [job('1')]);
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

describe('What another window has written', () => {
  it('counts when it is later, unless this one knows of an end', () => {
    const { store } = setUp();
    store.setJob(job('1', { status: 'notstarted' }, 1000));
    store.addStored(contoso, [job('1', { status: 'running' }, 500)]);
    assert.equal(store.job(contoso, '1')?.state.status, 'notstarted');
    store.addStored(contoso, [job('1', { status: 'running' }, 2000)]);
    assert.equal(store.job(contoso, '1')?.state.status, 'running');
    store.setJob(job('1', { status: 'succeeded' }, 2500));
    store.addStored(contoso, [job('1', { status: 'running' }, 3000)]);
    assert.equal(store.job(contoso, '1')?.state.status, 'succeeded');
  });

  it('never takes back that an end was told, what was found, or a warning', () => {
    const { store } = setUp();
    const start = { startedAt: 0, timeoutInMinutes: undefined, isEndTold: true, before: undefined };
    const leftover = { models: 0, twins: 0, relationships: 0, at: 5, missing: undefined };
    store.setJob({ ...job('1', { status: 'succeeded' }, 1000), start, leftover, isTimeoutWarned: true });
    store.addStored(contoso, [{ ...job('1', { status: 'succeeded' }, 2000), start: { ...start, isEndTold: false } }]);
    const known = store.job(contoso, '1');
    assert.equal(known?.start?.isEndTold, true);
    assert.equal(known.isTimeoutWarned, true);
    assert.deepEqual(known.leftover, leftover);
  });

  it('that is the same is nothing new', () => {
    const { store, told } = setUp();
    store.setJob(job('1', {}, 1000));
    told.length = 0;
    store.addStored(contoso, [job('1', {}, 2000)]);
    assert.deepEqual(told, []);
  });
});

describe('The timeline of a job', () => {
  const start = { startedAt: 0, timeoutInMinutes: undefined, isEndTold: false, before: undefined };
  const texts = (store: JobStore): string[] => store.job(contoso, '1')?.timeline.map(({ what }) => what) ?? [];

  it('tells what changed and when, and nothing twice', () => {
    const { store } = setUp();
    store.setJob({ ...job('1', { status: 'notstarted' }, 1000), start });
    const problem = { since: 2000, short: '403 Forbidden', needsSignIn: false };
    store.update(contoso, '1', (known) => ({ ...known, problem, updatedAt: 2000 }));
    store.update(contoso, '1', (known) => ({ ...known, problem, updatedAt: 3000 }));
    store.update(contoso, '1', (known) => deletionJob(contoso, { id: '1', status: 'running' }, known, 4000));
    store.update(contoso, '1', (known) => deletionJob(contoso, { id: '1', status: 'failed' }, known, 5000));
    assert.deepEqual(texts(store), [
      'start accepted: not started',
      'no news: 403 Forbidden',
      'running',
      'news again',
      'failed',
    ]);
    assert.deepEqual(
      store.job(contoso, '1')?.timeline.map(({ at }) => at),
      [1000, 2000, 4000, 4000, 5000],
    );
  });

  it('is not kept of jobs that had ended before they were seen', () => {
    const { store } = setUp();
    list(store, [job('1', { status: 'succeeded' })]);
    assert.deepEqual(texts(store), []);
  });

  it('keeps its beginning and its end when it gets long', () => {
    const { store } = setUp();
    store.setJob({ ...job('1', { status: 'notstarted' }, 0), start });
    for (let at = 1; at <= 500; at++) {
      const problem = { since: at, short: `problem ${at}`, needsSignIn: false };
      store.update(contoso, '1', (known) => ({ ...known, problem, updatedAt: at }));
    }
    assert.equal(texts(store).length, 100);
    assert.deepEqual([texts(store)[0], texts(store).at(-1)], ['start accepted: not started', 'no news: problem 500']);
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
