import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createHttpHeaders, type PipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { DataPlane } from '../../../src/service/dataPlane.ts';
import { ConnectionError, ServiceError } from '../../../src/service/errors.ts';
import { GrowingBuffer } from '../../../src/service/growingBuffer.ts';
import { FailureJournal } from '../../../src/service/failureJournal.ts';
import type { Answer, InstanceClient, Question } from '../../../src/service/instanceClient.ts';
import { Patience } from '../../../src/service/patience.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import type { Scripted } from '../../support/scriptedHttp.ts';
import { contoso, scriptedTransport, settled, type ScriptedTransport } from '../../support/transport.ts';

/** Answers as Node's client does: with a stream where the request wants one of such an answer. */
function answering(status: number, body: Readable): (request: PipelineRequest) => Promise<PipelineResponse> {
  return async (request) => {
    const answer = { request, status, headers: createHttpHeaders() };
    if (request.streamResponseStatusCodes?.has(status) === true) {
      request.abortSignal?.addEventListener('abort', () => body.destroy(new Error('aborted')));
      return { ...answer, readableStreamBody: body };
    }
    return { ...answer, bodyAsText: Buffer.concat((await body.toArray()) as Buffer[]).toString() };
  };
}

function ask(...answers: Scripted[]): { readonly transport: ScriptedTransport; readonly answer: Promise<Answer> } {
  const transport = scriptedTransport(...answers);
  const client = new DataPlane(transport).bulkClient(contoso, {});
  return { transport, answer: client.ask(question(client)) };
}

function question(client: InstanceClient): Question {
  return {
    ...{ method: 'GET', url: client.url('/models'), trace: TraceContext.begin(countingHex()) },
    ...{ repeat: 'once', expect: 200, bytes: { status: 200, into: new GrowingBuffer(1) } },
  };
}

describe('An answer that is wanted as bytes', () => {
  it('has them as they came, and their text', async () => {
    const bytes = Buffer.from('{"a":"ü\u2028😀"}');
    const chunks = Array.from(bytes, (byte) => Buffer.of(byte));
    const { bytes: got, body } = await ask(answering(200, Readable.from(chunks))).answer;
    assert.ok(got.equals(bytes));
    assert.equal(body, bytes.toString());
  });

  it('may be empty', async () => {
    const { bytes, body } = await ask(answering(200, Readable.from([]))).answer;
    assert.equal(bytes.length, 0);
    assert.equal(body, '');
  });

  it('may come as text all the same', async () => {
    const { bytes, body } = await ask({ status: 200, body: 'ü' }).answer;
    assert.equal(bytes.toString(), 'ü');
    assert.equal(body, 'ü');
  });

  it('is an error with its code and words where the service refuses', async () => {
    const refusal = Buffer.from('{"error":{"code":"QuotaReached","message":"Wait."}}');
    await assert.rejects(
      ask(answering(429, Readable.from([refusal]))).answer,
      (error) => error instanceof ServiceError && error.error.code === 'QuotaReached',
    );
  });

  it('is none where the connection breaks within it', async () => {
    const body = new Readable({ read: () => undefined });
    const { answer, transport } = ask(answering(200, body));
    body.push(Buffer.from('{"value":['));
    setImmediate(() => body.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })));
    await assert.rejects(
      answer,
      (error) => error instanceof ConnectionError && error.code === 'ECONNRESET' && error.mayHaveArrived,
    );
    assert.match(transport.log.of('info')[0] ?? '', /no answer \(ECONNRESET\)/);
  });

  it('is given up where it begins and does not end', async () => {
    const body = new Readable({ read: () => undefined });
    const { answer, transport } = ask(answering(200, body));
    body.push(Buffer.from('{"value":['));
    await assert.rejects(
      settled(transport.clock, answer),
      (error) => error instanceof ConnectionError && error.code === 'ETIMEDOUT',
    );
    assert.ok(body.destroyed);
  });

  it('is no failure where it is cancelled within it', async () => {
    const body = new Readable({ read: () => undefined });
    const stop = new AbortController();
    const transport = scriptedTransport(answering(200, body));
    const failures = new FailureJournal();
    const client = new DataPlane({ ...transport, failures }).bulkClient(contoso, {
      patience: new Patience({ clock: transport.clock, signal: stop.signal }),
      signal: stop.signal,
    });
    const answer = client.ask(question(client));
    body.push(Buffer.from('{"value":['));
    await turn();
    stop.abort(new Error('cancelled'));
    await assert.rejects(answer, { message: 'cancelled' });
    assert.ok(body.destroyed);
    assert.deepEqual(transport.log.of('error'), []);
    assert.deepEqual(failures.failures, []);
  });

  it('is no trouble on the way where the code is to blame', async () => {
    await assert.rejects(ask(answering(200, Readable.from(['a text']))).answer, TypeError);
  });

  it('listens to the signal of its caller no longer than it takes', async () => {
    const stop = new AbortController();
    const signals: PipelineRequest['abortSignal'][] = [];
    const transport = scriptedTransport((request) => {
      signals.push(request.abortSignal);
      return answering(200, Readable.from([]))(request);
    });
    const client = new DataPlane(transport).bulkClient(contoso, { signal: stop.signal });
    await client.ask(question(client));
    stop.abort();
    assert.deepEqual(
      signals.map((signal) => signal?.aborted),
      [false],
    );
  });
});
