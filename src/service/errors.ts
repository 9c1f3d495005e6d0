import type { DeleteJobError } from './deleteJob.ts';

/** What was given can't be used; nothing was sent. The message says what is allowed. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
}

/** No token could be had without asking the person; nothing was sent. The message says why. */
export class SignInRequiredError extends Error {
  override readonly name = 'SignInRequiredError';

  constructor(message = 'No account is signed in.') {
    super(message);
  }
}

/** Signing in failed, as opposed to being declined; nothing was sent. */
export class SignInFailedError extends Error {
  override readonly name = 'SignInFailedError';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** What every failed exchange with an instance knows of itself. */
export interface Exchange {
  /** The instance that was asked. */
  readonly hostname: string;
  /** Method and path, for example `GET /jobs/deletions`. */
  readonly operation: string;
  /** The `traceparent` of the request. */
  readonly traceparent: string;
}

/** The instance, or something in between, answered with a status that is no success. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly exchange: Exchange;
  /** HTTP status. */
  readonly status: number;
  /** The body's error, as far as there was one that could be read. */
  readonly error: DeleteJobError;
  /** Milliseconds that the answer asked to wait (`Retry-After`), where it did. */
  readonly retryAfterInMs: number | undefined;
  /** `x-ms-request-id`, where sent. */
  readonly requestId: string | undefined;

  constructor(
    exchange: Exchange,
    answer: {
      status: number;
      error: DeleteJobError;
      retryAfterInMs?: number | undefined;
      requestId?: string | undefined;
    },
  ) {
    super(answer.error.message ?? answer.error.code ?? `The instance answered with status ${answer.status}.`);
    this.exchange = exchange;
    this.status = answer.status;
    this.error = answer.error;
    this.retryAfterInMs = answer.retryAfterInMs;
    this.requestId = answer.requestId;
  }
}

/** Codes of a connection that was never made: no name, no route, no listener, no trust. */
const neverConnected =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$|CERT|SIGNATURE|ERR_TLS/;

/** No answer: the connection could not be made or broke. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly exchange: Exchange;
  /** Node's code of the failure (`ENOTFOUND`, `ECONNRESET`, …), or `ETIMEDOUT` when the time limit passed. */
  readonly code: string;

  constructor(exchange: Exchange, code: string, cause: Error) {
    super(cause.message, { cause });
    this.exchange = exchange;
    this.code = code;
  }

  /** Whether the request may have reached the instance; false when no connection was made. */
  get mayHaveArrived(): boolean {
    return !neverConnected.test(this.code);
  }
}

/** An answer that is not what the contract says: a redirect, no JSON, a link to another host. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
  readonly exchange: Exchange;

  constructor(exchange: Exchange, what: string) {
    super(what);
    this.exchange = exchange;
  }
}
