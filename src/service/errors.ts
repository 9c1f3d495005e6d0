import { certificateCodes } from './certificateCodes.ts';
import type { CredentialKind } from './credentialKind.ts';
import type { DeleteJobError } from './deleteJob.ts';
import type { Account } from './identity.ts';
import type { InstanceHost } from './instanceHost.ts';
import { withoutSecrets } from './secrets.ts';

/** What was given can't be used; nothing was sent. The message says what is allowed. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
}

/** No token could be had without asking the person; nothing was sent. The message says why. */
export class SignInRequiredError extends Error {
  override readonly name: string = 'SignInRequiredError';

  /** The account that is needed; undefined where any will do. */
  readonly account: Account | undefined;

  constructor(message = 'No account is signed in.', account?: Account) {
    super(message);
    this.account = account;
  }
}

/**
 * The instance refused the request with a claims challenge: it wants a sign-in that fulfils more, such as a second
 * factor. Only a person can give that.
 */
export class ClaimsRequiredError extends SignInRequiredError {
  override readonly name = 'ClaimsRequiredError';
  /** What is wanted: JSON text, as it was in the challenge. */
  readonly claims: string;

  constructor(claims: string) {
    super('The instance asks for a new sign-in.');
    this.claims = claims;
  }
}

/** Signing in failed, as opposed to being declined; nothing was sent. */
export class SignInFailedError extends Error {
  override readonly name = 'SignInFailedError';
  /** What was asked for a token. */
  readonly credential: CredentialKind;

  constructor(cause: unknown, credential: CredentialKind = 'vscode') {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.credential = credential;
  }
}

/** The instance is protected from deletion jobs; nothing was sent. */
export class InstanceProtectedError extends Error {
  override readonly name = 'InstanceProtectedError';
  readonly host: InstanceHost;
  /** The wildcard of the setting `digitalTwins.protectedHosts`; undefined when a person protected this instance. */
  readonly rule: string | undefined;

  /** Whether it is only not known that it is unprotected: what persons protected can't be read any more. */
  readonly isLost: boolean;

  constructor(host: InstanceHost, rule: string | undefined, isLost = false) {
    super(`${host.hostname} is protected.`);
    this.host = host;
    this.rule = rule;
    this.isLost = isLost;
  }
}

/**
 * Something else is being done with the instance, from this or another window: another start of a deletion job is under
 * way or has just been made, or a backup or a restore is running. Nothing was sent.
 */
export class InstanceBusyError extends Error {
  override readonly name = 'InstanceBusyError';
  readonly host: InstanceHost;
  /** What is in the way: a sentence. */
  readonly what: string;
  /** Whether it is another start, of which a job may come. */
  readonly isStart: boolean;

  constructor(host: InstanceHost, what: string, isStart = true) {
    super(what);
    this.host = host;
    this.what = what;
    this.isStart = isStart;
  }
}

/** Who asks an instance was changed between a person's confirmation and the start; nothing was sent. */
export class IdentityChangedError extends Error {
  override readonly name = 'IdentityChangedError';
  readonly host: InstanceHost;

  constructor(host: InstanceHost) {
    super(`The account, tenant or credential for ${host.hostname} was changed.`);
    this.host = host;
  }
}

/** A file that a person chose can't be read or written. The cause is the file system's error. */
export class LocalFileError extends Error {
  override readonly name = 'LocalFileError';
  readonly path: string;
  /** The operating system's code, such as `ENOSPC`. */
  readonly code: string;
  readonly attempt: 'read' | 'write';

  constructor(path: string, attempt: 'read' | 'write', cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.path = path;
    this.code = codeOf(cause) ?? 'UNKNOWN';
    this.attempt = attempt;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A request was about to go to another host than it was made for; nothing was sent. */
export class OtherHostError extends Error {
  override readonly name = 'OtherHostError';

  constructor(origin: string) {
    super(`A request was about to go to another host than ${origin}.`);
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
  /** Whether it was Azure Resource Manager that was asked, and not an instance. */
  readonly isResourceManager?: boolean;
}

/** Of a body that can't be read as an error, this much tells what it is. */
const longestBody = 4000;

/** A body as it is kept: without secrets, and bounded to 4,000 characters. */
export function keptBody(body: string): string {
  // Bounded before as well: what comes may be of any length.
  return withoutSecrets(body.slice(0, 2 * longestBody)).slice(0, longestBody);
}

/** The instance, or something in between, answered with a status that is no success. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly exchange: Exchange;
  /** HTTP status. */
  readonly status: number;
  /** The body's error, as far as there was one that could be read. */
  readonly error: DeleteJobError;
  /** The tenant that the answer named as the right one (`WWW-Authenticate`), where it did. */
  readonly tenantId: string | undefined;
  /** Milliseconds that the answer asked to wait (`Retry-After`), where it did. */
  readonly retryAfterInMs: number | undefined;
  /** `x-ms-request-id`, where sent. */
  readonly requestId: string | undefined;
  /** The body as it came, without secrets and bounded to 4,000 characters; empty when there was none. */
  readonly body: string;
  /** Whether an earlier attempt, of which no answer came, may have had its effect already. */
  readonly mayBeRepetition: boolean;

  constructor(
    exchange: Exchange,
    answer: {
      status: number;
      error: DeleteJobError;
      tenantId?: string | undefined;
      retryAfterInMs?: number | undefined;
      requestId?: string | undefined;
      body?: string | undefined;
      mayBeRepetition?: boolean;
    },
  ) {
    super(answer.error.message ?? answer.error.code ?? `The instance answered with status ${answer.status}.`);
    this.exchange = exchange;
    this.status = answer.status;
    this.error = answer.error;
    this.tenantId = answer.tenantId;
    this.retryAfterInMs = answer.retryAfterInMs;
    this.requestId = answer.requestId;
    this.body = keptBody(answer.body ?? '');
    this.mayBeRepetition = answer.mayBeRepetition ?? false;
  }

  /** Whether the instance does not know the tenant of the token: the service says that with a 404 and these words. */
  get isOfOtherTenant(): boolean {
    return this.status === 404 && /sub-?domain not found/i.test(this.error.message ?? '');
  }
}

/** Codes of a connection that was never made: no name, no way, no listener, no tunnel. */
const neverConnected: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_HANDSHAKE_TIMEOUT',
  'ERR_PROXY_TUNNEL',
  'ERR_PROXY_INVALID_CONFIG',
]);

/**
 * What OpenSSL says when the two sides do not agree on how to speak, as a code (`ERR_SSL_…`) or in the message of an
 * `EPROTO`. What may come later too is not among them, such as the alert for a missing client certificate.
 */
const notAgreed =
  /unsupported.protocol|no.protocols.available|alert.protocol.version|unrecognized.name|no.ciphers.available|dh.key.too.small|unsafe.legacy.renegotiation.disabled/i;

/** Of `EPROTO` alone, which is the failure of the write itself: the other side does not speak TLS at all. */
const notTls = /wrong.version.number|alert.handshake.failure/i;

/** How Node words an `ECONNRESET` while the two sides still agree on how to speak. */
const brokenBefore = /before secure TLS connection was established/i;

const notTrusted: ReadonlySet<string> = new Set(certificateCodes);

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

  /**
   * Whether the request may have reached the instance; false only when the failure can't be but from before anything
   * was sent: no connection, or none that is secure.
   */
  get mayHaveArrived(): boolean {
    const { code, message } = this;
    return !(
      neverConnected.has(code) ||
      notTrusted.has(code) ||
      (code.startsWith('ERR_SSL_') && notAgreed.test(code)) ||
      (code === 'ECONNRESET' && brokenBefore.test(message)) ||
      (code === 'EPROTO' && (notAgreed.test(message) || notTls.test(message)))
    );
  }
}

/** An answer that is not what the contract says: a redirect, no JSON, a link to another host. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
  readonly exchange: Exchange;
  /** `redirect`, a web `page`, an `empty` body, or other `content` than the contract's. */
  readonly kind: 'redirect' | 'page' | 'empty' | 'content';

  constructor(exchange: Exchange, what: string, kind: UnexpectedAnswerError['kind'] = 'content') {
    super(what);
    this.exchange = exchange;
    this.kind = kind;
  }
}

/** Whether another account or tenant is what helps: the instance did not accept who asked. */
export function needsOtherIdentity(error: unknown): error is ServiceError {
  return error instanceof ServiceError && (error.status === 401 || error.isOfOtherTenant);
}
