import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorCodes, readDeleteJob, readError } from '../../../src/service/deleteJob.ts';

describe('A DeleteJob', () => {
  it('keeps every documented field', () => {
    const job = {
      id: 'deletejob1',
      status: 'failed',
      createdDateTime: '2022-01-01T00:00:00.0000000+00:00',
      finishedDateTime: '2022-01-01T00:01:00.0000000+00:00',
      purgeDateTime: '2022-01-31T00:01:00.0000000+00:00',
      error: {
        code: 'A',
        message: 'm',
        details: [{ code: 'B', details: [{ code: 'C', message: 'n' }] }],
        innererror: { code: 'D', innererror: { code: 'E' } },
      },
    };
    assert.deepEqual(readDeleteJob(JSON.stringify(job)), job);
  });

  it('does without any of them, and tolerates unknown statuses and fields', () => {
    assert.deepEqual(readDeleteJob('{}'), {});
    assert.deepEqual(readDeleteJob('{"status":"paused","progress":7}'), { status: 'paused' });
  });

  it('reads a field of the wrong type as absent', () => {
    const job = readDeleteJob('{"id":null,"status":3,"error":[],"createdDateTime":{}}');
    assert.deepEqual(
      Object.values(job ?? { none: true }).filter((value) => value !== undefined),
      [],
    );
  });

  it('is not read from what is no object', () => {
    for (const body of ['', 'null', '[]', '"x"', '7', '<html>', '{"id":']) {
      assert.equal(readDeleteJob(body), undefined, body);
    }
  });
});

describe('An error', () => {
  it('may nest without end', () => {
    const depth = 50_000;
    const body = `{"error":{"innererror":${'{"innererror":'.repeat(depth)}{}${'}'.repeat(depth)}}}`;
    assert.doesNotThrow(() => readError(body));
  });

  it('names its codes from the outermost to the innermost', () => {
    assert.deepEqual(errorCodes({ code: 'A', innererror: { innererror: { code: 'C' } } }), ['A', 'C']);
    assert.deepEqual(errorCodes({}), []);
  });
});
