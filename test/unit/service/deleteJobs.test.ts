import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RestError } from '@azure/core-rest-pipeline';
import type { DeleteJob } from '../../../src/service/deleteJob.ts';
import { DataPlane } from '../../../src/service/dataPlane.ts';
import type { DeleteJobs } from '../../../src/service/deleteJobs.ts';
import {
  ClaimsRequiredError,
  ConnectionError,
  ServiceError,
  SignInRequiredError,
  UnexpectedAnswerError,
} from '../../../src/service/errors.ts';
import { parseOperationId } from '../../../src/service/operationId.ts';
import { checkTimeoutInMinutes } from '../../../src/service/timeoutInMinutes.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import type { Scripted } from '../../support/scriptedHttp.ts';
import { contoso, scriptedTransport, secretToken, settled, type ScriptedTransport } from '../../support/transport.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const trace = TraceContext.parse(`00-${traceId}-b7ad6b7169203331-01`, 'vendor=1');
const operationId = parseOperationId('delete-job-0123456789abcdef0123456789abcdef');
const job = {
  id: operationId,
  status: 'notstarted',
  createdDateTime: '2026-01-02T03:04:05.1234567+00:00',
  finishedDateTime: null,
  purgeDateTime: '2026-02-01T03:04:05.1234567+00:00',
};
const reset = new RestError('socket hang up', { code: 'ECONNRESET' });

function setUp(...answers: Scripted[]): { client: DeleteJobs; transport: ScriptedTransport } {
  const transport = scriptedTransport(...answers);
  return { client: new DataPlane(transport).forHost(contoso).deleteJobs, transport };
}

function add({ client, transport }: ReturnType<typeof setUp>): Promise<DeleteJob> {
  return settled(transport.clock, client.add({ operationId, timeoutInMinutes: undefined, trace }));
}

async function listAll({ client, transport }: ReturnType<typeof setUp>): Promise<DeleteJob[]> {
  return settled(
    transport.clock,
    (async () => {
      const jobs = [];
      for await (const page of client.list(trace)) {
        jobs.push(...page);
      }
      return jobs;
    })(),
  );
}

describe('Add', () => {
  it('sends all that the contract names', async () => {
    const { client, transport } = setUp({ status: 202, body: job });
    const timeoutInMinutes = checkTimeoutInMinutes(60);
    const added = await client.add({ operationId, timeoutInMinutes, trace });
    const [request] = transport.httpClient.sent;
    assert.equal(request?.method, 'POST');
    assert.equal(
      request.url.href,
      'https://contoso.api.wcus.digitaltwins.azure.net/jobs/deletions?api-version=2023-10-31&timeoutInMinutes=60',
    );
    assert.equal(request.headers['operation-id'], operationId);
    assert.equal(request.headers['traceparent'], trace.traceparent);
    assert.equal(request.headers['tracestate'], 'vendor=1');
    assert.equal(request.headers['authorization'], `Bearer ${secretToken}`);
    assert.match(request.headers['user-agent'] ?? '', /^digital-twins-maintenance\/0\.0\.0 /);
    assert.deepEqual(added, { ...job, finishedDateTime: undefined });
  });

  it('leaves the timeout to the service when none is given', async () => {
    const set = setUp({ status: 202, body: job });
    await add(set);
    assert.equal(set.transport.httpClient.sent[0]?.url.searchParams.has('timeoutInMinutes'), false);
  });

  for (const [what, answer] of [
    ['a broken connection', reset],
    ['a 500', { status: 500 }],
    ['a 503 with Retry-After', { status: 503, headers: { 'retry-after': '0' } }],
    ['a 429', { status: 429, headers: { 'retry-after': '0' } }],
    ['a 408', { status: 408 }],
    ['a redirect', { status: 307, headers: { location: 'https://contoso.api.wcus.digitaltwins.azure.net/x' } }],
    [
      'a claims challenge',
      {
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="", error="insufficient_claims", claims="e30="' },
      },
    ],
  ] as const) {
    it(`is sent once after ${what}`, async () => {
      const set = setUp(answer, { status: 202, body: job });
      await assert.rejects(add(set));
      assert.equal(set.transport.httpClient.sent.length, 1);
    });
  }

  it('hands a claims challenge to the credential, and is not sent again whatever that answers', async () => {
    const headers = { 'www-authenticate': 'Bearer realm="", error="insufficient_claims", claims="e30="' };
    const set = setUp({ status: 401, headers }, { status: 202, body: job });
    const asked: unknown[] = [];
    set.transport.credential.getToken = (_, options) => {
      asked.push(options?.claims);
      return Promise.resolve({ token: secretToken, expiresOnTimestamp: 0 });
    };
    await assert.rejects(add(set), (error) => error instanceof ClaimsRequiredError && error.claims === '{}');
    assert.deepEqual(asked, [undefined, '{}']);
    assert.equal(set.transport.httpClient.sent.length, 1);
  });

  it('counts as accepted with a 202 whose body can not be read', async () => {
    for (const body of ['', '<html>', 'null', '[]', '{"id": 7, "status": {}}']) {
      assert.equal((await add(setUp({ status: 202, body }))).id, operationId, body);
    }
  });

  it('does not take any other success for an acceptance', async () => {
    await assert.rejects(add(setUp({ status: 200, body: job })), ServiceError);
  });

  it('is watched under the id that the service names, if it is one', async () => {
    assert.equal((await add(setUp({ status: 202, body: { ...job, id: 'other-1' } }))).id, 'other-1');
    for (const id of ['', '..', 'a/b', 'a\nb']) {
      const set = setUp({ status: 202, body: { ...job, id } });
      assert.equal((await add(set)).id, operationId, id);
      assert.equal(set.transport.log.of('warn').length, 1);
    }
  });

  it('logs an Operation-Location on another host', async () => {
    const set = setUp({ status: 202, body: job, headers: { 'operation-location': 'https://evil.com/jobs/1' } });
    await add(set);
    assert.match(set.transport.log.of('warn').join(), /Operation-Location on another host refused: https:\/\/evil/);
  });

  it('accepts an Operation-Location on its own host', async () => {
    const location = `https://CONTOSO.api.wcus.digitaltwins.azure.net:443/jobs/deletions/${operationId}`;
    const set = setUp({ status: 202, body: job, headers: { 'operation-location': location } });
    await add(set);
    assert.deepEqual(set.transport.log.of('warn'), []);
  });

  it('fails with all that the error says', async () => {
    const error = {
      code: 'JobLimitReached',
      message: 'One job at a time.',
      details: [{ code: 'Detail', message: 'More.', details: [{ code: 'Deeper' }] }],
      innererror: { code: 'Inner', innererror: { code: 'Innermost' } },
    };
    const set = setUp({
      status: 400,
      headers: { 'x-ms-error-code': 'JobLimitReached', 'x-ms-request-id': 'request-1', 'retry-after': '7' },
      body: { error },
    });
    await assert.rejects(add(set), (thrown: ServiceError) => {
      assert.equal(thrown.status, 400);
      assert.equal(thrown.error.code, 'JobLimitReached');
      assert.equal(thrown.error.details?.[0]?.details?.[0]?.code, 'Deeper');
      assert.equal(thrown.error.innererror?.innererror?.code, 'Innermost');
      assert.equal(thrown.retryAfterInMs, 7000);
      assert.equal(thrown.requestId, 'request-1');
      assert.equal(thrown.exchange.traceparent, trace.traceparent);
      return true;
    });
    assert.match(
      set.transport.log.of('error').join(),
      /x-ms-error-code JobLimitReached, codes JobLimitReached > Inner > Innermost, message One job at a time\./,
    );
  });

  it('fails with the body as it came, bounded and without tokens', async () => {
    const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJraW0ifQ.c2lnbmF0dXJl';
    const body = `<h1>Proxy</h1> ${token} ${'x'.repeat(10_000)}`;
    await assert.rejects(add(setUp({ status: 403, body })), (error: ServiceError) => {
      assert.match(error.body, /^<h1>Proxy<\/h1> \[token\] xxx/);
      assert.equal(error.body.length, 4000);
      return true;
    });
  });

  it('takes the code from the header when there is no body', async () => {
    await assert.rejects(add(setUp({ status: 403, headers: { 'x-ms-error-code': 'Forbidden' } })), {
      name: 'ServiceError',
      status: 403,
      error: { code: 'Forbidden' },
    });
  });
});

describe('List', () => {
  it('yields the jobs of all pages, each request with a span of the same trace', async () => {
    const nextLink = `${contoso.origin}/jobs/deletions?page=2`;
    const set = setUp(
      { status: 200, body: { value: [job], nextLink } },
      { status: 200, body: { value: [], nextLink: '' } },
    );
    assert.deepEqual(
      (await listAll(set)).map(({ id }) => id),
      [operationId],
    );
    const { sent } = set.transport.httpClient;
    assert.deepEqual(
      sent.map(({ url }) => url.href),
      [`${contoso.origin}/jobs/deletions?api-version=2023-10-31`, nextLink],
    );
    const spans = sent.map(({ headers }) => headers['traceparent'] ?? '');
    assert.deepEqual(
      spans.map((span) => span.slice(3, 35)),
      [traceId, traceId],
    );
    assert.notEqual(spans[0], spans[1]);
  });

  for (const nextLink of [
    'https://evil.com/jobs/deletions',
    'http://contoso.api.wcus.digitaltwins.azure.net/jobs/deletions',
    'https://contoso.api.wcus.digitaltwins.azure.net:8443/jobs',
    '//evil.com/',
    'https://',
  ]) {
    it(`sends nothing to a next page at ${nextLink}`, async () => {
      const set = setUp({ status: 200, body: { value: [job], nextLink } });
      await assert.rejects(listAll(set), UnexpectedAnswerError);
      assert.equal(set.transport.httpClient.sent.length, 1);
      assert.match(set.transport.log.of('error').join(), /another host/);
    });
  }

  it('ends when pages go in a circle', async () => {
    const nextLink = `${contoso.origin}/jobs/deletions?page=2`;
    const page = { status: 200, body: { value: [], nextLink } };
    await assert.rejects(listAll(setUp(page, page, page)), UnexpectedAnswerError);
  });

  it('is repeated after a broken connection and a 500, each time with another span', async () => {
    const set = setUp(reset, { status: 500 }, { status: 200, body: { value: [job] } });
    assert.equal((await listAll(set)).length, 1);
    const spans = set.transport.httpClient.sent.map(({ headers }) => headers['traceparent']);
    assert.equal(new Set(spans).size, 3);
    assert.equal(set.transport.log.of('info').length, 3, 'one line a request');
  });

  it('is given up after the second repetition', async () => {
    const set = setUp(reset, reset, reset, { status: 200, body: { value: [] } });
    await assert.rejects(listAll(set), { name: 'ConnectionError', code: 'ECONNRESET' });
    assert.equal(set.transport.httpClient.sent.length, 3);
  });

  it('hands a Retry-After to the caller in either form', async () => {
    const { clock } = scriptedTransport();
    for (const retryAfter of ['90', new Date(clock.now() + 90_000).toUTCString()]) {
      const set = setUp({ status: 429, headers: { 'retry-after': retryAfter } });
      await assert.rejects(listAll(set), (error: ServiceError) => {
        assert.ok(error.retryAfterInMs !== undefined);
        assert.ok(Math.abs(error.retryAfterInMs - 90_000) <= 1000);
        return true;
      });
    }
  });

  it('passes over what is no job', async () => {
    const set = setUp({ status: 200, body: { value: [null, 7, [], job] } });
    assert.deepEqual(
      (await listAll(set)).map(({ id }) => id),
      [undefined, undefined, undefined, operationId],
    );
  });

  it('caps a Retry-After that can not be meant', async () => {
    const set = setUp({ status: 429, headers: { 'retry-after': '2592000' } });
    await assert.rejects(listAll(set), { retryAfterInMs: 30 * 60_000 });
  });

  it('refuses what is no list', async () => {
    for (const body of ['', '<html>', '{}', '[]', '{"value": {}}']) {
      await assert.rejects(listAll(setUp({ status: 200, body })), UnexpectedAnswerError, body);
    }
  });
});

describe('GetById', () => {
  it('asks for the id as it is, in a path of its own', async () => {
    const { client, transport } = setUp({ status: 200, body: { ...job, status: 'succeeded' } });
    assert.equal((await client.getById('Some Job/../x', trace)).status, 'succeeded');
    assert.equal(transport.httpClient.sent[0]?.url.pathname, '/jobs/deletions/Some%20Job%2F..%2Fx');
  });
});

describe('Any request', () => {
  it('is ended when no answer has come within the time limit', async () => {
    const silent = setUp((request) => {
      return new Promise((_, reject) => {
        request.abortSignal?.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    });
    const begun = silent.transport.clock.now();
    await assert.rejects(add(silent), (error: ConnectionError) => error.code === 'ETIMEDOUT');
    const passed = silent.transport.clock.now() - begun;
    assert.ok(passed >= 30_000 && passed < 31_000, String(passed));
  });

  it('leaves no timer behind but the pause to the next request', async () => {
    const set = setUp({ status: 202, body: job });
    await add(set);
    await set.transport.clock.pass(1100);
    assert.equal(set.transport.clock.waiting(), 0);
  });

  it('is sent more than a second after the one before was answered, however long that took', async () => {
    const times: number[] = [];
    const transport = scriptedTransport();
    const slowly: Scripted = async (request) => {
      times.push(transport.clock.now());
      await transport.clock.delay(5000);
      times.push(transport.clock.now());
      return scriptedTransport({ status: 200, body: { value: [], ...job } }).httpClient.sendRequest(request);
    };
    transport.httpClient.script(slowly, slowly, new Error('broken'), slowly);
    const client = new DataPlane(transport).forHost(contoso).deleteJobs;
    const polls = ['a', 'b', 'c', 'd'].map((id) => client.getById(id, trace));
    await settled(transport.clock, Promise.allSettled(polls));
    assert.equal(times.length, 6);
    const [, answered = 0, sent = 0] = times;
    assert.equal(sent - answered, 1010);
    const [, , , before = 0, afterFailure = 0] = times;
    assert.equal(afterFailure - before, 2 * 1010);
  });

  it('is given up when no token comes', async () => {
    const set = setUp({ status: 200, body: { value: [] } });
    set.transport.credential.getToken = () => new Promise(() => undefined);
    await assert.rejects(listAll(set), { name: 'SignInFailedError', message: /No token came within 30 s/ });
    assert.equal(set.transport.httpClient.sent.length, 0);
  });

  it('is not sent without a token', async () => {
    const set = setUp({ status: 200, body: { value: [] } });
    set.transport.credential.getToken = () => Promise.reject(new SignInRequiredError());
    await assert.rejects(listAll(set), SignInRequiredError);
    assert.equal(set.transport.httpClient.sent.length, 0);
  });

  it('is logged in one line with all that identifies it', async () => {
    const set = setUp({ status: 202, body: job, headers: { 'x-ms-request-id': 'request-1' } });
    await add(set);
    assert.deepEqual(set.transport.log.of('info'), [
      'POST /jobs/deletions 202 in 0 ms, host contoso.api.wcus.digitaltwins.azure.net, ' +
        `job ${operationId}, traceparent ${trace.traceparent}, x-ms-request-id request-1`,
    ]);
  });

  it('never shows its token in the log, whatever the level', async () => {
    const set = setUp(reset, { status: 401, headers: { 'www-authenticate': 'Bearer' } });
    await assert.rejects(add(set));
    await assert.rejects(listAll(set));
    assert.match(set.transport.log.of('trace').join(), /"authorization": "REDACTED"/);
    assert.doesNotMatch(set.transport.log.lines.join('\n'), new RegExp(secretToken));
  });

  it('shows no token in the log that an answer repeats', async () => {
    const message = `Not valid: Bearer ${secretToken}`;
    const set = setUp({
      status: 401,
      headers: { 'x-ms-request-id': 'eyJhbGciOiJub25lIn0' },
      body: { error: { message } },
    });
    await assert.rejects(add(set));
    assert.match(set.transport.log.of('error').join(), /Not valid: Bearer \[token\]/);
    assert.doesNotMatch(set.transport.log.lines.join('\n'), new RegExp(`${secretToken}|eyJhb`));
  });

  it('can not forge lines of the log by what it answers', async () => {
    const message = 'first\n2026-01-01 [info] forged\u202e';
    const set = setUp({ status: 400, body: { error: { code: 'A\r\nB', message } } });
    await assert.rejects(add(set));
    const [line = ''] = set.transport.log.of('error');
    assert.doesNotMatch(line, /[\r\n\u202e]/);
    assert.match(line, /first\\u000a2026/);
  });
});
