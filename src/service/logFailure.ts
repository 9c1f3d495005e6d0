import {
  ConnectionError,
  InstanceBusyError,
  InstanceProtectedError,
  InvalidInputError,
  ServiceError,
  SignInRequiredError,
  UnexpectedAnswerError,
} from './errors.ts';
import type { Log } from './log.ts';

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
    error instanceof InstanceBusyError
  ) {
    log.info(error.message);
  } else {
    log.error(error instanceof Error ? error : String(error));
  }
}
