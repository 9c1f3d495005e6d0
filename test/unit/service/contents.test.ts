import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RestError } from '@azure/core-rest-pipeline';
import type { Count, Contents } from '../../../src/service/contents.ts';
import { DataPlane } from '../../../src/service/dataPlane.ts';
import { UnexpectedAnswerError } from '../../../src/service/errors.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import type { Scripted } from '../../support/scriptedHttp.ts';
import { contoso, scriptedTransport, settled, type ScriptedTransport } from '../../support/transport.ts';

const trace = TraceContext.begin(countingHex());

function setUp(...answers: Scripted[]): {
  transport: ScriptedTransport;
  count: (count: (contents: Contents) => Promise<Count>) => Promise<Count>;
} {
  const transport = scriptedTransport(...answers);
  const { contents } = new DataPlane(transport).forHost(contoso);
  return { transport, count: (count) => settled(transport.clock, count(contents)) };
}

const twins = (contents: Contents): Promise<Count> => contents.countTwins(trace);

function page(value: unknown[], continuationToken?: string | null, charge = '1.5'): Scripted {
  return { status: 200, body: { value, continuationToken }, headers: { 'query-charge': charge } };
}

describe('A count', () => {
  for (const [what, count, query] of [
    ['twins', twins, 'SELECT COUNT() FROM DIGITALTWINS'],
    ['relationships', (contents: Contents) => contents.countRelationships(trace), 'SELECT COUNT() FROM RELATIONSHIPS'],
  ] as const) {
    it(`of ${what} is a query`, async () => {
      const set = setUp(page([{ COUNT: 2_000_000 }]));
      assert.deepEqual(await set.count(count), { count: 2_000_000, charge: 1.5, requests: 1 });
      const [request] = set.transport.httpClient.sent;
      assert.equal(request?.method, 'POST');
      assert.equal(request.url.href, `${contoso.origin}/query?api-version=2023-10-31`);
      assert.equal(request.headers['content-type'], 'application/json');
      assert.equal(request.headers['traceparent']?.slice(3, 35), trace.traceId);
      assert.deepEqual(JSON.parse(request.body as string), { query });
    });
  }

  it('goes on after an empty page, and adds up the charges', async () => {
    const set = setUp(page([], 'a'), page([{ COUNT: 7 }], 'b'), page([], null, 'much'));
    assert.deepEqual(await set.count(twins), { count: 7, charge: 3, requests: 3 });
    assert.deepEqual(
      set.transport.httpClient.sent.map(
        ({ body }) => (JSON.parse(body as string) as Record<string, string>)['continuationToken'],
      ),
      [undefined, 'a', 'b'],
    );
  });

  it('ends when its pages go in a circle', async () => {
    await assert.rejects(setUp(page([], 'a'), page([], 'b'), page([], 'a')).count(twins), UnexpectedAnswerError);
  });

  it('ends when its pages have no end', async () => {
    const endless = Array.from({ length: 1001 }, (_, index) => page([], String(index)));
    const set = setUp(...endless);
    await assert.rejects(set.count(twins), UnexpectedAnswerError);
    assert.equal(set.transport.httpClient.sent.length, 1000);
  });

  for (const value of [
    [],
    [{ COUNT: -1 }],
    [{ COUNT: 1.5 }],
    [{ COUNT: '7' }],
    [{ count: 7 }],
    [null],
    [{ COUNT: 1 }, { COUNT: 2 }],
  ]) {
    it(`is not guessed from ${JSON.stringify(value)}`, async () => {
      await assert.rejects(setUp(page(value)).count(twins), UnexpectedAnswerError);
    });
  }

  it('is asked for again after trouble, for it only reads', async () => {
    const reset = new RestError('socket hang up', { code: 'ECONNRESET' });
    const set = setUp(reset, { status: 500 }, page([{ COUNT: 1 }]));
    assert.equal((await set.count(twins)).count, 1);
    assert.equal(set.transport.httpClient.sent.length, 3);
  });

  it('does not wait for the pace of the Jobs API', async () => {
    const transport = scriptedTransport(page([{ COUNT: 1 }]), page([{ COUNT: 2 }]));
    const { contents } = new DataPlane(transport).forHost(contoso);
    const begun = transport.clock.now();
    const both = Promise.all([contents.countTwins(trace), contents.countTwins(trace)]);
    assert.deepEqual(
      (await settled(transport.clock, both)).map(({ count }) => count),
      [1, 2],
    );
    assert.ok(transport.clock.now() - begun < 1000);
  });

  it('may take the 60 seconds that the service gives a query', async () => {
    const transport = scriptedTransport();
    transport.httpClient.script(async (request) => {
      await transport.clock.delay(60_000);
      assert.equal(request.abortSignal?.aborted, false);
      return scriptedTransport(page([{ COUNT: 3 }])).httpClient.sendRequest(request);
    });
    const { contents } = new DataPlane(transport).forHost(contoso);
    assert.equal((await settled(transport.clock, contents.countTwins(trace))).count, 3);
  });
});

describe('A count of models', () => {
  const link = `${contoso.origin}/models?page=2`;
  const pages = [
    { status: 200, body: { value: [{ id: 'a' }, { id: 'b' }], nextLink: link } },
    { status: 200, body: { value: [{ id: 'c' }] } },
  ];

  it('adds up the pages of their list', async () => {
    const set = setUp(...pages);
    const models = await set.count((contents) => contents.countModels(trace));
    assert.deepEqual(models, { count: 3, charge: 0, requests: 2 });
    const [first, second] = set.transport.httpClient.sent;
    assert.equal(first?.url.pathname, '/models');
    assert.equal(first.headers['max-items-per-page'], '100');
    assert.equal(second?.url.href, link);
  });

  it('ends at its limit', async () => {
    const set = setUp(...pages);
    assert.equal((await set.count((contents) => contents.countModels(trace, 1))).requests, 1);
    assert.equal(set.transport.httpClient.sent.length, 1);
  });
});
