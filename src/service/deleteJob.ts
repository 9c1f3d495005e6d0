import * as v from 'valibot';
import { withoutSecrets } from './secrets.ts';
import { object, pageOf, read, text, type Page } from './wire.ts';

// The wire types of "Delete Jobs" (API version 2023-10-31).

/** A more specific code within an error; recursive. */
export interface DeleteJobInnerError {
  readonly code?: string | undefined;
  readonly innererror?: DeleteJobInnerError | undefined;
}

/** An error as the service describes it; recursive. */
export interface DeleteJobError {
  /** Service-specific code, for example `JobLimitReached`. */
  readonly code?: string | undefined;
  /** Human-readable text. */
  readonly message?: string | undefined;
  readonly details?: readonly DeleteJobError[] | undefined;
  readonly innererror?: DeleteJobInnerError | undefined;
}

/** A deletion job as the service describes it. Times are RFC 3339 with up to 7 fraction digits. */
export interface DeleteJob {
  readonly id?: string | undefined;
  /** `notstarted`, `running`, `failed`, `succeeded`, or something newer. */
  readonly status?: string | undefined;
  readonly createdDateTime?: string | undefined;
  /** Trustworthy only beside a terminal status: the contract's own example has it set before the start. */
  readonly finishedDateTime?: string | undefined;
  /** When the service forgets the job, about 30 days after it. */
  readonly purgeDateTime?: string | undefined;
  readonly error?: DeleteJobError | undefined;
}

const nothing = v.fallback(v.optional(v.never()), undefined);

/** Errors nest without limit in the contract; what lies deeper than this is read as absent. */
const depthLimit = 16;

/** What the service says in an error, kept in files and shown: without what looks like a token or a key. */
const said = v.pipe(
  text,
  v.transform((words) => (words === undefined ? undefined : withoutSecrets(words))),
);

function innerErrorTo(depth: number): v.GenericSchema<unknown, DeleteJobInnerError> {
  const innererror = depth === 0 ? nothing : v.fallback(v.optional(innerErrorTo(depth - 1)), undefined);
  return object({ code: said, innererror });
}

function errorTo(depth: number): v.GenericSchema<unknown, DeleteJobError> {
  const details = depth === 0 ? nothing : v.fallback(v.optional(v.array(errorTo(depth - 1))), undefined);
  const innererror = v.fallback(v.optional(innerErrorTo(depth)), undefined);
  return object({ code: said, message: said, details, innererror });
}

const error = errorTo(depthLimit);

/** The error of a job, or absent. */
export const optionalError = v.fallback(v.optional(error), undefined);

const deleteJob: v.GenericSchema<unknown, DeleteJob> = object({
  id: text,
  status: text,
  createdDateTime: text,
  finishedDateTime: text,
  purgeDateTime: text,
  error: optionalError,
});

const deleteJobPage = pageOf(deleteJob, {});

const errorResponse = object({ error });

/** Reads a DeleteJob out of a body; undefined when the body is no JSON object. */
export function readDeleteJob(body: string): DeleteJob | undefined {
  return read(deleteJob, body);
}

/** Reads a DeleteJob out of a value that was JSON; undefined when it is no object. */
export function asDeleteJob(value: unknown): DeleteJob | undefined {
  const result = v.safeParse(deleteJob, value);
  return result.success ? result.output : undefined;
}

/** Reads a page of the list out of a body; undefined when it has no `value` of objects. */
export function readDeleteJobPage(body: string): Page<DeleteJob> | undefined {
  return read(deleteJobPage, body);
}

/** Reads an ErrorResponse out of a body; undefined when there is none, as with a 403 of an empty body. */
export function readError(body: string): DeleteJobError | undefined {
  return read(errorResponse, body)?.error;
}

/** All details of an error, those of details included, each before its own. */
export function allDetails(error: DeleteJobError): readonly DeleteJobError[] {
  return (error.details ?? []).flatMap((detail) => [detail, ...allDetails(detail)]);
}

/** The error's own code, then those of its inner errors, outermost first. */
export function errorCodes(error: DeleteJobError): string[] {
  const codes: string[] = [];
  for (let at: DeleteJobError | DeleteJobInnerError | undefined = error; at !== undefined; at = at.innererror) {
    if (at.code !== undefined) {
      codes.push(at.code);
    }
  }
  return codes;
}
