import { InvalidInputError } from './errors.ts';
import type { RandomHex } from './random.ts';

/** The id of a deletion job, sent as `operation-id`. Made by {@link newOperationId} or {@link parseOperationId} only. */
export type OperationId = string & { readonly __brand: 'OperationId' };

/** A new id in the form that the Azure CLI uses: `delete-job-` and 32 hexadecimal digits. */
export function newOperationId(randomHex: RandomHex): OperationId {
  return `delete-job-${randomHex(16)}` as OperationId;
}

/**
 * Checks an id that a caller chose. The contract names no form; what is accepted here survives a header, a URL and a
 * file name unchanged: letters, digits, `.`, `_` and `-`, at most 128, beginning with a letter or digit.
 *
 * @throws InvalidInputError for everything else
 */
export function parseOperationId(input: string): OperationId {
  if (!isOperationId(input)) {
    throw new InvalidInputError(
      'An operation id has letters, digits, ".", "_" and "-", at most 128, and begins with a letter or digit.',
    );
  }
  return input;
}

/** Whether an id has the form that {@link parseOperationId} accepts. */
export function isOperationId(input: string): input is OperationId {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(input);
}
