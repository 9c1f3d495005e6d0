import type * as v from 'valibot';
import { optionalError, type DeleteJobError } from './deleteJob.ts';
import { object, pageOf, read, text, type Page } from './wire.ts';

/**
 * An import job as the service describes it (API version 2023-10-31). Times are RFC 3339 with up to 7 fraction digits.
 * The addresses of its files are left out: such an address can hold a key.
 */
export interface ImportJob {
  readonly id?: string | undefined;
  /** `notstarted`, `running`, `failed`, `succeeded`, `cancelling`, `cancelled`, or something newer. */
  readonly status?: string | undefined;
  readonly createdDateTime?: string | undefined;
  /** When the service last worked on the job. */
  readonly lastActionDateTime?: string | undefined;
  /** Trustworthy only beside a terminal status. */
  readonly finishedDateTime?: string | undefined;
  /** When the service forgets the job, about 30 days after it. */
  readonly purgeDateTime?: string | undefined;
  readonly error?: DeleteJobError | undefined;
}

const importJob: v.GenericSchema<unknown, ImportJob> = object({
  id: text,
  status: text,
  createdDateTime: text,
  lastActionDateTime: text,
  finishedDateTime: text,
  purgeDateTime: text,
  error: optionalError,
});

const importJobPage = pageOf(importJob, {});

/** Reads an ImportJob out of a body; undefined when the body is no JSON object. */
export function readImportJob(body: string): ImportJob | undefined {
  return read(importJob, body);
}

/** Reads a page of the list out of a body; undefined when it has no `value` of objects. */
export function readImportJobPage(body: string): Page<ImportJob> | undefined {
  return read(importJobPage, body);
}

/** Whether an import job is active, and so in the way of a deletion. A status that is not known is one of an active job
 * unless the job has a time at which it finished. */
export function isActiveImport({ status, finishedDateTime }: ImportJob): boolean {
  switch (status?.toLowerCase()) {
    case undefined:
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return false;
    case 'notstarted':
    case 'running':
    case 'cancelling':
      return true;
    default:
      return finishedDateTime === undefined;
  }
}
