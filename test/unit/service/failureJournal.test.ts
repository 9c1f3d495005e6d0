import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RestError } from '@azure/core-rest-pipeline';
import { DataPlane } from '../../../src/service/dataPlane.ts';
import { FailureJournal } from '../../../src/service/failureJournal.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import type { Scripted } from '../../support/scriptedHttp.ts';
import { contoso, scriptedTransport, settled } from '../../support/transport.ts';

const trace = TraceContext.parse(`00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`);

async function journalOf(...answers: Scripted[]): Promise<FailureJournal> {
  const failures = new FailureJournal();
  const transport = { ...scriptedTransport(...answers), failures };
  const { contents } = new DataPlane(transport).forHost(contoso);
  for (let left = answers.length; left > 0; left--) {
    await settled(
      transport.clock,
      contents.countTwins(trace).catch(() => undefined),
    );
  }
  return failures;
}

describe('The journal of failures', () => {
  it('keeps what the service said', async () => {
    const error = { code: 'SqlQueryError', message: 'No.', innererror: { code: 'Inner' } };
    const { failures } = await journalOf({ status: 400, headers: { 'x-ms-request-id': 'request-1' }, body: { error } });
    assert.equal(failures.length, 1);
    const { traceparent, ...failure } = failures[0] ?? assert.fail();
    assert.match(traceparent, /^00-1{32}-/);
    assert.deepEqual(failure, {
      at: Date.parse('2026-01-02T03:04:05Z'),
      hostname: contoso.hostname,
      operation: 'POST /query',
      status: 400,
      code: undefined,
      errorCodes: ['SqlQueryError', 'Inner'],
      requestId: 'request-1',
      body: JSON.stringify({ error }),
    });
  });

  it('keeps connections that failed, and answers that are none', async () => {
    const failure = new RestError('no such host', { code: 'EPROTO' });
    const { failures } = await journalOf(failure, { status: 307 }, { status: 200, body: '<html>' });
    assert.deepEqual(
      failures.map(({ status, code, body }) => [status, code, body]),
      [
        [undefined, 'EPROTO', undefined],
        [307, undefined, ''],
        [200, undefined, '<html>'],
      ],
    );
  });

  it('keeps the last fifty', async () => {
    const { failures } = await journalOf(
      ...Array.from({ length: 60 }, (_, index) => ({ status: 400, body: `${index}` })),
    );
    assert.equal(failures.length, 50);
    assert.equal(failures.at(-1)?.body, '59');
  });

  it('keeps nothing of what went well', async () => {
    assert.deepEqual((await journalOf({ status: 200, body: { value: [{ COUNT: 1 }] } })).failures, []);
  });
});
