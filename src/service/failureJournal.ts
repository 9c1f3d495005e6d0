/** An exchange with an instance that failed. */
export interface FailedExchange {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly hostname: string;
  /** Method and path, for example `GET /jobs/deletions`. */
  readonly operation: string;
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** Node's code of a connection that failed; undefined when there was an answer. */
  readonly code: string | undefined;
  /** The service's codes, outermost first; none where it named none. */
  readonly errorCodes: readonly string[];
  /** The `traceparent` of the first attempt. */
  readonly traceparent: string;
  /** `x-ms-request-id`, where sent. */
  readonly requestId: string | undefined;
  /** The answer's body as it came, without secrets and bounded to 4,000 characters; undefined without an answer. */
  readonly body: string | undefined;
}

/** How many failures are kept: enough for the story of one trouble. */
const most = 50;

/** The last failed exchanges, in memory alone: for a report that a person asks for. */
export class FailureJournal {
  #failures: readonly FailedExchange[] = [];

  /** Oldest first. */
  get failures(): readonly FailedExchange[] {
    return this.#failures;
  }

  /** Keeps a failure; the fiftieth before it is forgotten. */
  add(failure: FailedExchange): void {
    this.#failures = [...this.#failures, failure].slice(-most);
  }
}
