import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DataPlane } from '../../../src/service/dataPlane.ts';
import { UnexpectedAnswerError } from '../../../src/service/errors.ts';
import type { ImportJob } from '../../../src/service/importJob.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import { contoso, scriptedTransport, settled } from '../../support/transport.ts';

const trace = TraceContext.begin(countingHex());
const job = {
  id: 'import-1',
  status: 'cancelling',
  createdDateTime: '2026-01-02T03:04:05.1234567+00:00',
  lastActionDateTime: '2026-01-02T03:05:05.1234567+00:00',
  finishedDateTime: null,
  purgeDateTime: 7,
  inputBlobUri: 'https://storage.example/in?sig=secret',
};

describe('Import jobs', () => {
  it('are listed page by page, without the addresses of their files', async () => {
    const nextLink = `${contoso.origin}/jobs/imports?page=2`;
    const transport = scriptedTransport(
      { status: 200, body: { value: [job, null], nextLink } },
      { status: 200, body: { value: [] } },
    );
    const { importJobs } = new DataPlane(transport).forHost(contoso);
    const listed: ImportJob[] = [];
    const all = async (): Promise<void> => {
      for await (const page of importJobs.list(trace)) {
        listed.push(...page);
      }
    };
    await settled(transport.clock, all());
    const [first, unreadable] = listed;
    assert.deepEqual(first, {
      id: 'import-1',
      status: 'cancelling',
      createdDateTime: job.createdDateTime,
      lastActionDateTime: job.lastActionDateTime,
      finishedDateTime: undefined,
      purgeDateTime: undefined,
    });
    assert.deepEqual(unreadable, {});
    assert.deepEqual(
      transport.httpClient.sent.map(({ url }) => url.href),
      [`${contoso.origin}/jobs/imports?api-version=2023-10-31`, nextLink],
    );
  });

  it('are asked for by id', async () => {
    const transport = scriptedTransport({ status: 200, body: job });
    const { importJobs } = new DataPlane(transport).forHost(contoso);
    assert.equal((await importJobs.getById('a/b', trace)).status, 'cancelling');
    assert.equal(transport.httpClient.sent[0]?.url.pathname, '/jobs/imports/a%2Fb');
  });

  it('are not read out of what is none', async () => {
    const transport = scriptedTransport({ status: 200, body: '<html>' });
    await assert.rejects(
      new DataPlane(transport).forHost(contoso).importJobs.getById('a', trace),
      UnexpectedAnswerError,
    );
  });

  it('share the pace of the Jobs API with deletion jobs', async () => {
    const times: number[] = [];
    const transport = scriptedTransport();
    const answer = { status: 200, body: { value: [] } };
    for (let count = 0; count < 2; count++) {
      transport.httpClient.script((request) => {
        times.push(transport.clock.now());
        return scriptedTransport(answer).httpClient.sendRequest(request);
      });
    }
    const plane = new DataPlane(transport);
    const both = [plane.forHost(contoso).deleteJobs.list(trace), plane.forHost(contoso).importJobs.list(trace)];
    await settled(transport.clock, Promise.all(both.map((list) => list.next())));
    const [first = 0, second = 0] = times;
    assert.equal(second - first, 1010);
  });
});
