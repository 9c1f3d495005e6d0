import {
  ConnectionError,
  InstanceBusyError,
  InstanceProtectedError,
  InvalidInputError,
  ServiceError,
  SignInFailedError,
  SignInRequiredError,
} from './errors.ts';

/**
 * Whether a failure proves that the start of a deletion job has started none: nothing was sent, or the service has
 * refused. Everything else, a gateway's 5xx included, may hide an accepted start.
 */
export function provesNothingStarted(error: unknown): boolean {
  return (
    error instanceof SignInRequiredError ||
    error instanceof SignInFailedError ||
    error instanceof InstanceProtectedError ||
    error instanceof InstanceBusyError ||
    error instanceof InvalidInputError ||
    (error instanceof ConnectionError && !error.mayHaveArrived) ||
    (error instanceof ServiceError && error.status >= 400 && error.status < 500 && error.status !== 408)
  );
}
