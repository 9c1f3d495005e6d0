import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidInputError } from '../../../src/service/errors.ts';
import { newOperationId, parseOperationId } from '../../../src/service/operationId.ts';
import { systemRandomHex } from '../../../src/service/random.ts';
import { checkTimeoutInMinutes, parseTimeoutInMinutes } from '../../../src/service/timeoutInMinutes.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';

describe('A timeout', () => {
  it('is an integer from 15 to 1440', () => {
    for (const minutes of [15, 16, 720, 1440]) {
      assert.equal(checkTimeoutInMinutes(minutes), minutes);
      assert.equal(parseTimeoutInMinutes(` ${minutes} `), minutes);
    }
    for (const minutes of [14, 1441, 0, -15, 15.5, NaN, Infinity]) {
      assert.throws(() => checkTimeoutInMinutes(minutes), InvalidInputError);
      assert.throws(() => parseTimeoutInMinutes(String(minutes)), InvalidInputError);
    }
  });

  it('typed as anything but digits is refused', () => {
    for (const typed of ['1e2', '0x20', '+60', '60 min', '６０', '60.', '1,000']) {
      assert.throws(() => parseTimeoutInMinutes(typed), InvalidInputError, typed);
    }
  });

  it('left empty means the default of the service', () => {
    assert.equal(parseTimeoutInMinutes('  '), undefined);
  });
});

describe('An operation id', () => {
  it('has the form that the Azure CLI uses', () => {
    assert.match(newOperationId(systemRandomHex), /^delete-job-[0-9a-f]{32}$/);
    assert.notEqual(newOperationId(systemRandomHex), newOperationId(systemRandomHex));
  });

  it('chosen by a caller is kept as it is, case included', () => {
    assert.equal(parseOperationId('Nightly_Refresh-2026.01.02'), 'Nightly_Refresh-2026.01.02');
  });

  it('is refused when it would not survive a header or a path', () => {
    for (const id of ['', ' ', 'a b', 'a/b', '../x', '.', 'a\r\nx: y', 'ä', 'a?b', 'x'.repeat(129)]) {
      assert.throws(() => parseOperationId(id), InvalidInputError, JSON.stringify(id));
    }
  });
});

describe('A trace context', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  it('begins with a valid traceparent', () => {
    const { traceparent: begun } = TraceContext.begin(systemRandomHex);
    assert.match(begun, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.equal(TraceContext.parse(begun).traceparent, begun);
  });

  it('keeps its trace id and flags while each request has a span id of its own', () => {
    const trace = TraceContext.parse(traceparent);
    const randomHex = countingHex();
    const [first, second] = [trace.nextTraceparent(randomHex), trace.nextTraceparent(randomHex)];
    assert.equal(first, '00-0af7651916cd43dd8448eb211c80319c-0000000000000001-01');
    assert.equal(second, '00-0af7651916cd43dd8448eb211c80319c-0000000000000002-01');
    assert.equal(trace.traceId, '0af7651916cd43dd8448eb211c80319c');
  });

  it('never has an id of zeros', () => {
    const zeros = (bytes: number): string => '00'.repeat(bytes);
    assert.doesNotThrow(() => TraceContext.parse(TraceContext.begin(zeros).traceparent));
  });

  it('is refused when the traceparent is malformed', () => {
    for (const malformed of [
      '',
      traceparent.toUpperCase(),
      traceparent.slice(1),
      `${traceparent}-00`,
      ` ${traceparent}`,
      traceparent.replace('00-', 'ff-'),
      traceparent.replace('00-', '01-'),
      traceparent.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
      traceparent.replace('b7ad6b7169203331', '0'.repeat(16)),
    ]) {
      assert.throws(() => TraceContext.parse(malformed), InvalidInputError, malformed);
    }
  });

  it('takes a tracestate as W3C allows it', () => {
    for (const [given, kept] of [
      ['congo=t61rcWkgMzE', 'congo=t61rcWkgMzE'],
      ['a=1 ,\tb=2', 'a=1,b=2'],
      ['a=1,,b=2,', 'a=1,b=2'],
      ['0tenant@vendor=x y', '0tenant@vendor=x y'],
      ['a_-*/1=!"#', 'a_-*/1=!"#'],
    ] as const) {
      assert.equal(TraceContext.begin(systemRandomHex, given).tracestate, kept);
    }
  });

  it('is refused when the tracestate is malformed', () => {
    for (const malformed of [
      '',
      ',',
      'a',
      'a=',
      '=1',
      'A=1',
      '1a=1',
      'a=1,a=2',
      'a=b=c',
      'a=é',
      'a=1\r\nx-evil: 1',
      'a@b@c=1',
      `${'k'.repeat(257)}=1`,
      `a=${'v'.repeat(257)}`,
      Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(','),
    ]) {
      assert.throws(() => TraceContext.begin(systemRandomHex, malformed), InvalidInputError, malformed);
    }
  });
});
