import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { mkdir } from 'node:fs/promises';
import { RestError } from '@azure/core-rest-pipeline';
import { isActive, type DeletionJob } from '../../../src/jobs/deletionJob.ts';
import { StartFailedError, type StartRequest } from '../../../src/jobs/jobStarter.ts';
import { watchIntervals } from '../../../src/jobs/jobWatcher.ts';
import { IdentityChangedError, SignInRequiredError } from '../../../src/service/errors.ts';
import { parseOperationId } from '../../../src/service/operationId.ts';
import { checkTimeoutInMinutes } from '../../../src/service/timeoutInMinutes.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { jobSetup, type JobSetup } from '../../support/jobSetup.ts';
import { passUntil as passClockUntil } from '../../support/passing.ts';
import type { Scripted } from '../../support/scriptedHttp.ts';
import { contoso, settled } from '../../support/transport.ts';

const operationId = parseOperationId('delete-job-1');
const request: StartRequest = {
  host: contoso,
  timeoutInMinutes: checkTimeoutInMinutes(60),
  operationId,
  trace: TraceContext.parse('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
};

function answer(status: string, code = 200): Scripted {
  const finishedDateTime = ['succeeded', 'failed'].includes(status) ? '2026-01-02T03:06:08.0000000+00:00' : undefined;
  const createdDateTime = '2026-01-02T03:04:05.0000000+00:00';
  return { status: code, body: { id: operationId, status, createdDateTime, finishedDateTime } };
}

const running = answer('running');
const notFound: Scripted = { status: 404, body: { error: { code: 'DeleteJobNotFound' } } };

async function start(test: TestContext, ...answers: Scripted[]): Promise<JobSetup> {
  const setup = await jobSetup(test, { answers: [answer('notstarted', 202), ...answers] });
  await settled(setup.transport.clock, setup.starter.start(request));
  return setup;
}

function theJob({ store }: JobSetup): DeletionJob {
  const [job] = store.jobs;
  assert.ok(job);
  return job;
}

function passUntil({ transport }: JobSetup, until: () => boolean): Promise<void> {
  return passClockUntil(transport.clock, until);
}

/** A window after a restart of VS Code: the first one is gone, files and instance are there. */
async function restart(test: TestContext, setup: JobSetup, ...answers: Scripted[]): Promise<JobSetup> {
  await settled(setup.transport.clock, setup.shared.saved());
  setup.watcher.dispose();
  setup.transport.httpClient.forget();
  const restarted = await jobSetup(test, { ground: setup.ground, answers });
  await restarted.instances.load();
  return restarted;
}

describe('A start that was confirmed as one account', () => {
  const identity = {
    credential: 'vscode',
    account: { id: 'kim', label: 'kim@contoso.com' },
    tenantId: undefined,
  } as const;

  it('is sent as that account', async (test) => {
    const setup = await jobSetup(test, { answers: [answer('notstarted', 202)] });
    await setup.instances.add(contoso, { access: { account: identity.account } });
    await settled(setup.transport.clock, setup.starter.start({ ...request, identity }));
    assert.equal(setup.transport.httpClient.sent.length, 1);
  });

  it('is not sent when another was settled meanwhile, and leaves no record', async (test) => {
    const setup = await jobSetup(test, { answers: [answer('notstarted', 202)] });
    await setup.instances.add(contoso, { access: { credential: 'azureCli' } });
    const started = settled(setup.transport.clock, setup.starter.start({ ...request, identity }));
    await assert.rejects(started, (error) => {
      assert.ok(error instanceof StartFailedError);
      assert.ok(error.cause instanceof IdentityChangedError);
      return error.started === 'no';
    });
    assert.equal(setup.transport.httpClient.sent.length, 0);
    assert.deepEqual((await setup.records.read()).starts, []);
  });
});

describe('A started job', () => {
  it('is watched until it ends, then no more', async (test) => {
    const setup = await start(test, running, running, answer('succeeded'));
    await passUntil(setup, () => !isActive(theJob(setup)));
    assert.deepEqual(theJob(setup).state, {
      status: 'succeeded',
      finishedAt: Date.parse('2026-01-02T03:06:08Z'),
    });
    await setup.transport.clock.pass(10 * 60_000);
    assert.equal(setup.transport.httpClient.sent.length, 4);
  });

  it('is asked for on the same trace, each time with another span', async (test) => {
    const setup = await start(test, running, answer('succeeded'));
    await passUntil(setup, () => !isActive(theJob(setup)));
    const traceparents = setup.transport.httpClient.sent.map(({ headers }) => headers['traceparent'] ?? '');
    assert.equal(traceparents[0], request.trace.traceparent);
    assert.deepEqual(new Set(traceparents.map((each) => each.slice(3, 35))), new Set([request.trace.traceId]));
    assert.equal(new Set(traceparents).size, 3);
  });

  it('is asked for soon at first, then ever more rarely, at least every 30 s', async (test) => {
    const setup = await start(test, ...Array.from({ length: 20 }, () => running), answer('succeeded'));
    const { clock, httpClient } = setup.transport;
    const times: number[] = [];
    await passUntil(setup, () => {
      while (times.length < httpClient.sent.length) {
        times.push(clock.now());
      }
      return !isActive(theJob(setup));
    });
    const pauses = times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 1000);
    assert.ok((pauses[0] ?? 0) <= 3, `first after ${pauses[0]} s`);
    assert.ok(
      pauses.every((pause, index) => pause >= (pauses[index - 1] ?? 0) - 1),
      pauses.join(),
    );
    assert.ok(Math.max(...pauses) <= watchIntervals.longest / 1000 + 1, pauses.join());
    assert.ok((pauses.at(-1) ?? 0) >= 29, pauses.join());
  });

  it('stays active through failures to ask, which it shows since the first of them', async (test) => {
    const down = new RestError('down', { code: 'EHOSTUNREACH' });
    const setup = await start(test, running, down, down, running, answer('succeeded'));
    const { clock } = setup.transport;
    await passUntil(setup, () => theJob(setup).problem !== undefined);
    const since = theJob(setup).problem?.since ?? 0;
    assert.ok(clock.now() - since < 3000);
    await passUntil(setup, () => setup.transport.httpClient.sent.length === 4);
    assert.equal(theJob(setup).problem?.since, since);
    await passUntil(setup, () => theJob(setup).problem === undefined);
    await passUntil(setup, () => !isActive(theJob(setup)));
    assert.equal(theJob(setup).state.status, 'succeeded');
  });

  it('is left alone as long as a Retry-After asks', async (test) => {
    const busy: Scripted = { status: 429, headers: { 'retry-after': '600' } };
    const setup = await start(test, busy, answer('succeeded'));
    await passUntil(setup, () => theJob(setup).problem !== undefined);
    const begun = setup.transport.clock.now();
    await passUntil(setup, () => !isActive(theJob(setup)));
    assert.ok(setup.transport.clock.now() - begun >= 598_000);
  });

  it('is watched on when the sign-in is back', async (test) => {
    const setup = await start(test, running, answer('succeeded'));
    const { credential } = setup.transport;
    const getToken = credential.getToken.bind(credential);
    credential.getToken = () => Promise.reject(new SignInRequiredError());
    await passUntil(setup, () => theJob(setup).problem?.needsSignIn === true);
    credential.getToken = getToken;
    await passUntil(setup, () => !isActive(theJob(setup)));
    assert.equal(theJob(setup).state.status, 'succeeded');
  });

  it('is given up as forgotten when the service does not know it for minutes', async (test) => {
    const setup = await start(test, notFound, running, ...Array.from({ length: 30 }, () => notFound));
    const begun = setup.transport.clock.now();
    await passUntil(setup, () => !isActive(theJob(setup)));
    assert.equal(theJob(setup).state.status, 'forgotten');
    assert.ok(setup.transport.clock.now() - begun > 120_000);
  });

  it('is looked at at once when something may have changed', async (test) => {
    const setup = await start(test, ...Array.from({ length: 8 }, () => running), answer('succeeded'));
    await passUntil(setup, () => setup.transport.httpClient.sent.length === 9);
    await setup.transport.clock.pass(5000);
    setup.watcher.lookNow();
    await passUntil(setup, () => setup.transport.httpClient.sent.length === 10);
    await setup.transport.clock.pass(0);
    await turn();
    assert.equal(theJob(setup).state.status, 'succeeded');
  });

  it('is watched on under a status that is newer than the extension', async (test) => {
    const setup = await start(test, answer('paused'), answer('failed'));
    await passUntil(setup, () => theJob(setup).state.status === 'other');
    await passUntil(setup, () => theJob(setup).state.status === 'failed');
  });

  it('is no longer asked for when its instance was removed from the list', async (test) => {
    const setup = await start(test);
    await setup.instances.remove(contoso);
    await setup.transport.clock.pass(60_000);
    assert.equal(setup.transport.httpClient.sent.length, 1);
  });
});

describe('A start', () => {
  it('is written down before it is sent', async (test) => {
    const setup = await jobSetup(test);
    let remembered = false;
    setup.transport.httpClient.script(async (sent) => {
      remembered = (await setup.started.startsOn(contoso)).has(operationId);
      return { request: sent, status: 202, headers: sent.headers, bodyAsText: '{}' };
    });
    const job = await settled(setup.transport.clock, setup.starter.start(request));
    assert.equal(remembered, true);
    assert.equal(job.id, operationId);
    assert.deepEqual(job.start?.timeoutInMinutes, 60);
    assert.equal(setup.store.job(contoso, operationId), job);
  });

  for (const [what, failure, started] of [
    ['a refusal', { status: 400, body: { error: { code: 'JobLimitReached' } } }, 'no'],
    ['a 403 with an empty body', { status: 403 }, 'no'],
    ['a 429', { status: 429 }, 'no'],
    ['no account', new SignInRequiredError(), 'no'],
    ['a 408', { status: 408 }, 'unknown'],
    ['another success than a 202', { status: 200 }, 'unknown'],
    ['a defect of the HTTP client', new Error('x'), 'unknown'],
    ['a name that does not exist', new RestError('no', { code: 'ENOTFOUND' }), 'no'],
    ['a refused connection', new RestError('no', { code: 'ECONNREFUSED' }), 'no'],
    ['an untrusted certificate', new RestError('no', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'no'],
    ['a broken connection', new RestError('reset', { code: 'ECONNRESET' }), 'unknown'],
    ['a 502', { status: 502 }, 'unknown'],
    ['a redirect', { status: 302, headers: { location: 'https://evil.com' } }, 'unknown'],
  ] as const) {
    it(`that ends in ${what} has started: ${started}`, async (test) => {
      const setup = await jobSetup(test, { answers: [failure] });
      await assert.rejects(settled(setup.transport.clock, setup.starter.start(request)), (error: StartFailedError) => {
        assert.equal(error.started, started);
        return true;
      });
      assert.equal(setup.transport.httpClient.sent.length, 1);
      assert.equal((await setup.started.startsOn(contoso)).has(operationId), started === 'unknown');
    });
  }

  it('is not sent when it can not be written down', async (test) => {
    const setup = await jobSetup(test, { answers: [answer('notstarted', 202)] });
    await mkdir(join(setup.ground.folder, 'records.json'), { recursive: true });
    await assert.rejects(settled(setup.transport.clock, setup.starter.start(request)), {
      name: 'StartFailedError',
      started: 'no',
    });
    assert.equal(setup.transport.httpClient.sent.length, 0);
  });

  it('with an id that an earlier start of ours has taken was accepted then', async (test) => {
    const setup = await start(test);
    // Ended, so that no look at it comes between.
    setup.store.setJob({ ...theJob(setup), state: { status: 'succeeded', finishedAt: undefined } });
    const error = { code: 'ValidationFailed', message: 'Operation-Id already exists' };
    setup.transport.httpClient.script({ status: 400, body: { error } });
    await assert.rejects(settled(setup.transport.clock, setup.starter.start(request)), { started: 'unknown' });
    assert.equal((await setup.started.startsOn(contoso)).has(operationId), true);
    assert.equal(theJob(setup).state.status, 'succeeded');
  });
});

describe('A start without a clear answer', () => {
  const lost = new RestError('reset', { code: 'ECONNRESET' });

  async function startLost(test: TestContext, ...answers: Scripted[]): Promise<JobSetup> {
    const setup = await jobSetup(test, { answers: [lost, ...answers] });
    await assert.rejects(settled(setup.transport.clock, setup.starter.start(request)), { started: 'unknown' });
    return setup;
  }

  it('turns out to be a job when the instance knows it, however late', async (test) => {
    const setup = await startLost(test, lost, lost, lost, notFound, running, answer('succeeded'));
    assert.equal(theJob(setup).state.status, 'unconfirmed');
    assert.ok(isActive(theJob(setup)));
    await passUntil(setup, () => theJob(setup).state.status === 'running');
    await passUntil(setup, () => theJob(setup).state.status === 'succeeded');
    assert.equal(setup.transport.httpClient.sent.filter(({ method }) => method === 'POST').length, 1);
  });

  it('that was given up and then turns up after all has its end told too', async (test) => {
    const setup = await startLost(test, ...Array.from({ length: 30 }, () => notFound));
    await passUntil(setup, () => setup.told.length === 1);
    assert.equal(setup.told[0]?.state.status, 'absent');
    setup.transport.httpClient.forget();
    const list = { status: 200, body: { value: [{ id: operationId, status: 'running' }] } };
    setup.transport.httpClient.script(list, answer('succeeded'));
    await settled(setup.transport.clock, setup.list.refresh(contoso));
    await passUntil(setup, () => setup.told.length === 2);
    assert.equal(setup.told[1]?.state.status, 'succeeded');
  });

  it('turns out to be none when the instance keeps on not knowing it', async (test) => {
    const setup = await startLost(test, ...Array.from({ length: 30 }, () => notFound));
    const begun = setup.transport.clock.now();
    await passUntil(setup, () => !isActive(theJob(setup)));
    assert.equal(theJob(setup).state.status, 'absent');
    const passed = setup.transport.clock.now() - begun;
    assert.ok(passed > 20_000 && passed < 120_000, String(passed));
  });
});

describe('A list', () => {
  it('brings the jobs of all pages, and has the active ones watched', async (test) => {
    const page = {
      status: 200,
      body: { value: [{ id: 'ended', status: 'succeeded' }], nextLink: `${contoso.origin}/2` },
    };
    const last = { status: 200, body: { value: [{ id: operationId, status: 'running' }, { status: 'failed' }] } };
    const setup = await jobSetup(test, { answers: [page, last, answer('succeeded')] });
    await setup.instances.add(contoso);
    await settled(setup.transport.clock, setup.list.refresh(contoso));
    assert.deepEqual(
      setup.store.jobs.map(({ id }) => id),
      ['ended', operationId],
    );
    await passUntil(setup, () => setup.store.job(contoso, operationId)?.state.status === 'succeeded');
    const traces = setup.transport.httpClient.sent.map(({ headers }) => headers['traceparent']?.slice(3, 35));
    assert.equal(new Set(traces).size, 1, 'a job found by a list is asked for on the trace of that list');
  });

  it('is asked for after a restart only where the end of a start was not told', async (test) => {
    const setup = await start(test);
    const list = { value: [{ id: operationId, status: 'succeeded' }] };
    // On a busy machine time passes before the list is asked for, and the job itself is asked for meanwhile.
    const either: Scripted = (sent) => {
      const isList = new URL(sent.url).pathname === '/jobs/deletions';
      const bodyAsText = JSON.stringify(isList ? list : { id: operationId, status: 'running' });
      return Promise.resolve({ request: sent, status: 200, headers: sent.headers, bodyAsText });
    };
    const restarted = await restart(test, setup, ...Array.from({ length: 10 }, () => either));
    await settled(restarted.transport.clock, restarted.list.resume());
    assert.equal(theJob(restarted).start?.isEndTold, false);
    await passUntil(restarted, () => restarted.told.length > 0);

    const again = await restart(test, restarted);
    await settled(again.transport.clock, again.list.resume());
    await again.transport.clock.pass(60_000);
    assert.equal(again.transport.httpClient.sent.length, 0);
    assert.equal(again.told.length, 0);
  });

  it('that fails does not keep a start from being settled that a crash left open', async (test) => {
    const setup = await jobSetup(test);
    await settled(setup.transport.clock, setup.instances.add(contoso));
    const known = { startedAt: setup.transport.clock.now(), timeoutInMinutes: undefined, isEndTold: false };
    await settled(
      setup.transport.clock,
      setup.started.remember(contoso, operationId, { trace: request.trace, start: { ...known, before: undefined } }),
    );
    const restarted = await restart(test, setup, { status: 403 }, running, answer('succeeded'));
    await settled(restarted.transport.clock, restarted.list.resume());
    await passUntil(restarted, () => restarted.told.length === 1);
    assert.equal(restarted.told[0]?.state.status, 'succeeded');
  });

  it('has a start settled that a crash left open', async (test) => {
    const setup = await jobSetup(test);
    await settled(setup.transport.clock, setup.instances.add(contoso));
    // Written down, and then the window crashed.
    const known = { startedAt: setup.transport.clock.now(), timeoutInMinutes: undefined, isEndTold: false };
    await settled(
      setup.transport.clock,
      setup.started.remember(contoso, operationId, { trace: request.trace, start: { ...known, before: undefined } }),
    );
    const empty = { status: 200, body: { value: [] } };
    const restarted = await restart(test, setup, empty, ...Array.from({ length: 30 }, () => notFound));
    await settled(restarted.transport.clock, restarted.list.resume());
    assert.equal(theJob(restarted).state.status, 'unconfirmed');
    await passUntil(restarted, () => theJob(restarted).state.status === 'absent');
  });

  it('leaves a start alone that is still on its way', async (test) => {
    const setup = await jobSetup(test);
    await setup.instances.add(contoso);
    const { clock, httpClient } = setup.transport;
    const untilWrittenDown: Scripted = async (sent) => {
      while (!(await setup.started.startsOn(contoso)).has(operationId)) {
        await turn();
      }
      return { request: sent, status: 200, headers: sent.headers, bodyAsText: '{"value":[]}' };
    };
    httpClient.script(untilWrittenDown, { status: 400, body: { error: { code: 'JobLimitReached' } } });
    // The list goes out first; the start is written down before the list is answered, and sent after it.
    const list = setup.list.refresh(contoso);
    const started = setup.starter.start(request);
    await assert.rejects(settled(clock, started), { started: 'no' });
    await settled(clock, list);
    assert.deepEqual(setup.store.jobs, []);
  });

  it('knows a job that was started before a restart', async (test) => {
    const setup = await start(test);
    const list = { status: 200, body: { value: [{ id: operationId, status: 'running' }] } };
    const restarted = await restart(test, setup, list);
    await settled(restarted.transport.clock, restarted.list.refresh(contoso));
    assert.equal(theJob(restarted).start?.timeoutInMinutes, 60);
    assert.equal(theJob(restarted).trace.traceparent, request.trace.traceparent);
  });

  it('asked for twice at once is sent once', async (test) => {
    const setup = await jobSetup(test, { answers: [{ status: 200, body: { value: [] } }] });
    await setup.instances.add(contoso);
    await settled(setup.transport.clock, Promise.all([setup.list.refresh(contoso), setup.list.refreshAll()]));
    assert.equal(setup.transport.httpClient.sent.length, 1);
  });

  it('sends nothing more to an instance that was removed meanwhile', async (test) => {
    const setup = await jobSetup(test);
    await setup.instances.add(contoso);
    setup.transport.httpClient.script(async (sent) => {
      await setup.instances.remove(contoso);
      const bodyAsText = JSON.stringify({ value: [], nextLink: `${contoso.origin}/2` });
      return { request: sent, status: 200, headers: sent.headers, bodyAsText };
    });
    await settled(setup.transport.clock, setup.list.refresh(contoso));
    assert.equal(setup.transport.httpClient.sent.length, 1);
  });

  it('that fails for a reason of its own is logged', async (test) => {
    const setup = await jobSetup(test);
    await setup.instances.add(contoso);
    setup.transport.credential.getToken = () => Promise.reject(new TypeError('a defect'));
    await settled(setup.transport.clock, setup.list.refresh(contoso));
    assert.match(setup.transport.log.of('error').join(), /TypeError: a defect/);
  });

  it('is no longer there when the account is gone, without a request; and is asked for when it is back', async (test) => {
    const empty = { status: 200, body: { value: [] } };
    const setup = await jobSetup(test, { answers: [empty, empty] });
    const { transport, list, store, instances } = setup;
    const getToken = transport.credential.getToken.bind(transport.credential);
    const recheck = (isConcerned = true): Promise<void> =>
      settled(
        transport.clock,
        list.recheckSignIn(() => isConcerned),
      );
    await instances.add(contoso);
    await recheck();
    assert.equal(transport.httpClient.sent.length, 0, 'it had not been asked before');
    await settled(transport.clock, list.refresh(contoso));
    transport.credential.getToken = () => Promise.reject(new SignInRequiredError());
    await recheck(false);
    assert.equal(store.instance(contoso)?.list.kind, 'loaded');
    await recheck();
    const gone = store.instance(contoso)?.list;
    assert.ok(gone?.kind === 'failed' && gone.error instanceof SignInRequiredError);
    assert.equal(transport.httpClient.sent.length, 1);
    transport.credential.getToken = getToken;
    await recheck();
    assert.equal(store.instance(contoso)?.list.kind, 'loaded');
    assert.equal(transport.httpClient.sent.length, 2);
  });

  it('that is asked for anew does not take the answer to what was asked before', async (test) => {
    const setup = await jobSetup(test, { answers: [{ status: 404 }, { status: 200, body: { value: [] } }] });
    const { transport, list, store, instances } = setup;
    await instances.add(contoso);
    const before = list.refresh(contoso);
    await settled(transport.clock, list.refreshAnew(contoso));
    await settled(transport.clock, before);
    assert.equal(transport.httpClient.sent.length, 2);
    assert.equal(store.instance(contoso)?.list.kind, 'loaded');
  });

  it('that fails leaves the reason in the store', async (test) => {
    const setup = await jobSetup(test, { answers: [{ status: 403 }, { status: 200, body: { value: [] } }] });
    await setup.instances.add(contoso);
    await settled(setup.transport.clock, setup.list.refresh(contoso));
    const failed = setup.store.instance(contoso)?.list;
    assert.equal(failed?.kind === 'failed' && (failed.error as { status?: number }).status, 403);
    await settled(
      setup.transport.clock,
      setup.list.recheckSignIn(() => true),
    );
    assert.equal(setup.transport.httpClient.sent.length, 1, 'only what lacked an account is asked for again');
  });
});
