import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { certificateErrors } from '../../../src/service/explain/certificates.ts';
import {
  ClaimsRequiredError,
  ConnectionError,
  IdentityChangedError,
  InstanceBusyError,
  InstanceProtectedError,
  InvalidInputError,
  ServiceError,
  SignInFailedError,
  SignInRequiredError,
  UnexpectedAnswerError,
} from '../../../src/service/errors.ts';
import { explain } from '../../../src/service/explain.ts';
import { contoso } from '../../support/transport.ts';

const read = { hostname: contoso.hostname, operation: 'GET /jobs/deletions', traceparent: '00-1-2-01' };
const start = { ...read, operation: 'POST /jobs/deletions' };

/** All codes that the contract of 2023-10-31 documents. */
const documentedCodes = [
  'BadRequest',
  'ComponentNotFound',
  'DTDLParserError',
  'DeleteJobNotFound',
  'DigitalTwinNotFound',
  'EventRouteEndpointInvalid',
  'EventRouteFilterInvalid',
  'EventRouteIdInvalid',
  'EventRouteNotFound',
  'ImportJobNotFound',
  'InvalidArgument',
  'InvalidRelationship',
  'JobLimitReached',
  'JsonPatchInvalid',
  'LimitExceeded',
  'MissingArgument',
  'ModelAlreadyExists',
  'ModelDecommissioned',
  'ModelNotFound',
  'ModelReferencesNotDecommissioned',
  'ModelReferencesNotDeleted',
  'ModelVersionNotSupported',
  'OperationNotAllowed',
  'PreconditionFailed',
  'QuotaReachedError',
  'RelationshipAlreadyExists',
  'RelationshipNotFound',
  'RelationshipsNotDeleted',
  'SqlQueryError',
  'TargetTwinNotFound',
  'TimeoutError',
  'TwinLimitReached',
  'ValidationFailed',
];

/** All codes of https://nodejs.org/api/tls.html#x509-certificate-error-codes, and Node's own for the name. */
const certificateCodes = [
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CRL_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'CRL_NOT_YET_VALID',
  'CRL_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
  'OUT_OF_MEM',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
  'INVALID_PURPOSE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'HOSTNAME_MISMATCH',
  'UNSPECIFIED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_TLS_CERT_ALTNAME_FORMAT',
];

const connectionCodes = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'EPROTO',
  'ERR_PROXY_TUNNEL',
  'PARSE_ERROR',
];

const statuses = [400, 401, 403, 404, 407, 408, 409, 412, 429, 500, 502, 503, 504];

function refused(status: number, code?: string, exchange = read, message?: string): ServiceError {
  return new ServiceError(exchange, { status, error: { code, message } });
}

function unreached(code: string, message = code, exchange = read): ConnectionError {
  return new ConnectionError(exchange, code, new Error(message));
}

const unexpectedAnswers = (['redirect', 'page', 'empty', 'content'] as const).map(
  (kind) => new UnexpectedAnswerError(read, 'The answer is not a list of deletion jobs.', kind),
);

const otherFailures = [
  new SignInRequiredError(),
  new SignInFailedError(new Error('AADSTS50020: User account does not exist in tenant.')),
  new ClaimsRequiredError('{}'),
  new InstanceProtectedError(contoso, undefined),
  new InstanceProtectedError(contoso, 'contoso-*'),
  new InstanceBusyError(contoso, 'Another window starts a deletion job'),
  new IdentityChangedError(contoso),
  new InvalidInputError('Enter the host name of an instance.'),
  ...unexpectedAnswers,
  refused(404, undefined, read, 'Sub-Domain not found: contoso'),
  refused(418),
  refused(200),
  refused(599),
];

const long = 'A long text. \u0007\u202e'.repeat(1000);

/** Each failure as it comes, and as long as a proxy or a service gone mad could make it. */
const allFailures: readonly unknown[] = [
  ...documentedCodes.flatMap((code) => [refused(400, code), refused(400, code, start, long)]),
  ...statuses.flatMap((status) => [refused(status), refused(status, long, start, long)]),
  ...[...certificateCodes, ...connectionCodes, 'ERR_SSL_WRONG_VERSION_NUMBER', 'HPE_INVALID_CONSTANT', long].map(
    (code) => unreached(code, long, start),
  ),
  ...otherFailures,
  new InstanceBusyError(contoso, long),
  new InstanceProtectedError(contoso, long),
  new UnexpectedAnswerError(start, long),
  new SignInFailedError(new Error(long)),
  new Error(long),
];

function assertAllDiffer(failures: readonly unknown[], fallback: unknown): void {
  const texts = [...failures, fallback].map((failure) => explain(failure).happened);
  assert.equal(new Set(texts).size, texts.length, texts.join('\n'));
}

describe('The catalogue of failures', () => {
  it('has words of its own for each code of the contract, whatever the status', () => {
    for (const status of [400, 404, 409, 412, 429]) {
      const texts = documentedCodes.map((code) => explain(refused(status, code)).happened.replaceAll(code, ''));
      assert.equal(new Set(texts).size, documentedCodes.length);
      assert.ok(!texts.includes(explain(refused(status, 'Other')).happened.replaceAll('Other', '')));
    }
  });

  it('recognises a code behind another', () => {
    const error = { code: 'Outer', innererror: { code: 'JobLimitReached' } };
    assert.match(explain(new ServiceError(start, { status: 400, error })).happened, /^Another bulk job is active/);
  });

  it('takes no code for a word of JavaScript', () => {
    assert.match(explain(refused(400, 'constructor')).happened, /refused the request/);
  });

  it('has words of its own for each certificate that is not accepted', () => {
    assert.deepEqual([...certificateErrors.keys()].sort(), [...certificateCodes].sort());
    const texts = certificateCodes.map((code) => explain(unreached(code)).happened.replaceAll(code, ''));
    assert.equal(new Set(texts).size, certificateCodes.length);
    assert.ok(!texts.includes(explain(unreached('CERT_OF_TOMORROW')).happened.replaceAll('CERT_OF_TOMORROW', '')));
    assert.match(explain(unreached('CERT_OF_TOMORROW')).happened, /not trusted \(CERT_OF_TOMORROW\)\.$/);
  });

  it('has words of its own for each way in which a connection fails', () => {
    const texts = connectionCodes.map((code) => explain(unreached(code)).happened.replaceAll(code, ''));
    const other = explain(unreached('EOTHER')).happened.replaceAll('EOTHER', '');
    assert.equal(new Set([...texts, other]).size, connectionCodes.length + 1);
  });

  it('has words of its own for each status, and for what never became one', () => {
    assertAllDiffer(
      statuses.map((status) => refused(status)),
      refused(418),
    );
    assertAllDiffer(
      otherFailures.filter((failure) => !(failure instanceof UnexpectedAnswerError)),
      new Error('defect'),
    );
    assert.equal(new Set(unexpectedAnswers.map((failure) => explain(failure).short)).size, unexpectedAnswers.length);
  });

  it('takes codes of a family together', () => {
    assert.match(explain(unreached('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE')).short, /^No secure connection/);
    assert.match(explain(unreached('HPE_INVALID_CONSTANT')).short, /^Answer not readable/);
    assert.equal(explain(unreached('ESOCKETTIMEDOUT')).short, 'No answer in time');
  });

  it('never says more than can be read, nor what hides in a text, and leaves no gap', () => {
    for (const failure of allFailures) {
      const { short, happened, meaning, advice } = explain(failure);
      const text = `${happened} ${meaning} ${advice}`;
      assert.ok(text.length <= 600, `${text.length}: ${text}`);
      assert.ok(short.length <= 100, short);
      assert.doesNotMatch(short + text, /[\p{Cc}\u202a-\u202e]/u);
      assert.doesNotMatch(text, /[{}]|undefined| {2}/);
      for (const sentences of [happened, meaning, advice]) {
        assert.match(sentences, /^\S.*[.!?]$/s);
        assert.doesNotMatch(sentences, /!/);
      }
    }
  });

  for (const [what, failure, meaning] of [
    ['a read that was refused', refused(403), /^Nothing was changed; a job that is running goes on/],
    ['a read without an answer', unreached('ECONNRESET'), /^Nothing was changed/],
    ['a start that was refused', refused(400, 'JobLimitReached', start), /^This attempt deleted nothing\.$/],
    ['a start that was limited', refused(429, undefined, start), /^This attempt deleted nothing\.$/],
    ['a start that took too long', refused(408, undefined, start), /^It is not known whether/],
    ['a start with a 500', refused(500, undefined, start), /^It is not known whether/],
    ['a start with a 200', refused(200, undefined, start), /^It is not known whether/],
    ['a start that was redirected', new UnexpectedAnswerError(start, 'No.', 'redirect'), /^It is not known whether/],
    ['a start without an answer', unreached('ECONNRESET', 'socket hang up', start), /^It is not known whether/],
    ['a start without a connection', unreached('ENOTFOUND', '', start), /^This attempt deleted nothing\.$/],
    ['a start to an unknown certificate', unreached('INVALID_CA', '', start), /^This attempt deleted nothing\.$/],
    ['a protected instance', new InstanceProtectedError(contoso, undefined), /nothing was deleted/],
    ['another account', new IdentityChangedError(contoso), /nothing was deleted/],
    ['another start', new InstanceBusyError(contoso, 'It is.'), /^This attempt deleted nothing\.$/],
  ] as const) {
    it(`says what it means for the data: ${what}`, () => {
      assert.match(explain(failure).meaning, meaning);
    });
  }

  it('never advises to start again at once what may have been started', () => {
    for (const failure of [
      unreached('ECONNRESET', '', start),
      refused(503, undefined, start),
      refused(408, undefined, start),
    ]) {
      const { advice, remedy } = explain(failure);
      assert.match(advice, /Look at the jobs of the instance before you start again/);
      assert.doesNotMatch(advice, /try again/i);
      assert.equal(remedy, 'refresh');
    }
  });

  it('offers what helps', () => {
    assert.equal(explain(new InstanceProtectedError(contoso, undefined)).remedy, 'removeProtection');
    assert.equal(explain(new InstanceProtectedError(contoso, '*')).remedy, 'openSettings');
    assert.equal(explain(new ClaimsRequiredError('{}')).remedy, 'signIn');
  });
});

describe('A request can not have arrived', () => {
  for (const [code, message] of [
    ...certificateCodes.map((code) => [code, ''] as const),
    ['ENOTFOUND', ''],
    ['ECONNREFUSED', ''],
    ['UND_ERR_CONNECT_TIMEOUT', ''],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', ''],
    ['ERR_PROXY_TUNNEL', ''],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', ''],
    // As Node 22 and 24 say it, tried with a server that speaks no TLS, an old one, and one without a common cipher.
    ['EPROTO', 'write EPROTO 40CD:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number'],
    ['EPROTO', 'write EPROTO 40CD:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version'],
    ['EPROTO', 'write EPROTO 40CD:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure'],
    ['ECONNRESET', 'Client network socket disconnected before secure TLS connection was established'],
  ] as const) {
    it(`when it failed with ${code} ${message}`, () => {
      assert.equal(unreached(code, message).mayHaveArrived, false);
    });
  }
});

describe('A request may have arrived', () => {
  for (const [code, message] of [
    ['ECONNRESET', 'socket hang up'],
    ['EPIPE', 'write EPIPE'],
    ['ETIMEDOUT', ''],
    ['EPROTO', 'read EPROTO'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', ''],
    ['ERR_SSL_WRONG_VERSION_NUMBER', ''],
    ['CERT_OF_TOMORROW', ''],
    ['SOMETHING_NEW', ''],
  ] as const) {
    it(`when it failed with ${code} ${message}`, () => {
      assert.equal(unreached(code, message).mayHaveArrived, true);
    });
  }
});
