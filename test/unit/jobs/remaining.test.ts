import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { DeletionJob } from '../../../src/jobs/deletionJob.ts';
import { checkTimeoutInMinutes } from '../../../src/service/timeoutInMinutes.ts';
import { parseOperationId } from '../../../src/service/operationId.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import { jobSetup, type JobSetup } from '../../support/jobSetup.ts';
import { passUntil } from '../../support/passing.ts';
import type { Scripted } from '../../support/scriptedHttp.ts';
import { contoso, settled } from '../../support/transport.ts';

const minute = 60_000;

interface Running {
  readonly setup: JobSetup;
  readonly job: () => DeletionJob;
  /** The status that the next look finds. */
  readonly status: { now: string };
  readonly warned: DeletionJob[];
}

/** A job of 15 minutes that has been started on an instance of 1,000 things. */
async function running(test: TestContext, trackRemaining = true): Promise<Running> {
  const setup = await jobSetup(test, { trackRemaining });
  const { clock, httpClient } = setup.transport;
  const status = { now: 'running' };
  const created = new Date(clock.now()).toISOString();
  const answer: Scripted = (request) => {
    httpClient.script(answer);
    const isStart = request.method === 'POST';
    const isOver = status.now === 'succeeded' || status.now === 'failed';
    const bodyAsText = JSON.stringify({
      id: 'job-1',
      status: isStart ? 'notstarted' : status.now,
      createdDateTime: created,
      ...(isOver && { finishedDateTime: new Date(clock.now()).toISOString() }),
    });
    return Promise.resolve({ request, status: isStart ? 202 : 200, headers: request.headers, bodyAsText });
  };
  httpClient.script(answer);
  httpClient.held = { models: 0, twins: 400, relationships: 600 };
  const warned: DeletionJob[] = [];
  setup.tracker.on('timeoutExpected', (job) => warned.push(job));
  await settled(
    clock,
    setup.starter.start({
      host: contoso,
      operationId: parseOperationId('job-1'),
      timeoutInMinutes: checkTimeoutInMinutes(15),
      trace: TraceContext.begin(countingHex()),
      before: { models: 0, twins: 400, relationships: 600, at: clock.now(), missing: undefined },
    }),
  );
  return { setup, job: () => setup.store.job(contoso, 'job-1') ?? assert.fail(), status, warned };
}

describe('While a job of ours runs', () => {
  it('what is left is counted every ten seconds and no more often', async (test) => {
    const { setup, job } = await running(test);
    const { clock, httpClient } = setup.transport;
    await clock.pass(8000);
    assert.equal(httpClient.counts.length, 0);
    await passUntil(clock, () => job().progress !== undefined);
    assert.deepEqual(job().progress?.left, {
      models: 0,
      twins: 400,
      relationships: 600,
      at: job().progress?.at,
      missing: undefined,
    });
    const begun = clock.now();
    const before = httpClient.counts.filter(({ method }) => method === 'POST').length;
    await passUntil(clock, () => clock.now() - begun >= 60_000);
    const rounds = (httpClient.counts.filter(({ method }) => method === 'POST').length - before) / 2;
    assert.ok(rounds >= 5 && rounds <= 6, `${rounds} rounds in a minute`);
  });

  it('nothing is counted when the person does not want it', async (test) => {
    const { setup } = await running(test, false);
    await setup.transport.clock.pass(5 * minute);
    assert.equal(setup.transport.httpClient.counts.length, 0);
  });

  it('counts that fail change nothing about watching, are said once, and obey Retry-After', async (test) => {
    const { setup, job, status } = await running(test);
    const { clock, httpClient, log } = setup.transport;
    httpClient.held = { status: 429, headers: { 'retry-after': '120' } };
    await passUntil(clock, () => httpClient.counts.length === 3);
    const asked = httpClient.counts.length;
    await clock.pass(100_000);
    assert.equal(httpClient.counts.length, asked, 'nothing for two minutes');
    await passUntil(clock, () => httpClient.counts.length > asked);
    assert.equal(log.of('warn').filter((line) => line.includes("can't be counted")).length, 1);
    assert.equal(job().problem, undefined);
    status.now = 'succeeded';
    await passUntil(clock, () => setup.told.length === 1);
  });

  it('the sum of the query charge is in the log when it ends', async (test) => {
    const { setup, status } = await running(test);
    const { clock, log } = setup.transport;
    await passUntil(clock, () => log.of('trace').some((line) => line.includes('query charge so far 6.00')));
    status.now = 'succeeded';
    await passUntil(clock, () => setup.told.length === 1);
    assert.match(
      log.of('info').join('\n'),
      /Counting what was left during deletion job job-1 took \d+ requests and a query charge of \d+\.\d\d query units/,
    );
  });

  it('a warning comes once when the timeout is expected first', async (test) => {
    const { setup, warned } = await running(test);
    const { clock, httpClient } = setup.transport;
    const begun = clock.now();
    // A pace at which 15 minutes are enough for half of it.
    await passUntil(clock, () => {
      const left = 600 - Math.round((300 * (clock.now() - begun)) / (15 * minute));
      httpClient.held = { models: 0, twins: 400, relationships: left };
      return warned.length > 0 || clock.now() - begun > 10 * minute;
    });
    assert.equal(warned.length, 1);
    assert.ok(warned[0]?.isTimeoutWarned);
    await clock.pass(2 * minute);
    assert.equal(warned.length, 1);
  });
});

describe('After a job of ours', () => {
  it('ten seconds pass before what is left is counted, and then the end is told', async (test) => {
    const { setup, job, status } = await running(test, false);
    const { clock, httpClient } = setup.transport;
    httpClient.held = { models: 0, twins: 0, relationships: 0 };
    status.now = 'succeeded';
    await passUntil(clock, () => job().state.status === 'succeeded');
    const ended = clock.now();
    await passUntil(clock, () => httpClient.counts.length > 0);
    assert.ok(clock.now() - ended >= 9000, `counted after ${clock.now() - ended} ms`);
    await passUntil(clock, () => setup.told.length > 0);
    assert.equal(setup.told[0]?.leftover?.twins, 0);
    assert.equal(httpClient.counts.length, 3);
  });

  it('what seems left after a success is counted a second time', async (test) => {
    const { setup, status } = await running(test, false);
    const { clock, httpClient } = setup.transport;
    httpClient.held = { models: 0, twins: 7, relationships: 0 };
    status.now = 'succeeded';
    await passUntil(clock, () => httpClient.counts.length === 3);
    httpClient.held = { models: 0, twins: 3, relationships: 0 };
    await passUntil(clock, () => setup.told.length > 0);
    assert.equal(setup.told[0]?.leftover?.twins, 3);
  });

  it('that nothing can be counted is told with why', async (test) => {
    const { setup, status } = await running(test, false);
    const { clock, httpClient } = setup.transport;
    httpClient.held = { status: 403 };
    status.now = 'failed';
    await passUntil(clock, () => setup.told.length > 0);
    assert.equal(setup.told[0]?.leftover?.missing, '403 Forbidden');
    assert.equal(httpClient.counts.length, 3, 'once is enough where it says no');
  });
});
