import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RestError } from '@azure/core-rest-pipeline';
import fc from 'fast-check';
import { DataPlane } from '../../../src/service/dataPlane.ts';
import { ConnectionError, ServiceError, UnexpectedAnswerError } from '../../../src/service/errors.ts';
import { GraphWriter, isRefusalOfItem } from '../../../src/service/graphWriter.ts';
import { Patience } from '../../../src/service/patience.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import type { Scripted } from '../../support/scriptedHttp.ts';
import { contoso, scriptedTransport, settled, type ScriptedTransport } from '../../support/transport.ts';

const trace = TraceContext.begin(countingHex());
const exchange = { hostname: contoso.hostname, operation: 'PUT /digitaltwins/a', traceparent: trace.traceparent };

interface Setup {
  readonly transport: ScriptedTransport;
  readonly write: <T>(write: (writer: GraphWriter) => Promise<T>) => Promise<T>;
}

function setUp(...answers: Scripted[]): Setup {
  const transport = scriptedTransport(...answers);
  const { clock } = transport;
  const { signal } = new AbortController();
  const client = new DataPlane(transport).bulkClient(contoso, { patience: new Patience({ clock, signal }), signal });
  return { transport, write: (write) => settled(clock, write(new GraphWriter(client))) };
}

const addTwin = (writer: GraphWriter): Promise<unknown> => writer.addTwin('a', '{}', trace);
const addRelationship = (writer: GraphWriter): Promise<unknown> => writer.addRelationship('a', 'r', '{}', trace);

/** The characters that ids of twins and relationships may have. */
const characters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.+%_#*?!(),=@$'");
const ids = fc
  .string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 128 })
  // A URL can't name them: see below.
  .filter((id) => id !== '.' && id !== '..');

describe('Creating a twin', () => {
  it('sends it as it is, and only if there is none of its id', async () => {
    const body = '{"$dtId":"a","$metadata":{"$model":"dtmi:a;1"},"x":1.0,"y":12345678901234567890,"z":"\u2028😀"}';
    const { transport, write } = setUp({ status: 200, body });
    assert.equal(await write((writer) => writer.addTwin('a', body, trace)), 'created');
    const [request, ...others] = transport.httpClient.sent;
    assert.equal(
      `${request?.method} ${request?.url.href}`,
      `PUT ${contoso.origin}/digitaltwins/a?api-version=2023-10-31`,
    );
    assert.equal(request?.body, body);
    assert.equal(request.headers['if-none-match'], '*');
    assert.equal(request.headers['content-type'], 'application/json');
    assert.equal(request.headers['traceparent']?.slice(3, 35), trace.traceId);
    assert.deepEqual(others, []);
  });
});

describe('Creating a relationship', () => {
  it('sends it as it is, and only if its source has none of its id', async () => {
    const body = '{"$relationshipId":"r","$sourceId":"a","$targetId":"b","$relationshipName":"likes","x":1.50}';
    const { transport, write } = setUp({ status: 200, body });
    assert.equal(await write((writer) => writer.addRelationship('a', 'r', body, trace)), 'created');
    const [request] = transport.httpClient.sent;
    assert.equal(
      `${request?.method} ${request?.url.href}`,
      `PUT ${contoso.origin}/digitaltwins/a/relationships/r?api-version=2023-10-31`,
    );
    assert.equal(request?.body, body);
    assert.equal(request.headers['if-none-match'], '*');
    assert.equal(request.headers['content-type'], 'application/json');
  });
});

describe('The path of a twin or relationship', () => {
  it('has its ids, whatever characters they are of', async () => {
    await fc.assert(
      fc.asyncProperty(ids, ids, async (id, other) => {
        const { transport, write } = setUp({ status: 200 }, { status: 200 }, { status: 200 });
        await write((writer) => writer.addTwin(id, '{}', trace));
        await write((writer) => writer.addRelationship(id, other, '{}', trace));
        await write((writer) => writer.hasTwin(id, trace));
        const paths = transport.httpClient.sent.map(({ url }) => {
          assert.equal(url.hash, '');
          assert.equal(url.search, '?api-version=2023-10-31');
          return url.pathname.split('/').slice(1).map(decodeURIComponent);
        });
        assert.deepEqual(paths, [
          ['digitaltwins', id],
          ['digitaltwins', id, 'relationships', other],
          ['digitaltwins', id],
        ]);
      }),
      { numRuns: 200 },
    );
  });

  it('encodes what would end it', async () => {
    const { transport, write } = setUp({ status: 200 });
    await write((writer) => writer.addRelationship('50%#?', '../a+b@c', '{}', trace));
    assert.equal(transport.httpClient.sent[0]?.url.pathname, '/digitaltwins/50%25%23%3F/relationships/..%2Fa%2Bb%40c');
  });

  for (const id of ['.', '..']) {
    it(`is never that of something else for the id ${id}, which no URL can name`, async () => {
      const { transport, write } = setUp({ status: 412 }, { status: 412 }, { status: 200 });
      await write((writer) => writer.addTwin(id, '{}', trace)).catch(() => undefined);
      await write((writer) => writer.addRelationship('a', id, '{}', trace)).catch(() => undefined);
      await write((writer) => writer.addRelationship(id, 'r', '{}', trace)).catch(() => undefined);
      assert.deepEqual(
        transport.httpClient.sent.map(({ url }) => url.pathname),
        [],
      );
    });
  }
});

for (const [what, create] of [
  ['A twin', addTwin],
  ['A relationship', addRelationship],
] as const) {
  describe(`${what} that is to be created`, () => {
    it('is there already, as 412 says, and stays as it is', async () => {
      const { transport, write } = setUp({ status: 412, body: { error: { code: 'PreconditionFailed' } } });
      assert.equal(await write(create), 'already there');
      assert.equal(transport.httpClient.sent.length, 1);
    });

    for (const [lost, failure] of [
      ['whose answer was lost', new RestError('socket hang up', { code: 'ECONNRESET' })],
      ['whose answer did not come in time', new RestError('Late.', { code: 'ETIMEDOUT' })],
      ['that had an answer of trouble', { status: 500 }],
      ['that had an answer of a gateway', { status: 504 }],
    ] as const) {
      it(`is created where 412 comes after an attempt ${lost}`, async () => {
        const { transport, write } = setUp(failure, { status: 429 }, { status: 412 });
        assert.equal(await write(create), 'created');
        assert.deepEqual(
          transport.httpClient.sent.map(({ headers }) => headers['if-none-match']),
          ['*', '*', '*'],
        );
      });
    }

    for (const [refused, failure] of [
      ['that was one too many', { status: 429, headers: { 'retry-after': '3' } }],
      ['that was never sent', new RestError('getaddrinfo ENOTFOUND', { code: 'ENOTFOUND' })],
      ['whose sign-in had expired', { status: 401 }],
    ] as const) {
      it(`was there already where 412 comes after an attempt ${refused}`, async () => {
        assert.equal(await setUp(failure, { status: 412 }).write(create), 'already there');
      });
    }

    it('is created where an earlier attempt was refused', async () => {
      assert.equal(await setUp({ status: 429 }, { status: 200 }).write(create), 'created');
    });

    it('is refused with the error of the service', async () => {
      const error = { code: 'ValidationFailed', message: 'No.' };
      await assert.rejects(
        setUp({ status: 400, body: { error } }).write(create),
        (failure) => failure instanceof ServiceError && failure.status === 400 && failure.error.code === error.code,
      );
    });
  });
}

describe('Adding models', () => {
  it('sends all of them as they are, in one request', async () => {
    const { transport, write } = setUp({ status: 201, body: [] });
    await write((writer) => writer.addModels(['{"@id":"dtmi:b;1","x":1.0}', '{"@id":"dtmi:a;1"}'], trace));
    const [request, ...others] = transport.httpClient.sent;
    assert.equal(`${request?.method} ${request?.url.href}`, `POST ${contoso.origin}/models?api-version=2023-10-31`);
    assert.equal(request?.body, '[{"@id":"dtmi:b;1","x":1.0},{"@id":"dtmi:a;1"}]');
    assert.equal(request.headers['content-type'], 'application/json');
    assert.deepEqual(others, []);
  });

  it('is refused with the error of the service', async () => {
    const answer = { status: 409, body: { error: { code: 'ModelAlreadyExists' } } };
    await assert.rejects(
      setUp(answer).write((writer) => writer.addModels(['{}'], trace)),
      (error) => isRefusalOfItem(error) && error.error.code === 'ModelAlreadyExists',
    );
  });
});

describe('Looking for a twin', () => {
  for (const [status, isThere] of [
    [200, true],
    [404, false],
  ] as const) {
    it(`tells from ${status} whether there is one`, async () => {
      const { transport, write } = setUp({ status });
      assert.equal(await write((writer) => writer.hasTwin('a#b', trace)), isThere);
      const { method, url } = transport.httpClient.sent[0] ?? {};
      assert.equal(`${method} ${url?.href}`, `GET ${contoso.origin}/digitaltwins/a%23b?api-version=2023-10-31`);
    });
  }

  it('does not tell from a refusal', async () => {
    await assert.rejects(
      setUp({ status: 403 }).write((writer) => writer.hasTwin('a', trace)),
      ServiceError,
    );
  });
});

describe('Decommissioning a model', () => {
  it('is a patch of that one member', async () => {
    const { transport, write } = setUp({ status: 204 });
    await write((writer) => writer.decommissionModel('dtmi:com:example:Room;1', trace));
    const [request] = transport.httpClient.sent;
    assert.equal(
      `${request?.method} ${request?.url.href}`,
      `PATCH ${contoso.origin}/models/dtmi%3Acom%3Aexample%3ARoom%3B1?api-version=2023-10-31`,
    );
    assert.equal(request?.headers['content-type'], 'application/json-patch+json');
    assert.deepEqual(JSON.parse(request.body as string), [{ op: 'replace', path: '/decommissioned', value: true }]);
  });

  it('is refused with the error of the service', async () => {
    await assert.rejects(
      setUp({ status: 409, body: { error: { code: 'ModelReferencesNotDecommissioned' } } }).write((writer) =>
        writer.decommissionModel('dtmi:a;1', trace),
      ),
      isRefusalOfItem,
    );
  });
});

describe('A refusal of one item', () => {
  const refusal = (status: number, error: ServiceError['error'] = {}): ServiceError =>
    new ServiceError(exchange, { status, error });

  for (const status of [400, 404, 409, 412, 413, 422]) {
    it(`is ${status}`, () => {
      assert.equal(isRefusalOfItem(refusal(status, { code: 'SomethingNew' })), true);
    });
  }

  for (const status of [200, 204, 401, 403, 405, 407, 408, 415, 429, 500, 502, 503, 504]) {
    it(`is not ${status}, which any other would meet`, () => {
      assert.equal(isRefusalOfItem(refusal(status)), false);
    });
  }

  it('is not that the instance is in another tenant', () => {
    assert.equal(isRefusalOfItem(refusal(404, { message: 'Sub-Domain not found.' })), false);
    assert.equal(isRefusalOfItem(refusal(404, { message: 'There is no digital twin b.' })), true);
  });

  it('is not that the instance is full', () => {
    assert.equal(isRefusalOfItem(refusal(400, { code: 'TwinLimitReached' })), false);
    assert.equal(isRefusalOfItem(refusal(400, { code: 'Bad', innererror: { code: 'TwinLimitReached' } })), false);
  });

  it('is no failure of another kind', () => {
    const others = [
      new ConnectionError(exchange, 'ECONNRESET', new Error('reset')),
      new UnexpectedAnswerError(exchange, 'no list'),
      new Error('anything'),
      undefined,
    ];
    assert.deepEqual(others.map(isRefusalOfItem), [false, false, false, false]);
  });
});
