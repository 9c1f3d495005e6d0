import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { AccessToken } from '@azure/core-auth';
import fc from 'fast-check';
import { DataPlane } from '../../../src/service/dataPlane.ts';
import { ServiceError, UnexpectedAnswerError } from '../../../src/service/errors.ts';
import type { JsonObject } from '../../../src/service/exactJson.ts';
import { GraphReader, type GraphItems, type GraphPart, type StoredModel } from '../../../src/service/graphReader.ts';
import { Patience } from '../../../src/service/patience.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import type { Scripted } from '../../support/scriptedHttp.ts';
import { contoso, scriptedTransport, type ScriptedTransport } from '../../support/transport.ts';
import { until } from '../../support/until.ts';

const trace = TraceContext.begin(countingHex());

interface Setup {
  readonly transport: ScriptedTransport;
  readonly reader: GraphReader;
  /** What was asked of `/query`: the token and the size of each page. */
  readonly asked: () => { readonly token: string | undefined; readonly size: number }[];
}

function setUp(...answers: Scripted[]): Setup {
  const transport = scriptedTransport(...answers);
  const asked: Setup['asked'] = () =>
    transport.httpClient.sent.map(({ body, headers }) => ({
      token: (JSON.parse(body as string) as { continuationToken?: string }).continuationToken,
      size: Number(headers['max-items-per-page']),
    }));
  return { transport, reader: new GraphReader(new DataPlane(transport).bulkClient(contoso, {})), asked };
}

/** A page of twins with these ids. */
function page(ids: readonly string[], continuationToken?: string | null, charge = '1.5'): Scripted {
  const value = ids.map(($dtId) => ({ $dtId }));
  const body = Buffer.from(JSON.stringify({ value, continuationToken }));
  return { status: 200, body, headers: { 'query-charge': charge } };
}

const tooLarge: Scripted = { status: 400, body: { error: { code: 'TimeoutError', message: 'It took 60 seconds.' } } };

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of pages) {
    found.push(each);
  }
  return found;
}

/** Reads the items of a page. */
function itemsOf(items: GraphItems): JsonObject[] {
  return Array.from({ length: items.count }, (_, index) => items.read(index));
}

/** Reads all pages with their items, as a caller does. */
async function readAll(
  reader: GraphReader,
  part: GraphPart = 'twins',
): Promise<{ readonly items: JsonObject[]; readonly counts: number[]; readonly charges: number[] }> {
  const read = { items: [] as JsonObject[], counts: [] as number[], charges: [] as number[] };
  for await (const { items, charge } of reader.pages(part, trace)) {
    read.items.push(...itemsOf(items));
    read.counts.push(items.count);
    read.charges.push(charge);
  }
  return read;
}

/** The ids of all twins, page by page. */
async function idsOf(reader: GraphReader): Promise<unknown[]> {
  return (await readAll(reader)).items.map(({ $dtId }) => $dtId);
}

describe('Reading all twins or relationships', () => {
  for (const [part, query] of [
    ['twins', 'SELECT * FROM DIGITALTWINS'],
    ['relationships', 'SELECT * FROM RELATIONSHIPS'],
  ] as const) {
    it(`is a query for ${part}, page by page`, async () => {
      const { transport, reader } = setUp(page(['a', 'b'], 'token 1'), page(['c'], 'token 2', '2.25'), page(['d']));
      const { items, counts, charges } = await readAll(reader, part);
      assert.deepEqual(
        items.map(({ $dtId }) => $dtId),
        ['a', 'b', 'c', 'd'],
      );
      assert.deepEqual(counts, [2, 1, 1]);
      assert.deepEqual(charges, [1.5, 2.25, 1.5]);
      const { sent } = transport.httpClient;
      for (const { method, url, headers } of sent) {
        assert.equal(`${method} ${url.href}`, `POST ${contoso.origin}/query?api-version=2023-10-31`);
        assert.equal(headers['content-type'], 'application/json');
        assert.equal(headers['max-items-per-page'], '1000');
        assert.equal(headers['traceparent']?.slice(3, 35), trace.traceId);
      }
      assert.deepEqual(
        sent.map(({ body }) => JSON.parse(body as string) as unknown),
        [{ query }, { query, continuationToken: 'token 1' }, { query, continuationToken: 'token 2' }],
      );
    });
  }

  it('keeps the text of numbers, and leaves out what is null', async () => {
    const item =
      '{"$dtId":"a","one":1.0,"large":12345678901234567890,"none":null,"map":{"x":null,"y":-0},"list":[null,1e5]}';
    const { reader } = setUp({ status: 200, body: `{"value":[${item}],"continuationToken":null}` });
    assert.equal(
      JSON.stringify((await readAll(reader)).items),
      '[{"$dtId":"a","one":1.0,"large":12345678901234567890,"map":{"y":-0},"list":[null,1e5]}]',
    );
  });

  it('gives each item as it is, whatever texts are in it, and however the page is laid out', async () => {
    const texts = fc.oneof(
      fc.string({ unit: fc.constantFrom(...Array.from('{}[],:"\\/ \nau')), maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    const values = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        texts,
        fc.integer(),
        fc.boolean(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(texts, tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    const items = fc.array(fc.dictionary(texts, values, { maxKeys: 3 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(items, texts, fc.constantFrom(0, 1, 3), async (value, token, indent) => {
        const first = { value, continuationToken: `${token}.` };
        const { reader, asked } = setUp(
          { status: 200, body: JSON.stringify(first, undefined, indent) },
          page(['last']),
        );
        const read = await readAll(reader);
        assert.equal(JSON.stringify(read.items), JSON.stringify([...value, { $dtId: 'last' }]));
        assert.deepEqual(read.counts, [value.length, 1]);
        assert.equal(asked()[1]?.token, `${token}.`);
      }),
      { numRuns: 300 },
    );
  });

  for (const [what, token] of [
    ['a token', 'a'],
    ['a token with quotes, as those of the service are', '{"_t":3,"_s":1}'],
  ] as const) {
    it(`takes pages that begin with ${what}`, async () => {
      const { reader, asked } = setUp(
        { status: 200, body: JSON.stringify({ continuationToken: token, value: [{ $dtId: 'x' }] }) },
        { status: 200, body: JSON.stringify({ continuationToken: null, value: [{ $dtId: 'y' }] }) },
      );
      assert.deepEqual(await idsOf(reader), ['x', 'y']);
      assert.equal(asked()[1]?.token, token);
    });
  }

  it('takes the list of a page, and none of the same name further in', async () => {
    const body =
      '{"meta":{"value":[{"$dtId":"no"}]},"value":[{"$dtId":"x","value":[{"$dtId":"no"}]}],"more":{"value":[1]}}';
    const { reader } = setUp({ status: 200, body });
    assert.deepEqual(await idsOf(reader), ['x']);
  });

  it('goes on after empty pages that have a token', async () => {
    const { reader, asked } = setUp(page([], 'a'), page(['x'], 'b'), page([], 'c'), page([], 'd'), page(['y'], null));
    assert.deepEqual(await idsOf(reader), ['x', 'y']);
    assert.deepEqual(
      asked().map(({ token }) => token),
      [undefined, 'a', 'b', 'c', 'd'],
    );
  });

  it('ends with a page whose token is empty', async () => {
    const { reader } = setUp(page(['x'], 'a'), page(['y'], ''));
    assert.deepEqual(await idsOf(reader), ['x', 'y']);
  });

  it('is nothing where there is nothing', async () => {
    const { reader, transport } = setUp(page([]));
    assert.deepEqual(await idsOf(reader), []);
    assert.equal(transport.httpClient.sent.length, 1);
  });

  it('asks for the next page, and no further one, before the caller is done with one', async () => {
    const { reader, asked } = setUp(page(['x'], 'a'), page(['y'], 'b'), page(['z']));
    const pages = reader.pages('twins', trace);
    const first = await pages.next();
    assert.ok(first.done !== true);
    await until(() => asked().length > 1, 'the second page asked for');
    for (let turns = 0; turns < 100; turns++) {
      await turn();
    }
    assert.deepEqual(
      asked().map(({ token }) => token),
      [undefined, 'a'],
    );
    // It is still what it was, though the second page has come.
    assert.deepEqual(
      itemsOf(first.value.items).map(({ $dtId }) => $dtId),
      ['x'],
    );
    const left: unknown[] = [];
    for await (const { items } of pages) {
      left.push(...itemsOf(items).map(({ $dtId }) => $dtId));
    }
    assert.deepEqual(left, ['y', 'z']);
  });

  it('tells of a page that failed meanwhile when that is its turn', async () => {
    const { reader, asked } = setUp(page(['x'], 'a'), { status: 403 });
    const pages = reader.pages('twins', trace);
    assert.equal((await pages.next()).done, false);
    await until(() => asked().length > 1, 'the second page asked for');
    await turn();
    await assert.rejects(pages.next(), ServiceError);
  });

  it('leaves nothing unhandled when it ends before a page that failed', async () => {
    const { reader, asked } = setUp(page(['x'], 'a'), { status: 403 });
    for await (const { items } of reader.pages('twins', trace)) {
      assert.equal(items.count, 1);
      break;
    }
    await until(() => asked().length > 1, 'the second page asked for');
    // The runner fails a test that leaves a rejection unhandled.
    await turn();
    await turn();
  });

  for (const [what, body] of [
    ['a web page', '<html>'],
    ['nothing', ''],
    ['an array', '[]'],
    ['no value', '{"continuationToken":"a"}'],
    ['a value that is no array', '{"value":{}}'],
    ['an item that is null', '{"value":[{"$dtId":"a"},null]}'],
    ['an item that is a number', '{"value":[1.0]}'],
    ['an item that is an array', '{"value":[[]]}'],
    ['an item that is no JSON', '{"value":[{"$dtId":}]}'],
    ['an item whose brackets do not match', '{"value":[{"$dtId":"a"]]}'],
    ['an item that does not end', '{"value":[{"$dtId":"a]}'],
    ['two lists of items', '{"value":[{"$dtId":"a"}],"value":[{"$dtId":"b"}]}'],
    ['a text among the items', '{"value":["lost",{"$dtId":"a"}]}'],
    ['a text alone', '{"value":["a"]}'],
    ['something between two items', '{"value":[{"$dtId":"a"},1,{"$dtId":"b"}]}'],
    ['not UTF-8', Buffer.from('{"value":[{"$dtId":"\u00fc"}]}', 'latin1')],
    ['half of it', '{"value":[{"$dtId":"a"}],"continuationTo'],
  ] as const) {
    it(`is not made of an answer that is ${what}`, async () => {
      const { reader, transport } = setUp({ status: 200, body });
      await assert.rejects(
        readAll(reader, 'relationships'),
        (error) =>
          error instanceof UnexpectedAnswerError && error.message === 'The answer is no page of relationships.',
      );
      assert.match(transport.log.of('error')[0] ?? '', /POST \/query failed.*The answer is no page of relationships\./);
    });
  }

  it('sends nothing once its signal has aborted, also while it waits for a token', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    const wereAborted: (boolean | undefined)[] = [];
    const transport = scriptedTransport(({ abortSignal }) => {
      // Node's HTTP client looks at this before anything else.
      wereAborted.push(abortSignal?.aborted);
      return Promise.reject(new Error('The operation was aborted.'));
    });
    const getToken = (): Promise<AccessToken> => {
      stop.abort(new Error('cancelled'));
      return Promise.resolve({ token: 'token', expiresOnTimestamp: 0 });
    };
    const patience = new Patience({ clock: transport.clock, signal });
    const plane = new DataPlane({ ...transport, credentialOf: () => ({ getToken }) });
    const client = plane.bulkClient(contoso, { patience, signal });
    const answer = client.ask({ method: 'GET', url: client.url('/models'), trace, repeat: 'reads', expect: 200 });
    await assert.rejects(answer, { message: 'cancelled' });
    assert.ok(wereAborted.every((wasAborted) => wasAborted));
  });

  it('ends with what is refused, without another attempt', async () => {
    const { reader, transport } = setUp({ status: 400, body: { error: { code: 'BadRequest' } } });
    await assert.rejects(readAll(reader), ServiceError);
    assert.equal(transport.httpClient.sent.length, 1);
  });
});

describe('Pages that the service can not get together in time', () => {
  it('are asked for with fewer items, and the same token', async () => {
    const { reader, asked } = setUp(page(['x'], 'a'), tooLarge, tooLarge, page(['y'], 'b'), tooLarge, page(['z']));
    assert.deepEqual(await idsOf(reader), ['x', 'y', 'z']);
    assert.deepEqual(asked(), [
      { token: undefined, size: 1000 },
      { token: 'a', size: 1000 },
      { token: 'a', size: 500 },
      { token: 'a', size: 250 },
      { token: 'b', size: 250 },
      { token: 'b', size: 125 },
    ]);
  });

  it('are known by an inner code as well', async () => {
    const innererror = { code: 'QueryFailed', innererror: { code: 'TimeoutError' } };
    const { reader, asked } = setUp({ status: 400, body: { error: { code: 'BadRequest', innererror } } }, page(['x']));
    assert.deepEqual(await idsOf(reader), ['x']);
    assert.deepEqual(
      asked().map(({ size }) => size),
      [1000, 500],
    );
  });

  it('are given up when not even ten items come', async () => {
    const { reader, asked } = setUp(...Array.from({ length: 20 }, () => tooLarge));
    await assert.rejects(readAll(reader), ServiceError);
    assert.deepEqual(
      asked().map(({ size }) => size),
      [1000, 500, 250, 125, 62, 31, 15, 10],
    );
  });

  it('become larger again, step by step, each after 20 answers', async () => {
    const answers = Array.from({ length: 50 }, (_, index) => page([], `token ${index}`));
    const { reader, asked } = setUp(tooLarge, tooLarge, ...answers, page([]));
    await readAll(reader);
    const sizes = asked().map(({ size }) => size);
    assert.deepEqual(sizes, [
      1000,
      500,
      ...Array<number>(20).fill(250),
      ...Array<number>(20).fill(500),
      ...Array<number>(11).fill(1000),
    ]);
  });

  it('wait for 20 answers anew after one more', async () => {
    const few = (from: number, length: number): Scripted[] =>
      Array.from({ length }, (_, index) => page([], `token ${from + index}`));
    const { reader, asked } = setUp(tooLarge, ...few(0, 19), tooLarge, ...few(19, 19), page([]), page([]));
    await readAll(reader);
    assert.deepEqual(
      asked().map(({ size }) => size),
      [1000, ...Array<number>(20).fill(500), ...Array<number>(20).fill(250)],
    );
  });
});

describe('Pages that lead in a circle', () => {
  for (const length of [1, 2, 7]) {
    for (const before of [0, 1, 12]) {
      it(`of ${length}, after ${before} others, are found`, async () => {
        const tokens = Array.from({ length: 200 }, (_, index) =>
          index < before ? `before ${index}` : `circle ${(index - before) % length}`,
        );
        const { reader, asked } = setUp(...tokens.map((token) => page(['x'], token)));
        await assert.rejects(
          readAll(reader),
          (error) => error instanceof UnexpectedAnswerError && error.message === 'The pages of twins go in a circle.',
        );
        // The mark moves into the circle at the next power of two, and once around is enough from there.
        assert.ok(asked().length <= 2 * Math.max(before + 1, length) + length + 1, `after ${asked().length} pages`);
      });
    }
  }

  it('are not seen in pages that only are many', async () => {
    const answers = Array.from({ length: 300 }, (_, index) => page([`${index}`], `token ${index}`));
    const { reader } = setUp(...answers, page(['last']));
    assert.equal((await idsOf(reader)).length, 301);
  });
});

describe('Reading the models', () => {
  const link = `${contoso.origin}/models?page=2`;
  const first =
    `{"value":[{"id":"dtmi:a;1","decommissioned":true,"uploadTime":"2026-01-02T03:04:05Z","model":` +
    `{"@id":"dtmi:a;1","@type":"Interface","x":1.0,"y":null}},{"id":"dtmi:b;1","decommissioned":false}],` +
    `"nextLink":"${link}"}`;

  async function read(
    definitions: Parameters<GraphReader['models']>[1],
    ...answers: Scripted[]
  ): Promise<{
    readonly transport: ScriptedTransport;
    readonly pages: StoredModel[][];
  }> {
    const { reader, transport } = setUp(...answers);
    return { transport, pages: await all(reader.models(trace, definitions)) };
  }

  it('gives their definitions as they are, page by page', async () => {
    const { transport, pages } = await read(
      'with definitions',
      { status: 200, body: first },
      {
        status: 200,
        body: { value: [{ id: 'dtmi:c;1', model: { '@id': 'dtmi:c;1' } }], nextLink: '' },
      },
    );
    assert.deepEqual(
      pages.map((models) => models.map(({ id, decommissioned }) => [id, decommissioned])),
      [
        [
          ['dtmi:a;1', true],
          ['dtmi:b;1', false],
        ],
        [['dtmi:c;1', false]],
      ],
    );
    assert.equal(JSON.stringify(pages[0]?.[0]?.definition), '{"@id":"dtmi:a;1","@type":"Interface","x":1.0,"y":null}');
    assert.equal(pages[0]?.[1]?.definition, undefined);
    const { sent } = transport.httpClient;
    assert.deepEqual(
      sent.map(({ method, url }) => `${method} ${url.href}`),
      [`GET ${contoso.origin}/models?api-version=2023-10-31&includeModelDefinition=true`, `GET ${link}`],
    );
    assert.deepEqual(
      sent.map(({ headers }) => headers['max-items-per-page']),
      ['100', '100'],
    );
  });

  it('asks for no definitions where their ids are enough', async () => {
    const { transport, pages } = await read('ids alone', { status: 200, body: { value: [{ id: 'dtmi:a;1' }] } });
    assert.deepEqual(pages, [[{ id: 'dtmi:a;1', decommissioned: false, definition: undefined }]]);
    assert.deepEqual(
      transport.httpClient.sent.map(({ url }) => url.search),
      ['?api-version=2023-10-31'],
    );
  });

  it('counts as none what can not be read of one', async () => {
    const body = '{"value":[null,{"id":7,"decommissioned":"yes","model":[]},{"id":"dtmi:a;1","model":1.0}]}';
    const { pages } = await read('with definitions', { status: 200, body });
    const unknown = { id: undefined, decommissioned: false, definition: undefined };
    assert.deepEqual(pages, [[unknown, unknown, { ...unknown, id: 'dtmi:a;1' }]]);
  });

  it('is not made of an answer that is no list', async () => {
    await assert.rejects(read('ids alone', { status: 200, body: '<html>' }), UnexpectedAnswerError);
  });

  it('does not follow a link to another host', async () => {
    const answer = { status: 200, body: { value: [], nextLink: 'https://other.example/models' } };
    await assert.rejects(read('ids alone', answer), UnexpectedAnswerError);
  });
});

describe('Reading the event routes', () => {
  it('gives all of them, as they are', async () => {
    const link = `${contoso.origin}/eventroutes?page=2`;
    const { reader, transport } = setUp(
      { status: 200, body: `{"value":[{"id":"a","endpointName":"e","filter":"true","x":1.0}],"nextLink":"${link}"}` },
      { status: 200, body: '{"value":[{"id":"b","y":null}],"nextLink":null}' },
    );
    assert.equal(
      JSON.stringify(await reader.eventRoutes(trace)),
      '[{"id":"a","endpointName":"e","filter":"true","x":1.0},{"id":"b","y":null}]',
    );
    assert.deepEqual(
      transport.httpClient.sent.map(({ method, url }) => `${method} ${url.href}`),
      [`GET ${contoso.origin}/eventroutes?api-version=2023-10-31`, `GET ${link}`],
    );
  });

  it('ends when their pages lead in a circle', async () => {
    const nextLink = `${contoso.origin}/eventroutes?page=2`;
    const answers = Array.from({ length: 3 }, () => ({ status: 200, body: { value: [], nextLink } }));
    await assert.rejects(setUp(...answers).reader.eventRoutes(trace), UnexpectedAnswerError);
  });
});
