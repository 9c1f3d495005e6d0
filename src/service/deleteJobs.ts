import {
  createHttpHeaders,
  createPipelineRequest,
  isRestError,
  type HttpMethods,
  type Pipeline,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { readDeleteJob, readDeleteJobPage, readError, type DeleteJob } from './deleteJob.ts';
import { ConnectionError, ServiceError, UnexpectedAnswerError, type Exchange } from './errors.ts';
import { errorLine } from './errorText.ts';
import type { InstanceHost } from './instanceHost.ts';
import { isOperationId, type OperationId } from './operationId.ts';
import { createInstancePipeline, type Transport } from './pipeline.ts';
import { printable } from './printable.ts';
import { RequestPacer } from './requestPacer.ts';
import { retryAfterInMs } from './retryAfter.ts';
import type { TimeoutInMinutes } from './timeoutInMinutes.ts';
import type { TraceContext } from './traceContext.ts';

const apiVersion = '2023-10-31';

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
  readonly host: InstanceHost;
  readonly #transport: Transport;
  readonly #reads: Pipeline;
  readonly #once: Pipeline;

  constructor(host: InstanceHost, transport: Transport) {
    this.host = host;
    this.#transport = transport;
    const pacer = new RequestPacer(transport.clock);
    this.#reads = createInstancePipeline(transport, pacer, 'reads');
    this.#once = createInstancePipeline(transport, pacer, 'once');
  }

  /**
   * Starts the deletion of all models, twins and relationships ("Add"). Sent once, whatever happens: after a
   * ConnectionError it is unknown whether the job was started.
   *
   * @returns the job; its id is the operation id that was sent unless the service named another
   */
  async add({ operationId, timeoutInMinutes, trace }: AddOptions): Promise<DeleteJob & { id: string }> {
    const url = this.#url('/jobs/deletions');
    if (timeoutInMinutes !== undefined) {
      url.searchParams.set('timeoutInMinutes', String(timeoutInMinutes));
    }
    const answer = await this.#send(this.#once, 'POST', url, trace.traceparent, trace, { 'operation-id': operationId });
    this.#expect(answer, 202);
    this.#checkOperationLocation(answer);
    // Accepted is accepted: a body that can't be read must not make a started job look like one that wasn't.
    const job = readDeleteJob(answer.response.bodyAsText ?? '');
    return { ...job, id: this.#acceptedId(job?.id, operationId, answer.exchange) };
  }

  /**
   * Lists all deletion jobs that the service remembers, page by page ("List").
   *
   * @param trace its `traceparent` goes with the first page's request; further pages have span ids of their own
   */
  async *list(trace: TraceContext): AsyncGenerator<readonly DeleteJob[], void, void> {
    let traceparent = trace.traceparent;
    const asked = new Set<string>();
    for (let url: URL | undefined = this.#url('/jobs/deletions'); url !== undefined;) {
      asked.add(url.href);
      const answer: Answer = await this.#send(this.#reads, 'GET', url, traceparent, trace);
      this.#expect(answer, 200);
      const page = readDeleteJobPage(answer.response.bodyAsText ?? '');
      if (page === undefined) {
        throw this.#unexpected(answer.exchange, 'The answer is not a list of deletion jobs.');
      }
      yield page.value;
      url = this.#nextPage(page.nextLink, answer.exchange);
      if (url !== undefined && asked.has(url.href)) {
        throw this.#unexpected(answer.exchange, 'The list of deletion jobs goes in a circle.');
      }
      traceparent = trace.nextTraceparent(this.#transport.randomHex);
    }
  }

  /** Asks for one deletion job by its id, which is case sensitive ("GetById"). */
  async getById(id: string, trace: TraceContext): Promise<DeleteJob> {
    const url = this.#url(`/jobs/deletions/${encodeURIComponent(id)}`);
    const traceparent = trace.nextTraceparent(this.#transport.randomHex);
    const answer = await this.#send(this.#reads, 'GET', url, traceparent, trace);
    this.#expect(answer, 200);
    const job = readDeleteJob(answer.response.bodyAsText ?? '');
    if (job === undefined) {
      throw this.#unexpected(answer.exchange, 'The answer is not a deletion job.');
    }
    return job;
  }

  #url(path: string): URL {
    const url = new URL(path, this.host.origin);
    url.searchParams.set('api-version', apiVersion);
    return url;
  }

  async #send(
    pipeline: Pipeline,
    method: HttpMethods,
    url: URL,
    traceparent: string,
    trace: TraceContext,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const exchange = { hostname: this.host.hostname, operation: `${method} ${url.pathname}`, traceparent };
    const request = createPipelineRequest({
      url: url.href,
      method,
      headers: createHttpHeaders({
        accept: 'application/json',
        traceparent,
        ...(trace.tracestate === undefined ? {} : { tracestate: trace.tracestate }),
        ...headers,
      }),
      // A kept connection that the other side has just closed would make a sent POST look lost.
      disableKeepAlive: method !== 'GET',
    });
    try {
      return { exchange, response: await pipeline.sendRequest(this.#transport.httpClient, request) };
    } catch (error) {
      if (isRestError(error)) {
        const code = error.code ?? 'REQUEST_SEND_ERROR';
        this.#transport.log.error(`${describe(exchange)}: ${printable(code)}: ${printable(error.message)}`);
        throw new ConnectionError(exchange, code, error);
      }
      throw error;
    }
  }

  #expect({ exchange, response }: Answer, status: number): void {
    if (response.status === status) {
      return;
    }
    if (response.status >= 300 && response.status < 400) {
      const location = printable(response.headers.get('location') ?? 'nowhere', 300);
      throw this.#unexpected(exchange, `The answer redirects to ${location}, which is not followed.`);
    }
    const error = readError(response.bodyAsText ?? '') ?? {};
    const headerCode = response.headers.get('x-ms-error-code');
    const requestId = response.headers.get('x-ms-request-id');
    this.#transport.log.error(
      [
        `${describe(exchange)}: status ${response.status}`,
        `x-ms-error-code ${printable(headerCode ?? 'none', 100)}`,
        errorLine(error),
      ].join(', '),
    );
    throw new ServiceError(exchange, {
      status: response.status,
      error: { ...error, code: error.code ?? headerCode },
      retryAfterInMs: retryAfterInMs(response.headers, this.#transport.clock.now()),
      requestId,
    });
  }

  #nextPage(nextLink: string | undefined, exchange: Exchange): URL | undefined {
    if (nextLink === undefined || nextLink === '') {
      return undefined;
    }
    const url = URL.parse(nextLink, this.host.origin);
    if (url?.origin !== this.host.origin) {
      throw this.#unexpected(exchange, `The link to the next page leads to another host: ${printable(nextLink, 300)}`);
    }
    return url;
  }

  // Jobs are asked for by id on their own instance; the link is checked because a wrong one is a sign of trouble.
  #checkOperationLocation({ exchange, response }: Answer): void {
    const location = response.headers.get('operation-location');
    if (location !== undefined && URL.parse(location, this.host.origin)?.origin !== this.host.origin) {
      this.#transport.log.warn(
        `${describe(exchange)}: Operation-Location on another host refused: ${printable(location, 300)}`,
      );
    }
  }

  #acceptedId(answered: string | undefined, sent: OperationId, exchange: Exchange): string {
    if (answered === undefined || answered === sent) {
      return sent;
    }
    const usable = isOperationId(answered) ? answered : sent;
    this.#transport.log.warn(
      `${exchange.operation}, host ${exchange.hostname}: the job was sent as ${sent} and accepted as ` +
        `${printable(answered, 128)}; it is watched as ${usable}.`,
    );
    return usable;
  }

  #unexpected(exchange: Exchange, what: string): UnexpectedAnswerError {
    this.#transport.log.error(`${describe(exchange)}: ${what}`);
    return new UnexpectedAnswerError(exchange, what);
  }
}

interface Answer {
  readonly exchange: Exchange;
  readonly response: PipelineResponse;
}

function describe(exchange: Exchange): string {
  return `${exchange.operation} failed, host ${exchange.hostname}, traceparent ${exchange.traceparent}`;
}
