import { readDeleteJob, readDeleteJobPage, type DeleteJob } from './deleteJob.ts';
import type { Exchange } from './errors.ts';
import type { Answer, InstanceClient } from './instanceClient.ts';
import { isOperationId, type OperationId } from './operationId.ts';
import { printable } from './printable.ts';
import type { TimeoutInMinutes } from './timeoutInMinutes.ts';
import type { TraceContext } from './traceContext.ts';

/** What starts a deletion job. */
export interface AddOptions {
  readonly operationId: OperationId;
  /** Undefined: the service's default, 12 hours. */
  readonly timeoutInMinutes: TimeoutInMinutes | undefined;
  /** Its `traceparent` and `tracestate` go with the request as they are. */
  readonly trace: TraceContext;
}

/**
 * The three operations of "Delete Jobs" on one instance, as the contract of 2023-10-31 has them. There is no fourth: a
 * deletion job can't be cancelled, deleted or resumed.
 *
 * Each throws a ServiceError for a status that is no success, a ConnectionError when no answer came, an
 * UnexpectedAnswerError for an answer outside the contract, and what the credential throws.
 */
export class DeleteJobs {
  readonly #client: InstanceClient;

  /** @param client one that keeps to the pace of the Jobs API */
  constructor(client: InstanceClient) {
    this.#client = client;
  }

  /**
   * Starts the deletion of all models, twins and relationships ("Add"). Sent once, whatever happens: after a
   * ConnectionError it is unknown whether the job was started.
   *
   * @returns the job; its id is the operation id that was sent unless the service named another
   */
  async add({ operationId, timeoutInMinutes, trace }: AddOptions): Promise<DeleteJob & { id: string }> {
    const url = this.#client.url('/jobs/deletions');
    if (timeoutInMinutes !== undefined) {
      url.searchParams.set('timeoutInMinutes', String(timeoutInMinutes));
    }
    const answer = await this.#client.ask({
      method: 'POST',
      url,
      trace,
      traceparent: trace.traceparent,
      headers: { 'operation-id': operationId },
      repeat: 'once',
      expect: 202,
    });
    this.#checkOperationLocation(answer);
    // Accepted is accepted: a body that can't be read must not make a started job look like one that wasn't.
    const job = readDeleteJob(answer.body);
    return { ...job, id: this.#acceptedId(job?.id, operationId, answer.exchange) };
  }

  /**
   * Lists all deletion jobs that the service remembers, page by page ("List").
   *
   * @param trace its `traceparent` goes with the first page's request; further pages have span ids of their own
   */
  list(trace: TraceContext): AsyncGenerator<readonly DeleteJob[], void, void> {
    const first = { url: this.#client.url('/jobs/deletions'), trace, traceparent: trace.traceparent };
    return this.#client.pages(first, readDeleteJobPage, 'deletion jobs');
  }

  /** Asks for one deletion job by its id, which is case sensitive ("GetById"). */
  async getById(id: string, trace: TraceContext): Promise<DeleteJob> {
    const url = this.#client.url(`/jobs/deletions/${encodeURIComponent(id)}`);
    const answer = await this.#client.ask({ method: 'GET', url, trace, repeat: 'reads', expect: 200 });
    const job = readDeleteJob(answer.body);
    if (job === undefined) {
      throw this.#client.unexpected(answer, 'The answer is not a deletion job.');
    }
    return job;
  }

  // Jobs are asked for by id on their own instance; the link is checked because a wrong one is a sign of trouble.
  #checkOperationLocation({ exchange, headers }: Answer): void {
    const { origin } = this.#client.host;
    const location = headers.get('operation-location');
    if (location !== undefined && URL.parse(location, origin)?.origin !== origin) {
      this.#client.warn(exchange, `Operation-Location on another host refused: ${printable(location, 300)}`);
    }
  }

  #acceptedId(answered: string | undefined, sent: OperationId, exchange: Exchange): string {
    if (answered === undefined || answered === sent) {
      return sent;
    }
    const usable = isOperationId(answered) ? answered : sent;
    this.#client.warn(
      exchange,
      `The job was sent as ${sent} and accepted as ${printable(answered, 128)}; it is watched as ${usable}.`,
    );
    return usable;
  }
}
