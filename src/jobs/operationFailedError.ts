import type { InstanceHost } from '../service/instanceHost.ts';

/** What a person is to be told of an operation that failed, around what is said of its cause. */
export interface OperationFailure {
  /** What failed: one sentence. */
  readonly failed: string;
  /** What it means for the data, and how things stand: in place of what the cause alone would mean. */
  readonly meaning: string;
  /** What to do where that is known better than by the cause. */
  readonly advice?: string;
}

/** An operation of many requests that a person started has failed. The cause is what went wrong. */
export class OperationFailedError extends Error {
  override readonly name = 'OperationFailedError';
  readonly host: InstanceHost;
  readonly failure: OperationFailure;

  constructor(host: InstanceHost, failure: OperationFailure, cause: unknown) {
    super(failure.failed, { cause });
    this.host = host;
    this.failure = failure;
  }
}
