import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { isActive, type DeletionJob } from '../../../src/jobs/deletionJob.ts';
import type { StartRequest } from '../../../src/jobs/jobStarter.ts';
import { parseOperationId } from '../../../src/service/operationId.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import { jobSetup, type JobSetup } from '../../support/jobSetup.ts';
import { passUntil } from '../../support/passing.ts';
import type { Scripted } from '../../support/scriptedHttp.ts';
import { contoso, settled } from '../../support/transport.ts';

const createdDateTime = '2026-01-02T03:04:05.0000000+00:00';

function request(id = 'job-1', changes: Partial<StartRequest> = {}): StartRequest {
  return {
    host: contoso,
    timeoutInMinutes: undefined,
    operationId: parseOperationId(id),
    trace: TraceContext.begin(countingHex()),
    ...changes,
  };
}

/** Answers a start, and every look at the job with the status of the moment. */
function instance(status: { now: string }): Scripted[] {
  const answer: Scripted = (sent) => {
    const code = sent.method === 'POST' ? 202 : 200;
    const job = { id: 'job-1', status: sent.method === 'POST' ? 'notstarted' : status.now, createdDateTime };
    return Promise.resolve({ request: sent, status: code, headers: sent.headers, bodyAsText: JSON.stringify(job) });
  };
  return Array.from({ length: 500 }, () => answer);
}

/** Two windows on the same files and the same instance, both showing it. */
async function twoWindows(test: TestContext, answers: Scripted[]): Promise<{ one: JobSetup; other: JobSetup }> {
  const one = await jobSetup(test, { answers });
  await one.instances.add(contoso);
  const other = await jobSetup(test, { ground: one.ground });
  await other.instances.load();
  return { one, other };
}

function jobIn({ store }: JobSetup): DeletionJob | undefined {
  return store.job(contoso, 'job-1');
}

describe('Of two windows', () => {
  it('one asks for a job, and both show the same', async (test) => {
    const status = { now: 'running' };
    const { one, other } = await twoWindows(test, instance(status));
    const { clock, httpClient } = one.transport;
    await settled(clock, one.starter.start(request()));
    await passUntil(clock, () => jobIn(one)?.state.status === 'running');
    await settled(clock, one.shared.saved());
    await other.shared.fileChanged(`${contoso.hostname}.json`);
    assert.equal(jobIn(other)?.state.status, 'running');
    assert.deepEqual([one.watcher.isHolding(contoso), other.watcher.isHolding(contoso)], [true, false]);

    const before = httpClient.sent.length;
    await clock.pass(10 * 60_000);
    const asked = httpClient.sent.length - before;
    assert.ok(asked <= (10 * 60_000) / 30_000 + 8, `${asked} times in ten minutes, as one window does`);

    status.now = 'succeeded';
    await passUntil(clock, () => one.told.length + other.told.length > 0);
    await passUntil(clock, () => jobIn(other)?.start?.isEndTold === true);
    assert.deepEqual([one.told.length, other.told.length], [1, 0]);
    assert.equal(jobIn(other)?.state.status, 'succeeded');
    assert.deepEqual(jobIn(other), jobIn(one));
  });

  it('the other takes over within 30 s when the one that asks dies, and tells the end', async (test) => {
    const status = { now: 'running' };
    const { one, other } = await twoWindows(test, instance(status));
    const { clock } = one.transport;
    const { locks } = one.ground;
    await settled(clock, one.starter.start(request()));
    await passUntil(clock, () => jobIn(one)?.state.status === 'running');
    await settled(clock, one.shared.saved());
    await other.shared.load(contoso);
    locks.die();
    const died = clock.now();
    await passUntil(clock, () => other.watcher.isHolding(contoso));
    assert.ok(clock.now() - died <= 30_000, `taken over after ${clock.now() - died} ms`);
    status.now = 'succeeded';
    await passUntil(clock, () => other.told.length > 0);
    assert.equal(jobIn(other)?.state.status, 'succeeded');
  });

  it('the other takes over within 30 s when nobody sees the one that asks any more', async (test) => {
    const status = { now: 'running' };
    const { one, other } = await twoWindows(test, instance(status));
    const { clock } = one.transport;
    await settled(clock, one.starter.start(request()));
    await passUntil(clock, () => jobIn(one)?.state.status === 'running');
    await settled(clock, one.shared.saved());
    await other.shared.load(contoso);
    one.leave();
    const left = clock.now();
    await passUntil(clock, () => other.watcher.isHolding(contoso));
    assert.ok(clock.now() - left <= 30_000, `taken over after ${clock.now() - left} ms`);
    assert.equal(one.watcher.isHolding(contoso), false);
    status.now = 'succeeded';
    await passUntil(clock, () => other.told.length > 0);
    assert.equal(one.told.length, 0);
  });

  it('that both learn of an end in the same moment, one tells it', async (test) => {
    const { one, other } = await twoWindows(test, []);
    await one.started.remember(contoso, 'job-1', {
      trace: request().trace,
      start: { startedAt: one.transport.clock.now(), timeoutInMinutes: undefined, isEndTold: false, before: undefined },
    });
    const claims = await settled(
      one.transport.clock,
      Promise.all([one, other].map(({ started }) => started.claimEnd(contoso, 'job-1'))),
    );
    assert.deepEqual(claims.sort(), [false, true]);
  });

  it('a start in both at once gives one POST', async (test) => {
    const { one, other } = await twoWindows(test, instance({ now: 'running' }));
    const starts = await settled(
      one.transport.clock,
      Promise.allSettled([one.starter.start(request()), other.starter.start(request('job-2'))]),
    );
    assert.deepEqual(starts.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.equal(one.transport.httpClient.sent.filter(({ method }) => method === 'POST').length, 1);
  });
});

describe('A start', () => {
  it('twice at once in one window gives one POST, and the other is told so', async (test) => {
    const setup = await jobSetup(test, { answers: instance({ now: 'running' }) });
    const starts = await settled(
      setup.transport.clock,
      Promise.allSettled([setup.starter.start(request()), setup.starter.start(request('job-2'))]),
    );
    const [refused] = starts.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    assert.equal((refused?.reason as Error).name, 'StartFailedError');
    assert.equal(((refused?.reason as Error).cause as Error).name, 'InstanceBusyError');
    assert.equal(setup.transport.httpClient.sent.filter(({ method }) => method === 'POST').length, 1);
  });

  it('is refused when another was made since the instance was looked at, whatever the clock says', async (test) => {
    const { one, other } = await twoWindows(test, instance({ now: 'succeeded' }));
    const { clock, httpClient } = one.transport;
    const knownStarts = new Set<string>();
    await settled(clock, other.starter.start(request('job-1', { knownStarts })));
    await passUntil(clock, () => !isActive(jobIn(other) ?? assert.fail()));
    await assert.rejects(settled(clock, one.starter.start(request('job-2', { knownStarts }))), { started: 'no' });
    const seen = new Set(['job-1']);
    await settled(clock, one.starter.start(request('job-2', { knownStarts: seen })));
    assert.equal(httpClient.sent.filter(({ method }) => method === 'POST').length, 2);
  });

  it('is not sent by a window that was asleep while another took over, and leaves no record', async (test) => {
    const setup = await jobSetup(test, { answers: instance({ now: 'running' }) });
    const { clock, httpClient } = setup.transport;
    const { locks } = setup.ground;
    const remember = setup.started.remember.bind(setup.started);
    setup.started.remember = async (...given) => {
      const isNew = await remember(...given);
      locks.die();
      await clock.pass(20_000);
      await locks.window().tryTake(`${contoso.hostname}.start`);
      return isNew;
    };
    await assert.rejects(settled(clock, setup.starter.start(request())), { started: 'no' });
    assert.equal(httpClient.sent.length, 0);
    assert.equal((await setup.started.startsOn(contoso)).size, 0);
  });

  it('is refused while the stored protections can not be read, until a person says otherwise', async (test) => {
    const setup = await jobSetup(test);
    const { clock, httpClient } = setup.transport;
    await mkdir(setup.ground.folder, { recursive: true });
    await writeFile(join(setup.ground.folder, 'records.json'), '{"version":1,"protectedIns');
    await settled(clock, setup.instances.load());
    await assert.rejects(settled(clock, setup.starter.start(request())), { started: 'no' });
    assert.equal(httpClient.sent.length, 0);
    await settled(clock, setup.instances.add(contoso));
    assert.deepEqual(setup.store.instance(contoso)?.protection, { by: 'lost' });
    await settled(clock, setup.instances.removeProtection(contoso));
    assert.equal(setup.store.instance(contoso)?.protection, undefined);
    httpClient.script(...instance({ now: 'running' }));
    await settled(clock, setup.starter.start(request()));
  });

  it('on a protected instance sends nothing, also when another window has just protected it', async (test) => {
    const { one, other } = await twoWindows(test, []);
    const { clock, httpClient } = one.transport;
    await settled(clock, other.instances.protect(contoso));
    await assert.rejects(settled(clock, one.starter.start(request())), (error: Error) => {
      assert.equal((error.cause as Error).name, 'InstanceProtectedError');
      return true;
    });
    assert.equal(httpClient.sent.length, 0);
    assert.deepEqual(other.store.instance(contoso)?.protection, { by: 'person' });
    await settled(clock, other.instances.removeProtection(contoso));
    httpClient.script(...instance({ now: 'running' }));
    await settled(clock, one.starter.start(request()));
  });

  it("on an instance that a rule protects sends nothing, and taking the person's protection away changes nothing", async (test) => {
    const setup = await jobSetup(test, { protectedHosts: ['contoso.*'] });
    const { clock, httpClient } = setup.transport;
    await settled(clock, setup.instances.add(contoso));
    await settled(clock, setup.instances.removeProtection(contoso));
    assert.deepEqual(setup.store.instance(contoso)?.protection, { by: 'rule', rule: 'contoso.*' });
    await assert.rejects(settled(clock, setup.starter.start(request())), { started: 'no' });
    assert.equal(httpClient.sent.length, 0);
  });
});
