import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { isActive } from '../../../src/jobs/deletionJob.ts';
import { checkTimeoutInMinutes } from '../../../src/service/timeoutInMinutes.ts';
import { parseOperationId } from '../../../src/service/operationId.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import { jobSetup } from '../../support/jobSetup.ts';
import { passUntil } from '../../support/passing.ts';
import type { Scripted } from '../../support/scriptedHttp.ts';
import { contoso, settled } from '../../support/transport.ts';

const hour = 60 * 60_000;

/** Bytes in use after all that is garbage has gone. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

describe('A job of 24 hours', () => {
  it('is asked for at most 3,000 times and counted at most 1,600 times, in flat memory, and told once', async (test) => {
    const setup = await jobSetup(test, { trackRemaining: true });
    const { clock, httpClient } = setup.transport;
    const begun = clock.now();
    const end = begun + 24 * hour - 60_000;
    const before = { models: 10, twins: 1_000_000, relationships: 2_000_000, at: begun, missing: undefined };
    const look: Scripted = (request) => {
      const isDone = clock.now() >= end;
      const bodyAsText = JSON.stringify({
        id: 'job-1',
        status: request.method === 'POST' ? 'notstarted' : isDone ? 'succeeded' : 'running',
        createdDateTime: new Date(begun).toISOString(),
        ...(isDone && { finishedDateTime: new Date(end).toISOString() }),
      });
      // Asked again, it answers again.
      httpClient.script(look);
      return Promise.resolve({
        request,
        status: request.method === 'POST' ? 202 : 200,
        headers: request.headers,
        bodyAsText,
      });
    };
    httpClient.script(look);
    const job = await settled(
      clock,
      setup.starter.start({
        host: contoso,
        operationId: parseOperationId('job-1'),
        timeoutInMinutes: checkTimeoutInMinutes(1440),
        trace: TraceContext.begin(countingHex()),
        before,
      }),
    );

    const asked = { jobs: 0, query: 0, models: 0 };
    let warnings = 0;
    setup.tracker.on('timeoutExpected', () => (warnings += 1));
    let early = 0;
    const isOver = (): boolean => !isActive(setup.store.job(contoso, job.id) ?? assert.fail());
    while (!isOver() && clock.now() < end + hour) {
      await clock.pass(5_000);
      await turn();
      await turn();
      const share = Math.max(0, 1 - (clock.now() - begun) / (end - begun));
      httpClient.held = {
        models: share > 0 ? 10 : 0,
        twins: Math.round(before.twins * share),
        relationships: Math.round(before.relationships * share),
      };
      asked.jobs += httpClient.sent.length;
      asked.query += httpClient.counts.filter(({ method }) => method === 'POST').length;
      asked.models += httpClient.counts.filter(({ method }) => method === 'GET').length;
      httpClient.sent.length = 0;
      httpClient.counts.length = 0;
      setup.transport.log.lines.length = 0;
      if (early === 0 && clock.now() - begun > 2 * hour) {
        early = heapInUse();
      }
    }
    await passUntil(clock, () => setup.told.length > 0);
    const grown = (heapInUse() - early) / 1024 / 1024;

    assert.ok(isOver());
    assert.equal(setup.told.length, 1);
    assert.equal(warnings, 0, 'it ends before its timeout, so nobody is warned');
    test.diagnostic(
      `/jobs ${asked.jobs}, /query ${asked.query}, /models ${asked.models}; heap ${grown.toFixed(1)} MB more`,
    );
    assert.ok(asked.jobs > 2800 && asked.jobs <= 3000, `/jobs was asked ${asked.jobs} times`);
    assert.ok(asked.query > 2 * 1400 && asked.query <= 2 * 1600, `/query was asked ${asked.query} times`);
    assert.ok(asked.models <= 1600, `/models was asked ${asked.models} times`);
    assert.ok(grown < 5, `the heap grew by ${grown.toFixed(1)} MB`);
    httpClient.forget();
    await clock.pass(hour);
    assert.equal(setup.told.length, 1);
    assert.equal(httpClient.sent.length + httpClient.counts.length, 0, 'and nothing is asked after its end');
  });
});
