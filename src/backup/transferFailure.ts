import { OperationFailedError } from '../jobs/operationFailedError.ts';
import { ServiceError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { RestoreStoppedError } from './restore.ts';
import { restoreStoppedText } from './transferText.ts';

/** A backup that could not be made, as a person is told it. */
export function backupFailure(host: InstanceHost, cause: unknown): OperationFailedError {
  const meaning = 'No backup was written, and the instance was not changed.';
  return failure(host, `${host.name} was not backed up.`, meaning, cause);
}

/** A restore that was not begun, or has stopped on the way, as a person is told it. */
export function restoreFailure(host: InstanceHost, error: unknown): OperationFailedError {
  return error instanceof RestoreStoppedError
    ? failure(host, `The restore to ${host.name} has stopped.`, restoreStoppedText(error.result), error.cause)
    : failure(host, `Nothing was restored to ${host.name}.`, 'Nothing was changed there.', error);
}

function failure(host: InstanceHost, failed: string, meaning: string, cause: unknown): OperationFailedError {
  // What is said of this status elsewhere is about the Jobs API and one request.
  const isRefusedForLong = cause instanceof ServiceError && cause.status === 429;
  const advice = 'It has refused requests for over half an hour. Try again when less is going on there.';
  return new OperationFailedError(host, { failed, meaning, ...(isRefusedForLong && { advice }) }, cause);
}
