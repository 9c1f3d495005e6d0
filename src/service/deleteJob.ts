import * as v from 'valibot';

// The wire types of "Delete Jobs" (API version 2023-10-31). Every field is optional there and the status is an open
// enumeration, so what doesn't have the documented type is read as absent rather than refused.

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

/** One page of deletion jobs. */
export interface DeleteJobPage {
  readonly value: readonly DeleteJob[];
  readonly nextLink?: string | undefined;
}

const text = v.fallback(v.optional(v.string()), undefined);
const nothing = v.fallback(v.optional(v.never()), undefined);

/** An object with these fields. Valibot takes an array for one too. */
const object = <T extends v.ObjectEntries>(entries: T) =>
  v.pipe(
    v.custom<object>((input) => !Array.isArray(input)),
    v.object(entries),
  );

/** Errors nest without limit in the contract; what lies deeper than this is read as absent. */
const depthLimit = 16;

function innerErrorTo(depth: number): v.GenericSchema<unknown, DeleteJobInnerError> {
  const innererror = depth === 0 ? nothing : v.fallback(v.optional(innerErrorTo(depth - 1)), undefined);
  return object({ code: text, innererror });
}

function errorTo(depth: number): v.GenericSchema<unknown, DeleteJobError> {
  const details = depth === 0 ? nothing : v.fallback(v.optional(v.array(errorTo(depth - 1))), undefined);
  const innererror = v.fallback(v.optional(innerErrorTo(depth)), undefined);
  return object({ code: text, message: text, details, innererror });
}

const error = errorTo(depthLimit);

const deleteJob: v.GenericSchema<unknown, DeleteJob> = object({
  id: text,
  status: text,
  createdDateTime: text,
  finishedDateTime: text,
  purgeDateTime: text,
  error: v.fallback(v.optional(error), undefined),
});

const deleteJobPage: v.GenericSchema<unknown, DeleteJobPage> = object({
  value: v.array(v.fallback(deleteJob, {})),
  nextLink: text,
});

const errorResponse = object({ error });

/** Reads a DeleteJob out of a body; undefined when the body is no JSON object. */
export function readDeleteJob(body: string): DeleteJob | undefined {
  return read(deleteJob, body);
}

/** Reads a page of the list out of a body; undefined when it has no `value` of objects. */
export function readDeleteJobPage(body: string): DeleteJobPage | undefined {
  return read(deleteJobPage, body);
}

/** Reads an ErrorResponse out of a body; undefined when there is none, as with a 403 of an empty body. */
export function readError(body: string): DeleteJobError | undefined {
  return read(errorResponse, body)?.error;
}

function read<T>(schema: v.GenericSchema<unknown, T>, body: string): T | undefined {
  try {
    const result = v.safeParse(schema, JSON.parse(body));
    return result.success ? result.output : undefined;
  } catch {
    // No JSON: nothing that the contract describes.
    return undefined;
  }
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
