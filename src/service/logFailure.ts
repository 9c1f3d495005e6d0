import { readEntraError } from './entraError.ts';
import {
  ConnectionError,
  IdentityChangedError,
  InstanceBusyError,
  InstanceProtectedError,
  InvalidInputError,
  ServiceError,
  SignInFailedError,
  SignInRequiredError,
  UnexpectedAnswerError,
} from './errors.ts';
import type { Log } from './log.ts';
import { printable } from './printable.ts';

/** Logs a failure unless that was done where it happened; a defect with its stack. */
export function logFailure(log: Log, error: unknown): void {
  if (error instanceof ServiceError || error instanceof ConnectionError || error instanceof UnexpectedAnswerError) {
    // Logged by InstanceClient, with all that it knows of the exchange.
    return;
  }
  if (
    error instanceof InvalidInputError ||
    error instanceof SignInRequiredError ||
    error instanceof InstanceProtectedError ||
    error instanceof InstanceBusyError ||
    error instanceof IdentityChangedError
  ) {
    log.info(printable(error.message));
  } else if (error instanceof SignInFailedError) {
    log.error(signInFailureLine(error));
  } else {
    log.error(error instanceof Error ? error : String(error));
  }
}

/** All about a sign-in that failed, in one line: by the ids an administrator finds it at Microsoft Entra. */
function signInFailureLine({ message, credential }: SignInFailedError): string {
  const { code, traceId, correlationId } = readEntraError(message);
  const known = [`credential ${credential}`];
  if (code !== undefined) {
    known.push(`code ${code}`);
  }
  if (traceId !== undefined) {
    known.push(`trace id ${traceId}`);
  }
  if (correlationId !== undefined) {
    known.push(`correlation id ${correlationId}`);
  }
  return `Signing in failed, ${known.join(', ')}: ${printable(message.replace(/\s+/g, ' ').trim())}`;
}
