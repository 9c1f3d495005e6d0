import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deletionJob } from '../../../src/jobs/deletionJob.ts';
import { logJobEnds } from '../../../src/jobs/logJobEnds.ts';
import { JobStore } from '../../../src/jobs/jobStore.ts';
import type { DeleteJob } from '../../../src/service/deleteJob.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { CollectedLog } from '../../support/collectedLog.ts';
import { contoso } from '../../support/transport.ts';

const trace = TraceContext.parse('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');

function logOf(...answers: DeleteJob[]): string[] {
  const log = new CollectedLog();
  const store = new JobStore();
  store.setInstances([contoso]);
  logJobEnds(store, log, () => 0);
  for (const answer of answers) {
    store.setJob(deletionJob(contoso, { ...answer, id: 'job-1' }, { trace, start: undefined }, 0));
  }
  return log.lines;
}

describe('The log', () => {
  it('tells how a job ended, once', () => {
    const end = {
      status: 'succeeded',
      createdDateTime: '2026-01-01T00:00:00Z',
      finishedDateTime: '2026-01-01T00:02:03Z',
    };
    assert.deepEqual(logOf({ status: 'running' }, end, end), [
      `info Deletion job job-1 succeeded, 2 min 3 s, host ${contoso.hostname}, traceparent ${trace.traceparent}`,
    ]);
  });

  it('tells all codes of a job that failed', () => {
    const error = {
      code: 'A',
      message: 'First.',
      innererror: { code: 'B', innererror: { code: 'C' } },
      details: [{ code: 'D', message: 'Second.', details: [{ code: 'E', message: 'Third.' }] }],
    };
    const [line = ''] = logOf({ status: 'running' }, { status: 'failed', error });
    assert.match(
      line,
      /^error .* failed,.*codes A > B > C, message First\., detail: codes D, message Second\., detail: codes E, message Third\.$/,
    );
  });

  it('is silent about jobs that ended before', () => {
    assert.deepEqual(logOf({ status: 'failed' }), []);
  });
});
