/** A more specific code than the error's own; nests. */
export interface InnerError {
  readonly code?: string;
  readonly innererror?: InnerError;
}

/** The service's error object: the body's `error`, and the `error` of a failed job. */
export interface ErrorDefinition {
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly ErrorDefinition[];
  readonly innererror?: InnerError;
}

/** A refusal of the service: thrown where it is found, answered in one place. */
export class ServiceError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What it was in detail, as Azure Resource Manager has it. */
  readonly details: readonly ErrorDefinition[];

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    details: readonly ErrorDefinition[] = [],
  ) {
    super(message);
    this.name = 'ServiceError';
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.details = details;
  }
}
