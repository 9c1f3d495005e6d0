import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { createHttpHeaders, type PipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { DataPlane } from '../../../src/service/dataPlane.ts';
import { ConnectionError, ServiceError } from '../../../src/service/errors.ts';
import { GrowingBuffer } from '../../../src/service/growingBuffer.ts';
import type { Answer } from '../../../src/service/instanceClient.ts';
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
  const answer = client.ask({
    ...{ method: 'GET', url: client.url('/models'), trace: TraceContext.begin(countingHex()) },
    ...{ repeat: 'once', expect: 200, bytes: { status: 200, into: new GrowingBuffer(1) } },
  });
  return { transport, answer };
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
});
