import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeleteJobError } from '../../../src/service/deleteJob.ts';
import { ConnectionError, ServiceError, SignInFailedError, SignInRequiredError } from '../../../src/service/errors.ts';
import { explain } from '../../../src/service/explain.ts';

const exchange = { hostname: 'contoso.example', operation: 'GET /jobs/deletions', traceparent: '00-1-2-01' };

function serviceError(status: number, error: DeleteJobError = {}, retryAfterInMs?: number): ServiceError {
  return new ServiceError(exchange, { status, error, retryAfterInMs });
}

function connectionError(code: string): ConnectionError {
  return new ConnectionError(exchange, code, new Error(code));
}

describe('The explanation of', () => {
  for (const [what, error, short, words, remedy] of [
    ['no account', new SignInRequiredError(), 'Not signed in', /Data Owner/, 'signIn'],
    [
      'a sign-in provider that does not register',
      new SignInFailedError(new Error("Timed out waiting for authentication provider 'microsoft' to register.")),
      'Sign-in failed',
      /Reload the window/,
      'signIn',
    ],
    ['a 401', serviceError(401), '401 Unauthorized', /tenant.*or sign in again/, 'switchAccount'],
    [
      'a 403 with an empty body',
      serviceError(403),
      '403 Forbidden',
      /"Azure Digital Twins Data Owner".*minutes/,
      'refresh',
    ],
    [
      "another tenant's instance",
      serviceError(404, { message: 'Sub-Domain not found: contoso' }),
      '404 Sub-Domain not found',
      /tenant/,
      'switchAccount',
    ],
    ['a purged job', serviceError(404, { code: 'DeleteJobNotFound' }), '404 DeleteJobNotFound', /30 days/, 'refresh'],
    [
      'another active job',
      serviceError(400, { code: 'JobLimitReached', message: 'Limit.' }),
      '400 JobLimitReached',
      /one deletion or import job at a time/,
      'refresh',
    ],
    [
      'a refused request',
      serviceError(400, { code: 'ValidationFailed', innererror: { code: 'Inner' } }),
      '400 ValidationFailed',
      /ValidationFailed > Inner/,
      'showLog',
    ],
    ['a 429', serviceError(429, {}, 6500), '429 Too Many Requests', /in 7 s/, 'refresh'],
    ['a 500', serviceError(500), '500 Internal Server Error', /few minutes/, 'refresh'],
    ['a 503 with Retry-After', serviceError(503, {}, 60_000), '503 Service Unavailable', /in 60 s/, 'refresh'],
    ['an unknown name', connectionError('ENOTFOUND'), 'Host not found (ENOTFOUND)', /host name/, 'refresh'],
    ['a refused connection', connectionError('ECONNREFUSED'), 'Not reached (ECONNREFUSED)', /proxy/, 'refresh'],
    ['a broken connection', connectionError('ECONNRESET'), 'Connection broken (ECONNRESET)', /network/, 'refresh'],
    ['silence', connectionError('ETIMEDOUT'), 'No answer in time', /network/, 'refresh'],
    [
      'an unknown certificate',
      connectionError('SELF_SIGNED_CERT_IN_CHAIN'),
      'Certificate not trusted (SELF_SIGNED_CERT_IN_CHAIN)',
      /system's store/,
      'showLog',
    ],
    [
      'a disk that is full',
      Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' }),
      'Storage not usable (ENOSPC)',
      /disk has room and that VS Code may write to its own folders/,
      'showLog',
    ],
    [
      'a folder that may not be written to',
      Object.assign(new Error("EACCES: permission denied, mkdir '/a'"), {
        code: 'EACCES',
        syscall: 'mkdir',
        path: '/a',
      }),
      'Storage not usable (EACCES)',
      /may write to \/a\./,
      'showLog',
    ],
    ['a defect', new TypeError('x is undefined'), 'Unexpected error', /x is undefined/, 'showLog'],
    ['what is no error', 'text', 'Unexpected error', /text/, 'showLog'],
  ] as const) {
    it(`${what} says what happened and what to do`, () => {
      const explanation = explain(error);
      assert.equal(explanation.short, short);
      assert.equal(explanation.remedy, remedy);
      assert.match(`${explanation.happened} ${explanation.advice}`, words);
      assert.match(explanation.happened, /[.!?]$/);
      assert.match(explanation.advice, /[.!?]$/);
    });
  }

  it('bounds what the service says', () => {
    const message = 'x'.repeat(100_000);
    assert.ok(explain(serviceError(400, { code: message, message })).happened.length < 1000);
  });
});
